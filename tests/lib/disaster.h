/* SPDX-License-Identifier: Apache-2.0
 *
 * disaster - an office's disk is lost, or set back to an older copy; and the way back, over the
 * control socket as an administrator takes it.
 *
 * Anything that fails here ends the test with cmocka's fail.
 */
#ifndef TESTS_DISASTER_H
#define TESTS_DISASTER_H

#include "tests/lib/network.h"

/* ---- to a stopped office ---- */

/* Remove its store and its spool. */
void disaster_lose_disk(const struct network_office *office);

/* Keep a copy of its store; and put it back in the store's place. */
void disaster_keep_copy(const struct network_office *office);
void disaster_set_back(const struct network_office *office);

/* ---- recovery ---- */

/* Ask `recover`, and answer its report. */
const Yidi__RecoveryReport *disaster_recover(struct network_office *office, Yidi__RecoverVerb verb,
                                             struct network_answer *ret_answer);

/* The same, but answers false when the daemon is gone. */
bool disaster_try_recover(struct network_office *office, Yidi__RecoverVerb verb);

/* Wait until the recovery is in that phase. */
void disaster_wait_for_phase(struct network_office *office, const char *phase);

/* Wait until no peer's share is missing any more. */
void disaster_wait_for_everybody(struct network_office *office);

/* Fails, and tells what, unless recovery is done, nobody is missing and all was done again. */
void disaster_expect_whole(struct network_office *office);

/* Start recovery, wait until it is done, and expect it whole. */
void disaster_recover_fully(struct network_office *office);

#endif
