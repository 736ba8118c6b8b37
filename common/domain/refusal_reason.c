/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/refusal_reason.h"

#include <stdbool.h>
#include <string.h>

static const struct sentences {
    const char *name;
    const char *english;
    const char *chinese;
} reasons[REFUSAL_REASON_COUNT] = {
    [REFUSED_UNSPECIFIED] = { "REFUSAL_REASON_UNSPECIFIED",
                              "Please ask the office of your household registration.",
                              "请向户籍所在地公安机关咨询。" },
    [REFUSED_FIRST_APPLICATION] = { "FIRST_APPLICATION",
                                    "A first identity card is applied for at the place of your "
                                    "household registration.",
                                    "首次申领居民身份证，应当到户籍所在地公安机关办理。" },
    [REFUSED_IDENTITY_DOUBTFUL] = { "IDENTITY_DOUBTFUL",
                                    "What the form says differs from your population record, so "
                                    "your identity cannot be confirmed here.",
                                    "申请信息与人口信息登记不一致，无法确认身份，"
                                    "请到户籍所在地公安机关办理。" },
    [REFUSED_APPEARANCE_WITHOUT_FINGERPRINTS] = { "APPEARANCE_WITHOUT_FINGERPRINTS",
                                                  "Your appearance has changed greatly and no "
                                                  "fingerprints of yours are on file, so your "
                                                  "identity cannot be confirmed here.",
                                                  "相貌特征发生较大变化且未登记指纹信息，"
                                                  "难以确认身份，请到户籍所在地公安机关办理。" },
    [REFUSED_DOCUMENTS_NOT_GENUINE] = { "DOCUMENTS_NOT_GENUINE",
                                        "A document that was shown is forged, altered, obtained by "
                                        "fraud, or another person's.",
                                        "提交的证件材料系伪造、变造、骗领或者冒用。" },
    [REFUSED_BAD_CREDIT_RECORD] = { "BAD_CREDIT_RECORD",
                                    "A bad credit record is held about you; please apply at the "
                                    "place of your household registration.",
                                    "有不良信用记录，请到户籍所在地公安机关办理。" },
    [REFUSED_OPEN_APPLICATION] = { "OPEN_APPLICATION",
                                   "Another application of yours for an identity card is still "
                                   "open.",
                                   "您已有一件居民身份证申请正在办理中。" },
    [REFUSED_NOT_DELIVERABLE] = { "NOT_DELIVERABLE",
                                  "The office of your household registration could not take the "
                                  "application; please ask at the acceptance point.",
                                  "户籍所在地公安机关未能接收该申请，请向受理点咨询。" },
    [REFUSED_REGISTRATION_CANCELLED] = { "REGISTRATION_CANCELLED",
                                         "The household registration under this citizen number was "
                                         "cancelled; if that is an error, please ask the office of "
                                         "household registration to correct it.",
                                         "该公民身份号码的户口登记已注销；"
                                         "如有错误，请到户籍所在地公安机关更正。" },
    [REFUSED_NUMBER_REPLACED] = { "NUMBER_REPLACED",
                                  "Your citizen number was replaced by another one; please apply "
                                  "with the number that is valid now.",
                                  "您的公民身份号码已变更，请使用现行公民身份号码申请。" },
    [REFUSED_NUMBER_SHARED] = { "NUMBER_SHARED",
                                "Another person is registered under the same citizen number; "
                                "please have the number corrected at the office of your household "
                                "registration first.",
                                "您的公民身份号码与他人重号，请先到户籍所在地公安机关更正。" },
    [REFUSED_REGISTRATION_MOVED] = { "REGISTRATION_MOVED",
                                     "Your household registration has moved to another place; "
                                     "please apply again with the present place.",
                                     "您的户口已迁往外地，请按现户籍所在地重新申请。" },
    [REFUSED_NO_PHOTO_ON_FILE] = { "NO_PHOTO_ON_FILE",
                                   "No photo of yours is on file, so your identity cannot be "
                                   "confirmed here; please apply at the place of your household "
                                   "registration.",
                                   "人口信息中没有您的相片，无法核实身份，"
                                   "请到户籍所在地公安机关办理。" },
    [REFUSED_TOO_EARLY] = { "TOO_EARLY",
                            "Your present identity card is valid for long enough still; please "
                            "apply again when its end is near.",
                            "现有居民身份证距有效期满时间尚长，请在临近期满时再申请换领。" },
};

static bool
is_known(enum refusal_reason reason)
{
    return (unsigned)reason < REFUSAL_REASON_COUNT;
}

const char *
refusal_reason_name(enum refusal_reason reason)
{
    return is_known(reason) ? reasons[reason].name : "UNKNOWN_VALUE";
}

enum refusal_reason
refusal_reason_find(const char *name)
{
    for (int reason = 0; reason < REFUSAL_REASON_COUNT; reason++)
        if (strcmp(reasons[reason].name, name) == 0)
            return (enum refusal_reason)reason;
    return REFUSED_UNSPECIFIED;
}

const char *
refusal_reason_english(enum refusal_reason reason)
{
    return reasons[is_known(reason) ? reason : REFUSED_UNSPECIFIED].english;
}

const char *
refusal_reason_chinese(enum refusal_reason reason)
{
    return reasons[is_known(reason) ? reason : REFUSED_UNSPECIFIED].chinese;
}
