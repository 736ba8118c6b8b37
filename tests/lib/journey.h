/* SPDX-License-Identifier: Apache-2.0
 *
 * journey - the way of cases from the window through registry and card centre and back, driven as
 * its operators would.
 *
 * Works on batches; every case must be accepted at each desk, or the test fails.
 */
#ifndef TESTS_JOURNEY_H
#define TESTS_JOURNEY_H

#include "tests/lib/network.h"

enum journey_stage {
    JOURNEY_ACCEPTED,   /* at the window */
    JOURNEY_RECEIVED,   /* at the registry, to be examined */
    JOURNEY_EXAMINED,   /* by examiner1 */
    JOURNEY_ORDERED,    /* issued by issuer1; the order is at the card centre */
    JOURNEY_MADE,       /* by maker1 */
    JOURNEY_VERIFIED,   /* by checker1 */
    JOURNEY_IN_TRANSIT, /* dispatched by packer1; the window knows */
    JOURNEY_READY,      /* received by clerk1 */
    JOURNEY_CLOSED,     /* collected at the window, closed at the other two */
};

struct journey {
    struct network_office *window;
    struct network_office *registry;
    struct network_office *centre;
};

/* Take cases that were accepted at the window through every stage to the given one. */
void journey_take(const struct journey *journey, const char *const *case_numbers, size_t case_count,
                  enum journey_stage last);

/* The same from the stage after `done` on, and for one case. */
void journey_go_on_all(const struct journey *journey, const char *const *case_numbers,
                       size_t case_count, enum journey_stage done, enum journey_stage last);
void journey_go_on(const struct journey *journey, const char *case_number, enum journey_stage done,
                   enum journey_stage last);

/* Wait until cases are in a state at an office. */
void journey_wait(struct network_office *office, const char *const *case_numbers, size_t case_count,
                  const char *state);

#endif
