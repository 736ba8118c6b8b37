/* SPDX-License-Identifier: Apache-2.0
 *
 * backup - a verified copy of an office's store, made beside its running daemon.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "common/io/store.h"
#include "common/io/store_blame.h"
#include "deploy/yidictl/backup.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/copy_file.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/store_check.h"
#include "deploy/yidictl/trust.h"
#include "deploy/yidictl/written.h"

enum { RATE_STANDARD_MB = 64, RATE_MAX_MB = 10000, MEGABYTE = 1000000 };

static const struct argument_rule options[] = {
    { "store", "DIR", false, "the office's store" },
    { "to", "DIR", false, "folder that the backup is put into; made when it is absent" },
    { "office", "CODE", false, "the office's code" },
    { "keep", "NUMBER", false,
      "afterwards remove the oldest backups of the office beyond so many" },
    { "quick", NULL, false, "do not verify the copy's whole journal, only where it stands" },
    { "rate", "MB", false, "megabytes a second at most, 1..10000 (default: 64)" },
    TRUST_OPTIONS,
    { 0 },
};

struct job {
    const char *store_path;
    const char *to;
    const char *office;
    uint64_t keep_count; /* 0: all */
    uint64_t bytes_per_second_max;
    enum store_check_depth depth;
    struct envelope_verifier *verifier;
    char name[BACKUP_NAME_BYTES];
    struct arena arena;
};

static enum result
read_job(struct job *job, const struct arguments *arguments, struct refusal *ret_refusal)
{
    uint64_t rate_mb = 0;
    enum result result = written_option(arguments, "store", &job->store_path, ret_refusal);
    if (result == OK)
        result = written_option(arguments, "to", &job->to, ret_refusal);
    if (result == OK)
        result = written_option(arguments, "office", &job->office, ret_refusal);
    if (result == OK && strlen(job->office) != OFFICE_CODE_CHARS)
        result = refuse(ret_refusal, REFUSAL_OPTION_INVALID, "office", "a code of %d characters",
                        OFFICE_CODE_CHARS);
    if (result == OK)
        result = arguments_number(arguments, "keep", 0, 1, BACKUP_KEEP_MAX, &job->keep_count,
                                  ret_refusal);
    if (result == OK)
        result = arguments_number(arguments, "rate", RATE_STANDARD_MB, 1, RATE_MAX_MB, &rate_mb,
                                  ret_refusal);
    job->bytes_per_second_max = rate_mb * MEGABYTE;
    job->depth = arguments_flag(arguments, "quick") ? STORE_CHECK_QUICK : STORE_CHECK_FULL;
    return result;
}

/* ---- the copy ---- */

struct taking {
    struct copy_file *copy;
    struct refusal *refusal;
};

static enum result
take_piece(void *context, struct bytes piece)
{
    struct taking *taking = context;
    return copy_file_add(taking->copy, piece, taking->refusal);
}

static enum result
copy_store(const struct job *job, const char *path, Yidi__Backup *backup, struct digest *ret_digest,
           struct refusal *ret_refusal)
{
    AUTO(store) struct store *store = NULL;
    AUTO(copy_file) struct copy_file copy = { .digest = NULL };
    struct taking taking = { &copy, ret_refusal };
    enum result result = store_open_readonly(job->store_path, &store);
    if (result != OK)
        return store_blame(job->store_path, job->store_path, result, ret_refusal);
    result = copy_file_open(&copy, path, job->bytes_per_second_max, ret_refusal);
    if (result == OK)
        result = store_copy(store, take_piece, &taking);
    if (result == ERR_DAMAGED)
        return refuse(ret_refusal, REFUSAL_STORE_DAMAGED, job->store_path,
                      "its pages contradict each other");
    if (result == OK)
        result = copy_file_end(&copy, ret_digest, ret_refusal);
    backup->bytes = copy.bytes;
    return result;
}

/* What reached the disk must be what was handed to it; then what it says must hold. */
static enum result
verify_copy(const struct job *job, const struct work_folder *folder, const Yidi__Backup *backup,
            const struct digest *digest, struct store_check *ret_check, struct refusal *ret_refusal)
{
    char path[PATH_MAX];
    struct digest read_digest;
    uint64_t bytes = 0;
    if (work_folder_file(folder, BACKUP_STORE_FILE, path) == NULL)
        return ERR_MEMORY;
    enum result result = copy_file_read_back(path, &bytes, &read_digest, ret_refusal);
    if (result == OK && (bytes != backup->bytes || !digest_equal(&read_digest, digest)))
        return refuse(ret_refusal, REFUSAL_STORE_DAMAGED, path,
                      "the disk does not give back what was written");
    if (result == OK)
        result = store_check(folder->path, job->office, job->verifier, job->depth, ret_check,
                             ret_refusal);
    return result;
}

static void
fill_manifest(const struct job *job, const struct store_check *check, struct digest *digest,
              Yidi__Backup *backup)
{
    backup->version = 1;
    backup->office = (char *)(uintptr_t)job->office;
    backup->epoch = check->epoch;
    backup->entries = check->entries;
    backup->head = (char *)(uintptr_t)check->head;
    backup->head_time_ms = check->head_time_ms;
    backup->digest.data = digest->bytes;
    backup->digest.len = DIGEST_BYTES;
    backup->audited = job->depth == STORE_CHECK_FULL;
}

/* ---- all of it ---- */

static uint64_t
now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static enum result
make_folder(const struct job *job, struct work_folder *folder, struct refusal *ret_refusal)
{
    char path[PATH_MAX];
    if (mkdir(job->to, 0700) != 0 && errno != EEXIST)
        return refuse(ret_refusal, errno == ENOSPC ? REFUSAL_DISK_FULL : REFUSAL_FILE_UNREADABLE,
                      job->to, "cannot be made: %s", strerror(errno));
    backup_remove_stale(job->to, job->office);
    if (snprintf(path, sizeof path, "%s/%s", job->to, job->name) >= (int)sizeof path)
        return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, job->to, "its path is too long");
    return work_folder_open(folder, path, ret_refusal);
}

/* The journal may only have grown since the store was looked at. */
static enum result
make_backup(struct job *job, struct store_check *check, struct digest *digest,
            Yidi__BackupReport *report, struct refusal *ret_refusal)
{
    AUTO(work_folder) struct work_folder folder = { .lock = 0 };
    Yidi__Backup *backup = report->backup;
    char path[PATH_MAX];
    enum result result = store_check(job->store_path, job->office, job->verifier, STORE_CHECK_QUICK,
                                     check, ret_refusal);
    uint64_t entries_before = check->entries;
    if (result == OK)
        result = make_folder(job, &folder, ret_refusal);
    if (result == OK && work_folder_file(&folder, BACKUP_STORE_FILE, path) == NULL)
        result = ERR_MEMORY;
    if (result == OK)
        result = copy_store(job, path, backup, digest, ret_refusal);
    if (result == OK)
        result = verify_copy(job, &folder, backup, digest, check, ret_refusal);
    if (result == OK && check->entries < entries_before)
        result = refuse(ret_refusal, REFUSAL_STORE_DAMAGED, job->store_path,
                        "its journal became shorter while it was copied");
    if (result != OK)
        return result;
    fill_manifest(job, check, digest, backup);
    result = backup_write_manifest(&folder, backup, ret_refusal);
    if (result == OK)
        result = work_folder_publish(&folder, ret_refusal);
    report->path = arena_copy_text(&job->arena, folder.final_path);
    return result == OK && report->path == NULL ? ERR_MEMORY : result;
}

static void
print_report(const Yidi__BackupReport *report, struct arena *arena)
{
    const Yidi__Backup *backup = report->backup;
    AUTO(table) struct table table;
    table_init(&table, table_field_columns, 2);
    table_add_field(&table, "backup", report->path);
    table_add_field(&table, "office", backup->office);
    table_add_field(&table, "epoch", output_format(arena, "%u", (unsigned)backup->epoch));
    table_add_field(&table, "entries",
                    output_format(arena, "%llu", (unsigned long long)backup->entries));
    table_add_field(&table, "head of", output_time_and_zone(backup->head_time_ms, arena));
    table_add_field(&table, "bytes",
                    output_format(arena, "%llu", (unsigned long long)backup->bytes));
    table_add_field(&table, "verified", backup->audited ? "all of it holds" : "its last head only");
    for (size_t i = 0; i < report->n_removed; i++)
        table_add_field(&table, "removed", report->removed[i]);
    table_print(&table, stdout);
}

static int
run_job(struct job *job, const struct settings *settings)
{
    struct store_check check;
    struct digest digest;
    struct refusal refusal = { 0 };
    Yidi__Backup backup = YIDI__BACKUP__INIT;
    Yidi__BackupReport report = YIDI__BACKUP_REPORT__INIT;
    report.backup = &backup;
    backup.made_ms = now_ms();
    backup_name(job->office, backup.made_ms, job->name);
    enum result result = make_backup(job, &check, &digest, &report, &refusal);
    if (result == OK && job->keep_count > 0)
        result = backup_remove_old(job->to, job->office, job->name, job->keep_count, &job->arena,
                                   &report);
    if (result != OK)
        return report_result(settings, result, &refusal);
    if (settings->json)
        output_json(&report.base);
    else
        print_report(&report, &job->arena);
    return EXIT_DONE;
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(trust) struct trust trust = { 0 };
    struct job job = { .verifier = &trust.verifier };
    struct refusal refusal = { 0 };
    enum result result = read_job(&job, arguments, &refusal);
    if (result != OK)
        return report_usage(settings, result, &refusal);
    int status = trust_open(&trust, settings, arguments);
    if (status != EXIT_DONE)
        return status;
    arena_init(&job.arena);
    status = run_job(&job, settings);
    arena_fini(&job.arena);
    return status;
}

const struct command backup_command = {
    .name = "backup",
    .synopsis = "--store DIR --to DIR --office CODE --directory FILE --root root.pem [--crl FILE] "
                "[--keep NUMBER] [--quick] [--rate MB]",
    .help = "copy an office's store beside its running daemon",
    .description =
        "The backup is a folder OFFICE-DATE-TIME-MS (UTC) with the copy, data.mdb, and a\n"
        "manifest.json; it is there when it was verified, or not at all. It holds what the last\n"
        "commit held; it holds personal data. While the copy is made, the store does not use the\n"
        "room of what is deleted again.",
    .options = options,
    .offline = true,
    .run = run,
};
