/* SPDX-License-Identifier: Apache-2.0
 *
 * dashboard - what offices count as they work, and what dashboard, status and metrics say of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "acceptance-node/core/application.h"
#include "common/domain/case_number.h"
#include "tests/lib/desk_test.h"

#define MINUTE_MS UINT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

static int
set_up(void **unused)
{
    (void)unused;
    desk_test_open(9);
    return 0;
}

static void
apply(uint64_t seed, char ret_number[CASE_NUMBER_CHARS + 1])
{
    desk_test_apply(seed, "", ret_number);
}

static void
refuse_case(const char *number)
{
    const struct fake_decision decision = { .at = REGISTRY,
                                            .verb = YIDI__VERB__REFUSE,
                                            .operator= "examiner1",
                                            .reason = YIDI__REFUSAL_REASON__IDENTITY_DOUBTFUL,
                                            .text = "身份信息不符" };
    desk_test_decide(&decision, number, "refused");
}

static const Yidi__Response *
ask(size_t at, Yidi__Request *request)
{
    fake_network_command(&network, at, request, NULL, 0);
    assert_true(network.answer.given);
    return network.answer.response;
}

static const Yidi__DashboardReport *
look(size_t at, uint32_t hours)
{
    Yidi__Dashboard dashboard = YIDI__DASHBOARD__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_DASHBOARD;
    request.dashboard = &dashboard;
    dashboard.hours = hours;
    const Yidi__Response *response = ask(at, &request);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_DASHBOARD);
    return response->dashboard;
}

static const char *
read_metrics(size_t at)
{
    Yidi__Metrics metrics = YIDI__METRICS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_METRICS;
    request.metrics = &metrics;
    return ask(at, &request)->metrics->text;
}

static void
expect_metric(size_t at, const char *line)
{
    const char *text = read_metrics(at);
    char wanted[200];
    snprintf(wanted, sizeof wanted, "\n%s\n", line);
    if (strstr(text, wanted) == NULL)
        fail_msg("no line %s in\n%s", line, text);
}

static const Yidi__StateCount *
stage_of(const Yidi__DashboardReport *report, const char *state)
{
    for (size_t i = 0; i < report->n_stages; i++)
        if (strcmp(report->stages[i]->state, state) == 0)
            return report->stages[i];
    fail_msg("no stage %s", state);
    return NULL;
}

static uint64_t
last_of(const Yidi__DashboardReport *report, const char *series)
{
    for (size_t i = 0; i < report->n_series; i++)
        if (strcmp(report->series[i]->name, series) == 0)
            return report->series[i]->values[report->series[i]->n_values - 1];
    fail_msg("no series %s", series);
    return 0;
}

static uint64_t
sum_of(const Yidi__DashboardReport *report, const char *series)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < report->n_series; i++)
        for (size_t j = 0;
             strcmp(report->series[i]->name, series) == 0 && j < report->series[i]->n_values; j++)
            sum += report->series[i]->values[j];
    return sum;
}

static const Yidi__Alarm *
find_alarm(const Yidi__DashboardReport *report, const char *code)
{
    for (size_t i = 0; i < report->n_alarms; i++)
        if (strcmp(report->alarms[i]->code, code) == 0)
            return report->alarms[i];
    return NULL;
}

static void
wait_for(uint64_t duration_ms)
{
    fake_network_run_until(&network, network.now.monotonic_ms + duration_ms);
}

static uint64_t
commits(size_t at)
{
    return network.offices[at].office->commits;
}

/* ---- what is counted ---- */

static void
cases_are_counted_as_they_move(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    apply(2, number);
    refuse_case(number);
    const Yidi__DashboardReport *report = look(WINDOW, 1);
    assert_int_equal(stage_of(report, "submitted")->count, 1);
    assert_int_equal(stage_of(report, "submitted")->in_per_hour, 2);
    assert_int_equal(stage_of(report, "submitted")->out_per_hour, 1);
    assert_int_equal(last_of(report, "waiting.submitted"), 1);
    assert_true(sum_of(report, "flow.in") == 2 * 60 && sum_of(report, "flow.out") == 60);
    assert_int_equal(report->n_refusals, 1);
    assert_string_equal(report->refusals[0]->reason, "IDENTITY_DOUBTFUL");
    assert_int_equal(report->refusals[0]->count, 1);
    assert_int_equal(report->fees->taken_fen, 4000);
    expect_metric(WINDOW, "yidi_cases_opened_total 2");
    expect_metric(WINDOW, "yidi_cases_closed_total 1");
    expect_metric(REGISTRY, "yidi_refusals_total{reason=\"IDENTITY_DOUBTFUL\"} 1");
    expect_metric(CENTRE, "yidi_cases_opened_total 0");
}

static void
the_way_from_acceptance_to_ready_is_timed(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    wait_for(DAY_MS);
    for (size_t steps = 0; steps < fake_desk_step_count; steps++) {
        const struct fake_step *step = &fake_desk_steps[steps];
        fake_desk_decide(&network, &step->decision, number);
        fake_network_settle(&network);
    }
    const Yidi__DashboardReport *report = look(WINDOW, 168);
    assert_int_equal(report->accept_to_ready->count, 1);
    assert_true(report->accept_to_ready->p50_ms > DAY_MS * 3 / 4 &&
                report->accept_to_ready->p50_ms < DAY_MS * 5 / 4);
    assert_int_equal(look(REGISTRY, 168)->accept_to_ready->count, 0);
    expect_metric(WINDOW, "yidi_accept_to_ready_seconds_bucket{le=\"65536\"} 0");
    expect_metric(WINDOW, "yidi_accept_to_ready_seconds_bucket{le=\"131072\"} 1");
}

static void
a_turn_that_is_rolled_back_has_counted_nothing(void **unused)
{
    (void)unused;
    char numbers[2][CASE_NUMBER_CHARS + 1];
    char *both[] = { numbers[0], numbers[1] };
    Yidi__RefusalReason reason = YIDI__REFUSAL_REASON__IDENTITY_DOUBTFUL;
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    apply(1, numbers[0]);
    apply(2, numbers[1]);
    scratch_store_put(&network.offices[REGISTRY].scratch, TABLE_CASES, bytes_of_text(numbers[1]),
                      bytes_of_text("damaged"));
    decide.verb = YIDI__VERB__REFUSE;
    decide.case_numbers = both;
    decide.n_case_numbers = 2;
    decide.reasons = &reason;
    decide.n_reasons = 1;
    decide.text = (char *)"身份信息不符";
    request.version = 1;
    request.operator_ = (char *)"examiner1";
    request.command_case = YIDI__REQUEST__COMMAND_DECIDE;
    request.decide = &decide;
    const Yidi__Response *response = fake_network_ask(&network, REGISTRY, &request, NULL, 0);
    assert_non_null(response);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_REFUSAL);
    assert_string_equal(response->refusal->code, "STORE_DAMAGED");
    expect_metric(REGISTRY, "yidi_cases_closed_total 0");
    refuse_case(numbers[0]);
    expect_metric(REGISTRY, "yidi_cases_closed_total 1");
    expect_metric(REGISTRY, "yidi_refusals_total{reason=\"IDENTITY_DOUBTFUL\"} 1");
}

/* ---- what is kept ---- */

static void
counts_are_written_once_a_minute_and_an_idle_office_writes_nothing(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    wait_for(10 * MINUTE_MS);
    assert_int_equal(scratch_store_count(&network.offices[WINDOW].scratch, TABLE_SERIES), 3);
    assert_int_equal(sum_of(look(WINDOW, 1), "flow.in"), 60);
    uint64_t before = commits(WINDOW);
    wait_for(30 * MINUTE_MS);
    assert_int_equal(commits(WINDOW), before);
    assert_int_equal(scratch_store_count(&network.offices[WINDOW].scratch, TABLE_SERIES), 3);
}

static void
what_was_counted_survives_a_restart(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    refuse_case(number);
    wait_for(2 * MINUTE_MS);
    fake_network_crash(&network, WINDOW);
    fake_network_start(&network, WINDOW);
    fake_network_settle(&network);
    const Yidi__DashboardReport *report = look(WINDOW, 1);
    assert_int_equal(sum_of(report, "flow.in"), 60);
    assert_int_equal(sum_of(report, "flow.out"), 60);
    assert_int_equal(report->refusals[0]->count, 1);
    expect_metric(WINDOW, "yidi_cases_opened_total 0"); /* since the start */
    wait_for(2 * HOUR_MS);
    assert_int_equal(sum_of(look(WINDOW, 1), "flow.in"), 0);
    assert_int_equal(sum_of(look(WINDOW, 24), "flow.in"), 6);
    assert_int_equal(sum_of(look(WINDOW, 168), "flow.in"), 1);
    wait_for(DAY_MS);
    assert_int_equal(look(WINDOW, 24)->n_refusals, 0); /* another day */
}

static void
a_clock_that_steps_back_keeps_the_loop_quiet(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    network.offices[WINDOW].skew_ms -= (int64_t)MINUTE_MS / 2;
    uint64_t before = commits(WINDOW);
    wait_for(10 * MINUTE_MS);
    assert_true(commits(WINDOW) - before <= 2);
    assert_int_equal(scratch_store_count(&network.offices[WINDOW].scratch, TABLE_SERIES), 3);
}

static void
a_lost_past_that_comes_back_did_not_happen_today(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    apply(2, number);
    fake_desk_lose_disk(&network, WINDOW);
    fake_desk_recover(&network, WINDOW, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_run(&network, HOUR_MS);
    const Yidi__DashboardReport *report = look(WINDOW, 24);
    assert_int_equal(stage_of(report, "submitted")->count, 2);
    assert_int_equal(sum_of(report, "flow.in"), 0);
}

/* ---- what is wrong ---- */

static void
overdue_cases_are_told_with_the_office_that_they_wait_for(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1], words[200];
    apply(1, number);
    assert_null(find_alarm(look(WINDOW, 24), "OVERDUE"));
    wait_for(40 * DAY_MS);
    const Yidi__DashboardReport *report = look(WINDOW, 24);
    const Yidi__Alarm *alarm = find_alarm(report, "OVERDUE");
    assert_non_null(alarm);
    assert_string_equal(alarm->office, network.offices[REGISTRY].office->options.code);
    assert_string_equal(alarm->state, "submitted");
    snprintf(words, sizeof words, "1 application overdue at %s (submitted)",
             office_self(network.offices[REGISTRY].office)->name);
    assert_string_equal(alarm->english, words);
    assert_int_equal(alarm->severity, YIDI__ALARM_SEVERITY__SEVERE);
    assert_string_equal(find_alarm(look(REGISTRY, 24), "OVERDUE")->office, "");
    expect_metric(WINDOW, "yidi_alarms{code=\"OVERDUE\",severity=\"severe\"} 1");
    expect_metric(WINDOW, "yidi_cases_overdue{state=\"submitted\"} 1");
}

static void
a_damaged_key_of_the_index_hides_no_alarm(void **unused)
{
    (void)unused;
    const uint8_t key[] = { DEADLINES_TOLD, 'x' };
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    wait_for(40 * DAY_MS);
    scratch_store_put(&network.offices[WINDOW].scratch, TABLE_BY_DEADLINE,
                      bytes_of(key, sizeof key), bytes_of("x", 1));
    assert_non_null(find_alarm(look(WINDOW, 24), "OVERDUE"));
}

static void
a_link_that_is_down_is_told_while_messages_wait(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    assert_int_equal(look(WINDOW, 24)->peers[0]->down_since_ms, 0);
    fake_network_crash(&network, REGISTRY);
    uint64_t down_ms = fake_network_time(&network, WINDOW).wall_ms;
    fake_desk_citizen(2, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    fake_network_run_until(&network, network.now.monotonic_ms + MINUTE_MS);
    const Yidi__DashboardReport *report = look(WINDOW, 24);
    const Yidi__Alarm *alarm = find_alarm(report, "LINK_DOWN");
    assert_non_null(alarm);
    assert_true(alarm->since_ms >= down_ms && alarm->since_ms < down_ms + MINUTE_MS);
    assert_int_equal(report->peers[0]->down_since_ms, alarm->since_ms);
    assert_int_equal(report->peers[0]->waiting, 1);
    fake_network_start(&network, REGISTRY);
    fake_network_run(&network, 5 * MINUTE_MS);
    report = look(WINDOW, 24);
    assert_null(find_alarm(report, "LINK_DOWN"));
    assert_int_equal(report->peers[0]->down_since_ms, 0);
    assert_true(report->peers[0]->round_trip_us > 0);
}

static void
only_charts_that_there_are_can_be_asked_for(void **unused)
{
    (void)unused;
    Yidi__Dashboard dashboard = YIDI__DASHBOARD__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_DASHBOARD;
    request.dashboard = &dashboard;
    dashboard.hours = 2;
    const Yidi__Response *response = ask(WINDOW, &request);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_REFUSAL);
    assert_string_equal(response->refusal->field, "dashboard.hours");
    assert_int_equal(look(WINDOW, 0)->series[0]->step_ms, 10 * MINUTE_MS);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)
    const struct CMUnitTest tests[] = {
        TEST(cases_are_counted_as_they_move),
        TEST(the_way_from_acceptance_to_ready_is_timed),
        TEST(a_turn_that_is_rolled_back_has_counted_nothing),
        TEST(counts_are_written_once_a_minute_and_an_idle_office_writes_nothing),
        TEST(what_was_counted_survives_a_restart),
        TEST(a_clock_that_steps_back_keeps_the_loop_quiet),
        TEST(a_lost_past_that_comes_back_did_not_happen_today),
        TEST(overdue_cases_are_told_with_the_office_that_they_wait_for),
        TEST(a_damaged_key_of_the_index_hides_no_alarm),
        TEST(a_link_that_is_down_is_told_while_messages_wait),
        TEST(only_charts_that_there_are_can_be_asked_for),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
