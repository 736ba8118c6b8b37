/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/retention_report.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/domain/civil_date.h"

/* Days that one answer tells; more than the counters of two centuries. */
enum { DAYS_MAX = 100000 };

/* ---- what was erased ---- */

static enum result
read_counter(struct bytes name, struct bytes value, uint32_t *ret_date, unsigned *ret_which)
{
    char text[RETENTION_COUNTER_BYTES] = "";
    if (name.size >= sizeof text || value.size != 8)
        return ERR_DAMAGED;
    memcpy(text, name.data, name.size);
    return sscanf(text, RETENTION_COUNTER_PREFIX "%8" SCNu32 "/%1u", ret_date, ret_which) == 2 &&
                   *ret_which < RETENTION_COUNTERS
               ? OK
               : ERR_DAMAGED;
}

/* The day that a counter belongs to: the last one, or a new one. NULL when out of memory. */
static Yidi__ErasedDay *
take_day(Yidi__EraseReport *report, uint32_t date, size_t *room, struct arena *arena)
{
    Yidi__ErasedDay *last = report->n_days == 0 ? NULL : report->days[report->n_days - 1];
    if (last != NULL && last->date == date)
        return last;
    if (report->n_days == *room) {
        size_t longer = *room == 0 ? 32 : 2 * *room;
        Yidi__ErasedDay **days = arena_take(arena, longer * sizeof *days);
        if (days == NULL)
            return NULL;
        if (report->n_days > 0)
            memcpy(days, report->days, report->n_days * sizeof *days);
        report->days = days;
        *room = longer;
    }
    Yidi__ErasedDay *day = arena_take(arena, sizeof *day);
    if (day == NULL)
        return NULL;
    yidi__erased_day__init(day);
    day->date = date;
    report->days[report->n_days++] = day;
    return day;
}

static void
note(Yidi__ErasedDay *day, unsigned which, uint64_t count)
{
    uint64_t *const fields[RETENTION_COUNTERS] = { &day->cases, &day->attachments, &day->texts,
                                                   &day->messages, &day->undelivered };
    *fields[which] = count;
}

static enum result
fill_days(struct store_txn *txn, const Yidi__EraseQuery *query, struct arena *arena,
          Yidi__EraseReport *report)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes name, value;
    size_t room = 0;
    enum result result =
        store_cursor_open(txn, TABLE_COUNTERS, bytes_of_text(RETENTION_COUNTER_PREFIX), &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &name, &value)) == OK) {
        uint32_t date = 0;
        unsigned which = 0;
        result = read_counter(name, value, &date, &which);
        bool asked = date >= query->date && (query->until == 0 || date <= query->until);
        if (result != OK || !asked || report->n_days == DAYS_MAX)
            continue;
        Yidi__ErasedDay *day = take_day(report, date, &room, arena);
        if (day == NULL)
            return ERR_MEMORY;
        note(day, which, bytes_get_u64(value.data));
    }
    return result == ERR_ABSENT ? OK : result;
}

/* ---- what is next ---- */

static enum result
describe(struct turn *turn, const Yidi__Case *row, Yidi__EraseDue *due)
{
    struct policy_case policy;
    struct trouble held;
    enum result result = policies_of_case(turn, row, &policy);
    if (result != OK)
        return result;
    due->case_number = row->case_number;
    due->state = (char *)turn->office->options.role->machine->state_names[row->state];
    due->closed_ms = row->changed_ms;
    due->stage = retention_stage(row);
    due->due_ms = retention_due_ms(row, &policy);
    due->policy_version = policy.policy->version;
    if (due->due_ms > turn->now_ms)
        return OK;
    result = retention_held(turn->office, turn->txn, row, &held);
    if (result != OK)
        return result;
    due->held = trouble_in_english(&held, turn->arena);
    due->held_chinese = trouble_in_chinese(&held, turn->arena);
    return due->held == NULL || due->held_chinese == NULL ? ERR_MEMORY : OK;
}

static enum result
fill_next(struct turn *turn, size_t limit, Yidi__EraseReport *report)
{
    struct deadline_key key;
    report->next = arena_take(turn->arena, limit * sizeof *report->next);
    if (report->next == NULL)
        return ERR_MEMORY;
    enum result result = deadline_index_next_erase(turn->txn, NULL, &key);
    while (result == OK && report->n_next < limit) {
        const struct deadline_key after = key;
        const char *case_number = arena_copy_text(turn->arena, key.case_number);
        Yidi__EraseDue *due = arena_take(turn->arena, sizeof *due);
        struct case_file file;
        if (due == NULL || case_number == NULL)
            return ERR_MEMORY;
        yidi__erase_due__init(due);
        result = case_file_open(turn->txn, turn->office->options.role->machine, case_number,
                                turn->arena, &file);
        if (result == OK)
            result = describe(turn, file.row, due);
        if (result != OK)
            return result == ERR_ABSENT ? ERR_DAMAGED : result;
        report->next[report->n_next++] = due;
        result = deadline_index_next_erase(turn->txn, &after, &key);
    }
    return result == ERR_ABSENT ? OK : result;
}

enum result
retention_report(struct office *office, struct store_txn *txn, const Yidi__EraseQuery *query,
                 uint64_t now_ms, Yidi__Response *response)
{
    /* one that only reads */
    struct turn turn = { .office = office,
                         .txn = txn,
                         .arena = &office->answers,
                         .now_ms = now_ms,
                         .recorded_ms = now_ms,
                         .operator= "" };
    Yidi__EraseReport *report = arena_take(&office->answers, sizeof *report);
    if (report == NULL)
        return ERR_MEMORY;
    yidi__erase_report__init(report);
    enum trouble_code resting = retention_resting(office, now_ms);
    report->resting = (char *)trouble_english(resting);
    report->resting_chinese = (char *)trouble_chinese(resting);
    response->body_case = YIDI__RESPONSE__BODY_ERASE_REPORT;
    response->erase_report = report;
    enum result result = fill_days(txn, query, &office->answers, report);
    if (result == OK)
        result = deadline_index_count_erase(txn, &report->waiting);
    return result == OK
               ? fill_next(&turn, query->limit == 0 ? ERASE_NEXT_STANDARD : query->limit, report)
               : result;
}
