/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/written.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/require.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "proto/directory.pb-c.h"

const char *
written_add(struct written *written, const char *folder, const char *file, const char *what)
{
    REQUIRE(written->count < WRITTEN_FILES_MAX);
    struct written_file *place = &written->files[written->count];
    int size = snprintf(place->path, sizeof place->path, "%s%s%s", folder == NULL ? "" : folder,
                        folder == NULL ? "" : "/", file);
    if (size < 0 || (size_t)size >= sizeof place->path)
        return NULL;
    place->what = what;
    written->count++;
    return place->path;
}

enum result
written_prepare(const struct written *written, const char *folder, struct refusal *ret_refusal)
{
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, folder, "cannot be made: %s",
                      strerror(errno));
    for (size_t i = 0; i < written->count; i++)
        if (access(written->files[i].path, F_OK) == 0)
            return refuse(ret_refusal, REFUSAL_FILE_EXISTS, written->files[i].path,
                          "is there already and is not overwritten; nothing was written");
    return OK;
}

static void
report_json(const struct written *written)
{
    Yidi__FilesWritten message = YIDI__FILES_WRITTEN__INIT;
    char *paths[WRITTEN_FILES_MAX];

    message.files = paths;
    message.n_files = written->count;
    for (size_t i = 0; i < written->count; i++)
        paths[i] = (char *)(uintptr_t)written->files[i].path;
    output_json(&message.base);
}

int
written_report(const struct written *written, const struct settings *settings, enum result result,
               const struct refusal *refusal)
{
    if (result == ERR_REFUSED && refusal->code == REFUSAL_OPTION_INVALID)
        return report_usage(settings, result, refusal);
    if (result != OK)
        return report_result(settings, result, refusal);
    if (settings->json) {
        report_json(written);
        return EXIT_DONE;
    }
    AUTO(table) struct table table;
    table_init(&table, table_field_columns, 2);
    for (size_t i = 0; i < written->count; i++)
        table_add_field(&table, written->files[i].path, written->files[i].what);
    table_print(&table, stdout);
    return EXIT_DONE;
}

enum result
written_option(const struct arguments *arguments, const char *name, const char **ret_value,
               struct refusal *ret_refusal)
{
    const char *value = arguments_text(arguments, name);
    if (value == NULL || value[0] == '\0')
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, name, "must be given");
    *ret_value = value;
    return OK;
}
