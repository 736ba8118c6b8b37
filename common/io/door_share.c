/* SPDX-License-Identifier: Apache-2.0
 *
 * door_share - what many ask for again and again: the office is asked once, and all get its answer.
 */
#include <stdlib.h>

#include "common/io/door_parts.h"
#include "common/io/permission.h"

enum { PATIENCE_MS = 5000 };

static const struct {
    const char *type;
    uint64_t rest_ms; /* after an answer nobody is asked */
    uint64_t good_ms; /* so long an answer does, while the next one is on its way */
} shares[SHARE_COUNT] = {
    [SHARE_PROBE] = { DOOR_JSON_TYPE, 5000, 5000 },
    [SHARE_HOUR] = { DOOR_JSON_TYPE, 1000, 3000 },
    [SHARE_DAY] = { DOOR_JSON_TYPE, 1000, 3000 },
    [SHARE_WEEK] = { DOOR_JSON_TYPE, 1000, 3000 },
    [SHARE_METRICS] = { "text/plain; version=0.0.4; charset=utf-8", 1000, 1000 },
};

/* ---- asking ---- */

static enum result
ask(struct door *door, enum door_share share, uint64_t ticket, uint64_t monotonic_ms,
    struct refusal *ret_refusal)
{
    static const uint32_t hours[SHARE_COUNT] = {
        [SHARE_HOUR] = 1, [SHARE_DAY] = 24, [SHARE_WEEK] = 168
    };
    const struct json_attachments none = { 0 };
    Yidi__Probe probe = YIDI__PROBE__INIT;
    Yidi__Metrics metrics = YIDI__METRICS__INIT;
    Yidi__Dashboard dashboard = YIDI__DASHBOARD__INIT;
    Yidi__Request command = YIDI__REQUEST__INIT;
    command.version = 1;
    command.id = ticket;
    command.operator_ = (char *)PERMISSION_CONSOLE;
    command.through_console = true;
    if (share == SHARE_PROBE) {
        command.command_case = YIDI__REQUEST__COMMAND_PROBE;
        command.probe = &probe;
    } else if (share == SHARE_METRICS) {
        command.command_case = YIDI__REQUEST__COMMAND_METRICS;
        command.metrics = &metrics;
    } else {
        command.command_case = YIDI__REQUEST__COMMAND_DASHBOARD;
        command.dashboard = &dashboard;
        dashboard.hours = hours[share];
    }
    enum result result = door_ask_office(door, &command, &none, ret_refusal);
    if (result != OK)
        return result;
    door->answers[share].ticket = ticket;
    door->answers[share].until_ms = monotonic_ms + PATIENCE_MS;
    return OK;
}

static enum result
wait_for_it(struct door *door, enum door_share share, uint64_t ticket, struct refusal *ret_refusal)
{
    struct door_waiting *place = door_queue_add(&door->queue, DOOR_SHARED);
    if (place == NULL)
        return refuse(ret_refusal, REFUSAL_CONSOLE_BUSY, "", "too many wait already");
    place->ticket = ticket;
    place->share = share;
    place->until_ms = UINT64_MAX; /* all of them have one end: the answer's */
    return OK;
}

static void
fill(struct door *door, enum door_share share, struct http_response *ret_response)
{
    const struct door_answer *answer = &door->answers[share];
    if (answer->refusal.code != REFUSAL_NONE) {
        http_refuse(&answer->refusal, &door->arena, ret_response);
        if (share == SHARE_PROBE)
            ret_response->status = 503;
        return;
    }
    ret_response->status = 200;
    ret_response->type = shares[share].type;
    ret_response->body = bytes_of_text(answer->text);
}

enum http_verdict
door_share_answer(struct door *door, enum door_share share, const struct http_request *request,
                  const struct office_time *now, struct http_response *ret_response)
{
    const struct door_answer *answer = &door->answers[share];
    struct refusal refusal = { 0 };
    bool never = answer->answered_ms == 0;
    uint64_t age_ms = never ? UINT64_MAX : now->monotonic_ms - answer->answered_ms;
    enum result result = OK;
    if (age_ms >= shares[share].rest_ms && answer->ticket == 0)
        result = ask(door, share, request->ticket, now->monotonic_ms, &refusal);
    if (result == OK && age_ms < shares[share].good_ms) {
        fill(door, share, ret_response);
        return HTTP_ANSWERED;
    }
    if (result == OK)
        result = wait_for_it(door, share, request->ticket, &refusal);
    return result == OK ? HTTP_LATER : door_answer_trouble(door, result, &refusal, ret_response);
}

enum http_verdict
door_share(struct door *door, enum door_share share, const struct http_request *request,
           const struct office_time *now, struct http_response *ret_response)
{
    arena_reset(&door->arena);
    return door_share_answer(door, share, request, now, ret_response);
}

/* ---- what the office answered ---- */

static void
tell_all(struct door *door, struct http_server *server, enum door_share share,
         uint64_t monotonic_ms)
{
    struct http_response response = { 0 };
    door->answers[share].ticket = 0;
    door->answers[share].answered_ms = monotonic_ms;
    fill(door, share, &response);
    for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
        struct door_waiting *waiting = &door->queue.places[i];
        if (waiting->ticket == 0 || waiting->kind != DOOR_SHARED || waiting->share != share)
            continue;
        http_answer(server, waiting->ticket, &response);
        door_queue_remove(waiting);
    }
}

/* Heap; NULL when memory ran out. */
static char *
compose(struct door *door, enum door_share share, const Yidi__Response *response)
{
    const char *text;
    if (share == SHARE_PROBE)
        text = "{\"ready\":true}";
    else if (response->body_case == YIDI__RESPONSE__BODY_METRICS)
        text = response->metrics->text;
    else
        text = json_encode(&response->status->base, &door->arena);
    return text == NULL ? NULL : strdup(text);
}

static void
keep(struct door *door, enum door_share share, const Yidi__Response *response)
{
    struct door_answer *answer = &door->answers[share];
    answer->refusal = (struct refusal){ 0 };
    free(answer->text);
    answer->text = NULL;
    if (response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        (void)refuse(&answer->refusal, refusal_find(response->refusal->code),
                     response->refusal->field, "%s", response->refusal->rule);
    else if ((answer->text = compose(door, share, response)) == NULL)
        (void)refuse(&answer->refusal, REFUSAL_CONSOLE_BUSY, "", "out of memory");
}

bool
door_share_take(struct door *door, struct http_server *server, const Yidi__Response *response,
                uint64_t monotonic_ms)
{
    for (enum door_share share = SHARE_PROBE; share < SHARE_COUNT; share++)
        if (response->id != 0 && response->id == door->answers[share].ticket) {
            keep(door, share, response);
            tell_all(door, server, share, monotonic_ms);
            return true;
        }
    return false;
}

void
door_share_end_waiting(struct door *door, struct http_server *server, uint64_t monotonic_ms)
{
    for (enum door_share share = SHARE_PROBE; share < SHARE_COUNT; share++) {
        struct door_answer *answer = &door->answers[share];
        if (answer->ticket == 0 || monotonic_ms < answer->until_ms)
            continue;
        (void)refuse(&answer->refusal, REFUSAL_TIMED_OUT, "", "the office's turn does not come");
        tell_all(door, server, share, monotonic_ms);
    }
}
