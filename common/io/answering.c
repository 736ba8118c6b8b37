/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/answering.h"

#include "common/domain/operator_name.h"
#include "common/io/intake.h"
#include "common/io/link_frame.h"
#include "common/io/log.h"
#include "common/io/recovery.h"
#include "common/io/start_hold.h"
#include "common/io/witness.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static void
send_answer(struct office *office, const struct link_route *route, Yidi__AnswerEligibility *answer)
{
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_ANSWER_ELIGIBILITY;
    frame.answer_eligibility = answer;
    if (link_frame_reply(office, route, &frame, NULL, 0) != OK)
        log_line(LOG_DEBUG, "reply_undelivered", "reason=connection_gone");
}

static void
send_code(struct office *office, const struct link_route *route,
          const Yidi__QueryEligibility *query, enum refusal_code code)
{
    Yidi__AnswerEligibility answer = YIDI__ANSWER_ELIGIBILITY__INIT;
    answer.reference = query->reference;
    answer.code = (char *)refusal_name(code);
    send_answer(office, route, &answer);
}

/* Each question costs its share of a day; a day's shares may be spent at once. */
static bool
may_ask(const struct office *office, struct peer *peer, uint64_t now_ms)
{
    uint64_t limit = office->options.question_limit;
    if (limit == 0)
        return false;
    uint64_t spent_ms = peer->questions_spent_ms > now_ms ? peer->questions_spent_ms : now_ms;
    if (spent_ms + DAY_MS / limit > now_ms + DAY_MS)
        return false;
    peer->questions_spent_ms = spent_ms + DAY_MS / limit;
    return true;
}

static enum refusal_code
find_hindrance(const struct office *office, const Yidi__Office *entry, const struct peer *peer,
               const struct office_time *now)
{
    enum refusal_code why = office_out_of_service(office, now->wall_ms);
    if (why == REFUSAL_NONE && start_holds(office))
        why = REFUSAL_OFFICE_STARTING;
    if (why == REFUSAL_NONE && recovery_bars(peer))
        why = REFUSAL_OFFICE_RECOVERING;
    if (why == REFUSAL_NONE && witness_barred(peer))
        why = REFUSAL_JOURNAL_REWRITTEN;
    if (why == REFUSAL_NONE &&
        (entry->role != YIDI__ROLE__ACCEPTANCE || office->options.role->answer_question == NULL))
        why = REFUSAL_ROLE_MISMATCH;
    return why == REFUSAL_NONE ? intake_shut_to(office, entry) : why;
}

void
answering_take(struct office *office, const Yidi__Office *entry, struct peer *peer,
               const struct link_message *message, const Yidi__QueryEligibility *query,
               const struct office_time *now)
{
    enum refusal_code why = find_hindrance(office, entry, peer, now);
    if (why == REFUSAL_NONE && !may_ask(office, peer, now->monotonic_ms))
        why = REFUSAL_QUESTION_LIMIT;
    if (why != REFUSAL_NONE) {
        log_line(LOG_INFO, "question_declined", "office=%s code=%s", peer->office,
                 refusal_name(why));
        send_code(office, &message->route, query, why);
        return;
    }
    struct input *input = arena_take(&office->arena, sizeof *input);
    if (input == NULL)
        return;
    input->kind = INPUT_QUESTION;
    input->peer = peer;
    input->client = message->route;
    input->question = query;
    REQUIRE(office->input_count < TURN_INPUTS_MAX); /* whoever feeds us asked */
    office->inputs[office->input_count++] = input;
}

enum result
answering_apply(struct turn *turn)
{
    struct input *input = turn->input;
    struct refusal refusal = { 0 };
    Yidi__AnswerEligibility *answer = arena_take(turn->arena, sizeof *answer);
    if (answer == NULL)
        return ERR_MEMORY;
    yidi__answer_eligibility__init(answer);
    answer->reference = input->question->reference;
    enum result result =
        operator_name_check(input->question->operator_, "query_eligibility.operator", &refusal);
    if (result == OK)
        result = turn->office->options.role->answer_question(turn, input->peer->office,
                                                             input->question, answer, &refusal);
    if (result == ERR_REFUSED)
        answer->code = (char *)refusal_name(refusal.code);
    input->question_answer = answer;
    return result == ERR_REFUSED ? OK : result;
}

void
answering_reply(struct office *office, const struct input *input)
{
    send_answer(office, &input->client, input->question_answer);
}

void
answering_decline(struct office *office, const struct input *input, enum refusal_code code)
{
    send_code(office, &input->client, input->question, code);
}
