/* SPDX-License-Identifier: Apache-2.0
 *
 * signature_openssl - what signature.c, certificate.c and certificate_create.c share: OpenSSL, and
 * what stands behind the opaque types of signature.h.
 *
 * The one place that includes OpenSSL. No other file includes this one.
 */
#ifndef IO_SIGNATURE_OPENSSL_H
#define IO_SIGNATURE_OPENSSL_H

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "common/io/signature.h"

enum { KEY_FILE_BYTES_MAX = 64 * 1024, CRL_FILE_BYTES_MAX = 64 * 1024 * 1024 };

struct signing_key {
    EVP_PKEY *pair;
};

struct certificate {
    X509 *x509;
    EVP_PKEY *key; /* borrowed from x509 */
    uint8_t *der;
    size_t der_size;
    uint8_t *public_key; /* DER SubjectPublicKeyInfo */
    size_t public_key_size;
    uint64_t begins_ms;
    uint64_t ends_ms;
    char name[SIGNATURE_NAME_BYTES];
    char unit[SIGNATURE_NAME_BYTES];
};

DEFINE_AUTO(bio, BIO *, BIO_free_all)
DEFINE_AUTO(evp_pkey, EVP_PKEY *, EVP_PKEY_free)
DEFINE_AUTO(evp_md_ctx, EVP_MD_CTX *, EVP_MD_CTX_free)
DEFINE_AUTO(x509, X509 *, X509_free)
DEFINE_AUTO(x509_crl, X509_CRL *, X509_CRL_free)

/* A PEM callback that never asks a terminal for a pass phrase. */
int openssl_no_pass_phrase(char *buffer, int size, int writing, void *context);

/* Is it a key of suite ecdsa-p256-sha256? */
bool openssl_key_is_p256(const EVP_PKEY *key);

/* Unix time; 0 when before 1970 or not a time. */
uint64_t openssl_time_ms(const ASN1_TIME *time);

/* A certificate file, PEM or DER. */
enum result openssl_load_x509(const char *path, X509 **ret_x509,
                              struct refusal *ret_refusal) MUST_CHECK;

/* A PEM file with a CRL that this issuer has signed; FILE_UNREADABLE or CERTIFICATE_INVALID. */
enum result openssl_load_crl(const char *path, X509 *issuer, X509_CRL **ret_crl,
                             struct refusal *ret_refusal) MUST_CHECK;

#endif
