/* SPDX-License-Identifier: Apache-2.0
 *
 * ethnic_group - the 56 ethnic groups of GB/T 3304: two-digit code and names.
 *
 * The data are common/domain/data/ethnic_groups.tsv, turned into C by data-to-c.awk.
 */
#ifndef DOMAIN_ETHNIC_GROUP_H
#define DOMAIN_ETHNIC_GROUP_H

#include <stddef.h>

#include "common/core/refusal.h"

struct ethnic_group {
    char code[3];
    const char *name;  /* 汉族 */
    const char *roman; /* Han */
};

/* By its two-digit code; NULL when unknown. */
const struct ethnic_group *ethnic_group_find(const char *code);

/* By its Chinese name, with or without the last character 族; NULL when unknown. */
const struct ethnic_group *ethnic_group_find_by_name(const char *name);

/* OK, or ERR_REFUSED with ETHNIC_GROUP_UNKNOWN. */
enum result ethnic_group_check(const char *code, const char *field,
                               struct refusal *ret_refusal) MUST_CHECK;

/* All groups in the order of their codes. */
const struct ethnic_group *ethnic_group_table(size_t *ret_count);

#endif
