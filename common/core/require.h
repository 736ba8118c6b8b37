/* SPDX-License-Identifier: Apache-2.0
 *
 * require - our own invariants, always on.
 *
 * REQUIRE(expr) aborts with its place. Only for what our code guarantees; never for what a peer, a
 * user, a clock or a disk supplied.
 */
#ifndef CORE_REQUIRE_H
#define CORE_REQUIRE_H

_Noreturn void require_failed(const char *expression, const char *file, int line);

#define REQUIRE(expr) ((expr) ? (void)0 : require_failed(#expr, __FILE__, __LINE__))

/* A place that our own code never comes to; why says so in words. */
#define UNREACHABLE(why) require_failed(why, __FILE__, __LINE__)

#endif
