/* SPDX-License-Identifier: Apache-2.0
 *
 * handover_test - who may collect a card, when a temporary card is given, when a card is destroyed.
 * All persons are made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "acceptance-node/core/application.h"
#include "acceptance-node/core/handover.h"

#define HOLDER_NUMBER "11010519491231002X"
#define OTHER_NUMBER  "440524188001010014"
#define PARENT_NUMBER "310101190002280013"

enum { TODAY = 20261123 };

static struct handover
grown_up(void)
{
    return (struct handover){
        .today = TODAY,
        .holder_birth_date = 19491231,
        .holder_number = HOLDER_NUMBER,
        .guardian_name = "",
        .guardian_number = "",
        .fingerprint_count = 2,
        .identified_by = IDENTIFIED_BY_FINGERPRINT,
        .score = "",
        .name = "",
        .number = "",
        .relation = "",
        .reason = "",
    };
}

static struct handover
child(uint32_t birth_date)
{
    struct handover handover = grown_up();
    handover.holder_birth_date = birth_date;
    handover.guardian_given = true;
    handover.guardian_name = "王芳";
    handover.guardian_number = PARENT_NUMBER;
    handover.identified_by = IDENTIFIED_BY_DOCUMENT;
    return handover;
}

static struct handover
sent_by_proxy(void)
{
    struct handover handover = grown_up();
    handover.fingerprint_count = 0;
    handover.identified_by = IDENTIFIED_BY_DOCUMENT;
    handover.collector = COLLECTOR_PROXY;
    handover.name = "李伟";
    handover.number = OTHER_NUMBER;
    handover.relation = "daughter";
    handover.reason = "in hospital";
    return handover;
}

static void
expect(const struct handover *handover, enum refusal_code code, const char *field)
{
    struct refusal refusal = { 0 };
    enum result result = handover_check(handover, &refusal);
    if (code == REFUSAL_NONE) {
        if (result != OK)
            fail_msg("%s %s: %s", refusal_name(refusal.code), refusal.field, refusal.rule);
        return;
    }
    assert_int_equal(result, ERR_REFUSED);
    assert_string_equal(refusal_name(refusal.code), refusal_name(code));
    assert_string_equal(refusal.field, field);
    assert_null(strstr(refusal.rule, "王芳"));
    assert_null(strstr(refusal.rule, PARENT_NUMBER));
}

static void
nothing_is_handed_out_before_somebody_was_identified(void **state)
{
    (void)state;
    struct handover handover = grown_up();
    expect(&handover, REFUSAL_NONE, "");
    handover.identified_by = IDENTIFIED_NOT;
    expect(&handover, REFUSAL_IDENTIFICATION_MISSING, "decide.identified_by");
}

static void
what_the_comparator_denies_is_not_handed_out(void **state)
{
    (void)state;
    struct handover handover = grown_up();
    handover.comparison = COMPARED_AS_MATCH;
    handover.score = "87.5";
    expect(&handover, REFUSAL_NONE, "");
    handover.comparison = COMPARED_AS_NO_MATCH;
    expect(&handover, REFUSAL_IDENTIFICATION_FAILED, "decide.comparison");
}

static void
a_fingerprint_needs_one_to_be_compared_with(void **state)
{
    (void)state;
    struct handover handover = grown_up();
    handover.fingerprint_count = 0;
    expect(&handover, REFUSAL_IDENTIFICATION_FAILED, "decide.identified_by");
    handover.identified_by = IDENTIFIED_BY_FACE;
    expect(&handover, REFUSAL_NONE, "");
}

static void
a_score_is_a_number_and_belongs_to_a_comparison(void **state)
{
    (void)state;
    static const char *const good[] = { "0", "1", "87.5", "0.93", "1234567890123456" };
    static const char *const bad[] = { ".5",   "5.",  "1.2.3", "-1",
                                       "high", "1e3", " 1",    "12345678901234567" };
    struct handover handover = grown_up();
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        handover.score = good[i];
        expect(&handover, REFUSAL_NONE, "");
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        handover.score = bad[i];
        expect(&handover, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.score");
    }
    handover.score = "87.5";
    handover.identified_by = IDENTIFIED_BY_DOCUMENT;
    expect(&handover, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.score");
}

static void
under_sixteen_the_guardian_in_the_application_collects(void **state)
{
    (void)state;
    struct handover handover = child(20101124); /* sixteen tomorrow */
    expect(&handover, REFUSAL_COLLECTOR_NOT_ENTITLED, "decide.collector");
    handover.collector = COLLECTOR_GUARDIAN;
    handover.name = "王芳";
    handover.number = PARENT_NUMBER;
    expect(&handover, REFUSAL_NONE, "");
    handover.name = "李芳";
    expect(&handover, REFUSAL_COLLECTOR_NOT_ENTITLED, "decide.collector.name");
    handover.name = "王芳";
    handover.number = OTHER_NUMBER;
    expect(&handover, REFUSAL_COLLECTOR_NOT_ENTITLED, "decide.collector.citizen_number");
    handover.guardian_given = false;
    expect(&handover, REFUSAL_COLLECTOR_NOT_ENTITLED, "decide.collector");
}

static void
from_sixteen_on_the_holder_collects_who_had_a_guardian(void **state)
{
    (void)state;
    struct handover handover = child(20101123); /* sixteen today */
    expect(&handover, REFUSAL_NONE, "");
    handover.collector = COLLECTOR_GUARDIAN;
    handover.name = "王芳";
    handover.number = PARENT_NUMBER;
    expect(&handover, REFUSAL_COLLECTOR_NOT_ENTITLED, "decide.collector");
}

static void
a_child_sends_no_proxy(void **state)
{
    (void)state;
    struct handover handover = sent_by_proxy();
    handover.holder_birth_date = 20150101;
    expect(&handover, REFUSAL_COLLECTOR_NOT_ENTITLED, "decide.collector");
}

static void
a_proxy_collects_for_a_holder_who_gave_no_fingerprints(void **state)
{
    (void)state;
    struct handover handover = sent_by_proxy();
    expect(&handover, REFUSAL_NONE, "");
    handover.fingerprint_count = 1;
    expect(&handover, REFUSAL_COLLECTOR_NOT_ENTITLED, "decide.collector");
}

static void
a_proxy_is_known_by_document_name_number_relation_and_reason(void **state)
{
    (void)state;
    struct handover handover = sent_by_proxy();
    handover.identified_by = IDENTIFIED_BY_FACE;
    expect(&handover, REFUSAL_COLLECTOR_NOT_ENTITLED, "decide.identified_by");
    handover = sent_by_proxy();
    handover.name = "";
    expect(&handover, REFUSAL_NAME_INVALID, "decide.collector.name");
    handover = sent_by_proxy();
    handover.number = "440524188001010015";
    expect(&handover, REFUSAL_CITIZEN_NUMBER_INVALID, "decide.collector.citizen_number");
    handover = sent_by_proxy();
    handover.relation = "";
    expect(&handover, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.collector.relation");
    handover = sent_by_proxy();
    handover.reason = "";
    expect(&handover, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.collector.reason");
}

static void
a_proxy_is_another_person_and_of_age(void **state)
{
    (void)state;
    struct handover handover = sent_by_proxy();
    handover.number = HOLDER_NUMBER;
    expect(&handover, REFUSAL_COLLECTOR_NOT_ENTITLED, "decide.collector.citizen_number");
    handover = sent_by_proxy();
    handover.today = 18971231;
    handover.holder_birth_date = 18800101;
    expect(&handover, REFUSAL_COLLECTOR_NOT_ENTITLED, "decide.collector.citizen_number");
}

static void
a_temporary_card_comes_back_or_is_reported_lost(void **state)
{
    (void)state;
    struct handover handover = grown_up();
    handover.temporary_card_out = true;
    expect(&handover, REFUSAL_TEMPORARY_CARD_OUT, "decide.temporary_card_surrendered");
    handover.temporary_card_lost = true;
    expect(&handover, REFUSAL_NONE, "");
    handover.temporary_card_lost = false;
    handover.temporary_card_surrendered = true;
    expect(&handover, REFUSAL_NONE, "");
}

static void
where_the_policy_demands_it_whoever_collects_has_checked_the_card(void **state)
{
    (void)state;
    struct handover handover = grown_up();
    handover.holder_check = true;
    expect(&handover, REFUSAL_HOLDER_CHECK_MISSING, "decide.holder_checked");
    handover.holder_checked = true;
    expect(&handover, REFUSAL_NONE, "");
    handover.holder_check = false; /* and may have where it does not */
    expect(&handover, REFUSAL_NONE, "");
}

static void
a_temporary_card_is_given_once_while_the_card_is_made(void **state)
{
    (void)state;
    for (int at = 0; at < APPLICATION_STATE_COUNT; at++) {
        bool making = at == APPLICATION_IN_PRODUCTION || at == APPLICATION_IN_TRANSIT;
        struct refusal refusal = { 0 };
        assert_int_equal(handover_check_temporary(at, false, &refusal), making ? OK : ERR_REFUSED);
        assert_int_equal(refusal.code, making ? REFUSAL_NONE : REFUSAL_ILLEGAL_IN_STATE);
        assert_int_equal(handover_check_temporary(at, true, &refusal), ERR_REFUSED);
        assert_int_equal(refusal.code, REFUSAL_TEMPORARY_CARD_GIVEN);
    }
}

static void
a_temporary_card_ends_on_the_same_day_of_a_later_month_or_on_its_last(void **state)
{
    (void)state;
    static const struct {
        uint32_t from;
        unsigned months;
        uint32_t until;
    } cases[] = {
        { 20261123, 3, 20270223 }, { 20261130, 3, 20270228 }, { 20271130, 3, 20280229 },
        { 20260131, 1, 20260228 }, { 20260815, 3, 20261115 }, { 20260930, 3, 20261230 },
        { 20261001, 3, 20270101 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(handover_temporary_until(cases[i].from, cases[i].months), cases[i].until);
}

static void
a_card_is_destroyed_only_after_the_time_to_collect_it(void **state)
{
    (void)state;
    struct refusal refusal = { 0 };
    assert_int_equal(handover_check_destruction(1000, 1000, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_COLLECTION_OPEN);
    assert_int_equal(handover_check_destruction(0, 1000, &refusal), ERR_REFUSED);
    assert_int_equal(handover_check_destruction(1000, 1001, &refusal), OK);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_handed_out_before_somebody_was_identified),
        cmocka_unit_test(what_the_comparator_denies_is_not_handed_out),
        cmocka_unit_test(a_fingerprint_needs_one_to_be_compared_with),
        cmocka_unit_test(a_score_is_a_number_and_belongs_to_a_comparison),
        cmocka_unit_test(under_sixteen_the_guardian_in_the_application_collects),
        cmocka_unit_test(from_sixteen_on_the_holder_collects_who_had_a_guardian),
        cmocka_unit_test(a_child_sends_no_proxy),
        cmocka_unit_test(a_proxy_collects_for_a_holder_who_gave_no_fingerprints),
        cmocka_unit_test(a_proxy_is_known_by_document_name_number_relation_and_reason),
        cmocka_unit_test(a_proxy_is_another_person_and_of_age),
        cmocka_unit_test(a_temporary_card_comes_back_or_is_reported_lost),
        cmocka_unit_test(where_the_policy_demands_it_whoever_collects_has_checked_the_card),
        cmocka_unit_test(a_temporary_card_is_given_once_while_the_card_is_made),
        cmocka_unit_test(a_temporary_card_ends_on_the_same_day_of_a_later_month_or_on_its_last),
        cmocka_unit_test(a_card_is_destroyed_only_after_the_time_to_collect_it),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
