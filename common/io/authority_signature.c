/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/authority_signature.h"

#include <stdlib.h>

/* The text of the kind and the body, one behind the other; the caller frees it. */
static enum result
join(const struct authority_kind *kind, struct bytes body, uint8_t **ret_message, size_t *ret_size)
{
    size_t prefix_bytes = strlen(kind->prefix);
    uint8_t *message = malloc(prefix_bytes + body.size);
    if (message == NULL)
        return ERR_MEMORY;
    memcpy(message, kind->prefix, prefix_bytes);
    memcpy(message + prefix_bytes, body.data, body.size);
    *ret_message = message;
    *ret_size = prefix_bytes + body.size;
    return OK;
}

static enum result
check_signature(const struct authority_kind *kind, const struct authority_signed *document,
                const struct certificate *authority, struct refusal *ret_refusal)
{
    AUTO(heap) uint8_t *message = NULL;
    size_t size = 0;
    enum result result = join(kind, document->body, &message, &size);
    if (result == OK)
        result = certificate_verify(authority, bytes_of(message, size), document->signature);
    if (result == ERR_FORGED)
        return refuse(ret_refusal, kind->invalid, "signature",
                      "is not the authority's signature of this %s", kind->name);
    return result;
}

enum result
authority_signature_check(const struct authority_kind *kind,
                          const struct authority_signed *document, const struct trust_root *root,
                          uint64_t now_ms, char ret_signer[SIGNATURE_NAME_BYTES],
                          struct refusal *ret_refusal)
{
    AUTO(certificate) struct certificate *authority = NULL;
    enum result result = certificate_decode(document->certificate, &authority);
    if (result == ERR_DAMAGED)
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, "certificate",
                      "not an X.509 certificate of suite " SIGNATURE_SUITE);
    if (result == OK)
        result = trust_root_check(root, authority, now_ms, ret_refusal);
    if (result != OK)
        return result;
    if (strcmp(certificate_unit(authority), DIRECTORY_AUTHORITY_UNIT) != 0)
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, "certificate",
                      "the certificate is not for unit " DIRECTORY_AUTHORITY_UNIT);
    result = check_signature(kind, document, authority, ret_refusal);
    if (result == OK)
        memcpy(ret_signer, certificate_name(authority), strlen(certificate_name(authority)) + 1);
    return result;
}

enum result
authority_signature_make(const struct authority_kind *kind, struct bytes body,
                         const struct signing_key *key, const struct certificate *certificate,
                         struct arena *arena, struct authority_signed *ret_document)
{
    AUTO(heap) uint8_t *message = NULL;
    size_t size = 0, signature_size;
    if (!signing_key_matches(key, certificate))
        return ERR_FORGED;
    uint8_t *signature = arena_take(arena, SIGNATURE_BYTES_MAX);
    enum result result = signature == NULL ? ERR_MEMORY : join(kind, body, &message, &size);
    if (result == OK)
        result = signing_key_sign(key, bytes_of(message, size), signature, &signature_size);
    if (result == OK)
        *ret_document = (struct authority_signed){
            .body = body,
            .certificate = certificate_der(certificate),
            .signature = bytes_of(signature, signature_size),
        };
    return result;
}

enum result
authority_signature_check_signer(const struct signing_key *key,
                                 const struct certificate *certificate, struct refusal *ret_refusal)
{
    if (!signing_key_matches(key, certificate))
        return refuse(ret_refusal, REFUSAL_KEY_INVALID, "key", "is not the key of the certificate");
    if (strcmp(certificate_unit(certificate), DIRECTORY_AUTHORITY_UNIT) != 0)
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, "certificate",
                      "is not for unit " DIRECTORY_AUTHORITY_UNIT);
    return OK;
}
