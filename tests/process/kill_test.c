/* SPDX-License-Identifier: Apache-2.0
 *
 * kill_test - daemons are killed at random moments, fifty times (a thousand in a long run), while
 * applications flow both ways between two provinces. Operators do what people do: they ask again.
 * Nothing is lost or doubled.
 *
 * Half of the kills follow a command by some microseconds, so that they fall into its turn; in
 * which phase each fell is counted afterwards (tests/lib/death).
 *
 * The seed is printed; YIDI_SEED=n repeats its choices (the moments in between are the machine's).
 */
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "common/io/file.h"
#include "common/io/store.h"
#include "common/io/wire.h"
#include "proto/population.pb-c.h"
#include "tests/lib/death.h"
#include "tests/lib/figures.h"
#include "tests/lib/journey.h"

enum {
    KILLS = 50,
    KILLS_SOAK = 1000,
    CASES = 100, /* per flow */
    CASES_MAX = 500,
    LOG_BYTES_MAX = 64 * 1024 * 1024,
    BATCH = 7,
    FLOW_COUNT = 3,
    ROUNDS_MAX = 100000,
    DECISION_COUNT = 7,
    CITIZENS_MAX = FLOW_COUNT * CASES_MAX, /* per registry */
    TURN_US = 4000,     /* about; from a command to all that follows its commit */
    LAST_WORDS_MS = 20, /* for what a daemon had sent before it died */
};

/* Applications of one county's citizens at one window, by one request key each. */
struct flow {
    struct journey journey;
    uint64_t first_seed;
    size_t applied;
    char numbers[CASES_MAX][CASE_NUMBER_CHARS + 1]; /* as first answered */
};

static struct network network;
static struct made_application application;
static uint64_t random_state;
static unsigned killed, kill_count;
static uint64_t phase_kills[DEATH_PHASES];
static size_t cases_per_flow;
static uint64_t tree_sizes[NETWORK_OFFICE_COUNT];
static bool failed = true;

static struct flow flows[FLOW_COUNT] = {
    { .journey = { &network.offices[SHENZHEN], &network.offices[QINGYANG],
                   &network.offices[YUEXIU] },
      .first_seed = 1 },
    { .journey = { &network.offices[FUTIAN], &network.offices[QINGYANG], &network.offices[YUEXIU] },
      .first_seed = 1 + CASES_MAX },
    { .journey = { &network.offices[JINJIANG], &network.offices[TIANHE], &network.offices[WUHOU] },
      .first_seed = 1 },
};

static const enum network_place places[] = { SHENZHEN, FUTIAN, JINJIANG, QINGYANG,
                                             TIANHE,   YUEXIU, WUHOU };
enum { PLACE_COUNT = sizeof places / sizeof *places };

/* ---- chance ---- */

static uint64_t
chance(uint64_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % below;
}

static void
pause_a_moment(uint64_t microseconds_max)
{
    const struct timespec pause = { .tv_nsec = (long)chance(microseconds_max) * 1000 };
    nanosleep(&pause, NULL);
}

static void
count_kill(enum death_phase phase)
{
    phase_kills[phase]++;
    killed++;
}

/* The office that was killed, still to be counted; or NULL. */
static struct network_office *
maybe_kill(unsigned one_in)
{
    struct network_office *victim = &network.offices[places[chance(PLACE_COUNT)]];
    if (killed >= kill_count || victim->pid == 0 || chance(one_in) != 0)
        return NULL;
    pause_a_moment(TURN_US);
    network_kill(victim);
    return victim;
}

static void
count_victim(struct network_office *victim)
{
    if (victim != NULL)
        count_kill(death_find_phase(victim, NULL));
}

/* Kill an office that was just asked something; true with its answer when that had left. */
static bool
kill_in_turn(struct network_office *victim, const Yidi__Request *request, uint64_t entries_before,
             struct network_answer *ret_answer)
{
    struct death_command command = { .operator= request->operator_,
                                     .entries_before = entries_before };
    pause_a_moment(TURN_US);
    assert_int_equal(kill(victim->pid, SIGKILL), 0);
    command.answered = network_receive(victim, LAST_WORDS_MS, ret_answer);
    network_kill(victim);
    count_kill(death_find_phase(victim, &command));
    return command.answered;
}

/* What is durable stays: a journal never shrinks. */
static void
watch_tree(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    uint64_t *last = &tree_sizes[office - network.offices];
    network_status(office, &answer);
    assert_true(answer.response->status->tree_size >= *last);
    assert_string_equal(answer.response->status->halted, "");
    *last = answer.response->status->tree_size;
}

/* Some offices come back; some of them are killed again before they are up. */
static void
maybe_restart(unsigned one_in)
{
    for (int i = 0; i < PLACE_COUNT; i++) {
        struct network_office *office = &network.offices[places[i]];
        if (office->pid != 0 || chance(one_in) != 0)
            continue;
        network_launch(office);
        if (killed < kill_count && chance(5) == 0) {
            pause_a_moment(20000);
            network_kill(office);
            count_kill(DEATH_STARTING);
            continue;
        }
        network_await(office);
        watch_tree(office);
    }
}

/* ---- operators ---- */

static bool
is_act(const Yidi__Request *request)
{
    return request->command_case == YIDI__REQUEST__COMMAND_APPLY ||
           request->command_case == YIDI__REQUEST__COMMAND_DECIDE;
}

/* Ask, and perhaps somebody dies meanwhile; false when no answer came. */
static bool
ask(struct network_office *office, Yidi__Request *request, const struct bytes *frames,
    size_t frame_count, struct network_answer *ret_answer)
{
    *ret_answer = (struct network_answer){ 0 };
    if (office->pid == 0)
        return false;
    bool doomed = killed < kill_count && is_act(request) && chance(4) == 0;
    uint64_t entries_before = doomed ? death_entries(office) : 0;
    if (!network_send(office, request, frames, frame_count))
        return false;
    if (doomed)
        return kill_in_turn(office, request, entries_before, ret_answer);
    struct network_office *victim = maybe_kill(24);
    bool answered = office->pid != 0;
    if (answered && !network_receive(office, NETWORK_PATIENCE_MS, ret_answer))
        fail_msg("%s does not answer", office->code);
    count_victim(victim); /* asks others, so not before the answer is here */
    assert_true(!answered || ret_answer->response->id == request->id);
    return answered;
}

static void
make_form(const struct flow *flow, size_t index, char ret_key[32])
{
    struct made_citizen citizen;
    citizen_make(flow->first_seed + index, flow->journey.registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    application_set_kind(&application, index % 2 == 0 ? YIDI__APPLICATION_KIND__RENEWAL
                                                      : YIDI__APPLICATION_KIND__REPLACEMENT);
    snprintf(ret_key, 32, "key-%zu", index);
}

static bool
ask_apply(const struct flow *flow, size_t index, struct network_answer *ret_answer)
{
    char key[32];
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    make_form(flow, index, key);
    apply.form = &application.form;
    apply.request_key = key;
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &apply;
    return ask(flow->journey.window, &request, frames, application_frames(&application, frames),
               ret_answer);
}

/* A clerk goes on with the same request key until there is an answer; what was answered once must
 * be answered again, whatever happened in between. */
static void
apply_next(struct flow *flow)
{
    size_t due = killed * cases_per_flow / kill_count + BATCH; /* it lasts as long as the killing */
    while (flow->applied < cases_per_flow && flow->applied < due) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        if (!ask_apply(flow, flow->applied, &answer))
            return;
        if (network_refusal(&answer) != NULL)
            fail_msg("refused: %s %s", network_refusal(&answer)->code,
                     network_refusal(&answer)->rule);
        snprintf(flow->numbers[flow->applied++], CASE_NUMBER_CHARS + 1, "%s",
                 answer.response->applied->case_number);
    }
}

struct duty {
    Yidi__Role role;
    const char *state;
    Yidi__Verb verb;
    const char *operator;
};

static const struct duty duties[DECISION_COUNT] = {
    { YIDI__ROLE__REGISTRY, "received", YIDI__VERB__EXAMINE, "examiner1" },
    { YIDI__ROLE__REGISTRY, "examined", YIDI__VERB__ISSUE, "issuer1" },
    { YIDI__ROLE__PRODUCTION, "ordered", YIDI__VERB__MAKE, "maker1" },
    { YIDI__ROLE__PRODUCTION, "made", YIDI__VERB__CHECK_CARD, "checker1" },
    { YIDI__ROLE__PRODUCTION, "verified", YIDI__VERB__DISPATCH, "packer1" },
    { YIDI__ROLE__ACCEPTANCE, "in-transit", YIDI__VERB__RECEIVE, "clerk1" },
    { YIDI__ROLE__ACCEPTANCE, "ready", YIDI__VERB__COLLECT, "clerk1" },
};

static bool
ask_list(struct network_office *office, const char *state, struct network_answer *ret_answer)
{
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    list.state = (char *)state;
    list.limit = LIST_ROWS_MAX;
    request.command_case = YIDI__REQUEST__COMMAND_LIST;
    request.list = &list;
    return ask(office, &request, NULL, 0, ret_answer);
}

static void
decide_listed(struct network_office *office, const struct duty *duty, const Yidi__Listed *listed)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    char *numbers[CITIZENS_MAX];
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    for (size_t i = 0; i < listed->n_cases; i++)
        numbers[i] = listed->cases[i]->case_number;
    decide.verb = duty->verb;
    decide.case_numbers = numbers;
    decide.n_case_numbers = listed->n_cases;
    decide.old_card_surrendered = true;
    decide.identified_by = YIDI__IDENTIFIED_BY__DOCUMENT;
    request.operator_ = (char *)duty->operator;
    request.command_case = YIDI__REQUEST__COMMAND_DECIDE;
    request.decide = &decide;
    if (!ask(office, &request, NULL, 0, &answer))
        return;
    assert_int_equal(answer.response->body_case, YIDI__RESPONSE__BODY_DECIDED);
    for (size_t i = 0; i < listed->n_cases; i++)
        if (answer.response->decided->results[i]->refusal != NULL)
            fail_msg("%s refuses to %s: %s", office->code, duty->state,
                     answer.response->decided->results[i]->refusal->code);
}

static void
do_duty(struct network_office *office, const struct duty *duty)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    if (office->role == duty->role && ask_list(office, duty->state, &answer) &&
        answer.response->listed->n_cases > 0)
        decide_listed(office, duty, answer.response->listed);
}

static void
work_a_round(void)
{
    apply_next(&flows[chance(FLOW_COUNT)]);
    for (int i = 0; i < PLACE_COUNT; i++)
        for (int duty = 0; duty < DECISION_COUNT; duty++)
            do_duty(&network.offices[places[i]], &duties[duty]);
}

/* ---- the end ---- */

static bool
all_is_done(void)
{
    for (int i = 0; i < PLACE_COUNT; i++)
        if (network.offices[places[i]].pid == 0)
            return false;
    for (int i = 0; i < FLOW_COUNT; i++)
        if (flows[i].applied < cases_per_flow ||
            network_count_in_state(flows[i].journey.window, "collected") < cases_per_flow)
            return false;
    return network_count_in_state(&network.offices[QINGYANG], "closed") == 2 * cases_per_flow &&
           network_count_in_state(&network.offices[YUEXIU], "closed") == 2 * cases_per_flow &&
           network_count_in_state(&network.offices[TIANHE], "closed") == cases_per_flow &&
           network_count_in_state(&network.offices[WUHOU], "closed") == cases_per_flow;
}

static uint64_t
count_all(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    uint64_t sum = 0;
    network_status(office, &answer);
    for (size_t i = 0; i < answer.response->status->n_states; i++)
        sum += answer.response->status->states[i]->count;
    return sum;
}

static void
assert_same_card(const struct flow *flow, const char *number, char ret_serial[41])
{
    struct network_office *const offices[] = { flow->journey.centre, flow->journey.registry,
                                               flow->journey.window };
    static const char *const states[] = { "closed", "closed", "collected" };
    for (int i = 0; i < 3; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        network_show(offices[i], number, &answer);
        const Yidi__Case *row = answer.response->shown->case_row;
        assert_string_equal(answer.response->shown->state, states[i]);
        assert_null(row->attention);
        if (i == 0) {
            assert_int_equal(row->attempt, 1);
            snprintf(ret_serial, 41, "%s", row->card_serial);
        }
        assert_string_equal(row->card_serial, ret_serial);
    }
}

/* Every key still answers with its first case; every case is closed at three offices with one card;
 * no office has a case more. */
static void
assert_nothing_lost_or_doubled(void)
{
    static char serials[FLOW_COUNT * CASES_MAX][41];
    size_t count = 0;
    for (int i = 0; i < FLOW_COUNT; i++) {
        const struct flow *flow = &flows[i];
        assert_int_equal(count_all(flow->journey.window), cases_per_flow);
        for (size_t j = 0; j < cases_per_flow; j++) {
            AUTO(network_answer) struct network_answer answer = { 0 };
            assert_true(ask_apply(flow, j, &answer));
            assert_int_equal(answer.response->body_case, YIDI__RESPONSE__BODY_APPLIED);
            assert_true(answer.response->applied->repeated_request);
            assert_string_equal(answer.response->applied->case_number, flow->numbers[j]);
            assert_same_card(flow, flow->numbers[j], serials[count]);
            for (size_t k = 0; k < count; k++)
                assert_string_not_equal(serials[k], serials[count]);
            count++;
        }
    }
    assert_int_equal(count_all(&network.offices[QINGYANG]), 2 * cases_per_flow);
    assert_int_equal(count_all(&network.offices[YUEXIU]), 2 * cases_per_flow);
    assert_int_equal(count_all(&network.offices[TIANHE]), cases_per_flow);
    assert_int_equal(count_all(&network.offices[WUHOU]), cases_per_flow);
}

static bool
stream_is_drained(struct network_office *from, struct network_office *to)
{
    AUTO(network_answer) struct network_answer sender = { 0 }, recipient = { 0 };
    network_peers(from, to->code, &sender);
    network_peers(to, from->code, &recipient);
    if (sender.response->peers->n_peers == 0)
        return recipient.response->peers->n_peers == 0 ||
               recipient.response->peers->peers[0]->applied == 0;
    const Yidi__PeerStatus *out = sender.response->peers->peers[0];
    if (out->assigned == 0)
        return true;
    assert_int_equal(recipient.response->peers->n_peers, 1);
    assert_true(recipient.response->peers->peers[0]->applied <= out->assigned);
    return out->waiting == 0 && recipient.response->peers->peers[0]->applied == out->assigned;
}

static bool
all_streams_are_drained(void *unused)
{
    (void)unused;
    for (int i = 0; i < PLACE_COUNT; i++)
        for (int j = 0; j < PLACE_COUNT; j++)
            if (i != j &&
                !stream_is_drained(&network.offices[places[i]], &network.offices[places[j]]))
                return false;
    return true;
}

/* One serial for each order at the card centre, and each citizen's record names the card of the
 * case. */
static uint64_t
count_rows(struct network_office *office, enum store_table table)
{
    char path[NETWORK_PATH_BYTES];
    uint64_t rows;
    AUTO(store) struct store *store = NULL;
    AUTO(store_txn) struct store_txn *txn = NULL;
    assert_int_equal(store_open_readonly(network_path(office, "data", path), &store), OK);
    assert_int_equal(store_begin_read(store, &txn), OK);
    assert_int_equal(store_count(txn, table, &rows), OK);
    return rows;
}

static void
assert_stores_are_whole(void)
{
    for (int i = 0; i < PLACE_COUNT; i++) {
        struct network_office *office = &network.offices[places[i]];
        assert_int_equal(network_audit(office), tree_sizes[places[i]]);
        assert_int_equal(count_rows(office, TABLE_OPEN_CITIZENS), 0);
    }
    assert_int_equal(count_rows(&network.offices[YUEXIU], TABLE_SERIALS), 2 * cases_per_flow);
    assert_int_equal(count_rows(&network.offices[WUHOU], TABLE_SERIALS), cases_per_flow);
}

static bool
notifications_are_handed_over(void *unused)
{
    (void)unused;
    for (int i = 0; i < PLACE_COUNT; i++) {
        struct network_office *office = &network.offices[places[i]];
        if (office->role == YIDI__ROLE__ACCEPTANCE && count_rows(office, TABLE_NOTIFICATIONS) > 0)
            return false;
    }
    return true;
}

/* No log names anybody, whatever went wrong on the way. */
static void
assert_log_names_nobody(const struct network_office *office)
{
    char path[NETWORK_PATH_BYTES];
    AUTO(heap) uint8_t *log = NULL;
    size_t size;
    network_path(office, "log", path);
    assert_int_equal(file_read(path, LOG_BYTES_MAX, &log, &size, NULL), OK);
    assert_true(size > 0);
    for (int i = 0; i < FLOW_COUNT; i++)
        for (size_t j = 0; j < cases_per_flow; j++) {
            struct made_citizen citizen;
            citizen_make(flows[i].first_seed + j, flows[i].journey.registry->area, &citizen);
            assert_null(strstr((const char *)log, citizen.number));
            assert_null(strstr((const char *)log, citizen.name));
            assert_null(strstr((const char *)log, citizen.address));
        }
}

/* In a long run no phase is missed. */
static void
report_kills(void)
{
    char name[64];
    figures_add("kills_survived", killed);
    for (int i = 0; i < DEATH_PHASES; i++) {
        const char *phase = death_phase_name((enum death_phase)i);
        print_message("%4d kills %s\n", (int)phase_kills[i], phase);
        snprintf(name, sizeof name, "kills_by_phase_%s", phase);
        figures_add(name, phase_kills[i]);
        assert_true(phase_kills[i] > 0 || !figures_soak());
    }
}

static void
kills_at_any_moment_lose_and_double_nothing(void **unused)
{
    (void)unused;
    for (unsigned round = 0; killed < kill_count || !all_is_done(); round++) {
        if (round == ROUNDS_MAX)
            fail_msg("not done after %d rounds and %u kills", ROUNDS_MAX, killed);
        work_a_round();
        count_victim(maybe_kill(3));
        maybe_restart(killed < kill_count ? 3 : 1);
    }
    assert_nothing_lost_or_doubled();
    network_wait_until(&network, "all streams are drained", all_streams_are_drained, NULL);
    network_wait_until(&network, "every applicant is notified", notifications_are_handed_over,
                       NULL);
    for (int i = 0; i < PLACE_COUNT; i++)
        watch_tree(&network.offices[places[i]]);
    network_stop_all(&network);
    assert_stores_are_whole();
    for (int i = 0; i < PLACE_COUNT; i++)
        assert_log_names_nobody(&network.offices[places[i]]);
    report_kills();
    failed = false;
}

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    const char *given = getenv("YIDI_SEED");
    random_state = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    print_message("YIDI_SEED=%" PRIu64 "\n", random_state);
    random_state = random_state * UINT64_C(0x9e3779b97f4a7c15) + 1;
    kill_count = (unsigned)figures_choose(KILLS, KILLS_SOAK);
    cases_per_flow = figures_choose(CASES, CASES_MAX);
    network_open(&network, NULL);
    for (int i = 0; i < PLACE_COUNT; i++)
        network_start(&network.offices[places[i]]);
    network_populate(&network.offices[QINGYANG], 1, 2 * CASES_MAX, NULL);
    network_populate(&network.offices[TIANHE], 1, CASES_MAX, NULL);
    citizen_make(1, "510105", &citizen);
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

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(kills_at_any_moment_lose_and_double_nothing, set_up,
                                        tear_down),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
