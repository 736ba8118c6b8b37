/* SPDX-License-Identifier: Apache-2.0
 *
 * power_watch - what power_loss watches: a folder and all below it; and the lock under which it
 * does anything.
 */
#ifndef TESTS_PRELOAD_POWER_WATCH_H
#define TESTS_PRELOAD_POWER_WATCH_H

#include <stdbool.h>

enum { POWER_PATH_BYTES = 4096 };

/* From now on. What has to come back after a loss is sheltered in FOLDER.sheltered beside it. */
void power_watch(const char *folder);

void power_lock(void);
void power_unlock(void);

/* The present path of an open file or folder; false when it has none or is not watched. */
bool power_find_path(int descriptor, char ret_path[POWER_PATH_BYTES]);

/* A path whose last part need not be there, without links in the rest of it; false when it is not
 * watched. Keeps errno. */
bool power_resolve(int folder, const char *path, char ret_path[POWER_PATH_BYTES]);

/* Tell and abort: a test must not go on with a layer that sees only half. */
void power_give_up(const char *why);

#endif
