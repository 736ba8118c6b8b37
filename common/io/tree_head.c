/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/tree_head.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/core/base64.h"
#include "common/core/require.h"

enum {
    KEY_ID_BYTES = 4,
    SIGNED_PART_BYTES_MAX = KEY_ID_BYTES + SIGNATURE_BYTES_MAX,
    EPOCH_MAX = 1000000,
};

static const uint64_t size_max = (uint64_t)1 << 63;
static const char origin_prefix[] = "yidi/";
static const char signature_prefix[] = "\xe2\x80\x94 "; /* U+2014, em dash */

/* The signature line, taken apart. */
struct signature_line {
    uint8_t bytes[SIGNED_PART_BYTES_MAX]; /* key id, then the signature */
    size_t size;
    size_t text_chars; /* of the text that is signed */
};

static void
key_id(const struct certificate *certificate, uint8_t ret_id[KEY_ID_BYTES])
{
    struct digest digest;
    signature_digest_one(certificate_public_key(certificate), &digest);
    memcpy(ret_id, digest.bytes, KEY_ID_BYTES);
}

/* --- reading --- */

/* Each of these moves *at behind what it took, or leaves it and answers false. */

static bool
take_text(const char **at, const char *text)
{
    size_t size = strlen(text);
    if (strncmp(*at, text, size) != 0)
        return false;
    *at += size;
    return true;
}

static bool
take_number(const char **at, uint64_t minimum, uint64_t maximum, uint64_t *ret_number)
{
    const char *digit = *at;
    uint64_t number = 0;

    for (; *digit >= '0' && *digit <= '9'; digit++) {
        unsigned value = (unsigned)(*digit - '0');
        if (number > (UINT64_MAX - value) / 10 || (digit > *at && **at == '0'))
            return false;
        number = number * 10 + value;
    }
    if (digit == *at || number < minimum || number > maximum)
        return false;
    *at = digit;
    *ret_number = number;
    return true;
}

static bool
take_office(const char **at, char ret_office[OFFICE_CODE_CHARS + 1])
{
    for (size_t i = 0; i < OFFICE_CODE_CHARS; i++) {
        char letter = (*at)[i];
        if (!(letter >= '0' && letter <= '9') && !(letter >= 'A' && letter <= 'Z'))
            return false;
    }
    memcpy(ret_office, *at, OFFICE_CODE_CHARS);
    ret_office[OFFICE_CODE_CHARS] = '\0';
    *at += OFFICE_CODE_CHARS;
    return true;
}

/* Base64 up to the end of the line, which stays. */
static bool
take_base64(const char **at, uint8_t *ret_data, size_t data_bytes_max, size_t *ret_size)
{
    size_t chars = strcspn(*at, "\n");
    if (base64_decode(*at, chars, ret_data, data_bytes_max, ret_size) != OK)
        return false;
    *at += chars;
    return true;
}

static bool
take_head(const char **at, struct tree_head *head)
{
    uint64_t epoch;
    size_t root_bytes;

    if (!take_text(at, origin_prefix) || !take_office(at, head->office) || !take_text(at, "/") ||
        !take_number(at, 1, EPOCH_MAX, &epoch) || !take_text(at, "\n"))
        return false;
    head->epoch = (uint32_t)epoch;
    return take_number(at, 0, size_max, &head->size) && take_text(at, "\n") &&
           take_base64(at, head->root.bytes, DIGEST_BYTES, &root_bytes) &&
           root_bytes == DIGEST_BYTES && take_text(at, "\ntime ") &&
           take_number(at, 0, UINT64_MAX, &head->time_ms) &&
           take_text(at, "\nsuite " SIGNATURE_SUITE "\n");
}

static enum result
decode(const char *text, struct tree_head *ret_head, struct signature_line *ret_line)
{
    const char *at = text;
    struct tree_head head = { 0 };
    struct signature_line line = { 0 };

    if (strnlen(text, TREE_HEAD_BYTES_MAX) == TREE_HEAD_BYTES_MAX || !take_head(&at, &head))
        return ERR_DAMAGED;
    line.text_chars = (size_t)(at - text);
    if (!take_text(&at, "\n") || !take_text(&at, signature_prefix) ||
        !take_text(&at, head.office) || !take_text(&at, " ") ||
        !take_base64(&at, line.bytes, sizeof line.bytes, &line.size) || line.size <= KEY_ID_BYTES ||
        strcmp(at, "\n") != 0)
        return ERR_DAMAGED;
    *ret_head = head;
    *ret_line = line;
    return OK;
}

enum result
tree_head_decode(const char *text, struct tree_head *ret_head)
{
    struct signature_line line;
    return decode(text, ret_head, &line);
}

enum result
tree_head_verify(const char *text, const struct certificate *certificate,
                 struct tree_head *ret_head)
{
    struct tree_head head;
    struct signature_line line;
    uint8_t id[KEY_ID_BYTES];

    enum result result = decode(text, &head, &line);
    if (result != OK)
        return result;
    key_id(certificate, id);
    if (strcmp(certificate_name(certificate), head.office) != 0 ||
        memcmp(id, line.bytes, KEY_ID_BYTES) != 0)
        return ERR_FORGED;
    result = certificate_verify(certificate, bytes_of(text, line.text_chars),
                                bytes_of(line.bytes + KEY_ID_BYTES, line.size - KEY_ID_BYTES));
    if (result == OK)
        *ret_head = head;
    return result;
}

/* --- writing --- */

enum result
tree_head_sign(const struct tree_head *head, const struct signing_key *key,
               const struct certificate *certificate, char ret_text[TREE_HEAD_BYTES_MAX])
{
    REQUIRE(strlen(head->office) == OFFICE_CODE_CHARS && head->size <= size_max);
    REQUIRE(head->epoch >= 1 && head->epoch <= EPOCH_MAX);

    char root[BASE64_CHARS(DIGEST_BYTES) + 1];
    uint8_t line[SIGNED_PART_BYTES_MAX];
    char line_text[BASE64_CHARS(SIGNED_PART_BYTES_MAX) + 1];
    size_t signature_bytes;

    base64_encode(bytes_of(head->root.bytes, DIGEST_BYTES), root);
    int text_chars =
        snprintf(ret_text, TREE_HEAD_BYTES_MAX,
                 "%s%s/%" PRIu32 "\n%" PRIu64 "\n%s\ntime %" PRIu64 "\nsuite %s\n", origin_prefix,
                 head->office, head->epoch, head->size, root, head->time_ms, SIGNATURE_SUITE);
    key_id(certificate, line);
    enum result result = signing_key_sign(key, bytes_of(ret_text, (size_t)text_chars),
                                          line + KEY_ID_BYTES, &signature_bytes);
    if (result != OK)
        return result;
    base64_encode(bytes_of(line, KEY_ID_BYTES + signature_bytes), line_text);
    snprintf(ret_text + text_chars, TREE_HEAD_BYTES_MAX - (size_t)text_chars, "\n%s%s %s\n",
             signature_prefix, head->office, line_text);
    return OK;
}
