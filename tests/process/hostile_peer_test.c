/* SPDX-License-Identifier: Apache-2.0
 *
 * hostile_peer_test - a window that is listed, with true keys, and means ill: towards a registry it
 * repeats, reorders, forges, tampers and lies.
 *
 * After each attempt the registry lives, has counted the drop or durably refused the message, and
 * nothing else has changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "common/io/clock.h"
#include "common/io/wire.h"
#include "tests/lib/puppet.h"

enum { QUIET_MS = 60, CASES = 4 };

static struct network network;
static struct puppet puppet;
static struct made_application application;
static struct bytes frames[ATTACHMENTS_MAX];
static size_t frame_count;
static char cases[CASES][CASE_NUMBER_CHARS + 1];
static bool failed = true;

static struct network_office *const registry = &network.offices[QINGYANG];
static struct network_office *const window = &network.offices[SHENZHEN];
static struct network_office *const other_window = &network.offices[FUTIAN];
static struct network_office *const centre = &network.offices[YUEXIU];

static void
make_case_numbers(void)
{
    for (uint32_t i = 0; i < CASES; i++)
        assert_int_equal(case_number_format(window->code, civil_date_of_ms(clock_now().wall_ms),
                                            i + 1, cases[i]),
                         OK);
}

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    failed = true;
    network_open(&network, NULL);
    network_start(registry);
    network_populate(registry, 1, 10, NULL);
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    frame_count = application_frames(&application, frames);
    make_case_numbers();
    puppet_open(&puppet, window);
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

/* ---- what the registry shows ---- */

struct look {
    uint64_t tree_size;
    uint64_t dropped;
    uint64_t applied; /* from the puppet */
};

static struct look
look_at(struct network_office *office)
{
    AUTO(network_answer) struct network_answer status = { 0 }, peers = { 0 };
    struct look look = { 0 };
    network_status(office, &status);
    network_peers(office, window->code, &peers);
    look.tree_size = status.response->status->tree_size;
    look.dropped = status.response->status->dropped;
    if (peers.response->peers->n_peers > 0)
        look.applied = peers.response->peers->peers[0]->applied;
    return look;
}

/* So many frames were dropped since, and nothing else happened. */
static void
assert_dropped(const struct look *before, uint64_t count)
{
    struct look now = look_at(registry);
    for (int i = 0; i < 100 && now.dropped < before->dropped + count; i++) {
        puppet_pump(&puppet, 10);
        now = look_at(registry);
    }
    puppet_pump(&puppet, QUIET_MS);
    now = look_at(registry);
    assert_int_equal(now.dropped, before->dropped + count);
    assert_int_equal(now.tree_size, before->tree_size);
    assert_int_equal(now.applied, before->applied);
}

/* An application has its photo and templates beside it, no other message has anything. */
static size_t
attachment_count(const Yidi__Message *message)
{
    return message->body_case == YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED ? frame_count : 0;
}

static struct bytes
seal(uint64_t sequence, Yidi__Message *message)
{
    const struct puppet_envelope request = { .to = registry,
                                             .sequence = sequence,
                                             .message = message,
                                             .attachments = frames,
                                             .attachment_count = attachment_count(message) };
    return puppet_seal(&puppet, &request);
}

static Yidi__Message *
submit(int index)
{
    struct made_citizen citizen;
    citizen_make((uint64_t)index + 1, registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    Yidi__Message *message = puppet_submit(&puppet, &application, cases[index], centre);
    Yidi__Person *person = arena_take(&puppet.arena, sizeof *person);
    *person = application.person;
    person->citizen_number = arena_copy_text(&puppet.arena, citizen.number);
    person->name = arena_copy_text(&puppet.arena, citizen.name);
    person->address = arena_copy_text(&puppet.arena, citizen.address);
    person->registration_division = arena_copy_text(&puppet.arena, citizen.division);
    message->application_submitted->form->person = person;
    return message;
}

static void
deliver_good(uint64_t sequence, int index)
{
    puppet_deliver(&puppet, registry, sequence, seal(sequence, submit(index)), frames, frame_count);
    network_wait_for_state(registry, cases[index], "received");
}

/* ---- the stream ---- */

static void
repeated_data_takes_effect_once(void **unused)
{
    (void)unused;
    assert_int_equal(puppet_greet(&puppet, registry, 1), 1);
    struct bytes envelope = seal(1, submit(0));
    for (int i = 0; i < 5; i++)
        puppet_send(&puppet, registry, 1, envelope, frames, frame_count);
    puppet_wait_for_acknowledgement(&puppet, registry, 1);
    struct look before = look_at(registry);
    for (int i = 0; i < 5; i++)
        puppet_send(&puppet, registry, 1, envelope, frames, frame_count);
    assert_dropped(&before, 0);
    assert_int_equal(before.applied, 1);
    assert_int_equal(network_count_in_state(registry, "received"), 1);

    puppet_disconnect(&puppet, registry);
    assert_int_equal(puppet_greet(&puppet, registry, 1), 2);
    failed = false;
}

static void
reordered_data_waits_for_its_turn(void **unused)
{
    (void)unused;
    puppet_greet(&puppet, registry, 3);
    struct bytes first = seal(1, submit(0)), second = seal(2, submit(1)),
                 third = seal(3, submit(2));
    struct look before = look_at(registry);
    puppet_send(&puppet, registry, 3, third, frames, frame_count);
    puppet_send(&puppet, registry, 2, second, frames, frame_count);
    assert_dropped(&before, 2);
    puppet_send(&puppet, registry, 1, first, frames, frame_count);
    puppet_send(&puppet, registry, 3, third, frames, frame_count);
    puppet_wait_for_acknowledgement(&puppet, registry, 1);
    before = look_at(registry);
    assert_int_equal(before.applied, 1);
    puppet_deliver(&puppet, registry, 2, second, frames, frame_count);
    puppet_deliver(&puppet, registry, 3, third, frames, frame_count);
    assert_int_equal(network_count_in_state(registry, "received"), 3);
    failed = false;
}

static void
an_envelope_counts_only_under_its_own_sequence(void **unused)
{
    (void)unused;
    puppet_greet(&puppet, registry, 9);
    struct bytes first = seal(1, submit(0));
    puppet_deliver(&puppet, registry, 1, first, frames, frame_count);
    struct look before = look_at(registry);
    puppet_send(&puppet, registry, 2, first, frames, frame_count);
    puppet_send(&puppet, registry, 2, seal(3, submit(1)), frames, frame_count);
    puppet_send(&puppet, registry, UINT64_MAX >> 1, first, frames, frame_count);
    assert_dropped(&before, 3);
    deliver_good(2, 1);
    failed = false;
}

static void
a_hello_in_another_offices_name_or_protocol_is_refused(void **unused)
{
    (void)unused;
    Yidi__Hello hello = YIDI__HELLO__INIT;
    hello.protocol = 1;
    hello.office = (char *)other_window->code;
    hello.assigned = 7;
    hello.epoch = 1;
    struct look before = look_at(registry);
    puppet_connect(&puppet, registry);
    puppet_send_hello(&puppet, registry, &hello);
    hello.office = (char *)window->code;
    hello.protocol = 2;
    puppet_send_hello(&puppet, registry, &hello);
    puppet_pump(&puppet, 300);
    assert_string_equal(puppet.refused[QINGYANG], "PROTOCOL_UNSUPPORTED");
    assert_int_equal(puppet.welcome_next[QINGYANG], 0);
    assert_dropped(&before, 0);
    failed = false;
}

/* ---- forgery ---- */

static struct bytes
seal_as(uint64_t sequence, const struct network_office *as)
{
    const struct puppet_envelope request = { .to = registry,
                                             .sequence = sequence,
                                             .message = submit(0),
                                             .attachments = frames,
                                             .attachment_count = frame_count,
                                             .as = as };
    return puppet_seal(&puppet, &request);
}

static void
address_elsewhere(Yidi__JournalEntry *entry)
{
    entry->sent->to = "440106480000";
}

static void
make_it_an_act(Yidi__JournalEntry *entry)
{
    static Yidi__Act act;
    yidi__act__init(&act);
    act.verb = "accept";
    entry->body_case = YIDI__JOURNAL_ENTRY__BODY_ACT;
    entry->act = &act;
}

static void
another_epoch(Yidi__JournalEntry *entry)
{
    entry->epoch = 2;
}

static struct bytes
seal_changed(void (*change)(Yidi__JournalEntry *entry))
{
    const struct puppet_envelope request = { .to = registry,
                                             .sequence = 1,
                                             .message = submit(0),
                                             .attachments = frames,
                                             .attachment_count = frame_count,
                                             .change = change };
    return puppet_seal(&puppet, &request);
}

static void
what_another_office_signed_or_for_another_office_is_dropped(void **unused)
{
    (void)unused;
    struct network_office impostor = *window;
    struct signing_key *key;
    struct certificate *certificate;
    impostor.key = other_window->key; /* our name under another's key */
    impostor.certificate = other_window->certificate;
    struct network_office stranger = *window; /* a fresh key, certified but not listed */
    authority_issue(&network.authority, window->code, "acceptance", &key, &certificate);
    stranger.key = key;
    stranger.certificate = certificate;
    puppet_greet(&puppet, registry, 1);
    const struct bytes attempts[] = {
        seal_as(1, other_window),    seal_as(1, &impostor),           seal_as(1, &stranger),
        seal_as(1, registry),        seal_changed(address_elsewhere), seal_changed(make_it_an_act),
        seal_changed(another_epoch),
    };
    struct look before = look_at(registry);
    size_t count = sizeof attempts / sizeof *attempts;
    for (size_t i = 0; i < count; i++)
        puppet_send(&puppet, registry, 1, attempts[i], frames, frame_count);
    assert_dropped(&before, count);
    deliver_good(1, 0);
    signing_key_destroy(key);
    certificate_destroy(certificate);
    failed = false;
}

/* One true envelope, changed after it was signed, in each of its parts. */
static void
change_a_field(Yidi__Envelope *envelope)
{
    uint8_t *place = memmem(envelope->entry.data, envelope->entry.len, "13800138000", 11);
    assert_non_null(place);
    place[0] = '2';
}

static void
change_the_last_byte(Yidi__Envelope *envelope)
{
    envelope->entry.data[envelope->entry.len - 1] ^= 1;
}

static void
change_the_index(Yidi__Envelope *envelope)
{
    envelope->leaf_index ^= 1;
}

static void
leave_the_tree(Yidi__Envelope *envelope)
{
    envelope->leaf_index += 2;
}

static void
cut_the_path(Yidi__Envelope *envelope)
{
    envelope->n_path = 0;
}

static void
lengthen_the_path(Yidi__Envelope *envelope)
{
    envelope->path[envelope->n_path] = envelope->path[0];
    envelope->n_path++;
}

static void
change_the_size(Yidi__Envelope *envelope)
{
    strchr(envelope->head, '\n')[1]++;
}

static void
change_the_time(Yidi__Envelope *envelope)
{
    strstr(envelope->head, "time ")[5] ^= 1;
}

static void
change_the_signature(Yidi__Envelope *envelope)
{
    char *place = envelope->head + strlen(envelope->head) - 12;
    *place = *place == 'A' ? 'B' : 'A';
}

/* Copies what the changes write to. */
static Yidi__Envelope
copy_envelope(const Yidi__Envelope *good)
{
    Yidi__Envelope copy = *good;
    struct bytes entry = bytes_of(good->entry.data, good->entry.len);
    copy.entry.data = (uint8_t *)(uintptr_t)arena_copy(&puppet.arena, entry).data;
    copy.head = arena_copy_text(&puppet.arena, good->head);
    copy.path = arena_take(&puppet.arena, (good->n_path + 1) * sizeof *copy.path);
    memcpy(copy.path, good->path, good->n_path * sizeof *copy.path);
    return copy;
}

static void
a_tampered_envelope_is_dropped(void **unused)
{
    (void)unused;
    static void (*const changes[])(Yidi__Envelope *) = {
        change_a_field,  change_the_last_byte, change_the_index,
        leave_the_tree,  cut_the_path,         lengthen_the_path,
        change_the_size, change_the_time,      change_the_signature,
    };
    enum { CHANGES = sizeof changes / sizeof *changes };
    puppet_greet(&puppet, registry, 1);
    (void)seal(1, submit(1)); /* so that the proof has a path */
    const struct puppet_envelope request = { .to = registry,
                                             .sequence = 1,
                                             .message = submit(0),
                                             .attachments = frames,
                                             .attachment_count = frame_count };
    const Yidi__Envelope *good = puppet_make_envelope(&puppet, &request);
    struct look before = look_at(registry);
    for (int i = 0; i < CHANGES; i++) {
        Yidi__Envelope bad = copy_envelope(good);
        changes[i](&bad);
        puppet_send(&puppet, registry, 1, puppet_pack(&puppet, &bad), frames, frame_count);
    }
    assert_dropped(&before, CHANGES);
    puppet_deliver(&puppet, registry, 1, puppet_pack(&puppet, good), frames, frame_count);
    failed = false;
}

/* All that was signed stays true for ever: another journal under the same name is no journal. */
static void
what_comes_from_a_rewritten_journal_is_dropped(void **unused)
{
    (void)unused;
    puppet_greet(&puppet, registry, 1);
    (void)seal(9, submit(2));
    deliver_good(1, 0);
    puppet_close(&puppet);
    puppet_open(&puppet, window); /* with an empty journal */
    assert_int_equal(puppet_greet(&puppet, registry, 9), 2);
    struct look before = look_at(registry);
    puppet_send(&puppet, registry, 2, seal(2, submit(1)), frames, frame_count); /* smaller */
    puppet_send(&puppet, registry, 2, seal(2, submit(1)), frames, frame_count); /* same size */
    assert_dropped(&before, 2);
    failed = false;
}

static void
attachments_that_are_not_the_signed_ones_are_dropped(void **unused)
{
    (void)unused;
    puppet_greet(&puppet, registry, 1);
    struct bytes envelope = seal(1, submit(0));
    uint8_t other_template[PHOTO_MAKER_TEMPLATE_BYTES];
    photo_make_template(99, other_template);
    const struct bytes swapped[] = { frames[0], frames[2], frames[1] };
    const struct bytes other[] = { frames[0], frames[1],
                                   bytes_of(other_template, sizeof other_template) };
    const struct bytes shorter[] = { bytes_of(frames[0].data, frames[0].size - 1), frames[1],
                                     frames[2] };
    struct look before = look_at(registry);
    puppet_send(&puppet, registry, 1, envelope, swapped, 3);
    puppet_send(&puppet, registry, 1, envelope, other, 3);
    puppet_send(&puppet, registry, 1, envelope, shorter, 3);
    puppet_send(&puppet, registry, 1, envelope, frames, 2);
    puppet_send(&puppet, registry, 1, envelope, frames, 0);
    assert_dropped(&before, 5);
    puppet_deliver(&puppet, registry, 1, envelope, frames, frame_count);
    failed = false;
}

/* ---- authentic, but not acceptable ---- */

static bool
has_heard_more(struct puppet *listener, const void *context)
{
    return listener->message_count > *(const size_t *)context;
}

/* The registry answers with MessageRefused, nothing becomes of the message, and the stream moves
 * on. */
static void
expect_refused(uint64_t sequence, Yidi__Message *message, const char *code)
{
    uint64_t received = network_count_in_state(registry, "received");
    size_t heard = puppet.message_count;
    puppet_deliver(&puppet, registry, sequence, seal(sequence, message), frames,
                   attachment_count(message));
    puppet_pump_until(&puppet, "the message is refused", has_heard_more, &heard);
    const Yidi__Message *answer = puppet.messages[heard].message;
    assert_int_equal(answer->body_case, YIDI__MESSAGE__BODY_MESSAGE_REFUSED);
    assert_string_equal(answer->case_number, message->case_number);
    assert_string_equal(answer->message_refused->code, code);
    assert_int_equal(answer->message_refused->sequence, sequence);
    assert_true(answer->message_refused->text[0] != '\0');
    assert_true(answer->message_refused->contact[0] != '\0');
    assert_int_equal(network_count_in_state(registry, "received"), received);
}

static void
what_a_window_may_not_ask_of_this_registry_is_refused_durably(void **unused)
{
    (void)unused;
    uint64_t sequence = 0;
    puppet_greet(&puppet, registry, 20);
    Yidi__Message *message = submit(0);
    message->application_submitted->form->person->registration_division = "440106";
    expect_refused(++sequence, message, "NOT_IN_JURISDICTION");

    message = submit(0);
    message->application_submitted->form->fee_fen = 1;
    expect_refused(++sequence, message, "FEE_MISMATCH");

    message = submit(0);
    message->application_submitted->production_office = (char *)network.offices[WUHOU].code;
    expect_refused(++sequence, message, "PRODUCTION_UNLISTED");

    message = submit(0);
    message->application_submitted->form->photo_digest =
        message->application_submitted->form->fingerprints[0]->digest;
    expect_refused(++sequence, message, "MALFORMED");

    char foreign[CASE_NUMBER_CHARS + 1];
    assert_int_equal(case_number_format(other_window->code, 20261101, 1, foreign), OK);
    message = submit(0);
    message->case_number = foreign;
    expect_refused(++sequence, message, "WRONG_OFFICE");

    deliver_good(++sequence, 0);
    expect_refused(++sequence, submit(0), "CASE_NUMBER_TAKEN");
    failed = false;
}

static void
what_only_other_roles_may_say_is_refused_durably(void **unused)
{
    (void)unused;
    puppet_greet(&puppet, registry, 20);
    deliver_good(1, 0);
    Yidi__Message message = YIDI__MESSAGE__INIT;
    Yidi__CardMade made = YIDI__CARD_MADE__INIT;
    Yidi__CardIssued issued = YIDI__CARD_ISSUED__INIT;
    Yidi__CardReceived received = YIDI__CARD_RECEIVED__INIT;
    Yidi__CardCollected collected = YIDI__CARD_COLLECTED__INIT;
    Yidi__MessageRefused refused = YIDI__MESSAGE_REFUSED__INIT;
    made.card_serial = received.card_serial = collected.card_serial = "X-1";
    made.attempt = 1;
    issued.production_office = (char *)centre->code;
    issued.issuing_authority = "x";
    issued.valid_from = 20260101;

    message.case_number = cases[0];
    message.body_case = YIDI__MESSAGE__BODY_CARD_MADE;
    message.card_made = &made;
    expect_refused(2, &message, "ROLE_MISMATCH");
    message.body_case = YIDI__MESSAGE__BODY_CARD_ISSUED;
    message.card_issued = &issued;
    expect_refused(3, &message, "ROLE_MISMATCH");
    message.body_case = YIDI__MESSAGE__BODY_CARD_RECEIVED;
    message.card_received = &received;
    expect_refused(4, &message, "ROLE_MISMATCH");
    message.body_case = YIDI__MESSAGE__BODY_CARD_COLLECTED; /* not yet issued */
    message.card_collected = &collected;
    expect_refused(5, &message, "ILLEGAL_IN_STATE");
    message.case_number = cases[1];
    expect_refused(6, &message, "CASE_UNKNOWN");

    /* A refusal is never refused, and this one is about nothing that was sent. */
    struct look before = look_at(registry);
    size_t heard = puppet.message_count;
    refused.sequence = 77;
    refused.code = "STORE_FULL";
    message.case_number = cases[0];
    message.body_case = YIDI__MESSAGE__BODY_MESSAGE_REFUSED;
    message.message_refused = &refused;
    puppet_deliver(&puppet, registry, 7, seal(7, &message), NULL, 0);
    puppet_pump(&puppet, QUIET_MS);
    assert_int_equal(puppet.message_count, heard);
    assert_int_equal(look_at(registry).applied, before.applied + 1);
    network_wait_for_state(registry, cases[0], "received");
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(repeated_data_takes_effect_once),
        TEST(reordered_data_waits_for_its_turn),
        TEST(an_envelope_counts_only_under_its_own_sequence),
        TEST(a_hello_in_another_offices_name_or_protocol_is_refused),
        TEST(what_another_office_signed_or_for_another_office_is_dropped),
        TEST(a_tampered_envelope_is_dropped),
        TEST(what_comes_from_a_rewritten_journal_is_dropped),
        TEST(attachments_that_are_not_the_signed_ones_are_dropped),
        TEST(what_a_window_may_not_ask_of_this_registry_is_refused_durably),
        TEST(what_only_other_roles_may_say_is_refused_durably),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
