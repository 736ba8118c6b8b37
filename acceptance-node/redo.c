/* SPDX-License-Identifier: Apache-2.0
 *
 * The acts of a window that lost its past, done again as its own messages prove them
 * (common/io/replay.h): applications accepted, cards received, cards handed out.
 */
#include <inttypes.h>
#include <stdio.h>

#include "acceptance-node/acceptance.h"
#include "acceptance-node/collection.h"
#include "acceptance-node/core/application.h"
#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "common/domain/deadline.h"
#include "common/io/redo.h"
#include "common/io/share.h"
#include "common/io/turn.h"

/* Numbers that may have been given out today and that nobody told. */
enum { NUMBERS_SKIPPED = 100000, EPOCHS_TOLD_APART = 50 }; /* of 9,999,999 a day */

static enum result
open_case(struct turn *turn, const struct incoming *own, struct case_file *ret_file,
          struct refusal *ret_refusal)
{
    enum result result = case_file_open(turn->txn, &application_machine, own->message->case_number,
                                        turn->arena, ret_file);
    return result == ERR_ABSENT ? refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "case_number",
                                         "the application itself did not come back")
                                : result;
}

static enum result
amend_again(struct turn *turn, struct case_file *file, const struct incoming *own,
            struct refusal *ret_refusal)
{
    const Yidi__ApplicationSubmitted *submitted = own->message->application_submitted;
    const struct application_event event = { .kind = APPLICATION_AMEND };
    Yidi__Case *row = file->row;
    if (turn->redo->last_resort && row->accepted_ms == submitted->accepted_ms &&
        strcmp(row->form->person->citizen_number, submitted->form->person->citizen_number) == 0)
        return OK; /* as it was before it was redirected or corrected, which came back sooner */
    if (strcmp(row->registry_office, own->from) != 0)
        return refuse(ret_refusal, REFUSAL_WRONG_OFFICE, "to",
                      "the redirection to this registry did not come back");
    if (submitted->revision != row->revision + 1)
        return refuse(ret_refusal, REFUSAL_CASE_NUMBER_TAKEN, "case_number",
                      "another application has this number by now");
    row->form = submitted->form;
    row->revision = submitted->revision;
    return acceptance_advance(turn, file, NULL, &event, ret_refusal);
}

static enum result
accept_again(struct turn *turn, const struct incoming *own, struct refusal *ret_refusal)
{
    const Yidi__ApplicationSubmitted *submitted = own->message->application_submitted;
    const struct application_event event = { .kind = APPLICATION_ACCEPT };
    struct case_file file;
    struct policy_case policy;
    enum result result = case_file_open(turn->txn, &application_machine, own->message->case_number,
                                        turn->arena, &file);
    if (result == OK)
        return amend_again(turn, &file, own, ret_refusal);
    if (result == ERR_ABSENT)
        result = case_file_new(own->message->case_number, turn->arena, &file);
    if (result != OK)
        return result;
    file.row->form = submitted->form;
    file.row->acceptance_office = turn->office->journal.office;
    file.row->registry_office = (char *)own->from;
    file.row->production_office = submitted->production_office;
    file.row->accepted_ms = submitted->accepted_ms;
    file.row->revision = submitted->revision;
    file.row->policy_version = submitted->policy_version;
    file.row->redirections = submitted->redirections;
    file.row->clerk = (char *)turn->operator;
    file.row->receipt_digest = submitted->receipt_digest; /* the code itself nobody else knew */
    result = policies_of_case(turn, file.row, &policy);
    if (result != OK)
        return result;
    file.row->statutory_deadline_ms =
        deadline_ms(DEADLINE_STATUTORY, &policy, submitted->accepted_ms);
    return acceptance_advance(turn, &file, NULL, &event, ret_refusal);
}

/* Is it about the card that the case knows? */
static enum result
check_serial(const struct case_file *file, const char *serial, struct refusal *ret_refusal)
{
    if (strcmp(file->row->card_serial, serial) == 0)
        return OK;
    return refuse(ret_refusal, REFUSAL_CARD_SERIAL_MISMATCH, "card_serial",
                  "the dispatch of this card did not come back");
}

/* A card that was handed out, or destroyed, had been sent, even when whoever told of that has
 * erased it since. */
static enum result
check_card(struct turn *turn, struct case_file *file, const char *serial,
           struct refusal *ret_refusal)
{
    const struct application_event event = { .kind = APPLICATION_CARD_DISPATCHED };
    Yidi__Case *row = file->row;
    if (!turn->redo->last_resort || share_any_is_missing(turn) || row->card_serial[0] != '\0')
        return check_serial(file, serial, ret_refusal);
    row->card_serial = (char *)serial;
    return acceptance_advance(turn, file, NULL, &event, ret_refusal);
}

static enum result
receive_again(struct turn *turn, const struct incoming *own, struct refusal *ret_refusal)
{
    const Yidi__CardReceived *received = own->message->card_received;
    const struct application_event event = { .kind = received->defective
                                                         ? APPLICATION_ARRIVE_DEFECTIVE
                                                         : APPLICATION_ARRIVE_WELL };
    struct case_file file;
    enum result result = open_case(turn, own, &file, ret_refusal);
    if (result == OK)
        result = check_serial(&file, received->card_serial, ret_refusal);
    if (result == OK && received->missing)
        return acceptance_miss(turn, &file, received->text, ret_refusal);
    return result == OK ? acceptance_act(turn, &file, &event, received->text, ret_refusal) : result;
}

static enum result
withdraw_again(struct turn *turn, const struct incoming *own, struct refusal *ret_refusal)
{
    const struct application_event event = { .kind = APPLICATION_WITHDRAW };
    struct case_file file;
    enum result result = open_case(turn, own, &file, ret_refusal);
    return result == OK ? acceptance_act(turn, &file, &event,
                                         own->message->application_withdrawn->text, ret_refusal)
                        : result;
}

static enum result
remind_again(struct turn *turn, const struct incoming *own, struct refusal *ret_refusal)
{
    const struct application_event event = { .kind = APPLICATION_REMIND };
    struct case_file file;
    enum result result = open_case(turn, own, &file, ret_refusal);
    if (result == OK)
        file.row->reminded_ms = turn->now_ms;
    return result == OK ? acceptance_act(turn, &file, &event, "", ret_refusal) : result;
}

static enum result
abandon_again(struct turn *turn, const struct incoming *own, struct refusal *ret_refusal)
{
    struct case_file file;
    enum result result = open_case(turn, own, &file, ret_refusal);
    return result == OK ? acceptance_abandon_as(
                              turn, &file, own->message->application_abandoned->text, ret_refusal)
                        : result;
}

/* A card that was handed out had arrived, even when news of that reached nobody. */
static enum result
arrive_again(struct turn *turn, struct case_file *file, struct refusal *ret_refusal)
{
    const struct application_event event = { .kind = APPLICATION_ARRIVE_WELL };
    return acceptance_advance(turn, file, NULL, &event, ret_refusal);
}

static enum result
collect_again(struct turn *turn, const struct incoming *own, struct refusal *ret_refusal)
{
    const Yidi__CardCollected *collected = own->message->card_collected;
    struct case_file file;
    enum result result = open_case(turn, own, &file, ret_refusal);
    if (result == OK)
        result = check_card(turn, &file, collected->card_serial, ret_refusal);
    if (result == OK && file.row->state == APPLICATION_IN_TRANSIT)
        result = arrive_again(turn, &file, ret_refusal);
    if (result != OK)
        return result;
    const struct application_event event = {
        .kind = APPLICATION_COLLECT,
        .renewal = file.row->form->kind == YIDI__APPLICATION_KIND__RENEWAL,
        .old_card_surrendered = collected->old_card_surrendered,
    };
    result = collection_restore(turn, &file, collected, ret_refusal);
    return result == OK ? acceptance_advance(turn, &file, NULL, &event, ret_refusal) : result;
}

static enum result
destroy_again(struct turn *turn, const struct incoming *own, struct refusal *ret_refusal)
{
    const Yidi__CardDestroyed *destroyed = own->message->card_destroyed;
    const struct application_event event = { .kind = APPLICATION_DESTROY };
    struct case_file file;
    enum result result = open_case(turn, own, &file, ret_refusal);
    if (result == OK)
        result = check_card(turn, &file, destroyed->card_serial, ret_refusal);
    if (result == OK && file.row->state == APPLICATION_IN_TRANSIT)
        result = arrive_again(turn, &file, ret_refusal);
    return result == OK ? acceptance_act(turn, &file, &event, destroyed->text, ret_refusal)
                        : result;
}

static enum result
destroy_old_again(struct turn *turn, const struct incoming *own, struct refusal *ret_refusal)
{
    const Yidi__OldCardDestroyed *destroyed = own->message->old_card_destroyed;
    struct case_file file;
    enum result result = open_case(turn, own, &file, ret_refusal);
    return result == OK ? acceptance_destroy_old(turn, &file, destroyed->card_serial,
                                                 destroyed->text, ret_refusal)
                        : result;
}

enum result
acceptance_redo(struct turn *turn, const struct incoming *own, struct refusal *ret_refusal)
{
    switch (own->message->body_case) {
    case YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED:
        return accept_again(turn, own, ret_refusal);
    case YIDI__MESSAGE__BODY_CARD_RECEIVED:
        return receive_again(turn, own, ret_refusal);
    case YIDI__MESSAGE__BODY_CARD_COLLECTED:
        return collect_again(turn, own, ret_refusal);
    case YIDI__MESSAGE__BODY_APPLICATION_WITHDRAWN:
        return withdraw_again(turn, own, ret_refusal);
    case YIDI__MESSAGE__BODY_APPLICATION_REMINDED:
        return remind_again(turn, own, ret_refusal);
    case YIDI__MESSAGE__BODY_CARD_DESTROYED:
        return destroy_again(turn, own, ret_refusal);
    case YIDI__MESSAGE__BODY_APPLICATION_ABANDONED:
        return abandon_again(turn, own, ret_refusal);
    case YIDI__MESSAGE__BODY_OLD_CARD_DESTROYED:
        return destroy_old_again(turn, own, ret_refusal);
    default:
        return refuse(ret_refusal, REFUSAL_ROLE_MISMATCH, "message",
                      "an acceptance office does not send this message");
    }
}

/* The highest serial of today among the cases that are here. */
static enum result
find_last_serial(struct turn *turn, uint32_t today, uint32_t *ret_serial)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    char first[CASE_NUMBER_CHARS + 1], last[CASE_NUMBER_CHARS + 1] = { 0 };
    struct bytes key, value;
    *ret_serial = 0;
    enum result result = case_number_format(turn->office->journal.office, today, 0, first);
    if (result != OK)
        return result == ERR_REFUSED || result == ERR_FULL ? OK : result; /* no date of ours */
    result =
        store_cursor_open(turn->txn, TABLE_CASES, bytes_of(first, OFFICE_CODE_CHARS + 6), &cursor);
    if (result == OK)
        result = store_cursor_last(cursor, &key, &value);
    if (result == OK && key.size == CASE_NUMBER_CHARS) {
        memcpy(last, key.data, CASE_NUMBER_CHARS);
        *ret_serial = case_number_serial(last);
    }
    return result == ERR_ABSENT ? OK : result;
}

enum result
acceptance_resume(struct turn *turn)
{
    uint32_t today = civil_date_of_ms(turn->recorded_ms), last;
    char counter[24];
    snprintf(counter, sizeof counter, "cases/%08" PRIu32, today);
    enum result result = find_last_serial(turn, today, &last);
    return result == OK ? turn_skip_count(turn, counter, last, NUMBERS_SKIPPED, EPOCHS_TOLD_APART)
                        : result;
}
