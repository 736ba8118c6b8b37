/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/outbox.h"

#include "common/io/erased.h"
#include "common/io/journal.h"
#include "common/io/stream_key.h"
#include "common/io/wire.h"
#include "proto/envelope.pb-c.h"

enum result
outbox_put(struct store_txn *txn, const char *peer, uint64_t sequence, const Yidi__OutboxRow *row,
           struct arena *arena)
{
    struct stream_key key;
    struct bytes packed = wire_encode(&row->base, arena);
    if (packed.data == NULL)
        return ERR_MEMORY;
    return store_put(txn, TABLE_OUTBOX, stream_key(peer, sequence, &key), packed);
}

enum result
outbox_find(struct store_txn *txn, const char *peer, uint64_t sequence, struct arena *arena,
            const Yidi__OutboxRow **ret_row)
{
    struct stream_key key;
    struct bytes value;
    ProtobufCMessage *message;
    enum result result = store_get(txn, TABLE_OUTBOX, stream_key(peer, sequence, &key), &value);
    if (result != OK)
        return result;
    if (wire_decode(&yidi__outbox_row__descriptor, value, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    *ret_row = (const Yidi__OutboxRow *)message;
    return OK;
}

enum result
outbox_row_envelope(struct store_txn *txn, const Yidi__OutboxRow *row, struct arena *arena,
                    struct bytes *ret_packed)
{
    if (row->envelope.len == 0)
        return journal_envelope(txn, row->leaf_index, arena, ret_packed);
    *ret_packed = bytes_of(row->envelope.data, row->envelope.len);
    return OK;
}

enum result
outbox_envelope(struct store_txn *txn, const char *peer, uint64_t sequence, struct arena *arena,
                struct bytes *ret_packed)
{
    const Yidi__OutboxRow *row;
    enum result result = outbox_find(txn, peer, sequence, arena, &row);
    return result == OK ? outbox_row_envelope(txn, row, arena, ret_packed) : result;
}

enum result
outbox_leaf(struct store_txn *txn, const char *peer, uint64_t sequence, struct arena *arena,
            struct digest *ret_leaf)
{
    const Yidi__OutboxRow *row;
    ProtobufCMessage *message;
    enum result result = outbox_find(txn, peer, sequence, arena, &row);
    if (result != OK || row->envelope.len == 0)
        return result == OK ? journal_leaf(txn, row->leaf_index, ret_leaf) : result;
    if (wire_decode(&yidi__envelope__descriptor, bytes_of(row->envelope.data, row->envelope.len),
                    arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    ProtobufCBinaryData entry = ((const Yidi__Envelope *)message)->entry;
    if (wire_decode(&yidi__journal_entry__descriptor, bytes_of(entry.data, entry.len), arena,
                    &message, NULL) != OK)
        return ERR_DAMAGED;
    erased_leaf_hash((const Yidi__JournalEntry *)message, bytes_of(entry.data, entry.len),
                     ret_leaf);
    return OK;
}
