/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/inquiry.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/io/history.h"
#include "common/io/link_frame.h"
#include "common/io/log.h"
#include "common/io/outbox.h"
#include "common/io/policy_exchange.h"
#include "common/io/recovery.h"
#include "common/io/witness.h"

enum { PATIENCE_MS = 10000, BATCH_PATIENCE_MS = 120000 };

void
inquiry_set_state(struct office *office, struct peer *peer, Yidi__PeerRecovery state,
                  const struct office_time *now)
{
    peer->recovery.state = state;
    peer->row_dirty = true;
    recovery_mark_dirty(office, now);
}

void
inquiry_hang_up(struct office *office, struct peer *peer)
{
    if (!peer->recovery.live)
        return;
    peer->recovery.live = peer->recovery.asked = false;
    peer->recovery.batch_left = 0;
    peer->recovery.policies_asked = peer->recovery.policies_waited = 0;
    office->recovery.live--;
    office->recovery.due_ms = 0; /* somebody else may be asked in its place */
    office->options.ports.disconnect(office->options.ports.context, peer->office);
}

void
inquiry_lost(struct office *office, struct peer *peer, const struct office_time *now)
{
    struct peer_recovery *recovery = &peer->recovery;
    inquiry_hang_up(office, peer);
    if (recovery->complete || recovery->state == YIDI__PEER_RECOVERY__RECOVERY_REJECTED)
        return;
    recovery->answered = false;
    recovery->failures++;
    bool trusted =
        office_trusts(office, directory_find(office->directory, peer->office), now->wall_ms);
    peer->trouble =
        (struct trouble){ .code = trusted ? TROUBLE_SHARE_AWAITED : TROUBLE_SHARE_UNTRUSTED };
    recovery->queued_sent = peer->stream.assigned;
    recovery->due_ms = now->monotonic_ms +
                       retry_delay_ms(&office->options.stream_limits.retry, recovery->failures,
                                      office->options.ports.random(office->options.ports.context));
    if (recovery->state == YIDI__PEER_RECOVERY__RECOVERY_FETCHING)
        inquiry_set_state(office, peer, YIDI__PEER_RECOVERY__RECOVERY_ASKING, now);
    recovery_wake(office, recovery->due_ms);
}

/* What it hands back is not to be believed: the rest goes on without it. */
static void
reject(struct office *office, struct peer *peer, const struct trouble *fault,
       const struct office_time *now)
{
    peer->trouble = *fault;
    log_line(LOG_ERROR, "recovery_rejected", "office=%s sent=%" PRIu64 " received=%" PRIu64,
             peer->office, peer->stream.assigned, peer->applied);
    inquiry_hang_up(office, peer);
    inquiry_set_state(office, peer, YIDI__PEER_RECOVERY__RECOVERY_REJECTED, now);
}

static void
wait_for_answer(struct office *office, struct peer *peer, const struct office_time *now)
{
    struct peer_recovery *recovery = &peer->recovery;
    recovery->due_ms = now->monotonic_ms + PATIENCE_MS;
    if (recovery->batch_left > 0 && recovery->batch_due_ms < recovery->due_ms)
        recovery->due_ms = recovery->batch_due_ms; /* one item now and then is not enough */
    recovery_wake(office, recovery->due_ms);
}

void
inquiry_ask_now(struct office *office, struct peer *peer, const struct office_time *now)
{
    if (peer->recovery.live || peer->recovery.state != YIDI__PEER_RECOVERY__RECOVERY_ASKING)
        return;
    peer->recovery.failures = 0;
    peer->recovery.due_ms = now->monotonic_ms;
    recovery_wake(office, now->monotonic_ms);
}

void
inquiry_go_on(struct office *office, struct peer *peer, const struct office_time *now)
{
    struct peer_recovery *recovery = &peer->recovery;
    bool mine = peer->stream.assigned < recovery->want_sent;
    uint64_t sequence = mine ? peer->stream.assigned + 1 - recovery->compare : peer->applied + 1;
    if (!mine && peer->applied >= recovery->want_received) {
        if (recovery->policies_waited > 0)
            return; /* until it answers, or its time is over */
        recovery->complete = true;
        office->recovery.postponed = true;
        recovery->failures = 0;
        inquiry_hang_up(office, peer);
        return;
    }
    recovery->asked = true;
    recovery->batch_left = HISTORY_BATCH;
    recovery->batch_due_ms = now->monotonic_ms + BATCH_PATIENCE_MS;
    if (link_frame_send_history_ask(office, peer, mine, sequence, HISTORY_BATCH) == OK)
        wait_for_answer(office, peer, now);
    else
        inquiry_lost(office, peer, now);
}

void
inquiry_call(struct office *office, struct peer *peer, const struct office_time *now)
{
    const Yidi__Office *entry = directory_find(office->directory, peer->office);
    bool fetching = peer->recovery.state == YIDI__PEER_RECOVERY__RECOVERY_FETCHING;
    enum result result = ERR_ABSENT;
    if (office_trusts(office, entry, now->wall_ms))
        result = office->options.ports.connect(office->options.ports.context, entry);
    if (result == OK) {
        peer->recovery.live = true;
        office->recovery.live++;
        /* the greeting shows the epoch, and what it names */
        result = fetching ? link_frame_send_hello(office, peer) : link_frame_send_ask(office, peer);
    }
    if (result != OK)
        inquiry_lost(office, peer, now);
    else
        wait_for_answer(office, peer, now);
}

/* The head that the peer shows of our journal must bear our signature. */
static enum trouble_code
note_shown_head(struct office *office, const struct peer *peer, const char *text)
{
    struct tree_head head;
    struct refusal refusal = { 0 };
    if (text[0] == '\0')
        return TROUBLE_NONE;
    if (envelope_verify_head(&office->verifier, text, &head, &refusal) != OK ||
        strcmp(head.office, office->journal.office) != 0)
        return TROUBLE_OUR_HEAD_FOREIGN;
    AUTO(store_txn) struct store_txn *txn = NULL;
    struct recovery *recovery = &office->recovery;
    if (store_begin_read(office->options.store, &txn) != OK)
        return TROUBLE_STORE_UNREADABLE;
    if (journal_has(&office->journal, txn, &head) || epoch_heads_cover(&recovery->named, &head))
        return TROUBLE_NONE;
    if (!epoch_heads_note(&recovery->shown, &head, text, peer->office))
        return TROUBLE_HEADS_TOO_MANY;
    recovery->epoch_needed = true;
    return TROUBLE_NONE;
}

/* What we remembered of the peer's own journal is old: the present head is where we go on from. */
static enum trouble_code
take_own_head(struct office *office, struct peer *peer, const char *text)
{
    struct tree_head head;
    struct refusal refusal = { 0 };
    if (text[0] == '\0')
        return TROUBLE_NONE;
    if (envelope_verify_head(&office->verifier, text, &head, &refusal) != OK ||
        strcmp(head.office, peer->office) != 0)
        return TROUBLE_ITS_HEAD_FOREIGN;
    if (!tree_head_is_later(&head, &peer->seen_head))
        return TROUBLE_NONE;
    bool another_epoch = head.epoch != peer->seen_head.epoch;
    enum result result = peer_set_head(peer, &head, text);
    if (result == OK && another_epoch)
        result = witness_forgive(peer);
    return result == OK ? TROUBLE_NONE : TROUBLE_MEMORY_SHORT;
}

/* What is left here must be the beginning of what the peer holds. */
static enum trouble_code
find_fork(struct office *office, const struct peer *peer, const Yidi__Witnessed *witnessed)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    struct digest leaf;
    if (witnessed->applied == 0 || witnessed->applied > peer->stream.assigned ||
        witnessed->last_leaf.len != DIGEST_BYTES)
        return TROUBLE_NONE;
    if (store_begin_read(office->options.store, &txn) != OK ||
        outbox_leaf(txn, peer->office, witnessed->applied, &office->arena, &leaf) != OK)
        return TROUBLE_OUTBOX_UNREADABLE;
    return memcmp(leaf.bytes, witnessed->last_leaf.data, DIGEST_BYTES) == 0
               ? TROUBLE_NONE
               : TROUBLE_OFFICE_SET_BACK;
}

void
inquiry_take_witnessed(struct office *office, struct peer *peer, const Yidi__Witnessed *witnessed,
                       const struct office_time *now)
{
    struct peer_recovery *recovery = &peer->recovery;
    if (!recovery->live || recovery->answered ||
        recovery->state != YIDI__PEER_RECOVERY__RECOVERY_ASKING)
        return;
    struct trouble fault = { .code = TROUBLE_SHARE_REJECTED };
    fault.why = strcmp(witnessed->office, peer->office) != 0
                    ? TROUBLE_ANSWERER_FOREIGN
                    : note_shown_head(office, peer, witnessed->head);
    if (fault.why == TROUBLE_NONE)
        fault.why = find_fork(office, peer, witnessed);
    if (fault.why == TROUBLE_NONE)
        fault.why = take_own_head(office, peer, witnessed->own_head);
    if (fault.why != TROUBLE_NONE) {
        reject(office, peer, &fault, now);
        return;
    }
    if (witnessed->recovering) {
        inquiry_lost(office, peer, now); /* what it holds now is not all */
        peer->trouble = (struct trouble){ .code = TROUBLE_SHARE_LOST };
        return;
    }
    peer->trouble = (struct trouble){ 0 };
    recovery->answered = true;
    recovery->want_sent = witnessed->applied;
    recovery->want_received = witnessed->assigned;
    recovery->acknowledged = witnessed->acknowledged;
    recovery->failures = 0;
    recovery->compare = peer->stream.assigned > 0 && peer->stream.assigned < witnessed->applied;
    recovery->due_ms = UINT64_MAX; /* it waits for the others */
    inquiry_hang_up(office, peer);
    log_line(LOG_INFO, "recovery_answered", "office=%s sent=%" PRIu64 " received=%" PRIu64,
             peer->office, witnessed->applied, witnessed->assigned);
    recovery_wake(office, now->monotonic_ms);
}

void
inquiry_take_greeted(struct office *office, struct peer *peer, const struct office_time *now)
{
    if (peer->recovery.live && !peer->recovery.asked &&
        peer->recovery.state == YIDI__PEER_RECOVERY__RECOVERY_FETCHING)
        inquiry_go_on(office, peer, now);
}

/* Acts are done again by the policy that they were done by: that must be here first. */
static void
ask_for_policy(struct office *office, struct peer *peer)
{
    const struct input *last = office->inputs[office->input_count - 1];
    if (!policy_exchange_recover(office, peer, last->envelope.entry))
        return;
    peer->recovery.policies_asked++;
    peer->recovery.policies_waited++;
}

void
inquiry_take_policy(struct office *office, struct peer *peer, const struct office_time *now)
{
    struct peer_recovery *recovery = &peer->recovery;
    if (!recovery->live || recovery->policies_waited == 0 || --recovery->policies_waited > 0 ||
        recovery->state != YIDI__PEER_RECOVERY__RECOVERY_FETCHING)
        return;
    bool applied = peer->queued == peer->applied && recovery->queued_sent == peer->stream.assigned;
    if (recovery->asked && recovery->batch_left == 0 && applied)
        inquiry_go_on(office, peer, now);
}

void
inquiry_take_item(struct office *office, struct peer *peer, const Yidi__HistoryItem *item,
                  const struct link_message *message, const struct office_time *now)
{
    struct peer_recovery *recovery = &peer->recovery;
    if (!recovery->live || recovery->batch_left == 0 ||
        recovery->state != YIDI__PEER_RECOVERY__RECOVERY_FETCHING)
        return;
    bool mine = recovery->queued_sent < recovery->want_sent;
    uint64_t next = mine ? recovery->queued_sent + 1 - recovery->compare : peer->queued + 1;
    uint64_t last = mine ? recovery->want_sent : recovery->want_received;
    if (item->mine != mine || item->sequence != next)
        return; /* of a question before */
    struct trouble fault = { .code = mine ? TROUBLE_SHARE_REJECTED_TO : TROUBLE_SHARE_REJECTED_FROM,
                             .numbers = { item->sequence } };
    if (admission_opening(&office->admission) != REFUSAL_NONE) {
        inquiry_lost(office, peer, now); /* no room; it is asked again */
        return;
    }
    if (mine && recovery->compare)
        fault.why = history_compare(office, peer, item, message);
    else if (next <= last)
        fault.why = history_take(office, peer, item, message);
    if (fault.why == TROUBLE_NONE && next <= last && !(mine && recovery->compare))
        ask_for_policy(office, peer);
    if (fault.why != TROUBLE_NONE) {
        reject(office, peer, &fault, now);
        return;
    }
    if (mine)
        recovery->compare = false;
    recovery->batch_left = next >= last ? 0 : recovery->batch_left - 1;
    wait_for_answer(office, peer, now);
}
