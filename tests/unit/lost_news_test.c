/* SPDX-License-Identifier: Apache-2.0
 *
 * lost_news_test - what nobody comes for is erased at last, after a warning; and whoever comes for
 * it all the same gets a proof that there was something, once, and is told so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/io/case_file.h"
#include "common/io/outbox.h"
#include "common/io/wire.h"
#include "proto/envelope.pb-c.h"
#include "proto/link.pb-c.h"
#include "tests/lib/desk_test.h"

#define DAY_MS UINT64_C(86400000)

enum { KEEP_PHOTO_DAYS = 3, KEEP_TEXT_DAYS = 9, WARNING_DAYS = 31, BLOBS = 3 };

static struct arena arena;
static char number[CASE_NUMBER_CHARS + 1];

/* ---- set up ---- */

static int
set_up(void **unused)
{
    (void)unused;
    arena_init(&arena);
    desk_test_open_keeping(2, KEEP_PHOTO_DAYS, KEEP_TEXT_DAYS);
    return 0;
}

static int
tear_down(void **unused)
{
    arena_fini(&arena);
    return desk_test_close(unused);
}

/* ---- what is done ---- */

static void
apply(void)
{
    desk_test_apply(1, "", number);
}

static void
pass_days(unsigned days)
{
    for (unsigned day = 0; day < days; day++)
        fake_network_run_until(&network, network.now.monotonic_ms + DAY_MS);
}

static void
expect_abandon(size_t at, const char *answer)
{
    const struct fake_decision decision = {
        .at = at, .verb = YIDI__VERB__ABANDON, .operator= "chief", .text = "nobody answers"
    };
    assert_string_equal(fake_desk_decide(&network, &decision, number), answer);
    fake_network_settle(&network);
}

static void
set_revoked(size_t office, bool revoked)
{
    network.roster.offices[office].revoked = revoked;
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++)
        if (network.offices[at].office != NULL)
            fake_network_renew_directory(&network, at);
    fake_network_settle(&network);
}

static void
come_back(size_t office)
{
    fake_network_start(&network, office);
    fake_network_run(&network, UINT64_C(3600) * 1000);
}

/* The application never reaches its registry, which is closed for good. */
static void
abandon_unheard(void)
{
    fake_network_crash(&network, REGISTRY);
    apply();
    set_revoked(REGISTRY, true);
    expect_abandon(WINDOW, "abandoned");
}

/* The card is collected while the registry is away. */
static void
collect_unheard(void)
{
    apply();
    fake_desk_walk(&network, number, fake_desk_step_count - 1);
    fake_network_crash(&network, REGISTRY);
    assert_string_equal(
        fake_desk_decide(&network, &fake_desk_steps[fake_desk_step_count - 1].decision, number),
        "collected");
    fake_network_settle(&network);
}

static const char *
erase_now(size_t at, bool undelivered)
{
    return desk_test_erase_now(
        at, number, (struct desk_test_erasure){ .text = true, .undelivered = undelivered });
}

/* ---- what is seen ---- */

static uint64_t
blobs(size_t at)
{
    return scratch_store_count(&network.offices[at].scratch, TABLE_BLOBS);
}

static const Yidi__Case *
row_at(size_t at)
{
    return desk_test_case(at, number, &arena);
}

static const char *
attention_at(size_t at)
{
    const Yidi__Case *row = row_at(at);
    return row->attention == NULL ? "" : row->attention->code;
}

static const Yidi__EraseReport *
report(size_t at)
{
    Yidi__EraseQuery query = YIDI__ERASE_QUERY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.operator_ = "auditor1";
    request.command_case = YIDI__REQUEST__COMMAND_ERASE_QUERY;
    request.erase_query = &query;
    return fake_network_ask(&network, at, &request, NULL, 0)->erase_report;
}

/* Entries of a kind about the case: acts of that verb; or, verb NULL, messages of an office that
 * were erased before they came. */
static unsigned
count_entries(size_t at, const char *verb, const char *from)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[at].scratch);
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value, all = { 0 };
    unsigned count = 0;
    assert_int_equal(store_cursor_open(txn, TABLE_JOURNAL, all, &cursor), OK);
    while (store_cursor_next(cursor, &key, &value) == OK) {
        ProtobufCMessage *message;
        assert_int_equal(
            wire_decode(&yidi__journal_entry__descriptor, value, &arena, &message, NULL), OK);
        const Yidi__JournalEntry *entry = (const Yidi__JournalEntry *)message;
        if (verb != NULL)
            count += entry->body_case == YIDI__JOURNAL_ENTRY__BODY_ACT &&
                     strcmp(entry->act->verb, verb) == 0;
        else
            count += entry->body_case == YIDI__JOURNAL_ENTRY__BODY_RECEIVED &&
                     entry->received->erased && strcmp(entry->received->from, from) == 0;
    }
    return count;
}

static const char *
code_of(size_t at)
{
    return network.roster.offices[at].entry.code;
}

static unsigned
taken_as_nothing(void)
{
    return count_entries(REGISTRY, NULL, code_of(WINDOW));
}

static bool
has_lost_hop(size_t at)
{
    const Yidi__Case *row = row_at(at);
    for (size_t i = 0; i < row->n_trace; i++)
        if (row->trace[i]->step == YIDI__STEP__NEWS_LOST &&
            strcmp(row->trace[i]->peer, code_of(WINDOW)) == 0)
            return true;
    return false;
}

/* ---- the sender ---- */

static void
what_nobody_comes_for_is_erased_after_a_warning(void **unused)
{
    (void)unused;
    abandon_unheard();
    pass_days(KEEP_PHOTO_DAYS + 1);
    assert_int_equal(blobs(WINDOW), BLOBS); /* the application is still to bring them */
    assert_int_equal(count_entries(WINDOW, "erase-warning", ""), 1);
    assert_string_equal(attention_at(WINDOW), "ERASURE_HELD");
    assert_non_null(strstr(report(WINDOW)->next[0]->held, "it is erased, too, when it is not by"));
    pass_days(WARNING_DAYS - 3);
    assert_int_equal(blobs(WINDOW), BLOBS);
    pass_days(3);
    assert_int_equal(blobs(WINDOW), 0);
    assert_int_equal(row_at(WINDOW)->text_erased_ms, 0); /* of these, there is another warning */
    assert_string_equal(attention_at(WINDOW), "ERASURE_HELD");
    fake_network_audit_office(&network, WINDOW);
    pass_days(WARNING_DAYS);
    assert_true(row_at(WINDOW)->text_erased_ms != 0);
    assert_int_equal(count_entries(WINDOW, "erase-warning", ""), 2);
    assert_string_equal(attention_at(WINDOW), "");
    const Yidi__EraseReport *told = report(WINDOW);
    assert_int_equal(told->n_days, 2);
    assert_int_equal(told->days[0]->undelivered + told->days[1]->undelivered, 2);
    assert_int_equal(told->waiting, 0);
    fake_network_audit_office(&network, WINDOW);
}

static void
what_is_delivered_in_time_is_erased_as_ever(void **unused)
{
    (void)unused;
    abandon_unheard();
    pass_days(KEEP_PHOTO_DAYS + 1);
    set_revoked(REGISTRY, false);
    come_back(REGISTRY);
    assert_string_equal(fake_network_state(&network, REGISTRY, number), "abandoned");
    assert_int_equal(taken_as_nothing(), 0);
    pass_days(2);
    assert_int_equal(blobs(WINDOW), 0);
    assert_string_equal(attention_at(WINDOW), "");
    assert_int_equal(report(WINDOW)->days[0]->undelivered, 0);
    fake_network_audit(&network);
}

static void
a_photo_is_not_held_by_a_message_without_one(void **unused)
{
    (void)unused;
    collect_unheard();
    pass_days(KEEP_PHOTO_DAYS + 1);
    assert_int_equal(blobs(WINDOW), 0);
    pass_days(KEEP_TEXT_DAYS);
    assert_int_equal(row_at(WINDOW)->text_erased_ms, 0);
    assert_string_equal(attention_at(WINDOW), "ERASURE_HELD");
}

static void
somebody_may_order_that_even_what_is_undelivered_goes(void **unused)
{
    (void)unused;
    abandon_unheard();
    assert_string_equal(erase_now(WINDOW, false), "ERASURE_HELD");
    assert_string_equal(erase_now(WINDOW, true), "");
    assert_true(row_at(WINDOW)->text_erased_ms != 0);
    assert_int_equal(blobs(WINDOW), 0);
    fake_network_audit_office(&network, WINDOW);
}

/* ---- the recipient ---- */

static void
whoever_comes_too_late_takes_it_as_nothing(void **unused)
{
    (void)unused;
    abandon_unheard();
    pass_days(KEEP_TEXT_DAYS + 2 * WARNING_DAYS + 2);
    set_revoked(REGISTRY, false);
    come_back(REGISTRY);
    assert_int_equal(taken_as_nothing(), 2);
    assert_string_equal(fake_network_state(&network, REGISTRY, number), "absent");
    assert_int_equal(network.offices[REGISTRY].office->dropped, 0);
    fake_network_audit(&network);
    apply(); /* the stream goes on */
    assert_string_equal(fake_network_state(&network, REGISTRY, number), "received");
    fake_network_audit(&network);
}

static uint64_t
dossiers(size_t at)
{
    return scratch_store_count(&network.offices[at].scratch, TABLE_DOSSIERS);
}

/* The application was erased with its photo, and its end, in full, says nothing to the registry. */
static void
a_refused_message_about_no_case_is_erased_too(void **unused)
{
    (void)unused;
    abandon_unheard();
    pass_days(KEEP_PHOTO_DAYS + WARNING_DAYS + 1);
    assert_int_equal(blobs(WINDOW), 0);
    set_revoked(REGISTRY, false);
    come_back(REGISTRY);
    assert_int_equal(taken_as_nothing(), 1);
    assert_string_equal(fake_network_state(&network, REGISTRY, number), "absent");
    assert_int_equal(dossiers(REGISTRY), 3); /* what came, what was answered, and when they go */
    pass_days(KEEP_TEXT_DAYS - 1);
    assert_int_equal(count_entries(REGISTRY, "erase", ""), 0);
    fake_network_crash(&network, REGISTRY);
    come_back(REGISTRY);
    pass_days(2);
    assert_int_equal(count_entries(REGISTRY, "erase", ""), 1);
    assert_int_equal(dossiers(REGISTRY), 0);
    assert_int_equal(report(REGISTRY)->days[0]->messages, 2);
    fake_network_audit(&network);
}

static void
a_case_that_waits_for_lost_news_says_so_and_can_be_ended(void **unused)
{
    (void)unused;
    collect_unheard();
    pass_days(KEEP_TEXT_DAYS + WARNING_DAYS + 2);
    assert_true(row_at(WINDOW)->text_erased_ms != 0);
    come_back(REGISTRY);
    assert_int_equal(taken_as_nothing(), 1);
    assert_string_equal(fake_network_state(&network, REGISTRY, number), "made");
    assert_string_equal(attention_at(REGISTRY), "MESSAGE_ERASED");
    assert_true(has_lost_hop(REGISTRY));
    expect_abandon(REGISTRY, "abandoned");
    fake_network_audit(&network);
}

static void
while_the_window_may_still_tell_the_registry_waits(void **unused)
{
    (void)unused;
    collect_unheard();
    fake_network_crash(&network, WINDOW);
    come_back(REGISTRY);
    expect_abandon(REGISTRY, "COUNTERPART_LISTED");
}

/* Once, whatever falls down in between. */
static void
a_crash_at_any_moment_takes_it_once(void **unused)
{
    (void)unused;
    abandon_unheard();
    pass_days(KEEP_PHOTO_DAYS);
    for (unsigned hour = 0; hour < 24 * (2 * WARNING_DAYS + 2); hour += 5) {
        fake_network_crash(&network, WINDOW);
        fake_network_start(&network, WINDOW);
        fake_network_run_until(&network, network.now.monotonic_ms + 5 * DAY_MS / 24);
    }
    assert_true(row_at(WINDOW)->text_erased_ms != 0);
    assert_int_equal(count_entries(WINDOW, "erase-warning", ""), 2);
    set_revoked(REGISTRY, false);
    for (unsigned calls = 1; calls < 24; calls++)
        for (size_t at = WINDOW; at <= REGISTRY; at += REGISTRY - WINDOW) {
            if (network.offices[at].office == NULL)
                fake_network_start(&network, at);
            network.offices[at].crash_at = network.offices[at].port_calls + calls;
            fake_network_run(&network, 60000);
            network.offices[at].crash_at = 0;
        }
    for (size_t at = WINDOW; at <= REGISTRY; at += REGISTRY - WINDOW)
        if (network.offices[at].office == NULL)
            fake_network_start(&network, at);
    fake_network_run(&network, UINT64_C(3600) * 1000);
    assert_int_equal(taken_as_nothing(), 2);
    fake_network_audit(&network);
}

/* It was on its way in full when it was erased: the one that comes first is taken, the other one is
 * a duplicate. */
static void
a_message_that_was_on_its_way_is_taken_once(void **unused)
{
    (void)unused;
    collect_unheard();
    network.wires.cut[REGISTRY][WINDOW] = true; /* it is not heard to have taken it */
    fake_network_start(&network, REGISTRY);
    fake_network_run(&network, 60000);
    network.wires.cut[REGISTRY][WINDOW] = false;
    assert_string_equal(erase_now(WINDOW, true), "");
    fake_network_run(&network, UINT64_C(3600) * 1000);
    assert_int_equal(taken_as_nothing() +
                         (strcmp(fake_network_state(&network, REGISTRY, number), "closed") == 0),
                     1);
    fake_network_audit(&network);
}

/* ---- forged ones ---- */

enum forgery {
    HONEST,
    FORGED_LEAF,
    FORGED_SEQUENCE,
    FORGED_OFFICE,
    FORGED_DELIVERED,
    FORGED_PLACE
};

struct forger {
    enum forgery forgery;
    unsigned count;
};

/* The entry of a message that the registry has in full, as if it were this one. */
static void
take_former(Yidi__Envelope *envelope, Yidi__Erased *erased)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[WINDOW].scratch);
    struct bytes packed;
    ProtobufCMessage *message;
    static struct digest leaf;
    assert_int_equal(outbox_envelope(txn, code_of(REGISTRY), 1, &arena, &packed), OK);
    assert_int_equal(wire_decode(&yidi__envelope__descriptor, packed, &arena, &message, NULL), OK);
    const Yidi__Envelope *former = (const Yidi__Envelope *)message;
    assert_int_equal(outbox_leaf(txn, code_of(REGISTRY), 1, &arena, &leaf), OK);
    erased->leaf_hash = (ProtobufCBinaryData){ .data = leaf.bytes, .len = DIGEST_BYTES };
    envelope->leaf_index = former->leaf_index;
    envelope->path = former->path;
    envelope->n_path = former->n_path;
}

static struct bytes
forge(struct bytes packed, enum forgery forgery)
{
    ProtobufCMessage *message;
    assert_int_equal(wire_decode(&yidi__envelope__descriptor, packed, &arena, &message, NULL), OK);
    Yidi__Envelope *envelope = (Yidi__Envelope *)message;
    assert_int_equal(wire_decode(&yidi__journal_entry__descriptor,
                                 bytes_of(envelope->entry.data, envelope->entry.len), &arena,
                                 &message, NULL),
                     OK);
    Yidi__JournalEntry *entry = (Yidi__JournalEntry *)message;
    if (entry->body_case != YIDI__JOURNAL_ENTRY__BODY_ERASED)
        return packed;
    if (forgery == FORGED_LEAF)
        entry->erased->leaf_hash.data[0] ^= 1;
    else if (forgery == FORGED_SEQUENCE)
        entry->erased->sequence++;
    else if (forgery == FORGED_OFFICE)
        entry->erased->to = arena_copy_text(&arena, code_of(CENTRE));
    else if (forgery == FORGED_DELIVERED)
        entry->erased->undelivered = false;
    else
        take_former(envelope, entry->erased);
    struct bytes forged = wire_encode(&entry->base, &arena);
    envelope->entry = (ProtobufCBinaryData){ .data = (uint8_t *)forged.data, .len = forged.size };
    return wire_encode(&envelope->base, &arena);
}

static void
forge_on_the_way(void *context, const struct fake_packet *packet)
{
    struct forger *forger = context;
    ProtobufCMessage *message;
    if (forger->forgery == HONEST || packet->from != WINDOW || packet->to != REGISTRY)
        return;
    assert_int_equal(
        wire_decode(&yidi__link_frame__descriptor, packet->frames[0], &arena, &message, NULL), OK);
    if (((const Yidi__LinkFrame *)message)->body_case != YIDI__LINK_FRAME__BODY_DATA)
        return;
    ((struct fake_packet *)(uintptr_t)packet)->frames[1] =
        forge(packet->frames[1], forger->forgery);
    forger->count++;
}

static void
a_forged_one_is_dropped_like_any_forgery(void **unused)
{
    (void)unused;
    struct forger forger = { .forgery = HONEST };
    network.wires.watch = forge_on_the_way;
    network.wires.watch_context = &forger;
    collect_unheard();
    assert_string_equal(erase_now(WINDOW, true), "");
    fake_network_start(&network, REGISTRY);
    const uint64_t applied = fake_network_applied(&network, WINDOW, REGISTRY);
    for (forger.forgery = FORGED_LEAF; forger.forgery <= FORGED_PLACE; forger.forgery++) {
        const uint64_t dropped = network.offices[REGISTRY].office->dropped;
        fake_network_run(&network, 120000);
        assert_true(forger.count > 0);
        assert_true(network.offices[REGISTRY].office->dropped > dropped);
        forger.count = 0;
    }
    assert_int_equal(fake_network_applied(&network, WINDOW, REGISTRY), applied);
    assert_int_equal(taken_as_nothing(), 0);
    forger.forgery = HONEST;
    fake_network_run(&network, UINT64_C(3600) * 1000);
    assert_int_equal(taken_as_nothing(), 1);
    fake_network_audit(&network);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_nobody_comes_for_is_erased_after_a_warning),
        TEST(what_is_delivered_in_time_is_erased_as_ever),
        TEST(a_photo_is_not_held_by_a_message_without_one),
        TEST(somebody_may_order_that_even_what_is_undelivered_goes),
        TEST(whoever_comes_too_late_takes_it_as_nothing),
        TEST(a_refused_message_about_no_case_is_erased_too),
        TEST(a_case_that_waits_for_lost_news_says_so_and_can_be_ended),
        TEST(while_the_window_may_still_tell_the_registry_waits),
        TEST(a_crash_at_any_moment_takes_it_once),
        TEST(a_message_that_was_on_its_way_is_taken_once),
        TEST(a_forged_one_is_dropped_like_any_forgery),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
