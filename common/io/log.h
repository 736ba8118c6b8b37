/* SPDX-License-Identifier: Apache-2.0
 *
 * log - one key=value line per step, on standard error.
 *
 *     time=2026-11-22T08:15:30.123Z level=info event=peer_open office=110105000000 sequence=17
 *
 * Never a name, a citizen number or an address: case numbers and office codes only. Only the shell
 * logs; core and domain never do.
 */
#ifndef IO_LOG_H
#define IO_LOG_H

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

enum { LOG_LINE_BYTES_MAX = 2048, LOG_TEXT_BYTES = 512 };

/* Lines above this level are not written. Default LOG_INFO. */
void log_set_level(enum log_level level);

/* pairs: printf format of the key=value pairs, without spaces inside values unless quoted by
 * log_text; newlines are escaped. The line is written by one write(2), and cut at
 * LOG_LINE_BYTES_MAX. errno stays as it is. */
void log_line(enum log_level level, const char *event, const char *pairs, ...)
    __attribute__((format(printf, 3, 4)));

/* The text in quotes, escaped, and cut at a whole character when it is too long; answers room, so
 * that a call reads log_line(LOG_ERROR, "store_failed", "path=%s", log_text(room, path)). */
const char *log_text(char room[LOG_TEXT_BYTES], const char *text);

#endif
