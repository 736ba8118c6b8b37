/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/domain/civil_date.h"
#include "common/domain/deadline.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void
deadline_is_the_end_of_its_last_day(void **unused)
{
    (void)unused;
    static const struct {
        enum deadline deadline;
        uint32_t from;
        uint32_t want;
    } cases[] = {
        { DEADLINE_STATUTORY, 20261122, 20270121 },
        { DEADLINE_STATUTORY, 20240101, 20240301 }, /* over a leap day */
        { DEADLINE_REGISTRY, 20261122, 20261127 },
        { DEADLINE_REGISTRY, 20261229, 20270103 },
        { DEADLINE_PRODUCTION, 20261122, 20261222 },
        { DEADLINE_COLLECTION, 20261122, 20270220 },
        { DEADLINE_NOTIFICATION, 20261123, 20261125 }, /* Monday to Wednesday */
        { DEADLINE_NOTIFICATION, 20261125, 20261127 }, /* Wednesday to Friday */
        { DEADLINE_NOTIFICATION, 20261126, 20261130 }, /* Thursday to Monday */
        { DEADLINE_NOTIFICATION, 20261127, 20261201 }, /* Friday to Tuesday */
        { DEADLINE_NOTIFICATION, 20261128, 20261201 }, /* Saturday to Tuesday */
        { DEADLINE_NOTIFICATION, 20261122, 20261124 }, /* Sunday to Tuesday */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t want_ms = civil_date_end_ms(cases[i].want);
        assert_int_equal(deadline_ms(cases[i].deadline, civil_date_start_ms(cases[i].from)),
                         want_ms);
        assert_int_equal(deadline_ms(cases[i].deadline, civil_date_end_ms(cases[i].from)), want_ms);
    }
}

static void
deadline_survives_any_clock(void **unused)
{
    (void)unused;
    for (int deadline = 0; deadline < DEADLINE_COUNT; deadline++) {
        assert_int_equal(deadline_ms(deadline, UINT64_MAX), civil_date_end_ms(CIVIL_DATE_MAX));
        assert_true(deadline_ms(deadline, 0) > 0);
    }
}

static void
deadline_names_are_stable(void **unused)
{
    (void)unused;
    static const char *const names[DEADLINE_COUNT] = { "STATUTORY", "REGISTRY", "PRODUCTION",
                                                       "NOTIFICATION", "COLLECTION" };
    for (int deadline = 0; deadline < DEADLINE_COUNT; deadline++)
        assert_string_equal(deadline_name(deadline), names[deadline]);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deadline_is_the_end_of_its_last_day),
        cmocka_unit_test(deadline_survives_any_clock),
        cmocka_unit_test(deadline_names_are_stable),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
