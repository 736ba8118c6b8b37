/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/fee_book.h"

#include <stdlib.h>
#include <string.h>

void
fee_book_init(struct fee_book *book, uint32_t date, uint32_t until, struct arena *arena)
{
    *book = (struct fee_book){ .arena = arena };
    yidi__fee_report__init(&book->report);
    yidi__fee_line__init(&book->total);
    book->report.date = date;
    book->report.until = until;
    book->report.total = &book->total;
}

static void
add_to_line(Yidi__FeeLine *line, const Yidi__FeeEntry *entry)
{
    if (entry->move == YIDI__FEE_MOVE__FEE_TAKEN) {
        line->count++;
        line->taken_fen += entry->amount_fen;
    } else if (entry->move == YIDI__FEE_MOVE__FEE_REFUND_DUE) {
        line->refund_due_fen += entry->amount_fen;
    } else {
        line->refunded_fen += entry->amount_fen;
    }
}

/* One more line at the end of a list; NULL when out of memory. */
static Yidi__FeeLine *
append(struct arena *arena, Yidi__FeeLine ***lines, size_t *count, size_t *room)
{
    Yidi__FeeLine *line = arena_take(arena, sizeof *line);
    if (*count == *room) {
        size_t wanted = *room == 0 ? 16 : 2 * *room;
        Yidi__FeeLine **longer = arena_take(arena, wanted * sizeof *longer);
        if (longer == NULL)
            return NULL;
        if (*count > 0)
            memcpy(longer, *lines, *count * sizeof *longer);
        *lines = longer;
        *room = wanted;
    }
    if (line == NULL)
        return NULL;
    yidi__fee_line__init(line);
    return (*lines)[(*count)++] = line;
}

static Yidi__FeeLine *
line_of_kind(struct fee_book *book, const Yidi__FeeEntry *entry)
{
    Yidi__FeeReport *report = &book->report;
    for (size_t i = 0; i < report->n_by_kind; i++) {
        Yidi__FeeLine *line = report->by_kind[i];
        if (line->item == entry->item && line->kind == entry->kind && line->waiver == entry->waiver)
            return line;
    }
    Yidi__FeeLine *line =
        append(book->arena, &report->by_kind, &report->n_by_kind, &book->by_kind_room);
    if (line == NULL)
        return NULL;
    line->item = entry->item;
    line->kind = entry->kind;
    line->waiver = entry->waiver;
    return line;
}

static Yidi__FeeLine *
line_of_clerk(struct fee_book *book, const Yidi__FeeEntry *entry)
{
    Yidi__FeeReport *report = &book->report;
    for (size_t i = 0; i < report->n_by_clerk; i++)
        if (strcmp(report->by_clerk[i]->clerk, entry->clerk) == 0)
            return report->by_clerk[i];
    Yidi__FeeLine *line =
        append(book->arena, &report->by_clerk, &report->n_by_clerk, &book->by_clerk_room);
    if (line == NULL)
        return NULL;
    line->clerk = arena_copy_text(book->arena, entry->clerk);
    return line->clerk == NULL ? NULL : line;
}

enum result
fee_book_add(struct fee_book *book, const Yidi__FeeEntry *entry)
{
    if (entry->move == YIDI__FEE_MOVE__FEE_UNKNOWN) {
        book->report.unknown++;
        return OK;
    }
    Yidi__FeeLine *of_kind = line_of_kind(book, entry);
    Yidi__FeeLine *of_clerk = line_of_clerk(book, entry);
    if (of_kind == NULL || of_clerk == NULL)
        return ERR_MEMORY;
    add_to_line(of_kind, entry);
    add_to_line(of_clerk, entry);
    add_to_line(&book->total, entry);
    return OK;
}

static int
compare_lines(const void *a, const void *b)
{
    const Yidi__FeeLine *left = *(Yidi__FeeLine *const *)a;
    const Yidi__FeeLine *right = *(Yidi__FeeLine *const *)b;
    if (left->item != right->item)
        return left->item < right->item ? -1 : 1;
    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    if (left->waiver != right->waiver)
        return left->waiver < right->waiver ? -1 : 1;
    return strcmp(left->clerk, right->clerk);
}

const Yidi__FeeReport *
fee_book_close(struct fee_book *book, uint64_t due_before_fen)
{
    Yidi__FeeReport *report = &book->report;
    uint64_t due_fen = due_before_fen + book->total.refund_due_fen;
    if (report->n_by_kind > 0)
        qsort(report->by_kind, report->n_by_kind, sizeof *report->by_kind, compare_lines);
    if (report->n_by_clerk > 0)
        qsort(report->by_clerk, report->n_by_clerk, sizeof *report->by_clerk, compare_lines);
    report->due_before_fen = due_before_fen;
    report->due_after_fen =
        due_fen > book->total.refunded_fen ? due_fen - book->total.refunded_fen : 0;
    return report;
}
