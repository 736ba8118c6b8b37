/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/queries.h"

#include "common/domain/urgency.h"
#include "common/io/case_file.h"
#include "common/io/intake.h"
#include "common/io/outbox.h"
#include "common/io/package.h"
#include "common/io/permission.h"
#include "common/io/recovery.h"
#include "common/io/retention_report.h"
#include "common/io/store_queries.h"
#include "common/io/witness.h"
#include "common/io/witness_list.h"

bool
queries_handles(const Yidi__Request *request)
{
    switch (request->command_case) {
    case YIDI__REQUEST__COMMAND_PEERS:
    case YIDI__REQUEST__COMMAND_STATUS:
    case YIDI__REQUEST__COMMAND_WITNESSES:
    case YIDI__REQUEST__COMMAND_PACKAGE_QUERY:
    case YIDI__REQUEST__COMMAND_ERASE_QUERY:
        return true;
    default:
        return store_queries_handles(request);
    }
}

enum result
queries_show_full(struct turn *turn, const Yidi__Show *show, Yidi__Response *response,
                  struct refusal *ret_refusal)
{
    const struct query_source source = { .role = turn->office->options.role,
                                         .office = turn->office->options.code,
                                         .policy = policies_present(&turn->office->policies),
                                         .txn = turn->txn,
                                         .arena = turn->arena,
                                         .now_ms = turn->now_ms };
    if (show->reason[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "show.reason",
                      "why personal data are looked at must be said");
    enum result result = store_queries_show_full(&source, show->case_number, response, ret_refusal);
    if (result != OK)
        return result;
    turn_begin_act(turn, show->case_number, "view", show->reason);
    return turn_journal_cause(turn);
}

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

static enum result
fill_peer(struct office *office, struct store_txn *txn, const struct peer *peer, uint64_t now_ms,
          Yidi__PeerStatus *ret_status)
{
    const Yidi__Office *entry = directory_find(office->directory, peer->office);
    yidi__peer_status__init(ret_status);
    ret_status->office = (char *)peer->office;
    if (entry != NULL)
        ret_status->name = entry->name;
    ret_status->link = (char *)stream_state_name(peer->stream.state);
    ret_status->assigned = peer->stream.assigned;
    ret_status->acknowledged = peer->stream.acknowledged;
    ret_status->waiting = peer->stream.assigned - peer->stream.acknowledged;
    ret_status->applied = peer->applied;
    char words[WITNESS_WORDS_BYTES];
    witness_describe(peer, words); /* a rewritten journal is worse than any trouble of the stream */
    ret_status->trouble =
        words[0] == '\0' ? (char *)peer->trouble : arena_copy_text(&office->answers, words);
    if (ret_status->trouble == NULL)
        return ERR_MEMORY;
    if (ret_status->waiting == 0)
        return OK;
    uint64_t since_ms = now_ms;
    enum result result = find_oldest(txn, peer, &office->answers, &since_ms);
    ret_status->oldest_ms = now_ms > since_ms ? now_ms - since_ms : 0;
    return result;
}

static enum result
list_peers(struct office *office, struct store_txn *txn, const char *only, uint64_t now_ms,
           Yidi__Response *response, struct refusal *ret_refusal)
{
    size_t count = office->peers.count;
    if (only[0] != '\0' && directory_find(office->directory, only) == NULL)
        return refuse(ret_refusal, REFUSAL_OFFICE_UNKNOWN, "peers.office", "not in the directory");
    Yidi__PeerList *peers = arena_take(&office->answers, sizeof *peers);
    Yidi__PeerStatus **list = arena_take(&office->answers, (count + 1) * sizeof *list);
    Yidi__PeerStatus *statuses = arena_take(&office->answers, (count + 1) * sizeof *statuses);
    if (peers == NULL || list == NULL || statuses == NULL)
        return ERR_MEMORY;
    yidi__peer_list__init(peers);
    enum result result = OK;
    for (size_t i = 0; i < count && result == OK; i++) {
        const struct peer *peer = office->peers.list[i];
        if (only[0] != '\0' && strcmp(only, peer->office) != 0)
            continue;
        result = fill_peer(office, txn, peer, now_ms, &statuses[i]);
        list[peers->n_peers++] = &statuses[i];
    }
    peers->peers = list;
    response->body_case = YIDI__RESPONSE__BODY_PEERS;
    response->peers = peers;
    return result;
}

/* ---- status ---- */

static enum result
fill_state(struct store_txn *txn, const struct machine *machine, int state, uint64_t now_ms,
           Yidi__StateCount *count)
{
    uint64_t since_ms;
    enum result result = case_file_count(txn, state, &count->count);
    if (result != OK || !machine->state_open[state] || count->count == 0)
        return result;
    result = case_file_oldest(txn, state, &since_ms);
    if (result == OK && now_ms > since_ms)
        count->oldest_ms = now_ms - since_ms;
    return result == ERR_ABSENT ? ERR_DAMAGED : result;
}

static enum result
fill_states(const struct office *office, struct store_txn *txn, uint64_t now_ms,
            struct arena *arena, Yidi__StatusReport *report)
{
    struct deadline_counts due[STATE_COUNT_MAX];
    const struct machine *machine = office->options.role->machine;
    Yidi__StateCount *counts = arena_take(arena, STATE_COUNT_MAX * sizeof *counts);
    report->states = arena_take(arena, STATE_COUNT_MAX * sizeof *report->states);
    if (counts == NULL || report->states == NULL)
        return ERR_MEMORY;
    const struct urgency_scale scale =
        urgency_scale_of(policies_present(&office->policies), office->options.code, now_ms);
    enum result result = deadline_index_count(txn, &scale, due);
    for (int state = 1; state < machine->state_count && result == OK; state++) {
        Yidi__StateCount *count = &counts[report->n_states];
        yidi__state_count__init(count);
        count->state = (char *)machine->state_names[state];
        report->states[report->n_states++] = count;
        count->due_soon = due[state].soon;
        count->overdue = due[state].overdue;
        result = fill_state(txn, machine, state, now_ms, count);
    }
    return result;
}

static enum result
report_status(struct office *office, struct store_txn *txn, uint64_t now_ms,
              Yidi__Response *response)
{
    Yidi__StatusReport *report = arena_take(&office->answers, sizeof *report);
    if (report == NULL)
        return ERR_MEMORY;
    yidi__status_report__init(report);
    report->office = office->journal.office;
    report->name = office_self(office)->name;
    report->role = (char *)office->options.role->unit;
    report->tree_size = office->journal.committed.size;
    report->epoch = office->journal.epoch;
    report->head = office->journal.head;
    report->directory_version = directory_version(office->directory);
    report->directory_expires_ms = directory_expires_ms(office->directory);
    report->policy_version = policies_present(&office->policies)->version;
    report->halted = office->halted;
    for (size_t i = 0; i < office->peers.count; i++)
        report->shares_missing += recovery_bars(office->peers.list[i]);
    report->commits = office->commits;
    report->inputs = office->inputs_done;
    report->dropped = office->dropped;
    report->journals_rewritten = witness_list_rewritten(office);
    if (office->options.ports.dropped != NULL)
        report->turned_away = office->options.ports.dropped(office->options.ports.context);
    response->body_case = YIDI__RESPONSE__BODY_STATUS;
    response->status = report;
    enum result result = intake_report(office, &office->answers, report);
    return result == OK ? fill_states(office, txn, now_ms, &office->answers, report) : result;
}

enum result
queries_answer(struct office *office, const Yidi__Request *request, const struct office_time *now,
               Yidi__Response *ret_response, struct refusal *ret_refusal)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    enum result result = store_begin_read(office->options.store, &txn);
    if (result != OK)
        return result;
    const struct query_source source = { .role = office->options.role,
                                         .office = office->options.code,
                                         .policy = policies_present(&office->policies),
                                         .txn = txn,
                                         .arena = &office->answers,
                                         .now_ms = now->wall_ms };
    if (store_queries_handles(request))
        return store_queries_answer(&source, request, ret_response, ret_refusal);
    result = permission_check(txn, source.role->party, request, ret_refusal);
    if (result != OK)
        return result;
    switch (request->command_case) {
    case YIDI__REQUEST__COMMAND_PEERS:
        return list_peers(office, txn, request->peers->office, now->wall_ms, ret_response,
                          ret_refusal);
    case YIDI__REQUEST__COMMAND_WITNESSES:
        return witness_list(office, request->witnesses->office, ret_response, ret_refusal);
    case YIDI__REQUEST__COMMAND_PACKAGE_QUERY:
        return package_show(office, txn, request->package_query, ret_response, ret_refusal);
    case YIDI__REQUEST__COMMAND_ERASE_QUERY:
        return retention_report(office, txn, request->erase_query, now->wall_ms, ret_response);
    default: /* of what queries_handles, the last one */
        return report_status(office, txn, now->wall_ms, ret_response);
    }
}
