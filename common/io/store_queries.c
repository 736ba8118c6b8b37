/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/store_queries.h"

#include "common/domain/check.h"
#include "common/domain/citizen_number.h"
#include "common/domain/person_name.h"
#include "common/domain/urgency.h"
#include "common/io/case_list.h"
#include "common/io/lease.h"
#include "common/io/operators.h"
#include "common/io/permission.h"
#include "common/io/quote.h"
#include "common/io/receipt.h"

bool
store_queries_handles(const Yidi__Request *request)
{
    switch (request->command_case) {
    case YIDI__REQUEST__COMMAND_LIST:
    case YIDI__REQUEST__COMMAND_QUOTE:
    case YIDI__REQUEST__COMMAND_RECEIPT_CHECK:
    case YIDI__REQUEST__COMMAND_STOCK_QUERY:
    case YIDI__REQUEST__COMMAND_BATCH_QUERY:
    case YIDI__REQUEST__COMMAND_FEES:
    case YIDI__REQUEST__COMMAND_TEMPORARY_QUERY:
    case YIDI__REQUEST__COMMAND_DRAFT_LIST:
    case YIDI__REQUEST__COMMAND_OPERATOR_LIST:
        return true;
    case YIDI__REQUEST__COMMAND_SHOW:
        return !request->show->full;
    default:
        return false;
    }
}

/* ---- one case ---- */

/* A name that no recovery brought back has nothing to mask. */
static enum result
mask_identity(char **name, char **number, struct arena *arena)
{
    char *masked_number = arena_take(arena, CITIZEN_NUMBER_CHARS + 1);
    char *masked_name = arena_take(arena, PERSON_NAME_MASKED_BYTES);
    if (masked_number == NULL || masked_name == NULL)
        return ERR_MEMORY;
    if (*number[0] != '\0')
        citizen_number_mask(*number, masked_number);
    if (*name[0] != '\0')
        person_name_mask(*name, masked_name);
    *number = masked_number;
    *name = masked_name;
    return OK;
}

static enum result
mask_others(const Yidi__Case *row, struct arena *arena)
{
    Yidi__Guardian *guardian = row->form->guardian;
    Yidi__Collector *collector = row->collection == NULL ? NULL : row->collection->collector;
    enum result result = OK;
    if (guardian != NULL)
        result = mask_identity(&guardian->name, &guardian->citizen_number, arena);
    if (result == OK && collector != NULL) {
        result = mask_identity(&collector->name, &collector->citizen_number, arena);
        collector->reason = "";
    }
    return result;
}

static enum result
mask_person(Yidi__Case *row, struct arena *arena)
{
    static char hidden[] = "*****"; /* keeps within the bound of a phone */
    Yidi__ApplicationForm *form = row->form;
    enum result result = mask_identity(&form->person->name, &form->person->citizen_number, arena);
    if (result != OK)
        return result;
    form->person->birth_date = form->person->birth_date / 10000 * 10000 + 101;
    form->person->address = form->phone = form->residence_address = hidden;
    form->identity_document_number = hidden;
    if (form->second_script_name[0] != '\0')
        form->second_script_name = hidden;
    if (form->second_script_address[0] != '\0')
        form->second_script_address = hidden;
    form->n_fingers_missing = 0;
    if (form->no_fingerprints_reason[0] != '\0')
        form->no_fingerprints_reason = hidden;
    return mask_others(row, arena);
}

/* What is not among the findings, and was looked at. */
static enum result
fill_passed(const struct query_source *source, const Yidi__Case *row, Yidi__Shown *shown)
{
    shown->passed = arena_take(source->arena, CHECK_COUNT * sizeof *shown->passed);
    if (shown->passed == NULL)
        return ERR_MEMORY;
    for (int check = 0; check < CHECK_COUNT; check++)
        if (check_judge((enum check)check, row->findings) == CHECK_PASSED)
            shown->passed[shown->n_passed++] = (char *)check_name((enum check)check);
    return OK;
}

/* What its policy demands when the card is collected. */
static enum result
fill_demanded(const struct query_source *source, const Yidi__Case *row, Yidi__Shown *shown)
{
    struct policy_case policy;
    enum result result = policies_of_row(source->policies, source->txn, row, &policy);
    if (result == OK)
        shown->holder_check = policy_of_case(&policy, POLICY_HOLDER_CHECK) != 0;
    return result;
}

static enum result
fill_shown(const struct query_source *source, const struct case_file *file,
           Yidi__Response *response)
{
    Yidi__Shown *shown = arena_take(source->arena, sizeof *shown);
    if (shown == NULL)
        return ERR_MEMORY;
    yidi__shown__init(shown);
    file->row->receipt_code = (char *)protobuf_c_empty_string; /* is for its receipt alone */
    file->row->receipt_digest = (ProtobufCBinaryData){ 0 };
    shown->case_row = file->row;
    shown->state = (char *)source->role->machine->state_names[file->row->state];
    const struct urgency_scale scale =
        urgency_scale_of(policies_present(source->policies), source->office, source->now_ms);
    enum urgency urgency = urgency_of(file->row->stage_deadline_ms, &scale);
    shown->overdue = urgency == URGENCY_OVERDUE;
    shown->due_soon = urgency == URGENCY_SOON;
    response->body_case = YIDI__RESPONSE__BODY_SHOWN;
    response->shown = shown;
    enum result result = lease_find(source->txn, file->row->case_number, source->now_ms,
                                    source->arena, &shown->lease);
    if (result != OK && result != ERR_ABSENT)
        return result;
    result = source->role->party == PARTY_REGISTRY     ? fill_passed(source, file->row, shown)
             : source->role->party == PARTY_ACCEPTANCE ? fill_demanded(source, file->row, shown)
                                                       : OK;
    return result == OK ? case_summary_findings(file->row->findings, source->arena,
                                                &shown->findings, &shown->n_findings)
                        : result;
}

static enum result
open_case(const struct query_source *source, const char *case_number, struct case_file *ret_file,
          struct refusal *ret_refusal)
{
    enum result result =
        case_file_open(source->txn, source->role->machine, case_number, source->arena, ret_file);
    return result == ERR_ABSENT ? refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "case_number",
                                         "no such case at this office")
                                : result;
}

static enum result
show_masked(const struct query_source *source, const char *case_number, Yidi__Response *response,
            struct refusal *ret_refusal)
{
    struct case_file file;
    enum result result = open_case(source, case_number, &file, ret_refusal);
    if (result == OK)
        result = mask_person(file.row, source->arena);
    return result == OK ? fill_shown(source, &file, response) : result;
}

enum result
store_queries_show_full(const struct query_source *source, const char *case_number,
                        Yidi__Response *ret_response, struct refusal *ret_refusal)
{
    struct case_file file;
    enum result result = open_case(source, case_number, &file, ret_refusal);
    return result == OK ? fill_shown(source, &file, ret_response) : result;
}

/* ---- the code on a receipt ---- */

/* Whether there is such a case is told no more than what its code is. */
static enum result
check_receipt(const struct query_source *source, const Yidi__ReceiptCheck *check,
              Yidi__Response *response, struct refusal *ret_refusal)
{
    const struct machine *machine = source->role->machine;
    Yidi__ReceiptChecked *checked = arena_take(source->arena, sizeof *checked);
    char code[RECEIPT_CODE_CHARS + 1];
    struct bytes digest = { 0 };
    struct case_file file;
    if (checked == NULL)
        return ERR_MEMORY;
    if (source->role->party != PARTY_ACCEPTANCE)
        return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "command",
                      "only the window that gave a receipt out knows its code");
    enum result result = receipt_code_read(check->code, "receipt_check.code", code, ret_refusal);
    if (result != OK)
        return result;
    result = case_file_open(source->txn, machine, check->case_number, source->arena, &file);
    if (result == OK)
        digest = bytes_of(file.row->receipt_digest.data, file.row->receipt_digest.len);
    else if (result != ERR_ABSENT)
        return result;
    yidi__receipt_checked__init(checked);
    checked->right = receipt_matches(digest, check->case_number, code);
    if (checked->right)
        checked->state = (char *)machine->state_names[file.row->state];
    response->body_case = YIDI__RESPONSE__BODY_RECEIPT_CHECKED;
    response->receipt_checked = checked;
    return OK;
}

/* ---- all of them ---- */

static enum result
ask_role(const struct query_source *source, const Yidi__Request *request, Yidi__Response *response,
         struct refusal *ret_refusal)
{
    if (source->role->answer_query == NULL)
        return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "command",
                      "this office does not keep that");
    return source->role->answer_query(source->txn, request, source->arena, response, ret_refusal);
}

static enum result
list_cases(const struct query_source *source, const Yidi__List *list, Yidi__Response *response,
           struct refusal *ret_refusal)
{
    const struct urgency_scale scale =
        urgency_scale_of(policies_present(source->policies), source->office, source->now_ms);
    const struct summary_source summaries = { source->txn, source->role->machine, &scale,
                                              source->arena };
    return case_list(&summaries, list, response, ret_refusal);
}

enum result
store_queries_answer(const struct query_source *source, const Yidi__Request *request,
                     Yidi__Response *ret_response, struct refusal *ret_refusal)
{
    enum result result = permission_check(source->txn, source->role->party, request, ret_refusal);
    if (result != OK)
        return result;
    switch (request->command_case) {
    case YIDI__REQUEST__COMMAND_LIST:
        return list_cases(source, request->list, ret_response, ret_refusal);
    case YIDI__REQUEST__COMMAND_SHOW:
        return show_masked(source, request->show->case_number, ret_response, ret_refusal);
    case YIDI__REQUEST__COMMAND_RECEIPT_CHECK:
        return check_receipt(source, request->receipt_check, ret_response, ret_refusal);
    case YIDI__REQUEST__COMMAND_QUOTE:
        return quote_answer(source, request->quote, ret_response, ret_refusal);
    case YIDI__REQUEST__COMMAND_OPERATOR_LIST:
        return operators_list(source->txn, source->now_ms, source->arena, ret_response);
    default:
        return ask_role(source, request, ret_response, ret_refusal);
    }
}
