/* SPDX-License-Identifier: Apache-2.0
 *
 * division - the county-level divisions of GB/T 2260 and those that were abolished.
 *
 * Codes are six digits as text. A name alone never names a division: there are four 鼓楼区. Cities
 * without counties (441900 东莞市 and three more) stand in the table as counties. The data are
 * tables in common/domain/data, turned into C by data-to-c.awk. Does not know which office has
 * jurisdiction: that is in the directory.
 */
#ifndef DOMAIN_DIVISION_H
#define DOMAIN_DIVISION_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/limits.h"
#include "common/core/refusal.h"

struct division {
    char code[DIVISION_CHARS + 1];
    const char *province;
    const char *prefecture;
    const char *county;
};

/* The current county-level division of that code; NULL when there is none (any more). */
const struct division *division_find(const char *code);

/* Is that the code of a current county-level division? */
bool division_is_county(const char *code);

/* OK, or ERR_REFUSED with DIVISION_UNKNOWN; the rule tells a retired code from an unknown one, and
 * names the divisions that it ended in, as many as it has room for. */
enum result division_check(const char *code, const char *field,
                           struct refusal *ret_refusal) MUST_CHECK;

/* Was that once the code of a county-level division? The code may have been given again, so that
 * it is current too. */
bool division_is_retired(const char *code);

/* One of the current divisions that a retired one ended in, in no order that means anything; NULL
 * when index is beyond the last, and for a code that was never retired. A few codes have none. */
const struct division *division_successor(const char *retired_code, size_t index);

/* Does the area cover the division? An area is a code, or the first 2 (province) or 4 (prefecture)
 * digits of codes; anything else covers nothing. */
bool division_covers(const char *area, const char *code);

/* Is there any current division that the area covers? */
bool division_area_known(const char *area);

/* The province of any code with a province's first two digits, retired ones too; NULL when no
 * province has them. */
const char *division_province_name(const char *code);

/* The name of the province with which an address begins, such as 四川省; NULL when it does with
 * none. */
const char *division_province_of_address(const char *address);

/* All current divisions in the order of their codes. */
const struct division *division_table(size_t *ret_count);

#endif
