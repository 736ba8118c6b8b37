/* SPDX-License-Identifier: Apache-2.0
 *
 * csv - the lines of a CSV file (RFC 4180), and the fields of one: they may be quoted, "" is a
 * quotation mark in them. A record is one line. Knows no columns.
 */
#ifndef DOMAIN_CSV_H
#define DOMAIN_CSV_H

/* What some programs write in front of UTF-8; it is no part of the first line. */
#define CSV_BYTE_ORDER_MARK "\xEF\xBB\xBF"

/* Where the first line of a text begins. */
char *csv_begin(char *text);

/* Terminate in place the line at *cursor, without its end (LF or CR LF), and move behind it.
 *
 * cursor  in/out; terminated; NULL behind the last line.
 * The line; NULL at the end. */
char *csv_take_line(char **cursor);

/* Unquote in place the field at *cursor and move behind it and its comma.
 *
 * cursor  in/out; terminated; NULL behind the last field.
 * The field, which lives in the line; NULL when a quotation mark is out of place. */
char *csv_take_field(char **cursor);

#endif
