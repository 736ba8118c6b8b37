/* SPDX-License-Identifier: Apache-2.0
 *
 * card_centre_loss - whatever happened to a card before its centre lost the disk, or was set back
 * to a copy of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/centre.h"

static struct centre centre;

/* What is done to a case, and what the centre says of it after its disk was lost. */
struct past {
    const char *what;
    size_t steps;                        /* of the straight way */
    const struct fake_decision *then[7]; /* and on */
    const char *after;
};

static const struct fake_decision dispatch_again = {
    .at = CENTRE, .verb = YIDI__VERB__DISPATCH, .operator= "packer", .package = "EMS-7"
};

static const struct past pasts[] = {
    { "withdrawn", TO_ORDERED, { &centre_withdraw }, "withdrawn" },
    { "withdrawn too late, made", TO_ORDERED, { &centre_make, &centre_withdraw }, "ordered" },
    { "withdrawn too late, verified",
      TO_ORDERED,
      { &centre_make, &centre_withdraw, &centre_check },
      "verified" },
    { "spoiled, then withdrawn",
      TO_ORDERED,
      { &centre_make, &centre_check_bad, &centre_withdraw },
      "withdrawn" },
    { "withdrawn after it was verified",
      TO_ORDERED,
      { &centre_make, &centre_check, &centre_withdraw, &centre_dispatch },
      "dispatched" },
    { "missing", TO_DISPATCHED, { &centre_miss }, "missing" },
    { "found", TO_DISPATCHED, { &centre_miss, &centre_found }, "missing" },
    { "found, sent again",
      TO_DISPATCHED,
      { &centre_miss, &centre_found, &dispatch_again },
      "dispatched" },
    { "lost", TO_DISPATCHED, { &centre_miss, &centre_lost }, "missing" },
    { "lost, made again",
      TO_DISPATCHED,
      { &centre_miss, &centre_lost, &centre_make, &centre_check },
      "verified" },
    { "lost, made and sent again",
      TO_DISPATCHED,
      { &centre_miss, &centre_lost, &centre_make, &centre_check, &dispatch_again },
      "dispatched" },
    { "bad late", TO_THE_END, { &centre_bad_at_window }, "ordered" },
    { "bad late, made again",
      TO_THE_END,
      { &centre_bad_at_window, &centre_make, &centre_check },
      "verified" },
    { "bad late, and sent again",
      TO_THE_END,
      { &centre_bad_at_window, &centre_make, &centre_check, &dispatch_again },
      "dispatched" },
    { "withdrawn once, in vain, and bad",
      TO_ORDERED,
      { &centre_make, &centre_withdraw, &centre_check, &centre_dispatch, &centre_bad_at_window,
        &centre_make, &centre_check },
      "verified" },
    { "destroyed", TO_READY, { &centre_destroy }, "closed" },
};

static void
live_through(const struct past *past)
{
    for (size_t i = 0; i < 7 && past->then[i] != NULL; i++) {
        if (past->then[i]->verb == YIDI__VERB__DESTROY)
            fake_desk_let_collection_pass(&centre.network, WINDOW, centre.number);
        const char *answer = fake_desk_decide(&centre.network, past->then[i], centre.number);
        if (answer[0] >= 'A' && answer[0] <= 'Z')
            fail_msg("%s, %zu: %s", past->what, i, answer);
        fake_network_settle(&centre.network);
    }
}

static void
assert_survived(const struct past *past, const char *serial, const char *window)
{
    const char *state = fake_network_state(&centre.network, CENTRE, centre.number);
    if (strcmp(state, past->after) != 0)
        fail_msg("%s: %s", past->what, state);
    assert_string_equal(fake_network_state(&centre.network, WINDOW, centre.number), window);
    if (strcmp(state, "ordered") != 0 && strcmp(state, "withdrawn") != 0)
        assert_string_equal(centre_row(&centre, CENTRE)->card_serial, serial);
    centre_check_books(&centre);
    fake_network_audit(&centre.network);
}

static void
whatever_happened_to_a_card_survives_the_loss_of_the_disk(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof pasts / sizeof *pasts; i++) {
        char serial[41], window[40];
        centre_begin_again(&centre, i + 1);
        centre_receive_blanks(&centre, 50);
        centre_go(&centre, 1, pasts[i].steps);
        live_through(&pasts[i]);
        strcpy(serial, centre_row(&centre, CENTRE)->card_serial);
        strcpy(window, fake_network_state(&centre.network, WINDOW, centre.number));
        centre_lose(&centre);
        assert_survived(&pasts[i], serial, window);
    }
}

/* The same from a copy of the disk that knows the beginning. */
static void
whatever_happened_since_a_copy_comes_back_to_it(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof pasts / sizeof *pasts; i++) {
        char serial[41], window[40];
        centre_begin_again(&centre, i + 1);
        centre_receive_blanks(&centre, 50);
        centre_go(&centre, 1, pasts[i].steps);
        fake_network_copy_disk(&centre.network, CENTRE);
        live_through(&pasts[i]);
        strcpy(serial, centre_row(&centre, CENTRE)->card_serial);
        strcpy(window, fake_network_state(&centre.network, WINDOW, centre.number));
        centre_set_back(&centre);
        assert_survived(&pasts[i], serial, window);
    }
}

/* ---- before anybody noticed ---- */

/* Neither of those that know of the centre's past reaches it. */
static void
cut_off(bool off)
{
    static const size_t others[] = { WINDOW, REGISTRY };
    for (size_t i = 0; i < 2; i++)
        centre.network.wires.cut[CENTRE][others[i]] = centre.network.wires.cut[others[i]][CENTRE] =
            off;
}

/* A registry that had nothing to do with the centre orders a card, and it is made. */
static void
serve_a_stranger(void)
{
    struct fake_decision examine = fake_desk_steps[0].decision, issue = fake_desk_steps[1].decision;
    examine.at = issue.at = FAR_REGISTRY;
    fake_desk_move(&centre.network, FAR_REGISTRY, 2, FAKE_DESK_FAR_DIVISION);
    fake_desk_citizen(2, YIDI__APPLICATION_KIND__RENEWAL, &centre.application);
    strcpy(centre.application.citizen.division, FAKE_DESK_FAR_DIVISION);
    assert_string_equal(fake_desk_apply(&centre.network, &centre.application, "", centre.number),
                        "");
    fake_network_settle(&centre.network);
    centre_expect(&centre, &examine, "examined");
    centre_expect(&centre, &issue, "issued");
    fake_network_settle(&centre.network);
    centre_expect(&centre, &centre_make, "made");
}

static void
a_card_is_not_made_twice_because_its_serial_was_given_out_again(void **unused)
{
    char number[CASE_NUMBER_CHARS + 1], later[CASE_NUMBER_CHARS + 1], serial[41];
    (void)unused;
    centre_receive_blanks(&centre, 50);
    centre_go(&centre, 1, TO_THE_END);
    strcpy(number, centre.number);
    strcpy(serial, centre_row(&centre, CENTRE)->card_serial);
    cut_off(true);
    fake_desk_lose_disk(&centre.network, CENTRE);
    serve_a_stranger();
    strcpy(later, centre.number);
    assert_string_equal(centre_row(&centre, CENTRE)->card_serial, serial);
    cut_off(false);
    office_halt(centre.network.offices[CENTRE].office,
                &(struct trouble){ .code = TROUBLE_RESTORED });
    centre_recover(&centre, CENTRE);

    strcpy(centre.number, number);
    centre_expect_state(&centre, CENTRE, "closed");
    assert_string_equal(centre_row(&centre, CENTRE)->card_serial, serial);
    centre_expect(&centre, &centre_make, "ILLEGAL_IN_STATE");
    strcpy(centre.number, later);
    assert_non_null(centre_row(&centre, CENTRE)->attention);
    assert_string_equal(centre_row(&centre, CENTRE)->attention->code, "CARD_SERIAL_TAKEN");
    centre_check_books(&centre);

    centre_expect(&centre, &centre_check_bad, "ordered");
    centre_expect(&centre, &centre_make, "made");
    assert_string_not_equal(centre_row(&centre, CENTRE)->card_serial, serial);
    centre_check_books(&centre);
    fake_network_settle(&centre.network);
    fake_network_audit(&centre.network);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
#define TEST(name) CENTRE_TEST(name, &centre)
        TEST(whatever_happened_to_a_card_survives_the_loss_of_the_disk),
        TEST(whatever_happened_since_a_copy_comes_back_to_it),
        TEST(a_card_is_not_made_twice_because_its_serial_was_given_out_again),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
