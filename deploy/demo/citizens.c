/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/demo/citizens.h"

#include <inttypes.h>
#include <string.h>

#include "common/core/require.h"
#include "common/domain/citizen_number.h"
#include "common/domain/civil_date.h"

/* What citizen_choice is asked for here; callers begin at CHOICE_FREE. */
enum choice {
    CHOICE_SURNAME,
    CHOICE_FIRST,
    CHOICE_SECOND,
    CHOICE_LENGTH,
    CHOICE_AGE,
    CHOICE_DAY,
    CHOICE_SEX,
    CHOICE_BIRTHPLACE,
    CHOICE_STREET,
    CHOICE_HOUSE,
    CHOICE_VALIDITY,
};

#define COUNT(list) (unsigned)(sizeof(list) / sizeof *(list))

unsigned
citizen_choice(unsigned serial, unsigned purpose, unsigned below)
{
    uint64_t z = ((uint64_t)serial << 16 | purpose) * 0x9e3779b97f4a7c15; /* splitmix64's end */
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (unsigned)((z ^ z >> 31) % below);
}

/* Names whose script, length or separator a careless program gets wrong. */
static const struct {
    const char *name;
    const char *ethnic_group;
} rare_names[] = {
    { "阿依古丽·买买提", "05" },        { "吉克·阿衣莫", "07" }, { "𬭎晔", "01" },
    { "司徒\xF0\xAB\x96\xAE明", "01" }, { "卓玛央金", "04" },    { "乌兰图雅", "02" },
    { "古丽米热·吐尔逊", "05" },        { "欧阳㛃", "01" },
};

static void
invent_name(unsigned serial, struct citizen_draft *citizen)
{
    static const char *const surnames[] = { "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴",
                                            "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "林",
                                            "罗", "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯" };
    static const char *const given[] = { "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军",
                                         "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀",
                                         "霞", "平", "刚", "桂", "建", "华", "文", "玉", "晓" };
    citizen->ethnic_group = "01";
    if (serial % 11 == 0) {
        unsigned rare = serial / 11 % COUNT(rare_names);
        citizen->ethnic_group = rare_names[rare].ethnic_group;
        snprintf(citizen->name, sizeof citizen->name, "%s", rare_names[rare].name);
        return;
    }
    bool two = citizen_choice(serial, CHOICE_LENGTH, 3) > 0;
    snprintf(citizen->name, sizeof citizen->name, "%s%s%s",
             surnames[citizen_choice(serial, CHOICE_SURNAME, COUNT(surnames))],
             given[citizen_choice(serial, CHOICE_FIRST, COUNT(given))],
             two ? given[citizen_choice(serial, CHOICE_SECOND, COUNT(given))] : "");
}

/* Most were born where they are registered; some elsewhere, some where no county is any more. */
static const char *
birthplace(unsigned serial, const struct division *division)
{
    static const char *const elsewhere[] = { "110103", "510202", "440106", "230107", "310101" };
    unsigned choice = citizen_choice(serial, CHOICE_BIRTHPLACE, 4 * COUNT(elsewhere));
    return choice < COUNT(elsewhere) ? elsewhere[choice] : division->code;
}

static void
invent_number(unsigned serial, const struct division *division, struct citizen_draft *citizen)
{
    citizen->sex = citizen_choice(serial, CHOICE_SEX, 2) == 0 ? SEX_FEMALE : SEX_MALE;
    snprintf(citizen->number, sizeof citizen->number, "%s%08" PRIu32 "%03u",
             birthplace(serial, division), citizen->birth_date,
             2 * serial + (citizen->sex == SEX_MALE));
    size_t digits = CITIZEN_NUMBER_CHARS - 1;
    citizen->number[digits] = citizen_number_check_character(citizen->number);
    citizen->number[digits + 1] = '\0';
}

static void
invent_address(unsigned serial, const struct division *division, struct citizen_draft *citizen)
{
    static const char *const streets[] = { "人民路", "解放路", "建设街", "和平路", "新华街",
                                           "中山路", "文化路", "东风街", "滨江路", "学府路" };
    bool named = strcmp(division->prefecture, "市辖区") != 0;
    snprintf(citizen->address, sizeof citizen->address, "%s%s%s%s%u号", division->province,
             named ? division->prefecture : "", division->county,
             streets[citizen_choice(serial, CHOICE_STREET, COUNT(streets))],
             1 + citizen_choice(serial, CHOICE_HOUSE, 300));
}

void
citizen_invent(unsigned serial, const struct division *division, uint32_t today, unsigned age_years,
               struct citizen_draft *ret_citizen)
{
    REQUIRE(serial >= 1 && serial <= CITIZENS_MAX);
    struct citizen_draft citizen = { .division = division->code, .fingerprints_on_file = true };
    unsigned age = age_years != 0 ? age_years : 17 + citizen_choice(serial, CHOICE_AGE, 60);
    uint32_t birthday =
        civil_date_add_days(today, -(int32_t)citizen_choice(serial, CHOICE_DAY, 365));
    citizen.birth_date = birthday - age * 10000;
    if (!civil_date_valid(citizen.birth_date)) /* 29 February of a common year */
        citizen.birth_date--;
    invent_name(serial, &citizen);
    invent_number(serial, division, &citizen);
    invent_address(serial, division, &citizen);
    snprintf(citizen.card_serial, sizeof citizen.card_serial, "FORMER-%s-%04u", division->code,
             serial);
    citizen.card_valid_until =
        civil_date_add_days(today, (int32_t)citizen_choice(serial, CHOICE_VALIDITY, 3650) - 300);
    *ret_citizen = citizen;
}

void
citizen_write(const struct citizen_draft *citizen, FILE *out)
{
    fprintf(out, "%s,%s,%s,%s,%08" PRIu32 ",%s,%s,%s,%s,%s,", citizen->number, citizen->name,
            citizen->sex == SEX_MALE ? "male" : "female", citizen->ethnic_group,
            citizen->birth_date, citizen->address, citizen->division,
            citizen->fingerprints_on_file ? "yes" : "no", citizen->bad_credit ? "yes" : "no",
            citizen->card_serial);
    if (citizen->card_serial[0] != '\0')
        fprintf(out, "%08" PRIu32, citizen->card_valid_until);
    fputc('\n', out);
}
