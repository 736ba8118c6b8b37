/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/witness.h"

#include "common/io/outbox.h"

/* The leaf hash of a message that we sent. */
static enum result
find_sent_leaf(struct office *office, struct store_txn *txn, const char *to, uint64_t sequence,
               struct digest *ret_leaf)
{
    const Yidi__OutboxRow *row;
    enum result result = outbox_find(txn, to, sequence, &office->arena, &row);
    return result == OK ? journal_leaf(txn, row->leaf_index, ret_leaf) : result;
}

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
    return find_sent_leaf(office, txn, peer->office, last, &leaf) == OK &&
           memcmp(leaf.bytes, welcome->last_leaf.data, DIGEST_BYTES) == 0;
}

enum witness_verdict
witness_judge(struct office *office, const struct peer *peer, const Yidi__Welcome *welcome)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    struct tree_head head;
    if (store_begin_read(office->options.store, &txn) != OK ||
        knows_last(office, txn, peer, welcome))
        return WITNESS_AGREES;
    if (tree_head_verify(welcome->head, office->options.certificate, &head) != OK ||
        journal_has(&office->journal, txn, &head))
        return WITNESS_CONTRADICTS;
    return WITNESS_PROVES;
}

bool
witness_head_fits(const struct tree_head *seen, const struct tree_head *head)
{
    if (seen->size == 0)
        return true;
    if (head->epoch != seen->epoch || head->size < seen->size)
        return false;
    return head->size > seen->size || digest_equal(&head->root, &seen->root);
}
