/* SPDX-License-Identifier: Apache-2.0
 *
 * store_process_test - the contract of store.h where a second process or a damaged file is needed.
 *
 * Processes are real: writers are killed with SIGKILL, readers run beside them.
 */
#include "tests/contract/store_fixture.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* Run a writer in a process of its own; it answers through ret_pipe and is killed by stop_child. */
static pid_t
start_child(void (*run)(const struct fixture *fixture, int answer), const struct fixture *fixture,
            int *ret_pipe)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        alarm(30);
        run(fixture, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    *ret_pipe = ends[0];
    return child;
}

static void
stop_child(pid_t child)
{
    int status;
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
}

static uint64_t
read_answer(int from)
{
    uint64_t answer = 0;
    assert_int_equal(read(from, &answer, sizeof answer), sizeof answer);
    return answer;
}

/* Commits two rows per number for ever, from the number after the last one stored, and says each
 * number that was answered OK. */
static void
count_up(const struct fixture *fixture, int answer)
{
    struct store *store;
    struct store_txn *txn;
    uint64_t number = 0;
    if (store_open(fixture->path, MAP_BYTES, &store) != OK || store_begin_read(store, &txn) != OK ||
        store_count(txn, TABLE_JOURNAL, &number) != OK)
        _exit(1);
    store_abort(txn);
    for (number++;; number++) {
        uint8_t key[8];
        bytes_put_u64(key, number);
        if (store_begin_write(store, &txn) != OK ||
            store_append(txn, TABLE_JOURNAL, bytes_of(key, 8), bytes_of(key, 8)) != OK ||
            store_append(txn, TABLE_TREE, bytes_of(key, 8), bytes_of(key, 8)) != OK ||
            store_commit(txn) != OK || write(answer, &number, sizeof number) != sizeof number)
            _exit(1);
    }
}

static void
assert_counted_to(struct store *store, uint64_t answered)
{
    AUTO(store_txn) struct store_txn *txn = begin_read(store);
    uint64_t journal = 0, tree = 0;
    assert_int_equal(store_count(txn, TABLE_JOURNAL, &journal), OK);
    assert_int_equal(store_count(txn, TABLE_TREE, &tree), OK);
    assert_true(journal >= answered);
    assert_int_equal(journal, tree);
}

static void
store_commit_survives_a_killed_process(void **state)
{
    struct fixture *fixture = *state;
    for (int round = 0; round < 3; round++) {
        int answers;
        pid_t child = start_child(count_up, fixture, &answers);
        uint64_t answered = 0;
        for (int i = 0; i < 20 + 7 * round; i++)
            answered = read_answer(answers);
        stop_child(child);
        while (read(answers, &answered, sizeof answered) == sizeof answered)
            ;
        close(answers);
        fixture->store = open_store(fixture, MAP_BYTES);
        assert_counted_to(fixture->store, answered);
        store_close(MOVE(fixture->store));
    }
}

static void
store_files_are_for_the_owner_alone(void **state)
{
    struct fixture *fixture = *state;
    struct stat info;
    assert_int_equal(stat(fixture->path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0700);
    DIR *folder = opendir(fixture->path);
    assert_non_null(folder);
    int files = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        assert_int_equal(fstatat(dirfd(folder), entry->d_name, &info, 0), 0);
        if (S_ISREG(info.st_mode)) {
            assert_int_equal(info.st_mode & 0177, 0);
            files++;
        }
    }
    closedir(folder);
    assert_true(files > 0);
}

static void
store_is_opened_by_one_writer_at_a_time(void **state)
{
    struct fixture *fixture = *state;
    int answers;
    struct store *second = NULL;
    pid_t child = start_child(count_up, fixture, &answers);
    read_answer(answers);
    assert_int_equal(store_open(fixture->path, MAP_BYTES, &second), ERR_IO);
    assert_null(second);
    read_answer(answers); /* the first one works on */
    stop_child(child);
    close(answers);
    fixture->store = open_store(fixture, MAP_BYTES); /* and its death leaves no lock behind */
}

static void
store_readonly_reads_beside_a_writer(void **state)
{
    struct fixture *fixture = *state;
    int answers;
    pid_t child = start_child(count_up, fixture, &answers);
    AUTO(store) struct store *reader = NULL;
    read_answer(answers);
    assert_int_equal(store_open_readonly(fixture->path, &reader), OK);
    for (int i = 0; i < 20; i++) {
        uint64_t answered = read_answer(answers);
        assert_counted_to(reader, answered);
    }
    AUTO(store_txn) struct store_txn *held = begin_read(reader);
    uint64_t before = 0, after = 0;
    assert_int_equal(store_count(held, TABLE_JOURNAL, &before), OK);
    for (int i = 0; i < 20; i++)
        read_answer(answers);
    assert_int_equal(store_count(held, TABLE_JOURNAL, &after), OK);
    assert_int_equal(before, after);
    stop_child(child);
    assert_int_equal(store_count(held, TABLE_JOURNAL, &after), OK);
    assert_int_equal(before, after);
    close(answers);
}

static void
store_readonly_needs_no_daemon_and_creates_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct store *reader = NULL;
    assert_int_equal(store_open_readonly(fixture->path, &reader), ERR_ABSENT);
    assert_int_equal(access(fixture->path, F_OK), -1);
    fixture->store = open_store(fixture, MAP_BYTES);
    put_one(fixture->store, "case", "kept");
    store_close(MOVE(fixture->store));
    assert_int_equal(store_open_readonly(fixture->path, &fixture->store), OK);
    assert_stored(fixture->store, "case", "kept");
}

/* Opens the store, begins a read, answers, and waits to be killed. */
static void
read_for_ever(const struct fixture *fixture, int answer)
{
    struct store *store;
    struct store_txn *txn;
    uint64_t done = 1;
    if (store_open_readonly(fixture->path, &store) != OK || store_begin_read(store, &txn) != OK ||
        write(answer, &done, sizeof done) != sizeof done)
        _exit(1);
    pause();
}

static void
store_check_readers_frees_what_a_killed_reader_held(void **state)
{
    struct fixture *fixture = *state;
    int answers;
    put_one(fixture->store, "a", "1"); /* the child opens the store anew, by its path */
    store_close(MOVE(fixture->store));
    pid_t child = start_child(read_for_ever, fixture, &answers);
    read_answer(answers);
    close(answers);
    fixture->store = open_store(fixture, SMALL_MAP_BYTES);
    stop_child(child);
    store_check_readers(fixture->store);
    for (int i = 0; i < 2000; i++) { /* 16 MB of changed pages fit only when they are reused */
        char value[16];
        snprintf(value, sizeof value, "%d", i);
        put_one(fixture->store, "a", value);
    }
}

static void
store_open_refuses_another_format(void **state)
{
    struct fixture *fixture = *state;
    struct store_txn *txn = begin_write(fixture->store);
    assert_int_equal(store_put(txn, TABLE_META, text("format"), text("another")), OK);
    assert_int_equal(store_commit(txn), OK);
    store_close(MOVE(fixture->store));
    assert_int_equal(store_open(fixture->path, MAP_BYTES, &fixture->store), ERR_DAMAGED);
    assert_int_equal(store_open_readonly(fixture->path, &fixture->store), ERR_DAMAGED);
}

/* The largest file in the folder holds the rows, whatever the engine calls it. */
static void
find_data_file(const struct fixture *fixture, char ret_path[600], off_t *ret_bytes)
{
    DIR *folder = opendir(fixture->path);
    assert_non_null(folder);
    *ret_bytes = -1;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct stat info;
        assert_int_equal(fstatat(dirfd(folder), entry->d_name, &info, 0), 0);
        if (!S_ISREG(info.st_mode) || info.st_size <= *ret_bytes)
            continue;
        *ret_bytes = info.st_size;
        snprintf(ret_path, 600, "%s/%s", fixture->path, entry->d_name);
    }
    closedir(folder);
}

static void
store_open_refuses_a_file_that_is_cut_off(void **state)
{
    struct fixture *fixture = *state;
    char path[600];
    off_t bytes;
    fill_up(fixture->store);
    store_close(MOVE(fixture->store));
    find_data_file(fixture, path, &bytes);
    for (int cut = 0; cut < 2; cut++) {
        assert_int_equal(truncate(path, cut == 0 ? bytes - 64 * 1024 : bytes / 2), 0);
        for (int again = 0; again < 2; again++) {
            assert_int_equal(store_open(fixture->path, SMALL_MAP_BYTES, &fixture->store),
                             ERR_DAMAGED);
            assert_int_equal(store_open_readonly(fixture->path, &fixture->store), ERR_DAMAGED);
        }
    }
}

static void
store_open_refuses_what_is_no_store(void **state)
{
    struct fixture *fixture = *state;
    char path[600];
    off_t bytes;
    uint8_t noise[65536];
    fill_up(fixture->store);
    store_close(MOVE(fixture->store));
    find_data_file(fixture, path, &bytes);
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)(i * 167 + i / 251);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(noise, 1, sizeof noise, file), sizeof noise);
    fclose(file);
    assert_int_equal(store_open(fixture->path, MAP_BYTES, &fixture->store), ERR_DAMAGED);
    assert_int_equal(store_open_readonly(fixture->path, &fixture->store), ERR_DAMAGED);
    assert_int_equal(store_open("/dev/null/store", MAP_BYTES, &fixture->store), ERR_IO);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        CLOSED(store_commit_survives_a_killed_process),
        OPENED(store_files_are_for_the_owner_alone),
        CLOSED(store_is_opened_by_one_writer_at_a_time),
        CLOSED(store_readonly_reads_beside_a_writer),
        CLOSED(store_readonly_needs_no_daemon_and_creates_nothing),
        OPENED(store_check_readers_frees_what_a_killed_reader_held),
        OPENED(store_open_refuses_another_format),
        SMALL(store_open_refuses_a_file_that_is_cut_off),
        SMALL(store_open_refuses_what_is_no_store),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
