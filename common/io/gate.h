/* SPDX-License-Identifier: Apache-2.0
 *
 * gate - keeps descriptors free, whoever connects.
 *
 * A connection costs a descriptor before anybody knows who it is, and ZeroMQ accepts in a thread of
 * its own, without a bound; when descriptors run out its ipc listener aborts the process and its
 * tcp listener turns in circles. So this module stands in for the accept() that ZeroMQ calls: a
 * connection that would get one of the last descriptors is taken and closed at once. The last
 * quarter is kept for our own connections, files and hooks, and of it the first half for operators.
 *
 * Decides by the number of the new descriptor, which is the lowest free one: nothing to keep in
 * step. Does not know who connects, nor ZeroMQ.
 */
#ifndef IO_GATE_H
#define IO_GATE_H

#include <stdint.h>

/* How many connections were turned away since the start. A program that calls this has the gate in
 * it. */
uint64_t gate_turned_away_count(void);

#endif
