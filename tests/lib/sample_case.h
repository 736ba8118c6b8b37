/* SPDX-License-Identifier: Apache-2.0
 *
 * sample_case - rows of cases for tests of what stores and lists them, and a small machine for
 * them.
 *
 *     absent ─▶ waiting ─▶ working ─▶ done        waiting, working ─▶ refused
 */
#ifndef TESTS_SAMPLE_CASE_H
#define TESTS_SAMPLE_CASE_H

#include "common/core/machine.h"
#include "common/io/case_file.h"
#include "tests/lib/sample_form.h"

enum sample_state {
    SAMPLE_ABSENT,
    SAMPLE_WAITING, /* open */
    SAMPLE_WORKING, /* open */
    SAMPLE_DONE,
    SAMPLE_REFUSED,
    SAMPLE_STATE_COUNT
};

extern const struct machine sample_machine;

/* The case number and the citizen's number that belong to a serial below 1000. */
void sample_case_number(unsigned serial, char ret_number[CASE_NUMBER_CHARS + 1]);
void sample_citizen_number(unsigned serial, char ret_number[CITIZEN_NUMBER_CHARS + 1]);

/* A new row with everything that must be there, in the arena; its state is SAMPLE_ABSENT. */
void sample_case_init(unsigned serial, struct sample_form *form, struct arena *arena,
                      struct case_file *ret_file);

#endif
