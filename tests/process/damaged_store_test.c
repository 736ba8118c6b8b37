/* SPDX-License-Identifier: Apache-2.0
 *
 * damaged_store_test - stores and backups that were cut off, changed, made by somebody else or by a
 * newer program: a daemon does not start on them, a backup of them is not made, they are not
 * restored; what is wrong is named, and they stay as they are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "common/io/file.h"
#include "common/io/signature.h"
#include "common/io/store.h"
#include "deploy/yidictl/backup.h"
#include "tests/lib/figures.h"
#include "tests/lib/journey.h"
#include "tests/lib/tool.h"

enum { STORE_BYTES_MAX = 64 * 1024 * 1024, PAGE_BYTES = 4096, CASES = 5, OUTPUT_BYTES = 16384 };

static struct network network;
static struct tool tool;
static char output[OUTPUT_BYTES];
static bool failed = true;

static struct network_office *const window = &network.offices[SHENZHEN];
static struct network_office *const registry = &network.offices[QINGYANG];

/* The good store and the good backup of the window, and the registry's store. */
static uint8_t *good, *foreign, *good_copy;
static size_t good_size, foreign_size, copy_size;
static Yidi__Backup good_manifest;
static char backup_path[NETWORK_PATH_BYTES];
static struct arena arena;

/* ---- files ---- */

static void
read_whole(const char *path, uint8_t **ret_data, size_t *ret_size)
{
    assert_int_equal(file_read(path, STORE_BYTES_MAX, ret_data, ret_size, NULL), OK);
}

static void
write_whole(const char *path, const uint8_t *data, size_t size)
{
    assert_int_equal(file_write(path, bytes_of(data, size), 0600, FILE_REPLACE, NULL), OK);
}

static const char *
in_window(const char *file)
{
    static char path[NETWORK_PATH_BYTES];
    return network_path(window, file, path);
}

static void
assert_content(const char *path, const uint8_t *data, size_t size)
{
    AUTO(heap) uint8_t *now = NULL;
    size_t now_size = 0;
    read_whole(path, &now, &now_size);
    assert_int_equal(now_size, size);
    assert_memory_equal(now, data, size);
}

/* ---- a network that has worked ---- */

static void
work(void)
{
    static struct made_application application;
    struct made_citizen citizen;
    char number[CASE_NUMBER_CHARS + 1];
    network_start(window);
    network_start(registry);
    network_populate(registry, 1, CASES, NULL);
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        citizen_make(seed, registry->area, &citizen);
        application_set_citizen(&application, &citizen);
        network_apply(window, &application, "", number);
        network_wait_for_state(registry, number, "received");
    }
}

static void
keep_backup(void)
{
    char path[NETWORK_PATH_BYTES + 64];
    const Yidi__Backup *manifest = NULL;
    assert_int_equal(tool_wait(&tool), 0);
    const char *start = strstr(tool.text, "/backups/");
    assert_non_null(start);
    char *end = strchr(start, '\n');
    *end = '\0';
    while (start > tool.text && start[-1] != ' ')
        start--;
    snprintf(backup_path, sizeof backup_path, "%s", start);
    assert_int_equal(backup_read_manifest(backup_path, &arena, &manifest, NULL), OK);
    good_manifest = *manifest;
    snprintf(path, sizeof path, "%s/data.mdb", backup_path);
    read_whole(path, &good_copy, &copy_size);
}

static int
set_up(void **unused)
{
    (void)unused;
    arena_init(&arena);
    network_open(&network, NULL);
    work();
    tool_backup(&tool, window, "backups", NULL, 0);
    keep_backup();
    network_stop_all(&network);
    read_whole(in_window("data/data.mdb"), &good, &good_size);
    char path[NETWORK_PATH_BYTES];
    read_whole(network_path(registry, "data/data.mdb", path), &foreign, &foreign_size);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    arena_fini(&arena);
    free(good);
    free(foreign);
    free(good_copy);
    return 0;
}

/* ---- damage ---- */

struct damage {
    const char *code;
    const char *words;
    uint8_t *(*make)(const uint8_t *data, size_t size, size_t *ret_size);
};

static uint8_t *
copy_of(const uint8_t *data, size_t size, size_t *ret_size)
{
    uint8_t *copy = malloc(size);
    assert_non_null(copy);
    memcpy(copy, data, size);
    *ret_size = size;
    return copy;
}

static uint8_t *
cut_in_half(const uint8_t *data, size_t size, size_t *ret_size)
{
    return copy_of(data, size / 2 / PAGE_BYTES * PAGE_BYTES, ret_size);
}

static uint8_t *
cut_within_its_head(const uint8_t *data, size_t size, size_t *ret_size)
{
    (void)size;
    return copy_of(data, PAGE_BYTES + 100, ret_size);
}

static uint8_t *
cut_to_nothing(const uint8_t *data, size_t size, size_t *ret_size)
{
    uint8_t *copy = copy_of(data, size, ret_size);
    *ret_size = 0;
    return copy;
}

static uint8_t *
letters(const uint8_t *data, size_t size, size_t *ret_size)
{
    uint8_t *copy = copy_of(data, size, ret_size);
    memset(copy, 'x', size);
    return copy;
}

static uint8_t *
flip_in_first_page(const uint8_t *data, size_t size, size_t *ret_size)
{
    uint8_t *copy = copy_of(data, size, ret_size);
    copy[16] ^= 1; /* the magic number */
    return copy;
}

static uint8_t *
newer_lmdb(const uint8_t *data, size_t size, size_t *ret_size)
{
    uint8_t *copy = copy_of(data, size, ret_size);
    copy[20] = copy[PAGE_BYTES + 20] = 2; /* the version of LMDB's data */
    return copy;
}

static uint8_t *
another_offices(const uint8_t *data, size_t size, size_t *ret_size)
{
    (void)data;
    (void)size;
    return copy_of(foreign, foreign_size, ret_size);
}

/* Each row of ours that begins so is changed in one byte. */
static uint8_t *
flip_after(const uint8_t *data, size_t size, const char *text, size_t *ret_size)
{
    uint8_t *copy = copy_of(data, size, ret_size);
    size_t length = strlen(text), flips = 0;
    for (size_t i = 0; i + length + 1 < size; i++)
        if (memcmp(copy + i, text, length) == 0) {
            copy[i + length] ^= 1;
            flips++;
        }
    assert_true(flips > 0);
    return copy;
}

static uint8_t *
flip_in_heads(const uint8_t *data, size_t size, size_t *ret_size)
{
    return flip_after(data, size, "/1\n", ret_size); /* the size that a head states */
}

static uint8_t *
newer_format(const uint8_t *data, size_t size, size_t *ret_size)
{
    /* key and value stand side by side */
    static const uint8_t row[] = {
        'f', 'o', 'r', 'm', 'a', 't', 0, 0, 0, 0, 0, 0, 0, STORE_FORMAT
    };
    uint8_t *copy = copy_of(data, size, ret_size);
    size_t found = 0;
    for (size_t i = 0; i + sizeof row <= size; i++)
        if (memcmp(copy + i, row, sizeof row) == 0) {
            copy[i + sizeof row - 1] = 9;
            found++;
        }
    assert_true(found > 0);
    return copy;
}

static const struct damage damages[] = {
    { "STORE_DAMAGED", "cut off", cut_in_half },
    { "STORE_DAMAGED", "not a store", cut_within_its_head },
    { "STORE_DAMAGED", "empty", cut_to_nothing },
    { "STORE_DAMAGED", "not a store", letters },
    { "STORE_DAMAGED", "not a store", flip_in_first_page },
    { "STORE_DAMAGED", "head", flip_in_heads },
    { "STORE_FORMAT", "LMDB", newer_lmdb },
    { "STORE_FORMAT", "format 9; this program knows formats 1 to 4", newer_format },
    { "STORE_FOREIGN", "of office", another_offices },
};

enum { DAMAGES = sizeof damages / sizeof *damages };

/* ---- the daemon ---- */

static void
a_daemon_does_not_start_on_a_damaged_store(void **unused)
{
    (void)unused;
    char conf[NETWORK_PATH_BYTES], wanted[64];
    const char *const arguments[] = { "--config", network_path(window, "conf", conf), NULL };
    failed = true;
    for (size_t i = 0; i < DAMAGES; i++) {
        size_t size;
        AUTO(heap) uint8_t *bad = damages[i].make(good, good_size, &size);
        write_whole(in_window("data/data.mdb"), bad, size);
        int status = network_run(window, arguments, output, sizeof output);
        snprintf(wanted, sizeof wanted, "acceptance-node: %s data: ", damages[i].code);
        if (status != 1 || strstr(output, wanted) == NULL ||
            strstr(output, damages[i].words) == NULL)
            fail_msg("damage %zu: status %d, not %s \"%s\" but: %s", i, status, wanted,
                     damages[i].words, output);
        assert_content(in_window("data/data.mdb"), bad, size);
    }
    write_whole(in_window("data/data.mdb"), good, good_size); /* and with the good one it does */
    network_start(window);
    network_stop(window);
    failed = false;
}

/* ---- the tool ---- */

static void
expect_refused(size_t damage, const char *code)
{
    int status = tool_wait(&tool);
    if (status != 1 || strstr(tool.text, code) == NULL)
        fail_msg("damage %zu: status %d, not %s but: %s", damage, status, code, tool.text);
}

static void
a_damaged_store_is_not_backed_up(void **unused)
{
    (void)unused;
    struct stat info;
    failed = true;
    for (size_t i = 0; i < DAMAGES; i++) {
        size_t size;
        AUTO(heap) uint8_t *bad = damages[i].make(good, good_size, &size);
        write_whole(in_window("data/data.mdb"), bad, size);
        tool_backup(&tool, window, "nothing", NULL, 0);
        expect_refused(i, damages[i].code);
        assert_int_equal(rmdir(in_window("nothing")), stat(in_window("nothing"), &info));
        assert_content(in_window("data/data.mdb"), bad, size);
        (void)tool_verify(&tool, window, "data");
        if (strstr(tool.text, "all of it holds") != NULL)
            fail_msg("damage %zu: %s", i, tool.text);
        assert_content(in_window("data/data.mdb"), bad, size);
    }
    write_whole(in_window("data/data.mdb"), good, good_size);
    failed = false;
}

static const char *
in_backup(const char *file)
{
    static char path[NETWORK_PATH_BYTES + 64];
    snprintf(path, sizeof path, "%s/%s", backup_path, file);
    return path;
}

static void
put_manifest(const uint8_t *data, size_t size, bool fitting)
{
    struct work_folder folder = { .lock = 0 };
    struct digest digest;
    Yidi__Backup manifest = good_manifest;
    snprintf(folder.path, sizeof folder.path, "%s", backup_path);
    if (fitting) {
        signature_digest_one(bytes_of(data, size), &digest);
        manifest.bytes = size;
        manifest.digest.data = digest.bytes;
    }
    (void)unlink(in_backup("manifest.json"));
    assert_int_equal(backup_write_manifest(&folder, &manifest, NULL), OK);
}

/* Restore, expecting no store; the backup stays as it is. */
static int
try_to_restore(const uint8_t *bad, size_t size, bool fitting)
{
    struct stat info;
    write_whole(in_backup("data.mdb"), bad, size);
    put_manifest(bad, size, fitting);
    tool_restore(&tool, window, backup_path, "restored", 0);
    int status = tool_wait(&tool);
    assert_content(in_backup("data.mdb"), bad, size);
    assert_int_equal(stat(in_window(".restored.unfinished"), &info), -1);
    assert_int_equal(stat(in_window("restored"), &info), status == 0 ? 0 : -1);
    return status;
}

static void
a_damaged_backup_is_not_restored(void **unused)
{
    (void)unused;
    failed = true;
    for (size_t i = 0; i < DAMAGES; i++) {
        size_t size;
        AUTO(heap) uint8_t *bad = damages[i].make(good_copy, copy_size, &size);
        if (try_to_restore(bad, size, false) != 1 || strstr(tool.text, "STORE_DAMAGED") == NULL ||
            strstr(tool.text, "manifest") == NULL)
            fail_msg("damage %zu: %s", i, tool.text);
        /* damaged before it was written down, or by somebody who can count */
        if (try_to_restore(bad, size, true) != 1 || strstr(tool.text, damages[i].code) == NULL)
            fail_msg("damage %zu, manifest fits: %s", i, tool.text);
    }
    write_whole(in_backup("data.mdb"), good_copy, copy_size);
    put_manifest(good_copy, copy_size, true);
    failed = false;
}

/* Wherever it is: the digest sees it. */
static void
one_changed_byte_in_any_page_of_a_backup_is_found(void **unused)
{
    (void)unused;
    failed = true;
    size_t pages = copy_size / PAGE_BYTES, step = pages > 60 ? pages / 60 : 1;
    for (size_t page = 0; page < pages; page += step) {
        size_t size;
        AUTO(heap) uint8_t *bad = copy_of(good_copy, copy_size, &size);
        bad[page * PAGE_BYTES + page * 37 % PAGE_BYTES] ^= 0x10;
        assert_int_equal(try_to_restore(bad, size, false), 1);
        assert_non_null(strstr(tool.text, "its bytes were changed"));
    }
    failed = false;
}

static void
remove_restored(void)
{
    static const char *const names[] = { "restored/data.mdb", "restored/lock.mdb",
                                         "restored/owner.lock" };
    for (size_t i = 0; i < 3; i++)
        (void)unlink(in_window(names[i]));
    assert_int_equal(rmdir(in_window("restored")), 0);
}

/* Whatever stands there, the tool ends with an answer, even when reading it kills. */
static void
no_bytes_in_a_backup_kill_the_tool(void **unused)
{
    (void)unused;
    static const uint8_t wild[] = { 0xff, 0x00, 0x80, 0x01 };
    size_t refused = 0, tries = figures_choose(60, 600);
    uint32_t seed = 7;
    failed = true;
    for (size_t i = 0; i < tries; i++) {
        size_t size;
        AUTO(heap) uint8_t *bad = copy_of(good_copy, copy_size, &size);
        seed = seed * 1664525 + 1013904223;
        size_t page = (seed >> 8) % (size / PAGE_BYTES), at = i % 3 == 0 ? i % 64 : seed % 4000;
        memset(bad + page * PAGE_BYTES + at, wild[i % 4], 1 + i % 8);
        int status = try_to_restore(bad, size, true);
        if (status > 1)
            fail_msg("try %zu, page %zu, at %zu: status %d: %s", i, page, at, status, tool.text);
        if (status == 0)
            remove_restored();
        refused += status == 1;
    }
    assert_true(refused > tries / 10);
    failed = false;
}

static void
a_backup_without_a_good_manifest_is_not_restored(void **unused)
{
    (void)unused;
    static const char *const texts[] = { "", "{}", "{\"version\":2}", "[", "manifest" };
    struct stat info;
    failed = true;
    write_whole(in_backup("data.mdb"), good_copy, copy_size);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_whole(in_backup("manifest.json"), (const uint8_t *)texts[i], strlen(texts[i]));
        tool_restore(&tool, window, backup_path, "restored", 0);
        expect_refused(i, "STORE_DAMAGED");
        assert_non_null(strstr(tool.text, "not a manifest"));
    }
    assert_int_equal(unlink(in_backup("manifest.json")), 0);
    tool_restore(&tool, window, backup_path, "restored", 0);
    expect_refused(0, "FILE_UNREADABLE");
    assert_int_equal(stat(in_window("restored"), &info), -1);

    good_manifest.entries++;
    assert_int_equal(try_to_restore(good_copy, copy_size, true), 1);
    assert_non_null(strstr(tool.text, "does not end where its manifest says"));
    good_manifest.entries--;
    char *office = good_manifest.office;
    good_manifest.office = (char *)(uintptr_t)registry->code;
    assert_int_equal(try_to_restore(good_copy, copy_size, true), 1);
    assert_non_null(strstr(tool.text, "STORE_FOREIGN"));
    good_manifest.office = office;
    assert_int_equal(try_to_restore(good_copy, copy_size, true), 0);
    remove_restored();
    failed = false;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_daemon_does_not_start_on_a_damaged_store),
        cmocka_unit_test(a_damaged_store_is_not_backed_up),
        cmocka_unit_test(a_damaged_backup_is_not_restored),
        cmocka_unit_test(one_changed_byte_in_any_page_of_a_backup_is_found),
        cmocka_unit_test(no_bytes_in_a_backup_kill_the_tool),
        cmocka_unit_test(a_backup_without_a_good_manifest_is_not_restored),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
