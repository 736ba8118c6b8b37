/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/domain/finger.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void
fingers_due_are_the_thumbs_or_the_next_ones(void **unused)
{
    (void)unused;
    static const struct {
        size_t missing_count;
        enum form_finger missing[10];
        size_t count;
        enum form_finger due[FINGERS_WANTED];
    } cases[] = {
        { 0, { 0 }, 2, { FINGER_RIGHT_THUMB, FINGER_LEFT_THUMB } },
        { 1, { FINGER_RIGHT_THUMB }, 2, { FINGER_RIGHT_INDEX, FINGER_LEFT_THUMB } },
        { 1, { FINGER_LEFT_THUMB }, 2, { FINGER_RIGHT_THUMB, FINGER_LEFT_INDEX } },
        { 1, { FINGER_LEFT_LITTLE }, 2, { FINGER_RIGHT_THUMB, FINGER_LEFT_THUMB } },
        { 3,
          { FINGER_LEFT_INDEX, FINGER_RIGHT_THUMB, FINGER_LEFT_THUMB },
          2,
          { FINGER_RIGHT_INDEX, FINGER_LEFT_MIDDLE } },
        /* A hand that has none left: two of the other one. */
        { 5, { 1, 2, 3, 4, 5 }, 2, { FINGER_LEFT_THUMB, FINGER_LEFT_INDEX } },
        { 6, { 6, 7, 8, 9, 10, 1 }, 2, { FINGER_RIGHT_INDEX, FINGER_RIGHT_MIDDLE } },
        { 9, { 1, 2, 3, 4, 5, 6, 7, 8, 10 }, 1, { FINGER_LEFT_RING } },
        { 9, { 2, 3, 4, 5, 6, 7, 8, 9, 10 }, 1, { FINGER_RIGHT_THUMB } },
        { 10, { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, 0, { 0 } },
        { 2,
          { FINGER_UNSPECIFIED, (enum form_finger)11 },
          2,
          { FINGER_RIGHT_THUMB, FINGER_LEFT_THUMB } },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum form_finger due[FINGERS_WANTED];
        assert_int_equal(fingers_due(cases[i].missing, cases[i].missing_count, due),
                         cases[i].count);
        for (size_t at = 0; at < cases[i].count; at++)
            assert_int_equal(due[at], cases[i].due[at]);
    }
}

/* Whatever is missing: nothing missing is due, in rising order, and as many as can be. */
static void
fingers_due_of_every_set_of_missing_ones(void **unused)
{
    (void)unused;
    for (unsigned set = 0; set < 1u << FINGER_COUNT; set++) {
        enum form_finger missing[FINGER_COUNT];
        enum form_finger due[FINGERS_WANTED];
        size_t missing_count = 0;
        for (int finger = 1; finger <= FINGER_COUNT; finger++)
            if (set >> (finger - 1) & 1)
                missing[missing_count++] = (enum form_finger)finger;
        size_t left = FINGER_COUNT - missing_count;
        size_t count = fingers_due(missing, missing_count, due);
        assert_int_equal(count, left < FINGERS_WANTED ? left : FINGERS_WANTED);
        for (size_t i = 0; i < count; i++)
            assert_false(set >> (due[i] - 1) & 1);
        if (count == FINGERS_WANTED)
            assert_true(due[0] < due[1]);
    }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fingers_due_are_the_thumbs_or_the_next_ones),
        cmocka_unit_test(fingers_due_of_every_set_of_missing_ones),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
