/* SPDX-License-Identifier: Apache-2.0
 *
 * policy_desk - offices of a fake_network that are given policies, and what they then know.
 *
 * Anything that fails here ends the test.
 */
#ifndef TESTS_POLICY_DESK_H
#define TESTS_POLICY_DESK_H

#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_policy.h"

/* The three offices of fake_desk, with citizens 100 to 119 on file; heap, until the close, which
 * also audits. */
void policy_desk_open(struct fake_network **ret_network);
void policy_desk_close(struct fake_network *network);

uint64_t policy_desk_version(struct fake_network *network, size_t at);

/* The row of a case at an office; lives as long as the arena. */
const Yidi__Case *policy_desk_row(struct fake_network *network, size_t at, const char *case_number,
                                  struct arena *arena);

/* The renewal of a citizen, with this fee, is accepted. */
void policy_desk_apply(struct fake_network *network, uint64_t seed, uint32_t fee_fen,
                       char *ret_number);

#endif
