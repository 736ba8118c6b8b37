/* SPDX-License-Identifier: Apache-2.0
 *
 * text - UTF-8 that people wrote: decoding it strictly, and telling clean text from the rest.
 *
 * Clean text is valid UTF-8 without control characters, characters that turn the direction of
 * writing around, or code points that are no characters. What a name or an address may hold
 * beyond that is not known here.
 */
#ifndef DOMAIN_TEXT_H
#define DOMAIN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/refusal.h"

/* Decode one code point and move the cursor behind it.
 *
 * cursor  in/out; terminated text; untouched when the answer is false.
 * False at the end of the text and at bytes that are not UTF-8 (RFC 3629). */
bool text_next(const char **cursor, uint32_t *ret_code_point);

/* Of what somebody typed from paper: is it a mere gap? Space, tabulator, end of a line, hyphen, and
 * the dashes and wide forms that stand for them. */
bool text_is_gap(uint32_t code_point);

/* The ASCII character that somebody meant, as a capital: wide forms of a Chinese keyboard and small
 * letters are taken for it. '\0' for what is none. */
char text_meant(uint32_t code_point);

/* UTF-16 units that the text takes, as the chip counts (GA/T 490): a rare character of a
 * supplementary plane takes two. Counts up to the first bytes that are not UTF-8. */
size_t text_utf16_units(const char *text);

/* Clean, bytes_min..bytes_max bytes long, and without a space at either end: OK, or ERR_REFUSED
 * with FIELD_OUT_OF_BOUNDS. */
enum result text_check(const char *text, size_t bytes_min, size_t bytes_max, const char *field,
                       struct refusal *ret_refusal) MUST_CHECK;

#endif
