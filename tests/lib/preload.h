/* SPDX-License-Identifier: Apache-2.0
 *
 * preload - starts an office's daemon with a library of tests/preload between it and the kernel.
 *
 * Libraries lie in ../preload beside $YIDI_BIN (default build/bin). One library per office at a
 * time.
 */
#ifndef TESTS_PRELOAD_H
#define TESTS_PRELOAD_H

#include "tests/lib/network.h"

enum { PRELOAD_SETTINGS_MAX = 10, PRELOAD_SETTING_BYTES = 640 };

/* Must stay where it is until the office is started. */
struct preload {
    size_t count;
    char settings[PRELOAD_SETTINGS_MAX][PRELOAD_SETTING_BYTES]; /* NAME=value */
    const char *list[PRELOAD_SETTINGS_MAX + 1];
};

/* For the next starts of the office, until preload_remove. name is the library's, without .so. */
void preload_install(struct preload *preload, const char *name, struct network_office *office);

/* What the library finds in its environment. */
__attribute__((format(printf, 3, 4))) void preload_set(struct preload *preload, const char *name,
                                                       const char *format, ...);

/* Start without it from now on. */
void preload_remove(struct network_office *office);

#endif
