/* SPDX-License-Identifier: Apache-2.0
 *
 * web_assets - the console's pages, styles and scripts, which are part of the program.
 *
 * They come from common/web at build time (common/web/embed). A path is looked up in a table and
 * never in a file system.
 */
#ifndef IO_WEB_ASSETS_H
#define IO_WEB_ASSETS_H

#include <stddef.h>

struct web_asset {
    const char *path; /* such as /console.js */
    const char *type;
    const char *entity_tag; /* strong, with quotes */
    const unsigned char *data;
    size_t size;
};

/* The pages that only one role has. */
struct web_pages {
    const struct web_asset *list;
    size_t count;
};

/* A page of all roles, or of this one's (NULL: it has none); NULL when there is none. A
 * page goes by its name, such as /docs; / is the index. */
const struct web_asset *web_assets_find(const struct web_pages *pages, const char *path);

#endif
