/* SPDX-License-Identifier: Apache-2.0 */
#include "registry-node/card_history.h"

#include <stdio.h>

#include "common/domain/civil_date.h"
#include "common/io/person_index.h"
#include "registry-node/core/review.h"
#include "registry-node/registry.h"

enum { CASES_AT_ONCE = 16 };

struct reading {
    struct store_txn *txn;
    const char *office;
    struct arena *arena;
    struct card_history *history;
    uint64_t collected_ms; /* the valid card */
    uint64_t former_ms;    /* the one before it */
    uint64_t lost_ms;      /* the first report that is later; UINT64_MAX none */
};

typedef void (*look_at)(struct reading *reading, const Yidi__Case *row);

/* The card of a case that the record ought to have; one that came back faulty is valid until the
 * next one is collected. */
static char *
collected_serial(const Yidi__Case *row)
{
    return row->faulty_serial[0] != '\0' ? row->faulty_serial
           : row->state == REVIEW_CLOSED ? row->card_serial
                                         : (char *)"";
}

static uint64_t
find_collected_ms(const struct reading *reading, const Yidi__Case *row)
{
    for (size_t i = row->n_trace; i > 0; i--)
        if (row->trace[i - 1]->step == YIDI__STEP__CLOSED &&
            strcmp(row->trace[i - 1]->office, reading->office) == 0)
            return row->trace[i - 1]->time_ms;
    return row->changed_ms;
}

static void
look_at_card(struct reading *reading, const Yidi__Case *row)
{
    struct card_history *history = reading->history;
    const char *serial = collected_serial(row);
    const uint64_t time_ms = find_collected_ms(reading, row);
    if (serial[0] == '\0')
        return;
    if (history->valid_serial[0] == '\0' || time_ms >= reading->collected_ms) {
        history->former_serial = history->valid_serial;
        reading->former_ms = reading->collected_ms;
        history->valid_serial = serial;
        history->valid_until = row->valid_until;
        reading->collected_ms = time_ms;
    } else if (history->former_serial[0] == '\0' || time_ms >= reading->former_ms) {
        history->former_serial = serial;
        reading->former_ms = time_ms;
    }
}

static void
look_at_report(struct reading *reading, const Yidi__Case *row)
{
    if (!registry_reports_loss(row->form) || row->accepted_ms <= reading->collected_ms ||
        row->accepted_ms >= reading->lost_ms)
        return;
    reading->lost_ms = row->accepted_ms;
    reading->history->lost_case = row->case_number;
    reading->history->lost_on = civil_date_of_ms(row->accepted_ms);
}

static enum result
for_each_case(struct reading *reading, const struct search_term *citizen, look_at look)
{
    char numbers[CASES_AT_ONCE][CASE_NUMBER_CHARS + 1];
    struct person_after after = { .place = { .citizen_number = citizen->text } };
    enum result result = OK;
    for (bool more = true; more && result == OK;) {
        size_t count = 0;
        result =
            person_index_search(reading->txn, citizen, after.case_number == NULL ? NULL : &after,
                                numbers, CASES_AT_ONCE, &count, &more);
        for (size_t i = 0; i < count && result == OK; i++) {
            struct case_file file;
            result =
                case_file_open(reading->txn, &review_machine, numbers[i], reading->arena, &file);
            if (result == OK)
                look(reading, file.row);
            after.case_number = numbers[i];
        }
    }
    return result == ERR_ABSENT ? ERR_DAMAGED : result;
}

enum result
card_history_read(struct store_txn *txn, const char *office, const char *citizen_number,
                  struct arena *arena, struct card_history *ret_history)
{
    struct search_term citizen = { .kind = SEARCH_CITIZEN };
    struct card_history history = { .valid_serial = "", .former_serial = "", .lost_case = "" };
    struct reading reading = {
        .txn = txn, .office = office, .arena = arena, .history = &history, .lost_ms = UINT64_MAX
    };
    snprintf(citizen.text, sizeof citizen.text, "%s", citizen_number);
    enum result result = for_each_case(&reading, &citizen, look_at_card);
    if (result == OK)
        result = for_each_case(&reading, &citizen, look_at_report);
    if (result == OK)
        *ret_history = history;
    return result;
}
