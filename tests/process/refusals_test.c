/* SPDX-License-Identifier: Apache-2.0
 *
 * refusals_test - what must not become a card does not, the applicant learns why, and two people
 * and a good card are needed for every one that does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/journey.h"

enum seed { PLAIN = 1, BAD_CREDIT, NO_FINGERPRINTS, NO_CARD_EVER, SEED_END };

#define CONTACT "户政科 020-12345678"

static struct network network;
static struct made_application application;
static bool failed = true;

static const struct journey journey = { .window = &network.offices[SHENZHEN],
                                        .registry = &network.offices[QINGYANG],
                                        .centre = &network.offices[YUEXIU] };
static struct network_office *const other_window = &network.offices[JINJIANG];

static const struct network_decision examine = { .verb = YIDI__VERB__EXAMINE,
                                                 .operator= "examiner1" };

static void
give_history(struct made_citizen *citizen)
{
    citizen->bad_credit = citizen->seed == BAD_CREDIT;
    citizen->fingerprints_on_file = citizen->seed != NO_FINGERPRINTS;
    if (citizen->seed == NO_CARD_EVER)
        citizen->card_serial[0] = '\0';
}

static int
set_up(void **unused)
{
    (void)unused;
    failed = true;
    network_open(&network, NULL);
    network_start(journey.window);
    network_start(other_window);
    network_start(journey.registry);
    network_start(journey.centre);
    network_populate(journey.registry, PLAIN, SEED_END - PLAIN, give_history);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

static void
make_application(enum seed seed)
{
    struct made_citizen citizen;
    citizen_make(seed, journey.registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
}

static const Yidi__Case *
show(struct network_office *office, const char *case_number, struct network_answer *answer)
{
    network_show(office, case_number, answer);
    return answer->response->shown->case_row;
}

/* What the window can tell the applicant: code, text, and whom to ask. */
static void
assert_refused_at_window(struct network_office *window, const char *case_number,
                         Yidi__RefusalReason reason, const char *text_part)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_wait_for_state(window, case_number, "refused");
    const Yidi__CaseRefusal *refusal = show(window, case_number, &answer)->refusal;
    assert_non_null(refusal);
    assert_int_equal(refusal->n_reasons, 1);
    assert_int_equal(refusal->reasons[0], reason);
    if (strstr(refusal->text, text_part) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", text_part, refusal->text);
    assert_string_equal(refusal->contact, CONTACT);
}

static void
assert_finding(const char *case_number, const char *finding)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_show(journey.registry, case_number, &answer);
    const Yidi__Shown *shown = answer.response->shown;
    assert_int_equal(shown->n_findings, 1);
    assert_string_equal(shown->findings[0], finding);
}

/* The registry finds it, lets nobody examine over it, and refuses it with that reason. */
static void
expect_refusal(const char *finding, Yidi__RefusalReason reason)
{
    char number[CASE_NUMBER_CHARS + 1];
    network_apply(journey.window, &application, "", number);
    network_wait_for_state(journey.registry, number, "received");
    assert_finding(number, finding);
    network_decide_refused(journey.registry, &examine, number, "FINDING_FAILED");

    struct network_decision refuse = { .verb = YIDI__VERB__REFUSE,
                                       .operator= "examiner1",
                                       .text = "请到户籍所在地办理" };
    network_decide_refused(journey.registry, &refuse, number, "REFUSAL_INCOMPLETE");
    refuse.reason = reason;
    network_decide_one(journey.registry, &refuse, number, "refused");
    assert_refused_at_window(journey.window, number, reason, refuse.text);
    assert_int_equal(network_count_in_state(journey.centre, "ordered"), 0);
}

/* ---- DOMAIN A.4 ---- */

static void
a_first_application_is_refused_at_the_window_and_at_the_registry(void **unused)
{
    (void)unused;
    make_application(NO_CARD_EVER);
    application_set_kind(&application, YIDI__APPLICATION_KIND__FIRST);
    network_apply_refused(journey.window, &application, "FIRST_APPLICATION_ELSEWHERE", "form.kind");
    application_set_kind(&application, YIDI__APPLICATION_KIND__RENEWAL);
    expect_refusal("FIRST_APPLICATION", YIDI__REFUSAL_REASON__FIRST_APPLICATION);
    failed = false;
}

static void
a_bad_credit_record_is_refused(void **unused)
{
    (void)unused;
    make_application(BAD_CREDIT);
    expect_refusal("BAD_CREDIT", YIDI__REFUSAL_REASON__BAD_CREDIT_RECORD);
    failed = false;
}

static void
a_changed_appearance_is_refused_without_fingerprints_on_file(void **unused)
{
    (void)unused;
    make_application(NO_FINGERPRINTS);
    application.form.appearance_changed = 1;
    expect_refusal("APPEARANCE_WITHOUT_FINGERPRINTS",
                   YIDI__REFUSAL_REASON__APPEARANCE_WITHOUT_FINGERPRINTS);
    failed = false;
}

static void
neither_a_changed_appearance_nor_missing_fingerprints_alone_is_refused(void **unused)
{
    (void)unused;
    char changed[CASE_NUMBER_CHARS + 1], missing[CASE_NUMBER_CHARS + 1];
    make_application(PLAIN);
    application.form.appearance_changed = 1;
    network_apply(journey.window, &application, "", changed);
    make_application(NO_FINGERPRINTS);
    network_apply(journey.window, &application, "", missing);
    const char *numbers[] = { changed, missing };
    journey_take(&journey, numbers, 2, JOURNEY_ORDERED);
    failed = false;
}

/* ---- one open application ---- */

static void
a_second_open_application_is_refused_and_names_the_first_office(void **unused)
{
    (void)unused;
    char first[CASE_NUMBER_CHARS + 1], second[CASE_NUMBER_CHARS + 1];
    make_application(PLAIN);
    network_apply(journey.window, &application, "", first);
    network_wait_for_state(journey.registry, first, "received");
    network_apply_refused(journey.window, &application, "OPEN_APPLICATION",
                          "form.person.citizen_number");

    application_set_kind(&application, YIDI__APPLICATION_KIND__REPLACEMENT);
    network_apply(other_window, &application, "", second);
    assert_refused_at_window(other_window, second, YIDI__REFUSAL_REASON__OPEN_APPLICATION,
                             journey.window->code);
    assert_refused_at_window(other_window, second, YIDI__REFUSAL_REASON__OPEN_APPLICATION,
                             "深圳市南山区异地受理点");
    network_decide_refused(journey.registry, &examine, second, "ILLEGAL_IN_STATE");

    journey_go_on(&journey, first, JOURNEY_RECEIVED, JOURNEY_CLOSED);
    network_apply(other_window, &application, "", second);
    network_wait_for_state(journey.registry, second, "received");
    failed = false;
}

/* A refused application is closed: the citizen may apply again, with what was missing. */
static void
after_a_refusal_the_citizen_may_apply_again(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    make_application(NO_FINGERPRINTS);
    application.form.appearance_changed = 1;
    expect_refusal("APPEARANCE_WITHOUT_FINGERPRINTS",
                   YIDI__REFUSAL_REASON__APPEARANCE_WITHOUT_FINGERPRINTS);
    application.form.appearance_changed = 0;
    network_apply(journey.window, &application, "", number);
    journey_go_on(&journey, number, JOURNEY_ACCEPTED, JOURNEY_EXAMINED);
    failed = false;
}

/* ---- four eyes ---- */

static void
whoever_examined_may_not_issue(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    const struct network_decision issue = { .verb = YIDI__VERB__ISSUE, .operator= "examiner1" };
    make_application(PLAIN);
    network_apply(journey.window, &application, "", number);
    journey_go_on(&journey, number, JOURNEY_ACCEPTED, JOURNEY_EXAMINED);
    network_decide_refused(journey.registry, &issue, number, "FOUR_EYES");
    journey_go_on(&journey, number, JOURNEY_EXAMINED, JOURNEY_ORDERED);
    failed = false;
}

static void
whoever_made_the_card_may_not_verify_it(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    struct network_decision check = { .verb = YIDI__VERB__CHECK_CARD, .operator= "maker1" };
    make_application(PLAIN);
    network_apply(journey.window, &application, "", number);
    journey_go_on(&journey, number, JOURNEY_ACCEPTED, JOURNEY_MADE);
    network_decide_refused(journey.centre, &check, number, "FOUR_EYES");
    check.defective = true;
    check.text = "misprinted";
    network_decide_refused(journey.centre, &check, number, "FOUR_EYES");
    journey_go_on(&journey, number, JOURNEY_MADE, JOURNEY_VERIFIED);
    failed = false;
}

/* ---- defective cards ---- */

static void
expect_attempt(const char *case_number, uint32_t attempt, char ret_serial[41])
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    const Yidi__Case *row = show(journey.centre, case_number, &answer);
    assert_int_equal(row->attempt, attempt);
    snprintf(ret_serial, 41, "%s", row->card_serial);
}

static void
expect_serial(struct network_office *office, const char *case_number, const char *serial)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    assert_string_equal(show(office, case_number, &answer)->card_serial, serial);
}

static void
a_defective_card_is_made_again_and_the_last_one_counts(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1], serials[4][41];
    const struct network_decision bad_check = { .verb = YIDI__VERB__CHECK_CARD,
                                                .operator= "checker1",
                                                .defective = true,
                                                .text = "chip does not answer" };
    const struct network_decision bad_arrival = {
        .verb = YIDI__VERB__RECEIVE, .operator= "clerk1", .defective = true, .text = "scratched"
    };
    make_application(PLAIN);
    network_apply(journey.window, &application, "", number);
    journey_go_on(&journey, number, JOURNEY_ACCEPTED, JOURNEY_MADE);
    expect_attempt(number, 1, serials[0]);
    network_decide_one(journey.centre, &bad_check, number, "ordered");

    journey_go_on(&journey, number, JOURNEY_ORDERED, JOURNEY_IN_TRANSIT);
    expect_attempt(number, 2, serials[1]);
    network_decide_one(journey.window, &bad_arrival, number, "in-production");
    network_wait_for_state(journey.centre, number, "ordered");

    journey_go_on(&journey, number, JOURNEY_ORDERED, JOURNEY_READY); /* found bad at the counter */
    expect_attempt(number, 3, serials[2]);
    network_decide_one(journey.window, &bad_arrival, number, "in-production");
    network_wait_for_state(journey.centre, number, "ordered");

    journey_go_on(&journey, number, JOURNEY_ORDERED, JOURNEY_CLOSED);
    expect_attempt(number, 4, serials[3]);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < i; j++)
            assert_string_not_equal(serials[i], serials[j]);
    expect_serial(journey.registry, number, serials[3]);
    expect_serial(journey.window, number, serials[3]);
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_first_application_is_refused_at_the_window_and_at_the_registry),
        TEST(a_bad_credit_record_is_refused),
        TEST(a_changed_appearance_is_refused_without_fingerprints_on_file),
        TEST(neither_a_changed_appearance_nor_missing_fingerprints_alone_is_refused),
        TEST(a_second_open_application_is_refused_and_names_the_first_office),
        TEST(after_a_refusal_the_citizen_may_apply_again),
        TEST(whoever_examined_may_not_issue),
        TEST(whoever_made_the_card_may_not_verify_it),
        TEST(a_defective_card_is_made_again_and_the_last_one_counts),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
