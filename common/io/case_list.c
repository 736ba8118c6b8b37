/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/case_list.h"

#include <stdio.h>
#include <string.h>

#include "common/core/hex.h"
#include "common/core/limits.h"
#include "common/domain/citizen_number.h"
#include "common/domain/finding.h"
#include "common/domain/person_name.h"

bool
case_list_overdue(const Yidi__Case *row, uint64_t now_ms)
{
    return row->stage_deadline_ms != 0 && now_ms > row->stage_deadline_ms;
}

static enum result
refuse_state(const struct machine *machine, struct refusal *ret_refusal)
{
    char rule[REFUSAL_RULE_BYTES] = "one of ";
    size_t used = strlen(rule);
    for (int state = 1; state < machine->state_count && used < sizeof rule; state++)
        used += (size_t)snprintf(rule + used, sizeof rule - used, "%s%s", state == 1 ? "" : ", ",
                                 machine->state_names[state]);
    return refuse(ret_refusal, REFUSAL_STATE_UNKNOWN, "list.state", "%s", rule);
}

enum result
case_list_findings(uint32_t findings, struct arena *arena, char ***ret_names, size_t *ret_count)
{
    char **names = arena_take(arena, FINDING_COUNT * sizeof *names);
    if (names == NULL)
        return ERR_MEMORY;
    size_t count = 0;
    for (int finding = 0; finding < FINDING_COUNT; finding++)
        if (findings_have(findings, (enum finding)finding))
            names[count++] = (char *)finding_name((enum finding)finding);
    *ret_names = names;
    *ret_count = count;
    return OK;
}

struct page {
    struct store_txn *txn;
    const struct machine *machine;
    const Yidi__List *list;
    uint64_t now_ms;
    struct arena *arena;
    struct arena scratch; /* of the row that is looked at */
    size_t limit;
    size_t examined;
    struct bytes after; /* decoded cursor; empty at the beginning */
    Yidi__Listed *listed;
};

static enum result
copy_text(char **text, struct arena *arena)
{
    *text = arena_copy_text(arena, *text);
    return *text == NULL ? ERR_MEMORY : OK;
}

static enum result
copy_attention(const Yidi__CaseAttention *from, struct arena *arena,
               Yidi__CaseAttention **ret_attention)
{
    Yidi__CaseAttention *copy = arena_take(arena, sizeof *copy);
    if (copy == NULL)
        return ERR_MEMORY;
    yidi__case_attention__init(copy);
    copy->code = from->code;
    copy->text = from->text;
    copy->peer = from->peer;
    enum result result = copy_text(&copy->code, arena);
    if (result == OK)
        result = copy_text(&copy->text, arena);
    if (result == OK)
        result = copy_text(&copy->peer, arena);
    *ret_attention = copy;
    return result;
}

/* The summary outlives its row. */
static enum result
copy_texts(Yidi__CaseSummary *summary, const Yidi__Case *row, struct arena *arena)
{
    char **const texts[] = { &summary->case_number, &summary->acceptance_office,
                             &summary->registry_office, &summary->production_office };
    enum result result = OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && result == OK; i++)
        result = copy_text(texts[i], arena);
    if (result == OK && row->attention != NULL)
        result = copy_attention(row->attention, arena, &summary->attention);
    return result == OK
               ? case_list_findings(row->findings, arena, &summary->findings, &summary->n_findings)
               : result;
}

static enum result
summarise(const struct page *page, const Yidi__Case *row, Yidi__CaseSummary **ret_summary)
{
    Yidi__CaseSummary *summary = arena_take(page->arena, sizeof *summary);
    char *number = arena_take(page->arena, CITIZEN_NUMBER_CHARS + 1);
    char *name = arena_take(page->arena, PERSON_NAME_MASKED_BYTES);
    if (summary == NULL || number == NULL || name == NULL)
        return ERR_MEMORY;
    citizen_number_mask(row->form->person->citizen_number, number);
    person_name_mask(row->form->person->name, name);
    yidi__case_summary__init(summary);
    summary->case_number = row->case_number;
    summary->state = (char *)page->machine->state_names[row->state];
    summary->kind = row->form->kind;
    summary->name_masked = name;
    summary->citizen_number_masked = number;
    summary->acceptance_office = row->acceptance_office;
    summary->registry_office = row->registry_office;
    summary->production_office = row->production_office;
    summary->accepted_ms = row->accepted_ms;
    summary->changed_ms = row->changed_ms;
    summary->stage_deadline_ms = row->stage_deadline_ms;
    summary->statutory_deadline_ms = row->statutory_deadline_ms;
    summary->overdue = case_list_overdue(row, page->now_ms);
    *ret_summary = summary;
    return copy_texts(summary, row, page->arena);
}

static bool
wanted(const struct page *page, const Yidi__Case *row)
{
    if (page->list->attention_only && row->attention == NULL)
        return false;
    return !page->list->overdue_only || case_list_overdue(row, page->now_ms);
}

static enum result
add_case(struct page *page, struct bytes key)
{
    char case_number[CASE_NUMBER_CHARS + 1] = { 0 };
    struct case_file file;
    if (key.size != BY_STATE_KEY_BYTES)
        return ERR_DAMAGED;
    memcpy(case_number, key.data + 9, CASE_NUMBER_CHARS);
    enum result result =
        case_file_open(page->txn, page->machine, case_number, &page->scratch, &file);
    if (result == OK && wanted(page, file.row))
        result = summarise(page, file.row, &page->listed->cases[page->listed->n_cases++]);
    arena_reset(&page->scratch);
    page->examined++;
    return result == ERR_ABSENT ? ERR_DAMAGED : result;
}

static enum result
set_next(struct page *page, struct bytes last_key)
{
    char *text = arena_take(page->arena, 2 * last_key.size + 1);
    if (text == NULL)
        return ERR_MEMORY;
    hex_encode(last_key, text);
    page->listed->next = text;
    return OK;
}

/* Rows of one state beyond the cursor, until the page is full. ERR_FULL: it is, and there is more.
 */
static enum result
list_state(struct page *page, int state)
{
    const uint8_t prefix = (uint8_t)state;
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value, previous = page->after;
    bool resume = page->after.size > 0 && page->after.data[0] == prefix;
    enum result result =
        store_cursor_open(page->txn, TABLE_BY_STATE, bytes_of(&prefix, 1), &cursor);
    if (result == OK)
        result = resume ? store_cursor_seek(cursor, page->after, &key, &value)
                        : store_cursor_next(cursor, &key, &value);
    if (result == OK && resume && bytes_equal(key, page->after))
        result = store_cursor_next(cursor, &key, &value);
    while (result == OK) {
        if (page->listed->n_cases == page->limit || page->examined == LIST_EXAMINED_MAX) {
            result = set_next(page, previous);
            return result == OK ? ERR_FULL : result;
        }
        previous = key;
        result = add_case(page, key);
        if (result == OK)
            result = store_cursor_next(cursor, &key, &value);
    }
    page->after = result == ERR_ABSENT && previous.size > 0 ? previous : page->after;
    return result == ERR_ABSENT ? OK : result;
}

static enum result
read_cursor(struct page *page, int only_state, int *ret_first_state, struct refusal *ret_refusal)
{
    static const char rule[] = "a cursor that an earlier page of the same list gave";
    const char *text = page->list->after;
    *ret_first_state = only_state >= 0 ? only_state : 1;
    if (text[0] == '\0')
        return OK;
    uint8_t *key = arena_take(page->arena, BY_STATE_KEY_BYTES);
    if (key == NULL)
        return ERR_MEMORY;
    if (!hex_decode(text, key, BY_STATE_KEY_BYTES) || key[0] >= page->machine->state_count ||
        (only_state >= 0 && key[0] != only_state))
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "list.after", "%s", rule);
    page->after = bytes_of(key, BY_STATE_KEY_BYTES);
    *ret_first_state = key[0];
    return OK;
}

enum result
case_list(struct store_txn *txn, const struct machine *machine, const Yidi__List *list,
          uint64_t now_ms, struct arena *arena, Yidi__Response *response,
          struct refusal *ret_refusal)
{
    struct page page = {
        .txn = txn, .machine = machine, .list = list, .now_ms = now_ms, .arena = arena
    };
    page.limit = list->limit == 0 ? LIST_LIMIT_STANDARD : list->limit;
    page.listed = arena_take(arena, sizeof *page.listed);
    if (page.listed == NULL)
        return ERR_MEMORY;
    yidi__listed__init(page.listed);
    page.listed->cases = arena_take(arena, page.limit * sizeof *page.listed->cases);
    if (page.listed->cases == NULL)
        return ERR_MEMORY;

    int only = list->state[0] == '\0' ? -1 : machine_find_state(machine, list->state);
    if (list->state[0] != '\0' && only < 0)
        return refuse_state(machine, ret_refusal);
    int first;
    enum result result = read_cursor(&page, only, &first, ret_refusal);
    int last = only >= 0 ? only : machine->state_count - 1;
    arena_init(&page.scratch);
    for (int state = first; state <= last && result == OK; state++)
        if (only >= 0 || machine->state_open[state] || list->attention_only)
            result = list_state(&page, state);
    arena_fini(&page.scratch);
    response->body_case = YIDI__RESPONSE__BODY_LISTED;
    response->listed = page.listed;
    return result == ERR_FULL ? OK : result;
}
