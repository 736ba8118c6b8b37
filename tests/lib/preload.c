/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/preload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

void
preload_set(struct preload *preload, const char *name, const char *format, ...)
{
    char value[PRELOAD_SETTING_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(value, sizeof value, format, arguments);
    va_end(arguments);
    assert_in_range(size, 0, sizeof value - 1);
    assert_true(preload->count < PRELOAD_SETTINGS_MAX);
    char *setting = preload->settings[preload->count];
    assert_true(snprintf(setting, PRELOAD_SETTING_BYTES, "%s=%s", name, value) <
                PRELOAD_SETTING_BYTES);
    preload->list[preload->count++] = setting;
    preload->list[preload->count] = NULL;
}

void
preload_install(struct preload *preload, const char *name, struct network_office *office)
{
    const char *programs = getenv("YIDI_BIN");
    char path[NETWORK_PATH_BYTES];
    snprintf(path, sizeof path, "%s/../preload/%s.so", programs == NULL ? "build/bin" : programs,
             name);
    if (access(path, R_OK) != 0)
        fail_msg("%s is not there", path);
    *preload = (struct preload){ .count = 0 };
    preload_set(preload, "LD_PRELOAD", "%s", path);
    /* A sanitizer insists on being first, but our libraries stand below it as well. */
    preload_set(preload, "ASAN_OPTIONS", "verify_asan_link_order=0");
    office->environment = preload->list;
}

void
preload_remove(struct network_office *office)
{
    office->environment = NULL;
}
