/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/core/trouble.h"

static char english[TROUBLE_WORDS_BYTES], chinese[TROUBLE_WORDS_BYTES];

static void
say(const struct trouble *trouble)
{
    trouble_say_english(trouble, english);
    trouble_say_chinese(trouble, chinese);
}

static void
each_code_has_its_sentence_in_both_languages(void **unused)
{
    (void)unused;
    static const char *const values[] = { "{1}", "{2}", "{a}", "{b}", "{code}", "{why}" };
    for (enum trouble_code code = TROUBLE_NONE + 1; code < TROUBLE_CODE_COUNT; code++) {
        const char *said = trouble_english(code), *other = trouble_chinese(code);
        assert_string_not_equal(said, "");
        assert_string_not_equal(other, "");
        for (size_t i = 0; i < sizeof values / sizeof *values; i++)
            if ((strstr(said, values[i]) == NULL) != (strstr(other, values[i]) == NULL))
                fail_msg("%s: %s only in one language", trouble_name(code), values[i]);
    }
}

static void
nothing_is_said_when_all_is_well(void **unused)
{
    (void)unused;
    say(&(struct trouble){ 0 });
    assert_string_equal(english, "");
    assert_string_equal(chinese, "");
    assert_string_equal(trouble_name(TROUBLE_NONE), "");
}

static void
numbers_texts_and_reasons_are_filled_in(void **unused)
{
    (void)unused;
    say(&(struct trouble){
        .code = TROUBLE_SHARE_REJECTED_TO, .why = TROUBLE_MESSAGE_FORGED, .numbers = { 12 } });
    assert_string_equal(
        english, "its share of the lost past is rejected: message 12 to it: it does not verify");
    assert_string_equal(chinese, "其交还的存底不予采信：发往该机关的第 12 条消息，验证不通过");
    say(&(struct trouble){
        .code = TROUBLE_ERASING_UNDELIVERED, .numbers = { 3 }, .texts = { "440305000001" } });
    assert_string_equal(english, "message 3 to office 440305000001 is not delivered yet");
    assert_string_equal(chinese, "发往机关 440305000001 的第 3 条消息尚未送达");
}

/* A newer office may refuse with a code that is not known here. */
static void
a_refusal_is_said_by_its_meaning_and_an_unknown_one_by_its_name(void **unused)
{
    (void)unused;
    struct trouble trouble = { .code = TROUBLE_PEER_REFUSES, .texts = { "OFFICE_HALTED" } };
    say(&trouble);
    assert_non_null(
        strstr(english, "takes no work until an administrator has looked (OFFICE_HALT"));
    assert_non_null(strstr(chinese, "待管理员查看（OFFICE_HALTED）"));
    strcpy(trouble.texts[0], "SOMETHING_NEW");
    say(&trouble);
    assert_string_equal(english, "refused by the peer: SOMETHING_NEW");
    assert_string_equal(chinese, "被该机关拒绝：SOMETHING_NEW");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_code_has_its_sentence_in_both_languages),
        cmocka_unit_test(nothing_is_said_when_all_is_well),
        cmocka_unit_test(numbers_texts_and_reasons_are_filled_in),
        cmocka_unit_test(a_refusal_is_said_by_its_meaning_and_an_unknown_one_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
