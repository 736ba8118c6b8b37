/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/erased.h"

#include "common/io/signature.h"
#include "common/io/wire.h"
#include "proto/envelope.pb-c.h"

struct message_place
message_place_of(const Yidi__JournalEntry *entry)
{
    const Yidi__Erased *erased = entry->erased;
    if (erased_is(entry))
        return (struct message_place){ erased->to, erased->sequence, erased->case_number,
                                       erased->kind };
    const Yidi__Sent *sent = entry->sent;
    return (struct message_place){ sent->to, sent->sequence, sent->message->case_number,
                                   (uint32_t)sent->message->body_case };
}

void
erased_leaf_hash(const Yidi__JournalEntry *entry, struct bytes packed, struct digest *ret_leaf)
{
    if (erased_is(entry))
        memcpy(ret_leaf->bytes, entry->erased->leaf_hash.data, DIGEST_BYTES);
    else
        merkle_leaf_hash(signature_digest, packed, ret_leaf);
}

enum result
erased_entry(struct bytes packed, const struct erased_mark *mark, struct arena *arena,
             struct bytes *ret_packed)
{
    uint8_t no_salt[16] = { 0 };
    ProtobufCMessage *message;
    struct digest leaf;
    if (wire_decode(&yidi__journal_entry__descriptor, packed, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    Yidi__JournalEntry *entry = (Yidi__JournalEntry *)message;
    if (entry->body_case != YIDI__JOURNAL_ENTRY__BODY_SENT) {
        *ret_packed = packed;
        return OK;
    }
    const struct message_place place = message_place_of(entry);
    merkle_leaf_hash(signature_digest, packed, &leaf);
    Yidi__Erased erased = YIDI__ERASED__INIT;
    erased.leaf_hash = (ProtobufCBinaryData){ .data = leaf.bytes, .len = DIGEST_BYTES };
    erased.to = (char *)place.to;
    erased.sequence = place.sequence;
    erased.case_number = (char *)place.case_number;
    erased.kind = place.kind;
    erased.undelivered = mark->undelivered;
    erased.policy_version = mark->policy_version;
    Yidi__JournalEntry stub = YIDI__JOURNAL_ENTRY__INIT;
    stub.version = entry->version;
    stub.office = entry->office;
    stub.epoch = entry->epoch;
    stub.time_ms = entry->time_ms;
    stub.salt = (ProtobufCBinaryData){ .data = no_salt, .len = sizeof no_salt };
    stub.body_case = YIDI__JOURNAL_ENTRY__BODY_ERASED;
    stub.erased = &erased;
    *ret_packed = wire_encode(&stub.base, arena);
    return ret_packed->data == NULL ? ERR_MEMORY : OK;
}

enum result
erased_envelope(struct bytes packed, const struct erased_mark *mark, struct arena *arena,
                struct bytes *ret_packed)
{
    ProtobufCMessage *message;
    struct bytes entry;
    if (wire_decode(&yidi__envelope__descriptor, packed, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    Yidi__Envelope *envelope = (Yidi__Envelope *)message;
    enum result result =
        erased_entry(bytes_of(envelope->entry.data, envelope->entry.len), mark, arena, &entry);
    if (result != OK)
        return result;
    envelope->entry = (ProtobufCBinaryData){ .data = (uint8_t *)entry.data, .len = entry.size };
    *ret_packed = wire_encode(&envelope->base, arena);
    return ret_packed->data == NULL ? ERR_MEMORY : OK;
}
