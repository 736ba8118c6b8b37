/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/io/message_trace.h"

/* A body of any kind, all zero but for its base. */
union body {
    ProtobufCMessage base;
    uint8_t room[256];
};

/* Only a refusal and a receipt bring no hops along. */
static void
each_kind_but_two_brings_the_hops_that_were_set(void **unused)
{
    (void)unused;
    Yidi__Hop hop = YIDI__HOP__INIT, *hops[] = { &hop, &hop };
    const ProtobufCMessageDescriptor *descriptor = &yidi__message__descriptor;
    unsigned kinds = 0;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        if (field->type != PROTOBUF_C_TYPE_MESSAGE)
            continue;
        const ProtobufCMessageDescriptor *kind = field->descriptor;
        const bool without =
            kind == &yidi__message_refused__descriptor || kind == &yidi__card_received__descriptor;
        union body body = { .room = { 0 } };
        Yidi__Message message = YIDI__MESSAGE__INIT;
        size_t count = 7;
        assert_true(kind->sizeof_message <= sizeof body);
        protobuf_c_message_init(kind, &body.base);
        message.body_case = (Yidi__Message__BodyCase)field->id;
        void *pointer = &body;
        memcpy((uint8_t *)&message + field->offset, &pointer, sizeof pointer);
        assert_null(message_trace_find(&message, &count));
        assert_int_equal(count, 0);
        message_trace_set(&message, hops, 2);
        Yidi__Hop *const *found = message_trace_find(&message, &count);
        assert_ptr_equal(found, without ? NULL : hops);
        assert_int_equal(count, without ? 0 : 2);
        kinds++;
    }
    assert_int_equal(kinds, 20);
}

static void
a_message_without_a_body_brings_none(void **unused)
{
    (void)unused;
    const Yidi__Message message = YIDI__MESSAGE__INIT;
    size_t count = 7;
    assert_null(message_trace_find(&message, &count));
    assert_int_equal(count, 0);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_but_two_brings_the_hops_that_were_set),
        cmocka_unit_test(a_message_without_a_body_brings_none),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
