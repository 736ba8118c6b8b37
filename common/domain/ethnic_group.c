/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/ethnic_group.h"

#include <string.h>

static const struct ethnic_group groups[] = {
#include "domain/ethnic.inc"
};

enum { GROUP_COUNT = sizeof groups / sizeof *groups };

const struct ethnic_group *
ethnic_group_find(const char *code)
{
    for (size_t i = 0; i < GROUP_COUNT; i++)
        if (strcmp(groups[i].code, code) == 0)
            return &groups[i];
    return NULL;
}

const struct ethnic_group *
ethnic_group_find_by_name(const char *name)
{
    size_t size = strlen(name);
    for (size_t i = 0; i < GROUP_COUNT && size > 0; i++) {
        const char *rest = groups[i].name + size;
        if (strncmp(groups[i].name, name, size) == 0 && (*rest == '\0' || strcmp(rest, "族") == 0))
            return &groups[i];
    }
    return NULL;
}

enum result
ethnic_group_check(const char *code, const char *field, struct refusal *ret_refusal)
{
    if (ethnic_group_find(code) == NULL)
        return refuse(ret_refusal, REFUSAL_ETHNIC_GROUP_UNKNOWN, field,
                      "must be a two-digit code from %s to %s", groups[0].code,
                      groups[GROUP_COUNT - 1].code);
    return OK;
}

const struct ethnic_group *
ethnic_group_table(size_t *ret_count)
{
    *ret_count = GROUP_COUNT;
    return groups;
}
