/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/core/refusal.h"
#include "common/domain/warning.h"
#include "tests/lib/fake_desk.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define BIT(name)    (1u << WARNING_##name)
#define SEVEN(text)  text text text text text text text

static void
warnings_are_found_beyond_the_chip_and_without_fingerprints(void **unused)
{
    (void)unused;
    static const struct {
        const char *name;
        const char *address;
        size_t fingerprint_count;
        unsigned want;
    } cases[] = {
        { "李小红", "安定路甲1号", 2, 0 },
        { SEVEN("王王") "王", "安定路甲1号", 2, 0 }, /* 15 units */
        { SEVEN("王王") "王王", "安定路甲1号", 2, BIT(NAME_BEYOND_CHIP) },
        { SEVEN("𠮷") "王", "安定路甲1号", 2, 0 }, /* a rare one takes two */
        { SEVEN("𠮷") "𠮷", "安定路甲1号", 2, BIT(NAME_BEYOND_CHIP) },
        { "李小红", SEVEN("安定路甲1"), 2, 0 }, /* 35 units */
        { "李小红", SEVEN("安定路甲1") "号", 2, BIT(ADDRESS_BEYOND_CHIP) },
        { "李小红", "安定路甲1号", 1, BIT(FINGERPRINTS_INCOMPLETE) },
        { SEVEN("𠮷") "𠮷", SEVEN("安定路甲1") "号", 0,
          BIT(NAME_BEYOND_CHIP) | BIT(ADDRESS_BEYOND_CHIP) | BIT(FINGERPRINTS_INCOMPLETE) },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct form form = { .person = { .name = cases[i].name, .address = cases[i].address },
                                   .fingerprint_count = cases[i].fingerprint_count };
        enum warning_code codes[WARNING_CODE_COUNT];
        size_t count = warnings_find(&form, codes);
        unsigned found = 0;
        for (size_t at = 0; at < count; at++)
            found |= 1u << codes[at];
        assert_int_equal(found, cases[i].want);
    }
}

static void
warnings_have_words_in_two_languages_and_codes_of_their_own(void **unused)
{
    (void)unused;
    for (int i = 0; i < WARNING_CODE_COUNT; i++) {
        enum warning_code code = (enum warning_code)i;
        assert_int_equal(refusal_find(warning_name(code)), REFUSAL_NONE);
        assert_in_range(strlen(warning_name(code)), 1, 40);
        assert_int_equal(strncmp(warning_field(code), "form.", 5), 0);
        for (const char *at = warning_english(code); *at != '\0'; at++)
            assert_in_range(*at, ' ', '~');
        assert_in_range(strlen(warning_english(code)), 1, 240);
        assert_in_range(strlen(warning_chinese(code)), 1, 240);
        assert_true((unsigned char)warning_chinese(code)[0] >= 0xE3);
    }
}

/* ---- at the window ---- */

static const Yidi__Applied *
apply(struct fake_network *network, struct made_application *application)
{
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__ApplicationForm form = application->form;
    Yidi__Apply command = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    command.form = &form;
    command.request_key = "key";
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &command;
    size_t frame_count = application_frames(application, frames);
    const Yidi__Response *response =
        fake_network_ask(network, WINDOW, &request, frames, frame_count);
    assert_non_null(response);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_APPLIED);
    return response->applied;
}

/* What is missing of a body is personal data, too. */
static void
expect_masked(struct fake_network *network, const char *number, bool full)
{
    Yidi__Show show = YIDI__SHOW__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    show.case_number = (char *)(uintptr_t)number;
    show.full = full;
    show.reason = full ? "a test" : "";
    request.command_case = YIDI__REQUEST__COMMAND_SHOW;
    request.show = &show;
    request.operator_ = "clerk";
    const Yidi__Response *response = fake_network_ask(network, WINDOW, &request, NULL, 0);
    assert_non_null(response);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_SHOWN);
    const Yidi__ApplicationForm *form = response->shown->case_row->form;
    assert_int_equal(form->n_fingers_missing, full ? 2 : 0);
    assert_string_equal(form->no_fingerprints_reason, full ? "指纹磨损，无法采集" : "*****");
}

/* A long name, an applicant without hands: accepted, kept in full, and told, again when asked
 * again. */
static void
a_window_warns_and_accepts(void **unused)
{
    (void)unused;
    static struct fake_network network;
    static struct made_application application;
    static char name[] = "阿卜杜拉·阿卜杜热合曼·买买提明·依明江尼亚孜";
    static Yidi__FingerPosition missing[] = { YIDI__FINGER_POSITION__RIGHT_THUMB,
                                              YIDI__FINGER_POSITION__LEFT_THUMB };
    fake_desk_open(&network, 1);
    fake_desk_populate(&network, 1, 1);
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    application.person.name = name;
    application.form.n_fingerprints = 0;
    application.form.fingers_missing = missing;
    application.form.n_fingers_missing = 2;
    application.form.no_fingerprints_reason = "指纹磨损，无法采集";
    for (int repeated = 0; repeated < 2; repeated++) {
        const Yidi__Applied *applied = apply(&network, &application);
        assert_int_equal(applied->repeated_request, repeated);
        assert_int_equal(applied->n_warnings, 2);
        assert_string_equal(applied->warnings[0]->code, "NAME_BEYOND_CHIP");
        assert_string_equal(applied->warnings[0]->field, "form.person.name");
        assert_string_equal(applied->warnings[0]->english,
                            warning_english(WARNING_NAME_BEYOND_CHIP));
        assert_string_equal(applied->warnings[0]->chinese,
                            warning_chinese(WARNING_NAME_BEYOND_CHIP));
        assert_string_equal(applied->warnings[1]->code, "FINGERPRINTS_INCOMPLETE");
    }
    char number[CASE_NUMBER_CHARS + 1];
    strcpy(number, apply(&network, &application)->case_number);
    fake_network_settle(&network);
    assert_string_equal(fake_network_state(&network, REGISTRY, number), "received");
    expect_masked(&network, number, false);
    expect_masked(&network, number, true);
    fake_network_close(&network);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(warnings_are_found_beyond_the_chip_and_without_fingerprints),
        cmocka_unit_test(warnings_have_words_in_two_languages_and_codes_of_their_own),
        cmocka_unit_test(a_window_warns_and_accepts),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
