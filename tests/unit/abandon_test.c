/* SPDX-License-Identifier: Apache-2.0
 *
 * abandon_test - an office is revoked for good while others wait for it: their cases can be ended,
 * no citizen has two cards, and nothing is harmed when the office is trusted again after all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/io/case_file.h"
#include "tests/lib/desk_test.h"

enum {
    CITIZENS = 6,
    TO_EXAMINED = 1,
    TO_ORDERED = 2,
    TO_VERIFIED = 4,
    TO_DISPATCHED = 5,
    TO_READY
};

static char number[CASE_NUMBER_CHARS + 1];

static const struct fake_decision withdraw = {
    .at = WINDOW, .verb = YIDI__VERB__WITHDRAW, .operator= "clerk", .text = "moves home"
};
static const struct fake_decision destroy = {
    .at = WINDOW, .verb = YIDI__VERB__DESTROY, .operator= "clerk", .text = "cut in two"
};
static const struct fake_decision miss = {
    .at = WINDOW, .verb = YIDI__VERB__MISS, .operator= "clerk", .text = "not in the parcel"
};
static const struct fake_decision bad_at_window = { .at = WINDOW,
                                                    .verb = YIDI__VERB__RECEIVE,
                                                    .operator= "clerk",
                                                    .defective = true,
                                                    .text = "the chip is dead" };

/* ---- what is done ---- */

static void
go(uint64_t citizen, size_t steps)
{
    fake_desk_citizen(citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    fake_desk_walk(&network, number, steps);
}

static void
expect(const struct fake_decision *decision, const char *answer)
{
    desk_test_decide(decision, number, answer);
}

static void
expect_abandon(size_t at, const char *answer)
{
    const struct fake_decision decision = {
        .at = at, .verb = YIDI__VERB__ABANDON, .operator= "chief", .text = "the office is closed"
    };
    expect(&decision, answer);
}

static void
expect_state(size_t at, const char *state)
{
    if (strcmp(fake_network_state(&network, at, number), state) != 0)
        fail_msg("office %zu says %s, not %s", at, fake_network_state(&network, at, number), state);
}

/* Every office learns that one is revoked, or that it is not any more. */
static void
set_revoked(size_t office, bool revoked)
{
    network.roster.offices[office].revoked = revoked;
    for (size_t i = 0; i < FAKE_PLACE_COUNT_WIDE; i++)
        if (i != office)
            fake_network_renew_directory(&network, i);
    fake_network_settle(&network);
}

static void
let_back(size_t office)
{
    set_revoked(office, false);
    fake_network_run(&network, UINT64_C(3600) * 1000);
}

static const Yidi__Case *
row_at(size_t at)
{
    static struct arena arena;
    arena_fini(&arena);
    arena_init(&arena);
    return desk_test_case(at, number, &arena);
}

static const char *
attention_at(size_t at)
{
    const Yidi__Case *row = row_at(at);
    return row->attention == NULL ? "" : row->attention->code;
}

static const char *
refund(void)
{
    Yidi__Refund wire = YIDI__REFUND__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    wire.case_number = number;
    request.command_case = YIDI__REQUEST__COMMAND_REFUND;
    request.refund = &wire;
    request.operator_ = "clerk";
    const Yidi__Response *response = fake_network_ask(&network, WINDOW, &request, NULL, 0);
    assert_non_null(response);
    return response->body_case == YIDI__RESPONSE__BODY_REFUSAL ? response->refusal->code : "";
}

static bool
applicant_was_told(const char *words)
{
    for (size_t i = 0; i < network.notification_count; i++)
        if (network.notifications[i].office == WINDOW &&
            strstr(network.notifications[i].text, words) != NULL)
            return true;
    return false;
}

/* The applicant is told, the fee is due back, and nothing of the case is open at the window. */
static void
expect_abandoned_at_window(void)
{
    expect_state(WINDOW, "abandoned");
    assert_true(applicant_was_told("the office is closed"));
    assert_string_equal(refund(), "");
    assert_string_equal(refund(), "REFUND_PAID");
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
}

/* ---- the window waits ---- */

static void
nothing_is_abandoned_while_the_office_is_there(void **unused)
{
    (void)unused;
    static const size_t steps[] = { 0, TO_ORDERED, TO_VERIFIED, TO_DISPATCHED };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        go(i + 1, steps[i]);
        expect_abandon(WINDOW, i == 3 ? "ILLEGAL_IN_STATE" : "COUNTERPART_LISTED");
        expect_abandon(REGISTRY, i == 0 ? "ILLEGAL_IN_STATE" : "COUNTERPART_LISTED");
        if (i > 0)
            expect_abandon(CENTRE, "COUNTERPART_LISTED");
    }
    set_revoked(FAR_REGISTRY, true); /* that of others */
    expect_abandon(REGISTRY, "COUNTERPART_LISTED");
}

static void
it_must_be_said_why(void **unused)
{
    (void)unused;
    const struct fake_decision wordless = {
        .at = WINDOW, .verb = YIDI__VERB__ABANDON, .operator= "chief" };
    go(1, 0);
    set_revoked(REGISTRY, true);
    expect(&wordless, "FIELD_OUT_OF_BOUNDS");
    expect_state(WINDOW, "submitted");
}

static void
a_case_without_its_registry_ends_at_the_window(void **unused)
{
    (void)unused;
    go(1, TO_EXAMINED);
    set_revoked(REGISTRY, true);
    expect_abandon(WINDOW, "abandoned");
    expect_abandoned_at_window();
    expect_abandon(WINDOW, "ILLEGAL_IN_STATE");
    assert_string_equal(refund(), "REFUND_PAID");

    let_back(REGISTRY);
    expect_state(REGISTRY, "abandoned");
    go(1, fake_desk_step_count); /* the citizen applies again */
    expect_state(REGISTRY, "closed");
    fake_network_audit(&network);
}

static void
so_does_one_that_waits_for_the_answer_to_a_withdrawal(void **unused)
{
    (void)unused;
    go(1, 0);
    set_revoked(REGISTRY, true);
    expect(&withdraw, "withdrawing");
    expect_abandon(WINDOW, "abandoned");
    expect_abandoned_at_window();
    let_back(REGISTRY); /* and answers */
    expect_state(WINDOW, "abandoned");
    expect_state(REGISTRY, "withdrawn");
    assert_string_equal(attention_at(WINDOW), "");
    fake_network_audit(&network);
}

/* The registry had issued; its news was held up, and the card centre made the card. */
static void
a_card_that_comes_after_all_is_destroyed(void **unused)
{
    (void)unused;
    go(1, TO_EXAMINED);
    network.wires.cut[REGISTRY][WINDOW] = network.wires.cut[WINDOW][REGISTRY] = true;
    expect(&fake_desk_steps[1].decision, "issued");
    set_revoked(REGISTRY, true);
    expect_state(WINDOW, "submitted");
    expect_abandon(WINDOW, "abandoned");
    expect(&destroy, "ILLEGAL_IN_STATE"); /* there is none */
    for (size_t i = 2; i < TO_DISPATCHED; i++)
        expect(&fake_desk_steps[i].decision, fake_desk_steps[i].after);
    expect_state(WINDOW, "abandoned");
    assert_string_equal(attention_at(WINDOW), "CARD_NOT_VALID");
    expect(&fake_desk_steps[TO_DISPATCHED].decision, "ILLEGAL_IN_STATE"); /* nobody receives it */
    expect(&destroy, "destroyed");
    expect(&destroy, "ILLEGAL_IN_STATE");
    expect_state(CENTRE, "closed");

    network.wires.cut[REGISTRY][WINDOW] = network.wires.cut[WINDOW][REGISTRY] = false;
    let_back(REGISTRY);
    expect_state(REGISTRY, "abandoned");
    assert_string_equal(refund(), "");
    fake_network_audit(&network);
}

static void
a_case_without_its_card_centre_ends_at_window_and_registry(void **unused)
{
    (void)unused;
    go(1, TO_ORDERED);
    set_revoked(CENTRE, true);
    expect_abandon(WINDOW, "abandoned");
    expect_abandoned_at_window();
    expect_state(REGISTRY, "abandoned");
    let_back(CENTRE);
    expect_state(CENTRE, "withdrawn"); /* it makes no card */
    expect_state(REGISTRY, "abandoned");
    go(1, fake_desk_step_count);
    fake_network_audit(&network);
}

static void
a_bad_card_that_cannot_be_made_again_ends_the_case(void **unused)
{
    (void)unused;
    go(1, TO_DISPATCHED);
    expect_state(REGISTRY, "made");
    set_revoked(CENTRE, true);
    expect_abandon(WINDOW, "ILLEGAL_IN_STATE");
    expect(&bad_at_window, "in-production");
    expect_abandon(WINDOW, "abandoned");
    expect_abandoned_at_window();
    expect_state(REGISTRY, "abandoned");
    expect(&destroy, "ILLEGAL_IN_STATE"); /* that card was told of */
    let_back(CENTRE);
    expect_state(CENTRE, "abandoned"); /* nobody wants another card */
    expect_state(REGISTRY, "abandoned");
    fake_network_audit(&network);
}

/* The registry knows of the first card, and the window destroyed the second one. */
static void
a_destroyed_card_of_which_the_centre_will_never_tell_holds_nobody(void **unused)
{
    (void)unused;
    go(1, TO_READY);
    expect(&bad_at_window, "in-production");
    network.wires.cut[CENTRE][REGISTRY] = network.wires.cut[REGISTRY][CENTRE] = true;
    for (size_t i = 2; i < TO_READY; i++)
        expect(&fake_desk_steps[i].decision, fake_desk_steps[i].after);
    fake_desk_let_collection_pass(&network, WINDOW, number);
    expect(&destroy, "destroyed");
    expect_state(REGISTRY, "made");
    expect_abandon(REGISTRY, "COUNTERPART_LISTED");
    set_revoked(CENTRE, true);
    expect_abandon(REGISTRY, "abandoned");
    network.wires.cut[CENTRE][REGISTRY] = network.wires.cut[REGISTRY][CENTRE] = false;
    let_back(CENTRE);
    go(1, 0);
    expect_state(REGISTRY, "received");
    fake_network_audit(&network);
}

/* ---- the registry waits ---- */

static void
the_registry_asks_the_window_first(void **unused)
{
    (void)unused;
    go(1, TO_ORDERED);
    set_revoked(CENTRE, true);
    network.wires.cut[REGISTRY][WINDOW] = network.wires.cut[WINDOW][REGISTRY] = true;
    expect_abandon(REGISTRY, "abandoning");
    expect_abandon(REGISTRY, "COUNTERPART_LISTED");
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    char other[CASE_NUMBER_CHARS + 1], first[CASE_NUMBER_CHARS + 1];
    strcpy(first, number);
    assert_string_equal(fake_desk_apply_at(&network, FAR_WINDOW, &application, "", other), "");
    fake_network_settle(&network);
    strcpy(number, other);
    expect_state(REGISTRY, "refused"); /* no second card before the window has spoken */
    strcpy(number, first);
    network.wires.cut[REGISTRY][WINDOW] = network.wires.cut[WINDOW][REGISTRY] = false;
    fake_network_run(&network, UINT64_C(3600) * 1000);
    expect_state(REGISTRY, "abandoned");
    expect_abandoned_at_window();
    let_back(CENTRE);
    expect_state(CENTRE, "withdrawn");
    fake_network_audit(&network);
}

static void
a_window_that_has_the_card_hands_it_out(void **unused)
{
    (void)unused;
    go(1, TO_ORDERED);
    network.wires.cut[CENTRE][REGISTRY] = network.wires.cut[REGISTRY][CENTRE] = true;
    for (size_t i = 2; i < TO_READY; i++)
        expect(&fake_desk_steps[i].decision, fake_desk_steps[i].after);
    set_revoked(CENTRE, true);
    expect_state(REGISTRY, "issued");
    expect_abandon(REGISTRY, "abandoning");
    expect_state(WINDOW, "ready");
    expect_state(REGISTRY, "abandoning");
    expect(&fake_desk_steps[fake_desk_step_count - 1].decision, "collected");
    expect_state(REGISTRY, "closed");
    network.wires.cut[CENTRE][REGISTRY] = network.wires.cut[REGISTRY][CENTRE] = false;
    let_back(CENTRE);
    expect_state(CENTRE, "closed");
    expect_state(REGISTRY, "closed");
    fake_network_audit(&network);
}

static void
a_withdrawal_that_the_card_centre_never_answers_ends(void **unused)
{
    (void)unused;
    go(1, TO_ORDERED);
    set_revoked(CENTRE, true);
    expect(&withdraw, "withdrawing");
    expect_state(REGISTRY, "withdrawing");
    expect_abandon(WINDOW, "COUNTERPART_LISTED"); /* the registry answers */
    expect_abandon(REGISTRY, "abandoning");
    expect_state(REGISTRY, "abandoned");
    expect_abandoned_at_window();
    let_back(CENTRE);
    expect_state(CENTRE, "withdrawn");
    fake_network_audit(&network);
}

/* ---- the window is no more ---- */

static void
a_case_without_its_window_ends_everywhere(void **unused)
{
    (void)unused;
    static const size_t steps[] = { TO_ORDERED, TO_VERIFIED, TO_DISPATCHED, TO_READY };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        go(i + 1, steps[i]);
        set_revoked(WINDOW, true);
        expect_abandon(CENTRE, "abandoned");
        if (i < 2)
            expect_state(REGISTRY, "abandoned"); /* by the centre's word */
        else
            expect_abandon(REGISTRY, "abandoned");
        let_back(WINDOW);
        expect_state(WINDOW, "abandoned");
        if (i > 1) {
            assert_string_equal(attention_at(WINDOW), "CARD_NOT_VALID");
            expect(&destroy, "destroyed");
            expect_state(CENTRE, "closed");
        }
        expect_state(REGISTRY, "abandoned");
        assert_string_equal(refund(), "");
    }
    go(1, fake_desk_step_count);
    fake_network_audit(&network);
}

static const Yidi__StockReport *
stock(void)
{
    Yidi__StockQuery query = YIDI__STOCK_QUERY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    query.rows = 10;
    request.command_case = YIDI__REQUEST__COMMAND_STOCK_QUERY;
    request.stock_query = &query;
    const Yidi__Response *response = fake_network_ask(&network, CENTRE, &request, NULL, 0);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_STOCK);
    return response->stock;
}

/* It is neither here nor destroyed: the centre traces it, and books it when it is lost. */
static void
a_card_that_is_not_to_be_handed_out_may_be_missing(void **unused)
{
    (void)unused;
    const struct fake_decision wordless = {
        .at = WINDOW, .verb = YIDI__VERB__MISS, .operator= "clerk" };
    const struct fake_decision lost = { .at = CENTRE,
                                        .verb = YIDI__VERB__TRACE_CARD,
                                        .operator= "packer",
                                        .text = "the van burnt out" };
    go(1, TO_DISPATCHED);
    set_revoked(WINDOW, true);
    expect_abandon(REGISTRY, "abandoned");
    let_back(WINDOW);
    expect_state(WINDOW, "abandoned");
    expect_state(CENTRE, "dispatched");
    expect(&wordless, "FIELD_OUT_OF_BOUNDS");
    expect(&miss, "abandoned");
    expect(&miss, "ILLEGAL_IN_STATE");
    expect(&destroy, "ILLEGAL_IN_STATE");
    expect_state(CENTRE, "missing");
    expect(&lost, "abandoned"); /* and not made again */
    const Yidi__StockReport *report = stock();
    assert_int_equal(report->n_spoiled, 1);
    assert_string_equal(report->spoiled[0]->case_number, number);
    assert_int_equal(report->spoiled[0]->why, YIDI__SPOILED_WHY__LOST_ON_THE_WAY);
    assert_string_equal(refund(), "");
    go(1, fake_desk_step_count);
    fake_network_audit(&network);
}

/* Collected at the last moment, and told too late. */
static void
a_card_of_an_abandoned_case_never_enters_the_record(void **unused)
{
    (void)unused;
    go(1, TO_READY);
    network.wires.cut[WINDOW][REGISTRY] = network.wires.cut[REGISTRY][WINDOW] = true;
    expect(&fake_desk_steps[fake_desk_step_count - 1].decision, "collected");
    set_revoked(WINDOW, true);
    expect_abandon(REGISTRY, "abandoned");
    network.wires.cut[WINDOW][REGISTRY] = network.wires.cut[REGISTRY][WINDOW] = false;
    let_back(WINDOW);
    expect_state(WINDOW, "collected");
    expect_state(REGISTRY, "abandoned");
    assert_string_equal(attention_at(REGISTRY), "CARD_NOT_VALID");
    assert_string_equal(attention_at(WINDOW), "CARD_NOT_VALID");
    expect_state(CENTRE, "closed");
    fake_network_audit(&network);
}

static void
a_card_centre_goes_on_when_the_window_is_back(void **unused)
{
    (void)unused;
    go(1, TO_DISPATCHED);
    set_revoked(WINDOW, true);
    expect_abandon(CENTRE, "abandoned");
    let_back(WINDOW);
    expect(&miss, "in-production");
    expect_state(CENTRE, "missing");
    const struct fake_decision found = { .at = CENTRE,
                                         .verb = YIDI__VERB__TRACE_CARD,
                                         .operator= "packer",
                                         .found = true,
                                         .text = "sent back" };
    expect(&found, "verified");
    for (size_t i = TO_VERIFIED; i < fake_desk_step_count; i++)
        expect(&fake_desk_steps[i].decision, fake_desk_steps[i].after);
    expect_state(REGISTRY, "closed");
    fake_network_audit(&network);
}

/* ---- a lost past ---- */

static void
lose(size_t at)
{
    fake_desk_lose_disk(&network, at);
    fake_desk_recover(&network, at, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_settle(&network);
    fake_network_settle(&network);
    const Yidi__RecoveryReport *report =
        fake_desk_recover(&network, at, YIDI__RECOVER_VERB__RECOVER_SHOW);
    assert_string_equal(report->phase, "done");
    for (size_t i = 0; i < report->n_unplaced; i++)
        print_message("unplaced: %s %d: %s\n", report->unplaced[i]->office,
                      (int)report->unplaced[i]->sequence, report->unplaced[i]->rule);
    assert_int_equal(report->unplaced_count, 0);
    if (at == REGISTRY)
        fake_desk_populate(&network, 1, CITIZENS);
}

/* The office that is no more can hand nothing back, and does not matter. */
static void
what_was_abandoned_survives_the_loss_of_an_office(void **unused)
{
    (void)unused;
    static const size_t offices[] = { WINDOW, REGISTRY };
    go(1, TO_ORDERED);
    set_revoked(CENTRE, true);
    expect_abandon(REGISTRY, "abandoning");
    for (size_t i = 0; i < 2; i++) {
        lose(offices[i]);
        expect_state(WINDOW, "abandoned");
        expect_state(REGISTRY, "abandoned");
    }
    assert_string_equal(refund(), "");
}

/* Its end brought about a message to the centre, which is there: it is not sent twice. */
static void
so_does_what_the_window_abandoned(void **unused)
{
    (void)unused;
    go(1, TO_VERIFIED);
    set_revoked(CENTRE, true);
    expect_abandon(WINDOW, "abandoned");
    let_back(CENTRE);
    const uint64_t assigned = fake_network_assigned(&network, REGISTRY, CENTRE);
    lose(REGISTRY);
    expect_state(REGISTRY, "abandoned");
    assert_int_equal(fake_network_assigned(&network, REGISTRY, CENTRE), assigned);
}

static void
so_does_what_the_card_centre_abandoned(void **unused)
{
    (void)unused;
    static const size_t offices[] = { CENTRE, REGISTRY, CENTRE };
    go(1, TO_VERIFIED);
    set_revoked(WINDOW, true);
    expect_abandon(CENTRE, "abandoned");
    for (size_t i = 0; i < 3; i++) {
        lose(offices[i]);
        expect_state(CENTRE, "abandoned");
        expect_state(REGISTRY, "abandoned");
    }
}

/* ---- attention ---- */

static void
what_was_looked_into_calls_no_more(void **unused)
{
    (void)unused;
    struct fake_decision noted = { .at = WINDOW, .verb = YIDI__VERB__NOTE, .operator= "chief" };
    go(1, TO_READY);
    set_revoked(WINDOW, true);
    expect_abandon(REGISTRY, "abandoned");
    let_back(WINDOW);
    assert_string_equal(attention_at(WINDOW), "CARD_NOT_VALID");
    expect(&noted, "FIELD_OUT_OF_BOUNDS");
    noted.text = "the card was cut in two";
    expect(&noted, "abandoned");
    assert_string_equal(attention_at(WINDOW), "");
    const Yidi__Case *row = row_at(WINDOW);
    assert_string_equal(row->noted->code, "CARD_NOT_VALID");
    assert_string_equal(row->noted->text, "the card was cut in two");
    assert_string_equal(row->noted->operator_, "chief");
    assert_int_equal(row->trace[row->n_trace - 1]->step, YIDI__STEP__NOTED);
    expect(&noted, "NOTHING_TO_NOTE");
    fake_network_audit(&network);
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
        TEST(nothing_is_abandoned_while_the_office_is_there),
        TEST(it_must_be_said_why),
        TEST(a_case_without_its_registry_ends_at_the_window),
        TEST(so_does_one_that_waits_for_the_answer_to_a_withdrawal),
        TEST(a_card_that_comes_after_all_is_destroyed),
        TEST(a_case_without_its_card_centre_ends_at_window_and_registry),
        TEST(a_bad_card_that_cannot_be_made_again_ends_the_case),
        TEST(a_destroyed_card_of_which_the_centre_will_never_tell_holds_nobody),
        TEST(the_registry_asks_the_window_first),
        TEST(a_window_that_has_the_card_hands_it_out),
        TEST(a_withdrawal_that_the_card_centre_never_answers_ends),
        TEST(a_case_without_its_window_ends_everywhere),
        TEST(a_card_that_is_not_to_be_handed_out_may_be_missing),
        TEST(a_card_of_an_abandoned_case_never_enters_the_record),
        TEST(a_card_centre_goes_on_when_the_window_is_back),
        TEST(what_was_abandoned_survives_the_loss_of_an_office),
        TEST(so_does_what_the_window_abandoned),
        TEST(so_does_what_the_card_centre_abandoned),
        TEST(what_was_looked_into_calls_no_more),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
