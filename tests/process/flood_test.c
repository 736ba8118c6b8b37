/* SPDX-License-Identifier: Apache-2.0
 *
 * flood_test - a listed office sends as fast as it can: rubbish, greetings, questions, messages
 * known already, forged ones, very large ones. The registry lives, its memory stays bounded, and
 * the work of the others goes on; how much slower is measured.
 *
 * The flood is a process of its own: it plays the window of FUTIAN with its true keys, and reads no
 * answer.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io/wire.h"
#include "tests/lib/figures.h"
#include "tests/lib/journey.h"
#include "tests/lib/puppet.h"

enum {
    SAMPLES = 15,
    FLOOD_BEGUN = 200, /* messages sent, before anything is measured */
    LARGE_BEGUN = 5,
    SLOWER_MS = 500, /* than without the flood, at the median, and still served */
    MEMORY_BYTES = 256 * 1024 * 1024,
    LARGE_BYTES = 4 * 1000 * 1000,
    FRAMES_MAX = 2 + ATTACHMENTS_MAX,
};

struct flood {
    struct bytes frames[FRAMES_MAX];
    size_t frame_count;
};

static struct network network;
static struct made_application application;
static uint64_t applied;
static atomic_uint_least64_t *sent; /* shared with the flood */
static pid_t flooder;
static bool failed = true;

static struct network_office *const window = &network.offices[SHENZHEN];
static struct network_office *const registry = &network.offices[QINGYANG];
static struct network_office *const rude = &network.offices[FUTIAN];

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    failed = true;
    applied = 0;
    network_open(&network, NULL);
    network_start(window);
    network_start(registry);
    network_populate(registry, 1, 4 * SAMPLES, NULL);
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    sent = mmap(NULL, sizeof *sent, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(sent != MAP_FAILED);
    return 0;
}

static void
end_flood(void)
{
    if (flooder <= 0)
        return;
    (void)kill(flooder, SIGKILL);
    (void)waitpid(flooder, NULL, 0);
    flooder = 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    end_flood();
    network_close(&network, failed);
    munmap(sent, sizeof *sent);
    return 0;
}

/* ---- the flood ---- */

typedef void flood_maker(struct puppet *puppet, struct flood *ret_flood);

static void
one_frame(struct puppet *puppet, const Yidi__LinkFrame *frame, struct flood *ret_flood)
{
    ret_flood->frames[0] = wire_encode(&frame->base, &puppet->arena);
    ret_flood->frame_count = 1;
}

static void
make_rubbish(struct puppet *puppet, struct flood *ret_flood)
{
    static const uint8_t rubbish[200] = { 0xff, 0xfe, 0x0a, 0x00, 0x80 };
    (void)puppet;
    ret_flood->frames[0] = bytes_of(rubbish, sizeof rubbish);
    ret_flood->frame_count = 1;
}

static void
make_hello(struct puppet *puppet, struct flood *ret_flood)
{
    Yidi__Hello hello = YIDI__HELLO__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    hello.protocol = 1;
    hello.office = (char *)puppet->office->code;
    hello.directory_version = puppet->directory_version;
    hello.epoch = 1;
    frame.body_case = YIDI__LINK_FRAME__BODY_HELLO;
    frame.hello = &hello;
    one_frame(puppet, &frame, ret_flood);
}

static void
make_ping(struct puppet *puppet, struct flood *ret_flood)
{
    Yidi__Ping ping = YIDI__PING__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_PING;
    frame.ping = &ping;
    one_frame(puppet, &frame, ret_flood);
}

/* A true message with its attachments, under its own sequence 1. */
static void
make_data(struct puppet *puppet, struct flood *ret_flood)
{
    struct bytes attachments[ATTACHMENTS_MAX];
    size_t count = application_frames(&application, attachments);
    Yidi__Data data = YIDI__DATA__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    const struct puppet_envelope request = {
        .to = registry,
        .sequence = 1,
        .message = puppet_submit(puppet, &application, "44030451010026112300000018",
                                 &network.offices[YUEXIU]),
        .attachments = attachments,
        .attachment_count = count,
    };
    data.sequence = 1;
    data.attachments = (uint32_t)count;
    frame.body_case = YIDI__LINK_FRAME__BODY_DATA;
    frame.data = &data;
    one_frame(puppet, &frame, ret_flood);
    ret_flood->frames[ret_flood->frame_count++] = puppet_seal(puppet, &request);
    for (size_t i = 0; i < count; i++)
        ret_flood->frames[ret_flood->frame_count++] = attachments[i];
}

/* The same, with one byte of its proof changed: found out by the most work. */
static void
make_forged(struct puppet *puppet, struct flood *ret_flood)
{
    make_data(puppet, ret_flood);
    struct bytes packed = arena_copy(&puppet->arena, ret_flood->frames[1]);
    ((uint8_t *)packed.data)[packed.size / 2] ^= 1;
    ret_flood->frames[1] = packed;
}

static void
make_large(struct puppet *puppet, struct flood *ret_flood)
{
    make_data(puppet, ret_flood);
    uint8_t *large = arena_take(&puppet->arena, LARGE_BYTES);
    memset(large, 'x', LARGE_BYTES);
    for (size_t i = 1; i < ret_flood->frame_count; i++)
        ret_flood->frames[i] = bytes_of(large, LARGE_BYTES);
}

/* Never comes back. */
static void
flood(flood_maker *make)
{
    static struct puppet puppet;
    struct flood flood = { .frame_count = 0 };
    const struct timespec breath = { .tv_nsec = 100000 };
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    puppet_open(&puppet, rude);
    make(&puppet, &flood);
    puppet_connect(&puppet, registry);
    for (;;) {
        enum result result =
            link_send(puppet.link, registry->code, flood.frames, flood.frame_count);
        if (result == OK) {
            atomic_fetch_add(sent, 1);
        } else if (result == ERR_FULL) {
            nanosleep(&breath, NULL);
        } else { /* the registry had enough of it */
            puppet_disconnect(&puppet, registry);
            puppet_connect(&puppet, registry);
        }
    }
}

static void
begin_flood(flood_maker *make)
{
    atomic_store(sent, 0);
    flooder = fork();
    assert_true(flooder >= 0);
    if (flooder == 0)
        flood(make);
}

static bool
has_begun(void *messages)
{
    return atomic_load(sent) >= *(const uint64_t *)messages;
}

/* ---- what it costs ---- */

static uint64_t
monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int
compare_times(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;
    return *left < *right ? -1 : *left > *right;
}

/* Its own, not what it maps of files. */
static uint64_t
memory_bytes(const struct network_office *office)
{
    char path[64], line[256];
    unsigned long kilobytes = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)office->pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (kilobytes == 0 && fgets(line, sizeof line, file) != NULL)
        (void)sscanf(line, "RssAnon: %lu", &kilobytes);
    fclose(file);
    assert_true(kilobytes > 0);
    return (uint64_t)kilobytes * 1024;
}

/* From the form at the window to the row at the registry, at the median; and the most memory that
 * the registry had after any of them. */
static uint64_t
measure_work_ms(uint64_t *ret_memory_bytes)
{
    uint64_t most_bytes = 0;
    uint64_t times_ms[SAMPLES];
    struct made_citizen citizen;
    char number[CASE_NUMBER_CHARS + 1];
    for (size_t i = 0; i < SAMPLES; i++) {
        uint64_t start_ms = monotonic_ms();
        citizen_make(++applied, registry->area, &citizen);
        application_set_citizen(&application, &citizen);
        network_apply(window, &application, "", number);
        network_wait_for_state(registry, number, "received");
        times_ms[i] = monotonic_ms() - start_ms;
        uint64_t bytes = memory_bytes(registry);
        most_bytes = bytes > most_bytes ? bytes : most_bytes;
    }
    qsort(times_ms, SAMPLES, sizeof *times_ms, compare_times);
    *ret_memory_bytes = most_bytes;
    return times_ms[SAMPLES / 2];
}

static uint64_t
dropped(void)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(registry, &answer);
    return answer.response->status->dropped;
}

static void
stand_flood(flood_maker *make, const char *name, uint64_t begun)
{
    char figure[64];
    uint64_t memory_before, memory_meanwhile, memory_after;
    uint64_t before_ms = measure_work_ms(&memory_before);
    begin_flood(make);
    network_wait_until(&network, "the flood has begun", has_begun, &begun);
    uint64_t meanwhile_ms = measure_work_ms(&memory_meanwhile);
    end_flood();
    print_message("%s: %d sent; median %d ms without, %d ms with; memory %d MB, then %d MB\n", name,
                  (int)atomic_load(sent), (int)before_ms, (int)meanwhile_ms,
                  (int)(memory_before >> 20), (int)(memory_meanwhile >> 20));
    assert_true(meanwhile_ms <= before_ms + SLOWER_MS);
    assert_true(memory_meanwhile <= memory_before + MEMORY_BYTES);
    (void)measure_work_ms(&memory_after);
    assert_true(memory_after <= memory_before + MEMORY_BYTES);
    snprintf(figure, sizeof figure, "flood_%s_median_ms", name);
    figures_add(figure, meanwhile_ms);
    figures_add("flood_frames", atomic_load(sent));
    failed = false;
}

static void
a_flood_of_rubbish_is_dropped_and_counted(void **unused)
{
    (void)unused;
    stand_flood(make_rubbish, "rubbish", FLOOD_BEGUN);
    assert_true(dropped() >= FLOOD_BEGUN);
}

static void
a_flood_of_greetings_slows_nobody_much(void **unused)
{
    (void)unused;
    stand_flood(make_hello, "hello", FLOOD_BEGUN);
}

static void
a_flood_of_questions_slows_nobody_much(void **unused)
{
    (void)unused;
    stand_flood(make_ping, "ping", FLOOD_BEGUN);
}

static void
a_flood_of_one_message_takes_effect_once(void **unused)
{
    (void)unused;
    stand_flood(make_data, "data", FLOOD_BEGUN);
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_peers(registry, rude->code, &answer);
    assert_int_equal(answer.response->peers->peers[0]->applied, 1);
}

static void
a_flood_of_forged_messages_is_dropped_and_counted(void **unused)
{
    (void)unused;
    stand_flood(make_forged, "forged", FLOOD_BEGUN);
    assert_true(dropped() >= FLOOD_BEGUN);
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_peers(registry, rude->code, &answer);
    assert_true(answer.response->peers->n_peers == 0 ||
                answer.response->peers->peers[0]->applied == 0);
}

static void
a_flood_of_very_large_frames_keeps_memory_bounded(void **unused)
{
    (void)unused;
    stand_flood(make_large, "large", LARGE_BEGUN);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_flood_of_rubbish_is_dropped_and_counted),
        TEST(a_flood_of_greetings_slows_nobody_much),
        TEST(a_flood_of_questions_slows_nobody_much),
        TEST(a_flood_of_one_message_takes_effect_once),
        TEST(a_flood_of_forged_messages_is_dropped_and_counted),
        TEST(a_flood_of_very_large_frames_keeps_memory_bounded),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
