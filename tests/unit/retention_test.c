/* SPDX-License-Identifier: Apache-2.0
 *
 * retention_test - what closed cases no longer need is erased at each office, and all that is left
 * still proves what it proved.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/io/case_file.h"
#include "common/io/deadline_index.h"
#include "common/io/dossier.h"
#include "common/io/store_upgrade.h"
#include "common/io/stream_key.h"
#include "common/io/wire.h"
#include "tests/lib/desk_test.h"
#include "tests/lib/policy_maker.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))
#define DAY_MS      UINT64_C(86400000)

enum { KEEP_PHOTO_DAYS = 3, KEEP_TEXT_DAYS = 9, BLOBS = 3 };

static const struct made_rule short_rules[] = {
    { .key = "retention.biometrics", .value = KEEP_PHOTO_DAYS },
    { .key = "retention.text", .value = KEEP_TEXT_DAYS },
};

static char number[CASE_NUMBER_CHARS + 1], other[CASE_NUMBER_CHARS + 1];

static int
set_up(void **unused)
{
    (void)unused;
    desk_test_open_keeping(4, KEEP_PHOTO_DAYS, KEEP_TEXT_DAYS);
    return 0;
}

static void
apply(uint64_t citizen, const char *key, char ret_number[CASE_NUMBER_CHARS + 1])
{
    desk_test_apply(citizen, key, ret_number);
}

/* A card that was collected. */
static void
finish(uint64_t citizen, char ret_number[CASE_NUMBER_CHARS + 1])
{
    char key[] = "key 0";
    key[4] += (char)citizen;
    apply(citizen, key, ret_number);
    fake_desk_walk(&network, ret_number, fake_desk_step_count);
}

static void
pass_days(unsigned days)
{
    fake_network_run_until(&network, network.now.monotonic_ms + days * DAY_MS);
}

static uint64_t
rows(size_t at, enum store_table table)
{
    return scratch_store_count(&network.offices[at].scratch, table);
}

/* How many entries say that something of a case was erased; the detail of the last one. */
static unsigned
count_acts(size_t at, const char *case_number, struct arena *arena, const char **ret_detail)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[at].scratch);
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value, all = { 0 };
    unsigned count = 0;
    assert_int_equal(store_cursor_open(txn, TABLE_JOURNAL, all, &cursor), OK);
    while (store_cursor_next(cursor, &key, &value) == OK) {
        ProtobufCMessage *message;
        assert_int_equal(
            wire_decode(&yidi__journal_entry__descriptor, value, arena, &message, NULL), OK);
        const Yidi__JournalEntry *entry = (const Yidi__JournalEntry *)message;
        if (entry->body_case != YIDI__JOURNAL_ENTRY__BODY_ACT ||
            strcmp(entry->act->verb, "erase") != 0 ||
            strcmp(entry->act->case_number, case_number) != 0)
            continue;
        *ret_detail = entry->act->detail;
        count++;
    }
    return count;
}

static const Yidi__EraseReport *
report(size_t at)
{
    Yidi__EraseQuery query = YIDI__ERASE_QUERY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.operator_ = "auditor1";
    request.command_case = YIDI__REQUEST__COMMAND_ERASE_QUERY;
    request.erase_query = &query;
    const Yidi__Response *response = fake_network_ask(&network, at, &request, NULL, 0);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_ERASE_REPORT);
    return response->erase_report;
}

/* The code of the refusal, or "". */
static const char *
erase_now(size_t at, const char *case_number, bool text)
{
    return desk_test_erase_now(at, case_number, (struct desk_test_erasure){ .text = text });
}

static const struct fake_decision fault = { .at = WINDOW,
                                            .verb = YIDI__VERB__RECEIVE,
                                            .operator= "clerk",
                                            .defective = true,
                                            .text = "the chip does not answer" };

/* ---- photo and fingerprints ---- */

static void
photo_and_fingerprints_go_when_their_time_has_passed(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    const char *detail = "";
    arena_init(&arena);
    finish(1, number);
    pass_days(KEEP_PHOTO_DAYS - 1);
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++)
        assert_int_equal(rows(at, TABLE_BLOBS), BLOBS);
    pass_days(2);
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++) {
        assert_int_equal(rows(at, TABLE_BLOBS), 0);
        assert_int_equal(count_acts(at, number, &arena, &detail), 1);
        assert_string_equal(detail, "photo and fingerprints, 3 files; policy version 1");
        const Yidi__EraseReport *told = report(at);
        assert_int_equal(told->n_days, 1);
        assert_int_equal(told->days[0]->cases, 1);
        assert_int_equal(told->days[0]->attachments, BLOBS);
        assert_int_equal(told->waiting, 1);
        assert_int_equal(told->next[0]->stage, YIDI__ERASE_STAGE__ERASE_TEXT);
        assert_string_equal(told->next[0]->held, "");
        assert_string_equal(told->resting, "");
    }
    assert_string_equal(fake_network_state(&network, WINDOW, number), "collected");
    fake_network_audit(&network);
}

static void
a_photo_that_another_case_needs_stays(void **unused)
{
    (void)unused;
    finish(1, number);
    apply(2, "", other); /* synthetic applicants share their photo */
    pass_days(KEEP_PHOTO_DAYS + 1);
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++)
        if (at != CENTRE) /* where there is no order yet */
            assert_int_equal(rows(at, TABLE_BLOBS), BLOBS);
    assert_int_equal(rows(CENTRE, TABLE_BLOBS), 0);
    assert_int_equal(report(WINDOW)->days[0]->cases, 1);
    assert_int_equal(report(WINDOW)->days[0]->attachments, 0);
    fake_desk_walk(&network, other, fake_desk_step_count);
    assert_string_equal(fake_network_state(&network, WINDOW, other), "collected");
    pass_days(KEEP_PHOTO_DAYS + 1);
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++)
        assert_int_equal(rows(at, TABLE_BLOBS), 0);
    fake_network_audit(&network);
}

static void
no_text_goes_while_a_message_about_the_case_is_not_delivered(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    apply(1, "", number);
    fake_desk_walk(&network, number, fake_desk_step_count - 1);
    fake_network_crash(&network, CENTRE);
    assert_string_equal(
        fake_desk_decide(&network, &fake_desk_steps[fake_desk_step_count - 1].decision, number),
        "collected");
    pass_days(KEEP_TEXT_DAYS + 2);
    assert_int_equal(desk_test_case(WINDOW, number, &arena)->text_erased_ms, 0);
    assert_true(desk_test_case(REGISTRY, number, &arena)->text_erased_ms != 0);
    const Yidi__EraseReport *told = report(WINDOW);
    assert_int_equal(told->n_days, 1);
    assert_int_equal(told->days[0]->texts, 0);
    assert_int_equal(told->n_next, 1);
    assert_non_null(strstr(told->next[0]->held, "is not delivered yet"));
    assert_string_equal(erase_now(WINDOW, number, true), "ERASURE_HELD");
    fake_network_start(&network, CENTRE);
    pass_days(2);
    assert_true(desk_test_case(WINDOW, number, &arena)->text_erased_ms != 0);
    fake_network_audit(&network);
}

static void
a_fault_that_is_found_after_that_needs_another_application(void **unused)
{
    (void)unused;
    finish(1, number);
    pass_days(KEEP_PHOTO_DAYS + 1);
    assert_string_equal(fake_desk_decide(&network, &fault, number), "DATA_ERASED");
    apply(1, "", other);
    fake_desk_walk(&network, other, fake_desk_step_count);
    assert_string_equal(fake_desk_decide(&network, &fault, other), "in-production");
    pass_days(2 * KEEP_PHOTO_DAYS);
    assert_int_equal(rows(WINDOW, TABLE_BLOBS), BLOBS); /* it is open again */
    fake_network_audit(&network);
}

/* It can never be made again, so the window ends the case, and the citizen is free. */
static void
a_centre_that_has_erased_already_refuses_to_make_the_card_again(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    const struct fake_decision abandon = {
        .at = WINDOW,
        .verb = YIDI__VERB__ABANDON,
        .operator= "clerk",
        .text = "apply once more",
    };
    const struct fake_decision noted = {
        .at = WINDOW,
        .verb = YIDI__VERB__NOTE,
        .operator= "clerk",
        .text = "the centre was asked",
    };
    arena_init(&arena);
    finish(1, number);
    assert_string_equal(erase_now(CENTRE, number, false), "");
    desk_test_decide(&fault, number, "in-production");
    const Yidi__Case *row = desk_test_case(WINDOW, number, &arena);
    assert_non_null(row->attention);
    assert_string_equal(row->attention->code, "DATA_ERASED");
    assert_string_equal(fake_network_state(&network, CENTRE, number), "closed");
    assert_string_equal(fake_desk_decide(&network, &noted, number), "in-production");
    desk_test_decide(&abandon, number, "abandoned");
    assert_string_equal(fake_network_state(&network, REGISTRY, number), "abandoned");
    apply(1, "", other);
    assert_string_equal(fake_network_state(&network, REGISTRY, other), "received");
    fake_network_audit(&network);
}

/* Nothing there says whose card it is any more. */
static void
a_registry_that_has_erased_already_ends_the_case_of_a_fault(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    finish(1, number);
    assert_string_equal(erase_now(REGISTRY, number, true), "");
    assert_int_equal(report(REGISTRY)->days[0]->attachments, BLOBS);
    desk_test_decide(&fault, number, "in-production");
    assert_string_equal(fake_network_state(&network, REGISTRY, number), "closed");
    assert_string_equal(fake_network_state(&network, WINDOW, number), "abandoned");
    assert_string_equal(fake_network_state(&network, CENTRE, number), "withdrawn");
    assert_non_null(strstr(desk_test_case(WINDOW, number, &arena)->note->text, "is erased"));
    apply(1, "", other);
    assert_string_equal(fake_network_state(&network, REGISTRY, other), "received");
    fake_network_audit(&network);
}

/* ---- texts ---- */

/* A compact copy of a store, as a backup has it. */
struct copy {
    uint8_t *data;
    size_t size;
};

static enum result
take_piece(void *context, struct bytes piece)
{
    struct copy *copy = context;
    copy->data = realloc(copy->data, copy->size + piece.size);
    assert_non_null(copy->data);
    memcpy(copy->data + copy->size, piece.data, piece.size);
    copy->size += piece.size;
    return OK;
}

static bool
store_names(size_t at, const char *text)
{
    struct copy copy = { 0 };
    assert_int_equal(store_copy(network.offices[at].scratch.store, take_piece, &copy), OK);
    bool found = memmem(copy.data, copy.size, text, strlen(text)) != NULL;
    free(copy.data);
    return found;
}

static void
after_the_second_time_nothing_names_the_applicant(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    const char *detail = "";
    arena_init(&arena);
    finish(1, number);
    const Yidi__Person *person = application.form.person;
    /* what the registry knows of its citizens is not the case's */
    scratch_store_remove(&network.offices[REGISTRY].scratch, TABLE_POPULATION, 0);
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++) {
        assert_true(store_names(at, person->citizen_number));
        assert_true(store_names(at, person->name));
        assert_true(store_names(at, person->address));
    }
    pass_days(KEEP_TEXT_DAYS + 1);
    fake_network_audit(&network);
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++) {
        assert_false(store_names(at, person->citizen_number));
        assert_false(store_names(at, person->name));
        assert_false(store_names(at, person->address));
        assert_int_equal(rows(at, TABLE_REQUESTS), 0);
        assert_int_equal(rows(at, TABLE_DOSSIERS), 0);
        assert_int_equal(rows(at, TABLE_BY_DEADLINE), 0);
        assert_int_equal(count_acts(at, number, &arena, &detail), 2);
        assert_memory_equal(detail, "texts, ", 7);
        const Yidi__Case *row = desk_test_case(at, number, &arena);
        assert_true(row->text_erased_ms > row->biometrics_erased_ms);
        assert_string_equal(row->registry_office, network.roster.offices[REGISTRY].entry.code);
    }
    assert_string_equal(fake_network_state(&network, WINDOW, number), "collected");
    assert_int_equal(report(WINDOW)->waiting, 0);
}

/* As if the registry had said the same so often. */
static void
repeat_first_message(const char *case_number, unsigned times)
{
    AUTO(arena) struct arena arena;
    struct dossier_message message = { .sequence = 1 };
    struct stream_key key;
    struct bytes packed;
    arena_init(&arena);
    memcpy(message.peer, network.roster.offices[REGISTRY].entry.code, sizeof message.peer);
    struct store_txn *txn = scratch_store_write(&network.offices[WINDOW].scratch);
    assert_int_equal(store_get(txn, TABLE_INBOX, stream_key(message.peer, 1, &key), &packed), OK);
    packed = arena_copy(&arena, packed);
    for (unsigned i = 0; i < times; i++) {
        message.sequence = 1000 + i;
        assert_int_equal(
            store_put(txn, TABLE_INBOX, stream_key(message.peer, message.sequence, &key), packed),
            OK);
        assert_int_equal(dossier_add_message(txn, case_number, &message), OK);
    }
    scratch_store_commit(txn);
}

static void
what_takes_several_turns_to_erase_is_all_told_of(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    const char *detail = "";
    arena_init(&arena);
    finish(1, number);
    const uint64_t messages = rows(WINDOW, TABLE_INBOX) + rows(WINDOW, TABLE_OUTBOX);
    repeat_first_message(number, ERASE_MESSAGES_MAX);
    pass_days(KEEP_TEXT_DAYS + 1);
    assert_int_equal(count_acts(WINDOW, number, &arena, &detail), 3);
    assert_null(strstr(detail, "more to follow"));
    const Yidi__EraseReport *told = report(WINDOW);
    assert_int_equal(told->days[1]->texts, 1);
    assert_int_equal(told->days[1]->messages, messages + ERASE_MESSAGES_MAX);
}

/* The card that was lost turns up long after, and so does what is said of it. */
static void
what_comes_after_that_goes_when_it_is_as_old(void **unused)
{
    (void)unused;
    const struct fake_decision found = { .at = WINDOW,
                                         .verb = YIDI__VERB__DESTROY_OLD,
                                         .operator= "clerk",
                                         .card_serial = "LOST-CARD-7",
                                         .text = "it lay behind the wardrobe" };
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__REPLACEMENT, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    fake_network_settle(&network);
    fake_desk_walk(&network, number, fake_desk_step_count);
    assert_string_equal(fake_network_state(&network, WINDOW, number), "collected");
    pass_days(KEEP_TEXT_DAYS + 1);
    assert_int_equal(rows(WINDOW, TABLE_DOSSIERS), 0);
    assert_string_equal(fake_desk_decide(&network, &found, number), "collected");
    fake_network_settle(&network);
    pass_days(KEEP_TEXT_DAYS - 1);
    for (size_t at = WINDOW; at <= REGISTRY; at += REGISTRY - WINDOW) {
        assert_int_equal(rows(at, TABLE_DOSSIERS), 1);
        assert_int_equal(report(at)->waiting, 1);
    }
    fake_network_audit(&network);
    pass_days(2);
    for (size_t at = WINDOW; at <= REGISTRY; at += REGISTRY - WINDOW) {
        assert_int_equal(rows(at, TABLE_DOSSIERS), 0);
        assert_int_equal(report(at)->waiting, 0);
    }
    assert_int_equal(report(WINDOW)->n_days, 3);
    assert_int_equal(report(WINDOW)->days[2]->texts, 0); /* the case is counted once */
    fake_network_audit(&network);
}

static const Yidi__Response *
ask_show(size_t at, const char *case_number, bool full)
{
    Yidi__Show show = YIDI__SHOW__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    show.case_number = (char *)(uintptr_t)case_number;
    show.full = full;
    show.reason = "asked for by the court";
    request.operator_ = "auditor1";
    request.command_case = YIDI__REQUEST__COMMAND_SHOW;
    request.show = &show;
    return fake_network_ask(&network, at, &request, NULL, 0);
}

static const Yidi__Response *
ask_print(const char *case_number, Yidi__Paper paper)
{
    Yidi__Print print = YIDI__PRINT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    print.case_number = (char *)(uintptr_t)case_number;
    print.paper = paper;
    print.reason = "asked for by the court";
    request.operator_ = "auditor1";
    request.command_case = YIDI__REQUEST__COMMAND_PRINT;
    request.print = &print;
    return fake_network_ask(&network, WINDOW, &request, NULL, 0);
}

static void
what_is_erased_is_shown_as_such_and_printed_no_more(void **unused)
{
    (void)unused;
    finish(1, number);
    const Yidi__Response *response = ask_print(number, YIDI__PAPER__PAPER_FORM);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_PRINTED);
    assert_int_equal(network.answer.frame_count, 1);
    (void)ask_show(CENTRE, number, true);
    assert_int_equal(network.answer.frame_count, 1); /* the photo goes with the personal data */
    (void)ask_show(CENTRE, number, false);
    assert_int_equal(network.answer.frame_count, 0);
    pass_days(KEEP_PHOTO_DAYS + 1);
    response = ask_print(number, YIDI__PAPER__PAPER_FORM);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_PRINTED);
    assert_int_equal(network.answer.frame_count, 0); /* the place of the photo is empty */
    pass_days(KEEP_TEXT_DAYS);
    assert_string_equal(ask_print(number, YIDI__PAPER__PAPER_FORM)->refusal->code, "DATA_ERASED");
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++)
        for (int full = 0; full < 2; full++) {
            response = ask_show(at, number, full != 0);
            assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_SHOWN);
            assert_int_equal(network.answer.frame_count, 0);
            assert_string_not_equal(response->shown->case_row->form->person->name,
                                    application.form.person->name);
            assert_true(response->shown->case_row->text_erased_ms != 0);
        }
}

static const Yidi__Response *
ask_export(size_t at, const char *case_number)
{
    Yidi__Export export = YIDI__EXPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    export.case_number = (char *)(uintptr_t)case_number;
    export.reason = "asked for by the court";
    request.operator_ = "auditor1";
    request.command_case = YIDI__REQUEST__COMMAND_EXPORT;
    request.export = &export;
    return fake_network_ask(&network, at, &request, NULL, 0);
}

/* Every envelope of a case at an office, as others hold it: how many verify, and how many of those
 * tell what they held. */
static void
verify_all(size_t at, const char *case_number, unsigned *ret_verified, unsigned *ret_whole)
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[at].scratch);
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct envelope_verifier *verifier = &network.offices[at].office->verifier;
    struct bytes key, value, all = { 0 };
    arena_init(&arena);
    *ret_verified = *ret_whole = 0;
    assert_int_equal(store_cursor_open(txn, TABLE_INBOX, all, &cursor), OK);
    while (store_cursor_next(cursor, &key, &value) == OK) {
        struct envelope envelope;
        struct refusal refusal = { 0 };
        assert_int_equal(envelope_verify(verifier, value, &arena, &envelope, &refusal), OK);
        bool whole = envelope.entry->body_case == YIDI__JOURNAL_ENTRY__BODY_SENT;
        const char *about = whole ? envelope.entry->sent->message->case_number
                                  : envelope.entry->erased->case_number;
        *ret_verified += strcmp(about, case_number) == 0;
        *ret_whole += whole && strcmp(about, case_number) == 0;
    }
}

static void
proofs_hold_whether_or_not_what_they_prove_is_erased(void **unused)
{
    (void)unused;
    unsigned verified, whole;
    finish(1, number);
    verify_all(REGISTRY, number, &verified, &whole);
    assert_int_equal(verified, whole);
    unsigned before = verified;
    pass_days(KEEP_TEXT_DAYS);
    finish(2, other);
    pass_days(1);
    verify_all(REGISTRY, number, &verified, &whole);
    assert_int_equal(verified, before);
    assert_int_equal(whole, 0);
    verify_all(REGISTRY, other, &verified, &whole);
    assert_int_equal(verified, before);
    assert_int_equal(whole, before);
    const Yidi__Response *response = ask_export(REGISTRY, number);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_EXPORTED);
    assert_int_equal(response->exported->n_names, 5);
    fake_network_audit(&network);
}

/* ---- before its time ---- */

static void
somebody_may_order_that_a_closed_case_is_erased_at_once(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    const char *detail = "";
    arena_init(&arena);
    apply(1, "", number);
    assert_string_equal(erase_now(WINDOW, number, false), "ILLEGAL_IN_STATE");
    assert_string_equal(erase_now(CENTRE, number, false), "CASE_UNKNOWN");
    fake_desk_walk(&network, number, fake_desk_step_count);
    assert_string_equal(erase_now(WINDOW, number, false), "");
    assert_int_equal(rows(WINDOW, TABLE_BLOBS), 0);
    assert_int_equal(rows(CENTRE, TABLE_BLOBS), BLOBS);
    assert_string_equal(erase_now(WINDOW, number, false), "DATA_ERASED");
    assert_string_equal(erase_now(WINDOW, number, true), "");
    assert_string_equal(erase_now(WINDOW, number, true), "DATA_ERASED");
    assert_int_equal(count_acts(WINDOW, number, &arena, &detail), 2);
    assert_non_null(strstr(detail, "order 12 of the court"));
    assert_false(store_names(WINDOW, application.form.person->citizen_number));
    fake_network_audit(&network);
}

/* ---- a lost past ---- */

static void
expect_recovered(size_t at)
{
    fake_desk_recover(&network, at, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_settle(&network);
    const Yidi__RecoveryReport *told =
        fake_desk_recover(&network, at, YIDI__RECOVER_VERB__RECOVER_SHOW);
    if (told->unplaced_count > 0)
        print_message("unplaced at %zu: %s %d of %s, %s: %s\n", at,
                      told->unplaced[0]->mine ? "to" : "from", (int)told->unplaced[0]->sequence,
                      told->unplaced[0]->office, told->unplaced[0]->case_number,
                      told->unplaced[0]->rule);
    assert_string_equal(told->phase, "done");
    assert_int_equal(told->unplaced_count, 0);
    assert_int_equal(told->n_missing, 0);
}

static void
an_office_recovers_a_case_whose_photo_its_peers_have_erased(void **unused)
{
    (void)unused;
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++) {
        finish(1 + at, number);
        const char *state = fake_network_state(&network, at, number);
        pass_days(KEEP_PHOTO_DAYS + 1);
        fake_desk_lose_disk(&network, at);
        expect_recovered(at);
        assert_string_equal(fake_network_state(&network, at, number), state);
        pass_days(8);
        assert_int_equal(rows(at, TABLE_BLOBS), 0);
        fake_network_audit(&network);
    }
}

static void
a_photo_with_the_guardian_is_erased_and_recovered_as_erased(void **unused)
{
    (void)unused;
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    application_add_guardian(&application, 1);
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    application.form.guardian = NULL;
    fake_network_settle(&network);
    fake_desk_walk(&network, number, fake_desk_step_count);
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++)
        assert_int_equal(rows(at, TABLE_BLOBS), BLOBS + 1);
    pass_days(KEEP_PHOTO_DAYS + 1);
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++) {
        assert_int_equal(rows(at, TABLE_BLOBS), 0);
        assert_int_equal(report(at)->days[0]->attachments, BLOBS + 1);
        fake_desk_lose_disk(&network, at);
        expect_recovered(at);
        pass_days(8);
        assert_int_equal(rows(at, TABLE_BLOBS), 0);
    }
    fake_network_audit(&network);
}

static void
an_office_recovers_past_messages_that_its_peers_have_erased(void **unused)
{
    (void)unused;
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++) {
        finish(1, number);
        pass_days(KEEP_TEXT_DAYS + 1);
        apply(2, "", other);
        fake_desk_walk(&network, other, 3);
        fake_desk_lose_disk(&network, at);
        expect_recovered(at);
        assert_string_equal(fake_network_state(&network, at, number), "absent");
        fake_network_audit(&network);
        if (at != REGISTRY) { /* what it knew of its citizens is to be imported again */
            for (size_t i = at == CENTRE ? 2 : 3; i < fake_desk_step_count; i++) {
                const struct fake_step *step = &fake_desk_steps[i];
                assert_string_equal(fake_desk_decide(&network, &step->decision, other),
                                    step->after);
                fake_network_settle(&network);
            }
            assert_string_equal(fake_network_state(&network, WINDOW, other), "collected");
            pass_days(KEEP_TEXT_DAYS + 2);
            fake_network_audit(&network);
            assert_false(store_names(at, application.form.person->citizen_number));
        }
    }
}

/* ---- crashes, and stores of former times ---- */

static void
a_crash_at_any_moment_erases_once(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    const char *detail;
    arena_init(&arena);
    finish(1, number);
    pass_days(KEEP_PHOTO_DAYS - 1);
    for (unsigned hour = 0; hour < 48; hour++) {
        for (size_t at = 0; at < FAKE_PLACE_COUNT; at++) {
            fake_network_crash(&network, at);
            fake_network_start(&network, at);
        }
        fake_network_run_until(&network, network.now.monotonic_ms + DAY_MS / 24);
    }
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++) {
        assert_int_equal(rows(at, TABLE_BLOBS), 0);
        assert_int_equal(count_acts(at, number, &arena, &detail), 1);
    }
    fake_network_audit(&network);
}

static void
a_case_that_cannot_be_read_holds_up_no_other(void **unused)
{
    (void)unused;
    finish(1, number);
    finish(2, other);
    scratch_store_put(&network.offices[WINDOW].scratch, TABLE_CASES, bytes_of_text(number),
                      bytes_of("x", 1));
    pass_days(KEEP_PHOTO_DAYS + 1);
    assert_int_equal(report(WINDOW)->days[0]->cases, 1);
    assert_int_equal(rows(WINDOW, TABLE_BLOBS), BLOBS); /* the one that nobody can read has them */
    assert_int_equal(rows(CENTRE, TABLE_BLOBS), 0);
}

/* Nobody knows any more when its data are to go. */
static void
a_case_whose_policy_cannot_be_read_holds_up_no_other(void **unused)
{
    (void)unused;
    uint8_t first[8];
    finish(1, number);
    desk_test_give_policy(WINDOW, 2, short_rules, COUNT(short_rules));
    fake_network_settle(&network);
    finish(2, other);
    fake_network_crash(&network, WINDOW);
    scratch_store_reopen(&network.offices[WINDOW].scratch);
    bytes_put_u64(first, 1);
    scratch_store_put(&network.offices[WINDOW].scratch, TABLE_POLICIES,
                      bytes_of(first, sizeof first), bytes_of("x", 1));
    fake_network_start(&network, WINDOW);
    pass_days(KEEP_PHOTO_DAYS + 1);
    assert_int_equal(report(WINDOW)->days[0]->cases, 1);
    assert_int_equal(rows(WINDOW, TABLE_BLOBS), BLOBS);
}

/* It did not say when a policy was adopted. */
static void
forget_policy_times(struct store_txn *txn, struct arena *arena)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, row, all = { 0 };
    assert_int_equal(store_cursor_open(txn, TABLE_POLICIES, all, &cursor), OK);
    while (store_cursor_next(cursor, &key, &row) == OK) {
        struct bytes copy = arena_copy(arena, row);
        assert_int_equal(store_put(txn, TABLE_POLICIES, arena_copy(arena, key),
                                   bytes_of(copy.data + 8, copy.size - 8)),
                         OK);
    }
}

static void
make_second_format(size_t at)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    struct store_txn *txn = scratch_store_write(&network.offices[at].scratch);
    const uint8_t list = DEADLINES_ERASE;
    for (unsigned i = 0; i < 2; i++) {
        AUTO(store_cursor) struct store_cursor *cursor = NULL;
        struct bytes key, value;
        assert_int_equal(store_cursor_open(txn, i == 0 ? TABLE_DOSSIERS : TABLE_BY_DEADLINE,
                                           bytes_of(&list, i), &cursor),
                         OK);
        while (store_cursor_next(cursor, &key, &value) == OK)
            assert_int_equal(store_delete(txn, i == 0 ? TABLE_DOSSIERS : TABLE_BY_DEADLINE,
                                          arena_copy(&arena, key)),
                             OK);
    }
    struct case_file file;
    const struct machine *machine = network.offices[at].role->machine;
    assert_int_equal(case_file_open(txn, machine, number, &arena, &file), OK);
    file.row->erase_due_ms = 0;
    struct bytes packed = wire_encode(&file.row->base, &arena);
    assert_int_equal(store_put(txn, TABLE_CASES, bytes_of_text(number), packed), OK);
    forget_policy_times(txn, &arena);
    assert_int_equal(store_set_format(txn, 2), OK);
    scratch_store_commit(txn);
}

static enum result
upgrade(size_t at)
{
    return store_upgrade(network.offices[at].scratch.store, network.offices[at].role);
}

static void
a_store_of_the_second_format_is_erased_like_any_other(void **unused)
{
    (void)unused;
    finish(1, number);
    uint64_t kept[FAKE_PLACE_COUNT];
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++) {
        kept[at] = rows(at, TABLE_DOSSIERS);
        fake_network_crash(&network, at);
        scratch_store_reopen(&network.offices[at].scratch);
        make_second_format(at);
        assert_int_equal(upgrade(at), OK);
        /* but for the request key */
        assert_int_equal(rows(at, TABLE_DOSSIERS), kept[at] - (at == WINDOW));
        fake_network_start(&network, at);
    }
    pass_days(1);
    fake_network_audit(&network);
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++)
        assert_int_equal(rows(at, TABLE_BLOBS), BLOBS);
    pass_days(KEEP_PHOTO_DAYS);
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++)
        assert_int_equal(rows(at, TABLE_BLOBS), 0);
    pass_days(KEEP_TEXT_DAYS);
    assert_false(store_names(WINDOW, application.form.person->citizen_number));
    fake_network_audit(&network);
}

static struct bytes
policy_row(size_t at, struct arena *arena)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[at].scratch);
    const uint8_t version[8] = { [7] = 1 };
    struct bytes row;
    assert_int_equal(store_get(txn, TABLE_POLICIES, bytes_of(version, sizeof version), &row), OK);
    return arena_copy(arena, row);
}

static void
an_upgrade_says_when_each_policy_was_adopted(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    finish(1, number);
    fake_network_crash(&network, WINDOW);
    scratch_store_reopen(&network.offices[WINDOW].scratch);
    struct bytes before = policy_row(WINDOW, &arena);
    make_second_format(WINDOW);
    assert_int_equal(policy_row(WINDOW, &arena).size, before.size - 8);
    assert_int_equal(upgrade(WINDOW), OK);
    assert_true(bytes_equal(policy_row(WINDOW, &arena), before));
    fake_network_start(&network, WINDOW);
    fake_network_audit(&network);
}

/* A case that calls for attention, whose temporary card is out; nothing looks it up. */
static void
write_unlisted(const char *case_number)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    Yidi__Case *row = desk_test_case(WINDOW, case_number, &arena);
    Yidi__TemporaryCard card = YIDI__TEMPORARY_CARD__INIT;
    Yidi__Collection collection = YIDI__COLLECTION__INIT;
    Yidi__CaseAttention attention = YIDI__CASE_ATTENTION__INIT;
    card.card_serial = "T-1";
    card.valid_from = 20260101;
    card.valid_until = 20260401;
    collection.temporary_card = &card;
    attention.code = "DATA_ERASED";
    row->collection = &collection;
    row->attention = &attention;
    struct bytes packed = wire_encode(&row->base, &arena);
    struct store_txn *txn = scratch_store_write(&network.offices[WINDOW].scratch);
    assert_int_equal(store_put(txn, TABLE_CASES, bytes_of_text(case_number), packed), OK);
    scratch_store_commit(txn);
}

static void
an_upgrade_lists_temporary_cards_and_counts_calls_for_attention(void **unused)
{
    (void)unused;
    uint64_t calls;
    finish(1, number);
    fake_network_crash(&network, WINDOW);
    scratch_store_reopen(&network.offices[WINDOW].scratch);
    make_second_format(WINDOW);
    write_unlisted(number);
    assert_int_equal(rows(WINDOW, TABLE_SERIALS), 0);
    assert_int_equal(upgrade(WINDOW), OK);
    assert_int_equal(rows(WINDOW, TABLE_SERIALS), 1);
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[WINDOW].scratch);
    assert_int_equal(state_index_count_attention(txn, &calls), OK);
    assert_int_equal(calls, 1);
}

/* Whoever has it may come with it long after. */
static void
a_temporary_card_that_is_out_is_listed_when_its_case_is_erased(void **unused)
{
    (void)unused;
    Yidi__TemporaryQuery query = YIDI__TEMPORARY_QUERY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    finish(1, number);
    fake_network_crash(&network, WINDOW);
    scratch_store_reopen(&network.offices[WINDOW].scratch);
    make_second_format(WINDOW);
    write_unlisted(number);
    assert_int_equal(upgrade(WINDOW), OK);
    fake_network_start(&network, WINDOW);
    fake_network_settle(&network);
    assert_string_equal(erase_now(WINDOW, number, true), "");
    request.operator_ = "clerk";
    request.command_case = YIDI__REQUEST__COMMAND_TEMPORARY_QUERY;
    request.temporary_query = &query;
    const Yidi__Response *response = fake_network_ask(&network, WINDOW, &request, NULL, 0);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_TEMPORARY_LIST);
    assert_int_equal(response->temporary_list->n_cards, 1);
    assert_string_equal(response->temporary_list->cards[0]->card->card_serial, "T-1");
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)
    const struct CMUnitTest tests[] = {
        TEST(photo_and_fingerprints_go_when_their_time_has_passed),
        TEST(a_photo_that_another_case_needs_stays),
        TEST(no_text_goes_while_a_message_about_the_case_is_not_delivered),
        TEST(a_fault_that_is_found_after_that_needs_another_application),
        TEST(a_centre_that_has_erased_already_refuses_to_make_the_card_again),
        TEST(a_registry_that_has_erased_already_ends_the_case_of_a_fault),
        TEST(after_the_second_time_nothing_names_the_applicant),
        TEST(what_takes_several_turns_to_erase_is_all_told_of),
        TEST(what_comes_after_that_goes_when_it_is_as_old),
        TEST(what_is_erased_is_shown_as_such_and_printed_no_more),
        TEST(proofs_hold_whether_or_not_what_they_prove_is_erased),
        TEST(somebody_may_order_that_a_closed_case_is_erased_at_once),
        TEST(an_office_recovers_a_case_whose_photo_its_peers_have_erased),
        TEST(a_photo_with_the_guardian_is_erased_and_recovered_as_erased),
        TEST(an_office_recovers_past_messages_that_its_peers_have_erased),
        TEST(a_crash_at_any_moment_erases_once),
        TEST(a_case_that_cannot_be_read_holds_up_no_other),
        TEST(a_case_whose_policy_cannot_be_read_holds_up_no_other),
        TEST(a_store_of_the_second_format_is_erased_like_any_other),
        TEST(an_upgrade_says_when_each_policy_was_adopted),
        TEST(an_upgrade_lists_temporary_cards_and_counts_calls_for_attention),
        TEST(a_temporary_card_that_is_out_is_listed_when_its_case_is_erased),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
