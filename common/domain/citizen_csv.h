/* SPDX-License-Identifier: Apache-2.0
 *
 * citizen_csv - reads the population file: one citizen per line.
 *
 * RFC 4180 (fields may be quoted, "" is a quotation mark), UTF-8 with or without a byte order mark,
 * lines ended by LF or CRLF. The first line must be CITIZEN_CSV_HEADER, behind which any of the
 * columns of CITIZEN_CSV_HEADER_MORE may stand, in any order. A record is one line: no field holds
 * a line break. Sex is male or female; flags are yes or no; dates are YYYYMMDD. birth_date may be
 * empty, it is in the citizen number; card_valid_until is a date or long-term with a card_serial,
 * and empty without. A field of a further column may be empty, which says the same as a file
 * without that column: alive, the number is valid and nobody else's, not moved, not reported lost,
 * a photo is on file, and no second script. Empty lines are passed over. Allocates nothing; does
 * not know where the bytes come from, nor whether a citizen comes twice.
 */
#ifndef DOMAIN_CITIZEN_CSV_H
#define DOMAIN_CITIZEN_CSV_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/bytes.h"
#include "common/core/refusal.h"
#include "common/domain/citizen.h"

#define CITIZEN_CSV_HEADER                                                                         \
    "citizen_number,name,sex,ethnic_group,birth_date,address,registration_division,"               \
    "fingerprints_on_file,bad_credit,card_serial,card_valid_until"

#define CITIZEN_CSV_HEADER_MORE                                                                    \
    "deceased_on,number_replaced_by,duplicate_number,present_division,card_reported_lost,"         \
    "photo_on_file,second_script_name,second_script_address"

enum {
    CITIZEN_CSV_COLUMNS = 11, /* that every file has */
    CITIZEN_CSV_COLUMNS_MORE = 8,
    CITIZEN_CSV_COLUMNS_MAX = CITIZEN_CSV_COLUMNS + CITIZEN_CSV_COLUMNS_MORE,
    CITIZEN_CSV_LINE_BYTES_MAX = 2048, /* without the line's end */
    CITIZEN_CARD_SERIAL_BYTES_MAX = 40,
};

struct citizen_csv {
    struct bytes file; /* borrowed until the last next */
    size_t offset;     /* of the next line */
    uint64_t line;     /* of the record or refusal that next answered last; 1 is the header */
    size_t column_count;
    uint8_t columns[CITIZEN_CSV_COLUMNS_MAX];    /* what the file's columns are, by place */
    char buffer[CITIZEN_CSV_LINE_BYTES_MAX + 1]; /* fields of that record, unquoted */
};

/* Begin to read a file and check its header. OK, or ERR_REFUSED with CSV_INVALID. */
enum result citizen_csv_init(struct citizen_csv *csv, struct bytes file,
                             struct refusal *ret_refusal) MUST_CHECK;

/* The next record; csv->line is its line.
 *
 * ret_citizen  out; its texts live in csv until the next call.
 * ret_refusal  out; field names the column, empty when it is the line as a whole.
 *
 * ERR_REFUSED  this line is not a citizen: CSV_INVALID or what its column broke; the next call goes
 *              on behind it.
 * ERR_ABSENT   no more lines. */
enum result citizen_csv_next(struct citizen_csv *csv, struct citizen *ret_citizen,
                             struct refusal *ret_refusal) MUST_CHECK;

#endif
