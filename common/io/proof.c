/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/proof.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

enum { KIND_BYTES = 81 };

/* The name of the one-of field that is set, such as "card_issued". */
static const char *
body_name(const ProtobufCMessageDescriptor *descriptor, unsigned body)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(descriptor, body);
    return field == NULL ? "unknown" : field->name;
}

/* Both in one text, the second one in words: "sent ", "card_issued" is "sent card issued". */
static char *
in_words(const char *before, const char *name, bool plain, struct arena *arena)
{
    char *text = arena_take(arena, KIND_BYTES);
    if (text == NULL)
        return NULL;
    snprintf(text, KIND_BYTES, "%s%s", before, name);
    for (char *c = text; plain && *c != '\0'; c++)
        *c = *c == '_' ? ' ' : *c;
    return text;
}

static void
describe_sent(const Yidi__Sent *sent, struct arena *arena, Yidi__Verified *verified)
{
    const char *name = body_name(&yidi__message__descriptor, (unsigned)sent->message->body_case);
    verified->what = (char *)(uintptr_t)name;
    verified->kind = in_words("sent ", name, true, arena);
    verified->case_number = sent->message->case_number;
    verified->peer = sent->to;
    verified->sequence = sent->sequence;
}

static void
describe_received(const Yidi__Received *received, struct arena *arena, Yidi__Verified *verified)
{
    verified->kind = received->refusal_code[0] == '\0'
                         ? "received"
                         : in_words("refused: ", received->refusal_code, false, arena);
    verified->peer = received->from;
    verified->sequence = received->sequence;
}

static void
describe_entry(const Yidi__JournalEntry *entry, struct arena *arena, Yidi__Verified *verified)
{
    const char *name = body_name(&yidi__journal_entry__descriptor, (unsigned)entry->body_case);
    verified->time_ms = entry->time_ms;
    verified->operator_ = entry->operator_;
    verified->what = (char *)(uintptr_t)name;
    switch (entry->body_case) {
    case YIDI__JOURNAL_ENTRY__BODY_SENT:
        describe_sent(entry->sent, arena, verified);
        return;
    case YIDI__JOURNAL_ENTRY__BODY_RECEIVED:
        describe_received(entry->received, arena, verified);
        return;
    case YIDI__JOURNAL_ENTRY__BODY_ACT:
        verified->kind = in_words("act: ", entry->act->verb, false, arena);
        verified->case_number = entry->act->case_number;
        return;
    case YIDI__JOURNAL_ENTRY__BODY_ERASED:
        verified->kind =
            entry->erased->undelivered
                ? "a message that was erased before it was delivered; only its leaf hash is proved"
                : "a message that was erased; only its leaf hash is proved";
        verified->case_number = entry->erased->case_number;
        verified->peer = entry->erased->to;
        verified->sequence = entry->erased->sequence;
        return;
    default:
        verified->kind = in_words("", name, true, arena);
    }
}

/* "acceptance" */
static char *
role_name(Yidi__Role role, struct arena *arena)
{
    const ProtobufCEnumValue *known =
        protobuf_c_enum_descriptor_get_value(&yidi__role__descriptor, (int)role);
    char *text = arena_copy_text(arena, known == NULL ? "" : known->name);
    for (char *c = text; c != NULL && *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    return text;
}

enum result
proof_describe(const struct directory *directory, struct envelope *envelope, struct arena *arena,
               Yidi__Verified *ret_verified)
{
    const Yidi__Office *office = directory_find(directory, envelope->entry->office);
    ret_verified->office = envelope->entry->office;
    if (office != NULL) {
        ret_verified->office_name = office->name;
        ret_verified->role = role_name(office->role, arena);
        ret_verified->revoked = office->revoked;
    }
    describe_entry(envelope->entry, arena, ret_verified);
    ret_verified->epoch = envelope->head.epoch;
    ret_verified->leaf_index = envelope->leaf_index;
    ret_verified->tree_size = envelope->head.size;
    ret_verified->head_time_ms = envelope->head.time_ms;
    struct bytes hash = arena_copy(arena, bytes_of(envelope->leaf_hash.bytes, DIGEST_BYTES));
    ret_verified->leaf_hash =
        (ProtobufCBinaryData){ .len = hash.size, .data = (uint8_t *)(uintptr_t)hash.data };
    return ret_verified->kind == NULL || ret_verified->role == NULL || hash.data == NULL
               ? ERR_MEMORY
               : OK;
}

enum result
proof_examine(struct envelope_verifier *verifier, struct bytes packed, const char *name,
              struct arena *arena, Yidi__Verified *ret_verified)
{
    struct envelope envelope;
    struct refusal refusal = { 0 };
    yidi__verified__init(ret_verified);
    ret_verified->file = (char *)(uintptr_t)name;
    enum result result = envelope_verify(verifier, packed, arena, &envelope, &refusal);
    if (result == OK)
        return proof_describe(verifier->directory, &envelope, arena, ret_verified);
    if (result != ERR_REFUSED && result != ERR_FORGED)
        return result;
    ret_verified->trouble = arena_copy_text(
        arena,
        result == ERR_FORGED ? "proof, signature, or head and entry do not agree" : refusal.rule);
    return ret_verified->trouble == NULL ? ERR_MEMORY : OK;
}
