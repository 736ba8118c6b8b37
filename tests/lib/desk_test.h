/* SPDX-License-Identifier: Apache-2.0
 *
 * desk_test - the offices of a test program, made anew for each of its tests, and the shortest
 * words for what most of them do there.
 *
 * Anything that fails here ends the test.
 */
#ifndef TESTS_DESK_TEST_H
#define TESTS_DESK_TEST_H

#include "common/io/case_file.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/policy_maker.h"

extern struct fake_network network;
extern struct made_application application; /* the last one, or what a test makes of it */

/* The three offices of fake_desk_open, or the six of fake_desk_open_wide; citizens 1 to so many are
 * on the registry's file, and nothing is left to say. */
void desk_test_open(unsigned citizens);
void desk_test_open_wide(unsigned citizens);

/* The three offices, which keep the photo of a closed case so many days, and its texts so many. */
void desk_test_open_keeping(unsigned citizens, unsigned photo_days, unsigned text_days);

/* A tear-down for cmocka. */
int desk_test_close(void **unused);

/* A citizen renews the card; the window takes the application, and quiet follows.
 *
 * request_key  in; may be empty.
 * ret_number   out; of the case. */
void desk_test_apply(uint64_t citizen, const char *request_key,
                     char ret_number[CASE_NUMBER_CHARS + 1]);

/* Decide on a case, which must come to that answer (fake_desk_decide); quiet follows. */
void desk_test_decide(const struct fake_decision *decision, const char *case_number,
                      const char *answer);

/* The row of a case, as it is stored at a place; in the arena. */
Yidi__Case *desk_test_case(size_t at, const char *case_number, struct arena *arena);

/* A place adopts a policy of these rules. */
void desk_test_give_policy(size_t at, uint64_t version, const struct made_rule *rules,
                           size_t count);

/* Order that of a closed case the photo is erased at once, or its texts, too, and what was not
 * delivered. Answers the code of the refusal, or "". */
struct desk_test_erasure {
    bool text, undelivered;
};
const char *desk_test_erase_now(size_t at, const char *case_number,
                                struct desk_test_erasure erasure);

#endif
