/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/stream_audit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/domain/office_code.h"
#include "common/io/erased.h"
#include "common/io/stream_key.h"
#include "common/io/wire.h"
#include "proto/case.pb-c.h"

#define STREAM_FORMAT "%s %s/%" PRIu64 ": "

enum result
audit_trouble(struct audit *audit, enum result result, const char *words, ...)
{
    va_list arguments;
    va_start(arguments, words);
    vsnprintf(audit->report->trouble, sizeof audit->report->trouble, words, arguments);
    va_end(arguments);
    return result;
}

/* ---- the table peers ---- */

static int
compare_peers(const void *a, const void *b)
{
    return strcmp(((const struct audited_peer *)a)->office,
                  ((const struct audited_peer *)b)->office);
}

static struct audited_peer *
find_peer(const struct stream_audit *streams, const char *office)
{
    struct audited_peer key = { .assigned = 0 };
    snprintf(key.office, sizeof key.office, "%s", office);
    return streams->peer_count == 0
               ? NULL
               : bsearch(&key, streams->peers, streams->peer_count, sizeof key, compare_peers);
}

static enum result
add_peer(struct stream_audit *streams, const char *office, const Yidi__PeerRow *row)
{
    if (streams->peer_count == streams->peer_room) {
        size_t room = streams->peer_room == 0 ? 64 : 2 * streams->peer_room;
        struct audited_peer *peers = realloc(streams->peers, room * sizeof *peers);
        if (peers == NULL)
            return ERR_MEMORY;
        streams->peers = peers;
        streams->peer_room = room;
    }
    struct audited_peer *peer = &streams->peers[streams->peer_count++];
    *peer = (struct audited_peer){ .assigned = row->assigned,
                                   .acknowledged = row->acknowledged,
                                   .applied = row->applied };
    memcpy(peer->office, office, sizeof peer->office);
    peer->applied_known = row->applied_leaf.len == DIGEST_BYTES;
    if (peer->applied_known)
        memcpy(peer->applied_leaf.bytes, row->applied_leaf.data, DIGEST_BYTES);
    return OK;
}

/* A head that was remembered must be one that its office signed: the peer, or this one. */
static enum result
check_peer_head(struct audit *audit, const char *office, const char *signer, const char *text)
{
    struct tree_head head;
    struct refusal refusal = { 0 };
    if (text[0] == '\0')
        return OK;
    enum result result = envelope_verify_head(audit->verifier, text, &head, &refusal);
    if (result == ERR_REFUSED || result == ERR_FORGED)
        return audit_trouble(audit, ERR_FORGED, "peers %s: its tree head does not verify: %s",
                             office, audit_cause(result, &refusal));
    if (result == OK && strcmp(head.office, signer) != 0)
        return audit_trouble(audit, ERR_DAMAGED, "peers %s: its tree head is office %s's", office,
                             head.office);
    return result;
}

static enum result
check_peer_heads(struct audit *audit, const char *office, const Yidi__PeerRow *row)
{
    const char *const theirs[] = { row->head, row->proved_head, row->contrary_head };
    enum result result = OK;
    for (size_t i = 0; i < sizeof theirs / sizeof *theirs && result == OK; i++)
        result = check_peer_head(audit, office, office, theirs[i]);
    return result == OK ? check_peer_head(audit, office, audit->office, row->witnessed_head)
                        : result;
}

static enum result
load_peer(struct stream_audit *streams, struct bytes key, struct bytes value)
{
    struct audit *audit = streams->audit;
    ProtobufCMessage *message;
    char office[OFFICE_CODE_CHARS + 1] = { 0 };
    if (key.size == OFFICE_CODE_CHARS)
        memcpy(office, key.data, OFFICE_CODE_CHARS);
    if (office_code_check(office, "", NULL) != OK)
        return audit_trouble(audit, ERR_DAMAGED, "peers: row %zu is not under an office's code",
                             streams->peer_count + 1);
    if (wire_decode(&yidi__peer_row__descriptor, value, &audit->arena, &message, NULL) != OK)
        return audit_trouble(audit, ERR_DAMAGED, "peers %s: the row cannot be read", office);
    const Yidi__PeerRow *row = (const Yidi__PeerRow *)message;
    if (row->acknowledged > row->assigned)
        return audit_trouble(audit, ERR_DAMAGED,
                             "peers %s: %" PRIu64 " acknowledged of %" PRIu64 " assigned", office,
                             row->acknowledged, row->assigned);
    enum result result = check_peer_heads(audit, office, row);
    return result == OK ? add_peer(streams, office, row) : result;
}

enum result
stream_audit_open(struct stream_audit *streams, struct audit *audit)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    *streams = (struct stream_audit){ .audit = audit };
    enum result result = store_cursor_open(audit->txn, TABLE_PEERS, (struct bytes){ 0 }, &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &value)) == OK) {
        result = load_peer(streams, key, value);
        arena_reset(&audit->arena);
    }
    return result == ERR_ABSENT ? OK : result;
}

void
stream_audit_close(struct stream_audit *streams)
{
    free(streams->peers);
    *streams = (struct stream_audit){ 0 };
}

/* ---- what was sent ---- */

/* A message of this office, as its journal entry says; or as what stands for an erased one does. */
struct own {
    struct message_place place;
    const ProtobufCBinaryData *attachments;
    size_t attachment_count;
    uint64_t time_ms;
    uint64_t leaf_index;
};

static struct own
own_of(const Yidi__JournalEntry *entry, uint64_t leaf_index)
{
    struct own own = { .place = message_place_of(entry),
                       .time_ms = entry->time_ms,
                       .leaf_index = leaf_index };
    if (!erased_is(entry)) {
        own.attachments = entry->sent->attachments;
        own.attachment_count = entry->sent->n_attachments;
    }
    return own;
}

static bool
same_attachments(const struct own *own, const Yidi__OutboxRow *row)
{
    bool same = own->attachment_count == row->n_digests;
    for (size_t i = 0; same && i < own->attachment_count; i++)
        same = bytes_equal(bytes_of(own->attachments[i].data, own->attachments[i].len),
                           bytes_of(row->digests[i].data, row->digests[i].len));
    return same;
}

/* What the peer may still ask for must be here; the rest may have been erased. */
static enum result
check_sent_blobs(struct audit *audit, const struct audited_peer *peer, const struct own *own)
{
    enum result result = OK;
    if (own->place.sequence <= peer->acknowledged)
        return OK;
    for (size_t i = 0; i < own->attachment_count && result == OK; i++) {
        struct bytes value;
        result = store_get(audit->txn, TABLE_BLOBS,
                           bytes_of(own->attachments[i].data, own->attachments[i].len), &value);
        if (result == ERR_ABSENT)
            return audit_trouble(audit, ERR_DAMAGED,
                                 STREAM_FORMAT "attachment %zu is not acknowledged and not here",
                                 "outbox", peer->office, own->place.sequence, i + 1);
    }
    return result;
}

static enum result
check_outbox(struct audit *audit, const struct own *own)
{
    struct stream_key key;
    struct bytes value;
    ProtobufCMessage *message;
    enum result result = store_get(audit->txn, TABLE_OUTBOX,
                                   stream_key(own->place.to, own->place.sequence, &key), &value);
    if (result == ERR_ABSENT)
        return audit_trouble(audit, ERR_DAMAGED,
                             STREAM_FORMAT "no such row for journal entry %" PRIu64, "outbox",
                             own->place.to, own->place.sequence, own->leaf_index);
    if (result != OK)
        return result;
    if (wire_decode(&yidi__outbox_row__descriptor, value, &audit->arena, &message, NULL) != OK)
        return audit_trouble(audit, ERR_DAMAGED, STREAM_FORMAT "the row cannot be read", "outbox",
                             own->place.to, own->place.sequence);
    const Yidi__OutboxRow *row = (const Yidi__OutboxRow *)message;
    if (row->envelope.len > 0 || row->leaf_index != own->leaf_index ||
        row->time_ms != own->time_ms || strcmp(row->case_number, own->place.case_number) != 0 ||
        !same_attachments(own, row))
        return audit_trouble(audit, ERR_DAMAGED,
                             STREAM_FORMAT "the row is not what journal entry %" PRIu64 " says",
                             "outbox", own->place.to, own->place.sequence, own->leaf_index);
    return OK;
}

static enum result
take_sent(struct stream_audit *streams, const struct own *own)
{
    struct audit *audit = streams->audit;
    struct audited_peer *peer = find_peer(streams, own->place.to);
    if (peer == NULL)
        return audit_trouble(audit, ERR_DAMAGED,
                             "peers %s: no row, but journal entry %" PRIu64 " was sent to it",
                             own->place.to, own->leaf_index);
    if (own->place.sequence != peer->sent + 1)
        return audit_trouble(audit, ERR_DAMAGED,
                             "journal entry %" PRIu64 ": message %" PRIu64
                             " to %s follows message %" PRIu64,
                             own->leaf_index, own->place.sequence, own->place.to, peer->sent);
    peer->sent++;
    streams->sent++;
    enum result result = check_outbox(audit, own);
    return result == OK ? check_sent_blobs(audit, peer, own) : result;
}

/* ---- what was received, or came back of a lost past ---- */

/* A message whose envelope is kept: as it was received, or as a peer handed it back. */
struct kept {
    const char *peer;
    bool mine; /* of this office, in the outbox; else the peer's, in the inbox */
    bool back;
    bool erased; /* before it came */
    uint64_t sequence;
    uint32_t epoch;
    uint64_t leaf_index; /* in its sender's journal */
    struct bytes leaf_hash;
};

static enum result
find_envelope(struct audit *audit, const struct kept *kept, struct bytes *ret_packed)
{
    struct stream_key storage;
    struct bytes key = stream_key(kept->peer, kept->sequence, &storage), value;
    ProtobufCMessage *message;
    if (!kept->mine)
        return store_get(audit->txn, TABLE_INBOX, key, ret_packed);
    enum result result = store_get(audit->txn, TABLE_OUTBOX, key, &value);
    if (result != OK)
        return result;
    if (wire_decode(&yidi__outbox_row__descriptor, value, &audit->arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    const Yidi__OutboxRow *row = (const Yidi__OutboxRow *)message;
    *ret_packed = bytes_of(row->envelope.data, row->envelope.len);
    return OK;
}

static bool
same_message(const struct audit *audit, const struct kept *kept, const struct envelope *envelope)
{
    const Yidi__JournalEntry *entry = envelope->entry;
    const char *from = kept->mine ? audit->office : kept->peer;
    const char *to = kept->mine ? kept->peer : audit->office;
    if ((entry->body_case != YIDI__JOURNAL_ENTRY__BODY_SENT || kept->erased) && !erased_is(entry))
        return false;
    const struct own own = own_of(entry, envelope->leaf_index);
    return strcmp(entry->office, from) == 0 && strcmp(own.place.to, to) == 0 &&
           own.place.sequence == kept->sequence && entry->epoch == kept->epoch &&
           envelope->leaf_index == kept->leaf_index &&
           bytes_equal(bytes_of(envelope->leaf_hash.bytes, DIGEST_BYTES), kept->leaf_hash);
}

static enum result
check_kept(struct audit *audit, const struct kept *kept, uint64_t leaf_index)
{
    const char *table = kept->mine ? "outbox" : "inbox";
    struct bytes packed;
    struct envelope envelope;
    struct refusal refusal = { 0 };
    enum result result = find_envelope(audit, kept, &packed);
    if (result == ERR_ABSENT || result == ERR_DAMAGED)
        return audit_trouble(audit, ERR_DAMAGED,
                             STREAM_FORMAT "no such row for journal entry %" PRIu64, table,
                             kept->peer, kept->sequence, leaf_index);
    if (result == OK)
        result = envelope_verify(audit->verifier, packed, &audit->arena, &envelope, &refusal);
    if (result == ERR_REFUSED || result == ERR_FORGED)
        return audit_trouble(audit, ERR_FORGED, STREAM_FORMAT "the envelope does not verify: %s",
                             table, kept->peer, kept->sequence, audit_cause(result, &refusal));
    if (result == OK && !same_message(audit, kept, &envelope))
        return audit_trouble(audit, ERR_DAMAGED,
                             STREAM_FORMAT "the envelope is not what journal entry %" PRIu64
                                           " says",
                             table, kept->peer, kept->sequence, leaf_index);
    return result;
}

static enum result
take_kept(struct stream_audit *streams, uint64_t leaf_index, const struct kept *kept)
{
    struct audit *audit = streams->audit;
    struct audited_peer *peer = find_peer(streams, kept->peer);
    if (peer == NULL)
        return audit_trouble(audit, ERR_DAMAGED,
                             "peers %s: no row, but journal entry %" PRIu64 " came %sfrom it",
                             kept->peer, leaf_index, kept->back ? "back " : "");
    uint64_t *count = kept->mine ? &peer->sent : &peer->received;
    if (kept->sequence != *count + 1)
        return audit_trouble(
            audit, ERR_DAMAGED,
            "journal entry %" PRIu64 ": message %" PRIu64 " %sfrom %s follows message %" PRIu64,
            leaf_index, kept->sequence, kept->back ? "that came back " : "", kept->peer, *count);
    *count += 1;
    if (kept->mine) {
        streams->sent++;
    } else {
        streams->received++;
        memcpy(peer->received_leaf.bytes, kept->leaf_hash.data, DIGEST_BYTES);
    }
    enum result result = check_kept(audit, kept, leaf_index);
    if (result == OK)
        audit->report->received++;
    return result;
}

static enum result
take_received(struct stream_audit *streams, uint64_t leaf_index, const Yidi__Received *received)
{
    const struct kept kept = {
        .peer = received->from,
        .erased = received->erased,
        .sequence = received->sequence,
        .epoch = received->epoch,
        .leaf_index = received->leaf_index,
        .leaf_hash = bytes_of(received->leaf_hash.data, received->leaf_hash.len),
    };
    return take_kept(streams, leaf_index, &kept);
}

static enum result
take_recovered(struct stream_audit *streams, uint64_t leaf_index, const Yidi__Recovered *recovered)
{
    const struct kept kept = {
        .peer = recovered->peer,
        .mine = recovered->mine,
        .back = true,
        .sequence = recovered->sequence,
        .epoch = recovered->epoch,
        .leaf_index = recovered->leaf_index,
        .leaf_hash = bytes_of(recovered->leaf_hash.data, recovered->leaf_hash.len),
    };
    return take_kept(streams, leaf_index, &kept);
}

enum result
stream_audit_take(struct stream_audit *streams, uint64_t leaf_index,
                  const Yidi__JournalEntry *entry)
{
    if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_SENT || erased_is(entry)) {
        const struct own own = own_of(entry, leaf_index);
        return take_sent(streams, &own);
    }
    if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_RECEIVED)
        return take_received(streams, leaf_index, entry->received);
    if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_RECOVERED)
        return take_recovered(streams, leaf_index, entry->recovered);
    return OK;
}

/* ---- the end ---- */

static enum result
check_ends(struct audit *audit, const struct audited_peer *peer)
{
    if (peer->assigned != peer->sent)
        return audit_trouble(audit, ERR_DAMAGED,
                             "peers %s: %" PRIu64 " messages assigned, %" PRIu64 " in the journal",
                             peer->office, peer->assigned, peer->sent);
    if (peer->applied != peer->received)
        return audit_trouble(audit, ERR_DAMAGED,
                             "peers %s: %" PRIu64 " messages applied, %" PRIu64 " in the journal",
                             peer->office, peer->applied, peer->received);
    if (peer->applied_known && peer->applied > 0 &&
        !digest_equal(&peer->applied_leaf, &peer->received_leaf))
        return audit_trouble(audit, ERR_DAMAGED,
                             "peers %s: message %" PRIu64
                             " applied is not the one that the journal says",
                             peer->office, peer->applied);
    return OK;
}

static enum result
check_count(struct audit *audit, enum store_table table, const char *name, uint64_t expected)
{
    uint64_t rows;
    enum result result = store_count(audit->txn, table, &rows);
    if (result == OK && rows != expected)
        return audit_trouble(audit, ERR_DAMAGED,
                             "%s: %" PRIu64 " rows, but %" PRIu64 " messages in the journal", name,
                             rows, expected);
    return result;
}

enum result
stream_audit_finish(struct stream_audit *streams)
{
    enum result result = OK;
    for (size_t i = 0; i < streams->peer_count && result == OK; i++)
        result = check_ends(streams->audit, &streams->peers[i]);
    if (result == OK)
        result = check_count(streams->audit, TABLE_OUTBOX, "outbox", streams->sent);
    if (result == OK)
        result = check_count(streams->audit, TABLE_INBOX, "inbox", streams->received);
    return result;
}
