/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/recovery.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/core/require.h"
#include "common/io/exchange.h"
#include "common/io/inquiry.h"
#include "common/io/log.h"
#include "common/io/outgoing.h"
#include "common/io/recovery_row.h"
#include "common/io/replay.h"

/* ---- where it stands ---- */

bool
recovery_active(const struct office *office)
{
    return office->recovery.row.active;
}

bool
recovery_bars(const struct peer *peer)
{
    return peer->recovery.state != YIDI__PEER_RECOVERY__RECOVERY_NONE;
}

bool
recovery_holds(const struct peer *peer)
{
    return recovery_bars(peer) && !peer->recovery.complete;
}

void
recovery_wake(struct office *office, uint64_t due_ms)
{
    if (due_ms < office->recovery.due_ms)
        office->recovery.due_ms = due_ms;
}

void
recovery_mark_dirty(struct office *office, const struct office_time *now)
{
    office->recovery.dirty = true;
    office->rows_due_ms = now->monotonic_ms;
}

enum result
recovery_open(struct office *office, struct store_txn *txn)
{
    struct recovery *recovery = &office->recovery;
    arena_init(&recovery->unplaced_texts);
    recovery->due_ms = 0;
    enum result result = recovery_row_load(recovery, txn);
    for (size_t i = 0; i < office->peers.count; i++)
        if (office->peers.list[i]->recovery.state == YIDI__PEER_RECOVERY__RECOVERY_FETCHING)
            office->peers.list[i]->recovery.state = YIDI__PEER_RECOVERY__RECOVERY_ASKING;
    if (result == OK)
        result = epoch_load(txn, &office->arena, &recovery->named);
    if (result == OK)
        result = replay_waits(txn, &recovery->left, &recovery->held);
    if (result == OK && recovery->held)
        result = replay_count_held(txn, &office->peers);
    if (result == OK && recovery->row.active)
        office_halt(office, &(struct trouble){ .code = TROUBLE_RECOVERING });
    return result;
}

void
recovery_close(struct office *office)
{
    arena_fini(&office->recovery.unplaced_texts);
}

/* ---- all of them ---- */

enum { SHARE_PATIENCE_MS = 600000 };

struct tally {
    size_t asking, answered, fetching, complete, rejected;
};

/* It is not waited for. */
static bool
is_revoked(const struct office *office, const struct peer *peer)
{
    const Yidi__Office *entry = directory_find(office->directory, peer->office);
    return entry == NULL || entry->revoked;
}

/* An operator who goes on without the missing does not wait for ever for one that hands back
 * without end. */
static bool
is_awaited(const struct office *office, const struct peer *peer, const struct office_time *now)
{
    return !office->recovery.row.without_missing || peer->recovery.since_ms == 0 ||
           now->monotonic_ms - peer->recovery.since_ms < SHARE_PATIENCE_MS;
}

static struct tally
count_peers(const struct office *office, const struct office_time *now)
{
    struct tally tally = { 0 };
    for (size_t i = 0; i < office->peers.count; i++) {
        const struct peer_recovery *recovery = &office->peers.list[i]->recovery;
        if (recovery->state == YIDI__PEER_RECOVERY__RECOVERY_ASKING && recovery->answered)
            tally.answered++;
        else if (recovery->state == YIDI__PEER_RECOVERY__RECOVERY_ASKING)
            tally.asking += !is_revoked(office, office->peers.list[i]);
        else if (recovery->state == YIDI__PEER_RECOVERY__RECOVERY_FETCHING && recovery->complete)
            tally.complete++;
        else if (recovery->state == YIDI__PEER_RECOVERY__RECOVERY_FETCHING)
            tally.fetching += is_awaited(office, office->peers.list[i], now);
        else if (recovery->state == YIDI__PEER_RECOVERY__RECOVERY_REJECTED)
            tally.rejected++;
    }
    return tally;
}

static void
tick_peer(struct office *office, struct peer *peer, const struct office_time *now)
{
    struct peer_recovery *recovery = &peer->recovery;
    bool due = now->monotonic_ms >= recovery->due_ms;
    if (recovery->state != YIDI__PEER_RECOVERY__RECOVERY_ASKING &&
        recovery->state != YIDI__PEER_RECOVERY__RECOVERY_FETCHING)
        return;
    if (recovery->live && due)
        inquiry_lost(office, peer, now);
    else if (!due)
        recovery_wake(office, recovery->due_ms);
    else if (!recovery->complete && office->recovery.live < RECOVERY_LIVE_MAX)
        inquiry_call(office, peer, now);
}

/* The epoch that names what they showed is open: they may hand back. */
static void
begin_fetching(struct office *office, const struct office_time *now)
{
    for (size_t i = 0; i < office->peers.count; i++) {
        struct peer *peer = office->peers.list[i];
        struct peer_recovery *recovery = &peer->recovery;
        if (!recovery->answered)
            continue;
        recovery->answered = false;
        if (recovery->since_ms == 0)
            recovery->since_ms = now->monotonic_ms;
        /* whoever has seen anything of ours is greeted all the same: it shall know of the epoch */
        recovery->complete = recovery->want_sent == 0 && peer->applied >= recovery->want_received;
        office->recovery.postponed |= recovery->complete;
        recovery->due_ms = now->monotonic_ms;
        inquiry_set_state(office, peer, YIDI__PEER_RECOVERY__RECOVERY_FETCHING, now);
    }
    recovery_wake(office, now->monotonic_ms);
}

/* What all of them together allow next. */
static void
go_on(struct office *office, const struct office_time *now)
{
    struct recovery *recovery = &office->recovery;
    const struct tally tally = count_peers(office, now);
    bool waits = recovery->row.active && !recovery->row.without_missing && tally.asking > 0;
    bool first = recovery->row.active && recovery->row.epoch == 0;
    bool alone = first && tally.asking + tally.rejected > 0; /* nobody has said anything true */
    bool rest = tally.answered == 0 && tally.fetching == 0 && !waits && !alone;
    recovery->open_epoch = tally.answered > 0 && !waits && (recovery->epoch_needed || first);
    recovery->replaying = rest && (recovery->left || tally.complete > 0);
    recovery->finishing = rest && recovery->row.active && tally.complete == 0 && !recovery->left;
    if (recovery->open_epoch || recovery->replaying || recovery->finishing)
        office->rows_due_ms = now->monotonic_ms;
    else if (tally.answered > 0 && !waits)
        begin_fetching(office, now);
}

void
recovery_tick(struct office *office, const struct office_time *now)
{
    struct recovery *recovery = &office->recovery;
    if (now->monotonic_ms < recovery->due_ms)
        return;
    recovery->due_ms = UINT64_MAX;
    for (size_t i = 0; i < office->peers.count; i++)
        if (recovery_bars(office->peers.list[i]))
            tick_peer(office, office->peers.list[i], now);
    go_on(office, now);
}

/* ---- its share of a turn ---- */

bool
recovery_wants_turn(const struct office *office)
{
    const struct recovery *recovery = &office->recovery;
    return recovery->row.active || recovery->dirty || recovery->open_epoch || recovery->replaying;
}

enum result
recovery_begin_turn(struct turn *turn)
{
    struct recovery *recovery = &turn->office->recovery;
    recovery->saved = recovery->row;
    if (!recovery->open_epoch)
        return OK;
    for (size_t i = 0; i < recovery->named.count; i++)
        (void)epoch_heads_note(&recovery->shown, &recovery->named.list[i], recovery->named.texts[i],
                               recovery->named.witnesses[i]);
    turn->operator= recovery->operator_name;
    enum result result = epoch_open(turn, &recovery->shown);
    turn->operator= "";
    if (recovery->row.epoch == 0) { /* a later one is for somebody who was away */
        recovery->row.kept_entries = turn->office->journal.committed.size;
        recovery->row.epoch = turn->office->journal.pending_epoch;
    }
    recovery->opened_epoch = result == OK;
    recovery->dirty |= result == OK;
    return result;
}

/* The office goes to work again: the role leaves room for what it may have given out unseen. */
static enum result
finish(struct turn *turn)
{
    struct recovery *recovery = &turn->office->recovery;
    const struct role *role = turn->office->options.role;
    recovery->row.active = false;
    recovery->row.finished_ms = turn->recorded_ms;
    recovery->finished = recovery->dirty = true;
    enum result result = store_delete(turn->txn, TABLE_META, bytes_of_text(OFFICE_RESTORED_KEY));
    if (result == OK || result == ERR_ABSENT)
        result = role->resume == NULL ? OK : role->resume(turn);
    return result;
}

enum result
recovery_end_turn(struct turn *turn)
{
    struct recovery *recovery = &turn->office->recovery;
    enum result result = OK;
    if (recovery->replaying) {
        result = replay_some(turn, &recovery->left);
        recovery->dirty = true;
    }
    if (result == OK && recovery->finishing)
        result = finish(turn);
    if (result == OK && recovery->dirty)
        result = recovery_row_save(recovery, turn->txn, turn->arena);
    return result;
}

/* All is done again: the streams with those who are complete go on. */
static void
release(struct office *office, const struct office_time *now)
{
    for (size_t i = 0; i < office->peers.count; i++) {
        struct peer *peer = office->peers.list[i];
        if (!recovery_bars(peer) || !peer->recovery.complete)
            continue;
        uint64_t held = peer->recovery.want_sent;
        stream_init(&peer->stream, peer->stream.assigned,
                    held < peer->stream.assigned ? held : peer->stream.assigned);
        peer->recovery.complete = false;
        log_line(LOG_INFO, "recovery_done", "office=%s sent=%" PRIu64 " received=%" PRIu64,
                 peer->office, held, peer->applied);
        inquiry_set_state(office, peer, YIDI__PEER_RECOVERY__RECOVERY_NONE, now);
        if (!recovery_active(office))
            outgoing_look_for_work(office, peer, now);
    }
}

static void
go_to_work(struct office *office, const struct office_time *now)
{
    office->halted = (struct trouble){ 0 };
    log_line(LOG_WARNING, "recovered",
             "office=%s epoch=%u sent=%" PRIu64 " received=%" PRIu64 " unplaced=%" PRIu64,
             office->journal.office, (unsigned)office->journal.epoch, office->recovery.row.sent,
             office->recovery.row.received, office->recovery.row.unplaced_count);
    exchange_start(office, now);
}

/* Whoever we talk with must see the new epoch before a message under its heads. */
static void
greet_again(struct office *office, const struct office_time *now)
{
    for (size_t i = 0; i < office->peers.count; i++)
        if (!recovery_bars(office->peers.list[i]))
            outgoing_lost(office, office->peers.list[i], now);
}

void
recovery_committed(struct office *office, const struct office_time *now)
{
    struct recovery *recovery = &office->recovery;
    bool replayed = recovery->replaying;
    recovery->dirty = false;
    recovery->failed.size = 0;
    if (recovery->opened_epoch) {
        recovery->opened_epoch = recovery->open_epoch = recovery->epoch_needed = false;
        recovery->named = recovery->shown;
        greet_again(office, now);
        begin_fetching(office, now);
    }
    for (size_t i = 0; recovery->live > 0 && i < office->peers.count; i++) {
        struct peer *peer = office->peers.list[i];
        if (peer->recovery.state == YIDI__PEER_RECOVERY__RECOVERY_FETCHING && peer->recovery.live &&
            peer->recovery.asked && peer->recovery.batch_left == 0)
            inquiry_go_on(office, peer, now);
    }
    if (replayed && !recovery->left)
        release(office, now);
    if (recovery->finished) {
        recovery->finished = recovery->finishing = false;
        go_to_work(office, now);
    }
    if (recovery_active(office) || replayed || recovery->live > 0)
        recovery_wake(office, now->monotonic_ms);
}

void
recovery_rolled_back(struct office *office)
{
    struct recovery *recovery = &office->recovery;
    recovery->row = recovery->saved;
    recovery->left |= recovery->replaying;
    recovery->postponed |= recovery->replaying;
    recovery->opened_epoch = recovery->finished = false;
}

/* ---- commands ---- */

static void
ask_again(struct office *office, struct peer *peer, const struct office_time *now)
{
    inquiry_hang_up(office, peer);
    peer->recovery =
        (struct peer_recovery){ .queued_sent = peer->stream.assigned, .held = peer->recovery.held };
    peer->trouble = (struct trouble){ 0 };
    inquiry_set_state(office, peer, YIDI__PEER_RECOVERY__RECOVERY_ASKING, now);
}

void
recovery_take_unproved(struct office *office, struct peer *peer, const struct office_time *now)
{
    if (recovery_bars(peer) || office->journal.epoch == 1)
        return;
    outgoing_bar(office, peer, now);
    ask_again(office, peer, now);
    peer->recovery.due_ms = now->monotonic_ms + office->options.stream_limits.retry.max_ms;
    recovery_wake(office, peer->recovery.due_ms);
}

/* Whoever exchanges messages with an office of our role. */
static enum result
ask_everybody(struct office *office, const struct office_time *now)
{
    const Yidi__Office *self = office_self(office);
    for (size_t i = 0; i < directory_office_count(office->directory); i++) {
        const Yidi__Office *entry = directory_office_at(office->directory, i);
        if (entry->role == self->role)
            continue; /* a revoked one is asked should it be trusted again */
        struct peer *peer = peers_take(&office->peers, entry->code);
        if (peer == NULL)
            return ERR_MEMORY;
        outgoing_bar(office, peer, now);
        ask_again(office, peer, now);
    }
    return OK;
}

/* Who is listed only since the recovery began, or after it, may have known us once, too. And
 * whoever is revoked now is waited for no more: what was put aside for it is looked at again. */
void
recovery_follow_directory(struct office *office, const struct office_time *now)
{
    if (!recovery_active(office) && office->journal.epoch == 1)
        return;
    const Yidi__Office *self = office_self(office);
    for (size_t i = 0; i < directory_office_count(office->directory); i++) {
        const Yidi__Office *entry = directory_office_at(office->directory, i);
        if (entry->role == self->role || peers_find(&office->peers, entry->code) != NULL)
            continue;
        struct peer *peer = peers_take(&office->peers, entry->code);
        if (peer != NULL)
            ask_again(office, peer, now);
    }
    office->recovery.postponed = office->recovery.left = true;
    recovery_wake(office, now->monotonic_ms);
}

/* The peers whose share is missing. */
static size_t
ask_missing(struct office *office, const struct office_time *now)
{
    size_t count = 0;
    for (size_t i = 0; i < office->peers.count; i++) {
        if (!recovery_bars(office->peers.list[i]))
            continue;
        ask_again(office, office->peers.list[i], now);
        count++;
    }
    return count;
}

/* Does anything stand here that peers could know otherwise? */
static bool
is_new(const struct office *office)
{
    for (size_t i = 0; i < office->peers.count; i++)
        if (office->peers.list[i]->stream.assigned > 0 || office->peers.list[i]->applied > 0)
            return false;
    return true;
}

static enum result
start(struct office *office, const char *operator_name, const struct office_time *now,
      struct refusal *ret_refusal)
{
    struct recovery *recovery = &office->recovery;
    bool again = recovery->row.active;
    recovery_wake(office, now->monotonic_ms);
    if (!again && !office_halted(office) && ask_missing(office, now) > 0)
        return OK;
    if (!again && !office_halted(office) && !is_new(office))
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "recover",
                      "this office has lost nothing that its peers know of");
    if (office->input_count > 0)
        return refuse(ret_refusal, REFUSAL_TIMED_OUT, "recover", "other work is on; try again");
    if (!again) {
        recovery->row = (Yidi__RecoveryRow)YIDI__RECOVERY_ROW__INIT;
        recovery->row.active = true;
        recovery->row.started_ms = now->wall_ms;
        arena_reset(&recovery->unplaced_texts);
    }
    recovery->row.without_missing = false;
    snprintf(recovery->operator_name, sizeof recovery->operator_name, "%s", operator_name);
    office->halted = (struct trouble){ 0 };
    office_halt(office, &(struct trouble){ .code = TROUBLE_RECOVERING });
    recovery_mark_dirty(office, now);
    log_line(LOG_WARNING, "recovery_started", "office=%s", office->journal.office);
    return ask_everybody(office, now);
}

enum result
recovery_command(struct office *office, const Yidi__Request *request, const struct office_time *now,
                 Yidi__Response *response, struct refusal *ret_refusal)
{
    enum result result = OK;
    if (request->recover->verb == YIDI__RECOVER_VERB__RECOVER_START) {
        result = start(office, request->operator_, now, ret_refusal);
    } else if (request->recover->verb == YIDI__RECOVER_VERB__RECOVER_FINISH) {
        if (!recovery_active(office))
            return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "recover",
                          "no recovery is going on");
        office->recovery.row.without_missing = true;
        recovery_mark_dirty(office, now);
        recovery_wake(office, now->monotonic_ms);
    }
    return result == OK ? recovery_row_report(office, response) : result;
}
