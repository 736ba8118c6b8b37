/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "common/domain/citizen_csv.h"
#include "common/io/intake.h"
#include "common/io/refusal_message.h"
#include "common/io/turn.h"
#include "common/io/wire.h"
#include "registry-node/card_history.h"
#include "registry-node/core/review.h"
#include "registry-node/registry.h"

enum { BAD_LINES_SHOWN_MAX = 1000 };

static enum result
find_citizen(struct turn *turn, const char *citizen_number, struct arena *arena,
             Yidi__Citizen **ret_citizen)
{
    struct bytes value;
    ProtobufCMessage *message;
    enum result result =
        store_get(turn->txn, TABLE_POPULATION, bytes_of_text(citizen_number), &value);
    if (result != OK)
        return result;
    if (wire_decode(&yidi__citizen__descriptor, value, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    *ret_citizen = (Yidi__Citizen *)message;
    return OK;
}

enum result
registry_find_citizen(struct turn *turn, const char *citizen_number, Yidi__Citizen **ret_citizen)
{
    return find_citizen(turn, citizen_number, turn->arena, ret_citizen);
}

static enum result
put_citizen(struct turn *turn, struct arena *arena, Yidi__Citizen *citizen)
{
    citizen->version = 1;
    citizen->changed_ms = turn->now_ms;
    struct bytes packed = wire_encode(&citizen->base, arena);
    if (packed.data == NULL)
        return ERR_MEMORY;
    return store_put(turn->txn, TABLE_POPULATION, bytes_of_text(citizen->person->citizen_number),
                     packed);
}

enum result
registry_put_citizen(struct turn *turn, Yidi__Citizen *citizen)
{
    return put_citizen(turn, turn->arena, citizen);
}

enum result
registry_replace_card(struct turn *turn, const Yidi__Case *row, const char *card_serial)
{
    Yidi__Citizen *citizen;
    enum result result = registry_find_citizen(turn, row->form->person->citizen_number, &citizen);
    if (result == ERR_ABSENT) /* struck off the record since */
        return OK;
    if (result != OK)
        return result;
    if (strcmp(citizen->card_serial, card_serial) != 0) { /* else the file knew it */
        citizen->former_card_serial = citizen->card_serial;
        citizen->former_card_destroyed_on = 0;
    }
    citizen->card_serial = (char *)card_serial;
    citizen->card_valid_until = row->valid_until;
    citizen->card_reported_lost = false; /* was of the former one */
    citizen->lost_reported_on = 0;
    citizen->lost_reported_case = "";
    return put_citizen(turn, turn->arena, citizen);
}

/* ---- import ---- */

struct import {
    struct turn *turn;
    struct citizen_csv csv;
    struct arena scratch; /* of one line */
    Yidi__Imported *imported;
    bool writing;
};

/* What was reported here of the same card stands, whatever the file says of it. */
static void
keep_report(const Yidi__Citizen *ours, Yidi__Citizen *citizen)
{
    if (ours->lost_reported_case[0] == '\0' || strcmp(citizen->card_serial, ours->card_serial) != 0)
        return;
    citizen->card_reported_lost = true;
    citizen->lost_reported_on = ours->lost_reported_on;
    citizen->lost_reported_case = ours->lost_reported_case;
}

/* The record is new here; the citizen's cases may not be. */
static enum result
remember_cards(struct import *import, Yidi__Citizen *citizen)
{
    struct card_history history;
    enum result result =
        card_history_read(import->turn->txn, import->turn->office->journal.office,
                          citizen->person->citizen_number, &import->scratch, &history);
    if (result != OK)
        return result;
    if (history.valid_serial[0] != '\0' &&
        strcmp(history.valid_serial, citizen->card_serial) != 0) {
        citizen->former_card_serial = citizen->card_serial;
        citizen->card_reported_lost = false; /* was of another one */
        citizen->card_serial = (char *)history.valid_serial;
        citizen->card_valid_until = history.valid_until;
    }
    if (history.former_serial[0] != '\0')
        citizen->former_card_serial = (char *)history.former_serial;
    if (history.lost_case[0] != '\0' && citizen->card_serial[0] != '\0') {
        citizen->card_reported_lost = true;
        citizen->lost_reported_on = history.lost_on;
        citizen->lost_reported_case = (char *)history.lost_case;
    }
    return OK;
}

/* Where we replaced a card we know better than the file which one is valid: the file may be older,
 * and would bring a card back that was handed in. */
static enum result
keep_replaced_card(struct import *import, Yidi__Citizen *citizen)
{
    Yidi__Citizen *ours;
    enum result result =
        find_citizen(import->turn, citizen->person->citizen_number, &import->scratch, &ours);
    if (result != OK)
        return result == ERR_ABSENT ? remember_cards(import, citizen) : result;
    if (ours->former_card_serial[0] != '\0') {
        if (strcmp(citizen->card_serial, ours->card_serial) != 0)
            citizen->card_reported_lost = ours->card_reported_lost;
        citizen->card_serial = ours->card_serial;
        citizen->card_valid_until = ours->card_valid_until;
        citizen->former_card_serial = ours->former_card_serial;
        citizen->former_card_destroyed_on = ours->former_card_destroyed_on;
    }
    keep_report(ours, citizen);
    return OK;
}

/* Examiners go by the findings that they see: a case that waits for them is judged by the record as
 * it is now. */
static enum result
judge_again(struct import *import, const char *citizen_number)
{
    struct turn judging = *import->turn;
    char number[CASE_NUMBER_CHARS + 1];
    struct case_file file;
    uint32_t findings;
    judging.arena = &import->scratch;
    enum result result = case_file_find_open(judging.txn, citizen_number, number);
    if (result == OK)
        result = case_file_open(judging.txn, &review_machine, number, &import->scratch, &file);
    if (result == ERR_ABSENT || result == ERR_DAMAGED) /* what is damaged, its own acts meet */
        return OK;
    if (result != OK || (file.row->state != REVIEW_RECEIVED && file.row->state != REVIEW_EXAMINED))
        return result;
    result = registry_judge(&judging, file.row, &findings);
    if (result != OK)
        return result == ERR_DAMAGED ? OK : result;
    file.row->findings = findings;
    return case_file_save(&file, &review_machine, judging.txn, &import->scratch);
}

static enum result
store_line(struct import *import, const struct citizen *from)
{
    Yidi__Person person = YIDI__PERSON__INIT;
    person.citizen_number = (char *)from->person.citizen_number;
    person.name = (char *)from->person.name;
    person.sex = (Yidi__Sex)from->person.sex;
    person.ethnic_group = (char *)from->person.ethnic_group;
    person.birth_date = from->person.birth_date;
    person.address = (char *)from->person.address;
    person.registration_division = (char *)from->person.registration_division;
    Yidi__Citizen citizen = YIDI__CITIZEN__INIT;
    citizen.person = &person;
    citizen.fingerprints_on_file = from->fingerprints_on_file;
    citizen.bad_credit = from->bad_credit;
    citizen.card_serial = (char *)from->card_serial;
    citizen.card_valid_until = from->card_valid_until;
    citizen.deceased_on = from->deceased_on;
    citizen.number_replaced_by = (char *)from->number_replaced_by;
    citizen.duplicate_number = from->duplicate_number;
    citizen.present_division = (char *)from->present_division;
    citizen.card_reported_lost = from->card_reported_lost;
    citizen.no_photo_on_file = !from->photo_on_file;
    citizen.second_script_name = (char *)from->second_script.name;
    citizen.second_script_address = (char *)from->second_script.address;
    enum result result = keep_replaced_card(import, &citizen);
    if (result == OK)
        result = put_citizen(import->turn, &import->scratch, &citizen);
    if (result == OK)
        result = judge_again(import, person.citizen_number);
    arena_reset(&import->scratch);
    if (result == OK)
        import->imported->imported++;
    return result;
}

static enum result
note_bad_line(struct import *import, const struct refusal *refusal)
{
    Yidi__Imported *imported = import->imported;
    imported->bad++;
    if (imported->n_bad_lines == BAD_LINES_SHOWN_MAX)
        return OK;
    Yidi__BadLine *bad = arena_take(import->turn->arena, sizeof *bad);
    if (bad == NULL)
        return ERR_MEMORY;
    yidi__bad_line__init(bad);
    bad->line = import->csv.line;
    imported->bad_lines[imported->n_bad_lines++] = bad;
    return refusal_message_answer(refusal, import->turn->arena, &bad->refusal);
}

static enum result
check_jurisdiction(const struct import *import, const struct citizen *citizen,
                   struct refusal *ret_refusal)
{
    const char *division = citizen->person.registration_division;
    if (directory_office_covers(office_self(import->turn->office), division))
        return OK;
    return refuse(ret_refusal, REFUSAL_NOT_IN_JURISDICTION, "registration_division",
                  "%s is another registry's", division);
}

/* Every line once: check it, and store it when this is the writing pass. */
static enum result
pass(struct import *import, struct bytes csv, struct refusal *ret_refusal)
{
    struct citizen citizen;
    struct refusal line_refusal;
    enum result result = citizen_csv_init(&import->csv, csv, ret_refusal);
    while (result == OK) {
        result = citizen_csv_next(&import->csv, &citizen, &line_refusal);
        if (result == ERR_ABSENT)
            return OK;
        if (result == OK)
            result = check_jurisdiction(import, &citizen, &line_refusal);
        if (result == ERR_REFUSED)
            result = import->writing ? OK : note_bad_line(import, &line_refusal);
        else if (result == OK && import->writing)
            result = store_line(import, &citizen);
    }
    return result;
}

enum result
registry_import_population(struct turn *turn, const Yidi__PopulationImport *command,
                           struct bytes csv, Yidi__Response *response, struct refusal *ret_refusal)
{
    enum result result = intake_check_room(turn->office, csv.size, ret_refusal);
    if (result != OK)
        return result;
    struct import *import = arena_take(turn->arena, sizeof *import);
    Yidi__Imported *imported = arena_take(turn->arena, sizeof *imported);
    if (import == NULL || imported == NULL)
        return ERR_MEMORY;
    yidi__imported__init(imported);
    imported->bad_lines =
        arena_take(turn->arena, BAD_LINES_SHOWN_MAX * sizeof *imported->bad_lines);
    if (imported->bad_lines == NULL)
        return ERR_MEMORY;
    import->turn = turn;
    import->imported = imported;
    response->body_case = YIDI__RESPONSE__BODY_IMPORTED;
    response->imported = imported;

    result = pass(import, csv, ret_refusal);
    if (result != OK || (imported->bad > 0 && !command->skip_bad))
        return result;
    import->writing = true;
    arena_init(&import->scratch);
    result = pass(import, csv, ret_refusal);
    arena_fini(&import->scratch);
    char *detail = arena_take(turn->arena, 80);
    if (result == OK && detail == NULL)
        result = ERR_MEMORY;
    if (result != OK)
        return result;
    snprintf(detail, 80, "%" PRIu64 " citizens, %" PRIu64 " bad lines", imported->imported,
             imported->bad);
    turn_begin_act(turn, "", "population-import", detail);
    return turn_journal_cause(turn);
}
