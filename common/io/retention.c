/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/retention.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/core/format.h"
#include "common/domain/civil_date.h"
#include "common/io/erasing.h"
#include "common/io/log.h"
#include "common/io/recovery.h"
#include "common/io/start_hold.h"
#include "common/io/stray.h"

enum {
    BATCH_PAUSE_MS = 1000,  /* between two batches: other work goes first */
    REST_PAUSE_MS = 600000, /* the office cannot erase now, or the disk is full */
    DETAIL_BYTES = 400,
};

/* A policy that is not known here is read soon, if ever. */
static const uint64_t unknown_policy_ms = UINT64_C(7) * 24 * 3600 * 1000;

/* What is held back is looked at again after that. */
static const uint64_t held_ms = UINT64_C(24) * 3600 * 1000;

/* ---- when ---- */

Yidi__EraseStage
retention_stage(const Yidi__Case *row)
{
    if (row->text_erased_ms != 0 && row->late_due_ms == 0)
        return YIDI__ERASE_STAGE__ERASE_NOTHING;
    return row->biometrics_erased_ms != 0 ? YIDI__ERASE_STAGE__ERASE_TEXT
                                          : YIDI__ERASE_STAGE__ERASE_BIOMETRICS;
}

uint64_t
retention_due_ms(const Yidi__Case *row, const struct policy_case *policy)
{
    Yidi__EraseStage stage = retention_stage(row);
    enum policy_key key =
        stage == YIDI__ERASE_STAGE__ERASE_TEXT ? POLICY_KEEP_TEXT : POLICY_KEEP_BIOMETRICS;
    int32_t days = (int32_t)policy_of_case(policy, key);
    if (stage == YIDI__ERASE_STAGE__ERASE_NOTHING)
        return UINT64_MAX;
    if (row->text_erased_ms != 0)
        return row->late_due_ms;
    return civil_date_end_ms(civil_date_add_days(civil_date_of_ms(row->changed_ms), days));
}

uint64_t
retention_look_ms(const Yidi__Case *row, const struct policy_case *policy, uint64_t now_ms)
{
    uint64_t due_ms = retention_due_ms(row, policy), soon_ms = now_ms + unknown_policy_ms;
    return policy->known || due_ms < soon_ms ? due_ms : soon_ms;
}

/* The time of the case has passed, so nothing that comes later makes it longer. */
enum result
retention_note_late(struct turn *turn, struct case_file *file)
{
    Yidi__Case *row = file->row;
    struct policy_case policy;
    if (row->text_erased_ms == 0 || row->late_due_ms != 0)
        return OK;
    enum result result = policies_of_case(turn, row, &policy);
    if (result != OK)
        return result;
    int32_t days = (int32_t)policy_of_case(&policy, POLICY_KEEP_TEXT);
    row->late_due_ms =
        civil_date_end_ms(civil_date_add_days(civil_date_of_ms(turn->recorded_ms), days));
    return case_file_save(file, turn->office->options.role->machine, turn->txn, turn->arena);
}

/* A closed case, or messages of none (stray.h): what is due first. */
static enum result
find_next(struct store_txn *txn, struct deadline_key *ret_key, bool *ret_stray)
{
    struct deadline_key stray;
    enum result of_case = deadline_index_next_erase(txn, NULL, ret_key);
    if (of_case != OK && of_case != ERR_ABSENT)
        return of_case;
    enum result result = stray_next(txn, &stray);
    *ret_stray = result == OK && (of_case != OK || stray.time_ms < ret_key->time_ms);
    if (*ret_stray)
        *ret_key = stray;
    return result == ERR_ABSENT || result == OK ? (*ret_stray ? OK : of_case) : result;
}

enum result
retention_open(struct office *office, struct store_txn *txn, const struct office_time *now)
{
    struct deadline_key key;
    bool stray;
    enum result result = find_next(txn, &key, &stray);
    office->retention.next_ms = result == OK ? key.time_ms : UINT64_MAX;
    retention_schedule(office, now);
    return result == ERR_ABSENT ? OK : result;
}

/* Who is no more is waited for no more. */
static bool
share_is_missing(const struct office *office)
{
    for (size_t i = 0; i < office->peers.count; i++) {
        const struct peer *peer = office->peers.list[i];
        if (recovery_bars(peer) && !office_is_gone(office, peer->office))
            return true;
    }
    return false;
}

enum trouble_code
retention_resting(const struct office *office, uint64_t now_ms)
{
    if (office_out_of_service(office, now_ms) != REFUSAL_NONE)
        return TROUBLE_ERASING_OUT_OF_SERVICE;
    if (recovery_active(office) || start_holds(office))
        return TROUBLE_ERASING_RECOVERING;
    return share_is_missing(office) ? TROUBLE_ERASING_SHARE_MISSING : TROUBLE_NONE;
}

bool
retention_wants_turn(struct office *office, const struct office_time *now)
{
    struct office_retention *retention = &office->retention;
    retention->allowed = now->wall_ms >= retention->next_ms &&
                         now->monotonic_ms >= retention->due_ms &&
                         retention_resting(office, now->wall_ms) == TROUBLE_NONE;
    return retention->allowed;
}

/* What has just become due, by the hour or by a clock that was set, is due at once. */
static uint64_t
find_wait_ms(const struct office_retention *retention, uint64_t now_ms)
{
    if (retention->next_ms > now_ms)
        return retention->next_ms - now_ms;
    if (!retention->paused)
        return 0;
    return retention->more ? BATCH_PAUSE_MS : REST_PAUSE_MS;
}

void
retention_schedule(struct office *office, const struct office_time *now)
{
    struct office_retention *retention = &office->retention;
    bool due = retention->next_ms <= now->wall_ms;
    if (due && retention->paused && now->monotonic_ms < retention->due_ms)
        return;
    uint64_t wait_ms = find_wait_ms(retention, now->wall_ms);
    bool never = retention->next_ms == UINT64_MAX || wait_ms > UINT64_MAX - 1 - now->monotonic_ms;
    retention->due_ms = never ? UINT64_MAX : now->monotonic_ms + wait_ms;
    retention->paused = due;
    retention->more = false;
}

/* ---- what holds it back ---- */

static enum result
find_held(const struct office *office, struct store_txn *txn, const Yidi__Case *row,
          struct dossier_message *ret_message)
{
    bool attached = retention_stage(row) == YIDI__ERASE_STAGE__ERASE_BIOMETRICS;
    return erasing_find_undelivered(office, txn, row->case_number, attached, ret_message);
}

/* A warning that the clock of today has not given counts for nothing. */
static bool
is_warned(const Yidi__Case *row, uint64_t now_ms)
{
    return row->erase_warned_ms != 0 && row->erase_warned_ms <= now_ms;
}

static uint64_t
warning_ends_ms(const Yidi__Case *row)
{
    return civil_date_end_ms(
        civil_date_add_days(civil_date_of_ms(row->erase_warned_ms), ERASE_WARNING_DAYS));
}

static struct trouble
trouble_of(enum trouble_code code, const struct dossier_message *message)
{
    struct trouble trouble = { .code = code, .numbers = { message->sequence } };
    format_text(trouble.texts[0], TROUBLE_TEXT_BYTES, "%s", message->peer);
    return trouble;
}

static void
describe_held(const Yidi__Case *row, const struct dossier_message *message,
              struct trouble *ret_held)
{
    char day[CIVIL_DATE_TEXT_BYTES];
    *ret_held = trouble_of(row->erase_warned_ms != 0 ? TROUBLE_ERASING_UNDELIVERED_WARNED
                                                     : TROUBLE_ERASING_UNDELIVERED,
                           message);
    civil_date_format(civil_date_of_ms(warning_ends_ms(row) - 1), day);
    if (row->erase_warned_ms != 0)
        format_text(ret_held->texts[1], TROUBLE_TEXT_BYTES, "%s", day);
}

enum result
retention_held(const struct office *office, struct store_txn *txn, const Yidi__Case *row,
               struct trouble *ret_held)
{
    struct dossier_message message;
    *ret_held = (struct trouble){ 0 };
    enum result result = find_held(office, txn, row, &message);
    if (result == OK)
        describe_held(row, &message, ret_held);
    return result == ERR_ABSENT ? OK : result;
}

/* ---- telling ---- */

void
retention_counter(uint32_t date, unsigned which, char ret_name[RETENTION_COUNTER_BYTES])
{
    snprintf(ret_name, RETENTION_COUNTER_BYTES, RETENTION_COUNTER_PREFIX "%08" PRIu32 "/%u", date,
             which % 10);
}

static enum result
count(struct turn *turn, unsigned which, uint64_t more)
{
    char name[RETENTION_COUNTER_BYTES];
    uint8_t packed[8];
    struct bytes stored;
    uint64_t sum = more;
    if (more == 0)
        return OK;
    retention_counter(civil_date_of_ms(turn->now_ms), which, name);
    enum result result = store_get(turn->txn, TABLE_COUNTERS, bytes_of_text(name), &stored);
    if (result == OK && stored.size == sizeof packed)
        sum += bytes_get_u64(stored.data);
    else if (result != ERR_ABSENT)
        return result == OK ? ERR_DAMAGED : result;
    bytes_put_u64(packed, sum);
    return store_put(turn->txn, TABLE_COUNTERS, bytes_of_text(name),
                     bytes_of(packed, sizeof packed));
}

enum result
retention_tell(struct turn *turn, const char *case_number, const char *detail,
               const uint64_t counts[RETENTION_COUNTERS])
{
    turn_begin_act(turn, case_number, "erase", detail);
    enum result result = turn_journal_cause(turn);
    for (unsigned which = 0; which < RETENTION_COUNTERS && result == OK; which++)
        result = count(turn, which, counts[which]);
    return result;
}

/* One entry for each stage of each case, and for each turn that it takes: what, how many, and by
 * which policy or why. */
static enum result
tell(struct turn *turn, const Yidi__Case *row, Yidi__EraseStage stage,
     const struct erased_count *erased, bool all, const char *why)
{
    bool text = stage == YIDI__ERASE_STAGE__ERASE_TEXT;
    char messages[80] = "", lost[48] = "";
    char *detail = arena_take(turn->arena, DETAIL_BYTES);
    if (detail == NULL)
        return ERR_MEMORY;
    if (erased->undelivered > 0)
        snprintf(lost, sizeof lost, ", %" PRIu64 " of them not delivered", erased->undelivered);
    if (text || erased->messages > 0)
        snprintf(messages, sizeof messages, ", %" PRIu64 " messages%s", erased->messages, lost);
    if (text)
        snprintf(detail, DETAIL_BYTES, "texts%s%s; %s", messages, all ? "" : ", more to follow",
                 why);
    else
        snprintf(detail, DETAIL_BYTES, "photo and fingerprints, %" PRIu64 " files%s; %s",
                 erased->attachments, messages, why);
    const uint64_t counts[RETENTION_COUNTERS] = { !text, erased->attachments,
                                                  text && all && row->late_due_ms == 0,
                                                  erased->messages, erased->undelivered };
    return retention_tell(turn, row->case_number, detail, counts);
}

/* ---- erasing ---- */

struct erasure {
    const struct policy_case *policy;
    const char *why;
    uint64_t messages_max;
    struct erased_count erased; /* out; of all stages */
};

static void
add_up(struct erased_count *sum, const struct erased_count *more)
{
    sum->attachments += more->attachments;
    sum->messages += more->messages;
    sum->undelivered += more->undelivered;
}

/* A warning of it is over. */
static void
close_stage(const struct turn *turn, Yidi__Case *row, const struct policy_case *policy)
{
    row->erase_due_ms = retention_look_ms(row, policy, turn->now_ms);
    row->erase_warned_ms = row->late_due_ms = 0;
    if (row->attention != NULL &&
        strcmp(row->attention->code, refusal_name(REFUSAL_ERASURE_HELD)) == 0)
        row->attention = NULL;
}

/* Take a case through its next stage, as far as it goes with so many messages. */
static enum result
erase_stage(struct turn *turn, struct case_file *file, struct erasure *erasure)
{
    const Yidi__EraseStage stage = retention_stage(file->row);
    struct erased_count erased = { .policy_version = file->row->policy_version };
    bool all = true;
    enum result result = stage == YIDI__ERASE_STAGE__ERASE_TEXT
                             ? erasing_text(turn, file, erasure->messages_max, &erased, &all)
                             : erasing_biometrics(turn, file, &erased);
    if (result == OK)
        result = tell(turn, file->row, stage, &erased, all, erasure->why);
    add_up(&erasure->erased, &erased);
    if (result == OK && all)
        close_stage(turn, file->row, erasure->policy);
    return result == OK
               ? case_file_save(file, turn->office->options.role->machine, turn->txn, turn->arena)
               : result;
}

static enum result
postpone(struct turn *turn, struct case_file *file, uint64_t due_ms)
{
    file->row->erase_due_ms = due_ms;
    return case_file_save(file, turn->office->options.role->machine, turn->txn, turn->arena);
}

/* Once for each stage, in the journal and before the operators' eyes. */
static enum result
warn(struct turn *turn, struct case_file *file, const struct dossier_message *message)
{
    struct trouble held;
    file->row->erase_warned_ms = turn->now_ms;
    describe_held(file->row, message, &held);
    const char *words = trouble_in_english(&held, turn->arena);
    if (words == NULL)
        return ERR_MEMORY;
    turn_begin_act(turn, file->row->case_number, "erase-warning", words);
    enum result result = turn_journal_cause(turn);
    return result == OK ? turn_set_attention(turn, file, refusal_name(REFUSAL_ERASURE_HELD), words,
                                             message->peer)
                        : result;
}

/* Something needs what is due to go. ret_over: it was waited for long enough. */
static enum result
wait_for(struct turn *turn, struct case_file *file, const struct dossier_message *message,
         bool *ret_over)
{
    enum result result = is_warned(file->row, turn->now_ms) ? OK : warn(turn, file, message);
    uint64_t ends_ms = warning_ends_ms(file->row), soon_ms = turn->now_ms + held_ms;
    *ret_over = ends_ms <= turn->now_ms;
    if (result != OK || *ret_over)
        return result;
    return postpone(turn, file, ends_ms < soon_ms ? ends_ms : soon_ms);
}

/* Its time has come. */
static enum result
erase_due(struct turn *turn, struct case_file *file, const struct policy_case *policy,
          uint64_t *messages_left)
{
    char *why = arena_take(turn->arena, DETAIL_BYTES);
    if (why == NULL)
        return ERR_MEMORY;
    snprintf(why, DETAIL_BYTES, "policy version %" PRIu64, policy->policy->version);
    struct erasure erasure = { .policy = policy, .why = why, .messages_max = *messages_left };
    enum result result = erase_stage(turn, file, &erasure);
    *messages_left -= erasure.erased.messages;
    turn->office->retention.erased_count++;
    return result;
}

/* messages_left  in: at most; out: what is left of that. */
static enum result
look_at(struct turn *turn, struct case_file *file, uint64_t *messages_left)
{
    struct policy_case policy;
    struct dossier_message message;
    bool over = true;
    enum result result = policies_of_case(turn, file->row, &policy);
    if (result != OK)
        return result;
    if (retention_due_ms(file->row, &policy) > turn->now_ms)
        return postpone(turn, file, retention_look_ms(file->row, &policy, turn->now_ms));
    result = find_held(turn->office, turn->txn, file->row, &message);
    if (result == OK)
        result = wait_for(turn, file, &message, &over);
    if (result != OK && result != ERR_ABSENT)
        return result;
    return over ? erase_due(turn, file, &policy, messages_left) : OK;
}

/* A case that cannot be read must not stop the office, nor hide those that are due after it. */
static enum result
drop(struct turn *turn, const struct deadline_key *key)
{
    log_line(LOG_ERROR, "case_not_erased", "case=%s office=%s", key->case_number,
             turn->office->journal.office);
    return deadline_index_drop(turn->txn, key);
}

static bool
same_key(const struct deadline_key *a, const struct deadline_key *b)
{
    return a->time_ms == b->time_ms && strcmp(a->case_number, b->case_number) == 0;
}

static enum result
take_next(struct turn *turn, const struct deadline_key *key, uint64_t *messages_left)
{
    struct office_retention *retention = &turn->office->retention;
    const char *case_number = arena_copy_text(turn->arena, key->case_number);
    struct case_file file;
    if (case_number == NULL)
        return ERR_MEMORY;
    if (same_key(key, &retention->culprit))
        return drop(turn, key);
    enum result result = case_file_open(turn->txn, turn->office->options.role->machine, case_number,
                                        turn->arena, &file);
    if (result == ERR_ABSENT || result == ERR_DAMAGED)
        return drop(turn, key);
    bool open = result == OK && turn->office->options.role->machine->state_open[file.row->state];
    if (result == OK && (open || case_file_deadline(file.row).erase_ms != key->time_ms))
        return drop(turn, key); /* the index contradicts it */
    if (result == OK)
        result = look_at(turn, &file, messages_left);
    if (result == ERR_DAMAGED) {
        retention->culprit = *key;
        retention->failed = true;
    }
    return result;
}

static enum result
take_stray(struct turn *turn, const struct deadline_key *key, uint64_t *messages_left)
{
    struct office_retention *retention = &turn->office->retention;
    if (same_key(key, &retention->culprit))
        return stray_drop(turn->txn, key);
    enum result result = stray_erase(turn, key, messages_left);
    if (result == ERR_DAMAGED) {
        retention->culprit = *key;
        retention->failed = true;
    }
    return result;
}

enum result
retention_erase(struct turn *turn)
{
    struct office_retention *retention = &turn->office->retention;
    uint64_t messages_left = ERASE_MESSAGES_MAX;
    retention->failed = false;
    retention->erased_count = 0;
    retention->pending_more = false;
    for (size_t place = 0;; place++) {
        struct deadline_key key;
        bool stray;
        enum result result = find_next(turn->txn, &key, &stray);
        if (result != OK && result != ERR_ABSENT)
            return result;
        retention->pending_next_ms = result == OK ? key.time_ms : UINT64_MAX;
        retention->pending_more = place > 0;
        if (!retention->allowed || retention->pending_next_ms > turn->now_ms ||
            place == ERASE_BATCH_MAX || messages_left == 0)
            return OK;
        result =
            stray ? take_stray(turn, &key, &messages_left) : take_next(turn, &key, &messages_left);
        if (result != OK)
            return result;
    }
}

bool
retention_failed(struct office *office)
{
    bool failed = office->retention.failed;
    office->retention.failed = false;
    return failed;
}

void
retention_committed(struct office *office)
{
    struct office_retention *retention = &office->retention;
    if (retention->erased_count > 0)
        log_line(LOG_INFO, "cases_erased", "cases=%zu office=%s", retention->erased_count,
                 office->journal.office);
    retention->erased_count = 0;
    retention->next_ms = retention->pending_next_ms;
    retention->more = retention->pending_more;
}

/* ---- before its time ---- */

static enum result
check_now(struct turn *turn, const struct case_file *file, const Yidi__EraseNow *request,
          struct refusal *ret_refusal)
{
    char words[TROUBLE_WORDS_BYTES];
    const Yidi__Case *row = file->row;
    struct dossier_message message;
    if (turn->office->options.role->machine->state_open[row->state])
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "case_number",
                      "only of a case that has ended something can be erased");
    if (retention_stage(row) == YIDI__ERASE_STAGE__ERASE_NOTHING ||
        (row->biometrics_erased_ms != 0 && !request->text))
        return refuse(ret_refusal, REFUSAL_DATA_ERASED, "case_number", "it is erased already");
    if (share_is_missing(turn->office))
        return refuse(ret_refusal, REFUSAL_ERASURE_HELD, "case_number", "%s",
                      trouble_english(retention_resting(turn->office, turn->recorded_ms)));
    if (request->undelivered)
        return OK;
    enum result result = erasing_find_undelivered(turn->office, turn->txn, row->case_number,
                                                  !request->text, &message);
    if (result == OK) {
        const struct trouble held = trouble_of(TROUBLE_ERASING_UNDELIVERED, &message);
        trouble_say_english(&held, words);
        return refuse(ret_refusal, REFUSAL_ERASURE_HELD, "case_number", "%s", words);
    }
    return result == ERR_ABSENT ? OK : result;
}

enum result
retention_erase_now(struct turn *turn, const Yidi__EraseNow *request, Yidi__Response *response,
                    struct refusal *ret_refusal)
{
    struct case_file file;
    struct policy_case policy;
    Yidi__ErasedNow *answer = arena_take(turn->arena, sizeof *answer);
    if (answer == NULL)
        return ERR_MEMORY;
    enum result result = case_file_open(turn->txn, turn->office->options.role->machine,
                                        request->case_number, turn->arena, &file);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "case_number",
                      "no such case at this office");
    if (result == OK)
        result = check_now(turn, &file, request, ret_refusal);
    if (result == OK)
        result = policies_of_case(turn, file.row, &policy);
    struct erasure erasure = { .policy = &policy,
                               .why = request->reason,
                               .messages_max = UINT64_MAX };
    while (result == OK &&
           (retention_stage(file.row) == YIDI__ERASE_STAGE__ERASE_BIOMETRICS ||
            (request->text && retention_stage(file.row) == YIDI__ERASE_STAGE__ERASE_TEXT)))
        result = erase_stage(turn, &file, &erasure);
    if (result != OK)
        return result;
    yidi__erased_now__init(answer);
    answer->case_number = file.row->case_number;
    answer->attachments = erasure.erased.attachments;
    answer->messages = erasure.erased.messages;
    answer->undelivered = erasure.erased.undelivered;
    response->body_case = YIDI__RESPONSE__BODY_ERASED_NOW;
    response->erased_now = answer;
    return OK;
}
