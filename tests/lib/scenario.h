/* SPDX-License-Identifier: Apache-2.0
 *
 * scenario - a file that a person can read: who applies, what happens, what must come out.
 *
 *     scenario  Four eyes: whoever examined may not issue
 *     applicant 12
 *     record    bad_credit=yes                  how the population record differs
 *     form      reason=DAMAGED fee_fen=4000     how the form differs
 *     window    apply                           -> accepted
 *     registry  examine as zhang                -> examined
 *     registry  issue as zhang                  -> FOUR_EYES
 *     finally   window submitted, registry examined
 *     policy    window fee.renewal=3000         that office gets the next policy: these rules alone
 *
 * A line that begins with a place is a command of yidictl at that office, with the number of the
 * case behind its first word, unless {case}, {first} (the case opened before this one) or {none}
 * says where. Behind the arrow stands a state, a code, or a word of the answer. Lines that are
 * empty or begin with # say nothing.
 *
 * Reads only; what the lines mean, scenario_test knows.
 */
#ifndef TESTS_SCENARIO_H
#define TESTS_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>

enum {
    SCENARIO_LINES_MAX = 48,
    SCENARIO_LINE_BYTES = 320,
    SCENARIO_TITLE_BYTES = 120,
};

/* One line: its first word, the rest, and what stands behind the arrow. */
struct scenario_line {
    unsigned number; /* in the file */
    char head[24];
    char text[SCENARIO_LINE_BYTES];
    char expected[64]; /* empty when there is no arrow */
};

struct scenario {
    unsigned number; /* of its first line */
    char title[SCENARIO_TITLE_BYTES];
    struct scenario_line lines[SCENARIO_LINES_MAX];
    size_t line_count;
};

/* A file of scenarios, read one after the other. */
struct scenario_file {
    char *text; /* heap */
    const char *next;
    unsigned line;
};

/* Fails the test when the file cannot be read. */
void scenario_file_open(struct scenario_file *file, const char *path);
void scenario_file_close(struct scenario_file *file);

/* The next one; false at the end. Fails the test on a line that cannot be one. */
bool scenario_next(struct scenario_file *file, struct scenario *ret_scenario);

/* The value of KEY=VALUE in a line's text, up to the next blank (quoted with '' it may hold some);
 * false when it is not there. */
bool scenario_find(const char *text, const char *key, char *ret_value, size_t room);

#endif
