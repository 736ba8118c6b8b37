/* SPDX-License-Identifier: Apache-2.0
 *
 * scenario_papers - the form and the population record of a made-up citizen, as a scenario wants
 * them: KEY=VALUE, with what is not said as it ought to be. A value in '' may hold blanks.
 */
#ifndef TESTS_SCENARIO_PAPERS_H
#define TESTS_SCENARIO_PAPERS_H

#include <stdbool.h>

#include "tests/lib/citizen_maker.h"

enum { SCENARIO_PAPER_BYTES = 4096 };

/* Is every word of it KEY=VALUE with a key that there is? */
bool scenario_form_understands(const char *overrides);
bool scenario_record_understands(const char *overrides);

/* form.json, and record.csv with its header. */
void scenario_form_fill(const struct made_citizen *citizen, const char *overrides,
                        char ret_json[SCENARIO_PAPER_BYTES]);
void scenario_record_fill(const struct made_citizen *citizen, const char *overrides,
                          char ret_csv[SCENARIO_PAPER_BYTES]);

#endif
