/* SPDX-License-Identifier: Apache-2.0
 *
 * pages - what only this role's console shows (registry-node/web), inside the program.
 */
#ifndef REGISTRY_PAGES_H
#define REGISTRY_PAGES_H

#include "common/io/web_assets.h"

extern const struct web_pages registry_pages;

#endif
