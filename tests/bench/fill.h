/* SPDX-License-Identifier: Apache-2.0
 *
 * fill - a window's store with many open cases, written directly: case rows with their indexes and
 * a sealed journal entry each, no photos. One case in FILL_ONE_IN is overdue, and one is due soon;
 * one in FILL_ATTENTION_ONE_IN calls for attention.
 */
#ifndef BENCH_FILL_H
#define BENCH_FILL_H

#include "tests/lib/network.h"

enum { FILL_ONE_IN = 100, FILL_ATTENTION_ONE_IN = 1000 };

/* The number of a filled case, 1 and up: of yesterday, so that those of today are free. */
void fill_case_number(const struct network *network, uint32_t serial,
                      char ret_number[CASE_NUMBER_CHARS + 1]);

/* The store of SHENZHEN, whose daemon does not run. */
void fill_store(struct network *network, uint32_t case_count);

#endif
