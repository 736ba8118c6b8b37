/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/finding.h"
#include "tests/lib/sample_policy.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define BIT(name)    (UINT32_C(1) << FINDING_##name)

static const struct citizen on_file = {
    .person = { .citizen_number = "110105199203050029",
                .name = "李小红",
                .sex = SEX_FEMALE,
                .ethnic_group = "01",
                .birth_date = 19920305,
                .address = "北京市朝阳区安定路甲1号",
                .registration_division = "110105" },
    .second_script = { "", "" },
    .fingerprints_on_file = true,
    .bad_credit = false,
    .card_serial = "A000000001",
    .card_valid_until = 20270101,
    .former_card_serial = "",
    .number_replaced_by = "",
    .present_division = "",
    .photo_on_file = true,
};

static struct form
form_of(const struct citizen *citizen)
{
    return (struct form){ .kind = KIND_RENEWAL,
                          .reason = REASON_EXPIRING,
                          .person = citizen->person,
                          .second_script = { "", "" } };
}

/* Each case: its name, what differs, and the findings. */
#define CASES(X)                                                                                   \
    X(nothing_differs, (void)form; (void)record, 0)                                                \
    X(other_number, form->person.citizen_number = "11010519491231002X";                            \
      (void)record, BIT(NOT_ON_FILE))                                                              \
    X(no_card, record->card_serial = ""; (void)form, BIT(FIRST_APPLICATION))                       \
    X(card_was_invalidated, record->card_serial = ""; record->former_card_serial = "A000000000";   \
      (void)form, 0)                                                                               \
    X(kind_first, form->kind = KIND_FIRST; (void)record, BIT(FIRST_APPLICATION))                   \
    X(name, form->person.name = "李晓红"; (void)record, BIT(DETAILS_DIFFER))                       \
    X(sex, record->person.sex = SEX_MALE; (void)form, BIT(DETAILS_DIFFER))                         \
    X(ethnic_group, form->person.ethnic_group = "11"; (void)record, BIT(DETAILS_DIFFER))           \
    X(birth_date, record->person.birth_date = 19920306; (void)form, BIT(DETAILS_DIFFER))           \
    X(address, form->person.address = "北京市朝阳区安定路甲2号";                                   \
      (void)record, BIT(ADDRESS_DIFFERS))                                                          \
    X(division, record->person.registration_division = "110106";                                   \
      (void)form, BIT(REGISTERED_ELSEWHERE))                                                       \
    X(address_in_province, form->person.address = "北京市西城区1号";                               \
      record->person.address = "北京市东城区2号", BIT(ADDRESS_DIFFERS))                            \
    X(address_in_another_province, form->person.address = "河北省唐山市1号";                       \
      record->person.address = "北京市东城区2号", BIT(ADDRESS_OF_ANOTHER_PROVINCE))                \
    X(address_without_province, form->person.address = "唐山市1号";                                \
      record->person.address = "北京市东城区2号", BIT(ADDRESS_DIFFERS))                            \
    X(address_beside_none, form->person.address = "河北省唐山市1号";                               \
      record->person.address = "东城区2号", BIT(ADDRESS_OF_ANOTHER_PROVINCE))                      \
    X(appearance, form->appearance_changed = true; (void)record, BIT(APPEARANCE_CHANGED))          \
    X(appearance_alone, form->appearance_changed = true;                                           \
      record->fingerprints_on_file = false, BIT(APPEARANCE_WITHOUT_FINGERPRINTS))                  \
    X(no_fingerprints, record->fingerprints_on_file = false; (void)form, 0)                        \
    X(card_ends_soon, record->card_valid_until = 20270222; (void)form, 0)                          \
    X(card_ends_late, record->card_valid_until = 20270223; (void)form, BIT(TOO_EARLY))             \
    X(card_never_ends, record->card_valid_until = 0; (void)form, BIT(TOO_EARLY))                   \
    X(never_ends_and_damaged, record->card_valid_until = 0; form->reason = REASON_DAMAGED, 0)      \
    X(never_ends_and_lost, record->card_valid_until = 0; form->reason = REASON_LOST;               \
      form->kind = KIND_REPLACEMENT, 0)                                                            \
    X(late_and_damaged, record->card_valid_until = 20300101; form->reason = REASON_DAMAGED, 0)     \
    X(credit, record->bad_credit = true; (void)form, BIT(BAD_CREDIT))                              \
    X(deceased, record->deceased_on = 20260131; (void)form, BIT(DECEASED))                         \
    X(number_corrected, record->number_replaced_by = "11010519491231002X";                         \
      (void)form, BIT(NUMBER_CORRECTED))                                                           \
    X(duplicate_number, record->duplicate_number = true; (void)form, BIT(DUPLICATE_NUMBER))        \
    X(moved, record->present_division = "110106"; (void)form, BIT(REGISTRATION_MOVED))             \
    X(moved_and_told, record->present_division = form->person.registration_division = "110106", 0) \
    X(moved_elsewhere, record->present_division = "110106";                                        \
      form->person.registration_division = "110107", BIT(REGISTERED_ELSEWHERE))                    \
    X(no_photo, record->photo_on_file = false; (void)form, BIT(NO_PHOTO_ON_FILE))                  \
    X(lost_card_shown, record->card_reported_lost = true; (void)form, BIT(CARD_REPORTED_LOST))     \
    X(lost_card_replaced, record->card_reported_lost = true; form->kind = KIND_REPLACEMENT, 0)     \
    X(lost_card_invalidated, record->card_reported_lost = true; record->card_serial = "";          \
      record->former_card_serial = "A000000000"; (void)form, 0)                                    \
    X(second_script, form->second_script.name = "ئايگۈل";                                          \
      (void)record, BIT(SECOND_SCRIPT_DIFFERS))                                                    \
    X(second_script_known, form->second_script.name = record->second_script.name = "ئايگۈل", 0)    \
    X(second_script_unused, record->second_script.name = "ئايگۈل"; (void)form, 0)                  \
    X(second_address, form->second_script.name = record->second_script.name = "ئايگۈل";            \
      form->second_script.address = "قەشقەر شەھىرى", BIT(SECOND_SCRIPT_DIFFERS))                   \
    X(several, record->bad_credit = true; form->person.name = "李";                                \
      record->card_serial = "", BIT(BAD_CREDIT) | BIT(DETAILS_DIFFER) | BIT(FIRST_APPLICATION))

#define X(name, change, want)                                                                      \
    static void change_##name(struct form *form, struct citizen *record)                           \
    {                                                                                              \
        change;                                                                                    \
    }
CASES(X)
#undef X

static const struct {
    const char *name;
    void (*change)(struct form *form, struct citizen *record);
    uint32_t want;
} cases[] = {
#define X(name, change, want) { #name, change_##name, want },
    CASES(X)
#undef X
};

static void
findings_judge_finds_what_differs(void **unused)
{
    (void)unused;
    const struct policy_case policy = sample_policy_standard(20261122);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct citizen record = on_file;
        struct form form = form_of(&on_file);
        cases[i].change(&form, &record);
        uint32_t findings = findings_judge(&form, &record, &policy);
        if (findings != cases[i].want)
            fail_msg("%s: %x instead of %x", cases[i].name, findings, cases[i].want);
    }
}

static void
findings_judge_has_one_finding_without_a_record(void **unused)
{
    (void)unused;
    struct form form = form_of(&on_file);
    const struct policy_case policy = sample_policy_standard(20261122);
    form.appearance_changed = true;
    assert_int_equal(findings_judge(&form, NULL, &policy), BIT(NOT_ON_FILE));
}

/* A province that has ceased to refuse for anything, and renews half a year ahead. */
static const struct policy_rule lenient_rules[] = {
    { POLICY_REFUSE_FIRST, "refusal.first-application", 0, 20120101, 0, "", "" },
    { POLICY_REFUSE_IDENTITY, "refusal.identity-doubtful", 0, 20120101, 0, "11", "" },
    { POLICY_REFUSE_APPEARANCE, "refusal.appearance-without-fingerprints", 0, 20120101, 0, "11",
      "" },
    { POLICY_REFUSE_CREDIT, "refusal.bad-credit", 0, 20120101, 0, "11", "" },
    { POLICY_RENEWAL_EARLY, "renewal.early", 6, 20120101, 0, "31", "" },
};
static const struct policy lenient = { .rules = lenient_rules, .rule_count = COUNT(lenient_rules) };

static void
findings_judge_doubts_what_the_policy_tolerates(void **unused)
{
    (void)unused;
    struct citizen record = on_file;
    struct form form = form_of(&on_file);
    form.person.name = "李";
    form.person.address = "某地";
    form.appearance_changed = true;
    record.fingerprints_on_file = false;
    record.bad_credit = true;
    record.card_valid_until = 20270522;
    const struct policy_case there = { &lenient, true, 20261122, "310101", "110105", "" };
    const struct policy_case here = { &lenient, true, 20261122, "440105", "440105", "" };
    uint32_t doubts = BIT(DETAILS_TOLERATED) | BIT(ADDRESS_DIFFERS) | BIT(APPEARANCE_TOLERATED) |
                      BIT(CREDIT_TOLERATED);
    assert_int_equal(findings_judge(&form, &record, &there), doubts);
    assert_false(findings_fatal(doubts));
    assert_int_equal(findings_judge(&form, &record, &here),
                     BIT(DETAILS_DIFFER) | BIT(ADDRESS_DIFFERS) |
                         BIT(APPEARANCE_WITHOUT_FINGERPRINTS) | BIT(BAD_CREDIT) | BIT(TOO_EARLY));
}

static void
findings_judge_knows_a_first_application(void **unused)
{
    (void)unused;
    struct citizen record = on_file;
    struct form form = form_of(&on_file);
    const struct policy_case policy = { &lenient, true, 20261122, "310101", "110105", "" };
    form.kind = KIND_FIRST;
    form.reason = REASON_FIRST_CARD;
    assert_int_equal(findings_judge(&form, &record, &policy), BIT(CARD_ON_FILE));
    record.card_serial = "";
    assert_int_equal(findings_judge(&form, &record, &policy), 0);
    form.kind = KIND_REPLACEMENT; /* of what was never issued */
    assert_int_equal(findings_judge(&form, &record, &policy), BIT(FIRST_APPLICATION));
}

static void
findings_judge_fails_an_unknown_policy_and_says_nothing_of_its_rules(void **unused)
{
    (void)unused;
    struct citizen record = on_file;
    struct form form = form_of(&on_file);
    const struct policy_case policy = {
        policy_standard(), false, 20261122, "310101", "110105", ""
    };
    assert_int_equal(findings_judge(&form, &on_file, &policy), BIT(POLICY_UNKNOWN));
    form.kind = KIND_FIRST;
    form.reason = REASON_FIRST_CARD;
    assert_int_equal(findings_judge(&form, &on_file, &policy),
                     BIT(POLICY_UNKNOWN) | BIT(CARD_ON_FILE));
    record.card_serial = "";
    assert_int_equal(findings_judge(&form, &record, &policy), BIT(POLICY_UNKNOWN));
}

static void
findings_are_stable_and_say_what_they_lead_to(void **unused)
{
    (void)unused;
    static const struct {
        int number;
        const char *name;
        enum finding_severity severity;
        enum refusal_reason reason;
    } want[FINDING_COUNT] = {
        { 0, "NOT_ON_FILE", FINDING_FAIL, REFUSED_IDENTITY_DOUBTFUL },
        { 1, "FIRST_APPLICATION", FINDING_FAIL, REFUSED_FIRST_APPLICATION },
        { 2, "DETAILS_DIFFER", FINDING_FAIL, REFUSED_IDENTITY_DOUBTFUL },
        { 3, "ADDRESS_DIFFERS", FINDING_DOUBT, REFUSED_IDENTITY_DOUBTFUL },
        { 4, "REGISTERED_ELSEWHERE", FINDING_FAIL, REFUSED_IDENTITY_DOUBTFUL },
        { 5, "APPEARANCE_WITHOUT_FINGERPRINTS", FINDING_FAIL,
          REFUSED_APPEARANCE_WITHOUT_FINGERPRINTS },
        { 6, "APPEARANCE_CHANGED", FINDING_DOUBT, REFUSED_IDENTITY_DOUBTFUL },
        { 7, "BAD_CREDIT", FINDING_FAIL, REFUSED_BAD_CREDIT_RECORD },
        { 8, "DECEASED", FINDING_FAIL, REFUSED_REGISTRATION_CANCELLED },
        { 9, "NUMBER_CORRECTED", FINDING_FAIL, REFUSED_NUMBER_REPLACED },
        { 10, "DUPLICATE_NUMBER", FINDING_FAIL, REFUSED_NUMBER_SHARED },
        { 11, "REGISTRATION_MOVED", FINDING_DOUBT, REFUSED_REGISTRATION_MOVED },
        { 12, "NO_PHOTO_ON_FILE", FINDING_DOUBT, REFUSED_NO_PHOTO_ON_FILE },
        { 13, "CARD_REPORTED_LOST", FINDING_DOUBT, REFUSED_DOCUMENTS_NOT_GENUINE },
        { 14, "POLICY_UNKNOWN", FINDING_FAIL, REFUSED_UNSPECIFIED },
        { 15, "CARD_ON_FILE", FINDING_FAIL, REFUSED_IDENTITY_DOUBTFUL },
        { 16, "TOO_EARLY", FINDING_DOUBT, REFUSED_TOO_EARLY },
        { 17, "SECOND_SCRIPT_DIFFERS", FINDING_DOUBT, REFUSED_IDENTITY_DOUBTFUL },
        { 18, "CREDIT_TOLERATED", FINDING_DOUBT, REFUSED_UNSPECIFIED },
        { 19, "DETAILS_TOLERATED", FINDING_DOUBT, REFUSED_UNSPECIFIED },
        { 20, "APPEARANCE_TOLERATED", FINDING_DOUBT, REFUSED_UNSPECIFIED },
        { 21, "POLICY_OUTDATED", FINDING_DOUBT, REFUSED_UNSPECIFIED },
        { 22, "CLOCK_AHEAD", FINDING_DOUBT, REFUSED_UNSPECIFIED },
        { 23, "ADDRESS_OF_ANOTHER_PROVINCE", FINDING_FAIL, REFUSED_IDENTITY_DOUBTFUL },
    };
    for (int i = 0; i < FINDING_COUNT; i++) {
        enum finding finding = (enum finding)want[i].number;
        uint32_t bit = UINT32_C(1) << i;
        assert_string_equal(finding_name(finding), want[i].name);
        assert_int_equal(finding_severity(finding), want[i].severity);
        assert_int_equal(finding_reason(finding), want[i].reason);
        assert_int_equal(findings_fatal(bit), want[i].severity == FINDING_FAIL);
        assert_true(findings_have(bit, finding));
        assert_false(findings_have(~bit, finding));
    }
}

static void
findings_fatal_needs_one_that_fails(void **unused)
{
    (void)unused;
    assert_false(findings_fatal(0));
    assert_false(findings_fatal(BIT(ADDRESS_DIFFERS) | BIT(APPEARANCE_CHANGED)));
    assert_true(findings_fatal(BIT(ADDRESS_DIFFERS) | BIT(BAD_CREDIT)));
    assert_true(findings_fatal(UINT32_C(1) << FINDING_COUNT)); /* of a newer version */
    assert_true(findings_fatal(UINT32_C(1) << 31));
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_judge_finds_what_differs),
        cmocka_unit_test(findings_judge_has_one_finding_without_a_record),
        cmocka_unit_test(findings_judge_doubts_what_the_policy_tolerates),
        cmocka_unit_test(findings_judge_knows_a_first_application),
        cmocka_unit_test(findings_judge_fails_an_unknown_policy_and_says_nothing_of_its_rules),
        cmocka_unit_test(findings_are_stable_and_say_what_they_lead_to),
        cmocka_unit_test(findings_fatal_needs_one_that_fails),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
