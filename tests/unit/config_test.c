/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io/config.h"

struct options {
    const char *endpoint;
    const char *contact;
    const char *store;
    uint64_t store_bytes;
    uint64_t retry_ms;
    bool verbose;
};

static const struct option_rule rules[] = {
    { "endpoint", OPTION_TEXT, offsetof(struct options, endpoint), NULL, 5, 20, "",
      "Where other offices connect." },
    { "contact", OPTION_TEXT, offsetof(struct options, contact), "", 0, 300, "",
      "What an applicant is told to whom to turn, which is a sentence that does not fit." },
    { "store", OPTION_PATH, offsetof(struct options, store), "state/store", 0, 0, "",
      "Folder of the store." },
    { "store-bytes", OPTION_NUMBER, offsetof(struct options, store_bytes), "64M", 1048576,
      UINT64_C(1) << 40, "bytes", "Largest size of the store." },
    { "retry-ms", OPTION_NUMBER, offsetof(struct options, retry_ms), "500", 10, 60000, "ms",
      "First wait." },
    { "verbose", OPTION_FLAG, offsetof(struct options, verbose), "no", 0, 0, "", "Log more." },
};

static const struct option_table table = { "acceptance-node", "Takes applications.", rules,
                                           sizeof rules / sizeof *rules };

struct sample {
    char folder[64];
    char file[80];
    struct options options;
    enum config_action action;
    struct refusal refusal;
};

static int
sample_open(void **state)
{
    struct sample *sample = calloc(1, sizeof *sample);
    const char *temporary = getenv("TMPDIR");
    if (sample == NULL)
        return -1;
    snprintf(sample->folder, sizeof sample->folder, "%.40s/config-XXXXXX",
             temporary == NULL ? "/tmp" : temporary);
    if (mkdtemp(sample->folder) == NULL)
        return -1;
    snprintf(sample->file, sizeof sample->file, "%s/node.conf", sample->folder);
    *state = sample;
    return 0;
}

static int
sample_close(void **state)
{
    struct sample *sample = *state;
    config_free(&table, &sample->options);
    unlink(sample->file);
    rmdir(sample->folder);
    free(sample);
    return 0;
}

static void
write_bytes(struct sample *sample, const char *text, size_t size)
{
    FILE *file = fopen(sample->file, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Words are separated by one space; $F is the file. */
static enum result
read_options(struct sample *sample, const char *command_line)
{
    char words[400], *argv[20] = { "acceptance-node" };
    int argc = 1;
    snprintf(words, sizeof words, "%s", command_line);
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = strcmp(word, "$F") == 0 ? sample->file : word;
    config_free(&table, &sample->options);
    memset(&sample->options, 0xee, sizeof sample->options);
    memset(&sample->refusal, 0, sizeof sample->refusal);
    return config_read(&table, argc, argv, &sample->options, &sample->action, &sample->refusal);
}

static enum result
read_file(struct sample *sample, const char *text)
{
    write_bytes(sample, text, strlen(text));
    return read_options(sample, "--config $F");
}

static void
expect_refusal(struct sample *sample, enum result result, enum refusal_code code, const char *field,
               const char *rule)
{
    assert_int_equal(result, ERR_REFUSED);
    assert_string_equal(sample->refusal.rule, rule);
    assert_string_equal(sample->refusal.field, field);
    assert_int_equal(sample->refusal.code, code);
    assert_null(sample->options.endpoint);
    assert_null(sample->options.store);
}

/* $F within a rule stands for the file. */
static void
expect_file_refusal(struct sample *sample, const char *text, enum refusal_code code,
                    const char *field, const char *rule, int line)
{
    char whole[REFUSAL_RULE_BYTES];
    snprintf(whole, sizeof whole, "%s (%s, line %d)", rule, sample->file, line);
    expect_refusal(sample, read_file(sample, text), code, field, whole);
}

static void
config_fills_in_defaults(void **state)
{
    struct sample *sample = *state;
    assert_int_equal(read_options(sample, "--endpoint tcp://a:1"), OK);
    assert_int_equal(sample->action, CONFIG_RUN);
    assert_string_equal(sample->options.endpoint, "tcp://a:1");
    assert_null(sample->options.contact);
    assert_string_equal(sample->options.store, "state/store");
    assert_int_equal(sample->options.store_bytes, 64 * 1024 * 1024);
    assert_int_equal(sample->options.retry_ms, 500);
    assert_false(sample->options.verbose);
}

static void
config_reads_a_file(void **state)
{
    struct sample *sample = *state;
    assert_int_equal(read_file(sample, "# a comment = 1\n"
                                       "\n"
                                       "endpoint = tcp://*:56#00\r\n"
                                       "  contact=窗口 = 3 \n"
                                       "store\t=\t/var/lib/yidi\n"
                                       "store-bytes = 2G\n"
                                       "verbose = yes"),
                     OK);
    assert_string_equal(sample->options.endpoint, "tcp://*:56#00");
    assert_string_equal(sample->options.contact, "窗口 = 3");
    assert_string_equal(sample->options.store, "/var/lib/yidi");
    assert_true(sample->options.store_bytes == UINT64_C(2) << 30);
    assert_true(sample->options.verbose);
}

static void
config_lets_the_command_line_win(void **state)
{
    struct sample *sample = *state;
    const char *text = "endpoint = tcp://a:1\nretry-ms = 20\nverbose = yes\ncontact = x\n";
    write_bytes(sample, text, strlen(text));
    assert_int_equal(read_options(sample,
                                  "--retry-ms=30 --config $F --verbose=no --endpoint tcp://b:2 "
                                  "--contact="),
                     OK);
    assert_string_equal(sample->options.endpoint, "tcp://b:2");
    assert_int_equal(sample->options.retry_ms, 30);
    assert_false(sample->options.verbose);
    assert_null(sample->options.contact);
}

static void
config_takes_a_flag_alone_for_yes(void **state)
{
    struct sample *sample = *state;
    assert_int_equal(read_options(sample, "--verbose --endpoint tcp://a:1"), OK);
    assert_true(sample->options.verbose);
}

static void
config_reads_paths_in_a_file_from_its_folder(void **state)
{
    struct sample *sample = *state;
    char want[160];
    assert_int_equal(read_file(sample, "endpoint = tcp://a:1\nstore = data/store\n"), OK);
    snprintf(want, sizeof want, "%s/data/store", sample->folder);
    assert_string_equal(sample->options.store, want);
    assert_int_equal(read_options(sample, "--endpoint tcp://a:1 --store data/store"), OK);
    assert_string_equal(sample->options.store, "data/store");
}

static void
config_refuses_what_it_does_not_know(void **state)
{
    struct sample *sample = *state;
    static const char rule[] = "an option of --help";
    expect_file_refusal(sample, "endpoint = tcp://a:1\n\nendpoints = x\n", REFUSAL_OPTION_UNKNOWN,
                        "endpoints", rule, 3);
    expect_file_refusal(sample, "endpoint = tcp://a:1\nconfig = x\n", REFUSAL_OPTION_UNKNOWN,
                        "config", rule, 2);
    expect_file_refusal(sample, " # indented = x\n", REFUSAL_OPTION_UNKNOWN, "# indented", rule, 1);
    expect_file_refusal(sample, "= x\n", REFUSAL_OPTION_UNKNOWN, "", rule, 1);
    static const char *const words[] = { "--endpoints", "--endpoin", "-endpoint", "endpoint",
                                         "--",          "--=x",      "-h" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        expect_refusal(sample, read_options(sample, words[i]), REFUSAL_OPTION_UNKNOWN, words[i],
                       "an option of --help (on the command line)");
}

static void
config_refuses_what_is_given_twice(void **state)
{
    struct sample *sample = *state;
    expect_file_refusal(sample, "endpoint = tcp://a:1\nendpoint = tcp://a:1\n",
                        REFUSAL_OPTION_INVALID, "endpoint", "given once", 2);
    expect_refusal(sample, read_options(sample, "--retry-ms 20 --retry-ms=20"),
                   REFUSAL_OPTION_INVALID, "retry-ms", "given once (on the command line)");
    expect_refusal(sample, read_options(sample, "--config a --config b"), REFUSAL_OPTION_INVALID,
                   "config", "given once (on the command line)");
}

static void
config_refuses_lines_and_words_without_a_value(void **state)
{
    struct sample *sample = *state;
    expect_file_refusal(sample, "endpoint = tcp://a:1\nverbose\n", REFUSAL_OPTION_INVALID, "",
                        "name = value", 2);
    expect_refusal(sample, read_options(sample, "--endpoint"), REFUSAL_OPTION_INVALID, "endpoint",
                   "followed by a value (on the command line)");
    expect_refusal(sample, read_options(sample, "--endpoint --verbose"), REFUSAL_OPTION_INVALID,
                   "endpoint", "followed by a value (on the command line)");
}

static void
config_requires_an_option_without_default(void **state)
{
    struct sample *sample = *state;
    expect_refusal(sample, read_options(sample, "--verbose"), REFUSAL_OPTION_INVALID, "endpoint",
                   "must be given");
}

static void
config_holds_numbers_to_their_range(void **state)
{
    struct sample *sample = *state;
    static const char *const bad[] = {
        "9", "60001", "", "-20", "+20", "20ms", "0x20", "2 0", "20.0", "1K", "18446744073709551636"
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[80];
        snprintf(text, sizeof text, "endpoint = tcp://a:1\nretry-ms = %s\n", bad[i]);
        expect_file_refusal(sample, text, REFUSAL_OPTION_INVALID, "retry-ms", "10..60000 ms", 2);
    }
    assert_int_equal(read_options(sample, "--endpoint tcp://a:1 --retry-ms 10"), OK);
    assert_int_equal(read_options(sample, "--endpoint tcp://a:1 --retry-ms 60000"), OK);
}

static void
config_knows_suffixes_of_bytes(void **state)
{
    struct sample *sample = *state;
    static const struct {
        const char *text;
        uint64_t bytes;
    } cases[] = { { "1048576", 1048576 },
                  { "1024K", 1048576 },
                  { "1M", 1048576 },
                  { "3G", UINT64_C(3) << 30 },
                  { "1T", UINT64_C(1) << 40 },
                  { "1023K", 0 },
                  { "2T", 0 },
                  { "1MB", 0 },
                  { "M", 0 },
                  { "1m", 0 },
                  { "17179869184G", 0 },
                  { "16777216T", 0 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char words[80];
        snprintf(words, sizeof words, "--endpoint tcp://a:1 --store-bytes %s", cases[i].text);
        enum result want = cases[i].bytes == 0 ? ERR_REFUSED : OK;
        assert_int_equal(read_options(sample, words), want);
        if (want == OK)
            assert_true(sample->options.store_bytes == cases[i].bytes);
    }
}

static void
config_holds_texts_and_flags_to_their_rule(void **state)
{
    struct sample *sample = *state;
    expect_file_refusal(sample, "endpoint = tcp\n", REFUSAL_OPTION_INVALID, "endpoint",
                        "5..20 bytes", 1);
    expect_file_refusal(sample, "endpoint = tcp://a.long.name:5600\n", REFUSAL_OPTION_INVALID,
                        "endpoint", "5..20 bytes", 1);
    expect_file_refusal(sample, "endpoint = tcp\x01//a:1\n", REFUSAL_OPTION_INVALID, "endpoint",
                        "text without control characters", 1);
    expect_file_refusal(sample, "endpoint = tcp://\xc0\xaf\n", REFUSAL_OPTION_INVALID, "endpoint",
                        "text without control characters", 1);
    expect_file_refusal(sample, "endpoint = tcp://a:1\nverbose = true\n", REFUSAL_OPTION_INVALID,
                        "verbose", "yes or no", 2);
}

static void
config_checks_a_value_that_the_command_line_overrides(void **state)
{
    struct sample *sample = *state;
    const char *text = "endpoint = tcp://a:1\nretry-ms = 1\n";
    write_bytes(sample, text, strlen(text));
    assert_int_equal(read_options(sample, "--config $F --retry-ms 20"), ERR_REFUSED);
    assert_string_equal(sample->refusal.field, "retry-ms");
}

static void
config_refuses_a_file_that_is_none(void **state)
{
    struct sample *sample = *state;
    assert_int_equal(read_options(sample, "--config $F"), ERR_REFUSED);
    assert_int_equal(sample->refusal.code, REFUSAL_FILE_UNREADABLE);
    write_bytes(sample, "endpoint = tcp://a:1\0verbose = yes\n", 34);
    expect_refusal(sample, read_options(sample, "--config $F"), REFUSAL_FILE_UNREADABLE,
                   sample->file, "a text file");
}

static void
config_tells_help_version_and_check_apart(void **state)
{
    struct sample *sample = *state;
    assert_int_equal(read_options(sample, "--help"), OK);
    assert_int_equal(sample->action, CONFIG_HELP);
    assert_null(sample->options.endpoint);
    assert_int_equal(read_options(sample, "--retry-ms 20 --version"), OK);
    assert_int_equal(sample->action, CONFIG_VERSION);
    assert_int_equal(read_options(sample, "--check-config"), ERR_REFUSED);
    assert_int_equal(read_options(sample, "--check-config --endpoint tcp://a:1"), OK);
    assert_int_equal(sample->action, CONFIG_CHECK);
    assert_string_equal(sample->options.endpoint, "tcp://a:1");
}

static void
config_prints_help(void **unused)
{
    (void)unused;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    config_print_help(&table, out);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(
        text, "Usage: acceptance-node [--config PATH] [--NAME VALUE]...\n"
              "\n"
              "Takes applications.\n"
              "\n"
              "The file holds lines \"name = value\"; the command line wins over it. Paths in the\n"
              "file are relative to the file's folder, those on the command line to the working\n"
              "folder.\n"
              "\n"
              "  --endpoint TEXT       Where other offices connect.\n"
              "                        Must be given. Length: 5..20 bytes.\n"
              "\n"
              "  --contact TEXT        What an applicant is told to whom to turn, which "
              "is a\n"
              "                        sentence that does not fit.\n"
              "                        Optional. Length: 0..300 bytes.\n"
              "\n"
              "  --store PATH          Folder of the store.\n"
              "                        Default: state/store.\n"
              "\n"
              "  --store-bytes NUMBER  Largest size of the store.\n"
              "                        Default: 64M. Range: 1M..1T bytes.\n"
              "\n"
              "  --retry-ms NUMBER     First wait.\n"
              "                        Default: 500. Range: 10..60000 ms.\n"
              "\n"
              "  --verbose             Log more.\n"
              "                        Default: no.\n"
              "\n"
              "  --config PATH         Read options from this file.\n"
              "  --check-config        Check the options and stop.\n"
              "  --help                Show this and stop.\n"
              "  --version             Show the version and stop.\n");
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, sample_open, sample_close)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(config_fills_in_defaults),
        TEST(config_reads_a_file),
        TEST(config_lets_the_command_line_win),
        TEST(config_takes_a_flag_alone_for_yes),
        TEST(config_reads_paths_in_a_file_from_its_folder),
        TEST(config_refuses_what_it_does_not_know),
        TEST(config_refuses_what_is_given_twice),
        TEST(config_refuses_lines_and_words_without_a_value),
        TEST(config_requires_an_option_without_default),
        TEST(config_holds_numbers_to_their_range),
        TEST(config_knows_suffixes_of_bytes),
        TEST(config_holds_texts_and_flags_to_their_rule),
        TEST(config_checks_a_value_that_the_command_line_overrides),
        TEST(config_refuses_a_file_that_is_none),
        TEST(config_tells_help_version_and_check_apart),
        cmocka_unit_test(config_prints_help),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
