/* SPDX-License-Identifier: Apache-2.0
 *
 * overload_test - an office that runs out of room refuses new work at the door, with a code and its
 * figures, and finishes what it accepted.
 *
 * Each reason is provoked for real: a map that fills, a registry that is away, a disk that another
 * file fills. Nothing that was refused is stored, and nothing that was accepted stands still.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io/file.h"
#include "tests/lib/journey.h"

enum {
    CITIZENS = 1000,
    COMMENT_BYTES = 12, /* marker, length, number */
    COMMENT_AT = 2,     /* behind the start-of-image marker */
    OUTBOX_MAX = 5,
    PIPELINED = 20,
    CONF_BYTES = 8192,
};

#define MIB (UINT64_C(1024) * 1024)

static const uint64_t filler_bytes = 4096 * MIB; /* of the file that fills the disk */
static const uint64_t swing_bytes = 1024 * MIB;  /* of what others may write and free meanwhile */
static const uint64_t needed_bytes = 6144 * MIB;

static struct network network;
static struct made_application application;
static bool failed = true;

static const struct journey journey = { .window = &network.offices[SHENZHEN],
                                        .registry = &network.offices[TIANHE],
                                        .centre = &network.offices[YUEXIU] };

/* Citizens of another registry than the journey's. */
static struct network_office *const other_registry = &network.offices[HAIZHU];

/* No two photos are the same: each has its own number in a comment. */
static void
make_room_for_number(void)
{
    static const uint8_t comment[COMMENT_BYTES] = { 0xff, 0xfe, 0x00, 0x0a };
    uint8_t *photo = application.photo;
    assert_true(application.photo_size + COMMENT_BYTES <= sizeof application.photo);
    memmove(photo + COMMENT_AT + COMMENT_BYTES, photo + COMMENT_AT,
            application.photo_size - COMMENT_AT);
    memcpy(photo + COMMENT_AT, comment, COMMENT_BYTES);
    application.photo_size += COMMENT_BYTES;
}

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    failed = true;
    network_open(&network, NULL);
    citizen_make(1, journey.registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    make_room_for_number();
    return 0;
}

static const char *
filler_path(char ret_path[NETWORK_PATH_BYTES])
{
    return network_path(journey.window, "filler", ret_path);
}

static int
tear_down(void **unused)
{
    (void)unused;
    char path[NETWORK_PATH_BYTES];
    unlink(filler_path(path));
    network_close(&network, failed);
    return 0;
}

/* ---- options, and what offices say ---- */

/* Give one office, which does not run, another value of an option. */
static void
set_option(const struct network_office *office, const char *name, uint64_t value)
{
    char path[NETWORK_PATH_BYTES], old[CONF_BYTES], text[CONF_BYTES];
    size_t size = 0, name_size = strlen(name);
    FILE *file = fopen(network_path(office, "conf", path), "r");
    assert_non_null(file);
    old[fread(old, 1, sizeof old - 1, file)] = '\0';
    fclose(file);
    for (char *rest = old, *line; (line = strsep(&rest, "\n")) != NULL;)
        if (line[0] != '\0' && (strncmp(line, name, name_size) != 0 || line[name_size] != ' '))
            size += (size_t)snprintf(text + size, sizeof text - size, "%s\n", line);
    size += (size_t)snprintf(text + size, sizeof text - size, "%s = %llu\n", name,
                             (unsigned long long)value);
    assert_true(size < sizeof text);
    assert_int_equal(file_write(path, bytes_of(text, size), 0600, FILE_REPLACE, NULL), OK);
}

static void
start(struct network_office *registry)
{
    network_start(journey.window);
    network_start(registry);
    network_start(journey.centre);
    network_populate(registry, 1, CITIZENS, NULL);
}

struct door {
    struct network_office *office;
    const char *name;
    const char *code; /* NULL: open */
};

/* Does status say so? */
static bool
door_stands(void *context)
{
    const struct door *door = context;
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(door->office, &answer);
    const Yidi__StatusReport *status = answer.response->status;
    for (size_t i = 0; i < status->n_doors_shut; i++)
        if (strcmp(status->doors_shut[i]->door, door->name) == 0) {
            assert_true(status->doors_shut[i]->rule[0] != '\0');
            return door->code != NULL && strcmp(status->doors_shut[i]->code, door->code) == 0;
        }
    return door->code == NULL;
}

static void
expect_door(struct network_office *office, const char *name, const char *code)
{
    const struct door door = { .office = office, .name = name, .code = code };
    if (!door_stands((void *)&door))
        fail_msg("%s: door %s is not %s", office->code, name, code == NULL ? "open" : code);
}

static void
wait_for_door(struct network_office *office, const char *name, const char *code)
{
    struct door door = { .office = office, .name = name, .code = code };
    network_wait_until(&network, code == NULL ? "the door opens" : "the door shuts", door_stands,
                       &door);
}

/* How often a step was logged. */
static unsigned
count_logged(const struct network_office *office, const char *text)
{
    char path[NETWORK_PATH_BYTES], line[1024];
    unsigned count = 0;
    FILE *file = fopen(network_path(office, "log", path), "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        count += strstr(line, text) != NULL;
    fclose(file);
    return count;
}

/* ---- applying ---- */

static void
set_applicant(uint64_t seed, const struct network_office *registry)
{
    struct made_citizen citizen;
    citizen_make(seed, registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    bytes_put_u64(application.photo + COMMENT_AT + 4, seed);
}

static void
apply_for(uint64_t seed, char ret_number[CASE_NUMBER_CHARS + 1])
{
    set_applicant(seed, journey.registry);
    network_apply(journey.window, &application, "", ret_number);
}

static void
expect_refused(uint64_t seed, const char *code, const char *field)
{
    set_applicant(seed, journey.registry);
    network_apply_refused(journey.window, &application, code, field);
}

/* Try; answers the code of the refusal, "" when it was accepted. */
static const char *
try_to_apply(uint64_t seed, char ret_number[CASE_NUMBER_CHARS + 1], char ret_code[48])
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    set_applicant(seed, journey.registry);
    apply.form = &application.form;
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &apply;
    size_t count = application_frames(&application, frames);
    network_ask(journey.window, &request, frames, count, &answer);
    const Yidi__Refusal *refusal = network_refusal(&answer);
    snprintf(ret_code, 48, "%s", refusal == NULL ? "" : refusal->code);
    if (refusal == NULL)
        snprintf(ret_number, CASE_NUMBER_CHARS + 1, "%s", answer.response->applied->case_number);
    return ret_code;
}

static uint64_t
cases_of(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    uint64_t count = 0;
    network_status(office, &answer);
    for (size_t i = 0; i < answer.response->status->n_states; i++)
        count += answer.response->status->states[i]->count;
    return count;
}

/* ---- the map ---- */

static bool
the_window_warns(void *unused)
{
    (void)unused;
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(journey.window, &answer);
    assert_in_range(answer.response->status->map_percent, 1, 100);
    return answer.response->status->map_warning;
}

static void
a_store_that_is_nearly_full_takes_no_application_and_finishes_all_it_has(void **unused)
{
    (void)unused;
    char numbers[CITIZENS][CASE_NUMBER_CHARS + 1], code[48] = "";
    const char *list[CITIZENS];
    size_t accepted = 0;
    const struct door shut = { journey.window, "own", "STORE_NEARLY_FULL" };
    set_option(journey.window, "map-size", 16 * MIB);
    set_option(journey.window, "map-fill-max", 65);
    start(journey.registry);
    while (accepted < CITIZENS && !door_stands((void *)&shut)) {
        if (*try_to_apply(accepted + 1, numbers[accepted], code) != '\0')
            continue; /* until the next look */
        list[accepted] = numbers[accepted];
        accepted++;
    }
    assert_in_range(accepted, 20, CITIZENS - 1);
    expect_refused(accepted + 1, "STORE_NEARLY_FULL", "map-fill-max");
    assert_int_equal(cases_of(journey.window), accepted);

    journey_take(&journey, list, accepted, JOURNEY_CLOSED); /* in what was left of the map */
    assert_int_equal(cases_of(journey.registry), accepted);
    network_wait_until(&network, "status warns of the map", the_window_warns, NULL);
    assert_true(count_logged(journey.window, "map_filling") >= 1);
    network_stop(journey.window);
    network_audit(journey.window);

    set_option(journey.window, "map-size", 64 * MIB);
    network_start(journey.window);
    expect_door(journey.window, "own", NULL);
    apply_for(accepted + 1, numbers[0]);
    journey_go_on(&journey, numbers[0], JOURNEY_ACCEPTED, JOURNEY_CLOSED);
    failed = false;
}

/* ---- a peer that is away ---- */

/* All at once, so that many are decided in one turn. Answers how many were accepted. */
static unsigned
pipeline_applications(uint64_t first_seed, char ret_numbers[PIPELINED][CASE_NUMBER_CHARS + 1])
{
    struct bytes frames[ATTACHMENTS_MAX];
    unsigned accepted = 0;
    for (unsigned i = 0; i < PIPELINED; i++) {
        Yidi__Apply apply = YIDI__APPLY__INIT;
        Yidi__Request request = YIDI__REQUEST__INIT;
        set_applicant(first_seed + i, journey.registry);
        apply.form = &application.form;
        request.command_case = YIDI__REQUEST__COMMAND_APPLY;
        request.apply = &apply;
        size_t count = application_frames(&application, frames);
        assert_true(network_send(journey.window, &request, frames, count));
    }
    for (unsigned i = 0; i < PIPELINED; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        assert_true(network_receive(journey.window, NETWORK_PATIENCE_MS, &answer));
        const Yidi__Refusal *refusal = network_refusal(&answer);
        if (refusal == NULL)
            snprintf(ret_numbers[accepted++], CASE_NUMBER_CHARS + 1, "%s",
                     answer.response->applied->case_number);
        else
            assert_string_equal(refusal->code, "PEER_BACKLOG");
    }
    return accepted;
}

static void
a_registry_that_is_away_gets_no_more_than_the_bound_and_no_other_is_touched(void **unused)
{
    (void)unused;
    char numbers[PIPELINED][CASE_NUMBER_CHARS + 1], other[CASE_NUMBER_CHARS + 1];
    const char *list[PIPELINED];
    set_option(journey.window, "outbox-max", OUTBOX_MAX);
    start(journey.registry);
    network_start(other_registry);
    network_populate(other_registry, 1, 5, NULL);
    network_stop(journey.registry);

    assert_int_equal(pipeline_applications(1, numbers), OUTBOX_MAX);
    for (size_t i = 0; i < OUTBOX_MAX; i++)
        list[i] = numbers[i];
    expect_refused(100, "PEER_BACKLOG", "outbox-max");
    expect_door(journey.window, journey.registry->code, "PEER_BACKLOG");
    expect_door(journey.window, "own", NULL);
    assert_int_equal(cases_of(journey.window), OUTBOX_MAX);
    set_applicant(1, other_registry);
    network_apply(journey.window, &application, "", other);
    network_wait_for_state(other_registry, other, "received");

    network_start(journey.registry);
    wait_for_door(journey.window, journey.registry->code, NULL);
    apply_for(100, numbers[OUTBOX_MAX]);
    list[OUTBOX_MAX] = numbers[OUTBOX_MAX];
    journey_take(&journey, list, OUTBOX_MAX + 1, JOURNEY_CLOSED);
    assert_int_equal(cases_of(journey.registry), OUTBOX_MAX + 1);
    assert_int_equal(count_logged(journey.window, "door_shut"), 1);
    assert_int_equal(count_logged(journey.window, "door_opened"), 1);
    failed = false;
}

/* ---- the disk ---- */

static uint64_t
free_bytes(void)
{
    struct statvfs disk;
    assert_int_equal(statvfs(network.authority.folder, &disk), 0);
    return (uint64_t)disk.f_bavail * disk.f_frsize;
}

static bool
can_fill_the_disk(void)
{
    if (free_bytes() >= needed_bytes)
        return true;
    print_message("not run: it needs %llu MiB of free disk\n",
                  (unsigned long long)(needed_bytes / MIB));
    failed = false;
    return false;
}

static void
fill_disk(void)
{
    char path[NETWORK_PATH_BYTES];
    int file = open(filler_path(path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(posix_fallocate(file, 0, (off_t)filler_bytes), 0);
    close(file);
}

static void
free_disk(void)
{
    char path[NETWORK_PATH_BYTES];
    assert_int_equal(unlink(filler_path(path)), 0);
}

static void
a_disk_that_another_file_fills_shuts_the_window_until_there_is_room_again(void **unused)
{
    (void)unused;
    char numbers[2][CASE_NUMBER_CHARS + 1];
    const char *list[1];
    if (!can_fill_the_disk())
        return;
    set_option(journey.window, "disk-reserve", free_bytes() - swing_bytes);
    start(journey.registry);
    apply_for(1, numbers[0]);
    list[0] = numbers[0];
    fill_disk();
    wait_for_door(journey.window, "own", "DISK_RESERVE");
    expect_refused(2, "DISK_RESERVE", "disk-reserve");
    assert_int_equal(cases_of(journey.window), 1);

    journey_take(&journey, list, 1, JOURNEY_CLOSED); /* the reserve is for this */
    free_disk();
    wait_for_door(journey.window, "own", NULL);
    apply_for(2, numbers[1]);
    journey_go_on(&journey, numbers[1], JOURNEY_ACCEPTED, JOURNEY_CLOSED);
    assert_int_equal(count_logged(journey.window, "door_shut"), 1);
    assert_int_equal(count_logged(journey.window, "door_opened"), 1);
    failed = false;
}

static bool
the_window_was_refused(void *unused)
{
    (void)unused;
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_peers(journey.window, journey.registry->code, &answer);
    return answer.response->peers->n_peers == 1 &&
           strstr(answer.response->peers->peers[0]->trouble, "(DISK_RESERVE)") != NULL;
}

static void
expect_import_refused(struct network_office *registry)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    static const char csv[] = "citizen_number\n";
    const struct bytes frame = bytes_of_text(csv);
    Yidi__PopulationImport import = YIDI__POPULATION_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_POPULATION_IMPORT;
    request.population_import = &import;
    network_ask(registry, &request, &frame, 1, &answer);
    assert_non_null(network_refusal(&answer));
    assert_string_equal(network_refusal(&answer)->code, "DISK_RESERVE");
}

/* The registry is beyond half of its reserve: the windows keep what opens cases, and shut their own
 * doors when that is too much. What the registry has, it finishes. */
static void
a_registry_without_room_leaves_applications_at_the_windows(void **unused)
{
    (void)unused;
    char first[CASE_NUMBER_CHARS + 1], numbers[PIPELINED][CASE_NUMBER_CHARS + 1];
    const char *list[PIPELINED];
    if (!can_fill_the_disk())
        return;
    start(journey.registry);
    apply_for(100, first);
    journey_go_on(&journey, first, JOURNEY_ACCEPTED, JOURNEY_EXAMINED);
    network_stop(journey.window);
    network_stop(journey.registry);
    set_option(journey.window, "outbox-max", OUTBOX_MAX);
    set_option(journey.registry, "disk-reserve", 2 * (free_bytes() - swing_bytes));
    network_start(journey.window);
    network_start(journey.registry);
    expect_door(journey.registry, "own", "DISK_RESERVE"); /* first this one */
    expect_door(journey.registry, "opening", NULL);
    expect_import_refused(journey.registry);

    fill_disk();
    wait_for_door(journey.registry, "opening", "DISK_RESERVE");
    assert_int_equal(pipeline_applications(1, numbers), OUTBOX_MAX);
    expect_refused(101, "PEER_BACKLOG", "outbox-max");
    network_wait_until(&network, "the registry refuses the window's stream", the_window_was_refused,
                       NULL);
    journey_go_on(&journey, first, JOURNEY_EXAMINED, JOURNEY_READY);
    assert_int_equal(cases_of(journey.registry), 1);

    free_disk();
    wait_for_door(journey.registry, "opening", NULL);
    wait_for_door(journey.window, journey.registry->code, NULL);
    expect_door(journey.registry, "own", "DISK_RESERVE");
    for (size_t i = 0; i < OUTBOX_MAX; i++)
        list[i] = numbers[i];
    journey_take(&journey, list, OUTBOX_MAX, JOURNEY_CLOSED);
    journey_go_on(&journey, first, JOURNEY_READY, JOURNEY_CLOSED);
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_store_that_is_nearly_full_takes_no_application_and_finishes_all_it_has),
        TEST(a_registry_that_is_away_gets_no_more_than_the_bound_and_no_other_is_touched),
        TEST(a_disk_that_another_file_fills_shuts_the_window_until_there_is_room_again),
        TEST(a_registry_without_room_leaves_applications_at_the_windows),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
