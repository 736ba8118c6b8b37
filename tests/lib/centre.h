/* SPDX-License-Identifier: Apache-2.0
 *
 * centre - a card centre at work, seen by a test: one case after the other is taken to its desk,
 * and then other things than the straight way happen to it.
 *
 * Two windows, two centres and two registries run (fake_desk); CENTRE is the one that is meant.
 * Anything that fails here ends the test.
 */
#ifndef TESTS_CENTRE_H
#define TESTS_CENTRE_H

#include "tests/lib/fake_desk.h"

/* Steps of fake_desk_walk that lead there. */
enum { TO_ORDERED = 2, TO_DISPATCHED = 5, TO_READY = 6, TO_THE_END = 7 };

struct centre {
    struct fake_network network;
    struct made_application application; /* that was handed in last */
    char number[CASE_NUMBER_CHARS + 1];  /* of the case that everything is about */
};

/* What is decided beside the straight way: at the window, and at the centre. */
extern const struct fake_decision centre_withdraw, centre_miss, centre_destroy,
    centre_bad_at_window, centre_make, centre_check, centre_check_bad, centre_dispatch,
    centre_found, centre_lost;

/* A test of cmocka that has the centre to itself, open. */
#define CENTRE_TEST(name, centre)                                                                  \
    cmocka_unit_test_prestate_setup_teardown(name, centre_set_up, centre_tear_down, centre)

int centre_set_up(void **state);
int centre_tear_down(void **state);

/* With empty stores. */
void centre_begin_again(struct centre *centre, uint64_t seed);

/* A citizen applies, and the case takes so many steps. */
void centre_go(struct centre *centre, uint64_t citizen, size_t steps);

/* Decide; it must lead to that state, or be refused with that code. */
void centre_expect(struct centre *centre, const struct fake_decision *decision, const char *answer);
void centre_expect_state(struct centre *centre, size_t at, const char *state);

/* The rest of the straight way. */
void centre_finish_from(struct centre *centre, size_t step);

/* The row of the case at an office; until the next call. */
const Yidi__Case *centre_row(struct centre *centre, size_t at);

/* How often the centre took that step with the case. */
unsigned centre_count_hops(struct centre *centre, Yidi__Step step);

/* The keeper of the blanks asks. */
const Yidi__Response *centre_ask(struct centre *centre, size_t at, Yidi__Request *request);
void centre_expect_refusal(const Yidi__Response *response, const char *code);

/* "" or the code of the refusal. */
const char *centre_change_stock(struct centre *centre, Yidi__StockVerb verb, uint64_t count,
                                const char *first, const char *last);
void centre_receive_blanks(struct centre *centre, uint64_t count);
const Yidi__StockReport *centre_show_stock(struct centre *centre);
void centre_expect_stock(struct centre *centre, uint64_t received, uint64_t used, uint64_t spoiled,
                         uint64_t left);

/* Counted again from the rows, the books are right. */
void centre_check_books(struct centre *centre);

/* An office that halted takes back all that its peers hold of it. */
void centre_recover(struct centre *centre, size_t at);

/* The centre is set back to the copy made last, or loses its disk, and recovers. */
void centre_set_back(struct centre *centre);
void centre_lose(struct centre *centre);

#endif
