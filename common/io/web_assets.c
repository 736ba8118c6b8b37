/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/web_assets.h"

#include <stdio.h>
#include <string.h>

#include "web/common.inc"

enum { PAGE_BYTES = 64 };

static const struct web_asset *
find_in(const struct web_asset *list, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].path, path) == 0)
            return &list[i];
    return NULL;
}

const struct web_asset *
web_assets_find(const struct web_pages *pages, const char *path)
{
    char page[PAGE_BYTES];
    if (strcmp(path, "/") == 0)
        path = "/index";
    if (strchr(path, '.') == NULL && strlen(path) < sizeof page - sizeof ".html") {
        snprintf(page, sizeof page, "%s.html", path);
        path = page;
    }
    const struct web_asset *found = find_in(assets, sizeof assets / sizeof *assets, path);
    return found == NULL && pages != NULL ? find_in(pages->list, pages->count, path) : found;
}
