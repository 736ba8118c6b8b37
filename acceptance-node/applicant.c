/* SPDX-License-Identifier: Apache-2.0 */
#include "acceptance-node/applicant.h"

#include "acceptance-node/core/application.h"
#include "acceptance-node/core/progress.h"
#include "acceptance-node/temporary.h"
#include "common/domain/civil_date.h"
#include "common/domain/refusal_reason.h"
#include "common/io/office.h"
#include "common/io/receipt.h"
#include "common/io/wire.h"

/* ---- whose receipt it is ---- */

/* Read the case that stands next, so that looking for one that is not there takes as long. */
static void
read_another(struct store_txn *txn, const char *case_number, struct arena *arena)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    struct case_file file;
    char number[CASE_NUMBER_CHARS + 1] = "";
    if (store_cursor_open(txn, TABLE_CASES, bytes_of_text(""), &cursor) != OK)
        return;
    enum result result = store_cursor_seek(cursor, bytes_of_text(case_number), &key, &value);
    if (result == ERR_ABSENT)
        result = store_cursor_last(cursor, &key, &value);
    if (result != OK || key.size != CASE_NUMBER_CHARS)
        return;
    memcpy(number, key.data, CASE_NUMBER_CHARS);
    result = case_file_open(txn, &application_machine, number, arena, &file);
    (void)result;
}

/* ERR_ABSENT: no such case, or another code; the same work for both. What was erased has no code
 * any more. */
static enum result
open_case(struct store_txn *txn, const char *case_number, const char *code, struct arena *arena,
          struct case_file *ret_file)
{
    struct bytes digest = { 0 };
    enum result result = case_file_open(txn, &application_machine, case_number, arena, ret_file);
    if (result == ERR_ABSENT)
        read_another(txn, case_number, arena);
    else if (result != OK)
        return result;
    else
        digest = bytes_of(ret_file->row->receipt_digest.data, ret_file->row->receipt_digest.len);
    return receipt_matches(digest, case_number, code) ? OK : ERR_ABSENT;
}

/* ---- days ---- */

static bool
is_made_again(const Yidi__Case *row)
{
    return row->collection != NULL && row->collection->collected_ms != 0;
}

static uint32_t
act_by(const Yidi__Case *row)
{
    if (row->state == APPLICATION_RETURNED && row->returned != NULL)
        return row->returned->answer_by;
    return row->state == APPLICATION_READY ? civil_date_of_ms(row->stage_deadline_ms) : 0;
}

static uint32_t
due_on(const Yidi__Case *row)
{
    if (!application_machine.state_open[row->state] || row->state == APPLICATION_READY)
        return 0;
    return civil_date_of_ms(is_made_again(row) ? row->stage_deadline_ms
                                               : row->statutory_deadline_ms);
}

static struct progress_facts
facts_of(const Yidi__Case *row, uint64_t now_ms)
{
    const Yidi__TemporaryCard *card = temporary_of(row);
    return (struct progress_facts){
        .state = (int)row->state,
        .renewal = row->form->kind == YIDI__APPLICATION_KIND__RENEWAL,
        .temporary_out = card != NULL && card->end == YIDI__TEMPORARY_CARD_END__STILL_OUT,
        .fee_paid = row->form->fee_fen > 0,
        .act_by = act_by(row),
        .due_on = due_on(row),
        .today = civil_date_of_ms(now_ms),
    };
}

/* ---- words ---- */

struct wordings {
    struct arena *arena;
    Yidi__Wording **list;
    size_t count, room;
};

/* Texts are copied. */
static Yidi__Wording *
make_wording(struct arena *arena, const char *chinese, const char *english)
{
    Yidi__Wording *wording = arena_take(arena, sizeof *wording);
    if (wording == NULL)
        return NULL;
    yidi__wording__init(wording);
    wording->chinese = arena_copy_text(arena, chinese);
    wording->english = arena_copy_text(arena, english);
    return wording->chinese == NULL || wording->english == NULL ? NULL : wording;
}

static bool
begin_list(struct wordings *wordings, struct arena *arena, size_t room)
{
    *wordings = (struct wordings){ .arena = arena, .room = room };
    wordings->list = arena_take(arena, (room + 1) * sizeof *wordings->list);
    return wordings->list != NULL;
}

static bool
add_wording(struct wordings *wordings, const char *chinese, const char *english)
{
    Yidi__Wording *wording = make_wording(wordings->arena, chinese, english);
    if (wording != NULL && wordings->count < wordings->room)
        wordings->list[wordings->count++] = wording;
    return wording != NULL;
}

/* A path that is none of the form's is somebody's words. */
static enum result
fill_corrections(const Yidi__Case *row, struct arena *arena, Yidi__ReceiptStatus *status)
{
    struct wordings wordings;
    if (row->state != APPLICATION_RETURNED || row->returned == NULL)
        return OK;
    bool made = begin_list(&wordings, arena, row->returned->n_fields);
    for (size_t i = 0; i < row->returned->n_fields && made; i++) {
        const struct words words = form_words_field(row->returned->fields[i]);
        if (words.english[0] != '\0')
            made = add_wording(&wordings, words.chinese, words.english);
    }
    status->corrections = wordings.list;
    status->n_corrections = wordings.count;
    return made ? OK : ERR_MEMORY;
}

static enum result
fill_reasons(const Yidi__Case *row, struct arena *arena, Yidi__ReceiptStatus *status)
{
    struct wordings wordings;
    if (row->state != APPLICATION_REFUSED || row->refusal == NULL)
        return OK;
    bool made = begin_list(&wordings, arena, row->refusal->n_reasons);
    for (size_t i = 0; i < row->refusal->n_reasons && made; i++) {
        const enum refusal_reason reason = (enum refusal_reason)row->refusal->reasons[i];
        made =
            add_wording(&wordings, refusal_reason_chinese(reason), refusal_reason_english(reason));
    }
    status->reasons = wordings.list;
    status->n_reasons = wordings.count;
    return made ? OK : ERR_MEMORY;
}

static enum result
fill_progress(const struct progress_facts *facts, struct arena *arena, Yidi__ReceiptStatus *status)
{
    struct progress progress;
    struct wordings wordings;
    progress_tell(facts, &progress);
    status->stage = (char *)progress.stage;
    status->standing = make_wording(arena, progress.standing.chinese, progress.standing.english);
    bool made = status->standing != NULL && begin_list(&wordings, arena, PROGRESS_NEXT_MAX);
    for (size_t i = 0; i < progress.next_count && made; i++)
        made = add_wording(&wordings, progress.next[i].chinese, progress.next[i].english);
    if (!made)
        return ERR_MEMORY;
    status->next = wordings.list;
    status->n_next = wordings.count;
    return OK;
}

/* ---- the window ---- */

/* None until the office has adopted a directory under a program that notes it. */
static enum result
fill_office(struct store_txn *txn, struct arena *arena, Yidi__ReceiptStatus *status)
{
    struct bytes value;
    struct refusal refusal;
    ProtobufCMessage *message = NULL;
    enum result result = store_get(txn, TABLE_META, bytes_of_text(OFFICE_SELF_KEY), &value);
    if (result != OK)
        return result == ERR_ABSENT ? OK : result;
    result = wire_decode(&yidi__public_office__descriptor, value, arena, &message, &refusal);
    if (result == OK)
        status->office = (Yidi__PublicOffice *)message;
    return result == ERR_REFUSED ? ERR_DAMAGED : result;
}

/* ---- all of it ---- */

enum result
applicant_tell(struct store_txn *txn, const char *case_number, const char *code, uint64_t now_ms,
               struct arena *arena, Yidi__ReceiptStatus **ret_status)
{
    struct case_file file;
    enum result result = open_case(txn, case_number, code, arena, &file);
    if (result != OK)
        return result;
    const Yidi__Case *row = file.row;
    Yidi__ReceiptStatus *status = arena_take(arena, sizeof *status);
    if (status == NULL)
        return ERR_MEMORY;
    yidi__receipt_status__init(status);
    const struct progress_facts facts = facts_of(row, now_ms);
    status->case_number = row->case_number;
    status->accepted_on = civil_date_of_ms(row->accepted_ms);
    status->since = civil_date_of_ms(row->changed_ms);
    status->due_on = facts.due_on;
    status->act_by = facts.act_by;
    result = fill_progress(&facts, arena, status);
    if (result == OK)
        result = fill_corrections(row, arena, status);
    if (result == OK)
        result = fill_reasons(row, arena, status);
    if (result == OK)
        result = fill_office(txn, arena, status);
    if (result == OK)
        *ret_status = status;
    return result;
}
