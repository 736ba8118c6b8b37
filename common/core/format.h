/* SPDX-License-Identifier: Apache-2.0
 *
 * format - text into a bounded buffer, never cut through a character.
 */
#ifndef CORE_FORMAT_H
#define CORE_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* As snprintf, but what does not fit ends with a whole UTF-8 character: half a one would make the
 * text, and the message or row that holds it, invalid. room is at least 1. */
void format_text(char *buffer, size_t room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void format_text_list(char *buffer, size_t room, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

#endif
