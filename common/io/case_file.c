/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/case_file.h"

#include <stdio.h>

#include "common/core/require.h"
#include "common/io/wire.h"

#define ATTENTION_COUNTER "attention"

static struct bytes
case_key(const char *case_number)
{
    return bytes_of(case_number, CASE_NUMBER_CHARS);
}

enum result
case_file_exists(struct store_txn *txn, const char *case_number)
{
    struct bytes value;
    if (strlen(case_number) != CASE_NUMBER_CHARS)
        return ERR_ABSENT;
    return store_get(txn, TABLE_CASES, case_key(case_number), &value);
}

/* The absent state is that of cases which are not stored. */
static bool
state_is_stored(uint32_t state, const struct machine *machine)
{
    return state > 0 && state < (uint32_t)machine->state_count;
}

enum result
case_file_open(struct store_txn *txn, const struct machine *machine, const char *case_number,
               struct arena *arena, struct case_file *ret_file)
{
    if (strlen(case_number) != CASE_NUMBER_CHARS)
        return ERR_ABSENT;
    struct bytes value;
    ProtobufCMessage *message;
    enum result result = store_get(txn, TABLE_CASES, case_key(case_number), &value);
    if (result != OK)
        return result;
    if (wire_decode(&yidi__case__descriptor, value, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    Yidi__Case *row = (Yidi__Case *)message;
    if (!state_is_stored(row->state, machine))
        return ERR_DAMAGED; /* from here on it is an index and a machine's input */
    *ret_file = (struct case_file){ .row = row,
                                    .stored = true,
                                    .stored_state = (int)row->state,
                                    .stored_changed_ms = row->changed_ms,
                                    .stored_place = case_file_place(row),
                                    .stored_person = case_file_person(row),
                                    .stored_attention = row->attention != NULL };
    return OK;
}

enum result
case_file_new(const char *case_number, struct arena *arena, struct case_file *ret_file)
{
    Yidi__Case *row = arena_take(arena, sizeof *row);
    char *number = arena_copy_text(arena, case_number);
    if (row == NULL || number == NULL)
        return ERR_MEMORY;
    yidi__case__init(row);
    row->version = 1;
    row->case_number = number;
    *ret_file = (struct case_file){ .row = row };
    return OK;
}

static struct bytes
state_key(int state, uint64_t changed_ms, const char *case_number,
          uint8_t storage[BY_STATE_KEY_BYTES])
{
    storage[0] = (uint8_t)state;
    bytes_put_u64(storage + 1, changed_ms);
    memcpy(storage + 9, case_number, CASE_NUMBER_CHARS);
    return bytes_of(storage, BY_STATE_KEY_BYTES);
}

enum result
case_file_find_by_state(struct store_txn *txn, const Yidi__Case *row, bool with_attention)
{
    uint8_t storage[BY_STATE_KEY_BYTES];
    struct bytes value;
    enum result result =
        store_get(txn, TABLE_BY_STATE,
                  state_key((int)row->state, row->changed_ms, row->case_number, storage), &value);
    if (result == OK && with_attention && row->attention != NULL)
        result = store_get(
            txn, TABLE_BY_STATE,
            state_key(BY_STATE_ATTENTION, row->changed_ms, row->case_number, storage), &value);
    return result;
}

struct deadline_place
case_file_place(const Yidi__Case *row)
{
    bool done = row->stage_deadline_ms != 0 || row->text_erased_ms != 0;
    uint64_t erase_ms = done ? 0 : row->erase_due_ms != 0 ? row->erase_due_ms : row->changed_ms;
    return (struct deadline_place){ .state = (int)row->state,
                                    .deadline_ms = row->stage_deadline_ms,
                                    .told = row->overdue_told_ms != 0,
                                    .again_ms = row->look_again_ms,
                                    .erase_ms = erase_ms };
}

struct person_place
case_file_person(const Yidi__Case *row)
{
    if (row->text_erased_ms != 0)
        return (struct person_place){ NULL, NULL };
    return (struct person_place){ row->form->person->citizen_number, row->form->person->name };
}

static struct bytes
counter_key(int state, char storage[16])
{
    snprintf(storage, 16, "state/%02d", state);
    return bytes_of_text(storage);
}

static enum result
read_counter(struct store_txn *txn, struct bytes name, uint64_t *ret_count)
{
    struct bytes value;
    enum result result = store_get(txn, TABLE_COUNTERS, name, &value);
    if (result == ERR_ABSENT) {
        *ret_count = 0;
        return OK;
    }
    if (result == OK && value.size != 8)
        return ERR_DAMAGED;
    if (result == OK)
        *ret_count = bytes_get_u64(value.data);
    return result;
}

enum result
case_file_count(struct store_txn *txn, int state, uint64_t *ret_count)
{
    char storage[16];
    return read_counter(txn, counter_key(state, storage), ret_count);
}

enum result
case_file_count_attention(struct store_txn *txn, uint64_t *ret_count)
{
    return read_counter(txn, bytes_of_text(ATTENTION_COUNTER), ret_count);
}

enum result
case_file_oldest(struct store_txn *txn, int state, uint64_t *ret_changed_ms)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    const uint8_t prefix = (uint8_t)state;
    struct bytes key, value;
    enum result result = store_cursor_open(txn, TABLE_BY_STATE, bytes_of(&prefix, 1), &cursor);
    if (result == OK)
        result = store_cursor_next(cursor, &key, &value);
    if (result == OK && key.size != BY_STATE_KEY_BYTES)
        return ERR_DAMAGED;
    if (result == OK)
        *ret_changed_ms = bytes_get_u64(key.data + 1);
    return result;
}

static enum result
write_counter(struct store_txn *txn, struct bytes name, uint64_t count)
{
    uint8_t packed[8];
    bytes_put_u64(packed, count);
    return store_put(txn, TABLE_COUNTERS, name, bytes_of(packed, sizeof packed));
}

static enum result
count_by(struct store_txn *txn, int state, int64_t change)
{
    char storage[16];
    uint64_t count;
    enum result result = case_file_count(txn, state, &count);
    if (result != OK)
        return result;
    if (change < 0 && count == 0)
        return ERR_DAMAGED;
    return write_counter(txn, counter_key(state, storage), count + (uint64_t)change);
}

static enum result
count_attention(struct store_txn *txn, int64_t change)
{
    uint64_t count;
    enum result result = case_file_count_attention(txn, &count);
    if (result == OK && change < 0 && count == 0)
        return ERR_DAMAGED;
    return result == OK
               ? write_counter(txn, bytes_of_text(ATTENTION_COUNTER), count + (uint64_t)change)
               : result;
}

enum result
case_file_forget_attention(struct store_txn *txn)
{
    return write_counter(txn, bytes_of_text(ATTENTION_COUNTER), 0);
}

enum result
case_file_add_attention(struct store_txn *txn, const Yidi__Case *row)
{
    uint8_t storage[BY_STATE_KEY_BYTES];
    enum result result =
        store_put(txn, TABLE_BY_STATE,
                  state_key(BY_STATE_ATTENTION, row->changed_ms, row->case_number, storage),
                  (struct bytes){ 0 });
    return result == OK ? count_attention(txn, 1) : result;
}

static enum result
move_attention(const struct case_file *file, struct store_txn *txn)
{
    const Yidi__Case *row = file->row;
    uint8_t storage[BY_STATE_KEY_BYTES];
    enum result result = OK;
    if (file->stored_attention) {
        result = store_delete(
            txn, TABLE_BY_STATE,
            state_key(BY_STATE_ATTENTION, file->stored_changed_ms, row->case_number, storage));
        if (result == ERR_ABSENT)
            result = ERR_DAMAGED;
        if (result == OK)
            result = count_attention(txn, -1);
    }
    return result == OK && row->attention != NULL ? case_file_add_attention(txn, row) : result;
}

static enum result
move_index(const struct case_file *file, struct store_txn *txn)
{
    const Yidi__Case *row = file->row;
    uint8_t storage[BY_STATE_KEY_BYTES];
    enum result result = OK;
    if (file->stored) {
        result = store_delete(
            txn, TABLE_BY_STATE,
            state_key(file->stored_state, file->stored_changed_ms, row->case_number, storage));
        if (result == ERR_ABSENT)
            result = ERR_DAMAGED;
        if (result == OK)
            result = count_by(txn, file->stored_state, -1);
    }
    if (result == OK)
        result = store_put(txn, TABLE_BY_STATE,
                           state_key((int)row->state, row->changed_ms, row->case_number, storage),
                           (struct bytes){ 0 });
    if (result == OK)
        result = count_by(txn, (int)row->state, 1);
    const struct deadline_place place = case_file_place(row);
    const struct person_place person = case_file_person(row);
    if (result == OK)
        result = deadline_index_move(txn, row->case_number, &file->stored_place, &place);
    return result == OK ? person_index_move(txn, row->case_number, &file->stored_person, &person)
                        : result;
}

/* Of the cases that were displaced one after the other, the last one that is still open holds the
 * citizen again. One that cannot be read, the audit names. */
static enum result
give_back(const char *displaced, const struct machine *machine, struct store_txn *txn,
          struct arena *arena)
{
    struct case_file file;
    enum result result = OK;
    for (int i = 0; i < DISPLACED_CHAIN_MAX && displaced[0] != '\0'; i++) {
        result = case_file_open(txn, machine, displaced, arena, &file);
        if (result != OK)
            return result == ERR_ABSENT || result == ERR_DAMAGED ? OK : result;
        if (machine->state_open[file.row->state])
            return store_put(txn, TABLE_OPEN_CITIZENS,
                             bytes_of_text(file.row->form->person->citizen_number),
                             case_key(file.row->case_number));
        displaced = file.row->displaced_case;
    }
    return result;
}

/* A case that was displaced by another one does not hold its citizen any more. */
static enum result
release_citizen(const Yidi__Case *row, const struct machine *machine, struct store_txn *txn,
                struct arena *arena)
{
    struct bytes citizen = bytes_of_text(row->form->person->citizen_number), holder;
    enum result result = store_get(txn, TABLE_OPEN_CITIZENS, citizen, &holder);
    if (result == ERR_ABSENT)
        return OK;
    if (result != OK || !bytes_equal(holder, case_key(row->case_number)))
        return result;
    result = store_delete(txn, TABLE_OPEN_CITIZENS, citizen);
    return result == OK ? give_back(row->displaced_case, machine, txn, arena) : result;
}

static bool
was_open(const struct case_file *file, const struct machine *machine)
{
    return file->stored && machine->state_open[file->stored_state];
}

static enum result
hold_citizen(const struct case_file *file, const struct machine *machine, struct store_txn *txn,
             struct arena *arena)
{
    const Yidi__Case *row = file->row;
    bool is_open = machine->state_open[row->state];
    if (is_open && !was_open(file, machine))
        return store_put(txn, TABLE_OPEN_CITIZENS, bytes_of_text(row->form->person->citizen_number),
                         case_key(row->case_number));
    return was_open(file, machine) && !is_open ? release_citizen(row, machine, txn, arena) : OK;
}

/* The order of the citizen's next card may overtake the news that closes this one; and a fault that
 * is found late opens a case beside another one. The case that opened last holds the citizen. */
static enum result
note_displaced(struct case_file *file, const struct machine *machine, struct store_txn *txn,
               struct arena *arena)
{
    Yidi__Case *row = file->row;
    char holder[CASE_NUMBER_CHARS + 1];
    if (!machine->state_open[row->state] || was_open(file, machine))
        return OK;
    enum result result = case_file_find_open(txn, row->form->person->citizen_number, holder);
    if (result == OK && strcmp(holder, row->case_number) != 0) {
        row->displaced_case = arena_copy_text(arena, holder);
        return row->displaced_case == NULL ? ERR_MEMORY : OK;
    }
    if (result == ERR_ABSENT)
        row->displaced_case = "";
    return result == ERR_ABSENT ? OK : result;
}

enum result
case_file_save(struct case_file *file, const struct machine *machine, struct store_txn *txn,
               struct arena *arena)
{
    Yidi__Case *row = file->row;
    REQUIRE((int)row->state < machine->state_count && row->form != NULL);
    if (row->stage_deadline_ms != file->stored_place.deadline_ms)
        row->overdue_told_ms = row->look_again_ms = 0;
    enum result result = note_displaced(file, machine, txn, arena);
    if (result != OK)
        return result;
    if (wire_check(&row->base, NULL) != OK)
        return ERR_DAMAGED; /* such a row could never be read again */
    struct bytes packed = wire_encode(&row->base, arena);
    if (packed.data == NULL)
        return ERR_MEMORY;
    result = store_put(txn, TABLE_CASES, case_key(row->case_number), packed);
    if (result == OK)
        result = move_index(file, txn);
    if (result == OK)
        result = hold_citizen(file, machine, txn, arena);
    if (result == OK)
        result = move_attention(file, txn);
    if (result != OK)
        return result;
    file->stored = true;
    file->stored_state = (int)row->state;
    file->stored_changed_ms = row->changed_ms;
    file->stored_place = case_file_place(row);
    file->stored_person = case_file_person(row);
    file->stored_attention = row->attention != NULL;
    return OK;
}

enum result
case_file_find_open(struct store_txn *txn, const char *citizen_number,
                    char ret_case_number[CASE_NUMBER_CHARS + 1])
{
    struct bytes value;
    enum result result = store_get(txn, TABLE_OPEN_CITIZENS, bytes_of_text(citizen_number), &value);
    if (result == OK && value.size != CASE_NUMBER_CHARS)
        return ERR_DAMAGED;
    if (result == OK) {
        memcpy(ret_case_number, value.data, CASE_NUMBER_CHARS);
        ret_case_number[CASE_NUMBER_CHARS] = '\0';
    }
    return result;
}

static Yidi__Hop *
copy_hop(const Yidi__Hop *hop, struct arena *arena)
{
    Yidi__Hop *copy = arena_take(arena, sizeof *copy);
    if (copy == NULL)
        return NULL;
    *copy = *hop;
    copy->office = arena_copy_text(arena, hop->office);
    copy->operator_ = arena_copy_text(arena, hop->operator_);
    copy->peer = arena_copy_text(arena, hop->peer);
    copy->base.n_unknown_fields = 0;
    copy->base.unknown_fields = NULL;
    return copy->office == NULL || copy->operator_ == NULL || copy->peer == NULL ? NULL : copy;
}

static bool
is_own(const Yidi__Hop *hop, const char *own_office)
{
    return strcmp(hop->office, own_office) == 0;
}

/* Place of the hop that a new one displaces; n_trace when it displaces none. */
static size_t
find_displaced(const Yidi__Case *row, const char *own_office)
{
    if (row->n_trace < CASE_TRACE_MAX)
        return row->n_trace;
    for (size_t i = 1; i < row->n_trace; i++)
        if (!is_own(row->trace[i], own_office))
            return i;
    return 1;
}

enum result
case_file_trace(struct case_file *file, const char *own_office, const Yidi__Hop *hop,
                struct arena *arena)
{
    Yidi__Case *row = file->row;
    size_t displaced = find_displaced(row, own_office);
    if (displaced < row->n_trace && is_own(row->trace[displaced], own_office) &&
        !is_own(hop, own_office))
        return OK;
    Yidi__Hop *copy = copy_hop(hop, arena);
    Yidi__Hop **trace = arena_take(arena, (row->n_trace + 1) * sizeof *trace);
    if (copy == NULL || trace == NULL)
        return ERR_MEMORY;
    size_t count = 0;
    for (size_t i = 0; i < row->n_trace; i++)
        if (i != displaced)
            trace[count++] = row->trace[i];
    trace[count++] = copy;
    row->trace = trace;
    row->n_trace = count;
    return OK;
}

bool
case_file_has_hop(const struct case_file *file, const Yidi__Hop *hop)
{
    for (size_t i = 0; i < file->row->n_trace; i++) {
        const Yidi__Hop *known = file->row->trace[i];
        if (known->step == hop->step && known->time_ms == hop->time_ms &&
            known->sequence == hop->sequence && strcmp(known->peer, hop->peer) == 0 &&
            strcmp(known->office, hop->office) == 0)
            return true;
    }
    return false;
}

enum result
case_file_merge_trace(struct case_file *file, const char *own_office,
                      const struct incoming *incoming, struct arena *arena)
{
    enum result result = OK;
    for (size_t i = 0; i < incoming->trace_count && result == OK; i++) {
        const Yidi__Hop *hop = incoming->trace[i];
        if (strcmp(hop->office, incoming->from) == 0 && !case_file_has_hop(file, hop))
            result = case_file_trace(file, own_office, hop, arena);
    }
    return result;
}

size_t
case_file_own_trace(const struct case_file *file, const char *own_office, Yidi__Hop **ret_hops,
                    size_t room)
{
    const Yidi__Case *row = file->row;
    size_t first = row->n_trace, own = 0, count = 0;
    while (first > 0 && own < room)
        own += strcmp(row->trace[--first]->office, own_office) == 0;
    for (size_t i = first; i < row->n_trace; i++)
        if (strcmp(row->trace[i]->office, own_office) == 0)
            ret_hops[count++] = row->trace[i];
    return count;
}

const char *
case_file_office(const Yidi__Case *row, enum party party)
{
    switch (party) {
    case PARTY_ACCEPTANCE:
        return row->acceptance_office;
    case PARTY_REGISTRY:
        return row->registry_office;
    default:
        REQUIRE(party == PARTY_PRODUCTION);
        return row->production_office;
    }
}
