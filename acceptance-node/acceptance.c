/* SPDX-License-Identifier: Apache-2.0 */
#include "acceptance-node/acceptance.h"

#include <stdio.h>

#include "acceptance-node/core/application.h"
#include "common/core/format.h"
#include "common/domain/deadline.h"
#include "common/domain/refusal_reason.h"
#include "common/io/incoming.h"
#include "common/io/turn.h"

/* ---- deadlines ---- */

static uint64_t
stage_deadline_ms(const Yidi__Case *row, uint64_t now_ms)
{
    uint64_t stage_ms = 0;
    switch ((enum application_state)row->state) {
    case APPLICATION_SUBMITTED:
        stage_ms = deadline_ms(DEADLINE_REGISTRY, now_ms);
        break;
    case APPLICATION_READY: /* the statutory limit is met; the citizen may take time */
        return deadline_ms(DEADLINE_COLLECTION, now_ms);
    default:
        stage_ms = deadline_ms(DEADLINE_PRODUCTION, now_ms);
        break;
    }
    return stage_ms < row->statutory_deadline_ms ? stage_ms : row->statutory_deadline_ms;
}

/* ---- outgoing messages ---- */

static void
fill_submitted(const struct turn *turn, const struct case_file *file,
               Yidi__ApplicationSubmitted *body)
{
    body->form = file->row->form;
    body->production_office = file->row->production_office;
    body->accepted_ms = file->row->accepted_ms;
    body->n_trace = case_file_own_trace(file, turn->office->journal.office, body->trace, 16);
}

static enum result
fill_message(struct turn *turn, const struct case_file *file, enum message_kind kind,
             Yidi__Message *message)
{
    /* One allocation holds whichever body it is, and its trace. */
    struct {
        Yidi__ApplicationSubmitted submitted;
        Yidi__CardReceived received;
        Yidi__CardCollected collected;
        Yidi__Hop *trace[64];
    } *bodies = arena_take(turn->arena, sizeof *bodies);
    if (bodies == NULL)
        return ERR_MEMORY;
    const Yidi__Case *row = file->row;
    message->body_case = (Yidi__Message__BodyCase)kind;
    if (kind == MESSAGE_APPLICATION_SUBMITTED) {
        yidi__application_submitted__init(&bodies->submitted);
        bodies->submitted.trace = bodies->trace;
        fill_submitted(turn, file, &bodies->submitted);
        message->application_submitted = &bodies->submitted;
    } else if (kind == MESSAGE_CARD_RECEIVED) {
        yidi__card_received__init(&bodies->received);
        bodies->received.card_serial = row->card_serial;
        bodies->received.defective = row->state == APPLICATION_IN_PRODUCTION;
        if (bodies->received.defective)
            bodies->received.text = (char *)turn->act_detail;
        message->card_received = &bodies->received;
    } else {
        REQUIRE(kind == MESSAGE_CARD_COLLECTED);
        yidi__card_collected__init(&bodies->collected);
        bodies->collected.card_serial = row->card_serial;
        bodies->collected.old_card_surrendered = row->form->kind == YIDI__APPLICATION_KIND__RENEWAL;
        bodies->collected.trace = bodies->trace;
        bodies->collected.n_trace =
            case_file_own_trace(file, turn->office->journal.office, bodies->trace, 64);
        message->card_collected = &bodies->collected;
    }
    return OK;
}

static enum result
fill_notification(struct turn *turn, const struct case_file *file, Yidi__NotificationRow *row)
{
    enum { TEXT_BYTES = 901 };
    char *text = arena_take(turn->arena, TEXT_BYTES);
    if (text == NULL)
        return ERR_MEMORY;
    const Yidi__CaseRefusal *refusal = file->row->refusal;
    if (file->row->state == APPLICATION_READY) {
        row->event = "ready";
        snprintf(text, TEXT_BYTES,
                 "您的居民身份证已到，请凭领证回执 %s 到受理点领取。Your resident ID card has "
                 "arrived; collect it with receipt %s.",
                 row->case_number, row->case_number);
    } else {
        REQUIRE(refusal != NULL);
        row->event = "refused";
        format_text(text, TEXT_BYTES, "%s %s %s %s",
                    refusal_reason_chinese((enum refusal_reason)refusal->reasons[0]),
                    refusal_reason_english((enum refusal_reason)refusal->reasons[0]),
                    refusal->contact, refusal->text);
    }
    row->text = text;
    return OK;
}

/* ---- incoming messages ---- */

enum result
acceptance_advance(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                   const struct application_event *event, struct refusal *ret_refusal)
{
    struct application application = { .state = (int)file->row->state };
    struct effects effects = { 0 };
    enum result result = application_step(&application, event, &effects, ret_refusal);
    return result == OK ? turn_advance(turn, file, incoming, application.state, &effects) : result;
}

static enum result
take_issued(struct turn *turn, struct case_file *file, const struct incoming *incoming,
            struct refusal *ret_refusal)
{
    const Yidi__CardIssued *issued = incoming->message->card_issued;
    const struct application_event event = { .kind = APPLICATION_CARD_ISSUED };
    if (strcmp(issued->production_office, file->row->production_office) != 0)
        return refuse(ret_refusal, REFUSAL_WRONG_OFFICE, "card_issued.production_office",
                      "the application named another production office");
    file->row->issuing_authority = issued->issuing_authority;
    file->row->valid_from = issued->valid_from;
    file->row->valid_until = issued->valid_until;
    return acceptance_advance(turn, file, incoming, &event, ret_refusal);
}

static enum result
take_refused(struct turn *turn, struct case_file *file, const struct incoming *incoming,
             struct refusal *ret_refusal)
{
    const Yidi__ApplicationRefused *refused = incoming->message->application_refused;
    const struct application_event event = { .kind = APPLICATION_REFUSE };
    Yidi__CaseRefusal *refusal = arena_take(turn->arena, sizeof *refusal);
    if (refusal == NULL)
        return ERR_MEMORY;
    yidi__case_refusal__init(refusal);
    refusal->reasons = refused->reasons;
    refusal->n_reasons = refused->n_reasons;
    refusal->text = refused->text;
    refusal->contact = refused->contact;
    file->row->refusal = refusal;
    return acceptance_advance(turn, file, incoming, &event, ret_refusal);
}

static enum result
take_dispatched(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                struct refusal *ret_refusal)
{
    const struct application_event event = { .kind = APPLICATION_CARD_DISPATCHED };
    file->row->card_serial = incoming->message->card_dispatched->card_serial;
    file->row->package = incoming->message->card_dispatched->package;
    return acceptance_advance(turn, file, incoming, &event, ret_refusal);
}

/* The registry's system refused the application: the citizen must be told. Anything else that was
 * refused is for an operator to look at. */
static enum result
take_message_refused(struct turn *turn, struct case_file *file, const struct incoming *incoming)
{
    static Yidi__RefusalReason not_deliverable[] = { YIDI__REFUSAL_REASON__NOT_DELIVERABLE };
    const Yidi__MessageRefused *refused = incoming->message->message_refused;
    const struct application_event event = { .kind = APPLICATION_DELIVERY_REFUSED };
    enum { TEXT_BYTES = 400 }; /* all of code, field and text: a cut could split a character */
    Yidi__CaseRefusal *refusal = arena_take(turn->arena, sizeof *refusal);
    char *text = arena_take(turn->arena, TEXT_BYTES);
    if (refusal == NULL || text == NULL)
        return ERR_MEMORY;
    if (file->row->state != APPLICATION_SUBMITTED) {
        snprintf(text, TEXT_BYTES, "%s %s", refused->field, refused->text);
        return turn_call_attention(turn, file, refused->code, text, incoming->from);
    }
    snprintf(text, TEXT_BYTES, "%s %s %s", refused->code, refused->field, refused->text);
    yidi__case_refusal__init(refusal);
    refusal->reasons = not_deliverable;
    refusal->n_reasons = 1;
    refusal->text = text;
    refusal->contact = refused->contact;
    file->row->refusal = refusal;
    return acceptance_advance(turn, file, incoming, &event, NULL);
}

static enum result
take_message(struct turn *turn, struct case_file *file, const struct incoming *incoming,
             struct refusal *ret_refusal)
{
    switch (incoming->message->body_case) {
    case YIDI__MESSAGE__BODY_CARD_ISSUED:
        return take_issued(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_APPLICATION_REFUSED:
        return take_refused(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_CARD_DISPATCHED:
        return take_dispatched(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_MESSAGE_REFUSED:
        return take_message_refused(turn, file, incoming);
    default:
        return refuse(ret_refusal, REFUSAL_ROLE_MISMATCH, "message",
                      "an acceptance office does not take this message");
    }
}

/* ---- commands ---- */

static enum result
decide(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
       struct refusal *ret_refusal)
{
    struct application_event event = {
        .renewal = file->row->form->kind == YIDI__APPLICATION_KIND__RENEWAL,
        .old_card_surrendered = decide->old_card_surrendered,
    };
    if (decide->verb == YIDI__VERB__COLLECT)
        event.kind = APPLICATION_COLLECT;
    else if (decide->verb == YIDI__VERB__RECEIVE && decide->defective && decide->text[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.text",
                      "what is wrong with the card must be said");
    else if (decide->verb == YIDI__VERB__RECEIVE)
        event.kind = decide->defective ? APPLICATION_ARRIVE_DEFECTIVE : APPLICATION_ARRIVE_WELL;
    else
        return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "decide.verb",
                      "an acceptance office receives and hands out cards");

    turn->act_detail = decide->text;
    return acceptance_advance(turn, file, NULL, &event, ret_refusal);
}

static enum result
take_command(struct turn *turn, const Yidi__Request *request, const struct bytes *frames,
             size_t frame_count, Yidi__Response *response, struct refusal *ret_refusal)
{
    if (request->command_case == YIDI__REQUEST__COMMAND_APPLY)
        return acceptance_apply(turn, request->apply, frames, frame_count, response, ret_refusal);
    return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "command",
                  "an acceptance office does not do that");
}

const struct role acceptance_role = {
    .name = "acceptance-node",
    .unit = "acceptance",
    .party = PARTY_ACCEPTANCE,
    .machine = &application_machine,
    .take_message = take_message,
    .take_command = take_command,
    .redo = acceptance_redo,
    .resume = acceptance_resume,
    .decide = decide,
    .fill_message = fill_message,
    .stage_deadline_ms = stage_deadline_ms,
    .fill_notification = fill_notification,
};
