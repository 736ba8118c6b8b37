/* SPDX-License-Identifier: Apache-2.0
 *
 * daemon - a node as a process: options, files, sockets, signals, and the loop that feeds an office
 * (office.h).
 *
 * SIGHUP reloads directory, root and CRL; SIGTERM and SIGINT end the process after the running
 * turn.
 */
#ifndef IO_DAEMON_H
#define IO_DAEMON_H

#include "common/io/role.h"

/* Run a node; answers the process' exit status: 0 ended by a signal, or --help and such; 1 refused
 * configuration (the coded error is on standard error); 2 the disk or a socket failed. */
int daemon_main(const struct role *role, int argc, char *argv[]);

#endif
