/* SPDX-License-Identifier: Apache-2.0
 *
 * authority_signature - the directory authority's signature over what every office follows: the
 * directory, the policy.
 *
 * Each kind of document has a text of its own before the bytes that are signed, so that none can be
 * passed off as another. Knows no document.
 */
#ifndef IO_AUTHORITY_SIGNATURE_H
#define IO_AUTHORITY_SIGNATURE_H

#include "common/core/arena.h"
#include "common/core/refusal.h"
#include "common/io/signature.h"

#define DIRECTORY_AUTHORITY_UNIT "directory authority"

/* What kind of document it is. */
struct authority_kind {
    const char *prefix;        /* such as "yidi directory v1\n" */
    const char *name;          /* in refusals: "directory" */
    enum refusal_code invalid; /* DIRECTORY_INVALID */
};

/* Borrowed. */
struct authority_signed {
    struct bytes body;        /* the very bytes that are signed */
    struct bytes certificate; /* DER */
    struct bytes signature;
};

/* Is the certificate the authority's, chained to the root and good at now_ms, and the signature its
 * own over this body?
 *
 * ret_signer   out; the name (CN) of the certificate.
 * ERR_REFUSED  CERTIFICATE_INVALID, or the kind's own code. */
enum result authority_signature_check(const struct authority_kind *kind,
                                      const struct authority_signed *document,
                                      const struct trust_root *root, uint64_t now_ms,
                                      char ret_signer[SIGNATURE_NAME_BYTES],
                                      struct refusal *ret_refusal) MUST_CHECK;

/* Sign a body; certificate and signature live in the arena, or are borrowed from the certificate.
 *
 * ERR_FORGED  the certificate is not the key's. */
enum result authority_signature_make(const struct authority_kind *kind, struct bytes body,
                                     const struct signing_key *key,
                                     const struct certificate *certificate, struct arena *arena,
                                     struct authority_signed *ret_document) MUST_CHECK;

/* Do key and certificate belong together, and is the certificate the authority's? KEY_INVALID,
 * CERTIFICATE_INVALID. */
enum result authority_signature_check_signer(const struct signing_key *key,
                                             const struct certificate *certificate,
                                             struct refusal *ret_refusal) MUST_CHECK;

#endif
