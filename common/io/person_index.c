/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/person_index.h"

#include "common/core/require.h"

enum { BY_CITIZEN = 'C', BY_NAME = 'N' };

struct person_key {
    uint8_t bytes[1 + PERSON_NAME_BYTES_MAX + 1 + CASE_NUMBER_CHARS];
    size_t size;
};

_Static_assert(sizeof((struct person_key){ 0 }.bytes) <= STORE_KEY_BYTES_MAX, "a key fits");

static struct bytes
bytes_of_key(const struct person_key *key)
{
    return bytes_of(key->bytes, key->size);
}

static void
add(struct person_key *key, const void *data, size_t size)
{
    REQUIRE(key->size + size <= sizeof key->bytes);
    memcpy(key->bytes + key->size, data, size);
    key->size += size;
}

/* The beginning of all keys of a citizen, or of the names that begin so. */
static struct person_key
prefix_of(uint8_t kind, const char *text)
{
    struct person_key key = { .size = 0 };
    add(&key, &kind, 1);
    add(&key, text, strlen(text));
    return key;
}

static struct person_key
key_of(uint8_t kind, const char *text, const char *case_number)
{
    struct person_key key = prefix_of(kind, text);
    if (kind == BY_NAME)
        add(&key, "", 1);
    add(&key, case_number, CASE_NUMBER_CHARS);
    return key;
}

/* ---- keeping ---- */

static bool
same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* A key that is missing is missed by the audit; no case stands still for it. */
static enum result
move(struct store_txn *txn, uint8_t kind, const char *case_number, const char *from, const char *to)
{
    enum result result = OK;
    if (same(from, to))
        return OK;
    if (from != NULL) {
        const struct person_key key = key_of(kind, from, case_number);
        result = store_delete(txn, TABLE_BY_PERSON, bytes_of_key(&key));
    }
    if ((result == OK || result == ERR_ABSENT) && to != NULL) {
        const struct person_key key = key_of(kind, to, case_number);
        result = store_put(txn, TABLE_BY_PERSON, bytes_of_key(&key), (struct bytes){ 0 });
    }
    return result == ERR_ABSENT ? OK : result;
}

enum result
person_index_move(struct store_txn *txn, const char *case_number, const struct person_place *from,
                  const struct person_place *to)
{
    enum result result =
        move(txn, BY_CITIZEN, case_number, from->citizen_number, to->citizen_number);
    return result == OK ? move(txn, BY_NAME, case_number, from->name, to->name) : result;
}

static enum result
find(struct store_txn *txn, uint8_t kind, const char *case_number, const char *text, uint64_t *keys)
{
    struct bytes unused;
    if (text == NULL)
        return OK;
    const struct person_key key = key_of(kind, text, case_number);
    enum result result = store_get(txn, TABLE_BY_PERSON, bytes_of_key(&key), &unused);
    *keys += result == OK;
    return result;
}

enum result
person_index_find(struct store_txn *txn, const char *case_number, const struct person_place *place,
                  uint64_t *ret_keys)
{
    *ret_keys = 0;
    enum result result = find(txn, BY_CITIZEN, case_number, place->citizen_number, ret_keys);
    return result == OK ? find(txn, BY_NAME, case_number, place->name, ret_keys) : result;
}

/* ---- searching ---- */

static enum result
begin(struct store_cursor *cursor, const struct person_key *after, struct bytes *ret_key)
{
    struct bytes value;
    if (after->size == 0)
        return store_cursor_next(cursor, ret_key, &value);
    enum result result = store_cursor_seek(cursor, bytes_of_key(after), ret_key, &value);
    if (result == OK && bytes_equal(*ret_key, bytes_of_key(after)))
        result = store_cursor_next(cursor, ret_key, &value);
    return result;
}

enum result
person_index_search(struct store_txn *txn, const struct search_term *term,
                    const struct person_after *after, char ret_numbers[][CASE_NUMBER_CHARS + 1],
                    size_t room, size_t *ret_count, bool *ret_more)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    const uint8_t kind = term->kind == SEARCH_CITIZEN ? BY_CITIZEN : BY_NAME;
    const struct person_key prefix = prefix_of(kind, term->text);
    struct person_key from = { .size = 0 };
    struct bytes key, value;
    size_t count = 0;
    if (after != NULL) {
        const char *text = kind == BY_CITIZEN ? after->place.citizen_number : after->place.name;
        if (text == NULL || strncmp(text, term->text, strlen(term->text)) != 0)
            return ERR_ABSENT;
        from = key_of(kind, text, after->case_number);
    }
    enum result result = store_cursor_open(txn, TABLE_BY_PERSON, bytes_of_key(&prefix), &cursor);
    if (result == OK)
        result = begin(cursor, &from, &key);
    for (; result == OK && count < room; result = store_cursor_next(cursor, &key, &value)) {
        if (key.size <= 1 + CASE_NUMBER_CHARS)
            return ERR_DAMAGED;
        memcpy(ret_numbers[count], key.data + key.size - CASE_NUMBER_CHARS, CASE_NUMBER_CHARS);
        ret_numbers[count++][CASE_NUMBER_CHARS] = '\0';
    }
    if (result != OK && result != ERR_ABSENT)
        return result;
    *ret_more = result == OK;
    *ret_count = count;
    return OK;
}
