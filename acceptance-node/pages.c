/* SPDX-License-Identifier: Apache-2.0 */
#include "acceptance-node/pages.h"

#include "web/acceptance-node.inc"

const struct web_pages acceptance_pages = { assets, sizeof assets / sizeof *assets };
