/* SPDX-License-Identifier: Apache-2.0
 *
 * slot - the place of a name, a number or an address in a table of fixed size.
 *
 * Places come from a keyed digest: whoever does not know the key cannot choose who shares a place
 * with whom, nothing can be pushed out, and the table never grows. What is kept there the owner of
 * the table knows.
 */
#ifndef IO_SLOT_H
#define IO_SLOT_H

#include <stddef.h>
#include <stdint.h>

struct slot_key {
    uint8_t secret[32];
};

/* A new random key. */
void slot_key_init(struct slot_key *key);

/* 0 to count - 1; count is at most 65,536. */
size_t slot_of(const struct slot_key *key, const char *text, size_t count);

/* The same of an IP address. Of IPv6 the first 64 bits count: the rest a host chooses for itself
 * (RFC 4291 2.5.4). One that is mapped from IPv4 is the same as that. */
size_t slot_of_address(const struct slot_key *key, const char *address, size_t count);

#endif
