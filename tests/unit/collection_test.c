/* SPDX-License-Identifier: Apache-2.0
 *
 * collection_test - cards are handed out at a window: identification, who came, what was handed
 * back, and what of it stays there. All persons are made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "acceptance-node/core/application.h"
#include "common/domain/citizen_csv.h"
#include "common/domain/citizen_number.h"
#include "common/domain/receipt_code.h"
#include "common/io/case_file.h"
#include "common/io/wire.h"
#include "tests/lib/desk_test.h"
#include "tests/lib/fake_policy.h"

#define PROXY_NUMBER    "310101190002280013"
#define GUARDIAN_NUMBER "51010419000228001X"

static char number[CASE_NUMBER_CHARS + 1];

/* ---- asking ---- */

static const Yidi__Response *
ask(Yidi__Request *request)
{
    request->operator_ = "clerk";
    const Yidi__Response *response = fake_network_ask(&network, WINDOW, request, NULL, 0);
    assert_non_null(response);
    return response;
}

static Yidi__Decide
collection(void)
{
    static char *numbers[] = { number };
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    decide.verb = YIDI__VERB__COLLECT;
    decide.case_numbers = numbers;
    decide.n_case_numbers = 1;
    decide.identified_by = YIDI__IDENTIFIED_BY__DOCUMENT;
    decide.old_card_surrendered = true;
    return decide;
}

/* The state after it, or the code of a refusal. */
static const char *
decide(Yidi__Decide *wire)
{
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_DECIDE;
    request.decide = wire;
    const Yidi__Response *response = ask(&request);
    if (response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        return response->refusal->code;
    const Yidi__CaseResult *result = response->decided->results[0];
    return result->refusal != NULL ? result->refusal->code : result->state;
}

static const char *
compare(Yidi__IdentifiedBy identified_by, size_t *ret_frames)
{
    Yidi__Compare wire = YIDI__COMPARE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    wire.case_number = number;
    wire.identified_by = identified_by;
    request.command_case = YIDI__REQUEST__COMMAND_COMPARE;
    request.compare = &wire;
    const Yidi__Response *response = ask(&request);
    *ret_frames = network.answer.frame_count;
    return response->body_case == YIDI__RESPONSE__BODY_REFUSAL ? response->refusal->code
                                                               : response->reference->comparator;
}

static const char *
give_temporary(const char *serial)
{
    Yidi__IssueTemporary wire = YIDI__ISSUE_TEMPORARY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    wire.case_number = number;
    wire.card_serial = (char *)(uintptr_t)serial;
    request.command_case = YIDI__REQUEST__COMMAND_ISSUE_TEMPORARY;
    request.issue_temporary = &wire;
    const Yidi__Response *response = ask(&request);
    return response->body_case == YIDI__RESPONSE__BODY_REFUSAL ? response->refusal->code : "";
}

static const Yidi__Shown *
show_case(bool full)
{
    Yidi__Show wire = YIDI__SHOW__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    wire.case_number = number;
    wire.full = full;
    wire.reason = "test";
    request.command_case = YIDI__REQUEST__COMMAND_SHOW;
    request.show = &wire;
    const Yidi__Response *response = ask(&request);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_SHOWN);
    return response->shown;
}

static const Yidi__Collection *
show(bool full)
{
    return show_case(full)->case_row->collection;
}

/* ---- to the window's desk ---- */

static void
bring_to_window(Yidi__ApplicationKind kind, bool with_fingerprints)
{
    fake_desk_citizen(1, kind, &application);
    application.form.n_fingerprints = with_fingerprints ? 2 : 0;
    application.form.no_fingerprints_reason = with_fingerprints ? "" : "both hands in plaster";
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    fake_desk_walk(&network, number, fake_desk_step_count - 1);
}

/* A citizen of that birth date with a guardian, on the registry's file. */
static void
make_child(struct made_citizen *ret_citizen, Yidi__Guardian *ret_guardian, uint32_t birth_date)
{
    char csv[sizeof CITIZEN_CSV_HEADER + CITIZEN_MAKER_LINE_BYTES + 2];
    Yidi__PopulationImport import = YIDI__POPULATION_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    citizen_make(30, FAKE_DESK_DIVISION, ret_citizen);
    ret_citizen->birth_date = birth_date;
    snprintf(ret_citizen->number + 6, 9, "%08u", (unsigned)birth_date);
    memcpy(ret_citizen->number + 14, "004", 3);
    ret_citizen->male = false;
    ret_citizen->number[17] = citizen_number_check_character(ret_citizen->number);
    ret_citizen->number[18] = '\0';
    size_t size = (size_t)sprintf(csv, "%s\n", CITIZEN_CSV_HEADER);
    size += citizen_make_line(ret_citizen, csv + size);
    request.operator_ = "registrar";
    request.command_case = YIDI__REQUEST__COMMAND_POPULATION_IMPORT;
    request.population_import = &import;
    const struct bytes frame = bytes_of(csv, size);
    const Yidi__Response *response = fake_network_ask(&network, REGISTRY, &request, &frame, 1);
    assert_int_equal(response->imported->imported, 1);
    yidi__guardian__init(ret_guardian);
    ret_guardian->name = "王芳";
    ret_guardian->citizen_number = GUARDIAN_NUMBER;
    ret_guardian->relation = "mother";
}

static Yidi__Collector
proxy(void)
{
    Yidi__Collector collector = YIDI__COLLECTOR__INIT;
    collector.kind = YIDI__COLLECTOR_KIND__PROXY;
    collector.name = "李伟";
    collector.citizen_number = PROXY_NUMBER;
    collector.relation = "son";
    collector.reason = "in hospital";
    return collector;
}

/* ---- tests ---- */

static void
a_card_is_not_handed_out_before_the_holder_was_identified(void **state)
{
    (void)state;
    bring_to_window(YIDI__APPLICATION_KIND__RENEWAL, true);
    Yidi__Decide wire = collection();
    wire.identified_by = YIDI__IDENTIFIED_BY__IDENTIFIED_BY_UNSPECIFIED;
    assert_string_equal(decide(&wire), "IDENTIFICATION_MISSING");
    assert_string_equal(fake_network_state(&network, WINDOW, number), "ready");
    assert_null(show(false));
    wire.identified_by = YIDI__IDENTIFIED_BY__FINGERPRINT;
    wire.comparison = YIDI__COMPARISON__NO_MATCH;
    wire.score = "3.1";
    assert_string_equal(decide(&wire), "IDENTIFICATION_FAILED");
    wire.comparison = YIDI__COMPARISON__MATCH;
    wire.score = "93.1";
    assert_string_equal(decide(&wire), "collected");
    const Yidi__Collection *kept = show(false);
    assert_int_equal(kept->identified_by, YIDI__IDENTIFIED_BY__FINGERPRINT);
    assert_int_equal(kept->comparison, YIDI__COMPARISON__MATCH);
    assert_string_equal(kept->score, "93.1");
    assert_string_equal(kept->clerk, "clerk");
    assert_null(kept->collector);
    assert_true(kept->collected_ms > 0);
}

static void
what_the_state_forbids_is_told_before_anything_else(void **state)
{
    (void)state;
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    Yidi__Decide wire = collection();
    wire.identified_by = YIDI__IDENTIFIED_BY__IDENTIFIED_BY_UNSPECIFIED;
    assert_string_equal(decide(&wire), "ILLEGAL_IN_STATE");
}

static void
read_code(char ret_code[RECEIPT_CODE_CHARS + 1])
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[WINDOW].scratch);
    struct case_file file;
    arena_init(&arena);
    assert_int_equal(case_file_open(txn, &application_machine, number, &arena, &file), OK);
    strcpy(ret_code, file.row->receipt_code);
}

static void
the_code_is_that_of_the_receipt(void **state)
{
    (void)state;
    char code[RECEIPT_CODE_CHARS + 1], scan[RECEIPT_SCAN_CHARS_MAX + 1];
    bring_to_window(YIDI__APPLICATION_KIND__RENEWAL, true);
    read_code(code);
    Yidi__Decide wire = collection();
    wire.receipt_code = number;
    assert_string_equal(decide(&wire), "RECEIPT_CODE_INVALID");
    wire.receipt_code = "7K3QX-0MZ4T";
    assert_string_equal(decide(&wire), "RECEIPT_MISMATCH");
    receipt_code_write_scan("", "44030550010026112200000012", code, scan);
    wire.receipt_code = scan; /* the right code of another case */
    assert_string_equal(decide(&wire), "RECEIPT_MISMATCH");
    receipt_code_write_scan("", number, code, scan);
    assert_string_equal(decide(&wire), "collected");
    assert_true(show(false)->receipt_checked);
}

static void
the_code_may_be_typed(void **state)
{
    (void)state;
    char code[RECEIPT_CODE_CHARS + 1];
    bring_to_window(YIDI__APPLICATION_KIND__RENEWAL, true);
    read_code(code);
    Yidi__Decide wire = collection();
    wire.receipt_code = code;
    assert_string_equal(decide(&wire), "collected");
}

static void
what_is_said_of_one_person_goes_with_one_case(void **state)
{
    (void)state;
    bring_to_window(YIDI__APPLICATION_KIND__RENEWAL, false);
    Yidi__Decide wire = collection();
    Yidi__Collector collector = proxy();
    wire.case_numbers = (char *[]){ number, number };
    wire.n_case_numbers = 2;
    wire.collector = &collector;
    assert_string_equal(decide(&wire), "FIELD_OUT_OF_BOUNDS");
    assert_string_equal(fake_network_state(&network, WINDOW, number), "ready");
}

static void
a_proxy_is_kept_in_full_and_shown_masked(void **state)
{
    (void)state;
    bring_to_window(YIDI__APPLICATION_KIND__REPLACEMENT, false);
    Yidi__Decide wire = collection();
    Yidi__Collector collector = proxy();
    wire.collector = &collector;
    assert_string_equal(decide(&wire), "collected");
    const Yidi__Collection *kept = show(false);
    assert_string_equal(kept->collector->name, "李*");
    assert_string_equal(kept->collector->citizen_number, "3101**********0013");
    assert_string_equal(kept->collector->reason, "");
    kept = show(true);
    assert_string_equal(kept->collector->name, "李伟");
    assert_string_equal(kept->collector->citizen_number, PROXY_NUMBER);
    assert_string_equal(kept->collector->reason, "in hospital");
}

static void
whoever_gave_fingerprints_sends_no_proxy(void **state)
{
    (void)state;
    bring_to_window(YIDI__APPLICATION_KIND__REPLACEMENT, true);
    Yidi__Decide wire = collection();
    Yidi__Collector collector = proxy();
    wire.collector = &collector;
    assert_string_equal(decide(&wire), "COLLECTOR_NOT_ENTITLED");
}

static void
the_guardian_in_the_application_collects_for_a_child(void **state)
{
    (void)state;
    struct made_citizen citizen;
    Yidi__Guardian guardian;
    make_child(&citizen, &guardian, 20150601);
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    application_set_citizen(&application, &citizen);
    application.form.guardian = &guardian;
    const char *refused = fake_desk_apply(&network, &application, "", number);
    application.form.guardian = NULL;
    assert_string_equal(refused, "");
    fake_desk_walk(&network, number, fake_desk_step_count - 1);
    Yidi__Decide wire = collection();
    assert_string_equal(decide(&wire), "COLLECTOR_NOT_ENTITLED");
    Yidi__Collector collector = YIDI__COLLECTOR__INIT;
    collector.kind = YIDI__COLLECTOR_KIND__GUARDIAN;
    collector.name = "王芳";
    collector.citizen_number = PROXY_NUMBER;
    wire.collector = &collector;
    assert_string_equal(decide(&wire), "COLLECTOR_NOT_ENTITLED");
    collector.citizen_number = GUARDIAN_NUMBER;
    assert_string_equal(decide(&wire), "collected");
}

/* ---- the card is checked ---- */

static const char *
field_refused(void)
{
    return network.answer.response->decided->results[0]->refusal->field;
}

/* What the window's journal says of the latest act; in the arena. */
static const char *
read_last_act(struct arena *arena)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[WINDOW].scratch);
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value, all = { 0 };
    const char *detail = "";
    assert_int_equal(store_cursor_open(txn, TABLE_JOURNAL, all, &cursor), OK);
    while (store_cursor_next(cursor, &key, &value) == OK) {
        ProtobufCMessage *message;
        assert_int_equal(
            wire_decode(&yidi__journal_entry__descriptor, value, arena, &message, NULL), OK);
        const Yidi__JournalEntry *entry = (const Yidi__JournalEntry *)message;
        if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_ACT)
            detail = entry->act->detail;
    }
    return detail;
}

static void
whoever_collects_checks_the_card_where_the_policy_of_the_case_demands_it(void **state)
{
    (void)state;
    static const struct made_rule demanded = { .key = "collection.holder-check",
                                               .value = 1,
                                               .province = "31" };
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    fake_policy_give_all(&network, 1, &demanded, 1);
    bring_to_window(YIDI__APPLICATION_KIND__RENEWAL, true);
    fake_policy_give_all(&network, 2, NULL, 0); /* is not the one of this case */
    assert_true(show_case(false)->holder_check);
    Yidi__Decide wire = collection();
    assert_string_equal(decide(&wire), "HOLDER_CHECK_MISSING");
    assert_string_equal(field_refused(), "decide.holder_checked");
    assert_string_equal(fake_network_state(&network, WINDOW, number), "ready");
    assert_null(show(false));
    wire.holder_checked = true;
    assert_string_equal(decide(&wire), "collected");
    assert_true(show(false)->holder_checked);
    assert_string_equal(read_last_act(&arena),
                        "holder identified by document, print and chip checked and signed for");
}

static void
elsewhere_and_before_its_day_the_card_need_not_be_checked(void **state)
{
    (void)state;
    static const struct made_rule others[] = {
        { .key = "collection.holder-check", .value = 1, .province = "44" }, /* the registry's */
        { .key = "collection.holder-check", .value = 1, .province = "31", .from = 20990101 },
    };
    fake_policy_give_all(&network, 1, others, 2);
    bring_to_window(YIDI__APPLICATION_KIND__RENEWAL, true);
    assert_false(show_case(false)->holder_check);
    Yidi__Decide wire = collection();
    assert_string_equal(decide(&wire), "collected");
    assert_false(show(false)->holder_checked);
}

/* ---- temporary cards ---- */

static void
a_temporary_card_is_handed_back_before_the_card_is_handed_out(void **state)
{
    (void)state;
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    assert_string_equal(give_temporary("T-1"), "ILLEGAL_IN_STATE");
    fake_desk_walk(&network, number, 2);
    assert_string_equal(give_temporary("T-1"), "");
    assert_int_equal(show(false)->temporary_card->end, YIDI__TEMPORARY_CARD_END__STILL_OUT);
    for (size_t i = 2; i < fake_desk_step_count - 1; i++) {
        assert_string_equal(fake_desk_decide(&network, &fake_desk_steps[i].decision, number),
                            fake_desk_steps[i].after);
        fake_network_settle(&network);
    }
    Yidi__Decide wire = collection();
    assert_string_equal(decide(&wire), "TEMPORARY_CARD_OUT");
    wire.temporary_card_lost = true;
    assert_string_equal(decide(&wire), "collected");
    const Yidi__TemporaryCard *card = show(false)->temporary_card;
    assert_int_equal(card->end, YIDI__TEMPORARY_CARD_END__REPORTED_LOST);
    assert_int_equal(card->fee_fen, 1000);
    assert_string_equal(card->card_serial, "T-1");
}

static const char *
return_temporary(bool lost)
{
    Yidi__ReturnTemporary wire = YIDI__RETURN_TEMPORARY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    wire.case_number = number;
    wire.lost = lost;
    wire.text = "brought to the window";
    request.command_case = YIDI__REQUEST__COMMAND_RETURN_TEMPORARY;
    request.return_temporary = &wire;
    const Yidi__Response *response = ask(&request);
    return response->body_case == YIDI__RESPONSE__BODY_REFUSAL ? response->refusal->code : "";
}

/* Those that are out; of the page behind a cursor. */
static const Yidi__TemporaryList *
list_temporary(uint32_t ended_before, uint32_t limit, const char *after)
{
    Yidi__TemporaryQuery wire = YIDI__TEMPORARY_QUERY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    wire.ended_before = ended_before;
    wire.limit = limit;
    wire.after = (char *)(uintptr_t)after;
    request.command_case = YIDI__REQUEST__COMMAND_TEMPORARY_QUERY;
    request.temporary_query = &wire;
    const Yidi__Response *response = ask(&request);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_TEMPORARY_LIST);
    return response->temporary_list;
}

static void
go_with_temporary(uint64_t citizen, const char *serial)
{
    fake_desk_citizen(citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    fake_desk_walk(&network, number, 2);
    assert_string_equal(give_temporary(serial), "");
}

static void
a_temporary_card_of_a_case_that_ended_comes_back(void **state)
{
    (void)state;
    const struct fake_decision withdraw = {
        .at = WINDOW, .verb = YIDI__VERB__WITHDRAW, .operator= "clerk", .text = "moves home"
    };
    go_with_temporary(1, "T-1");
    desk_test_decide(&withdraw, number, "withdrawing");
    assert_string_equal(fake_network_state(&network, WINDOW, number), "withdrawn");
    const Yidi__TemporaryList *list = list_temporary(0, 0, "");
    assert_int_equal(list->n_cards, 1);
    assert_string_equal(list->cards[0]->case_number, number);
    assert_string_equal(list->cards[0]->state, "withdrawn");
    assert_string_equal(list->cards[0]->card->card_serial, "T-1");
    uint64_t before = network.offices[WINDOW].office->journal.committed.size;
    assert_string_equal(return_temporary(false), "");
    assert_int_equal(network.offices[WINDOW].office->journal.committed.size, before + 1);
    assert_int_equal(show(false)->temporary_card->end, YIDI__TEMPORARY_CARD_END__HANDED_BACK);
    assert_int_equal(list_temporary(0, 0, "")->n_cards, 0);
    assert_string_equal(return_temporary(true), "TEMPORARY_CARD_NOT_OUT");
}

static void
temporary_cards_are_listed_until_they_are_back(void **state)
{
    (void)state;
    assert_int_equal(list_temporary(0, 0, "")->n_cards, 0);
    go_with_temporary(1, "T-1");
    uint32_t last_day = show(false)->temporary_card->valid_until;
    go_with_temporary(2, "T-2");
    assert_int_equal(list_temporary(last_day, 0, "")->n_cards, 0); /* none has ended before it */
    assert_int_equal(list_temporary(last_day + 1, 0, "")->n_cards, 2);
    const Yidi__TemporaryList *page = list_temporary(0, 1, "");
    assert_int_equal(page->n_cards, 1);
    assert_string_equal(page->cards[0]->card->card_serial, "T-1");
    char next[129];
    strcpy(next, page->next);
    page = list_temporary(0, 1, next);
    assert_int_equal(page->n_cards, 1);
    assert_string_equal(page->cards[0]->card->card_serial, "T-2");
    assert_string_equal(page->next, "");

    for (size_t i = 2; i < fake_desk_step_count - 1; i++) {
        assert_string_equal(fake_desk_decide(&network, &fake_desk_steps[i].decision, number),
                            fake_desk_steps[i].after);
        fake_network_settle(&network);
    }
    Yidi__Decide wire = collection();
    wire.temporary_card_surrendered = true;
    assert_string_equal(decide(&wire), "collected");
    page = list_temporary(0, 0, "");
    assert_int_equal(page->n_cards, 1);
    assert_string_equal(page->cards[0]->card->card_serial, "T-1");
}

/* ---- comparing ---- */

static void
the_photo_and_the_templates_are_handed_out_to_be_compared(void **state)
{
    (void)state;
    size_t frames;
    bring_to_window(YIDI__APPLICATION_KIND__RENEWAL, true);
    assert_string_equal(compare(YIDI__IDENTIFIED_BY__FACE, &frames), "COMPARATOR_MISSING");
    assert_int_equal(frames, 0);
    network.offices[WINDOW].office->options.comparator = "compare --quickly";
    assert_string_equal(compare(YIDI__IDENTIFIED_BY__FACE, &frames), "compare --quickly");
    assert_int_equal(frames, 1);
    assert_string_equal(compare(YIDI__IDENTIFIED_BY__FINGERPRINT, &frames), "compare --quickly");
    assert_int_equal(frames, 2);
    assert_string_equal(compare(YIDI__IDENTIFIED_BY__DOCUMENT, &frames), "FIELD_OUT_OF_BOUNDS");
    assert_string_equal(fake_network_state(&network, WINDOW, number), "ready");
}

static void
biometrics_are_handed_out_only_while_the_card_waits(void **state)
{
    (void)state;
    size_t frames;
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    network.offices[WINDOW].office->options.comparator = "compare";
    assert_string_equal(compare(YIDI__IDENTIFIED_BY__FACE, &frames), "ILLEGAL_IN_STATE");
    assert_int_equal(frames, 0);
}

static void
every_look_at_biometrics_stands_in_the_journal(void **state)
{
    (void)state;
    size_t frames;
    bring_to_window(YIDI__APPLICATION_KIND__RENEWAL, true);
    network.offices[WINDOW].office->options.comparator = "compare";
    uint64_t before = network.offices[WINDOW].office->journal.committed.size;
    compare(YIDI__IDENTIFIED_BY__FACE, &frames);
    assert_int_equal(network.offices[WINDOW].office->journal.committed.size, before + 1);
}

/* ---- unclaimed cards ---- */

static void
a_card_is_destroyed_only_when_nobody_collected_it_in_time(void **state)
{
    (void)state;
    bring_to_window(YIDI__APPLICATION_KIND__RENEWAL, true);
    const struct fake_decision destroy = {
        .at = WINDOW, .verb = YIDI__VERB__DESTROY, .operator= "clerk", .text = "shredded"
    };
    assert_string_equal(fake_desk_decide(&network, &destroy, number), "COLLECTION_OPEN");
    fake_desk_let_collection_pass(&network, WINDOW, number);
    assert_string_equal(fake_desk_decide(&network, &destroy, number), "destroyed");
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
a_window_that_lost_its_past_knows_how_the_holder_was_identified(void **state)
{
    (void)state;
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    fake_desk_walk(&network, number, 2);
    assert_string_equal(give_temporary("T-1"), "");
    for (size_t i = 2; i < fake_desk_step_count - 1; i++) {
        assert_string_equal(fake_desk_decide(&network, &fake_desk_steps[i].decision, number),
                            fake_desk_steps[i].after);
        fake_network_settle(&network);
    }
    Yidi__Decide wire = collection();
    wire.identified_by = YIDI__IDENTIFIED_BY__FACE;
    wire.comparison = YIDI__COMPARISON__MATCH;
    wire.score = "0.98";
    wire.temporary_card_surrendered = true;
    wire.holder_checked = true;
    assert_string_equal(decide(&wire), "collected");
    uint64_t collected_ms = show(false)->collected_ms;
    fake_network_settle(&network);
    recover_window();
    const Yidi__Collection *kept = show(false);
    assert_int_equal(kept->identified_by, YIDI__IDENTIFIED_BY__FACE);
    assert_int_equal(kept->comparison, YIDI__COMPARISON__MATCH);
    assert_string_equal(kept->score, "0.98");
    assert_string_equal(kept->clerk, "clerk");
    assert_int_equal(kept->collected_ms, collected_ms);
    assert_true(kept->holder_checked);
    assert_string_equal(kept->temporary_card->card_serial, "T-1");
    assert_int_equal(kept->temporary_card->end, YIDI__TEMPORARY_CARD_END__HANDED_BACK);
}

/* Other offices were told that a proxy came, and not who. */
static void
who_the_proxy_was_is_not_told_to_anybody(void **state)
{
    (void)state;
    bring_to_window(YIDI__APPLICATION_KIND__REPLACEMENT, false);
    Yidi__Decide wire = collection();
    Yidi__Collector collector = proxy();
    wire.collector = &collector;
    assert_string_equal(decide(&wire), "collected");
    fake_network_settle(&network);
    recover_window();
    const Yidi__Collection *kept = show(true);
    assert_int_equal(kept->collector->kind, YIDI__COLLECTOR_KIND__PROXY);
    assert_string_equal(kept->collector->name, "");
    assert_string_equal(kept->collector->citizen_number, "");
}

static int
set_up(void **state)
{
    (void)state;
    fake_desk_open(&network, 11);
    fake_desk_populate(&network, 1, 3);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(a_card_is_not_handed_out_before_the_holder_was_identified),
        TEST(what_the_state_forbids_is_told_before_anything_else),
        TEST(the_code_is_that_of_the_receipt),
        TEST(the_code_may_be_typed),
        TEST(what_is_said_of_one_person_goes_with_one_case),
        TEST(a_proxy_is_kept_in_full_and_shown_masked),
        TEST(whoever_gave_fingerprints_sends_no_proxy),
        TEST(the_guardian_in_the_application_collects_for_a_child),
        TEST(whoever_collects_checks_the_card_where_the_policy_of_the_case_demands_it),
        TEST(elsewhere_and_before_its_day_the_card_need_not_be_checked),
        TEST(a_temporary_card_is_handed_back_before_the_card_is_handed_out),
        TEST(a_temporary_card_of_a_case_that_ended_comes_back),
        TEST(temporary_cards_are_listed_until_they_are_back),
        TEST(the_photo_and_the_templates_are_handed_out_to_be_compared),
        TEST(biometrics_are_handed_out_only_while_the_card_waits),
        TEST(every_look_at_biometrics_stands_in_the_journal),
        TEST(a_card_is_destroyed_only_when_nobody_collected_it_in_time),
        TEST(a_window_that_lost_its_past_knows_how_the_holder_was_identified),
        TEST(who_the_proxy_was_is_not_told_to_anybody),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
