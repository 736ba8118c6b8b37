/* SPDX-License-Identifier: Apache-2.0
 *
 * page - one page of documentation, written twice from the same calls: as Markdown for a folder of
 * files, as HTML for the console.
 *
 * Texts may hold `code` and [words](#place); all else of them is plain. Whatever is wrong with the
 * output shows at page_end.
 */
#ifndef WEB_API_PAGE_H
#define WEB_API_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct page {
    FILE *out;
    bool html;
};

/* note  who wrote it; of the Markdown only. */
void page_begin(struct page *page, const char *title, const char *note);
bool page_end(struct page *page);

/* What stands where: groups of links, between contents_begin and contents_end. */
void page_contents_begin(struct page *page);
void page_contents_group(struct page *page, const char *title);
void page_contents_entry(struct page *page, const char *place, const char *words);
void page_contents_end(struct page *page);

/* level  2 or 3. place: that links lead to; in Markdown the words make it, in small letters. */
void page_heading(struct page *page, int level, const char *place, const char *words);
void page_paragraph(struct page *page, const char *text);
void page_code(struct page *page, const char *text);

/* A table of so many columns. */
void page_table(struct page *page, const char *const *heads, size_t count);
void page_row(struct page *page, const char *const *cells, size_t count);
void page_table_end(struct page *page);

#endif
