/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/tidy.h"

enum { RETRY_PAUSE_MS = 5000 };

enum result
tidy_open(struct office *office, struct store_txn *txn, const struct office_time *now)
{
    const struct role *role = office->options.role;
    office->tidy.next_ms = UINT64_MAX;
    enum result result = OK;
    if (role->tidy != NULL)
        result = role->next_tidy_ms(txn, &office->tidy.next_ms);
    tidy_schedule(office, now);
    return result;
}

void
tidy_by(struct turn *turn, uint64_t wall_ms)
{
    if (wall_ms < turn->office->tidy.next_ms)
        turn->office->tidy.next_ms = wall_ms;
}

bool
tidy_wants_turn(const struct office *office, const struct office_time *now)
{
    return now->wall_ms >= office->tidy.next_ms && now->monotonic_ms >= office->tidy.due_ms;
}

enum result
tidy_run(struct turn *turn)
{
    struct office *office = turn->office;
    if (turn->recorded_ms < office->tidy.next_ms)
        return OK;
    return office->options.role->tidy(turn, &office->tidy.next_ms);
}

void
tidy_rolled_back(struct office *office)
{
    if (office->options.role->tidy != NULL)
        office->tidy.next_ms = 0; /* what it was is not known any more: look again */
}

void
tidy_schedule(struct office *office, const struct office_time *now)
{
    uint64_t next_ms = office->tidy.next_ms;
    bool waits = office->tidy.due_ms != UINT64_MAX && office->tidy.due_ms > now->monotonic_ms;
    if (next_ms <= now->wall_ms && waits)
        return; /* for the next attempt, or for a clock that was put forward */
    uint64_t wait_ms = next_ms > now->wall_ms ? next_ms - now->wall_ms : RETRY_PAUSE_MS;
    bool never = next_ms == UINT64_MAX || wait_ms > UINT64_MAX - 1 - now->monotonic_ms;
    office->tidy.due_ms = never ? UINT64_MAX : now->monotonic_ms + wait_ms;
}
