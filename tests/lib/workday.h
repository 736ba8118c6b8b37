/* SPDX-License-Identifier: Apache-2.0
 *
 * workday - what people at one window, one registry and one card centre do, whose machines may die
 * at any time: they look what is there to do, do it, and ask again when no answer came.
 *
 * Everything that an office has answered is a promise; workday_check_promises holds it against the
 * office after a restart.
 */
#ifndef TESTS_WORKDAY_H
#define TESTS_WORKDAY_H

#include "tests/lib/journey.h"

enum { WORKDAY_CASES_MAX = 64, WORKDAY_DESKS = 3, WORKDAY_PEERS = 2 };

/* What peers have seen of an office: it must know as much. */
struct workday_stream {
    uint64_t delivered; /* of the peer's messages the office acknowledged so many */
    uint64_t taken;     /* of the office's messages the peer applied so many */
};

struct workday {
    struct journey journey;
    struct made_application *application; /* whose photo all applicants share */
    uint64_t answer_ms;                   /* how long people wait for an answer; 0: not long */
    uint64_t citizens_made;               /* seeds used so far, over all days */
    uint64_t cases_closed;                /* over all days before this one */

    /* of today */
    size_t case_count;
    bool imported; /* the registry knows today's citizens */
    size_t applied;
    char numbers[WORKDAY_CASES_MAX][CASE_NUMBER_CHARS + 1];
    unsigned ranks[WORKDAY_DESKS][WORKDAY_CASES_MAX]; /* how far each desk said it is; 0 unknown */
    uint64_t tree_sizes[WORKDAY_DESKS];
};

/* A new day with so many new applicants. */
void workday_begin(struct workday *day, size_t case_count);

/* Once round all desks. An office that does not run, or dies meanwhile, is passed over. */
void workday_work(struct workday *day);

/* Is every application of today collected, and everything told to everybody? */
bool workday_is_done(struct workday *day);

/* While the office is dead: what its peers have seen of it. */
void workday_ask_peers(struct workday *day, const struct network_office *office,
                       struct workday_stream ret_streams[WORKDAY_PEERS]);

/* The office runs again: does it keep what it promised, and know what its peers have seen? */
void workday_check_promises(struct workday *day, struct network_office *office,
                            const struct workday_stream streams[WORKDAY_PEERS]);

/* When it is done: each case stands once and with one card at each desk, and each applicant was
 * told once.
 *
 * take  empty the spool, as the program that collects notifications does */
void workday_check(struct workday *day, bool take);

/* Go home; the next one begins with new applicants. */
void workday_end(struct workday *day);

/* Start an office and wait until it answers, or until it is dead. */
bool workday_start(const struct workday *day, struct network_office *office);

#endif
