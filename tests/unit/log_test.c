/* SPDX-License-Identifier: Apache-2.0
 *
 * Standard error becomes a datagram socket, so that each write(2) is seen as one piece.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io/log.h"

static int standard_error;
static int ends[2];

static int
capture_open(void **unused)
{
    (void)unused;
    log_set_level(LOG_INFO);
    standard_error = dup(STDERR_FILENO);
    if (standard_error < 0 || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends) < 0)
        return -1;
    return dup2(ends[0], STDERR_FILENO) < 0 ? -1 : 0;
}

static int
capture_close(void **unused)
{
    (void)unused;
    int result = dup2(standard_error, STDERR_FILENO) < 0 ? -1 : 0;
    close(standard_error);
    close(ends[0]);
    close(ends[1]);
    return result;
}

/* The next write as text; empty when there was none. */
static const char *
next_write(void)
{
    static char text[8192];
    ssize_t size = recv(ends[1], text, sizeof text - 1, 0);
    text[size < 0 ? 0 : size] = '\0';
    return text;
}

/* What stands behind the time, whose form is checked here. */
static const char *
next_line(void)
{
    static const char form[] = "time=dddd-dd-ddTdd:dd:dd.dddZ ";
    const char *text = next_write();
    for (size_t i = 0; i < sizeof form - 1; i++) {
        if (form[i] == 'd')
            assert_in_range(text[i], '0', '9');
        else
            assert_int_equal(text[i], form[i]);
    }
    return text + sizeof form - 1;
}

static void
log_writes_a_line_in_one_piece(void **unused)
{
    (void)unused;
    log_line(LOG_INFO, "peer_open", "office=%s sequence=%d", "110105000000", 17);
    assert_string_equal(next_line(),
                        "level=info event=peer_open office=110105000000 sequence=17\n");
    assert_string_equal(next_write(), "");
}

static void
log_writes_no_space_behind_an_event_alone(void **unused)
{
    (void)unused;
    log_line(LOG_ERROR, "halted", "%s", "");
    assert_string_equal(next_line(), "level=error event=halted\n");
}

static void
log_keeps_quiet_above_its_level(void **unused)
{
    (void)unused;
    log_line(LOG_DEBUG, "turn", "inputs=1");
    assert_string_equal(next_write(), "");
    log_set_level(LOG_DEBUG);
    log_line(LOG_DEBUG, "turn", "inputs=1");
    assert_string_equal(next_line(), "level=debug event=turn inputs=1\n");
    log_set_level(LOG_ERROR);
    log_line(LOG_WARNING, "turn", "inputs=1");
    assert_string_equal(next_write(), "");
}

static void
log_lets_no_value_begin_a_line(void **unused)
{
    (void)unused;
    log_line(LOG_WARNING, "odd", "value=%s", "a\nlevel=error\r\x1b[2J\x7f");
    assert_string_equal(next_line(), "level=warning event=odd value=a\\nlevel=error??[2J?\n");
}

static void
log_cuts_a_long_line_and_ends_it(void **unused)
{
    (void)unused;
    char value[2 * LOG_LINE_BYTES_MAX];
    for (char fill = '\n'; fill <= 'x'; fill += 'x' - '\n') {
        memset(value, fill, sizeof value - 1);
        value[sizeof value - 1] = '\0';
        log_line(LOG_INFO, "long", "value=%s", value);
        const char *line = next_write();
        assert_in_range(strlen(line), LOG_LINE_BYTES_MAX - 4, LOG_LINE_BYTES_MAX);
        assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    }
}

static void
log_leaves_errno_alone(void **unused)
{
    (void)unused;
    close(STDERR_FILENO);
    errno = ENOSPC;
    log_line(LOG_ERROR, "store_failed", "code=%d", 1);
    assert_int_equal(errno, ENOSPC);
}

static void
log_text_quotes_and_escapes(void **unused)
{
    (void)unused;
    char room[LOG_TEXT_BYTES];
    assert_string_equal(log_text(room, ""), "\"\"");
    assert_string_equal(log_text(room, "a b=\"c\\\"\n\t\xff\xc2\x85"),
                        "\"a b=\\\"c\\\\\\\"\\n???\"");
    assert_string_equal(log_text(room, "证"), "\"证\"");
}

static void
log_text_cuts_at_a_whole_character(void **unused)
{
    (void)unused;
    char room[LOG_TEXT_BYTES], text[2 * LOG_TEXT_BYTES + 1];
    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'x', shift);
        for (size_t at = shift; at + 3 < sizeof text; at += 3)
            memcpy(text + at, "证", 4);
        size_t size = strlen(log_text(room, text));
        assert_in_range(size, LOG_TEXT_BYTES - 6, LOG_TEXT_BYTES - 1);
        assert_int_equal(room[size - 1], '"');
        assert_memory_equal(room + size - 4, "证", 3);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, capture_open, capture_close)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(log_writes_a_line_in_one_piece),
        TEST(log_writes_no_space_behind_an_event_alone),
        TEST(log_keeps_quiet_above_its_level),
        TEST(log_lets_no_value_begin_a_line),
        TEST(log_cuts_a_long_line_and_ends_it),
        TEST(log_leaves_errno_alone),
        cmocka_unit_test(log_text_quotes_and_escapes),
        cmocka_unit_test(log_text_cuts_at_a_whole_character),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
