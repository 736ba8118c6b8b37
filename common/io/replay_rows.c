/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/replay_rows.h"

#include "common/core/require.h"
#include "common/io/erased.h"

enum {
    OWN_KEY_BYTES = 1 + 4 + 8 + OFFICE_CODE_CHARS + 8,
    OWN_VALUE_BYTES = 8 + CASE_NUMBER_CHARS + 1,
    SENT_KEY_BYTES = 1 + CASE_NUMBER_CHARS + OFFICE_CODE_CHARS + 1 + 8,
    RECEIVED_KEY_BYTES = 1 + CASE_NUMBER_CHARS + 8 + OFFICE_CODE_CHARS + 8,
    RECEIVED_VALUE_BYTES = 8 + 1,
    HELD_KEY_BYTES = 1 + OFFICE_CODE_CHARS + 8,
    AWAITED_KEY_BYTES = 1 + CITIZEN_NUMBER_CHARS + CASE_NUMBER_CHARS,
};

_Static_assert((int)SENT_KEY_BYTES <= (int)REPLAY_KEY_BYTES, "every key fits; this is the longest");

/* ---- keys ---- */

static void
add_bytes(struct replay_key *key, const void *data, size_t size)
{
    REQUIRE(key->size + size <= sizeof key->bytes);
    memcpy(key->bytes + key->size, data, size);
    key->size += size;
}

static void
add_byte(struct replay_key *key, uint8_t byte)
{
    add_bytes(key, &byte, 1);
}

static void
add_number(struct replay_key *key, uint64_t number)
{
    uint8_t bytes[8];
    bytes_put_u64(bytes, number);
    add_bytes(key, bytes, sizeof bytes);
}

struct bytes
replay_key_bytes(const struct replay_key *key)
{
    return bytes_of(key->bytes, key->size);
}

static struct replay_key
own_key(const struct envelope *envelope, const char *peer)
{
    struct replay_key key = { .size = 0 };
    uint32_t epoch = erased_is(envelope->entry) ? UINT32_MAX : envelope->entry->epoch;
    const uint8_t packed[4] = { (uint8_t)(epoch >> 24), (uint8_t)(epoch >> 16),
                                (uint8_t)(epoch >> 8), (uint8_t)epoch };
    add_byte(&key, 'O');
    add_bytes(&key, packed, sizeof packed);
    add_number(&key, envelope->leaf_index);
    add_bytes(&key, peer, OFFICE_CODE_CHARS);
    add_number(&key, message_place_of(envelope->entry).sequence);
    return key;
}

struct replay_key
replay_sent_prefix(const char *case_number, const char *peer, enum message_kind kind)
{
    struct replay_key key = { .size = 0 };
    add_byte(&key, 'S');
    add_bytes(&key, case_number, CASE_NUMBER_CHARS);
    add_bytes(&key, peer, OFFICE_CODE_CHARS);
    add_byte(&key, (uint8_t)kind);
    return key;
}

struct replay_key
replay_sent_key(const struct replay_item *item)
{
    struct replay_key key = replay_sent_prefix(item->case_number, item->peer, item->kind);
    add_number(&key, item->sequence);
    return key;
}

struct replay_key
replay_received_prefix(const char *case_number)
{
    struct replay_key key = { .size = 0 };
    add_byte(&key, 'R');
    add_bytes(&key, case_number, CASE_NUMBER_CHARS);
    return key;
}

/* No act ever needs a reminder, and there may be one for each day of many years: they stand behind
 * whatever an act may need. */
static struct replay_key
received_key(const struct envelope *envelope, const char *peer, uint64_t time_ms)
{
    const struct message_place place = message_place_of(envelope->entry);
    if (place.kind == YIDI__MESSAGE__BODY_APPLICATION_REMINDED)
        time_ms = UINT64_MAX;
    struct replay_key key = replay_received_prefix(place.case_number);
    add_number(&key, time_ms);
    add_bytes(&key, peer, OFFICE_CODE_CHARS);
    add_number(&key, place.sequence);
    return key;
}

struct replay_key
replay_held_prefix(const char *peer)
{
    struct replay_key key = { .size = 0 };
    add_byte(&key, 'H');
    add_bytes(&key, peer, OFFICE_CODE_CHARS);
    return key;
}

struct replay_key
replay_held_end(const char *peer)
{
    struct replay_key key = replay_held_prefix(peer);
    add_number(&key, UINT64_MAX);
    return key;
}

bool
replay_held_office(struct bytes key, char ret_office[OFFICE_CODE_CHARS + 1])
{
    if (key.size != HELD_KEY_BYTES)
        return false;
    memcpy(ret_office, key.data + 1, OFFICE_CODE_CHARS);
    ret_office[OFFICE_CODE_CHARS] = '\0';
    return true;
}

struct replay_key
replay_awaited_prefix(const char *citizen_number)
{
    struct replay_key key = { .size = 0 };
    add_byte(&key, 'C');
    add_bytes(&key, citizen_number, CITIZEN_NUMBER_CHARS);
    return key;
}

bool
replay_awaited_case(struct bytes key, char ret_case_number[CASE_NUMBER_CHARS + 1])
{
    if (key.size != AWAITED_KEY_BYTES)
        return false;
    memcpy(ret_case_number, key.data + 1 + CITIZEN_NUMBER_CHARS, CASE_NUMBER_CHARS);
    ret_case_number[CASE_NUMBER_CHARS] = '\0';
    return true;
}

/* ---- writing ---- */

enum result
replay_put_own(struct store_txn *txn, const struct envelope *envelope, const char *peer,
               uint64_t leaf)
{
    const struct message_place place = message_place_of(envelope->entry);
    const struct replay_key own = own_key(envelope, peer);
    struct replay_key present =
        replay_sent_prefix(place.case_number, peer, (enum message_kind)place.kind);
    add_number(&present, place.sequence);
    uint8_t value[OWN_VALUE_BYTES], time[8];
    bytes_put_u64(value, leaf);
    memcpy(value + 8, place.case_number, CASE_NUMBER_CHARS);
    value[OWN_VALUE_BYTES - 1] = (uint8_t)place.kind;
    bytes_put_u64(time, envelope->entry->time_ms);
    enum result result =
        store_put(txn, TABLE_RECOVERY, replay_key_bytes(&own), bytes_of(value, sizeof value));
    if (result == OK)
        result =
            store_put(txn, TABLE_RECOVERY, replay_key_bytes(&present), bytes_of(time, sizeof time));
    return result;
}

enum result
replay_put_received(struct store_txn *txn, const struct envelope *envelope, const char *peer,
                    const struct replay_received *received)
{
    const struct replay_key key = received_key(envelope, peer, received->time_ms);
    uint8_t value[RECEIVED_VALUE_BYTES];
    bytes_put_u64(value, received->leaf);
    value[8] = received->acknowledged;
    return store_put(txn, TABLE_RECOVERY, replay_key_bytes(&key), bytes_of(value, sizeof value));
}

enum result
replay_put_held(struct store_txn *txn, const char *peer, uint64_t number, struct bytes packed)
{
    struct replay_key key = replay_held_prefix(peer);
    add_number(&key, number);
    return store_put(txn, TABLE_RECOVERY, replay_key_bytes(&key), packed);
}

enum result
replay_put_awaited(struct store_txn *txn, const char *citizen_number, const char *case_number)
{
    struct replay_key key = replay_awaited_prefix(citizen_number);
    add_bytes(&key, case_number, CASE_NUMBER_CHARS);
    return store_put(txn, TABLE_RECOVERY, replay_key_bytes(&key), (struct bytes){ 0 });
}

/* ---- reading ---- */

enum result
replay_find_first(struct store_txn *txn, struct bytes prefix, struct replay_key *ret_key,
                  struct bytes *ret_value)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key;
    enum result result = store_cursor_open(txn, TABLE_RECOVERY, prefix, &cursor);
    if (result == OK)
        result = store_cursor_next(cursor, &key, ret_value);
    if (result != OK)
        return result;
    if (key.size > sizeof ret_key->bytes)
        return ERR_DAMAGED;
    ret_key->size = 0;
    add_bytes(ret_key, key.data, key.size);
    return OK;
}

enum result
replay_find_latest(struct store_txn *txn, const char *case_number, uint64_t *ret_time_ms)
{
    uint64_t latest_ms = 0;
    enum result result = ERR_ABSENT;
    for (int kind = 0; kind < 2 && result == ERR_ABSENT; kind++) {
        AUTO(store_cursor) struct store_cursor *cursor = NULL;
        struct bytes key, value;
        struct replay_key prefix = replay_received_prefix(case_number);
        prefix.bytes[0] = kind == 0 ? 'S' : 'R';
        result = store_cursor_open(txn, TABLE_RECOVERY, replay_key_bytes(&prefix), &cursor);
        while (result == OK && (result = store_cursor_next(cursor, &key, &value)) == OK) {
            struct bytes time = kind == 0 ? value : bytes_of(key.data + prefix.size, 8);
            if (time.size != 8 || key.size < prefix.size + 8)
                return ERR_DAMAGED;
            uint64_t time_ms = bytes_get_u64(time.data);
            if (time_ms > latest_ms && time_ms != UINT64_MAX) /* a reminder's is not kept */
                latest_ms = time_ms;
        }
    }
    *ret_time_ms = latest_ms;
    return result == ERR_ABSENT ? OK : result;
}

enum result
replay_read_own(struct bytes key, struct bytes value, struct replay_item *ret_item)
{
    if (key.size != OWN_KEY_BYTES || value.size != OWN_VALUE_BYTES)
        return ERR_DAMAGED;
    *ret_item = (struct replay_item){ .mine = true,
                                      .sequence = bytes_get_u64(key.data + OWN_KEY_BYTES - 8),
                                      .leaf = bytes_get_u64(value.data),
                                      .kind = (enum message_kind)value.data[OWN_VALUE_BYTES - 1] };
    memcpy(ret_item->peer, key.data + 1 + 4 + 8, OFFICE_CODE_CHARS);
    memcpy(ret_item->case_number, value.data + 8, CASE_NUMBER_CHARS);
    add_bytes(&ret_item->key, key.data, key.size);
    return OK;
}

enum result
replay_read_received(struct bytes key, struct bytes value, struct replay_item *ret_item)
{
    if (key.size != RECEIVED_KEY_BYTES || value.size != RECEIVED_VALUE_BYTES)
        return ERR_DAMAGED;
    *ret_item = (struct replay_item){ .sequence = bytes_get_u64(key.data + RECEIVED_KEY_BYTES - 8),
                                      .leaf = bytes_get_u64(value.data),
                                      .acknowledged = value.data[8] != 0 };
    memcpy(ret_item->case_number, key.data + 1, CASE_NUMBER_CHARS);
    memcpy(ret_item->peer, key.data + 1 + CASE_NUMBER_CHARS + 8, OFFICE_CODE_CHARS);
    add_bytes(&ret_item->key, key.data, key.size);
    return OK;
}

/* ---- putting aside ---- */

/* The same row under another kind. */
static enum result
rename_row(struct store_txn *txn, const struct replay_key *key, uint8_t kind)
{
    struct bytes value;
    struct replay_key renamed = *key;
    uint8_t copy[OWN_VALUE_BYTES];
    renamed.bytes[0] = kind;
    enum result result = store_get(txn, TABLE_RECOVERY, replay_key_bytes(key), &value);
    if (result == OK && value.size > sizeof copy)
        return ERR_DAMAGED;
    if (result != OK)
        return result;
    size_t size = value.size;
    memcpy(copy, value.data, size);
    result = store_put(txn, TABLE_RECOVERY, replay_key_bytes(&renamed), bytes_of(copy, size));
    return result == OK ? store_delete(txn, TABLE_RECOVERY, replay_key_bytes(key)) : result;
}

enum result
replay_postpone(struct store_txn *txn, const struct replay_item *item)
{
    return rename_row(txn, &item->key, item->mine ? 'P' : 'Q');
}

enum result
replay_resume_postponed(struct store_txn *txn, unsigned count, bool *ret_left)
{
    struct replay_key key;
    struct bytes value;
    enum result result = OK;
    for (unsigned i = 0; i < count && result == OK; i++) {
        result = replay_find_first(txn, bytes_of_text("P"), &key, &value);
        if (result == ERR_ABSENT)
            result = replay_find_first(txn, bytes_of_text("Q"), &key, &value);
        if (result == OK)
            result = rename_row(txn, &key, key.bytes[0] == 'P' ? 'O' : 'R');
    }
    *ret_left = result == OK;
    return result == ERR_ABSENT ? OK : result;
}

static enum result
count_kind(struct store_txn *txn, const char *kind, uint64_t most, uint64_t *count)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    enum result result = store_cursor_open(txn, TABLE_RECOVERY, bytes_of_text(kind), &cursor);
    while (result == OK && *count < most &&
           (result = store_cursor_next(cursor, &key, &value)) == OK)
        ++*count;
    return result == ERR_ABSENT ? OK : result;
}

enum result
replay_count_postponed(struct store_txn *txn, uint64_t most, uint64_t *ret_count)
{
    uint64_t count = 0;
    enum result result = count_kind(txn, "P", most, &count);
    if (result == OK)
        result = count_kind(txn, "Q", most, &count);
    *ret_count = count;
    return result;
}
