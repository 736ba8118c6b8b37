/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/envelope.h"

#include "common/core/merkle.h"
#include "common/core/require.h"
#include "common/io/erased.h"
#include "common/io/wire.h"
#include "proto/envelope.pb-c.h"

void
envelope_verifier_init(struct envelope_verifier *verifier, struct directory *directory)
{
    uint64_t signature_count = verifier->signature_count;
    memset(verifier, 0, sizeof *verifier);
    verifier->directory = directory;
    verifier->signature_count = signature_count;
}

/* Try the office's certificates, the current one first: an envelope may be older than the last
 * change of keys. */
static enum result
check_signature(struct envelope_verifier *verifier, const char *text, struct tree_head *ret_head,
                struct refusal *ret_refusal)
{
    struct tree_head claimed;
    if (tree_head_decode(text, &claimed) != OK)
        return refuse(ret_refusal, REFUSAL_MALFORMED, "head",
                      "a signed tree head in checkpoint form");

    const Yidi__Office *office = directory_find(verifier->directory, claimed.office);
    if (office == NULL)
        return refuse(ret_refusal, REFUSAL_OFFICE_UNKNOWN, "head", "%s is not in the directory",
                      claimed.office);

    enum result result = ERR_FORGED;
    for (size_t i = 0; i < office->n_certificates && result != OK; i++) {
        const struct certificate *certificate;
        result = directory_certificate(verifier->directory, office, i, claimed.time_ms,
                                       &certificate, ret_refusal);
        if (result != OK)
            continue;
        verifier->signature_count++;
        result = tree_head_verify(text, certificate, ret_head);
    }
    return result == ERR_DAMAGED ? ERR_FORGED : result;
}

enum result
envelope_verify_head(struct envelope_verifier *verifier, const char *text,
                     struct tree_head *ret_head, struct refusal *ret_refusal)
{
    struct digest digest;
    signature_digest_one(bytes_of_text(text), &digest);
    size_t slot = digest.bytes[0] % HEAD_CACHE_COUNT;

    if (verifier->cache[slot].used && digest_equal(&verifier->cache[slot].text_digest, &digest)) {
        *ret_head = verifier->cache[slot].head;
        return OK;
    }
    enum result result = check_signature(verifier, text, ret_head, ret_refusal);
    if (result != OK)
        return result;
    verifier->cache[slot].used = true;
    verifier->cache[slot].text_digest = digest;
    verifier->cache[slot].head = *ret_head;
    return OK;
}

enum result
envelope_unpack(struct bytes packed, struct arena *arena, struct envelope *ret_envelope)
{
    ProtobufCMessage *message;
    if (wire_decode(&yidi__envelope__descriptor, packed, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    const Yidi__Envelope *wire = (const Yidi__Envelope *)message;
    struct envelope envelope = { .entry_bytes = bytes_of(wire->entry.data, wire->entry.len),
                                 .head_text = wire->head,
                                 .leaf_index = wire->leaf_index };
    if (wire_decode(&yidi__journal_entry__descriptor, envelope.entry_bytes, arena, &message,
                    NULL) != OK)
        return ERR_DAMAGED;
    envelope.entry = (const Yidi__JournalEntry *)message;
    *ret_envelope = envelope;
    return OK;
}

static enum result
verify_path(const Yidi__Envelope *wire, const struct tree_head *head, const struct digest *leaf)
{
    struct digest path[MERKLE_PATH_MAX];
    for (size_t i = 0; i < wire->n_path; i++)
        memcpy(path[i].bytes, wire->path[i].data, DIGEST_BYTES);
    return merkle_inclusion_verify(signature_digest, leaf, wire->leaf_index, head->size, path,
                                   wire->n_path, &head->root);
}

enum result
envelope_verify(struct envelope_verifier *verifier, struct bytes packed, struct arena *arena,
                struct envelope *ret_envelope, struct refusal *ret_refusal)
{
    ProtobufCMessage *message;
    enum result result =
        wire_decode(&yidi__envelope__descriptor, packed, arena, &message, ret_refusal);
    if (result != OK)
        return result;
    const Yidi__Envelope *wire = (const Yidi__Envelope *)message;

    struct envelope envelope = {
        .entry_bytes = bytes_of(wire->entry.data, wire->entry.len),
        .head_text = wire->head,
        .leaf_index = wire->leaf_index,
    };
    result = wire_decode(&yidi__journal_entry__descriptor, envelope.entry_bytes, arena, &message,
                         ret_refusal);
    if (result != OK)
        return result;
    envelope.entry = (const Yidi__JournalEntry *)message;

    result = envelope_verify_head(verifier, wire->head, &envelope.head, ret_refusal);
    if (result != OK)
        return result;
    if (strcmp(envelope.head.office, envelope.entry->office) != 0 ||
        envelope.entry->epoch > envelope.head.epoch)
        return ERR_FORGED; /* what is left of earlier epochs stands in the later ones' tree, too */
    erased_leaf_hash(envelope.entry, envelope.entry_bytes, &envelope.leaf_hash);
    result = verify_path(wire, &envelope.head, &envelope.leaf_hash);
    if (result != OK)
        return result;
    *ret_envelope = envelope;
    return OK;
}
