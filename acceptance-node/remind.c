/* SPDX-License-Identifier: Apache-2.0
 *
 * What a window does about an application that is overdue at the registry: it asks again, at most
 * once a working day, for as long as it waits.
 *
 * Nothing is asked while the last question, or the application itself, has not arrived: whoever is
 * away is not asked again every day.
 */
#include "acceptance-node/acceptance.h"

#include <stdio.h>

#include "acceptance-node/core/application.h"
#include "common/domain/civil_date.h"
#include "common/io/notifier.h"
#include "common/io/outbox.h"
#include "common/io/recovery.h"
#include "common/io/turn.h"

/* A question that was asked so far in the future was asked by a wrong clock. */
static const uint64_t ahead_max_ms = UINT64_C(31) * 24 * 3600 * 1000;

static bool
asked_today(const Yidi__Case *row, const struct calendar *calendar, uint64_t now_ms)
{
    uint32_t today = calendar_working_day_of(calendar, civil_date_of_ms(now_ms));
    if (row->reminded_ms == 0 || row->reminded_ms > now_ms + ahead_max_ms)
        return false;
    return today <= calendar_working_day_of(calendar, civil_date_of_ms(row->reminded_ms));
}

/* Has the registry taken what was sent last about the case? Its stream is in order: whatever is
 * older than the first message that waits has arrived. */
static enum result
has_arrived(struct turn *turn, const Yidi__Case *row, bool *ret_arrived)
{
    const struct peer *peer = peers_find(&turn->office->peers, row->registry_office);
    const Yidi__OutboxRow *waiting;
    *ret_arrived = false;
    if (peer == NULL || recovery_bars(peer))
        return OK;
    enum result result =
        outbox_find(turn->txn, peer->office, peer->stream.acknowledged + 1, turn->arena, &waiting);
    if (result == OK)
        *ret_arrived = waiting->time_ms > row->changed_ms && waiting->time_ms > row->reminded_ms;
    else if (result == ERR_ABSENT)
        *ret_arrived = true;
    return result == ERR_ABSENT ? OK : result;
}

static const char *
describe(struct turn *turn, const Yidi__Case *row)
{
    enum { TEXT_BYTES = 400 };
    char *text = arena_take(turn->arena, TEXT_BYTES);
    if (text != NULL)
        snprintf(text, TEXT_BYTES,
                 "案件 %s：已催促户籍地机关 %s。Case %s: the registry %s was asked again.",
                 row->case_number, row->registry_office, row->case_number, row->registry_office);
    return text;
}

static enum result
ask_again(struct turn *turn, struct case_file *file)
{
    const struct application_event event = { .kind = APPLICATION_REMIND };
    file->row->reminded_ms = turn->now_ms;
    enum result result = acceptance_advance(turn, file, NULL, &event, NULL);
    return result == OK
               ? notifier_add_notice(turn, file, NOTICE_REMINDED, describe(turn, file->row))
               : result;
}

enum result
acceptance_overdue(struct turn *turn, struct case_file *file, uint64_t *ret_again_ms)
{
    const Yidi__Case *row = file->row;
    const struct calendar *calendar = &policies_present(&turn->office->policies)->calendar;
    uint32_t today = calendar_working_day_of(calendar, civil_date_of_ms(turn->now_ms));
    bool arrived;
    if (row->state != APPLICATION_SUBMITTED && row->state != APPLICATION_RETURNED)
        return OK;
    *ret_again_ms = civil_date_start_ms(calendar_add_working_days(calendar, today, 1));
    if (row->state == APPLICATION_RETURNED)
        return OK; /* corrected, it waits for the registry again, and may have the same deadline */
    enum result result = has_arrived(turn, row, &arrived);
    if (result == OK && arrived && !asked_today(row, calendar, turn->now_ms))
        result = ask_again(turn, file);
    return result;
}
