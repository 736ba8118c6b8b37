/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/door_parts.h"

#include <stdlib.h>

#include "common/core/require.h"
#include "common/io/log.h"
#include "common/io/paper.h"
#include "common/io/permission.h"
#include "common/io/queries.h"
#include "common/io/store_queries.h"
#include "common/io/wire.h"

enum {
    PATIENCE_MS = 30000, /* for the answer to a command */
    ANSWERS_MAX = 64,    /* taken in one run */
};

static const uint64_t UNWAITED_ID = UINT64_MAX; /* of a request whose answer nobody waits for */

enum result
door_open(struct door *door, const struct door_options *options)
{
    memset(door, 0, sizeof *door);
    door->options = *options;
    arena_init(&door->arena);
    return control_client_open_inside(options->control, &door->client);
}

void
door_close(struct door *door)
{
    control_client_close(door->client);
    policies_close(&door->policies);
    door_queue_fini(&door->queue);
    for (size_t i = 0; i < SHARE_COUNT; i++)
        free(door->answers[i].text);
    arena_fini(&door->arena);
}

/* ---- answers ---- */

enum http_verdict
door_refuse(struct door *door, enum refusal_code code, const char *field, const char *rule,
            struct http_response *ret_response)
{
    struct refusal refusal = { 0 };
    arena_reset(&door->arena);
    (void)refuse(&refusal, code, field, "%s", rule);
    http_refuse(&refusal, &door->arena, ret_response);
    return HTTP_ANSWERED;
}

static void
fill_unanswered(struct door *door, struct http_response *ret_response)
{
    struct refusal refusal = { 0 };
    (void)refuse(&refusal, REFUSAL_TIMED_OUT, "",
                 "it may have taken effect all the same; look before it is sent again");
    http_refuse(&refusal, &door->arena, ret_response);
}

static void
fill_json(struct door *door, const char *text, struct http_response *ret_response)
{
    struct refusal refusal = { 0 };
    if (text == NULL) {
        (void)refuse(&refusal, REFUSAL_CONSOLE_BUSY, "", "out of memory");
        http_refuse(&refusal, &door->arena, ret_response);
        return;
    }
    ret_response->status = 200;
    ret_response->type = DOOR_JSON_TYPE;
    ret_response->body = bytes_of_text(text);
}

/* A browser gets a paper drawn (paper.h), as the last attachment. Without it when it cannot be. */
static struct json_attachments
add_paper(struct door *door, const Yidi__Printed *printed, struct json_attachments attachments)
{
    struct bytes *list = arena_take(&door->arena, (attachments.count + 1) * sizeof *list);
    const struct bytes photo = attachments.count > 0 ? attachments.list[0] : (struct bytes){ 0 };
    if (list == NULL || paper_draw(printed, photo, &door->arena, &list[attachments.count]) != OK)
        return attachments;
    for (size_t i = 0; i < attachments.count; i++)
        list[i] = attachments.list[i];
    return (struct json_attachments){ .count = attachments.count + 1, .list = list };
}

/* The kind that a response is of, as JSON; a refusal as a problem. */
static void
fill_answer(struct door *door, const Yidi__Response *response, const struct bytes *frames,
            size_t frame_count, struct http_response *ret_response)
{
    struct json_attachments attachments = { .count = frame_count,
                                            .list = (struct bytes *)(uintptr_t)frames };
    struct refusal refusal = { 0 };
    if (response->body_case == YIDI__RESPONSE__BODY_REFUSAL) {
        (void)refuse(&refusal, refusal_find(response->refusal->code), response->refusal->field,
                     "%s", response->refusal->rule);
        http_refuse(&refusal, &door->arena, ret_response);
        return;
    }
    if (response->body_case == YIDI__RESPONSE__BODY_PRINTED)
        attachments = add_paper(door, response->printed, attachments);
    /* Whichever kind it is, the one-of holds a pointer to its message. */
    fill_json(door, json_encode_attached(&response->status->base, &attachments, &door->arena),
              ret_response);
}

/* ---- commands ---- */

static enum result
decode_command(struct door *door, const struct http_request *request, const char *command,
               const struct session *session, struct json_attachments *attachments,
               Yidi__Request **ret_request, struct refusal *ret_refusal)
{
    ProtobufCMessage *message = NULL;
    enum result result = json_decode_member(&yidi__request__descriptor, command, request->body,
                                            &door->arena, attachments, &message, ret_refusal);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "command", "there is no such command");
    if (result != OK)
        return result;
    Yidi__Request *decoded = (Yidi__Request *)message;
    if (permission_is_inner(decoded))
        return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "command", "there is no such command");
    decoded->version = 1;
    decoded->id = request->ticket;
    decoded->through_console = true;
    decoded->operator_ = arena_copy_text(&door->arena, session->operator_name);
    *ret_request = decoded;
    return decoded->operator_ == NULL ? ERR_MEMORY : wire_check(message, ret_refusal);
}

static enum result
ask_store(struct door *door, const Yidi__Request *request, uint64_t now_ms,
          struct http_response *ret_response, struct refusal *ret_refusal)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    Yidi__Response response = YIDI__RESPONSE__INIT;
    enum result result = store_begin_read(door->options.store, &txn);
    if (result == OK)
        result = policies_follow(&door->policies, txn);
    if (result != OK)
        return result;
    const struct query_source source = { .role = door->options.role,
                                         .office = door->options.office,
                                         .policies = &door->policies,
                                         .txn = txn,
                                         .arena = &door->arena,
                                         .now_ms = now_ms };
    result = store_queries_answer(&source, request, &response, ret_refusal);
    if (result == OK)
        fill_answer(door, &response, NULL, 0, ret_response);
    return result;
}

enum result
door_ask_office(struct door *door, const Yidi__Request *request,
                const struct json_attachments *attachments, struct refusal *ret_refusal)
{
    struct bytes frames[1 + ATTACHMENTS_MAX];
    frames[0] = wire_encode(&request->base, &door->arena);
    if (frames[0].data == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < attachments->count; i++)
        frames[1 + i] = attachments->list[i];
    enum result result = control_client_send(door->client, frames, 1 + attachments->count);
    return result == ERR_FULL ? refuse(ret_refusal, REFUSAL_CONSOLE_BUSY, "", "the office is busy")
                              : result;
}

/* A query may have to wait for its turn. */
static enum result
ask_or_hold(struct door *door, const Yidi__Request *request,
            const struct json_attachments *attachments, struct door_waiting *waiting,
            struct refusal *ret_refusal)
{
    if (waiting->kind != DOOR_QUERY || door_queue_has_turn(&door->queue))
        return door_ask_office(door, request, attachments, ret_refusal);
    struct bytes frame = wire_encode(&request->base, &door->arena);
    return frame.data == NULL ? ERR_MEMORY : door_queue_hold(waiting, frame);
}

static enum result
ask_and_wait(struct door *door, const Yidi__Request *request,
             const struct json_attachments *attachments, const struct door_finish *finish,
             const struct office_time *now, struct refusal *ret_refusal)
{
    enum door_kind kind = queries_handles(request) ? DOOR_QUERY : DOOR_ACT;
    struct door_waiting *place = door_queue_add(&door->queue, kind);
    if (place == NULL)
        return refuse(ret_refusal, REFUSAL_CONSOLE_BUSY, "", "%d commands wait already",
                      CONSOLE_COMMANDS_MAX);
    enum result result = ask_or_hold(door, request, attachments, place, ret_refusal);
    if (result != OK)
        return result;
    place->ticket = request->id;
    place->until_ms = now->monotonic_ms + PATIENCE_MS;
    place->finish = *finish;
    return OK;
}

enum http_verdict
door_answer_trouble(struct door *door, enum result result, struct refusal *refusal,
                    struct http_response *ret_response)
{
    if (result != ERR_REFUSED) {
        log_line(LOG_ERROR, "console_failed", "cause=%d", (int)result);
        (void)refuse(refusal, result == ERR_MEMORY ? REFUSAL_CONSOLE_BUSY : REFUSAL_STORE_DAMAGED,
                     "", "the console could not read or send it");
    }
    http_refuse(refusal, &door->arena, ret_response);
    return HTTP_ANSWERED;
}

/* ---- commands, by their names ---- */

/* The dashboard is the same for all who may ask. */
static enum door_share
share_of(const Yidi__Request *request)
{
    if (request->command_case != YIDI__REQUEST__COMMAND_DASHBOARD)
        return SHARE_NONE;
    switch (request->dashboard->hours) {
    case 1:
        return SHARE_HOUR;
    case 0:
    case 24:
        return SHARE_DAY;
    case 168:
        return SHARE_WEEK;
    default:
        return SHARE_NONE; /* the office refuses it */
    }
}

enum http_verdict
door_take(struct door *door, const struct http_request *request, const char *command,
          const struct session *session, const struct office_time *now,
          struct http_response *ret_response)
{
    struct json_attachments attachments = { .room = ATTACHMENTS_MAX };
    struct refusal refusal = { 0 };
    Yidi__Request *decoded = NULL;
    arena_reset(&door->arena);
    enum result result =
        decode_command(door, request, command, session, &attachments, &decoded, &refusal);
    if (result == OK && store_queries_handles(decoded)) {
        result = ask_store(door, decoded, now->wall_ms, ret_response, &refusal);
        return result == OK ? HTTP_ANSWERED
                            : door_answer_trouble(door, result, &refusal, ret_response);
    }
    enum door_share share = result == OK ? share_of(decoded) : SHARE_NONE;
    if (share != SHARE_NONE)
        return door_share_answer(door, share, request, now, ret_response);
    const struct door_finish as_it_is = { 0 };
    if (result == OK)
        result = ask_and_wait(door, decoded, &attachments, &as_it_is, now, &refusal);
    return result == OK ? HTTP_LATER : door_answer_trouble(door, result, &refusal, ret_response);
}

enum result
door_ask(struct door *door, Yidi__Request *request, uint64_t ticket,
         const struct door_finish *finish, const struct office_time *now,
         struct refusal *ret_refusal)
{
    const struct json_attachments none = { 0 };
    request->version = 1;
    request->id = ticket;
    request->through_console = true;
    enum result result = ask_and_wait(door, request, &none, finish, now, ret_refusal);
    return result == OK || result == ERR_REFUSED
               ? result
               : refuse(ret_refusal, REFUSAL_CONSOLE_BUSY, "", "out of memory");
}

bool
door_awaits(struct door *door, uint64_t ticket)
{
    return door_queue_find(&door->queue, ticket) != NULL;
}

void
door_tell(struct door *door, Yidi__Request *request)
{
    const struct json_attachments none = { 0 };
    struct refusal refusal;
    request->version = 1;
    request->id = UNWAITED_ID;
    request->through_console = true;
    if (door_ask_office(door, request, &none, &refusal) != OK)
        log_line(LOG_DEBUG, "console_not_told", "reason=busy");
}

/* ---- what the office answered ---- */

static void
take_answer(struct door *door, struct http_server *server, const struct control_message *message,
            uint64_t monotonic_ms)
{
    ProtobufCMessage *decoded = NULL;
    struct refusal refusal = { 0 };
    struct http_response answer = { 0 };
    REQUIRE(message->frame_count > 0);
    if (wire_decode(&yidi__response__descriptor, message->frames[0], &door->arena, &decoded,
                    &refusal) != OK) {
        log_line(LOG_ERROR, "console_answer_unreadable", "field=%s", refusal.field);
        return; /* whoever waits for it is told in the end that no answer came */
    }
    const Yidi__Response *response = (const Yidi__Response *)decoded;
    if (door_share_take(door, server, response, monotonic_ms))
        return;
    struct door_waiting *place =
        response->id == 0 ? NULL : door_queue_find(&door->queue, response->id);
    if (place == NULL)
        return;
    const struct door_waiting waiting = *place;
    door_queue_remove(place);
    if (waiting.finish.function != NULL && response->body_case != YIDI__RESPONSE__BODY_REFUSAL)
        waiting.finish.function(waiting.finish.context, waiting.ticket, response, &answer);
    else
        fill_answer(door, response, message->frames + 1, message->frame_count - 1, &answer);
    http_answer(server, waiting.ticket, &answer); /* the response may be gone by now */
}

static void
end_waiting(struct door *door, struct http_server *server, uint64_t monotonic_ms)
{
    for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
        struct http_response response = { 0 };
        struct door_waiting *waiting = &door->queue.places[i];
        if (waiting->ticket == 0 || monotonic_ms < waiting->until_ms)
            continue;
        fill_unanswered(door, &response);
        http_answer(server, waiting->ticket, &response);
        door_queue_remove(waiting);
    }
}

/* Whose turn it is while the office takes nothing, is asked in a later run. */
static void
ask_held(struct door *door)
{
    struct door_waiting *next;
    while ((next = door_queue_next(&door->queue)) != NULL &&
           control_client_send(door->client, &next->held, 1) == OK)
        door_queue_asked(next);
}

void
door_run(struct door *door, struct http_server *server, const struct office_time *now)
{
    struct control_message message;
    for (int taken = 0; taken < ANSWERS_MAX; taken++) {
        arena_reset(&door->arena);
        if (control_client_receive(door->client, 0, &message) != OK)
            break;
        take_answer(door, server, &message, now->monotonic_ms);
        control_message_fini(&message);
    }
    arena_reset(&door->arena);
    door_share_end_waiting(door, server, now->monotonic_ms);
    end_waiting(door, server, now->monotonic_ms);
    ask_held(door);
}
