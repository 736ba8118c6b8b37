/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/core/effects.h"
#include "proto/directory.pb-c.h"
#include "proto/message.pb-c.h"

/* The name that proto gives to a number. */
struct named {
    int number;
    const char *name;
};

static const struct named messages[] = {
    { MESSAGE_NONE, NULL },
    { MESSAGE_APPLICATION_SUBMITTED, "application_submitted" },
    { MESSAGE_APPLICATION_REFUSED, "application_refused" },
    { MESSAGE_CARD_ISSUED, "card_issued" },
    { MESSAGE_CARD_ORDERED, "card_ordered" },
    { MESSAGE_CARD_MADE, "card_made" },
    { MESSAGE_CARD_DISPATCHED, "card_dispatched" },
    { MESSAGE_CARD_RECEIVED, "card_received" },
    { MESSAGE_CARD_COLLECTED, "card_collected" },
    { MESSAGE_MESSAGE_REFUSED, "message_refused" },
    { MESSAGE_APPLICATION_RETURNED, "application_returned" },
    { MESSAGE_APPLICATION_WITHDRAWN, "application_withdrawn" },
    { MESSAGE_WITHDRAWAL_ANSWERED, "withdrawal_answered" },
    { MESSAGE_ORDER_WITHDRAWN, "order_withdrawn" },
    { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, "order_withdrawal_answered" },
    { MESSAGE_APPLICATION_REDIRECTED, "application_redirected" },
    { MESSAGE_APPLICATION_REMINDED, "application_reminded" },
    { MESSAGE_CARD_DESTROYED, "card_destroyed" },
    { MESSAGE_APPLICATION_ABANDONED, "application_abandoned" },
    { MESSAGE_CARD_ABANDONED, "card_abandoned" },
    { MESSAGE_OLD_CARD_DESTROYED, "old_card_destroyed" },
    { MESSAGE_KIND_END, NULL },
};

static const struct named parties[] = {
    { PARTY_NONE, "ROLE_UNSPECIFIED" },
    { PARTY_ACCEPTANCE, "ACCEPTANCE" },
    { PARTY_REGISTRY, "REGISTRY" },
    { PARTY_PRODUCTION, "PRODUCTION" },
};

#define STEP(name)                                                                                 \
    {                                                                                              \
        STEP_##name, #name                                                                         \
    }
static const struct named steps[] = {
    { STEP_NONE, "STEP_UNSPECIFIED" },
    STEP(ACCEPTED),
    STEP(REVIEW_OPENED),
    STEP(EXAMINED),
    STEP(ISSUED),
    STEP(REFUSED),
    STEP(ORDERED),
    STEP(MADE),
    STEP(VERIFIED),
    STEP(SPOILED),
    STEP(DISPATCHED),
    STEP(ARRIVED),
    STEP(NOTIFIED),
    STEP(COLLECTED),
    STEP(OLD_CARD_SURRENDERED),
    STEP(CLOSED),
    STEP(DELIVERY_REFUSED),
    STEP(REORDERED),
    STEP(RECORDED),
    STEP(PRODUCTION_STARTED),
    STEP(IN_TRANSIT),
    STEP(RETURNED),
    STEP(AMENDED),
    STEP(WITHDRAWAL_ASKED),
    STEP(WITHDRAWN),
    STEP(WITHDRAWAL_DENIED),
    STEP(REDIRECTED),
    STEP(REMINDED),
    STEP(MISSING),
    STEP(FOUND),
    STEP(DESTROYED),
    STEP(CHECKED_BY_EYE),
    STEP(CHECKED_BY_READER),
    STEP(ABANDONED),
    STEP(ABANDONMENT_ASKED),
    STEP(NOTED),
    STEP(OLD_CARD_DESTROYED),
    STEP(NEWS_LOST),
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void
message_kinds_are_the_fields_of_the_message_and_none_is_missing(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(messages); i++) {
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(
            &yidi__message__descriptor, (unsigned)messages[i].number);
        assert_int_equal(field != NULL, messages[i].name != NULL);
        if (field != NULL)
            assert_string_equal(field->name, messages[i].name);
    }
    assert_int_equal(MESSAGE_APPLICATION_SUBMITTED, YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED);
    assert_int_equal(MESSAGE_MESSAGE_REFUSED, YIDI__MESSAGE__BODY_MESSAGE_REFUSED);
    /* the case number beside all the bodies */
    assert_int_equal(yidi__message__descriptor.n_fields, COUNT(messages) - 2 + 1);
}

static void
assert_enum_is(const ProtobufCEnumDescriptor *descriptor, const struct named *named, size_t count)
{
    assert_int_equal(descriptor->n_values, count);
    for (size_t i = 0; i < count; i++) {
        const ProtobufCEnumValue *value =
            protobuf_c_enum_descriptor_get_value(descriptor, named[i].number);
        assert_non_null(value);
        assert_string_equal(value->name, named[i].name);
    }
}

static void
parties_are_the_roles_of_the_directory(void **unused)
{
    (void)unused;
    assert_enum_is(&yidi__role__descriptor, parties, COUNT(parties));
}

static void
steps_are_the_steps_of_a_trace(void **unused)
{
    (void)unused;
    assert_enum_is(&yidi__step__descriptor, steps, COUNT(steps));
    assert_int_equal(COUNT(steps), STEP_COUNT);
}

static void
effects_add_keeps_the_order(void **unused)
{
    (void)unused;
    struct effects effects = { 0 };
    for (int i = 0; i < EFFECTS_MAX; i++)
        effects_add(&effects, (struct effect){ .kind = EFFECT_SEND, .what = i });
    assert_int_equal(effects.count, EFFECTS_MAX);
    for (int i = 0; i < EFFECTS_MAX; i++)
        assert_int_equal(effects.list[i].what, i);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message_kinds_are_the_fields_of_the_message_and_none_is_missing),
        cmocka_unit_test(parties_are_the_roles_of_the_directory),
        cmocka_unit_test(steps_are_the_steps_of_a_trace),
        cmocka_unit_test(effects_add_keeps_the_order),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
