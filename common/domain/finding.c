/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/finding.h"

#include <string.h>

#include "common/core/require.h"
#include "common/domain/civil_date.h"
#include "common/domain/division.h"

_Static_assert(FINDING_COUNT <= 31, "as many names as a message may list");

static const struct meaning {
    const char *name;
    enum finding_severity severity;
    enum refusal_reason reason;
    const char *english, *chinese;
    const char *advice_english, *advice_chinese;
} meanings[FINDING_COUNT] = {
    [FINDING_NOT_ON_FILE] = { "NOT_ON_FILE", FINDING_FAIL, REFUSED_IDENTITY_DOUBTFUL,
                              "no record of that citizen number", "没有该公民身份号码的登记",
                              "refuse; redirect when the citizen is registered elsewhere",
                              "拒绝办理；户籍在他处的，移送" },
    [FINDING_FIRST_APPLICATION] = { "FIRST_APPLICATION", FINDING_FAIL, REFUSED_FIRST_APPLICATION,
                                    "no card was ever issued", "从未签发过居民身份证",
                                    "refuse: a first card is applied for at the place of "
                                    "registration",
                                    "拒绝办理，告知到户籍所在地申领" },
    [FINDING_DETAILS_DIFFER] = { "DETAILS_DIFFER", FINDING_FAIL, REFUSED_IDENTITY_DOUBTFUL,
                                 "name, sex, ethnic group or birth date differ from the record",
                                 "姓名、性别、民族或者出生日期与登记不符",
                                 "return it to be corrected, or refuse", "退回补正，或者拒绝办理" },
    [FINDING_ADDRESS_DIFFERS] = { "ADDRESS_DIFFERS", FINDING_DOUBT, REFUSED_IDENTITY_DOUBTFUL,
                                  "the address differs from the record, not as one of another "
                                  "province",
                                  "住址与登记不符，未涉及其他省份",
                                  "return it to be corrected, or examine",
                                  "退回补正，或者审核通过" },
    [FINDING_REGISTERED_ELSEWHERE] = { "REGISTERED_ELSEWHERE", FINDING_FAIL,
                                       REFUSED_IDENTITY_DOUBTFUL, "the record names another county",
                                       "登记的户籍地为其他县级区划",
                                       "redirect it to the county of registration",
                                       "移送户籍所在地" },
    [FINDING_APPEARANCE_WITHOUT_FINGERPRINTS] = { "APPEARANCE_WITHOUT_FINGERPRINTS", FINDING_FAIL,
                                                  REFUSED_APPEARANCE_WITHOUT_FINGERPRINTS,
                                                  "appearance has changed greatly, and no "
                                                  "fingerprints are on file",
                                                  "相貌特征变化较大且未登记指纹",
                                                  "refuse: the citizen is identified at the place "
                                                  "of registration",
                                                  "拒绝办理，告知到户籍所在地核验身份" },
    [FINDING_APPEARANCE_CHANGED] = { "APPEARANCE_CHANGED", FINDING_DOUBT, REFUSED_IDENTITY_DOUBTFUL,
                                     "appearance has changed greatly; fingerprints are on file",
                                     "相貌特征变化较大，已登记指纹",
                                     "compare photos and fingerprints, then examine or refuse",
                                     "核对相片和指纹后决定" },
    [FINDING_BAD_CREDIT] = { "BAD_CREDIT", FINDING_FAIL, REFUSED_BAD_CREDIT_RECORD,
                             "a bad credit record", "有不良信用记录", "refuse", "拒绝办理" },
    [FINDING_DECEASED] = { "DECEASED", FINDING_FAIL, REFUSED_REGISTRATION_CANCELLED,
                           "the registration was cancelled", "户口已注销",
                           "refuse, and find out who applied", "拒绝办理，并查明申请人" },
    [FINDING_NUMBER_CORRECTED] = { "NUMBER_CORRECTED", FINDING_FAIL, REFUSED_NUMBER_REPLACED,
                                   "the citizen number was replaced by another one",
                                   "公民身份号码已更正",
                                   "refuse: the citizen applies under the present number",
                                   "拒绝办理，告知以现号码重新申请" },
    [FINDING_DUPLICATE_NUMBER] = { "DUPLICATE_NUMBER", FINDING_FAIL, REFUSED_NUMBER_SHARED,
                                   "another citizen bears the same number", "公民身份号码重号",
                                   "refuse until the number is corrected at the place of "
                                   "registration",
                                   "拒绝办理，告知先到户籍所在地更正号码" },
    [FINDING_REGISTRATION_MOVED] = { "REGISTRATION_MOVED", FINDING_DOUBT,
                                     REFUSED_REGISTRATION_MOVED,
                                     "the registration has moved to another county",
                                     "户籍已迁往其他县级区划", "redirect it to the present county",
                                     "移送现户籍所在地" },
    [FINDING_NO_PHOTO_ON_FILE] = { "NO_PHOTO_ON_FILE", FINDING_DOUBT, REFUSED_NO_PHOTO_ON_FILE,
                                   "no photo is on file", "没有登记的相片",
                                   "identify the citizen otherwise, or refuse",
                                   "以其他方式核验身份，或者拒绝办理" },
    [FINDING_CARD_REPORTED_LOST] = { "CARD_REPORTED_LOST", FINDING_DOUBT,
                                     REFUSED_DOCUMENTS_NOT_GENUINE,
                                     "the card to be renewed was reported lost",
                                     "申请换领的证件已挂失",
                                     "ask the window which card is to be renewed, then examine or "
                                     "refuse",
                                     "与受理点核实原证后决定" },
    [FINDING_POLICY_UNKNOWN] = { "POLICY_UNKNOWN", FINDING_FAIL, REFUSED_UNSPECIFIED,
                                 "the policy of the window is not known there yet",
                                 "尚未收到受理地适用的政策",
                                 "wait: the other offices are asked for the policy",
                                 "等待政策送达，系统正在向其他机关索取" },
    [FINDING_CARD_ON_FILE] = { "CARD_ON_FILE", FINDING_FAIL, REFUSED_IDENTITY_DOUBTFUL,
                               "a card was issued before", "此前已签发过居民身份证",
                               "refuse: a renewal or replacement is applied for",
                               "拒绝办理，告知申请换领或者补领" },
    [FINDING_TOO_EARLY] = { "TOO_EARLY", FINDING_DOUBT, REFUSED_TOO_EARLY,
                            "the present card does not end soon", "现有证件尚未临近有效期届满",
                            "examine, or refuse until the present card is about to end",
                            "审核通过，或者告知临近期满再申请" },
    [FINDING_SECOND_SCRIPT_DIFFERS] = { "SECOND_SCRIPT_DIFFERS", FINDING_DOUBT,
                                        REFUSED_IDENTITY_DOUBTFUL,
                                        "the second script differs from the record",
                                        "民族文字与登记不符",
                                        "return it to be corrected, or examine",
                                        "退回补正，或者审核通过" },
    [FINDING_CREDIT_TOLERATED] = { "CREDIT_TOLERATED", FINDING_DOUBT, REFUSED_UNSPECIFIED,
                                   "a bad credit record, which the policy does not refuse for",
                                   "有不良信用记录，政策不据此拒绝",
                                   "examine; this is no reason to refuse", "审核，不得据此拒绝" },
    [FINDING_DETAILS_TOLERATED] = { "DETAILS_TOLERATED", FINDING_DOUBT, REFUSED_UNSPECIFIED,
                                    "details differ from the record, which the policy does not "
                                    "refuse for",
                                    "登记信息不一致，政策不据此拒绝",
                                    "examine; this is no reason to refuse", "审核，不得据此拒绝" },
    [FINDING_APPEARANCE_TOLERATED] = { "APPEARANCE_TOLERATED", FINDING_DOUBT, REFUSED_UNSPECIFIED,
                                       "appearance has changed greatly and no fingerprints are on "
                                       "file, which the policy does not refuse for",
                                       "相貌特征变化较大且未登记指纹，政策不据此拒绝",
                                       "examine; this is no reason to refuse",
                                       "审核，不得据此拒绝" },
    [FINDING_POLICY_OUTDATED] = { "POLICY_OUTDATED", FINDING_DOUBT, REFUSED_UNSPECIFIED,
                                  "the window went by an outdated policy", "受理点所依政策已过时",
                                  "examine under the policy of the case; tell the window",
                                  "按该业务的政策审核，并告知受理点" },
    [FINDING_CLOCK_AHEAD] = { "CLOCK_AHEAD", FINDING_DOUBT, REFUSED_UNSPECIFIED,
                              "the clock of the window was ahead", "受理点时钟超前",
                              "examine; tell the window to set its clock",
                              "审核，并告知受理点校准时钟" },
    [FINDING_ADDRESS_OF_ANOTHER_PROVINCE] = { "ADDRESS_OF_ANOTHER_PROVINCE", FINDING_FAIL,
                                              REFUSED_IDENTITY_DOUBTFUL,
                                              "the address is in another province than the "
                                              "record's",
                                              "住址与登记的住址不在同一省份",
                                              "return it to be corrected, or refuse",
                                              "退回补正，或者拒绝办理" },
};

uint32_t
finding_bit(enum finding finding)
{
    return UINT32_C(1) << finding;
}

bool
finding_details_differ(const struct person *asked, const struct person *known)
{
    return strcmp(asked->name, known->name) != 0 || asked->sex != known->sex ||
           strcmp(asked->ethnic_group, known->ethnic_group) != 0 ||
           asked->birth_date != known->birth_date;
}

/* What the policy does not refuse for, the examiner is told all the same. */
static uint32_t
failed_or(enum finding failed, enum finding tolerated, const struct policy_case *policy,
          enum policy_key refused)
{
    return finding_bit(policy_of_case(policy, refused) != 0 ? failed : tolerated);
}

/* An address that changed within its province makes nobody's identity doubtful: the examiner looks.
 * So it is when none of another province is named. */
static uint32_t
judge_address(const struct person *asked, const struct person *known,
              const struct policy_case *policy)
{
    const char *here = division_province_of_address(known->address);
    const char *there = division_province_of_address(asked->address);
    if (strcmp(asked->address, known->address) == 0)
        return 0;
    if (here == NULL)
        here = division_province_name(known->registration_division);
    if (here == NULL || there == NULL || strcmp(here, there) == 0)
        return finding_bit(FINDING_ADDRESS_DIFFERS);
    return failed_or(FINDING_ADDRESS_OF_ANOTHER_PROVINCE, FINDING_DETAILS_TOLERATED, policy,
                     POLICY_REFUSE_IDENTITY);
}

static uint32_t
judge_details(const struct form *form, const struct citizen *record,
              const struct policy_case *policy)
{
    uint32_t findings = 0;
    if (finding_details_differ(&form->person, &record->person))
        findings |= failed_or(FINDING_DETAILS_DIFFER, FINDING_DETAILS_TOLERATED, policy,
                              POLICY_REFUSE_IDENTITY);
    return findings | judge_address(&form->person, &record->person, policy);
}

/* A card may show less than the record has, never anything else. */
static uint32_t
judge_second_script(const struct second_script *asked, const struct second_script *known)
{
    bool name_differs = asked->name[0] != '\0' && strcmp(asked->name, known->name) != 0;
    bool address_differs = asked->address[0] != '\0' && strcmp(asked->address, known->address) != 0;
    return name_differs || address_differs ? finding_bit(FINDING_SECOND_SCRIPT_DIFFERS) : 0;
}

static uint32_t
judge_appearance(const struct form *form, const struct citizen *record,
                 const struct policy_case *policy)
{
    if (!form->appearance_changed)
        return 0;
    if (record->fingerprints_on_file)
        return finding_bit(FINDING_APPEARANCE_CHANGED);
    return failed_or(FINDING_APPEARANCE_WITHOUT_FINGERPRINTS, FINDING_APPEARANCE_TOLERATED, policy,
                     POLICY_REFUSE_APPEARANCE);
}

/* What the record says of the number and the person who bears it, whatever the form says. */
static uint32_t
judge_record(const struct citizen *record, const struct policy_case *policy)
{
    uint32_t findings = 0;
    if (record->bad_credit)
        findings |=
            failed_or(FINDING_BAD_CREDIT, FINDING_CREDIT_TOLERATED, policy, POLICY_REFUSE_CREDIT);
    if (record->deceased_on != 0)
        findings |= finding_bit(FINDING_DECEASED);
    if (record->number_replaced_by[0] != '\0')
        findings |= finding_bit(FINDING_NUMBER_CORRECTED);
    if (record->duplicate_number)
        findings |= finding_bit(FINDING_DUPLICATE_NUMBER);
    if (!record->photo_on_file)
        findings |= finding_bit(FINDING_NO_PHOTO_ON_FILE);
    return findings;
}

/* Of a registration that has moved the form may rightly name where it is now. */
static uint32_t
judge_division(const struct person *asked, const struct citizen *record)
{
    const char *division = asked->registration_division;
    bool moved = record->present_division[0] != '\0';
    if (moved && strcmp(division, record->present_division) == 0)
        return 0;
    if (strcmp(division, record->person.registration_division) != 0)
        return finding_bit(FINDING_REGISTERED_ELSEWHERE);
    return moved ? finding_bit(FINDING_REGISTRATION_MOVED) : 0;
}

static uint32_t
judge_card(const struct form *form, const struct citizen *record)
{
    bool lost = record->card_serial[0] != '\0' && record->card_reported_lost;
    return form->kind == KIND_RENEWAL && lost ? finding_bit(FINDING_CARD_REPORTED_LOST) : 0;
}

/* Does the kind of application fit what was issued before? Nobody can renew what never was. */
static uint32_t
judge_kind(const struct form *form, const struct citizen *record, const struct policy_case *policy)
{
    bool issued = record->card_serial[0] != '\0' || record->former_card_serial[0] != '\0';
    if (form->kind != KIND_FIRST)
        return issued ? 0 : finding_bit(FINDING_FIRST_APPLICATION);
    if (policy->known && policy_of_case(policy, POLICY_REFUSE_FIRST) != 0)
        return finding_bit(FINDING_FIRST_APPLICATION);
    return issued ? finding_bit(FINDING_CARD_ON_FILE) : 0;
}

/* A card that is neither lost nor damaged, and says what is right, is renewed because it ends: one
 * that never ends, never. */
static uint32_t
judge_time(const struct form *form, const struct citizen *record, const struct policy_case *policy)
{
    bool on_file = record->card_serial[0] != '\0';
    bool long_term = record->card_valid_until == 0;
    if (form->kind != KIND_RENEWAL || !on_file ||
        (form->reason != REASON_EXPIRED && form->reason != REASON_EXPIRING))
        return 0;
    unsigned months = policy_of_case(policy, POLICY_RENEWAL_EARLY);
    bool soon = record->card_valid_until <= civil_date_add_months(policy->date, months);
    return long_term || !soon ? finding_bit(FINDING_TOO_EARLY) : 0;
}

uint32_t
findings_judge(const struct form *form, const struct citizen *record,
               const struct policy_case *policy)
{
    const struct person *asked = &form->person;
    if (record == NULL || strcmp(asked->citizen_number, record->person.citizen_number) != 0)
        return finding_bit(FINDING_NOT_ON_FILE);

    uint32_t findings = judge_record(record, policy) | judge_division(asked, record) |
                        judge_card(form, record) | judge_kind(form, record, policy) |
                        judge_time(form, record, policy) | judge_details(form, record, policy) |
                        judge_appearance(form, record, policy) |
                        judge_second_script(&form->second_script, &record->second_script);
    if (!policy->known)
        findings |= finding_bit(FINDING_POLICY_UNKNOWN);
    return findings;
}

bool
findings_fatal(uint32_t findings)
{
    for (unsigned i = 0; i < FINDING_COUNT; i++)
        if ((findings & finding_bit((enum finding)i)) != 0 && meanings[i].severity == FINDING_FAIL)
            return true;
    return findings >> FINDING_COUNT != 0;
}

bool
findings_have(uint32_t findings, enum finding finding)
{
    REQUIRE(finding < FINDING_COUNT);
    return (findings & finding_bit(finding)) != 0;
}

const char *
finding_name(enum finding finding)
{
    REQUIRE(finding < FINDING_COUNT);
    return meanings[finding].name;
}

enum finding
finding_find(const char *name)
{
    for (int finding = 0; finding < FINDING_COUNT; finding++)
        if (strcmp(meanings[finding].name, name) == 0)
            return (enum finding)finding;
    return FINDING_COUNT;
}

enum finding_severity
finding_severity(enum finding finding)
{
    REQUIRE(finding < FINDING_COUNT);
    return meanings[finding].severity;
}

enum refusal_reason
finding_reason(enum finding finding)
{
    REQUIRE(finding < FINDING_COUNT);
    return meanings[finding].reason;
}

const char *
finding_english(enum finding finding)
{
    REQUIRE(finding < FINDING_COUNT);
    return meanings[finding].english;
}

const char *
finding_chinese(enum finding finding)
{
    REQUIRE(finding < FINDING_COUNT);
    return meanings[finding].chinese;
}

const char *
finding_advice_english(enum finding finding)
{
    REQUIRE(finding < FINDING_COUNT);
    return meanings[finding].advice_english;
}

const char *
finding_advice_chinese(enum finding finding)
{
    REQUIRE(finding < FINDING_COUNT);
    return meanings[finding].advice_chinese;
}
