/* SPDX-License-Identifier: Apache-2.0
 *
 * figures - what a long run counted, for tests/EVIDENCE.md: one line "name value" per figure.
 *
 * A test says what it did; whoever runs it decides, by the environment, whether that is kept
 * (YIDI_FIGURES, a file that is appended to) and whether the run is long (YIDI_SOAK=1).
 */
#ifndef TESTS_FIGURES_H
#define TESTS_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

/* Is this the long form of the test? */
bool figures_soak(void);

/* The number that fits the form of the run. */
uint64_t figures_choose(uint64_t in_check, uint64_t in_soak);

/* Write down one figure; nothing when nobody asked. Names are a-z and _, such as kills_survived. */
void figures_add(const char *name, uint64_t value);

#endif
