/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/witness.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/core/format.h"
#include "common/core/hex.h"
#include "common/io/log.h"
#include "common/io/outbox.h"

enum { ROWS_DELAY_MS = 5000, SHOWN_ROOT_BYTES = 4 };

/* ---- what a peer remembers of ours, when it decides on life and death ---- */

static bool
knows_last(struct office *office, struct store_txn *txn, const struct peer *peer,
           const Yidi__Welcome *welcome)
{
    uint64_t last = welcome->next - 1;
    struct digest leaf;
    if (last > peer->stream.assigned)
        return false;
    if (last == 0 || welcome->last_leaf.len != DIGEST_BYTES)
        return true;
    return outbox_leaf(txn, peer->office, last, &office->arena, &leaf) == OK &&
           memcmp(leaf.bytes, welcome->last_leaf.data, DIGEST_BYTES) == 0;
}

/* A head of ours that is not in this journal; in other hands it proves something only when it bears
 * our signature. */
static bool
is_foreign(struct office *office, const char *text, struct tree_head *ret_head)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    return text[0] != '\0' && tree_head_decode(text, ret_head) == OK &&
           strcmp(ret_head->office, office->journal.office) == 0 &&
           store_begin_read(office->options.store, &txn) == OK &&
           !journal_has(&office->journal, txn, ret_head);
}

static bool
is_signed(struct office *office, const char *text)
{
    struct tree_head head;
    struct refusal refusal = { 0 };
    return envelope_verify_head(&office->verifier, text, &head, &refusal) == OK;
}

bool
witness_proves_loss(struct office *office, const char *text)
{
    struct tree_head head;
    return is_foreign(office, text, &head) &&
           head.epoch >= office->journal.epoch && /* else the loss is known */
           is_signed(office, text);
}

bool
witness_shows_unnamed(struct office *office, const char *text)
{
    struct tree_head head;
    return is_foreign(office, text, &head) && head.epoch < office->journal.epoch &&
           !epoch_heads_cover(&office->recovery.named, &head) && is_signed(office, text);
}

enum witness_verdict
witness_judge(struct office *office, const struct peer *peer, const Yidi__Welcome *welcome)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    if (witness_proves_loss(office, welcome->head))
        return WITNESS_PROVES;
    if (store_begin_read(office->options.store, &txn) != OK ||
        knows_last(office, txn, peer, welcome))
        return WITNESS_AGREES;
    return WITNESS_CONTRADICTS;
}

void
witness_halt(struct office *office, const struct peer *peer)
{
    struct trouble why = { .code = TROUBLE_AMNESIA };
    format_text(why.texts[0], TROUBLE_TEXT_BYTES, "%s", peer->office);
    log_line(LOG_ERROR, "amnesia", "office=%s", peer->office);
    office_halt(office, &why);
}

/* ---- what we remember of a peer's journal ---- */

enum witness_fit
witness_fit(const struct tree_head *seen, const struct tree_head *head)
{
    if (seen->size == 0)
        return WITNESS_FITS;
    if (head->epoch != seen->epoch)
        return WITNESS_OTHER_EPOCH;
    if (head->size < seen->size)
        return WITNESS_OLDER;
    return head->size > seen->size || digest_equal(&head->root, &seen->root) ? WITNESS_FITS
                                                                             : WITNESS_FORKS;
}

bool
witness_barred(const struct peer *peer)
{
    return peer->witness.contrary.text != NULL;
}

void
witness_note_row(struct office *office, struct peer *peer, const struct office_time *now)
{
    peer->row_dirty = true;
    if (office->rows_due_ms == UINT64_MAX)
        office->rows_due_ms = now->monotonic_ms + ROWS_DELAY_MS;
}

/* What was taken of it for the coming turn is not taken; the peer keeps it. The head seen last is
 * again the one that the peer is shown. */
static void
take_back_inputs(struct office *office, struct peer *peer)
{
    struct tree_head head;
    size_t kept = 0;
    for (size_t i = 0; i < office->input_count; i++) {
        struct input *input = office->inputs[i];
        if (input->kind != INPUT_MESSAGE || input->peer != peer)
            office->inputs[kept++] = input;
    }
    office->input_count = kept;
    peer->queued = peer->applied;
    if (peer->head != NULL && tree_head_decode(peer->head, &head) == OK)
        (void)!peer_note_seen(peer, &head, peer->head);
}

void
witness_alarm(struct office *office, struct peer *peer, const struct kept_head *kept,
              const struct kept_head *contrary, const struct office_time *now)
{
    struct peer_witness *witness = &peer->witness;
    char words[TROUBLE_WORDS_BYTES], room[LOG_TEXT_BYTES];
    struct trouble trouble;
    if (witness_barred(peer) || kept_head_set(&witness->proved, &kept->head, kept->text) != OK ||
        kept_head_set(&witness->contrary, &contrary->head, contrary->text) != OK)
        return; /* out of memory: it will be found again */
    take_back_inputs(office, peer);
    peer_drop_question(peer);
    peer->row_dirty = true;
    office->rows_due_ms = now->monotonic_ms;
    witness_describe(peer, &trouble);
    trouble_say_english(&trouble, words);
    log_line(LOG_ERROR, "journal_rewritten",
             "office=%s kept_size=%" PRIu64 " contrary_size=%" PRIu64 " words=%s", peer->office,
             witness->proved.head.size, witness->contrary.head.size, log_text(room, words));
}

enum result
witness_forgive(struct peer *peer)
{
    if (peer->seen_text == NULL)
        return OK;
    enum result result = kept_head_set(&peer->witness.proved, &peer->seen_head, peer->seen_text);
    if (result != OK)
        return result;
    kept_head_clear(&peer->witness.contrary);
    peer_drop_question(peer);
    peer->witness.proved_ms = 0;
    peer->witness.unanswered = 0;
    peer->row_dirty = true;
    return OK;
}

static void
describe_contradiction(const struct peer_witness *witness, struct trouble *ret_trouble)
{
    const struct tree_head *larger = &witness->contrary.head, *smaller = &witness->proved.head;
    if (larger->size < smaller->size) {
        larger = &witness->proved.head;
        smaller = &witness->contrary.head;
    }
    *ret_trouble = (struct trouble){ .code = TROUBLE_JOURNAL_REWRITTEN,
                                     .numbers = { larger->size, smaller->size } };
    hex_encode(bytes_of(larger->root.bytes, SHOWN_ROOT_BYTES), ret_trouble->texts[0]);
    hex_encode(bytes_of(smaller->root.bytes, SHOWN_ROOT_BYTES), ret_trouble->texts[1]);
}

void
witness_describe(const struct peer *peer, struct trouble *ret_trouble)
{
    const struct peer_witness *witness = &peer->witness;
    *ret_trouble = (struct trouble){ 0 };
    if (witness_barred(peer))
        describe_contradiction(witness, ret_trouble);
    else if (witness->unanswered >= WITNESS_UNANSWERED_SHOWN)
        *ret_trouble = (struct trouble){ .code = TROUBLE_JOURNAL_UNPROVED,
                                         .numbers = { witness->unanswered } };
}

/* ---- what a peer remembers of ours ---- */

static bool
is_ours(struct office *office, const char *text, struct tree_head *ret_head)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    struct refusal refusal = { 0 };
    return tree_head_decode(text, ret_head) == OK &&
           strcmp(ret_head->office, office->journal.office) == 0 &&
           store_begin_read(office->options.store, &txn) == OK &&
           journal_has(&office->journal, txn, ret_head) &&
           envelope_verify_head(&office->verifier, text, ret_head, &refusal) == OK;
}

void
witness_note_shown(struct office *office, struct peer *peer, const char *text,
                   const struct office_time *now)
{
    struct kept_head *ours = &peer->witness.ours;
    struct tree_head head;
    bool known = ours->text != NULL && strcmp(ours->text, text) == 0;
    if (text[0] == '\0' ||
        (!known && (!is_ours(office, text, &head) || !tree_head_is_later(&head, &ours->head) ||
                    kept_head_set(ours, &head, text) != OK)))
        return;
    peer->witness.ours_ms = now->wall_ms;
    witness_note_row(office, peer, now);
}
