/* SPDX-License-Identifier: Apache-2.0
 *
 * What a window says to the other offices of a case: the bodies of its messages, filled in from the
 * row after it was changed.
 */
#include "acceptance-node/acceptance.h"
#include "acceptance-node/collection.h"
#include "acceptance-node/core/application.h"
#include "common/io/case_trace.h"
#include "common/io/message_trace.h"
#include "common/io/turn.h"

enum { TRACE_SENT = 64, TRACE_SENT_SHORT = 16 };

union bodies {
    Yidi__ApplicationSubmitted submitted;
    Yidi__ApplicationWithdrawn withdrawn;
    Yidi__ApplicationReminded reminded;
    Yidi__ApplicationAbandoned abandoned;
    Yidi__CardReceived received;
    Yidi__CardCollected collected;
    Yidi__CardDestroyed destroyed;
    Yidi__OldCardDestroyed old_destroyed;
};

static char *
words_of(const Yidi__Case *row)
{
    return row->note != NULL ? row->note->text : (char *)"";
}

static void
fill_submitted(const Yidi__Case *row, Yidi__ApplicationSubmitted *body)
{
    yidi__application_submitted__init(body);
    body->form = row->form;
    body->production_office = row->production_office;
    body->accepted_ms = row->accepted_ms;
    body->revision = row->revision;
    body->receipt_digest = row->receipt_digest;
    body->policy_version = row->policy_version;
    body->redirections = row->redirections;
}

/* Which of the two, the step that was just taken says. */
static void
fill_received(const Yidi__Case *row, Yidi__CardReceived *body)
{
    enum step last = row->n_trace == 0 ? STEP_NONE : (enum step)row->trace[row->n_trace - 1]->step;
    yidi__card_received__init(body);
    body->card_serial = row->card_serial;
    body->missing = last == STEP_MISSING;
    body->defective = last == STEP_SPOILED;
    body->unwanted = row->state == APPLICATION_ABANDONED;
    if (body->missing || body->defective)
        body->text = words_of(row);
}

static void
fill_collected(const Yidi__Case *row, Yidi__CardCollected *body)
{
    yidi__card_collected__init(body);
    body->card_serial = row->card_serial;
    body->old_card_surrendered = row->form->kind == YIDI__APPLICATION_KIND__RENEWAL;
    collection_fill(row, body);
}

enum result
acceptance_fill_message(struct turn *turn, const struct case_file *file, enum message_kind kind,
                        Yidi__Message *message)
{
    union bodies *bodies = arena_take(turn->arena, sizeof *bodies);
    Yidi__Hop **trace = arena_take(turn->arena, TRACE_SENT * sizeof *trace);
    if (bodies == NULL || trace == NULL)
        return ERR_MEMORY;
    const Yidi__Case *row = file->row;
    bool card = kind == MESSAGE_CARD_COLLECTED || kind == MESSAGE_CARD_DESTROYED ||
                kind == MESSAGE_OLD_CARD_DESTROYED;
    size_t count = case_trace_own(file->row, turn->office->journal.office, trace,
                                  card ? TRACE_SENT : TRACE_SENT_SHORT);
    message->body_case = (Yidi__Message__BodyCase)kind;
    switch (kind) {
    case MESSAGE_APPLICATION_SUBMITTED:
        fill_submitted(row, &bodies->submitted);
        message->application_submitted = &bodies->submitted;
        break;
    case MESSAGE_APPLICATION_WITHDRAWN:
        yidi__application_withdrawn__init(&bodies->withdrawn);
        bodies->withdrawn.text = words_of(row);
        message->application_withdrawn = &bodies->withdrawn;
        break;
    case MESSAGE_APPLICATION_REMINDED:
        yidi__application_reminded__init(&bodies->reminded);
        bodies->reminded.due_ms = row->stage_deadline_ms;
        message->application_reminded = &bodies->reminded;
        break;
    case MESSAGE_APPLICATION_ABANDONED:
        yidi__application_abandoned__init(&bodies->abandoned);
        bodies->abandoned.text = words_of(row);
        message->application_abandoned = &bodies->abandoned;
        break;
    case MESSAGE_CARD_COLLECTED:
        fill_collected(row, &bodies->collected);
        message->card_collected = &bodies->collected;
        break;
    case MESSAGE_CARD_DESTROYED:
        yidi__card_destroyed__init(&bodies->destroyed);
        bodies->destroyed.card_serial = row->card_serial;
        bodies->destroyed.text = words_of(row);
        message->card_destroyed = &bodies->destroyed;
        break;
    case MESSAGE_OLD_CARD_DESTROYED:
        yidi__old_card_destroyed__init(&bodies->old_destroyed);
        bodies->old_destroyed.card_serial = row->note->card_serial;
        bodies->old_destroyed.text = words_of(row);
        message->old_card_destroyed = &bodies->old_destroyed;
        break;
    default:
        REQUIRE(kind == MESSAGE_CARD_RECEIVED);
        fill_received(row, &bodies->received);
        message->card_received = &bodies->received;
        break;
    }
    message_trace_set(message, trace, count);
    return OK;
}
