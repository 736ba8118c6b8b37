/* SPDX-License-Identifier: Apache-2.0
 *
 * svg - a page for a printer: lines, boxes, text, a photo, drawn into one SVG document.
 *
 * Lengths are tenths of a millimetre from the upper left corner. All text is escaped here and
 * nowhere else, so that nothing that anybody typed can become markup; what XML cannot hold, and
 * marks that turn the direction of writing around, become U+FFFD. Fonts are only named, with others
 * to fall back on. Drawing cannot fail; svg_end tells whether memory ran out. Knows no paper.
 */
#ifndef IO_SVG_H
#define IO_SVG_H

#include "common/core/arena.h"
#include "common/core/bytes.h"
#include "common/core/result.h"

struct svg {
    struct arena *arena; /* borrowed */
    char *text;
    size_t size;
    size_t room;
    bool failed;
};

struct svg_box {
    int x, y, width, height;
};

enum svg_font {
    SVG_SONG, /* serifs, for titles and what was filled in */
    SVG_HEI,  /* sans, for labels */
    SVG_MONO, /* numbers and codes */
};

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

struct svg_type {
    enum svg_font font;
    int size; /* of the em */
    bool bold;
    enum svg_anchor anchor;
    int spacing;     /* between characters */
    const char *ink; /* a colour of our own, NULL is black */
};

/* Begin a page. title is what a viewer calls it. */
void svg_begin(struct svg *svg, struct arena *arena, int width, int height, const char *title);

/* The document, in the arena. ERR_MEMORY */
enum result svg_end(struct svg *svg, struct bytes *ret_document) MUST_CHECK;

void svg_line(struct svg *svg, int x1, int y1, int x2, int y2, int weight);

/* fill is a colour of our own or NULL; weight 0 draws no border. */
void svg_rect(struct svg *svg, struct svg_box box, const char *fill, int weight);

/* A check mark. */
void svg_check(struct svg *svg, struct svg_box box);

/* Text on one line; x is its start, middle or end, y its base line. */
void svg_text(struct svg *svg, const struct svg_type *type, int x, int y, const char *text);

/* All of a text within a box, broken into lines, centred in height; in smaller type when it is
 * long. With SVG_MIDDLE or SVG_END in that part of the box. */
void svg_fit(struct svg *svg, const struct svg_type *type, struct svg_box box, const char *text);

/* The same from the top of the box. Answers the height that it took. */
int svg_flow(struct svg *svg, const struct svg_type *type, struct svg_box box, const char *text);

/* The JPEG fills the box. */
void svg_jpeg(struct svg *svg, struct svg_box box, struct bytes jpeg);

/* A square of side by side modules, row by row, 1 is dark; the box is square. */
void svg_modules(struct svg *svg, struct svg_box box, const uint8_t *modules, size_t side);

/* printf into the arena, for text to draw; "" when out of memory, which svg_end tells. */
const char *svg_format(struct svg *svg, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
