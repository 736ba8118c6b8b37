/* SPDX-License-Identifier: Apache-2.0
 *
 * csv - the fields of one line of a CSV file (RFC 4180): they may be quoted, "" is a quotation mark
 * in them. A record is one line. Knows no columns.
 */
#ifndef DOMAIN_CSV_H
#define DOMAIN_CSV_H

/* Unquote in place the field at *cursor and move behind it and its comma.
 *
 * cursor  in/out; terminated; NULL behind the last field.
 * The field, which lives in the line; NULL when a quotation mark is out of place. */
char *csv_take_field(char **cursor);

#endif
