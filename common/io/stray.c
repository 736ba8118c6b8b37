/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/stray.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "common/io/dossier.h"
#include "common/io/erasing.h"
#include "common/io/retention.h"

enum { DETAIL_BYTES = 120 };

static const uint64_t day_ms = UINT64_C(24) * 3600 * 1000;

enum result
stray_note(struct turn *turn, const char *case_number)
{
    char window[OFFICE_CODE_CHARS + 1];
    const uint32_t today = civil_date_of_ms(turn->recorded_ms);
    const struct policy_case about = { .policy = policies_present(&turn->office->policies),
                                       .date = today,
                                       .window = window,
                                       .registry = "",
                                       .production = "" };
    enum result result = case_file_exists(turn->txn, case_number);
    if (result != ERR_ABSENT)
        return result;
    case_number_office(case_number, window);
    int32_t days = (int32_t)policy_of_case(&about, POLICY_KEEP_TEXT);
    return dossier_put_stray(turn->txn, civil_date_end_ms(civil_date_add_days(today, days)),
                             case_number);
}

enum result
stray_next(struct store_txn *txn, struct deadline_key *ret_key)
{
    *ret_key = (struct deadline_key){ .list = DEADLINES_ERASE };
    return dossier_next_stray(txn, &ret_key->time_ms, ret_key->case_number);
}

enum result
stray_drop(struct store_txn *txn, const struct deadline_key *key)
{
    return dossier_drop_stray(txn, key->time_ms, key->case_number);
}

/* All that may go. ret_left: something stays for now. */
static enum result
erase_messages(struct turn *turn, const char *case_number, uint64_t most,
               struct erased_count *count, bool *ret_left)
{
    struct dossier_message message;
    enum result result = dossier_next_message(turn->txn, case_number, NULL, &message);
    *ret_left = false;
    while (result == OK) {
        const struct dossier_message after = message;
        if (count->messages == most || erasing_is_undelivered(turn->office, &message))
            *ret_left = true;
        else
            result = erasing_message(turn, case_number, &message, count);
        if (result == OK)
            result = dossier_next_message(turn->txn, case_number, &after, &message);
    }
    return result == ERR_ABSENT ? dossier_drop_blobs(turn->txn, case_number, &count->attachments)
                                : result;
}

static enum result
tell(struct turn *turn, const char *case_number, const struct erased_count *count)
{
    const uint64_t counts[RETENTION_COUNTERS] = { 0, count->attachments, 0, count->messages, 0 };
    char *detail = arena_take(turn->arena, DETAIL_BYTES);
    if (detail == NULL)
        return ERR_MEMORY;
    snprintf(detail, DETAIL_BYTES,
             "%" PRIu64 " messages about a case that is not here; policy version %" PRIu64,
             count->messages, policies_present(&turn->office->policies)->version);
    return retention_tell(turn, case_number, detail, counts);
}

enum result
stray_erase(struct turn *turn, const struct deadline_key *key, uint64_t *messages_left)
{
    const char *case_number = arena_copy_text(turn->arena, key->case_number);
    struct erased_count count = { 0 };
    bool left = false;
    if (case_number == NULL)
        return ERR_MEMORY;
    enum result result = stray_drop(turn->txn, key);
    if (result == OK)
        result = case_file_exists(turn->txn, case_number);
    if (result != ERR_ABSENT) /* its own time will come */
        return result;
    result = erase_messages(turn, case_number, *messages_left, &count, &left);
    if (result == OK && left)
        result = dossier_put_stray(turn->txn, turn->now_ms + day_ms, case_number);
    if (result == OK && count.messages + count.attachments > 0)
        result = tell(turn, case_number, &count);
    *messages_left -= count.messages;
    return result;
}
