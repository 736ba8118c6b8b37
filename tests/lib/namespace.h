/* SPDX-License-Identifier: Apache-2.0
 *
 * namespace - mounts and networks that only this process and its children see.
 *
 * As root, or in a user namespace of its own where the kernel allows that; else nothing works here
 * and the caller skips. Call before there are threads.
 */
#ifndef TESTS_NAMESPACE_H
#define TESTS_NAMESPACE_H

#include <stdbool.h>
#include <stddef.h>

/* From now on, what this process mounts is its own. False: not possible here. */
bool namespace_own_mounts(void);

/* A disk in memory of so many bytes on a folder that is made; change its size while it is used;
 * take it off, whoever uses it. */
bool namespace_mount(const char *folder, size_t bytes);
bool namespace_resize(const char *folder, size_t bytes);
void namespace_unmount(const char *folder);

/* Networks: one in the middle that forwards, and some around it, each on a line of its own.
 *
 *     around 0 ──line 0── middle ──line 1── around 1 ...
 */
enum { NAMESPACE_LINES_MAX = 8, NAMESPACE_ADDRESS_BYTES = 16 };

struct namespace_net {
    int home;   /* where we came from; -1 when nothing is open */
    int middle; /* descriptors of namespaces */
    int around[NAMESPACE_LINES_MAX];
    size_t line_count;
};

/* Make them; false: not possible here (no rights, no ip program, no veth in the kernel). Safe to
 * close when it failed. */
bool namespace_net_open(struct namespace_net *net, size_t line_count);
void namespace_net_close(struct namespace_net *net);

/* The address of whoever lives around at the end of a line. */
const char *namespace_net_address(size_t line, char ret_address[NAMESPACE_ADDRESS_BYTES]);

/* What this thread starts from now on lives there; and at home again. */
void namespace_net_enter(const struct namespace_net *net, size_t line);
void namespace_net_leave(const struct namespace_net *net);

/* Pull the plug of a line, in the middle; put it back. */
void namespace_net_cut(const struct namespace_net *net, size_t line);
void namespace_net_restore(const struct namespace_net *net, size_t line);

#endif
