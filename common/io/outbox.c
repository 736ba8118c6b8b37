/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/outbox.h"

#include "common/io/stream_key.h"
#include "common/io/wire.h"

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
