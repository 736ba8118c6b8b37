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

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
#define TEST(name) CENTRE_TEST(name, &centre)
        TEST(whatever_happened_to_a_card_survives_the_loss_of_the_disk),
        TEST(whatever_happened_since_a_copy_comes_back_to_it),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
