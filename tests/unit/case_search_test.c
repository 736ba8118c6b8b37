/* SPDX-License-Identifier: Apache-2.0
 *
 * case_search_test - cases found by number, citizen and name at real offices, and what the journal
 * tells of it. All persons are made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/domain/case_number.h"
#include "common/io/case_search.h"
#include "common/io/store_upgrade.h"
#include "common/io/wire.h"
#include "tests/lib/desk_test.h"

enum { CROWD = SEARCH_CASES_MAX + 7 };

static struct arena arena;

static int
set_up(void **unused)
{
    (void)unused;
    arena_init(&arena);
    fake_desk_open(&network, 1);
    fake_desk_populate(&network, 1, 4);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    fake_network_close(&network);
    arena_fini(&arena);
    return 0;
}

static void
apply_as(uint64_t citizen, const char *name, char ret_number[CASE_NUMBER_CHARS + 1])
{
    char key[32];
    snprintf(key, sizeof key, "key %u", (unsigned)citizen);
    fake_desk_citizen(citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    application.form.person->name = (char *)(uintptr_t)name;
    assert_string_equal(fake_desk_apply(&network, &application, key, ret_number), "");
}

static const Yidi__Response *
ask(size_t at, const char *text, uint32_t limit, const char *after)
{
    Yidi__Search search = YIDI__SEARCH__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    search.text = (char *)(uintptr_t)text;
    search.limit = limit;
    search.after = (char *)(uintptr_t)after;
    request.operator_ = "looker1";
    request.command_case = YIDI__REQUEST__COMMAND_SEARCH;
    request.search = &search;
    return fake_network_ask(&network, at, &request, NULL, 0);
}

static const Yidi__Listed *
search(size_t at, const char *text)
{
    const Yidi__Response *response = ask(at, text, 0, "");
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_LISTED);
    return response->listed;
}

static void
assert_finds(size_t at, const char *text, const char *number)
{
    const Yidi__Listed *listed = search(at, text);
    assert_int_equal(listed->n_cases, number == NULL ? 0 : 1);
    if (number != NULL)
        assert_string_equal(listed->cases[0]->case_number, number);
    assert_string_equal(listed->next, "");
}

static void
assert_refused(const char *text, const char *after, const char *code, const char *field)
{
    const Yidi__Response *response = ask(WINDOW, text, 0, after);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_REFUSAL);
    assert_string_equal(response->refusal->code, code);
    assert_string_equal(response->refusal->field, field);
}

/* The detail of the latest entry of a search, and how many there are. */
static unsigned
count_entries(size_t at, const char **ret_detail)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[at].scratch);
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value, all = { 0 };
    unsigned count = 0;
    assert_int_equal(store_cursor_open(txn, TABLE_JOURNAL, all, &cursor), OK);
    while (store_cursor_next(cursor, &key, &value) == OK) {
        ProtobufCMessage *message;
        assert_int_equal(
            wire_decode(&yidi__journal_entry__descriptor, value, &arena, &message, NULL), OK);
        const Yidi__JournalEntry *entry = (const Yidi__JournalEntry *)message;
        if (entry->body_case != YIDI__JOURNAL_ENTRY__BODY_ACT ||
            strcmp(entry->act->verb, "search") != 0)
            continue;
        assert_string_equal(entry->operator_, "looker1");
        *ret_detail = entry->act->detail;
        count++;
    }
    return count;
}

static void
a_case_is_found_by_each_of_its_three_keys_at_every_office(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1], spaced[40];
    apply_as(1, "张三丰", number);
    fake_network_settle(&network);
    snprintf(spaced, sizeof spaced, "%.12s-%.6s %s", number, number + 12, number + 18);
    for (size_t at = WINDOW; at <= REGISTRY; at += REGISTRY - WINDOW) {
        assert_finds(at, number, number);
        assert_finds(at, spaced, number);
        assert_finds(at, application.citizen.number, number);
        assert_finds(at, "张三丰", number);
        assert_finds(at, "张", number);
        assert_finds(at, "三", NULL);
        assert_finds(at, "张三丰丰", NULL);
    }
    const Yidi__CaseSummary *found = search(WINDOW, "张三")->cases[0];
    assert_string_equal(found->name_masked, "张**");
    assert_string_equal(found->state, "submitted");
}

static void
a_name_comes_before_those_that_begin_with_it(void **unused)
{
    (void)unused;
    char longer[CASE_NUMBER_CHARS + 1], exact[CASE_NUMBER_CHARS + 1];
    apply_as(1, "张三丰", longer);
    apply_as(2, "张三", exact);
    const Yidi__Listed *listed = search(WINDOW, "张三");
    assert_int_equal(listed->n_cases, 2);
    assert_string_equal(listed->cases[0]->case_number, exact);
    assert_string_equal(listed->cases[1]->case_number, longer);
}

static void
pages_bring_each_case_once_and_their_cursor_names_nobody(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1], after[CASE_NUMBER_CHARS + 1] = "", name[32];
    bool seen[CROWD] = { false };
    size_t total = 0, pages = 0;
    for (unsigned i = 0; i < CROWD; i++) {
        snprintf(name, sizeof name, "李%s%s", i % 2 == 0 ? "四" : "五", i % 3 == 0 ? "山" : "");
        apply_as(100 + i, name, number);
    }
    do {
        const Yidi__Response *response = ask(WINDOW, "李", 10, after);
        assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_LISTED);
        for (size_t i = 0; i < response->listed->n_cases; i++, total++) {
            uint32_t serial = case_number_serial(response->listed->cases[i]->case_number);
            assert_in_range(serial, 1, CROWD);
            assert_false(seen[serial - 1]);
            seen[serial - 1] = true;
        }
        assert_true(strlen(response->listed->next) % CASE_NUMBER_CHARS == 0);
        strcpy(after, response->listed->next);
        pages++;
    } while (after[0] != '\0');
    assert_int_equal(total, CROWD);
    assert_int_equal(pages, (CROWD + 9) / 10);
    assert_int_equal(search(WINDOW, "李")->n_cases, SEARCH_CASES_MAX);
}

static void
who_looks_for_a_person_is_journalled_with_what_was_found(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1], wanted[80];
    const char *detail = NULL;
    apply_as(1, "张三丰", number);
    search(WINDOW, number);
    assert_int_equal(count_entries(WINDOW, &detail), 0);
    search(WINDOW, application.citizen.number);
    snprintf(wanted, sizeof wanted, "by citizen number: %s", number);
    assert_int_equal(count_entries(WINDOW, &detail), 1);
    assert_string_equal(detail, wanted);
    search(WINDOW, "王");
    assert_int_equal(count_entries(WINDOW, &detail), 2);
    assert_string_equal(detail, "by name: none");
    for (unsigned i = 0; i < 44; i++)
        apply_as(100 + i, "李四", number);
    assert_int_equal(search(WINDOW, "李")->n_cases, 44);
    assert_int_equal(count_entries(WINDOW, &detail), 2 + 3); /* twenty, twenty, four */
    fake_network_settle(&network);
    fake_network_audit(&network);
}

static void
what_is_mistyped_is_refused_and_not_journalled(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    const char *detail;
    apply_as(1, "张三丰", number);
    assert_refused("110105194912310021", "", "CITIZEN_NUMBER_INVALID", "search.text");
    assert_refused("12345", "", "CITIZEN_NUMBER_INVALID", "search.text");
    assert_refused("   ", "", "NAME_INVALID", "search.text");
    assert_refused("张", "nonsense", "FIELD_OUT_OF_BOUNDS", "search.after");
    assert_refused("李", number, "FIELD_OUT_OF_BOUNDS", "search.after");
    assert_int_equal(count_entries(WINDOW, &detail), 0);
}

static void
a_corrected_name_is_found_and_the_former_one_is_not(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    const struct fake_decision returned = { .at = REGISTRY,
                                            .verb = YIDI__VERB__RETURN_FORM,
                                            .operator= "examiner1",
                                            .text = "name",
                                            .field = "form.person.name",
                                            .answer_by = 20270110 };
    apply_as(1, "张三丰", number);
    fake_network_settle(&network);
    desk_test_decide(&returned, number, "returned");
    application.form.person->name = "章三峰";
    assert_string_equal(fake_desk_amend(&network, &application, number), "submitted");
    fake_network_settle(&network);
    for (size_t at = WINDOW; at <= REGISTRY; at += REGISTRY - WINDOW) {
        assert_finds(at, "张", NULL);
        assert_finds(at, "章三", number);
        assert_finds(at, application.citizen.number, number);
    }
    fake_network_audit(&network);
}

static void
a_closed_case_is_found_until_its_texts_are_erased(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    Yidi__EraseNow erase = YIDI__ERASE_NOW__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "key", number), "");
    fake_network_settle(&network);
    fake_desk_walk(&network, number, fake_desk_step_count);
    assert_finds(WINDOW, application.citizen.number, number);
    assert_finds(WINDOW, application.citizen.name, number);
    erase.case_number = number;
    erase.reason = "by order";
    erase.text = true;
    request.operator_ = "supervisor1";
    request.command_case = YIDI__REQUEST__COMMAND_ERASE_NOW;
    request.erase_now = &erase;
    assert_int_equal(fake_network_ask(&network, WINDOW, &request, NULL, 0)->body_case,
                     YIDI__RESPONSE__BODY_ERASED_NOW);
    assert_finds(WINDOW, application.citizen.number, NULL);
    assert_finds(WINDOW, application.citizen.name, NULL);
    assert_finds(WINDOW, number, number);
    assert_int_equal(scratch_store_count(&network.offices[WINDOW].scratch, TABLE_BY_PERSON), 0);
    fake_network_audit(&network);
}

static void
a_store_of_the_third_format_gets_its_index(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    struct scratch_store *scratch = &network.offices[WINDOW].scratch;
    apply_as(1, "张三丰", number);
    apply_as(2, "李四", number);
    fake_network_settle(&network);
    uint64_t dossiers = scratch_store_count(scratch, TABLE_DOSSIERS);
    fake_network_crash(&network, WINDOW);
    scratch_store_reopen(scratch);
    while (scratch_store_count(scratch, TABLE_BY_PERSON) > 0)
        scratch_store_remove(scratch, TABLE_BY_PERSON, 0);
    struct store_txn *txn = scratch_store_write(scratch);
    assert_int_equal(store_set_format(txn, 3), OK);
    scratch_store_commit(txn);
    assert_int_equal(store_upgrade(scratch->store, NULL), OK);
    assert_int_equal(scratch_store_count(scratch, TABLE_BY_PERSON), 4);
    assert_int_equal(scratch_store_count(scratch, TABLE_DOSSIERS), dossiers);
    fake_network_start(&network, WINDOW);
    assert_finds(WINDOW, "李", number);
    fake_network_audit(&network);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_case_is_found_by_each_of_its_three_keys_at_every_office),
        TEST(a_name_comes_before_those_that_begin_with_it),
        TEST(pages_bring_each_case_once_and_their_cursor_names_nobody),
        TEST(who_looks_for_a_person_is_journalled_with_what_was_found),
        TEST(what_is_mistyped_is_refused_and_not_journalled),
        TEST(a_corrected_name_is_found_and_the_former_one_is_not),
        TEST(a_closed_case_is_found_until_its_texts_are_erased),
        TEST(a_store_of_the_third_format_gets_its_index),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
