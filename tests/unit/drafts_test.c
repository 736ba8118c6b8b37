/* SPDX-License-Identifier: Apache-2.0
 *
 * drafts_test - forms that a window keeps unfinished: bounded in number and age, deleted with the
 * application, never told in a journal. All persons are made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "acceptance-node/drafts.h"
#include "tests/lib/desk_test.h"

enum { CRASH_POINTS = 8 };

#define DAY_MS UINT64_C(86400000)

static int
set_up(void **unused)
{
    (void)unused;
    fake_desk_open(&network, 1);
    fake_desk_populate(&network, 1, 2);
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    return 0;
}

/* ---- asking ---- */

static const Yidi__Response *
ask(Yidi__Request *request)
{
    request->operator_ = "clerk7";
    const Yidi__Response *response = fake_network_ask(&network, WINDOW, request, NULL, 0);
    assert_non_null(response);
    return response;
}

static const char *
code_of(const Yidi__Response *response)
{
    return response->body_case == YIDI__RESPONSE__BODY_REFUSAL ? response->refusal->code : "";
}

/* Some fields of the form of the present applicant, into a draft of that name or another one. */
static const Yidi__Response *
save(const char *name)
{
    Yidi__DraftPerson person = YIDI__DRAFT_PERSON__INIT;
    Yidi__DraftForm form = YIDI__DRAFT_FORM__INIT;
    Yidi__DraftSave wire = YIDI__DRAFT_SAVE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    person.citizen_number = application.citizen.number;
    person.name = application.citizen.name;
    form.kind = YIDI__APPLICATION_KIND__RENEWAL;
    form.person = &person;
    form.residence_address = "科技路8号";
    wire.name = (char *)(uintptr_t)name;
    wire.form = &form;
    request.command_case = YIDI__REQUEST__COMMAND_DRAFT_SAVE;
    request.draft_save = &wire;
    return ask(&request);
}

static void
save_new(char ret_name[17])
{
    const Yidi__Response *response = save("");
    assert_string_equal(code_of(response), "");
    assert_null(response->drafts->drafts[0]->form);
    snprintf(ret_name, 17, "%s", response->drafts->drafts[0]->name);
}

static const Yidi__DraftsKept *
list(void)
{
    Yidi__DraftList wire = YIDI__DRAFT_LIST__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_DRAFT_LIST;
    request.draft_list = &wire;
    return ask(&request)->drafts;
}

static const Yidi__Response *
take_of(const char *name, const char *key)
{
    Yidi__DraftTake wire = YIDI__DRAFT_TAKE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    wire.name = (char *)(uintptr_t)name;
    wire.request_key = (char *)(uintptr_t)key;
    wire.reason = "the applicant is back";
    request.command_case = YIDI__REQUEST__COMMAND_DRAFT_TAKE;
    request.draft_take = &wire;
    return ask(&request);
}

static const Yidi__Response *
take(const char *name)
{
    return take_of(name, "");
}

static const char *
discard(const char *name)
{
    Yidi__DraftDiscard wire = YIDI__DRAFT_DISCARD__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    wire.name = (char *)(uintptr_t)name;
    request.command_case = YIDI__REQUEST__COMMAND_DRAFT_DISCARD;
    request.draft_discard = &wire;
    return code_of(ask(&request));
}

/* With photo and templates of the present applicant. NULL when the window crashed before it
 * answered. */
static const Yidi__Response *
apply_with(const Yidi__ApplicationForm *from, const char *draft, const char *key)
{
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__ApplicationForm form = *from;
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    apply.form = &form;
    apply.draft = (char *)(uintptr_t)draft;
    apply.request_key = (char *)(uintptr_t)key;
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &apply;
    size_t count = application_frames(&application, frames);
    return fake_network_ask(&network, WINDOW, &request, frames, count);
}

static const char *
apply_from(const char *draft)
{
    const Yidi__Response *response = apply_with(&application.form, draft, "");
    return response == NULL ? NULL : code_of(response);
}

static uint64_t
rows(enum store_table table)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[WINDOW].scratch);
    uint64_t count;
    assert_int_equal(store_count(txn, table, &count), OK);
    return count;
}

static unsigned
entries_with(const char *text)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[WINDOW].scratch);
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    unsigned count = 0;
    assert_int_equal(store_cursor_open(txn, TABLE_JOURNAL, (struct bytes){ 0 }, &cursor), OK);
    while (store_cursor_next(cursor, &key, &value) == OK)
        count += memmem(value.data, value.size, text, strlen(text)) != NULL;
    return count;
}

/* ---- tests ---- */

/* The bytes of a draft are those of a form (proto/draft.proto). */
static void
assert_fields_agree(const ProtobufCMessageDescriptor *whole, const ProtobufCMessageDescriptor *part,
                    size_t left_out)
{
    assert_int_equal(part->n_fields + left_out, whole->n_fields);
    for (unsigned i = 0; i < part->n_fields; i++) {
        const ProtobufCFieldDescriptor *mine = &part->fields[i];
        const ProtobufCFieldDescriptor *theirs =
            protobuf_c_message_descriptor_get_field(whole, mine->id);
        assert_non_null(theirs);
        assert_string_equal(mine->name, theirs->name);
        assert_int_equal(mine->type, theirs->type);
        assert_int_equal(mine->label, theirs->label);
    }
}

static void
a_draft_has_the_fields_of_a_form_but_photo_and_templates(void **unused)
{
    (void)unused;
    assert_fields_agree(&yidi__application_form__descriptor, &yidi__draft_form__descriptor, 2);
    assert_fields_agree(&yidi__person__descriptor, &yidi__draft_person__descriptor, 0);
    assert_fields_agree(&yidi__guardian__descriptor, &yidi__draft_guardian__descriptor, 1);
}

static void
a_draft_is_kept_as_it_was_saved_and_listed_masked(void **unused)
{
    (void)unused;
    char name[17];
    save_new(name);
    const Yidi__DraftsKept *kept = list();
    assert_int_equal(kept->n_drafts, 1);
    const Yidi__Draft *listed = kept->drafts[0];
    assert_string_equal(listed->name, name);
    assert_string_equal(listed->operator_, "clerk7");
    assert_int_equal(listed->expires_ms - listed->saved_ms, DRAFT_DAYS * DAY_MS);
    assert_non_null(strstr(listed->form->person->citizen_number, "****"));
    assert_string_not_equal(listed->form->person->name, application.citizen.name);
    assert_string_equal(listed->form->residence_address, "");

    const Yidi__DraftForm *form = take(name)->drafts->drafts[0]->form;
    assert_string_equal(form->person->citizen_number, application.citizen.number);
    assert_string_equal(form->person->name, application.citizen.name);
    assert_string_equal(form->residence_address, "科技路8号");
}

static void
a_draft_saved_again_takes_the_place_of_the_former(void **unused)
{
    (void)unused;
    char name[17];
    save_new(name);
    fake_network_run_until(&network, network.now.monotonic_ms + 10 * DAY_MS);
    fake_desk_citizen(2, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(code_of(save(name)), "");
    assert_int_equal(rows(TABLE_DRAFTS), 1);
    assert_string_equal(take(name)->drafts->drafts[0]->form->person->citizen_number,
                        application.citizen.number);
    fake_network_run_until(&network, network.now.monotonic_ms + 10 * DAY_MS);
    assert_int_equal(rows(TABLE_DRAFTS), 1); /* its time began anew */
    assert_string_equal(code_of(save("D-99")), "DRAFT_UNKNOWN");
}

static void
a_discarded_draft_is_gone(void **unused)
{
    (void)unused;
    char name[17];
    save_new(name);
    assert_string_equal(discard(name), "");
    assert_int_equal(rows(TABLE_DRAFTS), 0);
    assert_string_equal(discard(name), "DRAFT_UNKNOWN");
    assert_string_equal(code_of(take(name)), "DRAFT_UNKNOWN");
    char next[17];
    save_new(next);
    assert_string_not_equal(next, name); /* a name never means two */
}

static void
the_journal_tells_of_drafts_by_name_alone(void **unused)
{
    (void)unused;
    char name[17], other[17];
    save_new(name);
    save_new(other);
    (void)take(name);
    assert_string_equal(discard(other), "");
    fake_network_run_until(&network, network.now.monotonic_ms + DRAFT_DAYS * DAY_MS);
    assert_int_equal(entries_with("save-draft"), 2);
    assert_int_equal(entries_with("view-draft"), 1);
    assert_int_equal(entries_with("discard-draft"), 1);
    assert_int_equal(entries_with("expire-draft"), 1);
    assert_int_equal(entries_with(application.citizen.number), 0);
    assert_int_equal(entries_with(application.citizen.name), 0);
    assert_int_equal(entries_with("科技路8号"), 0);
}

static void
a_draft_is_deleted_when_its_time_is_over_though_nobody_asks(void **unused)
{
    (void)unused;
    char name[17];
    save_new(name);
    uint64_t saved_ms = network.now.monotonic_ms;
    fake_network_run_until(&network, saved_ms + DAY_MS);
    save_new(name);
    fake_network_run_until(&network, saved_ms + DRAFT_DAYS * DAY_MS - 1);
    assert_int_equal(rows(TABLE_DRAFTS), 2);
    fake_network_run_until(&network, saved_ms + DRAFT_DAYS * DAY_MS);
    assert_int_equal(rows(TABLE_DRAFTS), 1);

    fake_network_crash(&network, WINDOW); /* it was down when the other one's time came */
    fake_network_run_until(&network, saved_ms + 2 * DRAFT_DAYS * DAY_MS);
    fake_network_start(&network, WINDOW);
    assert_string_equal(code_of(take(name)), "DRAFT_UNKNOWN");
    fake_network_run_until(&network, network.now.monotonic_ms + 60000);
    assert_int_equal(rows(TABLE_DRAFTS), 0);
    assert_int_equal(office_due_ms(network.offices[WINDOW].office), UINT64_MAX);
    fake_network_audit(&network);
}

static void
no_more_than_so_many_drafts_are_kept(void **unused)
{
    (void)unused;
    char name[17];
    for (unsigned i = 0; i < DRAFTS_MAX; i++)
        save_new(name);
    assert_string_equal(code_of(save("")), "DRAFTS_FULL");
    assert_string_equal(code_of(save(name)), "");
    assert_int_equal(list()->n_drafts, DRAFTS_MAX);
    assert_string_equal(discard(name), "");
    save_new(name);
}

static void
an_application_from_a_draft_deletes_it(void **unused)
{
    (void)unused;
    char name[17];
    save_new(name);
    application.form.fee_fen++;
    assert_string_equal(apply_from(name), "FEE_MISMATCH");
    assert_int_equal(rows(TABLE_DRAFTS), 1); /* what is refused changes nothing */
    application_set_kind(&application, YIDI__APPLICATION_KIND__RENEWAL);
    assert_string_equal(apply_from(name), "");
    assert_int_equal(rows(TABLE_DRAFTS), 0);
    assert_int_equal(entries_with("from draft "), 1);
    fake_desk_citizen(2, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(apply_from(name), "DRAFT_UNKNOWN");
    fake_network_settle(&network);
    fake_network_audit(&network);
}

/* Who was not answered has neither the draft any more nor the form. */
static void
what_was_made_from_a_draft_is_handed_in_again_under_its_key(void **unused)
{
    (void)unused;
    char name[17], case_number[CASE_NUMBER_CHARS + 1];
    uint8_t packed[4096];
    save_new(name);
    const Yidi__Response *response = apply_with(&application.form, name, "monday-1");
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_APPLIED);
    strcpy(case_number, response->applied->case_number);
    assert_string_equal(code_of(take_of(name, "monday-2")), "DRAFT_UNKNOWN");

    const Yidi__DraftForm *draft = take_of(name, "monday-1")->drafts->drafts[0]->form;
    size_t size = protobuf_c_message_pack(&draft->base, packed);
    Yidi__ApplicationForm *form = yidi__application_form__unpack(NULL, size, packed);
    Yidi__ApplicationForm whole = *form;
    whole.n_fingerprints = application.form.n_fingerprints;
    whole.fingerprints = application.form.fingerprints;
    response = apply_with(&whole, name, "monday-1");
    assert_string_equal(code_of(response), "");
    assert_true(response->applied->repeated_request);
    assert_string_equal(response->applied->case_number, case_number);
    whole.fee_fen++;
    assert_string_equal(code_of(apply_with(&whole, name, "monday-1")), "REQUEST_KEY_TAKEN");
    yidi__application_form__free_unpacked(form, NULL);
}

/* Wherever the window dies, there is either the draft or the case. */
static void
a_draft_goes_with_the_commit_that_brings_the_case(void **unused)
{
    (void)unused;
    char name[17];
    for (uint64_t point = 0; point < CRASH_POINTS; point++) {
        struct fake_office *window = &network.offices[WINDOW];
        save_new(name);
        fake_network_settle(&network);
        uint64_t cases = rows(TABLE_CASES);
        fake_desk_citizen(1 + point, YIDI__APPLICATION_KIND__RENEWAL, &application);
        if (point == 0)
            window->crash_before = window->turns + 1;
        else
            window->crash_at = window->port_calls + point;
        (void)apply_from(name);
        if (window->office == NULL)
            fake_network_start(&network, WINDOW);
        window->crash_at = window->crash_before = 0;
        assert_int_equal(rows(TABLE_CASES) - cases, point == 0 ? 0 : 1);
        assert_int_equal(rows(TABLE_DRAFTS), point == 0 ? 1 : 0);
        if (point == 0)
            assert_string_equal(discard(name), "");
    }
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_draft_has_the_fields_of_a_form_but_photo_and_templates),
        TEST(a_draft_is_kept_as_it_was_saved_and_listed_masked),
        TEST(a_draft_saved_again_takes_the_place_of_the_former),
        TEST(a_discarded_draft_is_gone),
        TEST(the_journal_tells_of_drafts_by_name_alone),
        TEST(a_draft_is_deleted_when_its_time_is_over_though_nobody_asks),
        TEST(no_more_than_so_many_drafts_are_kept),
        TEST(an_application_from_a_draft_deletes_it),
        TEST(what_was_made_from_a_draft_is_handed_in_again_under_its_key),
        TEST(a_draft_goes_with_the_commit_that_brings_the_case),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
