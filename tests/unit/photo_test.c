/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "common/core/auto.h"
#include "common/core/limits.h"
#include "common/io/photo.h"
#include "deploy/demo/photo_maker.h"

struct photo {
    uint8_t data[PHOTO_MAKER_ROOM];
    size_t size;
};

static struct photo
make(struct photo_request request)
{
    struct photo photo;
    photo.size = photo_make(&request, photo.data);
    assert_true(photo.size > 0);
    return photo;
}

static struct bytes
bytes_of_photo(const struct photo *photo)
{
    return bytes_of(photo->data, photo->size);
}

static void
assert_refused(const struct photo *photo, const char *rule_part)
{
    struct refusal refusal = { 0 };
    assert_int_equal(photo_check(bytes_of_photo(photo), &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_PHOTO_INVALID);
    assert_string_equal(refusal.field, "photo");
    if (strstr(refusal.rule, rule_part) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", rule_part, refusal.rule);
}

/* Position behind the first marker of that kind. */
static size_t
find_marker(const struct photo *photo, uint8_t kind)
{
    for (size_t i = 0; i + 1 < photo->size; i++)
        if (photo->data[i] == 0xff && photo->data[i + 1] == kind)
            return i + 2;
    fail_msg("no marker 0x%02x", kind);
    return 0;
}

static void
photo_check_accepts_every_portrait_of_the_maker(void **state)
{
    (void)state;
    struct photo before = { .size = 0 };
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct photo photo = make((struct photo_request){ .seed = seed });
        struct refusal refusal = { 0 };
        assert_int_equal(photo_check(bytes_of_photo(&photo), &refusal), OK);
        assert_in_range(photo.size, 14 * 1024, 20 * 1024);
        assert_false(bytes_equal(bytes_of_photo(&photo), bytes_of_photo(&before)));
        before = photo;
    }
}

static void
photo_maker_makes_the_same_twice(void **state)
{
    (void)state;
    struct photo first = make((struct photo_request){ .seed = 7 });
    struct photo second = make((struct photo_request){ .seed = 7 });
    assert_true(bytes_equal(bytes_of_photo(&first), bytes_of_photo(&second)));
    size_t density = find_marker(&first, 0xe0) + 9; /* JFIF: unit, then 350 x 350 */
    static const uint8_t want[] = { 1, 350 >> 8, 350 & 0xff, 350 >> 8, 350 & 0xff };
    assert_memory_equal(first.data + density, want, sizeof want);
}

static void
photo_check_accepts_a_progressive_picture(void **state)
{
    (void)state;
    struct photo photo = make((struct photo_request){ .quality = 80, .progressive = true });
    assert_int_equal(photo_check(bytes_of_photo(&photo), NULL), OK);
}

static void
photo_check_names_the_pixels_that_are_wrong(void **state)
{
    (void)state;
    struct photo photo = make((struct photo_request){ .width = 400, .height = 400, .quality = 80 });
    assert_refused(&photo, "358x441 pixels; this one has 400x400");
    photo = make((struct photo_request){ .width = 441, .height = 358, .quality = 80 });
    assert_refused(&photo, "358x441 pixels; this one has 441x358");
    photo = make((struct photo_request){ .quality = 80 });
    size_t height = find_marker(&photo, 0xc0) + 3;
    memset(photo.data + height, 0x7f, 4);
    assert_refused(&photo, "358x441 pixels; this one has 32639x32639");
}

static void
photo_check_refuses_a_gray_picture(void **state)
{
    (void)state;
    struct photo photo = make((struct photo_request){ .quality = 90, .gray = true });
    assert_refused(&photo, "24-bit colour; this one has 1 component");
}

static void
photo_check_guardian_leaves_the_proportions_free_within_bounds(void **state)
{
    (void)state;
    static const struct {
        unsigned width, height;
        bool taken;
    } tries[] = {
        { 240, 240, true },  { 800, 240, true },  { 240, 800, true },  { 480, 360, true },
        { 239, 240, false }, { 240, 239, false }, { 801, 240, false }, { 240, 801, false },
    };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        struct photo photo = make((struct photo_request){
            .width = tries[i].width, .height = tries[i].height, .quality = 50 });
        struct refusal refusal = { 0 };
        enum result result = photo_check_guardian(bytes_of_photo(&photo), &refusal);
        assert_int_equal(result, tries[i].taken ? OK : ERR_REFUSED);
        if (tries[i].taken)
            continue;
        assert_int_equal(refusal.code, REFUSAL_GUARDIAN_PHOTO_INVALID);
        assert_string_equal(refusal.field, "form.guardian.photo_digest");
        assert_non_null(strstr(refusal.rule, "240x240 to 800x800 pixels"));
    }
    struct photo cut = make((struct photo_request){ .width = 480, .height = 360, .quality = 60 });
    cut.size -= 10;
    assert_int_equal(photo_check_guardian(bytes_of_photo(&cut), NULL), ERR_REFUSED);
    cut = make(
        (struct photo_request){ .width = 800, .height = 800, .quality = 20, .progressive = true });
    assert_int_equal(photo_check_guardian(bytes_of_photo(&cut), NULL), OK);
}

static void
photo_check_keeps_to_the_bounds_of_size(void **state)
{
    (void)state;
    struct photo photo = make((struct photo_request){ .quality = 100 });
    assert_true(photo.size > PHOTO_BYTES_MAX);
    assert_refused(&photo, "4096 to 40960 bytes");
    photo = make((struct photo_request){ .quality = 3 });
    assert_true(photo.size < PHOTO_BYTES_MIN);
    assert_refused(&photo, "4096 to 40960 bytes");
    photo.size = 0;
    assert_refused(&photo, "this one has 0");
}

static void
photo_check_refuses_a_picture_that_is_cut_off_anywhere(void **state)
{
    (void)state;
    struct photo photo = make((struct photo_request){ .seed = 3 });
    for (size_t cut = 1; photo.size >= cut + PHOTO_BYTES_MIN; cut = cut * 3 / 2 + 1) {
        struct photo shorter = photo;
        shorter.size -= cut;
        assert_refused(&shorter, "cut off");
    }
    photo.data[photo.size - 1] = 0xd8; /* all there, but another picture's start for its end */
    assert_refused(&photo, "damaged");
}

static void
photo_check_refuses_a_tail_behind_the_picture(void **state)
{
    (void)state;
    struct photo photo = make((struct photo_request){ .seed = 3 });
    memcpy(photo.data + photo.size, "PK\3\4", 4);
    photo.size += 4;
    assert_refused(&photo, "goes on for 4 bytes");
}

static void
photo_check_refuses_coded_data_that_is_torn(void **state)
{
    (void)state;
    struct photo photo = make((struct photo_request){ .seed = 5 });
    size_t scan = find_marker(&photo, 0xda) + 12;
    for (size_t at = scan + 100; at + 700 < photo.size; at += 1000) {
        struct photo torn = photo;
        memset(torn.data + at, 0, 600); /* runs into coefficients beyond the last one */
        assert_refused(&torn, "damaged");
        torn = photo;
        memmove(torn.data + at, torn.data + at + 600, torn.size - at - 600);
        torn.size -= 600;
        assert_refused(&torn, "damaged");
    }
}

static void
photo_check_refuses_what_is_no_picture(void **state)
{
    (void)state;
    struct photo noise = { .size = 20000 };
    for (size_t i = 0; i < noise.size; i++)
        noise.data[i] = (uint8_t)(i * i * 31 >> 3);
    assert_refused(&noise, "something else");
    memcpy(noise.data, "\xff\xd8\xff", 3);
    assert_refused(&noise, "damaged");
    memcpy(noise.data, "\x89PNG\r\n\x1a\n", 8);
    assert_refused(&noise, "something else");
}

/* Whatever single bytes become, the check answers: under a sanitizer this is a small fuzz run. */
static void
photo_check_survives_flipped_bytes(void **state)
{
    (void)state;
    struct photo photo = make((struct photo_request){ .seed = 9 });
    unsigned refused_count = 0;
    for (size_t at = 2; at < 700; at++) {
        struct photo flipped = photo;
        flipped.data[at] ^= (uint8_t)(1 << at % 8);
        refused_count += photo_check(bytes_of_photo(&flipped), NULL) == ERR_REFUSED;
    }
    assert_true(refused_count > 50);
}

/* Adds scans that say "all zero" for a whole picture in two bytes: cheap to send, dear to decode.
 */
static void
add_scans(struct photo *photo, size_t scan_count)
{
    static const uint8_t table[] = { 0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0,
                                     0,    0,    0, 0,  0,    0, 0, 0, 0, 0, 0xe0 };
    static const uint8_t scan[] = { 0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0, 0, 1 };
    photo->size -= 2; /* the end marker comes behind them */
    memcpy(photo->data + photo->size, table, sizeof table);
    photo->size += sizeof table;
    for (size_t i = 0; i < scan_count; i++, photo->size += sizeof scan)
        memcpy(photo->data + photo->size, scan, sizeof scan);
    memcpy(photo->data + photo->size, "\xff\xd9", 2);
    photo->size += 2;
}

static void
photo_check_bounds_the_scans_of_a_progressive_picture(void **state)
{
    (void)state;
    struct photo few = make((struct photo_request){ .quality = 70, .progressive = true });
    struct photo many = few;
    add_scans(&few, 10);
    assert_int_equal(photo_check(bytes_of_photo(&few), NULL), OK);
    add_scans(&many, 2000);
    assert_refused(&many, "damaged");
}

static void
fingerprint_check_accepts_templates_and_nothing_else(void **state)
{
    (void)state;
    uint8_t template_bytes[FINGERPRINT_BYTES + 1];
    struct refusal refusal = { 0 };
    photo_make_template(1, template_bytes);
    assert_int_equal(fingerprint_check(bytes_of(template_bytes, FINGERPRINT_BYTES), &refusal), OK);
    static const size_t sizes[] = { 0, 1, FINGERPRINT_BYTES - 1, FINGERPRINT_BYTES + 1 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct bytes wrong = bytes_of(template_bytes, sizes[i]);
        assert_int_equal(fingerprint_check(wrong, &refusal), ERR_REFUSED);
        assert_int_equal(refusal.code, REFUSAL_FINGERPRINT_INVALID);
        assert_non_null(strstr(refusal.rule, "512 bytes"));
    }
    memset(template_bytes, 0xff, sizeof template_bytes);
    assert_int_equal(fingerprint_check(bytes_of(template_bytes, FINGERPRINT_BYTES), &refusal),
                     ERR_REFUSED);
    assert_non_null(strstr(refusal.rule, "0xff"));
    template_bytes[FINGERPRINT_BYTES - 1] = 0;
    assert_int_equal(fingerprint_check(bytes_of(template_bytes, FINGERPRINT_BYTES), NULL), OK);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(photo_check_accepts_every_portrait_of_the_maker),
        cmocka_unit_test(photo_maker_makes_the_same_twice),
        cmocka_unit_test(photo_check_accepts_a_progressive_picture),
        cmocka_unit_test(photo_check_names_the_pixels_that_are_wrong),
        cmocka_unit_test(photo_check_guardian_leaves_the_proportions_free_within_bounds),
        cmocka_unit_test(photo_check_refuses_a_gray_picture),
        cmocka_unit_test(photo_check_keeps_to_the_bounds_of_size),
        cmocka_unit_test(photo_check_refuses_a_picture_that_is_cut_off_anywhere),
        cmocka_unit_test(photo_check_refuses_a_tail_behind_the_picture),
        cmocka_unit_test(photo_check_refuses_coded_data_that_is_torn),
        cmocka_unit_test(photo_check_refuses_what_is_no_picture),
        cmocka_unit_test(photo_check_survives_flipped_bytes),
        cmocka_unit_test(photo_check_bounds_the_scans_of_a_progressive_picture),
        cmocka_unit_test(fingerprint_check_accepts_templates_and_nothing_else),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
