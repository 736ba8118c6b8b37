/* SPDX-License-Identifier: Apache-2.0
 *
 * signature - keys, digests, and X.509 certificates, over OpenSSL. Nothing else knows that library.
 *
 * Suite ecdsa-p256-sha256. Certificates chain to one root that the office trusts, with a CRL;
 * subject: O=yidi, OU=role ("acceptance", "registry", "production" or "directory authority"),
 * CN=office code (or the authority's name).
 */
#ifndef IO_SIGNATURE_H
#define IO_SIGNATURE_H

#include "common/core/auto.h"
#include "common/core/bytes.h"
#include "common/core/refusal.h"
#include "common/core/result.h"

enum { SIGNATURE_BYTES_MAX = 80, SIGNATURE_NAME_BYTES = 91 };
#define SIGNATURE_SUITE "ecdsa-p256-sha256"

struct signing_key;
struct certificate;
struct trust_root;

/* SHA-256 of the concatenated parts; a merkle_hash_fn. */
void signature_digest(const struct bytes *parts, size_t part_count, struct digest *ret_digest);
void signature_digest_one(struct bytes data, struct digest *ret_digest);

/* Random bytes of the operating system. Aborts when it has none. */
void signature_random(void *ret_bytes, size_t size);

/* Private keys: PEM PKCS#8 files, refused (KEY_INVALID) when readable by others, not P-256, or
 * FILE_UNREADABLE. */
enum result signing_key_load(const char *path, struct signing_key **ret_key,
                             struct refusal *ret_refusal) MUST_CHECK;
/* Make a key and write it, mode 0600; never overwrites. */
enum result signing_key_create(const char *path, struct signing_key **ret_key,
                               struct refusal *ret_refusal) MUST_CHECK;
void signing_key_destroy(struct signing_key *key);

/* ECDSA over SHA-256 of the message, DER. */
enum result signing_key_sign(const struct signing_key *key, struct bytes message,
                             uint8_t ret_signature[SIGNATURE_BYTES_MAX],
                             size_t *ret_size) MUST_CHECK;

/* True when the certificate is for this key. */
bool signing_key_matches(const struct signing_key *key, const struct certificate *certificate);

/* ERR_DAMAGED: not exactly one certificate, a key of another suite, or a subject with two names. */
enum result certificate_decode(struct bytes der, struct certificate **ret_certificate) MUST_CHECK;
/* PEM or DER file. */
enum result certificate_load(const char *path, struct certificate **ret_certificate,
                             struct refusal *ret_refusal) MUST_CHECK;
void certificate_destroy(struct certificate *certificate);
/* DER bytes, borrowed from the certificate. */
struct bytes certificate_der(const struct certificate *certificate);
/* DER SubjectPublicKeyInfo, borrowed. */
struct bytes certificate_public_key(const struct certificate *certificate);
/* Subject CN and OU, borrowed; empty when absent. */
const char *certificate_name(const struct certificate *certificate);
const char *certificate_unit(const struct certificate *certificate);
/* Unix time of the first and the last moment at which it is in date. */
uint64_t certificate_begins_ms(const struct certificate *certificate);
uint64_t certificate_ends_ms(const struct certificate *certificate);
/* OK or ERR_FORGED. */
enum result certificate_verify(const struct certificate *certificate, struct bytes message,
                               struct bytes signature) MUST_CHECK;

/* The root certificate and the CRL (PEM, signed by the root; path may be NULL: nothing is revoked).
 */
enum result trust_root_load(const char *root_path, const char *crl_path,
                            struct trust_root **ret_root, struct refusal *ret_refusal) MUST_CHECK;
void trust_root_destroy(struct trust_root *root);
/* When the CRL must have been replaced by a newer one; 0 when there is none. */
uint64_t trust_root_crl_ends_ms(const struct trust_root *root);
/* Since when the list revokes a certificate, Unix; UINT64_MAX when it does not. What was signed
 * before still verifies. */
uint64_t trust_root_revoked_ms(const struct trust_root *root,
                               const struct certificate *certificate);

/* Is the certificate a signer's, issued by the root, in date at now_ms (Unix), and not in the CRL?
 * OK or CERTIFICATE_INVALID; also when the CRL has expired by now_ms. A CRL newer than now_ms
 * counts. */
enum result trust_root_check(const struct trust_root *root, const struct certificate *certificate,
                             uint64_t now_ms, struct refusal *ret_refusal) MUST_CHECK;

/* For yidictl keys: a self-signed root; a certificate for a public key signed by it; a CRL over
 * serials of given certificates. Files are PEM, written atomically; certificates never overwrite.
 */
enum result certificate_create_root(const struct signing_key *key, const char *name, unsigned days,
                                    const char *path, struct refusal *ret_refusal) MUST_CHECK;
struct certificate_request {
    const char *name; /* CN */
    const char *unit; /* OU */
    unsigned days;    /* valid from an hour ago */
    const char *path; /* out, PEM */
};
enum result certificate_create(const struct signing_key *subject,
                               const struct certificate_request *request,
                               const struct signing_key *root_key, const struct certificate *root,
                               struct refusal *ret_refusal) MUST_CHECK;
/* Write a CRL that lists the revoked certificates, valid for days, and everything that the CRL now
 * at path lists. revoked_count may be 0. CERTIFICATE_INVALID when the root has not issued one of
 * them or has not signed the CRL at path. */
enum result certificate_create_crl(const struct certificate *const *revoked, size_t revoked_count,
                                   unsigned days, const struct signing_key *root_key,
                                   const struct certificate *root, const char *path,
                                   struct refusal *ret_refusal) MUST_CHECK;

DEFINE_AUTO(signing_key, struct signing_key *, signing_key_destroy)
DEFINE_AUTO(certificate, struct certificate *, certificate_destroy)
DEFINE_AUTO(trust_root, struct trust_root *, trust_root_destroy)

#endif
