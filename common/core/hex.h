/* SPDX-License-Identifier: Apache-2.0
 *
 * hex - bytes as lower-case hexadecimal text.
 */
#ifndef CORE_HEX_H
#define CORE_HEX_H

#include "common/core/bytes.h"

/* ret_text has room for 2 * size + 1; terminated. */
void hex_encode(struct bytes data, char *ret_text);

/* True when the text is exactly 2 * size digits, upper or lower case; ret_data is written then. */
bool hex_decode(const char *text, uint8_t *ret_data, size_t size);

#endif
