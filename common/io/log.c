/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/domain/text.h"

/* The one thing that is set for the whole program: what it says aloud. */
static atomic_int level_max = LOG_INFO;

void
log_set_level(enum log_level level)
{
    atomic_store(&level_max, (int)level);
}

static size_t
write_head(char *out, size_t room, enum log_level level, const char *event)
{
    static const char *const names[] = { "error", "warning", "info", "debug" };
    struct timespec now;
    struct tm calendar;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &calendar);
    size_t used = strftime(out, room, "time=%Y-%m-%dT%H:%M:%S", &calendar);
    used += (size_t)snprintf(out + used, room - used, ".%03dZ level=%s event=%.64s",
                             (int)(now.tv_nsec / 1000000), names[level], event);
    return used;
}

/* A value must not be able to begin a line of its own, nor to move the reader's cursor. */
static size_t
append_pairs(char *out, size_t used, size_t room, const char *pairs)
{
    for (; *pairs != '\0' && used + 2 < room; pairs++) {
        unsigned char letter = (unsigned char)*pairs;
        if (letter == '\n') {
            out[used++] = '\\';
            out[used++] = 'n';
        } else {
            out[used++] = letter < 0x20 || letter == 0x7f ? '?' : *pairs;
        }
    }
    return used;
}

static void
write_once(const char *line, size_t size)
{
    ssize_t written;
    do
        written = write(STDERR_FILENO, line, size);
    while (written < 0 && errno == EINTR);
}

void
log_line(enum log_level level, const char *event, const char *pairs, ...)
{
    if ((int)level > atomic_load(&level_max))
        return;
    int error = errno;
    char text[LOG_LINE_BYTES_MAX], line[LOG_LINE_BYTES_MAX];
    va_list arguments;
    va_start(arguments, pairs);
    int wanted = vsnprintf(text, sizeof text, pairs, arguments);
    va_end(arguments);

    size_t used = write_head(line, sizeof line, level, event);
    if (wanted > 0) {
        line[used++] = ' ';
        used = append_pairs(line, used, sizeof line - 1, text);
    }
    line[used++] = '\n';
    write_once(line, used);
    errno = error;
}

const char *
log_text(char room[LOG_TEXT_BYTES], const char *text)
{
    size_t used = 0;
    room[used++] = '"';
    while (*text != '\0' && used + 4 + 2 <= LOG_TEXT_BYTES) {
        const char *start = text;
        uint32_t code_point;
        if (!text_next(&text, &code_point)) {
            text++;
            room[used++] = '?';
        } else if (code_point == '\n' || code_point == '"' || code_point == '\\') {
            room[used++] = '\\';
            room[used++] = code_point == '\n' ? 'n' : *start;
        } else if (code_point < 0x20 || (code_point >= 0x7f && code_point <= 0x9f)) {
            room[used++] = '?';
        } else {
            memcpy(room + used, start, (size_t)(text - start));
            used += (size_t)(text - start);
        }
    }
    room[used++] = '"';
    room[used] = '\0';
    return room;
}
