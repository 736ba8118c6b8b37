/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/domain/operator_name.h"

static void
operator_name_takes_plain_short_names(void **unused)
{
    (void)unused;
    static const char *const names[] = { "guan", "li.wei", "clerk-7",
                                         "a_b",  "x",      "abcdefghijklmnopqrstuvwxyz012345" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(operator_name_check(names[i], "operator", NULL), OK);
}

/* Each of these could pass for guan before human eyes. */
static void
operator_name_refuses_what_looks_like_another(void **unused)
{
    (void)unused;
    static const char *const names[] = { "",
                                         "Guan",
                                         "GUAN",
                                         "guan ",
                                         " guan",
                                         "gu an",
                                         "guan\xe2\x80\x8b",
                                         "gu\xd0\xb0n",
                                         "gua\xcc\x81n",
                                         "\xef\xbd\x87uan",
                                         "abcdefghijklmnopqrstuvwxyz0123456" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct refusal refusal = { 0 };
        assert_int_equal(operator_name_check(names[i], "operator", &refusal), ERR_REFUSED);
        assert_int_equal(refusal.code, REFUSAL_OPERATOR_INVALID);
        assert_string_equal(refusal.field, "operator");
    }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operator_name_takes_plain_short_names),
        cmocka_unit_test(operator_name_refuses_what_looks_like_another),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
