/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/overdue.h"

#include <stdio.h>

#include "common/domain/civil_date.h"
#include "common/io/log.h"
#include "common/io/notifier.h"
#include "common/io/recovery.h"
#include "common/io/start_hold.h"

enum { RETRY_PAUSE_MS = 5000, CLOCK_STEP_MS = 60000 };

/* ---- when ---- */

enum result
overdue_open(struct office *office, struct store_txn *txn, const struct office_time *now)
{
    struct office_deadlines *deadlines = &office->deadlines;
    struct deadline_key key;
    enum result result = deadline_index_next(txn, now->wall_ms, &key, &deadlines->next_ms);
    if (result == ERR_ABSENT)
        deadlines->next_ms = UINT64_MAX;
    deadlines->batch_max = OVERDUE_BATCH_MAX;
    deadlines->more = true;
    deadlines->clock_ahead_ms = (int64_t)(now->wall_ms - now->monotonic_ms);
    overdue_schedule(office, now);
    return result == ERR_ABSENT ? OK : result;
}

bool
overdue_may_tell(const struct office *office, uint64_t now_ms)
{
    return office_out_of_service(office, now_ms) == REFUSAL_NONE && !recovery_active(office) &&
           !start_holds(office);
}

bool
overdue_wants_turn(const struct office *office, const struct office_time *now)
{
    const struct office_deadlines *deadlines = &office->deadlines;
    bool waits = deadlines->paused && now->monotonic_ms < deadlines->due_ms;
    return now->wall_ms >= deadlines->next_ms && !waits && overdue_may_tell(office, now->wall_ms);
}

/* What a clock that ran ahead asked for is to be looked at by the clock that is right again. */
static void
follow_clock(struct office_deadlines *deadlines, const struct office_time *now)
{
    int64_t ahead_ms = (int64_t)(now->wall_ms - now->monotonic_ms);
    if (deadlines->clock_ahead_ms - ahead_ms > CLOCK_STEP_MS && deadlines->next_ms != UINT64_MAX) {
        deadlines->next_ms = now->wall_ms;
        deadlines->more = true;
    }
    deadlines->clock_ahead_ms = ahead_ms;
}

void
overdue_schedule(struct office *office, const struct office_time *now)
{
    struct office_deadlines *deadlines = &office->deadlines;
    uint64_t wait_ms = 0;
    follow_clock(deadlines, now);
    if (deadlines->paused && now->monotonic_ms < deadlines->due_ms)
        return;
    deadlines->paused = deadlines->next_ms <= now->wall_ms && !deadlines->more;
    if (deadlines->paused) /* the office cannot tell now, or the disk is full */
        wait_ms = RETRY_PAUSE_MS;
    else if (deadlines->next_ms > now->wall_ms)
        wait_ms = deadlines->next_ms - now->wall_ms;
    bool never = deadlines->next_ms == UINT64_MAX || wait_ms > UINT64_MAX - 1 - now->monotonic_ms;
    deadlines->due_ms = never ? UINT64_MAX : now->monotonic_ms + wait_ms;
    deadlines->more = false;
}

/* ---- telling ---- */

static const char *
describe(struct turn *turn, const struct case_file *file)
{
    enum { TEXT_BYTES = 400 };
    const Yidi__Case *row = file->row;
    char date[CIVIL_DATE_TEXT_BYTES];
    char *text = arena_take(turn->arena, TEXT_BYTES);
    if (text == NULL)
        return NULL;
    civil_date_format(civil_date_of_ms(row->stage_deadline_ms), date);
    const char *state = turn->office->options.role->machine->state_names[row->state];
    snprintf(text, TEXT_BYTES,
             "案件 %s（%s）已逾期，期限为 %s。Case %s (%s) is overdue: it was due by %s.",
             row->case_number, state, date, row->case_number, state, date);
    return text;
}

static enum result
tell_operators(struct turn *turn, struct case_file *file)
{
    file->row->overdue_told_ms = turn->now_ms;
    struct office_deadlines *deadlines = &turn->office->deadlines;
    memcpy(deadlines->told[deadlines->told_count++], file->row->case_number, CASE_NUMBER_CHARS + 1);
    enum result result = turn_journal_cause(turn);
    return result == OK ? notifier_add_notice(turn, file, NOTICE_OVERDUE, describe(turn, file))
                        : result;
}

/* What the role does about it; it may say when it wants to look again. */
static enum result
ask_role(struct turn *turn, struct case_file *file)
{
    const struct role *role = turn->office->options.role;
    uint64_t again_ms = 0;
    file->row->look_again_ms = 0;
    enum result result = role->overdue == NULL ? OK : role->overdue(turn, file, &again_ms);
    if (result == OK && again_ms > turn->now_ms)
        file->row->look_again_ms = again_ms;
    return result;
}

/* Does the index say another thing than the row? */
static bool
contradicts(const struct deadline_key *key, const Yidi__Case *row)
{
    bool first = key->list == DEADLINES_AHEAD;
    uint64_t expected_ms = first ? row->stage_deadline_ms : row->look_again_ms;
    return expected_ms != key->time_ms || (row->overdue_told_ms == 0) != first;
}

static enum result
look_at(struct turn *turn, const struct deadline_key *key)
{
    const struct machine *machine = turn->office->options.role->machine;
    const char *case_number = arena_copy_text(turn->arena, key->case_number);
    bool first = key->list == DEADLINES_AHEAD;
    struct case_file file;
    if (case_number == NULL)
        return ERR_MEMORY;
    enum result result = case_file_open(turn->txn, machine, case_number, turn->arena, &file);
    if (result != OK)
        return result == ERR_ABSENT ? ERR_DAMAGED : result;
    if (contradicts(key, file.row))
        return ERR_DAMAGED;
    turn_begin_act(turn, case_number, first ? "overdue" : "remind", "");
    if (first)
        result = tell_operators(turn, &file);
    if (result == OK)
        result = ask_role(turn, &file);
    return result == OK ? case_file_save(&file, machine, turn->txn, turn->arena) : result;
}

/* A case that cannot be read, or told of, must not stop the office, nor hide those that are due
 * after it. One of which the index says something else than its row stands where the row says. */
static enum result
drop(struct turn *turn, const struct deadline_key *key)
{
    struct case_file file;
    char room[LOG_TEXT_BYTES];
    enum result result = case_file_open(turn->txn, turn->office->options.role->machine,
                                        key->case_number, turn->arena, &file);
    log_line(LOG_ERROR, "overdue_not_told", "case=%s office=%s why=%s",
             log_text(room, key->case_number), turn->office->journal.office,
             result == OK ? "contradicted" : "unreadable");
    if (result == OK && contradicts(key, file.row)) {
        const struct deadline_place place = case_file_deadline(file.row);
        return deadline_index_mend(turn->txn, key, &place);
    }
    return result == ERR_MEMORY ? result : deadline_index_drop(turn->txn, key);
}

static enum result
sweep(struct turn *turn)
{
    size_t swept;
    enum result result = deadline_index_sweep(turn->txn, &swept);
    if (result == OK && swept > 0)
        log_line(LOG_ERROR, "deadline_keys_damaged", "office=%s count=%zu dropped=yes",
                 turn->office->journal.office, swept);
    return result;
}

/* On damage, the next attempt tells of those before it only; when there are none, it drops it. */
static enum result
tell_next(struct turn *turn, const struct deadline_key *key, size_t place)
{
    struct office_deadlines *deadlines = &turn->office->deadlines;
    if (deadlines->drops)
        return drop(turn, key);
    enum result result = look_at(turn, key);
    if (result == ERR_DAMAGED) {
        deadlines->failed = true;
        deadlines->drops = place == 0;
        deadlines->batch_max = place == 0 ? 1 : place;
    }
    return result;
}

enum result
overdue_tell(struct turn *turn)
{
    struct office_deadlines *deadlines = &turn->office->deadlines;
    size_t batch_max = overdue_may_tell(turn->office, turn->recorded_ms) ? deadlines->batch_max : 0;
    deadlines->failed = false;
    deadlines->told_count = 0;
    if (batch_max > 0) {
        enum result result = sweep(turn);
        if (result != OK)
            return result;
    }
    for (size_t place = 0;; place++) {
        struct deadline_key key;
        uint64_t due_ms;
        enum result result = deadline_index_next(turn->txn, turn->now_ms, &key, &due_ms);
        if (result != OK && result != ERR_ABSENT)
            return result;
        deadlines->pending_next_ms = result == OK ? due_ms : UINT64_MAX;
        deadlines->pending_more = place > 0 && deadlines->pending_next_ms <= turn->now_ms;
        if (deadlines->pending_next_ms > turn->now_ms || place == batch_max)
            return OK;
        result = tell_next(turn, &key, place);
        if (result != OK)
            return result;
    }
}

bool
overdue_failed(const struct office *office)
{
    return office->deadlines.failed;
}

void
overdue_committed(struct office *office)
{
    struct office_deadlines *deadlines = &office->deadlines;
    for (size_t i = 0; i < deadlines->told_count; i++)
        log_line(LOG_WARNING, "case_overdue", "case=%s office=%s", deadlines->told[i],
                 office->journal.office);
    deadlines->told_count = 0;
    deadlines->paused = false;
    deadlines->next_ms = deadlines->pending_next_ms;
    deadlines->more = deadlines->pending_more;
    deadlines->batch_max = OVERDUE_BATCH_MAX;
    deadlines->drops = false;
}
