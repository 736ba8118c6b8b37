/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/domain/fee.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* What is due by kind, reason and waiver; a waiver that is refused is marked. */
static const struct {
    enum form_kind kind;
    enum form_reason reason;
    uint32_t due_fen[3];
    bool waiver_refused;
} tariff[] = {
    { KIND_RENEWAL, REASON_EXPIRED, { 2000, 0, 1000 }, false },
    { KIND_RENEWAL, REASON_EXPIRING, { 2000, 0, 1000 }, false },
    { KIND_RENEWAL, REASON_DETAILS_CHANGED, { 2000, 0, 1000 }, false },
    { KIND_RENEWAL, REASON_DAMAGED, { 4000, 4000, 4000 }, true },
    { KIND_REPLACEMENT, REASON_LOST, { 4000, 4000, 4000 }, true },
    { KIND_REPLACEMENT, REASON_STOLEN, { 4000, 4000, 4000 }, true },
    { KIND_FIRST, REASON_UNSPECIFIED, { 0, 0, 0 }, false },
};

static void
fee_is_due_by_the_tariff(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(tariff); i++)
        for (int waiver = WAIVER_NONE; waiver <= WAIVER_HARDSHIP; waiver++)
            assert_int_equal(fee_due_fen(tariff[i].kind, tariff[i].reason, waiver),
                             tariff[i].due_fen[waiver]);
}

static void
fee_check_takes_the_fee_due_and_no_other(void **unused)
{
    (void)unused;
    static const uint32_t paid[] = { 0, 1, 999, 1000, 1001, 1999, 2000, 2001, 3999, 4000, 4001 };
    for (size_t i = 0; i < COUNT(tariff); i++)
        for (int waiver = WAIVER_NONE; waiver <= WAIVER_HARDSHIP; waiver++)
            for (size_t j = 0; j < COUNT(paid); j++) {
                struct refusal refusal = { 0 };
                bool claimed = waiver != WAIVER_NONE && tariff[i].waiver_refused;
                bool fits = paid[j] == tariff[i].due_fen[waiver] && !claimed;
                enum result result =
                    fee_check(tariff[i].kind, tariff[i].reason, waiver, paid[j], &refusal);
                assert_int_equal(result, fits ? OK : ERR_REFUSED);
                if (fits)
                    continue;
                assert_int_equal(refusal.code, REFUSAL_FEE_MISMATCH);
                assert_string_equal(refusal.field, claimed ? "form.fee_waiver" : "form.fee_fen");
            }
}

static void
fee_check_tells_what_is_due(void **unused)
{
    (void)unused;
    struct refusal refusal = { 0 };
    assert_int_equal(fee_check(KIND_RENEWAL, REASON_EXPIRED, WAIVER_HARDSHIP, 2000, &refusal),
                     ERR_REFUSED);
    assert_string_equal(refusal.rule, "1000 fen are due");
    assert_int_equal(fee_check(KIND_REPLACEMENT, REASON_LOST, WAIVER_WELFARE, 4000, &refusal),
                     ERR_REFUSED);
    assert_string_equal(refusal.rule,
                        "no waiver applies to a lost, stolen or damaged card; 4000 fen are due");
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fee_is_due_by_the_tariff),
        cmocka_unit_test(fee_check_takes_the_fee_due_and_no_other),
        cmocka_unit_test(fee_check_tells_what_is_due),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
