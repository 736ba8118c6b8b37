/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "common/io/link.h"

static void
make_folder(char ret_folder[200], char ret_path[256])
{
    const char *temporary = getenv("TMPDIR");
    snprintf(ret_folder, 200, "%s/yidi-key-XXXXXX", temporary == NULL ? "/tmp" : temporary);
    assert_non_null(mkdtemp(ret_folder));
    snprintf(ret_path, 256, "%s/transport.key", ret_folder);
}

static void
write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void
transport_key_is_written_once_and_read_back(void **state)
{
    (void)state;
    char folder[200], path[256];
    uint8_t created[TRANSPORT_KEY_BYTES], loaded[TRANSPORT_KEY_BYTES];
    uint8_t secret[TRANSPORT_KEY_BYTES];
    struct refusal refusal = { 0 };
    struct stat status;
    make_folder(folder, path);
    assert_int_equal(transport_key_load(path, loaded, secret, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_FILE_UNREADABLE);
    assert_int_equal(transport_key_create(path, created, &refusal), OK);
    assert_int_equal(transport_key_create(path, loaded, &refusal), ERR_REFUSED);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(transport_key_load(path, loaded, secret, &refusal), OK);
    assert_memory_equal(created, loaded, TRANSPORT_KEY_BYTES);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(transport_key_load(path, loaded, secret, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_KEY_INVALID);
    unlink(path);
    rmdir(folder);
}

/* The keys of the ZeroMQ manual's example, and a file as czmq writes it. */
#define KNOWN_PUBLIC "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define KNOWN_SECRET "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"

static void
transport_key_reads_the_files_of_czmq_and_refuses_others(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum result want;
    } cases[] = {
        { "#   ****  Generated on 2026-11-22 by CZMQ  ****\n"
          "#   ZeroMQ CURVE **Secret** Certificate\n\n"
          "metadata\n    name = \"office\"\ncurve\n"
          "    public-key = \"" KNOWN_PUBLIC "\"\n    secret-key = \"" KNOWN_SECRET "\"\n",
          OK },
        { "public-key = \"" KNOWN_PUBLIC "\"\nsecret-key = \"" KNOWN_SECRET "\"", OK },
        { "", ERR_REFUSED },
        { "public-key = \"" KNOWN_PUBLIC "\"\n", ERR_REFUSED },
        { "public-key = \"" KNOWN_SECRET "\"\nsecret-key = \"" KNOWN_SECRET "\"\n", ERR_REFUSED },
        { "public-key = \"" KNOWN_PUBLIC "\"\nsecret-key = \"" KNOWN_SECRET "x\"\n", ERR_REFUSED },
        { "public-key = \"" KNOWN_PUBLIC "\"\nsecret-key = \"short\"\n", ERR_REFUSED },
        { "public-key = \"" KNOWN_PUBLIC "\"\nsecret-key = \"" KNOWN_SECRET "\"\n"
          "secret-key = \"" KNOWN_SECRET "\"\n",
          ERR_REFUSED },
    };
    char folder[200], path[256], text[41];
    make_folder(folder, path);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t public_key[TRANSPORT_KEY_BYTES], secret_key[TRANSPORT_KEY_BYTES];
        struct refusal refusal = { 0 };
        write_text(path, cases[i].text);
        assert_int_equal(chmod(path, 0600), 0);
        assert_int_equal(transport_key_load(path, public_key, secret_key, &refusal), cases[i].want);
        if (cases[i].want == OK) {
            assert_string_equal(zmq_z85_encode(text, public_key, 32), KNOWN_PUBLIC);
            assert_string_equal(zmq_z85_encode(text, secret_key, 32), KNOWN_SECRET);
        } else {
            assert_int_equal(refusal.code, REFUSAL_KEY_INVALID);
            assert_null(strstr(refusal.rule, KNOWN_SECRET));
        }
    }
    unlink(path);
    rmdir(folder);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transport_key_is_written_once_and_read_back),
        cmocka_unit_test(transport_key_reads_the_files_of_czmq_and_refuses_others),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
