/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/figures.h"

#include "common/io/case_file.h"
#include "common/io/turn.h"

enum { COMMITS_KEPT_MS = 5 * 60 * 1000, RETRY_PAUSE_MS = 5000 };

void
figures_open(struct figures *figures, const struct office_time *now)
{
    memset(figures, 0, sizeof *figures);
    figures->due_ms = UINT64_MAX;
    figures->commits_kept_ms = now->monotonic_ms;
}

/* ---- counting ---- */

static void
count_refusals(struct figures_counts *counts, const Yidi__Case *row)
{
    for (size_t i = 0; row->refusal != NULL && i < row->refusal->n_reasons; i++)
        if ((size_t)row->refusal->reasons[i] < REFUSAL_REASON_COUNT)
            counts->refused[row->refusal->reasons[i]]++;
}

void
figures_note_move(struct turn *turn, const struct case_file *file)
{
    const struct role *role = turn->office->options.role;
    struct figures *figures = &turn->office->figures;
    struct figures_counts *counts = &figures->running;
    const Yidi__Case *row = file->row;
    int to = (int)row->state;
    bool was_open = file->stored && role->machine->state_open[file->stored_state.state];
    bool is_open = role->machine->state_open[to];
    if (turn->redo != NULL || (file->stored && file->stored_state.state == to))
        return;
    figures->any_running = true;
    if (file->stored)
        counts->left[file->stored_state.state]++;
    counts->entered[to]++;
    counts->opened += !was_open && (is_open || !file->stored);
    counts->closed += !is_open && (was_open || !file->stored);
    if (to == role->refused_state)
        count_refusals(counts, row);
    if (to == role->ready_state && turn->now_ms >= row->accepted_ms)
        histogram_add(&counts->ready, (turn->now_ms - row->accepted_ms) / 1000);
}

void
figures_note_commit(struct figures *figures, uint64_t took_us)
{
    histogram_add(&figures->commits, took_us);
}

struct histogram
figures_recent_commits(const struct figures *figures)
{
    return histogram_since(&figures->commits, &figures->commits_before[1]);
}

static void
keep_commits(struct figures *figures, uint64_t monotonic_ms)
{
    if (monotonic_ms - figures->commits_kept_ms < COMMITS_KEPT_MS)
        return;
    figures->commits_before[1] = figures->commits_before[0];
    figures->commits_before[0] = figures->commits;
    figures->commits_kept_ms = monotonic_ms;
}

/* ---- writing ---- */

static uint64_t
minute_of(uint64_t time_ms)
{
    return time_ms / series_step_ms(SERIES_MINUTES);
}

bool
figures_want_turn(const struct office *office, const struct office_time *now)
{
    return now->monotonic_ms >= office->figures.due_ms;
}

void
figures_hurry(struct office *office, const struct office_time *now)
{
    struct figures *figures = &office->figures;
    if (figures->any_unsaved)
        figures->due_ms = now->monotonic_ms;
}

void
figures_begin_turn(struct office *office, const struct office_time *now)
{
    office->figures.due = figures_want_turn(office, now);
}

void
figures_end_turn(struct office *office, const struct office_time *now)
{
    if (figures_want_turn(office, now)) /* out of service, or the disk is full */
        office->figures.due_ms = now->monotonic_ms + RETRY_PAUSE_MS;
}

/* When the minute is over in which the first of them was counted. */
static uint64_t
find_due_ms(const struct office_time *now)
{
    uint64_t step_ms = series_step_ms(SERIES_MINUTES);
    return now->monotonic_ms + step_ms - now->wall_ms % step_ms;
}

enum result
figures_save(struct turn *turn)
{
    struct figures *figures = &turn->office->figures;
    const struct machine *machine = turn->office->options.role->machine;
    uint64_t waiting[STATE_COUNT_MAX] = { 0 };
    enum result result = OK;
    figures->saved = false;
    bool over = minute_of(turn->recorded_ms) != minute_of(figures->counted_ms);
    if (!figures->any_unsaved || !(over || figures->due))
        return OK;
    for (int state = 1; state < machine->state_count && result == OK; state++)
        result = state_index_count(turn->txn, state, &waiting[state]);
    if (result == OK)
        result =
            series_add(turn->txn, figures->counted_ms, &figures->unsaved, waiting, turn->arena);
    figures->saved = result == OK;
    return result;
}

void
figures_committed(struct office *office, const struct office_time *now)
{
    struct figures *figures = &office->figures;
    keep_commits(figures, now->monotonic_ms);
    if (figures->saved) {
        memset(&figures->unsaved, 0, sizeof figures->unsaved);
        figures->any_unsaved = figures->saved = false;
        figures->due_ms = UINT64_MAX;
    }
    if (!figures->any_running)
        return;
    if (!figures->any_unsaved) {
        figures->counted_ms = now->wall_ms;
        figures->due_ms = find_due_ms(now);
    }
    figures_counts_merge(&figures->unsaved, &figures->running);
    figures_counts_merge(&figures->total, &figures->running);
    memset(&figures->running, 0, sizeof figures->running);
    figures->any_unsaved = true;
    figures->any_running = false;
}

void
figures_rolled_back(struct office *office)
{
    struct figures *figures = &office->figures;
    if (figures->any_running)
        memset(&figures->running, 0, sizeof figures->running);
    figures->any_running = figures->saved = false;
}
