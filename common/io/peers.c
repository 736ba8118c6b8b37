/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/peers.h"

#include <stdlib.h>

#include "common/io/wire.h"
#include "proto/case.pb-c.h"

static size_t
bucket_of(const char *office)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (; *office != '\0'; office++)
        hash = (hash ^ (uint8_t)*office) * 16777619u;
    return hash % PEERS_BUCKETS;
}

struct peer *
peers_find(const struct peers *peers, const char *office)
{
    struct peer *peer = peers->buckets[bucket_of(office)];
    while (peer != NULL && strcmp(peer->office, office) != 0)
        peer = peer->bucket_next;
    return peer;
}

static enum result
make_room(struct peers *peers)
{
    if (peers->count < peers->room)
        return OK;
    size_t room = peers->room == 0 ? 16 : peers->room * 2;
    struct peer **list = realloc(peers->list, room * sizeof *list);
    if (list == NULL)
        return ERR_MEMORY;
    peers->list = list;
    peers->room = room;
    return OK;
}

static struct peer *
add_peer(struct peers *peers, const char *office, uint64_t assigned, uint64_t acknowledged)
{
    struct peer *peer = make_room(peers) == OK ? calloc(1, sizeof *peer) : NULL;
    if (peer == NULL)
        return NULL;
    memcpy(peer->office, office, OFFICE_CODE_CHARS);
    stream_init(&peer->stream, assigned, acknowledged);
    peer->pending_assigned = assigned;
    struct peer **bucket = &peers->buckets[bucket_of(peer->office)];
    peer->bucket_next = *bucket;
    *bucket = peer;
    peers->list[peers->count++] = peer;
    return peer;
}

struct peer *
peers_take(struct peers *peers, const char *office)
{
    struct peer *peer = peers_find(peers, office);
    return peer != NULL ? peer : add_peer(peers, office, 0, 0);
}

static enum result
load_row(struct peers *peers, struct bytes key, struct bytes value, struct arena *arena)
{
    ProtobufCMessage *message;
    if (key.size != OFFICE_CODE_CHARS ||
        wire_decode(&yidi__peer_row__descriptor, value, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    const Yidi__PeerRow *row = (const Yidi__PeerRow *)message;
    if (row->acknowledged > row->assigned)
        return ERR_DAMAGED;

    char office[OFFICE_CODE_CHARS + 1] = { 0 };
    memcpy(office, key.data, OFFICE_CODE_CHARS);
    struct peer *peer = add_peer(peers, office, row->assigned, row->acknowledged);
    if (peer == NULL)
        return ERR_MEMORY;
    peer->applied = peer->pending_applied = peer->queued = row->applied;
    if (row->applied_leaf.len == DIGEST_BYTES)
        memcpy(peer->applied_leaf.bytes, row->applied_leaf.data, DIGEST_BYTES);
    peer->pending_leaf = peer->applied_leaf;
    if (row->head[0] == '\0')
        return OK;
    if (tree_head_decode(row->head, &peer->seen_head) != OK)
        return ERR_DAMAGED;
    peer->head = strdup(row->head);
    return peer->head == NULL ? ERR_MEMORY : OK;
}

enum result
peers_open(struct peers *peers, struct store_txn *txn)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    memset(peers, 0, sizeof *peers);

    struct bytes key, value;
    enum result result = store_cursor_open(txn, TABLE_PEERS, (struct bytes){ 0 }, &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &value)) == OK) {
        result = load_row(peers, key, value, &arena);
        arena_reset(&arena);
    }
    return result == ERR_ABSENT ? OK : result;
}

void
peers_close(struct peers *peers)
{
    for (size_t i = 0; i < peers->count; i++) {
        free(peers->list[i]->head);
        free(peers->list[i]->pending_head);
        free(peers->list[i]);
    }
    free(peers->list);
    memset(peers, 0, sizeof *peers);
}

enum result
peer_note_head(struct peer *peer, const char *head)
{
    if (peer->pending_head != NULL && strcmp(peer->pending_head, head) == 0)
        return OK;
    char *copy = strdup(head);
    if (copy == NULL)
        return ERR_MEMORY;
    free(peer->pending_head);
    peer->pending_head = copy;
    return OK;
}

static enum result
save_row(const struct peer *peer, struct store_txn *txn, struct arena *arena)
{
    Yidi__PeerRow row = YIDI__PEER_ROW__INIT;
    row.assigned = peer->pending_assigned;
    row.acknowledged = peer->stream.acknowledged;
    row.applied = peer->pending_applied;
    if (peer->pending_applied > 0)
        row.applied_leaf = (ProtobufCBinaryData){ .data = (uint8_t *)peer->pending_leaf.bytes,
                                                  .len = DIGEST_BYTES };
    if (peer->pending_head != NULL)
        row.head = peer->pending_head;
    else if (peer->head != NULL)
        row.head = peer->head;
    struct bytes packed = wire_encode(&row.base, arena);
    if (packed.data == NULL)
        return ERR_MEMORY;
    return store_put(txn, TABLE_PEERS, bytes_of(peer->office, OFFICE_CODE_CHARS), packed);
}

enum result
peers_save(struct peers *peers, struct store_txn *txn, struct arena *arena)
{
    enum result result = OK;
    for (size_t i = 0; i < peers->count && result == OK; i++)
        if (peers->list[i]->touched || peers->list[i]->row_dirty)
            result = save_row(peers->list[i], txn, arena);
    return result;
}

void
peers_committed(struct peers *peers)
{
    for (size_t i = 0; i < peers->count; i++) {
        struct peer *peer = peers->list[i];
        peer->row_dirty = false;
        if (!peer->touched)
            continue;
        peer->touched = false;
        peer->stream.assigned = peer->pending_assigned;
        peer->ack_due |= peer->pending_applied > peer->applied;
        peer->applied = peer->queued = peer->pending_applied;
        peer->applied_leaf = peer->pending_leaf;
        if (peer->pending_head != NULL) {
            free(peer->head);
            peer->head = MOVE(peer->pending_head);
        }
    }
}

void
peers_rolled_back(struct peers *peers)
{
    for (size_t i = 0; i < peers->count; i++) {
        struct peer *peer = peers->list[i];
        peer->touched = false;
        peer->pending_assigned = peer->stream.assigned;
        peer->pending_applied = peer->queued = peer->applied;
        peer->pending_leaf = peer->applied_leaf;
        free(MOVE(peer->pending_head));
    }
}
