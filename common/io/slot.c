/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/slot.h"

#include <arpa/inet.h>
#include <string.h>

#include "common/core/bytes.h"
#include "common/io/signature.h"

enum { NETWORK_BYTES = 8 };

void
slot_key_init(struct slot_key *key)
{
    signature_random(key->secret, sizeof key->secret);
}

static size_t
slot_of_bytes(const struct slot_key *key, struct bytes content, size_t count)
{
    const struct bytes parts[] = { bytes_of(key->secret, sizeof key->secret), content };
    struct digest digest;
    signature_digest(parts, 2, &digest);
    return ((size_t)digest.bytes[0] << 8 | digest.bytes[1]) % count;
}

size_t
slot_of(const struct slot_key *key, const char *text, size_t count)
{
    return slot_of_bytes(key, bytes_of_text(text), count);
}

size_t
slot_of_address(const struct slot_key *key, const char *address, size_t count)
{
    static const char mapped[] = "::ffff:";
    struct in6_addr six;
    if (strncmp(address, mapped, sizeof mapped - 1) == 0 && strchr(address, '.') != NULL)
        address += sizeof mapped - 1;
    if (inet_pton(AF_INET6, address, &six) == 1)
        return slot_of_bytes(key, bytes_of(six.s6_addr, NETWORK_BYTES), count);
    return slot_of(key, address, count);
}
