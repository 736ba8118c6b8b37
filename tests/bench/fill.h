/* SPDX-License-Identifier: Apache-2.0
 *
 * fill - a window's store with many open cases, written directly: case rows with their indexes and
 * a sealed journal entry each, no photos. One case in FILL_ONE_IN is overdue, and one is due soon.
 */
#ifndef BENCH_FILL_H
#define BENCH_FILL_H

#include "tests/lib/network.h"

enum { FILL_ONE_IN = 100 };

/* The store of SHENZHEN, whose daemon does not run. */
void fill_store(struct network *network, uint32_t case_count);

#endif
