/* SPDX-License-Identifier: Apache-2.0
 *
 * base64 - the standard encoding of RFC 4648 section 4, with padding and without line breaks.
 *
 * Decoding is strict: one text for one run of bytes. Padding must be there, the unused bits of the
 * last character must be zero, and nothing else may stand in the text.
 */
#ifndef CORE_BASE64_H
#define CORE_BASE64_H

#include "common/core/bytes.h"
#include "common/core/result.h"

/* Characters of the encoding of so many bytes, without the terminator. */
#define BASE64_CHARS(bytes) (((bytes) + 2) / 3 * 4)

/* ret_text  out; BASE64_CHARS(data.size) + 1 characters, terminated. */
void base64_encode(struct bytes data, char *ret_text);

/* Decode text_chars characters.
 *
 * ret_data     out; room for data_bytes_max bytes; undefined unless OK.
 * ret_size     out; bytes written.
 * ERR_DAMAGED  not strict base64.
 * ERR_FULL     more than data_bytes_max bytes. */
enum result base64_decode(const char *text, size_t text_chars, uint8_t *ret_data,
                          size_t data_bytes_max, size_t *ret_size) MUST_CHECK;

#endif
