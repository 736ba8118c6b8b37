/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
figures_soak(void)
{
    const char *soak = getenv("YIDI_SOAK");
    return soak != NULL && strcmp(soak, "1") == 0;
}

uint64_t
figures_choose(uint64_t in_check, uint64_t in_soak)
{
    return figures_soak() ? in_soak : in_check;
}

void
figures_add(const char *name, uint64_t value)
{
    const char *path = getenv("YIDI_FIGURES");
    FILE *file = path == NULL ? NULL : fopen(path, "a");
    if (file == NULL)
        return;
    fprintf(file, "%s %" PRIu64 "\n", name, value);
    (void)fclose(file);
}
