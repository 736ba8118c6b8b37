/* SPDX-License-Identifier: Apache-2.0
 *
 * directory_change_test - running offices get another directory: by file, by signal, from a peer.
 * Whoever is no longer trusted is cut off at once; what is older or forged changes nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/domain/case_number.h"
#include "common/io/file.h"
#include "tests/lib/journey.h"
#include "tests/lib/puppet.h"

enum { QUIET_MS = 100 };

static struct network network;
static struct puppet puppet;
static struct made_application application;
static struct arena arena;
static bool failed = true;

static struct network_office *const registry = &network.offices[QINGYANG];
static struct network_office *const window = &network.offices[SHENZHEN];
static struct network_office *const good_window = &network.offices[FUTIAN];

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    failed = true;
    arena_init(&arena);
    network_open(&network, NULL);
    network_start(registry);
    network_populate(registry, 1, 10, NULL);
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    puppet_close(&puppet);
    network_close(&network, failed);
    arena_fini(&arena);
    return 0;
}

/* ---- versions ---- */

struct status {
    uint64_t version;
    uint64_t dropped;
    uint64_t tree_size;
};

static struct status
status_of(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(office, &answer);
    return (struct status){ .version = answer.response->status->directory_version,
                            .dropped = answer.response->status->dropped,
                            .tree_size = answer.response->status->tree_size };
}

static bool
has_newest(void *context)
{
    struct network_office *office = context;
    if (puppet.link != NULL)
        puppet_pump(&puppet, 1);
    return status_of(office).version == network.directory_version;
}

/* And until it stands in the journal. */
static void
wait_for_newest(struct network_office *office)
{
    network_wait_until(&network, "the newest directory is adopted", has_newest, office);
    usleep(QUIET_MS * 1000);
}

static struct bytes
newest_on_disk(const struct network_office *office)
{
    char path[NETWORK_PATH_BYTES];
    AUTO(heap) uint8_t *data = NULL;
    size_t size;
    assert_int_equal(
        file_read(network_path(office, "directory", path), 1 << 20, &data, &size, NULL), OK);
    return arena_copy(&arena, bytes_of(data, size));
}

/* ---- the puppet is a window that was trusted ---- */

static void
deliver(uint64_t sequence, bool expect_acknowledgement)
{
    char number[CASE_NUMBER_CHARS + 1];
    struct made_citizen citizen;
    struct bytes frames[ATTACHMENTS_MAX];
    assert_int_equal(case_number_format(window->code, 20261101, (uint32_t)sequence, number), OK);
    citizen_make(sequence, registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    const struct puppet_envelope request = {
        .to = registry,
        .sequence = sequence,
        .message = puppet_submit(&puppet, &application, number, &network.offices[YUEXIU]),
        .attachments = frames,
        .attachment_count = application_frames(&application, frames),
    };
    struct bytes envelope = puppet_seal(&puppet, &request);
    puppet_send(&puppet, registry, sequence, envelope, frames, request.attachment_count);
    if (expect_acknowledgement)
        puppet_wait_for_acknowledgement(&puppet, registry, sequence);
}

/* The connection that stood is of no use any more, and a new one does not come about. */
static void
assert_cut_off(const char *code)
{
    struct status before = status_of(registry);
    uint64_t received = network_count_in_state(registry, "received");
    deliver(2, false);
    deliver(3, false);
    for (int i = 0; i < 100 && status_of(registry).dropped < before.dropped + 2; i++)
        puppet_pump(&puppet, 10);
    puppet_pump(&puppet, QUIET_MS);
    assert_int_equal(status_of(registry).dropped, before.dropped + 2);
    assert_int_equal(status_of(registry).tree_size, before.tree_size);
    assert_int_equal(network_count_in_state(registry, "received"), received);
    assert_string_equal(puppet.refused[QINGYANG], code);

    unsigned lost = puppet.lost_count;
    puppet_disconnect(&puppet, registry);
    puppet_connect(&puppet, registry);
    deliver(2, false);
    puppet_pump(&puppet, 500);
    assert_true(puppet.lost_count > lost);
    assert_int_equal(status_of(registry).dropped, before.dropped + 2);
    assert_int_equal(status_of(registry).tree_size, before.tree_size);
}

static void
begin_as_trusted_window(void)
{
    puppet_open(&puppet, window);
    assert_int_equal(puppet_greet(&puppet, registry, 1), 1);
    deliver(1, true);
}

static void
an_office_revoked_by_a_new_file_is_cut_off_at_once(void **unused)
{
    (void)unused;
    begin_as_trusted_window();
    window->revoked = true;
    network_write_directory(registry, network_make_directory(&network, NULL, &arena));
    puppet.directory_version = network.directory_version;
    wait_for_newest(registry); /* it looks by itself */
    assert_cut_off("OFFICE_REVOKED");
    failed = false;
}

static void
an_office_that_is_no_longer_listed_is_cut_off_on_hang_up(void **unused)
{
    (void)unused;
    const struct network_directory without = { .without = window };
    begin_as_trusted_window();
    network_write_directory(registry, network_make_directory(&network, &without, &arena));
    puppet.directory_version = network.directory_version;
    network_hang_up(registry);
    wait_for_newest(registry);
    assert_cut_off("OFFICE_UNKNOWN");
    failed = false;
}

static void
an_office_whose_certificate_is_revoked_is_cut_off(void **unused)
{
    (void)unused;
    begin_as_trusted_window();
    network_revoke_certificate(window);
    network_hang_up(registry);
    puppet_pump(&puppet, 300);
    assert_cut_off("OFFICE_REVOKED");
    failed = false;
}

static void
a_certificate_revoked_in_the_file_counts_without_a_signal(void **unused)
{
    (void)unused;
    begin_as_trusted_window();
    network_revoke_certificate(window);
    puppet_pump(&puppet, 5000); /* it looks every two seconds */
    assert_cut_off("OFFICE_REVOKED");
    failed = false;
}

/* What the revoked office had queued is not taken, but what it sent before stays. */
static void
a_window_that_is_listed_again_goes_on_where_it_stood(void **unused)
{
    (void)unused;
    begin_as_trusted_window();
    window->revoked = true;
    network_write_directory(registry, network_make_directory(&network, NULL, &arena));
    network_hang_up(registry);
    wait_for_newest(registry);
    window->revoked = false;
    network_write_directory(registry, network_make_directory(&network, NULL, &arena));
    network_hang_up(registry);
    wait_for_newest(registry);
    puppet_disconnect(&puppet, registry);
    assert_int_equal(puppet_greet(&puppet, registry, 2), 2);
    deliver(2, true);
    assert_int_equal(network_count_in_state(registry, "received"), 2);
    failed = false;
}

/* ---- handed over by peers ---- */

static void
apply_and_wait(uint64_t seed)
{
    char number[CASE_NUMBER_CHARS + 1];
    struct made_citizen citizen;
    citizen_make(seed, registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    network_apply(good_window, &application, "", number);
    network_wait_for_state(registry, number, "received");
}

static void
a_newer_directory_goes_from_office_to_office_and_is_kept(void **unused)
{
    (void)unused;
    network_start(good_window);
    struct bytes newer = network_make_directory(&network, NULL, &arena);
    network_write_directory(registry, newer);
    network_hang_up(registry);
    wait_for_newest(registry);
    uint64_t before = status_of(good_window).tree_size;
    apply_and_wait(1); /* recipient has the newer one */
    wait_for_newest(good_window);
    assert_true(bytes_equal(newest_on_disk(good_window), newer));
    assert_true(status_of(good_window).tree_size >= before + 3); /* act, sent, adopted */

    network_stop(good_window);
    newer = network_make_directory(&network, NULL, &arena);
    network_write_directory(good_window, newer);
    network_start(good_window);
    apply_and_wait(2); /* sender has the newer one */
    wait_for_newest(registry);
    assert_true(bytes_equal(newest_on_disk(registry), newer));
    network_kill(registry);
    network_start(registry);
    assert_int_equal(status_of(registry).version, network.directory_version);
    failed = false;
}

static void
offer(struct bytes directory)
{
    Yidi__DirectoryOffer offered = YIDI__DIRECTORY_OFFER__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    offered.version = 1000;
    frame.body_case = YIDI__LINK_FRAME__BODY_DIRECTORY;
    frame.directory = &offered;
    puppet_send_frame(&puppet, registry, &frame, directory);
    puppet_pump(&puppet, QUIET_MS);
}

static void
an_older_or_forged_directory_of_a_peer_changes_nothing(void **unused)
{
    (void)unused;
    const struct network_directory by_an_office = { .version = 50,
                                                    .key = window->key,
                                                    .certificate = window->certificate };
    const struct network_directory without_you = { .version = 51, .without = registry };
    const struct network_directory expired = { .version = 52,
                                               .issued_ms = 1000,
                                               .expires_ms = 2000 };
    struct bytes older = newest_on_disk(registry);
    struct bytes present = network_make_directory(&network, NULL, &arena);
    struct bytes tampered = arena_copy(&arena, present);
    struct bytes forged = network_make_directory(&network, &by_an_office, &arena);
    struct bytes missing = network_make_directory(&network, &without_you, &arena);
    struct bytes ended = network_make_directory(&network, &expired, &arena);
    network_write_directory(registry, present);
    network_hang_up(registry);
    network.directory_version = 2;
    wait_for_newest(registry);
    puppet_open(&puppet, window);
    puppet.directory_version = 2;
    puppet_greet(&puppet, registry, 0);

    struct status before = status_of(registry);
    ((uint8_t *)(uintptr_t)tampered.data)[tampered.size / 2] ^= 1;
    offer(older); /* in good faith: not counted */
    offer(present);
    offer(tampered);
    offer(forged);
    offer(missing);
    offer(ended);
    struct status after = status_of(registry);
    assert_int_equal(after.version, 2);
    assert_int_equal(after.tree_size, before.tree_size);
    assert_int_equal(after.dropped, before.dropped + 4);
    assert_true(bytes_equal(newest_on_disk(registry), present));

    const struct network_directory true_one = { .version = 60 };
    offer(network_make_directory(&network, &true_one, &arena));
    assert_int_equal(status_of(registry).version, 60);
    failed = false;
}

/* Each of these would revoke the window, were it taken. */
static void
an_older_or_forged_directory_file_changes_nothing(void **unused)
{
    (void)unused;
    network_write_directory(registry, network_make_directory(&network, NULL, &arena));
    network_hang_up(registry);
    wait_for_newest(registry);
    const struct network_directory older = { .version = 1 }, same_version = { .version = 2 };
    const struct network_directory by_an_office = { .key = window->key,
                                                    .certificate = window->certificate };
    good_window->revoked = true;
    const struct bytes bad[] = { network_make_directory(&network, &older, &arena),
                                 network_make_directory(&network, &same_version, &arena),
                                 network_make_directory(&network, &by_an_office, &arena),
                                 bytes_of("garbage", 7) };
    good_window->revoked = false;
    struct status before = status_of(registry);
    assert_int_equal(before.version, 2);
    network_start(good_window);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        network_write_directory(registry, bad[i]);
        network_hang_up(registry);
        usleep(150 * 1000);
        assert_int_equal(status_of(registry).version, before.version);
        apply_and_wait(i + 1); /* it goes on with the one it had */
    }
    failed = false;
}

/* ---- strangers, and time ---- */

static void
an_office_that_no_directory_lists_yet_waits_until_one_does(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    const struct network_directory without = { .without = good_window };
    network_write_directory(registry, network_make_directory(&network, &without, &arena));
    network_hang_up(registry);
    wait_for_newest(registry);
    network_write_directory(good_window, network_make_directory(&network, NULL, &arena));
    network.directory_version--; /* the window alone has the newest */
    network_start(good_window);
    network_apply(good_window, &application, "", number);
    usleep(800 * 1000);
    assert_int_equal(network_count_in_state(registry, "received"), 0);
    network_write_directory(registry, newest_on_disk(good_window));
    network_hang_up(registry);
    network_wait_for_state(registry, number, "received");
    failed = false;
}

static void
beyond_its_grace_an_expired_directory_takes_no_new_applications_and_stops_nothing_else(
    void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    const struct journey journey = { good_window, registry, &network.offices[YUEXIU] };
    network_close(&network, false); /* once more, with another option */
    network_open(&network, &(struct network_options){ .option_lines = "directory-grace = 0\n" });
    const struct network_directory short_lived = { .expires_ms =
                                                       (uint64_t)time(NULL) * 1000 + 3000 };
    struct bytes directory = network_make_directory(&network, &short_lived, &arena);
    struct network_office *const offices[] = { journey.window, journey.registry, journey.centre };
    for (int i = 0; i < 3; i++) {
        network_write_directory(offices[i], directory);
        network_start(offices[i]);
    }
    network_populate(registry, 1, 10, NULL);
    network_apply(good_window, &application, "", number);
    journey_go_on(&journey, number, JOURNEY_ACCEPTED, JOURNEY_READY);
    usleep(4000 * 1000);
    network_apply_refused(good_window, &application, "DIRECTORY_EXPIRED", "directory");
    journey_go_on(&journey, number, JOURNEY_READY, JOURNEY_CLOSED);
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_office_revoked_by_a_new_file_is_cut_off_at_once),
        TEST(an_office_that_is_no_longer_listed_is_cut_off_on_hang_up),
        TEST(an_office_whose_certificate_is_revoked_is_cut_off),
        TEST(a_certificate_revoked_in_the_file_counts_without_a_signal),
        TEST(a_window_that_is_listed_again_goes_on_where_it_stood),
        TEST(a_newer_directory_goes_from_office_to_office_and_is_kept),
        TEST(an_older_or_forged_directory_of_a_peer_changes_nothing),
        TEST(an_older_or_forged_directory_file_changes_nothing),
        TEST(an_office_that_no_directory_lists_yet_waits_until_one_does),
        TEST(
            beyond_its_grace_an_expired_directory_takes_no_new_applications_and_stops_nothing_else),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
