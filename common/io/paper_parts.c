/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/paper_parts.h"

#include <inttypes.h>

#include "common/core/limits.h"
#include "common/domain/civil_date.h"
#include "common/domain/paragraph.h"

void
paper_title(struct svg *svg, int x, int y, struct words title)
{
    const struct svg_type chinese = {
        .font = SVG_SONG, .size = 74, .bold = true, .anchor = SVG_MIDDLE, .spacing = 6
    };
    const struct svg_type english = {
        .font = SVG_HEI, .size = 26, .anchor = SVG_MIDDLE, .ink = PAPER_GREY
    };
    svg_text(svg, &chinese, x + chinese.spacing / 2, y, title.chinese);
    svg_text(svg, &english, x, y + 50, title.english);
}

int
paper_words(struct svg *svg, int x, int y, int size, struct words words)
{
    const struct svg_type chinese = { .font = SVG_HEI, .size = size };
    const struct svg_type english = { .font = SVG_HEI, .size = size * 66 / 100, .ink = PAPER_GREY };
    svg_text(svg, &chinese, x, y, words.chinese);
    x += (int)paragraph_width(words.chinese) * size / PARAGRAPH_EM + size * 35 / 100;
    svg_text(svg, &english, x, y, words.english);
    return x + (int)paragraph_width(words.english) * english.size / PARAGRAPH_EM;
}

void
paper_signature(struct svg *svg, int x, int y, int width, const char *word)
{
    const struct svg_type type = { .font = SVG_HEI, .size = 30 };
    const int word_width = (int)paragraph_width(word) * type.size / PARAGRAPH_EM;
    svg_text(svg, &type, x, y, word);
    svg_line(svg, x + word_width + 10, y + 8, x + width, y + 8, PAPER_HAIR);
}

const char *
paper_date(struct svg *svg, uint32_t date)
{
    if (date == 0)
        return "";
    return svg_format(svg, "%" PRIu32 "年%" PRIu32 "月%" PRIu32 "日", date / 10000,
                      date / 100 % 100, date % 100);
}

const char *
paper_day(struct svg *svg, uint64_t time_ms)
{
    return time_ms == 0 ? "" : paper_date(svg, civil_date_of_ms(time_ms));
}

const char *
paper_until(struct svg *svg, uint32_t date)
{
    return svg_format(svg, "%s（含）前", paper_date(svg, date));
}

const char *
paper_case_number(struct svg *svg, const char *number)
{
    if (strlen(number) != CASE_NUMBER_CHARS)
        return number;
    return svg_format(svg, "%.12s-%.6s-%.7s-%s", number, number + 12, number + 18, number + 25);
}

const char *
paper_fee(struct svg *svg, uint32_t fee_fen)
{
    return svg_format(svg, "%" PRIu32 ".%02" PRIu32 " 元", fee_fen / 100, fee_fen % 100);
}

const char *
paper_office_name(const Yidi__PaperOffice *office)
{
    return office->name[0] == '\0' ? office->code : office->name;
}
