/* SPDX-License-Identifier: Apache-2.0
 *
 * authority_document - what the directory authority signs for every office to follow: the
 * directory, the policy.
 *
 * Each is a message of three fields: the packed body, the authority's certificate and its signature
 * (authority_signature.h). Does not know what a body says.
 */
#ifndef IO_AUTHORITY_DOCUMENT_H
#define IO_AUTHORITY_DOCUMENT_H

#include "common/io/authority_signature.h"
#include "common/io/wire.h"

struct authority_document {
    struct authority_kind kind;
    size_t body_bytes_max;
    const ProtobufCMessageDescriptor *outer; /* body, certificate, signature, in this order */
    const ProtobufCMessageDescriptor *body;
};

/* Is the size one that a signed document can have? The kind's own code when not. */
enum result authority_document_check_size(const struct authority_document *document, size_t size,
                                          struct refusal *ret_refusal) MUST_CHECK;

/* Read a file of at most that size; the caller frees. FILE_UNREADABLE */
enum result authority_document_read(const struct authority_document *document, const char *path,
                                    uint8_t **ret_data, size_t *ret_size,
                                    struct refusal *ret_refusal) MUST_CHECK;

/* Check the signature, then unpack the body and check its bounds.
 *
 * root          NULL: the signature was checked before, and only bounds are looked at.
 * ret_body      out; in the arena.
 * ret_signer    out; name (CN) of the authority's certificate; unchanged without a root.
 * ERR_REFUSED   CERTIFICATE_INVALID, or the kind's own code. */
enum result authority_document_open(const struct authority_document *document,
                                    struct bytes signed_bytes, const struct trust_root *root,
                                    uint64_t now_ms, struct arena *arena,
                                    ProtobufCMessage **ret_body,
                                    char ret_signer[SIGNATURE_NAME_BYTES],
                                    struct refusal *ret_refusal) MUST_CHECK;

/* Sign a packed body; ret_signed lives in the arena. ERR_FORGED: the certificate is not the key's.
 */
enum result authority_document_sign(const struct authority_document *document, struct bytes body,
                                    const struct signing_key *key,
                                    const struct certificate *certificate, struct arena *arena,
                                    struct bytes *ret_signed) MUST_CHECK;

#endif
