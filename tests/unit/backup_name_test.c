/* SPDX-License-Identifier: Apache-2.0
 *
 * What is a backup's name, and what digest a file has that comes in pieces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/io/signature.h"
#include "common/io/signature_stream.h"
#include "deploy/yidictl/backup.h"

#define OFFICE "440305510100"

static void
a_backup_is_named_after_office_and_time_in_utc(void **unused)
{
    (void)unused;
    char name[BACKUP_NAME_BYTES];
    backup_name(OFFICE, UINT64_C(1795412345678), name);
    assert_string_equal(name, OFFICE "-20261123-053905-678");
    assert_true(backup_is_name(name, OFFICE));
    backup_name(OFFICE, 0, name);
    assert_string_equal(name, OFFICE "-19700101-000000-000");
}

static void
later_backups_have_greater_names(void **unused)
{
    (void)unused;
    char earlier[BACKUP_NAME_BYTES], later[BACKUP_NAME_BYTES];
    const uint64_t steps_ms[] = { 1, 999, 60000, 86400000, UINT64_C(31536000000) };
    uint64_t time_ms = UINT64_C(1795412345678);
    for (size_t i = 0; i < sizeof steps_ms / sizeof *steps_ms; i++) {
        backup_name(OFFICE, time_ms, earlier);
        backup_name(OFFICE, time_ms += steps_ms[i], later);
        assert_true(strcmp(earlier, later) < 0);
    }
}

static void
nothing_else_is_taken_for_a_backup(void **unused)
{
    (void)unused;
    static const char *const names[] = {
        "",
        OFFICE,
        OFFICE "-20261123-041905",
        OFFICE "-20261123-041905-67",
        OFFICE "-20261123-041905-6789",
        OFFICE "-20261123-041905-67x",
        OFFICE "-2026-1123-041905-67",
        OFFICE "-20261123-041905-678.tar",
        "x" OFFICE "-20261123-041905-67",
        "440305510101-20261123-041905-678",
        "." OFFICE "-20261123-041905-678",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_false(backup_is_name(names[i], OFFICE));
}

static void
a_digest_of_pieces_is_that_of_the_whole(void **unused)
{
    (void)unused;
    static const char whole[] = "one two three";
    const struct bytes pieces[] = { bytes_of_text("one "), bytes_of_text(""), bytes_of_text("two"),
                                    bytes_of_text(" three") };
    struct digest expected, digest;
    AUTO(digest_stream) struct digest_stream *stream = digest_stream_new();
    assert_non_null(stream);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        digest_stream_add(stream, pieces[i]);
    digest_stream_end(stream, &digest);
    signature_digest_one(bytes_of_text(whole), &expected);
    assert_true(digest_equal(&digest, &expected));
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_backup_is_named_after_office_and_time_in_utc),
        cmocka_unit_test(later_backups_have_greater_names),
        cmocka_unit_test(nothing_else_is_taken_for_a_backup),
        cmocka_unit_test(a_digest_of_pieces_is_that_of_the_whole),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
