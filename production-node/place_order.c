/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "common/domain/deadline.h"
#include "common/io/envelope.h"
#include "common/io/incoming.h"
#include "common/io/redo.h"
#include "common/io/turn.h"
#include "production-node/core/order.h"
#include "production-node/production.h"

#define FIELD "card_ordered.application_envelope"

/* The window's signed application, as found inside the order. */
struct application_proof {
    const Yidi__Office *acceptance;
    const Yidi__ApplicationSubmitted *submitted;
};

static enum result
refuse_proof(struct refusal *ret_refusal, const char *rule)
{
    return refuse(ret_refusal, REFUSAL_AUTHORITY_INVALID, FIELD, "%s", rule);
}

/* Is it authentic, and is it this application, sent by that window to the registry that orders? */
static enum result
open_proof(struct turn *turn, const struct incoming *incoming, struct application_proof *ret_proof,
           struct refusal *ret_refusal)
{
    const Yidi__CardOrdered *ordered = incoming->message->card_ordered;
    struct envelope envelope;
    enum result result = envelope_verify(
        &turn->office->verifier,
        bytes_of(ordered->application_envelope.data, ordered->application_envelope.len),
        turn->arena, &envelope, ret_refusal);
    if (result == ERR_MEMORY)
        return result;
    if (result != OK)
        return refuse_proof(ret_refusal, "an envelope that a listed office signed");
    const Yidi__JournalEntry *entry = envelope.entry;
    if (entry->body_case != YIDI__JOURNAL_ENTRY__BODY_SENT ||
        entry->sent->message->body_case != YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED)
        return refuse_proof(ret_refusal, "an application that was submitted");
    if (strcmp(entry->office, ordered->acceptance_office) != 0)
        return refuse_proof(ret_refusal, "signed by the acceptance office of the order");
    if (strcmp(entry->sent->to, incoming->from) != 0)
        return refuse_proof(ret_refusal, "sent to the registry that orders");
    if (strcmp(entry->sent->message->case_number, incoming->message->case_number) != 0)
        return refuse_proof(ret_refusal, "of the same case number");
    ret_proof->acceptance = directory_find(turn->office->directory, entry->office);
    ret_proof->submitted = entry->sent->message->application_submitted;
    return OK;
}

/* May this window accept, this registry decide about this citizen, and this office make the card?
 */
static enum result
check_authority(const struct turn *turn, const struct incoming *incoming,
                const struct application_proof *proof, struct refusal *ret_refusal)
{
    const Yidi__Office *acceptance = proof->acceptance;
    const Yidi__Office *registry = directory_find(turn->office->directory, incoming->from);
    const Yidi__Office *self = office_self(turn->office);
    const char *division = proof->submitted->form->person->registration_division;
    const bool proved = turn->redo != NULL && turn->redo->evidence; /* it was trusted then */
    if ((!proved && !office_trusts(turn->office, acceptance, turn->now_ms)) || acceptance == NULL ||
        acceptance->role != YIDI__ROLE__ACCEPTANCE)
        return refuse_proof(ret_refusal, "of an acceptance office that is still trusted");
    if (registry == NULL || !directory_office_covers(registry, division))
        return refuse(ret_refusal, REFUSAL_NOT_IN_JURISDICTION, FIELD,
                      "the registry that orders has no jurisdiction over %s", division);
    if (strcmp(incoming->message->card_ordered->issuing_authority, registry->issuing_authority) !=
        0)
        return refuse(ret_refusal, REFUSAL_AUTHORITY_INVALID, "card_ordered.issuing_authority",
                      "the directory names another issuing authority for that registry");
    if (strcmp(proof->submitted->production_office, self->code) != 0 ||
        !directory_office_covers(self, acceptance->areas[0]))
        return refuse(ret_refusal, REFUSAL_WRONG_OFFICE, FIELD,
                      "this production office does not serve that window");
    return OK;
}

static enum result
check_new(struct turn *turn, const char *case_number, struct refusal *ret_refusal)
{
    enum result result = case_file_exists(turn->txn, case_number);
    if (result == OK)
        return refuse(ret_refusal, REFUSAL_CASE_NUMBER_TAKEN, "case_number",
                      "a card for this case was ordered already");
    return result == ERR_ABSENT ? OK : result;
}

/* The law counts from the day that the window signed, but from no day to come. What the registry
 * says can neither shorten that time, nor lengthen it beyond what an application of today has. */
static uint64_t
statutory_deadline_ms(const Yidi__CardOrdered *ordered, const Yidi__ApplicationSubmitted *submitted,
                      const struct policy_case *policy, uint64_t now_ms)
{
    uint64_t accepted_ms = submitted->accepted_ms < now_ms ? submitted->accepted_ms : now_ms;
    uint64_t earliest_ms = deadline_ms(DEADLINE_STATUTORY, policy, accepted_ms);
    uint64_t latest_ms = deadline_ms(DEADLINE_STATUTORY, policy, now_ms);
    if (ordered->statutory_deadline_ms < earliest_ms)
        return earliest_ms;
    return ordered->statutory_deadline_ms < latest_ms ? ordered->statutory_deadline_ms : latest_ms;
}

static enum result
fill_row(struct turn *turn, const struct incoming *incoming, const struct application_proof *proof,
         Yidi__Case *row)
{
    const Yidi__CardOrdered *ordered = incoming->message->card_ordered;
    row->form = proof->submitted->form;
    row->acceptance_office = ordered->acceptance_office;
    row->registry_office = (char *)incoming->from;
    row->production_office = (char *)turn->office->journal.office;
    row->accepted_ms = proof->submitted->accepted_ms;
    row->policy_version = proof->submitted->policy_version;
    row->issuing_authority = ordered->issuing_authority;
    row->valid_from = ordered->valid_from;
    row->valid_until = ordered->valid_until;
    struct policy_case policy;
    enum result result = policies_of_case(turn, row, &policy);
    if (result != OK)
        return result;
    row->statutory_deadline_ms =
        statutory_deadline_ms(ordered, proof->submitted, &policy, turn->now_ms);
    return OK;
}

/* News that closes the citizen's last case may be on its way still, so a second open order is no
 * reason to refuse; a person looks. */
enum result
production_warn_of_second(struct turn *turn, struct case_file *file)
{
    char open_case[CASE_NUMBER_CHARS + 1], text[120];
    enum result result =
        case_file_find_open(turn->txn, file->row->form->person->citizen_number, open_case);
    if (result == ERR_ABSENT)
        return OK;
    if (result != OK)
        return result;
    snprintf(text, sizeof text, "case %s of the same citizen is open here", open_case);
    return turn_set_attention(turn, file, refusal_name(REFUSAL_OPEN_APPLICATION), text,
                              file->row->registry_office);
}

enum result
production_place_order(struct turn *turn, const struct incoming *incoming,
                       struct refusal *ret_refusal)
{
    struct application_proof proof = { 0 };
    struct case_file file;
    struct order order = { .state = ORDER_ABSENT, .maker = "", .card_serial = "" };
    const struct order_event event = { .kind = ORDER_PLACE, .operator= "", .card_serial = "" };
    struct effects effects = { 0 };

    enum result result = open_proof(turn, incoming, &proof, ret_refusal);
    if (result == OK)
        result = check_authority(turn, incoming, &proof, ret_refusal);
    if (result == OK)
        result = incoming_check_attachments(incoming, proof.submitted->form, FIELD, ret_refusal);
    if (result == OK)
        result = check_new(turn, incoming->message->case_number, ret_refusal);
    if (result == OK)
        result = case_file_new(incoming->message->case_number, turn->arena, &file);
    if (result == OK)
        result = order_step(&order, &event, &effects, ret_refusal);
    if (result != OK)
        return result;
    result = fill_row(turn, incoming, &proof, file.row);
    if (result == OK)
        result = production_warn_of_second(turn, &file);
    return result == OK ? production_carry_out(turn, &file, incoming, order.state, &effects)
                        : result;
}
