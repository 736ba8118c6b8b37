/* SPDX-License-Identifier: Apache-2.0 */
#include "acceptance-node/temporary_out.h"

#include "acceptance-node/core/application.h"
#include "acceptance-node/temporary.h"
#include "common/core/hex.h"
#include "common/io/case_file.h"

enum { MARK = 1, DAY_BYTES = 4, KEY_BYTES = 1 + DAY_BYTES + CASE_NUMBER_CHARS };

/* ---- keys ---- */

static struct bytes
make_key(uint32_t last_day, const char *case_number, uint8_t storage[KEY_BYTES])
{
    storage[0] = MARK;
    for (int i = 0; i < DAY_BYTES; i++)
        storage[1 + i] = (uint8_t)(last_day >> (8 * (DAY_BYTES - 1 - i)));
    memcpy(storage + 1 + DAY_BYTES, case_number, CASE_NUMBER_CHARS);
    return bytes_of(storage, KEY_BYTES);
}

static uint32_t
last_day_of(struct bytes key)
{
    uint32_t day = 0;
    for (int i = 0; i < DAY_BYTES; i++)
        day = day << 8 | key.data[1 + i];
    return day;
}

enum result
temporary_out_put(struct store_txn *txn, const Yidi__Case *row)
{
    uint8_t storage[KEY_BYTES];
    return store_put(txn, TABLE_SERIALS,
                     make_key(temporary_of(row)->valid_until, row->case_number, storage),
                     (struct bytes){ 0 });
}

enum result
temporary_out_upgrade(struct store_txn *txn, const Yidi__Case *row)
{
    const Yidi__TemporaryCard *card = temporary_of(row);
    return card != NULL && card->end == YIDI__TEMPORARY_CARD_END__STILL_OUT
               ? temporary_out_put(txn, row)
               : OK;
}

enum result
temporary_out_delete(struct store_txn *txn, const Yidi__Case *row)
{
    uint8_t storage[KEY_BYTES];
    enum result result = store_delete(
        txn, TABLE_SERIALS, make_key(temporary_of(row)->valid_until, row->case_number, storage));
    return result == ERR_ABSENT ? OK : result;
}

/* ---- pages ---- */

static enum result
read_card(struct store_txn *txn, struct bytes key, struct arena *arena,
          Yidi__TemporaryOut **ret_card)
{
    char number[CASE_NUMBER_CHARS + 1] = { 0 };
    struct case_file file;
    Yidi__TemporaryOut *card = arena_take(arena, sizeof *card);
    if (card == NULL)
        return ERR_MEMORY;
    memcpy(number, key.data + 1 + DAY_BYTES, CASE_NUMBER_CHARS);
    enum result result = case_file_open(txn, &application_machine, number, arena, &file);
    if (result != OK || temporary_of(file.row) == NULL)
        return result == OK || result == ERR_ABSENT ? ERR_DAMAGED : result;
    yidi__temporary_out__init(card);
    card->case_number = file.row->case_number;
    card->state = (char *)application_machine.state_names[file.row->state];
    card->card = temporary_of(file.row);
    *ret_card = card;
    return OK;
}

static enum result
set_next(Yidi__TemporaryList *list, const uint8_t last_key[KEY_BYTES], struct arena *arena)
{
    list->next = arena_take(arena, 2 * KEY_BYTES + 1);
    if (list->next == NULL)
        return ERR_MEMORY;
    hex_encode(bytes_of(last_key, KEY_BYTES), list->next);
    return OK;
}

/* To the first card, or to the one behind the cursor. */
static enum result
seek_first(struct store_cursor *cursor, const Yidi__TemporaryQuery *query, struct bytes *ret_key,
           struct refusal *ret_refusal)
{
    uint8_t after[KEY_BYTES] = { MARK };
    struct bytes unused;
    bool resume = query->after[0] != '\0';
    if (resume && (!hex_decode(query->after, after, KEY_BYTES) || after[0] != MARK))
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "temporary_query.after",
                      "a cursor that an earlier page gave");
    enum result result =
        store_cursor_seek(cursor, bytes_of(after, resume ? KEY_BYTES : 1), ret_key, &unused);
    if (result == OK && resume && bytes_equal(*ret_key, bytes_of(after, KEY_BYTES)))
        result = store_cursor_next(cursor, ret_key, &unused);
    return result;
}

static enum result
fill_page(struct store_txn *txn, struct store_cursor *cursor, const Yidi__TemporaryQuery *query,
          struct arena *arena, Yidi__TemporaryList *list, struct refusal *ret_refusal)
{
    size_t limit = query->limit == 0 ? TEMPORARY_PAGE_CARDS_MAX : query->limit;
    uint8_t previous[KEY_BYTES];
    struct bytes key, unused;
    enum result result = seek_first(cursor, query, &key, ret_refusal);
    while (result == OK) {
        if (key.size != KEY_BYTES)
            return ERR_DAMAGED;
        if (query->ended_before != 0 && last_day_of(key) >= query->ended_before)
            return OK;
        if (list->n_cards == limit)
            return set_next(list, previous, arena);
        memcpy(previous, key.data, KEY_BYTES);
        result = read_card(txn, key, arena, &list->cards[list->n_cards]);
        list->n_cards += result == OK;
        if (result == OK)
            result = store_cursor_next(cursor, &key, &unused);
    }
    return result == ERR_ABSENT ? OK : result;
}

enum result
temporary_out_list(struct store_txn *txn, const Yidi__TemporaryQuery *query, struct arena *arena,
                   Yidi__Response *response, struct refusal *ret_refusal)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    const uint8_t prefix = MARK;
    Yidi__TemporaryList *list = arena_take(arena, sizeof *list);
    if (list == NULL)
        return ERR_MEMORY;
    yidi__temporary_list__init(list);
    list->cards = arena_take(arena, TEMPORARY_PAGE_CARDS_MAX * sizeof *list->cards);
    if (list->cards == NULL)
        return ERR_MEMORY;
    response->body_case = YIDI__RESPONSE__BODY_TEMPORARY_LIST;
    response->temporary_list = list;
    enum result result = store_cursor_open(txn, TABLE_SERIALS, bytes_of(&prefix, 1), &cursor);
    return result == OK ? fill_page(txn, cursor, query, arena, list, ret_refusal) : result;
}
