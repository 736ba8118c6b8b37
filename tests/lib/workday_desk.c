/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/workday_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

enum {
    ANSWER_MS = 300, /* then we look whether the office is still there */
    PAUSE_MS = 2,
    RANKS = 6
};

/* In the order in which a case goes through them; the first is rank 1. */
static const char *const states[WORKDAY_DESKS][RANKS] = {
    [WORKDAY_WINDOW] = { "submitted", "in-production", "in-transit", "ready", "collected", "" },
    [WORKDAY_REGISTRY] = { "received", "examined", "issued", "made", "closed", "" },
    [WORKDAY_CENTRE] = { "ordered", "made", "verified", "dispatched", "delivered", "closed" },
};

const char *const workday_ends[WORKDAY_DESKS] = { "collected", "closed", "closed" };

void
workday_pause(void)
{
    const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
    nanosleep(&pause, NULL);
}

struct network_office *
workday_office(const struct workday *day, enum workday_desk desk)
{
    struct network_office *const offices[] = { day->journey.window, day->journey.registry,
                                               day->journey.centre };
    return offices[desk];
}

enum workday_desk
workday_desk_of(const struct workday *day, const struct network_office *office)
{
    return office == day->journey.window
               ? WORKDAY_WINDOW
               : (office == day->journey.registry ? WORKDAY_REGISTRY : WORKDAY_CENTRE);
}

/* ---- asking ---- */

bool
workday_ask(const struct workday *day, struct network_office *office, Yidi__Request *request,
            const struct bytes *frames, size_t frame_count, struct network_answer *ret_answer)
{
    uint64_t answer_ms = day->answer_ms == 0 ? ANSWER_MS : day->answer_ms;
    *ret_answer = (struct network_answer){ 0 };
    if (!network_alive(office) ||
        !network_try_ask(office, request, frames, frame_count, answer_ms, ret_answer))
        return false;
    const Yidi__Refusal *refusal = network_refusal(ret_answer);
    if (refusal == NULL || strcmp(refusal->code, "OFFICE_STARTING") != 0)
        return true;
    network_answer_fini(ret_answer);
    return false;
}

void
workday_expect(const struct network_office *office, const struct network_answer *answer,
               Yidi__Response__BodyCase body)
{
    const Yidi__Refusal *refusal = network_refusal(answer);
    if (refusal != NULL)
        fail_msg("%s refuses: %s %s: %s", office->code, refusal->code, refusal->field,
                 refusal->rule);
    assert_int_equal(answer->response->body_case, body);
}

bool
workday_ask_status(const struct workday *day, struct network_office *office,
                   struct network_answer *ret_answer)
{
    Yidi__Status status = YIDI__STATUS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_STATUS;
    request.status = &status;
    return workday_ask(day, office, &request, NULL, 0, ret_answer);
}

bool
workday_ask_for_peers(const struct workday *day, struct network_office *office,
                      struct network_answer *ret_answer)
{
    Yidi__Peers peers = YIDI__PEERS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_PEERS;
    request.peers = &peers;
    return workday_ask(day, office, &request, NULL, 0, ret_answer);
}

void
workday_make_citizen(const struct workday *day, size_t index, struct made_citizen *ret_citizen)
{
    citizen_make(day->citizens_made + index + 1, day->journey.registry->area, ret_citizen);
}

bool
workday_ask_apply(struct workday *day, size_t index, struct network_answer *ret_answer)
{
    char key[32];
    struct made_citizen citizen;
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    workday_make_citizen(day, index, &citizen);
    application_set_citizen(day->application, &citizen);
    snprintf(key, sizeof key, "key-%zu", (size_t)day->citizens_made + index);
    apply.form = &day->application->form;
    apply.request_key = key;
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &apply;
    if (!workday_ask(day, day->journey.window, &request, frames,
                     application_frames(day->application, frames), ret_answer))
        return false;
    workday_expect(day->journey.window, ret_answer, YIDI__RESPONSE__BODY_APPLIED);
    return true;
}

bool
workday_start(const struct workday *day, struct network_office *office)
{
    bool answered = false;
    network_launch(office);
    while (!answered && network_alive(office)) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        answered = workday_ask_status(day, office, &answer);
        if (!answered)
            workday_pause();
    }
    return answered;
}

/* ---- promises ---- */

static size_t
find_case(const struct workday *day, const char *number)
{
    for (size_t i = 0; i < day->applied; i++)
        if (strcmp(day->numbers[i], number) == 0)
            return i;
    return WORKDAY_CASES_MAX;
}

static unsigned
rank_of(enum workday_desk desk, const char *state)
{
    for (unsigned i = 0; i < RANKS; i++)
        if (strcmp(states[desk][i], state) == 0)
            return i + 1;
    fail_msg("no case should ever be %s here", state);
    return 0;
}

void
workday_promise_state(struct workday *day, enum workday_desk desk, const char *number,
                      const char *state)
{
    size_t index = find_case(day, number);
    if (index == WORKDAY_CASES_MAX)
        return; /* its receipt is not answered yet */
    unsigned rank = rank_of(desk, state);
    if (rank < day->ranks[desk][index])
        fail_msg("case %s fell back to %s at %s", number, state, workday_office(day, desk)->code);
    day->ranks[desk][index] = rank;
}

void
workday_promise_tree(struct workday *day, enum workday_desk desk)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    struct network_office *office = workday_office(day, desk);
    if (!workday_ask_status(day, office, &answer))
        return;
    workday_expect(office, &answer, YIDI__RESPONSE__BODY_STATUS);
    const Yidi__StatusReport *status = answer.response->status;
    assert_string_equal(status->halted, "");
    if (status->tree_size < day->tree_sizes[desk])
        fail_msg("the journal of %s shrank", office->code);
    day->tree_sizes[desk] = status->tree_size;
}
