/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/standing.h"

#include "common/domain/urgency.h"
#include "common/io/alarms.h"
#include "common/io/case_file.h"
#include "common/io/intake.h"
#include "common/io/outbox.h"
#include "common/io/recovery.h"
#include "common/io/witness.h"
#include "common/io/witness_list.h"

/* ---- peers ---- */

static enum result
find_oldest(struct store_txn *txn, const struct peer *peer, struct arena *arena,
            uint64_t *ret_time_ms)
{
    const Yidi__OutboxRow *row;
    enum result result = outbox_find(txn, peer->office, peer->stream.acknowledged + 1, arena, &row);
    if (result == OK)
        *ret_time_ms = row->time_ms;
    return result;
}

enum result
standing_peer(const struct standing_source *source, const struct peer *peer,
              Yidi__PeerStatus *ret_status)
{
    const Yidi__Office *entry = directory_find(source->office->directory, peer->office);
    yidi__peer_status__init(ret_status);
    ret_status->office = (char *)peer->office;
    if (entry != NULL)
        ret_status->name = entry->name;
    ret_status->link = (char *)stream_state_name(peer->stream.state);
    ret_status->assigned = peer->stream.assigned;
    ret_status->acknowledged = peer->stream.acknowledged;
    ret_status->waiting = peer->stream.assigned - peer->stream.acknowledged;
    ret_status->applied = peer->applied;
    ret_status->round_trip_us = peer->timing.round_trip_us;
    ret_status->down_since_ms = peer->timing.down_since_ms;
    struct trouble trouble;
    witness_describe(peer, &trouble); /* worse than any trouble of the stream */
    if (trouble.code == TROUBLE_NONE)
        trouble = peer->trouble;
    ret_status->trouble_code = (char *)trouble_name(trouble.code);
    ret_status->trouble = trouble_in_english(&trouble, source->arena);
    ret_status->trouble_chinese = trouble_in_chinese(&trouble, source->arena);
    if (ret_status->trouble == NULL || ret_status->trouble_chinese == NULL)
        return ERR_MEMORY;
    if (ret_status->waiting == 0)
        return OK;
    uint64_t since_ms = source->now_ms;
    enum result result = find_oldest(source->txn, peer, source->arena, &since_ms);
    ret_status->oldest_ms = source->now_ms > since_ms ? source->now_ms - since_ms : 0;
    return result;
}

/* 0: in trouble, 1: messages wait for it, 2: neither. */
static int
rank_of(const struct peer *peer)
{
    if (peer->trouble.code != TROUBLE_NONE || peer->timing.down_since_ms != 0 ||
        witness_barred(peer))
        return 0;
    return peer->stream.assigned > peer->stream.acknowledged ? 1 : 2;
}

enum result
standing_peers(const struct standing_source *source, size_t count_max, Yidi__PeerStatus ***ret_list,
               size_t *ret_count)
{
    const struct peers *peers = &source->office->peers;
    size_t room = peers->count < count_max ? peers->count : count_max, count = 0;
    Yidi__PeerStatus **list = arena_take(source->arena, (room + 1) * sizeof *list);
    Yidi__PeerStatus *statuses = arena_take(source->arena, (room + 1) * sizeof *statuses);
    enum result result = list == NULL || statuses == NULL ? ERR_MEMORY : OK;
    for (int rank = 0; rank <= 2; rank++)
        for (size_t i = 0; i < peers->count && count < room && result == OK; i++) {
            if (rank_of(peers->list[i]) != rank)
                continue;
            result = standing_peer(source, peers->list[i], &statuses[count]);
            list[count] = &statuses[count];
            count++;
        }
    *ret_list = list;
    *ret_count = count;
    return result;
}

/* ---- stages ---- */

static enum result
fill_state(const struct standing_source *source, int state, Yidi__StateCount *count)
{
    const struct machine *machine = source->office->options.role->machine;
    uint64_t since_ms;
    enum result result = state_index_count(source->txn, state, &count->count);
    if (result != OK || !machine->state_open[state] || count->count == 0)
        return result;
    result = state_index_oldest(source->txn, state, &since_ms);
    if (result == OK && source->now_ms > since_ms)
        count->oldest_ms = source->now_ms - since_ms;
    return result == ERR_ABSENT ? ERR_DAMAGED : result;
}

/* Of the last hour: what is in the series, and what is not there yet. */
static enum result
fill_flow(const struct standing_source *source, Yidi__StatusReport *report)
{
    struct figures_counts *sum;
    struct series_window *window = arena_take(source->arena, sizeof *window);
    if (window == NULL)
        return ERR_MEMORY;
    enum result result =
        series_read(source->txn, SERIES_MINUTES, source->now_ms, 0, source->arena, window);
    if (result != OK)
        return result;
    sum = &window->sum;
    figures_counts_merge(sum, &source->office->figures.unsaved);
    for (size_t i = 0; i < report->n_states; i++) {
        report->states[i]->in_per_hour = sum->entered[i + 1];
        report->states[i]->out_per_hour = sum->left[i + 1];
    }
    return OK;
}

static enum result
fill_states(const struct standing_source *source, Yidi__StatusReport *report)
{
    struct deadline_counts due[STATE_COUNT_MAX];
    const struct office *office = source->office;
    const struct machine *machine = office->options.role->machine;
    Yidi__StateCount *counts = arena_take(source->arena, STATE_COUNT_MAX * sizeof *counts);
    report->states = arena_take(source->arena, STATE_COUNT_MAX * sizeof *report->states);
    if (counts == NULL || report->states == NULL)
        return ERR_MEMORY;
    const struct urgency_scale scale =
        urgency_scale_of(policies_present(&office->policies), office->options.code, source->now_ms);
    enum result result = deadline_index_count(source->txn, &scale, due);
    for (int state = 1; state < machine->state_count && result == OK; state++) {
        Yidi__StateCount *count = &counts[report->n_states];
        yidi__state_count__init(count);
        count->state = (char *)machine->state_names[state];
        report->states[report->n_states++] = count;
        count->due_soon = due[state].soon;
        count->overdue = due[state].overdue;
        result = fill_state(source, state, count);
    }
    return result == OK ? fill_flow(source, report) : result;
}

/* ---- all of it ---- */

static enum result
fill_office(const struct office *office, struct arena *arena, Yidi__StatusReport *report)
{
    report->office = (char *)office->journal.office;
    report->name = office_self(office)->name;
    report->role = (char *)office->options.role->unit;
    if (office->options.console_address != NULL)
        report->console = (char *)office->options.console_address;
    report->tree_size = office->journal.committed.size;
    report->epoch = office->journal.epoch;
    report->head = (char *)office->journal.head;
    report->directory_version = directory_version(office->directory);
    report->directory_expires_ms = directory_expires_ms(office->directory);
    report->policy_version = policies_present(&office->policies)->version;
    report->halted = trouble_in_english(&office->halted, arena);
    for (size_t i = 0; i < office->peers.count; i++)
        report->shares_missing += recovery_bars(office->peers.list[i]);
    report->commits = office->commits;
    report->inputs = office->inputs_done;
    report->dropped = office->dropped;
    report->journals_rewritten = witness_list_rewritten(office);
    if (office->options.ports.dropped != NULL)
        report->turned_away = office->options.ports.dropped(office->options.ports.context);
    return report->halted == NULL ? ERR_MEMORY : OK;
}

enum result
standing_status(const struct standing_source *source, Yidi__StatusReport **ret_status)
{
    Yidi__StatusReport *report = arena_take(source->arena, sizeof *report);
    if (report == NULL)
        return ERR_MEMORY;
    yidi__status_report__init(report);
    enum result result = fill_office(source->office, source->arena, report);
    if (result == OK)
        result = intake_report(source->office, source->arena, report);
    if (result == OK)
        result = fill_states(source, report);
    if (result == OK)
        result = alarms_fill(source, report);
    *ret_status = report;
    return result;
}
