/* SPDX-License-Identifier: Apache-2.0
 *
 * hostile_order_test - a listed registry with true keys orders cards that it has no right to order.
 *
 * The card centre makes one card for one application that a listed window signed, for the registry
 * that has jurisdiction over the citizen, and for nobody else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/domain/case_number.h"
#include "tests/lib/puppet.h"

static struct network network;
static struct puppet puppet;
static struct made_application application;
static struct bytes frames[ATTACHMENTS_MAX];
static size_t frame_count;
static char case_number[CASE_NUMBER_CHARS + 1], other_number[CASE_NUMBER_CHARS + 1];
static uint64_t sequence;
static bool failed = true;

static struct network_office *const registry = &network.offices[TIANHE]; /* the puppet */
static struct network_office *const window = &network.offices[FUTIAN];
static struct network_office *const far_window = &network.offices[JINJIANG];
static struct network_office *const centre = &network.offices[YUEXIU];

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    failed = true;
    sequence = 0;
    network_open(&network, NULL);
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    frame_count = application_frames(&application, frames);
    assert_int_equal(case_number_format(window->code, 20261101, 1, case_number), OK);
    assert_int_equal(case_number_format(window->code, 20261101, 2, other_number), OK);
    network_start(centre);
    puppet_open(&puppet, registry);
    puppet_greet(&puppet, centre, 50);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    puppet_close(&puppet);
    network_close(&network, failed);
    return 0;
}

/* ---- orders ---- */

/* What the window is said to have sent. */
static struct puppet_envelope
good_application(void)
{
    return (struct puppet_envelope){
        .to = registry,
        .sequence = 1,
        .message = puppet_submit(&puppet, &application, case_number, centre),
        .attachments = frames,
        .attachment_count = frame_count,
        .as = window,
    };
}

static void
fill_order(struct bytes inner, Yidi__CardOrdered *ret_order)
{
    yidi__card_ordered__init(ret_order);
    ret_order->application_envelope =
        (ProtobufCBinaryData){ .data = (uint8_t *)(uintptr_t)inner.data, .len = inner.size };
    ret_order->acceptance_office = (char *)(uintptr_t)window->code;
    ret_order->issuing_authority = "广州市公安局天河分局";
    ret_order->valid_from = 20261101;
    ret_order->valid_until = 20461101;
    ret_order->statutory_deadline_ms = 1;
}

static void
order(Yidi__CardOrdered *ordered, const char *number)
{
    Yidi__Message message = YIDI__MESSAGE__INIT;
    message.case_number = (char *)(uintptr_t)number;
    message.body_case = YIDI__MESSAGE__BODY_CARD_ORDERED;
    message.card_ordered = ordered;
    const struct puppet_envelope request = { .to = centre,
                                             .sequence = ++sequence,
                                             .message = &message,
                                             .attachments = frames,
                                             .attachment_count = frame_count };
    puppet_deliver(&puppet, centre, sequence, puppet_seal(&puppet, &request), frames, frame_count);
}

static bool
has_heard_more(struct puppet *listener, const void *context)
{
    return listener->message_count > *(const size_t *)context;
}

static void
expect_order_refused(Yidi__CardOrdered *ordered, const char *number, const char *code)
{
    uint64_t orders = network_count_in_state(centre, "ordered");
    size_t heard = puppet.message_count;
    order(ordered, number);
    puppet_pump_until(&puppet, "the order is refused", has_heard_more, &heard);
    const Yidi__MessageRefused *refused = puppet.messages[heard].message->message_refused;
    assert_int_equal(puppet.messages[heard].message->body_case,
                     YIDI__MESSAGE__BODY_MESSAGE_REFUSED);
    if (strcmp(refused->code, code) != 0)
        fail_msg("refused with %s %s, not with %s", refused->code, refused->text, code);
    assert_int_equal(refused->sequence, sequence);
    assert_int_equal(network_count_in_state(centre, "ordered"), orders);
}

static void
expect_refused(const struct puppet_envelope *inner, const char *code)
{
    Yidi__CardOrdered ordered;
    fill_order(puppet_seal(&puppet, inner), &ordered);
    expect_order_refused(&ordered, case_number, code);
}

static void
expect_good(void)
{
    Yidi__CardOrdered ordered;
    const struct puppet_envelope inner = good_application();
    fill_order(puppet_seal(&puppet, &inner), &ordered);
    order(&ordered, case_number);
    network_wait_for_state(centre, case_number, "ordered");
    assert_int_equal(network_count_in_state(centre, "ordered"), 1);
}

/* ---- the tests ---- */

static void
a_true_order_is_placed_and_only_once(void **unused)
{
    (void)unused;
    Yidi__CardOrdered ordered;
    expect_good();
    const struct puppet_envelope inner = good_application();
    fill_order(puppet_seal(&puppet, &inner), &ordered);
    expect_order_refused(&ordered, case_number, "CASE_NUMBER_TAKEN");
    failed = false;
}

static void
a_registry_cannot_order_for_another_countys_citizen(void **unused)
{
    (void)unused;
    struct puppet_envelope inner = good_application();
    inner.message->application_submitted->form->person->registration_division = "510105";
    expect_refused(&inner, "NOT_IN_JURISDICTION");
    failed = false;
}

static void
an_application_changed_after_it_was_signed_orders_nothing(void **unused)
{
    (void)unused;
    Yidi__CardOrdered ordered;
    const struct puppet_envelope inner = good_application();
    struct bytes envelope = puppet_seal(&puppet, &inner);
    uint8_t *name = memmem(envelope.data, envelope.size, application.citizen.number, 6);
    assert_non_null(name);
    name[5] ^= 1;
    fill_order(envelope, &ordered);
    expect_order_refused(&ordered, case_number, "AUTHORITY_INVALID");
    fill_order(bytes_of("nothing", 7), &ordered);
    expect_order_refused(&ordered, case_number, "AUTHORITY_INVALID");
    fill_order(bytes_of(envelope.data, envelope.size / 2), &ordered);
    expect_order_refused(&ordered, case_number, "AUTHORITY_INVALID");
    expect_good();
    failed = false;
}

static void
an_application_that_no_trusted_window_signed_orders_nothing(void **unused)
{
    (void)unused;
    struct network_office unlisted = *window, impostor = *window;
    struct puppet_envelope inner = good_application();
    Yidi__CardOrdered ordered;

    impostor.key = registry->key; /* the window's name under the registry's own key */
    impostor.certificate = registry->certificate;
    inner.as = &impostor;
    expect_refused(&inner, "AUTHORITY_INVALID");

    authority_issue(&network.authority, "440303510100", "acceptance", &unlisted.key,
                    &unlisted.certificate);
    unlisted.code = "440303510100"; /* certified by the root, in no directory */
    inner.as = &unlisted;
    fill_order(puppet_seal(&puppet, &inner), &ordered);
    ordered.acceptance_office = (char *)(uintptr_t)unlisted.code;
    expect_order_refused(&ordered, case_number, "AUTHORITY_INVALID");
    signing_key_destroy(unlisted.key);
    certificate_destroy(unlisted.certificate);

    inner.as = registry; /* listed, but no window */
    fill_order(puppet_seal(&puppet, &inner), &ordered);
    ordered.acceptance_office = (char *)(uintptr_t)registry->code;
    expect_order_refused(&ordered, case_number, "AUTHORITY_INVALID");

    inner.as = &network.offices[SHENZHEN]; /* a window, but not the one that the order names */
    expect_refused(&inner, "AUTHORITY_INVALID");
    expect_good();
    failed = false;
}

static void
an_application_for_another_registry_case_or_centre_orders_nothing(void **unused)
{
    (void)unused;
    Yidi__CardOrdered ordered;
    struct puppet_envelope inner = good_application();
    inner.to = &network.offices[HAIZHU];
    expect_refused(&inner, "AUTHORITY_INVALID");

    inner = good_application();
    fill_order(puppet_seal(&puppet, &inner), &ordered);
    expect_order_refused(&ordered, other_number, "AUTHORITY_INVALID");

    inner = good_application();
    inner.message->application_submitted->production_office =
        (char *)(uintptr_t)network.offices[WUHOU].code;
    expect_refused(&inner, "WRONG_OFFICE");

    inner = good_application();
    inner.as = far_window; /* which this centre does not serve */
    fill_order(puppet_seal(&puppet, &inner), &ordered);
    ordered.acceptance_office = (char *)(uintptr_t)far_window->code;
    expect_order_refused(&ordered, case_number, "WRONG_OFFICE");
    expect_good();
    failed = false;
}

static void
an_order_with_other_photos_than_the_application_is_refused(void **unused)
{
    (void)unused;
    struct puppet_envelope inner = good_application();
    inner.message->application_submitted->form->photo_digest =
        inner.message->application_submitted->form->fingerprints[1]->digest;
    expect_refused(&inner, "MALFORMED");
    inner = good_application();
    inner.message->application_submitted->form->n_fingerprints = 1;
    expect_refused(&inner, "MALFORMED");
    expect_good();
    failed = false;
}

/* The window was revoked since. */
static void
an_application_of_a_window_no_longer_trusted_orders_nothing(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    window->revoked = true;
    network_write_directory(centre, network_make_directory(&network, NULL, &arena));
    puppet.directory_version = network.directory_version;
    network_hang_up(centre);
    AUTO(network_answer) struct network_answer answer = { 0 };
    do {
        network_answer_fini(&answer);
        puppet_pump(&puppet, 20);
        network_status(centre, &answer);
    } while (answer.response->status->directory_version < network.directory_version);
    const struct puppet_envelope inner = good_application();
    expect_refused(&inner, "AUTHORITY_INVALID");
    failed = false;
}

static void
a_window_cannot_order_cards(void **unused)
{
    (void)unused;
    struct puppet *ordering = &puppet;
    puppet_close(ordering);
    puppet_open(ordering, window);
    assert_int_equal(puppet_greet(ordering, centre, 1), 1);
    const struct puppet_envelope inner = good_application();
    expect_refused(&inner, "ROLE_MISMATCH");
    failed = false;
}

static void
another_registry_cannot_use_an_order_that_it_overheard(void **unused)
{
    (void)unused;
    Yidi__CardOrdered ordered;
    const struct puppet_envelope inner = good_application();
    struct bytes envelope = puppet_seal(&puppet, &inner);
    envelope = bytes_of(memcpy(malloc(envelope.size), envelope.data, envelope.size), envelope.size);
    puppet_close(&puppet);
    puppet_open(&puppet, &network.offices[HAIZHU]);
    puppet_greet(&puppet, centre, 1);
    fill_order(envelope, &ordered);
    expect_order_refused(&ordered, case_number, "AUTHORITY_INVALID");
    free((void *)(uintptr_t)envelope.data);
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_true_order_is_placed_and_only_once),
        TEST(a_registry_cannot_order_for_another_countys_citizen),
        TEST(an_application_changed_after_it_was_signed_orders_nothing),
        TEST(an_application_that_no_trusted_window_signed_orders_nothing),
        TEST(an_application_for_another_registry_case_or_centre_orders_nothing),
        TEST(an_order_with_other_photos_than_the_application_is_refused),
        TEST(an_application_of_a_window_no_longer_trusted_orders_nothing),
        TEST(a_window_cannot_order_cards),
        TEST(another_registry_cannot_use_an_order_that_it_overheard),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
