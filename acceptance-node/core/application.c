/* SPDX-License-Identifier: Apache-2.0 */
#include "acceptance-node/core/application.h"

static const char *const state_names[APPLICATION_STATE_COUNT] = {
    [APPLICATION_ABSENT] = "absent",
    [APPLICATION_SUBMITTED] = "submitted",
    [APPLICATION_IN_PRODUCTION] = "in-production",
    [APPLICATION_IN_TRANSIT] = "in-transit",
    [APPLICATION_READY] = "ready",
    [APPLICATION_COLLECTED] = "collected",
    [APPLICATION_REFUSED] = "refused",
};

static const char *const event_names[APPLICATION_EVENT_COUNT] = {
    [APPLICATION_ACCEPT] = "accept",
    [APPLICATION_CARD_ISSUED] = "card issued",
    [APPLICATION_REFUSE] = "refusal",
    [APPLICATION_DELIVERY_REFUSED] = "refusal of delivery",
    [APPLICATION_CARD_DISPATCHED] = "card dispatched",
    [APPLICATION_ARRIVE_WELL] = "receive",
    [APPLICATION_ARRIVE_DEFECTIVE] = "receive as defective",
    [APPLICATION_COLLECT] = "collect",
};

static const bool state_open[APPLICATION_STATE_COUNT] = {
    [APPLICATION_SUBMITTED] = true,
    [APPLICATION_IN_PRODUCTION] = true,
    [APPLICATION_IN_TRANSIT] = true,
    [APPLICATION_READY] = true,
};

/* clang-format off */
static const struct transition transitions[] = {
    { APPLICATION_ABSENT, APPLICATION_ACCEPT, APPLICATION_SUBMITTED, STEP_ACCEPTED,
      { { MESSAGE_APPLICATION_SUBMITTED, PARTY_REGISTRY } }, false },

    { APPLICATION_SUBMITTED, APPLICATION_CARD_ISSUED,      APPLICATION_IN_PRODUCTION, STEP_PRODUCTION_STARTED, { { 0 } }, false },
    { APPLICATION_SUBMITTED, APPLICATION_REFUSE,           APPLICATION_REFUSED,       STEP_REFUSED,            { { 0 } }, true },
    { APPLICATION_SUBMITTED, APPLICATION_DELIVERY_REFUSED, APPLICATION_REFUSED,       STEP_DELIVERY_REFUSED,   { { 0 } }, true },
    { APPLICATION_SUBMITTED, APPLICATION_CARD_DISPATCHED,  APPLICATION_IN_TRANSIT,    STEP_IN_TRANSIT,         { { 0 } }, false },

    { APPLICATION_IN_PRODUCTION, APPLICATION_CARD_DISPATCHED, APPLICATION_IN_TRANSIT,    STEP_IN_TRANSIT, { { 0 } }, false },
    { APPLICATION_IN_PRODUCTION, APPLICATION_CARD_ISSUED,     APPLICATION_IN_PRODUCTION, STEP_RECORDED,   { { 0 } }, false },
    /* an order that no production office takes */
    { APPLICATION_IN_PRODUCTION, APPLICATION_REFUSE,          APPLICATION_REFUSED,       STEP_REFUSED,    { { 0 } }, true },

    { APPLICATION_IN_TRANSIT, APPLICATION_CARD_ISSUED,      APPLICATION_IN_TRANSIT,    STEP_RECORDED, { { 0 } }, false },
    { APPLICATION_IN_TRANSIT, APPLICATION_ARRIVE_WELL,      APPLICATION_READY,         STEP_ARRIVED,
      { { MESSAGE_CARD_RECEIVED, PARTY_PRODUCTION } }, true },
    { APPLICATION_IN_TRANSIT, APPLICATION_ARRIVE_DEFECTIVE, APPLICATION_IN_PRODUCTION, STEP_SPOILED,
      { { MESSAGE_CARD_RECEIVED, PARTY_PRODUCTION } }, false },

    { APPLICATION_READY, APPLICATION_CARD_ISSUED,      APPLICATION_READY,         STEP_RECORDED, { { 0 } }, false },
    { APPLICATION_READY, APPLICATION_ARRIVE_DEFECTIVE, APPLICATION_IN_PRODUCTION, STEP_SPOILED,
      { { MESSAGE_CARD_RECEIVED, PARTY_PRODUCTION } }, false },
    { APPLICATION_READY, APPLICATION_COLLECT,          APPLICATION_COLLECTED,     STEP_COLLECTED,
      { { MESSAGE_CARD_COLLECTED, PARTY_REGISTRY }, { MESSAGE_CARD_COLLECTED, PARTY_PRODUCTION } }, false },

    { APPLICATION_COLLECTED, APPLICATION_CARD_ISSUED, APPLICATION_COLLECTED, STEP_RECORDED, { { 0 } }, false },
};
/* clang-format on */

const struct machine application_machine = {
    .state_names = state_names,
    .event_names = event_names,
    .state_open = state_open,
    .state_count = APPLICATION_STATE_COUNT,
    .event_count = APPLICATION_EVENT_COUNT,
    .transitions = transitions,
    .transition_count = sizeof transitions / sizeof *transitions,
};

enum result
application_step(struct application *application, const struct application_event *event,
                 struct effects *effects, struct refusal *ret_refusal)
{
    int state = application->state;
    struct effects decided = { 0 };
    enum result result =
        machine_step(&application_machine, &state, event->kind, &decided, ret_refusal);
    if (result != OK)
        return result;
    if (event->kind == APPLICATION_COLLECT && event->renewal && !event->old_card_surrendered)
        return refuse(ret_refusal, REFUSAL_SURRENDER_REQUIRED, "old_card_surrendered",
                      "on renewal the original card is handed back when the new one is collected");
    application->state = state;
    *effects = decided;
    return OK;
}
