/* SPDX-License-Identifier: Apache-2.0
 *
 * recovery_share_test - a registry that lost its past goes to work again while the share of a
 * window or of a card centre is still away; and no citizen gets two cards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tests/lib/desk_test.h"

enum { CITIZENS = 5 };

static char first[CASE_NUMBER_CHARS + 1], second[CASE_NUMBER_CHARS + 1];

static const struct fake_decision examine = {
    .at = REGISTRY, .verb = YIDI__VERB__EXAMINE, .operator= "examiner" };
static const struct fake_decision issue = {
    .at = REGISTRY, .verb = YIDI__VERB__ISSUE, .operator= "issuer" };
static const struct fake_decision turn_down = { .at = REGISTRY,
                                                .verb = YIDI__VERB__REFUSE,
                                                .operator= "issuer",
                                                .reason = YIDI__REFUSAL_REASON__OPEN_APPLICATION,
                                                .text = "another application is open" };
static const struct fake_decision withdraw = {
    .at = WINDOW, .verb = YIDI__VERB__WITHDRAW, .operator= "clerk", .text = "moves home"
};

/* ---- what is done ---- */

static void
apply_at(size_t window, uint64_t citizen, char ret_number[CASE_NUMBER_CHARS + 1])
{
    fake_desk_citizen(citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply_at(&network, window, &application, "", ret_number), "");
    fake_network_settle(&network);
}

static void
expect(const struct fake_decision *decision, const char *number, const char *answer)
{
    desk_test_decide(decision, number, answer);
}

static void
expect_state(size_t at, const char *number, const char *state)
{
    assert_string_equal(fake_network_state(&network, at, number), state);
}

/* The steps of a case of the far window, from there on. */
static void
finish_far(const char *number)
{
    for (size_t i = 2; i < fake_desk_step_count; i++) {
        struct fake_decision decision = fake_desk_steps[i].decision;
        decision.at = decision.at == WINDOW ? FAR_WINDOW : FAR_CENTRE;
        expect(&decision, number, fake_desk_steps[i].after);
    }
}

static void
finish_near(const char *number, size_t from)
{
    for (size_t i = from; i < fake_desk_step_count; i++)
        expect(&fake_desk_steps[i].decision, number, fake_desk_steps[i].after);
}

/* The registry goes on without those who are down. */
static void
go_on_without(void)
{
    fake_desk_recover(&network, REGISTRY, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_settle(&network);
    fake_desk_recover(&network, REGISTRY, YIDI__RECOVER_VERB__RECOVER_FINISH);
    fake_network_settle(&network);
    const Yidi__RecoveryReport *report =
        fake_desk_recover(&network, REGISTRY, YIDI__RECOVER_VERB__RECOVER_SHOW);
    assert_string_equal(report->phase, "done");
    assert_true(report->n_missing > 0);
    fake_desk_populate(&network, 1, CITIZENS);
}

static void
set_back_without_window(void)
{
    fake_network_crash(&network, WINDOW);
    network.start_hold_ms = 3000; /* it asks before it works */
    fake_desk_set_back(&network, REGISTRY);
    fake_network_settle(&network);
    go_on_without();
}

static void
come_back(size_t at)
{
    fake_network_start(&network, at);
    fake_network_settle(&network);
}

static void
expect_whole(void)
{
    const Yidi__RecoveryReport *report =
        fake_desk_recover(&network, REGISTRY, YIDI__RECOVER_VERB__RECOVER_SHOW);
    assert_int_equal(report->n_missing, 0);
    assert_int_equal(report->unplaced_count, 0);
    assert_int_equal(report->left, 0);
    fake_network_audit(&network);
}

/* ---- the tests ---- */

static void
a_card_that_was_ordered_forbids_another_one_while_its_window_is_away(void **unused)
{
    (void)unused;
    apply_at(WINDOW, 1, first);
    fake_desk_walk(&network, first, 2);
    fake_network_crash(&network, WINDOW);
    fake_desk_lose_disk(&network, REGISTRY);
    go_on_without();
    expect_state(REGISTRY, first, "absent"); /* nobody can say what became of it */

    apply_at(FAR_WINDOW, 1, second);
    expect(&examine, second, "examined");
    expect(&issue, second, "OFFICE_RECOVERING");
    fake_network_crash(&network, REGISTRY); /* it stands on the disk */
    come_back(REGISTRY);
    expect(&issue, second, "OFFICE_RECOVERING");

    come_back(WINDOW);
    expect_state(REGISTRY, first, "issued");
    expect(&issue, second, "OPEN_APPLICATION");
    expect(&turn_down, second, "refused");
    expect_state(FAR_WINDOW, second, "refused");
    finish_near(first, 2);
    expect_state(REGISTRY, first, "closed");
    expect_whole();
}

/* The first card was collected long ago, which only the window can tell. */
static void
a_card_that_was_collected_forbids_nothing_when_its_window_is_back(void **unused)
{
    (void)unused;
    apply_at(WINDOW, 1, first);
    fake_desk_walk(&network, first, fake_desk_step_count);
    fake_network_crash(&network, WINDOW);
    fake_desk_lose_disk(&network, REGISTRY);
    go_on_without();
    apply_at(FAR_WINDOW, 1, second);
    expect(&examine, second, "examined");
    expect(&issue, second, "OFFICE_RECOVERING");
    come_back(WINDOW);
    expect_state(REGISTRY, first, "closed");
    expect(&issue, second, "issued");
    finish_far(second);
    expect_state(REGISTRY, second, "closed");
    expect_whole();
}

/* Of an order nobody can tell while its window and its centre are both away. */
static void
nothing_is_issued_while_a_window_and_its_centre_are_both_away(void **unused)
{
    (void)unused;
    char other[CASE_NUMBER_CHARS + 1];
    apply_at(WINDOW, 1, first);
    fake_desk_walk(&network, first, 2);
    fake_network_crash(&network, WINDOW);
    fake_network_crash(&network, CENTRE);
    fake_desk_lose_disk(&network, REGISTRY);
    go_on_without();
    apply_at(FAR_WINDOW, 1, second);
    apply_at(FAR_WINDOW, 2, other);
    expect(&examine, second, "examined");
    expect(&examine, other, "examined");
    expect(&issue, second, "OFFICE_RECOVERING");
    expect(&issue, other, "OFFICE_RECOVERING");

    come_back(CENTRE);
    expect(&issue, second, "OFFICE_RECOVERING");
    expect(&issue, other, "issued");
    come_back(WINDOW);
    expect(&issue, second, "OPEN_APPLICATION");
    expect(&turn_down, second, "refused");
    finish_far(other);
    finish_near(first, 2);
    expect_whole();
}

static void
a_window_that_comes_before_its_centre_tells_as_much(void **unused)
{
    (void)unused;
    apply_at(WINDOW, 1, first);
    fake_desk_walk(&network, first, 2);
    fake_network_crash(&network, WINDOW);
    fake_network_crash(&network, CENTRE);
    fake_desk_lose_disk(&network, REGISTRY);
    go_on_without();
    apply_at(FAR_WINDOW, 1, second);
    expect(&examine, second, "examined");
    come_back(WINDOW);
    expect_state(REGISTRY, first, "issued");
    expect(&issue, second, "OPEN_APPLICATION");
    come_back(CENTRE);
    expect(&issue, second, "OPEN_APPLICATION");
    expect_state(CENTRE, first, "ordered"); /* once */
    expect(&turn_down, second, "refused");
    finish_near(first, 2);
    expect_whole();
}

/* Nothing was decided about it: whoever comes late is the second. */
static void
an_application_that_nobody_decided_gives_way(void **unused)
{
    (void)unused;
    apply_at(WINDOW, 1, first);
    fake_network_crash(&network, WINDOW);
    fake_desk_lose_disk(&network, REGISTRY);
    go_on_without();
    apply_at(FAR_WINDOW, 1, second);
    expect(&examine, second, "examined");
    expect(&issue, second, "issued");
    come_back(WINDOW);
    expect_state(REGISTRY, first, "refused");
    expect_state(WINDOW, first, "refused");
    finish_far(second);
    expect_whole();
}

/* The old copy does not know that it was refused. */
static void
nothing_is_decided_about_a_case_while_its_window_is_away(void **unused)
{
    (void)unused;
    char third[CASE_NUMBER_CHARS + 1];
    apply_at(WINDOW, 1, first);
    apply_at(WINDOW, 2, second);
    apply_at(WINDOW, 3, third);
    fake_desk_walk(&network, second, 2);
    fake_network_copy_disk(&network, REGISTRY);
    fake_desk_walk(&network, third, 2); /* of which the centre knows */
    expect(&turn_down, first, "refused");
    expect_state(WINDOW, first, "refused");
    set_back_without_window();
    expect_state(REGISTRY, first, "received");
    expect(&examine, first, "OFFICE_RECOVERING");
    expect(&issue, first, "OFFICE_RECOVERING");
    expect(&turn_down, first, "OFFICE_RECOVERING");
    come_back(WINDOW);
    expect_state(REGISTRY, first, "refused");
    expect_whole();
}

/* The old copy does not know that the applicant withdrew, nor that the centre was asked. */
static void
an_answer_of_the_centre_waits_for_the_window_that_knows_the_question(void **unused)
{
    (void)unused;
    apply_at(WINDOW, 1, first);
    fake_desk_walk(&network, first, 2);
    fake_network_copy_disk(&network, REGISTRY);
    expect(&withdraw, first, "withdrawing");
    expect_state(WINDOW, first, "withdrawn");
    set_back_without_window();
    expect_state(REGISTRY, first, "issued");
    come_back(WINDOW);
    expect_state(REGISTRY, first, "withdrawn");
    expect_state(WINDOW, first, "withdrawn");
    expect_whole();
}

static void
a_refusal_of_the_order_waits_for_the_window_that_withdrew(void **unused)
{
    (void)unused;
    apply_at(WINDOW, 1, first);
    network.wires.cut[REGISTRY][CENTRE] = true;
    fake_desk_walk(&network, first, 2);
    fake_network_copy_disk(&network, REGISTRY);
    expect(&withdraw, first, "withdrawing");
    network.roster.offices[CENTRE].entry.area = "32"; /* does not serve the window any more */
    fake_network_renew_directory(&network, CENTRE);
    network.wires.cut[REGISTRY][CENTRE] = false;
    fake_network_settle(&network);
    expect_state(WINDOW, first, "withdrawn");
    set_back_without_window();
    expect_state(REGISTRY, first, "issued");
    come_back(WINDOW);
    expect_state(REGISTRY, first, "withdrawn");
    expect_whole();
}

static void
set_revoked(size_t office, bool revoked)
{
    network.roster.offices[office].revoked = revoked;
    for (size_t i = 0; i < FAKE_PLACE_COUNT_WIDE; i++)
        if (i != office)
            fake_network_renew_directory(&network, i);
    fake_network_settle(&network);
}

/* The window had given the case up while the registry was revoked; the centre is told, and ends its
 * order after the registry has forgotten all that. */
static void
an_order_that_ends_later_waits_for_the_window_that_gave_the_case_up(void **unused)
{
    (void)unused;
    const struct fake_decision abandon_at[] = {
        { .at = WINDOW, .verb = YIDI__VERB__ABANDON, .operator= "chief", .text = "it is closed" },
        { .at = CENTRE, .verb = YIDI__VERB__ABANDON, .operator= "chief", .text = "destroyed" },
    };
    apply_at(WINDOW, 1, first);
    fake_desk_walk(&network, first, 4);
    fake_network_copy_disk(&network, REGISTRY);
    set_revoked(REGISTRY, true);
    expect(&abandon_at[0], first, "abandoned");
    set_revoked(REGISTRY, false);
    fake_network_run(&network, UINT64_C(3600) * 1000);
    expect_state(REGISTRY, first, "abandoned");
    set_back_without_window();
    expect(&abandon_at[1], first, "abandoned");
    expect_state(REGISTRY, first, "made");
    come_back(WINDOW);
    expect_state(REGISTRY, first, "abandoned");
    expect_state(WINDOW, first, "abandoned");
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    /* its card is not wanted; what it said was not refused */
    assert_string_equal(desk_test_case(CENTRE, first, &arena)->attention->code, "CARD_NOT_VALID");
    expect_whole();
}

/* Its cases are what the registry's own orders tell of them. */
static void
a_window_that_is_revoked_is_waited_for_no_more(void **unused)
{
    (void)unused;
    apply_at(WINDOW, 1, first);
    fake_desk_walk(&network, first, 2);
    fake_network_crash(&network, WINDOW);
    fake_desk_lose_disk(&network, REGISTRY);
    go_on_without();
    apply_at(FAR_WINDOW, 1, second);
    expect(&examine, second, "examined");
    expect(&issue, second, "OFFICE_RECOVERING");
    network.roster.offices[WINDOW].revoked = true;
    fake_network_renew_directory(&network, REGISTRY);
    fake_network_settle(&network);
    expect_state(REGISTRY, first, "issued");
    expect(&issue, second, "OPEN_APPLICATION");
}

/* The window, which lost its past, too, comes back without the case. A centre that refuses an order
 * keeps no photo of it. */
static void
a_case_that_only_its_order_tells_of_ends(void **unused)
{
    (void)unused;
    apply_at(WINDOW, 1, first);
    network.roster.offices[CENTRE].entry.area = "32"; /* does not serve the window any more */
    fake_network_renew_directory(&network, CENTRE);
    fake_desk_walk(&network, first, 2);
    expect_state(REGISTRY, first, "blocked");
    network.roster.offices[CENTRE].entry.area = "31";
    fake_network_renew_directory(&network, CENTRE);
    fake_network_settle(&network);

    fake_desk_lose_disk(&network, WINDOW);
    fake_desk_lose_disk(&network, REGISTRY);
    fake_desk_recover(&network, WINDOW, YIDI__RECOVER_VERB__RECOVER_START);
    fake_desk_recover(&network, REGISTRY, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_settle(&network);
    fake_desk_recover(&network, REGISTRY, YIDI__RECOVER_VERB__RECOVER_FINISH);
    fake_network_settle(&network);
    fake_network_settle(&network);
    expect_whole();
    expect_state(REGISTRY, first, "blocked");
    expect(&issue, first, "ATTACHMENT_LOST");
    expect(&turn_down, first, "refused");
    fake_desk_populate(&network, 1, CITIZENS);
    apply_at(WINDOW, 1, second); /* the citizen is served again */
    fake_desk_walk(&network, second, fake_desk_step_count);
}

static int
set_up(void **unused)
{
    (void)unused;
    desk_test_open_wide(CITIZENS);
    return 0;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)
        TEST(a_card_that_was_ordered_forbids_another_one_while_its_window_is_away),
        TEST(a_card_that_was_collected_forbids_nothing_when_its_window_is_back),
        TEST(nothing_is_issued_while_a_window_and_its_centre_are_both_away),
        TEST(a_window_that_comes_before_its_centre_tells_as_much),
        TEST(an_application_that_nobody_decided_gives_way),
        TEST(nothing_is_decided_about_a_case_while_its_window_is_away),
        TEST(an_answer_of_the_centre_waits_for_the_window_that_knows_the_question),
        TEST(a_refusal_of_the_order_waits_for_the_window_that_withdrew),
        TEST(an_order_that_ends_later_waits_for_the_window_that_gave_the_case_up),
        TEST(a_window_that_is_revoked_is_waited_for_no_more),
        TEST(a_case_that_only_its_order_tells_of_ends),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
