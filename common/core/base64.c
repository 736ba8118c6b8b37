/* SPDX-License-Identifier: Apache-2.0 */
#include "common/core/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_encode(struct bytes data, char *ret_text)
{
    char *out = ret_text;

    for (size_t i = 0; i < data.size; i += 3) {
        size_t left = data.size - i;
        uint32_t group = (uint32_t)data.data[i] << 16;
        if (left > 1)
            group |= (uint32_t)data.data[i + 1] << 8;
        if (left > 2)
            group |= data.data[i + 2];
        *out++ = alphabet[group >> 18];
        *out++ = alphabet[group >> 12 & 63];
        *out++ = left > 1 ? alphabet[group >> 6 & 63] : '=';
        *out++ = left > 2 ? alphabet[group & 63] : '=';
    }
    *out = '\0';
}

/* 0..63, or -1. */
static int
value_of(char character)
{
    if (character >= 'A' && character <= 'Z')
        return character - 'A';
    if (character >= 'a' && character <= 'z')
        return character - 'a' + 26;
    if (character >= '0' && character <= '9')
        return character - '0' + 52;
    return character == '+' ? 62 : character == '/' ? 63 : -1;
}

/* Four characters, of which the first kept + 1 count and the others are padding, into kept bytes.
 */
static enum result
decode_group(const char text[4], size_t kept, uint8_t *ret_data)
{
    uint32_t group = 0;

    for (size_t i = 0; i < 4; i++) {
        int value = i <= kept ? value_of(text[i]) : text[i] == '=' ? 0 : -1;
        if (value < 0)
            return ERR_DAMAGED;
        group = group << 6 | (uint32_t)value;
    }
    if ((group & (0xffffffu >> (8 * kept))) != 0)
        return ERR_DAMAGED;
    for (size_t i = 0; i < kept; i++)
        ret_data[i] = (uint8_t)(group >> (16 - 8 * i));
    return OK;
}

enum result
base64_decode(const char *text, size_t text_chars, uint8_t *ret_data, size_t data_bytes_max,
              size_t *ret_size)
{
    if (text_chars % 4 != 0)
        return ERR_DAMAGED;

    size_t padding = 0;
    if (text_chars > 0 && text[text_chars - 1] == '=')
        padding = text[text_chars - 2] == '=' ? 2 : 1;
    size_t size = text_chars / 4 * 3 - padding;
    if (size > data_bytes_max)
        return ERR_FULL;

    for (size_t i = 0; i < text_chars / 4; i++) {
        size_t kept = size - 3 * i < 3 ? size - 3 * i : 3;
        if (decode_group(text + 4 * i, kept, ret_data + 3 * i) != OK)
            return ERR_DAMAGED;
    }
    *ret_size = size;
    return OK;
}
