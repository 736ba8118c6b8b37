/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/power.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

/* Beside the folder, not in it. */
static void
report_path(const struct network_office *office, char ret_path[NETWORK_PATH_BYTES])
{
    int size = snprintf(ret_path, NETWORK_PATH_BYTES, "%s.power", office->folder);
    assert_in_range(size, 1, NETWORK_PATH_BYTES - 1);
}

void
power_install(struct preload *preload, const struct power_cut *cut, struct network_office *office)
{
    char report[NETWORK_PATH_BYTES];
    report_path(office, report);
    (void)unlink(report);
    preload_install(preload, "power_loss", office);
    preload_set(preload, "YIDI_POWER_FOLDER", "%s", office->folder);
    preload_set(preload, "YIDI_POWER_REPORT", "%s", report);
    preload_set(preload, "YIDI_POWER_CUT", "%" PRIu64, cut->sync_point);
    preload_set(preload, "YIDI_POWER_SIDE", "%s", cut->after ? "after" : "before");
    preload_set(preload, "YIDI_POWER_SEED", "%" PRIu64, cut->seed);
    preload_set(preload, "YIDI_POWER_IGNORE_SYNC", "%s", cut->ignored == NULL ? "" : cut->ignored);
    preload_set(preload, "YIDI_POWER_IGNORE_FROM", "%" PRIu64, cut->lies_from);
}

bool
power_read_report(const struct network_office *office, struct power_report *ret_report)
{
    char path[NETWORK_PATH_BYTES];
    unsigned cut;
    report_path(office, path);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    int count = fscanf(
        file, "cut %u syncs %" SCNu64 " sectors %" SCNu64 " sizes %" SCNu64 " names %" SCNu64, &cut,
        &ret_report->sync_points, &ret_report->sectors, &ret_report->sizes, &ret_report->names);
    (void)fclose(file);
    ret_report->cut = count == 5 && cut == 1;
    return count == 5;
}
