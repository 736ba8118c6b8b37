/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/authority_document.h"

#include "common/core/require.h"
#include "common/io/file.h"

enum {
    BODY,
    CERTIFICATE,
    SIGNATURE,
    PART_COUNT,
    SEAL_BYTES_MAX = 8 * 1024, /* certificate and signature */
};

static ProtobufCBinaryData *
part_of(const struct authority_document *document, ProtobufCMessage *outer, unsigned part)
{
    REQUIRE(document->outer->n_fields == PART_COUNT);
    return (void *)((uint8_t *)outer + document->outer->fields[part].offset);
}

static struct bytes
borrow(const ProtobufCBinaryData *data)
{
    return bytes_of(data->data, data->len);
}

static ProtobufCBinaryData
lend(struct bytes bytes)
{
    return (ProtobufCBinaryData){ .data = (uint8_t *)(uintptr_t)bytes.data, .len = bytes.size };
}

/* Whatever is wrong with the bytes is wrong with the document. */
static enum result
unpack(const struct authority_document *document, const ProtobufCMessageDescriptor *descriptor,
       struct bytes packed, struct arena *arena, ProtobufCMessage **ret_message,
       struct refusal *ret_refusal)
{
    struct refusal inner;
    enum result result = wire_decode(descriptor, packed, arena, ret_message, &inner);
    if (result == ERR_REFUSED)
        return refuse(ret_refusal, document->kind.invalid, inner.field, "%s", inner.rule);
    return result;
}

enum result
authority_document_check_size(const struct authority_document *document, size_t size,
                              struct refusal *ret_refusal)
{
    size_t bytes_max = document->body_bytes_max + SEAL_BYTES_MAX;
    if (size == 0 || size > bytes_max)
        return refuse(ret_refusal, document->kind.invalid, "", "must have 1..%zu bytes", bytes_max);
    return OK;
}

enum result
authority_document_read(const struct authority_document *document, const char *path,
                        uint8_t **ret_data, size_t *ret_size, struct refusal *ret_refusal)
{
    return file_read(path, document->body_bytes_max + SEAL_BYTES_MAX, ret_data, ret_size,
                     ret_refusal);
}

enum result
authority_document_open(const struct authority_document *document, struct bytes signed_bytes,
                        const struct trust_root *root, uint64_t now_ms, struct arena *arena,
                        ProtobufCMessage **ret_body, char ret_signer[SIGNATURE_NAME_BYTES],
                        struct refusal *ret_refusal)
{
    ProtobufCMessage *outer;
    AUTO(arena) struct arena scratch;
    arena_init(&scratch);
    enum result result =
        unpack(document, document->outer, signed_bytes, &scratch, &outer, ret_refusal);
    if (result != OK)
        return result;
    const struct authority_signed parts = { borrow(part_of(document, outer, BODY)),
                                            borrow(part_of(document, outer, CERTIFICATE)),
                                            borrow(part_of(document, outer, SIGNATURE)) };
    if (root != NULL)
        result = authority_signature_check(&document->kind, &parts, root, now_ms, ret_signer,
                                           ret_refusal);
    return result == OK ? unpack(document, document->body, parts.body, arena, ret_body, ret_refusal)
                        : result;
}

enum result
authority_document_sign(const struct authority_document *document, struct bytes body,
                        const struct signing_key *key, const struct certificate *certificate,
                        struct arena *arena, struct bytes *ret_signed)
{
    struct authority_signed parts;
    ProtobufCMessage *outer = arena_take(arena, document->outer->sizeof_message);
    if (outer == NULL)
        return ERR_MEMORY;
    document->outer->message_init(outer);
    enum result result =
        authority_signature_make(&document->kind, body, key, certificate, arena, &parts);
    if (result != OK)
        return result;
    *part_of(document, outer, BODY) = lend(parts.body);
    *part_of(document, outer, CERTIFICATE) = lend(parts.certificate);
    *part_of(document, outer, SIGNATURE) = lend(parts.signature);
    *ret_signed = wire_encode(outer, arena);
    return ret_signed->data == NULL ? ERR_MEMORY : OK;
}
