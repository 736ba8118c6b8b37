/* SPDX-License-Identifier: Apache-2.0
 *
 * fake_ports - the ports of an office of a fake_network: the world outside, as it sees it.
 *
 * Counts every call; from the one at which the office is to crash on, nothing leaves any more.
 */
#ifndef TESTS_FAKE_PORTS_H
#define TESTS_FAKE_PORTS_H

#include "tests/lib/fake_network.h"

struct office_ports fake_ports_of(struct fake_office *office);

/* Keep a copy for the office's next start. */
void fake_ports_set_directory(struct fake_office *office, struct bytes signed_bytes);

#endif
