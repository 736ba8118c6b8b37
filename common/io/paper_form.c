/* SPDX-License-Identifier: Apache-2.0
 *
 * The registration form: one table on A4, the photo at its upper right, signatures at its foot.
 */
#include <inttypes.h>

#include "common/core/limits.h"
#include "common/domain/division.h"
#include "common/domain/ethnic_group.h"
#include "common/io/paper_parts.h"

enum {
    PAGE_WIDTH = 2100,
    PAGE_HEIGHT = 2970,
    LEFT = 180,
    WIDTH = PAGE_WIDTH - 2 * LEFT,
    TOP = 440,
    LABEL_WIDTH = 258,
    PHOTO_COLUMN = 320, /* the photo is 26 by 32 millimetres */
    PHOTO_WIDTH = 260,
    PHOTO_HEIGHT = 320,
    PADDING = 22,
    ROW = 108,
    ROW_OF_PHOTO = 116,
    ROW_OF_TEXT = 164,
};

static const struct svg_type value_type = { .font = SVG_SONG, .size = 37 };
static const struct svg_type note_type = { .font = SVG_HEI, .size = 21, .ink = PAPER_GREY };

/* Where the next row begins, and how wide it is. */
struct table {
    struct svg *svg;
    int y;
    int width;
};

static struct svg_box
inset(struct svg_box box)
{
    return (struct svg_box){ box.x + PADDING, box.y + 10, box.width - 2 * PADDING,
                             box.height - 20 };
}

/* A label at the left of the cell. Answers what is left of it for a value. */
static struct svg_box
draw_label(struct svg *svg, struct svg_box cell, struct words label)
{
    const struct svg_type chinese = { .font = SVG_HEI, .size = 30, .anchor = SVG_MIDDLE };
    const struct svg_type english = {
        .font = SVG_HEI, .size = 19, .anchor = SVG_MIDDLE, .ink = PAPER_GREY
    };
    struct svg_box box = { cell.x, cell.y, LABEL_WIDTH, cell.height };
    const int middle = cell.y + cell.height / 2;
    svg_rect(svg, box, PAPER_TINT, PAPER_HAIR);
    svg_text(svg, &chinese, box.x + box.width / 2, middle, label.chinese);
    svg_text(svg, &english, box.x + box.width / 2, middle + 28, label.english);
    box = (struct svg_box){ cell.x + LABEL_WIDTH, cell.y, cell.width - LABEL_WIDTH, cell.height };
    svg_rect(svg, box, NULL, PAPER_HAIR);
    return box;
}

/* A number of somebody's document or telephone; it is not broken. */
static bool
is_number(const char *value)
{
    return strspn(value, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-./() ") ==
               strlen(value) &&
           strpbrk(value, "0123456789") != NULL;
}

static void
draw_field(struct svg *svg, struct svg_box cell, struct words label, const char *value)
{
    enum { ONE_LINE = 50, NUMBER_BYTES_MAX = 32 };
    struct svg_box box = inset(draw_label(svg, cell, label));
    if (is_number(value) && strlen(value) <= NUMBER_BYTES_MAX) {
        box.y += (box.height - ONE_LINE) / 2;
        box.height = ONE_LINE;
    }
    svg_fit(svg, &value_type, box, value);
}

static struct svg_box
next_row(struct table *table, int height)
{
    const struct svg_box row = { LEFT, table->y, table->width, height };
    table->y += height;
    return row;
}

static void
draw_row(struct table *table, int height, struct words label, const char *value)
{
    draw_field(table->svg, next_row(table, height), label, value);
}

static void
draw_pair(struct table *table, int height, struct words left, const char *left_value,
          struct words right, const char *right_value)
{
    struct svg_box cell = next_row(table, height);
    cell.width /= 2;
    draw_field(table->svg, cell, left, left_value);
    cell.x += cell.width;
    draw_field(table->svg, cell, right, right_value);
}

/* ---- choices, of which one is ticked ---- */

static void
draw_choice(struct svg *svg, int x, int middle, struct words choice, bool chosen)
{
    const struct svg_type chinese = { .font = SVG_HEI, .size = 34 };
    const struct svg_type english = { .font = SVG_HEI, .size = 19, .ink = PAPER_GREY };
    const struct svg_box box = { x, middle - 17, 34, 34 };
    svg_rect(svg, box, NULL, PAPER_HAIR);
    if (chosen)
        svg_check(svg, box);
    svg_text(svg, &chinese, x + 48, middle + 4, choice.chinese);
    svg_text(svg, &english, x + 48, middle + 30, choice.english);
}

static void
draw_kind(struct table *table, const Yidi__ApplicationForm *form)
{
    static const struct words label = { "申请类别", "Application" };
    static const enum form_kind kinds[] = { KIND_FIRST, KIND_RENEWAL, KIND_REPLACEMENT };
    enum { CHOICE_WIDTH = 206 };
    const struct svg_box row = next_row(table, ROW_OF_PHOTO);
    const struct svg_box box = draw_label(table->svg, row, label);
    const int middle = box.y + box.height / 2;
    const struct words reason = form_words_reason((enum form_reason)form->reason);
    int x = box.x + PADDING;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++, x += CHOICE_WIDTH)
        draw_choice(table->svg, x, middle, form_words_kind(kinds[i]),
                    (int)form->kind == (int)kinds[i]);
    svg_line(table->svg, x - 14, box.y + 26, x - 14, box.y + box.height - 26, PAPER_HAIR);
    (void)paper_words(table->svg, x + 16, middle + 12, 34, reason);
}

/* ---- the applicant ---- */

static void
draw_photo(const struct paper *paper, struct svg *svg, int height)
{
    static const struct words caption = { "照片", "photo" };
    const struct svg_box column = { LEFT + WIDTH - PHOTO_COLUMN, TOP, PHOTO_COLUMN, height };
    const struct svg_box box = { column.x + (PHOTO_COLUMN - PHOTO_WIDTH) / 2,
                                 column.y + (height - PHOTO_HEIGHT) / 2, PHOTO_WIDTH,
                                 PHOTO_HEIGHT };
    svg_rect(svg, column, NULL, PAPER_HAIR);
    if (paper->photo.size > 0)
        svg_jpeg(svg, box, paper->photo);
    else
        (void)paper_words(svg, box.x + 70, box.y + PHOTO_HEIGHT / 2, 30, caption);
    svg_rect(svg, box, NULL, 1);
}

/* One box for each character: nobody takes a digit for another. */
static void
draw_citizen_number(struct table *table, struct words label, const char *number)
{
    const struct svg_type type = { .font = SVG_MONO, .size = 46, .anchor = SVG_MIDDLE };
    const struct svg_box box = draw_label(table->svg, next_row(table, 120), label);
    const int side = 76, first = box.x + (box.width - CITIZEN_NUMBER_CHARS * side) / 2;
    const int y = box.y + (box.height - side) / 2;
    for (int i = 0; i < CITIZEN_NUMBER_CHARS && number[i] != '\0'; i++) {
        const char digit[] = { number[i], '\0' };
        svg_rect(table->svg, (struct svg_box){ first + i * side, y, side, side }, NULL, 1);
        svg_text(table->svg, &type, first + i * side + side / 2, y + 55, digit);
    }
}

static const char *
ethnic_text(const char *code)
{
    const struct ethnic_group *group = ethnic_group_find(code);
    return group == NULL ? code : group->name;
}

/* GB/T 2260 puts a word of its own where a county has no prefecture, such as 市辖区. */
static bool
has_prefecture(const struct division *division)
{
    const char *name = division->prefecture;
    return strcmp(name, division->province) != 0 && strcmp(name, division->county) != 0 &&
           strcmp(name, "市辖区") != 0 && strcmp(name, "县") != 0 && strstr(name, "直辖") == NULL;
}

static const char *
division_text(struct svg *svg, const char *code)
{
    const struct division *division = division_find(code);
    return division == NULL ? code
                            : svg_format(svg, "%s%s%s（%s）", division->province,
                                         has_prefecture(division) ? division->prefecture : "",
                                         division->county, code);
}

/* Beneath the Chinese, as on the card. */
static const char *
with_second_script(struct svg *svg, const char *chinese, const char *second)
{
    return second[0] == '\0' ? chinese : svg_format(svg, "%s\n%s", chinese, second);
}

static void
draw_person(struct table *table, const Yidi__ApplicationForm *form)
{
    static const struct words name = { "姓名", "Name" }, sex = { "性别", "Sex" },
                              group = { "民族", "Ethnic group" },
                              born = { "出生日期", "Date of birth" };
    const Yidi__Person *person = form->person;
    const struct words sex_words = form_words_sex((enum sex)person->sex);
    draw_row(table, ROW_OF_PHOTO, name,
             with_second_script(table->svg, person->name, form->second_script_name));
    draw_pair(table, ROW_OF_PHOTO, sex,
              svg_format(table->svg, "%s  %s", sex_words.chinese, sex_words.english), group,
              ethnic_text(person->ethnic_group));
    draw_row(table, ROW_OF_PHOTO, born, paper_date(table->svg, person->birth_date));
}

static void
draw_places(struct table *table, const Yidi__ApplicationForm *form)
{
    static const struct words number = { "公民身份号码", "Citizen number" },
                              address = { "户籍地址", "Permanent residence" },
                              division = { "户口登记地", "Registered in" },
                              here = { "现居住地址", "Present address" },
                              phone = { "联系电话", "Telephone" },
                              basis = { "居住事由", "Basis of residence" };
    const struct words why = form_words_basis((enum form_basis)form->residence_basis);
    draw_citizen_number(table, number, form->person->citizen_number);
    draw_row(table, ROW_OF_TEXT, address,
             with_second_script(table->svg, form->person->address, form->second_script_address));
    draw_row(table, ROW, division, division_text(table->svg, form->person->registration_division));
    draw_row(table, ROW_OF_TEXT, here, form->residence_address);
    draw_pair(table, ROW, phone, form->phone, basis,
              svg_format(table->svg, "%s  %s", why.chinese, why.english));
}

/* ---- what was shown and taken ---- */

static void
draw_guardian(struct table *table, const Yidi__Guardian *guardian)
{
    static const struct words name = { "监护人", "Guardian" },
                              number = { "监护人身份号码", "Guardian's number" };
    const char *who = "无", *which = "—";
    if (guardian != NULL) {
        who = svg_format(table->svg, "%s（%s）", guardian->name, guardian->relation);
        which = guardian->citizen_number;
    }
    draw_pair(table, ROW + 20, name, who, number, which);
}

static const char *
add_word(struct svg *svg, const char *list, const char *word)
{
    return list[0] == '\0' ? word : svg_format(svg, "%s、%s", list, word);
}

static const char *
finger_text(struct svg *svg, const Yidi__ApplicationForm *form)
{
    const char *taken = "", *missing = "";
    for (size_t i = 0; i < form->n_fingerprints; i++)
        taken =
            add_word(svg, taken,
                     form_words_finger((enum form_finger)form->fingerprints[i]->position).chinese);
    for (size_t i = 0; i < form->n_fingers_missing; i++)
        missing = add_word(svg, missing,
                           form_words_finger((enum form_finger)form->fingers_missing[i]).chinese);
    return svg_format(svg, "%s%s%s%s%s", taken[0] == '\0' ? "未采集" : taken,
                      form->no_fingerprints_reason[0] == '\0' ? "" : "：",
                      form->no_fingerprints_reason, missing[0] == '\0' ? "" : "；缺失：", missing);
}

static const char *
fee_text(struct svg *svg, const Yidi__ApplicationForm *form)
{
    const char *fee = paper_fee(svg, form->fee_fen);
    return form->fee_waiver == YIDI__FEE_WAIVER__NO_WAIVER
               ? fee
               : svg_format(svg, "%s（减免：%s）", fee,
                            form_words_waiver((enum form_waiver)form->fee_waiver).chinese);
}

static void
draw_evidence(struct table *table, const Yidi__ApplicationForm *form)
{
    static const struct words document = { "身份证件", "Identity document" },
                              number = { "证件号码", "Its number" },
                              evidence = { "证明材料", "Evidence" },
                              fingers = { "指纹", "Fingerprints" },
                              appearance = { "相貌特征", "Appearance" };
    draw_pair(table, ROW, document,
              form_words_document((enum form_document)form->identity_document).chinese, number,
              form->identity_document_number);
    draw_guardian(table, form->guardian);
    draw_pair(table, ROW, evidence, form_words_document((enum form_document)form->evidence).chinese,
              appearance, form->appearance_changed ? "有较大变化" : "无较大变化");
    draw_row(table, ROW + 12, fingers, finger_text(table->svg, form));
}

static void
draw_offices(struct table *table, const Yidi__Printed *printed)
{
    static const struct words fee = { "工本费", "Fee paid" },
                              due = { "法定发证期限", "Card due by" },
                              registry = { "户籍地机关", "Registry" },
                              centre = { "制证单位", "Card centre" };
    const Yidi__Case *row = printed->case_row;
    draw_pair(table, ROW, fee, fee_text(table->svg, row->form), due,
              paper_day(table->svg, row->statutory_deadline_ms));
    draw_pair(table, ROW + 20, registry, paper_office_name(printed->registry), centre,
              paper_office_name(printed->production));
}

/* ---- declaration and signatures ---- */

/* What only the applicant can tell, and what becomes of the former card. */
static const char *
declaration_about(Yidi__ApplicationKind kind)
{
    switch (kind) {
    case YIDI__APPLICATION_KIND__RENEWAL:
        return "知悉领取新证时必须交回原证。";
    case YIDI__APPLICATION_KIND__REPLACEMENT:
        return "原证自报失之日起不再使用，找回后交回公安机关。";
    default:
        return "申请人此前未领取过居民身份证，也未在其他公安机关申请领取。";
    }
}

static void
draw_declaration(struct svg *svg, struct svg_box box, Yidi__ApplicationKind kind)
{
    static const struct words head = { "申请人声明", "Declaration" };
    const struct svg_type type = { .font = SVG_SONG, .size = 31 };
    const int x = box.x + PADDING, width = box.width - 2 * PADDING;
    svg_rect(svg, box, NULL, PAPER_HAIR);
    (void)paper_words(svg, x, box.y + 52, 30, head);
    (void)svg_flow(svg, &type, (struct svg_box){ x, box.y + 76, width, 170 },
                   svg_format(svg,
                              "本人确认以上登记内容真实、准确，提交的证件和材料真实有效，如有虚假"
                              "愿承担法律责任；%s",
                              declaration_about(kind)));
    paper_signature(svg, x, box.y + box.height - 96, width, "申请人（监护人）签名");
    paper_signature(svg, x, box.y + box.height - 30, width, "日期");
}

static void
draw_acceptance(struct svg *svg, struct svg_box box, const Yidi__Printed *printed)
{
    static const struct words head = { "受理单位", "Accepted by" };
    const int x = box.x + PADDING, width = box.width - 2 * PADDING;
    svg_rect(svg, box, NULL, PAPER_HAIR);
    (void)paper_words(svg, x, box.y + 52, 30, head);
    (void)svg_flow(svg, &value_type, (struct svg_box){ x, box.y + 76, width, 150 },
                   paper_office_name(printed->acceptance));
    svg_text(svg, &note_type, x, box.y + box.height - 172,
             svg_format(svg, "经办 clerk  %s", printed->case_row->clerk));
    paper_signature(svg, x, box.y + box.height - 96, width, "经办人签名（公章）");
    paper_signature(svg, x, box.y + box.height - 30, width, "日期");
}

static void
draw_foot(struct svg *svg, struct table *table, const Yidi__Printed *printed)
{
    struct svg_box box = next_row(table, 450);
    const struct svg_type end = {
        .font = SVG_HEI, .size = 21, .anchor = SVG_END, .ink = PAPER_GREY
    };
    box.width /= 2;
    draw_declaration(svg, box, printed->case_row->form->kind);
    box.x += box.width;
    draw_acceptance(svg, box, printed);
    svg_rect(svg, (struct svg_box){ LEFT, TOP, WIDTH, table->y - TOP }, NULL, PAPER_FRAME);
    svg_text(svg, &note_type, LEFT, table->y + 40,
             "本表载有个人信息，由受理单位存档，不得他用。  Personal data; kept by the accepting "
             "office.");
    svg_text(svg, &end, LEFT + WIDTH, table->y + 40,
             svg_format(svg, "打印日期 %s", paper_day(svg, printed->printed_ms)));
}

static void
draw_head(struct svg *svg, const Yidi__Case *row)
{
    static const struct words title = {
        "居民身份证异地受理登记表",
        "Registration form: resident identity card applied for away from the place of registration"
    };
    static const struct words number = { "受理编号", "No." };
    const struct svg_type mono = { .font = SVG_MONO, .size = 36, .bold = true };
    const struct svg_type date = { .font = SVG_HEI, .size = 30, .anchor = SVG_END };
    paper_title(svg, PAGE_WIDTH / 2, 270, title);
    const int x = paper_words(svg, LEFT, TOP - 26, 30, number);
    svg_text(svg, &mono, x + 16, TOP - 26, paper_case_number(svg, row->case_number));
    const char *corrected =
        row->revision == 0 ? "" : svg_format(svg, "（第 %" PRIu32 " 次补正）", row->revision);
    svg_text(svg, &date, LEFT + WIDTH, TOP - 26,
             svg_format(svg, "受理日期  %s%s", paper_day(svg, row->accepted_ms), corrected));
}

void
paper_draw_form(struct paper *paper, struct arena *arena)
{
    const Yidi__Printed *printed = paper->printed;
    const Yidi__ApplicationForm *form = printed->case_row->form;
    struct svg *svg = &paper->svg;
    struct table table = { .svg = svg, .y = TOP, .width = WIDTH - PHOTO_COLUMN };
    svg_begin(svg, arena, PAGE_WIDTH, PAGE_HEIGHT, "居民身份证异地受理登记表");
    draw_head(svg, printed->case_row);
    draw_kind(&table, form);
    draw_person(&table, form);
    draw_photo(paper, svg, table.y - TOP);
    table.width = WIDTH;
    draw_places(&table, form);
    draw_evidence(&table, form);
    draw_offices(&table, printed);
    draw_foot(svg, &table, printed);
}
