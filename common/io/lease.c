/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/lease.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/io/wire.h"

enum {
    SWEEP_MAX = 64, /* that a command deletes at most */
    CASE_KEY_BYTES = 1 + CASE_NUMBER_CHARS,
    TIME_KEY_BYTES = 1 + 8 + CASE_NUMBER_CHARS,
    DETAIL_BYTES = 400
};

static struct bytes
case_key(const char *case_number, uint8_t storage[CASE_KEY_BYTES])
{
    storage[0] = 'C';
    memcpy(storage + 1, case_number, CASE_NUMBER_CHARS);
    return bytes_of(storage, CASE_KEY_BYTES);
}

static struct bytes
time_key(uint64_t until_ms, const char *case_number, uint8_t storage[TIME_KEY_BYTES])
{
    storage[0] = 'T';
    bytes_put_u64(storage + 1, until_ms);
    memcpy(storage + 9, case_number, CASE_NUMBER_CHARS);
    return bytes_of(storage, TIME_KEY_BYTES);
}

/* ---- rows ---- */

/* One that cannot be read holds nobody up. */
static enum result
load(struct store_txn *txn, const char *case_number, struct arena *arena,
     Yidi__CaseLease **ret_lease)
{
    uint8_t storage[CASE_KEY_BYTES];
    ProtobufCMessage *message;
    struct bytes value;
    if (strlen(case_number) != CASE_NUMBER_CHARS)
        return ERR_ABSENT;
    enum result result = store_get(txn, TABLE_LEASES, case_key(case_number, storage), &value);
    if (result != OK)
        return result;
    result = wire_decode(&yidi__case_lease__descriptor, value, arena, &message, NULL);
    if (result == OK)
        *ret_lease = (Yidi__CaseLease *)message;
    return result == ERR_REFUSED ? ERR_ABSENT : result;
}

enum result
lease_find(struct store_txn *txn, const char *case_number, uint64_t now_ms, struct arena *arena,
           Yidi__CaseLease **ret_lease)
{
    Yidi__CaseLease *lease = NULL;
    enum result result = load(txn, case_number, arena, &lease);
    /* what a clock gave that was put back since then does not hold for days */
    if (result == OK && (lease->until_ms <= now_ms || lease->until_ms - now_ms > LEASE_MS))
        return ERR_ABSENT;
    if (result == OK)
        *ret_lease = lease;
    return result;
}

static enum result
drop(struct store_txn *txn, enum store_table table, struct bytes key)
{
    enum result result = store_delete(txn, table, key);
    return result == ERR_ABSENT ? OK : result;
}

enum result
lease_end(struct store_txn *txn, const char *case_number)
{
    AUTO(arena) struct arena arena;
    uint8_t by_case[CASE_KEY_BYTES], by_time[TIME_KEY_BYTES];
    Yidi__CaseLease *lease = NULL;
    arena_init(&arena);
    enum result result = load(txn, case_number, &arena, &lease);
    if (result == OK)
        result = drop(txn, TABLE_LEASES, time_key(lease->until_ms, case_number, by_time));
    if (result == OK)
        result = drop(txn, TABLE_LEASES, case_key(case_number, by_case));
    return result == ERR_ABSENT ? OK : result;
}

static enum result
put(struct turn *turn, const char *case_number, const Yidi__CaseLease *lease)
{
    uint8_t by_case[CASE_KEY_BYTES], by_time[TIME_KEY_BYTES];
    struct bytes packed = wire_encode(&lease->base, turn->arena);
    if (packed.data == NULL)
        return ERR_MEMORY;
    enum result result = lease_end(turn->txn, case_number);
    if (result == OK)
        result = store_put(turn->txn, TABLE_LEASES, case_key(case_number, by_case), packed);
    return result == OK
               ? store_put(turn->txn, TABLE_LEASES, time_key(lease->until_ms, case_number, by_time),
                           (struct bytes){ 0 })
               : result;
}

/* The first lease of all by its end. OK or ERR_ABSENT, also before a key that is none. */
static enum result
find_first(struct store_txn *txn, uint64_t *ret_until_ms, char ret_number[CASE_NUMBER_CHARS + 1])
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    enum result result = store_cursor_open(txn, TABLE_LEASES, bytes_of_text("T"), &cursor);
    if (result == OK)
        result = store_cursor_next(cursor, &key, &value);
    if (result != OK || key.size != TIME_KEY_BYTES)
        return result == OK ? ERR_ABSENT : result;
    *ret_until_ms = bytes_get_u64(key.data + 1);
    memcpy(ret_number, key.data + 9, CASE_NUMBER_CHARS);
    ret_number[CASE_NUMBER_CHARS] = '\0';
    return OK;
}

/* What is past goes when somebody takes a case in hand: more than comes. */
static enum result
sweep(struct turn *turn)
{
    char number[CASE_NUMBER_CHARS + 1];
    uint8_t by_time[TIME_KEY_BYTES];
    uint64_t until_ms;
    enum result result = OK;
    for (int i = 0; i < SWEEP_MAX && result == OK; i++) {
        result = find_first(turn->txn, &until_ms, number);
        if (result == OK && until_ms > turn->now_ms)
            return OK;
        if (result == OK)
            result = lease_end(turn->txn, number);
        if (result == OK) /* also when the row was another one */
            result = drop(turn->txn, TABLE_LEASES, time_key(until_ms, number, by_time));
    }
    return result == ERR_ABSENT ? OK : result;
}

/* ---- what follows from it ---- */

static enum result
refuse_leased(const struct turn *turn, const Yidi__CaseLease *lease, struct refusal *ret_refusal)
{
    uint64_t minutes = (lease->until_ms - turn->now_ms + 59999) / 60000;
    return refuse(ret_refusal, REFUSAL_CASE_LEASED, "case_number",
                  "%s has it in hand, for another %" PRIu64 " minute%s", lease->operator_, minutes,
                  minutes == 1 ? "" : "s");
}

static bool
is_own(const struct turn *turn, const Yidi__CaseLease *lease)
{
    return strcmp(lease->operator_, turn->operator) == 0;
}

enum result
lease_check(struct turn *turn, const char *case_number, struct refusal *ret_refusal)
{
    Yidi__CaseLease *lease = NULL;
    enum result result = lease_find(turn->txn, case_number, turn->now_ms, turn->arena, &lease);
    if (result == OK && !is_own(turn, lease))
        return refuse_leased(turn, lease, ret_refusal);
    return result == ERR_ABSENT ? OK : result;
}

/* ---- the command ---- */

static enum result
take_over(struct turn *turn, const Yidi__Lease *request, const Yidi__CaseLease *former,
          struct refusal *ret_refusal)
{
    char *detail = arena_take(turn->arena, DETAIL_BYTES);
    if (detail == NULL)
        return ERR_MEMORY;
    if (!request->take_over)
        return refuse_leased(turn, former, ret_refusal);
    if (request->reason[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "lease.reason",
                      "why the case is taken over must be said");
    snprintf(detail, DETAIL_BYTES, "from %s; %s", former->operator_, request->reason);
    turn_begin_act(turn, request->case_number, "take-over", detail);
    return turn_journal_cause(turn);
}

/* ret_lease  out; NULL when it was released. */
static enum result
change(struct turn *turn, const Yidi__Lease *request, const struct case_file *file,
       Yidi__CaseLease **ret_lease, struct refusal *ret_refusal)
{
    Yidi__CaseLease *former = NULL, *lease = arena_take(turn->arena, sizeof *lease);
    if (lease == NULL)
        return ERR_MEMORY;
    enum result result =
        lease_find(turn->txn, request->case_number, turn->now_ms, turn->arena, &former);
    if (result != OK && result != ERR_ABSENT)
        return result;
    const bool foreign = result == OK && !is_own(turn, former);
    if (request->release)
        return foreign ? refuse_leased(turn, former, ret_refusal)
                       : lease_end(turn->txn, request->case_number);
    if (!turn->office->options.role->machine->state_open[file->row->state])
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "case_number", "the case has ended");
    result = foreign ? take_over(turn, request, former, ret_refusal) : OK;
    if (result != OK)
        return result;
    yidi__case_lease__init(lease);
    lease->operator_ = (char *)turn->operator;
    lease->until_ms = turn->now_ms + LEASE_MS;
    *ret_lease = lease;
    return put(turn, request->case_number, lease);
}

enum result
lease_take(struct turn *turn, const Yidi__Lease *request, Yidi__Response *response,
           struct refusal *ret_refusal)
{
    struct case_file file;
    Yidi__Leased *leased = arena_take(turn->arena, sizeof *leased);
    if (leased == NULL)
        return ERR_MEMORY;
    if (request->release && request->take_over)
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "lease.take_over",
                      "a case is released, or taken over");
    enum result result = case_file_open(turn->txn, turn->office->options.role->machine,
                                        request->case_number, turn->arena, &file);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "case_number",
                      "no such case at this office");
    yidi__leased__init(leased);
    leased->case_number = request->case_number;
    if (result == OK)
        result = sweep(turn);
    if (result == OK)
        result = change(turn, request, &file, &leased->lease, ret_refusal);
    response->body_case = YIDI__RESPONSE__BODY_LEASED;
    response->leased = leased;
    return result;
}
