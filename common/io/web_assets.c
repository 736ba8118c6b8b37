/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/web_assets.h"

#include <string.h>

#include "web/assets.inc"

const struct web_asset *
web_assets_find(const char *path)
{
    if (strcmp(path, "/") == 0)
        path = "/index.html";
    for (size_t i = 0; i < sizeof assets / sizeof *assets; i++)
        if (strcmp(assets[i].path, path) == 0)
            return &assets[i];
    return NULL;
}
