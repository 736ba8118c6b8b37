/* SPDX-License-Identifier: Apache-2.0
 *
 * roles_test - every act of the table of duties, asked by every role at every kind of office,
 * through the console and over the control socket: who may is never told NOT_PERMITTED, whoever may
 * not always is, and what an office does not do nobody does there. And what is another office's
 * case is nobody's here.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/duty.h"
#include "tests/lib/visitor.h"

enum { PLACES = 3, EXAMPLES_MAX = 64, JSON_BYTES = 4096 };

#define NO_CASE "4403050000012611220000017P" /* in all examples; at no office */

static struct network network;
static bool failed;

static struct place {
    enum network_place office;
    enum party party;
    char listen[BROWSER_LISTEN_BYTES];
    struct visitor visitors[DUTY_ROLE_COUNT];
} places[PLACES] = { { .office = SHENZHEN, .party = PARTY_ACCEPTANCE },
                     { .office = TIANHE, .party = PARTY_REGISTRY },
                     { .office = YUEXIU, .party = PARTY_PRODUCTION } };

static struct visitor_example examples[EXAMPLES_MAX];
static size_t example_count;
static unsigned allowed, forbidden, unknown;

static int
set_up(void **unused)
{
    static const struct network_options options = { .option_lines = "question-timeout = 100\n" };
    FILE *page = NULL;
    (void)unused;
    failed = true;
    while (visitor_next_example(&page, &examples[example_count])) {
        example_count++;
        assert_true(example_count < EXAMPLES_MAX);
    }
    network_open(&network, &options);
    for (size_t i = 0; i < PLACES; i++) {
        struct network_office *office = &network.offices[places[i].office];
        visitor_open_console(office, places[i].listen);
        network_start(office);
        for (size_t role = 0; role < DUTY_ROLE_COUNT; role++) {
            const char *name = duty_role_name(role);
            visitor_hire(office, name, UINT32_C(1) << role);
            assert_int_equal(visitor_log_in(places[i].listen, name, &places[i].visitors[role]),
                             200);
        }
        visitor_hire(office, "clerk1", VISITOR_ROLES);
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

/* ---- what an act looks like ---- */

struct asked {
    char command[40];
    char json[JSON_BYTES];
};

static const char *
find_example(const char *command)
{
    for (size_t i = 0; i < example_count; i++)
        if (strcmp(examples[i].command, command) == 0)
            return examples[i].json;
    fail_msg("there is no example of %s", command);
    return "";
}

/* As in decide.check-card. */
static void
compose_decision(const char *verb, char ret_json[JSON_BYTES])
{
    char name[40];
    snprintf(name, sizeof name, "%s", verb);
    for (char *next = name; *next != '\0'; next++)
        *next = *next == '-' ? '_' : (char)toupper((unsigned char)*next);
    snprintf(ret_json, JSON_BYTES, "{\"verb\":\"%s\",\"case_numbers\":[\"" NO_CASE "\"]}", name);
}

static void
compose(const char *act, struct asked *ret_asked)
{
    static const struct {
        const char *act, *json;
    } more[] = {
        { "show.full", "{\"case_number\":\"" NO_CASE "\",\"full\":true,\"reason\":\"asked to\"}" },
        { "recover.start", "{\"verb\":\"RECOVER_START\"}" },
        { "stock_change.spoil", "{\"verb\":\"STOCK_SPOIL\",\"count\":1,\"text\":\"wet\"}" },
    };
    const char *dot = strchr(act, '.');
    const size_t size = dot == NULL ? strlen(act) : (size_t)(dot - act);
    snprintf(ret_asked->command, sizeof ret_asked->command, "%.*s", (int)size, act);
    if (dot == NULL) {
        snprintf(ret_asked->json, JSON_BYTES, "%s", find_example(act));
        return;
    }
    if (strcmp(ret_asked->command, "decide") == 0) {
        compose_decision(dot + 1, ret_asked->json);
        return;
    }
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (strcmp(more[i].act, act) == 0) {
            snprintf(ret_asked->json, JSON_BYTES, "%s", more[i].json);
            return;
        }
    fail_msg("what is %s?", act);
}

/* ---- who is told what ---- */

static void
expect(const char *door, const struct place *place, const char *act, uint32_t role,
       const char *code)
{
    const uint32_t wanted = duty_roles(act, place->party);
    const bool not_permitted = strcmp(code, "NOT_PERMITTED") == 0,
               not_known = strcmp(code, "COMMAND_UNKNOWN") == 0;
    bool right = not_known;
    if (wanted != 0)
        right = (role & wanted) != 0 ? !not_permitted && !not_known : not_permitted;
    if (!right) {
        char words[DUTY_WORDS_BYTES];
        fail_msg("%s at %d by %s, %s: \"%s\"", act, (int)place->office, duty_words(role, words),
                 door, code);
    }
    allowed += (role & wanted) != 0;
    forbidden += wanted != 0 && (role & wanted) == 0;
    unknown += wanted == 0;
}

/* Whoever may open the socket may look after operators: nobody is locked out for good. */
static bool
is_open_inside(const char *act)
{
    return strcmp(act, "operator_list") == 0 || strcmp(act, "operator_change") == 0;
}

static void
ask_through_both_doors(const struct place *place, const char *act, size_t role)
{
    struct network_office *office = &network.offices[place->office];
    struct asked asked;
    char code[VISITOR_CODE_BYTES];
    compose(act, &asked);
    struct browser_reply *reply = visitor_post(&place->visitors[role], asked.command, asked.json);
    visitor_code(reply, code);
    free(reply);
    expect("console", place, act, UINT32_C(1) << role, code);
    if (is_open_inside(act))
        return;
    visitor_send_inside(office, duty_role_name(role), asked.command, asked.json);
    visitor_receive_inside(office, code);
    expect("socket", place, act, UINT32_C(1) << role, code);
}

/* What ends an office's work comes last. */
static bool
is_last(const char *act)
{
    return strcmp(act, "recover.start") == 0;
}

static void
each_role_does_at_either_door_what_the_table_of_duties_says(void **unused)
{
    (void)unused;
    failed = true;
    for (int last = 0; last < 2; last++)
        for (size_t i = 0; duty_act(i) != NULL; i++)
            for (size_t place = 0; is_last(duty_act(i)) == last && place < PLACES; place++)
                for (size_t role = 0; role < DUTY_ROLE_COUNT; role++)
                    ask_through_both_doors(&places[place], duty_act(i), role);
    print_message("%u allowed, %u forbidden, %u not done there\n", allowed, forbidden, unknown);
    assert_true(allowed > 500 && forbidden > 500 && unknown > 500);
    failed = false;
}

/* Not listed, or disabled: to look after operators is all that is left, for whoever has the socket.
 */
static void
whoever_is_not_an_operator_does_nothing(void **unused)
{
    struct network_office *office = &network.offices[SHENZHEN];
    char code[VISITOR_CODE_BYTES];
    (void)unused;
    failed = true;
    visitor_hire(office, "gone", DUTY_CLERK);
    visitor_send_inside(office, "root", "operator_change",
                        "{\"verb\":\"OPERATOR_DISABLE\",\"name\":\"gone\"}");
    visitor_receive_inside(office, code);
    assert_string_equal(code, "");
    for (size_t i = 0; duty_act(i) != NULL; i++) {
        struct asked asked;
        compose(duty_act(i), &asked);
        for (int who = 0; !is_open_inside(duty_act(i)) && who < 2; who++) {
            visitor_send_inside(office, who == 0 ? "gone" : "nobody", asked.command, asked.json);
            visitor_receive_inside(office, code);
            if (strcmp(code, "NOT_PERMITTED") != 0)
                fail_msg("%s by %s: %s", duty_act(i), who == 0 ? "gone" : "nobody", code);
        }
    }
    failed = false;
}

/* Its number is a good one, and of this office's own kind. */
static void
a_case_of_another_office_is_unknown_here(void **unused)
{
    static struct made_application application;
    struct made_citizen citizen;
    char number[CASE_NUMBER_CHARS + 1], code[VISITOR_CODE_BYTES];
    unsigned asked_count = 0;
    (void)unused;
    failed = true;
    network_start(&network.offices[FUTIAN]);
    citizen_make(1, network.offices[TIANHE].area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    network_apply(&network.offices[FUTIAN], &application, "", number);
    network_wait_for_state(&network.offices[TIANHE], number, "received");
    for (size_t i = 0; duty_act(i) != NULL; i++) {
        struct asked asked;
        compose(duty_act(i), &asked);
        char *first = strstr(asked.json, NO_CASE);
        if (first == NULL || strcmp(asked.command, "batch_import") == 0 ||
            strcmp(asked.command, "receipt_check") == 0 || /* wrong, as of a case that is none */
            duty_roles(duty_act(i), PARTY_ACCEPTANCE) == 0)
            continue;
        memcpy(first, number, CASE_NUMBER_CHARS);
        visitor_send_inside(&network.offices[SHENZHEN], "clerk1", asked.command, asked.json);
        visitor_receive_inside(&network.offices[SHENZHEN], code);
        if (strcmp(code, "CASE_UNKNOWN") != 0)
            fail_msg("%s: \"%s\"", duty_act(i), code);
        asked_count++;
    }
    assert_true(asked_count > 15);
    failed = false;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_is_not_an_operator_does_nothing),
        cmocka_unit_test(a_case_of_another_office_is_unknown_here),
        cmocka_unit_test(each_role_does_at_either_door_what_the_table_of_duties_says),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
