/* SPDX-License-Identifier: Apache-2.0
 *
 * pages - what only this role's console shows (production-node/web), inside the program.
 */
#ifndef PRODUCTION_PAGES_H
#define PRODUCTION_PAGES_H

#include "common/io/web_assets.h"

extern const struct web_pages production_pages;

#endif
