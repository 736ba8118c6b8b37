/* SPDX-License-Identifier: Apache-2.0 */
#include "common/core/require.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void
require_failed(const char *expression, const char *file, int line)
{
    fprintf(stderr, "level=fatal event=require_failed file=%s line=%d expression=\"%s\"\n", file,
            line, expression);
    abort();
}
