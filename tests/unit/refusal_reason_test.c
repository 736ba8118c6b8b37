/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/refusal_reason.h"
#include "proto/message.pb-c.h"

static void
refusal_reason_has_the_numbers_and_names_of_proto(void **unused)
{
    (void)unused;
    const ProtobufCEnumDescriptor *proto = &yidi__refusal_reason__descriptor;
    assert_int_equal(proto->n_values, REFUSAL_REASON_COUNT);
    for (unsigned i = 0; i < proto->n_values; i++)
        assert_string_equal(refusal_reason_name(proto->values[i].value), proto->values[i].name);

#define SAME(name) assert_int_equal(REFUSED_##name, YIDI__REFUSAL_REASON__##name)
    SAME(FIRST_APPLICATION);
    SAME(IDENTITY_DOUBTFUL);
    SAME(APPEARANCE_WITHOUT_FINGERPRINTS);
    SAME(DOCUMENTS_NOT_GENUINE);
    SAME(BAD_CREDIT_RECORD);
    SAME(OPEN_APPLICATION);
    SAME(NOT_DELIVERABLE);
    SAME(REGISTRATION_CANCELLED);
    SAME(NUMBER_REPLACED);
    SAME(NUMBER_SHARED);
    SAME(REGISTRATION_MOVED);
    SAME(NO_PHOTO_ON_FILE);
    SAME(TOO_EARLY);
#undef SAME
}

static void
refusal_reason_is_found_by_its_name(void **unused)
{
    (void)unused;
    for (int reason = 1; reason < REFUSAL_REASON_COUNT; reason++)
        assert_int_equal(refusal_reason_find(refusal_reason_name(reason)), reason);
    assert_int_equal(refusal_reason_find(""), REFUSED_UNSPECIFIED);
    assert_int_equal(refusal_reason_find("first_application"), REFUSED_UNSPECIFIED);
    assert_int_equal(refusal_reason_find("UNKNOWN_VALUE"), REFUSED_UNSPECIFIED);
}

static void
refusal_reason_tells_the_applicant_a_sentence_of_its_own(void **unused)
{
    (void)unused;
    for (int reason = 0; reason < REFUSAL_REASON_COUNT; reason++) {
        const char *english = refusal_reason_english(reason);
        const char *chinese = refusal_reason_chinese(reason);
        assert_string_equal(english + strlen(english) - 1, ".");
        assert_string_equal(chinese + strlen(chinese) - strlen("。"), "。");
        for (int other = 0; other < reason; other++) {
            assert_string_not_equal(english, refusal_reason_english(other));
            assert_string_not_equal(chinese, refusal_reason_chinese(other));
        }
    }
}

static void
refusal_reason_of_a_newer_version_has_words_too(void **unused)
{
    (void)unused;
    static const int unknown[] = { REFUSAL_REASON_COUNT, 1000, -1 };
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        enum refusal_reason reason = (enum refusal_reason)unknown[i];
        assert_string_equal(refusal_reason_name(reason), "UNKNOWN_VALUE");
        assert_string_equal(refusal_reason_english(reason),
                            refusal_reason_english(REFUSED_UNSPECIFIED));
        assert_string_equal(refusal_reason_chinese(reason),
                            refusal_reason_chinese(REFUSED_UNSPECIFIED));
    }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusal_reason_has_the_numbers_and_names_of_proto),
        cmocka_unit_test(refusal_reason_is_found_by_its_name),
        cmocka_unit_test(refusal_reason_tells_the_applicant_a_sentence_of_its_own),
        cmocka_unit_test(refusal_reason_of_a_newer_version_has_words_too),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
