/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/dashboard.h"

#include <stdio.h>

#include "common/domain/civil_date.h"

enum { PEERS_SHOWN_MAX = 256, SERIES_MAX = STATE_COUNT_MAX + 2 };

#define HOUR_MS UINT64_C(3600000)

/* ---- charts ---- */

static enum result
find_resolution(uint32_t hours, enum series_resolution *ret_resolution, struct refusal *ret_refusal)
{
    switch (hours) {
    case 1:
        *ret_resolution = SERIES_MINUTES;
        return OK;
    case 0:
    case 24:
        *ret_resolution = SERIES_TEN_MINUTES;
        return OK;
    case 168:
        *ret_resolution = SERIES_HOURS;
        return OK;
    default:
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "dashboard.hours", "1, 24 or 168");
    }
}

/* What is not in the series yet belongs to its last point. */
static void
add_present(const struct standing_source *source, const Yidi__StatusReport *status,
            struct series_window *window)
{
    const struct figures_counts *unsaved = &source->office->figures.unsaved;
    struct series_point *last = &window->points[window->count - 1];
    last->opened += unsaved->opened;
    last->closed += unsaved->closed;
    for (size_t i = 0; i < status->n_states; i++)
        last->waiting[i + 1] = status->states[i]->count;
}

enum { FLOW_IN = -1, FLOW_OUT = 0 };

static uint64_t
value_of(const struct series_window *window, size_t point, int what)
{
    const struct series_point *at = &window->points[point];
    if (what > 0)
        return at->waiting[what];
    return (what == FLOW_IN ? at->opened : at->closed) * HOUR_MS / window->step_ms;
}

/* FLOW_IN, FLOW_OUT, or a state. */
static enum result
add_series(const struct standing_source *source, const struct series_window *window,
           const char *name, int what, Yidi__DashboardReport *report)
{
    Yidi__Series *series = arena_take(source->arena, sizeof *series);
    if (series == NULL)
        return ERR_MEMORY;
    yidi__series__init(series);
    series->name = (char *)name;
    series->start_ms = window->start_ms;
    series->step_ms = window->step_ms;
    series->values = arena_take(source->arena, window->count * sizeof *series->values);
    if (series->values == NULL || name == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < window->count; i++)
        series->values[series->n_values++] = value_of(window, i, what);
    report->series[report->n_series++] = series;
    return OK;
}

static const char *
name_waiting(const struct standing_source *source, const char *state)
{
    enum { NAME_BYTES = 41 };
    char *name = arena_take(source->arena, NAME_BYTES);
    if (name != NULL)
        snprintf(name, NAME_BYTES, "waiting.%s", state);
    return name;
}

static enum result
add_charts(const struct standing_source *source, const struct series_window *window,
           Yidi__DashboardReport *report)
{
    const struct machine *machine = source->office->options.role->machine;
    report->series = arena_take(source->arena, SERIES_MAX * sizeof *report->series);
    if (report->series == NULL)
        return ERR_MEMORY;
    enum result result = add_series(source, window, "flow.in", FLOW_IN, report);
    if (result == OK)
        result = add_series(source, window, "flow.out", FLOW_OUT, report);
    for (int state = 1; state < machine->state_count && result == OK; state++)
        if (machine->state_open[state])
            result = add_series(source, window, name_waiting(source, machine->state_names[state]),
                                state, report);
    return result;
}

static enum result
read_window(const struct standing_source *source, enum series_resolution resolution,
            struct series_window **ret_window)
{
    uint64_t today_ms = civil_date_start_ms(civil_date_of_ms(source->now_ms));
    *ret_window = arena_take(source->arena, sizeof **ret_window);
    return *ret_window == NULL ? ERR_MEMORY
                               : series_read(source->txn, resolution, source->now_ms, today_ms,
                                             source->arena, *ret_window);
}

/* ---- figures ---- */

static enum result
fill_durations(const struct standing_source *source, struct series_window *week,
               Yidi__DashboardReport *report)
{
    Yidi__Durations *durations = arena_take(source->arena, sizeof *durations);
    struct histogram *ready = &week->sum.ready;
    if (durations == NULL)
        return ERR_MEMORY;
    histogram_merge(ready, &source->office->figures.unsaved.ready);
    yidi__durations__init(durations);
    durations->count = ready->count;
    durations->p50_ms = histogram_percentile(ready, 500) * 1000;
    durations->p95_ms = histogram_percentile(ready, 950) * 1000;
    durations->p99_ms = histogram_percentile(ready, 990) * 1000;
    report->accept_to_ready = durations;
    return OK;
}

static enum result
fill_refusals(const struct standing_source *source, const struct series_window *week,
              Yidi__DashboardReport *report)
{
    const struct figures_counts *unsaved = &source->office->figures.unsaved;
    Yidi__RefusalCount *counts = arena_take(source->arena, REFUSAL_REASON_COUNT * sizeof *counts);
    report->refusals = arena_take(source->arena, REFUSAL_REASON_COUNT * sizeof *report->refusals);
    if (counts == NULL || report->refusals == NULL)
        return ERR_MEMORY;
    for (int reason = 1; reason < REFUSAL_REASON_COUNT; reason++) {
        Yidi__RefusalCount *count = &counts[reason];
        yidi__refusal_count__init(count);
        count->reason = (char *)refusal_reason_name((enum refusal_reason)reason);
        count->count = week->refused_since[reason] + unsaved->refused[reason];
        if (count->count > 0)
            report->refusals[report->n_refusals++] = count;
    }
    return OK;
}

static enum result
fill_fees(const struct standing_source *source, Yidi__DashboardReport *report)
{
    const struct role *role = source->office->options.role;
    struct role_look look = { 0 };
    enum result result = OK;
    if (role->look != NULL)
        result = role->look(source->txn, source->now_ms, source->arena, &look);
    if (result != OK || !look.has_fees)
        return result;
    report->fees = arena_take(source->arena, sizeof *report->fees);
    if (report->fees == NULL)
        return ERR_MEMORY;
    yidi__fees_today__init(report->fees);
    report->fees->taken_fen = look.taken_fen;
    report->fees->refunded_fen = look.refunded_fen;
    return OK;
}

static void
fill_machine(const struct standing_source *source, const Yidi__StatusReport *status,
             Yidi__DashboardReport *report)
{
    const struct histogram commits = figures_recent_commits(&source->office->figures);
    report->disk_free_bytes = status->disk_free_bytes;
    report->map_percent = status->map_percent;
    report->commit_p50_us = histogram_percentile(&commits, 500);
    report->commit_p99_us = histogram_percentile(&commits, 990);
}

/* Open stages only: where something can wait. */
static enum result
fill_stages(const struct standing_source *source, const Yidi__StatusReport *status,
            Yidi__DashboardReport *report)
{
    const struct machine *machine = source->office->options.role->machine;
    report->stages = arena_take(source->arena, STATE_COUNT_MAX * sizeof *report->stages);
    if (report->stages == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < status->n_states; i++)
        if (machine->state_open[i + 1])
            report->stages[report->n_stages++] = status->states[i];
    report->alarms = status->alarms;
    report->n_alarms = status->n_alarms;
    return OK;
}

static enum result
fill_charts(const struct standing_source *source, enum series_resolution resolution,
            const Yidi__StatusReport *status, Yidi__DashboardReport *report)
{
    struct series_window *week, *shown;
    enum result result = read_window(source, SERIES_HOURS, &week);
    if (result == OK)
        result = read_window(source, resolution, &shown);
    if (result == OK)
        result = fill_durations(source, week, report);
    if (result == OK)
        result = fill_refusals(source, week, report);
    if (result != OK)
        return result;
    add_present(source, status, shown);
    return add_charts(source, shown, report);
}

enum result
dashboard_report(const struct standing_source *source, const Yidi__Dashboard *dashboard,
                 Yidi__Response *response, struct refusal *ret_refusal)
{
    Yidi__DashboardReport *report = arena_take(source->arena, sizeof *report);
    Yidi__StatusReport *status;
    enum series_resolution resolution = SERIES_TEN_MINUTES;
    if (report == NULL)
        return ERR_MEMORY;
    yidi__dashboard_report__init(report);
    report->time_ms = source->now_ms;
    enum result result = find_resolution(dashboard->hours, &resolution, ret_refusal);
    if (result == OK)
        result = standing_status(source, &status);
    if (result == OK)
        result = fill_stages(source, status, report);
    if (result == OK)
        result = fill_charts(source, resolution, status, report);
    if (result == OK)
        result = fill_fees(source, report);
    if (result == OK)
        result = standing_peers(source, PEERS_SHOWN_MAX, &report->peers, &report->n_peers);
    if (result == OK)
        fill_machine(source, status, report);
    response->body_case = YIDI__RESPONSE__BODY_DASHBOARD;
    response->dashboard = report;
    return result;
}
