/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/svg.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/core/base64.h"
#include "common/domain/paragraph.h"
#include "common/domain/text.h"

enum {
    ROOM_FIRST = 16 * 1024,
    LINES_MAX = 64,
    SIZE_MIN = 10,         /* of type, in tenths of a millimetre */
    LINE_PERCENT = 132,    /* from line to line, of the size */
    BASELINE_PERCENT = 36, /* below the middle of a line: half a Chinese character, less its foot */
};

static const char style[] =
    "text{fill:#1a1a1a}"
    ".song{font-family:'Noto Serif CJK SC','Source Han Serif SC','Songti SC',SimSun,SimSun-ExtB,"
    "HanaMinA,HanaMinB,'Noto Sans CJK SC','Noto Sans Arabic',serif}"
    ".hei{font-family:'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft "
    "YaHei',SimHei,"
    "HanaMinA,HanaMinB,'Noto Sans Arabic',sans-serif}"
    ".mono{font-family:'Noto Sans Mono CJK SC','Source Han Mono SC',Menlo,Consolas,"
    "'DejaVu Sans Mono',monospace}";

/* ---- growing text ---- */

static bool
make_room(struct svg *svg, size_t more)
{
    if (svg->failed)
        return false;
    if (svg->room - svg->size > more)
        return true;
    size_t room = svg->room == 0 ? ROOM_FIRST : svg->room;
    while (room - svg->size <= more)
        room *= 2;
    char *text = arena_take_raw(svg->arena, room);
    svg->failed = text == NULL;
    if (svg->failed)
        return false;
    if (svg->size > 0)
        memcpy(text, svg->text, svg->size);
    svg->text = text;
    svg->room = room;
    return true;
}

static void
add_bytes(struct svg *svg, const char *bytes, size_t size)
{
    if (!make_room(svg, size))
        return;
    memcpy(svg->text + svg->size, bytes, size);
    svg->size += size;
}

static void
add(struct svg *svg, const char *text)
{
    add_bytes(svg, text, strlen(text));
}

/* Only for what is ours: nothing is escaped. */
static void __attribute__((format(printf, 2, 3)))
add_format(struct svg *svg, const char *format, ...)
{
    char text[320];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (size < 0 || (size_t)size >= sizeof text)
        svg->failed = true;
    else
        add_bytes(svg, text, (size_t)size);
}

/* ---- escaping ---- */

static bool
is_fit_for_xml(uint32_t point)
{
    bool control = point < 0x20 || (point >= 0x7F && point <= 0x9F);
    bool no_character = (point & 0xFFFE) == 0xFFFE || (point >= 0xFDD0 && point <= 0xFDEF);
    bool turns = point == 0x200E || point == 0x200F || (point >= 0x202A && point <= 0x202E) ||
                 (point >= 0x2066 && point <= 0x2069);
    return !control && !no_character && !turns;
}

static const char *
entity_of(uint32_t point)
{
    switch (point) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void
add_escaped(struct svg *svg, const char *start, size_t size)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    for (const char *cursor = start; cursor < start + size;) {
        const char *character = cursor;
        uint32_t point = 0;
        if (!text_next(&cursor, &point))
            cursor++;
        const char *entity = entity_of(point);
        if (entity != NULL)
            add(svg, entity);
        else if (!is_fit_for_xml(point))
            add(svg, replacement);
        else
            add_bytes(svg, character, (size_t)(cursor - character));
    }
}

/* ---- the page ---- */

void
svg_begin(struct svg *svg, struct arena *arena, int width, int height, const char *title)
{
    *svg = (struct svg){ .arena = arena };
    add(svg, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    add_format(svg,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" "
               "xmlns:xlink=\"http://www.w3.org/1999/xlink\" xml:lang=\"zh-CN\" "
               "xml:space=\"preserve\" "
               "width=\"%d.%dmm\" height=\"%d.%dmm\" viewBox=\"0 0 %d %d\">\n<title>",
               width / 10, width % 10, height / 10, height % 10, width, height);
    add_escaped(svg, title, strlen(title));
    /* a browser shall print the page on a sheet of its size, and nothing around it */
    add_format(svg, "</title>\n<style>@page{size:%dmm %dmm;margin:0}", width / 10, height / 10);
    add(svg, style);
    add(svg, "</style>\n");
    svg_rect(svg, (struct svg_box){ 0, 0, width, height }, "#fff", 0);
}

enum result
svg_end(struct svg *svg, struct bytes *ret_document)
{
    add(svg, "</svg>\n");
    if (svg->failed)
        return ERR_MEMORY;
    *ret_document = bytes_of(svg->text, svg->size);
    return OK;
}

const char *
svg_format(struct svg *svg, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = size < 0 ? NULL : arena_take(svg->arena, (size_t)size + 1);
    if (text == NULL)
        svg->failed = true;
    else
        vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    return text == NULL ? "" : text;
}

/* ---- shapes ---- */

void
svg_line(struct svg *svg, int x1, int y1, int x2, int y2, int weight)
{
    add_format(svg,
               "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#1a1a1a\" "
               "stroke-width=\"%d\"/>\n",
               x1, y1, x2, y2, weight);
}

void
svg_rect(struct svg *svg, struct svg_box box, const char *fill, int weight)
{
    add_format(svg, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"", box.x, box.y,
               box.width, box.height, fill == NULL ? "none" : fill);
    if (weight > 0)
        add_format(svg, " stroke=\"#1a1a1a\" stroke-width=\"%d\"", weight);
    add(svg, "/>\n");
}

void
svg_check(struct svg *svg, struct svg_box box)
{
    add_format(svg,
               "<path d=\"M%d %dL%d %dL%d %d\" fill=\"none\" stroke=\"#1a1a1a\" "
               "stroke-width=\"5\" stroke-linecap=\"round\"/>\n",
               box.x + box.width * 20 / 100, box.y + box.height * 52 / 100,
               box.x + box.width * 42 / 100, box.y + box.height * 76 / 100,
               box.x + box.width * 84 / 100, box.y + box.height * 22 / 100);
}

void
svg_jpeg(struct svg *svg, struct svg_box box, struct bytes jpeg)
{
    char *encoded = arena_take_raw(svg->arena, BASE64_CHARS(jpeg.size) + 1);
    svg->failed = svg->failed || encoded == NULL;
    if (svg->failed)
        return;
    base64_encode(jpeg, encoded);
    add_format(svg,
               "<image x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
               "xlink:href=\"data:image/jpeg;base64,",
               box.x, box.y, box.width, box.height);
    add(svg, encoded);
    add(svg, "\"/>\n");
}

/* One path over a grid of modules, scaled into the box: no seams between neighbours. */
void
svg_modules(struct svg *svg, struct svg_box box, const uint8_t *modules, size_t side)
{
    if (side == 0)
        return;
    unsigned thousandths = (unsigned)box.width * 1000 / (unsigned)side;
    add_format(svg, "<path transform=\"translate(%d %d) scale(%u.%03u)\" fill=\"#000\" d=\"", box.x,
               box.y, thousandths / 1000, thousandths % 1000);
    for (size_t row = 0; row < side; row++)
        for (size_t column = 0, run; column < side; column += run) {
            const uint8_t *module = modules + row * side + column;
            for (run = 1; column + run < side && module[run] == module[0];)
                run++;
            if (module[0] != 0)
                add_format(svg, "M%zu %zuh%zuv1h-%zuz", column, row, run, run);
        }
    add(svg, "\"/>\n");
}

/* ---- text ---- */

static void
add_line(struct svg *svg, const struct svg_type *type, int x, int y, const char *start, size_t size)
{
    static const char *const fonts[] = { "song", "hei", "mono" };
    static const char *const anchors[] = { "", " text-anchor=\"middle\"", " text-anchor=\"end\"" };
    add_format(svg, "<text class=\"%s\" x=\"%d\" y=\"%d\" font-size=\"%d\"%s%s", fonts[type->font],
               x, y, type->size, type->bold ? " font-weight=\"700\"" : "", anchors[type->anchor]);
    if (type->spacing != 0)
        add_format(svg, " letter-spacing=\"%d\"", type->spacing);
    if (type->ink != NULL)
        add_format(svg, " style=\"fill:%s\"", type->ink);
    add(svg, ">");
    add_escaped(svg, start, size);
    add(svg, "</text>\n");
}

void
svg_text(struct svg *svg, const struct svg_type *type, int x, int y, const char *text)
{
    if (text[0] != '\0')
        add_line(svg, type, x, y, text, strlen(text));
}

static int
line_height(int size)
{
    return size * LINE_PERCENT / 100;
}

/* The largest size, not above the wanted one, in which the whole text fits into the box. */
static size_t
break_to_fit(int *size, struct svg_box box, const char *text, struct paragraph_line *lines)
{
    for (;; (*size)--) {
        unsigned width_max = (unsigned)box.width * PARAGRAPH_EM / (unsigned)*size;
        size_t count = paragraph_break(text, width_max, lines, LINES_MAX);
        if (*size <= SIZE_MIN ||
            (count <= LINES_MAX && (int)count * line_height(*size) <= box.height))
            return count < LINES_MAX ? count : LINES_MAX;
    }
}

static int
draw_lines(struct svg *svg, const struct svg_type *wanted, struct svg_box box, const char *text,
           bool centred)
{
    struct paragraph_line lines[LINES_MAX];
    struct svg_type type = *wanted;
    const size_t count = break_to_fit(&type.size, box, text, lines);
    const int height = (int)count * line_height(type.size);
    const int x = type.anchor == SVG_START    ? box.x
                  : type.anchor == SVG_MIDDLE ? box.x + box.width / 2
                                              : box.x + box.width;
    const int top = centred ? box.y + (box.height - height) / 2 : box.y;
    for (size_t i = 0; i < count; i++) {
        int y = top + (int)i * line_height(type.size) + line_height(type.size) / 2 +
                type.size * BASELINE_PERCENT / 100;
        if (lines[i].bytes > 0)
            add_line(svg, &type, x, y, lines[i].start, lines[i].bytes);
    }
    return height;
}

void
svg_fit(struct svg *svg, const struct svg_type *type, struct svg_box box, const char *text)
{
    (void)draw_lines(svg, type, box, text, true);
}

int
svg_flow(struct svg *svg, const struct svg_type *type, struct svg_box box, const char *text)
{
    return draw_lines(svg, type, box, text, false);
}
