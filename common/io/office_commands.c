/* SPDX-License-Identifier: Apache-2.0
 *
 * office_commands - what operators ask of an office: queries are answered at once, acts wait for
 * the turn, and what cannot be read or taken is refused.
 */
#include "common/core/require.h"
#include "common/domain/operator_name.h"
#include "common/io/input.h"
#include "common/io/log.h"
#include "common/io/permission.h"
#include "common/io/queries.h"
#include "common/io/recovery.h"
#include "common/io/wire.h"

enum { DECIDE_CASE_BYTES = 4096 }; /* what one case costs a turn, about */

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
        result = office_turn_away(office, why, &refusal);
    if (result == OK)
        result = queue_command(office, client, request, frames + 1, frame_count - 1);
    if (result == ERR_REFUSED)
        send_refusal(office, client, request == NULL ? 0 : request->id, &refusal);
}
