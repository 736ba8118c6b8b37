/* SPDX-License-Identifier: Apache-2.0
 *
 * machine_result - what a personalisation machine says about one card: a line of its result file.
 *
 * CSV: case number, card serial, ok or defective, and what is wrong with it (only then). A case
 * number may be in groups. Does not know whether there is such a case or card.
 */
#ifndef DOMAIN_MACHINE_RESULT_H
#define DOMAIN_MACHINE_RESULT_H

#include <stdbool.h>

#include "common/core/refusal.h"

#define MACHINE_RESULT_HEADER "case,serial,result,text"

enum { MACHINE_RESULT_SERIAL_BYTES_MAX = 40, MACHINE_RESULT_TEXT_BYTES_MAX = 240 };

struct machine_result {
    const char *case_number; /* as written */
    const char *serial;
    bool defective;
    const char *text; /* empty when the card is good */
};

/* Take a line apart, in place; the result's texts live in it.
 *
 * ERR_REFUSED  CSV_INVALID, or FIELD_OUT_OF_BOUNDS; the field names the column. */
enum result machine_result_parse(char *line, struct machine_result *ret_result,
                                 struct refusal *ret_refusal) MUST_CHECK;

#endif
