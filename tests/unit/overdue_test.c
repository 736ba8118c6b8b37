/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "acceptance-node/core/application.h"
#include "common/domain/calendar.h"
#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "common/io/case_file.h"
#include "tests/lib/desk_test.h"
#include "tests/lib/sample_form.h"

static const struct calendar weekends; /* no holidays */

#define HOUR_MS UINT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

static struct arena arena;

static int
set_up(void **unused)
{
    (void)unused;
    desk_test_open(5);
    arena_init(&arena);
    return 0;
}

static int
tear_down(void **unused)
{
    arena_fini(&arena);
    return desk_test_close(unused);
}

static void
apply(uint64_t seed, char ret_number[CASE_NUMBER_CHARS + 1])
{
    desk_test_apply(seed, "", ret_number);
}

static const Yidi__Case *
row_at(enum fake_place place, const char *number)
{
    return desk_test_case(place, number, &arena);
}

/* How many notices of an event a place has spooled about a case; about all when it is NULL. */
static unsigned
told(size_t place, const char *event, const char *number)
{
    unsigned count = 0;
    char words[40];
    snprintf(words, sizeof words, "\"event\":\"%s\"", event);
    for (size_t i = 0; i < network.notification_count; i++) {
        if (network.notifications[i].office != place)
            continue;
        for (const char *at = network.notifications[i].text; (at = strstr(at, words)) != NULL;
             at++) {
            const char *line = at;
            while (line > network.notifications[i].text && line[-1] != '\n')
                line--;
            const char *found = number == NULL ? line : strstr(line, number);
            count += found != NULL && (number == NULL || found < at);
        }
    }
    return count;
}

static uint64_t
rows(size_t place, enum store_table table)
{
    return scratch_store_count(&network.offices[place].scratch, table);
}

static void
run_past_the_deadline(enum fake_place place, const char *number)
{
    uint64_t deadline_ms = row_at(place, number)->stage_deadline_ms;
    uint64_t now_ms = fake_network_time(&network, place).wall_ms;
    assert_true(deadline_ms > now_ms);
    fake_network_run_until(&network, network.now.monotonic_ms + deadline_ms - now_ms);
    assert_int_equal(told(place, "overdue", number), 0);
    fake_network_run_until(&network, network.now.monotonic_ms + HOUR_MS);
}

/* ---- once ---- */

static void
the_operators_of_each_office_that_must_act_are_told_once(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    run_past_the_deadline(WINDOW, number);
    for (int days = 0; days < 30; days++) {
        assert_int_equal(told(WINDOW, "overdue", number), 1);
        assert_int_equal(told(REGISTRY, "overdue", number), 1);
        assert_int_equal(told(CENTRE, "overdue", number), 0);
        fake_network_run_until(&network, network.now.monotonic_ms + DAY_MS);
    }
    assert_int_not_equal(row_at(WINDOW, number)->overdue_told_ms, 0);
    assert_int_equal(rows(WINDOW, TABLE_NOTIFICATIONS), 0);
    fake_network_audit(&network);
}

static void
a_notice_names_case_state_and_deadline_and_no_person(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    run_past_the_deadline(REGISTRY, number);
    for (size_t i = 0; i < network.notification_count; i++) {
        const char *text = network.notifications[i].text;
        bool of_many = strstr(text, "\"event\":\"due-soon\"") != NULL;
        assert_true(of_many != (strstr(text, number) != NULL));
        assert_non_null(strstr(text, "\"audience\":\"operators\""));
        assert_non_null(strstr(text, "\"phone\":\"\""));
        assert_null(strstr(text, application.form.person->citizen_number));
        assert_null(strstr(text, application.form.person->name));
        assert_null(strstr(text, application.form.phone));
        if (network.notifications[i].office == REGISTRY && !of_many)
            assert_non_null(strstr(text, "(received) is overdue"));
    }
}

static void
every_stage_has_a_deadline_of_its_own(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    run_past_the_deadline(REGISTRY, number);
    assert_string_equal(fake_desk_decide(&network, &fake_desk_steps[0].decision, number),
                        "examined"); /* shares the deadline */
    fake_network_run_until(&network, network.now.monotonic_ms + DAY_MS);
    assert_int_equal(told(REGISTRY, "overdue", number), 1);
    assert_string_equal(fake_desk_decide(&network, &fake_desk_steps[1].decision, number), "issued");
    fake_network_settle(&network);
    assert_int_equal(row_at(REGISTRY, number)->overdue_told_ms, 0);
    fake_network_run_until(&network, network.now.monotonic_ms + 40 * DAY_MS);
    assert_int_equal(told(REGISTRY, "overdue", number), 2);
    assert_int_equal(told(CENTRE, "overdue", number), 1);
    assert_int_equal(told(WINDOW, "overdue", number), 2);
}

static void
what_is_done_in_time_is_not_told_of(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    fake_desk_walk(&network, number, fake_desk_step_count);
    fake_network_run_until(&network, network.now.monotonic_ms + 200 * DAY_MS);
    for (size_t place = 0; place < FAKE_PLACE_COUNT; place++) {
        assert_int_equal(told(place, "overdue", NULL), 0);
        assert_true(rows(place, TABLE_BY_DEADLINE) <= 1); /* it is to be erased one day */
        assert_true(office_due_ms(network.offices[place].office) >
                    network.now.monotonic_ms + 100 * DAY_MS);
    }
}

static void
a_deadline_that_passes_while_the_office_is_down_is_told_of_at_its_start(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    fake_network_crash(&network, REGISTRY);
    fake_network_run_until(&network, network.now.monotonic_ms + 10 * DAY_MS);
    assert_int_equal(told(REGISTRY, "overdue", number), 0);
    for (int starts = 0; starts < 3; starts++) {
        fake_network_start(&network, REGISTRY);
        fake_network_settle(&network);
        assert_int_equal(told(REGISTRY, "overdue", number), 1);
        fake_network_crash(&network, REGISTRY);
    }
}

/* At the n-th call to the world from the moment of the deadline on. */
static void
a_crash_costs_no_notice_and_makes_no_second_one(void **unused)
{
    (void)unused;
    for (unsigned calls = 1; calls < 12; calls++) {
        char number[CASE_NUMBER_CHARS + 1];
        struct fake_office *window = &network.offices[WINDOW];
        apply(1, number);
        window->crash_at = window->port_calls + calls;
        fake_network_run_until(&network, network.now.monotonic_ms + 7 * DAY_MS);
        window->crash_at = 0;
        fake_network_start_all(&network);
        fake_network_settle(&network);
        assert_int_equal(told(WINDOW, "overdue", number), 1);
        assert_int_equal(told(REGISTRY, "overdue", number), 1);
        assert_int_equal(rows(WINDOW, TABLE_NOTIFICATIONS), 0);
        tear_down(NULL);
        set_up(NULL);
    }
}

/* ---- before they pass ---- */

static bool
is_due_soon(enum fake_place place, uint64_t deadline_ms)
{
    const struct office *office = network.offices[place].office;
    const struct urgency_scale scale = urgency_scale_of(policies_present(&office->policies),
                                                        office->options.code, network.now.wall_ms);
    return urgency_of(deadline_ms, &scale) == URGENCY_SOON;
}

static void
what_is_due_soon_is_told_once_a_day_until_it_is_overdue(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    unsigned days_soon = 0;
    apply(1, number);
    uint64_t deadline_ms = row_at(REGISTRY, number)->stage_deadline_ms;
    while (network.now.wall_ms < deadline_ms) {
        days_soon += is_due_soon(REGISTRY, deadline_ms);
        fake_network_crash(&network, REGISTRY); /* it forgets nothing */
        fake_network_start(&network, REGISTRY);
        fake_network_settle(&network);
        assert_int_equal(told(REGISTRY, "due-soon", NULL), days_soon);
        fake_network_run_until(&network, network.now.monotonic_ms + DAY_MS);
    }
    assert_in_range(days_soon, 1, 4);
    fake_network_run_until(&network, network.now.monotonic_ms + 3 * DAY_MS);
    assert_int_equal(told(REGISTRY, "due-soon", NULL), days_soon);
    assert_int_equal(told(REGISTRY, "overdue", number), 1);
    assert_int_equal(told(CENTRE, "due-soon", NULL), 0);
    for (size_t i = 0; i < network.notification_count; i++)
        if (network.notifications[i].office == REGISTRY &&
            strstr(network.notifications[i].text, "due-soon") != NULL)
            assert_non_null(strstr(network.notifications[i].text, "Due soon: 1 (received 1), by "));
}

/* ---- the clock is set ---- */

static void
a_clock_that_is_set_back_and_forth_tells_once(void **unused)
{
    (void)unused;
    static const int days[] = { 0, 10, -3, 4, 30, 0, -20, 6, 5 };
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        network.offices[REGISTRY].skew_ms = days[i] * (int64_t)DAY_MS;
        fake_network_turn(&network, REGISTRY); /* a daemon looks at its clock every 2 s */
        fake_network_run_until(&network, network.now.monotonic_ms + HOUR_MS);
        assert_int_equal(told(REGISTRY, "overdue", number), i == 0 ? 0 : 1);
    }
    network.offices[REGISTRY].skew_ms = 0;
    fake_network_run_until(&network, network.now.monotonic_ms + 20 * DAY_MS);
    assert_int_equal(told(REGISTRY, "overdue", number), 1);
}

/* ---- many at once ---- */

/* Cases in a state, due at the same moment, put into the store of a window that is down. */
static void
put_cases(unsigned count, uint64_t deadline_ms)
{
    struct store_txn *txn = scratch_store_write(&network.offices[WINDOW].scratch);
    for (unsigned serial = 1; serial <= count; serial++) {
        struct sample_form form;
        struct case_file file;
        char number[CASE_NUMBER_CHARS + 1];
        assert_int_equal(case_number_format("310115000001", 20260101, serial, number), OK);
        assert_int_equal(case_file_new(number, &arena, &file), OK);
        file.row->form = sample_form_init(&form);
        file.row->acceptance_office = "310115000001";
        file.row->registry_office = "440105000000";
        file.row->production_office = "310115000002";
        file.row->state = APPLICATION_IN_PRODUCTION;
        file.row->stage_deadline_ms = deadline_ms;
        file.row->statutory_deadline_ms = deadline_ms;
        assert_int_equal(case_file_save(&file, &application_machine, txn, &arena), OK);
        arena_reset(&arena);
    }
    scratch_store_commit(txn);
}

static unsigned
lines_of(const char *text)
{
    unsigned lines = 0;
    for (; (text = strchr(text, '\n')) != NULL; text++)
        lines++;
    return lines;
}

static void
a_thousand_at_once_are_told_in_bounded_batches(void **unused)
{
    (void)unused;
    enum { COUNT = 1000, BATCHES = (COUNT + OVERDUE_BATCH_MAX - 1) / OVERDUE_BATCH_MAX };
    uint64_t begun_ms = network.now.monotonic_ms;
    fake_network_crash(&network, WINDOW);
    scratch_store_reopen(&network.offices[WINDOW].scratch);
    put_cases(COUNT, network.now.wall_ms + DAY_MS);
    store_close(MOVE(network.offices[WINDOW].scratch.store));
    fake_network_start(&network, WINDOW);
    fake_network_run(&network, 2 * DAY_MS);
    assert_int_equal(told(WINDOW, "overdue", NULL), COUNT);
    assert_int_equal(told(WINDOW, "due-soon", NULL), 2); /* on two days, each time all in one */
    assert_int_equal(network.notification_count, 2 + BATCHES);
    for (size_t i = 0; i < network.notification_count; i++)
        assert_in_range(lines_of(network.notifications[i].text), 1, OVERDUE_BATCH_MAX);
    assert_int_equal(rows(WINDOW, TABLE_BY_DEADLINE), COUNT);
    assert_in_range(network.now.monotonic_ms - begun_ms - DAY_MS, 0, 10000);
    assert_int_equal(rows(WINDOW, TABLE_NOTIFICATIONS), 0);
    assert_int_equal(office_due_ms(network.offices[WINDOW].office), UINT64_MAX);
}

static void
status_and_lists_count_them(void **unused)
{
    (void)unused;
    enum { COUNT = 300 };
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    fake_network_crash(&network, WINDOW);
    scratch_store_reopen(&network.offices[WINDOW].scratch);
    put_cases(COUNT, civil_date_end_ms(civil_date_of_ms(network.now.wall_ms)));
    store_close(MOVE(network.offices[WINDOW].scratch.store));
    fake_network_start(&network, WINDOW);
    for (int day = 0; day < 2; day++) {
        Yidi__Status question = YIDI__STATUS__INIT;
        Yidi__Request request = YIDI__REQUEST__INIT;
        request.command_case = YIDI__REQUEST__COMMAND_STATUS;
        request.status = &question;
        const Yidi__Response *response = fake_network_ask(&network, WINDOW, &request, NULL, 0);
        assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_STATUS);
        const Yidi__StateCount *count = response->status->states[APPLICATION_IN_PRODUCTION - 1];
        assert_string_equal(count->state, "in-production");
        assert_int_equal(count->count, COUNT);
        assert_int_equal(count->due_soon, day == 0 ? COUNT : 0);
        assert_int_equal(count->overdue, day == 0 ? 0 : COUNT);
        fake_network_run_until(&network, network.now.monotonic_ms + DAY_MS);
    }
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    list.overdue_only = true;
    list.limit = LIST_ROWS_MAX;
    request.command_case = YIDI__REQUEST__COMMAND_LIST;
    request.list = &list;
    const Yidi__Response *response = fake_network_ask(&network, WINDOW, &request, NULL, 0);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_LISTED);
    assert_int_equal(response->listed->n_cases, COUNT);
}

/* ---- when the office cannot tell ---- */

static void
a_halted_office_tells_nothing_and_does_not_spin(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    office_halt(network.offices[REGISTRY].office, &(struct trouble){ .code = TROUBLE_RESTORED });
    uint64_t commits = network.offices[REGISTRY].office->commits;
    fake_network_run_until(&network, network.now.monotonic_ms + 7 * DAY_MS);
    assert_int_equal(told(REGISTRY, "overdue", number), 0);
    assert_int_equal(network.offices[REGISTRY].office->commits, commits);
    assert_true(office_due_ms(network.offices[REGISTRY].office) > network.now.monotonic_ms);
    fake_network_crash(&network, REGISTRY);
    fake_network_start(&network, REGISTRY);
    fake_network_settle(&network);
    assert_int_equal(told(REGISTRY, "overdue", number), 1);
}

static void
a_case_that_cannot_be_read_hides_no_other(void **unused)
{
    (void)unused;
    for (unsigned damaged = 0; damaged < 3; damaged++) {
        char numbers[3][CASE_NUMBER_CHARS + 1];
        for (uint64_t i = 0; i < 3; i++)
            apply(1 + i, numbers[i]);
        fake_network_crash(&network, REGISTRY);
        scratch_store_reopen(&network.offices[REGISTRY].scratch);
        scratch_store_put(&network.offices[REGISTRY].scratch, TABLE_CASES,
                          bytes_of_text(numbers[damaged]), bytes_of("x", 1));
        store_close(MOVE(network.offices[REGISTRY].scratch.store));
        fake_network_start(&network, REGISTRY);
        fake_network_crash(&network, WINDOW); /* whose reminder the damaged case could not take */
        fake_network_run_until(&network, network.now.monotonic_ms + 8 * DAY_MS);
        for (unsigned i = 0; i < 3; i++)
            assert_int_equal(told(REGISTRY, "overdue", numbers[i]), i != damaged);
        tear_down(NULL);
        set_up(NULL);
    }
}

/* Put a damaged row into the index of an office that is down, and start it. */
static void
damage(enum fake_place place, struct bytes key, struct bytes value)
{
    fake_network_crash(&network, place);
    scratch_store_reopen(&network.offices[place].scratch);
    scratch_store_put(&network.offices[place].scratch, TABLE_BY_DEADLINE, key, value);
    store_close(MOVE(network.offices[place].scratch.store));
    fake_network_start(&network, place);
}

/* A list's first byte, then zeros: before everything else. */
static void
a_damaged_index_stops_nobody(void **unused)
{
    (void)unused;
    static const struct {
        size_t key_bytes;
        uint8_t list;
        size_t value_bytes;
        uint8_t value;
    } damaged[] = {
        { 35, 0, 1, 200 }, /* no state */
        { 35, 0, 0, 0 },   { 35, 0, 3, 1 }, { 12, 0, 1, 1 }, { 1, 0, 1, 1 },  { 90, 0, 1, 1 },
        { 35, 1, 0, 0 },   { 12, 1, 1, 1 }, { 35, 2, 1, 1 }, { 12, 2, 0, 0 }, { 35, 9, 1, 1 },
    };
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        char number[CASE_NUMBER_CHARS + 1];
        uint8_t key[90] = { damaged[i].list };
        uint8_t value[3] = { damaged[i].value };
        apply(1, number);
        damage(REGISTRY, bytes_of(key, damaged[i].key_bytes),
               bytes_of(value, damaged[i].value_bytes));
        memset(key + 1, 0xff, sizeof key - 1); /* and behind everything else */
        damage(REGISTRY, bytes_of(key, damaged[i].key_bytes),
               bytes_of(value, damaged[i].value_bytes));
        fake_network_run_until(&network, network.now.monotonic_ms + 8 * DAY_MS);
        assert_non_null(network.offices[REGISTRY].office);
        assert_int_equal(told(REGISTRY, "overdue", number), 1);
        assert_string_equal(fake_desk_decide(&network, &fake_desk_steps[0].decision, number),
                            "examined");
        tear_down(NULL);
        set_up(NULL);
    }
}

static void
a_case_of_which_the_index_says_another_deadline_is_told_of_by_its_own(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    uint8_t key[DEADLINE_KEY_BYTES] = { DEADLINES_AHEAD };
    apply(1, number);
    uint64_t deadline_ms = row_at(REGISTRY, number)->stage_deadline_ms;
    uint8_t state = (uint8_t)row_at(REGISTRY, number)->state;
    bytes_put_u64(key + 1, deadline_ms);
    memcpy(key + 9, number, CASE_NUMBER_CHARS);
    struct store_txn *txn = scratch_store_write(&network.offices[REGISTRY].scratch);
    assert_int_equal(store_delete(txn, TABLE_BY_DEADLINE, bytes_of(key, sizeof key)), OK);
    bytes_put_u64(key + 1, deadline_ms - 2 * DAY_MS);
    assert_int_equal(
        store_put(txn, TABLE_BY_DEADLINE, bytes_of(key, sizeof key), bytes_of(&state, 1)), OK);
    scratch_store_commit(txn);
    fake_network_crash(&network, REGISTRY);
    fake_network_start(&network, REGISTRY);
    fake_network_run_until(&network, network.now.monotonic_ms + 2 * HOUR_MS);
    uint64_t now_ms = fake_network_time(&network, REGISTRY).wall_ms;
    fake_network_run_until(&network, network.now.monotonic_ms + (deadline_ms - now_ms) - HOUR_MS);
    assert_int_equal(told(REGISTRY, "overdue", number), 0);
    fake_network_run_until(&network, network.now.monotonic_ms + 2 * HOUR_MS);
    assert_int_equal(told(REGISTRY, "overdue", number), 1);
    fake_network_audit(&network); /* counters, too */
}

/* ---- asking the registry again ---- */

/* Steps of a kind in a case's trace, at most one on a working day; answers how many. */
static unsigned
reminders(enum fake_place place, const char *number)
{
    const Yidi__Case *row = row_at(place, number);
    uint32_t last = 0;
    unsigned count = 0;
    for (size_t i = 0; i < row->n_trace; i++) {
        const Yidi__Hop *hop = row->trace[i];
        if (hop->step != YIDI__STEP__REMINDED ||
            strcmp(hop->office, network.roster.offices[place].entry.code) != 0)
            continue;
        uint32_t day = calendar_working_day_of(&weekends, civil_date_of_ms(hop->time_ms));
        assert_true(day > last);
        last = day;
        count++;
    }
    return count;
}

static void
the_registry_is_asked_again_once_a_working_day(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    uint64_t deadline_ms = row_at(WINDOW, number)->stage_deadline_ms;
    uint32_t first = calendar_working_day_of(&weekends, civil_date_of_ms(deadline_ms + 1));
    unsigned days = 0;
    fake_network_run_until(&network, network.now.monotonic_ms + 21 * DAY_MS);
    for (uint32_t day = first; day <= civil_date_of_ms(network.now.wall_ms);
         day = calendar_add_working_days(&weekends, day, 1))
        days++;
    assert_in_range(reminders(WINDOW, number), days - 1, days + 1);
    assert_int_equal(reminders(REGISTRY, number), reminders(WINDOW, number));
    assert_int_equal(told(WINDOW, "reminded", number), reminders(WINDOW, number));
    assert_int_equal(told(WINDOW, "overdue", number), 1);
    const Yidi__Case *at_registry = row_at(REGISTRY, number);
    assert_non_null(at_registry->attention);
    assert_string_equal(at_registry->attention->code, "OVERDUE");
    fake_network_audit(&network);
}

static void
a_registry_that_decides_is_not_asked_any_more(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    run_past_the_deadline(WINDOW, number);
    unsigned asked = reminders(WINDOW, number);
    assert_int_equal(asked, 1);
    fake_desk_walk(&network, number, 2);
    fake_network_run_until(&network, network.now.monotonic_ms + 10 * DAY_MS);
    assert_int_equal(reminders(WINDOW, number), asked);
}

static void
a_registry_that_is_away_is_not_asked_every_day(void **unused)
{
    (void)unused;
    char before[CASE_NUMBER_CHARS + 1], after[CASE_NUMBER_CHARS + 1];
    apply(1, before);
    fake_network_crash(&network, REGISTRY);
    apply(2, after); /* never arrives there */
    for (int days = 0; days < 30; days++)
        fake_network_run_until(&network, network.now.monotonic_ms + DAY_MS);
    assert_int_equal(told(WINDOW, "overdue", before), 1);
    assert_int_equal(told(WINDOW, "overdue", after), 1);
    assert_in_range(reminders(WINDOW, before), 0, 1);
    assert_int_equal(reminders(WINDOW, after), 0);
    fake_network_start(&network, REGISTRY);
    fake_network_run_until(&network, network.now.monotonic_ms + 5 * DAY_MS);
    assert_true(reminders(WINDOW, before) > 1);
    assert_true(reminders(WINDOW, after) > 0);
}

static void
a_clock_that_is_set_asks_no_oftener(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    run_past_the_deadline(WINDOW, number);
    for (int i = 0; i < 20; i++) {
        network.offices[WINDOW].skew_ms = i % 2 == 0 ? -2 * (int64_t)DAY_MS : 0;
        fake_network_turn(&network, WINDOW);
        fake_network_run_until(&network, network.now.monotonic_ms + 60000);
    }
    assert_int_equal(reminders(WINDOW, number), 1);
    /* and one that ran a year ahead silences it no longer than until it is right again */
    network.offices[WINDOW].skew_ms = 365 * (int64_t)DAY_MS;
    fake_network_turn(&network, WINDOW);
    fake_network_run_until(&network, network.now.monotonic_ms + 60000);
    uint64_t far_ms = row_at(WINDOW, number)->reminded_ms;
    assert_true(far_ms > network.now.wall_ms + 300 * DAY_MS);
    network.offices[WINDOW].skew_ms = 0;
    fake_network_turn(&network, WINDOW);
    fake_network_run_until(&network, network.now.monotonic_ms + HOUR_MS);
    assert_true(row_at(WINDOW, number)->reminded_ms <= network.now.wall_ms);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_operators_of_each_office_that_must_act_are_told_once),
        TEST(a_notice_names_case_state_and_deadline_and_no_person),
        TEST(every_stage_has_a_deadline_of_its_own),
        TEST(what_is_done_in_time_is_not_told_of),
        TEST(a_deadline_that_passes_while_the_office_is_down_is_told_of_at_its_start),
        TEST(a_crash_costs_no_notice_and_makes_no_second_one),
        TEST(what_is_due_soon_is_told_once_a_day_until_it_is_overdue),
        TEST(a_clock_that_is_set_back_and_forth_tells_once),
        TEST(a_thousand_at_once_are_told_in_bounded_batches),
        TEST(status_and_lists_count_them),
        TEST(a_halted_office_tells_nothing_and_does_not_spin),
        TEST(a_case_that_cannot_be_read_hides_no_other),
        TEST(a_damaged_index_stops_nobody),
        TEST(a_case_of_which_the_index_says_another_deadline_is_told_of_by_its_own),
        TEST(the_registry_is_asked_again_once_a_working_day),
        TEST(a_registry_that_decides_is_not_asked_any_more),
        TEST(a_registry_that_is_away_is_not_asked_every_day),
        TEST(a_clock_that_is_set_asks_no_oftener),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
