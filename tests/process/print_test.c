/* SPDX-License-Identifier: Apache-2.0
 *
 * print_test - the papers of a window, printed by yidictl from real daemons; what a scanner reads
 * from a receipt, and whether its code is right, also after the window lost its disk.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "common/domain/case_number.h"
#include "common/domain/receipt_code.h"
#include "common/io/file.h"
#include "tests/lib/browser.h"
#include "tests/lib/disaster.h"
#include "tests/lib/journey.h"
#include "tests/lib/shell.h"
#include "tests/lib/tool.h"

enum { PAPER_BYTES_MAX = 256 * 1024 };

static struct network network;
static struct made_application application;
static struct tool tool;
static char number[CASE_NUMBER_CHARS + 1];
static char listen[BROWSER_LISTEN_BYTES];
static bool failed = true;

static const struct journey journey = { .window = &network.offices[SHENZHEN],
                                        .registry = &network.offices[QINGYANG],
                                        .centre = &network.offices[YUEXIU] };

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    char line[BROWSER_LISTEN_BYTES + 20];
    failed = true;
    network_open(&network, NULL);
    browser_choose_listen(listen);
    snprintf(line, sizeof line, "console = %s\n", listen);
    network_add_options(journey.window, line);
    network_start_all(&network);
    network_populate(journey.registry, 1, 5, NULL);
    citizen_make(1, journey.registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    network_apply(journey.window, &application, "", number);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

/* ---- printing ---- */

static int
ask_for_paper(const struct network_office *office, const char *what, const char *path)
{
    char socket[NETWORK_PATH_BYTES];
    return tool_run(&tool, (const char *[]){ "--socket", network_path(office, "control", socket),
                                             "--operator", "clerk1", "print", what, number, "--out",
                                             path, NULL });
}

/* Print, and answer the document; the caller frees it. */
static char *
print_paper(const char *what, char ret_path[NETWORK_PATH_BYTES])
{
    uint8_t *text = NULL;
    size_t size;
    struct stat status;
    network_path(journey.window, "paper.svg", ret_path);
    if (ask_for_paper(journey.window, what, ret_path) != 0)
        fail_msg("print %s: %s", what, tool.text);
    assert_int_equal(stat(ret_path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(file_read(ret_path, PAPER_BYTES_MAX, &text, &size, NULL), OK);
    return (char *)text;
}

static void
assert_not_printed(const struct network_office *office, const char *what, const char *code)
{
    char path[NETWORK_PATH_BYTES];
    network_path(office, "not.svg", path);
    assert_int_equal(ask_for_paper(office, what, path), 1);
    if (strstr(tool.text, code) == NULL)
        fail_msg("not refused with %s: %s", code, tool.text);
    assert_int_equal(file_write(path, bytes_of_text(""), 0600, FILE_NEW, NULL), OK);
    assert_int_equal(remove(path), 0);
}

/* What a scanner reads from a receipt that was printed with 150 dots to an inch. */
static void
scan_paper(const char *path, char ret_scan[RECEIPT_SCAN_CHARS + 1])
{
    char command[3 * NETWORK_PATH_BYTES + 100], read[256] = "";
    snprintf(command, sizeof command,
             "rsvg-convert -d 150 -p 150 '%s' -o '%s.png' && zbarimg --nodbus -q --raw '%s.png'",
             path, path, path);
    FILE *scanner = popen(command, "r");
    assert_non_null(scanner);
    assert_non_null(fgets(read, sizeof read, scanner));
    assert_int_equal(pclose(scanner), 0);
    read[strcspn(read, "\n")] = '\0';
    assert_int_equal(strlen(read), RECEIPT_SCAN_CHARS);
    memcpy(ret_scan, read, RECEIPT_SCAN_CHARS + 1);
}

/* Print the receipt, scan it, and answer its code. */
static void
print_and_scan(char ret_scan[RECEIPT_SCAN_CHARS + 1], char ret_code[RECEIPT_CODE_CHARS + 1])
{
    char path[NETWORK_PATH_BYTES], scanned[CASE_NUMBER_CHARS + 1],
        grouped[RECEIPT_GROUPED_CHARS + 1];
    AUTO(heap) char *paper = print_paper("receipt", path);
    scan_paper(path, ret_scan);
    assert_true(receipt_code_read_scan(ret_scan, scanned, ret_code));
    assert_string_equal(scanned, number);
    receipt_code_group(ret_code, grouped);
    assert_non_null(strstr(paper, grouped)); /* for eyes, too */
    assert_null(strstr(paper, application.citizen.number));
    assert_null(strstr(paper, application.person.name));
}

/* ---- checking ---- */

/* status: 0 right, 1 wrong or refused. */
static void
check_receipt(const char *first, const char *second, int status, const char *said)
{
    char socket[NETWORK_PATH_BYTES];
    network_path(journey.window, "control", socket);
    assert_int_equal(tool_run(&tool, (const char *[]){ "--socket", socket, "receipt", "check",
                                                       first, second, NULL }),
                     status);
    if (strstr(tool.text, said) == NULL)
        fail_msg("said %s, not %s", tool.text, said);
}

static void
make_wrong(const char *code, char ret_wrong[RECEIPT_CODE_CHARS + 1])
{
    memcpy(ret_wrong, code, RECEIPT_CODE_CHARS + 1);
    ret_wrong[4] = ret_wrong[4] == '7' ? '8' : '7';
}

static uint64_t
tree_size(void)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(journey.window, &answer);
    return answer.response->status->tree_size;
}

static void
assert_check_over_socket_refused(struct network_office *office, const char *code,
                                 const char *refusal)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    Yidi__ReceiptCheck check = YIDI__RECEIPT_CHECK__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    check.case_number = number;
    check.code = (char *)code;
    request.command_case = YIDI__REQUEST__COMMAND_RECEIPT_CHECK;
    request.receipt_check = &check;
    network_ask(office, &request, NULL, 0, &answer);
    assert_non_null(network_refusal(&answer));
    assert_string_equal(network_refusal(&answer)->code, refusal);
}

/* ---- the console ---- */

static void
add_clerk(void)
{
    char socket[NETWORK_PATH_BYTES], password[NETWORK_PATH_BYTES];
    network_path(journey.window, "password", password);
    assert_int_equal(file_write(password, bytes_of_text("words of clerk1\n"), 0600, FILE_NEW, NULL),
                     OK);
    const char *const arguments[] = { "--socket",   network_path(journey.window, "control", socket),
                                      "--operator", "root",
                                      "operator",   "add",
                                      "clerk1",     "--role",
                                      "clerk",      "--password-file",
                                      password,     NULL };
    if (tool_run(&tool, arguments) != 0)
        fail_msg("operator add: %s", tool.text);
}

/* What stands behind that word in what curl said; as many hexadecimal digits as a token has. */
static void
copy_token(const char *word, char ret_token[65])
{
    const char *start = strstr(shell_output, word);
    assert_non_null(start);
    snprintf(ret_token, 65, "%s", start + strlen(word));
}

static void
log_in(char ret_cookie[65], char ret_csrf[65])
{
    assert_int_equal(shell_run("curl -sSi -H 'Content-Type: application/json' -d "
                               "'{\"operator\":\"clerk1\",\"password\":\"words of clerk1\"}' "
                               "http://%s/api/v1/session",
                               listen),
                     0);
    copy_token("Set-Cookie: yidi=", ret_cookie);
    copy_token("\"csrf\":\"", ret_csrf);
}

/* ---- tests ---- */

static void
a_browser_gets_the_paper_that_yidictl_writes(void **unused)
{
    (void)unused;
    char path[NETWORK_PATH_BYTES], cookie[65], csrf[65];
    add_clerk();
    AUTO(heap) char *paper = print_paper("receipt", path);
    log_in(cookie, csrf);
    assert_int_equal(
        shell_run(
            "curl -sS -H 'Content-Type: application/json' -H 'Cookie: yidi=%s' "
            "-H 'X-Yidi-Token: %s' -d '{\"case_number\":\"%s\","
            "\"paper\":\"PAPER_RECEIPT\",\"reason\":\"printed\"}' "
            "http://%s/api/v1/print | sed 's/.*\"attachments\":\\[\"\\([^\"]*\\)\"\\].*/\\1/' | "
            "base64 -d | cmp - '%s'",
            cookie, csrf, number, listen, path),
        0);
    failed = false;
}

static void
a_receipt_is_printed_scanned_and_checked(void **unused)
{
    (void)unused;
    char scan[RECEIPT_SCAN_CHARS + 1], code[RECEIPT_CODE_CHARS + 1], wrong[RECEIPT_CODE_CHARS + 1],
        again[RECEIPT_CODE_CHARS + 1], other_case[CASE_NUMBER_CHARS + 1];
    print_and_scan(scan, code);
    print_and_scan(scan, again);
    assert_string_equal(again, code);

    network_wait_for_state(journey.registry, number, "received");
    uint64_t before = tree_size();
    make_wrong(code, wrong);
    check_receipt(number, code, 0, "right; the case is submitted");
    check_receipt(scan, NULL, 0, "right");
    check_receipt(number, wrong, 1, "wrong\n");
    assert_int_equal(case_number_format(journey.window->code, 20260101, 77, other_case), OK);
    check_receipt(other_case, code, 1, "wrong\n"); /* no word of there being no such case */
    check_receipt(number, "7K3QX", 1, "RECEIPT_CODE_INVALID");
    check_receipt("yidi:1:", NULL, 1, "RECEIPT_CODE_INVALID");
    assert_int_equal(tree_size(), before); /* asking is no act */
    assert_check_over_socket_refused(journey.window, "7K3QX0MZ4U", "RECEIPT_CODE_INVALID");
    assert_check_over_socket_refused(journey.registry, code, "COMMAND_UNKNOWN");
    failed = false;
}

static void
a_form_is_printed_with_its_photo_and_each_print_is_an_act(void **unused)
{
    (void)unused;
    char path[NETWORK_PATH_BYTES];
    uint64_t before = tree_size();
    AUTO(heap) char *paper = print_paper("form", path);
    assert_int_equal(tree_size(), before + 1);
    assert_non_null(strstr(paper, application.person.name));
    assert_non_null(strstr(paper, application.person.address));
    assert_non_null(strstr(paper, "data:image/jpeg;base64,/9j/"));
    assert_null(strstr(paper, "查询码"));

    assert_not_printed(journey.window, "notice", "ILLEGAL_IN_STATE");
    network_wait_for_state(journey.registry, number, "received");
    assert_not_printed(journey.registry, "form", "COMMAND_UNKNOWN");
    failed = false;
}

/* The code is for its receipt: no view of a case shows it, in full or not, nor does an export. */
static void
the_code_stands_nowhere_but_on_the_receipt(void **unused)
{
    (void)unused;
    char scan[RECEIPT_SCAN_CHARS + 1], code[RECEIPT_CODE_CHARS + 1];
    char socket[NETWORK_PATH_BYTES];
    print_and_scan(scan, code);
    network_path(journey.window, "control", socket);
    const char *const *commands[] = {
        (const char *[]){ "--socket", socket, "--operator", "clerk1", "--json", "show", number,
                          NULL },
        (const char *[]){ "--socket", socket, "--operator", "clerk1", "--json", "show", number,
                          "--full", "--reason", "to see", NULL },
    };
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(tool_run(&tool, commands[i]), 0);
        assert_non_null(strstr(tool.text, number));
        assert_null(strstr(tool.text, code));
        assert_non_null(strstr(tool.text, "\"receipt_digest\":\"\""));
    }
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_export(journey.window, number, &answer);
    for (size_t i = 1; i < answer.message.frame_count; i++)
        assert_null(memmem(answer.message.frames[i].data, answer.message.frames[i].size, code,
                           RECEIPT_CODE_CHARS));
    failed = false;
}

static void
who_is_refused_gets_a_notice_and_no_receipt(void **unused)
{
    (void)unused;
    char path[NETWORK_PATH_BYTES];
    const struct network_decision refuse = { .verb = YIDI__VERB__REFUSE,
                                             .operator= "examiner1",
                                             .text = "two <b>names</b> & one number",
                                             .reason =
                                                 YIDI__REFUSAL_REASON__DOCUMENTS_NOT_GENUINE };
    network_wait_for_state(journey.registry, number, "received");
    network_decide_one(journey.registry, &refuse, number, "refused");
    network_wait_for_state(journey.window, number, "refused");
    AUTO(heap) char *paper = print_paper("notice", path);
    assert_non_null(strstr(paper, application.person.name));
    assert_non_null(strstr(paper, "提交的证件材料系伪造、变造、骗领或者冒用。"));
    assert_non_null(strstr(paper, "two &lt;b&gt;names&lt;/b&gt; &amp; one number"));
    assert_not_printed(journey.window, "receipt", "ILLEGAL_IN_STATE");
    failed = false;
}

static void
send_back(void)
{
    char socket[NETWORK_PATH_BYTES];
    network_path(journey.registry, "control", socket);
    assert_int_equal(
        tool_run(&tool, (const char *[]){ "--socket", socket, "--operator", "examiner1", "return",
                                          number, "--field", "form.person.address", "--field",
                                          "form.photo_digest", "--text", "up to the <house>",
                                          "--answer-by", "2999-01-31", NULL }),
        0);
    network_wait_for_state(journey.window, number, "returned");
}

static void
amend(void)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__Amend amend = YIDI__AMEND__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    amend.case_number = number;
    amend.form = &application.form;
    request.command_case = YIDI__REQUEST__COMMAND_AMEND;
    request.amend = &amend;
    network_ask(journey.window, &request, frames, application_frames(&application, frames),
                &answer);
    assert_int_equal(answer.response->body_case, YIDI__RESPONSE__BODY_DECIDED);
}

/* The notice is for as long as something is to be corrected; the code stays the same. */
static void
who_must_correct_something_gets_a_notice_and_keeps_the_code(void **unused)
{
    (void)unused;
    char scan[RECEIPT_SCAN_CHARS + 1], code[RECEIPT_CODE_CHARS + 1], again[RECEIPT_CODE_CHARS + 1],
        path[NETWORK_PATH_BYTES];
    print_and_scan(scan, code);
    network_wait_for_state(journey.registry, number, "received");
    send_back();
    AUTO(heap) char *paper = print_paper("notice", path);
    assert_non_null(strstr(paper, "补正通知书"));
    assert_non_null(strstr(paper, "户籍地址"));
    assert_non_null(strstr(paper, "up to the &lt;house&gt;"));
    assert_non_null(strstr(paper, "2999年1月31日"));

    amend();
    assert_not_printed(journey.window, "notice", "ILLEGAL_IN_STATE");
    print_and_scan(scan, again);
    assert_string_equal(again, code);
    failed = false;
}

static void
a_code_is_still_right_when_the_window_has_lost_its_disk(void **unused)
{
    (void)unused;
    char scan[RECEIPT_SCAN_CHARS + 1], code[RECEIPT_CODE_CHARS + 1], wrong[RECEIPT_CODE_CHARS + 1],
        path[NETWORK_PATH_BYTES];
    print_and_scan(scan, code);
    make_wrong(code, wrong);
    network_wait_for_state(journey.registry, number, "received");
    network_kill(journey.window);
    disaster_lose_disk(journey.window);
    network_start(journey.window);
    disaster_recover_fully(journey.window);

    check_receipt(number, code, 0, "right; the case is submitted");
    check_receipt(number, wrong, 1, "wrong\n");
    AUTO(heap) char *paper = print_paper("receipt", path);
    assert_non_null(strstr(paper, "查询码见首次打印的回执"));
    assert_null(strstr(paper, code));
    const char *one = number;
    journey_go_on_all(&journey, &one, 1, JOURNEY_RECEIVED, JOURNEY_CLOSED);
    check_receipt(number, code, 0, "right; the case is collected");
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_browser_gets_the_paper_that_yidictl_writes),
        TEST(a_receipt_is_printed_scanned_and_checked),
        TEST(a_form_is_printed_with_its_photo_and_each_print_is_an_act),
        TEST(the_code_stands_nowhere_but_on_the_receipt),
        TEST(who_is_refused_gets_a_notice_and_no_receipt),
        TEST(who_must_correct_something_gets_a_notice_and_keeps_the_code),
        TEST(a_code_is_still_right_when_the_window_has_lost_its_disk),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
