/* SPDX-License-Identifier: Apache-2.0 */
#include "production-node/pages.h"

#include "web/production-node.inc"

const struct web_pages production_pages = { assets, sizeof assets / sizeof *assets };
