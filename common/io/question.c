/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/question.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/domain/finding.h"
#include "common/domain/office_code.h"
#include "common/io/case_summary.h"
#include "common/io/exchange.h"
#include "common/io/link_frame.h"
#include "common/io/log.h"
#include "common/io/outgoing.h"
#include "common/io/signature.h"
#include "common/io/wire.h"

enum { FRAME_BYTES_MAX = 2048, CODE_BYTES = 41, TOLD_BYTES_MAX = 1024 };

/* One that waits for its answer. */
struct question {
    struct question *next;
    struct link_route client;
    uint64_t request_id;
    char registry[OFFICE_CODE_CHARS + 1];
    char citizen_number[CITIZEN_NUMBER_CHARS + 1];
    uint8_t reference[QUESTION_REFERENCE_BYTES];
    uint64_t due_ms;       /* monotonic */
    bool sent;             /* on the connection that stands */
    char code[CODE_BYTES]; /* of the peer's latest refusal to talk */
    size_t frame_bytes;
    uint8_t frame[FRAME_BYTES_MAX];
};

struct question_told {
    uint8_t reference[QUESTION_REFERENCE_BYTES];
    char citizen_number[CITIZEN_NUMBER_CHARS + 1];
    size_t packed_bytes;
    uint8_t packed[TOLD_BYTES_MAX]; /* Eligibility */
};

/* ---- what was told ---- */

static void
remember(struct office *office, const struct question *question, const Yidi__Eligibility *told)
{
    struct questions *questions = &office->questions;
    size_t size = protobuf_c_message_get_packed_size(&told->base);
    if (questions->told == NULL)
        questions->told = calloc(QUESTIONS_TOLD_MAX, sizeof *questions->told);
    if (questions->told == NULL || size > TOLD_BYTES_MAX)
        return;
    struct question_told *place = &questions->told[questions->told_count++ % QUESTIONS_TOLD_MAX];
    memcpy(place->reference, question->reference, sizeof place->reference);
    memcpy(place->citizen_number, question->citizen_number, sizeof place->citizen_number);
    place->packed_bytes = protobuf_c_message_pack(&told->base, place->packed);
}

static const struct question_told *
find_told(const struct questions *questions, struct bytes reference)
{
    for (size_t i = 0; questions->told != NULL && i < QUESTIONS_TOLD_MAX; i++)
        if (questions->told[i].packed_bytes > 0 &&
            memcmp(questions->told[i].reference, reference.data, QUESTION_REFERENCE_BYTES) == 0)
            return &questions->told[i];
    return NULL;
}

enum result
question_find_told(struct turn *turn, struct bytes reference, const char *citizen_number,
                   Yidi__Eligibility **ret_told, struct refusal *ret_refusal)
{
    const struct question_told *told = NULL;
    if (reference.size == QUESTION_REFERENCE_BYTES)
        told = find_told(&turn->office->questions, reference);
    if (told != NULL && strcmp(told->citizen_number, citizen_number) != 0)
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "apply.eligibility",
                      "that question was about another citizen");
    ProtobufCMessage *decoded;
    if (told != NULL &&
        wire_decode(&yidi__eligibility__descriptor, bytes_of(told->packed, told->packed_bytes),
                    turn->arena, &decoded, NULL) == OK) {
        *ret_told = (Yidi__Eligibility *)decoded;
        return OK;
    }
    Yidi__Eligibility *forgotten = arena_take(turn->arena, sizeof *forgotten);
    if (forgotten == NULL)
        return ERR_MEMORY;
    yidi__eligibility__init(forgotten);
    forgotten->outcome = YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_FORGOTTEN;
    forgotten->reference =
        (ProtobufCBinaryData){ .data = (uint8_t *)reference.data, .len = reference.size };
    *ret_told = forgotten;
    return OK;
}

/* ---- the end of a question ---- */

static void
answer_client(struct office *office, const struct link_route *client, uint64_t request_id,
              Yidi__Eligibility *told)
{
    Yidi__Response response = YIDI__RESPONSE__INIT;
    response.body_case = YIDI__RESPONSE__BODY_ELIGIBILITY;
    response.eligibility = told;
    office_answer(office, client, request_id, &response);
}

static void
take_out(struct office *office, struct question *question)
{
    struct question **place = &office->questions.first;
    while (*place != question)
        place = &(*place)->next;
    *place = question->next;
    office->questions.waiting--;
    memset(question, 0, sizeof *question);
    free(question);
}

static Yidi__Eligibility
begin_telling(const struct question *question, Yidi__EligibilityOutcome outcome,
              const struct office_time *now)
{
    Yidi__Eligibility told = YIDI__ELIGIBILITY__INIT;
    told.reference = (ProtobufCBinaryData){ .data = (uint8_t *)question->reference,
                                            .len = sizeof question->reference };
    told.outcome = outcome;
    told.registry = (char *)question->registry;
    told.told_ms = now->wall_ms;
    return told;
}

static void
tell(struct office *office, struct question *question, Yidi__Eligibility *told)
{
    remember(office, question, told);
    answer_client(office, &question->client, question->request_id, told);
    take_out(office, question);
}

static void
give_up(struct office *office, struct question *question, const struct office_time *now)
{
    Yidi__Eligibility told =
        begin_telling(question, YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_NO_ANSWER, now);
    told.code =
        question->code[0] != '\0' ? question->code : (char *)refusal_name(REFUSAL_TIMED_OUT);
    log_line(LOG_INFO, "question_unanswered", "office=%s code=%s", question->registry, told.code);
    tell(office, question, &told);
}

static struct question *
find_waiting(struct office *office, const struct peer *peer, ProtobufCBinaryData reference)
{
    for (struct question *question = office->questions.first; question != NULL;
         question = question->next)
        if (strcmp(question->registry, peer->office) == 0 &&
            memcmp(question->reference, reference.data, QUESTION_REFERENCE_BYTES) == 0)
            return question;
    return NULL;
}

static bool
names_office(const char *code)
{
    return code[0] == '\0' || office_code_check(code, "", NULL) == OK;
}

void
question_take(struct office *office, const struct peer *peer, const Yidi__AnswerEligibility *answer,
              const struct office_time *now)
{
    struct question *question = find_waiting(office, peer, answer->reference);
    bool known_code = answer->code[0] == '\0' || refusal_find(answer->code) != REFUSAL_NONE;
    if (question == NULL || !question->sent) {
        exchange_drop(office, peer->office, "never_asked", now);
        return;
    }
    if (!names_office(answer->open_at) || !names_office(answer->belongs_to)) {
        exchange_drop(office, peer->office, "answer_invalid", now);
        return;
    }
    bool declined = answer->code[0] != '\0';
    Yidi__Eligibility told =
        begin_telling(question,
                      declined ? YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_DECLINED
                               : YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_ANSWERED,
                      now);
    told.code = known_code ? answer->code : (char *)refusal_name(REFUSAL_COMMAND_UNKNOWN);
    told.belongs_to = answer->belongs_to;
    if (!declined) {
        if (case_summary_findings(answer->findings, &office->answers, &told.findings,
                                  &told.n_findings) != OK)
            return; /* out of memory: its time will run out */
        told.fingerprints_on_file = answer->fingerprints_on_file;
        told.open_at = answer->open_at;
        told.would_be_refused = findings_fatal(answer->findings) || answer->open_at[0] != '\0';
    }
    tell(office, question, &told);
}

/* ---- asking ---- */

void
question_prepare(struct turn *turn, const char *registry, Yidi__QueryEligibility *query)
{
    REQUIRE(turn->input != NULL && turn->input->kind == INPUT_COMMAND);
    turn->input->question = query;
    turn->input->question_to = registry;
}

static void
transmit(struct office *office, const struct peer *peer, struct question *question)
{
    const struct office_ports *ports = &office->options.ports;
    struct bytes frame = bytes_of(question->frame, question->frame_bytes);
    question->sent = ports->send(ports->context, peer->office, &frame, 1) == OK;
}

static struct question *
new_question(struct office *office, const struct input *command, const struct office_time *now)
{
    const Yidi__QueryEligibility *query = command->question;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_QUERY_ELIGIBILITY;
    frame.query_eligibility = (Yidi__QueryEligibility *)query;
    struct bytes packed = link_frame_pack(office, &frame);
    struct question *question = NULL;
    if (packed.data != NULL && packed.size <= FRAME_BYTES_MAX)
        question = calloc(1, sizeof *question);
    if (question == NULL)
        return NULL;
    question->client = command->client;
    question->request_id = command->request->id;
    question->due_ms = now->monotonic_ms + office->options.question_timeout_ms;
    snprintf(question->registry, sizeof question->registry, "%s", command->question_to);
    snprintf(question->citizen_number, sizeof question->citizen_number, "%s",
             query->question->person->citizen_number);
    memcpy(question->reference, query->reference.data, sizeof question->reference);
    memcpy(question->frame, packed.data, packed.size);
    question->frame_bytes = packed.size;
    return question;
}

/* Too many wait already: the clerk is told at once, and goes on without an answer. */
static void
turn_away(struct office *office, const struct input *command, const struct office_time *now)
{
    Yidi__Eligibility told = YIDI__ELIGIBILITY__INIT;
    told.reference = command->question->reference;
    told.outcome = YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_NO_ANSWER;
    told.registry = (char *)command->question_to;
    told.told_ms = now->wall_ms;
    told.code = (char *)refusal_name(REFUSAL_QUESTION_LIMIT);
    answer_client(office, &command->client, command->request->id, &told);
}

void
question_ask(struct office *office, const struct input *command, const struct office_time *now)
{
    struct questions *questions = &office->questions;
    struct peer *peer = peers_take(&office->peers, command->question_to);
    struct question *question = NULL;
    if (peer != NULL && questions->waiting < QUESTIONS_WAITING_MAX)
        question = new_question(office, command, now);
    if (question == NULL) {
        turn_away(office, command, now);
        return;
    }
    question->next = questions->first;
    questions->first = question;
    questions->waiting++;
    outgoing_call(office, peer, now);
    if (peer->stream.state == STREAM_OPEN)
        transmit(office, peer, question);
}

void
question_welcomed(struct office *office, struct peer *peer)
{
    for (struct question *question = office->questions.first; question != NULL;
         question = question->next)
        if (!question->sent && strcmp(question->registry, peer->office) == 0)
            transmit(office, peer, question);
}

void
question_lost(struct office *office, const struct peer *peer)
{
    for (struct question *question = office->questions.first; question != NULL;
         question = question->next)
        if (strcmp(question->registry, peer->office) == 0)
            question->sent = false;
}

void
question_refused(struct office *office, const struct peer *peer, const char *code)
{
    for (struct question *question = office->questions.first; question != NULL;
         question = question->next)
        if (strcmp(question->registry, peer->office) == 0 && refusal_find(code) != REFUSAL_NONE)
            snprintf(question->code, sizeof question->code, "%s", code);
}

/* Not there yet: whoever had nothing else to say to the registry has stopped trying. */
static void
try_again(struct office *office, struct question *question, const struct office_time *now)
{
    struct peer *peer = peers_find(&office->peers, question->registry);
    if (question->sent || peer == NULL)
        return;
    if (peer->stream.state == STREAM_IDLE)
        outgoing_call(office, peer, now);
    else if (peer->stream.state == STREAM_OPEN)
        transmit(office, peer, question);
}

void
question_tick(struct office *office, const struct office_time *now)
{
    struct question *next;
    office->questions.due_ms = UINT64_MAX;
    for (struct question *question = office->questions.first; question != NULL; question = next) {
        next = question->next;
        if (now->monotonic_ms >= question->due_ms) {
            give_up(office, question, now);
            continue;
        }
        if (question->due_ms < office->questions.due_ms)
            office->questions.due_ms = question->due_ms;
        try_again(office, question, now);
    }
}

void
questions_close(struct office *office)
{
    while (office->questions.first != NULL)
        take_out(office, office->questions.first);
    free(office->questions.told);
    office->questions.told = NULL;
}
