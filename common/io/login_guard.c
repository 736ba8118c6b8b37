/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/login_guard.h"

#include "common/io/signature.h"

void
login_guard_init(struct login_guard *guard)
{
    memset(guard, 0, sizeof *guard);
    signature_random(guard->secret, sizeof guard->secret);
}

static size_t
place_of(const struct login_guard *guard, const char *text)
{
    const struct bytes parts[] = { bytes_of(guard->secret, sizeof guard->secret),
                                   bytes_of_text(text) };
    struct digest digest;
    signature_digest(parts, 2, &digest);
    return ((size_t)digest.bytes[0] << 8 | digest.bytes[1]) % LOGIN_GUARD_SLOTS;
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
    return lockout_wait_ms(&guard->addresses[place_of(guard, address)].lockout, now->monotonic_ms);
}

/* The slot knows of a failure before its commit. */
uint64_t
login_guard_name_ms(struct login_guard *guard, const char *name, const Yidi__OperatorRow *person,
                    const struct office_time *now)
{
    struct login_slot *noted = &guard->names[place_of(guard, name)];
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
    struct login_slot *of_name = &guard->names[place_of(guard, name)];
    struct login_slot *of_address = &guard->addresses[place_of(guard, address)];
    of_name->generation = generation_of(person);
    lockout_fail(&of_name->lockout, LOCKOUT_OPERATOR_FREE, now->monotonic_ms);
    lockout_fail(&of_address->lockout, LOCKOUT_ADDRESS_FREE, now->monotonic_ms);
}

void
login_guard_pass(struct login_guard *guard, const char *name, const Yidi__OperatorRow *person)
{
    guard->names[place_of(guard, name)] =
        (struct login_slot){ .generation = generation_of(person) };
}
