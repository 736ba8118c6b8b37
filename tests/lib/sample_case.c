/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/sample_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char *const state_names[SAMPLE_STATE_COUNT] = { "absent", "waiting", "working", "done",
                                                             "refused" };
static const char *const event_names[] = { "go" };
static const bool state_open[SAMPLE_STATE_COUNT] = {
    [SAMPLE_WAITING] = true, [SAMPLE_WORKING] = true
};

const struct machine sample_machine = {
    .state_names = state_names,
    .event_names = event_names,
    .state_open = state_open,
    .state_count = SAMPLE_STATE_COUNT,
    .event_count = 1,
};

void
sample_case_number(unsigned serial, char ret_number[CASE_NUMBER_CHARS + 1])
{
    snprintf(ret_number, CASE_NUMBER_CHARS + 1, "310115000001261122%07u0", serial % 10000000);
}

void
sample_citizen_number(unsigned serial, char ret_number[CITIZEN_NUMBER_CHARS + 1])
{
    snprintf(ret_number, CITIZEN_NUMBER_CHARS + 1, "11010519920305%03u0", serial % 1000);
}

void
sample_case_init(unsigned serial, struct sample_form *form, struct arena *arena,
                 struct case_file *ret_file)
{
    char number[CASE_NUMBER_CHARS + 1], citizen[CITIZEN_NUMBER_CHARS + 1];
    sample_case_number(serial, number);
    sample_citizen_number(serial, citizen);
    assert_int_equal(case_file_new(number, arena, ret_file), OK);
    Yidi__Case *row = ret_file->row;
    row->form = sample_form_init(form);
    row->form->person->citizen_number = arena_copy_text(arena, citizen);
    row->acceptance_office = "310115000001";
    row->registry_office = "110105000000";
    row->production_office = "310000000000";
    row->accepted_ms = 1000;
}
