/* SPDX-License-Identifier: Apache-2.0
 *
 * session_test - operators and their sessions at an office under a clock of the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/core/lockout.h"
#include "common/io/operators.h"
#include "common/io/session.h"
#include "tests/lib/desk_test.h"

enum { IDLE_MS = 900000, MAX_MS = 7200000 };

/* A hash that nobody verifies here; its cost is what the program uses. */
#define HASH                                                                                       \
    "$argon2id$v=19$m=65536,t=2,p=1$WsQaUIHEGiii5r/"                                               \
    "+2KiqiA$EN0MK0xxQIJ5162n0V7Dn2popbXOe3qZ4CFVJKCM"                                             \
    "9s8"
#define CSRF "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static char token[SESSION_TOKEN_CHARS + 1];

static int
set_up(void **unused)
{
    (void)unused;
    fake_desk_open(&network, 1);
    network.offices[REGISTRY].office->options.session_idle_ms = IDLE_MS;
    network.offices[REGISTRY].office->options.session_max_ms = MAX_MS;
    return 0;
}

static uint64_t
now_ms(void)
{
    return fake_network_time(&network, REGISTRY).wall_ms;
}

static const Yidi__Response *
ask(Yidi__Request *request, bool through_console)
{
    request->version = 1;
    request->through_console = through_console;
    const Yidi__Response *response = fake_network_ask(&network, REGISTRY, request, NULL, 0);
    assert_non_null(response);
    return response;
}

/* "" or the code of the refusal. */
static const char *
outcome(const Yidi__Response *response)
{
    return response->body_case == YIDI__RESPONSE__BODY_REFUSAL ? response->refusal->code : "";
}

static const char *
change(Yidi__OperatorVerb verb, const char *name, const char *role)
{
    Yidi__OperatorChange change = YIDI__OPERATOR_CHANGE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    char *roles[] = { (char *)(uintptr_t)role };
    change.verb = verb;
    change.name = (char *)(uintptr_t)name;
    change.roles = roles;
    change.n_roles = role != NULL;
    if (verb == YIDI__OPERATOR_VERB__OPERATOR_ADD)
        change.password_hash = HASH;
    request.command_case = YIDI__REQUEST__COMMAND_OPERATOR_CHANGE;
    request.operator_change = &change;
    return outcome(ask(&request, false));
}

static Yidi__OperatorRow *
find_operator(const char *name, struct arena *arena)
{
    Yidi__OperatorRow *row = NULL;
    struct store_txn *txn = scratch_store_read(&network.offices[REGISTRY].scratch);
    assert_int_equal(operators_find(txn, name, arena, &row), OK);
    store_abort(txn);
    return row;
}

static ProtobufCBinaryData
digest_of(const char *text, struct digest *digest)
{
    session_digest(text, digest);
    return (ProtobufCBinaryData){ .len = DIGEST_BYTES, .data = digest->bytes };
}

static const char *
open_session(const char *name, uint64_t generation, unsigned number)
{
    struct digest digest;
    Yidi__SessionOpen open = YIDI__SESSION_OPEN__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    snprintf(token, sizeof token, "%064x", number);
    open.name = (char *)(uintptr_t)name;
    open.generation = generation;
    open.token_digest = digest_of(token, &digest);
    open.csrf = (char *)CSRF;
    request.operator_ = open.name;
    request.command_case = YIDI__REQUEST__COMMAND_SESSION_OPEN;
    request.session_open = &open;
    return outcome(ask(&request, true));
}

static void
touch(void)
{
    struct digest digest;
    Yidi__SessionTouch touched = YIDI__SESSION_TOUCH__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    touched.token_digest = digest_of(token, &digest);
    request.command_case = YIDI__REQUEST__COMMAND_SESSION_TOUCH;
    request.session_touch = &touched;
    assert_string_equal(outcome(ask(&request, true)), "");
}

static enum result
find_at(uint64_t at_ms, struct session *ret_session)
{
    struct store_txn *txn = scratch_store_read(&network.offices[REGISTRY].scratch);
    enum result result = session_find(txn, token, at_ms, ret_session);
    store_abort(txn);
    return result;
}

static void
wait_for(uint64_t duration_ms)
{
    fake_network_run_until(&network, network.now.monotonic_ms + duration_ms);
}

static void
begin(void)
{
    assert_string_equal(change(YIDI__OPERATOR_VERB__OPERATOR_ADD, "li", "examiner"), "");
    assert_string_equal(open_session("li", 1, 1), "");
}

/* ---- sessions ---- */

static void
session_ends_when_idle_and_at_its_end(void **unused)
{
    struct session session;
    (void)unused;
    begin();
    uint64_t start_ms = now_ms();
    assert_int_equal(find_at(start_ms, &session), OK);
    assert_string_equal(session.operator_name, "li");
    assert_string_equal(session.csrf, CSRF);
    assert_int_equal(session.duties, 2);
    assert_int_equal(session.idle_ms, IDLE_MS);
    assert_int_equal(session.ends_ms, start_ms + MAX_MS);
    assert_false(session.wants_touch);
    assert_int_equal(find_at(start_ms + SESSION_TOUCH_MS, &session), OK);
    assert_true(session.wants_touch);
    assert_int_equal(find_at(start_ms + IDLE_MS - 1, &session), OK);
    assert_int_equal(find_at(start_ms + IDLE_MS, &session), ERR_ABSENT);
    for (uint64_t spent_ms = 0; spent_ms + IDLE_MS / 2 < MAX_MS; spent_ms += IDLE_MS / 2) {
        wait_for(IDLE_MS / 2);
        touch();
        assert_int_equal(find_at(now_ms(), &session), OK);
    }
    wait_for(IDLE_MS / 2);
    touch();
    assert_int_equal(find_at(now_ms(), &session), ERR_ABSENT);
}

static void
session_that_has_ended_is_not_touched_into_life(void **unused)
{
    struct session session;
    (void)unused;
    begin();
    wait_for(IDLE_MS);
    touch();
    assert_int_equal(find_at(now_ms(), &session), ERR_ABSENT);
}

static void
session_of_another_token_or_clock_is_none(void **unused)
{
    struct session session;
    (void)unused;
    begin();
    assert_int_equal(find_at(now_ms() - 3600000, &session), ERR_ABSENT);
    token[0] = '1';
    assert_int_equal(find_at(now_ms(), &session), ERR_ABSENT);
}

static void
session_ends_with_every_change_of_the_operator(void **unused)
{
    static const Yidi__OperatorVerb verbs[] = { YIDI__OPERATOR_VERB__OPERATOR_ROLES,
                                                YIDI__OPERATOR_VERB__OPERATOR_DISABLE,
                                                YIDI__OPERATOR_VERB__OPERATOR_ENABLE };
    struct session session;
    (void)unused;
    begin();
    for (unsigned i = 0; i < 3; i++) {
        const char *role = i == 0 ? "issuer" : NULL;
        assert_string_equal(change(verbs[i], "li", role), "");
        assert_int_equal(find_at(now_ms(), &session), ERR_ABSENT);
        assert_string_equal(open_session("li", 1 + i, 10 + i),
                            "LOGIN_FAILED"); /* verified before */
        assert_string_equal(open_session("li", 2 + i, 20 + i), i == 1 ? "LOGIN_FAILED" : "");
    }
}

static void
session_count_of_an_operator_is_bounded(void **unused)
{
    struct session session;
    (void)unused;
    begin();
    for (unsigned i = 0; i < SESSIONS_PER_OPERATOR_MAX; i++) {
        wait_for(10);
        assert_string_equal(open_session("li", 1, 2 + i), "");
    }
    assert_int_equal(scratch_store_count(&network.offices[REGISTRY].scratch, TABLE_SESSIONS),
                     SESSIONS_PER_OPERATOR_MAX);
    assert_int_equal(find_at(now_ms(), &session), OK);
    snprintf(token, sizeof token, "%064x", 1u); /* the oldest made room */
    assert_int_equal(find_at(now_ms(), &session), ERR_ABSENT);
    wait_for(IDLE_MS);
    assert_string_equal(open_session("li", 1, 100), ""); /* sweeps what is over */
    assert_int_equal(scratch_store_count(&network.offices[REGISTRY].scratch, TABLE_SESSIONS), 1);
}

static void
session_is_opened_by_the_console_alone(void **unused)
{
    struct digest digest;
    Yidi__SessionOpen open = YIDI__SESSION_OPEN__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    (void)unused;
    begin();
    open.name = (char *)"li";
    open.generation = 1;
    open.token_digest = digest_of("x", &digest);
    open.csrf = (char *)CSRF;
    request.command_case = YIDI__REQUEST__COMMAND_SESSION_OPEN;
    request.session_open = &open;
    assert_string_equal(outcome(ask(&request, false)), "COMMAND_UNKNOWN");
}

/* ---- failing ---- */

static const char *
refuse_login(const char *name)
{
    Yidi__SessionRefuse refused = YIDI__SESSION_REFUSE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    refused.name = (char *)(uintptr_t)name;
    request.command_case = YIDI__REQUEST__COMMAND_SESSION_REFUSE;
    request.session_refuse = &refused;
    return outcome(ask(&request, true));
}

static void
refused_log_ins_lock_out_and_a_good_one_forgets_them(void **unused)
{
    AUTO(arena) struct arena arena;
    (void)unused;
    arena_init(&arena);
    begin();
    for (int i = 0; i <= LOCKOUT_OPERATOR_FREE; i++)
        assert_string_equal(refuse_login("li"), "");
    Yidi__OperatorRow *row = find_operator("li", &arena);
    assert_int_equal(row->failures, LOCKOUT_OPERATOR_FREE + 1);
    assert_true(row->next_try_ms == now_ms() + LOCKOUT_FIRST_MS);
    assert_int_equal(row->generation, 1); /* whoever fails ends nobody's session */
    assert_string_equal(open_session("li", 1, 5), "");
    row = find_operator("li", &arena);
    assert_int_equal(row->failures, 0);
    assert_true(row->next_try_ms == 0 && row->last_login_ms == now_ms());
}

static void
refused_log_in_of_nobody_is_journalled_without_a_name(void **unused)
{
    struct journal *journal = &network.offices[REGISTRY].office->journal;
    (void)unused;
    begin();
    uint64_t before = journal->committed.size;
    assert_string_equal(refuse_login(""), "");
    assert_true(journal->committed.size == before + 1);
    fake_network_audit(&network);
}

/* ---- who may ---- */

static const char *
list_as(const char *name, bool through_console)
{
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.operator_ = (char *)(uintptr_t)name;
    request.command_case = YIDI__REQUEST__COMMAND_LIST;
    request.list = &list;
    return outcome(ask(&request, through_console));
}

static const char *
list_operators_as(const char *name, bool through_console)
{
    Yidi__OperatorList list = YIDI__OPERATOR_LIST__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.operator_ = (char *)(uintptr_t)name;
    request.command_case = YIDI__REQUEST__COMMAND_OPERATOR_LIST;
    request.operator_list = &list;
    return outcome(ask(&request, through_console));
}

static void
everybody_works_until_somebody_is_added(void **unused)
{
    (void)unused;
    assert_string_equal(list_as("anybody", false), "");
    begin();
    for (int door = 0; door < 2; door++) {
        assert_string_equal(list_as("anybody", door == 1), "NOT_PERMITTED");
        assert_string_equal(list_as("li", door == 1), "");
    }
    assert_string_equal(list_operators_as("anybody", false), "");
    assert_string_equal(list_operators_as("anybody", true), "NOT_PERMITTED");
    assert_string_equal(list_operators_as("li", true), "NOT_PERMITTED");
    assert_string_equal(change(YIDI__OPERATOR_VERB__OPERATOR_DISABLE, "li", NULL), "");
    assert_string_equal(list_as("li", false), "NOT_PERMITTED");
    assert_string_equal(list_as("anybody", false), "NOT_PERMITTED"); /* there is no way back */
}

static void
roles_do_not_lift_four_eyes(void **unused)
{
    char number[CASE_NUMBER_CHARS + 1];
    char *both[] = { (char *)"examiner", (char *)"issuer" };
    Yidi__OperatorChange change = YIDI__OPERATOR_CHANGE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    (void)unused;
    fake_desk_populate(&network, 1, 2);
    desk_test_apply(1, "", number);
    change.verb = YIDI__OPERATOR_VERB__OPERATOR_ADD;
    change.name = (char *)"li";
    change.roles = both;
    change.n_roles = 2;
    request.command_case = YIDI__REQUEST__COMMAND_OPERATOR_CHANGE;
    request.operator_change = &change;
    assert_string_equal(outcome(ask(&request, false)), "");
    struct fake_decision decision = {
        .at = REGISTRY, .verb = YIDI__VERB__EXAMINE, .operator= "somebody" };
    assert_string_equal(fake_desk_decide(&network, &decision, number), "NOT_PERMITTED");
    decision.operator= "li";
    assert_string_equal(fake_desk_decide(&network, &decision, number), "examined");
    decision.verb = YIDI__VERB__ISSUE;
    assert_string_equal(fake_desk_decide(&network, &decision, number), "FOUR_EYES");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(session_ends_when_idle_and_at_its_end),
        TEST(session_that_has_ended_is_not_touched_into_life),
        TEST(session_of_another_token_or_clock_is_none),
        TEST(session_ends_with_every_change_of_the_operator),
        TEST(session_count_of_an_operator_is_bounded),
        TEST(session_is_opened_by_the_console_alone),
        TEST(refused_log_ins_lock_out_and_a_good_one_forgets_them),
        TEST(refused_log_in_of_nobody_is_journalled_without_a_name),
        TEST(everybody_works_until_somebody_is_added),
        TEST(roles_do_not_lift_four_eyes),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
