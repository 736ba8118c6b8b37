/* SPDX-License-Identifier: Apache-2.0
 *
 * paper_parts - what the papers share: their types, title, dates, numbers and signature lines.
 */
#ifndef IO_PAPER_PARTS_H
#define IO_PAPER_PARTS_H

#include "common/domain/form_words.h"
#include "common/io/svg.h"
#include "proto/control.pb-c.h"

#define PAPER_GREY "#5c5c5c"
#define PAPER_TINT "#f3f3f1"

enum { PAPER_FRAME = 4, PAPER_HAIR = 2 }; /* weights of lines */

struct paper {
    struct svg svg;
    const Yidi__Printed *printed; /* borrowed */
    struct bytes photo;           /* borrowed; may be empty */
};

/* The papers, each in its own file; they draw from svg_begin on. */
void paper_draw_form(struct paper *paper, struct arena *arena);
enum result paper_draw_receipt(struct paper *paper, struct arena *arena) MUST_CHECK;
void paper_draw_return(struct paper *paper, struct arena *arena);
void paper_draw_refusal(struct paper *paper, struct arena *arena);
void paper_draw_end(struct paper *paper, struct arena *arena);

/* Chinese title, and the English one beneath it, in the middle of the page; y is the base line. */
void paper_title(struct svg *svg, int x, int y, struct words title);

/* A Chinese word with its English one behind it, smaller and grey. Answers where it ends. */
int paper_words(struct svg *svg, int x, int y, int size, struct words words);

/* A line to sign on, behind its word. */
void paper_signature(struct svg *svg, int x, int y, int width, const char *word);

/* 2026年11月22日; "" for 0. */
const char *paper_date(struct svg *svg, uint32_t date);
const char *paper_day(struct svg *svg, uint64_t time_ms);

/* 2026年11月22日（含）前: that day counts too. */
const char *paper_until(struct svg *svg, uint32_t date);

/* 110105000001-261122-0000017-4 */
const char *paper_case_number(struct svg *svg, const char *number);

/* 20.00 元 */
const char *paper_fee(struct svg *svg, uint32_t fee_fen);

/* The name, or the code of an office that the directory does not list any more. */
const char *paper_office_name(const Yidi__PaperOffice *office);

#endif
