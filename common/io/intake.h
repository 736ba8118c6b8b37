/* SPDX-License-Identifier: Apache-2.0
 *
 * intake - what this office still takes on, asked before anything is written: core/admission with
 * the office's own figures.
 *
 * Looks at disk and map once a second, logs what shuts and what opens, and refuses with a code.
 * Accepted cases are never asked about: the reserve is theirs.
 */
#ifndef IO_INTAKE_H
#define IO_INTAKE_H

#include "common/io/office.h"

/* Time passed: look again, if it is time. */
void intake_look(struct office *office, const struct office_time *now);

/* Is there room for new work of our own that brings so many bytes?
 *
 * ERR_REFUSED  DISK_RESERVE, STORE_NEARLY_FULL. */
enum result intake_check_room(struct office *office, uint64_t bytes,
                              struct refusal *ret_refusal) MUST_CHECK;

/* May one more application go to that registry? What the running turn has assigned counts.
 *
 * ERR_REFUSED  PEER_BACKLOG. */
enum result intake_check_peer(struct office *office, const char *peer,
                              struct refusal *ret_refusal) MUST_CHECK;

/* Why the stream of that office is not taken now; REFUSAL_NONE when it is. Only a stream that can
 * open cases is ever held up, and then all of it, because it is ordered. */
enum refusal_code intake_shut_to(const struct office *office, const Yidi__Office *sender);

/* Fill in what status says of room and doors. */
enum result intake_report(const struct office *office, struct arena *arena,
                          Yidi__StatusReport *report) MUST_CHECK;

#endif
