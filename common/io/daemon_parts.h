/* SPDX-License-Identifier: Apache-2.0
 *
 * daemon_parts - what the parts of daemon share: daemon_start.c opens and closes all that a process
 * holds, daemon_ports.c does what the office asks of the world, daemon.c is the loop.
 */
#ifndef IO_DAEMON_PARTS_H
#define IO_DAEMON_PARTS_H

#include <zmq.h>

#include "common/io/console.h"
#include "common/io/control.h"
#include "common/io/daemon_files.h"
#include "common/io/link.h"
#include "common/io/office.h"
#include "common/io/spool.h"

enum { POLL_ITEMS_MAX = 4096 };

struct daemon {
    struct daemon_options options;
    struct daemon_files files;
    struct store *store;
    struct link *link;
    struct control_server *control;
    struct console *console; /* NULL: none is wanted */
    char console_address[CONSOLE_ADDRESS_BYTES];
    struct spool *spool;
    struct office *office;
    int signals;
    bool stopping;
    uint64_t house_kept_ms;
    uint64_t turned_away, gate_logged_ms;
    zmq_pollitem_t poll_items[POLL_ITEMS_MAX];
};

/* What an office asks of the world is asked of this process. */
struct office_ports daemon_ports(struct daemon *daemon);

/* Open store, spool, link, office, control socket and console, in this order; whatever was opened
 * is closed by daemon_close.
 *
 * ERR_REFUSED  with the option or file that is at fault. */
enum result daemon_open(struct daemon *daemon, const struct role *role,
                        struct refusal *ret_refusal) MUST_CHECK;
void daemon_close(struct daemon *daemon);

/* Read the file that the option names, and have the office adopt it. */
enum result daemon_take_policy(struct daemon *daemon, const struct office_time *now,
                               struct refusal *ret_refusal) MUST_CHECK;
void daemon_log_rejected(const struct refusal *refusal);

#endif
