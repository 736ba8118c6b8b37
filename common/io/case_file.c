/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/case_file.h"

#include "common/core/require.h"
#include "common/io/wire.h"

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
                                    .stored_state = case_file_state(row),
                                    .stored_deadline = case_file_deadline(row),
                                    .stored_person = case_file_person(row) };
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

struct state_place
case_file_state(const Yidi__Case *row)
{
    return (struct state_place){ .state = (int)row->state,
                                 .changed_ms = row->changed_ms,
                                 .attention = row->attention != NULL };
}

struct deadline_place
case_file_deadline(const Yidi__Case *row)
{
    uint64_t erase_ms = row->erase_due_ms != 0 ? row->erase_due_ms : row->changed_ms;
    if (row->stage_deadline_ms != 0)
        erase_ms = 0;
    else if (row->text_erased_ms != 0)
        erase_ms = row->late_due_ms;
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

static enum result
move_index(const struct case_file *file, struct store_txn *txn)
{
    const Yidi__Case *row = file->row;
    const struct state_place state = case_file_state(row);
    const struct deadline_place deadline = case_file_deadline(row);
    const struct person_place person = case_file_person(row);
    enum result result =
        state_index_move(txn, row->case_number, file->stored ? &file->stored_state : NULL, &state);
    if (result == OK)
        result = deadline_index_move(txn, row->case_number, &file->stored_deadline, &deadline);
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
    return file->stored && machine->state_open[file->stored_state.state];
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
    if (row->stage_deadline_ms != file->stored_deadline.deadline_ms)
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
    if (result != OK)
        return result;
    file->stored = true;
    file->stored_state = case_file_state(row);
    file->stored_deadline = case_file_deadline(row);
    file->stored_person = case_file_person(row);
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
