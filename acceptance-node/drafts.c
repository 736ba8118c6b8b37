/* SPDX-License-Identifier: Apache-2.0 */
#include "acceptance-node/drafts.h"

#include <inttypes.h>
#include <stdio.h>

#include "acceptance-node/core/application.h"
#include "acceptance-node/request_key.h"
#include "common/domain/citizen_number.h"
#include "common/domain/person_name.h"
#include "common/io/intake.h"
#include "common/io/tidy.h"
#include "common/io/wire.h"

enum { NAME_BYTES = 17, DAY_MS = 24 * 3600 * 1000 };

/* ---- rows ---- */

static enum result
decode(struct bytes packed, struct arena *arena, Yidi__Draft **ret_draft)
{
    ProtobufCMessage *message;
    struct bytes copy = arena_copy(arena, packed);
    if (copy.data == NULL)
        return ERR_MEMORY;
    if (wire_decode(&yidi__draft__descriptor, copy, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    *ret_draft = (Yidi__Draft *)message;
    return OK;
}

static enum result
find(struct turn *turn, const char *name, Yidi__Draft **ret_draft, struct refusal *ret_refusal)
{
    struct bytes packed;
    Yidi__Draft *draft = NULL;
    enum result result = store_get(turn->txn, TABLE_DRAFTS, bytes_of_text(name), &packed);
    if (result == OK)
        result = decode(packed, turn->arena, &draft);
    if (result == ERR_ABSENT || (result == OK && draft->expires_ms <= turn->now_ms))
        return refuse(ret_refusal, REFUSAL_DRAFT_UNKNOWN, "draft",
                      "there is no draft %s; after %d days they are deleted", name, DRAFT_DAYS);
    if (result == OK)
        *ret_draft = draft;
    return result;
}

static enum result
answer_drafts(Yidi__Draft **list, size_t count, struct arena *arena, Yidi__Response *response)
{
    Yidi__DraftsKept *kept = arena_take(arena, sizeof *kept);
    if (kept == NULL)
        return ERR_MEMORY;
    yidi__drafts_kept__init(kept);
    kept->drafts = list;
    kept->n_drafts = count;
    response->body_case = YIDI__RESPONSE__BODY_DRAFTS;
    response->drafts = kept;
    return OK;
}

/* One draft; without its form the answer says no more than that it is kept, or was. */
static enum result
answer_draft(struct turn *turn, const Yidi__Draft *draft, bool with_form, Yidi__Response *response)
{
    Yidi__Draft **list = arena_take(turn->arena, sizeof *list);
    Yidi__Draft *told = arena_take(turn->arena, sizeof *told);
    if (list == NULL || told == NULL)
        return ERR_MEMORY;
    *told = *draft;
    if (!with_form)
        told->form = NULL;
    list[0] = told;
    return answer_drafts(list, 1, turn->arena, response);
}

static enum result
journal(struct turn *turn, const char *verb, const char *detail)
{
    turn_begin_act(turn, "", verb, detail);
    return turn_journal_cause(turn);
}

/* ---- saving ---- */

static enum result
check_room(struct turn *turn, size_t bytes, struct refusal *ret_refusal)
{
    uint64_t count;
    enum result result = store_count(turn->txn, TABLE_DRAFTS, &count);
    if (result == OK && count >= DRAFTS_MAX)
        return refuse(ret_refusal, REFUSAL_DRAFTS_FULL, "draft", "at most %d are kept", DRAFTS_MAX);
    return result == OK ? intake_check_room(turn->office, bytes, ret_refusal) : result;
}

static enum result
name_draft(struct turn *turn, const Yidi__DraftSave *save, char ret_name[NAME_BYTES],
           struct refusal *ret_refusal)
{
    Yidi__Draft *former;
    uint64_t number;
    if (save->name[0] != '\0') {
        snprintf(ret_name, NAME_BYTES, "%s", save->name);
        return find(turn, save->name, &former, ret_refusal);
    }
    enum result result =
        check_room(turn, protobuf_c_message_get_packed_size(&save->form->base), ret_refusal);
    if (result == OK)
        result = turn_count(turn, "drafts", &number);
    if (result == OK)
        snprintf(ret_name, NAME_BYTES, "D-%" PRIu64, number);
    return result;
}

enum result
drafts_save(struct turn *turn, const Yidi__DraftSave *save, Yidi__Response *response,
            struct refusal *ret_refusal)
{
    Yidi__Draft draft = YIDI__DRAFT__INIT;
    draft.name = arena_take(turn->arena, NAME_BYTES);
    if (draft.name == NULL)
        return ERR_MEMORY;
    enum result result = name_draft(turn, save, draft.name, ret_refusal);
    if (result != OK)
        return result;
    draft.form = save->form;
    draft.operator_ = (char *)turn->operator;
    draft.saved_ms = turn->now_ms;
    draft.expires_ms = turn->now_ms + (uint64_t)DRAFT_DAYS * DAY_MS;
    struct bytes packed = wire_encode(&draft.base, turn->arena);
    if (packed.data == NULL)
        return ERR_MEMORY;
    result = journal(turn, "save-draft", draft.name);
    if (result == OK)
        result = store_put(turn->txn, TABLE_DRAFTS, bytes_of_text(draft.name), packed);
    if (result == OK)
        tidy_by(turn, draft.expires_ms);
    return result == OK ? answer_draft(turn, &draft, false, response) : result;
}

/* ---- looking ---- */

static enum result
mask(Yidi__Draft *draft, struct arena *arena)
{
    Yidi__DraftForm *form = arena_take(arena, sizeof *form);
    Yidi__DraftPerson *person = arena_take(arena, sizeof *person);
    char *number = arena_take(arena, CITIZEN_NUMBER_CHARS + 1);
    char *name = arena_take(arena, PERSON_NAME_MASKED_BYTES);
    if (form == NULL || person == NULL || number == NULL || name == NULL)
        return ERR_MEMORY;
    yidi__draft_form__init(form);
    yidi__draft_person__init(person);
    form->kind = draft->form->kind;
    form->reason = draft->form->reason;
    const Yidi__DraftPerson *known = draft->form->person;
    if (known != NULL && known->citizen_number[0] != '\0') {
        citizen_number_mask(known->citizen_number, number);
        person->citizen_number = number;
    }
    if (known != NULL && known->name[0] != '\0') {
        person_name_mask(known->name, name);
        person->name = name;
    }
    form->person = person;
    draft->form = form;
    return OK;
}

enum result
drafts_list(struct store_txn *txn, struct arena *arena, Yidi__Response *response)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    Yidi__Draft **list = arena_take(arena, DRAFTS_MAX * sizeof *list);
    struct bytes key, packed;
    size_t count = 0;
    if (list == NULL)
        return ERR_MEMORY;
    enum result result = store_cursor_open(txn, TABLE_DRAFTS, (struct bytes){ 0 }, &cursor);
    while (result == OK && count < DRAFTS_MAX) {
        result = store_cursor_next(cursor, &key, &packed);
        if (result == OK)
            result = decode(packed, arena, &list[count]);
        if (result == OK)
            result = mask(list[count++], arena);
    }
    if (result != OK && result != ERR_ABSENT)
        return result;
    return answer_drafts(list, count, arena, response);
}

/* The bytes of a form are those of a draft, but for photos and templates. */
static enum result
draft_of_form(const Yidi__ApplicationForm *form, struct arena *arena, Yidi__DraftForm **ret_draft)
{
    Yidi__ApplicationForm bare = *form;
    ProtobufCMessage *message;
    bare.photo_digest = (ProtobufCBinaryData){ 0 };
    bare.n_fingerprints = 0;
    Yidi__Guardian guardian;
    if (form->guardian != NULL) {
        guardian = *form->guardian;
        guardian.photo_digest = (ProtobufCBinaryData){ 0 };
        bare.guardian = &guardian;
    }
    struct bytes packed = wire_encode(&bare.base, arena);
    if (packed.data == NULL)
        return ERR_MEMORY;
    if (wire_decode(&yidi__draft_form__descriptor, packed, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    *ret_draft = (Yidi__DraftForm *)message;
    return OK;
}

/* As it was handed in: what is handed in again must be the same. ERR_ABSENT  no such case. */
static enum result
find_handed_in(struct turn *turn, const Yidi__DraftTake *take, Yidi__Draft *ret_draft)
{
    char case_number[CASE_NUMBER_CHARS + 1];
    struct case_file file;
    enum result result = request_key_case(turn->txn, take->request_key, case_number);
    if (result == OK)
        result = case_file_open(turn->txn, &application_machine, case_number, turn->arena, &file);
    if (result != OK)
        return result;
    yidi__draft__init(ret_draft);
    ret_draft->name = take->name;
    ret_draft->operator_ = file.row->clerk;
    ret_draft->saved_ms = file.row->accepted_ms;
    return draft_of_form(file.row->form, turn->arena, &ret_draft->form);
}

enum result
drafts_take(struct turn *turn, const Yidi__DraftTake *take, Yidi__Response *response,
            struct refusal *ret_refusal)
{
    Yidi__Draft handed_in, *draft = &handed_in;
    enum { DETAIL_BYTES = 240 };
    char *detail = arena_take(turn->arena, DETAIL_BYTES);
    if (detail == NULL)
        return ERR_MEMORY;
    enum result result = find(turn, take->name, &draft, ret_refusal);
    if (result == ERR_REFUSED) {
        enum result found = find_handed_in(turn, take, &handed_in);
        result = found == ERR_ABSENT ? ERR_REFUSED : found;
    }
    if (result != OK)
        return result;
    snprintf(detail, DETAIL_BYTES, "%s: %s", draft->name, take->reason);
    result = journal(turn, "view-draft", detail);
    return result == OK ? answer_draft(turn, draft, true, response) : result;
}

/* ---- the end of a draft ---- */

static enum result
discard(struct turn *turn, const char *name)
{
    enum result result = store_delete(turn->txn, TABLE_DRAFTS, bytes_of_text(name));
    return result == ERR_ABSENT ? ERR_DAMAGED : result;
}

enum result
drafts_discard(struct turn *turn, const Yidi__DraftDiscard *command, Yidi__Response *response,
               struct refusal *ret_refusal)
{
    Yidi__Draft *draft;
    enum result result = find(turn, command->name, &draft, ret_refusal);
    if (result == OK)
        result = journal(turn, "discard-draft", draft->name);
    if (result == OK)
        result = discard(turn, draft->name);
    return result == OK ? answer_draft(turn, draft, false, response) : result;
}

enum result
drafts_check(struct turn *turn, const char *name, struct refusal *ret_refusal)
{
    Yidi__Draft *unused;
    return find(turn, name, &unused, ret_refusal);
}

enum result
drafts_use(struct turn *turn, const char *name)
{
    return discard(turn, name);
}

/* A draft that cannot be read has no time to wait for: it goes, too. */
static uint64_t
expiry_of(struct bytes packed, struct arena *arena)
{
    Yidi__Draft *draft;
    return decode(packed, arena, &draft) == OK ? draft->expires_ms : 0;
}

enum result
drafts_tidy(struct turn *turn, uint64_t *ret_next_ms)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, packed;
    uint64_t next_ms = UINT64_MAX;
    enum result result = store_cursor_open(turn->txn, TABLE_DRAFTS, (struct bytes){ 0 }, &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &packed)) == OK) {
        uint64_t expires_ms = expiry_of(packed, turn->arena);
        char name[NAME_BYTES] = "";
        if (expires_ms > turn->recorded_ms) {
            next_ms = expires_ms < next_ms ? expires_ms : next_ms;
            continue;
        }
        memcpy(name, key.data, key.size < NAME_BYTES ? key.size : NAME_BYTES - 1);
        result = journal(turn, "expire-draft", name);
        if (result == OK)
            result = discard(turn, name);
    }
    if (result != ERR_ABSENT)
        return result;
    *ret_next_ms = next_ms;
    return OK;
}

enum result
drafts_next_tidy_ms(struct store_txn *txn, uint64_t *ret_next_ms)
{
    AUTO(arena) struct arena arena;
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, packed;
    uint64_t next_ms = UINT64_MAX;
    arena_init(&arena);
    enum result result = store_cursor_open(txn, TABLE_DRAFTS, (struct bytes){ 0 }, &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &packed)) == OK) {
        uint64_t expires_ms = expiry_of(packed, &arena);
        next_ms = expires_ms < next_ms ? expires_ms : next_ms;
        arena_reset(&arena);
    }
    if (result != ERR_ABSENT)
        return result;
    *ret_next_ms = next_ms;
    return OK;
}
