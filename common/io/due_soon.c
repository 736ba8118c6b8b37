/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/due_soon.h"

#include <stdio.h>

#include "common/core/format.h"
#include "common/domain/civil_date.h"
#include "common/domain/urgency.h"
#include "common/io/deadline_index.h"
#include "common/io/notifier.h"
#include "common/io/overdue.h"

enum { RETRY_PAUSE_MS = 60000, DAY_MS = 24 * 3600 * 1000, TEXT_BYTES = 800 };

/* Row of TABLE_META: the day on which the operators were told last, YYYYMMDD. */
#define DUE_SOON_KEY "due-soon"

/* ---- when ---- */

void
due_soon_open(struct office *office, const struct office_time *now)
{
    bool idle = office->deadlines.next_ms == UINT64_MAX;
    office->due_soon = (struct office_due_soon){ .next_ms = idle ? UINT64_MAX : 0,
                                                 .due_ms = idle ? UINT64_MAX : now->monotonic_ms };
}

static bool
waits(const struct office_due_soon *due_soon, const struct office_time *now)
{
    return due_soon->paused && now->monotonic_ms < due_soon->due_ms;
}

/* A clock that was put back is the one that counts. */
void
due_soon_schedule(struct office *office, const struct office_time *now)
{
    struct office_due_soon *due_soon = &office->due_soon;
    bool never = due_soon->next_ms == UINT64_MAX;
    if (!never && due_soon->next_ms > now->wall_ms + DAY_MS)
        due_soon->next_ms = now->wall_ms;
    if (waits(due_soon, now))
        return;
    due_soon->paused = due_soon->next_ms <= now->wall_ms; /* it could not be told */
    uint64_t wait_ms = due_soon->paused ? RETRY_PAUSE_MS : due_soon->next_ms - now->wall_ms;
    due_soon->due_ms = never ? UINT64_MAX : now->monotonic_ms + wait_ms;
}

bool
due_soon_wants_turn(const struct office *office, const struct office_time *now)
{
    return now->wall_ms >= office->due_soon.next_ms && !waits(&office->due_soon, now) &&
           overdue_may_tell(office, now->wall_ms);
}

void
due_soon_rolled_back(struct office *office)
{
    office->due_soon.next_ms = 0; /* look again */
}

/* ---- telling ---- */

/* "received 2, examined 1" */
static uint64_t
list_counts(const struct machine *machine, const struct deadline_counts counts[STATE_COUNT_MAX],
            char ret_list[TEXT_BYTES / 4])
{
    uint64_t sum = 0;
    size_t used = 0;
    ret_list[0] = '\0';
    for (int state = 0; state < machine->state_count; state++) {
        if (counts[state].soon == 0)
            continue;
        format_text(ret_list + used, TEXT_BYTES / 4 - used, "%s%s %llu", used == 0 ? "" : ", ",
                    machine->state_names[state], (unsigned long long)counts[state].soon);
        used += strlen(ret_list + used);
        sum += counts[state].soon;
    }
    return sum;
}

static enum result
tell(struct turn *turn, const struct urgency_scale *scale, uint64_t count, const char *list)
{
    char date[CIVIL_DATE_TEXT_BYTES];
    char *text = arena_take(turn->arena, TEXT_BYTES);
    if (text == NULL)
        return ERR_MEMORY;
    civil_date_format(civil_date_of_ms(scale->soon_until_ms), date);
    snprintf(text, TEXT_BYTES,
             "临近期限的业务 %llu 件（%s），应于 %s 前办结。Due soon: %llu (%s), by %s.",
             (unsigned long long)count, list, date, (unsigned long long)count, list, date);
    turn_begin_act(turn, "", "due-soon", "");
    enum result result = turn_journal_cause(turn);
    return result == OK ? notifier_add_summary(turn, NOTICE_DUE_SOON, scale->soon_until_ms, text)
                        : result;
}

static enum result
was_told(struct turn *turn, uint32_t today, bool *ret_told)
{
    struct bytes value;
    enum result result = store_get(turn->txn, TABLE_META, bytes_of_text(DUE_SOON_KEY), &value);
    *ret_told = result == OK && value.size == 8 && bytes_get_u64(value.data) == today;
    return result == ERR_ABSENT ? OK : result;
}

static enum result
tell_of_today(struct turn *turn, uint32_t today)
{
    const struct office *office = turn->office;
    struct deadline_counts counts[STATE_COUNT_MAX];
    const struct urgency_scale scale =
        urgency_scale_of(policies_present(&office->policies), office->options.code, turn->now_ms);
    char list[TEXT_BYTES / 4];
    uint8_t day[8];
    enum result result = deadline_index_count(turn->txn, &scale, counts);
    if (result != OK)
        return result;
    uint64_t count = list_counts(office->options.role->machine, counts, list);
    if (count == 0)
        return OK;
    bytes_put_u64(day, today);
    result = tell(turn, &scale, count, list);
    return result == OK ? store_put(turn->txn, TABLE_META, bytes_of_text(DUE_SOON_KEY),
                                    bytes_of(day, sizeof day))
                        : result;
}

enum result
due_soon_tell(struct turn *turn)
{
    struct office *office = turn->office;
    uint64_t *next_ms = &office->due_soon.next_ms;
    uint32_t today = civil_date_of_ms(turn->now_ms);
    bool told = false;
    if (office->deadlines.pending_next_ms == UINT64_MAX) {
        *next_ms = UINT64_MAX; /* nothing has a deadline */
        return OK;
    }
    bool later = *next_ms != UINT64_MAX && turn->recorded_ms < *next_ms;
    if (later || !overdue_may_tell(office, turn->recorded_ms))
        return OK;
    enum result result = was_told(turn, today, &told);
    if (result == OK && !told)
        result = tell_of_today(turn, today);
    *next_ms = civil_date_start_ms(civil_date_add_days(today, 1));
    return result;
}
