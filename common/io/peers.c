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

/* ---- heads ---- */

enum result
kept_head_set(struct kept_head *kept, const struct tree_head *head, const char *text)
{
    char *copy = strdup(text);
    if (copy == NULL)
        return ERR_MEMORY;
    struct tree_head decoded = *head; /* it may be the kept one's */
    free(kept->text);
    *kept = (struct kept_head){ .text = copy, .head = decoded };
    return OK;
}

void
kept_head_clear(struct kept_head *kept)
{
    free(kept->text);
    *kept = (struct kept_head){ 0 };
}

void
peer_drop_question(struct peer *peer)
{
    struct proof_question *question = MOVE(peer->witness.question);
    if (question == NULL)
        return;
    kept_head_clear(&question->old);
    kept_head_clear(&question->new);
    free(question);
}

static void
free_peer(struct peer *peer)
{
    peer_drop_question(peer);
    kept_head_clear(&peer->witness.proved);
    kept_head_clear(&peer->witness.contrary);
    kept_head_clear(&peer->witness.ours);
    free(peer->head);
    free(peer->pending_head);
    free(peer->seen_text);
    free(peer);
}

static enum result
load_head(const char *text, struct kept_head *kept)
{
    struct tree_head head;
    if (text[0] == '\0')
        return OK;
    return tree_head_decode(text, &head) == OK ? kept_head_set(kept, &head, text) : ERR_DAMAGED;
}

static enum result
load_heads(struct peer *peer, const Yidi__PeerRow *row)
{
    struct peer_witness *witness = &peer->witness;
    struct kept_head seen = { 0 };
    enum result result = load_head(row->head, &seen);
    peer->seen_head = seen.head;
    peer->seen_text = seen.text;
    if (result == OK)
        result = load_head(row->proved_head, &witness->proved);
    if (result == OK)
        result = load_head(row->contrary_head, &witness->contrary);
    if (result == OK)
        result = load_head(row->witnessed_head, &witness->ours);
    if (result == OK && row->head[0] != '\0' && (peer->head = strdup(row->head)) == NULL)
        result = ERR_MEMORY;
    witness->proved_ms = row->proved_ms;
    witness->ours_ms = row->witnessed_ms;
    return result;
}

/* ---- rows ---- */

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
    peer->recovery.state = row->recovery;
    if (row->applied_leaf.len == DIGEST_BYTES)
        memcpy(peer->applied_leaf.bytes, row->applied_leaf.data, DIGEST_BYTES);
    peer->pending_leaf = peer->applied_leaf;
    return load_heads(peer, row);
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
    for (size_t i = 0; i < peers->count; i++)
        free_peer(peers->list[i]);
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

enum result
peer_set_head(struct peer *peer, const struct tree_head *head, const char *text)
{
    char *copy = strdup(text);
    if (copy == NULL)
        return ERR_MEMORY;
    free(peer->head);
    peer->head = copy;
    peer->row_dirty = true;
    return peer_note_seen(peer, head, text);
}

enum result
peer_note_seen(struct peer *peer, const struct tree_head *head, const char *text)
{
    if (peer->seen_text != NULL && strcmp(peer->seen_text, text) == 0)
        return OK;
    char *copy = strdup(text);
    if (copy == NULL)
        return ERR_MEMORY;
    free(peer->seen_text);
    peer->seen_text = copy;
    peer->seen_head = *head;
    return OK;
}

static char *
text_of(const struct kept_head *kept)
{
    return kept->text == NULL ? "" : kept->text;
}

/* The first head of a journal counts as proved: nothing is known before it. */
static void
fill_witness(const struct peer_witness *witness, Yidi__PeerRow *row)
{
    row->proved_head = witness->proved.text == NULL ? row->head : witness->proved.text;
    row->proved_ms = witness->proved_ms;
    row->contrary_head = text_of(&witness->contrary);
    row->witnessed_head = text_of(&witness->ours);
    row->witnessed_ms = witness->ours_ms;
}

static enum result
save_row(const struct peer *peer, struct store_txn *txn, struct arena *arena)
{
    Yidi__PeerRow row = YIDI__PEER_ROW__INIT;
    row.assigned = peer->pending_assigned;
    row.acknowledged = peer->stream.acknowledged;
    row.applied = peer->pending_applied;
    row.recovery = peer->recovery.state;
    if (peer->pending_applied > 0)
        row.applied_leaf = (ProtobufCBinaryData){ .data = (uint8_t *)peer->pending_leaf.bytes,
                                                  .len = DIGEST_BYTES };
    if (peer->pending_head != NULL)
        row.head = peer->pending_head;
    else if (peer->head != NULL)
        row.head = peer->head;
    fill_witness(&peer->witness, &row);
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

/* As fill_witness wrote it; out of memory, the next head is the first. */
static void
begin_proved(struct peer *peer)
{
    struct tree_head head;
    if (peer->witness.proved.text == NULL && peer->head != NULL &&
        tree_head_decode(peer->head, &head) == OK)
        (void)!kept_head_set(&peer->witness.proved, &head, peer->head);
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
        peer->stream.assigned = peer->recovery.queued_sent = peer->pending_assigned;
        peer->ack_due |= peer->pending_applied > peer->applied;
        peer->applied = peer->queued = peer->pending_applied;
        peer->applied_leaf = peer->pending_leaf;
        if (peer->pending_head != NULL) {
            free(peer->head);
            peer->head = MOVE(peer->pending_head);
        }
        begin_proved(peer);
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
        peer->recovery.queued_sent = peer->stream.assigned;
        peer->pending_leaf = peer->applied_leaf;
        free(MOVE(peer->pending_head));
    }
}
