/* SPDX-License-Identifier: Apache-2.0
 *
 * workday_desk - how people of a workday ask an office that may die meanwhile, and what they keep
 * in mind of its answers. For workday alone.
 */
#ifndef TESTS_WORKDAY_DESK_H
#define TESTS_WORKDAY_DESK_H

#include "tests/lib/workday.h"

enum workday_desk { WORKDAY_WINDOW, WORKDAY_REGISTRY, WORKDAY_CENTRE };

extern const char *const workday_ends[WORKDAY_DESKS]; /* state of a case that is done */

struct network_office *workday_office(const struct workday *day, enum workday_desk desk);
enum workday_desk workday_desk_of(const struct workday *day, const struct network_office *office);
void workday_pause(void);

/* False when no answer came: the office is dead, or slow, or not ready yet. */
bool workday_ask(const struct workday *day, struct network_office *office, Yidi__Request *request,
                 const struct bytes *frames, size_t frame_count, struct network_answer *ret_answer);
bool workday_ask_status(const struct workday *day, struct network_office *office,
                        struct network_answer *ret_answer);
bool workday_ask_for_peers(const struct workday *day, struct network_office *office,
                           struct network_answer *ret_answer);
/* With the same request key each time. */
bool workday_ask_apply(struct workday *day, size_t index, struct network_answer *ret_answer);

/* Fail on a refusal, or another kind of answer. */
void workday_expect(const struct network_office *office, const struct network_answer *answer,
                    Yidi__Response__BodyCase body);

void workday_make_citizen(const struct workday *day, size_t index,
                          struct made_citizen *ret_citizen);

/* A desk said that a case is in that state; fails when it said before that it was further. */
void workday_promise_state(struct workday *day, enum workday_desk desk, const char *number,
                           const char *state);
/* Ask how far its journal goes; fails when it was longer, or the office is halted. */
void workday_promise_tree(struct workday *day, enum workday_desk desk);

#endif
