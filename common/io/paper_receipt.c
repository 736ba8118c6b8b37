/* SPDX-License-Identifier: Apache-2.0
 *
 * The receipt, A5 on its side: number and code in large type, and both again in the QR code.
 *
 * It leaves the office in somebody's pocket, so the name on it is masked, and nothing on it tells
 * where they live.
 */
#include "common/domain/civil_date.h"
#include "common/domain/form.h"
#include "common/domain/person_name.h"
#include "common/domain/receipt_code.h"
#include "common/io/paper_parts.h"
#include "common/io/qr.h"

enum {
    PAGE_WIDTH = 2100,
    PAGE_HEIGHT = 1480,
    LEFT = 130,
    WIDTH = PAGE_WIDTH - 2 * LEFT,
    COLUMN = 1300, /* the left one, of fields */
    LABEL_WIDTH = 236,
    TOP = 432, /* of the columns */
    CODE_LEFT = LEFT + COLUMN + 60,
    CODE_WIDTH = PAGE_WIDTH - LEFT - CODE_LEFT,
    QR_SIDE = 376,
    MASKED_CHARS = 3, /* how many stars there are tells nothing that is needed */
};

static const struct svg_type value_type = { .font = SVG_SONG, .size = 36 };
static const struct svg_type note_type = { .font = SVG_HEI, .size = 22, .ink = PAPER_GREY };

/* ---- the number ---- */

static void
draw_number(struct svg *svg, const char *number)
{
    static const struct words label = { "受理编号", "Receipt No." };
    const struct svg_type type = { .font = SVG_MONO, .size = 66, .bold = true, .spacing = 2 };
    const struct svg_box box = { LEFT, 286, WIDTH, 110 };
    svg_rect(svg, box, PAPER_TINT, 0);
    const int x = paper_words(svg, box.x + 28, box.y + 68, 34, label) + 46;
    svg_text(svg, &type, x, box.y + 78, paper_case_number(svg, number));
}

/* ---- the fields ---- */

static void
draw_field(struct svg *svg, struct svg_box box, const struct svg_type *type, struct words label,
           const char *value)
{
    const struct svg_type chinese = { .font = SVG_HEI, .size = 29 };
    const struct svg_type english = { .font = SVG_HEI, .size = 19, .ink = PAPER_GREY };
    const int middle = box.y + box.height / 2;
    svg_text(svg, &chinese, box.x, middle - 1, label.chinese);
    svg_text(svg, &english, box.x, middle + 27, label.english);
    svg_fit(svg, type,
            (struct svg_box){ box.x + LABEL_WIDTH, box.y + 6, box.width - LABEL_WIDTH - 10,
                              box.height - 12 },
            value);
    svg_line(svg, box.x, box.y + box.height, box.x + box.width, box.y + box.height, 1);
}

/* The surname's character is enough for its owner to know it. */
static const char *
masked_name(struct svg *svg, const char *name)
{
    char masked[PERSON_NAME_MASKED_BYTES];
    person_name_mask(name, masked);
    const size_t first = strcspn(masked, "*");
    const size_t stars = strlen(masked) - first;
    return svg_format(svg, "%.*s", (int)(first + (stars < MASKED_CHARS ? stars : MASKED_CHARS)),
                      masked);
}

static const char *
application_text(struct svg *svg, const Yidi__ApplicationForm *form)
{
    return svg_format(svg, "%s（%s）", form_words_kind((enum form_kind)form->kind).chinese,
                      form_words_reason((enum form_reason)form->reason).chinese);
}

static int
draw_fields(struct svg *svg, const Yidi__Printed *printed)
{
    static const struct words applicant = { "申请人", "Applicant" },
                              kind = { "申请类别", "Application" },
                              accepted = { "受理日期", "Accepted" },
                              fee = { "已缴工本费", "Fee paid" },
                              due = { "法定发证期限", "Card due by" },
                              office = { "受理单位", "Office" },
                              contact = { "联系方式", "Contact" };
    const struct svg_type strong = { .font = SVG_SONG, .size = 46, .bold = true };
    const Yidi__Case *row = printed->case_row;
    struct svg_box half = { LEFT, TOP, COLUMN / 2 - 20, 86 };
    struct svg_box full = { LEFT, TOP, COLUMN, 86 };
    draw_field(svg, half, &value_type, applicant, masked_name(svg, row->form->person->name));
    half.x = LEFT + COLUMN / 2 + 20;
    draw_field(svg, half, &value_type, kind, application_text(svg, row->form));
    half.y += half.height;
    draw_field(svg, half, &value_type, fee, paper_fee(svg, row->form->fee_fen));
    half.x = LEFT;
    draw_field(svg, half, &value_type, accepted, paper_day(svg, row->accepted_ms));
    full.y = half.y + half.height;
    draw_field(svg, full, &strong, due,
               paper_until(svg, civil_date_of_ms(row->statutory_deadline_ms)));
    full.y += full.height;
    full.height = 100;
    draw_field(svg, full, &value_type, office, paper_office_name(printed->acceptance));
    full.y += full.height;
    full.height = 130;
    draw_field(svg, full, &value_type, contact, printed->acceptance->contact);
    return full.y + full.height;
}

/* ---- the code ---- */

static enum result
draw_qr(struct svg *svg, const Yidi__Printed *printed)
{
    const Yidi__Case *row = printed->case_row;
    char scan[RECEIPT_SCAN_CHARS_MAX + 1];
    struct qr qr;
    receipt_code_write_scan(printed->public_address, row->case_number, row->receipt_code, scan);
    enum result result = qr_encode(scan, svg->arena, &qr);
    if (result != OK)
        return result;
    svg_modules(
        svg, (struct svg_box){ CODE_LEFT + (CODE_WIDTH - QR_SIDE) / 2, TOP + 14, QR_SIDE, QR_SIDE },
        qr.modules, qr.side);
    return OK;
}

/* A window that lost its disk can check a code and does not know it. */
static enum result
draw_code(struct svg *svg, const Yidi__Printed *printed)
{
    const Yidi__Case *row = printed->case_row;
    const struct svg_type type = {
        .font = SVG_MONO, .size = 64, .bold = true, .anchor = SVG_MIDDLE
    };
    const struct svg_type words = { .font = SVG_HEI, .size = 28, .anchor = SVG_MIDDLE };
    const struct svg_type small = {
        .font = SVG_HEI, .size = 20, .anchor = SVG_MIDDLE, .ink = PAPER_GREY
    };
    const int middle = CODE_LEFT + CODE_WIDTH / 2, y = TOP + QR_SIDE + 70;
    char grouped[RECEIPT_GROUPED_CHARS + 1];
    if (strlen(row->receipt_code) != RECEIPT_CODE_CHARS) {
        svg_fit(svg, &words, (struct svg_box){ CODE_LEFT, TOP, CODE_WIDTH, QR_SIDE },
                "查询码见首次打印的回执，\n此处不再打印。");
        return OK;
    }
    enum result result = draw_qr(svg, printed);
    receipt_code_group(row->receipt_code, grouped);
    svg_text(svg, &words, middle, y, "查询码");
    svg_text(svg, &type, middle, y + 70, grouped);
    svg_text(svg, &small, middle, y + 108, "Code: proves that this receipt is yours");
    if (printed->public_address[0] != '\0') {
        svg_text(svg, &words, middle, y + 164, "扫码查询办理进度");
        svg_text(svg, &small, middle, y + 198, "Scan to see how your application stands");
    }
    return result;
}

/* ---- what to know ---- */

/* Who collects, as of a day: of a child, the guardian (acceptance-node/core/handover.h). */
static bool
is_child(const Yidi__ApplicationForm *form, uint32_t date)
{
    return civil_date_age(form->person->birth_date, date) < FORM_GUARDED_BELOW_YEARS;
}

static const char *
who_collects(const Yidi__Case *row, bool child)
{
    if (!child)
        return "收到领证通知后，请本人到受理单位领取，当场核对证件的登记项目和机读信息，并签名"
               "确认。";
    return is_child(row->form, civil_date_of_ms(row->statutory_deadline_ms))
               ? "收到领证通知后，请监护人到受理单位代为领取，当场核对证件的登记项目和机读信息，"
                 "并签名确认。"
               : "收到领证通知后，请监护人到受理单位代为领取（届时已满十六周岁的，由本人领取），"
                 "当场核对证件的登记项目和机读信息，并签名确认。";
}

static const char *
what_to_bring(struct svg *svg, const Yidi__ApplicationForm *form, bool child)
{
    const char *papers = "居民户口簿、居住证或者其他有效身份证件";
    if (form->kind == YIDI__APPLICATION_KIND__RENEWAL)
        papers = "原居民身份证，领取新证时必须交回";
    else if (child)
        papers = "居民户口簿或者居住证";
    return svg_format(svg, "请携带：① 本回执；② %s%s。办理了临时居民身份证的，必须一并交回。",
                      papers, child ? "；③ 监护人的居民身份证" : "");
}

static const char *
in_english(struct svg *svg, const Yidi__ApplicationForm *form, bool child)
{
    const char *papers = form->kind == YIDI__APPLICATION_KIND__RENEWAL
                             ? "old card, which is handed back, as is a temporary card"
                             : "household register or residence permit; a temporary card is "
                               "handed back";
    return child ? svg_format(svg,
                              "The guardian collects, with this receipt, the guardian's own card "
                              "and the child's %s.",
                              papers)
                 : svg_format(svg, "Bring this receipt and your %s.", papers);
}

static void
draw_advice(struct svg *svg, const Yidi__Printed *printed, int y)
{
    static const struct words head = { "领证须知", "When the card is collected" };
    const struct svg_type type = { .font = SVG_SONG, .size = 29 };
    const struct svg_type grey = { .font = SVG_HEI, .size = 20, .ink = PAPER_GREY };
    const Yidi__Case *row = printed->case_row;
    const bool child = is_child(row->form, civil_date_of_ms(printed->printed_ms));
    const char *const lines[] = {
        what_to_bring(svg, row->form, child),
        who_collects(row, child),
        "公安机关应当自提交登记表之日起六十日内发放居民身份证；交通不便的地区，办理时间可以适当延长"
        "，"
        "但延长的时间不得超过三十日（《居民身份证法》第十二条）。",
    };
    struct svg_box box = { LEFT + 42, y + 74, COLUMN - 42, 120 };
    (void)paper_words(svg, LEFT, y + 52, 30, head);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        svg_text(svg, &type, LEFT, box.y + 30, svg_format(svg, "%zu.", i + 1));
        box.y += svg_flow(svg, &type, box, lines[i]) + 8;
    }
    svg_text(svg, &grey, LEFT + 42, box.y + 22, in_english(svg, row->form, child));
}

/* Of whoever collects, who has checked the card. */
static void
draw_signature(struct svg *svg)
{
    const int y = 1334, width = COLUMN * 64 / 100, date_left = COLUMN * 68 / 100;
    paper_signature(svg, LEFT, y, width, "证件已当场核对无误，领证人签名");
    paper_signature(svg, LEFT + date_left, y, COLUMN - date_left, "日期");
}

static void
draw_seal(struct svg *svg, const Yidi__Printed *printed)
{
    const struct svg_type type = { .font = SVG_HEI, .size = 30, .anchor = SVG_END };
    const int right = PAGE_WIDTH - LEFT;
    svg_text(svg, &type, right, 1210, "（受理单位公章）");
    svg_text(svg, &type, right, 1262, paper_day(svg, printed->case_row->accepted_ms));
    svg_line(svg, LEFT, 1390, right, 1390, PAPER_HAIR);
    svg_text(svg, &note_type, LEFT, 1424,
             "凭本回执领证，请妥善保管，不要把查询码告诉他人；遗失请及时向受理单位声明。");
    const struct svg_type end = {
        .font = SVG_HEI, .size = 22, .anchor = SVG_END, .ink = PAPER_GREY
    };
    svg_text(svg, &end, right, 1424, svg_format(svg, "经办 %s", printed->case_row->clerk));
}

enum result
paper_draw_receipt(struct paper *paper, struct arena *arena)
{
    static const struct words title = { "居民身份证领证回执",
                                        "Receipt for collecting a resident identity card" };
    const Yidi__Printed *printed = paper->printed;
    struct svg *svg = &paper->svg;
    svg_begin(svg, arena, PAGE_WIDTH, PAGE_HEIGHT, title.chinese);
    paper_title(svg, PAGE_WIDTH / 2, 176, title);
    draw_number(svg, printed->case_row->case_number);
    int y = draw_fields(svg, printed);
    draw_advice(svg, printed, y);
    draw_signature(svg);
    draw_seal(svg, printed);
    return draw_code(svg, printed);
}
