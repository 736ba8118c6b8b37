/* SPDX-License-Identifier: Apache-2.0
 *
 * Digests, random bytes and private keys; certificates are in certificate.c.
 */
#include "common/io/signature.h"

#include <errno.h>
#include <pthread.h>
#include <sys/random.h>

#include "common/core/require.h"
#include "common/io/file.h"
#include "common/io/signature_openssl.h"

/* One digest context per thread: setting one up costs more than hashing a journal entry. */
static pthread_key_t digest_context;
static pthread_once_t digest_once = PTHREAD_ONCE_INIT;

static void
free_digest_context(void *context)
{
    EVP_MD_CTX_free(context);
}

static void
prepare_digests(void)
{
    REQUIRE(pthread_key_create(&digest_context, free_digest_context) == 0);
}

static EVP_MD_CTX *
take_digest_context(void)
{
    pthread_once(&digest_once, prepare_digests);
    EVP_MD_CTX *context = pthread_getspecific(digest_context);
    if (context != NULL) {
        REQUIRE(EVP_DigestInit_ex2(context, NULL, NULL) == 1);
        return context;
    }
    EVP_MD *algorithm = EVP_MD_fetch(NULL, "SHA2-256", NULL);
    context = EVP_MD_CTX_new();
    /* A machine that cannot hash can prove nothing: nobody could go on. */
    REQUIRE(algorithm != NULL && context != NULL);
    REQUIRE(EVP_DigestInit_ex2(context, algorithm, NULL) == 1);
    REQUIRE(pthread_setspecific(digest_context, context) == 0);
    EVP_MD_free(algorithm); /* the context has its own reference */
    return context;
}

void
signature_digest(const struct bytes *parts, size_t part_count, struct digest *ret_digest)
{
    EVP_MD_CTX *context = take_digest_context();

    for (size_t i = 0; i < part_count; i++)
        REQUIRE(EVP_DigestUpdate(context, parts[i].data, parts[i].size) == 1);
    REQUIRE(EVP_DigestFinal_ex(context, ret_digest->bytes, NULL) == 1);
}

void
signature_digest_one(struct bytes data, struct digest *ret_digest)
{
    signature_digest(&data, 1, ret_digest);
}

void
signature_random(void *ret_bytes, size_t size)
{
    uint8_t *out = ret_bytes;

    while (size > 0) {
        ssize_t got = getrandom(out, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        REQUIRE(got > 0);
        out += got;
        size -= (size_t)got;
    }
}

int
openssl_no_pass_phrase(char *buffer, int size, int writing, void *context)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

bool
openssl_key_is_p256(const EVP_PKEY *key)
{
    char group[64];

    return key != NULL && EVP_PKEY_is_a(key, "EC") == 1 &&
           EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1 &&
           OBJ_txt2nid(group) == NID_X9_62_prime256v1;
}

static enum result
wrap_key(EVP_PKEY **take_pair, struct signing_key **ret_key)
{
    struct signing_key *key = malloc(sizeof *key);
    if (key == NULL)
        return ERR_MEMORY;
    key->pair = MOVE(*take_pair);
    *ret_key = key;
    return OK;
}

enum result
signing_key_load(const char *path, struct signing_key **ret_key, struct refusal *ret_refusal)
{
    uint8_t *text;
    size_t size;
    enum result result = file_read_secret(path, KEY_FILE_BYTES_MAX, &text, &size, ret_refusal);
    if (result != OK)
        return result;

    AUTO(bio) BIO *source = BIO_new_mem_buf(text, (int)size);
    AUTO(evp_pkey) EVP_PKEY *pair = NULL;
    if (source != NULL)
        pair = PEM_read_bio_PrivateKey(source, NULL, openssl_no_pass_phrase, NULL);
    OPENSSL_cleanse(text, size);
    free(text);
    ERR_clear_error();
    if (pair == NULL)
        return refuse(ret_refusal, REFUSAL_KEY_INVALID, path,
                      "not a PEM private key without a pass phrase");
    if (!openssl_key_is_p256(pair))
        return refuse(ret_refusal, REFUSAL_KEY_INVALID, path, "not a key of curve P-256");
    return wrap_key(&pair, ret_key);
}

enum result
signing_key_create(const char *path, struct signing_key **ret_key, struct refusal *ret_refusal)
{
    AUTO(evp_pkey) EVP_PKEY *pair = EVP_EC_gen("P-256");
    AUTO(bio) BIO *text = BIO_new(BIO_s_secmem());
    char *data;

    if (pair == NULL || text == NULL ||
        PEM_write_bio_PKCS8PrivateKey(text, pair, NULL, NULL, 0, NULL, NULL) != 1) {
        ERR_clear_error();
        return ERR_IO;
    }
    long size = BIO_get_mem_data(text, &data);
    enum result result =
        file_write(path, bytes_of(data, (size_t)size), 0600, FILE_NEW, ret_refusal);
    return result == OK ? wrap_key(&pair, ret_key) : result;
}

void
signing_key_destroy(struct signing_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pair);
    free(key);
}

enum result
signing_key_sign(const struct signing_key *key, struct bytes message,
                 uint8_t ret_signature[SIGNATURE_BYTES_MAX], size_t *ret_size)
{
    AUTO(evp_md_ctx) EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t size = SIGNATURE_BYTES_MAX;

    if (context == NULL)
        return ERR_MEMORY;
    if (EVP_DigestSignInit_ex(context, NULL, "SHA2-256", NULL, NULL, key->pair, NULL) != 1 ||
        EVP_DigestSign(context, ret_signature, &size, message.data, message.size) != 1) {
        ERR_clear_error();
        return ERR_IO;
    }
    *ret_size = size;
    return OK;
}

bool
signing_key_matches(const struct signing_key *key, const struct certificate *certificate)
{
    return EVP_PKEY_eq(key->pair, certificate->key) == 1;
}
