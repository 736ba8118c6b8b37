/* SPDX-License-Identifier: Apache-2.0
 *
 * store_lmdb_examine - says in words why a store over LMDB cannot be opened.
 *
 * Opens the environment for reading without its lock file, so that nothing is written; and goes no
 * further than what was found whole: the first pages, the length, then the row that names the
 * format.
 */
#include "common/io/store_lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct examination {
    enum store_trouble trouble;
    char *words; /* STORE_TROUBLE_BYTES */
};

static void say(struct examination *examination, enum store_trouble trouble, const char *format,
                ...) __attribute__((format(printf, 3, 4)));

static void
say(struct examination *examination, enum store_trouble trouble, const char *format, ...)
{
    va_list arguments;
    examination->trouble = trouble;
    va_start(arguments, format);
    vsnprintf(examination->words, STORE_TROUBLE_BYTES, format, arguments);
    va_end(arguments);
}

bool
store_in_use(const char *directory)
{
    char path[PATH_MAX];
    int size = snprintf(path, sizeof path, "%s/%s", directory, STORE_LMDB_OWNER_LOCK);
    if (size < 0 || (size_t)size >= sizeof path)
        return false;
    int lock = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (lock < 0)
        return false;
    bool in_use = flock(lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(lock);
    return in_use;
}

/* ---- the file ---- */

static void
look_at_file(struct examination *examination, const char *path, uint64_t *ret_bytes)
{
    struct stat status;
    if (stat(path, &status) != 0)
        say(examination,
            errno == ENOENT || errno == ENOTDIR ? STORE_TROUBLE_ABSENT : STORE_TROUBLE_UNREADABLE,
            "data.mdb: %s", strerror(errno));
    else if (!S_ISREG(status.st_mode))
        say(examination, STORE_TROUBLE_DAMAGED, "data.mdb is not a file");
    else if (access(path, R_OK) != 0)
        say(examination, STORE_TROUBLE_UNREADABLE, "data.mdb: %s", strerror(errno));
    else if (status.st_size == 0)
        say(examination, STORE_TROUBLE_DAMAGED, "data.mdb is empty");
    else
        *ret_bytes = (uint64_t)status.st_size;
}

static void
look_at_end(struct examination *examination, MDB_env *environment, uint64_t bytes)
{
    MDB_envinfo info;
    MDB_stat stat;
    if (mdb_env_info(environment, &info) != MDB_SUCCESS ||
        mdb_env_stat(environment, &stat) != MDB_SUCCESS)
        return;
    uint64_t pages = info.me_last_pgno + 1;
    if (pages > bytes / stat.ms_psize)
        say(examination, STORE_TROUBLE_DAMAGED,
            "data.mdb is cut off: %" PRIu64 " bytes, but its head tells of %" PRIu64 " pages",
            bytes, pages);
}

/* ---- what it says of itself ---- */

static void
judge_format(struct examination *examination, int code, MDB_val value)
{
    if (code == MDB_NOTFOUND || code == MDB_INCOMPATIBLE)
        say(examination, STORE_TROUBLE_DAMAGED, "data.mdb is not a store of this system");
    else if (code != MDB_SUCCESS)
        say(examination, STORE_TROUBLE_DAMAGED, "data.mdb is damaged: %s", mdb_strerror(code));
    else if (value.mv_size != 8)
        say(examination, STORE_TROUBLE_DAMAGED, "data.mdb is damaged: its format is no number");
    else if (bytes_get_u64(value.mv_data) < STORE_FORMAT_OLDEST ||
             bytes_get_u64(value.mv_data) > STORE_FORMAT)
        say(examination, STORE_TROUBLE_FORMAT,
            "it is of format %" PRIu64 "; this program knows formats %d to %d",
            bytes_get_u64(value.mv_data), STORE_FORMAT_OLDEST, STORE_FORMAT);
}

static void
look_at_format(struct examination *examination, MDB_env *environment)
{
    MDB_txn *txn = NULL;
    MDB_dbi table;
    MDB_stat tables;
    MDB_val key = value_of(bytes_of_text(STORE_LMDB_FORMAT_KEY)), value = { 0 };
    int code = mdb_txn_begin(environment, NULL, MDB_RDONLY, &txn);
    if (code == MDB_SUCCESS)
        code = mdb_dbi_open(txn, NULL, 0, &table);
    if (code == MDB_SUCCESS)
        code = mdb_stat(txn, table, &tables);
    bool fresh = code == MDB_SUCCESS && tables.ms_entries == 0; /* not even begun */
    if (code == MDB_SUCCESS && !fresh)
        code = mdb_dbi_open(txn, STORE_LMDB_META_TABLE, 0, &table);
    if (code == MDB_SUCCESS && !fresh)
        code = mdb_get(txn, table, &key, &value);
    if (!fresh)
        judge_format(examination, code, value);
    if (txn != NULL)
        mdb_txn_abort(txn);
}

static void
look_inside(struct examination *examination, const char *directory, uint64_t bytes)
{
    MDB_env *environment = NULL;
    int code = mdb_env_create(&environment);
    if (code == MDB_SUCCESS)
        code = mdb_env_set_maxdbs(environment, 1);
    if (code == MDB_SUCCESS)
        code = mdb_env_open(environment, directory, MDB_RDONLY | MDB_NOLOCK | MDB_NOTLS, 0);
    if (code == MDB_VERSION_MISMATCH)
        say(examination, STORE_TROUBLE_FORMAT, "data.mdb is of another version of LMDB");
    else if (code == MDB_INVALID || code == ENOENT)
        say(examination, STORE_TROUBLE_DAMAGED,
            "data.mdb (%" PRIu64 " bytes) is not a store, or its head is damaged", bytes);
    else if (code != MDB_SUCCESS)
        say(examination, STORE_TROUBLE_UNREADABLE, "data.mdb: %s", mdb_strerror(code));
    else
        look_at_end(examination, environment, bytes);
    if (code == MDB_SUCCESS && examination->trouble == STORE_TROUBLE_NONE)
        look_at_format(examination, environment);
    if (environment != NULL)
        mdb_env_close(environment);
}

enum store_trouble
store_examine(const char *directory, char ret_words[STORE_TROUBLE_BYTES])
{
    struct examination examination = { .trouble = STORE_TROUBLE_NONE, .words = ret_words };
    char path[PATH_MAX];
    uint64_t bytes = 0;
    ret_words[0] = '\0';
    int size = snprintf(path, sizeof path, "%s/data.mdb", directory);
    if (size < 0 || (size_t)size >= sizeof path)
        say(&examination, STORE_TROUBLE_UNREADABLE, "its path is too long");
    else
        look_at_file(&examination, path, &bytes);
    if (examination.trouble == STORE_TROUBLE_NONE)
        look_inside(&examination, directory, bytes);
    if (examination.trouble == STORE_TROUBLE_NONE && store_in_use(directory))
        say(&examination, STORE_TROUBLE_IN_USE, "a daemon has it open");
    return examination.trouble;
}
