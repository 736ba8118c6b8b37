/* SPDX-License-Identifier: Apache-2.0
 *
 * errand_kill_test - daemons are killed at random moments while everything happens that is not the
 * straight way of a card (kill_test has that): questions before the fee, drafts, corrections,
 * withdrawals, refunds, redirections, refusals, lost cards, batches, spoiled and missing cards,
 * temporary ones, cards that nobody collects, offices that are no more, faults found later,
 * erasing, another policy, another directory, operators, leases. People ask again.
 *
 * At the end every case stands where it must at every office, each act was done once, and fees,
 * blanks and journals are right when they are recounted.
 *
 * The seed is printed; YIDI_SEED=n repeats its choices (the moments in between are the machine's).
 */
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "acceptance-node/core/application.h"
#include "common/io/file.h"
#include "common/io/store.h"
#include "common/io/wire.h"
#include "tests/lib/errand.h"
#include "tests/lib/fee_audit.h"
#include "tests/lib/figures.h"
#include "tests/lib/policy_maker.h"
#include "tests/lib/preload.h"
#include "tests/lib/stock_check.h"
#include "tests/lib/tool.h"

enum {
    COPIES = 3, /* of each way */
    COPIES_SOAK = 20,
    COPIES_MAX = 20,
    KILLS_PER_COPY = 40,
    ROUNDS_MAX = 20000,
    IDLE_US = 3000,
    TURN_US = 4000,     /* about; from a command to all that follows its commit */
    LAST_WORDS_MS = 20, /* for what a daemon had sent before it died */
    BATCH_CARDS = 3,
    BLANKS = 100, /* of a delivery */
    DAY_MS = 24 * 3600 * 1000,
    DAYS_LATER = 5,
};

static struct network network;
static struct tool tool;
static bool failed = true;
static uint64_t random_state;
static unsigned killed, kill_count;
static bool later; /* that day has come */
static size_t copies;

/* Whose registry is closed for good never has it run. */
static struct network_office *const gone = &network.offices[TIANHE];
static struct network_office *const window = &network.offices[SHENZHEN];
static struct network_office *const registry = &network.offices[QINGYANG];
static struct network_office *const centre = &network.offices[YUEXIU];
static struct network_office *const desks[ERRAND_DESKS] = {
    [ERRAND_WINDOW] = &network.offices[SHENZHEN],
    [ERRAND_REGISTRY] = &network.offices[QINGYANG],
    [ERRAND_OTHER_REGISTRY] = &network.offices[HAIZHU],
    [ERRAND_CENTRE] = &network.offices[YUEXIU],
};
static struct preload preloads[ERRAND_DESKS];
static _Atomic int64_t *offset_ms; /* of all clocks */

static struct errand errands[ERRAND_WAYS * COPIES_MAX];
static size_t errand_count;

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
pause_us(uint64_t microseconds)
{
    const struct timespec pause = { .tv_nsec = (long)microseconds * 1000 };
    nanosleep(&pause, NULL);
}

/* A third of the deaths is for what comes after that day. */
static bool
somebody_may_die(void)
{
    return killed < (later ? kill_count : kill_count * 2 / 3);
}

/* ---- asking ---- */

static bool
is_question(const Yidi__Request *request)
{
    return request->command_case == YIDI__REQUEST__COMMAND_SHOW ||
           request->command_case == YIDI__REQUEST__COMMAND_BATCH_QUERY;
}

/* Now and then an office dies while it is asked, or another one. */
static bool
ask(struct network_office *office, Yidi__Request *request, const struct bytes *frames,
    size_t frame_count, struct network_answer *ret_answer)
{
    *ret_answer = (struct network_answer){ 0 };
    if (office->pid == 0)
        return false;
    const bool doomed = somebody_may_die() && !is_question(request) && chance(5) == 0;
    if (!network_send(office, request, frames, frame_count))
        return false;
    if (!doomed) {
        if (!network_receive(office, NETWORK_PATIENCE_MS, ret_answer))
            fail_msg("%s does not answer", office->code);
        return true;
    }
    pause_us(chance(TURN_US));
    assert_int_equal(kill(office->pid, SIGKILL), 0);
    const bool answered = network_receive(office, LAST_WORDS_MS, ret_answer);
    network_kill(office);
    killed++;
    return answered;
}

/* Of those that stand still, or are starting. */
static void
maybe_kill_another(void)
{
    struct network_office *office = desks[chance(ERRAND_DESKS)];
    if (!somebody_may_die() || office->pid == 0 || chance(30) != 0)
        return;
    network_kill(office);
    killed++;
}

static void
restart_some(unsigned one_in)
{
    for (size_t i = 0; i < ERRAND_DESKS; i++) {
        if (desks[i]->pid != 0 || chance(one_in) != 0)
            continue;
        network_launch(desks[i]);
        if (somebody_may_die() && chance(8) == 0) {
            pause_us(chance(20000));
            network_kill(desks[i]);
            killed++;
            continue;
        }
        network_await(desks[i]);
    }
}

/* What must be done before anything else, asked until it is. */
static void
insist(struct network_office *office, const char *command, const char *operator, const char * json,
       const char *again)
{
    for (bool cut = false;; cut = true) {
        AUTO(arena) struct arena arena;
        AUTO(network_answer) struct network_answer answer = { 0 };
        arena_init(&arena);
        restart_some(1);
        if (!ask(office, errand_request(command, operator, json, &arena), NULL, 0, &answer))
            continue;
        const Yidi__Refusal *refusal = network_refusal(&answer);
        if (refusal != NULL && !(cut && strcmp(refusal->code, again) == 0))
            fail_msg("%s %s is refused%s: %s %s", command, json, cut ? " after a cut" : "",
                     refusal->code, refusal->rule);
        return;
    }
}

/* ---- the card centre ---- */

/* Its batch desk: one batch at a time. */
static struct {
    char last[17], batch[17]; /* the one before, and the one that is under way */
    bool cut;
} machine;

static struct errand *
find_waiting(const char *number)
{
    for (size_t i = 0; i < errand_count; i++) {
        const struct errand_step *step = errand_next(&errands[i]);
        if (step != NULL && strcmp(step->command, ERRAND_BATCH) == 0 &&
            (number == NULL || strcmp(errands[i].number, number) == 0))
            return &errands[i];
    }
    return NULL;
}

static bool
ask_centre(const char *command, const char *json, const char *file,
           struct network_answer *ret_answer)
{
    AUTO(arena) struct arena arena;
    const struct bytes frame = file == NULL ? bytes_of(NULL, 0) : bytes_of_text(file);
    arena_init(&arena);
    return ask(centre, errand_request(command, "ma", json, &arena), &frame, file != NULL,
               ret_answer);
}

static void
take_batch(const struct network_answer *answer)
{
    const Yidi__BatchReport *report = answer->response->batch;
    if (report->n_batches > 0 && strcmp(report->batches[0]->batch, machine.last) != 0)
        snprintf(machine.batch, sizeof machine.batch, "%s", report->batches[0]->batch);
}

/* Who waits was put into a batch before anybody knew of it. */
static void
take_up_former_batch(void)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    const struct errand *errand = find_waiting(NULL);
    char json[64];
    if (errand == NULL)
        return;
    snprintf(json, sizeof json, "'case_number':'%s'", errand->number);
    if (ask_centre("show", json, NULL, &answer) && network_refusal(&answer) == NULL)
        snprintf(machine.batch, sizeof machine.batch, "%s",
                 answer.response->shown->case_row->batch);
}

/* Whoever got no answer looks whether there is a new batch. */
static void
begin_batch(void)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    char json[64];
    snprintf(json, sizeof json, "'machine':'M1','limit':%d", BATCH_CARDS);
    if (!ask_centre(machine.cut ? "batch_query" : "batch_make", machine.cut ? "" : json, NULL,
                    &answer)) {
        machine.cut = true;
        return;
    }
    machine.cut = false;
    if (network_refusal(&answer) == NULL) {
        take_batch(&answer);
        return;
    }
    assert_string_equal(network_refusal(&answer)->code, "BATCH_EMPTY");
    take_up_former_batch();
}

/* It waits, as far as the centre knows; or it did when its line was handed in, and nobody answered.
 */
static bool
may_be_made(const struct errand *errand, const Yidi__BatchMember *member)
{
    return strcmp(member->state, "ordered") == 0 || errand->serial_at == errand->at + 1;
}

/* The machine's file, of the cards that still wait; false when there is none. */
static bool
write_results(const Yidi__BatchReport *report, char *file, size_t room)
{
    size_t lines = 0, used = (size_t)snprintf(file, room, "case,serial,result,text\r\n");
    for (size_t i = 0; i < report->n_cards; i++) {
        struct errand *errand = find_waiting(report->cards[i]->case_number);
        if (errand == NULL || report->cards[i]->left || !may_be_made(errand, report->cards[i]))
            continue;
        const char *serial = errand_serial(errand);
        if (errand->way->spoils)
            used += (size_t)snprintf(file + used, room - used, "%s,X%s,defective,torn\r\n",
                                     errand->number, serial);
        used += (size_t)snprintf(file + used, room - used, "%s,%s,ok,\r\n", errand->number, serial);
        lines++;
    }
    return lines > 0;
}

static void
end_batch(void)
{
    snprintf(machine.last, sizeof machine.last, "%s", machine.batch);
    machine.batch[0] = '\0';
}

static void
take_results(const struct network_answer *answer)
{
    assert_int_equal(answer->response->body_case, YIDI__RESPONSE__BODY_BATCH_IMPORTED);
    const Yidi__BatchImported *imported = answer->response->batch_imported;
    for (size_t i = 0; i < imported->n_results; i++)
        if (imported->results[i]->refusal != NULL)
            fail_msg("a result is refused: %s %s", imported->results[i]->refusal->code,
                     imported->results[i]->refusal->rule);
    for (size_t i = 0; i < imported->n_results; i++) {
        struct errand *errand = find_waiting(imported->results[i]->case_number);
        if (errand == NULL)
            continue; /* its spoiled body came before */
        if (errand->way->spoils)
            errand->hops[ERRAND_CENTRE][YIDI__STEP__SPOILED]++;
        errand_done(errand);
    }
    end_batch();
}

/* Exported, made, and entered; from the beginning whenever the centre dies. */
static void
go_on_with_batch(void)
{
    AUTO(network_answer) struct network_answer exported = { 0 }, members = { 0 }, entered = { 0 };
    char query[40], file[4096];
    snprintf(query, sizeof query, "'batch':'%s'", machine.batch);
    if (!ask_centre("batch_export", query, NULL, &exported) ||
        !ask_centre("batch_query", query, NULL, &members))
        return;
    assert_null(network_refusal(&exported));
    if (!write_results(members.response->batch, file, sizeof file))
        end_batch();
    else if (ask_centre("batch_import", query, file, &entered))
        take_results(&entered);
}

static void
work_at_machine(void)
{
    if (machine.batch[0] != '\0')
        go_on_with_batch();
    else if (machine.cut || find_waiting(NULL) != NULL)
        begin_batch();
}

/* ---- what happens once ---- */

static void
install_clocks(void)
{
    char path[NETWORK_PATH_BYTES];
    assert_true(snprintf(path, sizeof path, "%s.clock", window->folder) < (int)sizeof path);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, sizeof *offset_ms), 0);
    void *mapped = mmap(NULL, sizeof *offset_ms, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    assert_true(mapped != MAP_FAILED);
    close(file);
    offset_ms = mapped;
    for (size_t i = 0; i < ERRAND_DESKS; i++) {
        preload_install(&preloads[i], "clock_step", desks[i]);
        preload_set(&preloads[i], "YIDI_CLOCK_FILE", "%s", path);
    }
}

static void
write_policy(const struct network_office *office, uint64_t version)
{
    static const struct made_rule rule = { .key = "deadline.collection", .value = 1 };
    AUTO(arena) struct arena arena;
    char path[NETWORK_PATH_BYTES];
    arena_init(&arena);
    const struct bytes policy = policy_maker_sign(version, &rule, 1, network.directory_key,
                                                  network.directory_certificate, &arena);
    assert_int_equal(
        file_write(network_path(office, "policy", path), policy, 0644, FILE_REPLACE, NULL), OK);
}

static void
hire(void)
{
    char json[200];
    for (size_t i = 0; i < ERRAND_PEOPLE; i++) {
        snprintf(json, sizeof json, "'verb':'OPERATOR_ADD','name':'%s','roles':['%s']",
                 errand_people[i].name, errand_people[i].role);
        insist(desks[errand_people[i].desk], "operator_change", "root", json, "OPERATOR_TAKEN");
    }
}

/* By their serials, a delivery that is entered twice is refused. X are those that are spoiled. */
static void
take_blanks_in(void)
{
    static const char *const prefixes[] = { "GD", "XGD" };
    char json[300];
    for (size_t prefix = 0; prefix < 2; prefix++)
        for (unsigned i = 0; i < copies; i++) {
            snprintf(json, sizeof json,
                     "'verb':'STOCK_RECEIVE','count':%d,'first_serial':'%s%06u',"
                     "'last_serial':'%s%06u','text':'delivery'",
                     BLANKS, prefixes[prefix], i * BLANKS + 1, prefixes[prefix], (i + 1) * BLANKS);
            insist(centre, "stock_change", "keeper", json, "STOCK_INVALID");
        }
}

/* Does everybody who waits for that day wait, and nobody hold a case who will not then? */
static bool
the_day_may_come(void)
{
    for (size_t i = 0; i < errand_count; i++) {
        const struct errand_step *step = errand_next(&errands[i]);
        const enum errand_day day = errands[i].way->day;
        if ((day == ERRAND_WAITS_FOR_IT && step->later == NULL) ||
            (day == ERRAND_ENDS_BEFORE && step != NULL))
            return false;
    }
    return true;
}

/* Days later a registry is closed for good, and the window has another policy. */
static void
let_time_pass(void)
{
    gone->revoked = true;
    network_write_directories(&network);
    write_policy(window, 2);
    atomic_store(offset_ms, (int64_t)DAYS_LATER * DAY_MS);
    for (size_t i = 0; i < ERRAND_DESKS; i++)
        if (desks[i]->pid != 0)
            network_hang_up(desks[i]);
    if (window->pid != 0 && somebody_may_die()) {
        pause_us(chance(TURN_US));
        network_kill(window);
        killed++;
    }
}

/* ---- the end ---- */

static bool
all_have_ended(void *unused)
{
    (void)unused;
    for (size_t i = 0; i < errand_count; i++)
        if (!errand_has_ended(&errands[i]))
            return false;
    return true;
}

/* What waits for the registry that never ran waits on. */
static bool
all_is_told(void *unused)
{
    (void)unused;
    for (size_t i = 0; i < ERRAND_DESKS; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        network_peers(desks[i], "", &answer);
        for (size_t j = 0; j < answer.response->peers->n_peers; j++)
            if (answer.response->peers->peers[j]->waiting > 0 &&
                strcmp(answer.response->peers->peers[j]->office, gone->code) != 0)
                return false;
    }
    return true;
}

/* Whoever has not talked to the window since then follows the former one. */
static void
check_policy(void)
{
    for (size_t i = 0; i < ERRAND_DESKS; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        network_status(desks[i], &answer);
        const uint64_t version = answer.response->status->policy_version;
        assert_true(version == 2 || (version == 1 && desks[i] != window));
    }
}

static void
check_operators(void)
{
    for (size_t i = 0; i < ERRAND_DESKS; i++) {
        AUTO(arena) struct arena arena;
        AUTO(network_answer) struct network_answer answer = { 0 };
        size_t count = 0;
        arena_init(&arena);
        for (size_t j = 0; j < ERRAND_PEOPLE; j++)
            count += errand_people[j].desk == i;
        network_ask(desks[i], errand_request("operator_list", "root", "", &arena), NULL, 0,
                    &answer);
        assert_int_equal(answer.response->operators->n_operators, count);
    }
}

static uint64_t
count_cases(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    uint64_t sum = 0;
    network_status(office, &answer);
    for (size_t i = 0; i < answer.response->status->n_states; i++)
        sum += answer.response->status->states[i]->count;
    return sum;
}

static void
check_cases(void)
{
    for (size_t i = 0; i < ERRAND_DESKS; i++) {
        uint64_t expected = 0;
        for (size_t j = 0; j < errand_count; j++)
            expected += errands[j].way->ends[i] != NULL;
        assert_int_equal(count_cases(desks[i]), expected);
    }
    for (size_t i = 0; i < errand_count; i++)
        errand_check(&errands[i]);
}

static uint64_t
count_bodies(void)
{
    uint64_t bodies = 0;
    for (size_t i = 0; i < errand_count; i++)
        for (const struct errand_step *step = errands[i].way->steps; step->command != NULL; step++)
            if (step->hop == YIDI__STEP__MADE)
                bodies += 1 + (errands[i].way->spoils && strcmp(step->command, ERRAND_BATCH) == 0);
    return bodies;
}

static void
check_fees(struct store_txn *txn)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    char words[FEE_AUDIT_WORDS];
    if (!fee_audit(txn, words))
        fail_msg("%s", words);
    assert_int_equal(store_cursor_open(txn, TABLE_CASES, (struct bytes){ 0 }, &cursor), OK);
    while (store_cursor_next(cursor, &key, &value) == OK) {
        AUTO(arena) struct arena arena;
        ProtobufCMessage *row;
        arena_init(&arena);
        assert_int_equal(wire_decode(&yidi__case__descriptor, value, &arena, &row, NULL), OK);
        if (!fee_audit_case(txn, (const Yidi__Case *)row, words))
            fail_msg("%.*s: %s", (int)key.size, (const char *)key.data, words);
    }
}

static void
check_store(size_t desk)
{
    char path[NETWORK_PATH_BYTES], words[STOCK_CHECK_WORDS];
    uint64_t rows;
    AUTO(store) struct store *store = NULL;
    AUTO(store_txn) struct store_txn *txn = NULL;
    assert_int_equal(store_open_readonly(network_path(desks[desk], "data", path), &store), OK);
    assert_int_equal(store_begin_read(store, &txn), OK);
    assert_int_equal(store_count(txn, TABLE_OPEN_CITIZENS, &rows), OK);
    assert_int_equal(rows, 0);
    assert_int_equal(store_count(txn, TABLE_DRAFTS, &rows), OK);
    assert_int_equal(rows, 0);
    if (desks[desk] == window)
        check_fees(txn);
    if (desks[desk] == centre && !stock_check(txn, words))
        fail_msg("%s", words);
}

static void
check_stock(void)
{
    AUTO(arena) struct arena arena;
    AUTO(network_answer) struct network_answer answer = { 0 };
    arena_init(&arena);
    network_ask(centre, errand_request("stock_query", "keeper", "", &arena), NULL, 0, &answer);
    const Yidi__StockRow *row = answer.response->stock->row;
    assert_int_equal(row->received, 2 * copies * BLANKS);
    assert_int_equal(row->used + row->spoiled, count_bodies());
    assert_int_equal(row->left, row->received - row->used - row->spoiled);
}

/* ---- all of it ---- */

static void
work_a_round(void)
{
    for (size_t i = 0; i < errand_count; i++)
        errand_go_on(&errands[i]);
    work_at_machine();
    maybe_kill_another();
    restart_some(2);
    pause_us(IDLE_US);
}

static bool
all_run(void)
{
    for (size_t i = 0; i < ERRAND_DESKS; i++)
        if (desks[i]->pid == 0)
            return false;
    return true;
}

static bool
all_steps_are_taken(void)
{
    for (size_t i = 0; i < errand_count; i++)
        if (errand_next(&errands[i]) != NULL)
            return false;
    return true;
}

static void
tell_who_is_stuck(void)
{
    for (size_t i = 0; i < errand_count; i++)
        if (errand_next(&errands[i]) != NULL)
            print_error("%s, %s: at step %zu\n", errands[i].way->name, errands[i].number,
                        errands[i].at);
}

static void
of_all_that_may_happen_nothing_is_lost_or_done_twice(void **unused)
{
    (void)unused;
    hire();
    take_blanks_in();
    for (unsigned round = 0; !all_steps_are_taken(); round++) {
        if (round == ROUNDS_MAX) {
            tell_who_is_stuck();
            fail_msg("not done after %d rounds and %u kills", ROUNDS_MAX, killed);
        }
        if (!later && the_day_may_come()) {
            later = true;
            let_time_pass();
        }
        work_a_round();
    }
    while (!all_run())
        restart_some(1);
    network_wait_until(&network, "every case has ended", all_have_ended, NULL);
    network_wait_until(&network, "everything is told", all_is_told, NULL);
    check_policy();
    check_cases();
    check_operators();
    check_stock();
    network_stop_all(&network);
    for (size_t i = 0; i < ERRAND_DESKS; i++) {
        (void)network_audit(desks[i]);
        check_store(i);
        if (tool_verify(&tool, desks[i], "data") != 0)
            fail_msg("%s", tool.text);
    }
    print_message("%u kills, %zu cases\n", killed, errand_count);
    figures_add("kills_off_the_straight_way", killed);
    failed = false;
}

static int
set_up(void **unused)
{
    static const struct network_options options = { .option_lines = "policy = policy\n"
                                                                    "question-timeout = 300\n" };
    const char *given = getenv("YIDI_SEED");
    (void)unused;
    random_state = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    print_message("YIDI_SEED=%" PRIu64 "\n", random_state);
    random_state = random_state * UINT64_C(0x9e3779b97f4a7c15) + 1;
    copies = figures_choose(COPIES, COPIES_SOAK);
    kill_count = (unsigned)copies * KILLS_PER_COPY;
    network_open(&network, &options);
    install_clocks();
    for (size_t i = 0; i < ERRAND_DESKS; i++) {
        write_policy(desks[i], 1);
        network_start(desks[i]);
    }
    network_populate(registry, 1, ERRAND_WAYS * copies, NULL);
    for (size_t copy = 0; copy < copies; copy++)
        for (size_t i = 0; i < ERRAND_WAYS; i++)
            if (copy == 0 || !errand_ways[i].once)
                errands[errand_count++] = (struct errand){ .way = &errand_ways[i],
                                                           .offices = desks,
                                                           .ask = ask,
                                                           .seed = 1 + copy * ERRAND_WAYS + i };
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    if (offset_ms != NULL)
        munmap((void *)offset_ms, sizeof *offset_ms);
    network_close(&network, failed);
    return 0;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(of_all_that_may_happen_nothing_is_lost_or_done_twice,
                                        set_up, tear_down),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
