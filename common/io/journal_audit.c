/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit of journal.h: one pass over the journal that grows the tree anew beside the stored one,
 * with the heads, the streams and the policies checked on the way; then the attachments, and the
 * indexes of the cases. Memory does not grow with the journal.
 */
#include <inttypes.h>

#include "common/io/case_audit.h"
#include "common/io/erased.h"
#include "common/io/policy_audit.h"
#include "common/io/stream_audit.h"
#include "common/io/wire.h"

struct walk {
    struct audit *audit;
    struct stream_audit streams;
    struct store_cursor *entries;
    struct store_cursor *heads;
    struct merkle_frontier frontier;
    struct tree_head head; /* the first one that covers the entry at hand */
};

static void
walk_auto(struct walk *walk)
{
    store_cursor_auto(&walk->entries);
    store_cursor_auto(&walk->heads);
    stream_audit_close(&walk->streams);
}

/* ---- heads ---- */

static enum result
verify_head(struct walk *walk, uint64_t size, struct bytes value)
{
    struct audit *audit = walk->audit;
    char text[TREE_HEAD_BYTES_MAX];
    struct refusal refusal = { 0 };
    if (value.size >= sizeof text)
        return audit_trouble(audit, ERR_DAMAGED, "head of size %" PRIu64 ": too long", size);
    memcpy(text, value.data, value.size);
    text[value.size] = '\0';
    enum result result = envelope_verify_head(audit->verifier, text, &walk->head, &refusal);
    if (result == ERR_REFUSED || result == ERR_FORGED)
        return audit_trouble(audit, ERR_FORGED, "head of size %" PRIu64 " does not verify: %s",
                             size, audit_cause(result, &refusal));
    if (result == OK && strlen(text) != value.size)
        return audit_trouble(audit, ERR_DAMAGED, "head of size %" PRIu64 ": not a text", size);
    if (result == OK && (walk->head.size != size || strcmp(walk->head.office, audit->office) != 0))
        return audit_trouble(audit, ERR_DAMAGED,
                             "head of size %" PRIu64 ": says office %s and size %" PRIu64, size,
                             walk->head.office, walk->head.size);
    return result;
}

/* OK, or ERR_ABSENT at the end. */
static enum result
next_head(struct walk *walk)
{
    struct bytes key, value;
    enum result result = store_cursor_next(walk->heads, &key, &value);
    if (result != OK)
        return result;
    if (key.size != 8 || bytes_get_u64(key.data) <= walk->head.size)
        return audit_trouble(walk->audit, ERR_DAMAGED,
                             "heads: the row after size %" PRIu64 " is not under a tree size",
                             walk->head.size);
    result = verify_head(walk, bytes_get_u64(key.data), value);
    if (result == OK)
        walk->audit->report->heads++;
    return result;
}

static enum result
check_root(struct walk *walk)
{
    struct digest root;
    if (walk->frontier.size != walk->head.size)
        return OK;
    merkle_frontier_root(&walk->frontier, &root);
    if (!digest_equal(&root, &walk->head.root))
        return audit_trouble(walk->audit, ERR_FORGED,
                             "head of size %" PRIu64 ": its root is not that of the entries",
                             walk->head.size);
    return OK;
}

/* ---- entries ---- */

static enum result
check_node(struct audit *audit, uint64_t position, const struct digest *node, uint64_t leaf_index)
{
    uint8_t key[8];
    struct bytes value;
    bytes_put_u64(key, position);
    enum result result = store_get(audit->txn, TABLE_TREE, bytes_of(key, sizeof key), &value);
    if (result == ERR_ABSENT)
        return audit_trouble(audit, ERR_DAMAGED,
                             "tree node %" PRIu64 " is missing; journal entry %" PRIu64 " made it",
                             position, leaf_index);
    if (result == OK && !bytes_equal(value, bytes_of(node->bytes, DIGEST_BYTES)))
        return audit_trouble(audit, ERR_FORGED,
                             "tree node %" PRIu64 " is not the hash that journal entry %" PRIu64
                             " made",
                             position, leaf_index);
    return result;
}

/* NULL when it cannot be read. */
static const Yidi__JournalEntry *
read_entry(struct audit *audit, struct bytes packed)
{
    ProtobufCMessage *message;
    enum result result =
        wire_decode(&yidi__journal_entry__descriptor, packed, &audit->arena, &message, NULL);
    return result == OK ? (const Yidi__JournalEntry *)message : NULL;
}

static enum result
grow_tree(struct walk *walk, uint64_t leaf_index, const Yidi__JournalEntry *entry,
          struct bytes packed)
{
    struct digest leaf, nodes[64];
    if (entry != NULL)
        erased_leaf_hash(entry, packed, &leaf);
    else
        merkle_leaf_hash(signature_digest, packed, &leaf);
    size_t count = merkle_frontier_append(&walk->frontier, &leaf, nodes);
    uint64_t position = merkle_stored_count(leaf_index);
    enum result result = OK;
    for (size_t i = 0; i < count && result == OK; i++)
        result = check_node(walk->audit, position + i, &nodes[i], leaf_index);
    return result;
}

static enum result
check_entry(struct walk *walk, uint64_t leaf_index, const Yidi__JournalEntry *entry)
{
    struct audit *audit = walk->audit;
    if (entry == NULL)
        return audit_trouble(audit, ERR_DAMAGED, "journal entry %" PRIu64 " cannot be read",
                             leaf_index);
    if (strcmp(entry->office, audit->office) != 0)
        return audit_trouble(audit, ERR_DAMAGED, "journal entry %" PRIu64 " is office %s's",
                             leaf_index, entry->office);
    if (entry->epoch != walk->head.epoch)
        return audit_trouble(audit, ERR_DAMAGED,
                             "journal entry %" PRIu64 " is of epoch %u under a head of epoch %u",
                             leaf_index, (unsigned)entry->epoch, (unsigned)walk->head.epoch);
    enum result result = policy_audit_take(audit, leaf_index, entry);
    return result == OK ? stream_audit_take(&walk->streams, leaf_index, entry) : result;
}

static enum result
take_entry(struct walk *walk, struct bytes key, struct bytes packed)
{
    struct audit *audit = walk->audit;
    uint64_t leaf_index = walk->frontier.size;
    if (key.size != 8 || bytes_get_u64(key.data) != leaf_index)
        return audit_trouble(audit, ERR_DAMAGED, "journal entry %" PRIu64 " is missing",
                             leaf_index);
    enum result result = leaf_index < walk->head.size ? OK : next_head(walk);
    if (result == ERR_ABSENT)
        return audit_trouble(audit, ERR_DAMAGED,
                             "journal entry %" PRIu64 " stands beyond the last head", leaf_index);
    const Yidi__JournalEntry *entry = read_entry(audit, packed);
    if (result == OK)
        result = grow_tree(walk, leaf_index, entry, packed);
    if (result == OK)
        result = check_entry(walk, leaf_index, entry);
    if (result == OK)
        result = check_root(walk);
    if (result == OK)
        audit->report->entries++;
    arena_reset(&audit->arena);
    return result;
}

/* ---- the whole ---- */

/* The journal has ended: the tree and the heads must end with it. */
static enum result
finish(struct walk *walk)
{
    struct audit *audit = walk->audit;
    uint64_t size = walk->frontier.size, nodes;
    enum result result = walk->head.size > size ? OK : next_head(walk);
    if (result == OK)
        return audit_trouble(audit, ERR_DAMAGED,
                             "head of size %" PRIu64 " covers more than the %" PRIu64
                             " journal entries",
                             walk->head.size, size);
    if (result == ERR_ABSENT)
        result = store_count(audit->txn, TABLE_TREE, &nodes);
    if (result == OK && nodes != merkle_stored_count(size))
        return audit_trouble(audit, ERR_DAMAGED,
                             "tree: %" PRIu64 " nodes, but %" PRIu64 " entries make %" PRIu64,
                             nodes, size, merkle_stored_count(size));
    return result == OK ? stream_audit_finish(&walk->streams) : result;
}

static enum result
check_journal(struct audit *audit)
{
    AUTO(walk) struct walk walk = { .audit = audit, .frontier = { .hash = signature_digest } };
    struct bytes key, value, all = { 0 };
    enum result result = stream_audit_open(&walk.streams, audit);
    if (result == OK)
        result = store_cursor_open(audit->txn, TABLE_JOURNAL, all, &walk.entries);
    if (result == OK)
        result = store_cursor_open(audit->txn, TABLE_HEADS, all, &walk.heads);
    while (result == OK && (result = store_cursor_next(walk.entries, &key, &value)) == OK)
        result = take_entry(&walk, key, value);
    return result == ERR_ABSENT ? finish(&walk) : result;
}

static enum result
check_blobs(struct audit *audit)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    uint64_t row = 0;
    enum result result = store_cursor_open(audit->txn, TABLE_BLOBS, (struct bytes){ 0 }, &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &value)) == OK) {
        struct digest digest;
        signature_digest_one(value, &digest);
        row++;
        if (!bytes_equal(key, bytes_of(digest.bytes, DIGEST_BYTES)))
            return audit_trouble(audit, ERR_FORGED,
                                 "blobs: row %" PRIu64 " is not what its digest names", row);
    }
    return result == ERR_ABSENT ? OK : result;
}

enum result
journal_audit(struct store_txn *txn, const char *office, struct envelope_verifier *verifier,
              struct journal_report *ret_report)
{
    struct audit audit = {
        .txn = txn, .office = office, .verifier = verifier, .report = ret_report
    };
    *ret_report = (struct journal_report){ 0 };
    arena_init(&audit.arena);
    enum result result = check_journal(&audit);
    if (result == OK)
        result = policy_audit_finish(&audit);
    if (result == OK)
        result = check_blobs(&audit);
    if (result == OK)
        result = case_audit(&audit);
    arena_fini(&audit.arena);
    return result;
}
