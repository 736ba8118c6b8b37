/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/journal.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/core/require.h"
#include "common/io/erased.h"
#include "common/io/wire.h"
#include "proto/envelope.pb-c.h"

struct key64 {
    uint8_t bytes[8];
};

static struct bytes
key_of(uint64_t number, struct key64 *storage)
{
    bytes_put_u64(storage->bytes, number);
    return bytes_of(storage->bytes, sizeof storage->bytes);
}

/* A merkle_read_fn; context is the transaction. */
static enum result
read_node(void *context, uint64_t position, struct digest *ret_digest)
{
    struct key64 key;
    struct bytes value;
    enum result result = store_get(context, TABLE_TREE, key_of(position, &key), &value);
    if (result != OK)
        return result;
    if (value.size != DIGEST_BYTES)
        return ERR_DAMAGED;
    memcpy(ret_digest->bytes, value.data, DIGEST_BYTES);
    return OK;
}

static enum result
copy_head(struct bytes value, char ret_text[TREE_HEAD_BYTES_MAX])
{
    if (value.size >= TREE_HEAD_BYTES_MAX)
        return ERR_DAMAGED;
    memcpy(ret_text, value.data, value.size);
    ret_text[value.size] = '\0';
    return OK;
}

static enum result
load_last_head(struct journal *journal, struct store_txn *txn, struct tree_head *ret_head)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    enum result result = store_cursor_open(txn, TABLE_HEADS, (struct bytes){ 0 }, &cursor);
    if (result == OK)
        result = store_cursor_last(cursor, &key, &value);
    if (result == OK)
        result = copy_head(value, journal->head);
    if (result == OK)
        result = tree_head_decode(journal->head, ret_head);
    return result;
}

/* The head's root must be the root of the stored tree. */
static enum result
check_against_head(const struct journal *journal, const struct tree_head *head)
{
    struct digest root;
    merkle_frontier_root(&journal->committed, &root);
    return digest_equal(&root, &head->root) && strcmp(head->office, journal->office) == 0
               ? OK
               : ERR_DAMAGED;
}

/* Nothing may stand in the journal beyond the last head; when there is none, nothing at all. */
static enum result
check_end(struct store_txn *txn, uint64_t size)
{
    struct key64 key;
    struct bytes value;
    enum result beyond = store_get(txn, TABLE_JOURNAL, key_of(size, &key), &value);
    return beyond == ERR_ABSENT ? OK : beyond == OK ? ERR_DAMAGED : beyond;
}

enum result
journal_open(struct journal *journal, const char *office, const struct signing_key *key,
             const struct certificate *certificate, struct store_txn *txn)
{
    *journal =
        (struct journal){ .epoch = 1, .pending_epoch = 1, .key = key, .certificate = certificate };
    snprintf(journal->office, sizeof journal->office, "%s", office);

    struct tree_head head = { 0 };
    enum result result = load_last_head(journal, txn, &head);
    if (result != OK && result != ERR_ABSENT)
        return result;
    bool empty = result == ERR_ABSENT;
    if (!empty)
        journal->epoch = journal->pending_epoch = head.epoch;

    const struct merkle_reader reader = { .read = read_node, .context = txn };
    result = merkle_frontier_load(&journal->committed, signature_digest, head.size, &reader);
    if (result == ERR_ABSENT)
        result = ERR_DAMAGED;
    if (result == OK && !empty)
        result = check_against_head(journal, &head);
    if (result == OK)
        result = check_end(txn, head.size);
    journal->pending = journal->committed;
    memcpy(journal->pending_head, journal->head, sizeof journal->head);
    return result;
}

static enum result
store_nodes(struct store_txn *txn, uint64_t position, const struct digest *nodes, size_t count)
{
    enum result result = OK;
    for (size_t i = 0; i < count && result == OK; i++) {
        struct key64 key;
        result = store_append(txn, TABLE_TREE, key_of(position + i, &key),
                              bytes_of(nodes[i].bytes, DIGEST_BYTES));
    }
    return result;
}

enum result
journal_append(struct journal *journal, struct store_txn *txn, Yidi__JournalEntry *entry,
               uint64_t now_ms, struct arena *arena, uint64_t *ret_leaf_index)
{
    uint8_t salt[16];
    signature_random(salt, sizeof salt);
    entry->version = 1;
    entry->office = journal->office;
    entry->epoch = journal->pending_epoch;
    entry->time_ms = now_ms;
    entry->salt = (ProtobufCBinaryData){ .data = salt, .len = sizeof salt };

    struct bytes packed = wire_encode(&entry->base, arena);
    if (packed.data == NULL)
        return ERR_MEMORY;
    if (packed.size > ENTRY_BYTES_MAX)
        return ERR_DAMAGED;

    uint64_t leaf_index = journal->pending.size;
    struct key64 key;
    enum result result = store_append(txn, TABLE_JOURNAL, key_of(leaf_index, &key), packed);
    if (result != OK)
        return result;

    struct digest leaf, nodes[64];
    merkle_leaf_hash(signature_digest, packed, &leaf);
    size_t count = merkle_frontier_append(&journal->pending, &leaf, nodes);
    result = store_nodes(txn, merkle_stored_count(leaf_index), nodes, count);
    if (result != OK)
        return result;
    *ret_leaf_index = leaf_index;
    return OK;
}

enum result
journal_seal(struct journal *journal, struct store_txn *txn, uint64_t now_ms)
{
    if (journal->pending.size == journal->committed.size)
        return OK;
    struct tree_head head = { .epoch = journal->pending_epoch,
                              .size = journal->pending.size,
                              .time_ms = now_ms };
    memcpy(head.office, journal->office, sizeof head.office);
    merkle_frontier_root(&journal->pending, &head.root);
    enum result result =
        tree_head_sign(&head, journal->key, journal->certificate, journal->pending_head);
    if (result != OK)
        return result;
    struct key64 key;
    return store_append(txn, TABLE_HEADS, key_of(head.size, &key),
                        bytes_of_text(journal->pending_head));
}

void
journal_begin_epoch(struct journal *journal, uint32_t epoch)
{
    REQUIRE(journal->pending.size == journal->committed.size && epoch > journal->epoch);
    journal->pending_epoch = epoch;
}

void
journal_committed(struct journal *journal)
{
    journal->epoch = journal->pending_epoch;
    journal->committed = journal->pending;
    memcpy(journal->head, journal->pending_head, sizeof journal->head);
}

void
journal_rolled_back(struct journal *journal)
{
    journal->pending_epoch = journal->epoch;
    journal->pending = journal->committed;
    memcpy(journal->pending_head, journal->head, sizeof journal->head);
}

/* The newest head: it covers every committed entry, and is signed by the key that is good today. */
static enum result
find_newest_head(struct store_txn *txn, char ret_text[TREE_HEAD_BYTES_MAX], uint64_t *ret_size)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    enum result result = store_cursor_open(txn, TABLE_HEADS, (struct bytes){ 0 }, &cursor);
    if (result == OK)
        result = store_cursor_last(cursor, &key, &value);
    if (result == OK && key.size != 8)
        result = ERR_DAMAGED;
    if (result == OK)
        result = copy_head(value, ret_text);
    if (result == OK)
        *ret_size = bytes_get_u64(key.data);
    return result;
}

enum result
journal_envelope(struct store_txn *txn, uint64_t leaf_index, struct arena *arena,
                 struct bytes *ret_packed)
{
    char head[TREE_HEAD_BYTES_MAX];
    uint64_t size = 0;
    struct key64 key;
    struct bytes entry;
    struct merkle_path path;
    const struct merkle_reader reader = { .read = read_node, .context = txn };

    enum result result = store_get(txn, TABLE_JOURNAL, key_of(leaf_index, &key), &entry);
    if (result == OK)
        result = find_newest_head(txn, head, &size);
    if (result == OK && leaf_index >= size)
        result = ERR_ABSENT; /* appended, not sealed yet */
    if (result == OK)
        result = merkle_inclusion(signature_digest, leaf_index, size, &reader, &path);
    if (result != OK)
        return result;

    ProtobufCBinaryData hashes[MERKLE_PATH_MAX];
    for (size_t i = 0; i < path.count; i++)
        hashes[i] = (ProtobufCBinaryData){ .data = path.hashes[i].bytes, .len = DIGEST_BYTES };
    Yidi__Envelope envelope = YIDI__ENVELOPE__INIT;
    envelope.entry = (ProtobufCBinaryData){ .data = (uint8_t *)entry.data, .len = entry.size };
    envelope.head = head;
    envelope.leaf_index = leaf_index;
    envelope.path = hashes;
    envelope.n_path = path.count;
    *ret_packed = wire_encode(&envelope.base, arena);
    return ret_packed->data == NULL ? ERR_MEMORY : OK;
}

enum result
journal_erase(struct store_txn *txn, uint64_t leaf_index, const struct erased_mark *mark,
              struct arena *arena)
{
    struct key64 key;
    struct bytes entry;
    enum result result = store_get(txn, TABLE_JOURNAL, key_of(leaf_index, &key), &entry);
    if (result == OK)
        result = erased_entry(entry, mark, arena, &entry);
    return result == OK ? store_put(txn, TABLE_JOURNAL, key_of(leaf_index, &key), entry) : result;
}

enum result
journal_leaf(struct store_txn *txn, uint64_t leaf_index, struct digest *ret_leaf)
{
    return read_node(txn, merkle_position(0, leaf_index), ret_leaf);
}

bool
journal_has(const struct journal *journal, struct store_txn *txn, const struct tree_head *head)
{
    struct merkle_frontier frontier;
    struct digest root;
    const struct merkle_reader reader = { .read = read_node, .context = txn };
    if (head->epoch > journal->epoch || head->size > journal->committed.size ||
        merkle_frontier_load(&frontier, signature_digest, head->size, &reader) != OK)
        return false;
    merkle_frontier_root(&frontier, &root);
    return digest_equal(&root, &head->root);
}

enum result
journal_consistency(struct store_txn *txn, uint64_t old_size, uint64_t size,
                    struct merkle_path *ret_path)
{
    const struct merkle_reader reader = { .read = read_node, .context = txn };
    return merkle_consistency(signature_digest, old_size, size, &reader, ret_path);
}
