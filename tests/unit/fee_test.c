/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/domain/fee.h"
#include "tests/lib/sample_policy.h"

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
    const struct policy_case policy = sample_policy_standard(20261122);
    for (size_t i = 0; i < COUNT(tariff); i++)
        for (int waiver = WAIVER_NONE; waiver <= WAIVER_HARDSHIP; waiver++)
            assert_int_equal(fee_due_fen(&policy, tariff[i].kind, tariff[i].reason, waiver),
                             tariff[i].due_fen[waiver]);
}

static void
fee_check_takes_the_fee_due_and_no_other(void **unused)
{
    (void)unused;
    const struct policy_case policy = sample_policy_standard(20261122);
    static const uint32_t paid[] = { 0, 1, 999, 1000, 1001, 1999, 2000, 2001, 3999, 4000, 4001 };
    for (size_t i = 0; i < COUNT(tariff); i++)
        for (int waiver = WAIVER_NONE; waiver <= WAIVER_HARDSHIP; waiver++)
            for (size_t j = 0; j < COUNT(paid); j++) {
                struct refusal refusal = { 0 };
                bool claimed = waiver != WAIVER_NONE && tariff[i].waiver_refused;
                bool fits = paid[j] == tariff[i].due_fen[waiver] && !claimed;
                const struct fee_claim claim = { tariff[i].kind, tariff[i].reason,
                                                 (enum form_waiver)waiver, paid[j] };
                enum result result = fee_check(&policy, &claim, &refusal);
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
    const struct policy_case policy = sample_policy_standard(20261122);
    const struct fee_claim renewal = { KIND_RENEWAL, REASON_EXPIRED, WAIVER_HARDSHIP, 2000 };
    const struct fee_claim lost = { KIND_REPLACEMENT, REASON_LOST, WAIVER_WELFARE, 4000 };
    struct refusal refusal = { 0 };
    assert_int_equal(fee_check(&policy, &renewal, &refusal), ERR_REFUSED);
    assert_string_equal(refusal.rule, "10.00 yuan are due");
    assert_int_equal(fee_check(&policy, &lost, &refusal), ERR_REFUSED);
    assert_string_equal(refusal.rule,
                        "that waiver does not apply to a lost or stolen card; 40.00 yuan are due");
}

/* Gansu asks 20 yuan for a lost card in 2026 and 30 from 2027 on, and lets off a third of it. */
static const struct policy_rule gansu_rules[] = {
    { POLICY_FEE_REPLACEMENT, "fee.replacement", 4000, 20120101, 0, "", "" },
    { POLICY_FEE_REPLACEMENT, "fee.replacement", 2000, 20260101, 20261231, "62", "" },
    { POLICY_FEE_REPLACEMENT, "fee.replacement", 3000, 20270101, 0, "62", "" },
    { POLICY_HARDSHIP_REPLACEMENT, "waiver.hardship.replacement", 33, 20270101, 0, "62", "" },
};

static void
fee_is_that_of_the_day_and_the_window_s_province(void **unused)
{
    (void)unused;
    static const struct policy policy = { .rules = gansu_rules, .rule_count = COUNT(gansu_rules) };
    static const struct {
        uint32_t date;
        const char *window;
        enum form_waiver waiver;
        uint32_t due_fen;
    } cases[] = {
        { 20251231, "620102", WAIVER_NONE, 4000 },
        { 20260101, "620102", WAIVER_NONE, 2000 },
        { 20261231, "620102", WAIVER_NONE, 2000 },
        { 20270101, "620102", WAIVER_NONE, 3000 },
        { 20261231, "620102", WAIVER_HARDSHIP, 2000 },
        { 20270101, "620102", WAIVER_HARDSHIP, 2010 },
        { 20270101, "110105", WAIVER_HARDSHIP, 4000 },
        { 20270101, "620102", WAIVER_WELFARE, 3000 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct policy_case about = { &policy,         true,     cases[i].date,
                                           cases[i].window, "620102", "" };
        assert_int_equal(fee_due_fen(&about, KIND_REPLACEMENT, REASON_LOST, cases[i].waiver),
                         cases[i].due_fen);
    }
}

/* What is let off is never less than the percentage says. */
static void
fee_rounds_in_the_applicant_s_favour(void **unused)
{
    (void)unused;
    static const struct policy_rule rules[] = {
        { POLICY_FEE_RENEWAL, "fee.renewal", 2001, 20120101, 0, "", "" },
    };
    static const struct policy policy = { .rules = rules, .rule_count = COUNT(rules) };
    const struct policy_case about = { &policy, true, 20261122, "620102", "620102", "" };
    assert_int_equal(fee_due_fen(&about, KIND_RENEWAL, REASON_EXPIRED, WAIVER_HARDSHIP), 1000);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fee_is_due_by_the_tariff),
        cmocka_unit_test(fee_check_takes_the_fee_due_and_no_other),
        cmocka_unit_test(fee_check_tells_what_is_due),
        cmocka_unit_test(fee_is_that_of_the_day_and_the_window_s_province),
        cmocka_unit_test(fee_rounds_in_the_applicant_s_favour),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
