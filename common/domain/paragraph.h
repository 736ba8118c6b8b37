/* SPDX-License-Identifier: Apache-2.0
 *
 * paragraph - breaks text of any script into lines that fit a width on paper.
 *
 * Chinese may be broken between any two characters, but no line begins with a closing mark or ends
 * with an opening one; words of letters are broken at spaces and hyphens, and inside only when one
 * is longer than a line. Marks that combine stay with their character, rare characters are whole.
 * Widths are estimates on the wide side, in thousandths of the font's size: which font a printer
 * will take is not known here. Bytes that are not UTF-8 count as one character each.
 */
#ifndef DOMAIN_PARAGRAPH_H
#define DOMAIN_PARAGRAPH_H

#include <stddef.h>

enum { PARAGRAPH_EM = 1000 }; /* a Chinese character is as wide as its font is high */

struct paragraph_line {
    const char *start; /* borrowed from the text; without spaces at either end */
    size_t bytes;
    unsigned width;
};

/* Width of the text on one line. */
unsigned paragraph_width(const char *text);

/* Break a text into lines of at most width_max. A character that is wider than a line alone gets
 * one. A newline ends a line; an empty line is kept.
 *
 * ret_lines  out; the first line_max lines.
 * Answers how many lines the text takes, which may be more than line_max; 0 for an empty text. */
size_t paragraph_break(const char *text, unsigned width_max, struct paragraph_line *ret_lines,
                       size_t line_max);

#endif
