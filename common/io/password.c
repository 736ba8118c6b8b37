/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/password.h"

#include <sodium.h>
#include <string.h>

#include "common/core/require.h"
#include "common/domain/text.h"

_Static_assert((int)crypto_pwhash_STRBYTES <= (int)PASSWORD_HASH_BYTES, "a hash fits");

enum { OPERATIONS = 2, MEMORY_BYTES = 64 * 1024 * 1024 };

/* Of a random password that nobody kept. */
#define NOBODY                                                                                     \
    "$argon2id$v=19$m=65536,t=2,p=1$WsQaUIHEGiii5r/+2KiqiA"                                        \
    "$EN0MK0xxQIJ5162n0V7Dn2popbXOe3qZ4CFVJKCM9s8"

enum result
password_check(const char *password, const char *operator_name, struct refusal *ret_refusal)
{
    size_t chars = 0;
    uint32_t code_point;
    const char *next = password;
    while (*next != '\0' && text_next(&next, &code_point) && code_point >= ' ')
        chars++;
    if (*next != '\0' || strlen(password) > PASSWORD_BYTES_MAX || chars < PASSWORD_CHARS_MIN)
        return refuse(ret_refusal, REFUSAL_PASSWORD_INVALID, "password",
                      "%d characters at least, %d bytes at most, on one line", PASSWORD_CHARS_MIN,
                      PASSWORD_BYTES_MAX);
    if (strcmp(password, operator_name) == 0)
        return refuse(ret_refusal, REFUSAL_PASSWORD_INVALID, "password",
                      "it must not be the name itself");
    return OK;
}

enum result
password_hash(const char *password, char ret_hash[PASSWORD_HASH_BYTES])
{
    char hash[crypto_pwhash_STRBYTES];
    REQUIRE(sodium_init() >= 0);
    if (crypto_pwhash_str_alg(hash, password, strlen(password), OPERATIONS, MEMORY_BYTES,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return ERR_MEMORY;
    memcpy(ret_hash, hash, sizeof hash);
    return OK;
}

bool
password_verify(const char *hash, const char *password)
{
    REQUIRE(sodium_init() >= 0);
    bool right =
        crypto_pwhash_str_verify(hash == NULL ? NOBODY : hash, password, strlen(password)) == 0;
    return right && hash != NULL;
}

bool
password_is_hash(const char *text)
{
    REQUIRE(sodium_init() >= 0);
    return strncmp(text, crypto_pwhash_argon2id_STRPREFIX,
                   strlen(crypto_pwhash_argon2id_STRPREFIX)) == 0 &&
           strlen(text) < crypto_pwhash_STRBYTES &&
           crypto_pwhash_str_needs_rehash(text, OPERATIONS, MEMORY_BYTES) == 0;
}

void
password_forget(void *text, size_t size)
{
    sodium_memzero(text, size);
}
