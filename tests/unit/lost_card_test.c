/* SPDX-License-Identifier: Apache-2.0
 *
 * lost_card_test - an application for a replacement reports the card lost; a card that is found
 * after it was replaced is destroyed, and the registry knows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/domain/civil_date.h"
#include "common/io/case_file.h"
#include "tests/lib/desk_test.h"

static struct arena arena;
static char number[CASE_NUMBER_CHARS + 1];

static void
apply(Yidi__ApplicationKind kind)
{
    fake_desk_citizen(1, kind, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    fake_network_settle(&network);
}

static void
expect(size_t at, Yidi__Verb verb, const char *text, const char *serial, const char *answer)
{
    const struct fake_decision decision = { .at = at,
                                            .verb = verb,
                                            .operator= "clerk",
                                            .text = text,
                                            .reason = verb == YIDI__VERB__REFUSE
                                                          ? YIDI__REFUSAL_REASON__BAD_CREDIT_RECORD
                                                          : 0,
                                            .card_serial = serial };
    desk_test_decide(&decision, number, answer);
}

static const Yidi__Response *
ask_about(const char *citizen_number)
{
    Yidi__CardQuery query = YIDI__CARD_QUERY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    query.citizen_number = (char *)(uintptr_t)citizen_number;
    query.reason = "asked at the desk";
    request.command_case = YIDI__REQUEST__COMMAND_CARD_QUERY;
    request.card_query = &query;
    return fake_network_ask(&network, REGISTRY, &request, NULL, 0);
}

static const Yidi__CardReport *
cards(void)
{
    const Yidi__Response *response = ask_about(application.form.person->citizen_number);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_CARD_REPORT);
    return response->card_report;
}

static const Yidi__Case *
read_case(size_t at)
{
    return desk_test_case(at, number, &arena);
}

static void
expect_reported(const char *case_number)
{
    const Yidi__CardReport *report = cards();
    assert_string_equal(report->card_serial, application.citizen.card_serial);
    assert_int_equal(report->reported_lost, case_number[0] != '\0');
    assert_string_equal(report->lost_reported_case, case_number);
    assert_int_equal(report->lost_reported_on,
                     case_number[0] == '\0' ? 0 : civil_date_of_ms(read_case(WINDOW)->accepted_ms));
}

/* ---- reported ---- */

static void
a_replacement_reports_the_card_lost_until_it_is_replaced(void **unused)
{
    (void)unused;
    apply(YIDI__APPLICATION_KIND__REPLACEMENT);
    expect_reported(number);
    fake_desk_populate(&network, 1, 2); /* the file does not know it yet */
    expect_reported(number);
    fake_desk_walk(&network, number, fake_desk_step_count);
    const Yidi__CardReport *report = cards();
    assert_string_equal(report->card_serial, read_case(WINDOW)->card_serial);
    assert_false(report->reported_lost);
    assert_string_equal(report->lost_reported_case, "");
    assert_string_equal(report->former_card_serial, application.citizen.card_serial);
    assert_int_equal(report->former_card_destroyed_on, 0);
}

/* It is about the card, not about the application. */
static void
the_report_stands_when_the_application_is_withdrawn_or_refused(void **unused)
{
    (void)unused;
    char first[CASE_NUMBER_CHARS + 1];
    apply(YIDI__APPLICATION_KIND__REPLACEMENT);
    strcpy(first, number);
    expect(WINDOW, YIDI__VERB__WITHDRAW, "the card was found", NULL, "withdrawing");
    expect_reported(first);
    apply(YIDI__APPLICATION_KIND__REPLACEMENT);
    expect(REGISTRY, YIDI__VERB__REFUSE, "a record", NULL, "refused");
    expect_reported(first);
}

static void
a_renewal_reports_nothing_lost(void **unused)
{
    (void)unused;
    apply(YIDI__APPLICATION_KIND__RENEWAL);
    expect_reported("");
}

/* ---- found ---- */

static void
a_found_card_is_destroyed_once_it_was_replaced(void **unused)
{
    (void)unused;
    const char *old = application.citizen.card_serial;
    apply(YIDI__APPLICATION_KIND__REPLACEMENT);
    expect(WINDOW, YIDI__VERB__DESTROY_OLD, "handed in", old, "CARD_NOT_REPLACED");
    fake_desk_walk(&network, number, fake_desk_step_count);
    const char *valid = read_case(WINDOW)->card_serial;
    expect(WINDOW, YIDI__VERB__DESTROY_OLD, "handed in", "", "FIELD_OUT_OF_BOUNDS");
    expect(WINDOW, YIDI__VERB__DESTROY_OLD, "", old, "FIELD_OUT_OF_BOUNDS");
    expect(WINDOW, YIDI__VERB__DESTROY_OLD, "handed in", valid, "CARD_SERIAL_MISMATCH");
    assert_int_equal(cards()->former_card_destroyed_on, 0);
    expect(WINDOW, YIDI__VERB__DESTROY_OLD, "handed in, cut up", old, "collected");
    expect(WINDOW, YIDI__VERB__DESTROY_OLD, "once more", old, "ILLEGAL_IN_STATE");
    const Yidi__CardReport *report = cards();
    assert_string_equal(report->card_serial, valid);
    assert_string_equal(report->former_card_serial, old);
    assert_int_equal(report->former_card_destroyed_on, civil_date_of_ms(network.now.wall_ms));
    assert_string_equal(fake_network_state(&network, REGISTRY, number), "closed");
    assert_null(read_case(REGISTRY)->attention);
    fake_desk_populate(&network, 1, 2);
    assert_int_not_equal(cards()->former_card_destroyed_on, 0);
    fake_network_audit(&network);
}

/* A window that says so of the valid card is looked at, and not believed. */
static void
the_valid_card_is_not_taken_for_the_old_one(void **unused)
{
    (void)unused;
    apply(YIDI__APPLICATION_KIND__REPLACEMENT);
    fake_desk_walk(&network, number, fake_desk_step_count);
    char valid[41];
    strcpy(valid, read_case(REGISTRY)->card_serial);
    struct store_txn *txn = scratch_store_write(&network.offices[WINDOW].scratch);
    const struct machine *machine = network.offices[WINDOW].role->machine;
    struct case_file file;
    assert_int_equal(case_file_open(txn, machine, number, &arena, &file), OK);
    file.row->card_serial = "ANOTHER";
    assert_int_equal(case_file_save(&file, machine, txn, &arena), OK);
    scratch_store_commit(txn);
    expect(WINDOW, YIDI__VERB__DESTROY_OLD, "handed in", valid, "collected");
    assert_string_equal(cards()->card_serial, valid);
    assert_int_equal(cards()->former_card_destroyed_on, 0);
    assert_string_equal(read_case(REGISTRY)->attention->code, "CARD_SERIAL_MISMATCH");
}

static bool
has_step(size_t at, Yidi__Step step)
{
    const Yidi__Case *row = read_case(at);
    for (size_t i = 0; i < row->n_trace; i++)
        if (row->trace[i]->step == step)
            return true;
    return false;
}

static void
a_found_card_survives_the_loss_of_window_and_registry(void **unused)
{
    (void)unused;
    static const size_t offices[] = { WINDOW, REGISTRY };
    apply(YIDI__APPLICATION_KIND__REPLACEMENT);
    fake_desk_walk(&network, number, fake_desk_step_count);
    expect(WINDOW, YIDI__VERB__DESTROY_OLD, "handed in", application.citizen.card_serial,
           "collected");
    for (size_t i = 0; i < 2; i++) {
        fake_desk_lose_disk(&network, offices[i]);
        fake_desk_recover(&network, offices[i], YIDI__RECOVER_VERB__RECOVER_START);
        fake_network_settle(&network);
        const Yidi__RecoveryReport *report =
            fake_desk_recover(&network, offices[i], YIDI__RECOVER_VERB__RECOVER_SHOW);
        assert_int_equal(report->unplaced_count, 0);
        assert_true(has_step(WINDOW, YIDI__STEP__OLD_CARD_DESTROYED));
        assert_true(has_step(REGISTRY, YIDI__STEP__OLD_CARD_DESTROYED));
        assert_string_equal(read_case(WINDOW)->note->card_serial, application.citizen.card_serial);
    }
}

/* ---- a lost past ---- */

/* The file that is imported then is older than what happened here. */
static void
lose_the_registry(void)
{
    fake_desk_lose_disk(&network, REGISTRY);
    fake_desk_recover(&network, REGISTRY, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_settle(&network);
    fake_desk_populate(&network, 1, 2);
}

static void
a_report_survives_the_loss_of_the_registry(void **unused)
{
    (void)unused;
    char first[CASE_NUMBER_CHARS + 1];
    apply(YIDI__APPLICATION_KIND__REPLACEMENT);
    strcpy(first, number);
    expect(WINDOW, YIDI__VERB__WITHDRAW, "the card was found", NULL, "withdrawing");
    apply(YIDI__APPLICATION_KIND__REPLACEMENT);
    lose_the_registry();
    expect_reported(first);
    fake_desk_walk(&network, number, fake_desk_step_count);
    assert_false(cards()->reported_lost);
    apply(YIDI__APPLICATION_KIND__RENEWAL);
    lose_the_registry();
    assert_false(cards()->reported_lost);
}

/* Neither the card that was lost, nor the one that was replaced after it. */
static void
a_replaced_card_is_not_valid_again_after_the_loss_of_the_registry(void **unused)
{
    (void)unused;
    char valid[41], former[41];
    apply(YIDI__APPLICATION_KIND__REPLACEMENT);
    fake_desk_walk(&network, number, fake_desk_step_count);
    lose_the_registry();
    strcpy(former, read_case(WINDOW)->card_serial);
    assert_string_equal(cards()->card_serial, former);
    assert_int_equal(cards()->valid_until, read_case(WINDOW)->valid_until);
    assert_string_equal(cards()->former_card_serial, application.citizen.card_serial);
    assert_false(cards()->reported_lost);

    fake_network_run(&network, 3600 * 1000);
    apply(YIDI__APPLICATION_KIND__RENEWAL);
    fake_desk_walk(&network, number, fake_desk_step_count);
    strcpy(valid, read_case(WINDOW)->card_serial);
    lose_the_registry();
    assert_string_equal(cards()->card_serial, valid);
    assert_string_equal(cards()->former_card_serial, former);
    fake_desk_populate(&network, 1, 2);
    assert_string_equal(cards()->card_serial, valid);
    fake_network_audit(&network);
}

static void
nothing_is_known_of_a_stranger(void **unused)
{
    (void)unused;
    const Yidi__Response *response = ask_about("11010519491231002X");
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_REFUSAL);
    assert_string_equal(response->refusal->code, "CITIZEN_UNKNOWN");
}

static unsigned
entries_with(const char *text)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[REGISTRY].scratch);
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    unsigned count = 0;
    assert_int_equal(store_cursor_open(txn, TABLE_JOURNAL, (struct bytes){ 0 }, &cursor), OK);
    while (store_cursor_next(cursor, &key, &value) == OK)
        count += memmem(value.data, value.size, text, strlen(text)) != NULL;
    return count;
}

static void
who_looks_is_journalled_with_the_card_and_the_reason(void **unused)
{
    char entry[200];
    (void)unused;
    (void)cards();
    (void)ask_about("11010519491231002X");
    snprintf(entry, sizeof entry, "%s: asked at the desk", application.citizen.card_serial);
    assert_int_equal(entries_with("view-card"), 1);
    assert_int_equal(entries_with(entry), 1);
    assert_int_equal(entries_with(application.form.person->citizen_number), 0);
}

static int
set_up(void **unused)
{
    (void)unused;
    fake_desk_open(&network, 1);
    fake_desk_populate(&network, 1, 2);
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__REPLACEMENT, &application);
    fake_network_settle(&network);
    arena_init(&arena);
    return 0;
}

static int
tear_down(void **unused)
{
    arena_fini(&arena);
    return desk_test_close(unused);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(a_replacement_reports_the_card_lost_until_it_is_replaced),
        TEST(the_report_stands_when_the_application_is_withdrawn_or_refused),
        TEST(a_renewal_reports_nothing_lost),
        TEST(a_found_card_is_destroyed_once_it_was_replaced),
        TEST(the_valid_card_is_not_taken_for_the_old_one),
        TEST(a_found_card_survives_the_loss_of_window_and_registry),
        TEST(a_report_survives_the_loss_of_the_registry),
        TEST(a_replaced_card_is_not_valid_again_after_the_loss_of_the_registry),
        TEST(nothing_is_known_of_a_stranger),
        TEST(who_looks_is_journalled_with_the_card_and_the_reason),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
