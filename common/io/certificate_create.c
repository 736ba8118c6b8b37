/* SPDX-License-Identifier: Apache-2.0
 *
 * Making the certificates and revocation lists of signature.h; for the holder of the root key.
 */
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "common/io/file.h"
#include "common/io/signature_openssl.h"

enum { SERIAL_BYTES = 16, CERTIFICATE_VERSION_3 = 2, CRL_VERSION_2 = 1, AN_HOUR_SECONDS = 3600 };

struct extension {
    int kind;
    const char *value;
};

static const struct extension root_extensions[] = {
    { NID_basic_constraints, "critical,CA:TRUE,pathlen:0" },
    { NID_key_usage, "critical,keyCertSign,cRLSign" },
    { NID_subject_key_identifier, "hash" },
    { 0, NULL },
};

static const struct extension signer_extensions[] = {
    { NID_basic_constraints, "critical,CA:FALSE" },
    { NID_key_usage, "critical,digitalSignature" },
    { NID_subject_key_identifier, "hash" },
    { NID_authority_key_identifier, "keyid:always" },
    { 0, NULL },
};

/* The library failed at something that no input explains. */
static enum result
library_failed(void)
{
    ERR_clear_error();
    return ERR_IO;
}

static bool
set_serial(X509 *x509)
{
    uint8_t bytes[SERIAL_BYTES];
    signature_random(bytes, sizeof bytes);
    bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40); /* positive, and always as long */

    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool set = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) != NULL;
    BN_free(number);
    return set;
}

static bool
add_name(X509_NAME *subject, int kind, const char *text)
{
    return text == NULL || X509_NAME_add_entry_by_NID(subject, kind, MBSTRING_UTF8,
                                                      (const unsigned char *)text, -1, -1, 0) == 1;
}

static bool
set_subject(X509 *x509, const char *name, const char *unit)
{
    X509_NAME *subject = X509_get_subject_name(x509);
    return add_name(subject, NID_organizationName, "yidi") &&
           add_name(subject, NID_organizationalUnitName, unit) &&
           add_name(subject, NID_commonName, name);
}

static bool
set_dates(X509 *x509, unsigned days)
{
    return X509_time_adj_ex(X509_getm_notBefore(x509), 0, -AN_HOUR_SECONDS, NULL) != NULL &&
           X509_time_adj_ex(X509_getm_notAfter(x509), (int)days, 0, NULL) != NULL;
}

static bool
add_extensions(X509 *x509, X509 *issuer, const struct extension *extensions)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, x509, NULL, NULL, 0);

    for (const struct extension *each = extensions; each->value != NULL; each++) {
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, each->kind, each->value);
        bool added = extension != NULL && X509_add_ext(x509, extension, -1) == 1;
        X509_EXTENSION_free(extension);
        if (!added)
            return false;
    }
    return true;
}

/* issuer NULL: self-signed. */
static X509 *
make_x509(const struct signing_key *subject, const struct certificate_request *request,
          const struct signing_key *issuer_key, X509 *issuer)
{
    AUTO(x509) X509 *x509 = X509_new();

    if (x509 == NULL || X509_set_version(x509, CERTIFICATE_VERSION_3) != 1 || !set_serial(x509) ||
        !set_subject(x509, request->name, request->unit) || !set_dates(x509, request->days) ||
        X509_set_pubkey(x509, subject->pair) != 1)
        return NULL;
    if (X509_set_issuer_name(x509, X509_get_subject_name(issuer == NULL ? x509 : issuer)) != 1 ||
        !add_extensions(x509, issuer == NULL ? x509 : issuer,
                        issuer == NULL ? root_extensions : signer_extensions) ||
        X509_sign(x509, issuer_key->pair, EVP_sha256()) <= 0)
        return NULL;
    return MOVE(x509);
}

static enum result
write_x509(X509 *x509, const char *path, struct refusal *ret_refusal)
{
    AUTO(bio) BIO *text = BIO_new(BIO_s_mem());
    char *data;

    if (text == NULL || PEM_write_bio_X509(text, x509) != 1)
        return library_failed();
    long size = BIO_get_mem_data(text, &data);
    return file_write(path, bytes_of(data, (size_t)size), 0644, FILE_NEW, ret_refusal);
}

static enum result
create(const struct signing_key *subject, const struct certificate_request *request,
       const struct signing_key *issuer_key, X509 *issuer, struct refusal *ret_refusal)
{
    AUTO(x509) X509 *x509 = make_x509(subject, request, issuer_key, issuer);
    if (x509 == NULL) {
        ERR_clear_error();
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, request->path,
                      "no certificate can be made for that name and time");
    }
    return write_x509(x509, request->path, ret_refusal);
}

static enum result
check_root_key(const struct signing_key *root_key, const struct certificate *root,
               struct refusal *ret_refusal)
{
    if (signing_key_matches(root_key, root))
        return OK;
    return refuse(ret_refusal, REFUSAL_KEY_INVALID, "root", "not the key of the root certificate");
}

enum result
certificate_create_root(const struct signing_key *key, const char *name, unsigned days,
                        const char *path, struct refusal *ret_refusal)
{
    const struct certificate_request request = { .name = name, .days = days, .path = path };
    return create(key, &request, key, NULL, ret_refusal);
}

enum result
certificate_create(const struct signing_key *subject, const struct certificate_request *request,
                   const struct signing_key *root_key, const struct certificate *root,
                   struct refusal *ret_refusal)
{
    if (check_root_key(root_key, root, ret_refusal) != OK)
        return ERR_REFUSED;
    return create(subject, request, root_key, root->x509, ret_refusal);
}

/* --- revocation lists --- */

/* The list that the new one continues; stays NULL when there is none. */
static enum result
load_former(const char *path, const struct certificate *root, X509_CRL **ret_former,
            struct refusal *ret_refusal)
{
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return OK;
    return openssl_load_crl(path, root->x509, ret_former, ret_refusal);
}

static bool
add_former(X509_CRL *crl, X509_CRL *former)
{
    STACK_OF(X509_REVOKED) *entries = former == NULL ? NULL : X509_CRL_get_REVOKED(former);

    for (int i = 0; i < sk_X509_REVOKED_num(entries); i++) {
        X509_REVOKED *copy = X509_REVOKED_dup(sk_X509_REVOKED_value(entries, i));
        if (copy == NULL || X509_CRL_add0_revoked(crl, copy) != 1) {
            X509_REVOKED_free(copy);
            return false;
        }
    }
    return true;
}

static bool
add_revoked(X509_CRL *crl, const struct certificate *certificate)
{
    X509_REVOKED *known = NULL;
    const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate->x509);
    if (X509_CRL_get0_by_serial(crl, &known, serial) != 0)
        return true;

    X509_REVOKED *entry = X509_REVOKED_new();
    if (entry != NULL &&
        X509_REVOKED_set_serialNumber(entry, (ASN1_INTEGER *)(uintptr_t)serial) == 1 &&
        X509_REVOKED_set_revocationDate(
            entry, (ASN1_TIME *)(uintptr_t)X509_CRL_get0_lastUpdate(crl)) == 1 &&
        X509_CRL_add0_revoked(crl, entry) == 1)
        return true;
    X509_REVOKED_free(entry);
    return false;
}

static bool
set_number(X509_CRL *crl, X509_CRL *former)
{
    int64_t value = 0;
    ASN1_INTEGER *number =
        former == NULL ? NULL : X509_CRL_get_ext_d2i(former, NID_crl_number, NULL, NULL);
    if (number == NULL)
        number = ASN1_INTEGER_new();
    else if (ASN1_INTEGER_get_int64(&value, number) != 1 || value < 0 || value == INT64_MAX)
        value = 0;
    bool set = number != NULL && ASN1_INTEGER_set_int64(number, value + 1) == 1 &&
               X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0) == 1;
    ASN1_INTEGER_free(number);
    return set;
}

/* An empty list of the root, from now on for so many days. */
static X509_CRL *
begin_crl(unsigned days, const struct certificate *root)
{
    AUTO(x509_crl) X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *now = X509_time_adj_ex(NULL, 0, 0, NULL);
    ASN1_TIME *next = X509_time_adj_ex(NULL, (int)days, 0, NULL);

    bool begun = crl != NULL && now != NULL && next != NULL &&
                 X509_CRL_set_version(crl, CRL_VERSION_2) == 1 &&
                 X509_CRL_set_issuer_name(crl, X509_get_subject_name(root->x509)) == 1 &&
                 X509_CRL_set1_lastUpdate(crl, now) == 1 &&
                 X509_CRL_set1_nextUpdate(crl, next) == 1;
    ASN1_TIME_free(now);
    ASN1_TIME_free(next);
    return begun ? MOVE(crl) : NULL;
}

static enum result
write_crl(X509_CRL *crl, const char *path, struct refusal *ret_refusal)
{
    AUTO(bio) BIO *text = BIO_new(BIO_s_mem());
    char *data;

    if (text == NULL || PEM_write_bio_X509_CRL(text, crl) != 1)
        return library_failed();
    long size = BIO_get_mem_data(text, &data);
    return file_write(path, bytes_of(data, (size_t)size), 0644, FILE_REPLACE, ret_refusal);
}

static enum result
check_issued(const struct certificate *certificate, const struct certificate *root,
             struct refusal *ret_refusal)
{
    bool issued = X509_verify(certificate->x509, root->key) == 1;
    ERR_clear_error();
    if (issued)
        return OK;
    return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, certificate->name,
                  "the certificate is not issued by the root");
}

enum result
certificate_create_crl(const struct certificate *const *revoked, size_t revoked_count,
                       unsigned days, const struct signing_key *root_key,
                       const struct certificate *root, const char *path,
                       struct refusal *ret_refusal)
{
    AUTO(x509_crl) X509_CRL *former = NULL;
    if (check_root_key(root_key, root, ret_refusal) != OK)
        return ERR_REFUSED;
    enum result result = load_former(path, root, &former, ret_refusal);
    for (size_t i = 0; i < revoked_count && result == OK; i++)
        result = check_issued(revoked[i], root, ret_refusal);
    if (result != OK)
        return result;

    AUTO(x509_crl) X509_CRL *crl = begin_crl(days, root);
    if (crl == NULL || !add_former(crl, former) || !set_number(crl, former))
        return library_failed();
    for (size_t i = 0; i < revoked_count; i++)
        if (!add_revoked(crl, revoked[i]))
            return library_failed();
    if (X509_CRL_sort(crl) != 1 || X509_CRL_sign(crl, root_key->pair, EVP_sha256()) <= 0)
        return library_failed();
    return write_crl(crl, path, ret_refusal);
}
