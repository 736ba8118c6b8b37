/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/notifier.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/core/require.h"
#include "common/io/json.h"
#include "common/io/log.h"
#include "common/io/wire.h"

/* Key: journal size, case number (zeros: about many cases); for the operators also the notice. */
enum {
    NOTIFICATION_KEY_BYTES = 8 + CASE_NUMBER_CHARS,
    NOTICE_KEY_BYTES = NOTIFICATION_KEY_BYTES + 1,
    RETRY_MS = 5000
};

static enum result
put_row(struct turn *turn, const Yidi__NotificationRow *row, const uint8_t *notice)
{
    struct bytes packed = wire_encode(&row->base, turn->arena);
    if (packed.data == NULL)
        return ERR_MEMORY;
    uint8_t key[NOTICE_KEY_BYTES] = { 0 };
    bytes_put_u64(key, turn->office->journal.committed.size);
    memcpy(key + 8, row->case_number, strnlen(row->case_number, CASE_NUMBER_CHARS));
    key[NOTIFICATION_KEY_BYTES] = notice == NULL ? 0 : *notice;
    turn->office->notifications.added = true;
    return store_put(turn->txn, TABLE_NOTIFICATIONS,
                     bytes_of(key, notice == NULL ? NOTIFICATION_KEY_BYTES : NOTICE_KEY_BYTES),
                     packed);
}

enum result
notifier_add(struct turn *turn, const struct case_file *file)
{
    Yidi__NotificationRow row = YIDI__NOTIFICATION_ROW__INIT;
    row.case_number = file->row->case_number;
    row.time_ms = turn->now_ms;
    row.phone = file->row->form->phone;
    row.audience = "applicant";
    REQUIRE(turn->office->options.role->fill_notification != NULL);
    enum result result = turn->office->options.role->fill_notification(turn, file, &row);
    return result == OK ? put_row(turn, &row, NULL) : result;
}

static char *const events[] = {
    [NOTICE_OVERDUE] = "overdue", [NOTICE_REMINDED] = "reminded", [NOTICE_DUE_SOON] = "due-soon"
};

enum result
notifier_add_notice(struct turn *turn, const struct case_file *file, enum notice notice,
                    const char *text)
{
    const uint8_t kind = (uint8_t)notice;
    Yidi__NotificationRow row = YIDI__NOTIFICATION_ROW__INIT;
    if (text == NULL)
        return ERR_MEMORY;
    row.case_number = file->row->case_number;
    row.event = events[notice];
    row.time_ms = turn->now_ms;
    row.text = (char *)text;
    row.audience = "operators";
    row.state = (char *)turn->office->options.role->machine->state_names[file->row->state];
    row.deadline_ms = file->row->stage_deadline_ms;
    return put_row(turn, &row, &kind);
}

enum result
notifier_add_summary(struct turn *turn, enum notice notice, uint64_t deadline_ms, const char *text)
{
    const uint8_t kind = (uint8_t)notice;
    Yidi__NotificationRow row = YIDI__NOTIFICATION_ROW__INIT;
    row.event = events[notice];
    row.time_ms = turn->now_ms;
    row.text = (char *)text;
    row.audience = "operators";
    row.deadline_ms = deadline_ms;
    return put_row(turn, &row, &kind);
}

void
notifier_committed(struct office *office)
{
    struct office_notifications *notifications = &office->notifications;
    notifications->waiting |= notifications->added;
    notifications->added = false;
    notifications->handed_over = false;
}

void
notifier_rolled_back(struct office *office)
{
    office->notifications.added = false;
}

/* ---- handing over ---- */

struct batch {
    uint8_t prefix[8];
    char *text; /* JSON lines, heap */
    size_t size;
};

static enum result
add_line(struct batch *batch, struct bytes value, struct arena *arena)
{
    ProtobufCMessage *row;
    if (wire_decode(&yidi__notification_row__descriptor, value, arena, &row, NULL) != OK)
        return ERR_DAMAGED;
    const char *line = json_encode(row, arena);
    size_t size = line == NULL ? 0 : strlen(line);
    char *text = line == NULL ? NULL : realloc(batch->text, batch->size + size + 1);
    if (text == NULL)
        return ERR_MEMORY;
    batch->text = text;
    memcpy(text + batch->size, line, size);
    text[batch->size + size] = '\n';
    batch->size += size + 1;
    return OK;
}

/* All rows of the first batch at or after a journal size. */
static enum result
collect_batch(struct office *office, uint64_t from, struct batch *ret_batch)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    bytes_put_u64(ret_batch->prefix, from);
    enum result result = store_begin_read(office->options.store, &txn);
    if (result == OK)
        result = store_cursor_open(txn, TABLE_NOTIFICATIONS, (struct bytes){ 0 }, &cursor);
    if (result == OK)
        result = store_cursor_seek(cursor, bytes_of(ret_batch->prefix, 8), &key, &value);
    if (result == OK)
        memcpy(ret_batch->prefix, key.data, 8);
    while (result == OK && memcmp(key.data, ret_batch->prefix, 8) == 0) {
        result = add_line(ret_batch, value, &office->arena);
        if (result == OK)
            result = store_cursor_next(cursor, &key, &value);
    }
    return result == ERR_ABSENT && ret_batch->size > 0 ? OK : result;
}

static enum result
hand_over_batch(struct office *office, uint64_t *next)
{
    struct batch batch = { .text = NULL };
    enum result result = collect_batch(office, *next, &batch);
    if (result == OK) {
        uint64_t number = bytes_get_u64(batch.prefix);
        char name[64];
        snprintf(name, sizeof name, "%s-%u-%012" PRIu64 ".jsonl", office->journal.office,
                 office->journal.epoch, number);
        result = office->options.ports.notify(office->options.ports.context, name,
                                              bytes_of(batch.text, batch.size));
        if (result == OK)
            *next = number + 1;
    }
    free(batch.text);
    return result;
}

void
notifier_hand_over(struct office *office, const struct office_time *now)
{
    struct office_notifications *notifications = &office->notifications;
    if (!notifications->waiting)
        return;
    enum result result = OK;
    while (result == OK)
        result = hand_over_batch(office, &notifications->next);
    notifications->waiting = result != ERR_ABSENT;
    notifications->handed_over = true;
    if (result != ERR_ABSENT)
        log_line(LOG_ERROR, "notification_failed", "batch=%" PRIu64 " cause=%d",
                 notifications->next, (int)result);
    if (office->rows_due_ms == UINT64_MAX)
        office->rows_due_ms = now->monotonic_ms + RETRY_MS;
}

/* ---- settling ---- */

/* The trace of a case says what its applicant was told. */
static enum result
trace_told(struct turn *turn, const uint8_t *key)
{
    char case_number[CASE_NUMBER_CHARS + 1] = { 0 };
    struct case_file file;
    memcpy(case_number, key + 8, CASE_NUMBER_CHARS);
    turn_begin_act(turn, arena_copy_text(turn->arena, case_number), "notify",
                   "handed to the spool");
    const struct effects effects = { .count = 1,
                                     .list = { { .kind = EFFECT_SAVE, .what = STEP_NOTIFIED } } };
    enum result result = case_file_open(turn->txn, turn->office->options.role->machine, case_number,
                                        turn->arena, &file);
    return result == OK ? turn_carry_out(turn, &file, &effects) : result;
}

static enum result
settle_row(struct turn *turn, struct bytes key)
{
    enum result result = key.size == NOTICE_KEY_BYTES ? OK : trace_told(turn, key.data);
    if (result == OK)
        result = store_delete(turn->txn, TABLE_NOTIFICATIONS, key);
    return result == ERR_ABSENT ? ERR_DAMAGED : result;
}

enum result
notifier_settle(struct turn *turn)
{
    const struct office_notifications *notifications = &turn->office->notifications;
    if (!notifications->handed_over)
        return OK;
    enum result result = OK;
    while (result == OK) {
        AUTO(store_cursor) struct store_cursor *cursor = NULL;
        struct bytes key, value;
        uint8_t copy[NOTICE_KEY_BYTES];
        result = store_cursor_open(turn->txn, TABLE_NOTIFICATIONS, (struct bytes){ 0 }, &cursor);
        if (result == OK)
            result = store_cursor_next(cursor, &key, &value);
        if (result == OK && key.size != NOTIFICATION_KEY_BYTES && key.size != sizeof copy)
            result = ERR_DAMAGED;
        if (result != OK || bytes_get_u64(key.data) >= notifications->next)
            break;
        memcpy(copy, key.data, key.size);
        result = settle_row(turn, bytes_of(copy, key.size));
    }
    return result == ERR_ABSENT ? OK : result;
}
