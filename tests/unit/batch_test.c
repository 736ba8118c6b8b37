/* SPDX-License-Identifier: Apache-2.0
 *
 * batch - orders that go to the personalisation machine together, and what comes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/chip.h"
#include "common/io/case_file.h"
#include "common/io/signature.h"
#include "tests/lib/centre.h"

static struct centre centre;

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
    return centre_ask(&centre, CENTRE, &request);
}

static void
expect_batch(uint32_t limit, const char *name, unsigned cards)
{
    const Yidi__Response *response = make_batch("", limit);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_BATCH);
    assert_string_equal(response->batch->batches[0]->batch, name);
    assert_int_equal(response->batch->batches[0]->cards, cards);
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
    return centre_ask(&centre, CENTRE, &request);
}

static const Yidi__Response *
import_text(const char *batch, const char *text)
{
    Yidi__BatchImport command = YIDI__BATCH_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    const struct bytes file = bytes_of_text(text);
    command.batch = (char *)(uintptr_t)batch;
    request.operator_ = "keeper";
    request.command_case = YIDI__REQUEST__COMMAND_BATCH_IMPORT;
    request.batch_import = &command;
    return fake_network_ask(&centre.network, CENTRE, &request, &file, 1);
}

/* One line of the machine: the state after it, "known", or the code of its refusal. */
static const char *
import_one(const char *batch, const char *case_number, const char *serial, const char *fault)
{
    char text[400];
    snprintf(text, sizeof text, "%s,%s,%s", case_number, serial,
             fault[0] == '\0' ? "ok" : "defective,");
    strcat(text, fault);
    const Yidi__Response *response = import_text(batch, text);
    if (response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        return response->refusal->code;
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_BATCH_IMPORTED);
    assert_int_equal(response->batch_imported->n_results, 1);
    const Yidi__CaseResult *result = response->batch_imported->results[0];
    return result->refusal != NULL ? result->refusal->code
           : result->known         ? "known"
                                   : result->state;
}

static void
an_order_waits_in_one_batch_at_a_time(void **unused)
{
    (void)unused;
    centre_expect_refusal(make_batch("", 0), "BATCH_EMPTY");
    for (uint64_t citizen = 1; citizen <= 3; citizen++)
        centre_go(&centre, citizen, TO_ORDERED);
    centre_expect_refusal(make_batch("310115", 0), "OFFICE_CODE_INVALID");
    centre_expect_refusal(make_batch(centre.network.roster.offices[FAR_WINDOW].entry.code, 0),
                          "BATCH_EMPTY");
    expect_batch(2, "B-0000001", 2);
    expect_batch(0, "B-0000002", 1);
    centre_expect_refusal(make_batch("", 0), "BATCH_EMPTY");
    assert_string_equal(centre_row(&centre, CENTRE)->batch, "B-0000002");
    fake_network_audit(&centre.network);
}

/* Face, photo, text of the chip and both templates, each with its digest. */
static void
expect_files(const Yidi__MachineCard *card)
{
    static const char *const extensions[] = { ".json", ".jpg", ".chip", ".fingers" };
    struct digest digest;
    assert_string_equal(card->noted->left_out, "");
    assert_int_equal(card->noted->n_files, 4);
    assert_int_equal(card->n_data, 4);
    for (size_t i = 0; i < 4; i++) {
        const Yidi__BatchFile *file = card->noted->files[i];
        const struct bytes data = bytes_of(card->data[i].data, card->data[i].len);
        assert_memory_equal(file->name, card->noted->case_number, CASE_NUMBER_CHARS);
        assert_string_equal(file->name + CASE_NUMBER_CHARS, extensions[i]);
        assert_int_equal(file->size, data.size);
        signature_digest_one(data, &digest);
        assert_memory_equal(file->sha256.data, digest.bytes, DIGEST_BYTES);
    }
    assert_int_equal(card->data[1].len, centre.application.photo_size);
    assert_memory_equal(card->data[1].data, centre.application.photo,
                        centre.application.photo_size);
    assert_int_equal(card->data[2].len, CHIP_TEXT_BYTES);
    assert_int_equal(card->noted->templates, 2);
    assert_memory_equal(card->data[3].data + CHIP_TEMPLATE_BYTES, centre.application.templates[1],
                        CHIP_TEMPLATE_BYTES);
}

static void
a_batch_gives_the_machine_all_that_it_needs(void **unused)
{
    (void)unused;
    centre_go(&centre, 1, TO_ORDERED);
    centre_go(&centre, 2, TO_ORDERED);
    expect_batch(0, "B-0000001", 2);
    centre_expect(&centre, &centre_make, "made"); /* by hand meanwhile */
    centre_expect_refusal(export_batch("B-0000009", ""), "BATCH_UNKNOWN");
    const Yidi__MachineCards *page = export_batch("B-0000001", "")->machine_cards;
    assert_int_equal(page->n_cards, 2);
    assert_string_equal(page->next, "");
    unsigned given = 0;
    for (size_t i = 0; i < page->n_cards; i++) {
        const Yidi__MachineCard *card = page->cards[i];
        if (strcmp(card->noted->case_number, centre.number) == 0) {
            assert_string_equal(card->noted->left_out,
                                "ILLEGAL_IN_STATE made, and not to be made now");
            assert_int_equal(card->noted->n_files, 0);
            assert_int_equal(card->n_data, 0);
            continue;
        }
        given++;
        expect_files(card);
    }
    assert_int_equal(given, 1);
    assert_string_equal(
        export_batch("B-0000001", page->cards[1]->noted->case_number)->machine_cards->next, "");
}

static void
the_machines_results_are_taken_once(void **unused)
{
    char first[CASE_NUMBER_CHARS + 1];
    (void)unused;
    centre_receive_blanks(&centre, 9);
    centre_go(&centre, 1, TO_ORDERED);
    memcpy(first, centre.number, sizeof first);
    expect_batch(0, "B-0000001", 1);
    centre_go(&centre, 2, TO_ORDERED); /* in no batch */
    assert_string_equal(import_one("B-0000007", first, "X1", ""), "BATCH_UNKNOWN");
    assert_string_equal(import_one("B-0000001", centre.number, "X1", ""), "BATCH_UNKNOWN");
    assert_string_equal(import_one("B-0000001", "4403050000012611220000017P", "X1", ""),
                        "CASE_UNKNOWN");
    assert_string_equal(import_one("B-0000001", first, "X1", "laminate torn"), "ordered");
    centre_expect_stock(&centre, 9, 0, 1, 8);
    assert_string_equal(import_one("B-0000001", first, "X2", ""), "made");
    centre_expect_stock(&centre, 9, 1, 1, 7);
    assert_string_equal(import_one("B-0000001", first, "X1", "laminate torn"), "known");
    assert_string_equal(import_one("B-0000001", first, "X2", ""), "known");
    assert_string_equal(import_one("B-0000001", first, "X2", "now it is"), "ILLEGAL_IN_STATE");
    assert_string_equal(import_one("B-0000001", first, "X3", ""), "ILLEGAL_IN_STATE");
    assert_string_equal(import_one("B-0000001", centre.number, "X2", ""), "CARD_SERIAL_TAKEN");
    centre_expect_stock(&centre, 9, 1, 1, 7);
    assert_int_equal(centre_show_stock(&centre)->spoiled[0]->why,
                     YIDI__SPOILED_WHY__SPOILED_BY_MACHINE);

    memcpy(centre.number, first, sizeof centre.number);
    assert_int_equal(centre_row(&centre, CENTRE)->attempt, 2);
    struct fake_decision own = centre_check;
    own.operator= "keeper"; /* who took the results made the card */
    centre_expect(&centre, &own, "FOUR_EYES");
    centre_expect(&centre, &centre_check_bad, "ordered"); /* it leaves the batch */
    assert_string_equal(import_one("B-0000001", first, "X4", ""), "BATCH_UNKNOWN");
    assert_string_equal(import_one("B-0000001", first, "X2", ""), "known");
    expect_batch(0, "B-0000002", 2);
    centre_check_books(&centre);
    fake_network_audit(&centre.network);
}

static void
each_line_of_a_result_file_has_its_own_result(void **unused)
{
    enum { LINES_MAX = 2048, LINE_BYTES = 32 };
    static char many[(LINES_MAX + 1) * LINE_BYTES];
    char text[400];
    (void)unused;
    centre_go(&centre, 1, TO_ORDERED);
    expect_batch(0, "B-0000001", 1);
    for (size_t i = 0, size = 0; i <= LINES_MAX; i++)
        size += (size_t)snprintf(many + size, sizeof many - size, "%s,X\n", centre.number);
    centre_expect_refusal(import_text("B-0000001", many), "CSV_INVALID");
    centre_expect_refusal(import_text("B-0000001", "case,serial,result,text\r\n\r\n"),
                          "CSV_INVALID");
    snprintf(text, sizeof text,
             "\xEF\xBB\xBF"
             "case,serial,result,text\r\n\r\n4403,X1,ok\r\n%s,X1,perhaps\r\n"
             "%s,X2,\"defective\",\"torn, and scorched\"\r\n%s,X3,ok\r\n%s,X3,ok",
             centre.number, centre.number, centre.number, centre.number);
    const Yidi__BatchImported *imported = import_text("B-0000001", text)->batch_imported;
    assert_int_equal(imported->n_results, 5);
    assert_int_equal(imported->results[0]->line, 3);
    assert_string_equal(imported->results[0]->case_number, "");
    assert_non_null(imported->results[0]->refusal);
    assert_string_equal(imported->results[1]->refusal->code, "CSV_INVALID");
    assert_string_equal(imported->results[2]->state, "ordered");
    assert_string_equal(imported->results[3]->state, "made");
    assert_true(imported->results[4]->known);
    assert_int_equal(imported->results[4]->line, 7);
    assert_int_equal(imported->made, 1);
    assert_int_equal(imported->defective, 1);
    assert_int_equal(imported->known, 1);
}

/* The order is withdrawn while the machine has it: whatever it makes is no card. */
static void
a_body_made_for_a_withdrawn_order_is_booked_as_spoiled(void **unused)
{
    (void)unused;
    centre_receive_blanks(&centre, 9);
    centre_go(&centre, 1, TO_ORDERED);
    expect_batch(0, "B-0000001", 1);
    assert_string_equal(import_one("B-0000001", centre.number, "X1", "laminate torn"), "ordered");
    centre_expect(&centre, &centre_withdraw, "withdrawing");
    centre_expect_state(&centre, CENTRE, "withdrawn");
    assert_string_equal(import_one("B-0000001", centre.number, "X2", "scorched"), "withdrawn");
    assert_string_equal(centre_row(&centre, CENTRE)->card_serial, "X2");
    assert_string_equal(import_one("B-0000001", centre.number, "X3", ""), "withdrawn");
    assert_string_equal(centre_row(&centre, CENTRE)->card_serial, "X3");
    assert_string_equal(import_one("B-0000001", centre.number, "X3", ""), "known");
    centre_expect_stock(&centre, 9, 0, 3, 6);
    const Yidi__StockReport *stock = centre_show_stock(&centre);
    assert_string_equal(stock->spoiled[0]->card_serial, "X3");
    assert_int_equal(stock->spoiled[0]->why, YIDI__SPOILED_WHY__MADE_TOO_LATE);
    assert_string_equal(stock->spoiled[1]->card_serial, "X2");
    assert_string_equal(stock->spoiled[1]->text, "scorched");
    centre_expect(&centre, &centre_make, "ILLEGAL_IN_STATE"); /* by hand, none is made */
    centre_expect_stock(&centre, 9, 0, 3, 6);
    centre_check_books(&centre);
    fake_network_audit(&centre.network);
}

/* Rows that no batch must look at: damaged ones would be seen. */
static void
a_batch_looks_at_no_order_of_another_batch_or_window(void **unused)
{
    (void)unused;
    char first[CASE_NUMBER_CHARS + 1];
    centre_go(&centre, 1, TO_ORDERED);
    memcpy(first, centre.number, sizeof first);
    expect_batch(0, "B-0000001", 1);
    centre_go(&centre, 2, TO_ORDERED);
    const char *window = centre.network.roster.offices[WINDOW].entry.code;
    scratch_store_put(&centre.network.offices[CENTRE].scratch, TABLE_CASES, bytes_of_text(first),
                      bytes_of("x", 1));
    const Yidi__Response *response = make_batch(window, 0);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_BATCH);
    assert_int_equal(response->batch->batches[0]->cards, 1);
    assert_string_equal(centre_row(&centre, CENTRE)->batch, "B-0000002");
    centre_expect_refusal(make_batch(window, 0), "BATCH_EMPTY");
    centre_expect_refusal(make_batch("", 0), "BATCH_EMPTY");
}

/* An earlier program wrote the store: it knew of no orders that wait. */
static void
orders_of_an_earlier_program_are_found(void **unused)
{
    (void)unused;
    struct scratch_store *scratch = &centre.network.offices[CENTRE].scratch;
    for (uint64_t citizen = 1; citizen <= 3; citizen++)
        centre_go(&centre, citizen, TO_ORDERED);
    while (scratch_store_count(scratch, TABLE_BATCHES) > 0)
        scratch_store_remove(scratch, TABLE_BATCHES, 0);
    expect_batch(2, "B-0000001", 2);
    expect_batch(0, "B-0000002", 1);
    centre_expect_refusal(make_batch("", 0), "BATCH_EMPTY");
    fake_network_audit(&centre.network);
}

/* ---- deadlines ---- */

/* The registry's own row says another day; so does its order. */
static void
let_registry_say(uint64_t statutory_deadline_ms)
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn) struct store_txn *txn = NULL;
    struct case_file file;
    const struct machine *machine = centre.network.offices[REGISTRY].role->machine;
    arena_init(&arena);
    assert_int_equal(store_begin_write(centre.network.offices[REGISTRY].scratch.store, &txn), OK);
    assert_int_equal(case_file_open(txn, machine, centre.number, &arena, &file), OK);
    file.row->statutory_deadline_ms = statutory_deadline_ms;
    assert_int_equal(case_file_save(&file, machine, txn, &arena), OK);
    assert_int_equal(store_commit(MOVE(txn)), OK);
}

static void
the_statutory_day_is_counted_from_the_application(void **unused)
{
    (void)unused;
    static const uint64_t said_ms[] = { 0, 1, UINT64_C(1000000000000), UINT64_MAX };
    for (size_t i = 0; i < sizeof said_ms / sizeof *said_ms; i++) {
        centre_go(&centre, i + 1, 1);
        let_registry_say(said_ms[i]);
        centre_expect(&centre, &fake_desk_steps[1].decision, "issued");
        uint64_t right_ms = centre_row(&centre, WINDOW)->statutory_deadline_ms;
        assert_int_equal(centre_row(&centre, CENTRE)->statutory_deadline_ms, right_ms);
        assert_true(centre_row(&centre, CENTRE)->stage_deadline_ms > centre.network.now.wall_ms);
    }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
#define TEST(name) CENTRE_TEST(name, &centre)
        TEST(an_order_waits_in_one_batch_at_a_time),
        TEST(a_batch_gives_the_machine_all_that_it_needs),
        TEST(the_machines_results_are_taken_once),
        TEST(each_line_of_a_result_file_has_its_own_result),
        TEST(a_body_made_for_a_withdrawn_order_is_booked_as_spoiled),
        TEST(a_batch_looks_at_no_order_of_another_batch_or_window),
        TEST(orders_of_an_earlier_program_are_found),
        TEST(the_statutory_day_is_counted_from_the_application),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
