/* SPDX-License-Identifier: Apache-2.0
 *
 * lease_test - cases that an operator has in hand, at real offices: who may decide, until when, and
 * what stays after a crash.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/io/lease.h"
#include "common/io/wire.h"
#include "tests/lib/desk_test.h"

#define MINUTE_MS UINT64_C(60000)

static char number[CASE_NUMBER_CHARS + 1], other[CASE_NUMBER_CHARS + 1];

static int
set_up(void **unused)
{
    (void)unused;
    fake_desk_open(&network, 1);
    fake_desk_populate(&network, 1, 2);
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "one", number), "");
    fake_desk_citizen(2, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "two", other), "");
    fake_network_settle(&network);
    return 0;
}

static const Yidi__Response *
ask(const char *operator_name, Yidi__Lease lease)
{
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.operator_ = (char *)(uintptr_t)operator_name;
    request.command_case = YIDI__REQUEST__COMMAND_LEASE;
    request.lease = &lease;
    return fake_network_ask(&network, REGISTRY, &request, NULL, 0);
}

static Yidi__Lease
lease_of(const char *case_number)
{
    Yidi__Lease lease = YIDI__LEASE__INIT;
    lease.case_number = (char *)(uintptr_t)case_number;
    return lease;
}

/* Empty when it was done. */
static const char *
code_of(const Yidi__Response *response)
{
    return response->body_case == YIDI__RESPONSE__BODY_REFUSAL ? response->refusal->code : "";
}

static const char *
hold(const char *operator_name)
{
    return code_of(ask(operator_name, lease_of(number)));
}

static const char *
release(const char *operator_name)
{
    Yidi__Lease lease = lease_of(number);
    lease.release = true;
    return code_of(ask(operator_name, lease));
}

static const char *
take_over(const char *operator_name, const char *reason)
{
    Yidi__Lease lease = lease_of(number);
    lease.take_over = true;
    lease.reason = (char *)(uintptr_t)reason;
    return code_of(ask(operator_name, lease));
}

static const char *
examine(const char *operator_name)
{
    const struct fake_decision decision = {
        .at = REGISTRY, .verb = YIDI__VERB__EXAMINE, .operator= operator_name };
    return fake_desk_decide(&network, &decision, number);
}

static void
pass(uint64_t ms)
{
    fake_network_run_until(&network, network.now.monotonic_ms + ms);
}

/* Who has the case in hand, as the list and the case itself tell; NULL for nobody. */
static const char *
holder(void)
{
    static char name[33];
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Show show = YIDI__SHOW__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    const Yidi__CaseLease *lease = NULL;
    request.operator_ = "looker1";
    request.command_case = YIDI__REQUEST__COMMAND_LIST;
    request.list = &list;
    const Yidi__Listed *listed = fake_network_ask(&network, REGISTRY, &request, NULL, 0)->listed;
    for (size_t i = 0; i < listed->n_cases; i++)
        if (strcmp(listed->cases[i]->case_number, number) == 0)
            lease = listed->cases[i]->lease;
    if (lease != NULL)
        snprintf(name, sizeof name, "%s", lease->operator_);
    const bool held = lease != NULL;
    show.case_number = number;
    request.command_case = YIDI__REQUEST__COMMAND_SHOW;
    request.show = &show;
    const Yidi__Shown *shown = fake_network_ask(&network, REGISTRY, &request, NULL, 0)->shown;
    assert_int_equal(shown->lease != NULL, held);
    if (held)
        assert_string_equal(shown->lease->operator_, name);
    return held ? name : NULL;
}

static uint64_t
rows(void)
{
    return scratch_store_count(&network.offices[REGISTRY].scratch, TABLE_LEASES);
}

static void
nobody_else_decides_on_a_case_that_somebody_has_in_hand(void **unused)
{
    (void)unused;
    assert_null(holder());
    assert_string_equal(hold("examiner1"), "");
    assert_string_equal(holder(), "examiner1");
    assert_string_equal(hold("examiner2"), "CASE_LEASED");
    assert_string_equal(examine("examiner2"), "CASE_LEASED");
    assert_string_equal(fake_network_state(&network, REGISTRY, number), "received");
    assert_string_equal(holder(), "examiner1");
    assert_string_equal(examine("examiner1"), "examined");
    assert_null(holder()); /* it left its state */
    assert_int_equal(rows(), 0);
    fake_network_audit(&network);
}

static void
a_bulk_decision_leaves_out_what_others_have_in_hand(void **unused)
{
    (void)unused;
    char *numbers[] = { number, other };
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    assert_string_equal(hold("examiner1"), "");
    decide.verb = YIDI__VERB__EXAMINE;
    decide.case_numbers = numbers;
    decide.n_case_numbers = 2;
    request.operator_ = "examiner2";
    request.command_case = YIDI__REQUEST__COMMAND_DECIDE;
    request.decide = &decide;
    const Yidi__Decided *decided = fake_network_ask(&network, REGISTRY, &request, NULL, 0)->decided;
    assert_string_equal(decided->results[0]->refusal->code, "CASE_LEASED");
    assert_string_equal(decided->results[0]->refusal->rule,
                        "examiner1 has it in hand, for another 10 minutes");
    assert_null(decided->results[1]->refusal);
    assert_string_equal(decided->results[1]->state, "examined");
}

static void
it_ends_after_ten_minutes_unless_it_is_renewed(void **unused)
{
    (void)unused;
    assert_string_equal(hold("examiner1"), "");
    pass(9 * MINUTE_MS);
    assert_string_equal(hold("examiner1"), "");
    assert_int_equal(rows(), 2);
    pass(9 * MINUTE_MS);
    assert_string_equal(hold("examiner2"), "CASE_LEASED");
    pass(1 * MINUTE_MS);
    assert_null(holder());
    assert_string_equal(examine("examiner2"), "examined");
}

static void
what_is_past_is_swept_when_somebody_takes_another_case(void **unused)
{
    (void)unused;
    assert_string_equal(hold("examiner1"), "");
    pass(11 * MINUTE_MS);
    assert_int_equal(rows(), 2);
    assert_string_equal(code_of(ask("examiner2", lease_of(other))), "");
    assert_int_equal(rows(), 2);
    assert_null(holder());
}

static void
the_holder_lets_go_and_nobody_else_can(void **unused)
{
    (void)unused;
    assert_string_equal(release("examiner1"), "");
    assert_string_equal(hold("examiner1"), "");
    assert_string_equal(release("examiner2"), "CASE_LEASED");
    assert_string_equal(release("examiner1"), "");
    assert_null(holder());
    assert_int_equal(rows(), 0);
    assert_string_equal(hold("examiner2"), "");
}

static unsigned
count_take_overs(const char *wanted_detail)
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&network.offices[REGISTRY].scratch);
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value, all = { 0 };
    unsigned count = 0;
    arena_init(&arena);
    assert_int_equal(store_cursor_open(txn, TABLE_JOURNAL, all, &cursor), OK);
    while (store_cursor_next(cursor, &key, &value) == OK) {
        ProtobufCMessage *message;
        assert_int_equal(
            wire_decode(&yidi__journal_entry__descriptor, value, &arena, &message, NULL), OK);
        const Yidi__JournalEntry *entry = (const Yidi__JournalEntry *)message;
        if (entry->body_case != YIDI__JOURNAL_ENTRY__BODY_ACT ||
            strcmp(entry->act->verb, "take-over") != 0)
            continue;
        assert_string_equal(entry->act->case_number, number);
        assert_string_equal(entry->act->detail, wanted_detail);
        assert_string_equal(entry->operator_, "examiner2");
        count++;
    }
    return count;
}

static void
taking_over_needs_a_reason_that_the_journal_keeps(void **unused)
{
    (void)unused;
    assert_string_equal(take_over("examiner2", ""), ""); /* nobody has it */
    assert_string_equal(release("examiner2"), "");
    assert_string_equal(hold("examiner1"), "");
    assert_string_equal(take_over("examiner2", ""), "FIELD_OUT_OF_BOUNDS");
    assert_string_equal(holder(), "examiner1");
    assert_string_equal(take_over("examiner2", "he has gone home"), "");
    assert_string_equal(holder(), "examiner2");
    assert_int_equal(count_take_overs("from examiner1; he has gone home"), 1);
    assert_string_equal(examine("examiner1"), "CASE_LEASED");
    assert_string_equal(take_over("examiner2", "again"), ""); /* it is theirs already */
    assert_int_equal(count_take_overs("from examiner1; he has gone home"), 1);
    assert_string_equal(examine("examiner2"), "examined");
}

static void
what_makes_no_sense_is_refused(void **unused)
{
    (void)unused;
    Yidi__Lease lease = lease_of("31011500000126112200009999");
    assert_string_equal(code_of(ask("examiner1", lease)), "CASE_UNKNOWN");
    lease = lease_of(number);
    lease.release = lease.take_over = true;
    assert_string_equal(code_of(ask("examiner1", lease)), "FIELD_OUT_OF_BOUNDS");
    const struct fake_decision refusal = { .at = REGISTRY,
                                           .verb = YIDI__VERB__REFUSE,
                                           .operator= "examiner1",
                                           .reason = YIDI__REFUSAL_REASON__DOCUMENTS_NOT_GENUINE,
                                           .text = "seal" };
    assert_string_equal(fake_desk_decide(&network, &refusal, number), "refused");
    assert_string_equal(hold("examiner1"), "ILLEGAL_IN_STATE");
    assert_int_equal(rows(), 0);
}

static void
it_outlives_the_daemon_and_ends_when_a_message_moves_the_case(void **unused)
{
    (void)unused;
    const struct fake_decision withdrawal = { .at = WINDOW,
                                              .verb = YIDI__VERB__WITHDRAW,
                                              .operator= "clerk7",
                                              .text = "the applicant asks" };
    assert_string_equal(hold("examiner1"), "");
    fake_network_crash(&network, REGISTRY);
    scratch_store_reopen(&network.offices[REGISTRY].scratch);
    fake_network_start(&network, REGISTRY);
    assert_string_equal(holder(), "examiner1");
    assert_string_equal(examine("examiner2"), "CASE_LEASED");
    desk_test_decide(&withdrawal, number, "withdrawing");
    assert_string_equal(fake_network_state(&network, REGISTRY, number), "withdrawn");
    assert_int_equal(rows(), 0);
    fake_network_audit(&network);
}

static void
a_clock_that_was_put_back_holds_nobody_up(void **unused)
{
    (void)unused;
    assert_string_equal(hold("examiner1"), "");
    network.offices[REGISTRY].skew_ms = -3600 * 1000;
    assert_null(holder());
    assert_string_equal(hold("examiner2"), "");
    assert_string_equal(holder(), "examiner2");
    assert_int_equal(rows(), 2);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)
    const struct CMUnitTest tests[] = {
        TEST(nobody_else_decides_on_a_case_that_somebody_has_in_hand),
        TEST(a_bulk_decision_leaves_out_what_others_have_in_hand),
        TEST(it_ends_after_ten_minutes_unless_it_is_renewed),
        TEST(what_is_past_is_swept_when_somebody_takes_another_case),
        TEST(the_holder_lets_go_and_nobody_else_can),
        TEST(taking_over_needs_a_reason_that_the_journal_keeps),
        TEST(what_makes_no_sense_is_refused),
        TEST(it_outlives_the_daemon_and_ends_when_a_message_moves_the_case),
        TEST(a_clock_that_was_put_back_holds_nobody_up),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
