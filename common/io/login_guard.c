/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/login_guard.h"

#include <string.h>

void
login_guard_init(struct login_guard *guard)
{
    memset(guard, 0, sizeof *guard);
    slot_key_init(&guard->key);
}

static uint64_t
generation_of(const Yidi__OperatorRow *person)
{
    return person == NULL ? 0 : person->generation;
}

uint64_t
login_guard_address_ms(const struct login_guard *guard, const char *address,
                       const struct office_time *now)
{
    size_t place = slot_of_address(&guard->key, address, LOGIN_GUARD_SLOTS);
    return lockout_wait_ms(&guard->addresses[place].lockout, now->monotonic_ms);
}

/* The slot knows of a failure before its commit. */
uint64_t
login_guard_name_ms(struct login_guard *guard, const char *name, const Yidi__OperatorRow *person,
                    const struct office_time *now)
{
    struct login_slot *noted = &guard->names[slot_of(&guard->key, name, LOGIN_GUARD_SLOTS)];
    if (person != NULL && person->generation != noted->generation)
        *noted = (struct login_slot){ .generation = person->generation };
    const struct lockout kept = { .next_ms = person == NULL ? 0 : person->next_try_ms };
    uint64_t noted_ms = lockout_wait_ms(&noted->lockout, now->monotonic_ms);
    uint64_t kept_ms = lockout_wait_ms(&kept, now->wall_ms);
    return noted_ms > kept_ms ? noted_ms : kept_ms;
}

void
login_guard_fail(struct login_guard *guard, const char *name, const char *address,
                 const Yidi__OperatorRow *person, const struct office_time *now)
{
    struct login_slot *of_name = &guard->names[slot_of(&guard->key, name, LOGIN_GUARD_SLOTS)];
    struct login_slot *of_address =
        &guard->addresses[slot_of_address(&guard->key, address, LOGIN_GUARD_SLOTS)];
    of_name->generation = generation_of(person);
    lockout_fail(&of_name->lockout, LOCKOUT_OPERATOR_FREE, now->monotonic_ms);
    lockout_fail(&of_address->lockout, LOCKOUT_ADDRESS_FREE, now->monotonic_ms);
}

void
login_guard_pass(struct login_guard *guard, const char *name, const Yidi__OperatorRow *person)
{
    guard->names[slot_of(&guard->key, name, LOGIN_GUARD_SLOTS)] =
        (struct login_slot){ .generation = generation_of(person) };
}
