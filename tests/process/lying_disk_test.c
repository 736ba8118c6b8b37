/* SPDX-License-Identifier: Apache-2.0
 *
 * lying_disk_test - shows that what power_loss_test holds against an office would be seen: the
 * power fails as it does there, but the disk did not do what it said, and receipts are gone or the
 * store is damaged.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io/journal.h"
#include "common/io/store.h"
#include "tests/lib/power.h"
#include "tests/lib/workday.h"

enum {
    DESTRUCTION_SEEDS = 5,
    LIE_SEEN = 40, /* a sync point behind some receipts */
    ROUNDS_MAX = 4000
};

static struct network network;
static struct made_application application;
static struct workday day;
static struct preload preload;
static bool failed = true;

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    failed = true;
    network_open(&network, NULL);
    day = (struct workday){ .journey = { .window = &network.offices[SHENZHEN],
                                         .registry = &network.offices[QINGYANG],
                                         .centre = &network.offices[YUEXIU] },
                            .application = &application };
    citizen_make(1, day.journey.registry->area, &citizen);
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
remove_folder(const struct network_office *office, const char *name)
{
    char path[NETWORK_PATH_BYTES], command[NETWORK_PATH_BYTES + 16];
    snprintf(command, sizeof command, "rm -rf '%s'", network_path(office, name, path));
    assert_int_equal(system(command), 0);
}

/* ---- judgement ---- */

enum { WHOLE, NOT_WHOLE, ACKNOWLEDGED_LOST };

/* In a process of its own, because a damaged file may kill who reads it. */
static void
judge_and_exit(struct network_office *office)
{
    char path[NETWORK_PATH_BYTES];
    struct journal_report report = { 0 };
    struct store *store = NULL;
    struct store_txn *txn = NULL;
    struct trust_root *root = authority_trust(&office->network->authority, false);
    struct envelope_verifier *verifier = malloc(sizeof *verifier);
    envelope_verifier_init(verifier, network_load_directory(office, root));
    if (store_open_readonly(network_path(office, "data", path), &store) != OK ||
        store_begin_read(store, &txn) != OK ||
        journal_audit(txn, office->code, verifier, &report) != OK || report.trouble[0] != '\0')
        _exit(NOT_WHOLE);
    for (size_t i = 0; i < day.applied; i++) {
        struct bytes row;
        if (store_get(txn, TABLE_CASES, bytes_of_text(day.numbers[i]), &row) != OK)
            _exit(ACKNOWLEDGED_LOST);
    }
    _exit(WHOLE);
}

static int
judge(struct network_office *office)
{
    int status = 0;
    pid_t process = fork();
    assert_true(process >= 0);
    if (process == 0)
        judge_and_exit(office);
    assert_int_equal(waitpid(process, &status, 0), process);
    return WIFEXITED(status) && WEXITSTATUS(status) <= ACKNOWLEDGED_LOST ? WEXITSTATUS(status)
                                                                         : NOT_WHOLE;
}

/* Applications until the power fails; what is left on the disk then? */
static int
destroy(const struct power_cut *cut)
{
    struct network_office *window = day.journey.window;
    remove_folder(window, "data");
    remove_folder(window, "spool");
    power_install(&preload, cut, window);
    assert_true(workday_start(&day, window));
    workday_begin(&day, WORKDAY_CASES_MAX);
    day.imported = true;
    for (int round = 0; network_alive(window) && round < ROUNDS_MAX; round++)
        workday_work(&day);
    network_kill(window);
    preload_remove(window);
    assert_true(day.applied > 0);
    memset(day.tree_sizes, 0, sizeof day.tree_sizes);
    return judge(window);
}

static void
assert_is_found_out(const char *ignored, int at_least)
{
    int verdicts[3] = { 0 };
    for (uint64_t seed = 0; seed < DESTRUCTION_SEEDS; seed++) {
        const struct power_cut cut = { .sync_point = LIE_SEEN, .seed = seed, .ignored = ignored };
        verdicts[destroy(&cut)]++;
    }
    int found = verdicts[NOT_WHOLE] + verdicts[ACKNOWLEDGED_LOST];
    printf("%d stores were damaged, %d had lost receipts, %d were whole\n", verdicts[NOT_WHOLE],
           verdicts[ACKNOWLEDGED_LOST], verdicts[WHOLE]);
    if (found < at_least)
        fail_msg("only %d of %d losses were noticed", found, DESTRUCTION_SEEDS);
}

/* ---- tests ---- */

static void
a_disk_that_never_syncs_is_found_out(void **unused)
{
    (void)unused;
    assert_is_found_out("all", 4);
    failed = false;
}

static void
a_disk_that_writes_the_meta_page_before_the_others_is_found_out(void **unused)
{
    (void)unused;
    assert_is_found_out("data", 3);
    failed = false;
}

/* As whole commits go, the store is sound; only the receipts tell. */
static void
a_disk_that_forgets_the_last_moments_loses_receipts(void **unused)
{
    (void)unused;
    const struct power_cut cut = { .sync_point = LIE_SEEN,
                                   .ignored = "all",
                                   .lies_from = LIE_SEEN / 2 };
    assert_int_equal(destroy(&cut), ACKNOWLEDGED_LOST);
    failed = false;
}

static void
a_disk_that_forgets_names_is_found_out(void **unused)
{
    (void)unused;
    assert_is_found_out("folder", 2);
    failed = false;
}

static void
an_honest_disk_passes_the_same_judgement(void **unused)
{
    (void)unused;
    for (uint64_t seed = 0; seed < DESTRUCTION_SEEDS; seed++) {
        const struct power_cut cut = { .sync_point = LIE_SEEN, .seed = seed };
        assert_int_equal(destroy(&cut), WHOLE);
    }
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_disk_that_never_syncs_is_found_out),
        TEST(a_disk_that_writes_the_meta_page_before_the_others_is_found_out),
        TEST(a_disk_that_forgets_the_last_moments_loses_receipts),
        TEST(a_disk_that_forgets_names_is_found_out),
        TEST(an_honest_disk_passes_the_same_judgement),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
