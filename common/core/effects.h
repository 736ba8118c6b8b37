/* SPDX-License-Identifier: Apache-2.0
 *
 * effects - what must follow a decision of a core, for the shell to carry out in one transaction.
 *
 * Numbers of messages and steps are those of proto/message.proto (asserted by
 * tests/unit/effects_test.c); the cores do not know proto.
 */
#ifndef CORE_EFFECTS_H
#define CORE_EFFECTS_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/limits.h"
#include "common/core/require.h"

enum message_kind {
    MESSAGE_NONE = 0,
    MESSAGE_APPLICATION_SUBMITTED = 10,
    MESSAGE_APPLICATION_REFUSED = 11,
    MESSAGE_CARD_ISSUED = 12,
    MESSAGE_CARD_ORDERED = 13,
    MESSAGE_CARD_MADE = 14,
    MESSAGE_CARD_DISPATCHED = 15,
    MESSAGE_CARD_RECEIVED = 16,
    MESSAGE_CARD_COLLECTED = 17,
    MESSAGE_MESSAGE_REFUSED = 18,
    MESSAGE_APPLICATION_RETURNED = 19,
    MESSAGE_APPLICATION_WITHDRAWN = 20,
    MESSAGE_WITHDRAWAL_ANSWERED = 21,
    MESSAGE_ORDER_WITHDRAWN = 22,
    MESSAGE_ORDER_WITHDRAWAL_ANSWERED = 23,
    MESSAGE_APPLICATION_REDIRECTED = 24,
    MESSAGE_APPLICATION_REMINDED = 25,
    MESSAGE_CARD_DESTROYED = 26,
    MESSAGE_APPLICATION_ABANDONED = 27,
    MESSAGE_CARD_ABANDONED = 28,
    MESSAGE_OLD_CARD_DESTROYED = 29,
    MESSAGE_KIND_END = 30,
};

enum party { /* numbers of enum Role in proto/directory.proto */
             PARTY_NONE = 0,
             PARTY_ACCEPTANCE = 1,
             PARTY_REGISTRY = 2,
             PARTY_PRODUCTION = 3,
};

enum step {
    STEP_NONE = 0,
    STEP_ACCEPTED = 1,
    STEP_REVIEW_OPENED = 2,
    STEP_EXAMINED = 3,
    STEP_ISSUED = 4,
    STEP_REFUSED = 5,
    STEP_ORDERED = 6,
    STEP_MADE = 7,
    STEP_VERIFIED = 8,
    STEP_SPOILED = 9,
    STEP_DISPATCHED = 10,
    STEP_ARRIVED = 11,
    STEP_NOTIFIED = 12,
    STEP_COLLECTED = 13,
    STEP_OLD_CARD_SURRENDERED = 14,
    STEP_CLOSED = 15,
    STEP_DELIVERY_REFUSED = 16,
    STEP_REORDERED = 17,
    STEP_RECORDED = 18,
    STEP_PRODUCTION_STARTED = 19,
    STEP_IN_TRANSIT = 20,
    STEP_RETURNED = 21,
    STEP_AMENDED = 22,
    STEP_WITHDRAWAL_ASKED = 23,
    STEP_WITHDRAWN = 24,
    STEP_WITHDRAWAL_DENIED = 25,
    STEP_REDIRECTED = 26,
    STEP_REMINDED = 27,
    STEP_MISSING = 28,
    STEP_FOUND = 29,
    STEP_DESTROYED = 30,
    STEP_CHECKED_BY_EYE = 31,
    STEP_CHECKED_BY_READER = 32,
    STEP_ABANDONED = 33,
    STEP_ABANDONMENT_ASKED = 34,
    STEP_NOTED = 35,
    STEP_OLD_CARD_DESTROYED = 36,
    STEP_NEWS_LOST = 37,
    STEP_COUNT
};

enum effect_kind {
    EFFECT_NONE,
    EFFECT_SAVE,   /* store the case; what: enum step for its trace */
    EFFECT_SEND,   /* what: enum message_kind, to: enum party */
    EFFECT_NOTIFY, /* tell the applicant where the case stands now */
};

struct effect {
    enum effect_kind kind;
    int what;
    enum party to;
};

struct effects {
    size_t count;
    struct effect list[EFFECTS_MAX];
};

static inline void
effects_add(struct effects *effects, struct effect effect)
{
    REQUIRE(effects->count < EFFECTS_MAX);
    effects->list[effects->count++] = effect;
}

#endif
