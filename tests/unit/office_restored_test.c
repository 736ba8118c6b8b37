/* SPDX-License-Identifier: Apache-2.0
 *
 * office_restored_test - an office whose store bears the mark of a restore does nothing but answer
 * questions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tests/lib/desk_test.h"

static int
set_up(void **unused)
{
    (void)unused;
    fake_desk_open(&network, 1);
    fake_desk_populate(&network, 1, 4);
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    return 0;
}

static void
apply(uint64_t seed, const char *want, char ret_number[CASE_NUMBER_CHARS + 1])
{
    fake_desk_citizen(seed, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", ret_number), want);
}

static void
restart(enum fake_place place)
{
    fake_network_crash(&network, place);
    fake_network_start(&network, place);
}

/* As yidictl restore does. */
static void
mark_as_restored(enum fake_place place)
{
    uint8_t value[8];
    bytes_put_u64(value, network.now.wall_ms);
    fake_network_crash(&network, place);
    scratch_store_reopen(&network.offices[place].scratch);
    scratch_store_put(&network.offices[place].scratch, TABLE_META,
                      bytes_of_text(OFFICE_RESTORED_KEY), bytes_of(value, sizeof value));
    fake_network_start(&network, place);
}

static void
remove_mark(enum fake_place place)
{
    fake_network_crash(&network, place);
    scratch_store_reopen(&network.offices[place].scratch);
    struct store_txn *txn = scratch_store_write(&network.offices[place].scratch);
    assert_int_equal(store_delete(txn, TABLE_META, bytes_of_text(OFFICE_RESTORED_KEY)), OK);
    scratch_store_commit(txn);
    fake_network_start(&network, place);
}

static const char *
halted(enum fake_place place)
{
    Yidi__Status status = YIDI__STATUS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_STATUS;
    request.status = &status;
    return fake_network_ask(&network, place, &request, NULL, 0)->status->halted;
}

static void
a_restored_office_takes_no_commands_and_answers_questions(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1], other[CASE_NUMBER_CHARS + 1];
    apply(1, "", number);
    fake_network_settle(&network);
    mark_as_restored(WINDOW);
    for (int starts = 0; starts < 2; starts++) {
        assert_string_equal(halted(WINDOW),
                            "restored from a backup; recover before any work: yidictl recover");
        apply(2, "OFFICE_HALTED", other);
        assert_string_equal(fake_network_state(&network, WINDOW, number), "submitted");
        restart(WINDOW);
    }
}

static void
a_restored_office_adds_nothing_to_its_journal_and_sends_nothing(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    struct scratch_store *scratch = &network.offices[WINDOW].scratch;
    fake_network_crash(&network, REGISTRY);
    apply(1, "", number); /* waits for the registry */
    mark_as_restored(WINDOW);
    uint64_t entries = scratch_store_count(scratch, TABLE_JOURNAL);
    uint64_t heads = scratch_store_count(scratch, TABLE_HEADS);
    fake_network_start(&network, REGISTRY);
    fake_network_renew_directory(&network, WINDOW); /* which is otherwise journalled */
    fake_network_settle(&network);
    fake_network_run(&network, 600000);
    assert_int_equal(scratch_store_count(scratch, TABLE_JOURNAL), entries);
    assert_int_equal(scratch_store_count(scratch, TABLE_HEADS), heads);
    assert_string_equal(fake_network_state(&network, REGISTRY, number), "absent");
}

static void
a_restored_office_tells_no_applicant_twice(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, "", number);
    network.offices[WINDOW].spool_full = true; /* its notification stays in the store */
    fake_desk_walk(&network, number, fake_desk_step_count - 1);
    assert_int_equal(network.notification_count, 0);
    network.offices[WINDOW].spool_full = false;
    mark_as_restored(WINDOW);
    fake_network_run(&network, 600000);
    assert_int_equal(network.notification_count, 0);
    remove_mark(WINDOW);
    fake_network_run(&network, 60000);
    assert_true(network.notification_count > 0);
}

static void
an_office_works_again_when_the_mark_is_gone(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    mark_as_restored(WINDOW);
    apply(1, "OFFICE_HALTED", number);
    remove_mark(WINDOW);
    assert_string_equal(halted(WINDOW), "");
    apply(1, "", number);
    fake_network_settle(&network);
    assert_string_equal(fake_network_state(&network, REGISTRY, number), "received");
    fake_network_audit(&network);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)
    const struct CMUnitTest tests[] = {
        TEST(a_restored_office_takes_no_commands_and_answers_questions),
        TEST(a_restored_office_adds_nothing_to_its_journal_and_sends_nothing),
        TEST(a_restored_office_tells_no_applicant_twice),
        TEST(an_office_works_again_when_the_mark_is_gone),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
