/* SPDX-License-Identifier: Apache-2.0
 *
 * transport_key - CURVE key files for link.h, in the text form that czmq's zcert writes and reads.
 *
 *     curve
 *         public-key = "<40 characters of Z85>"
 *         secret-key = "<40 characters of Z85>"
 *
 * Read line by line here: a Z85 text may hold a #, and zconfig would take what it does not know.
 */
#include <stdio.h>
#include <zmq.h>

#include "common/core/bytes.h"
#include "common/io/file.h"
#include "common/io/link.h"

enum { KEY_TEXT_CHARS = 40, FILE_BYTES_MAX = 4096 };

static enum result
refuse_key(struct refusal *ret_refusal, const char *path, const char *rule)
{
    return refuse(ret_refusal, REFUSAL_KEY_INVALID, path, "%s", rule);
}

enum result
transport_key_create(const char *path, uint8_t ret_public[TRANSPORT_KEY_BYTES],
                     struct refusal *ret_refusal)
{
    char public_text[KEY_TEXT_CHARS + 1], secret_text[KEY_TEXT_CHARS + 1], text[512];
    if (zmq_curve_keypair(public_text, secret_text) != 0)
        return ERR_IO;
    int size = snprintf(text, sizeof text,
                        "#   Secret CURVE key of a yidi office.\n"
                        "#   Give this file to nobody, and do not change its permissions.\n\n"
                        "metadata\n"
                        "curve\n"
                        "    public-key = \"%s\"\n"
                        "    secret-key = \"%s\"\n",
                        public_text, secret_text);
    enum result result =
        file_write(path, bytes_of(text, (size_t)size), 0600, FILE_NEW, ret_refusal);
    if (result == OK && zmq_z85_decode(ret_public, public_text) == NULL)
        result = ERR_IO;
    explicit_bzero(secret_text, sizeof secret_text);
    explicit_bzero(text, sizeof text);
    return result;
}

/* The 40 characters in quotes behind the name, which must stand on one line only. */
static bool
find_key(const char *text, const char *name, char ret_key_text[KEY_TEXT_CHARS + 1])
{
    unsigned found_count = 0;
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += strspn(line, " \t\r\n");
        char key[KEY_TEXT_CHARS + 1] = "";
        char quote = '\0';
        if (strncmp(line, name, strlen(name)) != 0)
            continue;
        found_count++;
        if (sscanf(line + strlen(name), " = \"%40[^\"\n]%c", key, &quote) != 2 || quote != '"' ||
            strlen(key) != KEY_TEXT_CHARS)
            return false;
        memcpy(ret_key_text, key, sizeof key);
    }
    return found_count == 1;
}

static enum result
read_keys(const char *text, const char *path, uint8_t ret_public[TRANSPORT_KEY_BYTES],
          uint8_t ret_secret[TRANSPORT_KEY_BYTES], struct refusal *ret_refusal)
{
    char public_text[KEY_TEXT_CHARS + 1], secret_text[KEY_TEXT_CHARS + 1];
    char derived_text[KEY_TEXT_CHARS + 1];
    enum result result = OK;
    if (!find_key(text, "public-key", public_text) || !find_key(text, "secret-key", secret_text))
        result = refuse_key(ret_refusal, path,
                            "one line public-key = \"...\" and one secret-key = \"...\", "
                            "40 characters each");
    else if (zmq_z85_decode(ret_secret, secret_text) == NULL ||
             zmq_z85_decode(ret_public, public_text) == NULL)
        result = refuse_key(ret_refusal, path, "keys written in Z85");
    else if (zmq_curve_public(derived_text, secret_text) != 0 ||
             strcmp(derived_text, public_text) != 0)
        result = refuse_key(ret_refusal, path, "a public key that belongs to the secret key");
    explicit_bzero(secret_text, sizeof secret_text);
    return result;
}

enum result
transport_key_load(const char *path, uint8_t ret_public[TRANSPORT_KEY_BYTES],
                   uint8_t ret_secret[TRANSPORT_KEY_BYTES], struct refusal *ret_refusal)
{
    AUTO(heap) uint8_t *text = NULL;
    size_t size = 0;
    uint8_t public_key[TRANSPORT_KEY_BYTES], secret_key[TRANSPORT_KEY_BYTES];
    enum result result = file_read_secret(path, FILE_BYTES_MAX, &text, &size, ret_refusal);
    if (result != OK)
        return result;
    result = read_keys((const char *)text, path, public_key, secret_key, ret_refusal);
    if (result == OK) {
        memcpy(ret_public, public_key, sizeof public_key);
        memcpy(ret_secret, secret_key, sizeof secret_key);
    }
    explicit_bzero(text, size);
    explicit_bzero(secret_key, sizeof secret_key);
    return result;
}
