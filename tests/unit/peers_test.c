/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/io/peers.h"
#include "common/io/wire.h"
#include "proto/case.pb-c.h"
#include "tests/lib/scratch_store.h"

/* Heads of a peer's journal as text; nobody checks their signatures here. */
#define HEAD_OF(size)                                                                              \
    "yidi/110105000001/1\n" size "\n"                                                              \
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"                                               \
    "time 1\nsuite ecdsa-p256-sha256\n\n"                                                          \
    "\xe2\x80\x94 110105000001 "                                                                   \
    "AQIDBDBEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
    "AAAAAAA=\n"

static const char alpha[] = "310115000001";
static const char beta[] = "440105000000";

static struct scratch_store scratch;
static struct arena arena;
static struct peers peers;

static enum result
open_peers(void)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    return peers_open(&peers, txn);
}

static int
set_up(void **unused)
{
    (void)unused;
    scratch_store_open(&scratch, SCRATCH_STORE_MAP_BYTES);
    arena_init(&arena);
    return open_peers();
}

static int
tear_down(void **unused)
{
    (void)unused;
    peers_close(&peers);
    arena_fini(&arena);
    scratch_store_close(&scratch);
    return 0;
}

static void
save_and_commit(void)
{
    struct store_txn *txn = scratch_store_write(&scratch);
    assert_int_equal(peers_save(&peers, txn, &arena), OK);
    scratch_store_commit(txn);
    peers_committed(&peers);
}

/* As after a restart. */
static void
reopen(void)
{
    peers_close(&peers);
    scratch_store_reopen(&scratch);
    assert_int_equal(open_peers(), OK);
}

/* A turn that assigns and applies, not yet ended. */
static struct peer *
touch(const char *office, uint64_t assigned, uint64_t applied)
{
    struct peer *peer = peers_take(&peers, office);
    assert_non_null(peer);
    peer->touched = true;
    peer->pending_assigned = assigned;
    peer->pending_applied = peer->queued = applied;
    return peer;
}

static void
peers_find_answers_only_those_that_were_taken(void **unused)
{
    (void)unused;
    assert_null(peers_find(&peers, alpha));
    struct peer *peer = peers_take(&peers, alpha);
    assert_ptr_equal(peers_take(&peers, alpha), peer);
    assert_ptr_equal(peers_find(&peers, alpha), peer);
    assert_null(peers_find(&peers, beta));
    assert_int_equal(peers.count, 1);
    assert_string_equal(peer->office, alpha);
    assert_int_equal(peer->stream.state, STREAM_IDLE);
    assert_int_equal(peer->stream.assigned, 0);
    assert_int_equal(peer->applied, 0);
}

static void
thousands_of_peers_are_each_found(void **unused)
{
    (void)unused;
    enum { MANY = 3 * PEERS_BUCKETS };
    char office[OFFICE_CODE_CHARS + 1];
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(office, sizeof office, "1101050%05u", i);
        assert_non_null(peers_take(&peers, office));
    }
    assert_int_equal(peers.count, MANY);
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(office, sizeof office, "1101050%05u", i);
        assert_string_equal(peers_find(&peers, office)->office, office);
    }
}

static void
what_a_turn_does_is_pending_until_its_commit(void **unused)
{
    (void)unused;
    struct peer *peer = touch(alpha, 3, 2);
    assert_int_equal(peer_note_head(peer, HEAD_OF("7")), OK);
    assert_int_equal(peer->stream.assigned, 0);
    assert_int_equal(peer->applied, 0);
    assert_null(peer->head);
    save_and_commit();
    assert_int_equal(peer->stream.assigned, 3);
    assert_int_equal(peer->applied, 2);
    assert_int_equal(peer->queued, 2);
    assert_string_equal(peer->head, HEAD_OF("7"));
    assert_null(peer->pending_head);
    assert_false(peer->touched);
}

static void
a_rollback_forgets_what_was_pending(void **unused)
{
    (void)unused;
    struct peer *peer = touch(alpha, 3, 2);
    save_and_commit();
    touch(alpha, 7, 9);
    assert_int_equal(peer_note_head(peer, HEAD_OF("8")), OK);
    peers_rolled_back(&peers);
    assert_int_equal(peer->pending_assigned, 3);
    assert_int_equal(peer->pending_applied, 2);
    assert_int_equal(peer->queued, 2); /* the peer will send them again */
    assert_null(peer->pending_head);
    assert_false(peer->touched);
    save_and_commit();
    assert_int_equal(peer->stream.assigned, 3);
    assert_null(peer->head);
}

static void
a_commit_that_applies_something_owes_an_acknowledgement(void **unused)
{
    (void)unused;
    struct peer *sender = touch(alpha, 0, 1), *recipient = touch(beta, 1, 0);
    save_and_commit();
    assert_true(sender->ack_due);
    assert_false(recipient->ack_due);
}

static void
peers_stand_where_they_stood_after_a_restart(void **unused)
{
    (void)unused;
    struct peer *peer = touch(alpha, 5, 4);
    peer->stream.assigned = 5;
    peer->stream.acknowledged = 2;
    assert_int_equal(peer_note_head(peer, HEAD_OF("7")), OK);
    touch(beta, 1, 0);
    save_and_commit();
    reopen();
    assert_int_equal(peers.count, 2);
    peer = peers_find(&peers, alpha);
    assert_int_equal(peer->stream.assigned, 5);
    assert_int_equal(peer->stream.acknowledged, 2);
    assert_int_equal(peer->stream.sent, 2);
    assert_int_equal(peer->pending_assigned, 5);
    assert_int_equal(peer->applied, 4);
    assert_int_equal(peer->pending_applied, 4);
    assert_int_equal(peer->queued, 4);
    assert_string_equal(peer->head, HEAD_OF("7"));
    assert_int_equal(peers_find(&peers, beta)->stream.assigned, 1);
    assert_null(peers_find(&peers, beta)->head);
}

static void
peers_save_writes_touched_and_dirty_rows_and_no_others(void **unused)
{
    (void)unused;
    touch(alpha, 1, 0);
    peers_take(&peers, beta);
    save_and_commit();
    assert_int_equal(scratch_store_count(&scratch, TABLE_PEERS), 1);
    peers_find(&peers, beta)->row_dirty = true;
    save_and_commit();
    assert_int_equal(scratch_store_count(&scratch, TABLE_PEERS), 2);
    assert_false(peers_find(&peers, beta)->row_dirty);
}

static void
a_head_once_saved_stays_when_later_turns_bring_none(void **unused)
{
    (void)unused;
    assert_int_equal(peer_note_head(touch(alpha, 0, 1), HEAD_OF("3")), OK);
    assert_int_equal(peer_note_head(peers_find(&peers, alpha), HEAD_OF("4")), OK);
    save_and_commit();
    touch(alpha, 1, 1);
    save_and_commit();
    reopen();
    assert_string_equal(peers_find(&peers, alpha)->head, HEAD_OF("4"));
}

static void
put_row(const char *key, uint64_t assigned, uint64_t acknowledged)
{
    Yidi__PeerRow row = YIDI__PEER_ROW__INIT;
    row.assigned = assigned;
    row.acknowledged = acknowledged;
    scratch_store_put(&scratch, TABLE_PEERS, bytes_of_text(key), wire_encode(&row.base, &arena));
}

static void
peers_open_finds_rows_that_contradict_themselves(void **unused)
{
    (void)unused;
    put_row(alpha, 4, 5);
    peers_close(&peers);
    assert_int_equal(open_peers(), ERR_DAMAGED);
    put_row(alpha, 5, 5);
    peers_close(&peers);
    assert_int_equal(open_peers(), OK);
    put_row("3101150000012", 1, 1);
    peers_close(&peers);
    assert_int_equal(open_peers(), ERR_DAMAGED);
    scratch_store_remove(&scratch, TABLE_PEERS, 1);
    scratch_store_put(&scratch, TABLE_PEERS, bytes_of_text(beta), bytes_of("\xff\xff", 2));
    peers_close(&peers);
    assert_int_equal(open_peers(), ERR_DAMAGED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(peers_find_answers_only_those_that_were_taken),
        TEST(thousands_of_peers_are_each_found),
        TEST(what_a_turn_does_is_pending_until_its_commit),
        TEST(a_rollback_forgets_what_was_pending),
        TEST(a_commit_that_applies_something_owes_an_acknowledgement),
        TEST(peers_stand_where_they_stood_after_a_restart),
        TEST(peers_save_writes_touched_and_dirty_rows_and_no_others),
        TEST(a_head_once_saved_stays_when_later_turns_bring_none),
        TEST(peers_open_finds_rows_that_contradict_themselves),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
