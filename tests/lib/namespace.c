/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { COMMAND_BYTES = 512 };

/* ---- rights ---- */

static bool
write_text(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    bool written = file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text);
    if (file >= 0)
        close(file);
    return written;
}

/* Root of a user namespace of its own, who is the user of before outside. */
static bool
become_root(void)
{
    char uid_map[64], gid_map[64];
    snprintf(uid_map, sizeof uid_map, "0 %u 1", (unsigned)geteuid());
    snprintf(gid_map, sizeof gid_map, "0 %u 1", (unsigned)getegid());
    return unshare(CLONE_NEWUSER) == 0 && write_text("/proc/self/uid_map", uid_map) &&
           write_text("/proc/self/setgroups", "deny") && write_text("/proc/self/gid_map", gid_map);
}

static bool
own(int kind)
{
    if (unshare(kind) == 0)
        return true;
    return errno == EPERM && geteuid() != 0 && become_root() && unshare(kind) == 0;
}

/* ---- mounts ---- */

bool
namespace_own_mounts(void)
{
    return own(CLONE_NEWNS) && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool
mount_memory(const char *folder, size_t bytes, unsigned long flags)
{
    char options[64];
    snprintf(options, sizeof options, "size=%zu,mode=700", bytes);
    return mount("tmpfs", folder, "tmpfs", flags, options) == 0;
}

bool
namespace_mount(const char *folder, size_t bytes)
{
    return (mkdir(folder, 0700) == 0 || errno == EEXIST) && mount_memory(folder, bytes, 0);
}

bool
namespace_resize(const char *folder, size_t bytes)
{
    return mount_memory(folder, bytes, MS_REMOUNT);
}

void
namespace_unmount(const char *folder)
{
    (void)umount2(folder, MNT_DETACH);
}

/* ---- networks ---- */

static bool
run(const char *format, ...)
{
    char command[COMMAND_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    int status = system(command);
    return status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int
open_own_net(void)
{
    return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

/* A network namespace of its own; the caller ends up in it. */
static int
new_net(void)
{
    return own(CLONE_NEWNET) && run("ip link set lo up 2>/dev/null") ? open_own_net() : -1;
}

static void
enter(int net)
{
    assert_int_equal(setns(net, CLONE_NEWNET), 0);
}

/* Line i is 10.77.i.0/30: the middle has .1, the end .2. */
static bool
lay_line(const struct namespace_net *net, size_t line)
{
    int pid = (int)getpid();
    enter(net->middle);
    if (!run("ip link add line%zu type veth peer name line netns /proc/%d/fd/%d 2>/dev/null", line,
             pid, net->around[line]) ||
        !run("ip address add 10.77.%zu.1/30 dev line%zu && ip link set line%zu up", line, line,
             line))
        return false;
    enter(net->around[line]);
    return run("ip address add 10.77.%zu.2/30 dev line && ip link set line up &&"
               " ip route add default via 10.77.%zu.1",
               line, line);
}

bool
namespace_net_open(struct namespace_net *net, size_t line_count)
{
    *net = (struct namespace_net){ .home = -1, .middle = -1 };
    assert_true(line_count <= NAMESPACE_LINES_MAX);
    bool foreign = geteuid() != 0; /* then nobody lets us come back to the network of before */
    if (foreign && !become_root())
        return false;
    net->home = foreign ? new_net() : open_own_net();
    net->middle = net->home < 0 ? -1 : new_net();
    bool laid = net->middle >= 0 && write_text("/proc/sys/net/ipv4/ip_forward", "1");
    for (; laid && net->line_count < line_count; net->line_count++) {
        net->around[net->line_count] = new_net();
        laid = net->around[net->line_count] >= 0 && lay_line(net, net->line_count);
    }
    if (net->home >= 0)
        enter(net->home);
    return laid;
}

void
namespace_net_close(struct namespace_net *net)
{
    if (net->home < 0)
        return;
    for (size_t i = 0; i < net->line_count; i++)
        close(net->around[i]);
    if (net->middle >= 0)
        close(net->middle);
    close(net->home);
    *net = (struct namespace_net){ .home = -1, .middle = -1 };
}

const char *
namespace_net_address(size_t line, char ret_address[NAMESPACE_ADDRESS_BYTES])
{
    snprintf(ret_address, NAMESPACE_ADDRESS_BYTES, "10.77.%u.2", (unsigned)(line & 0xff));
    return ret_address;
}

void
namespace_net_enter(const struct namespace_net *net, size_t line)
{
    enter(net->around[line]);
}

void
namespace_net_leave(const struct namespace_net *net)
{
    enter(net->home);
}

static void
set_line(const struct namespace_net *net, size_t line, const char *state)
{
    enter(net->middle);
    bool done = run("ip link set line%zu %s", line, state);
    enter(net->home);
    assert_true(done);
}

void
namespace_net_cut(const struct namespace_net *net, size_t line)
{
    set_line(net, line, "down");
}

void
namespace_net_restore(const struct namespace_net *net, size_t line)
{
    set_line(net, line, "up");
}
