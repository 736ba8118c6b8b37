/* SPDX-License-Identifier: Apache-2.0
 *
 * tool - yidictl run as a process, as an operator runs it. It comes from $YIDI_BIN (default
 * build/bin). Anything that fails here ends the test with cmocka's fail.
 */
#ifndef TESTS_TOOL_H
#define TESTS_TOOL_H

#include <stdint.h>
#include <sys/types.h>

#include "tests/lib/network.h"

enum { TOOL_OUTPUT_BYTES = 16384, TOOL_ARGUMENTS_MAX = 32, TOOL_PATIENCE_MS = 120000 };

struct tool {
    pid_t pid;
    int output; /* descriptor of what it writes to both outputs */
    char text[TOOL_OUTPUT_BYTES];
};

/* Start it; with a bound in bytes on each file that it writes, as on a full disk, unless 0.
 *
 * arguments  NULL-terminated, behind the program's name. */
void tool_start(struct tool *tool, const char *const *arguments, uint64_t file_bytes_max);

/* Wait for its end; answers the exit status, or 128 + signal. What it wrote is in tool->text. */
int tool_wait(struct tool *tool);

/* Both. */
int tool_run(struct tool *tool, const char *const *arguments);

/* Make a backup of an office into one of its folders, or restore one into its folder `data`, with
 * the office's own directory and the network's root; more is a NULL-terminated list of further
 * arguments, or NULL. Started, not waited for. */
void tool_backup(struct tool *tool, const struct network_office *office, const char *to,
                 const char *const *more, uint64_t file_bytes_max);
void tool_restore(struct tool *tool, const struct network_office *office, const char *from,
                  const char *store, uint64_t file_bytes_max);

/* journal verify of an office's store; its daemon may be running. */
int tool_verify(struct tool *tool, const struct network_office *office, const char *store);

#endif
