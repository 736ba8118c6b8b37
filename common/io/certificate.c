/* SPDX-License-Identifier: Apache-2.0
 *
 * The certificates and the trust root of signature.h.
 */
#include <limits.h>
#include <time.h>

#include "common/io/file.h"
#include "common/io/signature_openssl.h"

struct trust_root {
    X509_STORE *store;
    X509_CRL *crl; /* NULL when none was given */
};

static const uint64_t time_ms_max = 253402300799000; /* 9999-12-31, the last that X.509 can say */

uint64_t
openssl_time_ms(const ASN1_TIME *time)
{
    struct tm parts;
    if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1)
        return 0;
    time_t seconds = timegm(&parts);
    return seconds < 0 ? 0 : (uint64_t)seconds * 1000;
}

/* One part of the subject; empty when absent. Two of a kind, or a hidden terminator, would let two
 * readers see two names. */
static enum result
read_subject(X509 *x509, int kind, char ret_text[SIGNATURE_NAME_BYTES])
{
    const X509_NAME *subject = X509_get_subject_name(x509);
    unsigned char *text = NULL;
    int at = X509_NAME_get_index_by_NID(subject, kind, -1);

    ret_text[0] = '\0';
    if (at < 0)
        return OK;
    if (X509_NAME_get_index_by_NID(subject, kind, at) >= 0)
        return ERR_DAMAGED;
    int size =
        ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    bool usable = size > 0 && size < SIGNATURE_NAME_BYTES && memchr(text, 0, (size_t)size) == NULL;
    if (usable)
        snprintf(ret_text, SIGNATURE_NAME_BYTES, "%.*s", size, (const char *)text);
    OPENSSL_free(text);
    return usable ? OK : ERR_DAMAGED;
}

/* Fill in what is read out of the X.509 certificate, which the certificate owns already. */
static enum result
read_certificate(struct certificate *certificate)
{
    X509 *x509 = certificate->x509;

    certificate->key = X509_get0_pubkey(x509);
    if (!openssl_key_is_p256(certificate->key))
        return ERR_DAMAGED;
    int der_size = i2d_X509(x509, &certificate->der);
    int key_size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &certificate->public_key);
    if (der_size <= 0 || key_size <= 0)
        return ERR_DAMAGED;
    certificate->der_size = (size_t)der_size;
    certificate->public_key_size = (size_t)key_size;
    certificate->begins_ms = openssl_time_ms(X509_get0_notBefore(x509));
    certificate->ends_ms = openssl_time_ms(X509_get0_notAfter(x509));
    if (read_subject(x509, NID_commonName, certificate->name) != OK)
        return ERR_DAMAGED;
    return read_subject(x509, NID_organizationalUnitName, certificate->unit);
}

static enum result
wrap_x509(X509 **take_x509, struct certificate **ret_certificate)
{
    AUTO(certificate) struct certificate *certificate = calloc(1, sizeof *certificate);
    if (certificate == NULL)
        return ERR_MEMORY;
    certificate->x509 = MOVE(*take_x509);
    enum result result = read_certificate(certificate);
    ERR_clear_error();
    if (result == OK)
        *ret_certificate = MOVE(certificate);
    return result;
}

static X509 *
decode_x509(struct bytes der)
{
    const unsigned char *end = der.data;
    if (der.size == 0 || der.size > KEY_FILE_BYTES_MAX)
        return NULL;
    AUTO(x509) X509 *x509 = d2i_X509(NULL, &end, (long)der.size);
    ERR_clear_error();
    return x509 != NULL && end == der.data + der.size ? MOVE(x509) : NULL;
}

enum result
certificate_decode(struct bytes der, struct certificate **ret_certificate)
{
    AUTO(x509) X509 *x509 = decode_x509(der);
    return x509 == NULL ? ERR_DAMAGED : wrap_x509(&x509, ret_certificate);
}

enum result
openssl_load_x509(const char *path, X509 **ret_x509, struct refusal *ret_refusal)
{
    AUTO(heap) uint8_t *data = NULL;
    size_t size;
    enum result result = file_read(path, KEY_FILE_BYTES_MAX, &data, &size, ret_refusal);
    if (result != OK)
        return result;

    X509 *x509 = decode_x509(bytes_of(data, size));
    AUTO(bio) BIO *source = BIO_new_mem_buf(data, (int)size);
    if (x509 == NULL && source != NULL)
        x509 = PEM_read_bio_X509(source, NULL, openssl_no_pass_phrase, NULL);
    ERR_clear_error();
    if (x509 == NULL)
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, path,
                      "not an X.509 certificate in PEM or DER");
    *ret_x509 = x509;
    return OK;
}

enum result
certificate_load(const char *path, struct certificate **ret_certificate,
                 struct refusal *ret_refusal)
{
    AUTO(x509) X509 *x509 = NULL;
    enum result result = openssl_load_x509(path, &x509, ret_refusal);
    if (result == OK)
        result = wrap_x509(&x509, ret_certificate);
    if (result == ERR_DAMAGED)
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, path,
                      "the key is not of curve P-256, or the subject cannot be read");
    return result;
}

void
certificate_destroy(struct certificate *certificate)
{
    if (certificate == NULL)
        return;
    X509_free(certificate->x509);
    OPENSSL_free(certificate->der);
    OPENSSL_free(certificate->public_key);
    free(certificate);
}

struct bytes
certificate_der(const struct certificate *certificate)
{
    return bytes_of(certificate->der, certificate->der_size);
}

struct bytes
certificate_public_key(const struct certificate *certificate)
{
    return bytes_of(certificate->public_key, certificate->public_key_size);
}

const char *
certificate_name(const struct certificate *certificate)
{
    return certificate->name;
}

const char *
certificate_unit(const struct certificate *certificate)
{
    return certificate->unit;
}

uint64_t
certificate_begins_ms(const struct certificate *certificate)
{
    return certificate->begins_ms;
}

uint64_t
certificate_ends_ms(const struct certificate *certificate)
{
    return certificate->ends_ms;
}

enum result
certificate_verify(const struct certificate *certificate, struct bytes message,
                   struct bytes signature)
{
    AUTO(evp_md_ctx) EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL)
        return ERR_MEMORY;
    bool holds =
        EVP_DigestVerifyInit_ex(context, NULL, "SHA2-256", NULL, NULL, certificate->key, NULL) ==
            1 &&
        EVP_DigestVerify(context, signature.data, signature.size, message.data, message.size) == 1;
    ERR_clear_error();
    return holds ? OK : ERR_FORGED;
}

/* --- the root --- */

enum result
openssl_load_crl(const char *path, X509 *issuer, X509_CRL **ret_crl, struct refusal *ret_refusal)
{
    AUTO(heap) uint8_t *text = NULL;
    size_t size;
    enum result result = file_read(path, CRL_FILE_BYTES_MAX, &text, &size, ret_refusal);
    if (result != OK)
        return result;

    AUTO(bio) BIO *source = BIO_new_mem_buf(text, (int)size);
    AUTO(x509_crl) X509_CRL *crl = NULL;
    if (source != NULL)
        crl = PEM_read_bio_X509_CRL(source, NULL, openssl_no_pass_phrase, NULL);
    ERR_clear_error();
    if (crl == NULL)
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, path, "not a PEM revocation list");
    bool signed_by_issuer =
        X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(issuer)) == 0 &&
        X509_CRL_verify(crl, X509_get0_pubkey(issuer)) == 1;
    ERR_clear_error();
    if (!signed_by_issuer)
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, path,
                      "the revocation list is not signed by the root");
    if (openssl_time_ms(X509_CRL_get0_nextUpdate(crl)) == 0)
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, path,
                      "the revocation list does not say until when it counts");
    *ret_crl = MOVE(crl);
    return OK;
}

/* The list that we have knows more than one of the time that is asked about: a list from after that
 * time is no fault. Since when a certificate is revoked, trust_root_check asks itself. */
static int
allow_newer_list(int is_fine, X509_STORE_CTX *context)
{
    int error = X509_STORE_CTX_get_error(context);
    if (is_fine || (error != X509_V_ERR_CRL_NOT_YET_VALID && error != X509_V_ERR_CERT_REVOKED))
        return is_fine;
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

static enum result
fill_store(struct trust_root *root, X509 *x509)
{
    root->store = X509_STORE_new();
    if (root->store == NULL || X509_STORE_add_cert(root->store, x509) != 1)
        return ERR_MEMORY;
    X509_STORE_set_verify_cb(root->store, allow_newer_list);
    if (root->crl == NULL)
        return OK;
    if (X509_STORE_add_crl(root->store, root->crl) != 1 ||
        X509_STORE_set_flags(root->store, X509_V_FLAG_CRL_CHECK) != 1)
        return ERR_MEMORY;
    return OK;
}

enum result
trust_root_load(const char *root_path, const char *crl_path, struct trust_root **ret_root,
                struct refusal *ret_refusal)
{
    AUTO(x509) X509 *x509 = NULL;
    AUTO(trust_root) struct trust_root *root = calloc(1, sizeof *root);
    if (root == NULL)
        return ERR_MEMORY;
    enum result result = openssl_load_x509(root_path, &x509, ret_refusal);
    if (result != OK)
        return result;
    bool is_root = X509_check_ca(x509) == 1 && X509_self_signed(x509, 1) == 1;
    ERR_clear_error();
    if (!is_root)
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, root_path,
                      "not the self-signed certificate of a certificate authority");
    if (crl_path != NULL)
        result = openssl_load_crl(crl_path, x509, &root->crl, ret_refusal);
    if (result == OK)
        result = fill_store(root, x509);
    if (result == OK)
        *ret_root = MOVE(root);
    return result;
}

void
trust_root_destroy(struct trust_root *root)
{
    if (root == NULL)
        return;
    X509_STORE_free(root->store);
    X509_CRL_free(root->crl);
    free(root);
}

uint64_t
trust_root_crl_ends_ms(const struct trust_root *root)
{
    return root->crl == NULL ? 0 : openssl_time_ms(X509_CRL_get0_nextUpdate(root->crl));
}

/* OpenSSL's words for what an administrator meets, in ours; the others stay as they are. */
static const char *
fault_in_words(int error, int depth)
{
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return depth == 0 ? "the certificate has expired" : "the root certificate has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return depth == 0 ? "the certificate is not yet valid"
                          : "the root certificate is not yet valid";
    case X509_V_ERR_CERT_REVOKED:
        return "the certificate is revoked";
    case X509_V_ERR_CRL_HAS_EXPIRED:
        return "the revocation list has expired; a newer one must be fetched";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return "the certificate is not issued by the root";
    default:
        return X509_verify_cert_error_string(error);
    }
}

static bool
is_for_signing(X509 *x509)
{
    return X509_check_ca(x509) == 0 && (X509_get_extension_flags(x509) & EXFLAG_KUSAGE) != 0 &&
           (X509_get_key_usage(x509) & KU_DIGITAL_SIGNATURE) != 0;
}

uint64_t
trust_root_revoked_ms(const struct trust_root *root, const struct certificate *certificate)
{
    X509_REVOKED *entry = NULL;
    if (root->crl == NULL || X509_CRL_get0_by_cert(root->crl, &entry, certificate->x509) != 1)
        return UINT64_MAX;
    return openssl_time_ms(X509_REVOKED_get0_revocationDate(entry));
}

enum result
trust_root_check(const struct trust_root *root, const struct certificate *certificate,
                 uint64_t now_ms, struct refusal *ret_refusal)
{
    static const char field[] = "certificate";

    if (now_ms > time_ms_max)
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, field, "the time is no time");
    if (!is_for_signing(certificate->x509))
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, field,
                      "the certificate is not for signing");
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    if (context == NULL ||
        X509_STORE_CTX_init(context, root->store, certificate->x509, NULL) != 1) {
        X509_STORE_CTX_free(context);
        return ERR_MEMORY;
    }
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), (time_t)(now_ms / 1000));
    bool holds = X509_verify_cert(context) == 1;
    int error = X509_STORE_CTX_get_error(context);
    int depth = X509_STORE_CTX_get_error_depth(context);
    X509_STORE_CTX_free(context);
    ERR_clear_error();
    if (holds && now_ms >= trust_root_revoked_ms(root, certificate))
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, field, "%s",
                      fault_in_words(X509_V_ERR_CERT_REVOKED, 0));
    if (holds)
        return OK;
    return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, field, "%s",
                  fault_in_words(error, depth));
}
