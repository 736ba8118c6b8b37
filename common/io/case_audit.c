/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/case_audit.h"

#include <inttypes.h>

#include "common/io/case_file.h"
#include "common/io/wire.h"

struct tally {
    uint64_t cases;
    uint64_t of_state[STATE_COUNT_MAX];
    uint64_t with_deadline[STATE_COUNT_MAX];
    uint64_t deadline_keys;
    uint64_t person_keys;
    uint64_t attention;
    uint64_t format; /* of the store; from 2 on it has the index by deadline, from 4 on by person,
                        and attention */
};

static enum result
check_keys(struct audit *audit, const Yidi__Case *row, struct tally *tally)
{
    uint64_t keys = 0;
    struct state_place state = case_file_state(row);
    state.attention = state.attention && tally->format >= 4;
    enum result result = state_index_find(audit->txn, row->case_number, &state);
    if (result == ERR_ABSENT)
        return audit_trouble(audit, ERR_DAMAGED, "case %s is missing in the index by state",
                             row->case_number);
    struct deadline_place place = case_file_deadline(row);
    if (tally->format < 3)
        place.erase_ms = 0;
    if (result == OK && tally->format > STORE_FORMAT_OLDEST)
        result = deadline_index_find(audit->txn, row->case_number, &place, &keys);
    if (result == ERR_ABSENT)
        return audit_trouble(audit, ERR_DAMAGED, "case %s is missing in the index by deadline",
                             row->case_number);
    tally->deadline_keys += keys;
    return result;
}

/* Nobody is named in the trouble: a case is. */
static enum result
check_person(struct audit *audit, const Yidi__Case *row, struct tally *tally)
{
    const struct person_place place = case_file_person(row);
    uint64_t keys = 0;
    if (tally->format < 4)
        return OK;
    enum result result = person_index_find(audit->txn, row->case_number, &place, &keys);
    tally->person_keys += keys;
    return result == ERR_ABSENT
               ? audit_trouble(audit, ERR_DAMAGED, "case %s is missing in the index by person",
                               row->case_number)
               : result;
}

static enum result
take_case(struct audit *audit, struct bytes key, struct bytes value, struct tally *tally)
{
    ProtobufCMessage *message;
    tally->cases++;
    if (wire_decode(&yidi__case__descriptor, value, &audit->arena, &message, NULL) != OK)
        return audit_trouble(audit, ERR_DAMAGED, "cases: row %" PRIu64 " cannot be read",
                             tally->cases);
    const Yidi__Case *row = (const Yidi__Case *)message;
    if (!bytes_equal(key, bytes_of_text(row->case_number)) || row->state >= STATE_COUNT_MAX)
        return audit_trouble(audit, ERR_DAMAGED, "cases: row %" PRIu64 " contradicts its key",
                             tally->cases);
    tally->of_state[row->state]++;
    tally->with_deadline[row->state] += row->stage_deadline_ms != 0;
    tally->attention += row->attention != NULL;
    enum result result = check_keys(audit, row, tally);
    return result == OK ? check_person(audit, row, tally) : result;
}

static enum result
walk_cases(struct audit *audit, struct tally *tally)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    enum result result = store_cursor_open(audit->txn, TABLE_CASES, (struct bytes){ 0 }, &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &value)) == OK) {
        result = take_case(audit, key, value, tally);
        arena_reset(&audit->arena);
    }
    return result == ERR_ABSENT ? OK : result;
}

static enum result
check_rows(struct audit *audit, enum store_table table, const char *name, uint64_t expected)
{
    uint64_t rows;
    enum result result = store_count(audit->txn, table, &rows);
    if (result == OK && rows != expected)
        return audit_trouble(audit, ERR_DAMAGED,
                             "the index by %s has %" PRIu64 " keys instead of %" PRIu64, name, rows,
                             expected);
    return result;
}

/* What reading a counter came to; ERR_DAMAGED was not told of yet. */
static enum result
tell_unreadable(struct audit *audit, enum result result)
{
    return result == ERR_DAMAGED
               ? audit_trouble(audit, ERR_DAMAGED, "a counter of cases is not a number")
               : result;
}

/* A store that is older than this counter has fewer counted than there are, never more. */
static enum result
check_attention(struct audit *audit, const struct tally *tally)
{
    uint64_t count;
    enum result result = tell_unreadable(audit, state_index_count_attention(audit->txn, &count));
    if (result == OK &&
        (count > tally->attention || (tally->format >= 4 && count < tally->attention)))
        return audit_trouble(audit, ERR_DAMAGED,
                             "%" PRIu64 " cases are counted that call for attention; %" PRIu64
                             " do",
                             count, tally->attention);
    return result;
}

static enum result
check_states(struct audit *audit, const struct tally *tally)
{
    uint64_t count;
    enum result result = OK;
    for (int state = 1; state < STATE_COUNT_MAX && result == OK; state++) {
        result = tell_unreadable(audit, state_index_count(audit->txn, state, &count));
        if (result == OK && count != tally->of_state[state])
            return audit_trouble(audit, ERR_DAMAGED,
                                 "%" PRIu64 " cases are counted in state %d, which has %" PRIu64,
                                 count, state, tally->of_state[state]);
    }
    return result;
}

static enum result
check_deadlines(struct audit *audit, const struct tally *tally)
{
    uint64_t due[STATE_COUNT_MAX];
    enum result result = tell_unreadable(audit, deadline_index_count_all(audit->txn, due));
    for (int state = 0; state < STATE_COUNT_MAX && result == OK; state++)
        if (tally->format > STORE_FORMAT_OLDEST && due[state] != tally->with_deadline[state])
            return audit_trouble(audit, ERR_DAMAGED,
                                 "%" PRIu64 " deadlines are counted in state %d, which has "
                                 "%" PRIu64,
                                 due[state], state, tally->with_deadline[state]);
    return result;
}

enum result
case_audit(struct audit *audit)
{
    struct tally tally = { 0 };
    enum result result = store_format(audit->txn, &tally.format);
    if (result == OK)
        result = walk_cases(audit, &tally);
    if (result == OK)
        result = check_rows(audit, TABLE_BY_STATE, "state",
                            tally.cases + (tally.format >= 4 ? tally.attention : 0));
    if (result == OK && tally.format > STORE_FORMAT_OLDEST)
        result = check_rows(audit, TABLE_BY_DEADLINE, "deadline", tally.deadline_keys);
    if (result == OK && tally.format >= 4)
        result = check_rows(audit, TABLE_BY_PERSON, "person", tally.person_keys);
    if (result == OK)
        result = check_states(audit, &tally);
    if (result == OK)
        result = check_deadlines(audit, &tally);
    return result == OK ? check_attention(audit, &tally) : result;
}
