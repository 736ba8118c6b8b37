/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/centre.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "common/io/case_file.h"
#include "tests/lib/stock_check.h"

enum { CITIZENS = 12 };

const struct fake_decision centre_withdraw = {
    .at = WINDOW, .verb = YIDI__VERB__WITHDRAW, .operator= "clerk", .text = "moves home"
};
const struct fake_decision centre_miss = {
    .at = WINDOW, .verb = YIDI__VERB__MISS, .operator= "clerk", .text = "not in the package"
};
const struct fake_decision centre_destroy = {
    .at = WINDOW, .verb = YIDI__VERB__DESTROY, .operator= "clerk", .text = "nobody came"
};
const struct fake_decision centre_bad_at_window = { .at = WINDOW,
                                                    .verb = YIDI__VERB__RECEIVE,
                                                    .operator= "clerk",
                                                    .defective = true,
                                                    .text = "the chip is dead" };
const struct fake_decision centre_make = {
    .at = CENTRE, .verb = YIDI__VERB__MAKE, .operator= "maker" };
const struct fake_decision centre_check = {
    .at = CENTRE, .verb = YIDI__VERB__CHECK_CARD, .operator= "checker" };
const struct fake_decision centre_check_bad = { .at = CENTRE,
                                                .verb = YIDI__VERB__CHECK_CARD,
                                                .operator= "checker",
                                                .defective = true,
                                                .text = "scratched" };
const struct fake_decision centre_dispatch = {
    .at = CENTRE, .verb = YIDI__VERB__DISPATCH, .operator= "packer", .package = "EMS-1"
};
const struct fake_decision centre_found = { .at = CENTRE,
                                            .verb = YIDI__VERB__TRACE_CARD,
                                            .operator= "packer",
                                            .found = true,
                                            .text = "behind the shelf" };
const struct fake_decision centre_lost = {
    .at = CENTRE, .verb = YIDI__VERB__TRACE_CARD, .operator= "packer", .text = "the carrier lost it"
};

int
centre_set_up(void **state)
{
    struct centre *centre = *state;
    fake_desk_open_wide(&centre->network, 1);
    fake_desk_populate(&centre->network, 1, CITIZENS);
    fake_network_settle(&centre->network);
    return 0;
}

int
centre_tear_down(void **state)
{
    struct centre *centre = *state;
    fake_network_close(&centre->network);
    return 0;
}

void
centre_begin_again(struct centre *centre, uint64_t seed)
{
    fake_network_wipe(&centre->network, seed);
    fake_desk_populate(&centre->network, 1, CITIZENS);
}

void
centre_go(struct centre *centre, uint64_t citizen, size_t steps)
{
    fake_desk_citizen(citizen, YIDI__APPLICATION_KIND__RENEWAL, &centre->application);
    assert_string_equal(fake_desk_apply(&centre->network, &centre->application, "", centre->number),
                        "");
    fake_desk_walk(&centre->network, centre->number, steps);
}

void
centre_expect(struct centre *centre, const struct fake_decision *decision, const char *answer)
{
    assert_string_equal(fake_desk_decide(&centre->network, decision, centre->number), answer);
    fake_network_settle(&centre->network);
}

void
centre_expect_state(struct centre *centre, size_t at, const char *state)
{
    assert_string_equal(fake_network_state(&centre->network, at, centre->number), state);
}

void
centre_finish_from(struct centre *centre, size_t step)
{
    for (; step < fake_desk_step_count; step++)
        centre_expect(centre, &fake_desk_steps[step].decision, fake_desk_steps[step].after);
    centre_expect_state(centre, WINDOW, "collected");
    centre_expect_state(centre, CENTRE, "closed");
}

const Yidi__Case *
centre_row(struct centre *centre, size_t at)
{
    static struct arena arena;
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&centre->network.offices[at].scratch);
    struct case_file file;
    arena_fini(&arena);
    arena_init(&arena);
    assert_int_equal(case_file_open(txn, centre->network.offices[at].role->machine, centre->number,
                                    &arena, &file),
                     OK);
    return file.row;
}

unsigned
centre_count_hops(struct centre *centre, Yidi__Step step)
{
    const Yidi__Case *row = centre_row(centre, CENTRE);
    unsigned count = 0;
    for (size_t i = 0; i < row->n_trace; i++)
        count += row->trace[i]->step == step &&
                 strcmp(row->trace[i]->office, row->production_office) == 0;
    return count;
}

const Yidi__Response *
centre_ask(struct centre *centre, size_t at, Yidi__Request *request)
{
    request->operator_ = "keeper";
    const Yidi__Response *response = fake_network_ask(&centre->network, at, request, NULL, 0);
    assert_non_null(response);
    return response;
}

const char *
centre_change_stock(struct centre *centre, Yidi__StockVerb verb, uint64_t count, const char *first,
                    const char *last)
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
    const Yidi__Response *response = centre_ask(centre, CENTRE, &request);
    return response->body_case == YIDI__RESPONSE__BODY_REFUSAL ? response->refusal->code : "";
}

void
centre_receive_blanks(struct centre *centre, uint64_t count)
{
    assert_string_equal(centre_change_stock(centre, YIDI__STOCK_VERB__STOCK_RECEIVE, count, "", ""),
                        "");
}

const Yidi__StockReport *
centre_show_stock(struct centre *centre)
{
    Yidi__StockQuery query = YIDI__STOCK_QUERY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    query.rows = 100;
    request.command_case = YIDI__REQUEST__COMMAND_STOCK_QUERY;
    request.stock_query = &query;
    const Yidi__Response *response = centre_ask(centre, CENTRE, &request);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_STOCK);
    return response->stock;
}

void
centre_expect_stock(struct centre *centre, uint64_t received, uint64_t used, uint64_t spoiled,
                    uint64_t left)
{
    const Yidi__StockRow *row = centre_show_stock(centre)->row;
    if (row->received != received || row->used != used || row->spoiled != spoiled ||
        row->left != left)
        fail_msg("received %d used %d spoiled %d left %d", (int)row->received, (int)row->used,
                 (int)row->spoiled, (int)row->left);
}

void
centre_check_books(struct centre *centre)
{
    char words[STOCK_CHECK_WORDS];
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&centre->network.offices[CENTRE].scratch);
    if (!stock_check(txn, words))
        fail_msg("%s", words);
}

void
centre_recover(struct centre *centre, size_t at)
{
    fake_desk_recover(&centre->network, at, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_settle(&centre->network);
    fake_network_settle(&centre->network);
    const Yidi__RecoveryReport *report =
        fake_desk_recover(&centre->network, at, YIDI__RECOVER_VERB__RECOVER_SHOW);
    assert_string_equal(report->phase, "done");
    for (size_t i = 0; i < report->n_unplaced; i++)
        print_message("unplaced: %s %d: %s\n", report->unplaced[i]->office,
                      (int)report->unplaced[i]->sequence, report->unplaced[i]->rule);
    assert_int_equal(report->unplaced_count, 0);
}

void
centre_set_back(struct centre *centre)
{
    fake_desk_set_back(&centre->network, CENTRE);
    if (!office_halted(centre->network.offices[CENTRE].office)) /* it may not know yet */
        office_halt(centre->network.offices[CENTRE].office,
                    &(struct trouble){ .code = TROUBLE_RESTORED });
    centre_recover(centre, CENTRE);
}

void
centre_lose(struct centre *centre)
{
    fake_desk_lose_disk(&centre->network, CENTRE);
    centre_recover(centre, CENTRE);
}

void
centre_expect_refusal(const Yidi__Response *response, const char *code)
{
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_REFUSAL);
    assert_string_equal(response->refusal->code, code);
}
