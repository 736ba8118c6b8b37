/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/case_search.h"

#include <stdio.h>

#include "common/io/case_summary.h"

enum { NAMED_CASES_MAX = 20, DETAIL_BYTES = 600 }; /* in one entry of the journal */

_Static_assert(NAMED_CASES_MAX *(CASE_NUMBER_CHARS + 1) + 20 < DETAIL_BYTES, "they fit");

/* Numbers of the cases that were found. */
struct found {
    char numbers[SEARCH_CASES_MAX][CASE_NUMBER_CHARS + 1];
    size_t count;
    bool more;
};

static enum result
refuse_cursor(struct refusal *ret_refusal)
{
    return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "search.after",
                  "a cursor that an earlier page of the same search gave");
}

/* ---- finding ---- */

static enum result
find_case(struct turn *turn, const struct search_term *term, struct found *found)
{
    enum result result = case_file_exists(turn->txn, term->text);
    if (result == OK)
        memcpy(found->numbers[found->count++], term->text, CASE_NUMBER_CHARS + 1);
    return result == ERR_ABSENT ? OK : result;
}

/* A case that was erased since then stands nowhere. */
static enum result
read_cursor(struct turn *turn, const char *after, struct person_after *ret_after,
            struct refusal *ret_refusal)
{
    struct case_file file;
    enum result result =
        case_file_open(turn->txn, turn->office->options.role->machine, after, turn->arena, &file);
    if (result == OK)
        *ret_after = (struct person_after){ case_file_person(file.row), after };
    return result == ERR_ABSENT ? refuse_cursor(ret_refusal) : result;
}

static enum result
find_person(struct turn *turn, const Yidi__Search *search, const struct search_term *term,
            struct found *found, struct refusal *ret_refusal)
{
    const size_t limit = search->limit == 0 ? SEARCH_CASES_MAX : search->limit;
    const bool first = search->after[0] == '\0';
    struct person_after after = { .case_number = "" };
    enum result result = first ? OK : read_cursor(turn, search->after, &after, ret_refusal);
    if (result != OK)
        return result;
    result = person_index_search(turn->txn, term, first ? NULL : &after, found->numbers, limit,
                                 &found->count, &found->more);
    return result == ERR_ABSENT ? refuse_cursor(ret_refusal) : result;
}

/* ---- who saw them ---- */

/* One entry for each twenty cases; one that tells of none when none was found. */
static enum result
journal(struct turn *turn, const struct search_term *term, const struct found *found)
{
    size_t place = 0;
    do {
        char *detail = arena_take(turn->arena, DETAIL_BYTES);
        if (detail == NULL)
            return ERR_MEMORY;
        size_t used = (size_t)snprintf(
            detail, DETAIL_BYTES, "by %s:", term->kind == SEARCH_NAME ? "name" : "citizen number");
        const size_t end = place + NAMED_CASES_MAX;
        for (; place < found->count && place < end; place++)
            used +=
                (size_t)snprintf(detail + used, DETAIL_BYTES - used, " %s", found->numbers[place]);
        if (found->count == 0)
            snprintf(detail + used, DETAIL_BYTES - used, " none");
        turn_begin_act(turn, "", "search", detail);
        enum result result = turn_journal_cause(turn);
        if (result != OK)
            return result;
    } while (place < found->count);
    return OK;
}

/* ---- answering ---- */

static enum result
summarise(struct turn *turn, const struct found *found, Yidi__Listed *listed)
{
    const struct machine *machine = turn->office->options.role->machine;
    const struct urgency_scale scale = urgency_scale_of(policies_present(&turn->office->policies),
                                                        turn->office->options.code, turn->now_ms);
    const struct summary_source source = { turn->txn, machine, &scale, turn->arena };
    enum result result = OK;
    listed->cases = arena_take(turn->arena, (found->count + 1) * sizeof *listed->cases);
    if (listed->cases == NULL)
        return ERR_MEMORY;
    for (; listed->n_cases < found->count && result == OK; listed->n_cases++) {
        struct case_file file;
        result =
            case_file_open(turn->txn, machine, found->numbers[listed->n_cases], turn->arena, &file);
        if (result == OK)
            result = case_summary(&source, file.row, &listed->cases[listed->n_cases]);
    }
    return result == ERR_ABSENT ? ERR_DAMAGED : result;
}

enum result
case_search(struct turn *turn, const Yidi__Search *search, Yidi__Response *response,
            struct refusal *ret_refusal)
{
    struct search_term term;
    struct found found = { .count = 0 };
    Yidi__Listed *listed = arena_take(turn->arena, sizeof *listed);
    if (listed == NULL)
        return ERR_MEMORY;
    enum result result = search_term_read(search->text, "search.text", &term, ret_refusal);
    if (result != OK)
        return result;
    result = term.kind == SEARCH_CASE ? find_case(turn, &term, &found)
                                      : find_person(turn, search, &term, &found, ret_refusal);
    if (result == OK && term.kind != SEARCH_CASE)
        result = journal(turn, &term, &found);
    yidi__listed__init(listed);
    if (result == OK)
        result = summarise(turn, &found, listed);
    if (result == OK && found.more)
        listed->next = arena_copy_text(turn->arena, found.numbers[found.count - 1]);
    response->body_case = YIDI__RESPONSE__BODY_LISTED;
    response->listed = listed;
    return listed->next == NULL ? ERR_MEMORY : result;
}
