/* SPDX-License-Identifier: Apache-2.0
 *
 * restore - put a store back from a backup, marked so that its office does no work before it is
 * recovered.
 *
 * The backup is only read. Its copy is checked before it gets its name.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/io/office.h"
#include "common/io/session.h"
#include "common/io/store.h"
#include "deploy/yidictl/backup.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/copy_file.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/store_check.h"
#include "deploy/yidictl/trust.h"
#include "deploy/yidictl/written.h"

enum { MARK_ROOM_BYTES = 16 * 1024 * 1024 }; /* of the map, for the mark */

static const struct argument_rule options[] = {
    { "from", "BACKUP", false, "the backup, a folder that backup made" },
    { "store", "DIR", false, "the store to be; there must be none" },
    { "office", "CODE", false, "the office's code" },
    TRUST_OPTIONS,
    { 0 },
};

struct job {
    const char *from;
    const char *store_path;
    const char *office;
    struct envelope_verifier *verifier;
    const Yidi__Backup *backup;
    uint64_t restored_ms;
    struct arena arena;
};

static enum result
read_job(struct job *job, const struct arguments *arguments, struct refusal *ret_refusal)
{
    enum result result = written_option(arguments, "from", &job->from, ret_refusal);
    if (result == OK)
        result = written_option(arguments, "store", &job->store_path, ret_refusal);
    if (result == OK)
        result = written_option(arguments, "office", &job->office, ret_refusal);
    return result;
}

/* ---- the backup ---- */

static enum result
read_backup(struct job *job, struct refusal *ret_refusal)
{
    enum result result = backup_read_manifest(job->from, &job->arena, &job->backup, ret_refusal);
    if (result == OK && strcmp(job->backup->office, job->office) != 0)
        result = refuse(ret_refusal, REFUSAL_STORE_FOREIGN, job->from,
                        "this backup is of office %s, not of %s", job->backup->office, job->office);
    return result;
}

/* The bytes must be those that were backed up before anybody makes sense of them. */
static enum result
copy_backup(const struct job *job, const char *to, struct refusal *ret_refusal)
{
    AUTO(copy_file) struct copy_file copy = { .digest = NULL };
    char from[PATH_MAX];
    struct digest digest;
    if (snprintf(from, sizeof from, "%s/" BACKUP_STORE_FILE, job->from) >= (int)sizeof from)
        return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, job->from, "its path is too long");
    enum result result = copy_file_open(&copy, to, 0, ret_refusal);
    if (result == OK)
        result = copy_file_add_file(&copy, from, ret_refusal);
    if (result == OK)
        result = copy_file_end(&copy, &digest, ret_refusal);
    if (result != OK)
        return result;
    if (copy.bytes != job->backup->bytes)
        return refuse(ret_refusal, REFUSAL_STORE_DAMAGED, from,
                      "has %llu bytes; its manifest says %llu", (unsigned long long)copy.bytes,
                      (unsigned long long)job->backup->bytes);
    if (memcmp(digest.bytes, job->backup->digest.data, DIGEST_BYTES) != 0)
        return refuse(ret_refusal, REFUSAL_STORE_DAMAGED, from,
                      "is not what its manifest says: its bytes were changed");
    return OK;
}

static enum result
check_copy(const struct job *job, const struct work_folder *folder, struct refusal *ret_refusal)
{
    struct store_check check;
    enum result result = store_check(folder->path, job->office, job->verifier, STORE_CHECK_FULL,
                                     &check, ret_refusal);
    if (result == ERR_REFUSED) /* what is wrong with the copy is wrong with the backup */
        snprintf(ret_refusal->field, sizeof ret_refusal->field, "%s", job->from);
    if (result == OK &&
        (check.epoch != job->backup->epoch || check.entries != job->backup->entries ||
         strcmp(check.head, job->backup->head) != 0))
        result = refuse(ret_refusal, REFUSAL_STORE_DAMAGED, job->from,
                        "its journal does not end where its manifest says");
    return result;
}

/* ---- the store ---- */

static enum result
write_mark(const struct job *job, struct store *store)
{
    struct store_txn *txn = NULL;
    uint8_t value[8];
    bytes_put_u64(value, job->restored_ms);
    enum result result = store_begin_write(store, &txn);
    if (result != OK)
        return result;
    result = store_put(txn, TABLE_META, bytes_of_text(OFFICE_RESTORED_KEY),
                       bytes_of(value, sizeof value));
    if (result == OK)
        result = session_end_all(txn);
    if (result == OK)
        return store_commit(txn);
    store_abort(txn);
    return result;
}

static enum result
mark(const struct job *job, const struct work_folder *folder, struct refusal *ret_refusal)
{
    AUTO(store) struct store *store = NULL;
    enum result result = store_open(folder->path, job->backup->bytes + MARK_ROOM_BYTES, &store);
    if (result == OK)
        result = write_mark(job, store);
    return result == ERR_FULL
               ? refuse(ret_refusal, REFUSAL_DISK_FULL, job->store_path, "no room for the store")
               : result;
}

static enum result
check_not_running(const struct job *job, struct refusal *ret_refusal)
{
    return store_in_use(job->store_path)
               ? refuse(ret_refusal, REFUSAL_FILE_EXISTS, job->store_path,
                        "a daemon runs on the store there; nothing was changed")
               : OK;
}

static enum result
restore(struct job *job, struct refusal *ret_refusal)
{
    AUTO(work_folder) struct work_folder folder = { .lock = 0 };
    char path[PATH_MAX];
    enum result result = read_backup(job, ret_refusal);
    if (result == OK)
        result = check_not_running(job, ret_refusal);
    if (result == OK)
        result = work_folder_open(&folder, job->store_path, ret_refusal);
    if (result == OK && work_folder_file(&folder, BACKUP_STORE_FILE, path) == NULL)
        result = ERR_MEMORY;
    if (result == OK)
        result = copy_backup(job, path, ret_refusal);
    if (result == OK)
        result = check_copy(job, &folder, ret_refusal);
    if (result == OK)
        result = mark(job, &folder, ret_refusal);
    if (result == OK)
        result = work_folder_publish(&folder, ret_refusal);
    return result;
}

static void
print_report(const struct job *job, struct arena *arena)
{
    AUTO(table) struct table table;
    table_init(&table, table_field_columns, 2);
    table_add_field(&table, "store", job->store_path);
    table_add_field(&table, "office", job->office);
    table_add_field(&table, "as of", output_time_and_zone(job->backup->head_time_ms, arena));
    table_add_field(&table, "entries",
                    output_format(arena, "%llu", (unsigned long long)job->backup->entries));
    table_add_field(&table, "next", "yidictl recover; until then the office takes no work");
    table_print(&table, stdout);
}

static int
run_job(struct job *job, const struct settings *settings)
{
    struct refusal refusal = { 0 };
    job->restored_ms = (uint64_t)time(NULL) * 1000;
    enum result result = restore(job, &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);
    if (!settings->json) {
        print_report(job, &job->arena);
        return EXIT_DONE;
    }
    Yidi__RestoreReport report = YIDI__RESTORE_REPORT__INIT;
    report.store = (char *)(uintptr_t)job->store_path;
    report.backup = (Yidi__Backup *)(uintptr_t)job->backup;
    report.restored_ms = job->restored_ms;
    output_json(&report.base);
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

const struct command restore_command = {
    .name = "restore",
    .synopsis = "--from BACKUP --store DIR --office CODE --directory FILE --root root.pem "
                "[--crl FILE]",
    .help = "put an office's store back from a backup",
    .description = "Verifies the whole backup, and refuses when there is something in DIR. The\n"
                   "daemon that opens the store shows its cases but takes no work, because other\n"
                   "offices know of what it has forgotten: yidictl recover comes next.",
    .options = options,
    .offline = true,
    .run = run,
};
