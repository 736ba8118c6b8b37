/* SPDX-License-Identifier: Apache-2.0
 *
 * fees_test - the window's ledger: every fee once, every refund once, whatever crashes and whatever
 * is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "acceptance-node/fee_rows.h"
#include "common/domain/civil_date.h"
#include "tests/lib/desk_test.h"

enum {
    CITIZENS = 40,
    ENTRIES_MAX = 200,
    PAGE = 3,
    RENEWAL_FEN = 2000,
    REPLACEMENT_FEN = 4000,
    TEMPORARY_FEN = 1000,
};

static char numbers[CITIZENS][CASE_NUMBER_CHARS + 1];

/* ---- the ledger ---- */

struct ledger {
    size_t count;
    struct {
        uint32_t day;
        char case_number[CASE_NUMBER_CHARS + 1];
        int item, move;
        uint32_t number, amount_fen;
        int kind, waiver;
        char clerk[33];
    } entries[ENTRIES_MAX];
    uint64_t taken_fen, due_fen, refunded_fen, due_before_fen;
};

static const Yidi__Response *
ask_fees_of(const char *case_number, uint32_t date, uint32_t until, const char *after)
{
    Yidi__Fees fees = YIDI__FEES__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    fees.date = date;
    fees.until = until;
    fees.limit = PAGE;
    fees.after = (char *)(uintptr_t)after;
    fees.case_number = (char *)(uintptr_t)case_number;
    request.operator_ = "clerk";
    request.command_case = YIDI__REQUEST__COMMAND_FEES;
    request.fees = &fees;
    return fake_network_ask(&network, WINDOW, &request, NULL, 0);
}

static const Yidi__Response *
ask_fees(uint32_t date, uint32_t until, const char *after)
{
    return ask_fees_of("", date, until, after);
}

static void
add_entry(struct ledger *ledger, const Yidi__FeeEntry *entry)
{
    assert_in_range(ledger->count, 0, ENTRIES_MAX - 1);
    size_t i = ledger->count++;
    ledger->entries[i].day = entry->day;
    strcpy(ledger->entries[i].case_number, entry->case_number);
    ledger->entries[i].item = (int)entry->item;
    ledger->entries[i].move = (int)entry->move;
    ledger->entries[i].number = entry->number;
    ledger->entries[i].amount_fen = entry->amount_fen;
    ledger->entries[i].kind = (int)entry->kind;
    ledger->entries[i].waiver = (int)entry->waiver;
    strcpy(ledger->entries[i].clerk, entry->clerk);
    if (entry->move == YIDI__FEE_MOVE__FEE_TAKEN)
        ledger->taken_fen += entry->amount_fen;
    else if (entry->move == YIDI__FEE_MOVE__FEE_REFUND_DUE)
        ledger->due_fen += entry->amount_fen;
    else
        ledger->refunded_fen += entry->amount_fen;
}

static void
read_days(uint32_t date, uint32_t until, struct ledger *ret_ledger)
{
    char cursor[129] = "";
    memset(ret_ledger, 0, sizeof *ret_ledger);
    for (;;) {
        const Yidi__Response *response = ask_fees(date, until, cursor);
        assert_non_null(response);
        assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_FEES);
        const Yidi__FeeList *list = response->fees;
        assert_in_range(list->n_entries, 0, PAGE);
        ret_ledger->due_before_fen = list->due_before_fen;
        for (size_t i = 0; i < list->n_entries; i++)
            add_entry(ret_ledger, list->entries[i]);
        if (list->next[0] == '\0')
            return;
        strcpy(cursor, list->next);
    }
}

static void
read_all(struct ledger *ret_ledger)
{
    read_days(20000101, 20991231, ret_ledger);
    assert_int_equal(ret_ledger->due_before_fen, 0);
}

static uint32_t
today(void)
{
    return civil_date_of_ms(network.now.wall_ms);
}

static void
pass_days(unsigned count)
{
    network.now.wall_ms += (uint64_t)count * 24 * 3600 * 1000;
}

/* ---- at the window ---- */

/* Answers what was paid back; 0 with the code of a refusal. */
static uint32_t
refund(const char *number, const char **ret_code)
{
    Yidi__Refund command = YIDI__REFUND__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    command.case_number = (char *)(uintptr_t)number;
    request.operator_ = "cashier";
    request.command_case = YIDI__REQUEST__COMMAND_REFUND;
    request.refund = &command;
    const Yidi__Response *response = fake_network_ask(&network, WINDOW, &request, NULL, 0);
    *ret_code = "";
    if (response == NULL)
        *ret_code = NULL;
    else if (response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        *ret_code = response->refusal->code;
    else
        return response->refunded->amount_fen;
    return 0;
}

static void
give_temporary(const char *number, const char *serial, const char *code)
{
    Yidi__IssueTemporary command = YIDI__ISSUE_TEMPORARY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    command.case_number = (char *)(uintptr_t)number;
    command.card_serial = (char *)(uintptr_t)serial;
    request.operator_ = "clerk";
    request.command_case = YIDI__REQUEST__COMMAND_ISSUE_TEMPORARY;
    request.issue_temporary = &command;
    const Yidi__Response *response = fake_network_ask(&network, WINDOW, &request, NULL, 0);
    assert_non_null(response);
    if (response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        assert_string_equal(response->refusal->code, code);
    else
        assert_string_equal(code, "");
}

static void
apply(unsigned i, Yidi__ApplicationKind kind)
{
    fake_desk_citizen(1 + i, kind, &application);
    application.form.fee_waiver = YIDI__FEE_WAIVER__NO_WAIVER;
    assert_string_equal(fake_desk_apply(&network, &application, "", numbers[i]), "");
    fake_network_settle(&network);
}

static void
refuse_at_registry(unsigned i)
{
    const struct fake_decision decision = { .at = REGISTRY,
                                            .verb = YIDI__VERB__REFUSE,
                                            .operator= "examiner",
                                            .reason = YIDI__REFUSAL_REASON__DOCUMENTS_NOT_GENUINE,
                                            .text = "not genuine" };
    assert_string_equal(fake_desk_decide(&network, &decision, numbers[i]), "refused");
    fake_network_settle(&network);
    assert_string_equal(fake_network_state(&network, WINDOW, numbers[i]), "refused");
}

static void
withdraw(unsigned i)
{
    const struct fake_decision decision = {
        .at = WINDOW, .verb = YIDI__VERB__WITHDRAW, .operator= "clerk", .text = "wants it no more"
    };
    assert_string_equal(fake_desk_decide(&network, &decision, numbers[i]), "withdrawing");
    fake_network_settle(&network);
    assert_string_equal(fake_network_state(&network, WINDOW, numbers[i]), "withdrawn");
}

/* From its registry to the state in production. */
static void
issue(unsigned i)
{
    fake_desk_walk(&network, numbers[i], 2);
}

static void
collect_with_temporary(unsigned i)
{
    for (size_t step = 2; step < fake_desk_step_count - 1; step++) {
        assert_string_equal(fake_desk_decide(&network, &fake_desk_steps[step].decision, numbers[i]),
                            fake_desk_steps[step].after);
        fake_network_settle(&network);
    }
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    decide.verb = YIDI__VERB__COLLECT;
    decide.case_numbers = (char *[]){ numbers[i] };
    decide.n_case_numbers = 1;
    decide.identified_by = YIDI__IDENTIFIED_BY__FACE;
    decide.old_card_surrendered = true;
    decide.temporary_card_surrendered = true;
    request.operator_ = "clerk";
    request.command_case = YIDI__REQUEST__COMMAND_DECIDE;
    request.decide = &decide;
    const Yidi__Response *response = fake_network_ask(&network, WINDOW, &request, NULL, 0);
    assert_non_null(response);
    assert_string_equal(response->decided->results[0]->state, "collected");
    fake_network_settle(&network);
}

/* ---- tests ---- */

static void
a_fee_is_entered_when_the_application_is_accepted(void **state)
{
    (void)state;
    struct ledger ledger;
    apply(0, YIDI__APPLICATION_KIND__RENEWAL);
    apply(1, YIDI__APPLICATION_KIND__REPLACEMENT);
    read_days(today(), today(), &ledger);
    assert_int_equal(ledger.count, 2);
    assert_string_equal(ledger.entries[0].case_number, numbers[0]);
    assert_int_equal(ledger.entries[0].item, YIDI__FEE_ITEM__CARD_FEE);
    assert_int_equal(ledger.entries[0].move, YIDI__FEE_MOVE__FEE_TAKEN);
    assert_int_equal(ledger.entries[0].amount_fen, RENEWAL_FEN);
    assert_int_equal(ledger.entries[0].kind, YIDI__APPLICATION_KIND__RENEWAL);
    assert_int_equal(ledger.entries[1].amount_fen, REPLACEMENT_FEN);
    assert_int_equal(ledger.taken_fen, RENEWAL_FEN + REPLACEMENT_FEN);
}

static void
a_request_that_is_repeated_is_entered_once(void **state)
{
    (void)state;
    struct ledger ledger;
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    for (int i = 0; i < 3; i++)
        assert_string_equal(fake_desk_apply(&network, &application, "again", numbers[0]), "");
    read_all(&ledger);
    assert_int_equal(ledger.count, 1);
}

static void
a_refusal_makes_the_fee_due_back_and_it_is_paid_back_once(void **state)
{
    (void)state;
    struct ledger ledger;
    const char *code;
    apply(0, YIDI__APPLICATION_KIND__RENEWAL);
    assert_int_equal(refund(numbers[0], &code), 0);
    assert_string_equal(code, "REFUND_NOT_DUE");
    refuse_at_registry(0);
    read_all(&ledger);
    assert_int_equal(ledger.due_fen, RENEWAL_FEN);
    assert_int_equal(ledger.refunded_fen, 0);
    assert_int_equal(refund(numbers[0], &code), RENEWAL_FEN);
    assert_int_equal(refund(numbers[0], &code), 0);
    assert_string_equal(code, "REFUND_PAID");
    read_all(&ledger);
    assert_int_equal(ledger.count, 3);
    assert_int_equal(ledger.refunded_fen, RENEWAL_FEN);
    assert_string_equal(ledger.entries[2].clerk, "cashier");
}

static void
a_withdrawal_before_the_card_is_made_makes_the_fee_due_back(void **state)
{
    (void)state;
    struct ledger ledger;
    const char *code;
    apply(0, YIDI__APPLICATION_KIND__REPLACEMENT);
    withdraw(0);
    read_all(&ledger);
    assert_int_equal(ledger.due_fen, REPLACEMENT_FEN);
    assert_int_equal(refund(numbers[0], &code), REPLACEMENT_FEN);
}

static void
what_was_free_is_counted_and_never_due_back(void **state)
{
    (void)state;
    struct ledger ledger;
    const char *code;
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    application.form.fee_waiver = YIDI__FEE_WAIVER__WELFARE;
    application.form.fee_fen = 0;
    assert_string_equal(fake_desk_apply(&network, &application, "", numbers[0]), "");
    fake_network_settle(&network);
    refuse_at_registry(0);
    read_all(&ledger);
    assert_int_equal(ledger.count, 1);
    assert_int_equal(ledger.entries[0].waiver, YIDI__FEE_WAIVER__WELFARE);
    assert_int_equal(refund(numbers[0], &code), 0);
    assert_string_equal(code, "REFUND_NOT_DUE");
}

static void
an_unknown_case_has_nothing_to_pay_back(void **state)
{
    (void)state;
    const char *code;
    apply(0, YIDI__APPLICATION_KIND__RENEWAL);
    numbers[0][0] = '5';
    assert_int_equal(refund(numbers[0], &code), 0);
    assert_string_equal(code, "CASE_UNKNOWN");
}

static void
the_ledger_of_a_day_begins_with_what_was_due_the_day_before(void **state)
{
    (void)state;
    struct ledger ledger;
    const char *code;
    uint32_t first = today();
    apply(0, YIDI__APPLICATION_KIND__RENEWAL);
    apply(1, YIDI__APPLICATION_KIND__REPLACEMENT);
    refuse_at_registry(0);
    pass_days(1);
    refuse_at_registry(1);
    refund(numbers[0], &code);
    pass_days(1);
    refund(numbers[1], &code);

    read_days(first, first, &ledger);
    assert_int_equal(ledger.taken_fen, RENEWAL_FEN + REPLACEMENT_FEN);
    assert_int_equal(ledger.due_fen, RENEWAL_FEN);
    uint32_t second = civil_date_add_days(first, 1);
    read_days(second, second, &ledger);
    assert_int_equal(ledger.due_before_fen, RENEWAL_FEN);
    assert_int_equal(ledger.due_fen, REPLACEMENT_FEN);
    assert_int_equal(ledger.refunded_fen, RENEWAL_FEN);
    uint32_t third = civil_date_add_days(first, 2);
    read_days(third, third, &ledger);
    assert_int_equal(ledger.due_before_fen, REPLACEMENT_FEN);
    assert_int_equal(ledger.refunded_fen, REPLACEMENT_FEN);
    uint32_t fourth = civil_date_add_days(first, 3);
    read_days(fourth, fourth, &ledger);
    assert_int_equal(ledger.due_before_fen, 0);
    assert_int_equal(ledger.count, 0);
}

static void
money_is_never_paid_back_on_a_day_before_it_was_due(void **state)
{
    (void)state;
    struct ledger ledger;
    const char *code;
    pass_days(3);
    apply(0, YIDI__APPLICATION_KIND__RENEWAL);
    refuse_at_registry(0);
    uint32_t due = today();
    network.offices[WINDOW].skew_ms = -2 * 24 * 3600 * INT64_C(1000); /* the clock was set back */
    assert_int_equal(refund(numbers[0], &code), RENEWAL_FEN);
    read_days(due, due, &ledger);
    assert_int_equal(ledger.refunded_fen, RENEWAL_FEN);
}

static void
a_refusal_that_comes_late_counts_from_the_day_on_which_it_was_made(void **state)
{
    (void)state;
    struct ledger ledger;
    apply(0, YIDI__APPLICATION_KIND__RENEWAL);
    uint32_t made = today();
    fake_network_crash(&network, WINDOW);
    const struct fake_decision decision = { .at = REGISTRY,
                                            .verb = YIDI__VERB__REFUSE,
                                            .operator= "examiner",
                                            .reason = YIDI__REFUSAL_REASON__BAD_CREDIT_RECORD,
                                            .text = "record" };
    assert_string_equal(fake_desk_decide(&network, &decision, numbers[0]), "refused");
    pass_days(2);
    fake_network_start(&network, WINDOW);
    fake_network_settle(&network);
    assert_string_equal(fake_network_state(&network, WINDOW, numbers[0]), "refused");
    read_days(made, made, &ledger);
    assert_int_equal(ledger.due_fen, RENEWAL_FEN);
}

static void
a_temporary_card_is_paid_for_once_and_not_given_back(void **state)
{
    (void)state;
    struct ledger ledger;
    apply(0, YIDI__APPLICATION_KIND__RENEWAL);
    apply(1, YIDI__APPLICATION_KIND__RENEWAL);
    give_temporary(numbers[0], "T-1", "ILLEGAL_IN_STATE");
    issue(0);
    issue(1);
    give_temporary(numbers[0], "T-1", "");
    give_temporary(numbers[0], "T-2", "TEMPORARY_CARD_GIVEN");
    give_temporary(numbers[1], "T-1", "CARD_SERIAL_TAKEN");
    read_all(&ledger);
    assert_int_equal(ledger.count, 3);
    assert_int_equal(ledger.taken_fen, 2 * RENEWAL_FEN + TEMPORARY_FEN);
    collect_with_temporary(0);
    read_all(&ledger);
    assert_int_equal(ledger.count, 3);
}

static void
the_entries_of_one_case_are_told_and_those_of_no_other(void **state)
{
    (void)state;
    apply(0, YIDI__APPLICATION_KIND__RENEWAL);
    apply(1, YIDI__APPLICATION_KIND__REPLACEMENT);
    issue(0);
    issue(1);
    give_temporary(numbers[0], "T-1", "");
    const Yidi__FeeList *list = ask_fees_of(numbers[0], today(), today(), "")->fees;
    assert_int_equal(list->n_entries, 2);
    assert_string_equal(list->next, "");
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(list->entries[i]->case_number, numbers[0]);
    assert_int_equal(list->entries[0]->amount_fen, RENEWAL_FEN);
    assert_int_equal(list->entries[1]->amount_fen, TEMPORARY_FEN);
    assert_int_equal(ask_fees_of(numbers[0], 20000101, 20000102, "")->fees->n_entries, 0);
    assert_int_equal(ask_fees_of("unknown", 20000101, 20991231, "")->fees->n_entries, 0);
}

static void
the_days_and_the_cursor_that_are_asked_for_must_make_sense(void **state)
{
    (void)state;
    static const struct {
        uint32_t date, until;
        const char *after, *code;
    } cases[] = {
        { 20261301, 20261301, "", "DATE_INVALID" },
        { 20261101, 20261131, "", "DATE_INVALID" },
        { 20261102, 20261101, "", "FIELD_OUT_OF_BOUNDS" },
        { 20261101, 20261101, "44", "FIELD_OUT_OF_BOUNDS" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const Yidi__Response *response = ask_fees(cases[i].date, cases[i].until, cases[i].after);
        assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_REFUSAL);
        assert_string_equal(response->refusal->code, cases[i].code);
    }
}

static const char *
query(size_t at, Yidi__Request *request)
{
    request->operator_ = "somebody";
    const Yidi__Response *response = fake_network_ask(&network, at, request, NULL, 0);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_REFUSAL);
    return response->refusal->code;
}

static void
each_office_answers_for_what_it_keeps_only(void **state)
{
    (void)state;
    Yidi__Fees fees = YIDI__FEES__INIT;
    Yidi__StockQuery stock = YIDI__STOCK_QUERY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    fees.date = fees.until = 20261101;
    request.command_case = YIDI__REQUEST__COMMAND_FEES;
    request.fees = &fees;
    assert_string_equal(query(REGISTRY, &request), "COMMAND_UNKNOWN");
    assert_string_equal(query(CENTRE, &request), "COMMAND_UNKNOWN");
    request.command_case = YIDI__REQUEST__COMMAND_STOCK_QUERY;
    request.stock_query = &stock;
    assert_string_equal(query(WINDOW, &request), "COMMAND_UNKNOWN");
}

/* ---- crashes ---- */

/* A refund is cut off at each call to the world outside, and asked for again. */
static void
a_refund_that_a_crash_cuts_off_is_paid_once(void **state)
{
    (void)state;
    struct ledger ledger;
    for (unsigned i = 0; i < 12; i++) {
        const char *code;
        struct fake_office *window = &network.offices[WINDOW];
        apply(i, YIDI__APPLICATION_KIND__RENEWAL);
        refuse_at_registry(i);
        if (i % 2 == 0)
            window->crash_before = window->turns + 1;
        else
            window->crash_at = window->port_calls + 1 + i / 2;
        uint32_t paid = refund(numbers[i], &code);
        window->crash_before = window->crash_at = 0;
        fake_network_crash(&network, WINDOW);
        fake_network_start(&network, WINDOW);
        fake_network_settle(&network);
        if (paid == 0)
            paid = refund(numbers[i], &code);
        assert_true(paid == RENEWAL_FEN || strcmp(code, "REFUND_PAID") == 0);
        read_all(&ledger);
        assert_int_equal(ledger.refunded_fen, (uint64_t)(i + 1) * RENEWAL_FEN);
        assert_int_equal(ledger.count, 3 * (i + 1));
    }
}

/* ---- a lost past ---- */

static void
recover_window(void)
{
    fake_desk_lose_disk(&network, WINDOW);
    fake_network_settle(&network);
    fake_desk_recover(&network, WINDOW, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_settle(&network);
    const Yidi__RecoveryReport *report =
        fake_desk_recover(&network, WINDOW, YIDI__RECOVER_VERB__RECOVER_SHOW);
    assert_string_equal(report->phase, "done");
    assert_int_equal(report->unplaced_count, 0);
}

static void
a_recovered_ledger_equals_the_lost_one(void **state)
{
    (void)state;
    static struct ledger before, after;
    for (unsigned i = 0; i < 6; i++)
        apply(i,
              i % 2 == 0 ? YIDI__APPLICATION_KIND__RENEWAL : YIDI__APPLICATION_KIND__REPLACEMENT);
    refuse_at_registry(0);
    pass_days(1);
    refuse_at_registry(1);
    withdraw(2);
    issue(3);
    give_temporary(numbers[3], "T-3", "");
    pass_days(2);
    collect_with_temporary(3);
    issue(4);
    read_all(&before);
    assert_int_equal(before.count, 6 + 3 + 1);
    pass_days(3);
    recover_window();
    read_all(&after);
    for (size_t i = 0; i < before.count && i < after.count; i++)
        if (memcmp(&before.entries[i], &after.entries[i], sizeof before.entries[i]) != 0)
            fail_msg("entry %zu: %u %s %d/%d was %u %s %d/%d", i, after.entries[i].day,
                     after.entries[i].case_number, after.entries[i].item, after.entries[i].move,
                     before.entries[i].day, before.entries[i].case_number, before.entries[i].item,
                     before.entries[i].move);
    assert_int_equal(after.count, before.count);
}

/* Nobody saw them: they stand as due again. */
static void
refunds_and_temporary_cards_that_nobody_heard_of_are_lost(void **state)
{
    (void)state;
    struct ledger ledger;
    const char *code;
    apply(0, YIDI__APPLICATION_KIND__RENEWAL);
    apply(1, YIDI__APPLICATION_KIND__RENEWAL);
    refuse_at_registry(0);
    refund(numbers[0], &code);
    issue(1);
    give_temporary(numbers[1], "T-1", "");
    recover_window();
    read_all(&ledger);
    assert_int_equal(ledger.due_fen, RENEWAL_FEN);
    assert_int_equal(ledger.refunded_fen, 0);
    assert_int_equal(ledger.taken_fen, 2 * RENEWAL_FEN);
}

static void
a_set_back_ledger_is_made_whole_without_entering_anything_twice(void **state)
{
    (void)state;
    static struct ledger before, after;
    for (unsigned i = 0; i < 3; i++)
        apply(i, YIDI__APPLICATION_KIND__RENEWAL);
    refuse_at_registry(0);
    fake_network_copy_disk(&network, WINDOW);
    refuse_at_registry(1);
    apply(3, YIDI__APPLICATION_KIND__REPLACEMENT);
    read_all(&before);
    fake_desk_set_back(&network, WINDOW);
    fake_network_settle(&network);
    if (!office_halted(network.offices[WINDOW].office)) /* it may not know yet */
        office_halt(network.offices[WINDOW].office, &(struct trouble){ .code = TROUBLE_RESTORED });
    fake_desk_recover(&network, WINDOW, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_settle(&network);
    read_all(&after);
    assert_int_equal(after.count, before.count);
    assert_memory_equal(before.entries, after.entries, before.count * sizeof *before.entries);
}

/* ---- any work ---- */

static uint64_t
roll(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

struct account {
    uint32_t fee_fen;
    bool ended, repaid, temporary, issued;
};

static uint32_t
do_something(unsigned i, uint64_t *seed, struct account *account)
{
    const char *code;
    switch (roll(seed) % 5) {
    case 0:
        if (!account->ended && !account->issued) {
            refuse_at_registry(i);
            account->ended = true;
        }
        return 0;
    case 1:
        if (!account->ended && !account->issued) {
            withdraw(i);
            account->ended = true;
        }
        return 0;
    case 2:
        if (!account->ended && !account->issued) {
            issue(i);
            account->issued = true;
        }
        return 0;
    case 3:
        if (account->issued && !account->temporary) {
            give_temporary(numbers[i], numbers[i], "");
            account->temporary = true;
        }
        return 0;
    default:
        if (account->ended && !account->repaid) {
            account->repaid = true;
            return refund(numbers[i], &code);
        }
        assert_int_equal(refund(numbers[i], &code), 0);
        return 0;
    }
}

static void
whatever_is_done_the_cases_and_the_ledger_say_the_same(void **state)
{
    (void)state;
    enum { CASES = 12, ACTS = 60 };
    struct ledger ledger;
    struct account accounts[CASES] = { 0 };
    uint64_t seed = 46, paid_back_fen = 0, taken_fen = 0, due_fen = 0;
    for (unsigned i = 0; i < CASES; i++) {
        bool renewal = roll(&seed) % 2 == 0;
        apply(i, renewal ? YIDI__APPLICATION_KIND__RENEWAL : YIDI__APPLICATION_KIND__REPLACEMENT);
        accounts[i].fee_fen = renewal ? RENEWAL_FEN : REPLACEMENT_FEN;
    }
    for (unsigned act = 0; act < ACTS; act++) {
        unsigned i = (unsigned)(roll(&seed) % CASES);
        if (roll(&seed) % 8 == 0) {
            fake_network_crash(&network, WINDOW);
            fake_network_start(&network, WINDOW);
        }
        if (roll(&seed) % 8 == 0)
            pass_days(1);
        paid_back_fen += do_something(i, &seed, &accounts[i]);
    }
    for (unsigned i = 0; i < CASES; i++) {
        taken_fen += accounts[i].fee_fen + (accounts[i].temporary ? TEMPORARY_FEN : 0);
        due_fen += accounts[i].ended ? accounts[i].fee_fen : 0;
    }
    read_all(&ledger);
    assert_true(paid_back_fen > 0);
    assert_int_equal(ledger.taken_fen, taken_fen);
    assert_int_equal(ledger.due_fen, due_fen);
    assert_int_equal(ledger.refunded_fen, paid_back_fen);
    fake_network_audit(&network);
}

static int
set_up(void **state)
{
    (void)state;
    fake_desk_open(&network, 7);
    fake_desk_populate(&network, 1, CITIZENS);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(a_fee_is_entered_when_the_application_is_accepted),
        TEST(a_request_that_is_repeated_is_entered_once),
        TEST(a_refusal_makes_the_fee_due_back_and_it_is_paid_back_once),
        TEST(a_withdrawal_before_the_card_is_made_makes_the_fee_due_back),
        TEST(what_was_free_is_counted_and_never_due_back),
        TEST(an_unknown_case_has_nothing_to_pay_back),
        TEST(the_ledger_of_a_day_begins_with_what_was_due_the_day_before),
        TEST(money_is_never_paid_back_on_a_day_before_it_was_due),
        TEST(a_refusal_that_comes_late_counts_from_the_day_on_which_it_was_made),
        TEST(a_temporary_card_is_paid_for_once_and_not_given_back),
        TEST(the_entries_of_one_case_are_told_and_those_of_no_other),
        TEST(the_days_and_the_cursor_that_are_asked_for_must_make_sense),
        TEST(each_office_answers_for_what_it_keeps_only),
        TEST(a_refund_that_a_crash_cuts_off_is_paid_once),
        TEST(a_recovered_ledger_equals_the_lost_one),
        TEST(refunds_and_temporary_cards_that_nobody_heard_of_are_lost),
        TEST(a_set_back_ledger_is_made_whole_without_entering_anything_twice),
        TEST(whatever_is_done_the_cases_and_the_ledger_say_the_same),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
