/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/check.h"

#include <string.h>

#include "common/core/require.h"
#include "common/domain/finding.h"

#define BIT(name) (UINT32_C(1) << FINDING_##name)

static const struct meaning {
    const char *name;
    uint32_t findings; /* each is against it */
    const char *english;
    const char *chinese;
} meanings[CHECK_COUNT] = {
    [CHECK_ON_FILE] = { "ON_FILE", BIT(NOT_ON_FILE), "the citizen is on file",
                        "有该公民的人口登记" },
    [CHECK_ALIVE] = { "ALIVE", BIT(DECEASED), "the registration was not cancelled", "户口未注销" },
    [CHECK_NUMBER] = { "NUMBER", BIT(NUMBER_CORRECTED) | BIT(DUPLICATE_NUMBER),
                       "the citizen number stands, and is nobody else's",
                       "公民身份号码未更正、无重号" },
    [CHECK_DETAILS] = { "DETAILS", BIT(DETAILS_DIFFER) | BIT(DETAILS_TOLERATED),
                        "name, sex, ethnic group and birth date agree with the record",
                        "姓名、性别、民族、出生日期与登记一致" },
    [CHECK_ADDRESS] = { "ADDRESS", BIT(ADDRESS_DIFFERS) | BIT(ADDRESS_OF_ANOTHER_PROVINCE),
                        "the address agrees with the record", "住址与登记一致" },
    [CHECK_REGISTRATION] = { "REGISTRATION", BIT(REGISTERED_ELSEWHERE) | BIT(REGISTRATION_MOVED),
                             "registered in the county that the form names",
                             "户籍在登记表所填的县级区划" },
    [CHECK_KIND] = { "KIND", BIT(FIRST_APPLICATION) | BIT(CARD_ON_FILE),
                     "what is applied for fits the cards issued before", "申请类别与签发记录相符" },
    [CHECK_LOSS] = { "LOSS", BIT(CARD_REPORTED_LOST),
                     "no card that was reported lost is to be renewed",
                     "未以已挂失的证件申请换领" },
    [CHECK_TIME] = { "TIME", BIT(TOO_EARLY), "not too early", "未早于可换领的期限" },
    [CHECK_APPEARANCE] = { "APPEARANCE",
                           BIT(APPEARANCE_WITHOUT_FINGERPRINTS) | BIT(APPEARANCE_CHANGED) |
                               BIT(APPEARANCE_TOLERATED),
                           "appearance has not changed greatly, as the window says",
                           "受理点未注明相貌特征变化较大" },
    [CHECK_PHOTO] = { "PHOTO", BIT(NO_PHOTO_ON_FILE), "a photo is on file", "有登记的相片" },
    [CHECK_CREDIT] = { "CREDIT", BIT(BAD_CREDIT) | BIT(CREDIT_TOLERATED), "no bad credit record",
                       "无不良信用记录" },
    [CHECK_SECOND_SCRIPT] = { "SECOND_SCRIPT", BIT(SECOND_SCRIPT_DIFFERS),
                              "a second script, if any, agrees with the record",
                              "民族文字与登记一致，或者未填" },
    [CHECK_POLICY] = { "POLICY", BIT(POLICY_UNKNOWN) | BIT(POLICY_OUTDATED),
                       "the window went by the policy that held", "受理点所依政策有效" },
    [CHECK_CLOCK] = { "CLOCK", BIT(CLOCK_AHEAD), "the window's clock was right", "受理点时钟正常" },
};

/* What is known of the window can be said of anybody. */
static bool
needs_record(enum check check)
{
    return check != CHECK_ON_FILE && check != CHECK_POLICY && check != CHECK_CLOCK;
}

enum check_outcome
check_judge(enum check check, uint32_t findings)
{
    REQUIRE(check < CHECK_COUNT);
    uint32_t against = meanings[check].findings & findings;
    if (needs_record(check) && findings_have(findings, FINDING_NOT_ON_FILE))
        return CHECK_NOT_MADE;
    if (against == 0)
        return CHECK_PASSED;
    return findings_fatal(against) ? CHECK_FAILED : CHECK_DOUBTED;
}

const char *
check_name(enum check check)
{
    REQUIRE(check < CHECK_COUNT);
    return meanings[check].name;
}

enum check
check_find(const char *name)
{
    for (int check = 0; check < CHECK_COUNT; check++)
        if (strcmp(meanings[check].name, name) == 0)
            return (enum check)check;
    return CHECK_COUNT;
}

const char *
check_english(enum check check)
{
    REQUIRE(check < CHECK_COUNT);
    return meanings[check].english;
}

const char *
check_chinese(enum check check)
{
    REQUIRE(check < CHECK_COUNT);
    return meanings[check].chinese;
}
