/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/operator_name.h"

#include <string.h>

#include "common/core/limits.h"

enum result
operator_name_check(const char *name, const char *field, struct refusal *ret_refusal)
{
    size_t size = strlen(name);
    if (size == 0 || size > OPERATOR_BYTES_MAX ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_") != size)
        return refuse(ret_refusal, REFUSAL_OPERATOR_INVALID, field,
                      "1 to %d of a-z, 0-9, dot, hyphen and underscore", OPERATOR_BYTES_MAX);
    return OK;
}
