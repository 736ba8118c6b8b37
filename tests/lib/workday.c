/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/workday.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/domain/citizen_csv.h"
#include "tests/lib/workday_desk.h"

enum { DUTIES = 7 };

static const struct duty {
    enum workday_desk desk;
    const char *state;
    Yidi__Verb verb;
    const char *operator;
} duties[DUTIES] = {
    { WORKDAY_REGISTRY, "received", YIDI__VERB__EXAMINE, "examiner1" },
    { WORKDAY_REGISTRY, "examined", YIDI__VERB__ISSUE, "issuer1" },
    { WORKDAY_CENTRE, "ordered", YIDI__VERB__MAKE, "maker1" },
    { WORKDAY_CENTRE, "made", YIDI__VERB__CHECK_CARD, "checker1" },
    { WORKDAY_CENTRE, "verified", YIDI__VERB__DISPATCH, "packer1" },
    { WORKDAY_WINDOW, "in-transit", YIDI__VERB__RECEIVE, "clerk1" },
    { WORKDAY_WINDOW, "ready", YIDI__VERB__COLLECT, "clerk1" },
};

/* ---- work ---- */

void
workday_begin(struct workday *day, size_t case_count)
{
    assert_in_range(case_count, 1, WORKDAY_CASES_MAX);
    day->citizens_made += day->case_count;
    day->case_count = case_count;
    day->imported = false;
    day->applied = 0;
    memset(day->ranks, 0, sizeof day->ranks);
}

static void
import_citizens(struct workday *day)
{
    static char text[sizeof CITIZEN_CSV_HEADER + 1 + WORKDAY_CASES_MAX * CITIZEN_MAKER_LINE_BYTES];
    size_t size = (size_t)snprintf(text, sizeof text, "%s\n", CITIZEN_CSV_HEADER);
    for (size_t i = 0; i < day->case_count; i++) {
        struct made_citizen citizen;
        workday_make_citizen(day, i, &citizen);
        size += citizen_make_line(&citizen, text + size);
    }
    Yidi__PopulationImport import = YIDI__POPULATION_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    AUTO(network_answer) struct network_answer answer = { 0 };
    const struct bytes frame = bytes_of(text, size);
    request.command_case = YIDI__REQUEST__COMMAND_POPULATION_IMPORT;
    request.population_import = &import;
    if (!workday_ask(day, day->journey.registry, &request, &frame, 1, &answer))
        return;
    workday_expect(day->journey.registry, &answer, YIDI__RESPONSE__BODY_IMPORTED);
    day->imported = true;
}

static void
apply(struct workday *day)
{
    while (day->applied < day->case_count) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        if (!workday_ask_apply(day, day->applied, &answer))
            return;
        snprintf(day->numbers[day->applied++], CASE_NUMBER_CHARS + 1, "%s",
                 answer.response->applied->case_number);
        workday_promise_state(day, WORKDAY_WINDOW, answer.response->applied->case_number,
                              "submitted");
    }
}

static void
decide(struct workday *day, const struct duty *duty, const Yidi__Listed *listed)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    char *numbers[WORKDAY_CASES_MAX];
    size_t count = listed->n_cases < WORKDAY_CASES_MAX ? listed->n_cases : WORKDAY_CASES_MAX;
    Yidi__Decide decision = YIDI__DECIDE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    for (size_t i = 0; i < count; i++)
        numbers[i] = listed->cases[i]->case_number;
    decision.verb = duty->verb;
    decision.case_numbers = numbers;
    decision.n_case_numbers = count;
    decision.old_card_surrendered = true;
    decision.identified_by = YIDI__IDENTIFIED_BY__DOCUMENT;
    request.operator_ = (char *)duty->operator;
    request.command_case = YIDI__REQUEST__COMMAND_DECIDE;
    request.decide = &decision;
    struct network_office *office = workday_office(day, duty->desk);
    if (!workday_ask(day, office, &request, NULL, 0, &answer))
        return;
    workday_expect(office, &answer, YIDI__RESPONSE__BODY_DECIDED);
    for (size_t i = 0; i < count; i++) {
        const Yidi__CaseResult *result = answer.response->decided->results[i];
        /* The one whose answer we did not wait for may have been carried out after the list. */
        if (result->refusal != NULL && strcmp(result->refusal->code, "ILLEGAL_IN_STATE") != 0)
            fail_msg("%s refuses what is %s: %s", office->code, duty->state, result->refusal->code);
        if (result->refusal == NULL)
            workday_promise_state(day, duty->desk, result->case_number, result->state);
    }
}

static void
do_duty(struct workday *day, const struct duty *duty)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    struct network_office *office = workday_office(day, duty->desk);
    list.state = (char *)duty->state;
    list.limit = WORKDAY_CASES_MAX;
    request.command_case = YIDI__REQUEST__COMMAND_LIST;
    request.list = &list;
    if (!workday_ask(day, office, &request, NULL, 0, &answer))
        return;
    workday_expect(office, &answer, YIDI__RESPONSE__BODY_LISTED);
    const Yidi__Listed *listed = answer.response->listed;
    for (size_t i = 0; i < listed->n_cases; i++)
        workday_promise_state(day, duty->desk, listed->cases[i]->case_number, duty->state);
    if (listed->n_cases > 0)
        decide(day, duty, listed);
}

void
workday_work(struct workday *day)
{
    if (!day->imported)
        import_citizens(day);
    else
        apply(day);
    for (int i = 0; i < DUTIES; i++)
        do_duty(day, &duties[i]);
    for (int desk = 0; desk < WORKDAY_DESKS; desk++)
        workday_promise_tree(day, (enum workday_desk)desk);
    workday_pause();
}

/* ---- done ---- */

static bool
desk_is_done(struct workday *day, enum workday_desk desk)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    uint64_t due = day->cases_closed + day->case_count;
    if (!workday_ask_status(day, workday_office(day, desk), &answer))
        return false;
    for (size_t i = 0; i < answer.response->status->n_states; i++) {
        const Yidi__StateCount *count = answer.response->status->states[i];
        if (strcmp(count->state, workday_ends[desk]) == 0 && count->count > due)
            fail_msg("%s has a case too many", workday_office(day, desk)->code);
        if (strcmp(count->state, workday_ends[desk]) == 0 && count->count == due)
            return true;
    }
    return false;
}

static bool
nothing_waits(const struct workday *day, struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    if (!workday_ask_for_peers(day, office, &answer))
        return false;
    for (size_t i = 0; i < answer.response->peers->n_peers; i++) {
        const Yidi__PeerStatus *peer = answer.response->peers->peers[i];
        if (peer->trouble[0] != '\0')
            fail_msg("%s has trouble with %s: %s", office->code, peer->office, peer->trouble);
        if (peer->waiting > 0)
            return false;
    }
    return true;
}

bool
workday_is_done(struct workday *day)
{
    if (day->applied < day->case_count)
        return false;
    for (int desk = 0; desk < WORKDAY_DESKS; desk++)
        if (!desk_is_done(day, (enum workday_desk)desk) ||
            !nothing_waits(day, workday_office(day, (enum workday_desk)desk)))
            return false;
    return true;
}
