/* SPDX-License-Identifier: Apache-2.0
 *
 * pages - what only this role's console shows (acceptance-node/web), inside the program.
 */
#ifndef ACCEPTANCE_PAGES_H
#define ACCEPTANCE_PAGES_H

#include "common/io/web_assets.h"

extern const struct web_pages acceptance_pages;

#endif
