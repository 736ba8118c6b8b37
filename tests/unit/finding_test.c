/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/finding.h"

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
    return (
        struct form){ .kind = KIND_RENEWAL, .reason = REASON_EXPIRING, .person = citizen->person };
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
    X(appearance, form->appearance_changed = true; (void)record, BIT(APPEARANCE_CHANGED))          \
    X(appearance_alone, form->appearance_changed = true;                                           \
      record->fingerprints_on_file = false, BIT(APPEARANCE_WITHOUT_FINGERPRINTS))                  \
    X(no_fingerprints, record->fingerprints_on_file = false; (void)form, 0)                        \
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
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct citizen record = on_file;
        struct form form = form_of(&on_file);
        cases[i].change(&form, &record);
        uint32_t findings = findings_judge(&form, &record);
        if (findings != cases[i].want)
            fail_msg("%s: %x instead of %x", cases[i].name, findings, cases[i].want);
    }
}

static void
findings_judge_has_one_finding_without_a_record(void **unused)
{
    (void)unused;
    struct form form = form_of(&on_file);
    form.appearance_changed = true;
    assert_int_equal(findings_judge(&form, NULL), BIT(NOT_ON_FILE));
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
        cmocka_unit_test(findings_are_stable_and_say_what_they_lead_to),
        cmocka_unit_test(findings_fatal_needs_one_that_fails),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
