/* SPDX-License-Identifier: Apache-2.0
 *
 * The linker prefers a program's own accept4 to the C library's, for ZeroMQ too; so the program
 * must be linked to ZeroMQ dynamically or all statically, not with -Bsymbolic. descriptors_test
 * would see it.
 */
#include "common/io/gate.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The names that ZeroMQ calls; the header's own declarations have a type that only glibc can write.
 */
int gate_accept4(int listener, void *address, void *size, int flags) __asm__("accept4");
int gate_accept(int listener, void *address, void *size) __asm__("accept");

/* ZeroMQ calls from threads that have no context of ours. */
static atomic_uint_least64_t turned_away;

/* The first descriptor that a connection of this listener may not have. */
static uint64_t
first_kept(int listener)
{
    struct rlimit limit;
    int domain = AF_UNSPEC;
    socklen_t size = sizeof domain;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return UINT64_MAX;
    (void)getsockopt(listener, SOL_SOCKET, SO_DOMAIN, &domain, &size);
    return limit.rlim_cur - limit.rlim_cur / (domain == AF_UNIX ? 8 : 4);
}

int
gate_accept4(int listener, void *address, void *size, int flags)
{
    int connection = (int)syscall(SYS_accept4, listener, address, size, flags);
    if (connection < 0 && errno == EMFILE)
        errno = ENFILE; /* the one that the ipc listener bears */
    if (connection < 0 || (uint64_t)connection < first_kept(listener))
        return connection;
    close(connection);
    atomic_fetch_add(&turned_away, 1);
    errno = ECONNABORTED;
    return -1;
}

int
gate_accept(int listener, void *address, void *size)
{
    return gate_accept4(listener, address, size, 0);
}

uint64_t
gate_turned_away_count(void)
{
    return atomic_load(&turned_away);
}
