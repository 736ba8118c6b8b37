/* SPDX-License-Identifier: Apache-2.0
 *
 * applicant_test - what the holder of a receipt is told at each turn of the case, and what nobody
 * is told. All persons are made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "acceptance-node/applicant.h"
#include "common/domain/civil_date.h"
#include "common/domain/receipt_code.h"
#include "common/io/case_file.h"
#include "common/io/json.h"
#include "common/io/wire.h"
#include "tests/lib/desk_test.h"
#include "tests/lib/policy_maker.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))
#define DAY_MS      UINT64_C(86400000)
#define GOSSIP      "Wang of the third floor says no"

static char number[CASE_NUMBER_CHARS + 1], code[RECEIPT_CODE_CHARS + 1];
static struct arena arena;
static Yidi__ReceiptStatus *status;
static const char *told; /* as JSON */

static int
set_up(void **unused)
{
    (void)unused;
    desk_test_open(4);
    arena_init(&arena);
    return 0;
}

static int
tear_down(void **unused)
{
    arena_fini(&arena);
    return desk_test_close(unused);
}

static void
apply(Yidi__ApplicationKind kind)
{
    fake_desk_citizen(1, kind, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    fake_network_settle(&network);
    strcpy(code, desk_test_case(WINDOW, number, &arena)->receipt_code);
}

static enum result
tell(const char *of_number, const char *with_code)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[WINDOW].scratch);
    return applicant_tell(txn, of_number, with_code, network.now.wall_ms, &arena, &status);
}

/* Of nobody in particular: neither the applicant, nor who works on it, nor what anybody wrote. */
static void
expect_nothing_personal(void)
{
    const Yidi__ApplicationForm *form = &application.form;
    const char *const secrets[] = {
        form->person->name,
        form->person->citizen_number,
        form->person->address,
        form->phone,
        form->residence_address,
        form->identity_document_number,
        code,
        GOSSIP,
        "clerk",
        "examiner",
        "issuer",
        "maker",
        "checker",
        "packer",
    };
    for (size_t i = 0; i < COUNT(secrets); i++)
        if (secrets[i][0] != '\0' && strstr(told, secrets[i]) != NULL)
            fail_msg("%s stands in %s", secrets[i], told);
}

static void
expect_stage(const char *stage)
{
    struct refusal refusal = { 0 };
    assert_int_equal(tell(number, code), OK);
    if (wire_check(&status->base, &refusal) != OK)
        fail_msg("%s %s", refusal.field, refusal.rule);
    assert_string_equal(status->stage, stage);
    assert_string_equal(status->case_number, number);
    told = json_encode(&status->base, &arena);
    expect_nothing_personal();
}

static void
expect_told(const char *words)
{
    if (strstr(told, words) == NULL)
        fail_msg("no \"%s\" in %s", words, told);
}

static void
decide(size_t at, Yidi__Verb verb, const char *after)
{
    const struct fake_decision decision = {
        .at = at,
        .verb = verb,
        .operator= "someone",
        .text = GOSSIP,
        .reason = verb == YIDI__VERB__REFUSE ? YIDI__REFUSAL_REASON__BAD_CREDIT_RECORD : 0,
        .field = verb == YIDI__VERB__RETURN_FORM ? "form.photo_digest" : NULL,
        .answer_by = civil_date_add_days(civil_date_of_ms(network.now.wall_ms), 3)
    };
    desk_test_decide(&decision, number, after);
}

/* ---- stage by stage ---- */

static void
the_holder_sees_the_card_come_nearer(void **unused)
{
    static const char *const stages[] = { "examination", "examination", "production", "production",
                                          "production",  "delivery",    "ready",      "collected" };
    (void)unused;
    apply(YIDI__APPLICATION_KIND__RENEWAL);
    for (size_t steps = 0; steps <= fake_desk_step_count; steps++) {
        if (steps > 0) {
            const struct fake_step *step = &fake_desk_steps[steps - 1];
            assert_string_equal(fake_desk_decide(&network, &step->decision, number), step->after);
            fake_network_settle(&network);
        }
        expect_stage(stages[steps]);
        assert_int_equal(status->accepted_on, civil_date_of_ms(network.now.wall_ms));
        assert_int_equal(status->due_on != 0, steps < 6);
        assert_int_equal(status->act_by != 0, steps == 6);
        if (steps == 6)
            expect_told("Bring the old card");
    }
}

static void
what_is_to_be_corrected_is_told_without_who_says_so(void **unused)
{
    (void)unused;
    apply(YIDI__APPLICATION_KIND__REPLACEMENT);
    decide(REGISTRY, YIDI__VERB__RETURN_FORM, "returned");
    expect_stage("correction");
    assert_int_equal(status->n_corrections, 1);
    assert_string_equal(status->corrections[0]->chinese, "照片");
    assert_string_equal(status->corrections[0]->english, "photo");
    assert_int_equal(status->act_by, civil_date_add_days(civil_date_of_ms(network.now.wall_ms), 3));
}

static void
a_refusal_gives_its_reasons_and_no_words_of_the_examiner(void **unused)
{
    (void)unused;
    apply(YIDI__APPLICATION_KIND__RENEWAL);
    decide(REGISTRY, YIDI__VERB__REFUSE, "refused");
    expect_stage("refused");
    assert_int_equal(status->n_reasons, 1);
    expect_told("paid back");
    assert_int_equal(status->due_on, 0);
}

static void
a_withdrawal_is_told_when_it_is_asked_and_when_it_is_done(void **unused)
{
    (void)unused;
    apply(YIDI__APPLICATION_KIND__RENEWAL);
    fake_network_crash(&network, REGISTRY);
    decide(WINDOW, YIDI__VERB__WITHDRAW, "withdrawing");
    expect_stage("withdrawing");
    fake_network_start(&network, REGISTRY);
    fake_network_settle(&network);
    expect_stage("withdrawn");
    expect_told("paid back");
}

static void
the_window_is_told_as_the_directory_has_it(void **unused)
{
    (void)unused;
    apply(YIDI__APPLICATION_KIND__RENEWAL);
    expect_stage("examination");
    const Yidi__Office *self = office_self(network.offices[WINDOW].office);
    assert_non_null(status->office);
    assert_string_equal(status->office->code, self->code);
    assert_string_equal(status->office->name, self->name);
    assert_string_equal(status->office->contact, self->contact);
}

/* ---- who is told nothing ---- */

static void
nothing_is_told_for_a_wrong_code_or_number(void **unused)
{
    char other[CASE_NUMBER_CHARS + 1], wrong[RECEIPT_CODE_CHARS + 1];
    static struct made_application another;
    (void)unused;
    apply(YIDI__APPLICATION_KIND__RENEWAL);
    fake_desk_citizen(2, YIDI__APPLICATION_KIND__RENEWAL, &another);
    assert_string_equal(fake_desk_apply(&network, &another, "other", other), "");
    fake_network_settle(&network);
    memcpy(wrong, code, sizeof wrong);
    wrong[9] = wrong[9] == '0' ? '1' : '0';
    assert_int_equal(tell(number, wrong), ERR_ABSENT);
    assert_int_equal(tell(other, code), ERR_ABSENT);
    assert_int_equal(tell("44030550010026112200000012", code), ERR_ABSENT);
    assert_int_equal(tell("00000000000000000000000000", code), ERR_ABSENT);
    assert_int_equal(tell("ZZZZZZZZZZZZZZZZZZZZZZZZZZ", code), ERR_ABSENT);
    assert_int_equal(tell(number, ""), ERR_ABSENT);
    assert_int_equal(tell(number, code), OK);
}

static void
an_empty_office_has_nothing_to_tell(void **unused)
{
    (void)unused;
    assert_int_equal(tell("44030550010026112200000012", "7K3QX0MZ4T"), ERR_ABSENT);
}

static void
keep_for_days(unsigned days)
{
    const struct made_rule rules[] = { { .key = "retention.biometrics", .value = days },
                                       { .key = "retention.text", .value = days } };
    struct policy_file *file = NULL;
    struct refusal refusal = { 0 };
    struct bytes bytes = policy_maker_sign(1, rules, COUNT(rules), network.roster.directory_key,
                                           network.roster.directory_certificate, &arena);
    assert_int_equal(
        policy_file_decode(bytes, network.roster.root, network.now.wall_ms, &file, &refusal), OK);
    assert_int_equal(
        office_set_policy(network.offices[WINDOW].office, file, &network.now, &refusal), OK);
    fake_network_settle(&network);
}

static void
an_erased_case_is_as_unknown_as_any(void **unused)
{
    (void)unused;
    keep_for_days(5);
    apply(YIDI__APPLICATION_KIND__RENEWAL);
    fake_desk_walk(&network, number, fake_desk_step_count);
    expect_stage("collected");
    fake_network_run_until(&network, network.now.monotonic_ms + 7 * DAY_MS);
    assert_int_equal(tell(number, code), ERR_ABSENT);
    assert_int_equal(tell(number, ""), ERR_ABSENT);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_holder_sees_the_card_come_nearer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_to_be_corrected_is_told_without_who_says_so, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_refusal_gives_its_reasons_and_no_words_of_the_examiner,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_withdrawal_is_told_when_it_is_asked_and_when_it_is_done,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_window_is_told_as_the_directory_has_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_told_for_a_wrong_code_or_number, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_empty_office_has_nothing_to_tell, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_erased_case_is_as_unknown_as_any, set_up, tear_down),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
