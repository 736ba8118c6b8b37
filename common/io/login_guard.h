/* SPDX-License-Identifier: Apache-2.0
 *
 * login_guard - who has failed to log in, by name and by address, in memory.
 *
 * Failures are kept in tables of fixed size (slot.h). Names that exist
 * and names that do not are kept alike; for those that exist the operator's row counts, too, which
 * outlives the daemon.
 */
#ifndef IO_LOGIN_GUARD_H
#define IO_LOGIN_GUARD_H

#include "common/core/lockout.h"
#include "common/io/operators.h"
#include "common/io/slot.h"

enum { LOGIN_GUARD_SLOTS = 4096 };

struct login_slot {
    struct lockout lockout;
    uint64_t generation; /* of the operator's row at the last failure; 0: there is none */
};

struct login_guard {
    struct slot_key key;
    struct login_slot names[LOGIN_GUARD_SLOTS];
    struct login_slot addresses[LOGIN_GUARD_SLOTS];
};

void login_guard_init(struct login_guard *guard);

/* Milliseconds for which nobody is heard from there. */
uint64_t login_guard_address_ms(const struct login_guard *guard, const char *address,
                                const struct office_time *now);

/* Milliseconds for which an attempt under that name is not heard. An operator whose row was changed
 * since, by an administrator, begins anew.
 *
 * person  the operator of that name, or NULL. */
uint64_t login_guard_name_ms(struct login_guard *guard, const char *name,
                             const Yidi__OperatorRow *person, const struct office_time *now);

void login_guard_fail(struct login_guard *guard, const char *name, const char *address,
                      const Yidi__OperatorRow *person, const struct office_time *now);

/* That name has logged in; its address is forgiven nothing. */
void login_guard_pass(struct login_guard *guard, const char *name, const Yidi__OperatorRow *person);

#endif
