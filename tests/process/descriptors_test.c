/* SPDX-License-Identifier: Apache-2.0
 *
 * descriptors_test - a registry that has few descriptors is besieged by connections that say
 * nothing: from anywhere over TCP, from this machine at its control socket, from both.
 *
 * It lives, its operators are served all the while, and its peers as soon as the siege is over.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/figures.h"
#include "tests/lib/journey.h"

enum {
    FEW = 128,        /* descriptors that the registry may have */
    VERY_FEW = 64,    /* hardly more than it needs at rest */
    BESIEGERS = 300,  /* of each kind */
    TURNED_AWAY = 10, /* connections, before the siege is in place */
    CASES = 3,
    ROUNDS_MAX = 20,
};

static struct network network;
static struct made_application application;
static uint64_t applied;
static int besiegers[2 * BESIEGERS];
static size_t besieger_count;
static bool failed = true;

static const struct journey journey = { .window = &network.offices[SHENZHEN],
                                        .registry = &network.offices[QINGYANG],
                                        .centre = &network.offices[YUEXIU] };

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    failed = true;
    applied = 0;
    network_open(&network, NULL);
    network_start(journey.window);
    network_start(journey.registry);
    network_start(journey.centre);
    network_populate(journey.registry, 1, CASES * (ROUNDS_MAX + 2), NULL);
    citizen_make(1, journey.registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    return 0;
}

static void
go_home(void)
{
    while (besieger_count > 0)
        close(besiegers[--besieger_count]);
}

static int
tear_down(void **unused)
{
    (void)unused;
    go_home();
    network_close(&network, failed);
    return 0;
}

/* ---- a siege ---- */

static void
limit_descriptors(const struct network_office *office, rlim_t count)
{
    const struct rlimit limit = { .rlim_cur = count, .rlim_max = count };
    assert_int_equal(prlimit(office->pid, RLIMIT_NOFILE, &limit, NULL), 0);
}

static void
stand_before(int domain, const struct sockaddr *address, socklen_t size)
{
    int besieger = socket(domain, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(besieger >= 0);
    besiegers[besieger_count++] = besieger;
    if (connect(besieger, address, size) != 0)
        assert_true(errno == EINPROGRESS || errno == EAGAIN || errno == ECONNREFUSED);
}

static void
besiege_endpoint(const struct network_office *office)
{
    char host[INET_ADDRSTRLEN];
    unsigned port;
    struct sockaddr_in address = { .sin_family = AF_INET };
    assert_int_equal(sscanf(office->endpoint, "tcp://%15[0-9.]:%u", host, &port), 2);
    address.sin_port = htons((uint16_t)port);
    assert_int_equal(inet_pton(AF_INET, host, &address.sin_addr), 1);
    for (int i = 0; i < BESIEGERS; i++)
        stand_before(AF_INET, (const struct sockaddr *)&address, sizeof address);
}

static void
besiege_control(const struct network_office *office)
{
    char path[NETWORK_PATH_BYTES];
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    network_path(office, "control", path);
    assert_true(strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path));
    for (int i = 0; i < BESIEGERS; i++)
        stand_before(AF_UNIX, (const struct sockaddr *)&address, sizeof address);
}

/* ---- work meanwhile and afterwards ---- */

static void
apply_some(char numbers[CASES][CASE_NUMBER_CHARS + 1], const char *ret_cases[CASES])
{
    struct made_citizen citizen;
    for (int i = 0; i < CASES; i++) {
        citizen_make(++applied, journey.registry->area, &citizen);
        application_set_citizen(&application, &citizen);
        network_apply(journey.window, &application, "", numbers[i]);
        ret_cases[i] = numbers[i];
    }
}

/* A command by a new client, as yidictl is one. */
static void
ask_anew(struct network_office *office)
{
    struct network_office another = *office;
    AUTO(network_answer) struct network_answer answer = { 0 };
    another.client = NULL;
    network_status(&another, &answer);
    control_client_close(another.client);
}

struct siege {
    struct network_office *office;
    uint64_t turned_away_before;
};

static uint64_t
turned_away(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(office, &answer);
    return answer.response->status->turned_away;
}

static bool
is_in_place(void *context)
{
    const struct siege *siege = context;
    return turned_away(siege->office) >= siege->turned_away_before + TURNED_AWAY;
}

static bool
is_logged(void *office)
{
    char path[NETWORK_PATH_BYTES], line[1024];
    FILE *log = fopen(network_path(office, "log", path), "r");
    bool found = false;
    assert_non_null(log);
    (void)turned_away(office); /* its loop wakes, and looks */
    while (!found && fgets(line, sizeof line, log) != NULL)
        found = strstr(line, "event=descriptors_short") != NULL;
    fclose(log);
    return found;
}

static void
stand_a_siege(rlim_t descriptors, bool endpoint, bool control)
{
    char numbers[CASES][CASE_NUMBER_CHARS + 1];
    const char *cases[CASES];
    limit_descriptors(journey.registry, descriptors);
    uint64_t rounds = figures_choose(1, ROUNDS_MAX);
    for (uint64_t round = 0; round < rounds; round++) {
        struct siege siege = { journey.registry, turned_away(journey.registry) };
        if (endpoint)
            besiege_endpoint(journey.registry);
        if (control)
            besiege_control(journey.registry);
        network_wait_until(&network, "connections are turned away", is_in_place, &siege);
        apply_some(numbers, cases);
        network_populate(journey.registry, applied + 1, 1, NULL);
        if (!control)
            ask_anew(journey.registry);
        go_home();
        ask_anew(journey.registry);
        journey_take(&journey, cases, CASES, JOURNEY_CLOSED);
    }
    network_wait_until(&network, "the siege is logged", is_logged, journey.registry);
    figures_add("sieges_stood", rounds);
    network_stop_all(&network);
    network_audit(journey.registry);
    failed = false;
}

static void
strangers_at_the_endpoint_leave_descriptors_for_operators_and_work(void **unused)
{
    (void)unused;
    stand_a_siege(FEW, true, false);
}

static void
idle_clients_at_the_control_socket_do_not_end_the_daemon(void **unused)
{
    (void)unused;
    stand_a_siege(FEW, false, true);
}

static void
a_siege_on_both_sides_with_hardly_any_descriptors_is_stood(void **unused)
{
    (void)unused;
    stand_a_siege(VERY_FEW, true, true);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(strangers_at_the_endpoint_leave_descriptors_for_operators_and_work),
        TEST(idle_clients_at_the_control_socket_do_not_end_the_daemon),
        TEST(a_siege_on_both_sides_with_hardly_any_descriptors_is_stood),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
