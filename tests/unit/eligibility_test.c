/* SPDX-License-Identifier: Apache-2.0
 *
 * eligibility_test - what a registry tells a window before the fee is taken. All persons are made
 * up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "registry-node/core/eligibility.h"
#include "tests/lib/sample_policy.h"

#define BIT(name) (UINT32_C(1) << FINDING_##name)

static const struct citizen on_file = {
    .person = { .citizen_number = "110105199203050029",
                .name = "李小红",
                .sex = SEX_FEMALE,
                .ethnic_group = "01",
                .birth_date = 19920305,
                .address = "北京市朝阳区安定路甲1号",
                .registration_division = "110105" },
    .fingerprints_on_file = true,
    .card_serial = "A000000001",
    .card_valid_until = 20270101,
    .former_card_serial = "",
    .number_replaced_by = "",
    .present_division = "",
    .photo_on_file = true,
    .second_script = { .name = "", .address = "" },
};

static struct policy_case policy;

static struct form
renewal(void)
{
    return (struct form){ .kind = KIND_RENEWAL,
                          .reason = REASON_EXPIRING,
                          .person = on_file.person,
                          .second_script = { .name = "", .address = "" } };
}

static struct eligibility
judge(const struct form *form, const struct citizen *record)
{
    struct eligibility eligibility;
    policy = sample_policy_standard(20261122);
    eligibility_judge(form, record, &policy, &eligibility);
    return eligibility;
}

static void
eligibility_is_what_the_examination_will_find(void **unused)
{
    (void)unused;
    struct citizen record = on_file;
    struct form form = renewal();
    assert_int_equal(judge(&form, &record).findings, 0);
    record.bad_credit = true;
    record.card_valid_until = 20300101;
    record.fingerprints_on_file = false;
    form.appearance_changed = true;
    form.person.address = "北京市朝阳区安定路甲2号";
    const struct eligibility told = judge(&form, &record);
    assert_int_equal(told.findings, findings_judge(&form, &record, &policy));
    assert_int_equal(told.findings, BIT(BAD_CREDIT) | BIT(TOO_EARLY) | BIT(ADDRESS_DIFFERS) |
                                        BIT(APPEARANCE_WITHOUT_FINGERPRINTS));
    assert_true(told.offices_told);
}

static void
eligibility_tells_whether_fingerprints_are_on_file(void **unused)
{
    (void)unused;
    struct citizen record = on_file;
    const struct form form = renewal();
    assert_true(judge(&form, &record).fingerprints_on_file);
    record.fingerprints_on_file = false;
    assert_false(judge(&form, &record).fingerprints_on_file);
}

/* A number alone opens nothing: neither death nor debts, nor where the citizen has moved to. */
static void
eligibility_tells_strangers_only_that_they_are_wrong(void **unused)
{
    (void)unused;
    struct citizen record = on_file;
    record.bad_credit = true;
    record.deceased_on = 20260101;
    record.present_division = "110106";
    const struct form known = renewal();
    assert_int_equal(judge(&known, &record).findings,
                     BIT(BAD_CREDIT) | BIT(DECEASED) | BIT(REGISTRATION_MOVED));
    for (int what = 0; what < 4; what++) {
        struct form form = renewal();
        if (what == 0)
            form.person.name = "李";
        else if (what == 1)
            form.person.sex = SEX_MALE;
        else if (what == 2)
            form.person.ethnic_group = "11";
        else
            form.person.birth_date = 19920306;
        const struct eligibility told = judge(&form, &record);
        assert_int_equal(told.findings, BIT(DETAILS_DIFFER));
        assert_false(told.fingerprints_on_file);
        assert_false(told.offices_told);
        assert_true(findings_fatal(told.findings));
    }
}

static void
eligibility_of_whom_nobody_knows_is_not_on_file(void **unused)
{
    (void)unused;
    const struct form form = renewal();
    const struct eligibility told = judge(&form, NULL);
    assert_int_equal(told.findings, BIT(NOT_ON_FILE));
    assert_false(told.fingerprints_on_file);
    assert_false(told.offices_told);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eligibility_is_what_the_examination_will_find),
        cmocka_unit_test(eligibility_tells_whether_fingerprints_are_on_file),
        cmocka_unit_test(eligibility_tells_strangers_only_that_they_are_wrong),
        cmocka_unit_test(eligibility_of_whom_nobody_knows_is_not_on_file),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
