/* SPDX-License-Identifier: Apache-2.0
 *
 * guardian_photo_test - the photo of guardian and applicant goes the way of the applicant's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tests/lib/desk_test.h"

enum { ALL = 4 }; /* photo, two templates, photo with the guardian */

static char number[CASE_NUMBER_CHARS + 1];

static const struct fake_decision returned = { .at = REGISTRY,
                                               .verb = YIDI__VERB__RETURN_FORM,
                                               .operator= "examiner1",
                                               .text = "blurred",
                                               .field = "form.guardian.photo_digest",
                                               .answer_by = 20270110 };

static int
set_up(void **unused)
{
    (void)unused;
    desk_test_open(2);
    application.form.guardian = NULL;
    return 0;
}

static void
fill_application(uint64_t photo_seed)
{
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    application_add_guardian(&application, photo_seed);
}

static uint64_t
blobs(size_t at)
{
    return scratch_store_count(&network.offices[at].scratch, TABLE_BLOBS);
}

static uint64_t
entries(void)
{
    return network.offices[WINDOW].office->journal.committed.size;
}

/* Hand in with these frames; the code of the refusal, or "". */
static const char *
apply_with(const struct bytes *frames, size_t frame_count, const char **ret_field)
{
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    apply.form = &application.form;
    request.operator_ = "clerk";
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &apply;
    const Yidi__Response *response =
        fake_network_ask(&network, WINDOW, &request, frames, frame_count);
    if (response->body_case != YIDI__RESPONSE__BODY_REFUSAL)
        return "";
    *ret_field = response->refusal->field;
    return response->refusal->code;
}

/* The state that follows, or the code of the refusal. */
static const char *
amend(bool keep_guardian_photo, const struct bytes *frames, size_t frame_count)
{
    Yidi__Amend request = YIDI__AMEND__INIT;
    Yidi__Request whole = YIDI__REQUEST__INIT;
    request.case_number = number;
    request.form = &application.form;
    request.keep_photo = 1;
    request.keep_fingerprints = 1;
    request.keep_guardian_photo = keep_guardian_photo;
    whole.operator_ = "clerk";
    whole.command_case = YIDI__REQUEST__COMMAND_AMEND;
    whole.amend = &request;
    const Yidi__Response *response =
        fake_network_ask(&network, WINDOW, &whole, frames, frame_count);
    return response->body_case == YIDI__RESPONSE__BODY_REFUSAL
               ? response->refusal->code
               : response->decided->results[0]->state;
}

/* The frames behind the case as it is opened at the registry. */
static size_t
shown_frames(void)
{
    Yidi__Show show = YIDI__SHOW__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    show.case_number = number;
    show.full = 1;
    show.reason = "to examine";
    request.operator_ = "examiner1";
    request.command_case = YIDI__REQUEST__COMMAND_SHOW;
    request.show = &show;
    const Yidi__Response *response = fake_network_ask(&network, REGISTRY, &request, NULL, 0);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_SHOWN);
    return network.answer.frame_count;
}

static void
expect_photo(size_t at, const struct bytes *photo)
{
    AUTO(arena) struct arena arena;
    struct digest digest;
    arena_init(&arena);
    const Yidi__Guardian *guardian = desk_test_case(at, number, &arena)->form->guardian;
    assert_non_null(guardian);
    if (photo == NULL) {
        assert_int_equal(guardian->photo_digest.len, 0);
        return;
    }
    signature_digest_one(*photo, &digest);
    assert_int_equal(guardian->photo_digest.len, DIGEST_BYTES);
    assert_memory_equal(guardian->photo_digest.data, digest.bytes, DIGEST_BYTES);
}

static void
apply_and_settle(void)
{
    fill_application(1);
    assert_string_equal(fake_desk_apply(&network, &application, "key", number), "");
    fake_network_settle(&network);
}

static void
it_goes_to_registry_and_centre_and_is_shown_beside_the_photo(void **unused)
{
    (void)unused;
    apply_and_settle();
    assert_int_equal(blobs(WINDOW), ALL);
    assert_int_equal(blobs(REGISTRY), ALL);
    assert_int_equal(shown_frames(), 2);
    fake_desk_walk(&network, number, fake_desk_step_count);
    assert_string_equal(fake_network_state(&network, WINDOW, number), "collected");
    assert_int_equal(blobs(CENTRE), ALL);
    fake_network_audit(&network);
}

static void
one_is_shown_where_there_is_no_other(void **unused)
{
    (void)unused;
    desk_test_apply(1, "key", number);
    assert_int_equal(shown_frames(), 1);
}

static void
what_is_no_such_photo_is_refused_and_nothing_is_stored(void **unused)
{
    (void)unused;
    const char *field = "";
    struct bytes frames[ATTACHMENTS_MAX];
    fill_application(1);
    assert_int_equal(application_frames(&application, frames), ALL);
    const uint64_t before = entries();
    const struct bytes together = frames[3];
    frames[3] = frames[1];
    assert_string_equal(apply_with(frames, ALL, &field), "GUARDIAN_PHOTO_INVALID");
    assert_string_equal(field, "form.guardian.photo_digest");
    frames[3] = bytes_of(together.data, together.size - 9);
    assert_string_equal(apply_with(frames, ALL, &field), "GUARDIAN_PHOTO_INVALID");
    assert_string_equal(apply_with(frames, ALL - 1, &field), "PHOTO_INVALID");
    frames[3] = together;
    application.form.guardian = NULL; /* a photo with nobody */
    assert_string_equal(apply_with(frames, ALL, &field), "PHOTO_INVALID");
    assert_int_equal(entries(), before);
    assert_int_equal(blobs(WINDOW), 0);
}

static void
the_same_request_again_is_the_same_case_and_with_another_photo_is_none(void **unused)
{
    (void)unused;
    char again[CASE_NUMBER_CHARS + 1];
    apply_and_settle();
    const uint64_t before = entries();
    assert_string_equal(fake_desk_apply(&network, &application, "key", again), "");
    assert_string_equal(again, number);
    fill_application(2);
    assert_string_equal(fake_desk_apply(&network, &application, "key", again), "REQUEST_KEY_TAKEN");
    application.guardian.photo_digest.len = 0;
    assert_string_equal(fake_desk_apply(&network, &application, "key", again), "REQUEST_KEY_TAKEN");
    assert_int_equal(entries(), before);
}

static void
a_correction_keeps_it_or_brings_another_or_leaves_it_out(void **unused)
{
    (void)unused;
    apply_and_settle();
    const struct bytes first = bytes_of(application.together, application.together_size);
    expect_photo(REGISTRY, &first);

    desk_test_decide(&returned, number, "returned");
    application.guardian.photo_digest.len = 0; /* the form does not name it */
    assert_string_equal(amend(true, NULL, 0), "submitted");
    fake_network_settle(&network);
    expect_photo(REGISTRY, &first);

    desk_test_decide(&returned, number, "returned");
    fill_application(2);
    const struct bytes second = bytes_of(application.together, application.together_size);
    assert_string_equal(amend(false, NULL, 0), "PHOTO_INVALID");
    assert_string_equal(amend(false, &second, 1), "submitted");
    fake_network_settle(&network);
    expect_photo(REGISTRY, &second);
    assert_int_equal(shown_frames(), 2);

    desk_test_decide(&returned, number, "returned");
    application.guardian.photo_digest.len = 0;
    assert_string_equal(amend(false, NULL, 0), "submitted");
    fake_network_settle(&network);
    expect_photo(REGISTRY, NULL);
    assert_int_equal(shown_frames(), 1);
    fake_network_audit(&network);
}

static void
it_comes_back_to_an_office_that_lost_its_disk(void **unused)
{
    (void)unused;
    for (size_t at = WINDOW; at <= REGISTRY; at += REGISTRY - WINDOW) {
        fill_application(1);
        assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
        fake_network_settle(&network);
        fake_desk_walk(&network, number, 2);
        fake_desk_lose_disk(&network, at);
        assert_int_equal(blobs(at), 0);
        fake_desk_recover(&network, at, YIDI__RECOVER_VERB__RECOVER_START);
        fake_network_settle(&network);
        assert_int_equal(blobs(at), ALL);
        fake_network_audit(&network);
        fake_network_close(&network);
        set_up(NULL);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(it_goes_to_registry_and_centre_and_is_shown_beside_the_photo),
        TEST(one_is_shown_where_there_is_no_other),
        TEST(what_is_no_such_photo_is_refused_and_nothing_is_stored),
        TEST(the_same_request_again_is_the_same_case_and_with_another_photo_is_none),
        TEST(a_correction_keeps_it_or_brings_another_or_leaves_it_out),
        TEST(it_comes_back_to_an_office_that_lost_its_disk),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
