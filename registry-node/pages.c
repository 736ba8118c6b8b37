/* SPDX-License-Identifier: Apache-2.0 */
#include "registry-node/pages.h"

#include "web/registry-node.inc"

const struct web_pages registry_pages = { assets, sizeof assets / sizeof *assets };
