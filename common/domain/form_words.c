/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/form_words.h"

#include <stddef.h>
#include <string.h>

#define WORDS_IN(list, value) words_in(list, sizeof list / sizeof *list, (unsigned)(value))

static struct words
words_in(const struct words *list, size_t count, unsigned value)
{
    static const struct words none = { "无", "none" };
    return value < count && list[value].chinese != NULL ? list[value] : none;
}

struct words
form_words_kind(enum form_kind kind)
{
    static const struct words list[] = { [KIND_RENEWAL] = { "换领", "renewal" },
                                         [KIND_REPLACEMENT] = { "补领", "replacement" },
                                         [KIND_FIRST] = { "申领", "first card" } };
    return WORDS_IN(list, kind);
}

struct words
form_words_reason(enum form_reason reason)
{
    static const struct words list[] = { [REASON_EXPIRED] = { "有效期满", "expired" },
                                         [REASON_EXPIRING] = { "有效期将满", "about to expire" },
                                         [REASON_DAMAGED] = { "证件损坏", "damaged" },
                                         [REASON_DETAILS_CHANGED] = { "登记内容变更",
                                                                      "details changed" },
                                         [REASON_LOST] = { "证件丢失", "lost" },
                                         [REASON_STOLEN] = { "证件被盗", "stolen" },
                                         [REASON_FIRST_CARD] = { "首次申领", "first card" } };
    return WORDS_IN(list, reason);
}

struct words
form_words_sex(enum sex sex)
{
    static const struct words list[] = { [SEX_UNKNOWN] = { "未知的性别", "unknown" },
                                         [SEX_MALE] = { "男", "male" },
                                         [SEX_FEMALE] = { "女", "female" },
                                         [SEX_UNSTATED] = { "未说明的性别", "unstated" } };
    return WORDS_IN(list, sex);
}

struct words
form_words_basis(enum form_basis basis)
{
    static const struct words list[] = { [BASIS_WORK] = { "就业", "work" },
                                         [BASIS_STUDY] = { "就学", "study" },
                                         [BASIS_LIVING] = { "居住", "living here" } };
    return WORDS_IN(list, basis);
}

struct words
form_words_document(enum form_document document)
{
    static const struct words list[] = {
        [DOCUMENT_ORIGINAL_CARD] = { "原居民身份证", "original card" },
        [DOCUMENT_HOUSEHOLD_REGISTER] = { "居民户口簿", "household register" },
        [DOCUMENT_RESIDENCE_PERMIT] = { "居住证", "residence permit" },
        [DOCUMENT_DRIVING_LICENCE] = { "机动车驾驶证", "driving licence" },
        [DOCUMENT_PASSPORT] = { "护照", "passport" },
    };
    return WORDS_IN(list, document);
}

struct words
form_words_waiver(enum form_waiver waiver)
{
    static const struct words list[] = { [WAIVER_WELFARE] = { "最低生活保障对象",
                                                              "welfare recipient" },
                                         [WAIVER_HARDSHIP] = { "特殊生活困难", "hardship" } };
    return WORDS_IN(list, waiver);
}

struct words
form_words_finger(enum form_finger finger)
{
    static const struct words list[] = {
        [FINGER_RIGHT_THUMB] = { "右手拇指", "right thumb" },
        [FINGER_RIGHT_INDEX] = { "右手食指", "right index" },
        [FINGER_RIGHT_MIDDLE] = { "右手中指", "right middle" },
        [FINGER_RIGHT_RING] = { "右手环指", "right ring" },
        [FINGER_RIGHT_LITTLE] = { "右手小指", "right little" },
        [FINGER_LEFT_THUMB] = { "左手拇指", "left thumb" },
        [FINGER_LEFT_INDEX] = { "左手食指", "left index" },
        [FINGER_LEFT_MIDDLE] = { "左手中指", "left middle" },
        [FINGER_LEFT_RING] = { "左手环指", "left ring" },
        [FINGER_LEFT_LITTLE] = { "左手小指", "left little" },
    };
    return WORDS_IN(list, finger);
}

struct words
form_words_field(const char *path)
{
    static const struct {
        const char *path;
        struct words words;
    } fields[] = {
        { "form.kind", { "申请类别", "kind of application" } },
        { "form.reason", { "申请原因", "reason" } },
        { "form.person", { "申请人信息", "applicant" } },
        { "form.person.citizen_number", { "公民身份号码", "citizen number" } },
        { "form.person.name", { "姓名", "name" } },
        { "form.person.sex", { "性别", "sex" } },
        { "form.person.ethnic_group", { "民族", "ethnic group" } },
        { "form.person.birth_date", { "出生日期", "date of birth" } },
        { "form.person.address", { "户籍地址", "permanent residence" } },
        { "form.person.registration_division", { "户口登记地", "place of registration" } },
        { "form.second_script_name", { "民族文字姓名", "name in a second script" } },
        { "form.second_script_address", { "民族文字地址", "address in a second script" } },
        { "form.phone", { "联系电话", "telephone" } },
        { "form.residence_basis", { "居住事由", "basis of residence" } },
        { "form.residence_address", { "现居住地址", "present address" } },
        { "form.identity_document", { "身份证件", "identity document" } },
        { "form.identity_document_number", { "证件号码", "document number" } },
        { "form.evidence", { "证明材料", "evidence" } },
        { "form.guardian", { "监护人", "guardian" } },
        { "form.guardian.name", { "监护人姓名", "guardian's name" } },
        { "form.guardian.citizen_number", { "监护人公民身份号码", "guardian's citizen number" } },
        { "form.guardian.relation", { "监护人与申请人关系", "guardian's relation" } },
        { "form.guardian.photo_digest", { "与监护人的合影", "photo with the guardian" } },
        { "form.appearance_changed", { "相貌特征", "appearance" } },
        { "form.fee_fen", { "工本费", "fee" } },
        { "form.fee_waiver", { "费用减免", "fee waiver" } },
        { "form.photo_digest", { "照片", "photo" } },
        { "form.fingerprints", { "指纹", "fingerprints" } },
        { "form.fingers_missing", { "缺失的手指", "missing fingers" } },
        { "form.no_fingerprints_reason", { "未采集指纹的原因", "why no fingerprints" } },
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(fields[i].path, path) == 0)
            return fields[i].words;
    return (struct words){ path, "" };
}
