/* SPDX-License-Identifier: Apache-2.0
 *
 * disk_full_test - the disk of one office fills up under work, or its store reaches the map's end.
 * What does not fit is refused with a code, what was accepted stays, and work goes on when there is
 * space again: without a restart on the disk, with a larger map after one.
 *
 * The limits that refuse earlier (overload_test) are off here: this is what is behind them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/domain/citizen_csv.h"
#include "common/io/file.h"
#include "common/io/store.h"
#include "tests/lib/figures.h"
#include "tests/lib/journey.h"
#include "tests/lib/namespace.h"

#define NO_RESERVE "disk-reserve = 0\nmap-fill-max = 100\n"
#define SMALL_MAP  "map-size = 16777216\n"
#define LARGE_MAP  "map-size = 67108864\n" /* of as many characters */

enum {
    SMALL_BYTES = 2 * 1024 * 1024,
    LARGE_BYTES = 128 * 1024 * 1024,
    CONF_BYTES_MAX = 16 * 1024,
    PADDING_BYTES = 16000,
    FILL_MAX = 1000, /* cases, before the disk must have been full */
    FILLING_CASES = 100,
    REFUSED = 5, /* in a row: full, not nearly */
};

static struct network network;
static struct made_application application;
static char numbers[FILL_MAX][CASE_NUMBER_CHARS + 1];
static const char *cases[FILL_MAX];
static size_t case_count;
static char small_disk[NETWORK_PATH_BYTES]; /* empty: none is mounted */
static bool possible, failed = true;

static const struct journey journey = { .window = &network.offices[SHENZHEN],
                                        .registry = &network.offices[QINGYANG],
                                        .centre = &network.offices[YUEXIU] };

/* ---- an office on a small disk ---- */

static void
open_network(const char *option_lines)
{
    struct made_citizen citizen;
    const struct network_options options = { .option_lines = option_lines };
    failed = true;
    case_count = 0;
    network_open(&network, &options);
    citizen_make(1, journey.registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
}

static void
start_offices(void)
{
    network_start(journey.window);
    network_start(journey.registry);
    network_start(journey.centre);
}

static int
set_up(void **unused)
{
    (void)unused;
    open_network(NO_RESERVE "spool = data/spool\n");
    return 0;
}

static int
set_up_map(void **unused)
{
    (void)unused;
    open_network(NO_RESERVE SMALL_MAP);
    start_offices();
    network_populate(journey.registry, 1, FILL_MAX, NULL);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    if (small_disk[0] != '\0')
        namespace_unmount(small_disk); /* a folder with something on it cannot be removed */
    small_disk[0] = '\0';
    network_close(&network, failed);
    return 0;
}

/* The registry's own books are written while there is room. */
static void
start_on_small_disk(struct network_office *office)
{
    network_path(office, "data", small_disk);
    assert_true(namespace_mount(small_disk, SMALL_BYTES));
    start_offices();
    network_populate(journey.registry, 1, FILL_MAX, NULL);
}

static void
skip_unless_possible(void)
{
    if (possible)
        return;
    print_message("skipped: no mounts of its own here (neither root nor user namespaces)\n");
    failed = false;
    skip();
}

/* ---- work until it is full ---- */

/* The sample photo with a comment of its own in it: each one is another, and large, so that few
 * fill a disk. */
static struct bytes
draw_large_photo(uint64_t seed, uint8_t ret_photo[PHOTO_BYTES_MAX])
{
    const uint8_t comment[] = { 0xff, 0xfe, (PADDING_BYTES + 2) >> 8, (PADDING_BYTES + 2) & 0xff };
    uint8_t *out = ret_photo;
    assert_true(application.photo_size + sizeof comment + PADDING_BYTES <= PHOTO_BYTES_MAX);
    memcpy(out, application.photo, 2); /* start of image */
    memcpy(out + 2, comment, sizeof comment);
    memset(out + 6, 'x', PADDING_BYTES);
    bytes_put_u64(out + 6, seed);
    memcpy(out + 6 + PADDING_BYTES, application.photo + 2, application.photo_size - 2);
    return bytes_of(out, application.photo_size + sizeof comment + PADDING_BYTES);
}

/* True when accepted; a refusal must be STORE_FULL and say what to do. */
static bool
try_apply(uint64_t seed, char ret_number[CASE_NUMBER_CHARS + 1])
{
    struct made_citizen citizen;
    uint8_t photo[PHOTO_BYTES_MAX];
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    AUTO(network_answer) struct network_answer answer = { 0 };
    citizen_make(seed, journey.registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    apply.form = &application.form;
    apply.request_key = "";
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &apply;
    size_t frame_count = application_frames(&application, frames);
    frames[0] = draw_large_photo(seed, photo);
    network_ask(journey.window, &request, frames, frame_count, &answer);
    const Yidi__Refusal *refusal = network_refusal(&answer);
    if (refusal != NULL) {
        assert_string_equal(refusal->code, "STORE_FULL");
        assert_true(refusal->rule[0] != '\0');
        return false;
    }
    snprintf(ret_number, CASE_NUMBER_CHARS + 1, "%s", answer.response->applied->case_number);
    return true;
}

static void
apply_one(void)
{
    assert_true(case_count < FILL_MAX && try_apply(case_count + 1, numbers[case_count]));
    cases[case_count] = numbers[case_count];
    case_count++;
}

static void
apply_until_full(void)
{
    for (unsigned refused = 0; refused < REFUSED;) {
        if (case_count == FILL_MAX)
            fail_msg("%d applications, and nothing is full", FILL_MAX);
        if (!try_apply(case_count + 1, numbers[case_count])) {
            refused++;
            continue;
        }
        refused = 0;
        cases[case_count] = numbers[case_count];
        case_count++;
    }
    print_message("full with %zu cases\n", case_count);
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

static bool
notifications_are_handed_over(void *unused)
{
    (void)unused;
    char path[NETWORK_PATH_BYTES];
    uint64_t rows;
    AUTO(store) struct store *store = NULL;
    AUTO(store_txn) struct store_txn *txn = NULL;
    assert_int_equal(store_open_readonly(network_path(journey.window, "data", path), &store), OK);
    assert_int_equal(store_begin_read(store, &txn), OK);
    assert_int_equal(store_count(txn, TABLE_NOTIFICATIONS, &rows), OK);
    return rows == 0;
}

/* Each accepted case ends, once, and nothing else is there. */
static void
finish(void)
{
    struct network_office *const offices[] = { journey.window, journey.registry, journey.centre };
    for (size_t done = 0; done < case_count; done += DECIDE_CASES_MAX) {
        size_t batch = case_count - done < DECIDE_CASES_MAX ? case_count - done : DECIDE_CASES_MAX;
        journey_take(&journey, cases + done, batch, JOURNEY_CLOSED);
    }
    network_wait_until(&network, "all are notified", notifications_are_handed_over, NULL);
    for (int i = 0; i < 3; i++)
        assert_int_equal(count_all(offices[i]), case_count);
    network_stop_all(&network);
    for (int i = 0; i < 3; i++)
        network_audit(offices[i]);
    failed = false;
}

/* One more citizen in the registry's books: a command that is refused like any other. */
static bool
try_import(uint64_t seed)
{
    char text[sizeof CITIZEN_CSV_HEADER + 1 + CITIZEN_MAKER_LINE_BYTES];
    struct made_citizen citizen;
    Yidi__PopulationImport import = YIDI__POPULATION_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    AUTO(network_answer) struct network_answer answer = { 0 };
    citizen_make(seed, journey.registry->area, &citizen);
    size_t size = (size_t)snprintf(text, sizeof text, "%s\n", CITIZEN_CSV_HEADER);
    size += citizen_make_line(&citizen, text + size);
    struct bytes frame = bytes_of(text, size);
    request.command_case = YIDI__REQUEST__COMMAND_POPULATION_IMPORT;
    request.population_import = &import;
    network_ask(journey.registry, &request, &frame, 1, &answer);
    if (network_refusal(&answer) == NULL)
        return true;
    assert_string_equal(network_refusal(&answer)->code, "STORE_FULL");
    return false;
}

static void
import_until_full(void)
{
    uint64_t seed = FILL_MAX;
    for (unsigned refused = 0; refused < REFUSED;)
        refused = try_import(++seed) ? 0 : refused + 1;
}

/* ---- tests ---- */

static void
a_window_whose_disk_is_full_refuses_and_goes_on_when_there_is_space(void **unused)
{
    (void)unused;
    skip_unless_possible();
    start_on_small_disk(journey.window);
    uint64_t rounds = figures_choose(1, 10);
    for (uint64_t round = 1; round <= rounds; round++) {
        apply_until_full();
        assert_int_equal(count_all(journey.window), case_count);
        assert_true(namespace_resize(small_disk, SMALL_BYTES * (round + 1)));
        apply_one();
    }
    assert_true(namespace_resize(small_disk, LARGE_BYTES));
    figures_add("disks_filled", rounds);
    finish();
}

struct held_back {
    struct network_office *from;
    struct network_office *to;
};

static bool
waits(void *context)
{
    const struct held_back *held_back = context;
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_peers(held_back->from, held_back->to->code, &answer);
    const Yidi__PeerStatus *peer = answer.response->peers->peers[0];
    return peer->waiting > 0 && peer->assigned >= case_count;
}

/* The window accepts all of it; the registry takes what fits, and no more. */
static void
a_registry_whose_disk_is_full_takes_what_waits_when_there_is_space(void **unused)
{
    (void)unused;
    skip_unless_possible();
    struct held_back held_back = { journey.window, journey.registry };
    start_on_small_disk(journey.registry);
    while (case_count < FILLING_CASES)
        apply_one();
    network_wait_until(&network, "messages wait", waits, &held_back);
    import_until_full();
    assert_true(count_all(journey.registry) < case_count);
    assert_true(namespace_resize(small_disk, LARGE_BYTES));
    assert_true(try_import(2 * FILL_MAX));
    figures_add("disks_filled", 1);
    finish();
}

static void
enlarge_map(struct network_office *office)
{
    char path[NETWORK_PATH_BYTES];
    AUTO(heap) uint8_t *conf = NULL;
    size_t size;
    network_path(office, "conf", path);
    assert_int_equal(file_read(path, CONF_BYTES_MAX, &conf, &size, NULL), OK);
    char *line = strstr((char *)conf, SMALL_MAP);
    assert_non_null(line);
    memcpy(line, LARGE_MAP, strlen(LARGE_MAP));
    assert_int_equal(file_write(path, bytes_of(conf, size), 0600, FILE_REPLACE, NULL), OK);
}

static void
a_store_at_the_end_of_its_map_refuses_and_goes_on_with_a_larger_one(void **unused)
{
    (void)unused;
    apply_until_full();
    assert_int_equal(count_all(journey.window), case_count);
    network_stop_all(&network);
    enlarge_map(journey.window);
    enlarge_map(journey.registry);
    enlarge_map(journey.centre);
    start_offices();
    apply_one();
    figures_add("maps_filled", 1);
    finish();
}

int
main(int argc, char *argv[])
{
#define DISK(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define MAP(name)  cmocka_unit_test_setup_teardown(name, set_up_map, tear_down)
    const struct CMUnitTest tests[] = {
        DISK(a_window_whose_disk_is_full_refuses_and_goes_on_when_there_is_space),
        DISK(a_registry_whose_disk_is_full_takes_what_waits_when_there_is_space),
        MAP(a_store_at_the_end_of_its_map_refuses_and_goes_on_with_a_larger_one),
    };
    possible = namespace_own_mounts();
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
