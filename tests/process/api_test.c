/* SPDX-License-Identifier: Apache-2.0
 *
 * api_test - the page about the commands tells the truth: each of its examples is posted to the
 * consoles of a real window, registry and card centre, by somebody who holds every role but the
 * auditor's. It is
 * understood wherever the page says that it is for, and answered with the message that it names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/duty.h"
#include "tests/lib/visitor.h"

enum { PLACES = 3 };

static struct network network;
static bool failed;

static struct place {
    enum network_place office;
    enum party party;
    char listen[BROWSER_LISTEN_BYTES];
    struct visitor visitor;
} places[PLACES] = { { .office = SHENZHEN, .party = PARTY_ACCEPTANCE },
                     { .office = TIANHE, .party = PARTY_REGISTRY },
                     { .office = YUEXIU, .party = PARTY_PRODUCTION } };

static int
set_up(void **unused)
{
    (void)unused;
    failed = true;
    network_open(&network, NULL);
    for (size_t i = 0; i < PLACES; i++) {
        struct network_office *office = &network.offices[places[i].office];
        visitor_open_console(office, places[i].listen);
        network_start(office);
        visitor_hire(office, "somebody", VISITOR_ROLES);
        assert_int_equal(visitor_log_in(places[i].listen, "somebody", &places[i].visitor), 200);
    }
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

/* ---- what the page says ---- */

/* The one act that the example of decide is: it issues. */
static bool
is_for(const struct place *place, const char *command)
{
    return duty_roles(strcmp(command, "decide") == 0 ? "decide.issue" : command, place->party) != 0;
}

static bool
is_message(const char *name, const struct browser_reply *reply)
{
    const ProtobufCMessageDescriptor *response = &yidi__response__descriptor;
    char key[100];
    snprintf(key, sizeof key, "%.*s", (int)strcspn(reply->body + 2, "\""), reply->body + 2);
    for (unsigned i = 0; i < response->n_fields; i++) {
        const ProtobufCMessageDescriptor *message = response->fields[i].descriptor;
        if (response->fields[i].type == PROTOBUF_C_TYPE_MESSAGE &&
            strcmp(message->short_name, name) == 0)
            return protobuf_c_message_descriptor_get_field_by_name(message, key) != NULL;
    }
    return false;
}

static bool
holds(const struct browser_reply *reply, const char *code)
{
    char wanted[100];
    snprintf(wanted, sizeof wanted, "\"code\":\"%s\"", code);
    return strstr(reply->body, wanted) != NULL;
}

/* Refused for what it says of a case or a card that is not there, never for how it says it. */
static bool
is_understood(const struct browser_reply *reply)
{
    return reply->status >= 400 && reply->status < 500 && !holds(reply, "MALFORMED") &&
           !holds(reply, "FIELD_OUT_OF_BOUNDS") && !holds(reply, "COMMAND_UNKNOWN") &&
           !holds(reply, "NOT_PERMITTED");
}

/* ---- the test ---- */

static void
each_example_is_understood_where_it_is_for(void **unused)
{
    (void)unused;
    struct visitor_example example;
    unsigned answered = 0, refused = 0, elsewhere = 0;
    FILE *examples = NULL;
    while (visitor_next_example(&examples, &example))
        for (size_t i = 0; i < PLACES; i++) {
            struct browser_reply *reply =
                visitor_post(&places[i].visitor, example.command, example.json);
            bool here = is_for(&places[i], example.command);
            bool right = here ? is_understood(reply) : reply->status == 404;
            if (here && reply->status == 200)
                right = is_message(example.answer, reply);
            if (!right)
                fail_msg("%s at %d: %d %s", example.command, (int)places[i].office, reply->status,
                         reply->body);
            answered += here && reply->status == 200;
            refused += here && reply->status != 200;
            elsewhere += !here;
            free(reply);
        }
    print_message("examples: %u answered, %u refused, %u not there\n", answered, refused,
                  elsewhere);
    assert_true(answered > 25 && refused > 10 && elsewhere > 30);
    failed = false;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_example_is_understood_where_it_is_for),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
