/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/consistency.h"

#include <inttypes.h>

#include "common/io/link_frame.h"
#include "common/io/log.h"
#include "common/io/signature.h"
#include "common/io/witness.h"

enum { PATIENCE_MS = 5000 };

/* ---- asking ---- */

static bool
has_more_to_prove(const struct peer *peer)
{
    const struct kept_head *proved = &peer->witness.proved;
    return proved->text != NULL && peer->seen_text != NULL && !witness_barred(peer) &&
           peer->seen_head.epoch == proved->head.epoch && peer->seen_head.size > proved->head.size;
}

/* Was there time for an answer, and does the peer talk? */
static bool
is_unanswered(const struct office *office, const struct peer *peer, uint64_t now_ms)
{
    const struct proof_question *question = peer->witness.question;
    uint64_t patience_ms = office->options.witness_interval_ms < PATIENCE_MS
                               ? office->options.witness_interval_ms
                               : PATIENCE_MS;
    return question != NULL && peer->witness.heard_ms > question->asked_ms &&
           now_ms - question->asked_ms >= patience_ms;
}

static enum result
make_question(struct peer *peer, const struct kept_head *old, const struct kept_head *new)
{
    struct proof_question *question = calloc(1, sizeof *question);
    if (question == NULL)
        return ERR_MEMORY;
    enum result result = kept_head_set(&question->old, &old->head, old->text);
    if (result == OK)
        result = kept_head_set(&question->new, &new->head, new->text);
    peer_drop_question(peer);
    peer->witness.question = question;
    if (result != OK)
        peer_drop_question(peer);
    return result;
}

static enum result
send_question(struct office *office, struct peer *peer)
{
    const struct proof_question *question = peer->witness.question;
    Yidi__ProofAsk ask = YIDI__PROOF_ASK__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    ask.epoch = question->new.head.epoch;
    ask.old_size = question->old.head.size;
    ask.size = question->new.head.size;
    frame.body_case = YIDI__LINK_FRAME__BODY_PROOF_ASK;
    frame.proof_ask = &ask;
    enum result result = link_frame_reply(office, &peer->route, &frame, NULL, 0);
    if (result == ERR_ABSENT)
        peer->route.size = 0; /* its connection is gone; it will open another */
    return result;
}

static void
ask(struct office *office, struct peer *peer, const struct kept_head *old,
    const struct kept_head *new, const struct office_time *now)
{
    struct peer_witness *witness = &peer->witness;
    if (is_unanswered(office, peer, now->monotonic_ms) &&
        ++witness->unanswered == WITNESS_UNANSWERED_SHOWN)
        log_line(LOG_WARNING, "proof_unanswered", "office=%s questions=%u", peer->office,
                 witness->unanswered);
    if (make_question(peer, old, new) != OK)
        return;
    witness->question->asked_ms = now->monotonic_ms;
    if (send_question(office, peer) != OK)
        peer_drop_question(peer);
}

void
consistency_tick(struct office *office, struct peer *peer, const struct office_time *now)
{
    struct peer_witness *witness = &peer->witness;
    if (office->options.witness_interval_ms == 0 || peer->route.size == 0 ||
        !has_more_to_prove(peer) || office_out_of_service(office, now->wall_ms) != REFUSAL_NONE)
        return;
    if (now->monotonic_ms >= witness->due_ms) {
        const struct kept_head seen = { .text = peer->seen_text, .head = peer->seen_head };
        ask(office, peer, &witness->proved, &seen, now);
        if (peer->route.size == 0)
            return;
        witness->due_ms = now->monotonic_ms + office->options.witness_interval_ms;
    }
    if (witness->due_ms < office->stream_due_ms)
        office->stream_due_ms = witness->due_ms;
}

void
consistency_doubt(struct office *office, struct peer *peer, const struct kept_head *head,
                  const struct office_time *now)
{
    const struct proof_question *waiting = peer->witness.question;
    const struct kept_head seen = { .text = peer->seen_text, .head = peer->seen_head };
    if (office->options.witness_interval_ms == 0 || peer->route.size == 0 || witness_barred(peer))
        return;
    if (waiting != NULL && waiting->doubt && now->monotonic_ms - waiting->asked_ms < PATIENCE_MS)
        return;
    if (waiting != NULL && !waiting->doubt)
        peer->witness.due_ms = now->monotonic_ms; /* it gives way, and is asked again */
    ask(office, peer, head, &seen, now);
    if (peer->witness.question != NULL)
        peer->witness.question->doubt = true;
}

/* ---- answering ---- */

static enum result
make_path(struct office *office, const Yidi__ProofAsk *question, struct merkle_path *ret_path)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    *ret_path = (struct merkle_path){ 0 };
    if (question->size > office->journal.committed.size)
        return OK;
    enum result result = store_begin_read(office->options.store, &txn);
    return result == OK ? journal_consistency(txn, question->old_size, question->size, ret_path)
                        : result;
}

void
consistency_answer(struct office *office, const struct peer *peer, const Yidi__ProofAsk *question,
                   const struct office_time *now)
{
    const struct office_ports *ports = &office->options.ports;
    struct merkle_path path;
    ProtobufCBinaryData hashes[2 * MERKLE_PATH_MAX];
    Yidi__Proof proof = YIDI__PROOF__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    if (question->epoch != office->journal.epoch || question->old_size > question->size ||
        office_out_of_service(office, now->wall_ms) != REFUSAL_NONE ||
        make_path(office, question, &path) != OK)
        return;
    if (question->size > office->journal.committed.size)
        log_line(LOG_ERROR, "proof_impossible",
                 "office=%s asked=%" PRIu64 " size=%" PRIu64 " cause=journal_never_had_that_size",
                 peer->office, question->size, office->journal.committed.size);
    for (size_t i = 0; i < path.count; i++)
        hashes[i] = (ProtobufCBinaryData){ .data = path.hashes[i].bytes, .len = DIGEST_BYTES };
    proof.epoch = question->epoch;
    proof.old_size = question->old_size;
    proof.size = question->size;
    proof.path = hashes;
    proof.n_path = path.count;
    frame.body_case = YIDI__LINK_FRAME__BODY_PROOF;
    frame.proof = &proof;
    struct bytes packed = link_frame_pack(office, &frame);
    if (packed.data == NULL || ports->send(ports->context, peer->office, &packed, 1) != OK)
        log_line(LOG_DEBUG, "proof_unsent", "office=%s", peer->office);
}

/* ---- checking ---- */

static bool
is_answer(const struct proof_question *question, const Yidi__Proof *proof)
{
    return question != NULL && proof->epoch == question->new.head.epoch &&
           proof->old_size == question->old.head.size && proof->size == question->new.head.size;
}

static enum result
check_path(const struct proof_question *question, const Yidi__Proof *proof)
{
    struct digest path[2 * MERKLE_PATH_MAX];
    for (size_t i = 0; i < proof->n_path; i++)
        memcpy(path[i].bytes, proof->path[i].data, DIGEST_BYTES);
    return merkle_consistency_verify(signature_digest, proof->old_size, proof->size, path,
                                     proof->n_path, &question->old.head.root,
                                     &question->new.head.root);
}

static void
note_proved(struct office *office, struct peer *peer, const struct office_time *now)
{
    const struct proof_question *question = peer->witness.question;
    peer->witness.unanswered = 0;
    log_line(LOG_INFO, "journal_proved", "office=%s old_size=%" PRIu64 " size=%" PRIu64,
             peer->office, question->old.head.size, question->new.head.size);
    if (!question->doubt &&
        kept_head_set(&peer->witness.proved, &question->new.head, question->new.text) == OK) {
        peer->witness.proved_ms = now->wall_ms;
        witness_note_row(office, peer, now);
    }
    peer_drop_question(peer);
}

void
consistency_take(struct office *office, struct peer *peer, const Yidi__Proof *proof,
                 const struct office_time *now)
{
    const struct proof_question *question = peer->witness.question;
    if (!is_answer(question, proof))
        return;
    if (check_path(question, proof) == OK)
        note_proved(office, peer, now);
    else if (question->doubt)
        witness_alarm(office, peer, &question->new, &question->old, now);
    else
        witness_alarm(office, peer, &question->old, &question->new, now);
}
