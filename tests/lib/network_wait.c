/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting until something holds in a network.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "tests/lib/network.h"

enum { PAUSE_MS = 10 };

static uint64_t
monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void
network_wait_until(struct network *network, const char *what, bool (*holds)(void *context),
                   void *context)
{
    uint64_t deadline_ms = monotonic_ms() + NETWORK_PATIENCE_MS;
    const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
    while (!holds(context)) {
        for (int i = 0; i < NETWORK_OFFICE_COUNT; i++)
            if (network->offices[i].pid != 0 && !network_alive(&network->offices[i]))
                fail_msg("%s died, waiting until %s", network->offices[i].code, what);
        if (monotonic_ms() >= deadline_ms)
            fail_msg("in %d ms it did not happen that %s", NETWORK_PATIENCE_MS, what);
        nanosleep(&pause, NULL);
    }
}

struct awaited {
    struct network_office *office;
    const char *case_number;
    const char *state;
    uint64_t count;
};

static bool
case_is_in_state(void *context)
{
    const struct awaited *awaited = context;
    Yidi__Show show = YIDI__SHOW__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    AUTO(network_answer) struct network_answer answer = { 0 };
    show.case_number = (char *)awaited->case_number;
    request.command_case = YIDI__REQUEST__COMMAND_SHOW;
    request.show = &show;
    network_ask(awaited->office, &request, NULL, 0, &answer);
    return answer.response->body_case == YIDI__RESPONSE__BODY_SHOWN &&
           strcmp(answer.response->shown->state, awaited->state) == 0;
}

void
network_wait_for_state(struct network_office *office, const char *case_number, const char *state)
{
    struct awaited awaited = { .office = office, .case_number = case_number, .state = state };
    char what[128];
    snprintf(what, sizeof what, "%s is %s at %s", case_number, state, office->code);
    network_wait_until(office->network, what, case_is_in_state, &awaited);
}

uint64_t
network_count_in_state(struct network_office *office, const char *state)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(office, &answer);
    const Yidi__StatusReport *status = answer.response->status;
    for (size_t i = 0; i < status->n_states; i++)
        if (strcmp(status->states[i]->state, state) == 0)
            return status->states[i]->count;
    fail_msg("%s knows no state %s", office->code, state);
    return 0;
}

static bool
count_is_reached(void *context)
{
    const struct awaited *awaited = context;
    return network_count_in_state(awaited->office, awaited->state) >= awaited->count;
}

void
network_wait_for_count(struct network_office *office, const char *state, uint64_t count)
{
    struct awaited awaited = { .office = office, .state = state, .count = count };
    char what[128];
    snprintf(what, sizeof what, "%zu cases are %s at %s", (size_t)count, state, office->code);
    network_wait_until(office->network, what, count_is_reached, &awaited);
}
