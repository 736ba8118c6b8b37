/* SPDX-License-Identifier: Apache-2.0 */
#include "common/core/format.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/core/require.h"

/* Bytes of the character that begins with this byte; 1 also for what begins none. */
static size_t
character_size(uint8_t first)
{
    if (first >= 0xf0)
        return 4;
    if (first >= 0xe0)
        return 3;
    return first >= 0xc0 ? 2 : 1;
}

static void
drop_half_character(char *text)
{
    size_t size = strlen(text), start = size;
    while (start > 0 && ((uint8_t)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start == 0)
        return;
    start--; /* the last byte that begins a character */
    if (start + character_size((uint8_t)text[start]) > size)
        text[start] = '\0';
}

void
format_text_list(char *buffer, size_t room, const char *format, va_list arguments)
{
    REQUIRE(room > 0);
    int wanted = vsnprintf(buffer, room, format, arguments);
    if (wanted < 0)
        buffer[0] = '\0';
    else if ((size_t)wanted >= room)
        drop_half_character(buffer);
}

void
format_text(char *buffer, size_t room, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    format_text_list(buffer, room, format, arguments);
    va_end(arguments);
}
