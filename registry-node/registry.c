/* SPDX-License-Identifier: Apache-2.0 */
#include "registry-node/registry.h"

#include <stdio.h>

#include "common/domain/civil_date.h"
#include "common/domain/deadline.h"
#include "common/domain/finding.h"
#include "common/domain/validity.h"
#include "common/io/incoming.h"
#include "common/io/share.h"
#include "common/io/stream_key.h"
#include "common/io/turn.h"
#include "registry-node/core/review.h"

/* ---- deadlines ---- */

static uint64_t
stage_deadline_ms(const Yidi__Case *row, uint64_t now_ms)
{
    uint64_t stage_ms;
    switch ((enum review_state)row->state) {
    case REVIEW_RECEIVED:
        stage_ms = deadline_ms(DEADLINE_REGISTRY, now_ms);
        break;
    case REVIEW_EXAMINED: /* examination and issue share the registry's days */
        stage_ms = row->stage_deadline_ms;
        break;
    case REVIEW_MADE:
        return deadline_ms(DEADLINE_COLLECTION, now_ms);
    case REVIEW_BLOCKED:
        stage_ms = deadline_ms(DEADLINE_REGISTRY, now_ms);
        break;
    default:
        stage_ms = deadline_ms(DEADLINE_PRODUCTION, now_ms);
        break;
    }
    return stage_ms < row->statutory_deadline_ms ? stage_ms : row->statutory_deadline_ms;
}

/* ---- outgoing messages ---- */

union bodies {
    Yidi__ApplicationRefused refused;
    Yidi__CardIssued issued;
    Yidi__CardOrdered ordered;
};

static void
fill_refused(const struct case_file *file, Yidi__ApplicationRefused *body)
{
    const Yidi__CaseRefusal *refusal = file->row->refusal;
    REQUIRE(refusal != NULL);
    yidi__application_refused__init(body);
    body->reasons = refusal->reasons;
    body->n_reasons = refusal->n_reasons;
    body->text = refusal->text;
    body->contact = refusal->contact;
}

static void
fill_issued(const struct case_file *file, Yidi__CardIssued *body)
{
    const Yidi__Case *row = file->row;
    yidi__card_issued__init(body);
    body->production_office = row->production_office;
    body->issuing_authority = row->issuing_authority;
    body->valid_from = row->valid_from;
    body->valid_until = row->valid_until;
}

static enum result
find_application_envelope(struct turn *turn, const Yidi__Case *row, struct bytes *ret_envelope)
{
    struct stream_key key;
    struct bytes stored = bytes_of(row->application_envelope.data, row->application_envelope.len);
    enum result result = OK;
    if (stored.size == 0)
        result =
            store_get(turn->txn, TABLE_INBOX,
                      stream_key(row->acceptance_office, row->application_sequence, &key), &stored);
    if (result != OK)
        return result == ERR_ABSENT ? ERR_DAMAGED : result;
    *ret_envelope = arena_copy(turn->arena, stored);
    return ret_envelope->data == NULL ? ERR_MEMORY : OK;
}

/* The order carries the window's own signed application: the production node need not believe us.
 */
static enum result
fill_ordered(struct turn *turn, const struct case_file *file, Yidi__CardOrdered *body)
{
    const Yidi__Case *row = file->row;
    struct bytes envelope;
    enum result result = find_application_envelope(turn, row, &envelope);
    if (result != OK)
        return result;
    yidi__card_ordered__init(body);
    body->application_envelope =
        (ProtobufCBinaryData){ .data = (uint8_t *)envelope.data, .len = envelope.size };
    body->acceptance_office = row->acceptance_office;
    body->issuing_authority = row->issuing_authority;
    body->valid_from = row->valid_from;
    body->valid_until = row->valid_until;
    body->statutory_deadline_ms = row->statutory_deadline_ms;
    return OK;
}

static enum result
fill_message(struct turn *turn, const struct case_file *file, enum message_kind kind,
             Yidi__Message *message)
{
    enum { TRACE_SENT = 16 };
    union bodies *bodies = arena_take(turn->arena, sizeof *bodies);
    Yidi__Hop **trace = arena_take(turn->arena, TRACE_SENT * sizeof *trace);
    if (bodies == NULL || trace == NULL)
        return ERR_MEMORY;
    size_t count = case_file_own_trace(file, turn->office->journal.office, trace, TRACE_SENT);
    enum result result = OK;
    message->body_case = (Yidi__Message__BodyCase)kind;
    if (kind == MESSAGE_APPLICATION_REFUSED) {
        fill_refused(file, &bodies->refused);
        bodies->refused.trace = trace;
        bodies->refused.n_trace = count;
        message->application_refused = &bodies->refused;
    } else if (kind == MESSAGE_CARD_ISSUED) {
        fill_issued(file, &bodies->issued);
        bodies->issued.trace = trace;
        bodies->issued.n_trace = count;
        message->card_issued = &bodies->issued;
    } else {
        REQUIRE(kind == MESSAGE_CARD_ORDERED);
        result = fill_ordered(turn, file, &bodies->ordered);
        bodies->ordered.trace = trace;
        bodies->ordered.n_trace = count;
        message->card_ordered = &bodies->ordered;
    }
    return result;
}

/* ---- steps ---- */

enum result
registry_advance(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                 const struct review_event *event, struct refusal *ret_refusal)
{
    struct review review = { .state = (int)file->row->state, .examiner = file->row->examiner };
    struct effects effects = { 0 };
    enum result result = review_step(&review, event, &effects, ret_refusal);
    return result == OK ? turn_advance(turn, file, incoming, review.state, &effects) : result;
}

/* ---- incoming messages ---- */

/* The citizen has collected one card, and the centre tells of another: one of them is too many. */
static enum result
call_attention_to_card(struct turn *turn, struct case_file *file, const struct incoming *incoming)
{
    char text[120];
    snprintf(text, sizeof text, "card %s was made, card %s was collected",
             incoming->message->card_made->card_serial, file->row->card_serial);
    return turn_call_attention(turn, file, refusal_name(REFUSAL_CARD_SERIAL_MISMATCH), text,
                               incoming->from);
}

static enum result
take_made(struct turn *turn, struct case_file *file, const struct incoming *incoming,
          struct refusal *ret_refusal)
{
    const struct review_event event = { .kind = REVIEW_CARD_MADE, .operator= "" };
    const Yidi__CardMade *made = incoming->message->card_made;
    bool closed = file->row->state == REVIEW_CLOSED; /* the collected card stays the valid one */
    bool another = closed && strcmp(made->card_serial, file->row->card_serial) != 0;
    if (!closed) {
        file->row->card_serial = made->card_serial;
        file->row->attempt = made->attempt;
    }
    enum result result = registry_advance(turn, file, incoming, &event, ret_refusal);
    return result == OK && another ? call_attention_to_card(turn, file, incoming) : result;
}

static enum result
take_collected(struct turn *turn, struct case_file *file, const struct incoming *incoming,
               struct refusal *ret_refusal)
{
    const Yidi__CardCollected *collected = incoming->message->card_collected;
    const struct review_event event = {
        .kind = REVIEW_CARD_COLLECTED,
        .operator= "",
        .renewal = file->row->form->kind == YIDI__APPLICATION_KIND__RENEWAL,
        .old_card_surrendered = collected->old_card_surrendered,
    };
    file->row->card_serial = collected->card_serial;
    enum result result = registry_advance(turn, file, incoming, &event, ret_refusal);
    if (result == OK)
        result = registry_replace_card(turn, file->row, file->row->card_serial);
    return result;
}

/* A refused order blocks the case until an issuer orders again; anything else is for an operator to
 * look at. */
static enum result
take_message_refused(struct turn *turn, struct case_file *file, const struct incoming *incoming)
{
    const Yidi__MessageRefused *refused = incoming->message->message_refused;
    const struct review_event event = { .kind = REVIEW_ORDER_REFUSED, .operator= "" };
    char text[341];
    snprintf(text, sizeof text, "%s %s", refused->field, refused->text);
    bool order = file->row->state == REVIEW_ISSUED &&
                 strcmp(incoming->from, file->row->production_office) == 0;
    enum result result = order ? registry_advance(turn, file, incoming, &event, NULL) : OK;
    if (result == OK)
        result = turn_call_attention(turn, file, refused->code, text, incoming->from);
    return result;
}

static enum result
take_message(struct turn *turn, struct case_file *file, const struct incoming *incoming,
             struct refusal *ret_refusal)
{
    switch (incoming->message->body_case) {
    case YIDI__MESSAGE__BODY_CARD_MADE:
        return take_made(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_CARD_COLLECTED:
        return take_collected(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_MESSAGE_REFUSED:
        return take_message_refused(turn, file, incoming);
    default:
        return refuse(ret_refusal, REFUSAL_ROLE_MISMATCH, "message",
                      "a registry does not take this message");
    }
}

/* ---- decisions ---- */

static const char *
failed_finding(uint32_t findings)
{
    for (int finding = 0; finding < FINDING_COUNT; finding++)
        if (findings_have(findings, (enum finding)finding) &&
            finding_severity((enum finding)finding) == FINDING_FAIL)
            return finding_name((enum finding)finding);
    return findings_fatal(findings) ? "a finding of a newer version" : NULL;
}

/* The record may have changed since the application came: it is judged again. */
static enum result
examine(struct turn *turn, struct case_file *file, struct refusal *ret_refusal)
{
    struct review_event event = { .kind = REVIEW_EXAMINE, .operator= turn->operator};
    uint32_t findings;
    enum result result = registry_judge(turn, file->row->form, &findings);
    if (result != OK)
        return result;
    file->row->findings = findings;
    file->row->examiner = (char *)turn->operator;
    event.failed_finding = failed_finding(findings);
    return registry_advance(turn, file, NULL, &event, ret_refusal);
}

static enum result
issue(struct turn *turn, struct case_file *file, struct refusal *ret_refusal)
{
    const struct review_event event = { .kind = REVIEW_ISSUE, .operator= turn->operator};
    Yidi__Case *row = file->row;
    enum result result = registry_check_only_card(turn, row, ret_refusal);
    if (result == OK)
        result = turn_find_attachments(turn, row->form);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_ATTACHMENT_LOST, "form.photo_digest",
                      "no other office has handed it back");
    if (result != OK)
        return result;
    bool again = row->state == REVIEW_BLOCKED;
    row->issuer = (char *)turn->operator;
    row->attention = NULL;
    row->issuing_authority =
        office_self(turn->office)->issuing_authority; /* may have been renamed */
    if (!again) {
        row->valid_from = civil_date_of_ms(turn->now_ms);
        row->valid_until = validity_until(row->form->person->birth_date, row->valid_from);
    }
    return registry_advance(turn, file, NULL, &event, ret_refusal);
}

static enum result
refuse_application(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
                   struct refusal *ret_refusal)
{
    const struct review_event event = { .kind = REVIEW_REFUSE, .operator= turn->operator};
    Yidi__CaseRefusal *refusal = arena_take(turn->arena, sizeof *refusal);
    if (refusal == NULL)
        return ERR_MEMORY;
    if (decide->n_reasons == 0)
        return refuse(ret_refusal, REFUSAL_REFUSAL_INCOMPLETE, "decide.reasons",
                      "at least one reason");
    if (decide->text[0] == '\0')
        return refuse(ret_refusal, REFUSAL_REFUSAL_INCOMPLETE, "decide.text",
                      "the applicant is told the detailed reason");
    yidi__case_refusal__init(refusal);
    refusal->reasons = decide->reasons;
    refusal->n_reasons = decide->n_reasons;
    refusal->text = decide->text;
    refusal->contact = office_self(turn->office)->contact;
    file->row->refusal = refusal;
    return registry_advance(turn, file, NULL, &event, ret_refusal);
}

static enum result
decide(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
       struct refusal *ret_refusal)
{
    if (share_is_missing(turn, file->row->acceptance_office))
        return refuse(ret_refusal, REFUSAL_OFFICE_RECOVERING, "case_number",
                      "it may be decided already; wait until the window's share is back");
    switch (decide->verb) {
    case YIDI__VERB__EXAMINE:
        return examine(turn, file, ret_refusal);
    case YIDI__VERB__ISSUE:
        return issue(turn, file, ret_refusal);
    case YIDI__VERB__REFUSE:
        return refuse_application(turn, file, decide, ret_refusal);
    default:
        return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "decide.verb",
                      "a registry examines, issues and refuses");
    }
}

static enum result
take_command(struct turn *turn, const Yidi__Request *request, const struct bytes *frames,
             size_t frame_count, Yidi__Response *response, struct refusal *ret_refusal)
{
    if (request->command_case == YIDI__REQUEST__COMMAND_POPULATION_IMPORT && frame_count == 1)
        return registry_import_population(turn, request->population_import, frames[0], response,
                                          ret_refusal);
    return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "command", "a registry does not do that");
}

const struct role registry_role = {
    .name = "registry-node",
    .unit = "registry",
    .party = PARTY_REGISTRY,
    .machine = &review_machine,
    .opening = MESSAGE_APPLICATION_SUBMITTED,
    .open_case = registry_open_review,
    .take_message = take_message,
    .take_command = take_command,
    .redo = registry_redo,
    .decide = decide,
    .fill_message = fill_message,
    .stage_deadline_ms = stage_deadline_ms,
};
