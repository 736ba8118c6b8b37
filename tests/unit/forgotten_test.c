/* SPDX-License-Identifier: Apache-2.0
 *
 * forgotten_test - an office brings back its past, and one of its peers has erased a case: when
 * that was due, the case is forgotten, and its fee is said to be missing; when it was not, the case
 * comes back from what the others hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/domain/civil_date.h"
#include "common/io/case_file.h"
#include "tests/lib/desk_test.h"

#define DAY_MS UINT64_C(86400000)

enum { KEEP_TEXT_DAYS = 9 };

static struct arena arena;
static char number[CASE_NUMBER_CHARS + 1];
static uint32_t accepted_on;

static int
set_up(void **unused)
{
    (void)unused;
    arena_init(&arena);
    desk_test_open_keeping(2, 3, KEEP_TEXT_DAYS);
    accepted_on = civil_date_of_ms(network.now.wall_ms);
    desk_test_apply(1, "", number);
    return 0;
}

static int
tear_down(void **unused)
{
    arena_fini(&arena);
    return desk_test_close(unused);
}

/* ---- what is done ---- */

static void
pass_days(unsigned days)
{
    fake_network_run_until(&network, network.now.monotonic_ms + days * DAY_MS);
}

static void
erase_now(size_t at)
{
    const struct desk_test_erasure all = { .text = true };
    assert_string_equal(desk_test_erase_now(at, number, all), "");
}

static const Yidi__RecoveryReport *
lose_and_recover(size_t at)
{
    fake_desk_lose_disk(&network, at);
    fake_desk_recover(&network, at, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_settle(&network);
    const Yidi__RecoveryReport *told =
        fake_desk_recover(&network, at, YIDI__RECOVER_VERB__RECOVER_SHOW);
    assert_string_equal(told->phase, "done");
    for (size_t i = 0; i < told->n_unplaced; i++)
        print_message("unplaced: %s %d of %s: %s\n", told->unplaced[i]->mine ? "to" : "from",
                      (int)told->unplaced[i]->sequence, told->unplaced[i]->office,
                      told->unplaced[i]->rule);
    return told;
}

/* ---- what is seen ---- */

static const Yidi__FeeList *
fees(void)
{
    Yidi__Fees query = YIDI__FEES__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    query.date = query.until = accepted_on;
    request.operator_ = "clerk";
    request.command_case = YIDI__REQUEST__COMMAND_FEES;
    request.fees = &query;
    const Yidi__Response *response = fake_network_ask(&network, WINDOW, &request, NULL, 0);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_FEES);
    return response->fees;
}

static void
expect_fee(Yidi__FeeMove move, uint32_t amount_fen)
{
    const Yidi__FeeList *list = fees();
    assert_int_equal(list->n_entries, 1);
    assert_string_equal(list->entries[0]->case_number, number);
    assert_int_equal(list->entries[0]->move, move);
    assert_int_equal(list->entries[0]->amount_fen, amount_fen);
}

static void
expect_state(size_t at, const char *state)
{
    if (strcmp(fake_network_state(&network, at, number), state) != 0)
        fail_msg("office %zu says %s, not %s", at, fake_network_state(&network, at, number), state);
}

static const char *
attention_at(size_t at)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[at].scratch);
    struct case_file file;
    assert_int_equal(case_file_open(txn, network.offices[at].role->machine, number, &arena, &file),
                     OK);
    return file.row->attention == NULL ? "" : file.row->attention->code;
}

/* ---- tests ---- */

static void
a_case_that_closed_long_ago_is_forgotten_and_its_fee_is_missing(void **unused)
{
    (void)unused;
    fake_desk_walk(&network, number, fake_desk_step_count);
    expect_fee(YIDI__FEE_MOVE__FEE_TAKEN, application.form.fee_fen);
    pass_days(KEEP_TEXT_DAYS + 1);
    assert_int_equal(lose_and_recover(WINDOW)->unplaced_count, 0);
    expect_state(WINDOW, "absent");
    expect_fee(YIDI__FEE_MOVE__FEE_UNKNOWN, 0);
    fake_network_audit(&network);
}

static void
what_the_registry_has_erased_early_is_told_of_at_the_window(void **unused)
{
    (void)unused;
    fake_desk_walk(&network, number, fake_desk_step_count);
    erase_now(REGISTRY);
    assert_true(lose_and_recover(WINDOW)->unplaced_count > 0);
    expect_state(WINDOW, "absent"); /* nobody else has the form */
    expect_fee(YIDI__FEE_MOVE__FEE_UNKNOWN, 0);
    fake_network_audit(&network);
    pass_days(KEEP_TEXT_DAYS + 2);
    fake_network_audit(&network);
    assert_int_equal(scratch_store_count(&network.offices[WINDOW].scratch, TABLE_BLOBS), 0);
}

static void
what_the_centre_has_erased_early_comes_back_at_the_window_with_its_fee(void **unused)
{
    (void)unused;
    fake_desk_walk(&network, number, fake_desk_step_count);
    erase_now(CENTRE);
    (void)lose_and_recover(WINDOW);
    expect_state(WINDOW, "collected");
    expect_fee(YIDI__FEE_MOVE__FEE_TAKEN, application.form.fee_fen);
    fake_network_audit(&network);
}

/* Its order, and the application in it, are with the centre. */
static void
what_the_window_has_erased_early_comes_back_at_the_registry(void **unused)
{
    (void)unused;
    fake_desk_walk(&network, number, fake_desk_step_count);
    erase_now(WINDOW);
    (void)lose_and_recover(REGISTRY);
    expect_state(REGISTRY, "made");
    assert_string_equal(attention_at(REGISTRY), "MESSAGE_ERASED");
    const struct fake_decision abandon = { .at = REGISTRY,
                                           .verb = YIDI__VERB__ABANDON,
                                           .operator= "chief",
                                           .text = "the window has erased it" };
    assert_string_equal(fake_desk_decide(&network, &abandon, number), "abandoned");
    fake_network_settle(&network);
    fake_network_audit(&network);
}

static void
what_the_window_has_erased_early_comes_back_at_the_centre(void **unused)
{
    (void)unused;
    fake_desk_walk(&network, number, fake_desk_step_count);
    erase_now(WINDOW);
    (void)lose_and_recover(CENTRE);
    expect_state(CENTRE, "verified"); /* that it was dispatched, only the window was told */
    assert_string_equal(attention_at(CENTRE), "MESSAGE_ERASED");
    fake_network_audit(&network);
}

/* Its own clock alone does not make a case old. */
static void
a_clock_that_is_ahead_of_all_others_forgets_nothing(void **unused)
{
    (void)unused;
    fake_desk_walk(&network, number, fake_desk_step_count);
    erase_now(CENTRE);
    network.offices[WINDOW].skew_ms = (int64_t)(2 * KEEP_TEXT_DAYS * DAY_MS);
    (void)lose_and_recover(WINDOW);
    expect_state(WINDOW, "collected");
    expect_fee(YIDI__FEE_MOVE__FEE_TAKEN, application.form.fee_fen);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_case_that_closed_long_ago_is_forgotten_and_its_fee_is_missing),
        TEST(what_the_registry_has_erased_early_is_told_of_at_the_window),
        TEST(what_the_centre_has_erased_early_comes_back_at_the_window_with_its_fee),
        TEST(what_the_window_has_erased_early_comes_back_at_the_registry),
        TEST(what_the_window_has_erased_early_comes_back_at_the_centre),
        TEST(a_clock_that_is_ahead_of_all_others_forgets_nothing),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
