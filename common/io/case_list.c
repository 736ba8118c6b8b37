/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/case_list.h"

#include <stdio.h>
#include <string.h>

#include "common/core/hex.h"
#include "common/core/limits.h"

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

struct page {
    const struct summary_source *source;
    const Yidi__List *list;
    struct arena scratch; /* of the row that is looked at */
    size_t limit;
    size_t examined, opened;
    struct bytes after; /* decoded cursor; empty at the beginning */
    Yidi__Listed *listed;
};

/* only_state  -1: any */
static enum result
add_case(struct page *page, const char *case_number, int only_state)
{
    struct case_file file;
    page->opened++;
    enum result result = case_file_open(page->source->txn, page->source->machine, case_number,
                                        &page->scratch, &file);
    if (result == OK && (!page->list->attention_only || file.row->attention != NULL) &&
        (only_state < 0 || only_state == (int)file.row->state))
        result =
            case_summary(page->source, file.row, &page->listed->cases[page->listed->n_cases++]);
    arena_reset(&page->scratch);
    return result == ERR_ABSENT ? ERR_DAMAGED : result;
}

static enum result
set_next(struct page *page, struct bytes last_key)
{
    char *text = arena_take(page->source->arena, 2 * last_key.size + 1);
    if (text == NULL)
        return ERR_MEMORY;
    hex_encode(last_key, text);
    page->listed->next = text;
    return OK;
}

/* What one walk along an index needs. */
struct walk {
    enum store_table table;
    uint8_t prefix;    /* first byte of its keys */
    struct bytes from; /* where to begin when the cursor of the page is not in it; may be empty */
    uint64_t until_ms; /* by deadline: up to and with */
    int only_state;    /* -1: any */
};

/* Look at one key. ERR_ABSENT: the walk ends before it. */
static enum result
take_key(struct page *page, const struct walk *walk, struct bytes key, struct bytes value)
{
    struct state_key state;
    struct deadline_key deadline;
    page->examined++;
    if (walk->table == TABLE_BY_STATE)
        return state_index_read(key, &state) == OK
                   ? add_case(page, state.case_number, walk->only_state)
                   : ERR_DAMAGED;
    if (deadline_index_read(key, value, &deadline) != OK)
        return OK; /* damaged; the case stands in the other lists */
    if (deadline.time_ms > walk->until_ms)
        return ERR_ABSENT;
    bool other = walk->only_state >= 0 && walk->only_state != deadline.state;
    return other ? OK : add_case(page, deadline.case_number, -1);
}

static bool
is_full(const struct page *page)
{
    return page->listed->n_cases == page->limit || page->examined == LIST_EXAMINED_MAX ||
           page->opened == LIST_OPENED_MAX;
}

/* Rows of an index beyond the cursor, until the page is full. ERR_FULL: it is, and there is more.
 */
static enum result
follow(struct page *page, const struct walk *walk)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value, previous = page->after;
    bool resume = page->after.size > 0 && page->after.data[0] == walk->prefix;
    enum result result =
        store_cursor_open(page->source->txn, walk->table, bytes_of(&walk->prefix, 1), &cursor);
    if (result == OK)
        result = store_cursor_seek(cursor, resume ? page->after : walk->from, &key, &value);
    if (result == OK && resume && bytes_equal(key, page->after))
        result = store_cursor_next(cursor, &key, &value);
    while (result == OK) {
        if (is_full(page)) {
            result = set_next(page, previous);
            return result == OK ? ERR_FULL : result;
        }
        previous = key;
        result = take_key(page, walk, key, value);
        if (result == OK)
            result = store_cursor_next(cursor, &key, &value);
    }
    page->after = result == ERR_ABSENT && previous.size > 0 ? previous : page->after;
    return result == ERR_ABSENT ? OK : result;
}

/* The cursor of a page, in the keys of an index whose first byte is below a bound. */
static enum result
read_cursor(struct page *page, size_t key_bytes, int first_byte_end, struct refusal *ret_refusal)
{
    static const char rule[] = "a cursor that an earlier page of the same list gave";
    const char *text = page->list->after;
    if (text[0] == '\0')
        return OK;
    uint8_t *key = arena_take(page->source->arena, key_bytes);
    if (key == NULL)
        return ERR_MEMORY;
    if (!hex_decode(text, key, key_bytes) || key[0] >= first_byte_end)
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "list.after", "%s", rule);
    page->after = bytes_of(key, key_bytes);
    return OK;
}

static enum result
list_by_state(struct page *page, int only_state, struct refusal *ret_refusal)
{
    const struct machine *machine = page->source->machine;
    enum result result = read_cursor(page, STATE_KEY_BYTES, machine->state_count, ret_refusal);
    int first = page->after.size > 0 ? page->after.data[0] : only_state >= 0 ? only_state : 1;
    int last = only_state >= 0 ? only_state : machine->state_count - 1;
    if (result == OK && only_state >= 0 && first != only_state)
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "list.after",
                      "a cursor that an earlier page of the same list gave");
    for (int state = first; state <= last && result == OK; state++) {
        const struct walk walk = { .table = TABLE_BY_STATE,
                                   .prefix = (uint8_t)state,
                                   .only_state = -1 };
        if (only_state >= 0 || machine->state_open[state])
            result = follow(page, &walk);
    }
    return result;
}

static enum result
list_attention(struct page *page, int only_state, struct refusal *ret_refusal)
{
    const struct walk walk = { .table = TABLE_BY_STATE,
                               .prefix = STATE_ATTENTION,
                               .only_state = only_state };
    enum result result = read_cursor(page, STATE_KEY_BYTES, STATE_ATTENTION + 1, ret_refusal);
    return result == OK ? follow(page, &walk) : result;
}

/* Those of which the operators were told first: their deadlines are the older ones. */
static enum result
list_by_deadline(struct page *page, int only_state, struct refusal *ret_refusal)
{
    static const enum deadline_list lists[] = { DEADLINES_TOLD, DEADLINES_AHEAD };
    const Yidi__List *list = page->list;
    const uint64_t now_ms = page->source->scale->now_ms;
    const uint64_t from_ms = list->overdue_only ? 0 : now_ms;
    uint64_t until_ms = list->due_soon_only ? page->source->scale->soon_until_ms : 0;
    if (list->overdue_only && now_ms > 0 && until_ms < now_ms - 1)
        until_ms = now_ms - 1;
    enum result result = read_cursor(page, DEADLINE_KEY_BYTES, DEADLINES_AGAIN, ret_refusal);
    bool later = page->after.size > 0 && page->after.data[0] == DEADLINES_AHEAD;
    for (size_t i = later ? 1 : 0; i < sizeof lists / sizeof *lists && result == OK; i++) {
        uint8_t from[9] = { (uint8_t)lists[i] };
        bytes_put_u64(from + 1, from_ms);
        const struct walk walk = { .table = TABLE_BY_DEADLINE,
                                   .prefix = (uint8_t)lists[i],
                                   .from = bytes_of(from, sizeof from),
                                   .until_ms = until_ms,
                                   .only_state = only_state };
        result = follow(page, &walk);
    }
    return result;
}

enum result
case_list(const struct summary_source *source, const Yidi__List *list, Yidi__Response *response,
          struct refusal *ret_refusal)
{
    const struct machine *machine = source->machine;
    struct arena *arena = source->arena;
    struct page page = { .source = source, .list = list };
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
    arena_init(&page.scratch);
    enum result result = list->overdue_only || list->due_soon_only
                             ? list_by_deadline(&page, only, ret_refusal)
                         : list->attention_only ? list_attention(&page, only, ret_refusal)
                                                : list_by_state(&page, only, ret_refusal);
    arena_fini(&page.scratch);
    response->body_case = YIDI__RESPONSE__BODY_LISTED;
    response->listed = page.listed;
    return result == ERR_FULL ? OK : result;
}
