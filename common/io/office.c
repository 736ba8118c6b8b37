/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/office.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/core/require.h"
#include "common/io/due_soon.h"
#include "common/io/exchange.h"
#include "common/io/intake.h"
#include "common/io/log.h"
#include "common/io/notifier.h"
#include "common/io/overdue.h"
#include "common/io/policy_exchange.h"
#include "common/io/question.h"
#include "common/io/recovery.h"
#include "common/io/retention.h"
#include "common/io/start_hold.h"
#include "common/io/tidy.h"

/* ---- the directory ---- */

const Yidi__Office *
office_self(const struct office *office)
{
    const Yidi__Office *self = directory_find(office->directory, office->options.code);
    REQUIRE(self != NULL); /* office_check_directory saw it */
    return self;
}

bool
office_directory_ended(const struct office_options *options, const struct directory *directory,
                       uint64_t now_ms)
{
    uint64_t expires_ms = directory_expires_ms(directory);
    return now_ms > expires_ms && now_ms - expires_ms > options->directory_grace_ms;
}

/* Any of the listed certificates may be ours: a directory that brings our next one must not wait
 * for our restart. */
static enum result
check_own_certificate(const struct office_options *options, const Yidi__Office *self,
                      struct refusal *ret_refusal)
{
    struct bytes own = certificate_der(options->certificate);
    for (size_t i = 0; i < self->n_certificates; i++)
        if (bytes_equal(bytes_of(self->certificates[i].data, self->certificates[i].len), own))
            return OK;
    return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, "certificates",
                  "the directory does not list this certificate of %s", options->code);
}

enum result
office_check_directory(const struct office_options *options, struct directory *directory,
                       uint64_t now_ms, struct refusal *ret_refusal)
{
    if (office_directory_ended(options, directory, now_ms))
        return refuse(ret_refusal, REFUSAL_DIRECTORY_EXPIRED, "expires_ms",
                      "version %" PRIu64 " of the directory is past its date",
                      directory_version(directory));
    const Yidi__Office *self = directory_find(directory, options->code);
    if (self == NULL)
        return refuse(ret_refusal, REFUSAL_OFFICE_UNKNOWN, "offices", "%s is not in the directory",
                      options->code);
    if (self->revoked)
        return refuse(ret_refusal, REFUSAL_OFFICE_REVOKED, "offices", "%s is no longer trusted",
                      options->code);
    if ((enum party)self->role != options->role->party)
        return refuse(ret_refusal, REFUSAL_ROLE_MISMATCH, "offices",
                      "the directory lists %s with another role", options->code);
    return check_own_certificate(options, self, ret_refusal);
}

/* What was adopted before a restart still counts: a directory that is older would bring revoked
 * offices back. */
static enum result
check_adopted(struct office *office, struct store_txn *txn)
{
    struct bytes value;
    struct digest digest;
    enum result result = store_get(txn, TABLE_META, bytes_of_text(OFFICE_DIRECTORY_KEY), &value);
    if (result == ERR_ABSENT) {
        office->directory_changed = true;
        return OK;
    }
    if (result == OK && value.size != 8 + DIGEST_BYTES)
        result = ERR_DAMAGED;
    if (result != OK)
        return result;
    uint64_t adopted = bytes_get_u64(value.data);
    if (directory_version(office->options.take_directory) < adopted) {
        log_line(LOG_ERROR, "directory_older", "version=%" PRIu64 " adopted=%" PRIu64,
                 directory_version(office->options.take_directory), adopted);
        return ERR_REFUSED;
    }
    directory_digest(office->options.take_directory, &digest);
    office->directory_changed = memcmp(value.data + 8, digest.bytes, DIGEST_BYTES) != 0;
    result = store_get(txn, TABLE_META, bytes_of_text(OFFICE_SELF_KEY), &value);
    if (result == ERR_ABSENT) /* written by a program that did not note it */
        office->directory_changed = true;
    return result == ERR_ABSENT ? OK : result;
}

/* A directory that is not newer must be the very same, checked again. */
static enum result
check_version(const struct office *office, const struct directory *directory, bool *ret_newer,
              struct refusal *ret_refusal)
{
    uint64_t version = directory_version(directory);
    uint64_t present = directory_version(office->directory);
    struct digest digest, present_digest;
    directory_digest(directory, &digest);
    directory_digest(office->directory, &present_digest);
    *ret_newer = version > present;
    if (*ret_newer || (version == present && digest_equal(&digest, &present_digest)))
        return OK;
    return refuse(ret_refusal, REFUSAL_DIRECTORY_INVALID, "version",
                  "version %" PRIu64 " is not newer than version %" PRIu64, version, present);
}

enum result
office_set_directory(struct office *office, struct directory *take_directory,
                     const struct trust_root *root, const struct office_time *now,
                     struct refusal *ret_refusal)
{
    bool newer = false;
    enum result result = check_version(office, take_directory, &newer, ret_refusal);
    if (result == OK)
        result =
            office_check_directory(&office->options, take_directory, now->wall_ms, ret_refusal);
    if (result != OK)
        return result;
    directory_destroy(office->directory);
    office->directory = take_directory;
    office->options.root = root;
    envelope_verifier_init(&office->verifier, office->directory);
    office->directory_changed |= newer;
    if (newer)
        office->rows_due_ms = now->monotonic_ms;
    log_line(LOG_INFO, "directory_adopted", "version=%" PRIu64 " offices=%zu",
             directory_version(office->directory), directory_office_count(office->directory));
    exchange_cut_untrusted(office, now);
    recovery_follow_directory(office, now);
    return OK;
}

enum result
office_set_policy(struct office *office, struct policy_file *take_policy,
                  const struct office_time *now, struct refusal *ret_refusal)
{
    bool newer = false;
    enum result result = policies_adopt(&office->policies, take_policy, &newer, ret_refusal);
    if (result != OK || !newer)
        return result;
    const struct policy *present = policies_present(&office->policies);
    office->rows_due_ms = now->monotonic_ms;
    log_line(LOG_INFO, "policy_adopted", "version=%" PRIu64 " rules=%zu", present->version,
             present->rule_count);
    policy_exchange_adopted(office, now);
    return OK;
}

bool
office_trusts(const struct office *office, const Yidi__Office *entry, uint64_t now_ms)
{
    const struct certificate *certificate;
    return entry != NULL && !entry->revoked &&
           directory_certificate(office->directory, entry, 0, now_ms, &certificate, NULL) == OK;
}

bool
office_is_gone(const struct office *office, const char *code)
{
    const Yidi__Office *entry = directory_find(office->directory, code);
    return entry == NULL || entry->revoked;
}

bool
office_allows_key(const struct office *office, const uint8_t key[TRANSPORT_KEY_BYTES],
                  uint64_t now_ms)
{
    return office_trusts(office, directory_find_key(office->directory, key), now_ms);
}

/* ---- life ---- */

enum refusal_code
office_out_of_service(const struct office *office, uint64_t now_ms)
{
    const struct certificate *own = office->options.certificate;
    if (office_halted(office))
        return REFUSAL_OFFICE_HALTED;
    if (now_ms < certificate_begins_ms(own) || now_ms > certificate_ends_ms(own))
        return REFUSAL_CERTIFICATE_INVALID;
    return REFUSAL_NONE;
}

bool
office_halted(const struct office *office)
{
    return office->halted.code != TROUBLE_NONE;
}

enum result
office_turn_away(const struct office *office, enum refusal_code code, struct refusal *ret_refusal)
{
    char words[TROUBLE_WORDS_BYTES];
    trouble_say_english(&office->halted, words);
    return refuse(ret_refusal, code, "", "%s",
                  office_halted(office) ? words : "this office's own certificate is not good now");
}

void
office_halt(struct office *office, const struct trouble *why)
{
    if (office_halted(office))
        return;
    office->halted = *why;
    char words[TROUBLE_WORDS_BYTES], room[LOG_TEXT_BYTES];
    trouble_say_english(why, words);
    log_line(LOG_ERROR, "office_halted", "office=%s why=%s", office->journal.office,
             log_text(room, words));
}

/* Work would use sequences and places in the journal again that peers have seen used. */
static enum result
check_restored(struct office *office, struct store_txn *txn)
{
    struct bytes unused;
    enum result result = store_get(txn, TABLE_META, bytes_of_text(OFFICE_RESTORED_KEY), &unused);
    if (result == OK)
        office_halt(office, &(struct trouble){ .code = TROUBLE_RESTORED });
    return result == ERR_ABSENT ? OK : result;
}

static enum result
open_tables(struct office *office, const struct office_time *now)
{
    const struct office_options *options = &office->options;
    AUTO(store_txn) struct store_txn *txn = NULL;
    enum result result = store_begin_read(options->store, &txn);
    if (result == OK)
        result =
            journal_open(&office->journal, options->code, options->key, options->certificate, txn);
    if (result == OK)
        result = peers_open(&office->peers, txn);
    if (result == OK)
        result = check_adopted(office, txn);
    if (result == OK)
        result = policies_open(&office->policies, txn);
    if (result == OK)
        result = check_restored(office, txn);
    if (result == OK)
        result = recovery_open(office, txn);
    if (result == OK)
        result = overdue_open(office, txn, now);
    if (result == OK)
        due_soon_open(office, now);
    if (result == OK)
        result = tidy_open(office, txn, now);
    if (result == OK)
        result = retention_open(office, txn, now);
    return result;
}

enum result
office_open(struct office *office, const struct office_options *options,
            const struct office_time *now)
{
    memset(office, 0, sizeof *office);
    office->options = *options;
    office->rows_due_ms = UINT64_MAX;
    office->stream_due_ms = UINT64_MAX;
    office->questions.due_ms = UINT64_MAX;
    office->notifications.waiting = true;
    arena_init(&office->arena);
    arena_init(&office->answers);
    arena_init(&office->sending);
    enum result result = open_tables(office, now);
    if (result != OK)
        return result;
    office->directory = options->take_directory;
    figures_open(&office->figures, now);
    admission_init(&office->admission, &options->admission);
    intake_look(office, now);
    envelope_verifier_init(&office->verifier, office->directory);
    if (office->directory_changed)
        office->rows_due_ms = now->monotonic_ms;
    start_hold_begin(office, now);
    if (!start_holds(office))
        exchange_start(office, now);
    if (!office_halted(office)) /* nothing leaves a halted office */
        notifier_hand_over(office, now);
    return OK;
}

void
office_close(struct office *office)
{
    peers_close(&office->peers);
    policies_close(&office->policies);
    recovery_close(office);
    questions_close(office);
    arena_fini(&office->arena);
    arena_fini(&office->answers);
    arena_fini(&office->sending);
    directory_destroy(office->directory);
}

bool
office_has_room(const struct office *office)
{
    return office->input_count < TURN_INPUTS_MAX && office->input_bytes < TURN_BYTES_MAX;
}

bool
office_takes_commands(const struct office *office)
{
    return office_has_room(office) && !start_holds(office);
}

static uint64_t
earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t
office_due_ms(const struct office *office)
{
    uint64_t due_ms = earlier(office->stream_due_ms, office->rows_due_ms);
    due_ms = earlier(due_ms, office->deadlines.due_ms);
    due_ms = earlier(due_ms, office->due_soon.due_ms);
    due_ms = earlier(due_ms, office->questions.due_ms);
    due_ms = earlier(due_ms, office->tidy.due_ms);
    due_ms = earlier(due_ms, office->retention.due_ms);
    due_ms = earlier(due_ms, office->figures.due_ms);
    if (start_holds(office))
        due_ms = earlier(due_ms, office->start_hold.until_ms);
    return earlier(due_ms, office->recovery.due_ms);
}
