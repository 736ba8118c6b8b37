/* SPDX-License-Identifier: Apache-2.0
 *
 * recovery_test - an office loses its disk, or is set back to an older copy, with cases at every
 * stage of their way, and gets its past back from its peers while work goes on elsewhere. Then all
 * goes on to the end, nothing is lost that anybody else had seen, and nothing is there twice.
 *
 * recovery_trouble_test has what goes wrong meanwhile.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/lib/disaster.h"
#include "tests/lib/figures.h"
#include "tests/lib/journey.h"
#include "tests/lib/tool.h"

enum {
    GROUPS = JOURNEY_CLOSED + 1, /* one for each stage */
    PER_GROUP_MAX = 100,
    CASES_MAX = GROUPS * PER_GROUP_MAX,
    CITIZENS = CASES_MAX + 20,
    SERIAL_BYTES = 41,
    CLOCKS_APART_MS = 100,
};

static struct network network;
static struct made_application application;
static char numbers[CASES_MAX][CASE_NUMBER_CHARS + 1];
static enum journey_stage reached[CASES_MAX];
static size_t per_group, case_count;
static struct network_office *victim;
static char elsewhere[CASE_NUMBER_CHARS + 1]; /* goes its way without the victim */
static char late[CASE_NUMBER_CHARS + 1];      /* what the victim hears of when it is back */
static bool failed = true;

static struct network_office *const window = &network.offices[SHENZHEN];
static struct network_office *const registry = &network.offices[QINGYANG];
static struct network_office *const centre = &network.offices[YUEXIU];

static const struct journey journey = { .window = &network.offices[SHENZHEN],
                                        .registry = &network.offices[QINGYANG],
                                        .centre = &network.offices[YUEXIU] };

enum { OFFICES = 3 };
static struct network_office *const offices[OFFICES] = { &network.offices[SHENZHEN],
                                                         &network.offices[QINGYANG],
                                                         &network.offices[YUEXIU] };

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    failed = true;
    network_open(&network, NULL);
    network_start_all(&network);
    network_populate(registry, 1, CITIZENS, NULL);
    network_populate(&network.offices[TIANHE], 1, 20, NULL);
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    per_group = (size_t)figures_choose(1, PER_GROUP_MAX / 2);
    case_count = GROUPS * per_group;
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

/* ---- cases at every stage ---- */

static void
apply_for(struct network_office *at, const struct network_office *where_registered, uint64_t seed,
          char ret_number[CASE_NUMBER_CHARS + 1])
{
    struct made_citizen citizen;
    citizen_make(seed, where_registered->area, &citizen);
    application_set_citizen(&application, &citizen);
    network_apply(at, &application, "", ret_number);
}

static void
apply_for_all(void)
{
    for (size_t i = 0; i < case_count; i++) {
        apply_for(window, registry, i + 1, numbers[i]);
        reached[i] = JOURNEY_ACCEPTED;
    }
}

static enum journey_stage
half_way(size_t group)
{
    return (enum journey_stage)(group / 2);
}

static enum journey_stage
own_stage(size_t group)
{
    return (enum journey_stage)group;
}

static enum journey_stage
the_end(size_t group)
{
    (void)group;
    return JOURNEY_CLOSED;
}

/* Each case goes on to the stage of its group. */
static void advance(enum journey_stage (*target)(size_t group))
{
    static const char *list[CASES_MAX];
    for (int stage = JOURNEY_RECEIVED; stage <= JOURNEY_CLOSED; stage++) {
        size_t count = 0;
        for (size_t i = 0; i < case_count; i++) {
            if ((int)reached[i] >= stage || stage > (int)target(i / per_group))
                continue;
            list[count++] = numbers[i];
            reached[i] = (enum journey_stage)stage;
        }
        if (count > 0)
            journey_go_on_all(&journey, list, count, (enum journey_stage)(stage - 1),
                              (enum journey_stage)stage);
    }
}

/* ---- comparing ---- */

struct seen {
    char state[33];
    char serial[SERIAL_BYTES];
    uint32_t valid_from, valid_until;
    uint64_t accepted_ms, statutory_deadline_ms;
    size_t hops; /* of the office itself */
};

static struct seen before[OFFICES][CASES_MAX];

static struct seen
look(struct network_office *office, const char *number)
{
    struct seen seen = { .state = "absent" };
    AUTO(network_answer) struct network_answer answer = { 0 };
    Yidi__Show show = YIDI__SHOW__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    show.case_number = (char *)(uintptr_t)number;
    request.command_case = YIDI__REQUEST__COMMAND_SHOW;
    request.show = &show;
    network_ask(office, &request, NULL, 0, &answer);
    if (answer.response->body_case != YIDI__RESPONSE__BODY_SHOWN)
        return seen;
    const Yidi__Case *row = answer.response->shown->case_row;
    snprintf(seen.state, sizeof seen.state, "%s", answer.response->shown->state);
    snprintf(seen.serial, sizeof seen.serial, "%s", row->card_serial);
    seen.valid_from = row->valid_from;
    seen.valid_until = row->valid_until;
    seen.accepted_ms = row->accepted_ms;
    seen.statutory_deadline_ms = row->statutory_deadline_ms;
    for (size_t i = 0; i < row->n_trace; i++)
        seen.hops += strcmp(row->trace[i]->office, office->code) == 0;
    return seen;
}

static void
look_at_all(void)
{
    for (size_t at = 0; at < OFFICES; at++)
        for (size_t i = 0; i < case_count; i++)
            before[at][i] = look(offices[at], numbers[i]);
}

/* The state after recovery: what nobody else saw is one step back. */
static const char *
expected_state(const struct network_office *office, const char *state)
{
    if (office == registry && strcmp(state, "examined") == 0)
        return "received";
    if (office == centre && strcmp(state, "made") == 0)
        return "ordered";
    return state;
}

/* What comes from a clock ahead of ours is taken as of now, the first time; not when it comes back.
 */
static void
assert_near(uint64_t now_ms, uint64_t then_ms)
{
    assert_true(now_ms + CLOCKS_APART_MS >= then_ms && then_ms + CLOCKS_APART_MS >= now_ms);
}

static void
assert_as_before(size_t at)
{
    for (size_t i = 0; i < case_count; i++) {
        if (strcmp(numbers[i], late) == 0)
            continue;
        const struct seen *then = &before[at][i];
        const struct seen now = look(offices[at], numbers[i]);
        const char *expected = expected_state(offices[at], then->state);
        if (strcmp(now.state, expected) != 0)
            fail_msg("%s at %s is %s, not %s", numbers[i], offices[at]->code, now.state, expected);
        if (strcmp(now.state, then->state) != 0)
            continue;
        assert_string_equal(now.serial, then->serial);
        assert_int_equal(now.valid_from, then->valid_from);
        assert_int_equal(now.valid_until, then->valid_until);
        assert_near(now.accepted_ms, then->accepted_ms);
        assert_near(now.statutory_deadline_ms, then->statutory_deadline_ms);
        if (now.hops != then->hops)
            fail_msg("%s at %s (%s): %zu hops, not %zu", numbers[i], offices[at]->code, now.state,
                     now.hops, then->hops);
    }
}

static uint64_t
count_cases(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    uint64_t count = 0;
    network_status(office, &answer);
    for (size_t i = 0; i < answer.response->status->n_states; i++)
        count += answer.response->status->states[i]->count;
    return count;
}

static int
compare_serials(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* All closed, each once, with one card that all three know, and no card in two cases. */
static void
assert_one_card_per_case(void)
{
    static char serials[CASES_MAX][SERIAL_BYTES];
    for (size_t i = 0; i < case_count; i++) {
        struct seen made = look(centre, numbers[i]);
        assert_string_equal(made.state, "closed");
        assert_string_not_equal(made.serial, "");
        assert_string_equal(look(registry, numbers[i]).serial, made.serial);
        assert_string_equal(look(window, numbers[i]).serial, made.serial);
        strcpy(serials[i], made.serial);
    }
    qsort(serials, case_count, sizeof serials[0], compare_serials);
    for (size_t i = 1; i < case_count; i++)
        assert_string_not_equal(serials[i - 1], serials[i]);
}

/* A card that was made and not verified exists, and nobody knows of it: its number is not given to
 * another one. */
static void
assert_lost_cards_keep_their_numbers(void)
{
    for (size_t i = 0; i < per_group; i++) {
        const size_t lost = JOURNEY_MADE * per_group + i;
        for (size_t other = 0; other < case_count; other++)
            assert_string_not_equal(look(centre, numbers[other]).serial, before[2][lost].serial);
    }
}

/* ---- work that goes on meanwhile ---- */

/* A way through three offices of which none is the victim. */
static struct journey
other_way(void)
{
    struct journey other = { .window = &network.offices[FUTIAN],
                             .registry = &network.offices[TIANHE],
                             .centre = centre };
    if (victim == centre)
        other = (struct journey){ .window = &network.offices[JINJIANG],
                                  .registry = &network.offices[TIANHE],
                                  .centre = &network.offices[WUHOU] };
    return other;
}

static void
work_elsewhere(enum journey_stage from, enum journey_stage to)
{
    const struct journey other = other_way();
    if (from == JOURNEY_ACCEPTED)
        apply_for(other.window, other.registry, 7, elsewhere);
    journey_go_on(&other, elsewhere, from, to);
}

/* While the victim is down, others decide what concerns it; it arrives when it is back. */
static void
decide_what_concerns_it(void)
{
    if (victim == registry) {
        apply_for(&network.offices[FUTIAN], registry, CASES_MAX + 1, late);
        return;
    }
    const struct network_decision examine = { .verb = YIDI__VERB__EXAMINE, .operator= "examiner1" };
    const struct network_decision issue = { .verb = YIDI__VERB__ISSUE, .operator= "issuer1" };
    strcpy(late, numbers[JOURNEY_RECEIVED * per_group]);
    network_decide_one(registry, &examine, late, "examined");
    network_decide_one(registry, &issue, late, "issued");
}

static void
assert_it_arrived(void)
{
    if (victim == registry)
        network_wait_for_state(registry, late, "received");
    else if (victim == window)
        network_wait_for_state(window, late, "in-production");
    else
        network_wait_for_state(centre, late, "ordered");
}

/* ---- to the end ---- */

static void
finish_all(void)
{
    const struct journey from_futian = { &network.offices[FUTIAN], registry, centre };
    for (size_t i = 0; i < case_count; i++) {
        if (victim == registry && reached[i] == JOURNEY_EXAMINED)
            reached[i] = JOURNEY_RECEIVED;
        else if (victim == centre && reached[i] == JOURNEY_MADE)
            reached[i] = JOURNEY_ORDERED;
        else if (strcmp(numbers[i], late) == 0)
            reached[i] = JOURNEY_ORDERED;
    }
    if (victim == registry)
        journey_go_on(&from_futian, late, JOURNEY_RECEIVED, JOURNEY_CLOSED);
    advance(the_end);
}

static void
audit_all(void)
{
    assert_int_equal(count_cases(window), case_count);
    assert_int_equal(count_cases(registry), case_count + (victim == registry));
    network_stop_all(&network);
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++)
        network_audit(&network.offices[i]);
}

/* ---- the tests ---- */

static bool
is_halted(void *context)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(context, &answer);
    return answer.response->status->halted[0] != '\0';
}

/* The victim does not run and its disk is not what it was. */
static void
recover_while_work_goes_on(void)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    work_elsewhere(JOURNEY_ACCEPTED, JOURNEY_EXAMINED);
    decide_what_concerns_it();
    network_start(victim);
    assert_true(is_halted(victim)); /* the others told it at the start */
    disaster_recover(victim, YIDI__RECOVER_VERB__RECOVER_START, &answer);
    work_elsewhere(JOURNEY_EXAMINED, JOURNEY_CLOSED);
    disaster_wait_for_phase(victim, "done");
    disaster_expect_whole(victim);
    assert_false(is_halted(victim));
}

static void
check_and_finish(size_t at)
{
    assert_it_arrived();
    if (victim == registry)
        network_populate(registry, 1, CITIZENS, NULL);
    assert_as_before(at);
    finish_all();
    assert_one_card_per_case();
    if (victim == centre)
        assert_lost_cards_keep_their_numbers();
    audit_all();
    figures_add("offices_recovered", 1);
    figures_add("recovered_cases", case_count);
}

static void
lose_disk_and_recover(size_t at)
{
    victim = offices[at];
    apply_for_all();
    advance(own_stage);
    look_at_all();
    network_kill(victim);
    disaster_lose_disk(victim);
    recover_while_work_goes_on();
    check_and_finish(at);
    failed = false;
}

static void
set_back_and_recover(size_t at)
{
    victim = offices[at];
    apply_for_all();
    advance(half_way);
    network_stop(victim);
    disaster_keep_copy(victim);
    network_start(victim);
    advance(own_stage);
    look_at_all();
    network_kill(victim);
    disaster_set_back(victim);
    recover_while_work_goes_on();
    check_and_finish(at);
    failed = false;
}

static void
a_window_that_lost_its_disk_is_rebuilt(void **unused)
{
    (void)unused;
    lose_disk_and_recover(0);
}

static void
a_registry_that_lost_its_disk_is_rebuilt(void **unused)
{
    (void)unused;
    lose_disk_and_recover(1);
}

static void
a_centre_that_lost_its_disk_is_rebuilt(void **unused)
{
    (void)unused;
    lose_disk_and_recover(2);
}

static void
a_window_set_back_to_an_older_copy_catches_up(void **unused)
{
    (void)unused;
    set_back_and_recover(0);
}

static void
a_registry_set_back_to_an_older_copy_catches_up(void **unused)
{
    (void)unused;
    set_back_and_recover(1);
}

static void
a_centre_set_back_to_an_older_copy_catches_up(void **unused)
{
    (void)unused;
    set_back_and_recover(2);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_window_that_lost_its_disk_is_rebuilt),
        TEST(a_registry_that_lost_its_disk_is_rebuilt),
        TEST(a_centre_that_lost_its_disk_is_rebuilt),
        TEST(a_window_set_back_to_an_older_copy_catches_up),
        TEST(a_registry_set_back_to_an_older_copy_catches_up),
        TEST(a_centre_set_back_to_an_older_copy_catches_up),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
