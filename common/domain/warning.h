/* SPDX-License-Identifier: Apache-2.0
 *
 * warning - what the clerk and the applicant ought to know about an application that is in order.
 *
 * A warning never stops an application and changes nothing. Codes are stable, as those of
 * refusal.h: add, never rename; then `make docs`. Does not know who is told.
 */
#ifndef DOMAIN_WARNING_H
#define DOMAIN_WARNING_H

#include <stddef.h>

#include "common/domain/form.h"

#define WARNING_CODES(X)                                                                           \
    X(NAME_BEYOND_CHIP, "form.person.name",                                                        \
      "the chip holds the first 15 UTF-16 units of the name (a rare character takes two); "        \
      "the whole name is kept and printed",                                                        \
      "芯片只存放姓名的前 15 个 UTF-16 单元，生僻字占两个；姓名全文照常登记和印制")                \
    X(ADDRESS_BEYOND_CHIP, "form.person.address",                                                  \
      "the chip holds the first 35 UTF-16 units of the address; the whole address is kept and "    \
      "printed",                                                                                   \
      "芯片只存放住址的前 35 个 UTF-16 单元；住址全文照常登记和印制")                              \
    X(FINGERPRINTS_INCOMPLETE, "form.fingerprints",                                                \
      "fewer than two fingerprints are on the card; its holder may be asked for other proof",      \
      "证件中登记的指纹不足两枚，持证人可能需要以其他方式证明身份")

enum warning_code {
#define X(name, field, english, chinese) WARNING_##name,
    WARNING_CODES(X)
#undef X
        WARNING_CODE_COUNT
};

/* All that is to be warned of in a form that form_check found in order, each code at most once and
 * in the order of the table. Answers how many. */
size_t warnings_find(const struct form *form, enum warning_code ret_codes[WARNING_CODE_COUNT]);

/* The stable name of a code, such as "NAME_BEYOND_CHIP", the path of the field that it is about,
 * and a sentence; no personal data. */
const char *warning_name(enum warning_code code);
const char *warning_field(enum warning_code code);
const char *warning_english(enum warning_code code);
const char *warning_chinese(enum warning_code code);

#endif
