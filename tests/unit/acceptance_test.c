/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/io/turn.h"
#include "tests/lib/fake_desk.h"

static struct fake_network network;
static struct made_application application;

static int
set_up(void **unused)
{
    (void)unused;
    fake_desk_open(&network, 1);
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    fake_network_close(&network);
    return 0;
}

/* Apply when the window's clock shows that time, whatever its papers say to it. */
static enum result
apply_at(uint64_t now_ms, struct refusal *ret_refusal)
{
    struct office *office = network.offices[WINDOW].office;
    AUTO(arena) struct arena arena;
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    Yidi__Response response = YIDI__RESPONSE__INIT;
    arena_init(&arena);
    struct turn turn = { .office = office, .arena = &arena, .now_ms = now_ms, .operator= "a" };
    apply.form = &application.form;
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &apply;
    office->options.directory_grace_ms = UINT64_MAX / 2;
    size_t frame_count = application_frames(&application, frames);
    turn_begin_act(&turn, "", "", "");
    turn.txn = scratch_store_write(&network.offices[WINDOW].scratch);
    enum result result = office->options.role->take_command(&turn, &request, frames, frame_count,
                                                            &response, ret_refusal);
    store_abort(turn.txn);
    journal_rolled_back(&office->journal);
    peers_rolled_back(&office->peers);
    return result;
}

static void
a_date_that_no_case_number_can_say_is_a_coded_refusal(void **unused)
{
    (void)unused;
    static const uint64_t year_2100_ms = 4107542400000;
    struct refusal refusal = { 0 };
    assert_int_equal(apply_at(network.now.wall_ms, &refusal), OK);
    assert_int_equal(apply_at(year_2100_ms, &refusal), ERR_REFUSED);
    assert_string_equal(refusal_name(refusal.code), "NUMBERS_EXHAUSTED");
    assert_string_equal(refusal.field, "case_number");
    assert_true(refusal.rule[0] != '\0');
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(a_date_that_no_case_number_can_say_is_a_coded_refusal),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
