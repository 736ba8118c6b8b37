/* SPDX-License-Identifier: Apache-2.0
 *
 * roster - offices with keys and certificates of one authority, and the signed directories that
 * list them.
 *
 * A test changes what it needs in the roster's offices (revoked, certificates, areas), then asks
 * for the next directory. Anything that fails here ends the test.
 */
#ifndef TESTS_ROSTER_H
#define TESTS_ROSTER_H

#include "common/io/directory.h"
#include "common/io/link.h"
#include "tests/lib/authority.h"

enum { ROSTER_OFFICES_MAX = 16 };

/* What a test writes down about an office; sorted by code. */
struct roster_entry {
    const char *code;
    Yidi__Role role;
    const char *area;
};

struct roster_office {
    struct roster_entry entry;
    struct signing_key *key;
    struct certificate *certificate;        /* the current one */
    struct signing_key *former_key;         /* NULL before roster_rotate */
    struct certificate *former_certificate; /* listed second */
    uint8_t transport_key[TRANSPORT_KEY_BYTES];
    bool revoked;
    bool unlisted;
};

struct roster {
    struct authority authority;
    struct signing_key *directory_key;
    struct certificate *directory_certificate;
    struct trust_root *root;
    uint64_t version;   /* of the directory signed last */
    uint64_t issued_ms; /* Unix; of all of them */
    uint64_t expires_ms;
    size_t count;
    struct roster_office offices[ROSTER_OFFICES_MAX];
};

void roster_open(struct roster *roster, const struct roster_entry *entries, size_t count);
void roster_close(struct roster *roster);

/* Nine o'clock in Beijing on the day after it was issued, Unix time: clocks of the tests' own begin
 * here, so that an hour of theirs never ends another day, whenever they run. */
uint64_t roster_morning_ms(const struct roster *roster);

/* A new key and certificate for an office; the present ones become the former. Once. */
void roster_rotate(struct roster *roster, size_t office);

/* Sign the next version; in the arena. */
struct bytes roster_sign(struct roster *roster, struct arena *arena);

/* The same, decoded; the caller destroys it. */
struct directory *roster_directory(struct roster *roster);

#endif
