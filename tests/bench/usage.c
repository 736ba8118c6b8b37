/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/usage.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum { PATH_BYTES = 64 + 256, TEXT_BYTES = 8192, SECTOR_BYTES = 512 };

static void
read_text(const char *path, char ret_text[TEXT_BYTES])
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        bench_fail("cannot read %s", path);
    size_t size = fread(ret_text, 1, TEXT_BYTES - 1, file);
    ret_text[size] = '\0';
    fclose(file);
}

/* The number behind a name at the beginning of a line; 0 when there is none. */
static uint64_t
number_of(const char *text, const char *name)
{
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, strlen(name)) == 0)
            return strtoull(line + strlen(name), NULL, 10);
    }
    return 0;
}

/* Fields 14 and 15, counted behind the program's name, which may hold spaces. */
static uint64_t
ticks_of(const char *stat)
{
    uint64_t user = 0, system = 0;
    const char *rest = strrchr(stat, ')');
    if (rest == NULL ||
        sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64, &user,
               &system) != 2)
        bench_fail("the process ended");
    return user + system;
}

static void
add_threads(pid_t process, struct usage *usage)
{
    char path[PATH_BYTES], text[TEXT_BYTES];
    snprintf(path, sizeof path, "/proc/%d/task", (int)process);
    DIR *folder = opendir(path);
    const struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", (int)process, entry->d_name);
        read_text(path, text);
        usage->cpu_ns += strtoull(text, NULL, 10);
        snprintf(path, sizeof path, "/proc/%d/task/%s/status", (int)process, entry->d_name);
        read_text(path, text);
        usage->switches += number_of(text, "voluntary_ctxt_switches:") +
                           number_of(text, "nonvoluntary_ctxt_switches:");
    }
    if (folder != NULL)
        closedir(folder);
}

void
usage_read(pid_t process, struct usage *ret_usage)
{
    char path[PATH_BYTES], text[TEXT_BYTES];
    struct usage usage = { 0 };
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    read_text(path, text);
    usage.cpu_ticks = ticks_of(text);
    snprintf(path, sizeof path, "/proc/%d/io", (int)process);
    read_text(path, text);
    usage.written_bytes = number_of(text, "wchar:");
    usage.dirtied_bytes = number_of(text, "write_bytes:");
    snprintf(path, sizeof path, "/proc/%d/status", (int)process);
    read_text(path, text);
    usage.resident_kib = number_of(text, "VmRSS:");
    usage.resident_anonymous_kib = number_of(text, "RssAnon:");
    usage.resident_file_kib = number_of(text, "RssFile:");
    usage.resident_max_kib = number_of(text, "VmHWM:");
    add_threads(process, &usage);
    *ret_usage = usage;
}

double
usage_cpu_s(const struct usage *before, const struct usage *after)
{
    return (double)(after->cpu_ticks - before->cpu_ticks) / (double)sysconf(_SC_CLK_TCK);
}

static uint64_t
sectors_written(const char *folder)
{
    char path[PATH_BYTES];
    struct stat status;
    unsigned long long sectors = 0;
    if (stat(folder, &status) != 0)
        return 0;
    snprintf(path, sizeof path, "/sys/dev/block/%u:%u/stat", major(status.st_dev),
             minor(status.st_dev));
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%*u %*u %*u %*u %*u %*u %llu", &sectors) != 1)
        sectors = 0;
    fclose(file);
    return sectors;
}

void
usage_read_machine(const char *folder, struct machine_usage *ret_usage)
{
    char text[TEXT_BYTES];
    uint64_t ticks[8] = { 0 }; /* user nice system idle iowait irq softirq steal */
    read_text("/proc/stat", text);
    const char *rest = text + strcspn(text, " ");
    char *end;
    *ret_usage = (struct machine_usage){ 0 };
    for (size_t i = 0; i < sizeof ticks / sizeof *ticks; i++, rest = end) {
        ticks[i] = strtoull(rest, &end, 10);
        ret_usage->all_ticks += ticks[i];
    }
    ret_usage->busy_ticks = ret_usage->all_ticks - ticks[3] - ticks[4];
    ret_usage->disk_written_bytes = sectors_written(folder) * SECTOR_BYTES;
}
