/* SPDX-License-Identifier: Apache-2.0
 *
 * policy_exchange - offices that hand policies on, and one that lies about them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/civil_date.h"
#include "common/domain/finding.h"
#include "common/io/wire.h"
#include "proto/link.pb-c.h"
#include "tests/lib/policy_desk.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { MINUTE_MS = 60000, DAY_MS = 86400000, FLOOD = 500, ANSWERED_MAX = 64 };

static const struct made_rule first_rules[] = {
    { .key = "fee.renewal", .value = 2100 },
    { .key = "deadline.statutory", .value = 50 },
};
static const struct made_rule second_rules[] = {
    { .key = "fee.renewal", .value = 3000 },
    { .key = "deadline.statutory", .value = 40 },
};
#define FIRST  1, first_rules, COUNT(first_rules)
#define SECOND 2, second_rules, COUNT(second_rules)

static struct fake_network *network;
static struct arena arena;
static bool failed;

static int
set_up(void **unused)
{
    (void)unused;
    arena_init(&arena);
    failed = true;
    policy_desk_open(&network);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    if (!failed)
        policy_desk_close(network);
    arena_fini(&arena);
    return 0;
}

static struct office *
office_at(size_t at)
{
    return network->offices[at].office;
}

static const char *
code_of(size_t at)
{
    return office_at(at)->options.code;
}

static uint32_t
findings_of(const char *number)
{
    return policy_desk_row(network, REGISTRY, number, &arena)->findings;
}

/* Does the office have that version, present or former? */
static bool
has(size_t at, uint64_t version)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network->offices[at].scratch);
    struct bytes unused;
    uint64_t unused_ms;
    return policies_signed(txn, version, &unused_ms, &unused) == OK;
}

/* ---- handed on ---- */

/* It is there before the message that names it, at every office on the way. */
static void
a_policy_is_handed_on_before_the_first_case_under_it(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    assert_int_equal(fake_policy_give(network, WINDOW, FIRST), OK);
    policy_desk_apply(network, 100, 2100, number);
    fake_network_settle(network);
    assert_int_equal(policy_desk_version(network, REGISTRY), 1);
    assert_int_equal(findings_of(number), 0);
    assert_int_equal(policy_desk_version(network, CENTRE), 0); /* nobody had a word for it */
    fake_desk_walk(network, number, 2);
    assert_int_equal(policy_desk_version(network, CENTRE), 1);
    for (size_t at = 0; at < network->count; at++) {
        fake_network_crash(network, at);
        fake_network_start(network, at);
        assert_int_equal(policy_desk_version(network, at), 1);
    }
    failed = false;
}

/* The one that is greeted has the newer one: it says so, and the one that greets has it. */
static void
whoever_greets_is_handed_a_newer_policy_too(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    fake_policy_give_all(network, FIRST);
    assert_int_equal(fake_policy_give(network, REGISTRY, SECOND), OK);
    policy_desk_apply(network, 100, 2100, number);
    fake_network_settle(network);
    assert_int_equal(policy_desk_version(network, WINDOW), 2);
    fake_desk_walk(network, number, fake_desk_step_count); /* by the first one, for all that */
    assert_int_equal(policy_desk_row(network, WINDOW, number, &arena)->policy_version, 1);
    failed = false;
}

static void
an_office_that_adopts_one_hands_it_to_all_that_are_connected(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    fake_policy_give_all(network, FIRST);
    policy_desk_apply(network, 100, 2100, number);
    fake_network_run(network, 1000);
    assert_int_equal(fake_policy_give(network, WINDOW, SECOND), OK);
    fake_network_run(network, 1000);
    assert_int_equal(policy_desk_version(network, REGISTRY), 2);
    assert_int_equal(fake_policy_give(network, REGISTRY, 3, first_rules, COUNT(first_rules)), OK);
    fake_network_run(network, 1000); /* through the connection that the window opened */
    assert_int_equal(policy_desk_version(network, WINDOW), 3);
    failed = false;
}

/* The window had accepted under a version that the registry never followed. */
static void
a_former_policy_is_asked_for_by_its_number(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    assert_int_equal(fake_policy_give(network, WINDOW, FIRST), OK);
    policy_desk_apply(network, 100, 2100, number);
    assert_int_equal(fake_policy_give(network, REGISTRY, SECOND), OK);
    fake_network_settle(network);
    assert_true(has(REGISTRY, 1));
    assert_int_equal(policy_desk_version(network, REGISTRY), 2);
    fake_network_crash(network, REGISTRY);
    fake_network_start(network, REGISTRY);
    assert_int_equal(policy_desk_version(network, REGISTRY), 2);
    fake_desk_walk(network, number, fake_desk_step_count);
    assert_int_equal(findings_of(number), 0);
    assert_true(has(CENTRE, 1));
    failed = false;
}

/* ---- lies ---- */

static void
hand_over(size_t at, size_t from, uint64_t version, struct bytes signed_bytes)
{
    Yidi__PolicyOffer offer = YIDI__POLICY_OFFER__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    struct link_message message = { .side = LINK_OUTBOUND, .frame_count = 2 };
    struct office_time now = fake_network_time(network, at);
    offer.version = version;
    frame.body_case = YIDI__LINK_FRAME__BODY_POLICY;
    frame.policy = &offer;
    strcpy(message.office, code_of(from));
    message.frames[0] = wire_encode(&frame.base, &arena);
    message.frames[1] = signed_bytes;
    assert_non_null(peers_take(&office_at(at)->peers, code_of(from)));
    office_take_link(office_at(at), &message, &now);
    fake_network_turn(network, at);
}

static struct bytes
make(uint64_t version)
{
    return policy_maker_sign(version, second_rules, COUNT(second_rules),
                             network->roster.directory_key, network->roster.directory_certificate,
                             &arena);
}

static struct bytes
spoil(struct bytes signed_bytes)
{
    struct bytes copy = arena_copy(&arena, signed_bytes);
    ((uint8_t *)(uintptr_t)copy.data)[copy.size / 2] ^= 1;
    return copy;
}

/* One look at a false policy in ten minutes is all the work that an office has with a liar. */
static void
who_hands_over_a_false_policy_is_not_listened_to(void **unused)
{
    (void)unused;
    struct bytes good = make(5), forged = spoil(good);
    uint64_t dropped = office_at(WINDOW)->dropped;
    hand_over(WINDOW, CENTRE, 5, forged);
    assert_int_equal(office_at(WINDOW)->dropped, dropped + 1);
    assert_int_equal(policy_desk_version(network, WINDOW), 0);
    for (int i = 0; i < 10; i++)
        hand_over(WINDOW, CENTRE, 5, i == 0 ? good : forged);
    assert_int_equal(policy_desk_version(network, WINDOW), 0);
    assert_int_equal(office_at(WINDOW)->dropped, dropped + 1); /* it was not looked at */

    hand_over(WINDOW, REGISTRY, 5, good); /* others are */
    assert_int_equal(policy_desk_version(network, WINDOW), 5);
    fake_network_run_until(network, network->now.monotonic_ms + 10 * MINUTE_MS);
    hand_over(WINDOW, CENTRE, 6, make(6));
    assert_int_equal(policy_desk_version(network, WINDOW), 6);
    failed = false;
}

static void
a_policy_that_is_not_newer_is_not_looked_at(void **unused)
{
    (void)unused;
    fake_policy_give_all(network, 5, first_rules, COUNT(first_rules));
    uint64_t dropped = office_at(WINDOW)->dropped;
    hand_over(WINDOW, CENTRE, 5, spoil(make(5)));
    hand_over(WINDOW, CENTRE, 4, make(4)); /* nobody asked for it */
    assert_int_equal(office_at(WINDOW)->dropped, dropped);
    assert_false(has(WINDOW, 4));
    hand_over(WINDOW, CENTRE, 9, make(4)); /* it says that it is another one */
    assert_int_equal(office_at(WINDOW)->dropped, dropped + 1);
    assert_int_equal(policy_desk_version(network, WINDOW), 5);
    failed = false;
}

/* A policy may be long, and a question is short. */
static void
who_asks_too_often_is_not_answered(void **unused)
{
    (void)unused;
    fake_policy_give_all(network, FIRST);
    Yidi__PolicyAsk ask = YIDI__POLICY_ASK__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    struct link_message message = { .side = LINK_OUTBOUND, .frame_count = 1 };
    struct office_time now = fake_network_time(network, WINDOW);
    ask.version = 1;
    frame.body_case = YIDI__LINK_FRAME__BODY_POLICY_ASK;
    frame.policy_ask = &ask;
    strcpy(message.office, code_of(CENTRE));
    message.frames[0] = wire_encode(&frame.base, &arena);
    assert_non_null(peers_take(&office_at(WINDOW)->peers, code_of(CENTRE)));
    uint64_t calls = network->offices[WINDOW].port_calls;
    for (int i = 0; i < FLOOD; i++)
        office_take_link(office_at(WINDOW), &message, &now);
    assert_in_range(network->offices[WINDOW].port_calls - calls, 1, ANSWERED_MAX);
    fake_network_turn(network, WINDOW);
    failed = false;
}

/* ---- a lost past ---- */

/* Cases are done again by the version that they were accepted under, not by the present one. */
static void
former_policies_come_back_after_a_lost_disk(void **unused)
{
    (void)unused;
    for (size_t lost = 0; lost < network->count; lost++) {
        char old[CASE_NUMBER_CHARS + 1], new[CASE_NUMBER_CHARS + 1];
        fake_policy_give_all(network, FIRST);
        policy_desk_apply(network, 100, 2100, old);
        fake_network_settle(network);
        fake_policy_give_all(network, SECOND);
        policy_desk_apply(network, 101, 3000, new);
        fake_desk_walk(network, old, 2); /* ordered */
        fake_desk_walk(network, new, 2);
        uint64_t deadline_ms = policy_desk_row(network, lost, old, &arena)->statutory_deadline_ms;
        fake_desk_lose_disk(network, lost);
        (void)fake_desk_recover(network, lost, YIDI__RECOVER_VERB__RECOVER_START);
        fake_network_settle(network);
        assert_true(has(lost, 1));
        assert_int_equal(policy_desk_version(network, lost), 2);
        assert_int_equal(policy_desk_row(network, lost, old, &arena)->policy_version, 1);
        assert_int_equal(policy_desk_row(network, lost, old, &arena)->statutory_deadline_ms,
                         deadline_ms);
        policy_desk_close(network);
        policy_desk_open(&network);
    }
    failed = false;
}

/* Nobody has the former version any more: the recovery ends all the same. */
static void
a_policy_that_nobody_has_does_not_hold_up_a_recovery(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    struct peer *window = peers_take(&office_at(REGISTRY)->peers, code_of(WINDOW));
    window->policies.false_ms = network->now.monotonic_ms; /* so the registry never had it */
    assert_int_equal(fake_policy_give(network, WINDOW, FIRST), OK);
    policy_desk_apply(network, 100, 2100, number);
    fake_network_settle(network);
    assert_false(has(REGISTRY, 1));
    fake_desk_lose_disk(network, WINDOW);
    (void)fake_desk_recover(network, WINDOW, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_settle(network);
    assert_string_equal(fake_network_state(network, WINDOW, number), "submitted");
    assert_false(has(WINDOW, 1));
    assert_false(office_halted(office_at(WINDOW)));
    failed = false;
}

/* ---- which day, which version ---- */

static void
let_a_day_pass(void)
{
    fake_network_run_until(network, network->now.monotonic_ms + DAY_MS);
}

static void
cut_window_off(bool cut)
{
    static const size_t others[] = { REGISTRY, CENTRE };
    for (size_t i = 0; i < 2; i++)
        network->wires.cut[WINDOW][others[i]] = network->wires.cut[others[i]][WINDOW] = cut;
}

static void
a_window_that_judges_by_a_policy_of_yesterday_raises_a_doubt(void **unused)
{
    (void)unused;
    char same_day[CASE_NUMBER_CHARS + 1], later[CASE_NUMBER_CHARS + 1];
    fake_policy_give_all(network, FIRST);
    cut_window_off(true);
    assert_int_equal(fake_policy_give(network, REGISTRY, SECOND), OK);
    fake_network_turn(network, REGISTRY);
    policy_desk_apply(network, 100, 2100, same_day);
    let_a_day_pass();
    policy_desk_apply(network, 101, 2100, later);
    cut_window_off(false);
    let_a_day_pass();
    assert_int_equal(policy_desk_version(network, WINDOW), 2);
    assert_int_equal(findings_of(same_day), 0);
    assert_int_equal(findings_of(later), finding_bit(FINDING_POLICY_OUTDATED));
    fake_desk_walk(network, same_day, 1);
    assert_int_equal(findings_of(same_day), 0); /* judged again, a day later */
    failed = false;
}

/* Set the window's clock so that it is so far ahead of the registry's, shortly before midnight. */
static void
accept_before_midnight(int64_t ahead_ms, char *ret_number)
{
    uint64_t midnight_ms = civil_date_end_ms(civil_date_of_ms(network->now.wall_ms)) + 1;
    fake_network_run_until(network,
                           network->now.monotonic_ms + (midnight_ms - network->now.wall_ms) - 2000);
    network->offices[WINDOW].skew_ms = ahead_ms;
    policy_desk_apply(network, 100, 2000, ret_number);
    fake_network_run(network, 500);
    assert_int_equal(civil_date_of_ms(network->now.wall_ms) + 0, civil_date_of_ms(midnight_ms - 1));
}

static void
at_midnight_the_registry_judges_by_the_windows_day(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    accept_before_midnight(5000, number);
    const Yidi__Case *there = policy_desk_row(network, WINDOW, number, &arena);
    const Yidi__Case *here = policy_desk_row(network, REGISTRY, number, &arena);
    assert_int_equal(here->accepted_ms, there->accepted_ms);
    assert_int_equal(here->statutory_deadline_ms, there->statutory_deadline_ms);
    assert_int_equal(here->findings, 0);
    assert_true(civil_date_of_ms(here->accepted_ms) > civil_date_of_ms(network->now.wall_ms));
    failed = false;
}

static void
a_windows_clock_that_is_far_ahead_raises_a_doubt(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    accept_before_midnight(11 * MINUTE_MS, number);
    const Yidi__Case *here = policy_desk_row(network, REGISTRY, number, &arena);
    assert_true(here->accepted_ms <= network->now.wall_ms);
    assert_int_equal(here->findings, finding_bit(FINDING_CLOCK_AHEAD));
    network->offices[WINDOW].skew_ms = 0;
    fake_desk_walk(network, number, 1);
    assert_int_equal(findings_of(number), finding_bit(FINDING_CLOCK_AHEAD)); /* still */
    failed = false;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(a_policy_is_handed_on_before_the_first_case_under_it),
        TEST(whoever_greets_is_handed_a_newer_policy_too),
        TEST(an_office_that_adopts_one_hands_it_to_all_that_are_connected),
        TEST(a_former_policy_is_asked_for_by_its_number),
        TEST(who_hands_over_a_false_policy_is_not_listened_to),
        TEST(a_policy_that_is_not_newer_is_not_looked_at),
        TEST(who_asks_too_often_is_not_answered),
        TEST(former_policies_come_back_after_a_lost_disk),
        TEST(a_policy_that_nobody_has_does_not_hold_up_a_recovery),
        TEST(a_window_that_judges_by_a_policy_of_yesterday_raises_a_doubt),
        TEST(at_midnight_the_registry_judges_by_the_windows_day),
        TEST(a_windows_clock_that_is_far_ahead_raises_a_doubt),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
