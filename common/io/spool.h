/* SPDX-License-Identifier: Apache-2.0
 *
 * spool - hands notifications out of the daemon: one file each in a folder, and a program run on
 * it.
 *
 * A file appears under its name complete and on disk, mode 0600, or not at all. The hook is the
 * office's own program (it sends a text message, say); it gets the file's path as its only argument
 * and never holds up the loop. Without a hook the files wait for a program that collects them.
 * Knows nothing of what is in them.
 */
#ifndef IO_SPOOL_H
#define IO_SPOOL_H

#include "common/core/auto.h"
#include "common/core/bytes.h"
#include "common/core/result.h"

enum {
    SPOOL_NAME_BYTES_MAX = 120,
    SPOOL_HOOKS_MAX = 256,     /* running and waiting */
    SPOOL_RUNNING_MAX = 4,     /* at the same time */
    SPOOL_HOOK_MS_MAX = 30000, /* then it is killed, with what it started */
    SPOOL_CLOSE_MS_MAX = 2000, /* how long running hooks may hold up the daemon's end */
};

struct spool;

/* Use a folder, made with mode 0700 when absent.
 *
 * hook_path  the program, or NULL or "" for none.
 * ERR_IO     the folder cannot be used, or the hook is no program; errno tells why. */
enum result spool_open(const char *directory, const char *hook_path,
                       struct spool **ret_spool) MUST_CHECK;

/* Waits a little for running hooks, then kills them; forgets waiting ones. */
void spool_close(struct spool *spool);

/* Write one file. The same name again replaces it.
 *
 * ERR_REFUSED  not a plain file name of 1 to SPOOL_NAME_BYTES_MAX bytes. ERR_IO not written. */
enum result spool_write(struct spool *spool, const char *name, struct bytes text) MUST_CHECK;

/* Run the hook on a file, now or when fewer are running. OK at once where there is no hook.
 *
 * ERR_FULL     SPOOL_HOOKS_MAX are running and waiting. ERR_REFUSED as above. */
enum result spool_hook(struct spool *spool, const char *name) MUST_CHECK;

/* Run the hook on every file that is in the folder and on which it neither runs nor waits to run:
 * what a restart or a failed hook left behind. Does nothing where there is no hook. */
void spool_resume(struct spool *spool);

/* Remove a file; fine when it is gone already. */
enum result spool_remove(struct spool *spool, const char *name) MUST_CHECK;

/* name is borrowed; success: the hook ended by itself with status 0. */
typedef void spool_ended_fn(void *context, const char *name, bool success);

/* Collect hooks that ended, kill those past their time, start waiting ones. Never waits.
 *
 * now_ms  monotonic; a hook's time counts from the first poll after its start. */
void spool_poll(struct spool *spool, uint64_t now_ms, spool_ended_fn *ended, void *context);

DEFINE_AUTO(spool, struct spool *, spool_close)

#endif
