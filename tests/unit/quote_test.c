/* SPDX-License-Identifier: Apache-2.0
 *
 * quote_test - what a window says that an application would cost, against the rules and against
 * what it then takes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "common/domain/civil_date.h"
#include "tests/lib/desk_test.h"
#include "tests/lib/policy_maker.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

static int
set_up(void **unused)
{
    (void)unused;
    fake_desk_open(&network, 1);
    fake_desk_populate(&network, 1, 1);
    return 0;
}

static const Yidi__Response *
ask(size_t at, Yidi__Quote *quote)
{
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.operator_ = "clerk7";
    request.command_case = YIDI__REQUEST__COMMAND_QUOTE;
    request.quote = quote;
    return fake_network_ask(&network, at, &request, NULL, 0);
}

static Yidi__Quote
renewal(void)
{
    Yidi__Quote quote = YIDI__QUOTE__INIT;
    quote.kind = YIDI__APPLICATION_KIND__RENEWAL;
    quote.reason = YIDI__APPLICATION_REASON__EXPIRED;
    return quote;
}

static const Yidi__Quoted *
quote_of(Yidi__Quote quote)
{
    const Yidi__Response *response = ask(WINDOW, &quote);
    if (response->body_case != YIDI__RESPONSE__BODY_QUOTED)
        fail_msg("%s", response->refusal->code);
    return response->quoted;
}

static void
assert_refused(size_t at, Yidi__Quote quote, const char *code, const char *field)
{
    const Yidi__Response *response = ask(at, &quote);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_REFUSAL);
    assert_string_equal(response->refusal->code, code);
    assert_string_equal(response->refusal->field, field);
}

static void
the_fee_is_that_of_kind_reason_and_waiver(void **unused)
{
    (void)unused;
    Yidi__Quote quote = renewal();
    assert_int_equal(quote_of(quote)->fee_fen, 2000);
    quote.fee_waiver = YIDI__FEE_WAIVER__HARDSHIP;
    assert_int_equal(quote_of(quote)->fee_fen, 1000);
    quote.fee_waiver = YIDI__FEE_WAIVER__WELFARE;
    assert_int_equal(quote_of(quote)->fee_fen, 0);
    quote.reason = YIDI__APPLICATION_REASON__DAMAGED;
    assert_refused(WINDOW, quote, "FEE_MISMATCH", "form.fee_waiver");
    quote.fee_waiver = YIDI__FEE_WAIVER__NO_WAIVER;
    assert_int_equal(quote_of(quote)->fee_fen, 4000);
}

static void
what_could_not_be_applied_for_has_no_price(void **unused)
{
    (void)unused;
    Yidi__Quote quote = renewal();
    quote.reason = YIDI__APPLICATION_REASON__LOST;
    assert_refused(WINDOW, quote, "REASON_MISMATCH", "form.reason");
    quote.kind = YIDI__APPLICATION_KIND__FIRST;
    assert_refused(WINDOW, quote, "FIRST_APPLICATION_ELSEWHERE", "form.kind");
    quote.kind = YIDI__APPLICATION_KIND__APPLICATION_KIND_UNSPECIFIED;
    assert_refused(WINDOW, quote, "FIELD_OUT_OF_BOUNDS", "form.kind");
    quote = renewal();
    quote.birth_date = 19900230;
    assert_refused(WINDOW, quote, "DATE_INVALID", "quote.birth_date");
    quote.birth_date = 29990101;
    assert_refused(WINDOW, quote, "DATE_INVALID", "quote.birth_date");
    assert_refused(REGISTRY, renewal(), "COMMAND_UNKNOWN", "command");
}

static void
the_validity_follows_the_age_when_that_is_known(void **unused)
{
    (void)unused;
    const uint32_t today = civil_date_of_ms(fake_network_time(&network, WINDOW).wall_ms);
    static const struct {
        unsigned age, years;
    } cases[] = { { 15, 5 }, { 16, 10 }, { 25, 10 }, { 26, 20 }, { 45, 20 }, { 46, 0 } };
    Yidi__Quote quote = renewal();
    assert_null(quote_of(quote)->validity);
    for (size_t i = 0; i < COUNT(cases); i++) {
        quote.birth_date = today - cases[i].age * 10000;
        const Yidi__QuotedValidity *validity = quote_of(quote)->validity;
        assert_int_equal(validity->years, cases[i].years);
        assert_int_equal(validity->until,
                         cases[i].years == 0 ? 0 : civil_date_add_years(today, cases[i].years));
    }
}

static void
an_application_is_taken_for_the_fee_and_the_time_that_were_quoted(void **unused)
{
    (void)unused;
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    const Yidi__Quoted quoted = *quote_of(renewal());
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    application.form.fee_fen = quoted.fee_fen;
    apply.form = &application.form;
    request.operator_ = "clerk7";
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &apply;
    size_t count = application_frames(&application, frames);
    const Yidi__Response *response = fake_network_ask(&network, WINDOW, &request, frames, count);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_APPLIED);
    assert_int_equal(response->applied->statutory_deadline_ms, quoted.statutory_deadline_ms);
}

static void
another_policy_gives_another_quote(void **unused)
{
    (void)unused;
    static const struct made_rule rules[] = {
        { .key = "fee.renewal", .value = 2500 },
        { .key = "deadline.statutory", .value = 30 },
        { .key = "validity.26-to-45", .value = 15, .province = "44" },
    };
    AUTO(arena) struct arena arena;
    struct policy_file *file = NULL;
    struct refusal refusal = { 0 };
    arena_init(&arena);
    const uint64_t before_ms = quote_of(renewal())->statutory_deadline_ms;
    struct bytes bytes = policy_maker_sign(7, rules, COUNT(rules), network.roster.directory_key,
                                           network.roster.directory_certificate, &arena);
    assert_int_equal(
        policy_file_decode(bytes, network.roster.root, network.now.wall_ms, &file, &refusal), OK);
    assert_int_equal(
        office_set_policy(network.offices[WINDOW].office, file, &network.now, &refusal), OK);
    fake_network_settle(&network);

    Yidi__Quote quote = renewal();
    quote.birth_date = 19900307;
    const Yidi__Quoted *quoted = quote_of(quote);
    assert_int_equal(quoted->fee_fen, 2500);
    assert_int_equal(quoted->policy_version, 7);
    assert_int_equal(before_ms - quoted->statutory_deadline_ms, 30 * UINT64_C(86400000));
    assert_int_equal(quoted->validity->years, 20);
    quote.registration_division = "440105"; /* whose registry issues it */
    assert_int_equal(quote_of(quote)->validity->years, 15);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)
    const struct CMUnitTest tests[] = {
        TEST(the_fee_is_that_of_kind_reason_and_waiver),
        TEST(what_could_not_be_applied_for_has_no_price),
        TEST(the_validity_follows_the_age_when_that_is_known),
        TEST(an_application_is_taken_for_the_fee_and_the_time_that_were_quoted),
        TEST(another_policy_gives_another_quote),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
