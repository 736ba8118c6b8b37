/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/desk.h"

#include <inttypes.h>
#include <string.h>

#include "common/domain/case_number.h"
#include "common/io/wire.h"
#include "tests/bench/bench.h"

/* ---- requests and answers ---- */

static const Yidi__Response *
receive_answer(struct desk *desk, struct arena *arena)
{
    struct control_message message;
    ProtobufCMessage *decoded;
    struct refusal refusal = { 0 };
    if (control_client_receive(desk->client, DESK_PATIENCE_MS, &message) != OK)
        bench_fail("%s: no answer; %zu of %zu cases done", desk->name, desk->done_count,
                   desk->case_count);
    struct bytes packed = arena_copy(arena, message.frames[0]);
    control_message_fini(&message);
    if (wire_decode(&yidi__response__descriptor, packed, arena, &decoded, &refusal) != OK)
        bench_fail("%s: an answer that cannot be read: %s", desk->name, refusal.field);
    const Yidi__Response *response = (const Yidi__Response *)decoded;
    if (response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        bench_fail("%s: refused: %s %s: %s", desk->name, response->refusal->code,
                   response->refusal->field, response->refusal->rule);
    return response;
}

static const Yidi__Response *
ask(struct desk *desk, Yidi__Request *request, struct arena *arena)
{
    request->version = 1;
    request->id = ++desk->request_id;
    request->operator_ = (char *)desk->name;
    struct bytes packed = wire_encode(&request->base, arena);
    if (packed.data == NULL || control_client_send(desk->client, &packed, 1) != OK)
        bench_fail("%s: the daemon takes no request", desk->name);
    return receive_answer(desk, arena);
}

static void
note_done(struct desk *desk, const char *case_number, double now_ms)
{
    uint32_t serial = case_number_serial(case_number);
    if (serial <= desk->first_serial || serial > desk->first_serial + desk->case_count)
        bench_fail("%s: a case of another run: %s", desk->name, case_number);
    desk->done_ms[serial - 1 - desk->first_serial] = now_ms;
    desk->done_count++;
}

/* ---- the window ---- */

static void
send_application(struct desk *desk, size_t index)
{
    struct bytes frames[LOAD_FRAMES];
    if (desk->pause_ms > 0)
        bench_sleep_ms(desk->pause_ms);
    load_frames(desk->load, desk->first_load + index, frames);
    if (desk->sent_ms != NULL)
        desk->sent_ms[index] = bench_now_ms();
    if (control_client_send(desk->client, frames, LOAD_FRAMES) != OK)
        bench_fail("%s: the daemon takes no application", desk->name);
}

static void *
work_at_window(void *context)
{
    struct desk *desk = context;
    struct arena arena;
    size_t sent_count = 0;
    arena_init(&arena);
    while (desk->done_count < desk->case_count) {
        while (sent_count < desk->case_count &&
               sent_count - desk->done_count < desk->outstanding_max)
            send_application(desk, sent_count++);
        const Yidi__Response *response = receive_answer(desk, &arena);
        if (response->body_case != YIDI__RESPONSE__BODY_APPLIED)
            bench_fail("%s: another answer than expected", desk->name);
        note_done(desk, response->applied->case_number, bench_now_ms());
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return NULL;
}

/* ---- every other desk ---- */

static const Yidi__Listed *
list_cases(struct desk *desk, struct arena *arena)
{
    Yidi__List list = YIDI__LIST__INIT;
    list.state = (char *)desk->state;
    list.limit = DESK_PAGE_CASES;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_LIST;
    request.list = &list;
    double before_ms = bench_now_ms();
    const Yidi__Response *response = ask(desk, &request, arena);
    desk->list_ms += bench_now_ms() - before_ms;
    desk->list_count++;
    if (response->body_case != YIDI__RESPONSE__BODY_LISTED)
        bench_fail("%s: another answer than expected", desk->name);
    return response->listed;
}

/* A package goes to one window, and each time it is another one. */
static char *
choose_package(const struct desk *desk, const Yidi__Listed *listed)
{
    for (size_t i = 1; i < listed->n_cases; i++)
        if (strcmp(listed->cases[i]->acceptance_office, listed->cases[0]->acceptance_office) != 0)
            return "";
    return desk->verb == YIDI__VERB__DISPATCH ? listed->cases[0]->case_number : "";
}

static void
decide_on(struct desk *desk, const Yidi__Listed *listed, struct arena *arena)
{
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    decide.verb = desk->verb;
    decide.case_numbers = arena_take(arena, listed->n_cases * sizeof *decide.case_numbers);
    if (decide.case_numbers == NULL)
        bench_fail("out of memory");
    decide.package = choose_package(desk, listed);
    decide.identified_by = YIDI__IDENTIFIED_BY__DOCUMENT;
    for (size_t i = 0; i < listed->n_cases; i++)
        decide.case_numbers[decide.n_case_numbers++] = listed->cases[i]->case_number;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_DECIDE;
    request.decide = &decide;
    double before_ms = bench_now_ms();
    const Yidi__Response *response = ask(desk, &request, arena);
    double now_ms = bench_now_ms();
    desk->decide_ms += now_ms - before_ms;
    desk->decide_count++;
    if (response->body_case != YIDI__RESPONSE__BODY_DECIDED)
        bench_fail("%s: another answer than expected", desk->name);
    for (size_t i = 0; i < response->decided->n_results; i++) {
        const Yidi__CaseResult *result = response->decided->results[i];
        if (result->refusal != NULL)
            bench_fail("%s: %s refused: %s", desk->name, result->case_number,
                       result->refusal->code);
        note_done(desk, result->case_number, now_ms);
    }
}

static void *
work_at_desk(void *context)
{
    struct desk *desk = context;
    struct arena arena;
    double progress_ms = bench_now_ms();
    arena_init(&arena);
    while (desk->done_count < desk->case_count) {
        const Yidi__Listed *listed = list_cases(desk, &arena);
        if (listed->n_cases > 0) {
            decide_on(desk, listed, &arena);
            progress_ms = bench_now_ms();
        } else if (bench_now_ms() - progress_ms > DESK_PATIENCE_MS) {
            bench_fail("%s: nothing comes any more; %zu of %zu cases done", desk->name,
                       desk->done_count, desk->case_count);
        } else {
            desk->empty_list_count++;
            bench_sleep_ms(DESK_POLL_MS);
        }
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return NULL;
}

void
desk_start(struct desk *desk)
{
    struct refusal refusal = { 0 };
    if (control_client_open(desk->socket, &desk->client, &refusal) != OK)
        bench_fail("%s: %s", desk->name, refusal.rule);
    if (pthread_create(&desk->thread, NULL, desk->state == NULL ? work_at_window : work_at_desk,
                       desk) != 0)
        bench_fail("%s: no thread", desk->name);
}

void
desk_join(struct desk *desk)
{
    if (pthread_join(desk->thread, NULL) != 0)
        bench_fail("%s: the thread was lost", desk->name);
    control_client_close(desk->client);
}
