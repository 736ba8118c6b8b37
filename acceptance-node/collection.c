/* SPDX-License-Identifier: Apache-2.0 */
#include "acceptance-node/collection.h"

#include <stdio.h>

#include "acceptance-node/acceptance.h"
#include "acceptance-node/core/application.h"
#include "acceptance-node/core/handover.h"
#include "acceptance-node/temporary.h"
#include "common/core/format.h"
#include "common/domain/civil_date.h"
#include "common/io/policies.h"
#include "common/io/receipt.h"

_Static_assert((int)IDENTIFIED_BY_DOCUMENT == (int)YIDI__IDENTIFIED_BY__DOCUMENT &&
                   (int)COMPARED_AS_NO_MATCH == (int)YIDI__COMPARISON__NO_MATCH &&
                   (int)COLLECTOR_PROXY == (int)YIDI__COLLECTOR_KIND__PROXY,
               "handover has the numbers of proto/");

enum result
collection_open(struct case_file *file, struct arena *arena)
{
    if (file->row->collection != NULL)
        return OK;
    file->row->collection = arena_take(arena, sizeof *file->row->collection);
    if (file->row->collection == NULL)
        return ERR_MEMORY;
    yidi__collection__init(file->row->collection);
    return OK;
}

static struct application_event
event_of(const Yidi__Case *row, bool old_card_surrendered)
{
    return (struct application_event){
        .kind = APPLICATION_COLLECT,
        .renewal = row->form->kind == YIDI__APPLICATION_KIND__RENEWAL,
        .old_card_surrendered = old_card_surrendered,
    };
}

/* ---- may it be handed out? ---- */

static struct handover
handover_of(const Yidi__Case *row, const Yidi__Decide *decide, uint64_t now_ms)
{
    static const Yidi__Collector nobody = YIDI__COLLECTOR__INIT;
    const Yidi__ApplicationForm *form = row->form;
    const Yidi__Collector *collector = decide->collector != NULL ? decide->collector : &nobody;
    const Yidi__TemporaryCard *temporary = temporary_of(row);
    return (struct handover){
        .today = civil_date_of_ms(now_ms),
        .holder_birth_date = form->person->birth_date,
        .holder_number = form->person->citizen_number,
        .guardian_given = form->guardian != NULL,
        .guardian_name = form->guardian != NULL ? form->guardian->name : "",
        .guardian_number = form->guardian != NULL ? form->guardian->citizen_number : "",
        .fingerprint_count = form->n_fingerprints,
        .temporary_card_out =
            temporary != NULL && temporary->end == YIDI__TEMPORARY_CARD_END__STILL_OUT,
        .identified_by = (enum handover_identification)decide->identified_by,
        .comparison = (enum handover_comparison)decide->comparison,
        .score = decide->score,
        .collector = (enum handover_collector)collector->kind,
        .name = collector->name,
        .number = collector->citizen_number,
        .relation = collector->relation,
        .reason = collector->reason,
        .temporary_card_surrendered = decide->temporary_card_surrendered,
        .temporary_card_lost = decide->temporary_card_lost,
        .holder_checked = decide->holder_checked,
    };
}

/* As it was typed, or scanned with its case number. */
static enum result
check_receipt(const Yidi__Case *row, const char *text, struct refusal *ret_refusal)
{
    char number[CASE_NUMBER_CHARS + 1], code[RECEIPT_CODE_CHARS + 1];
    struct bytes digest = bytes_of(row->receipt_digest.data, row->receipt_digest.len);
    bool scanned = receipt_code_read_scan(text, number, code);
    bool ours = !scanned || strcmp(number, row->case_number) == 0;
    enum result result =
        receipt_code_read(scanned ? code : text, "decide.receipt_code", code, ret_refusal);
    if (result == OK && (!ours || !receipt_matches(digest, row->case_number, code)))
        return refuse(ret_refusal, REFUSAL_RECEIPT_MISMATCH, "decide.receipt_code",
                      "this is not the code of this application's receipt");
    return result;
}

static enum result
check_machine(const Yidi__Case *row, bool old_card_surrendered, struct refusal *ret_refusal)
{
    const struct application_event event = event_of(row, old_card_surrendered);
    struct application application = { .state = (int)row->state };
    struct effects unused = { 0 };
    return application_step(&application, &event, &unused, ret_refusal);
}

/* What the machine refuses comes first: a card that is not here needs no identification. */
static enum result
check(struct turn *turn, const Yidi__Case *row, const Yidi__Decide *decide,
      struct refusal *ret_refusal)
{
    struct policy_case policy;
    bool of_one = decide->collector != NULL || decide->receipt_code[0] != '\0';
    enum result result = check_machine(row, decide->old_card_surrendered, ret_refusal);
    if (result == OK && of_one && decide->n_case_numbers > 1)
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.case_numbers",
                      "a collector, and a receipt, are of one case only");
    if (result == OK && decide->receipt_code[0] != '\0')
        result = check_receipt(row, decide->receipt_code, ret_refusal);
    if (result == OK)
        result = policies_of_case(turn, row, &policy);
    if (result != OK)
        return result;
    struct handover handover = handover_of(row, decide, turn->now_ms);
    handover.holder_check = policy_of_case(&policy, POLICY_HOLDER_CHECK) != 0;
    return handover_check(&handover, ret_refusal);
}

/* ---- what is kept of it ---- */

static enum result
note(struct turn *turn, const Yidi__Decide *decide, Yidi__Case *row)
{
    Yidi__Collection *collection = row->collection;
    bool holder =
        decide->collector == NULL || decide->collector->kind == YIDI__COLLECTOR_KIND__HOLDER;
    collection->collected_ms = turn->now_ms;
    collection->identified_by = decide->identified_by;
    collection->comparison = decide->comparison;
    collection->score = decide->score;
    collection->collector = holder ? NULL : decide->collector;
    collection->receipt_checked = decide->receipt_code[0] != '\0';
    collection->holder_checked = decide->holder_checked;
    collection->clerk = (char *)turn->operator;
    return temporary_end(turn, row,
                         decide->temporary_card_surrendered
                             ? YIDI__TEMPORARY_CARD_END__HANDED_BACK
                             : YIDI__TEMPORARY_CARD_END__REPORTED_LOST);
}

/* For the journal, which names nobody. */
static const char *
describe(const Yidi__Collection *collection, const char *text, struct arena *arena)
{
    static const char *const methods[] = {
        [IDENTIFIED_NOT] = "",
        [IDENTIFIED_BY_FACE] = "face",
        [IDENTIFIED_BY_FINGERPRINT] = "fingerprint",
        [IDENTIFIED_BY_DOCUMENT] = "document",
    };
    static const char *const collectors[] = {
        [COLLECTOR_HOLDER] = "holder",
        [COLLECTOR_GUARDIAN] = "guardian",
        [COLLECTOR_PROXY] = "proxy",
    };
    enum { DETAIL_BYTES = 601 };
    const Yidi__Collector *collector = collection->collector;
    char *detail = arena_take(arena, DETAIL_BYTES);
    if (detail == NULL)
        return NULL;
    format_text(detail, DETAIL_BYTES, "%s identified by %s%s%s%s%s%s%s",
                collectors[collector == NULL ? 0 : collector->kind],
                methods[collection->identified_by],
                collection->comparison == YIDI__COMPARISON__MATCH ? ", comparator match" : "",
                collection->score[0] == '\0' ? "" : ", score ", collection->score,
                collection->holder_checked ? ", print and chip checked and signed for" : "",
                text[0] == '\0' ? "" : "; ", text);
    return detail;
}

enum result
collection_collect(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
                   struct refusal *ret_refusal)
{
    const struct application_event event = event_of(file->row, decide->old_card_surrendered);
    enum result result = check(turn, file->row, decide, ret_refusal);
    if (result == OK)
        result = collection_open(file, turn->arena);
    if (result == OK)
        result = note(turn, decide, file->row);
    if (result != OK)
        return result;
    const char *detail = describe(file->row->collection, decide->text, turn->arena);
    if (detail == NULL)
        return ERR_MEMORY;
    turn->act_detail = detail;
    return acceptance_advance(turn, file, NULL, &event, ret_refusal);
}

/* ---- told to others, and back ---- */

void
collection_fill(const Yidi__Case *row, Yidi__CardCollected *body)
{
    const Yidi__Collection *collection = row->collection;
    if (collection == NULL)
        return;
    body->identified_by = collection->identified_by;
    body->comparison = collection->comparison;
    body->score = collection->score;
    if (collection->collector != NULL)
        body->collected_by = collection->collector->kind;
    body->temporary_card = collection->temporary_card;
    body->holder_checked = collection->holder_checked;
}

/* A guardian stands in the form, a proxy was told to nobody. */
static enum result
restore_collector(const Yidi__Case *row, Yidi__CollectorKind kind, struct arena *arena,
                  Yidi__Collector **ret_collector)
{
    const Yidi__Guardian *guardian = row->form->guardian;
    Yidi__Collector *collector = arena_take(arena, sizeof *collector);
    if (collector == NULL)
        return ERR_MEMORY;
    yidi__collector__init(collector);
    collector->kind = kind;
    if (kind == YIDI__COLLECTOR_KIND__GUARDIAN && guardian != NULL) {
        collector->name = guardian->name;
        collector->citizen_number = guardian->citizen_number;
        collector->relation = guardian->relation;
    }
    *ret_collector = collector;
    return OK;
}

static enum result
restore(struct turn *turn, Yidi__Case *row, const Yidi__CardCollected *collected)
{
    Yidi__Collection *collection = row->collection;
    enum result result = OK;
    if (collected->temporary_card != NULL)
        result = temporary_end(turn, row, collected->temporary_card->end);
    if (result != OK)
        return result;
    collection->collected_ms = turn->now_ms;
    collection->identified_by = collected->identified_by;
    collection->comparison = collected->comparison;
    collection->score = collected->score;
    collection->holder_checked = collected->holder_checked;
    collection->clerk = (char *)turn->operator;
    collection->collector = NULL;
    return collected->collected_by == YIDI__COLLECTOR_KIND__HOLDER
               ? OK
               : restore_collector(row, collected->collected_by, turn->arena,
                                   &collection->collector);
}

enum result
collection_restore(struct turn *turn, struct case_file *file, const Yidi__CardCollected *collected,
                   struct refusal *ret_refusal)
{
    enum result result = check_machine(file->row, collected->old_card_surrendered, ret_refusal);
    if (result == OK)
        result = collection_open(file, turn->arena);
    if (result == OK && collected->temporary_card != NULL)
        result = temporary_restore(turn, file, collected->temporary_card);
    return result == OK ? restore(turn, file->row, collected) : result;
}
