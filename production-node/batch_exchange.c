/* SPDX-License-Identifier: Apache-2.0
 *
 * batch_exchange - what goes to the personalisation machine, and what comes back.
 */
#include <string.h>

#include "common/domain/case_number.h"
#include "common/domain/csv.h"
#include "common/domain/machine_result.h"
#include "common/io/refusal_message.h"
#include "production-node/batch.h"
#include "production-node/batch_row.h"
#include "production-node/card_body.h"
#include "production-node/core/order.h"
#include "production-node/machine_files.h"
#include "production-node/production.h"

enum { PAGE_CARDS_MAX = 32, LINES_MAX = 2048 }; /* as proto/ bounds them */

/* ---- export ---- */

static enum result
read_blob(struct turn *turn, ProtobufCBinaryData digest, struct bytes *ret_data,
          struct refusal *ret_refusal)
{
    struct bytes blob;
    enum result result =
        store_get(turn->txn, TABLE_BLOBS, bytes_of(digest.data, digest.len), &blob);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_ATTACHMENT_LOST, "form.photo_digest",
                      "the photo or a template is not here");
    if (result != OK)
        return result;
    *ret_data = arena_copy(turn->arena, blob);
    return ret_data->data == NULL ? ERR_MEMORY : OK;
}

static enum result
check_waits(const struct turn *turn, const Yidi__Case *row, const char *batch,
            struct refusal *ret_refusal)
{
    if (row->state != ORDER_ORDERED)
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "state", "%s, and not to be made now",
                      order_machine.state_names[row->state]);
    if (strcmp(row->batch, batch) != 0)
        return refuse(ret_refusal, REFUSAL_BATCH_UNKNOWN, "batch",
                      "its card was spoiled, and it waits for another batch");
    return production_check_shares(turn, row, ret_refusal);
}

/* Personal data leave the office: that stands in the journal before they do. */
static enum result
make_files(struct turn *turn, const char *batch, const Yidi__Case *row,
           Yidi__MachineCard **ret_card, struct refusal *ret_refusal)
{
    struct bytes photo = { 0 }, templates[ATTACHMENTS_MAX];
    const Yidi__ApplicationForm *form = row->form;
    enum result result = check_waits(turn, row, batch, ret_refusal);
    if (result == OK)
        result = read_blob(turn, form->photo_digest, &photo, ret_refusal);
    for (size_t i = 0; i < form->n_fingerprints && result == OK; i++)
        result = read_blob(turn, form->fingerprints[i]->digest, &templates[i], ret_refusal);
    if (result == OK)
        result = machine_files_make(row, photo, templates, turn->arena, ret_card, ret_refusal);
    if (result != OK)
        return result;
    turn_begin_act(turn, row->case_number, "batch-export", batch);
    return turn_journal_cause(turn);
}

static enum result
export_card(struct turn *turn, const char *batch, const char *case_number,
            Yidi__MachineCard **ret_card)
{
    struct case_file file;
    struct refusal refusal = { 0 };
    enum result result = case_file_open(turn->txn, &order_machine, case_number, turn->arena, &file);
    if (result != OK)
        return result == ERR_ABSENT ? ERR_DAMAGED : result;
    result = make_files(turn, batch, file.row, ret_card, &refusal);
    return result == ERR_REFUSED
               ? machine_files_leave_out(file.row->case_number, &refusal, turn->arena, ret_card)
               : result;
}

enum result
batch_export(struct turn *turn, const Yidi__BatchExport *command, Yidi__Response *response,
             struct refusal *ret_refusal)
{
    char numbers[PAGE_CARDS_MAX][CASE_NUMBER_CHARS + 1];
    size_t count = 0;
    bool last = true;
    Yidi__MachineCards *page = arena_take(turn->arena, sizeof *page);
    if (page == NULL)
        return ERR_MEMORY;
    yidi__machine_cards__init(page);
    page->cards = arena_take(turn->arena, PAGE_CARDS_MAX * sizeof *page->cards);
    if (page->cards == NULL)
        return ERR_MEMORY;
    enum result result =
        batch_row_find(turn->txn, command->batch, turn->arena, &page->batch, ret_refusal);
    if (result == OK)
        result = batch_row_cases(turn->txn, command->batch, command->after, PAGE_CARDS_MAX, numbers,
                                 &count, &last);
    for (size_t i = 0; i < count && result == OK; i++, page->n_cards++)
        result = export_card(turn, command->batch, numbers[i], &page->cards[i]);
    if (result == OK && !last)
        page->next = arena_copy_text(turn->arena, numbers[count - 1]);
    response->body_case = YIDI__RESPONSE__BODY_MACHINE_CARDS;
    response->machine_cards = page;
    return result == OK && page->next == NULL ? ERR_MEMORY : result;
}

/* ---- import ---- */

/* The same file again: the body was used for this case before. A verdict that has become worse is
 * for the checker to say. */
static enum result
find_known(struct turn *turn, const struct machine_result *line, bool *ret_known,
           struct refusal *ret_refusal)
{
    struct card_body body;
    enum result result = card_body_find(turn->txn, line->serial, &body);
    *ret_known = false;
    if (result == ERR_ABSENT)
        return OK;
    if (result != OK)
        return result;
    if (strcmp(body.case_number, line->case_number) != 0)
        return refuse(ret_refusal, REFUSAL_CARD_SERIAL_TAKEN, "card_serial",
                      "each card body is used once");
    if (line->defective && !body.spoiled)
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "defective",
                      "this card was taken as good before; check it as defective");
    *ret_known = true;
    return OK;
}

static enum result
take_line(struct turn *turn, const char *batch, const struct machine_result *line,
          struct case_file *file, bool *ret_known, struct refusal *ret_refusal)
{
    enum result result =
        case_file_open(turn->txn, &order_machine, line->case_number, turn->arena, file);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "case_number",
                      "no such case at this office");
    if (result == OK)
        result = find_known(turn, line, ret_known, ret_refusal);
    if (result != OK || *ret_known)
        return result;
    if (strcmp(file->row->batch, batch) != 0)
        return refuse(ret_refusal, REFUSAL_BATCH_UNKNOWN, "case_number",
                      "this case does not wait in that batch");
    turn_begin_act(turn, line->case_number, "make", batch);
    return production_take_made(turn, file, line, ret_refusal);
}

static enum result
import_line(struct turn *turn, const char *batch, char *text, Yidi__BatchImported *imported,
            Yidi__CaseResult *row)
{
    struct machine_result line;
    struct case_file file;
    struct refusal refusal = { 0 };
    char *number = arena_take(turn->arena, CASE_NUMBER_CHARS + 1);
    bool known = false;
    if (number == NULL)
        return ERR_MEMORY;
    enum result result = machine_result_parse(text, &line, &refusal);
    if (result == OK)
        result = case_number_read(line.case_number, "case_number", number, &refusal);
    if (result == OK) {
        row->case_number = number;
        row->card_serial = (char *)(uintptr_t)line.serial;
        line.case_number = number;
        result = take_line(turn, batch, &line, &file, &known, &refusal);
    }
    if (result == ERR_REFUSED)
        return refusal_message_answer(&refusal, turn->arena, &row->refusal);
    if (result != OK)
        return result;
    row->state = (char *)order_machine.state_names[file.row->state];
    row->known = known;
    imported->known += known;
    imported->defective += !known && line.defective;
    imported->made += !known && !line.defective;
    return OK;
}

/* Before any line takes effect. */
static enum result
check_text(const char *text, size_t size, struct refusal *ret_refusal)
{
    size_t lines = 0;
    if (strlen(text) != size)
        return refuse(ret_refusal, REFUSAL_CSV_INVALID, "", "must be text");
    for (const char *at = text; at != NULL && *at != '\0'; lines++)
        at = (at = strchr(at, '\n')) == NULL ? NULL : at + 1;
    return lines <= LINES_MAX
               ? OK
               : refuse(ret_refusal, REFUSAL_CSV_INVALID, "", "at most %d lines", LINES_MAX);
}

/* Line by line, in place; the heading and empty lines are passed over. */
static enum result
import_lines(struct turn *turn, const char *batch, char *text, Yidi__BatchImported *imported,
             struct refusal *ret_refusal)
{
    char *line, *rest = csv_begin(text);
    enum result result = OK;
    for (uint32_t number = 1; result == OK && (line = csv_take_line(&rest)) != NULL; number++) {
        if (line[0] == '\0' || (number == 1 && strcmp(line, MACHINE_RESULT_HEADER) == 0))
            continue;
        Yidi__CaseResult *row = arena_take(turn->arena, sizeof *row);
        if (row == NULL)
            return ERR_MEMORY;
        yidi__case_result__init(row);
        row->line = number;
        imported->results[imported->n_results++] = row;
        result = import_line(turn, batch, line, imported, row);
    }
    return result == OK && imported->n_results == 0
               ? refuse(ret_refusal, REFUSAL_CSV_INVALID, "", "no line tells of a card")
               : result;
}

enum result
batch_import(struct turn *turn, const Yidi__BatchImport *command, struct bytes file,
             Yidi__Response *response, struct refusal *ret_refusal)
{
    Yidi__BatchRow *row;
    Yidi__BatchImported *imported = arena_take(turn->arena, sizeof *imported);
    char *text = arena_take(turn->arena, file.size + 1);
    if (imported == NULL || text == NULL)
        return ERR_MEMORY;
    yidi__batch_imported__init(imported);
    imported->results = arena_take(turn->arena, LINES_MAX * sizeof *imported->results);
    if (imported->results == NULL)
        return ERR_MEMORY;
    if (file.size > 0)
        memcpy(text, file.data, file.size);
    text[file.size] = '\0';
    enum result result = check_text(text, file.size, ret_refusal);
    if (result == OK)
        result = batch_row_find(turn->txn, command->batch, turn->arena, &row, ret_refusal);
    if (result == OK)
        result = import_lines(turn, command->batch, text, imported, ret_refusal);
    response->body_case = YIDI__RESPONSE__BODY_BATCH_IMPORTED;
    response->batch_imported = imported;
    return result;
}
