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
 *     registry  issue as zhang                  -> FOUR_EYES, says 'may not issue'
 *     finally   window submitted, registry examined
 *     policy    window fee.renewal=3000         that office gets the next policy: these rules alone
 *
 * "revoked PLACE" and "trusted PLACE" say what the next directory does to an office.
 *
 * A line that begins with a place is a command of yidictl at that office. The number of the case
 * stands behind its first word, unless {case}, {first} (the case opened before this one) or {none}
 * says where; {code} is the code on the receipt, {together} the file of a photo with the guardian,
 * {template} that of a fingerprint. Behind the arrow stands what must come of it:
 *
 *     accepted         a case is opened, which is {case} from now on
 *     same case        the answer is about {case}, and nothing was opened
 *     a state          the command is done, and the case is in that state
 *     A_CODE           it is refused with that code
 *     done, fails      exit status 0, or another one
 *     ..., says WORDS  and what the person sees holds these words; alone: done, says WORDS.
 *                      {+60} is the day in 60 days, {+5y} in five years
 *
 * "then" and "finally" name states that must come about; nothing follows upon "finally". Lines that
 * are empty or begin with # say nothing. A line that cannot be understood fails the test, with file
 * and line, before anything is played.
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

enum scenario_kind {
    SCENARIO_APPLICANT,
    SCENARIO_RECORD,
    SCENARIO_KNOWN_AT,
    SCENARIO_FORM,
    SCENARIO_POLICY,
    SCENARIO_REVOKED,
    SCENARIO_TRUSTED,
    SCENARIO_THEN,
    SCENARIO_FINALLY,
    SCENARIO_COMMAND, /* head is a place */
};

/* One line: its first word, the rest, and what stands behind the arrow. */
struct scenario_line {
    unsigned number; /* in the file */
    enum scenario_kind kind;
    char head[24];
    char text[SCENARIO_LINE_BYTES];
    char expected[48]; /* without the words; "done" when there are only words */
    char words[128];   /* that the answer must hold; empty for none */
};

struct scenario {
    const char *path;
    unsigned number; /* of its first line */
    char title[SCENARIO_TITLE_BYTES];
    struct scenario_line lines[SCENARIO_LINES_MAX];
    size_t line_count;
};

/* A file of scenarios, read one after the other. */
struct scenario_file {
    const char *path; /* borrowed */
    bool (*is_place)(const char *name);
    char *text; /* heap */
    const char *next;
    unsigned line;
};

/* Fails the test when the file cannot be read.
 *
 * path  borrowed by the file and its scenarios. */
void scenario_file_open(struct scenario_file *file, const char *path,
                        bool (*is_place)(const char *name));
void scenario_file_close(struct scenario_file *file);

/* The next one; false at the end. */
bool scenario_next(struct scenario_file *file, struct scenario *ret_scenario);

/* Fails the test, with file and line. */
_Noreturn void scenario_fail(const char *path, unsigned line, const char *words, ...)
    __attribute__((format(printf, 3, 4)));

#endif
