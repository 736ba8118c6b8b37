/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/case_export.h"
#include "common/io/case_search.h"
#include "common/io/input.h"
#include "common/io/lease.h"
#include "common/io/noted.h"
#include "common/io/operators.h"
#include "common/io/permission.h"
#include "common/io/queries.h"
#include "common/io/refusal_message.h"
#include "common/io/retention.h"
#include "common/io/session.h"

enum result
input_command_refuse(struct input *input, const struct refusal *refusal, struct arena *arena)
{
    input->response.body_case = YIDI__RESPONSE__BODY_REFUSAL;
    input->answer_frame_count = 0;
    return refusal_message_answer(refusal, arena, &input->response.refusal);
}

static const char *
verb_name(Yidi__Verb verb)
{
    static const char *const names[] = {
        [YIDI__VERB__EXAMINE] = "examine",        [YIDI__VERB__ISSUE] = "issue",
        [YIDI__VERB__REFUSE] = "refuse",          [YIDI__VERB__MAKE] = "make",
        [YIDI__VERB__CHECK_CARD] = "check-card",  [YIDI__VERB__DISPATCH] = "dispatch",
        [YIDI__VERB__RECEIVE] = "receive",        [YIDI__VERB__COLLECT] = "collect",
        [YIDI__VERB__RETURN_FORM] = "return",     [YIDI__VERB__REDIRECT] = "redirect",
        [YIDI__VERB__WITHDRAW] = "withdraw",      [YIDI__VERB__MISS] = "miss",
        [YIDI__VERB__DESTROY] = "destroy",        [YIDI__VERB__TRACE_CARD] = "trace-card",
        [YIDI__VERB__ABANDON] = "abandon",        [YIDI__VERB__NOTE] = "noted",
        [YIDI__VERB__DESTROY_OLD] = "card-found",
    };
    return names[verb];
}

static enum result
decide_case(struct turn *turn, const Yidi__Decide *decide, const char *case_number,
            Yidi__CaseResult *ret_result)
{
    const struct role *role = turn->office->options.role;
    struct refusal refusal = { 0 };
    struct case_file file;
    turn_begin_act(turn, case_number, verb_name(decide->verb), "");

    enum result result = case_file_open(turn->txn, role->machine, case_number, turn->arena, &file);
    if (result == ERR_ABSENT)
        result =
            refuse(&refusal, REFUSAL_CASE_UNKNOWN, "case_number", "no such case at this office");
    if (result == OK)
        result = lease_check(turn, case_number, &refusal);
    if (result == OK)
        result = decide->verb == YIDI__VERB__NOTE ? noted_decide(turn, &file, decide, &refusal)
                                                  : role->decide(turn, &file, decide, &refusal);
    ret_result->case_number = (char *)case_number;
    if (result == ERR_REFUSED)
        return refusal_message_answer(&refusal, turn->arena, &ret_result->refusal);
    if (result == OK) {
        ret_result->state = (char *)role->machine->state_names[file.row->state];
        ret_result->card_serial = file.row->card_serial;
    }
    return result;
}

static enum result
decide_cases(struct turn *turn, const Yidi__Decide *decide, Yidi__Response *response)
{
    size_t count = decide->n_case_numbers;
    Yidi__Decided *decided = arena_take(turn->arena, sizeof *decided);
    Yidi__CaseResult **list = arena_take(turn->arena, count * sizeof *list);
    Yidi__CaseResult *results = arena_take(turn->arena, count * sizeof *results);
    if (decided == NULL || list == NULL || results == NULL)
        return ERR_MEMORY;
    yidi__decided__init(decided);
    enum result result = OK;
    for (size_t i = 0; i < count && result == OK; i++) {
        yidi__case_result__init(&results[i]);
        list[i] = &results[i];
        result = decide_case(turn, decide, decide->case_numbers[i], &results[i]);
    }
    decided->results = list;
    decided->n_results = count;
    response->body_case = YIDI__RESPONSE__BODY_DECIDED;
    response->decided = decided;
    return result;
}

/* A row that only this key can have signed at this time: the disk takes it, and the key works. */
static enum result
probe(struct turn *turn, Yidi__Response *response)
{
    uint8_t row[8 + SIGNATURE_BYTES_MAX];
    size_t size = 0;
    Yidi__Probed *probed = arena_take(turn->arena, sizeof *probed);
    if (probed == NULL)
        return ERR_MEMORY;
    yidi__probed__init(probed);
    probed->time_ms = turn->now_ms;
    bytes_put_u64(row, turn->now_ms);
    enum result result =
        signing_key_sign(turn->office->options.key, bytes_of(row, 8), row + 8, &size);
    if (result == OK)
        result = store_put(turn->txn, TABLE_META, bytes_of_text(OFFICE_PROBE_KEY),
                           bytes_of(row, 8 + size));
    response->body_case = YIDI__RESPONSE__BODY_PROBED;
    response->probed = probed;
    return result;
}

/* Commands that every office takes. */
static enum result
take(struct turn *turn, struct input *input, struct refusal *ret_refusal)
{
    const Yidi__Request *request = input->request;
    switch (request->command_case) {
    case YIDI__REQUEST__COMMAND_DECIDE:
        return decide_cases(turn, request->decide, &input->response);
    case YIDI__REQUEST__COMMAND_SHOW:
        return queries_show_full(turn, request->show, &input->response, ret_refusal);
    case YIDI__REQUEST__COMMAND_EXPORT:
        return case_export(turn, request->export, input, ret_refusal);
    case YIDI__REQUEST__COMMAND_LEASE:
        return lease_take(turn, request->lease, &input->response, ret_refusal);
    case YIDI__REQUEST__COMMAND_SEARCH:
        return case_search(turn, request->search, &input->response, ret_refusal);
    case YIDI__REQUEST__COMMAND_PROBE:
        return probe(turn, &input->response);
    case YIDI__REQUEST__COMMAND_ERASE_NOW:
        return retention_erase_now(turn, request->erase_now, &input->response, ret_refusal);
    case YIDI__REQUEST__COMMAND_OPERATOR_CHANGE:
        return operators_change(turn, request->operator_change, &input->response, ret_refusal);
    default:
        if (session_handles(request))
            return session_take(turn, request, &input->response, ret_refusal);
        return turn->office->options.role->take_command(
            turn, request, input->frames, input->frame_count, &input->response, ret_refusal);
    }
}

enum result
input_command_apply(struct turn *turn, struct input *input)
{
    const Yidi__Request *request = input->request;
    struct refusal refusal = { 0 };
    turn->operator= request->operator_;

    enum result result =
        permission_check(turn->txn, turn->office->options.role->party, request, &refusal);
    if (result == OK)
        result = take(turn, input, &refusal);
    if (result == ERR_REFUSED)
        result = input_command_refuse(input, &refusal, turn->arena);
    return result;
}
