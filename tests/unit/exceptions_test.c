/* SPDX-License-Identifier: Apache-2.0
 *
 * exceptions_test - cases that do not go the straight way: returned and corrected, withdrawn at any
 * moment, redirected; and each office loses its disk in the middle of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/core/limits.h"
#include "common/domain/civil_date.h"
#include "common/io/case_file.h"
#include "common/io/signature.h"
#include "tests/lib/desk_test.h"

enum { CITIZENS = 6 };

static char number[CASE_NUMBER_CHARS + 1];

/* ---- decisions ---- */

static const struct fake_decision examine = {
    .at = REGISTRY, .verb = YIDI__VERB__EXAMINE, .operator= "examiner" };
static const struct fake_decision issue = {
    .at = REGISTRY, .verb = YIDI__VERB__ISSUE, .operator= "issuer" };
static const struct fake_decision withdraw = {
    .at = WINDOW, .verb = YIDI__VERB__WITHDRAW, .operator= "clerk", .text = "moves home"
};
static const struct fake_decision redirect = { .at = REGISTRY,
                                               .verb = YIDI__VERB__REDIRECT,
                                               .operator= "examiner",
                                               .division = FAKE_DESK_FAR_DIVISION,
                                               .text = "the registration has moved" };

static struct fake_decision
return_form(void)
{
    return (struct fake_decision){
        .at = REGISTRY,
        .verb = YIDI__VERB__RETURN_FORM,
        .operator= "examiner",
        .field = "form.person.address",
        .text = "the street is missing",
        .answer_by = civil_date_add_days(civil_date_of_ms(network.now.wall_ms), 20),
    };
}

/* ---- what is done ---- */

static void
apply(uint64_t citizen)
{
    desk_test_apply(citizen, "", number);
}

static void
expect(const struct fake_decision *decision, const char *answer)
{
    desk_test_decide(decision, number, answer);
}

static void
expect_state(size_t at, const char *state)
{
    assert_string_equal(fake_network_state(&network, at, number), state);
}

static void
expect_returned(void)
{
    const struct fake_decision decision = return_form();
    expect(&decision, "returned");
    expect_state(WINDOW, "returned");
}

static void
amend(void)
{
    assert_string_equal(fake_desk_amend(&network, &application, number), "submitted");
    fake_network_settle(&network);
}

static void
finish(size_t registry)
{
    for (size_t i = 0; i < fake_desk_step_count; i++) {
        struct fake_decision decision = fake_desk_steps[i].decision;
        decision.at = decision.at == REGISTRY ? registry : decision.at;
        expect(&decision, fake_desk_steps[i].after);
    }
    expect_state(registry, "closed");
    expect_state(CENTRE, "closed");
    fake_network_audit(&network);
}

/* It has nothing left but what its peers hold. */
static void
lose(size_t at)
{
    fake_desk_lose_disk(&network, at);
    fake_desk_recover(&network, at, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_settle(&network);
    fake_network_settle(&network);
    const Yidi__RecoveryReport *report =
        fake_desk_recover(&network, at, YIDI__RECOVER_VERB__RECOVER_SHOW);
    assert_string_equal(report->phase, "done");
    assert_int_equal(report->n_missing, 0);
    for (size_t i = 0; i < report->n_unplaced; i++)
        print_message("unplaced: %s %d: %s\n", report->unplaced[i]->office,
                      (int)report->unplaced[i]->sequence, report->unplaced[i]->rule);
    assert_int_equal(report->unplaced_count, 0);
    if (at == REGISTRY)
        fake_desk_populate(&network, 1, CITIZENS);
    if (at == FAR_REGISTRY)
        fake_desk_move(&network, FAR_REGISTRY, 1, FAKE_DESK_FAR_DIVISION);
}

/* Each office loses its past, and nothing changes anywhere. */
static void
expect_states_to_survive(void)
{
    static const size_t offices[] = { WINDOW, CENTRE, REGISTRY, FAR_REGISTRY };
    char before[4][40];
    for (size_t i = 0; i < 4; i++)
        strcpy(before[i], fake_network_state(&network, offices[i], number));
    for (size_t lost = 0; lost < 4; lost++) {
        lose(offices[lost]);
        for (size_t i = 0; i < 4; i++) {
            const char *now = fake_network_state(&network, offices[i], number);
            const char *want = strcmp(before[i], "examined") == 0 ? "received" : before[i];
            if (strcmp(now, before[i]) != 0 && strcmp(now, want) != 0)
                fail_msg("after the loss of office %zu, %zu says %s instead of %s", lost, i, now,
                         before[i]);
        }
    }
}

/* ---- correction ---- */

static void
a_returned_application_is_corrected_and_issued(void **unused)
{
    (void)unused;
    apply(1);
    expect(&examine, "examined");
    expect_returned();
    expect(&issue, "ILLEGAL_IN_STATE");
    strcat(application.citizen.address, "乙栋");
    amend();
    expect_state(REGISTRY, "received");
    finish(REGISTRY);
}

static void
it_may_be_returned_more_than_once_and_refused_in_the_end(void **unused)
{
    (void)unused;
    const struct fake_decision turn_down = { .at = REGISTRY,
                                             .verb = YIDI__VERB__REFUSE,
                                             .operator= "examiner",
                                             .reason = YIDI__REFUSAL_REASON__IDENTITY_DOUBTFUL,
                                             .text = "never corrected" };
    apply(1);
    for (int times = 0; times < 3; times++) {
        expect_returned();
        amend();
    }
    expect_returned();
    expect(&turn_down, "refused");
    expect_state(WINDOW, "refused");
    assert_string_equal(fake_desk_amend(&network, &application, number), "ILLEGAL_IN_STATE");
    fake_network_audit(&network);
}

static void
a_return_says_what_and_until_when(void **unused)
{
    (void)unused;
    const struct fake_decision whole = return_form();
    apply(1);
    struct fake_decision decision = whole;
    decision.field = NULL;
    expect(&decision, "RETURN_INCOMPLETE");
    decision = whole;
    decision.field = "person.address";
    expect(&decision, "RETURN_INCOMPLETE");
    decision = whole;
    decision.text = "";
    expect(&decision, "RETURN_INCOMPLETE");
    decision = whole;
    decision.answer_by = civil_date_of_ms(network.now.wall_ms);
    expect(&decision, "RETURN_INCOMPLETE");
    decision.answer_by = 20270231;
    expect(&decision, "RETURN_INCOMPLETE");
    expect_state(REGISTRY, "received");
}

static void
a_correction_is_about_the_same_case(void **unused)
{
    (void)unused;
    apply(1);
    assert_string_equal(fake_desk_amend(&network, &application, number), "ILLEGAL_IN_STATE");
    expect_returned();
    fake_desk_citizen(2, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_amend(&network, &application, number), "AMENDMENT_INVALID");
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__REPLACEMENT, &application);
    assert_string_equal(fake_desk_amend(&network, &application, number), "AMENDMENT_INVALID");
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    strcpy(application.citizen.division, FAKE_DESK_FAR_DIVISION);
    assert_string_equal(fake_desk_amend(&network, &application, number), "AMENDMENT_INVALID");
    strcpy(application.citizen.division, FAKE_DESK_DIVISION);
    application.form.phone = "1380013800x";
    assert_string_equal(fake_desk_amend(&network, &application, number), "PHONE_INVALID");
    application.form.phone = "13800138000";
    expect_state(WINDOW, "returned");
    amend();
    finish(REGISTRY);
}

static unsigned
revision_at(size_t at)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    return desk_test_case(at, number, &arena)->revision;
}

static void
a_correction_that_is_repeated_is_no_second_one(void **unused)
{
    (void)unused;
    char first[CASE_NUMBER_CHARS + 1];
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "key", number), "");
    fake_network_settle(&network);
    expect_returned();
    assert_string_equal(fake_desk_amend_as(&network, &application, "key", number),
                        "REQUEST_KEY_TAKEN"); /* it names the application */
    assert_string_equal(fake_desk_amend_as(&network, &application, "k-1", number), "submitted");
    assert_string_equal(fake_desk_amend_as(&network, &application, "k-1", number), "submitted");
    fake_network_settle(&network);
    expect_returned();
    assert_string_equal(fake_desk_amend_as(&network, &application, "k-1", number), "returned");
    assert_int_equal(revision_at(WINDOW), 1);
    strcat(application.citizen.address, "乙栋");
    assert_string_equal(fake_desk_amend_as(&network, &application, "k-1", number),
                        "REQUEST_KEY_TAKEN");
    assert_string_equal(fake_desk_amend_as(&network, &application, "k-2", number), "submitted");
    fake_network_settle(&network);
    assert_int_equal(revision_at(REGISTRY), 2);
    strcpy(first, number);
    apply(2);
    assert_string_equal(fake_desk_amend_as(&network, &application, "k-2", number),
                        "REQUEST_KEY_TAKEN");
    strcpy(number, first);
    fake_network_audit(&network);
}

static void
expect_first_template(size_t at, const uint8_t *template)
{
    struct digest digest;
    AUTO(arena) struct arena arena;
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[at].scratch);
    struct case_file file;
    struct bytes held;
    arena_init(&arena);
    assert_int_equal(case_file_open(txn, network.offices[at].role->machine, number, &arena, &file),
                     OK);
    signature_digest_one(bytes_of(template, FINGERPRINT_BYTES), &digest);
    assert_memory_equal(file.row->form->fingerprints[0]->digest.data, digest.bytes, DIGEST_BYTES);
    assert_int_equal(store_get(txn, TABLE_BLOBS, bytes_of(digest.bytes, DIGEST_BYTES), &held), OK);
}

/* Corrected without photo, fingerprints or both; those that are sent come as frames. */
static const char *
amend_keeping(bool photo, bool fingerprints, const char *request_key)
{
    struct bytes frames[ATTACHMENTS_MAX];
    size_t count = 0;
    Yidi__ApplicationForm form = application.form;
    Yidi__Amend amend = YIDI__AMEND__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    amend.case_number = number;
    amend.form = &form;
    amend.request_key = (char *)(uintptr_t)request_key;
    amend.keep_photo = photo;
    amend.keep_fingerprints = fingerprints;
    if (!photo)
        frames[count++] = bytes_of(application.photo, application.photo_size);
    for (size_t i = 0; i < form.n_fingerprints && !fingerprints; i++)
        frames[count++] = bytes_of(application.templates[i], FINGERPRINT_BYTES);
    request.operator_ = "clerk";
    request.command_case = YIDI__REQUEST__COMMAND_AMEND;
    request.amend = &amend;
    const Yidi__Response *response = fake_network_ask(&network, WINDOW, &request, frames, count);
    return response->body_case == YIDI__RESPONSE__BODY_REFUSAL
               ? response->refusal->code
               : response->decided->results[0]->state;
}

static void
a_correction_keeps_what_the_office_holds_of_the_case(void **unused)
{
    static uint8_t other[FINGERPRINT_BYTES];
    (void)unused;
    apply(1);
    expect_returned();
    memcpy(other, application.templates[0], sizeof other);
    application.templates[0][400] ^= 1; /* not what was taken before */
    assert_string_equal(amend_keeping(true, true, "k-1"), "submitted");
    assert_string_equal(amend_keeping(true, true, "k-1"), "submitted");
    fake_network_settle(&network);
    assert_int_equal(revision_at(REGISTRY), 1);
    expect_first_template(REGISTRY, other);
    expect_returned();
    assert_string_equal(amend_keeping(true, false, "k-2"), "submitted");
    fake_network_settle(&network);
    expect_first_template(REGISTRY, application.templates[0]);
    expect_returned();
    assert_string_equal(amend_keeping(false, true, "k-3"), "submitted");
    fake_network_settle(&network);
    expect_first_template(REGISTRY, application.templates[0]);
    memcpy(application.templates[0], other, sizeof other);
    finish(REGISTRY);
    fake_network_audit(&network);
}

static void
set_revision(size_t at, unsigned revision)
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn) struct store_txn *txn = NULL;
    struct case_file file;
    const struct machine *machine = network.offices[at].role->machine;
    arena_init(&arena);
    assert_int_equal(store_begin_write(network.offices[at].scratch.store, &txn), OK);
    assert_int_equal(case_file_open(txn, machine, number, &arena, &file), OK);
    file.row->revision = revision;
    assert_int_equal(case_file_save(&file, machine, txn, &arena), OK);
    assert_int_equal(store_commit(MOVE(txn)), OK);
}

static void
after_a_hundred_corrections_the_registry_must_decide(void **unused)
{
    (void)unused;
    apply(1);
    set_revision(WINDOW, 99);
    set_revision(REGISTRY, 99);
    expect_returned();
    amend();
    assert_int_equal(revision_at(REGISTRY), 100);
    const struct fake_decision once_more = return_form();
    expect(&once_more, "REVISIONS_EXHAUSTED");
    expect_state(WINDOW, "submitted");
    finish(REGISTRY);

    apply(2);
    expect_returned();
    set_revision(WINDOW, 100); /* as an earlier program let it come */
    assert_string_equal(fake_desk_amend(&network, &application, number), "REVISIONS_EXHAUSTED");
    expect_state(WINDOW, "returned");
    expect(&withdraw, "withdrawing");
    expect_state(WINDOW, "withdrawn");
}

static void
corrections_survive_the_loss_of_any_office(void **unused)
{
    (void)unused;
    apply(1);
    expect_returned();
    expect_states_to_survive();
    amend();
    expect_states_to_survive();
    expect_returned();
    amend();
    expect(&examine, "examined");
    expect(&issue, "issued");
    expect_states_to_survive();
    for (size_t i = 2; i < fake_desk_step_count; i++)
        expect(&fake_desk_steps[i].decision, fake_desk_steps[i].after);
    expect_states_to_survive();
    fake_network_audit(&network);
}

/* ---- withdrawal ---- */

static void
an_application_is_withdrawn_before_it_is_issued(void **unused)
{
    (void)unused;
    for (int stage = 0; stage < 3; stage++) {
        apply((uint64_t)stage + 1);
        if (stage == 1)
            expect(&examine, "examined");
        if (stage == 2)
            expect_returned();
        expect(&withdraw, "withdrawing");
        expect_state(WINDOW, "withdrawn");
        expect_state(REGISTRY, "withdrawn");
    }
    apply(1); /* may apply again */
    finish(REGISTRY);
}

static void
a_withdrawal_overtaken_by_a_decision_ends_as_that_says(void **unused)
{
    (void)unused;
    const struct fake_decision turn_down = { .at = REGISTRY,
                                             .verb = YIDI__VERB__REFUSE,
                                             .operator= "examiner",
                                             .reason = YIDI__REFUSAL_REASON__BAD_CREDIT_RECORD,
                                             .text = "a record" };
    apply(1);
    assert_string_equal(fake_desk_decide(&network, &withdraw, number), "withdrawing");
    desk_test_decide(&turn_down, number, "refused");
    expect_state(WINDOW, "refused");
    expect_state(REGISTRY, "refused");

    apply(2);
    const struct fake_decision decision = return_form();
    assert_string_equal(fake_desk_decide(&network, &withdraw, number), "withdrawing");
    desk_test_decide(&decision, number, "returned");
    expect_state(WINDOW, "withdrawn");
    expect_state(REGISTRY, "withdrawn");
    fake_network_audit(&network);
}

/* The registry hears of the withdrawal before it hears of the good card that was lost on its way;
 * registry and centre deny it alike. */
static void
a_withdrawal_after_a_good_card_was_lost_is_denied_by_both(void **unused)
{
    (void)unused;
    const struct fake_decision miss = {
        .at = WINDOW, .verb = YIDI__VERB__MISS, .operator= "clerk", .text = "not in the parcel"
    };
    const struct fake_decision lost = {
        .at = CENTRE, .verb = YIDI__VERB__TRACE_CARD, .operator= "packer", .text = "nowhere"
    };
    apply(1);
    fake_desk_walk(&network, number, 2);
    network.wires.cut[CENTRE][REGISTRY] = network.wires.cut[REGISTRY][CENTRE] = true;
    for (size_t i = 2; i < 5; i++)
        expect(&fake_desk_steps[i].decision, fake_desk_steps[i].after);
    expect(&miss, "in-production");
    expect(&lost, "ordered");
    expect(&withdraw, "withdrawing");
    expect_state(REGISTRY, "withdrawing");
    network.wires.cut[CENTRE][REGISTRY] = network.wires.cut[REGISTRY][CENTRE] = false;
    fake_network_run(&network, 3600 * 1000);
    expect_state(WINDOW, "in-production");
    expect_state(REGISTRY, "made");
    expect_state(CENTRE, "ordered");
    for (size_t i = 2; i < fake_desk_step_count; i++)
        expect(&fake_desk_steps[i].decision, fake_desk_steps[i].after);
    expect_state(REGISTRY, "closed");
    fake_network_audit(&network);
}

static void
withdrawals_survive_the_loss_of_any_office(void **unused)
{
    (void)unused;
    apply(1);
    network.wires.cut[WINDOW][REGISTRY] = network.wires.cut[REGISTRY][WINDOW] = true;
    expect(&withdraw, "withdrawing");
    network.wires.cut[WINDOW][REGISTRY] = network.wires.cut[REGISTRY][WINDOW] = false;
    fake_network_run(&network, 3600 * 1000);
    expect_state(WINDOW, "withdrawn");
    expect_states_to_survive();
    fake_network_audit(&network);
}

/* Clocks of window and registry are ahead: what they say looks younger than the centre's news that
 * followed it. */
static void
withdrawals_are_done_again_in_their_order_whatever_clocks_say(void **unused)
{
    (void)unused;
    enum { HOUR_MS = 3600 * 1000 };
    network.offices[WINDOW].skew_ms = 3 * HOUR_MS;
    network.offices[REGISTRY].skew_ms = 6 * HOUR_MS;
    apply(1);
    fake_desk_walk(&network, number, 2);
    network.wires.cut[CENTRE][REGISTRY] = network.wires.cut[REGISTRY][CENTRE] = true;
    for (size_t i = 2; i < 4; i++)
        expect(&fake_desk_steps[i].decision, fake_desk_steps[i].after);
    expect(&withdraw, "withdrawing");
    network.wires.cut[CENTRE][REGISTRY] = network.wires.cut[REGISTRY][CENTRE] = false;
    fake_network_run(&network, HOUR_MS);
    expect_state(WINDOW, "in-production");
    expect_state(REGISTRY, "made");
    expect(&withdraw, "withdrawing"); /* and is denied again */
    expect_state(WINDOW, "in-production");
    expect_states_to_survive();
    expect(&fake_desk_steps[4].decision, "dispatched");
    expect_states_to_survive();
    fake_network_audit(&network);
}

/* The window forgets that it has asked today. */
static void
ask_once_more(void)
{
    AUTO(arena) struct arena arena;
    const struct machine *machine = network.offices[WINDOW].role->machine;
    struct case_file file;
    arena_init(&arena);
    struct store_txn *txn = scratch_store_write(&network.offices[WINDOW].scratch);
    assert_int_equal(case_file_open(txn, machine, number, &arena, &file), OK);
    file.row->reminded_ms = 0;
    file.row->stage_deadline_ms--; /* of which nobody has been told */
    assert_int_equal(case_file_save(&file, machine, txn, &arena), OK);
    scratch_store_commit(txn);
    fake_network_crash(&network, WINDOW);
    fake_network_start(&network, WINDOW);
    fake_network_settle(&network);
}

/* As many as there are working days in a year and a half. */
static void
reminders_do_not_hide_what_a_lost_past_needs(void **unused)
{
    (void)unused;
    enum { DAY_MS = 24 * 3600 * 1000, REMINDERS = 375 };
    apply(1);
    fake_network_run_until(&network, network.now.monotonic_ms + (uint64_t)6 * DAY_MS);
    for (int i = 0; i < REMINDERS; i++)
        ask_once_more();
    assert_true(fake_network_assigned(&network, WINDOW, REGISTRY) > REMINDERS);
    expect(&withdraw, "withdrawing");
    expect_state(WINDOW, "withdrawn");
    lose(REGISTRY);
    expect_state(REGISTRY, "withdrawn");
    lose(WINDOW);
    expect_state(WINDOW, "withdrawn");
}

/* ---- redirection ---- */

static void
the_registry_of_the_present_registration_decides(void **unused)
{
    (void)unused;
    fake_desk_move(&network, FAR_REGISTRY, 1, FAKE_DESK_FAR_DIVISION);
    apply(1);
    expect(&redirect, "redirected");
    expect_state(WINDOW, "submitted");
    expect_state(FAR_REGISTRY, "received");
    finish(FAR_REGISTRY);
    expect_state(REGISTRY, "redirected");
}

static void
it_is_redirected_to_a_registry_that_exists_and_is_another(void **unused)
{
    (void)unused;
    struct fake_decision decision = redirect;
    apply(1);
    decision.division = "";
    expect(&decision, "FIELD_OUT_OF_BOUNDS");
    decision.division = FAKE_DESK_DIVISION;
    expect(&decision, "FIELD_OUT_OF_BOUNDS");
    decision.division = "110101";
    expect(&decision, "REGISTRY_UNLISTED");
    expect_state(REGISTRY, "received");
}

static void
a_redirected_application_may_be_withdrawn_and_corrected(void **unused)
{
    (void)unused;
    fake_desk_move(&network, FAR_REGISTRY, 1, FAKE_DESK_FAR_DIVISION);
    apply(1);
    assert_string_equal(fake_desk_decide(&network, &withdraw, number), "withdrawing");
    desk_test_decide(&redirect, number, "redirected");
    expect_state(WINDOW, "withdrawn");
    expect_state(FAR_REGISTRY, "absent");

    apply(1);
    expect(&redirect, "redirected");
    struct fake_decision decision = return_form();
    decision.at = FAR_REGISTRY;
    expect(&decision, "returned");
    strcpy(application.citizen.division, FAKE_DESK_FAR_DIVISION);
    amend();
    finish(FAR_REGISTRY);
}

static void
redirections_survive_the_loss_of_any_office(void **unused)
{
    (void)unused;
    fake_desk_move(&network, FAR_REGISTRY, 1, FAKE_DESK_FAR_DIVISION);
    apply(1);
    expect(&redirect, "redirected");
    expect_states_to_survive();
    finish(FAR_REGISTRY);
    expect_states_to_survive();
}

/* ---- redirected by mistake ---- */

static const struct fake_decision send_back = { .at = FAR_REGISTRY,
                                                .verb = YIDI__VERB__REDIRECT,
                                                .operator= "examiner",
                                                .division = FAKE_DESK_DIVISION,
                                                .text = "not registered here" };

static const Yidi__Case *
read_case(size_t at, struct arena *arena)
{
    return desk_test_case(at, number, arena);
}

static void
what_is_sent_back_is_examined_after_all(void **unused)
{
    (void)unused;
    apply(1);
    expect(&redirect, "redirected");
    expect(&send_back, "redirected");
    expect_state(WINDOW, "submitted");
    expect_state(REGISTRY, "received");
    expect_states_to_survive();
    finish(REGISTRY);
    expect_states_to_survive();
    expect_state(FAR_REGISTRY, "redirected");
}

static void
it_comes_back_as_it_was_corrected_meanwhile(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    apply(1);
    expect(&redirect, "redirected");
    struct fake_decision decision = return_form();
    decision.at = FAR_REGISTRY;
    expect(&decision, "returned");
    strcpy(application.citizen.division, FAKE_DESK_FAR_DIVISION);
    amend();
    expect(&send_back, "redirected");
    expect_state(REGISTRY, "received");
    assert_int_equal(read_case(REGISTRY, &arena)->revision, 1);
    finish(REGISTRY);
    expect_states_to_survive();
}

static void
registries_pass_it_on_no_more_than_so_often(void **unused)
{
    (void)unused;
    apply(1);
    for (unsigned i = 0; i < REDIRECTIONS_MAX; i++)
        expect(i % 2 == 0 ? &redirect : &send_back, "redirected");
    expect_state(WINDOW, "submitted");
    const bool far = REDIRECTIONS_MAX % 2 == 1;
    expect(far ? &send_back : &redirect, "REDIRECTED_TOO_OFTEN");
    expect_state(far ? FAR_REGISTRY : REGISTRY, "received");
    expect_states_to_survive();
    expect(far ? &send_back : &redirect, "REDIRECTED_TOO_OFTEN");
}

/* The citizen has applied at the other window while the first application was elsewhere. */
static void
what_is_sent_back_beside_another_application_is_refused(void **unused)
{
    (void)unused;
    char first[CASE_NUMBER_CHARS + 1];
    apply(1);
    strcpy(first, number);
    expect(&redirect, "redirected");
    assert_string_equal(fake_desk_apply_at(&network, FAR_WINDOW, &application, "", number), "");
    fake_network_settle(&network);
    expect_state(REGISTRY, "received");
    strcpy(number, first);
    expect(&send_back, "redirected");
    expect_state(REGISTRY, "refused");
    expect_state(WINDOW, "refused");
    fake_network_audit(&network);
}

static void
a_new_registry_has_its_own_time(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    enum { DAY_MS = 24 * 3600 * 1000, DAYS = 10 };
    apply(1);
    fake_network_run_until(&network, network.now.monotonic_ms + (uint64_t)DAYS * DAY_MS);
    assert_true(read_case(WINDOW, &arena)->reminded_ms > 0);
    network.wires.cut[WINDOW][FAR_REGISTRY] = network.wires.cut[FAR_REGISTRY][WINDOW] = true;
    expect(&redirect, "redirected");
    const Yidi__Case *row = read_case(WINDOW, &arena);
    assert_int_equal(row->reminded_ms, 0);
    assert_in_range(network.now.wall_ms - row->changed_ms, 0, DAY_MS);
    assert_int_equal(row->stage_deadline_ms, civil_date_end_ms(civil_date_add_days(
                                                 civil_date_of_ms(network.now.wall_ms), 5)));
    assert_int_equal(row->overdue_told_ms, 0);
    /* overdue again, but the new registry has not even got the application */
    fake_network_run_until(&network, network.now.monotonic_ms + (uint64_t)DAYS * DAY_MS);
    assert_true(read_case(WINDOW, &arena)->overdue_told_ms > 0);
    assert_int_equal(read_case(WINDOW, &arena)->reminded_ms, 0);
    network.wires.cut[WINDOW][FAR_REGISTRY] = network.wires.cut[FAR_REGISTRY][WINDOW] = false;
    fake_network_run_until(&network, network.now.monotonic_ms + (uint64_t)5 * DAY_MS);
    assert_true(read_case(WINDOW, &arena)->reminded_ms > 0);
    expect_state(FAR_REGISTRY, "received");
}

static void
erase_photo(size_t at)
{
    const struct desk_test_erasure photo = { 0 };
    assert_string_equal(desk_test_erase_now(at, number, photo), "");
}

/* The registry that sent it back has no photo any more, and the one that decided is away. */
static void
what_was_sent_back_comes_home_whoever_hands_it_back_first(void **unused)
{
    (void)unused;
    apply(1);
    expect(&redirect, "redirected");
    expect(&send_back, "redirected");
    finish(REGISTRY);
    erase_photo(FAR_REGISTRY);
    erase_photo(CENTRE);
    network.wires.cut[WINDOW][REGISTRY] = network.wires.cut[REGISTRY][WINDOW] = true;
    fake_desk_lose_disk(&network, WINDOW);
    fake_desk_recover(&network, WINDOW, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_settle(&network);
    network.wires.cut[WINDOW][REGISTRY] = network.wires.cut[REGISTRY][WINDOW] = false;
    fake_network_run_until(&network, network.now.monotonic_ms + 3600000);
    expect_state(WINDOW, "collected");
    expect_state(REGISTRY, "closed");
    expect_state(FAR_REGISTRY, "redirected");
    assert_int_equal(
        fake_desk_recover(&network, WINDOW, YIDI__RECOVER_VERB__RECOVER_SHOW)->n_missing, 0);
    fake_network_audit(&network);
}

/* The two registries change their counties. */
static void
move_counties(void)
{
    struct roster_office *offices = network.roster.offices;
    const char *area = offices[REGISTRY].entry.area;
    offices[REGISTRY].entry.area = offices[FAR_REGISTRY].entry.area;
    offices[FAR_REGISTRY].entry.area = area;
    for (size_t at = 0; at < network.count; at++)
        fake_network_renew_directory(&network, at);
    fake_network_settle(&network);
}

/* What was redirected stays where it went, whichever registry the county has by now. */
static void
redirections_survive_a_loss_after_the_county_has_another_registry(void **unused)
{
    (void)unused;
    fake_desk_move(&network, FAR_REGISTRY, 1, FAKE_DESK_FAR_DIVISION);
    apply(1);
    expect(&redirect, "redirected");
    expect((const struct fake_decision[]){ { .at = FAR_REGISTRY,
                                             .verb = YIDI__VERB__EXAMINE,
                                             .operator= "examiner" } },
           "examined");
    expect((const struct fake_decision[]){
               { .at = FAR_REGISTRY, .verb = YIDI__VERB__ISSUE, .operator= "issuer" } },
           "issued");
    move_counties();
    static const size_t offices[] = { WINDOW, REGISTRY, FAR_REGISTRY };
    for (size_t i = 0; i < 3; i++) {
        fake_desk_lose_disk(&network, offices[i]);
        fake_desk_recover(&network, offices[i], YIDI__RECOVER_VERB__RECOVER_START);
        fake_network_settle(&network);
        const Yidi__RecoveryReport *report =
            fake_desk_recover(&network, offices[i], YIDI__RECOVER_VERB__RECOVER_SHOW);
        assert_int_equal(report->unplaced_count, 0);
        expect_state(WINDOW, "in-production");
        expect_state(REGISTRY, "redirected");
        expect_state(FAR_REGISTRY, "issued");
        expect_state(CENTRE, "ordered");
    }
}

static int
set_up(void **unused)
{
    (void)unused;
    desk_test_open_wide(CITIZENS);
    return 0;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)
        TEST(a_returned_application_is_corrected_and_issued),
        TEST(it_may_be_returned_more_than_once_and_refused_in_the_end),
        TEST(a_return_says_what_and_until_when),
        TEST(a_correction_is_about_the_same_case),
        TEST(a_correction_that_is_repeated_is_no_second_one),
        TEST(a_correction_keeps_what_the_office_holds_of_the_case),
        TEST(after_a_hundred_corrections_the_registry_must_decide),
        TEST(corrections_survive_the_loss_of_any_office),
        TEST(an_application_is_withdrawn_before_it_is_issued),
        TEST(a_withdrawal_overtaken_by_a_decision_ends_as_that_says),
        TEST(a_withdrawal_after_a_good_card_was_lost_is_denied_by_both),
        TEST(withdrawals_survive_the_loss_of_any_office),
        TEST(withdrawals_are_done_again_in_their_order_whatever_clocks_say),
        TEST(reminders_do_not_hide_what_a_lost_past_needs),
        TEST(the_registry_of_the_present_registration_decides),
        TEST(it_is_redirected_to_a_registry_that_exists_and_is_another),
        TEST(a_redirected_application_may_be_withdrawn_and_corrected),
        TEST(redirections_survive_the_loss_of_any_office),
        TEST(what_is_sent_back_is_examined_after_all),
        TEST(it_comes_back_as_it_was_corrected_meanwhile),
        TEST(registries_pass_it_on_no_more_than_so_often),
        TEST(what_is_sent_back_beside_another_application_is_refused),
        TEST(a_new_registry_has_its_own_time),
        TEST(what_was_sent_back_comes_home_whoever_hands_it_back_first),
        TEST(redirections_survive_a_loss_after_the_county_has_another_registry),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
