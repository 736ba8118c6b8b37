/* SPDX-License-Identifier: Apache-2.0
 *
 * duty_test - the table of duties against the commands of proto/control.proto: none may be missing,
 * and what must be apart is apart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/duty.h"
#include "common/io/permission.h"

static const enum party offices[] = { PARTY_ACCEPTANCE, PARTY_REGISTRY, PARTY_PRODUCTION };

static bool
may(const char *act, enum party office, uint32_t roles)
{
    return duty_check(act, office, roles, NULL) == OK;
}

/* Does anybody do that anywhere? */
static bool
somebody_may(const char *act)
{
    bool found = false;
    for (size_t i = 0; i < 3; i++)
        found |= may(act, offices[i], UINT32_MAX);
    return found;
}

static void
expect_duty(const char *act)
{
    if (!duty_knows(act) || !somebody_may(act))
        fail_msg("nobody may %s", act);
}

/* Every command, every verb: whoever adds one says who does it. */
static void
duty_of_every_command_stands_in_the_table(void **unused)
{
    const ProtobufCMessageDescriptor *request = &yidi__request__descriptor;
    (void)unused;
    size_t seen = 0;
    for (unsigned i = 0; i < request->n_fields; i++) {
        const char *name = request->fields[i].name;
        if ((request->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0 || duty_is_inner(name))
            continue;
        seen++;
        if (strcmp(name, "decide") != 0)
            expect_duty(name);
    }
    assert_true(seen > 20);
    for (unsigned i = 0; i < yidi__verb__descriptor.n_values; i++) {
        char act[PERMISSION_ACT_BYTES];
        Yidi__Decide decide = YIDI__DECIDE__INIT;
        Yidi__Request command = YIDI__REQUEST__INIT;
        command.command_case = YIDI__REQUEST__COMMAND_DECIDE;
        command.decide = &decide;
        decide.verb = (Yidi__Verb)yidi__verb__descriptor.values[i].value;
        if (decide.verb != YIDI__VERB__VERB_UNSPECIFIED)
            expect_duty(permission_act(&command, act));
    }
    expect_duty("show.full");
    expect_duty("recover.start");
    expect_duty("stock_change.spoil");
}

static void
duty_that_the_table_does_not_have_is_nobody_s(void **unused)
{
    struct refusal refusal = { 0 };
    (void)unused;
    assert_false(somebody_may("decide"));
    assert_false(somebody_may("decide.verb-unspecified"));
    assert_false(somebody_may("session_open"));
    assert_false(somebody_may(""));
    assert_int_equal(duty_check("apply", PARTY_REGISTRY, UINT32_MAX, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_COMMAND_UNKNOWN);
    assert_int_equal(duty_check("decide.issue", PARTY_REGISTRY, DUTY_EXAMINER, &refusal),
                     ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_NOT_PERMITTED);
    assert_string_equal(refusal.rule, "that is done by: issuer");
    for (size_t i = 0; i < 3; i++)
        assert_false(may("list", offices[i], 0));
    assert_false(may("list", PARTY_NONE, UINT32_MAX));
}

/* An auditor only looks, an administrator only administers. */
static void
duty_of_auditors_and_administrators_is_no_case(void **unused)
{
    static const char *const acts[] = {
        "apply",
        "amend",
        "print",
        "compare",
        "issue_temporary",
        "refund",
        "population_import",
        "batch_make",
        "batch_export",
        "batch_import",
        "stock_change",
        "stock_change.spoil",
        "recover.start",
        "operator_change",
    };
    (void)unused;
    for (size_t place = 0; place < 3; place++) {
        for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
            assert_false(may(acts[i], offices[place], DUTY_AUDITOR));
        for (unsigned i = 0; i < yidi__verb__descriptor.n_values; i++) {
            char act[PERMISSION_ACT_BYTES];
            Yidi__Decide decide = { .verb = (Yidi__Verb)yidi__verb__descriptor.values[i].value };
            const Yidi__Request command = { .command_case = YIDI__REQUEST__COMMAND_DECIDE,
                                            .decide = &decide };
            permission_act(&command, act);
            assert_false(may(act, offices[place], DUTY_AUDITOR | DUTY_ADMINISTRATOR));
        }
        assert_true(may("show.full", offices[place], DUTY_AUDITOR));
        assert_false(may("show.full", offices[place], DUTY_ADMINISTRATOR));
        assert_false(may("show", offices[place], DUTY_ADMINISTRATOR));
        assert_false(may("list", offices[place], DUTY_ADMINISTRATOR));
        assert_false(may("export", offices[place], DUTY_ADMINISTRATOR));
        assert_false(may("operator_change", offices[place], ~(uint32_t)DUTY_ADMINISTRATOR));
    }
}

/* No act that a screen on the wall may do shows or changes anything about a person. */
static void
duty_of_a_wall_is_figures_alone(void **unused)
{
    static const char *const acts[] = { "status", "dashboard", "metrics", "peers" };
    (void)unused;
    for (size_t place = 0; place < 3; place++) {
        size_t count = 0;
        for (size_t i = 0; duty_act(i) != NULL; i++)
            count += may(duty_act(i), offices[place], DUTY_WALL);
        assert_int_equal(count, sizeof acts / sizeof *acts);
        for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
            assert_true(may(acts[i], offices[place], DUTY_WALL));
    }
}

static void
duty_of_the_second_pair_of_eyes_is_another_role_s(void **unused)
{
    (void)unused;
    assert_false(may("decide.issue", PARTY_REGISTRY, ~(uint32_t)DUTY_ISSUER));
    assert_false(may("decide.examine", PARTY_REGISTRY, ~(uint32_t)DUTY_EXAMINER));
    assert_false(may("decide.make", PARTY_PRODUCTION, ~(uint32_t)DUTY_MAKER));
    assert_false(may("decide.check-card", PARTY_PRODUCTION, ~(uint32_t)DUTY_CHECKER));
}

static void
duty_table_can_be_read_from_one_end_to_the_other(void **unused)
{
    size_t count = 0;
    (void)unused;
    for (const char *act = duty_act(0); act != NULL; act = duty_act(++count)) {
        assert_true(duty_knows(act));
        for (size_t k = 0; k < 3; k++)
            for (size_t place = 0; place < DUTY_ROLE_COUNT; place++) {
                uint32_t role = UINT32_C(1) << place;
                assert_int_equal((duty_roles(act, offices[k]) & role) != 0,
                                 may(act, offices[k], role));
            }
    }
    assert_true(count > 40);
    assert_int_equal(duty_roles("no such act", PARTY_REGISTRY), 0);
}

static void
duty_roles_have_names(void **unused)
{
    char words[DUTY_WORDS_BYTES];
    (void)unused;
    for (size_t i = 0; i < DUTY_ROLE_COUNT; i++)
        assert_int_equal(duty_role_find(duty_role_name(i)), 1 << i);
    assert_int_equal(duty_role_find("king"), 0);
    assert_int_equal(duty_role_find(""), 0);
    assert_string_equal(duty_words(DUTY_CLERK | DUTY_SUPERVISOR, words), "clerk, supervisor");
    assert_string_equal(duty_words(0, words), "");
    assert_true(strlen(duty_words(UINT32_MAX, words)) < DUTY_WORDS_BYTES);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(duty_of_every_command_stands_in_the_table),
        cmocka_unit_test(duty_that_the_table_does_not_have_is_nobody_s),
        cmocka_unit_test(duty_of_auditors_and_administrators_is_no_case),
        cmocka_unit_test(duty_of_a_wall_is_figures_alone),
        cmocka_unit_test(duty_of_the_second_pair_of_eyes_is_another_role_s),
        cmocka_unit_test(duty_table_can_be_read_from_one_end_to_the_other),
        cmocka_unit_test(duty_roles_have_names),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
