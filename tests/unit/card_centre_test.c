/* SPDX-License-Identifier: Apache-2.0
 *
 * card_centre_test - what a card centre does beside the straight way: two checks, cards that are
 * bad late, missing or withdrawn, blank cards, batches and packages; and all of it once more after
 * its disk is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/civil_date.h"
#include "common/io/case_file.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/stock_check.h"

enum { CITIZENS = 12, TO_ORDERED = 2, TO_DISPATCHED = 5, TO_READY = 6, TO_THE_END = 7 };

static struct fake_network network;
static struct made_application application;
static char number[CASE_NUMBER_CHARS + 1];

static const struct fake_decision withdraw = {
    .at = WINDOW, .verb = YIDI__VERB__WITHDRAW, .operator= "clerk", .text = "moves home"
};
static const struct fake_decision miss = {
    .at = WINDOW, .verb = YIDI__VERB__MISS, .operator= "clerk", .text = "not in the package"
};
static const struct fake_decision destroy = {
    .at = WINDOW, .verb = YIDI__VERB__DESTROY, .operator= "clerk", .text = "nobody came"
};
static const struct fake_decision bad_at_window = { .at = WINDOW,
                                                    .verb = YIDI__VERB__RECEIVE,
                                                    .operator= "clerk",
                                                    .defective = true,
                                                    .text = "the chip is dead" };
static const struct fake_decision make = {
    .at = CENTRE, .verb = YIDI__VERB__MAKE, .operator= "maker" };
static const struct fake_decision check = {
    .at = CENTRE, .verb = YIDI__VERB__CHECK_CARD, .operator= "checker" };
static const struct fake_decision check_bad = { .at = CENTRE,
                                                .verb = YIDI__VERB__CHECK_CARD,
                                                .operator= "checker",
                                                .defective = true,
                                                .text = "scratched" };
static const struct fake_decision dispatch = {
    .at = CENTRE, .verb = YIDI__VERB__DISPATCH, .operator= "packer", .package = "EMS-1"
};
static const struct fake_decision found = { .at = CENTRE,
                                            .verb = YIDI__VERB__TRACE_CARD,
                                            .operator= "packer",
                                            .found = true,
                                            .text = "behind the shelf" };
static const struct fake_decision lost = {
    .at = CENTRE, .verb = YIDI__VERB__TRACE_CARD, .operator= "packer", .text = "the carrier lost it"
};

/* ---- what is done ---- */

static void
go(uint64_t citizen, size_t steps)
{
    fake_desk_citizen(citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    fake_desk_walk(&network, number, steps);
}

static void
expect(const struct fake_decision *decision, const char *answer)
{
    assert_string_equal(fake_desk_decide(&network, decision, number), answer);
    fake_network_settle(&network);
}

static void
expect_state(size_t at, const char *state)
{
    assert_string_equal(fake_network_state(&network, at, number), state);
}

static void
finish_from(size_t step)
{
    for (; step < fake_desk_step_count; step++)
        expect(&fake_desk_steps[step].decision, fake_desk_steps[step].after);
    expect_state(WINDOW, "collected");
    expect_state(CENTRE, "closed");
}

/* The row of the case, as the centre has it; until the next call. */
static const Yidi__Case *
row_at(size_t at)
{
    static struct arena arena;
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[at].scratch);
    struct case_file file;
    arena_fini(&arena);
    arena_init(&arena);
    assert_int_equal(case_file_open(txn, network.offices[at].role->machine, number, &arena, &file),
                     OK);
    return file.row;
}

static unsigned
count_hops(Yidi__Step step)
{
    const Yidi__Case *row = row_at(CENTRE);
    unsigned count = 0;
    for (size_t i = 0; i < row->n_trace; i++)
        count += row->trace[i]->step == step &&
                 strcmp(row->trace[i]->office, row->production_office) == 0;
    return count;
}

static const Yidi__Response *
ask(size_t at, Yidi__Request *request)
{
    request->operator_ = "keeper";
    const Yidi__Response *response = fake_network_ask(&network, at, request, NULL, 0);
    assert_non_null(response);
    return response;
}

/* The stock after it, or the code of the refusal. */
static const char *
change_stock(Yidi__StockVerb verb, uint64_t count, const char *first, const char *last)
{
    Yidi__StockChange change = YIDI__STOCK_CHANGE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    change.verb = verb;
    change.count = count;
    change.first_serial = (char *)(uintptr_t)first;
    change.last_serial = (char *)(uintptr_t)last;
    change.text = "a synthetic delivery";
    request.command_case = YIDI__REQUEST__COMMAND_STOCK_CHANGE;
    request.stock_change = &change;
    const Yidi__Response *response = ask(CENTRE, &request);
    return response->body_case == YIDI__RESPONSE__BODY_REFUSAL ? response->refusal->code : "";
}

static void
receive_blanks(uint64_t count)
{
    assert_string_equal(change_stock(YIDI__STOCK_VERB__STOCK_RECEIVE, count, "", ""), "");
}

static const Yidi__StockReport *
show_stock(void)
{
    Yidi__StockQuery query = YIDI__STOCK_QUERY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    query.rows = 100;
    request.command_case = YIDI__REQUEST__COMMAND_STOCK_QUERY;
    request.stock_query = &query;
    const Yidi__Response *response = ask(CENTRE, &request);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_STOCK);
    return response->stock;
}

static void
expect_stock(uint64_t received, uint64_t used, uint64_t spoiled, uint64_t left)
{
    const Yidi__StockRow *row = show_stock()->row;
    if (row->received != received || row->used != used || row->spoiled != spoiled ||
        row->left != left)
        fail_msg("received %d used %d spoiled %d left %d", (int)row->received, (int)row->used,
                 (int)row->spoiled, (int)row->left);
}

static void
the_books_hold(void)
{
    char words[STOCK_CHECK_WORDS];
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[CENTRE].scratch);
    if (!stock_check(txn, words))
        fail_msg("%s", words);
}

/* The centre has nothing left but what its peers hold. */
static void
recover(size_t at)
{
    fake_desk_recover(&network, at, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_settle(&network);
    fake_network_settle(&network);
    const Yidi__RecoveryReport *report =
        fake_desk_recover(&network, at, YIDI__RECOVER_VERB__RECOVER_SHOW);
    assert_string_equal(report->phase, "done");
    for (size_t i = 0; i < report->n_unplaced; i++)
        print_message("unplaced: %s %d: %s\n", report->unplaced[i]->office,
                      (int)report->unplaced[i]->sequence, report->unplaced[i]->rule);
    assert_int_equal(report->unplaced_count, 0);
}

static void
set_centre_back(void)
{
    fake_desk_set_back(&network, CENTRE);
    if (network.offices[CENTRE].office->halted[0] == '\0') /* it may not know yet */
        office_halt(network.offices[CENTRE].office, "set back");
    recover(CENTRE);
}

static void
lose_centre(void)
{
    fake_desk_lose_disk(&network, CENTRE);
    recover(CENTRE);
}

/* ---- two checks ---- */

static void
a_card_is_checked_by_eye_and_by_reader_in_two_acts(void **unused)
{
    struct fake_decision by_eye = check, by_reader = check;
    (void)unused;
    by_eye.by = YIDI__CHECK_METHOD__BY_EYE;
    by_reader.by = YIDI__CHECK_METHOD__BY_READER;
    by_reader.operator= "reader";
    go(1, TO_ORDERED + 1);
    by_eye.operator= "maker";
    expect(&by_eye, "FOUR_EYES");
    by_eye.operator= "checker";
    expect(&by_eye, "made");
    expect(&by_eye, "made"); /* once more is no second method */
    expect_state(REGISTRY, "issued");
    expect(&by_reader, "verified");
    expect_state(REGISTRY, "made");
    assert_string_equal(row_at(CENTRE)->checked_by_eye, "checker");
    assert_string_equal(row_at(CENTRE)->checked_by_reader, "reader");
    assert_int_equal(count_hops(YIDI__STEP__CHECKED_BY_EYE), 2);
    assert_int_equal(count_hops(YIDI__STEP__VERIFIED), 1);

    go(2, TO_ORDERED + 1); /* without a method it is both, and still two acts */
    expect(&check, "verified");
    assert_int_equal(count_hops(YIDI__STEP__CHECKED_BY_EYE), 1);
    assert_int_equal(count_hops(YIDI__STEP__VERIFIED), 1);
    fake_network_audit(&network);
}

static void
a_card_that_one_check_finds_bad_is_made_and_checked_again(void **unused)
{
    struct fake_decision by_eye = check, bad_by_reader = check_bad;
    (void)unused;
    by_eye.by = YIDI__CHECK_METHOD__BY_EYE;
    bad_by_reader.by = YIDI__CHECK_METHOD__BY_READER;
    go(1, TO_ORDERED + 1);
    expect(&by_eye, "made");
    expect(&bad_by_reader, "ordered");
    const Yidi__StockReport *report = show_stock();
    assert_int_equal(report->n_spoiled, 1);
    assert_int_equal(report->spoiled[0]->why, YIDI__SPOILED_WHY__BAD_BY_READER);
    assert_string_equal(report->spoiled[0]->case_number, number);
    assert_string_equal(report->spoiled[0]->text, "scratched");
    assert_string_equal(report->spoiled[0]->operator_, "checker");
    expect(&make, "made");
    assert_int_equal(row_at(CENTRE)->attempt, 2);
    assert_string_equal(row_at(CENTRE)->checked_by_eye, ""); /* that was another card */
    expect(&check, "verified");
}

/* ---- cards that go astray ---- */

static void
an_order_is_given_back_until_its_card_is_made(void **unused)
{
    (void)unused;
    go(1, TO_ORDERED);
    expect(&withdraw, "withdrawing");
    expect_state(CENTRE, "withdrawn");
    expect_state(REGISTRY, "withdrawn");
    expect_state(WINDOW, "withdrawn");
    expect(&make, "ILLEGAL_IN_STATE");

    go(2, TO_ORDERED + 1);
    expect(&withdraw, "withdrawing");
    expect_state(CENTRE, "made");
    expect_state(WINDOW, "in-production");
    finish_from(TO_ORDERED + 1);
    fake_network_audit(&network);
}

static void
a_missing_card_is_found_and_sent_again_or_lost_and_made_again(void **unused)
{
    (void)unused;
    receive_blanks(9);
    for (int i = 0; i < 2; i++) {
        struct fake_decision silent = i == 0 ? found : lost, again = dispatch;
        silent.text = "";
        again.package = i == 0 ? "EMS-3" : "EMS-4";
        go((uint64_t)i + 1, TO_DISPATCHED);
        expect(i == 0 ? &lost : &found, "ILLEGAL_IN_STATE");
        expect(&miss, "in-production");
        expect_state(CENTRE, "missing");
        expect(&silent, "FIELD_OUT_OF_BOUNDS");
        expect(i == 0 ? &found : &lost, i == 0 ? "verified" : "ordered");
        assert_int_equal(show_stock()->n_spoiled, i);
        if (i == 1) {
            expect(&make, "made");
            expect(&check, "verified");
        }
        expect(&again, "dispatched");
        expect_state(WINDOW, "in-transit");
        finish_from(TO_DISPATCHED);
    }
    assert_int_equal(show_stock()->spoiled[0]->why, YIDI__SPOILED_WHY__LOST_ON_THE_WAY);
    expect_stock(9, 2, 1, 6);
    fake_network_audit(&network);
}

static void
a_card_that_nobody_collects_is_destroyed(void **unused)
{
    (void)unused;
    go(1, TO_READY);
    fake_desk_let_collection_pass(&network, WINDOW, number);
    expect(&destroy, "destroyed");
    expect_state(CENTRE, "closed");
    assert_int_equal(count_hops(YIDI__STEP__DESTROYED), 1);
    assert_int_equal(show_stock()->n_spoiled, 0); /* it was a good card */
}

static void
a_fault_that_its_holder_finds_opens_the_order_again(void **unused)
{
    (void)unused;
    go(1, TO_THE_END);
    expect(&bad_at_window, "in-production");
    expect_state(CENTRE, "ordered");
    assert_int_equal(show_stock()->spoiled[0]->why, YIDI__SPOILED_WHY__BAD_IN_USE);
    assert_null(row_at(CENTRE)->attention);
    uint32_t due = civil_date_of_ms(row_at(CENTRE)->stage_deadline_ms);
    assert_int_equal(
        civil_date_days_between(civil_date_of_ms(fake_network_time(&network, CENTRE).wall_ms), due),
        5);
    finish_from(TO_ORDERED);
}

/* ---- blank cards ---- */

static void
a_card_uses_a_blank_and_without_one_none_is_made(void **unused)
{
    (void)unused;
    go(1, TO_ORDERED + 1); /* before the first receipt: not counted */
    expect_stock(0, 0, 0, 0);
    receive_blanks(2);
    expect(&check_bad, "ordered"); /* nor is its end */
    expect_stock(2, 0, 0, 2);
    expect(&make, "made");
    expect(&check_bad, "ordered");
    expect(&make, "made");
    expect_stock(2, 1, 1, 0);
    expect(&check_bad, "ordered");
    expect(&make, "STOCK_USED_UP");
    assert_int_equal(row_at(CENTRE)->attempt, 3);
    receive_blanks(1);
    expect(&make, "made");
    expect_stock(3, 1, 2, 0);
    the_books_hold();
}

static void
only_blanks_that_were_received_are_used(void **unused)
{
    struct fake_decision named = make;
    (void)unused;
    assert_string_equal(change_stock(YIDI__STOCK_VERB__STOCK_RECEIVE, 3, "SH0998", "SH1000"), "");
    go(1, TO_ORDERED);
    named.card_serial = "SH1001";
    expect(&named, "CARD_SERIAL_UNKNOWN");
    named.card_serial = "SH099";
    expect(&named, "CARD_SERIAL_UNKNOWN");
    named.card_serial = "SH0999";
    expect(&named, "made");
    expect(&check_bad, "ordered");
    expect(&named, "CARD_SERIAL_TAKEN");
    assert_string_equal(change_stock(YIDI__STOCK_VERB__STOCK_SPOIL, 1, "SH0998", ""), "");
    named.card_serial = "SH0998";
    expect(&named, "CARD_SERIAL_TAKEN");
    expect_stock(3, 0, 2, 1);
    receive_blanks(5); /* from now on nobody can tell which serials there are */
    named.card_serial = "SH2000";
    expect(&named, "made");
    the_books_hold();
}

static void
receipts_that_do_not_add_up_are_refused(void **unused)
{
    static const struct {
        uint64_t count;
        const char *first, *last, *answer;
    } rows[] = {
        { 10, "A001", "A010", "" },
        { 10, "A011", "A021", "STOCK_INVALID" }, /* eleven */
        { 10, "A010", "A019", "STOCK_INVALID" }, /* one was received */
        { 1, "A001", "A001", "STOCK_INVALID" },
        { 10, "A020", "A011", "STOCK_INVALID" },
        { 10, "A011", "B020", "STOCK_INVALID" },
        { 10, "A011", "", "STOCK_INVALID" },
        { 10, "", "A020", "STOCK_INVALID" },
        { 10, "A11", "A020", "STOCK_INVALID" },
        { 2, "AX", "AY", "STOCK_INVALID" },
        { 0, "", "", "STOCK_INVALID" },
        { 1, "A011", "A011", "" },
        { 1, "9", "9", "" },
    };
    (void)unused;
    uint64_t received = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(change_stock(YIDI__STOCK_VERB__STOCK_RECEIVE, rows[i].count,
                                         rows[i].first, rows[i].last),
                            rows[i].answer);
        received += rows[i].answer[0] == '\0' ? rows[i].count : 0;
        expect_stock(received, 0, 0, received);
    }
    assert_string_equal(change_stock(YIDI__STOCK_VERB__STOCK_SPOIL, 99, "", ""), "STOCK_INVALID");
    the_books_hold();
}

static void
a_count_after_a_lost_past_begins_the_books_again(void **unused)
{
    (void)unused;
    receive_blanks(10);
    go(1, TO_DISPATCHED);
    lose_centre();
    const Yidi__StockRow *row = show_stock()->row;
    assert_true(row->count_due);
    assert_false(row->controlled);
    assert_string_equal(change_stock(YIDI__STOCK_VERB__STOCK_COUNT, 9, "", ""), "");
    assert_false(show_stock()->row->count_due);
    expect_stock(9, 0, 0, 9);
    go(2, TO_ORDERED + 1);
    expect_stock(9, 1, 0, 8);
    the_books_hold();
}

/* An old copy of the disk knows the receipt and not the cards that were made since: what its peers
 * hold of them is booked, what nobody saw is found by a count. */
static void
cards_that_peers_saw_are_booked_when_an_old_copy_goes_on(void **unused)
{
    (void)unused;
    receive_blanks(3);
    go(1, TO_ORDERED);
    fake_network_copy_disk(&network, CENTRE);
    expect(&make, "made");
    expect(&check_bad, "ordered"); /* nobody else saw that */
    expect(&make, "made");
    expect(&check, "verified");
    go(2, TO_DISPATCHED);
    expect_stock(3, 2, 1, 0);
    set_centre_back();
    expect_stock(3, 2, 1, 0);
    assert_true(show_stock()->row->count_due);
    the_books_hold();
}

/* ---- batches ---- */

static const Yidi__Response *
make_batch(const char *office, uint32_t limit)
{
    Yidi__BatchMake command = YIDI__BATCH_MAKE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    command.acceptance_office = (char *)(uintptr_t)office;
    command.machine = "M1";
    command.limit = limit;
    request.command_case = YIDI__REQUEST__COMMAND_BATCH_MAKE;
    request.batch_make = &command;
    return ask(CENTRE, &request);
}

static void
expect_batch(uint32_t limit, const char *name, unsigned cards)
{
    const Yidi__Response *response = make_batch("", limit);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_BATCH);
    assert_string_equal(response->batch->batches[0]->batch, name);
    assert_int_equal(response->batch->batches[0]->cards, cards);
}

static void
expect_refusal(const Yidi__Response *response, const char *code)
{
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_REFUSAL);
    assert_string_equal(response->refusal->code, code);
}

static const Yidi__Response *
export_batch(const char *batch, const char *after)
{
    Yidi__BatchExport command = YIDI__BATCH_EXPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    command.batch = (char *)(uintptr_t)batch;
    command.after = (char *)(uintptr_t)after;
    request.command_case = YIDI__REQUEST__COMMAND_BATCH_EXPORT;
    request.batch_export = &command;
    return ask(CENTRE, &request);
}

/* One line of the machine: the state after it, "known", or the code of its refusal. */
static const char *
import_one(const char *batch, const char *case_number, const char *serial, const char *fault)
{
    Yidi__BatchResult line = YIDI__BATCH_RESULT__INIT, *lines[] = { &line };
    Yidi__BatchImport command = YIDI__BATCH_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    line.case_number = (char *)(uintptr_t)case_number;
    line.card_serial = (char *)(uintptr_t)serial;
    line.defective = fault[0] != '\0';
    line.text = (char *)(uintptr_t)fault;
    command.batch = (char *)(uintptr_t)batch;
    command.results = lines;
    command.n_results = 1;
    request.command_case = YIDI__REQUEST__COMMAND_BATCH_IMPORT;
    request.batch_import = &command;
    const Yidi__Response *response = ask(CENTRE, &request);
    if (response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        return response->refusal->code;
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_BATCH_IMPORTED);
    const Yidi__CaseResult *result = response->batch_imported->results[0];
    return result->refusal != NULL ? result->refusal->code
           : result->known         ? "known"
                                   : result->state;
}

static void
an_order_waits_in_one_batch_at_a_time(void **unused)
{
    (void)unused;
    expect_refusal(make_batch("", 0), "BATCH_EMPTY");
    for (uint64_t citizen = 1; citizen <= 3; citizen++)
        go(citizen, TO_ORDERED);
    expect_refusal(make_batch("310115", 0), "OFFICE_CODE_INVALID");
    expect_refusal(make_batch(network.roster.offices[FAR_WINDOW].entry.code, 0), "BATCH_EMPTY");
    expect_batch(2, "B-0000001", 2);
    expect_batch(0, "B-0000002", 1);
    expect_refusal(make_batch("", 0), "BATCH_EMPTY");
    assert_string_equal(row_at(CENTRE)->batch, "B-0000002");
    fake_network_audit(&network);
}

static void
a_batch_gives_the_machine_all_that_it_needs(void **unused)
{
    (void)unused;
    go(1, TO_ORDERED);
    go(2, TO_ORDERED);
    expect_batch(0, "B-0000001", 2);
    expect(&make, "made"); /* by hand meanwhile */
    expect_refusal(export_batch("B-0000009", ""), "BATCH_UNKNOWN");
    const Yidi__BatchCards *page = export_batch("B-0000001", "")->batch_cards;
    assert_int_equal(page->n_cards, 2);
    assert_string_equal(page->next, "");
    unsigned given = 0;
    for (size_t i = 0; i < page->n_cards; i++) {
        const Yidi__BatchCard *card = page->cards[i];
        if (strcmp(card->case_number, number) == 0) {
            assert_string_equal(card->refusal->code, "ILLEGAL_IN_STATE");
            assert_null(card->person);
            assert_int_equal(card->photo.len, 0);
            continue;
        }
        given++;
        assert_null(card->refusal);
        assert_int_equal(card->photo.len, application.photo_size);
        assert_memory_equal(card->photo.data, application.photo, application.photo_size);
        assert_int_equal(card->n_templates, 2);
        assert_memory_equal(card->templates[1]->data.data, application.templates[1], 512);
        assert_true(card->valid_from > 20000101);
    }
    assert_int_equal(given, 1);
    assert_string_equal(export_batch("B-0000001", page->cards[1]->case_number)->batch_cards->next,
                        "");
}

static void
the_machines_results_are_taken_once(void **unused)
{
    char first[CASE_NUMBER_CHARS + 1];
    (void)unused;
    receive_blanks(9);
    go(1, TO_ORDERED);
    memcpy(first, number, sizeof first);
    expect_batch(0, "B-0000001", 1);
    go(2, TO_ORDERED); /* in no batch */
    assert_string_equal(import_one("B-0000007", first, "X1", ""), "BATCH_UNKNOWN");
    assert_string_equal(import_one("B-0000001", number, "X1", ""), "BATCH_UNKNOWN");
    assert_string_equal(import_one("B-0000001", "310115000001261122000000X1", "X1", ""),
                        "CASE_UNKNOWN");
    assert_string_equal(import_one("B-0000001", first, "X1", "laminate torn"), "ordered");
    expect_stock(9, 0, 1, 8);
    assert_string_equal(import_one("B-0000001", first, "X2", ""), "made");
    expect_stock(9, 1, 1, 7);
    assert_string_equal(import_one("B-0000001", first, "X1", "laminate torn"), "known");
    assert_string_equal(import_one("B-0000001", first, "X2", ""), "known");
    assert_string_equal(import_one("B-0000001", first, "X2", "now it is"), "ILLEGAL_IN_STATE");
    assert_string_equal(import_one("B-0000001", first, "X3", ""), "ILLEGAL_IN_STATE");
    assert_string_equal(import_one("B-0000001", number, "X2", ""), "CARD_SERIAL_TAKEN");
    expect_stock(9, 1, 1, 7);
    assert_int_equal(show_stock()->spoiled[0]->why, YIDI__SPOILED_WHY__SPOILED_BY_MACHINE);

    memcpy(number, first, sizeof number);
    assert_int_equal(row_at(CENTRE)->attempt, 2);
    struct fake_decision own = check;
    own.operator= "keeper"; /* who took the results made the card */
    expect(&own, "FOUR_EYES");
    expect(&check_bad, "ordered"); /* it leaves the batch */
    assert_string_equal(import_one("B-0000001", first, "X4", ""), "BATCH_UNKNOWN");
    assert_string_equal(import_one("B-0000001", first, "X2", ""), "known");
    expect_batch(0, "B-0000002", 2);
    the_books_hold();
    fake_network_audit(&network);
}

/* ---- packages ---- */

static const Yidi__Response *
ask_package(size_t at, const char *package)
{
    Yidi__PackageQuery query = YIDI__PACKAGE_QUERY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    query.package = (char *)(uintptr_t)package;
    request.command_case = YIDI__REQUEST__COMMAND_PACKAGE_QUERY;
    request.package_query = &query;
    return ask(at, &request);
}

static void
expect_package(size_t at, unsigned expected, unsigned known, unsigned arrived, unsigned missing)
{
    const Yidi__Response *response = ask_package(at, "EMS-1");
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_PACKAGE);
    const Yidi__PackageReport *report = response->package;
    if (report->expected != expected || report->n_cards != known || report->arrived != arrived ||
        report->missing != missing)
        fail_msg("at %zu: expected %u, known %zu, arrived %u, missing %u", at, report->expected,
                 report->n_cards, report->arrived, report->missing);
}

static void
both_ends_know_what_is_in_a_package(void **unused)
{
    static const struct fake_decision receive = {
        .at = WINDOW, .verb = YIDI__VERB__RECEIVE, .operator= "clerk" };
    (void)unused;
    char numbers[4][CASE_NUMBER_CHARS + 1];
    expect_refusal(ask_package(WINDOW, "EMS-1"), "PACKAGE_UNKNOWN");
    expect_refusal(ask_package(REGISTRY, "EMS-1"), "PACKAGE_UNKNOWN");
    for (unsigned i = 0; i < 4; i++) {
        go(i + 1, TO_DISPATCHED - 1);
        memcpy(numbers[i], number, sizeof number);
    }
    for (unsigned i = 0; i < 3; i++) {
        memcpy(number, numbers[i], sizeof number);
        expect(&dispatch, "dispatched");
        expect_package(CENTRE, i + 1, i + 1, 0, 0);
        expect_package(WINDOW, i + 1, i + 1, 0, 0);
    }
    expect(&receive, "ready");
    memcpy(number, numbers[0], sizeof number);
    expect(&bad_at_window, "in-production");
    memcpy(number, numbers[1], sizeof number);
    expect(&miss, "in-production");
    expect_package(CENTRE, 3, 3, 2, 1);
    expect_package(WINDOW, 3, 3, 2, 1);

    memcpy(number, numbers[3], sizeof number); /* it was opened */
    expect(&dispatch, "PACKAGE_TAKEN");
    expect_state(CENTRE, "verified");
    memcpy(number, numbers[1], sizeof number);
    expect(&found, "verified");
    expect(&dispatch, "PACKAGE_TAKEN");
    expect_package(CENTRE, 3, 3, 2, 0);

    lose_centre();
    expect_package(CENTRE, 3, 3, 2, 1); /* that it was found, nobody else knew */
    fake_desk_lose_disk(&network, WINDOW);
    recover(WINDOW);
    expect_package(WINDOW, 3, 3, 2, 1);
}

/* ---- a lost past ---- */

/* What is done to a case, and what the centre says of it after its disk was lost. */
struct past {
    const char *what;
    size_t steps;                        /* of the straight way */
    const struct fake_decision *then[7]; /* and on */
    const char *after;
};

static const struct fake_decision dispatch_again = {
    .at = CENTRE, .verb = YIDI__VERB__DISPATCH, .operator= "packer", .package = "EMS-7"
};

static const struct past pasts[] = {
    { "withdrawn", TO_ORDERED, { &withdraw }, "withdrawn" },
    { "withdrawn too late, made", TO_ORDERED, { &make, &withdraw }, "ordered" },
    { "withdrawn too late, verified", TO_ORDERED, { &make, &withdraw, &check }, "verified" },
    { "spoiled, then withdrawn", TO_ORDERED, { &make, &check_bad, &withdraw }, "withdrawn" },
    { "withdrawn after it was verified",
      TO_ORDERED,
      { &make, &check, &withdraw, &dispatch },
      "dispatched" },
    { "missing", TO_DISPATCHED, { &miss }, "missing" },
    { "found", TO_DISPATCHED, { &miss, &found }, "missing" },
    { "found, sent again", TO_DISPATCHED, { &miss, &found, &dispatch_again }, "dispatched" },
    { "lost", TO_DISPATCHED, { &miss, &lost }, "missing" },
    { "lost, made again", TO_DISPATCHED, { &miss, &lost, &make, &check }, "verified" },
    { "lost, made and sent again",
      TO_DISPATCHED,
      { &miss, &lost, &make, &check, &dispatch_again },
      "dispatched" },
    { "bad late", TO_THE_END, { &bad_at_window }, "ordered" },
    { "bad late, made again", TO_THE_END, { &bad_at_window, &make, &check }, "verified" },
    { "bad late, and sent again",
      TO_THE_END,
      { &bad_at_window, &make, &check, &dispatch_again },
      "dispatched" },
    { "withdrawn once, in vain, and bad",
      TO_ORDERED,
      { &make, &withdraw, &check, &dispatch, &bad_at_window, &make, &check },
      "verified" },
    { "destroyed", TO_READY, { &destroy }, "closed" },
};

static void
live_through(const struct past *past)
{
    for (size_t i = 0; i < 7 && past->then[i] != NULL; i++) {
        if (past->then[i]->verb == YIDI__VERB__DESTROY)
            fake_desk_let_collection_pass(&network, WINDOW, number);
        const char *answer = fake_desk_decide(&network, past->then[i], number);
        if (answer[0] >= 'A' && answer[0] <= 'Z')
            fail_msg("%s, %zu: %s", past->what, i, answer);
        fake_network_settle(&network);
    }
}

static void
assert_survived(const struct past *past, const char *serial, const char *window)
{
    const char *state = fake_network_state(&network, CENTRE, number);
    if (strcmp(state, past->after) != 0)
        fail_msg("%s: %s", past->what, state);
    assert_string_equal(fake_network_state(&network, WINDOW, number), window);
    if (strcmp(state, "ordered") != 0 && strcmp(state, "withdrawn") != 0)
        assert_string_equal(row_at(CENTRE)->card_serial, serial);
    the_books_hold();
    fake_network_audit(&network);
}

static void
whatever_happened_to_a_card_survives_the_loss_of_the_disk(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof pasts / sizeof *pasts; i++) {
        char serial[41], window[40];
        fake_network_wipe(&network, i + 1);
        fake_desk_populate(&network, 1, CITIZENS);
        receive_blanks(50);
        go(1, pasts[i].steps);
        live_through(&pasts[i]);
        strcpy(serial, row_at(CENTRE)->card_serial);
        strcpy(window, fake_network_state(&network, WINDOW, number));
        lose_centre();
        assert_survived(&pasts[i], serial, window);
    }
}

/* The same from a copy of the disk that knows the beginning. */
static void
whatever_happened_since_a_copy_comes_back_to_it(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof pasts / sizeof *pasts; i++) {
        char serial[41], window[40];
        fake_network_wipe(&network, i + 1);
        fake_desk_populate(&network, 1, CITIZENS);
        receive_blanks(50);
        go(1, pasts[i].steps);
        fake_network_copy_disk(&network, CENTRE);
        live_through(&pasts[i]);
        strcpy(serial, row_at(CENTRE)->card_serial);
        strcpy(window, fake_network_state(&network, WINDOW, number));
        set_centre_back();
        assert_survived(&pasts[i], serial, window);
    }
}

static int
set_up(void **unused)
{
    (void)unused;
    fake_desk_open_wide(&network, 1);
    fake_desk_populate(&network, 1, CITIZENS);
    fake_network_settle(&network);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    fake_network_close(&network);
    return 0;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(a_card_is_checked_by_eye_and_by_reader_in_two_acts),
        TEST(a_card_that_one_check_finds_bad_is_made_and_checked_again),
        TEST(an_order_is_given_back_until_its_card_is_made),
        TEST(a_missing_card_is_found_and_sent_again_or_lost_and_made_again),
        TEST(a_card_that_nobody_collects_is_destroyed),
        TEST(a_fault_that_its_holder_finds_opens_the_order_again),
        TEST(a_card_uses_a_blank_and_without_one_none_is_made),
        TEST(only_blanks_that_were_received_are_used),
        TEST(receipts_that_do_not_add_up_are_refused),
        TEST(a_count_after_a_lost_past_begins_the_books_again),
        TEST(cards_that_peers_saw_are_booked_when_an_old_copy_goes_on),
        TEST(an_order_waits_in_one_batch_at_a_time),
        TEST(a_batch_gives_the_machine_all_that_it_needs),
        TEST(the_machines_results_are_taken_once),
        TEST(both_ends_know_what_is_in_a_package),
        TEST(whatever_happened_to_a_card_survives_the_loss_of_the_disk),
        TEST(whatever_happened_since_a_copy_comes_back_to_it),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
