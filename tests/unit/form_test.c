/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/citizen_number.h"
#include "common/domain/form.h"
#include "proto/message.pb-c.h"
#include "tests/lib/sample_policy.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define TEN          "0123456789"
#define HUNDRED      TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const uint32_t today = 20261122;
static const char office_division[] = "310115"; /* 浦东新区 */

/* A woman of 34 years registered in Beijing renews her card in Shanghai. */
static const struct form renewal = {
    .kind = KIND_RENEWAL,
    .reason = REASON_EXPIRING,
    .person = { .citizen_number = "110105199203050029",
                .name = "李小红",
                .sex = SEX_FEMALE,
                .ethnic_group = "01",
                .birth_date = 19920305,
                .address = "北京市朝阳区安定路甲1号",
                .registration_division = "110105" },
    .second_script = { "", "" },
    .phone = "+86 138-0013-8000",
    .residence_basis = BASIS_WORK,
    .residence_address = "上海市浦东新区世纪大道1号",
    .identity_document = DOCUMENT_ORIGINAL_CARD,
    .identity_document_number = "110105199203050029",
    .evidence = DOCUMENT_ORIGINAL_CARD,
    .fee_fen = 2000,
    .fee_waiver = WAIVER_NONE,
    .fingerprint_count = 2,
    .fingerprints = { FINGER_RIGHT_THUMB, FINGER_LEFT_THUMB },
    .no_fingerprints_reason = "",
};

/* A grown woman's number for guardians. */
static const char adult_number[] = "11010519491231002X";

static void
become_replacement(struct form *form)
{
    form->kind = KIND_REPLACEMENT;
    form->reason = REASON_LOST;
    form->identity_document = DOCUMENT_PASSPORT;
    form->evidence = DOCUMENT_HOUSEHOLD_REGISTER;
    form->fee_fen = 4000;
}

/* The applicant is born on that day; room holds the number. */
static void
become_born(struct form *form, uint32_t birth_date, char room[CITIZEN_NUMBER_CHARS + 1])
{
    strcpy(room, "110105????????002?");
    uint32_t digits = birth_date;
    for (int at = 13; at >= 6; at--, digits /= 10)
        room[at] = (char)('0' + digits % 10);
    room[17] = citizen_number_check_character(room);
    form->person.citizen_number = room;
    form->person.birth_date = birth_date;
}

static void
become_guarded(struct form *form)
{
    form->guardian_given = true;
    form->guardian = (struct form_guardian){ .name = "李芳",
                                             .citizen_number = adult_number,
                                             .relation = "母亲" };
}

static void
expect_ok(const struct form *form)
{
    const struct policy_case policy = sample_policy_standard(today);
    struct refusal refusal = { 0 };
    if (form_check(form, &policy, office_division, &refusal) != OK)
        fail_msg("%s: %s", refusal.field, refusal.rule);
}

static void
form_check_takes_complete_forms(void **unused)
{
    (void)unused;
    struct form form = renewal;
    expect_ok(&form);
    become_guarded(&form); /* for an adult too, when one is needed */
    expect_ok(&form);
    form = renewal;
    become_replacement(&form);
    expect_ok(&form);
    form.reason = REASON_STOLEN;
    form.evidence = DOCUMENT_RESIDENCE_PERMIT;
    expect_ok(&form);
    form = renewal;
    form.reason = REASON_DAMAGED;
    form.fee_fen = 4000;
    expect_ok(&form);
    form = renewal;
    form.fee_waiver = WAIVER_WELFARE;
    form.fee_fen = 0;
    expect_ok(&form);
    form = renewal;
    form.fingerprint_count = 0;
    form.no_fingerprints_reason = "双手烧伤，指纹无法采集";
    form.person.registration_division = "441900";
    expect_ok(&form);
}

/* Each case: its name, what it changes on the renewal form, the code and the field. */
#define CASES(X)                                                                                   \
    X(kind_is_first, form->kind = KIND_FIRST, FIRST_APPLICATION_ELSEWHERE, "form.kind")            \
    X(kind_is_missing, form->kind = KIND_UNSPECIFIED, FIELD_OUT_OF_BOUNDS, "form.kind")            \
    X(kind_is_unknown, form->kind = (enum form_kind)4, FIELD_OUT_OF_BOUNDS, "form.kind")           \
    X(name_is_empty, form->person.name = "", NAME_INVALID, "form.person.name")                     \
    X(name_has_markup, form->person.name = "<b>", NAME_INVALID, "form.person.name")                \
    X(sex_is_unknown, form->person.sex = SEX_UNKNOWN, SEX_MISMATCH, "form.person.sex")             \
    X(sex_is_unstated, form->person.sex = SEX_UNSTATED, SEX_MISMATCH, "form.person.sex")           \
    X(sex_is_another, form->person.sex = SEX_MALE, SEX_MISMATCH, "form.person.sex")                \
    X(ethnic_group, form->person.ethnic_group = "57", ETHNIC_GROUP_UNKNOWN,                        \
      "form.person.ethnic_group")                                                                  \
    X(number, form->person.citizen_number = "110105199203050025", CITIZEN_NUMBER_INVALID,          \
      "form.person.citizen_number")                                                                \
    X(birth_date_is_none, form->person.birth_date = 19920230, DATE_INVALID,                        \
      "form.person.birth_date")                                                                    \
    X(birth_date_is_another, form->person.birth_date = 19920306, BIRTH_DATE_MISMATCH,              \
      "form.person.birth_date")                                                                    \
    X(birth_date_in_future, form->person.birth_date = 20261123, DATE_INVALID,                      \
      "form.person.birth_date")                                                                    \
    X(division_is_unknown, form->person.registration_division = "110000", DIVISION_UNKNOWN,        \
      "form.person.registration_division")                                                         \
    X(division_is_retired, form->person.registration_division = "110103", DIVISION_UNKNOWN,        \
      "form.person.registration_division")                                                         \
    X(division_is_ours, form->person.registration_division = "310115", NOT_ELSEWHERE,              \
      "form.person.registration_division")                                                         \
    X(document_is_missing, form->identity_document = DOCUMENT_UNSPECIFIED,                         \
      IDENTITY_DOCUMENT_INVALID, "form.identity_document")                                         \
    X(document_is_unknown, form->identity_document = (enum form_document)6,                        \
      IDENTITY_DOCUMENT_INVALID, "form.identity_document")                                         \
    X(document_has_no_number, form->identity_document_number = "", FIELD_OUT_OF_BOUNDS,            \
      "form.identity_document_number")                                                             \
    X(document_number_is_long, form->identity_document_number = TEN TEN TEN "012",                 \
      FIELD_OUT_OF_BOUNDS, "form.identity_document_number")                                        \
    X(evidence_is_missing, form->evidence = DOCUMENT_UNSPECIFIED, EVIDENCE_MISSING,                \
      "form.evidence")                                                                             \
    X(evidence_is_another, form->evidence = DOCUMENT_HOUSEHOLD_REGISTER, EVIDENCE_MISSING,         \
      "form.evidence")                                                                             \
    X(phone_is_empty, form->phone = "", PHONE_INVALID, "form.phone")                               \
    X(phone_is_short, form->phone = "1234", PHONE_INVALID, "form.phone")                           \
    X(phone_is_dashes, form->phone = "+--- ---- 12", PHONE_INVALID, "form.phone")                  \
    X(phone_is_long, form->phone = TEN TEN "0", PHONE_INVALID, "form.phone")                       \
    X(phone_has_letters, form->phone = "1380013800O", PHONE_INVALID, "form.phone")                 \
    X(phone_has_late_plus, form->phone = "86+13800138000", PHONE_INVALID, "form.phone")            \
    X(address_is_empty, form->person.address = "", FIELD_OUT_OF_BOUNDS, "form.person.address")     \
    X(address_is_long, form->person.address = HUNDRED HUNDRED HUNDRED "0", FIELD_OUT_OF_BOUNDS,    \
      "form.person.address")                                                                       \
    X(address_has_control, form->person.address = "安定路\n1号", FIELD_OUT_OF_BOUNDS,              \
      "form.person.address")                                                                       \
    X(basis_is_missing, form->residence_basis = BASIS_UNSPECIFIED, FIELD_OUT_OF_BOUNDS,            \
      "form.residence_basis")                                                                      \
    X(residence_is_empty, form->residence_address = "", FIELD_OUT_OF_BOUNDS,                       \
      "form.residence_address")                                                                    \
    X(residence_is_not_utf8, form->residence_address = "\xFF", FIELD_OUT_OF_BOUNDS,                \
      "form.residence_address")                                                                    \
    X(too_many_fingerprints, form->fingerprint_count = 3, FINGERPRINT_INVALID,                     \
      "form.fingerprints")                                                                         \
    X(same_finger_twice, form->fingerprints[1] = FINGER_RIGHT_THUMB, FINGERPRINT_INVALID,          \
      "form.fingerprints")                                                                         \
    X(finger_is_missing, form->fingerprints[0] = FINGER_UNSPECIFIED, FINGERPRINT_INVALID,          \
      "form.fingerprints")                                                                         \
    X(finger_is_unknown, form->fingerprints[0] = (enum form_finger)11, FINGERPRINT_INVALID,        \
      "form.fingerprints")                                                                         \
    X(one_fingerprint, form->fingerprint_count = 1, FINGERPRINT_INVALID, "form.fingerprints")      \
    X(fingerprints_in_wrong_order, form->fingerprints[0] = FINGER_LEFT_THUMB;                      \
      form->fingerprints[1] = FINGER_RIGHT_THUMB, FINGERPRINT_INVALID, "form.fingerprints")        \
    X(other_finger_undeclared, form->fingerprints[0] = FINGER_RIGHT_INDEX, FINGERPRINT_INVALID,    \
      "form.fingerprints")                                                                         \
    X(template_of_missing_finger, form->missing_count = 1;                                         \
      form->missing[0] = FINGER_LEFT_THUMB, FINGERPRINT_INVALID, "form.fingerprints")              \
    X(no_fingerprints_and_no_reason, form->fingerprint_count = 0, FINGERPRINT_INVALID,             \
      "form.no_fingerprints_reason")                                                               \
    X(fingerprints_and_a_reason, form->no_fingerprints_reason = "无", FINGERPRINT_INVALID,         \
      "form.no_fingerprints_reason")                                                               \
    X(reason_is_not_clean, form->fingerprint_count = 0;                                            \
      form->no_fingerprints_reason = "a\tb", FIELD_OUT_OF_BOUNDS, "form.no_fingerprints_reason")   \
    X(no_finger_is_missing, form->missing_count = 1, FINGERPRINT_INVALID, "form.fingers_missing")  \
    X(eleventh_finger_is_missing, form->missing_count = 1;                                         \
      form->missing[0] = (enum form_finger)11, FINGERPRINT_INVALID, "form.fingers_missing")        \
    X(finger_is_missing_twice, form->missing_count = 2;                                            \
      form->missing[0] = form->missing[1] = FINGER_LEFT_RING, FINGERPRINT_INVALID,                 \
      "form.fingers_missing")                                                                      \
    X(too_many_fingers_missing, form->missing_count = 11, FINGERPRINT_INVALID,                     \
      "form.fingers_missing")                                                                      \
    X(fee_is_low, form->fee_fen = 1999, FEE_MISMATCH, "form.fee_fen")                              \
    X(fee_is_high, form->fee_fen = 4000, FEE_MISMATCH, "form.fee_fen")                             \
    X(fee_in_spite_of_waiver, form->fee_waiver = WAIVER_WELFARE, FEE_MISMATCH, "form.fee_fen")

#define X(name, change, code, field)                                                               \
    static void change_##name(struct form *form)                                                   \
    {                                                                                              \
        change;                                                                                    \
    }
CASES(X)
#undef X

static const struct {
    const char *name;
    void (*change)(struct form *form);
    enum refusal_code code;
    const char *field;
} cases[] = {
#define X(name, change, code, field) { #name, change_##name, REFUSAL_##code, field },
    CASES(X)
#undef X
};

static void
expect_refusal(const struct form *form, const char *name, enum refusal_code code, const char *field)
{
    const struct policy_case policy = sample_policy_standard(today);
    struct refusal refusal = { 0 };
    if (form_check(form, &policy, office_division, &refusal) != ERR_REFUSED)
        fail_msg("%s was taken", name);
    if (refusal.code != code || strcmp(refusal.field, field) != 0)
        fail_msg("%s: %s %s", name, refusal_name(refusal.code), refusal.field);
    assert_true(strlen(refusal.rule) > 0);
}

static void
form_check_refuses_every_broken_rule(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct form form = renewal;
        cases[i].change(&form);
        expect_refusal(&form, cases[i].name, cases[i].code, cases[i].field);
    }
}

static void
form_check_matches_kind_reason_and_papers(void **unused)
{
    (void)unused;
    for (int reason = 0; reason <= REASON_FIRST_CARD + 1; reason++)
        for (int replaced = 0; replaced <= 1; replaced++) {
            struct form form = renewal;
            if (replaced)
                become_replacement(&form);
            form.reason = (enum form_reason)reason;
            form.fee_fen = replaced || reason == REASON_DAMAGED ? 4000 : 2000;
            bool lost = reason == REASON_LOST || reason == REASON_STOLEN;
            bool fits =
                replaced ? lost : reason >= REASON_EXPIRED && reason <= REASON_DETAILS_CHANGED;
            if (fits)
                expect_ok(&form);
            else
                expect_refusal(&form, "reason", REFUSAL_REASON_MISMATCH, "form.reason");
        }
}

static void
form_check_asks_for_other_papers_on_replacement(void **unused)
{
    (void)unused;
    for (int document = 0; document <= DOCUMENT_PASSPORT; document++) {
        struct form form = renewal;
        become_replacement(&form);
        form.evidence = (enum form_document)document;
        if (document == DOCUMENT_HOUSEHOLD_REGISTER || document == DOCUMENT_RESIDENCE_PERMIT)
            expect_ok(&form);
        else
            expect_refusal(&form, "evidence", REFUSAL_EVIDENCE_MISSING, "form.evidence");
        become_replacement(&form);
        form.identity_document = (enum form_document)document;
        if (document == DOCUMENT_UNSPECIFIED || document == DOCUMENT_ORIGINAL_CARD)
            expect_refusal(&form, "document", REFUSAL_IDENTITY_DOCUMENT_INVALID,
                           "form.identity_document");
        else
            expect_ok(&form);
    }
    struct form form = renewal;
    become_replacement(&form);
    form.fee_waiver = WAIVER_HARDSHIP;
    expect_refusal(&form, "waiver", REFUSAL_FEE_MISMATCH, "form.fee_waiver");
}

static void
form_check_wants_a_guardian_under_16(void **unused)
{
    (void)unused;
    char number[CITIZEN_NUMBER_CHARS + 1];
    struct form form = renewal;
    become_born(&form, 20101122, number); /* 16 today */
    expect_ok(&form);
    become_born(&form, 20101123, number); /* 16 tomorrow */
    expect_refusal(&form, "no guardian", REFUSAL_GUARDIAN_MISSING, "form.guardian");
    become_guarded(&form);
    expect_ok(&form);
    become_born(&form, 20261122, number); /* born today */
    expect_ok(&form);
    become_born(&form, 20261123, number);
    expect_refusal(&form, "unborn", REFUSAL_DATE_INVALID, "form.person.birth_date");
}

static void
form_check_judges_the_guardian(void **unused)
{
    (void)unused;
    static const char field[] = "form.guardian.citizen_number";
    char number[CITIZEN_NUMBER_CHARS + 1];
    char other[CITIZEN_NUMBER_CHARS + 1];
    struct form guarded = renewal;
    struct form youth = renewal;
    become_born(&guarded, 20151122, number);
    become_guarded(&guarded);

    struct form form = guarded;
    become_born(&youth, 20081123, other); /* 18 tomorrow */
    form.guardian.citizen_number = other;
    expect_refusal(&form, "young guardian", REFUSAL_GUARDIAN_MISSING, field);
    become_born(&youth, 20081122, other); /* 18 today */
    expect_ok(&form);
    form.guardian.citizen_number = "110105199203050025";
    expect_refusal(&form, "guardian's number", REFUSAL_CITIZEN_NUMBER_INVALID, field);
    form.guardian.citizen_number = form.person.citizen_number;
    expect_refusal(&form, "own guardian", REFUSAL_GUARDIAN_MISSING, field);
    form = guarded;
    form.guardian.name = " ";
    expect_refusal(&form, "guardian's name", REFUSAL_NAME_INVALID, "form.guardian.name");
    form = guarded;
    form.guardian.relation = "";
    expect_refusal(&form, "relation", REFUSAL_FIELD_OUT_OF_BOUNDS, "form.guardian.relation");
}

static void
form_check_takes_the_next_finger_of_a_missing_one(void **unused)
{
    (void)unused;
    const struct policy_case policy = sample_policy_standard(today);
    struct form form = renewal;
    form.missing_count = 2;
    form.missing[0] = FINGER_LEFT_THUMB;
    form.missing[1] = FINGER_LEFT_INDEX;
    form.fingerprints[1] = FINGER_LEFT_MIDDLE;
    expect_ok(&form);

    struct refusal refusal = { 0 };
    form.fingerprints[1] = FINGER_LEFT_RING;
    assert_int_equal(form_check(&form, &policy, office_division, &refusal), ERR_REFUSED);
    assert_string_equal(refusal.rule, "template 2 must be of LEFT_MIDDLE, the next finger that is "
                                      "not declared missing");
    form.fingerprint_count = 1; /* more are there */
    assert_int_equal(form_check(&form, &policy, office_division, &refusal), ERR_REFUSED);
    assert_string_equal(
        refusal.rule,
        "must be of RIGHT_THUMB and LEFT_MIDDLE; declare the fingers that are missing");
    form.missing_count = 9;
    for (int i = 0; i < 9; i++)
        form.missing[i] = (enum form_finger)(FINGER_RIGHT_INDEX + i);
    expect_ok(&form); /* the only one */
    form.fingerprint_count = 2;
    assert_int_equal(form_check(&form, &policy, office_division, &refusal), ERR_REFUSED);
    assert_string_equal(refusal.rule,
                        "must be of RIGHT_THUMB alone; declare the fingers that are missing");
    form.missing[form.missing_count++] = FINGER_RIGHT_THUMB;
    assert_int_equal(form_check(&form, &policy, office_division, &refusal), ERR_REFUSED);
    assert_string_equal(refusal.rule, "must be none, as all fingers are declared missing");
}

/* A form that breaks every rule from one on is refused for that one. */
static void
form_check_keeps_the_order_of_its_rules(void **unused)
{
    (void)unused;
    static void (*const changes[])(struct form *) = {
        change_kind_is_first,       change_name_is_empty,
        change_ethnic_group,        change_number,
        change_birth_date_is_none,  change_division_is_unknown,
        change_document_is_missing, change_evidence_is_missing,
        change_phone_is_empty,      change_address_is_empty,
        change_basis_is_missing,    change_residence_is_empty,
        change_same_finger_twice,   change_fee_is_low,
    };
    struct form form = renewal;
    for (size_t i = COUNT(changes); i-- > 0;) {
        changes[i](&form);
        for (size_t j = 0; j < COUNT(cases); j++)
            if (cases[j].change == changes[i])
                expect_refusal(&form, cases[j].name, cases[j].code, cases[j].field);
    }
}

static void
form_check_may_be_asked_without_wanting_to_know(void **unused)
{
    (void)unused;
    struct form form = renewal;
    const struct policy_case policy = sample_policy_standard(today);
    form.fee_fen = 1;
    assert_int_equal(form_check(&form, &policy, office_division, NULL), ERR_REFUSED);
}

/* A first application in Hainan, where a policy allows it from 1 May 2024 on. */
static const struct policy_rule hainan_rules[] = {
    { POLICY_REFUSE_FIRST, "refusal.first-application", 1, 20120101, 0, "", "" },
    { POLICY_REFUSE_FIRST, "refusal.first-application", 0, 20240501, 20271231, "46", "" },
};
static const struct policy hainan = { .version = 7,
                                      .rules = hainan_rules,
                                      .rule_count = COUNT(hainan_rules) };

static struct form
first_application(void)
{
    struct form form = renewal;
    form.kind = KIND_FIRST;
    form.reason = REASON_FIRST_CARD;
    form.identity_document = form.evidence = DOCUMENT_HOUSEHOLD_REGISTER;
    form.fee_fen = 0;
    return form;
}

static void
form_check_takes_a_first_application_where_the_policy_does(void **unused)
{
    (void)unused;
    static const struct {
        uint32_t date;
        const char *window;
        bool taken;
    } tries[] = {
        { 20240430, "460105", false }, { 20240501, "460105", true },  { 20271231, "460105", true },
        { 20280101, "460105", false }, { 20260101, "310115", false },
    };
    const struct form form = first_application();
    for (size_t i = 0; i < COUNT(tries); i++) {
        const struct policy_case policy = { &hainan,         true,     tries[i].date,
                                            tries[i].window, "110105", "" };
        struct refusal refusal = { 0 };
        enum result result = form_check(&form, &policy, office_division, &refusal);
        assert_int_equal(result, tries[i].taken ? OK : ERR_REFUSED);
        if (!tries[i].taken)
            assert_int_equal(refusal.code, REFUSAL_FIRST_APPLICATION_ELSEWHERE);
    }
}

static void
form_check_asks_the_same_of_a_first_application(void **unused)
{
    (void)unused;
    const struct policy_case policy = { &hainan, true, 20260101, "460105", "110105", "" };
    struct refusal refusal = { 0 };
    struct form form = first_application();
    form.reason = REASON_LOST;
    assert_int_equal(form_check(&form, &policy, office_division, &refusal), ERR_REFUSED);
    assert_string_equal(refusal.field, "form.reason");
    form = first_application();
    form.evidence = DOCUMENT_ORIGINAL_CARD;
    assert_int_equal(form_check(&form, &policy, office_division, &refusal), ERR_REFUSED);
    assert_string_equal(refusal.field, "form.evidence");
    form = first_application();
    form.identity_document = DOCUMENT_ORIGINAL_CARD;
    assert_int_equal(form_check(&form, &policy, office_division, &refusal), ERR_REFUSED);
    assert_string_equal(refusal.field, "form.identity_document");
    form = first_application();
    form.fee_fen = 1;
    assert_int_equal(form_check(&form, &policy, office_division, &refusal), ERR_REFUSED);
    assert_string_equal(refusal.field, "form.fee_fen");
}

static void
form_check_wants_a_photo_with_the_guardian_where_the_policy_says_so(void **unused)
{
    (void)unused;
    static const struct policy_rule rules[] = {
        { POLICY_REFUSE_FIRST, "refusal.first-application", 0, 20120101, 0, "", "" },
        { POLICY_GUARDIAN_PHOTO, "first.guardian-photo", 1, 20260101, 0, "46", "" },
    };
    static const struct policy demanding = { .rules = rules, .rule_count = COUNT(rules) };
    static const struct {
        const char *window;
        uint32_t birth_date, date;
        enum form_kind kind;
        bool known, photo, taken;
    } tries[] = {
        { "460105", 20150101, 20261122, KIND_FIRST, true, false, false },
        { "460105", 20150101, 20261122, KIND_FIRST, true, true, true },
        { "460105", 20101123, 20261122, KIND_FIRST, true, false, false }, /* 16 tomorrow */
        { "460105", 20101122, 20261122, KIND_FIRST, true, false, true },
        { "460105", 20150101, 20251231, KIND_FIRST, true, false,
          true }, /* the day before the rule */
        { "310101", 20150101, 20261122, KIND_FIRST, true, false, true },
        { "310101", 20150101, 20261122, KIND_FIRST, true, true, true },
        { "460105", 20150101, 20261122, KIND_FIRST, false, false, true },
        { "460105", 20150101, 20261122, KIND_REPLACEMENT, true, false, true },
    };
    for (size_t i = 0; i < COUNT(tries); i++) {
        const struct policy_case policy = { &demanding,      tries[i].known, tries[i].date,
                                            tries[i].window, "110105",       "" };
        char number[CITIZEN_NUMBER_CHARS + 1];
        struct refusal refusal = { 0 };
        struct form form = first_application();
        form.kind = tries[i].kind;
        form.reason = form.kind == KIND_FIRST ? REASON_FIRST_CARD : REASON_LOST;
        form.fee_fen = form.kind == KIND_FIRST ? 0 : 4000;
        become_born(&form, tries[i].birth_date, number);
        become_guarded(&form);
        form.guardian.photo_given = tries[i].photo;
        enum result result = form_check(&form, &policy, office_division, &refusal);
        assert_int_equal(result, tries[i].taken ? OK : ERR_REFUSED);
        if (tries[i].taken)
            continue;
        assert_int_equal(refusal.code, REFUSAL_GUARDIAN_PHOTO_MISSING);
        assert_string_equal(refusal.field, "form.guardian.photo_digest");
    }
}

/* The province of the card centre says what can be printed, not that of window or registry. */
static void
form_check_asks_the_card_centre_for_a_second_script(void **unused)
{
    (void)unused;
    static const struct policy_rule rule = {
        POLICY_BILINGUAL, "production.bilingual", 1, 20120101, 0, "65", ""
    };
    static const struct policy bilingual = { .rules = &rule, .rule_count = 1 };
    static const struct {
        const char *window, *registry, *production;
        bool known, taken;
    } tries[] = {
        { "310101", "440105", "650000", true, true },
        { "310101", "440105", "650000", false, true },
        { "650102", "653101", "310000", true, false },
        { "650102", "653101", "310000", false, true },
    };
    struct form form = renewal;
    form.second_script = (struct second_script){ "ئايگۈل", "" };
    for (size_t i = 0; i < COUNT(tries); i++) {
        const struct policy_case policy = {
            &bilingual,      tries[i].known,    today,
            tries[i].window, tries[i].registry, tries[i].production
        };
        struct refusal refusal = { 0 };
        enum result result = form_check(&form, &policy, office_division, &refusal);
        assert_int_equal(result, tries[i].taken ? OK : ERR_REFUSED);
        if (!tries[i].taken)
            assert_int_equal(refusal.code, REFUSAL_SECOND_SCRIPT_NOT_MADE);
    }
}

/* Another office's version, which is not here: its fee and its kinds are not ours to judge, the
 * rest is. */
static void
form_check_leaves_an_unknown_policy_alone(void **unused)
{
    (void)unused;
    const struct policy_case policy = { policy_standard(), false, today, "310101", "110105", "" };
    struct refusal refusal = { 0 };
    struct form form = renewal;
    form.fee_fen = 1;
    assert_int_equal(form_check(&form, &policy, office_division, &refusal), OK);
    form = first_application();
    assert_int_equal(form_check(&form, &policy, office_division, &refusal), OK);
    form.phone = "";
    assert_int_equal(form_check(&form, &policy, office_division, &refusal), ERR_REFUSED);
}

/* The bounds here are the ones of proto/message.proto; the names in refusals are its fields. */
static void
form_check_names_fields_of_proto(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const ProtobufCMessageDescriptor *message = &yidi__application_form__descriptor;
        char path[REFUSAL_FIELD_BYTES];
        strcpy(path, cases[i].field);
        char *rest = NULL;
        assert_string_equal(strtok_r(path, ".", &rest), "form");
        for (char *name; (name = strtok_r(NULL, ".", &rest)) != NULL;) {
            const ProtobufCFieldDescriptor *field =
                protobuf_c_message_descriptor_get_field_by_name(message, name);
            assert_non_null(field);
            message = field->descriptor;
        }
    }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(form_check_takes_complete_forms),
        cmocka_unit_test(form_check_refuses_every_broken_rule),
        cmocka_unit_test(form_check_matches_kind_reason_and_papers),
        cmocka_unit_test(form_check_asks_for_other_papers_on_replacement),
        cmocka_unit_test(form_check_wants_a_guardian_under_16),
        cmocka_unit_test(form_check_judges_the_guardian),
        cmocka_unit_test(form_check_wants_a_photo_with_the_guardian_where_the_policy_says_so),
        cmocka_unit_test(form_check_takes_the_next_finger_of_a_missing_one),
        cmocka_unit_test(form_check_keeps_the_order_of_its_rules),
        cmocka_unit_test(form_check_may_be_asked_without_wanting_to_know),
        cmocka_unit_test(form_check_names_fields_of_proto),
        cmocka_unit_test(form_check_takes_a_first_application_where_the_policy_does),
        cmocka_unit_test(form_check_asks_the_same_of_a_first_application),
        cmocka_unit_test(form_check_asks_the_card_centre_for_a_second_script),
        cmocka_unit_test(form_check_leaves_an_unknown_policy_alone),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
