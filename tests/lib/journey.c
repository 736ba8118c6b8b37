/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/journey.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum desk { NO_DESK, WINDOW, REGISTRY, CENTRE };

struct stage {
    enum desk desk; /* where somebody decides */
    struct network_decision decision;
    struct {
        enum desk desk;
        const char *state;
    } then[3]; /* what is seen next, and where */
};

static const struct stage stages[] = {
    [JOURNEY_RECEIVED] = { NO_DESK, { 0 }, { { REGISTRY, "received" } } },
    [JOURNEY_EXAMINED] = { REGISTRY,
                           { .verb = YIDI__VERB__EXAMINE, .operator= "examiner1" },
                           { { REGISTRY, "examined" } } },
    [JOURNEY_ORDERED] = { REGISTRY,
                          { .verb = YIDI__VERB__ISSUE, .operator= "issuer1" },
                          { { WINDOW, "in-production" }, { CENTRE, "ordered" } } },
    [JOURNEY_MADE] = { CENTRE,
                       { .verb = YIDI__VERB__MAKE, .operator= "maker1" },
                       { { CENTRE, "made" } } },
    [JOURNEY_VERIFIED] = { CENTRE,
                           { .verb = YIDI__VERB__CHECK_CARD, .operator= "checker1" },
                           { { CENTRE, "verified" }, { REGISTRY, "made" } } },
    [JOURNEY_IN_TRANSIT] = { CENTRE,
                             { .verb = YIDI__VERB__DISPATCH, .operator= "packer1" },
                             { { WINDOW, "in-transit" } } },
    [JOURNEY_READY] = { WINDOW,
                        { .verb = YIDI__VERB__RECEIVE, .operator= "clerk1" },
                        { { WINDOW, "ready" }, { CENTRE, "delivered" } } },
    [JOURNEY_CLOSED] = { WINDOW,
                         { .verb = YIDI__VERB__COLLECT,
                           .operator= "clerk1",
                           .old_card_surrendered = true },
                         { { WINDOW, "collected" },
                           { REGISTRY, "closed" },
                           { CENTRE, "closed" } } },
};

static struct network_office *
office_at(const struct journey *journey, enum desk desk)
{
    struct network_office *const offices[] = {
        [WINDOW] = journey->window, [REGISTRY] = journey->registry, [CENTRE] = journey->centre
    };
    return offices[desk];
}

void
journey_wait(struct network_office *office, const char *const *case_numbers, size_t case_count,
             const char *state)
{
    for (size_t i = 0; i < case_count; i++)
        network_wait_for_state(office, case_numbers[i], state);
}

static void
decide_all(struct network_office *office, const struct network_decision *decision,
           const char *const *case_numbers, size_t case_count)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_decide(office, decision, case_numbers, case_count, &answer);
    if (network_refusal(&answer) != NULL)
        fail_msg("%s refuses: %s", office->code, network_refusal(&answer)->code);
    const Yidi__Decided *decided = answer.response->decided;
    assert_int_equal(decided->n_results, case_count);
    for (size_t i = 0; i < decided->n_results; i++)
        if (decided->results[i]->refusal != NULL)
            fail_msg("%s refuses %s: %s %s", office->code, case_numbers[i],
                     decided->results[i]->refusal->code, decided->results[i]->refusal->rule);
}

/* Each time another package: one that was opened takes no more cards. */
static void
take_stage(const struct journey *journey, const struct stage *stage,
           const char *const *case_numbers, size_t case_count)
{
    static unsigned packages;
    char package[24];
    struct network_decision decision = stage->decision;
    if (decision.verb == YIDI__VERB__DISPATCH) {
        snprintf(package, sizeof package, "SF-%04u", ++packages);
        decision.package = package;
    }
    if (stage->desk != NO_DESK)
        decide_all(office_at(journey, stage->desk), &decision, case_numbers, case_count);
    for (size_t i = 0; i < 3 && stage->then[i].desk != NO_DESK; i++)
        journey_wait(office_at(journey, stage->then[i].desk), case_numbers, case_count,
                     stage->then[i].state);
}

void
journey_go_on_all(const struct journey *journey, const char *const *case_numbers, size_t case_count,
                  enum journey_stage done, enum journey_stage last)
{
    for (int stage = (int)done + 1; stage <= (int)last; stage++)
        take_stage(journey, &stages[stage], case_numbers, case_count);
}

void
journey_take(const struct journey *journey, const char *const *case_numbers, size_t case_count,
             enum journey_stage last)
{
    journey_go_on_all(journey, case_numbers, case_count, JOURNEY_ACCEPTED, last);
}

void
journey_go_on(const struct journey *journey, const char *case_number, enum journey_stage done,
              enum journey_stage last)
{
    journey_go_on_all(journey, &case_number, 1, done, last);
}
