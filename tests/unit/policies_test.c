/* SPDX-License-Identifier: Apache-2.0
 *
 * policies - offices that change their policy while cases are under way.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/civil_date.h"
#include "common/domain/finding.h"
#include "common/io/wire.h"
#include "tests/lib/policy_desk.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static struct made_application application; /* photo and templates are drawn once */

/* The second policy asks another fee, gives less time, and makes every card valid for 7 years. */
static const struct made_rule first_rules[] = {
    { .key = "fee.renewal", .value = 2100, .province = "31" },
};
static const struct made_rule second_rules[] = {
    { .key = "fee.renewal", .value = 3000 },      { .key = "deadline.statutory", .value = 40 },
    { .key = "deadline.registry", .value = 3 },   { .key = "deadline.production", .value = 9 },
    { .key = "deadline.collection", .value = 7 }, { .key = "validity.16-to-25", .value = 7 },
    { .key = "validity.26-to-45", .value = 7 },   { .key = "validity.from-46", .value = 7 },
};

/* What was accepted under the first policy ends under it, though offices follow the second one, and
 * one of them was restarted since. */
static void
an_accepted_case_keeps_its_policy(void **unused)
{
    (void)unused;
    char before[CASE_NUMBER_CHARS + 1], after[CASE_NUMBER_CHARS + 1];
    struct fake_network *network;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    policy_desk_open(&network);
    fake_policy_give_all(network, 1, first_rules, COUNT(first_rules));
    policy_desk_apply(network, 100, 2100, before);
    fake_network_settle(network);
    fake_policy_give_all(network, 2, second_rules, COUNT(second_rules));

    fake_desk_citizen(101, YIDI__APPLICATION_KIND__RENEWAL, &application);
    application.form.fee_fen = 2100;
    assert_string_equal(fake_desk_apply(network, &application, "", after), "FEE_MISMATCH");
    policy_desk_apply(network, 101, 3000, after);
    fake_network_settle(network);
    for (size_t at = 0; at < network->count; at++) {
        fake_network_crash(network, at); /* what they know of the first policy is in the store */
        fake_network_start(network, at);
        assert_int_equal(policy_desk_version(network, at), 2);
    }
    fake_desk_walk(network, before, fake_desk_step_count - 1);
    fake_desk_walk(network, after, fake_desk_step_count - 1);

    uint32_t today = civil_date_of_ms(network->now.wall_ms);
    for (size_t at = 0; at < network->count; at++) {
        const Yidi__Case *old = policy_desk_row(network, at, before, &arena);
        const Yidi__Case *new = policy_desk_row(network, at, after, &arena);
        assert_int_equal(old->policy_version, 1);
        assert_int_equal(new->policy_version, 2);
        assert_int_equal(old->form->fee_fen, 2100);
        assert_int_equal(old->statutory_deadline_ms,
                         civil_date_end_ms(civil_date_add_days(today, 60)));
        assert_int_equal(new->statutory_deadline_ms,
                         civil_date_end_ms(civil_date_add_days(today, 40)));
        assert_int_equal(old->stage_deadline_ms, civil_date_end_ms(civil_date_add_days(today, 90)));
        assert_int_equal(new->stage_deadline_ms, civil_date_end_ms(civil_date_add_days(today, 7)));
        assert_int_not_equal(old->valid_until, civil_date_add_years(today, 7));
        assert_int_equal(new->valid_until, civil_date_add_years(today, 7));
    }
    policy_desk_close(network);
}

/* The fee was paid under the first policy; the correction is judged by that. */
static void
a_correction_keeps_the_policy_of_its_case(void **unused)
{
    (void)unused;
    static char *const fields[] = { "form.person.address" };
    char number[CASE_NUMBER_CHARS + 1];
    struct fake_network *network;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    policy_desk_open(&network);
    fake_policy_give_all(network, 1, first_rules, COUNT(first_rules));
    policy_desk_apply(network, 100, 2100, number);
    fake_network_settle(network);
    fake_policy_give_all(network, 2, second_rules, COUNT(second_rules));

    char *numbers[] = { number };
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    decide.verb = YIDI__VERB__RETURN_FORM;
    decide.case_numbers = numbers;
    decide.n_case_numbers = 1;
    decide.fields = (char **)(uintptr_t)fields;
    decide.n_fields = 1;
    decide.text = "门牌号有误";
    decide.answer_by = civil_date_add_days(civil_date_of_ms(network->now.wall_ms), 10);
    request.operator_ = "examiner";
    request.command_case = YIDI__REQUEST__COMMAND_DECIDE;
    request.decide = &decide;
    const Yidi__Response *response = fake_network_ask(network, REGISTRY, &request, NULL, 0);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_DECIDED);
    assert_string_equal(response->decided->results[0]->state, "returned");
    fake_network_settle(network);

    struct bytes frames[ATTACHMENTS_MAX];
    fake_desk_citizen(100, YIDI__APPLICATION_KIND__RENEWAL, &application);
    application.form.fee_fen = 2100;
    Yidi__ApplicationForm form = application.form;
    Yidi__Amend amend = YIDI__AMEND__INIT;
    yidi__request__init(&request);
    amend.case_number = number;
    amend.form = &form;
    request.operator_ = "clerk";
    request.command_case = YIDI__REQUEST__COMMAND_AMEND;
    request.amend = &amend;
    response = fake_network_ask(network, WINDOW, &request, frames,
                                application_frames(&application, frames));
    if (response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        fail_msg("%s: %s", response->refusal->code, response->refusal->rule);
    fake_network_settle(network);
    assert_int_equal(policy_desk_row(network, REGISTRY, number, &arena)->policy_version, 1);
    fake_desk_walk(network, number, fake_desk_step_count);
    policy_desk_close(network);
}

/* Until the registry has heard of the policy, nobody can say what it allows. */
static void
nothing_is_issued_under_a_policy_that_is_not_known(void **unused)
{
    (void)unused;
    static const struct fake_decision examine = {
        .at = REGISTRY, .verb = YIDI__VERB__EXAMINE, .operator= "examiner" };
    char number[CASE_NUMBER_CHARS + 1];
    struct fake_network *network;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    policy_desk_open(&network);
    struct office *registry = network->offices[REGISTRY].office;
    struct peer *window =
        peers_take(&registry->peers, network->offices[WINDOW].office->options.code);
    fake_network_run_until(network, network->now.monotonic_ms + 1000);
    window->policies.false_ms = network->now.monotonic_ms; /* it does not listen to that one */
    assert_int_equal(fake_policy_give(network, WINDOW, 1, first_rules, COUNT(first_rules)), OK);
    policy_desk_apply(network, 100, 2100, number);
    fake_network_settle(network);
    assert_string_equal(fake_network_state(network, REGISTRY, number), "received");
    assert_int_equal(policy_desk_row(network, REGISTRY, number, &arena)->findings,
                     UINT32_C(1) << FINDING_POLICY_UNKNOWN);
    assert_string_equal(fake_desk_decide(network, &examine, number), "POLICY_UNKNOWN");

    assert_int_equal(fake_policy_give(network, REGISTRY, 1, first_rules, COUNT(first_rules)), OK);
    fake_desk_walk(network, number, fake_desk_step_count);
    assert_int_equal(policy_desk_row(network, REGISTRY, number, &arena)->findings, 0);
    policy_desk_close(network);
}

/* A reason that the policy of the case has given up is none. */
static void
nobody_is_refused_for_what_the_policy_has_given_up(void **unused)
{
    (void)unused;
    static const struct made_rule rules[] = {
        { .key = "refusal.bad-credit", .value = 1 },
        { .key = "refusal.bad-credit", .value = 0, .province = "44" },
    };
    char before[CASE_NUMBER_CHARS + 1], after[CASE_NUMBER_CHARS + 1];
    struct fake_network *network;
    policy_desk_open(&network);
    policy_desk_apply(network, 100, 2000, before);
    fake_policy_give_all(network, 1, rules, COUNT(rules));
    policy_desk_apply(network, 101, 2000, after);
    fake_network_settle(network);
    const struct fake_decision refuse_for_credit = { .at = REGISTRY,
                                                     .verb = YIDI__VERB__REFUSE,
                                                     .operator= "examiner",
                                                     .reason =
                                                         YIDI__REFUSAL_REASON__BAD_CREDIT_RECORD,
                                                     .text = "不良信用记录" };
    assert_string_equal(fake_desk_decide(network, &refuse_for_credit, after), "POLICY_FORBIDS");
    assert_string_equal(fake_network_state(network, REGISTRY, after), "received");
    assert_string_equal(fake_desk_decide(network, &refuse_for_credit, before), "refused");
    policy_desk_close(network);
}

/* Whoever tells the applicant reads in the line by when. */
static void
word_that_a_card_is_ready_says_by_when_the_applicant_is_told(void **unused)
{
    (void)unused;
    static const struct made_rule rule = { .key = "deadline.notification", .value = 4 };
    char number[CASE_NUMBER_CHARS + 1], want[48];
    const char *line = NULL;
    struct fake_network *network;
    policy_desk_open(&network);
    fake_policy_give_all(network, 1, &rule, 1);
    policy_desk_apply(network, 100, 2000, number);
    fake_desk_walk(network, number, fake_desk_step_count - 1);
    assert_string_equal(fake_network_state(network, WINDOW, number), "ready");
    uint32_t today = civil_date_of_ms(network->now.wall_ms);
    const struct calendar bare = { 0 };
    snprintf(want, sizeof want, "%" PRIu64,
             civil_date_end_ms(calendar_add_working_days(&bare, today, 4)));
    for (size_t i = 0; i < network->notification_count; i++)
        if (strstr(network->notifications[i].text, "\"ready\"") != NULL)
            line = network->notifications[i].text;
    assert_non_null(line);
    assert_non_null(strstr(line, want));
    policy_desk_close(network);
}

/* ---- adoption ---- */

/* Adoptions in the journal of an office. */
static size_t
count_adoptions(struct fake_network *network, size_t at)
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network->offices[at].scratch);
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    size_t count = 0;
    arena_init(&arena);
    assert_int_equal(store_cursor_open(txn, TABLE_JOURNAL, bytes_of(NULL, 0), &cursor), OK);
    while (store_cursor_next(cursor, &key, &value) == OK) {
        ProtobufCMessage *message;
        struct refusal refusal;
        assert_int_equal(
            wire_decode(&yidi__journal_entry__descriptor, value, &arena, &message, &refusal), OK);
        count +=
            ((Yidi__JournalEntry *)message)->body_case == YIDI__JOURNAL_ENTRY__BODY_POLICY_ADOPTED;
    }
    return count;
}

static void
an_older_policy_is_not_adopted(void **unused)
{
    (void)unused;
    struct fake_network *network;
    policy_desk_open(&network);
    fake_policy_give_all(network, 2, second_rules, COUNT(second_rules));
    assert_int_equal(fake_policy_give(network, WINDOW, 1, first_rules, COUNT(first_rules)),
                     ERR_REFUSED);
    assert_int_equal(fake_policy_give(network, WINDOW, 2, first_rules, COUNT(first_rules)),
                     ERR_REFUSED);
    fake_network_crash(network, WINDOW);
    fake_network_start(network, WINDOW);
    assert_int_equal(policy_desk_version(network, WINDOW), 2);
    assert_int_equal(fake_policy_give(network, WINDOW, 1, first_rules, COUNT(first_rules)),
                     ERR_REFUSED);
    assert_int_equal(fake_policy_give(network, WINDOW, 3, first_rules, COUNT(first_rules)), OK);
    fake_network_turn(network, WINDOW);
    assert_int_equal(count_adoptions(network, WINDOW), 2);
    policy_desk_close(network);
}

/* The turn that writes it down also takes what came with it; a crash before leaves the former. */
static void
an_adoption_is_durable_with_the_first_case_under_it(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    struct fake_network *network;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    policy_desk_open(&network);
    assert_int_equal(fake_policy_give(network, WINDOW, 1, first_rules, COUNT(first_rules)), OK);
    assert_int_equal(policy_desk_version(network, WINDOW), 1);
    fake_network_crash(network, WINDOW);
    fake_network_start(network, WINDOW);
    assert_int_equal(policy_desk_version(network, WINDOW), 0);
    assert_int_equal(count_adoptions(network, WINDOW), 0);

    assert_int_equal(fake_policy_give(network, WINDOW, 1, first_rules, COUNT(first_rules)), OK);
    policy_desk_apply(network, 100, 2100, number);
    fake_network_crash(network, WINDOW);
    fake_network_start(network, WINDOW);
    assert_int_equal(policy_desk_version(network, WINDOW), 1);
    assert_int_equal(policy_desk_row(network, WINDOW, number, &arena)->policy_version, 1);
    assert_int_equal(count_adoptions(network, WINDOW), 1);
    policy_desk_close(network);
}

static void
the_same_policy_again_changes_nothing(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    struct fake_network *network;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    policy_desk_open(&network);
    struct bytes bytes =
        policy_maker_sign(1, first_rules, COUNT(first_rules), network->roster.directory_key,
                          network->roster.directory_certificate, &arena);
    for (int i = 0; i < 3; i++) {
        struct policy_file *file = NULL;
        struct refusal refusal = { 0 };
        assert_int_equal(
            policy_file_decode(bytes, network->roster.root, network->now.wall_ms, &file, &refusal),
            OK);
        assert_int_equal(
            office_set_policy(network->offices[WINDOW].office, file, &network->now, &refusal), OK);
        fake_network_turn(network, WINDOW);
    }
    policy_desk_apply(network, 100, 2100, number); /* a turn that writes */
    assert_int_equal(count_adoptions(network, WINDOW), 1);
    policy_desk_close(network);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_accepted_case_keeps_its_policy),
        cmocka_unit_test(a_correction_keeps_the_policy_of_its_case),
        cmocka_unit_test(nothing_is_issued_under_a_policy_that_is_not_known),
        cmocka_unit_test(nobody_is_refused_for_what_the_policy_has_given_up),
        cmocka_unit_test(word_that_a_card_is_ready_says_by_when_the_applicant_is_told),
        cmocka_unit_test(an_older_policy_is_not_adopted),
        cmocka_unit_test(an_adoption_is_durable_with_the_first_case_under_it),
        cmocka_unit_test(the_same_policy_again_changes_nothing),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
