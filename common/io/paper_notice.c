/* SPDX-License-Identifier: Apache-2.0
 *
 * The notices, letters on A4: what is to be corrected and by when; why the application was refused,
 * or has ended, and who answers questions about it.
 */
#include "common/domain/refusal_reason.h"
#include "common/io/paper_parts.h"

enum {
    PAGE_WIDTH = 2100,
    PAGE_HEIGHT = 2970,
    LEFT = 250,
    WIDTH = PAGE_WIDTH - 2 * LEFT,
    BODY_SIZE = 40,
    PADDING = 26, /* within frames */
    SEAL = 2420,  /* at the latest; what stands above makes do with the room that there is */
    SIGNED = 2690,
};

static const struct svg_type body_type = { .font = SVG_SONG, .size = BODY_SIZE };

/* ---- parts of a letter ---- */

struct letter {
    struct svg *svg;
    int y; /* where the next part begins */
};

static void
add_salutation(struct letter *letter, const char *name)
{
    const struct svg_type type = { .font = SVG_SONG, .size = 42, .bold = true };
    const struct svg_box box = { LEFT, letter->y, WIDTH, 170 };
    letter->y += svg_flow(letter->svg, &type, box, svg_format(letter->svg, "%s：", name)) + 14;
}

static struct letter
begin(struct paper *paper, struct arena *arena, struct words title)
{
    static const struct words number = { "受理编号", "No." };
    const struct svg_type kicker = {
        .font = SVG_SONG, .size = 44, .anchor = SVG_MIDDLE, .spacing = 4
    };
    const struct svg_type mono = { .font = SVG_MONO, .size = 36, .bold = true };
    const Yidi__Case *row = paper->printed->case_row;
    struct svg *svg = &paper->svg;
    struct letter letter = { .svg = svg, .y = 600 };
    svg_begin(svg, arena, PAGE_WIDTH, PAGE_HEIGHT, title.chinese);
    svg_text(svg, &kicker, PAGE_WIDTH / 2, 270, "居民身份证异地受理");
    paper_title(svg, PAGE_WIDTH / 2, 370, title);
    svg_line(svg, LEFT, 460, LEFT + WIDTH, 460, PAPER_FRAME);
    svg_line(svg, LEFT, 468, LEFT + WIDTH, 468, 1);
    const int x = paper_words(svg, LEFT, 530, 30, number);
    svg_text(svg, &mono, x + 16, 530, paper_case_number(svg, row->case_number));
    add_salutation(&letter, row->form->person->name);
    return letter;
}

/* A paragraph, its first line indented by two characters, as letters are. */
static void
add_paragraph(struct letter *letter, const char *text)
{
    const struct svg_box box = { LEFT, letter->y, WIDTH, 420 };
    letter->y += svg_flow(letter->svg, &body_type, box, svg_format(letter->svg, "　　%s", text));
    letter->y += 14;
}

/* A frame with a heading; answers the room within it. */
static struct svg_box
open_frame(struct letter *letter, struct words head, int height_max)
{
    (void)paper_words(letter->svg, LEFT, letter->y + 30, 32, head);
    letter->y += 46;
    return (struct svg_box){ LEFT + PADDING, letter->y + PADDING, WIDTH - 2 * PADDING, height_max };
}

static void
close_frame(struct letter *letter, int height)
{
    const struct svg_box frame = { LEFT, letter->y, WIDTH, height + 2 * PADDING };
    svg_rect(letter->svg, frame, NULL, PAPER_HAIR);
    letter->y += frame.height + 34;
}

static void
add_frame(struct letter *letter, struct words head, const char *text, int height_max)
{
    const struct svg_type type = { .font = SVG_SONG, .size = 36 };
    const struct svg_box box = open_frame(letter, head, height_max);
    close_frame(letter, svg_flow(letter->svg, &type, box, text));
}

static void
add_contact(struct letter *letter, const Yidi__PaperOffice *office, const char *contact)
{
    static const struct words head = { "办理机关及联系方式", "Who answers questions" };
    add_frame(letter, head, svg_format(letter->svg, "%s\n%s", paper_office_name(office), contact),
              220);
}

static void
finish(struct letter *letter, const Yidi__Printed *printed)
{
    const struct svg_type end = { .font = SVG_SONG, .size = 38, .anchor = SVG_END };
    const struct svg_type note = { .font = SVG_HEI, .size = 24, .ink = PAPER_GREY };
    struct svg *svg = letter->svg;
    const int y = letter->y + 90 < SEAL ? letter->y + 90 : SEAL;
    svg_fit(svg, &end, (struct svg_box){ LEFT + WIDTH / 3, y, WIDTH * 2 / 3, 100 },
            paper_office_name(printed->acceptance));
    svg_text(svg, &end, LEFT + WIDTH, y + 140, "（公章）");
    svg_text(svg, &end, LEFT + WIDTH, y + 200, paper_day(svg, printed->printed_ms));
    svg_line(svg, LEFT, SIGNED, LEFT + WIDTH, SIGNED, 1);
    paper_signature(svg, LEFT, SIGNED + 75, WIDTH * 58 / 100, "本文书已送达，申请人（监护人）签名");
    paper_signature(svg, LEFT + WIDTH * 64 / 100, SIGNED + 75, WIDTH * 36 / 100, "日期");
    svg_text(
        svg, &note, LEFT, SIGNED + 140,
        "一式两份，一份交申请人，一份由受理单位存档。  One copy for the applicant, one for the "
        "office.");
}

static const char *
kind_text(const Yidi__Case *row)
{
    return form_words_kind((enum form_kind)row->form->kind).chinese;
}

/* ---- 不予办理告知书 ---- */

/* Each reason has its share of the room, so that eight fit too. */
static void
add_reasons(struct letter *letter, const Yidi__CaseRefusal *refusal)
{
    static const struct words head = { "理由", "Reasons" };
    const struct svg_type chinese = { .font = SVG_SONG, .size = 36 };
    const struct svg_type english = { .font = SVG_HEI, .size = 24, .ink = PAPER_GREY };
    struct svg_box box = open_frame(letter, head, 480);
    const int top = box.y, share = box.height / (int)refusal->n_reasons, gap = share / 12;
    for (size_t i = 0; i < refusal->n_reasons; i++) {
        const enum refusal_reason reason = (enum refusal_reason)refusal->reasons[i];
        box.height = (share - gap) * 58 / 100;
        box.y +=
            svg_flow(letter->svg, &chinese, box,
                     svg_format(letter->svg, "%zu. %s", i + 1, refusal_reason_chinese(reason)));
        box.height = (share - gap) * 42 / 100;
        box.y += svg_flow(letter->svg, &english, box, refusal_reason_english(reason));
        box.y += i + 1 < refusal->n_reasons ? (gap < 16 ? gap : 16) : 0;
    }
    close_frame(letter, box.y - top);
}

/* Some are refused without anybody having looked at them: a second one, or one that could not be
 * delivered. */
static bool
was_examined(const Yidi__Case *row)
{
    for (size_t i = 0; i < row->n_trace; i++) {
        const Yidi__Hop *hop = row->trace[i];
        const bool judged = hop->step == YIDI__STEP__EXAMINED || hop->step == YIDI__STEP__REFUSED;
        if (judged && hop->operator_[0] != '\0' && strcmp(hop->office, row->registry_office) == 0)
            return true;
    }
    return false;
}

/* Until it is collected only a temporary card proves who somebody is, and it is handed back. */
static void
add_temporary_card(struct letter *letter, const Yidi__Case *row)
{
    const Yidi__TemporaryCard *card =
        row->collection == NULL ? NULL : row->collection->temporary_card;
    if (card != NULL && card->end == YIDI__TEMPORARY_CARD_END__STILL_OUT)
        add_paragraph(letter,
                      svg_format(letter->svg,
                                 "您领取的临时居民身份证有效期至%s，请在期满时交回本受理点。",
                                 paper_date(letter->svg, card->valid_until)));
}

void
paper_draw_refusal(struct paper *paper, struct arena *arena)
{
    static const struct words title = { "不予办理告知书",
                                        "Notice: the application cannot be handled here" },
                              details = { "具体情况", "Details" };
    const Yidi__Printed *printed = paper->printed;
    const Yidi__Case *row = printed->case_row;
    struct svg *svg = &paper->svg;
    struct letter letter = begin(paper, arena, title);
    add_paragraph(
        &letter,
        svg_format(svg, "您于%s在本受理点提出的居民身份证%s申请，%s不能在异地办理，现告知如下：",
                   paper_day(svg, row->accepted_ms), kind_text(row),
                   was_examined(row) ? "经户籍地公安机关审核，" : ""));
    letter.y += 10;
    add_reasons(&letter, row->refusal);
    add_frame(&letter, details, row->refusal->text, 300);
    add_contact(&letter, printed->registry, row->refusal->contact);
    add_paragraph(&letter,
                  "对本告知有疑问的，请向上述机关询问；不服的，可以依法申请行政复议或者提起"
                  "行政诉讼。");
    add_temporary_card(&letter, row);
    finish(&letter, printed);
}

/* ---- 补正通知书 ---- */

/* In two columns when there are many. */
static void
add_fields(struct letter *letter, const Yidi__CaseReturn *returned)
{
    static const struct words head = { "需要补正的内容", "To be corrected" };
    enum { ONE_COLUMN = 6, STEP = 54, SIZE = 34 };
    const struct svg_type type = { .font = SVG_SONG, .size = SIZE };
    const size_t count = returned->n_fields, columns = count > ONE_COLUMN ? 2 : 1;
    const size_t rows = (count + columns - 1) / columns;
    const struct svg_box box = open_frame(letter, head, 0);
    for (size_t i = 0; i < count; i++) {
        const struct words words = form_words_field(returned->fields[i]);
        const int x = box.x + (int)(i / rows) * (box.width / 2), y = box.y + (int)(i % rows) * STEP;
        const char *number = svg_format(letter->svg, "%zu.", i + 1);
        const struct svg_box place = { x + 64, y, box.width / (int)columns - 80, STEP };
        svg_text(letter->svg, &type, x, y + SIZE + 4, number);
        if (words.english[0] == '\0')
            svg_fit(letter->svg, &type, place, words.chinese);
        else
            (void)paper_words(letter->svg, place.x, y + SIZE + 4, SIZE, words);
    }
    close_frame(letter, (int)rows * STEP);
}

void
paper_draw_return(struct paper *paper, struct arena *arena)
{
    static const struct words title = { "补正通知书", "Notice: the application must be corrected" },
                              details = { "说明", "Explanation" };
    const Yidi__Printed *printed = paper->printed;
    const Yidi__Case *row = printed->case_row;
    struct svg *svg = &paper->svg;
    struct letter letter = begin(paper, arena, title);
    add_paragraph(&letter,
                  svg_format(svg,
                             "您于%s在本受理点提出的居民身份证%s申请，经户籍地公安机关审核，"
                             "需要补正。请于%s到本受理点办理补正，并携带本通知和有关证明材料。",
                             paper_day(svg, row->accepted_ms), kind_text(row),
                             paper_until(svg, row->returned->answer_by)));
    letter.y += 10;
    add_fields(&letter, row->returned);
    add_frame(&letter, details, row->returned->text, 300);
    add_contact(&letter, printed->registry, row->returned->contact);
    finish(&letter, printed);
}

/* ---- 终止办理告知书 ---- */

/* A fee is not given back once a card was handed out. */
static void
add_what_next(struct letter *letter, const Yidi__Case *row)
{
    static const char again[] = "如仍需办理居民身份证，请重新提出申请。";
    const bool collected = row->collection != NULL && row->collection->collected_ms != 0;
    if (collected || row->form->fee_fen == 0)
        add_paragraph(letter, again);
    else
        add_paragraph(letter, svg_format(letter->svg,
                                         "您缴纳的工本费%s，请凭本告知书在本受理点办理退还。%s",
                                         paper_fee(letter->svg, row->form->fee_fen), again));
}

void
paper_draw_end(struct paper *paper, struct arena *arena)
{
    static const struct words title = { "终止办理告知书", "Notice: the application has ended" },
                              details = { "原因", "Why" };
    const Yidi__Printed *printed = paper->printed;
    const Yidi__Case *row = printed->case_row;
    struct svg *svg = &paper->svg;
    struct letter letter = begin(paper, arena, title);
    add_paragraph(&letter, svg_format(svg,
                                      "您于%s在本受理点提出的居民身份证%s申请已终止办理，不再制发"
                                      "居民身份证，现告知如下：",
                                      paper_day(svg, row->accepted_ms), kind_text(row)));
    letter.y += 10;
    add_frame(&letter, details, row->note != NULL ? row->note->text : "有关机关不再办理本申请。",
              300);
    add_contact(&letter, printed->acceptance, printed->acceptance->contact);
    add_what_next(&letter, row);
    add_temporary_card(&letter, row);
    finish(&letter, printed);
}
