/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/office.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/core/require.h"
#include "common/domain/operator_name.h"
#include "common/io/due_soon.h"
#include "common/io/exchange.h"
#include "common/io/input.h"
#include "common/io/intake.h"
#include "common/io/log.h"
#include "common/io/notifier.h"
#include "common/io/overdue.h"
#include "common/io/permission.h"
#include "common/io/policy_exchange.h"
#include "common/io/queries.h"
#include "common/io/question.h"
#include "common/io/recovery.h"
#include "common/io/retention.h"
#include "common/io/start_hold.h"
#include "common/io/tidy.h"
#include "common/io/wire.h"

enum { DECIDE_CASE_BYTES = 4096 }; /* what one case costs a turn, about */

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
    if (office->halted[0] != '\0')
        return REFUSAL_OFFICE_HALTED;
    if (now_ms < certificate_begins_ms(own) || now_ms > certificate_ends_ms(own))
        return REFUSAL_CERTIFICATE_INVALID;
    return REFUSAL_NONE;
}

void
office_halt(struct office *office, const char *why)
{
    if (office->halted[0] != '\0')
        return;
    snprintf(office->halted, sizeof office->halted, "%s", why);
    char room[LOG_TEXT_BYTES];
    log_line(LOG_ERROR, "office_halted", "office=%s why=%s", office->journal.office,
             log_text(room, why));
}

/* Work would use sequences and places in the journal again that peers have seen used. */
static enum result
check_restored(struct office *office, struct store_txn *txn)
{
    struct bytes unused;
    enum result result = store_get(txn, TABLE_META, bytes_of_text(OFFICE_RESTORED_KEY), &unused);
    if (result == OK)
        office_halt(office, "restored from a backup; recover before any work: yidictl recover");
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
    if (office->halted[0] == '\0') /* nothing leaves a halted office */
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

/* ---- commands ---- */

static bool
is_recover(const Yidi__Request *request)
{
    return request->command_case == YIDI__REQUEST__COMMAND_RECOVER;
}

void
office_answer(struct office *office, const struct link_route *client, uint64_t id,
              Yidi__Response *response)
{
    const struct office_ports *ports = &office->options.ports;
    response->id = id;
    struct bytes packed = wire_encode(&response->base, &office->answers);
    if (packed.data == NULL || ports->answer(ports->context, client, &packed, 1) != OK)
        log_line(LOG_INFO, "answer_undelivered", "reason=client_gone_or_slow");
    arena_reset(&office->answers);
}

static void
send_refusal(struct office *office, const struct link_route *client, uint64_t id,
             const struct refusal *refusal)
{
    struct input input = { .kind = INPUT_COMMAND };
    yidi__response__init(&input.response);
    if (input_command_refuse(&input, refusal, &office->answers) == OK)
        office_answer(office, client, id, &input.response);
}

static enum result
answer_recover(struct office *office, const Yidi__Request *request, const struct office_time *now,
               Yidi__Response *response, struct refusal *ret_refusal)
{
    struct store_txn *txn = NULL;
    enum result result = store_begin_read(office->options.store, &txn);
    if (result == OK)
        result = permission_check(txn, office->options.role->party, request, ret_refusal);
    store_abort(txn);
    return result == OK ? recovery_command(office, request, now, response, ret_refusal) : result;
}

static void
answer_query(struct office *office, const struct link_route *client, const Yidi__Request *request,
             const struct office_time *now)
{
    struct refusal refusal = { 0 };
    Yidi__Response response = YIDI__RESPONSE__INIT;
    enum result result = is_recover(request)
                             ? answer_recover(office, request, now, &response, &refusal)
                             : queries_answer(office, request, now, &response, &refusal);
    if (result == OK) {
        office_answer(office, client, request->id, &response);
        return;
    }
    if (result != ERR_REFUSED) {
        log_line(LOG_ERROR, "query_failed", "cause=%d", (int)result);
        (void)refuse(&refusal, REFUSAL_STORE_DAMAGED, "", "the store could not be read");
    }
    send_refusal(office, client, request->id, &refusal);
}

static enum result
queue_command(struct office *office, const struct link_route *client, const Yidi__Request *request,
              const struct bytes *frames, size_t frame_count)
{
    struct input *input = arena_take(&office->arena, sizeof *input);
    if (input == NULL)
        return ERR_MEMORY;
    input->kind = INPUT_COMMAND;
    input->client = *client;
    input->request = request;
    yidi__response__init(&input->response);
    input->response.id = request->id;
    for (size_t i = 0; i < frame_count; i++) {
        input->frames[input->frame_count] = arena_copy(&office->arena, frames[i]);
        office->input_bytes += frames[i].size;
        if (frames[i].size > 0 && input->frames[input->frame_count].data == NULL)
            return ERR_MEMORY;
        input->frame_count++;
    }
    REQUIRE(office->input_count < TURN_INPUTS_MAX); /* whoever feeds us asked */
    if (request->command_case == YIDI__REQUEST__COMMAND_DECIDE)
        office->input_bytes += request->decide->n_case_numbers * DECIDE_CASE_BYTES;
    office->inputs[office->input_count++] = input;
    return OK;
}

static enum result
decode_request(struct office *office, const struct bytes *frames, size_t frame_count,
               const Yidi__Request **ret_request, struct refusal *ret_refusal)
{
    ProtobufCMessage *message;
    if (frame_count == 0 || frame_count > 1 + ATTACHMENTS_MAX)
        return refuse(ret_refusal, REFUSAL_MALFORMED, "", "one request and at most %d attachments",
                      ATTACHMENTS_MAX);
    if (frames[0].size > COMMAND_BYTES_MAX)
        return refuse(ret_refusal, REFUSAL_MALFORMED, "", "a request of at most %d bytes",
                      COMMAND_BYTES_MAX);
    struct bytes packed = arena_copy(&office->arena, frames[0]);
    enum result result =
        wire_decode(&yidi__request__descriptor, packed, &office->arena, &message, ret_refusal);
    if (result != OK)
        return result;
    *ret_request = (const Yidi__Request *)message; /* its number goes into a refusal, too */
    return operator_name_check((*ret_request)->operator_, "operator", ret_refusal);
}

void
office_take_command(struct office *office, const struct link_route *client,
                    const struct bytes *frames, size_t frame_count, const struct office_time *now)
{
    struct refusal refusal = { 0 };
    const Yidi__Request *request = NULL;
    enum result result = decode_request(office, frames, frame_count, &request, &refusal);
    if (result == OK && (queries_handles(request) || is_recover(request))) {
        answer_query(office, client, request, now);
        return;
    }
    enum refusal_code why = office_out_of_service(office, now->wall_ms);
    if (result == OK && why != REFUSAL_NONE)
        result =
            refuse(&refusal, why, "", "%s",
                   why == REFUSAL_OFFICE_HALTED ? office->halted
                                                : "this office's own certificate is not good now");
    if (result == OK)
        result = queue_command(office, client, request, frames + 1, frame_count - 1);
    if (result == ERR_REFUSED)
        send_refusal(office, client, request == NULL ? 0 : request->id, &refusal);
}
