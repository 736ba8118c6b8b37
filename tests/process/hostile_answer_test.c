/* SPDX-License-Identifier: Apache-2.0
 *
 * hostile_answer_test - a registry that is listed, with true keys, and answers a window badly: it
 * claims too much, says nothing, grants next to nothing, or brings false news.
 *
 * The window lives, loses nothing, and goes on with everybody else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/puppet.h"

enum { CASES = 5 };

static struct network network;
static struct puppet puppet;
static struct made_application application;
static char cases[CASES][CASE_NUMBER_CHARS + 1];
static bool failed = true;

static struct network_office *const window = &network.offices[FUTIAN];
static struct network_office *const registry = &network.offices[TIANHE]; /* the puppet */
static struct network_office *const good_registry = &network.offices[QINGYANG];

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    failed = true;
    network_open(&network, NULL);
    network_start(window);
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    puppet_open(&puppet, registry);
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

static void
apply(const struct network_office *to, uint64_t seed, char ret_number[CASE_NUMBER_CHARS + 1])
{
    struct made_citizen citizen;
    citizen_make(seed, to->area, &citizen);
    application_set_citizen(&application, &citizen);
    network_apply(window, &application, "", ret_number);
}

static bool
has_hellos(struct puppet *listener, const void *count)
{
    return listener->hello_count >= *(const uint64_t *)count;
}

static bool
has_messages(struct puppet *listener, const void *count)
{
    return listener->message_count >= *(const size_t *)count;
}

/* The puppet has every case once, in the order in which they were accepted. */
static void
assert_all_came(size_t count)
{
    puppet_pump_until(&puppet, "every application comes", has_messages, &count);
    puppet_pump(&puppet, 300);
    assert_int_equal(puppet.message_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(puppet.messages[i].sequence, i + 1);
        assert_string_equal(puppet.messages[i].message->case_number, cases[i]);
        assert_int_equal(puppet.messages[i].frame_count, 3);
    }
}

struct stand {
    uint64_t assigned;
    uint64_t acknowledged;
    char trouble[241];
};

static struct stand
look_at_stream(void)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    struct stand stand = { 0 };
    network_peers(window, registry->code, &answer);
    assert_int_equal(answer.response->peers->n_peers, 1);
    const Yidi__PeerStatus *peer = answer.response->peers->peers[0];
    stand.assigned = peer->assigned;
    stand.acknowledged = peer->acknowledged;
    snprintf(stand.trouble, sizeof stand.trouble, "%s", peer->trouble);
    return stand;
}

/* ---- the stream ---- */

static void
an_acknowledgement_of_what_was_never_sent_takes_nothing_away(void **unused)
{
    (void)unused;
    const uint64_t hellos = 2, more_hellos = 3;
    puppet.claim_ahead = 2;
    apply(registry, 1, cases[0]);
    puppet_pump_until(&puppet, "the window comes back", has_hellos, &hellos);
    assert_true(look_at_stream().acknowledged <= 1);
    apply(registry, 2, cases[1]);
    apply(registry, 3, cases[2]);
    puppet_pump_until(&puppet, "the window comes back again", has_hellos, &more_hellos);
    assert_true(look_at_stream().acknowledged <= puppet.applied[FUTIAN]);
    puppet.claim_ahead = 0;
    apply(registry, 4, cases[3]);
    assert_all_came(4);
    assert_int_equal(look_at_stream().acknowledged, 4);
    failed = false;
}

static void
a_peer_that_never_acknowledges_holds_up_nobody_else(void **unused)
{
    (void)unused;
    char elsewhere[CASE_NUMBER_CHARS + 1];
    puppet.silent = true;
    for (int i = 0; i < CASES; i++)
        apply(registry, (uint64_t)i + 1, cases[i]);
    puppet_pump(&puppet, 3000);
    assert_true(puppet.hello_count >= 2);                             /* it tries again */
    assert_true(puppet.data_count <= CASES * puppet.hello_count * 2); /* but does not flood */
    network_start(good_registry);
    network_populate(good_registry, 1, 1, NULL);
    apply(good_registry, 1, elsewhere);
    network_wait_for_state(good_registry, elsewhere, "received");
    assert_int_equal(look_at_stream().assigned, CASES);
    puppet.silent = false;
    assert_all_came(CASES);
    failed = false;
}

static void
the_smallest_credit_is_kept_to_and_still_brings_everything(void **unused)
{
    (void)unused;
    puppet.window_messages = 1;
    puppet.silent = true;
    for (int i = 0; i < CASES; i++)
        apply(registry, (uint64_t)i + 1, cases[i]);
    puppet_pump(&puppet, 400);
    assert_int_equal(puppet.message_count, 1);
    puppet.silent = false;
    assert_all_came(CASES);
    failed = false;
}

/* A peer that was set back to an older state says so, and gets everything again. */
static void
a_peer_that_forgot_gets_what_it_forgot_again(void **unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++)
        apply(registry, (uint64_t)i + 1, cases[i]);
    assert_all_came(3);
    puppet_close(&puppet);
    puppet_open(&puppet, registry);
    apply(registry, 4, cases[3]);
    assert_all_came(4);
    failed = false;
}

/* ---- false news ---- */

static void
send_message(struct puppet *from, uint64_t sequence, Yidi__Message *message)
{
    const struct puppet_envelope request = { .to = window,
                                             .sequence = sequence,
                                             .message = message };
    puppet_deliver(from, window, sequence, puppet_seal(from, &request), NULL, 0);
}

static void
expect_refused(struct puppet *from, uint64_t sequence, Yidi__Message *message, const char *code)
{
    size_t heard = from->message_count + 1;
    send_message(from, sequence, message);
    puppet_pump_until(from, "the news is refused", has_messages, &heard);
    const Yidi__Message *answer = from->messages[heard - 1].message;
    assert_int_equal(answer->body_case, YIDI__MESSAGE__BODY_MESSAGE_REFUSED);
    assert_string_equal(answer->message_refused->code, code);
    network_wait_for_state(window, cases[0], "submitted");
}

static void
news_about_a_case_is_taken_from_its_own_offices_alone(void **unused)
{
    (void)unused;
    Yidi__Message message = YIDI__MESSAGE__INIT;
    Yidi__CardIssued issued = YIDI__CARD_ISSUED__INIT;
    Yidi__ApplicationRefused refused = YIDI__APPLICATION_REFUSED__INIT;
    Yidi__CardDispatched dispatched = YIDI__CARD_DISPATCHED__INIT;
    Yidi__RefusalReason reason = YIDI__REFUSAL_REASON__BAD_CREDIT_RECORD;
    issued.production_office = (char *)(uintptr_t)network.offices[WUHOU].code;
    issued.issuing_authority = "x";
    issued.valid_from = 20261101;
    refused.reasons = &reason;
    refused.n_reasons = 1;
    refused.text = refused.contact = "x";
    dispatched.card_serial = "X-1";
    apply(registry, 1, cases[0]);
    assert_all_came(1);
    message.case_number = cases[0];
    message.body_case = YIDI__MESSAGE__BODY_CARD_ISSUED;
    message.card_issued = &issued;
    puppet_greet(&puppet, window, 5);
    expect_refused(&puppet, 1, &message, "WRONG_OFFICE"); /* another card centre */

    puppet_close(&puppet);
    puppet_open(&puppet, &network.offices[HAIZHU]); /* a registry, but not of this case */
    puppet_greet(&puppet, window, 5);
    message.body_case = YIDI__MESSAGE__BODY_APPLICATION_REFUSED;
    message.application_refused = &refused;
    expect_refused(&puppet, 1, &message, "WRONG_OFFICE");
    puppet_close(&puppet);
    puppet_open(&puppet, &network.offices[WUHOU]); /* a card centre, but not of this case */
    puppet_greet(&puppet, window, 5);
    message.body_case = YIDI__MESSAGE__BODY_CARD_DISPATCHED;
    message.card_dispatched = &dispatched;
    expect_refused(&puppet, 1, &message, "WRONG_OFFICE");
    failed = false;
}

/* As long as its bounds allow, in characters of several bytes: whatever the window makes of it must
 * be text that can be read again. */
static void
a_refusal_as_long_as_its_bounds_allow_can_be_shown(void **unused)
{
    (void)unused;
    char code[41], field[97], text[241];
    Yidi__Message message = YIDI__MESSAGE__INIT;
    Yidi__MessageRefused refused = YIDI__MESSAGE_REFUSED__INIT;
    for (int shift = 0; shift < 3; shift++) {
        apply(registry, (uint64_t)shift + 1, cases[shift]);
        memset(code, 'C', 40);
        code[40] = '\0';
        memset(field, 'f', 96);
        field[96] = '\0';
        memset(text, 'a', sizeof text);
        for (int i = shift; i + 3 <= 240; i += 3)
            memcpy(text + i, "字", 3);
        text[240] = '\0';
        refused.sequence = (uint64_t)shift + 1;
        refused.code = code;
        refused.field = field;
        refused.text = text;
        refused.contact = "020";
        message.case_number = cases[shift];
        message.body_case = YIDI__MESSAGE__BODY_MESSAGE_REFUSED;
        message.message_refused = &refused;
        if (shift == 0)
            puppet_greet(&puppet, window, 5);
        send_message(&puppet, (uint64_t)shift + 1, &message);
        network_wait_for_state(window, cases[shift], "refused");
    }
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_list(window, "refused", 10, "", &answer);
    assert_int_equal(answer.response->listed->n_cases, 3);
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_acknowledgement_of_what_was_never_sent_takes_nothing_away),
        TEST(a_peer_that_never_acknowledges_holds_up_nobody_else),
        TEST(the_smallest_credit_is_kept_to_and_still_brings_everything),
        TEST(a_peer_that_forgot_gets_what_it_forgot_again),
        TEST(news_about_a_case_is_taken_from_its_own_offices_alone),
        TEST(a_refusal_as_long_as_its_bounds_allow_can_be_shown),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
