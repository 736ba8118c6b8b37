/* SPDX-License-Identifier: Apache-2.0
 *
 * rivals_test - two who do at the same moment what only one of them can do: one at the console, the
 * other with the control socket, and now the one is first, now the other. One succeeds, the other
 * is told why not, and nothing is there twice. (contest_test has the straight way of a card, both
 * over the socket.)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/core/base64.h"
#include "common/domain/duty.h"
#include "common/io/json.h"
#include "common/io/store.h"
#include "tests/lib/fee_audit.h"
#include "tests/lib/journey.h"
#include "tests/lib/stock_check.h"
#include "tests/lib/visitor.h"

enum { ROUNDS = 2, JSON_BYTES = 4096, CITIZENS = 200 };
enum desk { WINDOW, REGISTRY, CENTRE, DESKS };

static struct network network;
static bool failed;
static const struct journey journey = { .window = &network.offices[SHENZHEN],
                                        .registry = &network.offices[QINGYANG],
                                        .centre = &network.offices[YUEXIU] };
static struct network_office *const offices[DESKS] = { &network.offices[SHENZHEN],
                                                       &network.offices[QINGYANG],
                                                       &network.offices[YUEXIU] };
static char listens[DESKS][BROWSER_LISTEN_BYTES];
static struct visitor visitors[DESKS]; /* li, at the console; wang has the socket */
static struct made_application application;
static uint64_t applicants; /* so far */

static int
set_up(void **unused)
{
    static const char *const names[] = { "clerk1",   "examiner1", "issuer1", "maker1",
                                         "checker1", "packer1",   "li",      "wang" };
    struct made_citizen citizen;
    (void)unused;
    failed = true;
    network_open(&network, NULL);
    for (int desk = 0; desk < DESKS; desk++) {
        visitor_open_console(offices[desk], listens[desk]);
        network_start(offices[desk]);
    }
    network_populate(journey.registry, 1, CITIZENS, NULL);
    for (int desk = 0; desk < DESKS; desk++) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            visitor_hire(offices[desk], names[i], VISITOR_ROLES);
        assert_int_equal(visitor_log_in(listens[desk], "li", &visitors[desk]), 200);
    }
    citizen_make(1, journey.registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

static void
fill_in_the_next(void)
{
    struct made_citizen citizen;
    assert_true(++applicants <= CITIZENS);
    citizen_make(applicants, journey.registry->area, &citizen);
    application_set_citizen(&application, &citizen);
}

/* ---- acts ---- */

/* Of JSON without { }: ' for ", % for the number of the case, # for 1 or 2: which rival it is. */
struct act {
    const char *command, *json;
};

static void
expand(const struct act *act, const char *number, char rival, char ret_json[JSON_BYTES])
{
    size_t used = (size_t)snprintf(ret_json, JSON_BYTES, "{");
    for (const char *next = act->json; *next != '\0'; next++) {
        const char one[2] = { *next == '\'' ? '"' : *next == '#' ? rival : *next };
        used +=
            (size_t)snprintf(ret_json + used, JSON_BYTES - used, "%s", *next == '%' ? number : one);
    }
    snprintf(ret_json + used, JSON_BYTES - used, "}");
}

/* At the same moment; codes of li and of wang. */
static void
act_at_once(enum desk desk, const struct act acts[2], const char *number, bool li_first,
            char ret_codes[2][VISITOR_CODE_BYTES])
{
    char json[2][JSON_BYTES];
    int connection = -1;
    for (int i = 0; i < 2; i++)
        expand(&acts[i], number, (char)('1' + i), json[i]);
    for (int i = 0; i < 2; i++)
        if ((i == 0) == li_first)
            connection = visitor_send(&visitors[desk], acts[0].command, json[0]);
        else
            visitor_send_inside(offices[desk], "wang", acts[1].command, json[1]);
    struct browser_reply *reply = browser_receive(connection, false);
    assert_non_null(reply);
    visitor_code(reply, ret_codes[0]);
    free(reply);
    close(connection);
    visitor_receive_inside(offices[desk], ret_codes[1]);
}

static void
act_alone(enum desk desk, const struct act *act, const char *number)
{
    char json[JSON_BYTES], code[VISITOR_CODE_BYTES];
    expand(act, number, '0', json);
    visitor_send_inside(offices[desk], "wang", act->command, json);
    visitor_receive_inside(offices[desk], code);
    if (code[0] != '\0')
        fail_msg("%s %s: %s", act->command, json, code);
}

/* ---- contests ---- */

/* clang-format off */
#define DECIDE(verb, more) { "decide", "'verb':'" verb "','case_numbers':['%']" more }
#define COLLECT   DECIDE("COLLECT", ",'identified_by':'FACE','old_card_surrendered':true")
#define REFUSE    DECIDE("REFUSE", ",'reasons':['DOCUMENTS_NOT_GENUINE'],'text':'forged'")
#define REDIRECT  DECIDE("REDIRECT", ",'registration_division':'440106','text':'moved'")
#define RETURN    DECIDE("RETURN_FORM", ",'fields':['form.phone'],'text':'wrong','answer_by':20310131")
#define WITHDRAW  DECIDE("WITHDRAW", ",'text':'moves home'")
#define MISS      DECIDE("MISS", ",'text':'not in the package'")
#define FOUND     DECIDE("TRACE_CARD", ",'found':true,'text':'in the bag'")
#define LOST      DECIDE("TRACE_CARD", ",'text':'nowhere'")
#define EXAMINE   DECIDE("EXAMINE", "")
#define MAKE      DECIDE("MAKE", ",'card_serial':'%#'")
#define REFUND    { "refund", "'case_number':'%'" }
#define TEMPORARY { "issue_temporary", "'case_number':'%','card_serial':'T-%-#'" }
#define BACK      { "return_temporary", "'case_number':'%','text':'brought'" }
#define LEASE     { "lease", "'case_number':'%'" }
#define TAKE_OVER { "lease", "'case_number':'%','take_over':true,'reason':'gone home'" }
#define BATCH     { "batch_make", "'machine':'M#'" }
#define BLANKS    { "stock_change", "'verb':'STOCK_RECEIVE','count':9,'first_serial':'%1','last_serial':'%9','text':'from #'" }
#define ERASE     { "erase_now", "'case_number':'%','reason':'a court'" }

static const struct contest {
    enum journey_stage stage; /* to which the case comes on the straight way */
    struct {
        enum desk desk;
        struct act act;
        enum desk where;
        const char *state; /* that follows there */
    } before;
    enum desk desk;
    struct act li, wang;
    const char *code; /* for whoever is second */
    bool both;        /* what the second one wants may also be right after what the first one did */
} contests[] = {
    { JOURNEY_RECEIVED,   { 0 },                                     WINDOW,   WITHDRAW,  WITHDRAW,  "ILLEGAL_IN_STATE",       false },
    { JOURNEY_RECEIVED,   { REGISTRY, REFUSE, WINDOW, "refused" },   WINDOW,   REFUND,    REFUND,    "REFUND_PAID",            false },
    { JOURNEY_RECEIVED,   { 0 },                                     REGISTRY, REFUSE,    REDIRECT,  "ILLEGAL_IN_STATE",       false },
    { JOURNEY_RECEIVED,   { 0 },                                     REGISTRY, RETURN,    REDIRECT,  "ILLEGAL_IN_STATE",       false },
    { JOURNEY_RECEIVED,   { 0 },                                     REGISTRY, LEASE,     LEASE,     "CASE_LEASED",            false },
    { JOURNEY_RECEIVED,   { REGISTRY, LEASE, REGISTRY, "received" }, REGISTRY, EXAMINE,   LEASE,     "CASE_LEASED",            false },
    { JOURNEY_RECEIVED,   { REGISTRY, LEASE, REGISTRY, "received" }, REGISTRY, TAKE_OVER, EXAMINE,   "CASE_LEASED",            true },
    { JOURNEY_ORDERED,    { 0 },                                     WINDOW,   TEMPORARY, TEMPORARY, "TEMPORARY_CARD_GIVEN",   false },
    { JOURNEY_ORDERED,    { WINDOW, TEMPORARY, WINDOW, "in-production" }, WINDOW, BACK,   BACK,      "TEMPORARY_CARD_NOT_OUT", false },
    { JOURNEY_ORDERED,    { 0 },                                     CENTRE,   BATCH,     BATCH,     "BATCH_EMPTY",            false },
    { JOURNEY_IN_TRANSIT, { WINDOW, MISS, CENTRE, "missing" },       CENTRE,   FOUND,     LOST,      "ILLEGAL_IN_STATE",       false },
    { JOURNEY_READY,      { 0 },                                     WINDOW,   COLLECT,   COLLECT,   "ILLEGAL_IN_STATE",       false },
    { JOURNEY_CLOSED,     { 0 },                                     CENTRE,   ERASE,     ERASE,     "DATA_ERASED",            false },
    { JOURNEY_ORDERED,    { 0 },                                     CENTRE,   BLANKS,    BLANKS,    "STOCK_INVALID",          false },
    { JOURNEY_ORDERED,    { CENTRE, BLANKS, CENTRE, "ordered" },     CENTRE,   MAKE,      MAKE,      "ILLEGAL_IN_STATE",       false },
};
/* clang-format on */

/* Nothing was done twice: no step of the office stands twice in the trace. */
static void
check_trace(enum desk desk, const char *number)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_show(offices[desk], number, &answer);
    const Yidi__Case *row = answer.response->shown->case_row;
    for (size_t i = 0; i < row->n_trace; i++)
        for (size_t j = 0; j < i; j++)
            if (row->trace[i]->step == row->trace[j]->step &&
                row->trace[i]->step != YIDI__STEP__RECORDED &&
                strcmp(row->trace[i]->office, row->trace[j]->office) == 0)
                fail_msg("%s: step %d stands twice", number, (int)row->trace[i]->step);
}

static void
contend(size_t which, const char *number, bool li_first)
{
    const struct contest *contest = &contests[which];
    const struct act acts[] = { contest->li, contest->wang };
    char codes[2][VISITOR_CODE_BYTES];
    if (contest->before.state != NULL) {
        act_alone(contest->before.desk, &contest->before.act, number);
        network_wait_for_state(offices[contest->before.where], number, contest->before.state);
    }
    act_at_once(contest->desk, acts, number, li_first, codes);
    const int refused = (codes[0][0] != '\0') + (codes[1][0] != '\0');
    const char *code = codes[codes[0][0] == '\0'];
    if (refused == 2 || (refused == 0 && !contest->both) ||
        (refused == 1 && strcmp(code, contest->code) != 0))
        fail_msg("contest %zu, %s: \"%s\" and \"%s\"", which, number, codes[0], codes[1]);
    check_trace(contest->desk, number);
}

static void
of_two_at_both_doors_one_succeeds(void **unused)
{
    (void)unused;
    failed = true;
    for (size_t i = 0; i < ROUNDS * sizeof contests / sizeof *contests; i++) {
        const size_t which = i / ROUNDS;
        char number[CASE_NUMBER_CHARS + 1];
        fill_in_the_next();
        network_apply(journey.window, &application, "", number);
        journey_go_on(&journey, number, JOURNEY_ACCEPTED, contests[which].stage);
        contend(which, number, i % ROUNDS == 0);
    }
    failed = false;
}

/* ---- one application ---- */

static const char *
write_application(const char *key, struct arena *arena)
{
    struct bytes frames[ATTACHMENTS_MAX];
    struct json_attachments attachments = { .list = frames };
    Yidi__Apply apply = YIDI__APPLY__INIT;
    apply.form = &application.form;
    apply.request_key = (char *)(uintptr_t)key;
    attachments.count = application_frames(&application, frames);
    const char *json = json_encode_attached(&apply.base, &attachments, arena);
    assert_non_null(json);
    return json;
}

static void
expect_applied(const char *text, const char *number, bool repeated)
{
    char wanted[80];
    snprintf(wanted, sizeof wanted, "\"case_number\":\"%s\"", number);
    assert_non_null(strstr(text, wanted));
    assert_int_equal(strstr(text, "\"repeated_request\":true") != NULL, repeated);
}

static void
under_one_key_two_make_one_case(void **unused)
{
    (void)unused;
    failed = true;
    for (int round = 0; round < 2 * ROUNDS; round++) {
        AUTO(arena) struct arena arena;
        AUTO(network_answer) struct network_answer inside = { 0 };
        char key[32];
        int connection = -1;
        arena_init(&arena);
        fill_in_the_next();
        snprintf(key, sizeof key, "both-doors-%d", round);
        const char *json = write_application(key, &arena);
        for (int i = 0; i < 2; i++)
            if ((i == 0) == (round % 2 == 0))
                connection = visitor_send(&visitors[WINDOW], "apply", json);
            else
                visitor_send_inside(journey.window, "wang", "apply", json);
        assert_true(network_receive(journey.window, NETWORK_PATIENCE_MS, &inside));
        struct browser_reply *reply = browser_receive(connection, false);
        assert_non_null(reply);
        assert_int_equal(inside.response->body_case, YIDI__RESPONSE__BODY_APPLIED);
        expect_applied(reply->body, inside.response->applied->case_number,
                       !inside.response->applied->repeated_request);
        free(reply);
        close(connection);
    }
    failed = false;
}

/* ---- two offices ---- */

static bool
has_ended_somehow(void *context)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_show(journey.window, context, &answer);
    return strcmp(answer.response->shown->state, "withdrawing") != 0;
}

static const char *
state_at(struct network_office *office, const char *number, struct network_answer *ret_answer)
{
    network_show(office, number, ret_answer);
    return ret_answer->response->shown->state;
}

/* The applicant wants it no more while the card is issued, and even made. */
static void
what_is_withdrawn_while_it_is_issued_ends_everywhere_or_nowhere(void **unused)
{
    static const struct act issue = DECIDE("ISSUE", ""), withdraw = WITHDRAW,
                            make = DECIDE("MAKE", "");
    (void)unused;
    failed = true;
    for (int round = 0; round < 4 * ROUNDS; round++) {
        AUTO(network_answer) struct network_answer window = { 0 }, registry = { 0 };
        char number[CASE_NUMBER_CHARS + 1], json[3][JSON_BYTES], codes[2][VISITOR_CODE_BYTES];
        fill_in_the_next();
        network_apply(journey.window, &application, "", number);
        journey_go_on(&journey, number, JOURNEY_ACCEPTED, JOURNEY_EXAMINED);
        expand(&issue, number, '1', json[0]);
        expand(&withdraw, number, '1', json[1]);
        expand(&make, number, '1', json[2]);
        visitor_send_inside(journey.registry, "wang", "decide", json[0]);
        usleep((unsigned)round * 1000);
        visitor_send_inside(journey.window, "wang", "decide", json[1]);
        visitor_receive_inside(journey.registry, codes[0]);
        visitor_receive_inside(journey.window, codes[1]);
        assert_string_equal(codes[1], "");
        visitor_send_inside(journey.centre, "wang", "decide", json[2]); /* if it has come yet */
        visitor_receive_inside(journey.centre, codes[1]);
        network_wait_until(&network, "the withdrawal is answered", has_ended_somehow, number);
        const bool withdrawn = strcmp(state_at(journey.window, number, &window), "withdrawn") == 0;
        const char *there = state_at(journey.registry, number, &registry);
        if (withdrawn)
            assert_string_equal(there, "withdrawn");
        else
            assert_true(strcmp(there, "issued") == 0 && codes[1][0] == '\0');
    }
    failed = false;
}

/* ---- the machine ---- */

/* The results of one batch are entered by two at once. */
static void
results_that_two_enter_are_taken_once(void **unused)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    (void)unused;
    failed = true;
    char number[CASE_NUMBER_CHARS + 1], json[300], codes[2][VISITOR_CODE_BYTES];
    fill_in_the_next();
    network_apply(journey.window, &application, "", number);
    journey_go_on(&journey, number, JOURNEY_ACCEPTED, JOURNEY_ORDERED);
    act_alone(CENTRE, &(const struct act)BLANKS, number);
    act_alone(CENTRE, &(const struct act)BATCH, number);
    network_show(journey.centre, number, &answer);
    char line[100], coded[200];
    snprintf(line, sizeof line, "case,serial,result,text\r\n%s,%s5,ok,\r\n", number, number);
    base64_encode(bytes_of_text(line), coded);
    snprintf(json, sizeof json, "'batch':'%s','attachments':['%s']",
             answer.response->shown->case_row->batch, coded);
    const struct act import = { "batch_import", json }, acts[] = { import, import };
    act_at_once(CENTRE, acts, number, true, codes);
    assert_string_equal(codes[0], "");
    assert_string_equal(codes[1], "");
    check_trace(CENTRE, number);
    failed = false;
}

/* ---- the books ---- */

static void
check_books(struct network_office *office)
{
    char path[NETWORK_PATH_BYTES], fees[FEE_AUDIT_WORDS], stock[STOCK_CHECK_WORDS];
    AUTO(store) struct store *store = NULL;
    AUTO(store_txn) struct store_txn *txn = NULL;
    assert_int_equal(store_open_readonly(network_path(office, "data", path), &store), OK);
    assert_int_equal(store_begin_read(store, &txn), OK);
    if (office == journey.window && !fee_audit(txn, fees))
        fail_msg("%s", fees);
    if (office == journey.centre && !stock_check(txn, stock))
        fail_msg("%s", stock);
}

static void
the_books_are_right_afterwards(void **unused)
{
    (void)unused;
    failed = true;
    network_stop_all(&network);
    for (int desk = 0; desk < DESKS; desk++) {
        (void)network_audit(offices[desk]);
        check_books(offices[desk]);
    }
    failed = false;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(under_one_key_two_make_one_case),
        cmocka_unit_test(what_is_withdrawn_while_it_is_issued_ends_everywhere_or_nowhere),
        cmocka_unit_test(of_two_at_both_doors_one_succeeds),
        cmocka_unit_test(results_that_two_enter_are_taken_once),
        cmocka_unit_test(the_books_are_right_afterwards),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
