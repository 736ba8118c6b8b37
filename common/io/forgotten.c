/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/forgotten.h"

#include "common/domain/case_number.h"
#include "common/io/dossier.h"
#include "common/io/erased.h"
#include "common/io/replay_rows.h"

static const uint64_t day_ms = UINT64_C(24) * 3600 * 1000;

/* What was erased before we got it says nothing of how long ago that was: our own case may be open.
 */
enum result
forgotten_note(struct turn *turn, uint64_t time_ms)
{
    const Yidi__Erased *erased = turn->input->envelope.entry->erased;
    struct dossier_erased row = { 0 };
    if (erased->undelivered && !turn->input->mine)
        return OK;
    enum result result = dossier_find_erased(turn->txn, erased->case_number, &row);
    if (result != OK && result != ERR_ABSENT)
        return result;
    row.policy_version = erased->policy_version;
    if (row.latest_ms < time_ms)
        row.latest_ms = time_ms;
    return dossier_put_erased(turn->txn, erased->case_number, &row);
}

/* This office's clock, unless it is ahead of whatever others have shown. */
static uint64_t
agreed_ms(const struct turn *turn)
{
    const struct peers *peers = &turn->office->peers;
    uint64_t shown_ms = 0;
    for (size_t i = 0; i < peers->count; i++)
        if (peers->list[i]->seen_head.size > 0 && peers->list[i]->seen_head.time_ms > shown_ms)
            shown_ms = peers->list[i]->seen_head.time_ms;
    return shown_ms < turn->recorded_ms ? shown_ms : turn->recorded_ms;
}

static enum result
find_kept_ms(struct turn *turn, const char *case_number, uint64_t version, uint64_t *ret_kept_ms)
{
    char window[OFFICE_CODE_CHARS + 1];
    struct policy_case about = {
        .date = case_number_date(case_number), .window = window, .registry = "", .production = ""
    };
    case_number_office(case_number, window);
    enum result result = policies_find(turn, version, &about.policy, &about.known);
    if (result == OK)
        *ret_kept_ms = policy_of_case(&about, POLICY_KEEP_TEXT) * day_ms;
    return result;
}

enum result
forgotten_judge(struct turn *turn, const char *case_number, bool *ret_forgotten)
{
    struct dossier_erased erased;
    uint64_t latest_ms, kept_ms = 0;
    const uint64_t now_ms = agreed_ms(turn);
    *ret_forgotten = false;
    enum result result = dossier_find_erased(turn->txn, case_number, &erased);
    if (result == OK)
        result = replay_find_latest(turn->txn, case_number, &latest_ms);
    if (result != OK)
        return result == ERR_ABSENT ? OK : result;
    if (latest_ms > erased.latest_ms) { /* rows go as they are done; what they said stays */
        erased.latest_ms = latest_ms;
        result = dossier_put_erased(turn->txn, case_number, &erased);
    }
    if (result == OK)
        result = find_kept_ms(turn, case_number, erased.policy_version, &kept_ms);
    *ret_forgotten =
        result == OK && erased.latest_ms <= now_ms && now_ms - erased.latest_ms >= kept_ms;
    return result;
}

enum result
forgotten_tell(struct turn *turn, const char *case_number)
{
    const struct role *role = turn->office->options.role;
    if (role->forget == NULL || case_file_exists(turn->txn, case_number) == OK)
        return OK;
    return role->forget(turn, case_number);
}
