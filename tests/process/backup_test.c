/* SPDX-License-Identifier: Apache-2.0
 *
 * backup_test - the restore drill over real daemons, and what backup and restore refuse.
 *
 * The drill: work goes on, a backup is made in the middle of it, work goes on, the office's disk is
 * lost, the backup is restored, the office starts: it shows what it knew and takes no work.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io/file.h"
#include "common/io/signature.h"
#include "deploy/yidictl/backup.h"
#include "tests/lib/figures.h"
#include "tests/lib/journey.h"
#include "tests/lib/tool.h"

enum { BACKUP_BYTES_MAX = 256 * 1024 * 1024, CASES_MAX = 400, LONG_PATH = 700 };

static struct network network;
static struct made_application application;
static struct tool tool;
static char numbers[CASES_MAX][CASE_NUMBER_CHARS + 1];
static bool failed = true;

static const struct journey journey = { .window = &network.offices[SHENZHEN],
                                        .registry = &network.offices[QINGYANG],
                                        .centre = &network.offices[YUEXIU] };
static struct network_office *const window = &network.offices[SHENZHEN];

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    failed = true;
    network_open(&network, NULL);
    network_start(journey.window);
    network_start(journey.registry);
    network_start(journey.centre);
    network_populate(journey.registry, 1, CASES_MAX, NULL);
    citizen_make(1, journey.registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

static void
apply(size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        struct made_citizen citizen;
        citizen_make(i + 1, journey.registry->area, &citizen);
        application_set_citizen(&application, &citizen);
        network_apply(window, &application, "", numbers[i]);
    }
}

static void
go_on(size_t first, size_t end, enum journey_stage last)
{
    const char *list[CASES_MAX] = { NULL };
    apply(first, end);
    for (size_t i = first; i < end; i++)
        list[i - first] = numbers[i];
    journey_take(&journey, list, end - first, last);
}

/* ---- folders ---- */

static size_t
count_entries(const char *path, const char *needle)
{
    size_t count = 0;
    DIR *folder = opendir(path);
    for (const struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
                 strstr(entry->d_name, needle) != NULL;
    if (folder != NULL)
        closedir(folder);
    return count;
}

/* The newest backup of an office. */
static const char *
newest(const struct network_office *office, char ret_path[LONG_PATH])
{
    char to[NETWORK_PATH_BYTES], name[BACKUP_NAME_BYTES] = "";
    DIR *folder = opendir(network_path(office, "backups", to));
    for (const struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (backup_is_name(entry->d_name, office->code) && strcmp(entry->d_name, name) > 0)
            snprintf(name, sizeof name, "%.39s", entry->d_name);
    if (folder != NULL)
        closedir(folder);
    assert_true(name[0] != '\0');
    snprintf(ret_path, LONG_PATH, "%s/%s", to, name);
    return ret_path;
}

static void
digest_of(const char *folder, const char *file, struct digest *ret_digest)
{
    char path[LONG_PATH + 32];
    AUTO(heap) uint8_t *data = NULL;
    size_t size;
    snprintf(path, sizeof path, "%s/%s", folder, file);
    assert_int_equal(file_read(path, BACKUP_BYTES_MAX, &data, &size, NULL), OK);
    signature_digest_one(bytes_of(data, size), ret_digest);
}

/* Of the tool that was started last. */
static void
expect_refused(const char *code, const char *words)
{
    int status = tool_wait(&tool);
    if (status != 1 || strstr(tool.text, code) == NULL || strstr(tool.text, words) == NULL)
        fail_msg("status %d, not %s \"%s\" but: %s", status, code, words, tool.text);
}

static void
make_backup(const struct network_office *office, const char *const *more)
{
    tool_backup(&tool, office, "backups", more, 0);
    int status = tool_wait(&tool);
    if (status != 0)
        fail_msg("backup: %d: %s", status, tool.text);
}

static void
restore(const struct network_office *office, const char *from, const char *store)
{
    tool_restore(&tool, office, from, store, 0);
    int status = tool_wait(&tool);
    if (status != 0)
        fail_msg("restore: %d: %s", status, tool.text);
}

static void
expect_verified(const struct network_office *office, const char *store)
{
    int status = tool_verify(&tool, office, store);
    if (status != 0 || strstr(tool.text, "all of it holds") == NULL)
        fail_msg("journal verify: %d: %s", status, tool.text);
}

/* ---- the drill ---- */

static void
assert_halted_as_restored(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 }, listed = { 0 };
    network_status(office, &answer);
    assert_non_null(strstr(answer.response->status->halted, "restored from a backup"));
    assert_non_null(strstr(answer.response->status->halted, "yidictl recover"));
    network_list(office, "", 100, "", &listed);
    assert_null(network_refusal(&listed));
}

static void
assert_takes_no_work(struct network_office *office)
{
    static const Yidi__Verb verbs[] = { [YIDI__ROLE__ACCEPTANCE] = YIDI__VERB__RECEIVE,
                                        [YIDI__ROLE__REGISTRY] = YIDI__VERB__EXAMINE,
                                        [YIDI__ROLE__PRODUCTION] = YIDI__VERB__MAKE };
    const struct network_decision decision = { .verb = verbs[office->role],
                                               .operator= "operator1" };
    AUTO(network_answer) struct network_answer answer = { 0 };
    const char *number = numbers[0];
    network_decide(office, &decision, &number, 1, &answer);
    assert_non_null(network_refusal(&answer));
    assert_string_equal(network_refusal(&answer)->code, "OFFICE_HALTED");
}

static void
assert_knows(struct network_office *office, size_t known_count)
{
    for (size_t i = 0; i < known_count; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        network_show(office, numbers[i], &answer);
        if (answer.response->body_case != YIDI__RESPONSE__BODY_SHOWN)
            fail_msg("%s does not know %s any more", office->code, numbers[i]);
    }
}

static void
lose_disk(struct network_office *office)
{
    char data[NETWORK_PATH_BYTES], file[NETWORK_PATH_BYTES + 16];
    static const char *const names[] = { "data.mdb", "lock.mdb", "owner.lock" };
    network_path(office, "data", data);
    for (size_t i = 0; i < 3; i++) {
        snprintf(file, sizeof file, "%s/%s", data, names[i]);
        assert_int_equal(unlink(file), 0);
    }
    assert_int_equal(rmdir(data), 0);
}

/* Back up while the other half of the work goes on, lose the disk after more, and restore. */
static void
drill(struct network_office *office, size_t batch)
{
    char from[LONG_PATH];
    go_on(0, batch, JOURNEY_READY);
    tool_backup(&tool, office, "backups", NULL, 0);
    go_on(batch, 2 * batch, JOURNEY_READY);
    assert_int_equal(tool_wait(&tool), 0);
    go_on(2 * batch, 3 * batch, JOURNEY_READY);
    network_kill(office);
    lose_disk(office);
    restore(office, newest(office, from), "data");

    for (int starts = 0; starts < 2; starts++) { /* a restart mends nothing */
        network_start(office);
        assert_halted_as_restored(office);
        assert_takes_no_work(office);
        assert_knows(office, batch);
        expect_verified(office, "data");
        network_stop(office);
    }
    uint64_t entries = network_audit(office);
    network_start(office);
    assert_halted_as_restored(office);
    network_stop(office);
    assert_int_equal(network_audit(office), entries); /* nothing was added meanwhile */
}

static void
a_restored_office_shows_what_it_knew_and_takes_no_work(void **state)
{
    static struct network_office *const offices[] = { &network.offices[SHENZHEN],
                                                      &network.offices[QINGYANG],
                                                      &network.offices[YUEXIU] };
    uint64_t rounds = figures_choose(1, 9);
    size_t batch = figures_choose(4, 100);
    for (uint64_t round = 0; round < rounds; round++) {
        if (round > 0)
            set_up(state);
        drill(offices[round % 3], batch);
        if (round + 1 < rounds)
            network_close(&network, false);
    }
    figures_add("backups_restored", rounds);
    failed = false;
}

/* ---- backup ---- */

static void
touch(const struct network_office *office, const char *name)
{
    char path[NETWORK_PATH_BYTES];
    assert_int_equal(
        file_write(network_path(office, name, path), bytes_of_text("mine"), 0600, FILE_NEW, NULL),
        OK);
}

static void
only_the_oldest_backups_of_the_office_are_removed(void **unused)
{
    (void)unused;
    static const char *const keep[] = { "--keep", "2", "--quick", NULL };
    char to[NETWORK_PATH_BYTES], path[NETWORK_PATH_BYTES];
    apply(0, 2);
    make_backup(window, NULL);
    touch(window, "backups/notes");
    touch(window, "backups/440305510100-20200101-000000-000.tar");
    network_path(window, "backups/999999999999-20200101-000000-000", path);
    assert_int_equal(mkdir(path, 0700), 0);
    network_path(window, "backups/440305510100-20200101-000000-000", path);
    assert_int_equal(mkdir(path, 0700), 0); /* looks like one, but holds something else */
    touch(window, "backups/440305510100-20200101-000000-000/letter");
    for (int i = 0; i < 3; i++)
        make_backup(window, keep);
    network_path(window, "backups", to);
    assert_int_equal(count_entries(to, "notes"), 1);
    assert_int_equal(count_entries(to, ".tar"), 1);
    assert_int_equal(count_entries(to, "999999999999"), 1);
    assert_int_equal(count_entries(to, "-20"), 3 + 2);
    assert_int_equal(count_entries(to, "unfinished"), 1); /* with the letter in it */
    expect_verified(window, "data");
    failed = false;
}

static void
a_backup_that_was_killed_is_none_and_the_next_one_clears_up(void **unused)
{
    (void)unused;
    static const char *const slowly[] = { "--rate", "1", NULL };
    char to[NETWORK_PATH_BYTES];
    apply(0, 60);
    network_path(window, "backups", to);
    tool_backup(&tool, window, "backups", slowly, 0);
    for (int i = 0; i < 2000 && count_entries(to, "unfinished") == 0; i++)
        usleep(2000);
    assert_int_equal(count_entries(to, "unfinished"), 1);
    kill(tool.pid, SIGKILL);
    assert_int_equal(tool_wait(&tool), 128 + SIGKILL);
    assert_int_equal(count_entries(to, ""), 1);
    make_backup(window, NULL);
    assert_int_equal(count_entries(to, "unfinished"), 0);
    assert_int_equal(count_entries(to, ""), 1);
    failed = false;
}

static void
a_full_disk_is_refused_by_name_and_leaves_nothing(void **unused)
{
    (void)unused;
    static const uint64_t rooms[] = { 5000, 64 * 1024, 128 * 1024 };
    char to[NETWORK_PATH_BYTES], from[LONG_PATH], store[NETWORK_PATH_BYTES];
    apply(0, 60);
    make_backup(window, NULL);
    newest(window, from);
    network_path(window, "backups", to);
    network_path(window, "elsewhere", store);
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        tool_backup(&tool, window, "backups", NULL, rooms[i]);
        expect_refused("DISK_FULL", "");
        assert_int_equal(count_entries(to, ""), 1);
        tool_restore(&tool, window, from, "elsewhere", rooms[i]);
        expect_refused("DISK_FULL", "");
        assert_int_equal(access(store, F_OK), -1);
        assert_int_equal(count_entries(window->folder, "unfinished"), 0);
    }
    apply(60, 62); /* the office did not notice */
    failed = false;
}

static void
a_backup_of_another_office_or_of_nothing_is_refused(void **unused)
{
    (void)unused;
    char data[NETWORK_PATH_BYTES], directory[NETWORK_PATH_BYTES], root[NETWORK_PATH_BYTES];
    char to[NETWORK_PATH_BYTES];
    snprintf(root, sizeof root, "%s/root.pem", network.authority.folder);
    network_path(window, "backups", to);
    const char *words[] = { "backup",
                            "--store",
                            network_path(window, "data", data),
                            "--to",
                            to,
                            "--office",
                            journey.registry->code,
                            "--directory",
                            network_path(window, "directory", directory),
                            "--root",
                            root,
                            NULL };
    apply(0, 1);
    assert_int_equal(tool_run(&tool, words), 1);
    assert_non_null(strstr(tool.text, "STORE_FOREIGN"));
    assert_non_null(strstr(tool.text, window->code));
    words[2] = "/nonexistent";
    assert_int_equal(tool_run(&tool, words), 1);
    assert_non_null(strstr(tool.text, "FILE_UNREADABLE /nonexistent"));
    assert_int_equal(count_entries(to, ""), 0);
    failed = false;
}

/* ---- restore ---- */

static void
expect_restore_refused(const char *from, const char *store, const char *code, const char *words)
{
    char path[NETWORK_PATH_BYTES];
    struct stat before, after;
    struct digest digest_before, digest_after;
    network_path(window, store, path);
    bool there = stat(path, &before) == 0;
    digest_of(from, "data.mdb", &digest_before);
    tool_restore(&tool, window, from, store, 0);
    expect_refused(code, words);
    digest_of(from, "data.mdb", &digest_after);
    assert_true(digest_equal(&digest_before, &digest_after));
    assert_int_equal(stat(path, &after) == 0, there);
    if (there)
        assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(count_entries(window->folder, "unfinished"), 0);
}

static void
nothing_is_restored_over_a_store(void **unused)
{
    (void)unused;
    char from[LONG_PATH], path[NETWORK_PATH_BYTES];
    apply(0, 2);
    make_backup(window, NULL);
    newest(window, from);
    expect_restore_refused(from, "data", "FILE_EXISTS", "a daemon runs");
    network_stop(window);
    expect_restore_refused(from, "data", "FILE_EXISTS", "not empty");
    network_audit(window);
    touch(window, "file");
    expect_restore_refused(from, "file", "FILE_EXISTS", "");
    expect_restore_refused(from, "no/such/folder/data", "FILE_UNREADABLE", "");
    assert_int_equal(mkdir(network_path(window, "empty", path), 0700), 0);
    restore(window, from, "empty");
    expect_verified(window, "empty");
    failed = false;
}

static void
a_second_restore_waits_for_nobody(void **unused)
{
    (void)unused;
    char from[LONG_PATH], path[NETWORK_PATH_BYTES];
    apply(0, 2);
    make_backup(window, NULL);
    newest(window, from);
    assert_int_equal(mkdir(network_path(window, ".elsewhere.unfinished", path), 0700), 0);
    int lock = open(path, O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    tool_restore(&tool, window, from, "elsewhere", 0);
    expect_refused("FILE_EXISTS", "somebody else");
    close(lock);
    restore(window, from, "elsewhere"); /* what is left of a killed one is taken away */
    assert_int_equal(count_entries(window->folder, "unfinished"), 0);
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_restored_office_shows_what_it_knew_and_takes_no_work),
        TEST(only_the_oldest_backups_of_the_office_are_removed),
        TEST(a_backup_that_was_killed_is_none_and_the_next_one_clears_up),
        TEST(a_full_disk_is_refused_by_name_and_leaves_nothing),
        TEST(a_backup_of_another_office_or_of_nothing_is_refused),
        TEST(nothing_is_restored_over_a_store),
        TEST(a_second_restore_waits_for_nobody),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
