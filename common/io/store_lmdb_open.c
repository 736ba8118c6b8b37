/* SPDX-License-Identifier: Apache-2.0
 *
 * store_lmdb_open - opens, checks and closes a store over LMDB.
 *
 * One environment per folder (data.mdb, lock.mdb), one named database per table, full sync. The
 * file owner.lock is held with flock as long as a daemon has the store open, so that a second one
 * is refused rather than queued behind the first. Decides whether a file is ours and whole.
 */
#include "common/io/store_lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/require.h"

enum {
    READERS_MAX = 256,
    LOCK_FILE_BYTES = READERS_MAX * 64 + 4096, /* a reader's slot has 64 bytes */
    PATH_BYTES = 4096
};

static const char *const table_names[TABLE_COUNT] = {
    [TABLE_META] = STORE_LMDB_META_TABLE,
    [TABLE_JOURNAL] = "journal",
    [TABLE_TREE] = "tree",
    [TABLE_HEADS] = "heads",
    [TABLE_OUTBOX] = "outbox",
    [TABLE_INBOX] = "inbox",
    [TABLE_PEERS] = "peers",
    [TABLE_BLOBS] = "blobs",
    [TABLE_CASES] = "cases",
    [TABLE_BY_STATE] = "by_state",
    [TABLE_OPEN_CITIZENS] = "open_citizens",
    [TABLE_COUNTERS] = "counters",
    [TABLE_REQUESTS] = "requests",
    [TABLE_NOTIFICATIONS] = "notifications",
    [TABLE_POPULATION] = "population",
    [TABLE_SERIALS] = "serials",
    [TABLE_RECOVERY] = "recovery",
    [TABLE_BY_DEADLINE] = "by_deadline",
    [TABLE_STOCK] = "stock",
    [TABLE_BATCHES] = "batches",
    [TABLE_PACKAGES] = "packages",
    [TABLE_POLICIES] = "policies",
    [TABLE_FEES] = "fees",
    [TABLE_DRAFTS] = "drafts",
    [TABLE_DOSSIERS] = "dossiers",
    [TABLE_OPERATORS] = "operators",
    [TABLE_SESSIONS] = "sessions",
    [TABLE_SERIES] = "series",
    [TABLE_BY_PERSON] = "by_person",
    [TABLE_LEASES] = "leases",
};

static void
descriptor_auto(const int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
}

static bool
join_path(char ret_path[PATH_BYTES], const char *directory, const char *name)
{
    int size = snprintf(ret_path, PATH_BYTES, "%s/%s", directory, name);
    return size > 0 && size < PATH_BYTES;
}

/* Opening a file makes neither it nor its folder durable: the folder's own sync does. */
static enum result
sync_folder(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return ERR_IO;
    enum result result = fsync(folder) == 0 ? OK : ERR_IO;
    close(folder);
    return result;
}

static enum result
take_owner_lock(struct store *store, const char *directory)
{
    char path[PATH_BYTES];
    if (mkdir(directory, 0700) != 0 && errno != EEXIST)
        return errno == ENOSPC ? ERR_FULL : ERR_IO;
    if (!join_path(path, directory, STORE_LMDB_OWNER_LOCK))
        return ERR_IO;
    store->owner_lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (store->owner_lock < 0)
        return errno == ENOSPC ? ERR_FULL : ERR_IO;
    return flock(store->owner_lock, LOCK_EX | LOCK_NB) == 0 ? OK : ERR_IO;
}

/* LMDB writes the first two pages of a new file in place, and refuses a file that the power took
 * half of them from. So they are written under another name, and the file gets its own when they
 * are on disk. */
static enum result
make_file(const char *directory)
{
    char path[PATH_BYTES], unfinished[PATH_BYTES];
    struct stat file;
    MDB_env *environment = NULL;
    if (!join_path(path, directory, "data.mdb") ||
        !join_path(unfinished, directory, "data.mdb.unfinished"))
        return ERR_IO;
    if (stat(path, &file) == 0)
        return file.st_size > 0 ? OK : ERR_DAMAGED; /* LMDB would take an empty one for new */
    if (unlink(unfinished) != 0 && errno != ENOENT)
        return ERR_IO;
    int code = mdb_env_create(&environment);
    if (code == MDB_SUCCESS)
        code = mdb_env_open(environment, unfinished, MDB_NOSUBDIR | MDB_NOLOCK, 0600);
    if (code == MDB_SUCCESS)
        code = mdb_env_sync(environment, 1);
    if (environment != NULL)
        mdb_env_close(environment);
    if (code == MDB_SUCCESS && rename(unfinished, path) != 0)
        code = errno;
    return store_lmdb_result(code);
}

/* LMDB maps its lock file, and whoever touches a page of it that a full disk has no room for is
 * killed with SIGBUS. */
static enum result
reserve_lock_file(const char *directory)
{
    char path[PATH_BYTES];
    if (!join_path(path, directory, "lock.mdb"))
        return ERR_IO;
    AUTO(descriptor) int lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (lock < 0)
        return store_lmdb_result(errno);
    return fallocate(lock, 0, 0, LOCK_FILE_BYTES) == 0 || errno == EOPNOTSUPP
               ? OK
               : store_lmdb_result(errno);
}

static enum result
open_environment(struct store *store, const char *directory, unsigned flags, uint64_t map_bytes)
{
    uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    int code = mdb_env_create(&store->environment);
    if (code == MDB_SUCCESS)
        code = mdb_env_set_maxdbs(store->environment, TABLE_COUNT);
    if (code == MDB_SUCCESS)
        code = mdb_env_set_maxreaders(store->environment, READERS_MAX);
    if (code == MDB_SUCCESS && map_bytes > 0)
        code = mdb_env_set_mapsize(store->environment,
                                   (map_bytes + page_bytes - 1) / page_bytes * page_bytes);
    if (code == MDB_SUCCESS)
        code = mdb_env_open(store->environment, directory, MDB_NOTLS | flags, 0600);
    return store_lmdb_result(code);
}

/* Pages on the free list from a page number onward. */
static enum result
count_free_pages(struct store *store, uint64_t from_page, uint64_t *ret_pages)
{
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    uint64_t pages = 0;
    int code = mdb_txn_begin(store->environment, NULL, MDB_RDONLY, &txn);
    if (code != MDB_SUCCESS)
        return store_lmdb_result(code);
    code = mdb_cursor_open(txn, 0, &cursor); /* database 0 is the free list */
    while (code == MDB_SUCCESS &&
           (code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == MDB_SUCCESS) {
        const size_t *list = value.mv_data; /* a count, then page numbers */
        if (from_page == 0)
            pages += list[0];
        else
            for (size_t i = 1; i <= list[0] && i < value.mv_size / sizeof *list; i++)
                pages += list[i] >= from_page;
    }
    if (cursor != NULL)
        mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    *ret_pages = pages;
    return code == MDB_NOTFOUND ? OK : store_lmdb_result(code);
}

/* Pages at the end of the map that were never written need not be in the file: what is missing must
 * be on the free list. The list itself may be cut off, so the gap is filled with a hole to read it.
 */
static enum result
check_tail(struct store *store, int data, off_t size, off_t end, uint64_t page_bytes)
{
    uint64_t present = (uint64_t)size / page_bytes, free_pages;
    if (fallocate(data, 0, end - 1, 1) != 0)
        return errno == EOPNOTSUPP ? OK : store_lmdb_result(errno);
    enum result result = count_free_pages(store, present, &free_pages);
    if (result == OK && free_pages < (uint64_t)end / page_bytes - present)
        result = ERR_DAMAGED;
    if (result != OK && ftruncate(data, size) != 0)
        return ERR_IO;
    return result;
}

/* A file that lost its end would kill us with SIGBUS on first touch. */
static enum result
check_length(struct store *store, const char *directory)
{
    char path[PATH_BYTES];
    MDB_envinfo info;
    MDB_stat stat;
    struct stat file;
    if (!join_path(path, directory, "data.mdb") ||
        mdb_env_info(store->environment, &info) != MDB_SUCCESS ||
        mdb_env_stat(store->environment, &stat) != MDB_SUCCESS)
        return ERR_IO;
    off_t end = (off_t)((info.me_last_pgno + 1) * stat.ms_psize);
    AUTO(descriptor) int lock = -1;
    AUTO(descriptor) int data = open(path, O_RDWR | O_CLOEXEC);
    if (data < 0) /* a copy on a read-only medium */
        return OK;
    if (fstat(data, &file) != 0)
        return ERR_IO;
    if (file.st_size >= end)
        return OK;
    if (store->readonly && join_path(path, directory, STORE_LMDB_OWNER_LOCK)) {
        lock = open(path, O_RDWR | O_CLOEXEC);
        if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) != 0)
            return OK; /* the daemon that holds it has checked, and writes on */
    }
    return check_tail(store, data, file.st_size, end, stat.ms_psize);
}

static int
check_format(struct store *store, MDB_txn *txn, bool fresh)
{
    uint8_t version[8];
    bytes_put_u64(version, STORE_FORMAT);
    MDB_val key = value_of(bytes_of_text(STORE_LMDB_FORMAT_KEY));
    MDB_val value = value_of(bytes_of(version, sizeof version));
    if (fresh)
        return mdb_put(txn, store->tables[TABLE_META], &key, &value, 0);
    int code = mdb_get(txn, store->tables[TABLE_META], &key, &value);
    if (code != MDB_SUCCESS)
        return code;
    uint64_t format = value.mv_size == sizeof version ? bytes_get_u64(value.mv_data) : 0;
    return format >= STORE_FORMAT_OLDEST && format <= STORE_FORMAT ? MDB_SUCCESS
                                                                   : MDB_VERSION_MISMATCH;
}

static int
open_tables(struct store *store, MDB_txn *txn)
{
    MDB_dbi main_table;
    MDB_stat stat;
    int code = mdb_dbi_open(txn, NULL, 0, &main_table);
    if (code == MDB_SUCCESS)
        code = mdb_stat(txn, main_table, &stat);
    if (code != MDB_SUCCESS)
        return code;

    /* A file with something in it is ours only when it says so; then tables may be added to it. */
    bool fresh = stat.ms_entries == 0 && !store->readonly;
    code = mdb_dbi_open(txn, table_names[TABLE_META], fresh ? MDB_CREATE : 0,
                        &store->tables[TABLE_META]);
    if (code == MDB_SUCCESS)
        code = check_format(store, txn, fresh);
    for (int table = TABLE_META + 1; code == MDB_SUCCESS && table < TABLE_COUNT; table++) {
        REQUIRE(table_names[table] != NULL); /* that would be LMDB's table of tables */
        code = mdb_dbi_open(txn, table_names[table], store->readonly ? 0 : MDB_CREATE,
                            &store->tables[table]);
        if (code == MDB_NOTFOUND && store->readonly)
            code = MDB_SUCCESS; /* made before there was such a table: as if it were empty */
    }
    return code;
}

static enum result
prepare_tables(struct store *store)
{
    MDB_txn *txn = NULL;
    int code = mdb_txn_begin(store->environment, NULL, store->readonly ? MDB_RDONLY : 0, &txn);
    if (code != MDB_SUCCESS)
        return store_lmdb_result(code);
    code = open_tables(store, txn);
    if (code == MDB_SUCCESS)
        return store_lmdb_write_result(store,
                                       mdb_txn_commit(txn)); /* a reader's keeps the handles */
    mdb_txn_abort(txn);
    return code == MDB_NOTFOUND ? ERR_DAMAGED : store_lmdb_result(code);
}

static struct store *
store_new(bool readonly)
{
    struct store *store = calloc(1, sizeof *store);
    if (store != NULL) {
        store->readonly = readonly;
        store->owner_lock = -1;
        store->writer.store = store;
        store->writer.writable = true;
    }
    return store;
}

enum result
store_open(const char *directory, uint64_t map_bytes, struct store **ret_store)
{
    AUTO(store) struct store *store = store_new(false);
    char parent[PATH_BYTES];
    if (store == NULL)
        return ERR_MEMORY;
    enum result result = take_owner_lock(store, directory);
    if (result == OK)
        result = make_file(directory);
    if (result == OK)
        result = reserve_lock_file(directory);
    if (result == OK)
        result = open_environment(store, directory, 0, map_bytes);
    if (result == OK)
        result = check_length(store, directory);
    if (result == OK)
        result = prepare_tables(store);
    if (result == OK)
        result = sync_folder(directory);
    if (result == OK)
        result = join_path(parent, directory, "..") ? sync_folder(parent) : ERR_IO;
    if (result != OK)
        return result;
    store_check_readers(store);
    *ret_store = MOVE(store);
    return OK;
}

enum result
store_open_readonly(const char *directory, struct store **ret_store)
{
    AUTO(store) struct store *store = store_new(true);
    char data[PATH_BYTES], lock[PATH_BYTES];
    if (store == NULL)
        return ERR_MEMORY;
    if (!join_path(data, directory, "data.mdb") || !join_path(lock, directory, "lock.mdb"))
        return ERR_IO;
    if (access(data, F_OK) != 0)
        return errno == ENOENT ? ERR_ABSENT : ERR_IO;
    /* LMDB would create the lock file; a folder without one is a bare copy that nobody writes. */
    unsigned flags = MDB_RDONLY | (access(lock, F_OK) == 0 ? 0 : MDB_NOLOCK);
    enum result result = open_environment(store, directory, flags, 0);
    if (result == OK)
        result = check_length(store, directory);
    if (result == OK)
        result = prepare_tables(store);
    if (result == OK)
        *ret_store = MOVE(store);
    return result;
}

void
store_close(struct store *store)
{
    if (store == NULL)
        return;
    REQUIRE(store->writer.handle == NULL);
    if (store->environment != NULL)
        mdb_env_close(store->environment);
    if (store->owner_lock >= 0)
        close(store->owner_lock);
    free(store);
}

void
store_usage(struct store *store, uint64_t *ret_used_bytes, uint64_t *ret_map_bytes)
{
    MDB_envinfo info;
    MDB_stat stat;
    uint64_t free_pages;
    REQUIRE(mdb_env_info(store->environment, &info) == MDB_SUCCESS);
    REQUIRE(mdb_env_stat(store->environment, &stat) == MDB_SUCCESS);
    uint64_t used_pages = info.me_last_pgno + 1;
    if (count_free_pages(store, 0, &free_pages) == OK && free_pages < used_pages)
        used_pages -= free_pages;
    *ret_used_bytes = used_pages * stat.ms_psize;
    *ret_map_bytes = info.me_mapsize;
}

uint64_t
store_revision(struct store *store)
{
    MDB_envinfo info;
    REQUIRE(mdb_env_info(store->environment, &info) == MDB_SUCCESS);
    return info.me_last_txnid;
}

void
store_check_readers(struct store *store)
{
    int dead_count;
    (void)mdb_reader_check(store->environment, &dead_count); /* what fails now is tried again */
}
