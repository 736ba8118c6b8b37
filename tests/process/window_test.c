/* SPDX-License-Identifier: Apache-2.0
 *
 * window_test - what clerks do at a window with yidictl, over real daemons: fees, refunds, a
 * temporary card, a comparator, and a daemon that is killed while money is paid back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io/file.h"
#include "tests/lib/journey.h"
#include "tests/lib/tool.h"

enum { CASES = 24, ROUNDS = 8, RENEWAL_FEN = 2000 };

static struct network network;
static struct made_application application;
static struct tool tool;
static bool failed = true;
static char script[NETWORK_PATH_BYTES];
static char probe[NETWORK_PATH_BYTES];

static const struct journey journey = { .window = &network.offices[SHENZHEN],
                                        .registry = &network.offices[QINGYANG],
                                        .centre = &network.offices[YUEXIU] };

/* The same bytes are the same person; some probes have other orders. */
static const char comparator[] = "#!/bin/sh\n"
                                 "case $(head -c 5 \"$2\") in\n"
                                 "sleep) exec sleep 60 ;;\n"
                                 "break) exit 7 ;;\n"
                                 "words) echo almost; exit 0 ;;\n"
                                 "esac\n"
                                 "cmp -s \"$1\" \"$2\" && { echo 99.5; exit 0; }\n"
                                 "echo 3.2\n"
                                 "exit 1\n";

static void
write_file(const char *path, struct bytes data, mode_t mode)
{
    struct refusal refusal = { 0 };
    if (file_write(path, data, mode, FILE_REPLACE, &refusal) != OK)
        fail_msg("%s: %s", path, refusal.rule);
}

static void
set_probe(const char *text)
{
    write_file(probe, bytes_of_text(text), 0600);
}

static int
set_up(void **unused)
{
    (void)unused;
    static char lines[NETWORK_PATH_BYTES + 40];
    struct made_citizen citizen;
    const char *folder = getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp";
    failed = true;
    snprintf(script, sizeof script, "%s/comparator-%d", folder, (int)getpid());
    snprintf(probe, sizeof probe, "%s/probe-%d", folder, (int)getpid());
    snprintf(lines, sizeof lines, "comparator = sh %s\n", script);
    write_file(script, bytes_of_text(comparator), 0600);
    network_open(&network, &(struct network_options){ .option_lines = lines });
    network_start(journey.window);
    network_start(journey.registry);
    network_start(journey.centre);
    network_populate(journey.registry, 1, CASES + 1, NULL);
    citizen_make(1, journey.registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    unlink(script);
    unlink(probe);
    network_close(&network, failed);
    return 0;
}

static void
apply_for(uint64_t seed, char ret_number[CASE_NUMBER_CHARS + 1])
{
    struct made_citizen citizen;
    citizen_make(seed, journey.registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    network_apply(journey.window, &application, "", ret_number);
}

static void
refuse_at_registry(const char *number)
{
    const struct network_decision no = { .verb = YIDI__VERB__REFUSE,
                                         .operator= "examiner1",
                                         .reason = YIDI__REFUSAL_REASON__DOCUMENTS_NOT_GENUINE,
                                         .text = "not genuine" };
    network_wait_for_state(journey.registry, number, "received");
    network_decide_one(journey.registry, &no, number, "refused");
    network_wait_for_state(journey.window, number, "refused");
}

/* yidictl at the window; answers its exit status. */
static int
clerk(const char *const *words)
{
    char path[NETWORK_PATH_BYTES];
    const char *arguments[TOOL_ARGUMENTS_MAX] = { "--socket",
                                                  network_path(journey.window, "control", path),
                                                  "--operator", "clerk1" };
    size_t count = 4;
    while (*words != NULL && count + 1 < TOOL_ARGUMENTS_MAX)
        arguments[count++] = *words++;
    return tool_run(&tool, arguments);
}

#define CLERK(...) clerk((const char *const[]){ __VA_ARGS__, NULL })

static void
expect_text(const char *text)
{
    if (strstr(tool.text, text) == NULL)
        fail_msg("no \"%s\" in:\n%s", text, tool.text);
}

/* ---- collection ---- */

static void
the_comparator_decides_whether_a_card_is_handed_out(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply_for(1, number);
    journey_go_on(&journey, number, JOURNEY_ACCEPTED, JOURNEY_READY);

    set_probe("somebody else");
    assert_int_equal(CLERK("collect", number, "--old-card-surrendered", "--identified-by", "face",
                           "--probe", probe),
                     1);
    expect_text("IDENTIFICATION_FAILED");
    set_probe("break");
    assert_int_equal(CLERK("collect", number, "--old-card-surrendered", "--identified-by", "face",
                           "--probe", probe),
                     1);
    expect_text("COMPARATOR_FAILED");
    set_probe("words");
    assert_int_equal(CLERK("collect", number, "--old-card-surrendered", "--identified-by", "face",
                           "--probe", probe),
                     1);
    expect_text("COMPARATOR_FAILED");
    set_probe("sleep");
    assert_int_equal(CLERK("collect", number, "--old-card-surrendered", "--identified-by", "face",
                           "--probe", probe, "--timeout", "1"),
                     1);
    expect_text("did not end in time");
    network_wait_for_state(journey.window, number, "ready");

    /* the second of two templates */
    write_file(probe, bytes_of(application.templates[1], sizeof application.templates[1]), 0600);
    assert_int_equal(CLERK("collect", number, "--old-card-surrendered", "--identified-by",
                           "fingerprint", "--probe", probe),
                     0);
    assert_int_equal(CLERK("show", number), 0);
    expect_text("fingerprint, comparator match, score 99.5");
    failed = false;
}

static void
without_a_probe_the_clerk_says_how_the_holder_was_identified(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply_for(1, number);
    journey_go_on(&journey, number, JOURNEY_ACCEPTED, JOURNEY_READY);
    assert_int_equal(CLERK("collect", number, "--old-card-surrendered"), 2);
    expect_text("--identified-by");
    assert_int_equal(CLERK("collect", number, "--identified-by", "document"), 1);
    expect_text("SURRENDER_REQUIRED");
    assert_int_equal(CLERK("collect", number, "--old-card-surrendered", "--identified-by", "face",
                           "--receipt", number),
                     1);
    expect_text("RECEIPT_CODE_INVALID");
    assert_int_equal(CLERK("collect", number, "--old-card-surrendered", "--identified-by", "face",
                           "--score", "0.91"),
                     0);
    expect_text("collected");
    failed = false;
}

static void
a_temporary_card_is_given_paid_for_and_handed_back(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply_for(1, number);
    assert_int_equal(CLERK("temporary", "issue", number, "--serial", "T-0001"), 1);
    expect_text("ILLEGAL_IN_STATE");
    journey_go_on(&journey, number, JOURNEY_ACCEPTED, JOURNEY_ORDERED);
    network_wait_for_state(journey.window, number, "in-production");
    assert_int_equal(CLERK("temporary", "issue", number, "--serial", "T-0001"), 0);
    expect_text("10.00 yuan");
    journey_go_on(&journey, number, JOURNEY_ORDERED, JOURNEY_READY);
    assert_int_equal(
        CLERK("collect", number, "--old-card-surrendered", "--identified-by", "document"), 1);
    expect_text("TEMPORARY_CARD_OUT");
    assert_int_equal(CLERK("collect", number, "--old-card-surrendered", "--identified-by",
                           "document", "--temporary-card-surrendered"),
                     0);
    assert_int_equal(CLERK("fees"), 0);
    expect_text("temporary card");
    expect_text("30.00");
    assert_int_equal(CLERK("list", "--unclaimed"), 0);
    expect_text("no cases");
    failed = false;
}

/* ---- money ---- */

static void
the_ledger_of_the_day_balances(void **unused)
{
    (void)unused;
    char kept[CASE_NUMBER_CHARS + 1], paid[CASE_NUMBER_CHARS + 1], owed[CASE_NUMBER_CHARS + 1];
    char line[200];
    apply_for(1, kept);
    apply_for(2, paid);
    apply_for(3, owed);
    refuse_at_registry(paid);
    refuse_at_registry(owed);
    assert_int_equal(CLERK("refund", kept), 1);
    expect_text("REFUND_NOT_DUE");
    assert_int_equal(CLERK("refund", paid), 0);
    expect_text("20.00 yuan");
    assert_int_equal(CLERK("refund", paid), 1);
    expect_text("REFUND_PAID");
    assert_int_equal(CLERK("fees"), 0);
    expect_text("refunds due: 0.00 before, 40.00 more, 20.00 paid back, 20.00 still due");
    assert_int_equal(CLERK("fees", "--csv"), 0);
    expect_text("day,time_ms,case_number,item,move,kind,waiver,clerk,amount_fen\n");
    snprintf(line, sizeof line, ",%s,CARD_FEE,FEE_REFUNDED,RENEWAL,NO_WAIVER,clerk1,2000\n", paid);
    expect_text(line);
    snprintf(line, sizeof line, ",%s,CARD_FEE,FEE_REFUND_DUE,RENEWAL,NO_WAIVER,", owed);
    expect_text(line);
    assert_int_equal(CLERK("fees", "--json"), 0);
    expect_text("\"due_after_fen\":2000");
    assert_int_equal(CLERK("fees", "--date", "2026-02-30"), 2);
    failed = false;
}

struct payments {
    char numbers[CASES][CASE_NUMBER_CHARS + 1];
    unsigned told[CASES];    /* how often the office said that it had paid */
    bool known_paid[CASES];  /* it said so now, or that it had been */
    uint64_t request[CASES]; /* id of the last one */
};

static void
take_answer(struct payments *payments, const Yidi__Response *response)
{
    for (size_t i = 0; i < CASES; i++) {
        if (payments->request[i] != response->id)
            continue;
        if (response->body_case == YIDI__RESPONSE__BODY_REFUNDED) {
            assert_int_equal(response->refunded->amount_fen, RENEWAL_FEN);
            assert_false(payments->known_paid[i]);
            payments->told[i]++;
        } else {
            assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_REFUSAL);
            assert_string_equal(response->refusal->code, "REFUND_PAID");
        }
        payments->known_paid[i] = true;
    }
}

static void
ask_for(struct payments *payments, size_t count)
{
    for (size_t i = 0; i < CASES && count > 0; i++) {
        Yidi__Refund refund = YIDI__REFUND__INIT;
        Yidi__Request request = YIDI__REQUEST__INIT;
        if (payments->known_paid[i])
            continue;
        refund.case_number = payments->numbers[i];
        request.operator_ = "clerk1";
        request.command_case = YIDI__REQUEST__COMMAND_REFUND;
        request.refund = &refund;
        if (!network_send(journey.window, &request, NULL, 0))
            return;
        payments->request[i] = request.id;
        count--;
    }
}

static void
take_answers(struct payments *payments, uint64_t timeout_ms)
{
    for (;;) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        if (!network_receive(journey.window, timeout_ms, &answer) || answer.response == NULL)
            return;
        take_answer(payments, answer.response);
    }
}

static void
a_daemon_that_is_killed_while_it_pays_back_pays_each_fee_once(void **unused)
{
    (void)unused;
    static struct payments payments;
    char sum[100];
    memset(&payments, 0, sizeof payments);
    for (size_t i = 0; i < CASES; i++)
        apply_for(1 + i, payments.numbers[i]);
    for (size_t i = 0; i < CASES; i++)
        refuse_at_registry(payments.numbers[i]);
    for (unsigned round = 0; round < ROUNDS; round++) {
        ask_for(&payments, CASES / ROUNDS);
        if (round % 2 == 0)
            take_answers(&payments, round);
        else
            usleep(round * 1000); /* paid perhaps, and nobody was told */
        network_kill(journey.window);
        network_start(journey.window);
    }
    ask_for(&payments, CASES);
    take_answers(&payments, 1000);
    for (size_t i = 0; i < CASES; i++) {
        assert_true(payments.known_paid[i]);
        assert_in_range(payments.told[i], 0, 1);
    }
    assert_int_equal(CLERK("fees"), 0);
    snprintf(sum, sizeof sum, "0.00 before, %d.00 more, %d.00 paid back, 0.00 still due",
             CASES * RENEWAL_FEN / 100, CASES * RENEWAL_FEN / 100);
    expect_text(sum);
    network_stop_all(&network);
    network_audit(journey.window);
    failed = false;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(the_comparator_decides_whether_a_card_is_handed_out),
        TEST(without_a_probe_the_clerk_says_how_the_holder_was_identified),
        TEST(a_temporary_card_is_given_paid_for_and_handed_back),
        TEST(the_ledger_of_the_day_balances),
        TEST(a_daemon_that_is_killed_while_it_pays_back_pays_each_fee_once),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
