/* SPDX-License-Identifier: Apache-2.0
 *
 * permission - may the operator of a command do what it asks?
 *
 * Asked where a command takes effect, whichever door it came through. Until the first operator is
 * added, everybody may; from then on the operator must be listed, enabled, and hold a role that the
 * table of duties names (domain/duty.h). One way stays open: over the local control socket, whose
 * file's owner is the last authority, operators are looked at and changed by whoever may open it.
 * So nobody is locked out for good.
 */
#ifndef IO_PERMISSION_H
#define IO_PERMISSION_H

#include "common/core/effects.h"
#include "common/core/refusal.h"
#include "common/io/store.h"
#include "proto/control.pb-c.h"

/* In whose name the console asks what it shows to all. */
#define PERMISSION_CONSOLE "console"

enum { PERMISSION_ACT_BYTES = 64 };

/* The act that a command is, as the table of duties calls it. */
const char *permission_act(const Yidi__Request *request, char ret_act[PERMISSION_ACT_BYTES]);

/* Is it one that the console asks of itself, and takes from no browser? */
bool permission_is_inner(const Yidi__Request *request);

/* ERR_REFUSED  NOT_PERMITTED; COMMAND_UNKNOWN, also for what is the console's own and did not come
 *              from it. Other errors of the store. */
enum result permission_check(struct store_txn *txn, enum party office, const Yidi__Request *request,
                             struct refusal *ret_refusal) MUST_CHECK;

#endif
