/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/recovery_row.h"

#include <stdio.h>

#include "common/io/replay_rows.h"
#include "common/io/wire.h"

/* Row of TABLE_META. */
#define RECOVERY_KEY "recovery"

/* ---- the row ---- */

static enum result
keep_unplaced(struct recovery *recovery, const Yidi__RecoveryLeft *left)
{
    Yidi__RecoveryLeft *kept = &recovery->unplaced[recovery->row.n_unplaced];
    struct arena *texts = &recovery->unplaced_texts;
    if (recovery->row.n_unplaced == RECOVERY_UNPLACED_MAX)
        return OK;
    *kept = (Yidi__RecoveryLeft)YIDI__RECOVERY_LEFT__INIT;
    kept->mine = left->mine;
    kept->sequence = left->sequence;
    kept->office = arena_copy_text(texts, left->office);
    kept->case_number = arena_copy_text(texts, left->case_number);
    kept->rule = arena_copy_text(texts, left->rule);
    if (kept->office == NULL || kept->case_number == NULL || kept->rule == NULL)
        return ERR_MEMORY;
    recovery->row.n_unplaced++;
    return OK;
}

enum result
recovery_note_unplaced(struct turn *turn, const char *peer, bool mine, uint64_t sequence,
                       const char *case_number, const char *rule)
{
    struct recovery *recovery = &turn->office->recovery;
    Yidi__RecoveryLeft left = YIDI__RECOVERY_LEFT__INIT;
    left.office = (char *)peer;
    left.mine = mine;
    left.sequence = sequence;
    left.case_number = (char *)case_number;
    left.rule = (char *)rule;
    recovery->row.unplaced_count++;
    return keep_unplaced(recovery, &left);
}

enum result
recovery_row_load(struct recovery *recovery, struct store_txn *txn)
{
    AUTO(arena) struct arena arena;
    struct bytes value;
    ProtobufCMessage *message;
    arena_init(&arena);
    recovery->row = (Yidi__RecoveryRow)YIDI__RECOVERY_ROW__INIT;
    enum result result = store_get(txn, TABLE_META, bytes_of_text(RECOVERY_KEY), &value);
    if (result == ERR_ABSENT) {
        recovery->saved = recovery->row;
        return OK;
    }
    if (result != OK)
        return result;
    if (wire_decode(&yidi__recovery_row__descriptor, value, &arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    const Yidi__RecoveryRow *row = (const Yidi__RecoveryRow *)message;
    recovery->row = *row;
    recovery->row.unplaced = NULL;
    recovery->row.n_unplaced = 0;
    recovery->row.base.n_unknown_fields = 0;
    recovery->row.base.unknown_fields = NULL;
    snprintf(recovery->operator_name, sizeof recovery->operator_name, "%s", row->operator_);
    for (size_t i = 0; i < row->n_unplaced && result == OK; i++)
        result = keep_unplaced(recovery, row->unplaced[i]);
    recovery->saved = recovery->row;
    return result;
}

static Yidi__RecoveryLeft **
list_unplaced(const struct recovery *recovery, struct arena *arena)
{
    Yidi__RecoveryLeft **list = arena_take(arena, (recovery->row.n_unplaced + 1) * sizeof *list);
    for (size_t i = 0; list != NULL && i < recovery->row.n_unplaced; i++)
        list[i] = (Yidi__RecoveryLeft *)&recovery->unplaced[i];
    return list;
}

enum result
recovery_row_save(const struct recovery *recovery, struct store_txn *txn, struct arena *arena)
{
    Yidi__RecoveryRow row = recovery->row;
    row.operator_ = (char *)recovery->operator_name;
    row.unplaced = list_unplaced(recovery, arena);
    if (row.unplaced == NULL)
        return ERR_MEMORY;
    struct bytes packed = wire_encode(&row.base, arena);
    if (packed.data == NULL)
        return ERR_MEMORY;
    return store_put(txn, TABLE_META, bytes_of_text(RECOVERY_KEY), packed);
}

/* ---- the report ---- */

enum { MISSING_SHOWN_MAX = 1000, LEFT_COUNTED_MAX = 100000 };

static const char *
state_name(Yidi__PeerRecovery state)
{
    static const char *const names[] = {
        [YIDI__PEER_RECOVERY__RECOVERY_NONE] = "done",
        [YIDI__PEER_RECOVERY__RECOVERY_ASKING] = "asking",
        [YIDI__PEER_RECOVERY__RECOVERY_FETCHING] = "fetching",
        [YIDI__PEER_RECOVERY__RECOVERY_REJECTED] = "rejected",
    };
    return names[state];
}

static const char *
phase_name(const struct office *office, size_t fetching)
{
    const struct recovery *recovery = &office->recovery;
    if (!recovery->row.active && office_halted(office))
        return "needed";
    if (!recovery->row.active)
        return recovery->row.finished_ms > 0 ? "done" : "none";
    if (recovery->replaying)
        return "replaying";
    return fetching > 0 ? "fetching" : "asking";
}

static enum result
fill_peer(struct office *office, const struct peer *peer, Yidi__RecoveryPeer *ret_peer)
{
    const Yidi__Office *entry = directory_find(office->directory, peer->office);
    yidi__recovery_peer__init(ret_peer);
    ret_peer->office = (char *)peer->office;
    if (entry != NULL)
        ret_peer->name = entry->name;
    ret_peer->state = (char *)state_name(peer->recovery.state);
    if (peer->recovery.answered)
        ret_peer->state = "answered"; /* and waits for the others */
    ret_peer->sent = peer->stream.assigned;
    ret_peer->received = peer->applied;
    ret_peer->trouble_code = (char *)trouble_name(peer->trouble.code);
    ret_peer->trouble = trouble_in_english(&peer->trouble, &office->answers);
    return ret_peer->trouble == NULL ? ERR_MEMORY : OK;
}

/* Peers that are not done; the first ones by name. */
static enum result
fill_peers(struct office *office, Yidi__RecoveryReport *report, size_t *ret_fetching)
{
    struct arena *arena = &office->answers;
    Yidi__RecoveryPeer *peers = arena_take(arena, MISSING_SHOWN_MAX * sizeof *peers);
    report->missing = arena_take(arena, MISSING_SHOWN_MAX * sizeof *report->missing);
    if (peers == NULL || report->missing == NULL)
        return ERR_MEMORY;
    size_t fetching = 0;
    for (size_t i = 0; i < office->peers.count; i++) {
        const struct peer *peer = office->peers.list[i];
        report->peers_asked++;
        fetching += peer->recovery.state == YIDI__PEER_RECOVERY__RECOVERY_FETCHING;
        if (!recovery_bars(peer)) {
            report->peers_done++;
            continue;
        }
        if (report->n_missing == MISSING_SHOWN_MAX)
            continue;
        if (fill_peer(office, peer, &peers[report->n_missing]) != OK)
            return ERR_MEMORY;
        report->missing[report->n_missing] = &peers[report->n_missing];
        report->n_missing++;
    }
    *ret_fetching = fetching;
    return OK;
}

static enum result
fill_heads(struct office *office, Yidi__RecoveryReport *report)
{
    const struct recovery *recovery = &office->recovery;
    const struct epoch_heads *heads =
        recovery->named.count > 0 ? &recovery->named : &recovery->shown;
    Yidi__LastHead *rows = arena_take(&office->answers, EPOCH_HEADS_MAX * sizeof *rows);
    report->heads = arena_take(&office->answers, EPOCH_HEADS_MAX * sizeof *report->heads);
    if (rows == NULL || report->heads == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < heads->count; i++) {
        yidi__last_head__init(&rows[i]);
        rows[i].head = (char *)heads->texts[i];
        rows[i].witness = (char *)heads->witnesses[i];
        report->heads[i] = &rows[i];
    }
    report->n_heads = heads->count;
    return OK;
}

/* Entries of the lost journal, up to the last head that anybody showed, that are no messages and
 * therefore are with nobody. */
static uint64_t
count_lost(const struct office *office)
{
    const struct recovery *recovery = &office->recovery;
    uint64_t back = recovery->row.sent + recovery->row.received + recovery->row.kept_entries;
    uint64_t shown = 0;
    for (size_t i = 0; i < recovery->named.count; i++)
        if (strcmp(recovery->named.witnesses[i], office->journal.office) != 0 &&
            recovery->named.list[i].size > shown)
            shown = recovery->named.list[i].size;
    return shown > back ? shown - back : 0;
}

/* What was put aside until a peer that is away has come back. */
static enum result
count_left(struct office *office, Yidi__RecoveryReport *report)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    enum result result = store_begin_read(office->options.store, &txn);
    return result == OK ? replay_count_postponed(txn, LEFT_COUNTED_MAX, &report->left) : result;
}

enum result
recovery_row_report(struct office *office, Yidi__Response *response)
{
    const struct recovery *recovery = &office->recovery;
    Yidi__RecoveryReport *report = arena_take(&office->answers, sizeof *report);
    size_t fetching = 0;
    if (report == NULL)
        return ERR_MEMORY;
    yidi__recovery_report__init(report);
    report->started_ms = recovery->row.started_ms;
    report->finished_ms = recovery->row.finished_ms;
    report->epoch = office->journal.epoch;
    report->sent = recovery->row.sent;
    report->received = recovery->row.received;
    report->redone = recovery->row.redone;
    report->sent_again = recovery->row.sent_again;
    report->unplaced_count = recovery->row.unplaced_count;
    report->unplaced = list_unplaced(recovery, &office->answers);
    report->n_unplaced = recovery->row.n_unplaced;
    if (recovery->row.epoch > 0)
        report->lost_entries = count_lost(office);
    enum result result =
        report->unplaced == NULL ? ERR_MEMORY : fill_peers(office, report, &fetching);
    if (result == OK)
        result = fill_heads(office, report);
    if (result == OK)
        result = count_left(office, report);
    report->phase = (char *)phase_name(office, fetching);
    response->body_case = YIDI__RESPONSE__BODY_RECOVERY;
    response->recovery = report;
    return result;
}
