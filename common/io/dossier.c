/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/dossier.h"

#include "common/core/require.h"

struct dossier_key {
    uint8_t bytes[STORE_KEY_BYTES_MAX];
    size_t size;
};

enum {
    MESSAGE_KEY_BYTES = 1 + CASE_NUMBER_CHARS + 1 + OFFICE_CODE_CHARS + 8,
    ERASED_VALUE_BYTES = 8 + 8,
    STRAY_KEY_BYTES = 1 + 8 + CASE_NUMBER_CHARS,
};

static void
add(struct dossier_key *key, const void *data, size_t size)
{
    REQUIRE(key->size + size <= sizeof key->bytes);
    memcpy(key->bytes + key->size, data, size);
    key->size += size;
}

static struct bytes
key_bytes(const struct dossier_key *key)
{
    return bytes_of(key->bytes, key->size);
}

static struct dossier_key
case_key(char kind, const char *case_number)
{
    struct dossier_key key = { .size = 0 };
    add(&key, &kind, 1);
    add(&key, case_number, CASE_NUMBER_CHARS);
    return key;
}

static struct dossier_key
digest_key(struct bytes digest)
{
    struct dossier_key key = { .size = 0 };
    add(&key, "D", 1);
    add(&key, digest.data, digest.size);
    return key;
}

static struct dossier_key
message_key(const char *case_number, const struct dossier_message *message)
{
    struct dossier_key key = case_key('M', case_number);
    uint8_t sequence[8], mine = message->mine;
    bytes_put_u64(sequence, message->sequence);
    add(&key, &mine, 1);
    add(&key, message->peer, OFFICE_CODE_CHARS);
    add(&key, sequence, sizeof sequence);
    return key;
}

static enum result
put(struct store_txn *txn, const struct dossier_key *key)
{
    return store_put(txn, TABLE_DOSSIERS, key_bytes(key), (struct bytes){ 0 });
}

/* ---- noting ---- */

enum result
dossier_add_blob(struct store_txn *txn, const char *case_number, struct bytes digest)
{
    REQUIRE(digest.size == DIGEST_BYTES);
    struct dossier_key by_case = case_key('B', case_number), by_digest = digest_key(digest);
    add(&by_case, digest.data, digest.size);
    add(&by_digest, case_number, CASE_NUMBER_CHARS);
    enum result result = put(txn, &by_case);
    return result == OK ? put(txn, &by_digest) : result;
}

enum result
dossier_add_message(struct store_txn *txn, const char *case_number,
                    const struct dossier_message *message)
{
    const struct dossier_key key = message_key(case_number, message);
    return put(txn, &key);
}

enum result
dossier_add_request(struct store_txn *txn, const char *case_number, const char *request_key)
{
    struct dossier_key key = case_key('R', case_number);
    add(&key, request_key, strlen(request_key));
    return put(txn, &key);
}

enum result
dossier_put_erased(struct store_txn *txn, const char *case_number,
                   const struct dossier_erased *erased)
{
    const struct dossier_key key = case_key('E', case_number);
    uint8_t value[ERASED_VALUE_BYTES];
    bytes_put_u64(value, erased->latest_ms);
    bytes_put_u64(value + 8, erased->policy_version);
    return store_put(txn, TABLE_DOSSIERS, key_bytes(&key), bytes_of(value, sizeof value));
}

enum result
dossier_find_erased(struct store_txn *txn, const char *case_number,
                    struct dossier_erased *ret_erased)
{
    const struct dossier_key key = case_key('E', case_number);
    struct bytes value;
    enum result result = store_get(txn, TABLE_DOSSIERS, key_bytes(&key), &value);
    if (result != OK)
        return result;
    if (value.size != ERASED_VALUE_BYTES)
        return ERR_DAMAGED;
    *ret_erased = (struct dossier_erased){ .latest_ms = bytes_get_u64(value.data),
                                           .policy_version = bytes_get_u64(value.data + 8) };
    return OK;
}

/* ---- dropping ---- */

/* The first row of a prefix, its key copied: what a cursor hands out does not outlive a delete. */
static enum result
find_first(struct store_txn *txn, const struct dossier_key *prefix, struct dossier_key *ret_key)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    enum result result = store_cursor_open(txn, TABLE_DOSSIERS, key_bytes(prefix), &cursor);
    if (result == OK)
        result = store_cursor_next(cursor, &key, &value);
    if (result == OK && key.size > sizeof ret_key->bytes)
        return ERR_DAMAGED;
    if (result == OK) {
        ret_key->size = 0;
        add(ret_key, key.data, key.size);
    }
    return result;
}

/* Delete a blob that nobody needs any more. */
static enum result
release(struct store_txn *txn, struct bytes digest, uint64_t *deleted)
{
    const struct dossier_key prefix = digest_key(digest);
    struct dossier_key other;
    enum result result = find_first(txn, &prefix, &other);
    if (result != ERR_ABSENT)
        return result;
    result = store_delete(txn, TABLE_BLOBS, digest);
    if (result == OK)
        ++*deleted;
    return result == ERR_ABSENT ? OK : result;
}

static enum result
drop_blob(struct store_txn *txn, const char *case_number, const struct dossier_key *by_case,
          uint64_t *deleted)
{
    struct bytes digest = bytes_of(by_case->bytes + 1 + CASE_NUMBER_CHARS, DIGEST_BYTES);
    if (by_case->size != 1 + CASE_NUMBER_CHARS + DIGEST_BYTES)
        return ERR_DAMAGED;
    struct dossier_key by_digest = digest_key(digest);
    add(&by_digest, case_number, CASE_NUMBER_CHARS);
    enum result result = store_delete(txn, TABLE_DOSSIERS, key_bytes(by_case));
    if (result == OK)
        result = store_delete(txn, TABLE_DOSSIERS, key_bytes(&by_digest));
    return result == OK || result == ERR_ABSENT ? release(txn, digest, deleted) : result;
}

enum result
dossier_drop_blobs(struct store_txn *txn, const char *case_number, uint64_t *ret_deleted)
{
    const struct dossier_key prefix = case_key('B', case_number);
    struct dossier_key key;
    uint64_t deleted = 0;
    enum result result = OK;
    while (result == OK && (result = find_first(txn, &prefix, &key)) == OK)
        result = drop_blob(txn, case_number, &key, &deleted);
    *ret_deleted = deleted;
    return result == ERR_ABSENT ? OK : result;
}

static enum result
drop_request(struct store_txn *txn, const struct dossier_key *key)
{
    const size_t head = 1 + CASE_NUMBER_CHARS;
    enum result result =
        store_delete(txn, TABLE_REQUESTS, bytes_of(key->bytes + head, key->size - head));
    return result == OK || result == ERR_ABSENT ? store_delete(txn, TABLE_DOSSIERS, key_bytes(key))
                                                : result;
}

enum result
dossier_drop_requests(struct store_txn *txn, const char *case_number)
{
    const struct dossier_key prefix = case_key('R', case_number);
    struct dossier_key key;
    enum result result = OK;
    while (result == OK && (result = find_first(txn, &prefix, &key)) == OK)
        result = drop_request(txn, &key);
    return result == ERR_ABSENT ? OK : result;
}

/* ---- messages ---- */

static enum result
read_message(struct bytes key, struct dossier_message *ret_message)
{
    const uint8_t *at = key.data + 1 + CASE_NUMBER_CHARS;
    if (key.size != MESSAGE_KEY_BYTES)
        return ERR_DAMAGED;
    *ret_message =
        (struct dossier_message){ .mine = at[0] != 0,
                                  .sequence = bytes_get_u64(at + 1 + OFFICE_CODE_CHARS) };
    memcpy(ret_message->peer, at + 1, OFFICE_CODE_CHARS);
    return OK;
}

enum result
dossier_next_message(struct store_txn *txn, const char *case_number,
                     const struct dossier_message *after, struct dossier_message *ret_message)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    const struct dossier_key prefix = case_key('M', case_number);
    struct dossier_key at = prefix;
    struct bytes key = { 0 }, value = { 0 };
    if (after != NULL)
        at = message_key(case_number, after);
    enum result result = store_cursor_open(txn, TABLE_DOSSIERS, key_bytes(&prefix), &cursor);
    if (result == OK)
        result = store_cursor_seek(cursor, key_bytes(&at), &key, &value);
    if (result == OK && after != NULL && bytes_equal(key, key_bytes(&at)))
        result = store_cursor_next(cursor, &key, &value);
    return result == OK ? read_message(key, ret_message) : result;
}

enum result
dossier_drop_message(struct store_txn *txn, const char *case_number,
                     const struct dossier_message *message)
{
    const struct dossier_key key = message_key(case_number, message);
    enum result result = store_delete(txn, TABLE_DOSSIERS, key_bytes(&key));
    return result == ERR_ABSENT ? OK : result;
}

/* ---- messages about cases that are not here ---- */

static struct dossier_key
stray_key(uint64_t time_ms, const char *case_number)
{
    struct dossier_key key = { .size = 0 };
    uint8_t time[8];
    bytes_put_u64(time, time_ms);
    add(&key, "S", 1);
    add(&key, time, sizeof time);
    add(&key, case_number, CASE_NUMBER_CHARS);
    return key;
}

enum result
dossier_put_stray(struct store_txn *txn, uint64_t time_ms, const char *case_number)
{
    const struct dossier_key key = stray_key(time_ms, case_number);
    return put(txn, &key);
}

enum result
dossier_drop_stray(struct store_txn *txn, uint64_t time_ms, const char *case_number)
{
    const struct dossier_key key = stray_key(time_ms, case_number);
    return store_delete(txn, TABLE_DOSSIERS, key_bytes(&key));
}

enum result
dossier_next_stray(struct store_txn *txn, uint64_t *ret_time_ms,
                   char ret_case_number[CASE_NUMBER_CHARS + 1])
{
    const struct dossier_key prefix = { .bytes = { 'S' }, .size = 1 };
    struct dossier_key key;
    enum result result = find_first(txn, &prefix, &key);
    if (result == OK && key.size != STRAY_KEY_BYTES)
        return ERR_DAMAGED;
    if (result != OK)
        return result;
    *ret_time_ms = bytes_get_u64(key.bytes + 1);
    memcpy(ret_case_number, key.bytes + 1 + 8, CASE_NUMBER_CHARS);
    ret_case_number[CASE_NUMBER_CHARS] = '\0';
    return OK;
}
