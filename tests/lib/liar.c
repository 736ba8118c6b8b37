/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/liar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/io/link_frame.h"
#include "common/io/signature.h"
#include "common/io/wire.h"
#include "proto/envelope.pb-c.h"

enum { SLICE_MS = 100 };

static const struct roster_office *
listed(const struct liar *liar, size_t number)
{
    return &liar->network->roster.offices[number];
}

void
liar_open(struct liar *liar, struct fake_network *network, size_t number, size_t to)
{
    assert_null(network->offices[number].office);
    *liar = (struct liar){ .network = network, .number = number, .to = to };
    liar->journal.epoch = 1;
    liar->journal.frontier.hash = signature_digest;
    arena_init(&liar->arena);
    fake_wires_raise(&network->wires, number);
}

void
liar_close(struct liar *liar)
{
    fake_wires_drop(&liar->network->wires, liar->number);
    arena_fini(&liar->arena);
}

/* ---- its journal ---- */

static enum result
read_node(void *context, uint64_t position, struct digest *ret_digest)
{
    const struct liar_journal *journal = context;
    if (position >= journal->node_count)
        return ERR_ABSENT;
    *ret_digest = journal->nodes[position];
    return OK;
}

static void
append_leaf(struct liar_journal *journal, struct bytes entry)
{
    struct digest leaf, stored[64];
    assert_true(journal->frontier.size < LIAR_ENTRIES_MAX);
    merkle_leaf_hash(signature_digest, entry, &leaf);
    size_t count = merkle_frontier_append(&journal->frontier, &leaf, stored);
    memcpy(journal->nodes + journal->node_count, stored, count * sizeof *stored);
    journal->node_count += count;
}

void
liar_append(struct liar *liar, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint8_t entry[16];
        signature_random(entry, sizeof entry);
        append_leaf(&liar->journal, bytes_of(entry, sizeof entry));
    }
}

void
liar_assign(struct liar *liar)
{
    struct liar_journal *journal = &liar->journal;
    uint8_t salt[16];
    Yidi__CardCollected collected = YIDI__CARD_COLLECTED__INIT;
    Yidi__Message message = YIDI__MESSAGE__INIT;
    Yidi__Sent sent = YIDI__SENT__INIT;
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    assert_true(journal->sent < LIAR_MESSAGES_MAX);
    signature_random(salt, sizeof salt);
    collected.card_serial = "NONE";
    message.case_number = "310115000001261122000001XX";
    message.body_case = YIDI__MESSAGE__BODY_CARD_COLLECTED;
    message.card_collected = &collected;
    sent.to = (char *)listed(liar, liar->to)->entry.code;
    sent.sequence = journal->sent + 1;
    sent.message = &message;
    entry.version = 1;
    entry.office = (char *)listed(liar, liar->number)->entry.code;
    entry.epoch = journal->epoch;
    entry.time_ms = liar->network->now.wall_ms;
    entry.salt = (ProtobufCBinaryData){ .data = salt, .len = sizeof salt };
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_SENT;
    entry.sent = &sent;
    struct bytes packed = wire_encode(&entry.base, &liar->arena);
    assert_non_null(packed.data);
    journal->leaves[journal->sent] = journal->frontier.size;
    journal->entries[journal->sent++] = packed;
    append_leaf(journal, packed);
}

char *
liar_head(struct liar *liar)
{
    const struct roster_office *self = listed(liar, liar->number);
    char *text = arena_take(&liar->arena, TREE_HEAD_BYTES_MAX);
    struct tree_head head = { .epoch = liar->journal.epoch,
                              .size = liar->journal.frontier.size,
                              .time_ms = liar->network->now.wall_ms };
    memcpy(head.office, self->entry.code, OFFICE_CODE_CHARS);
    merkle_frontier_root(&liar->journal.frontier, &head.root);
    assert_int_equal(tree_head_sign(&head, self->key, self->certificate, text), OK);
    return text;
}

/* ---- what it says ---- */

static void
send_frame(struct liar *liar, Yidi__LinkFrame *frame, struct bytes second)
{
    struct bytes frames[] = { wire_encode(&frame->base, &liar->arena), second };
    assert_non_null(frames[0].data);
    assert_int_equal(fake_wires_send(&liar->network->wires, liar->number, liar->to, frames,
                                     second.data == NULL ? 1 : 2),
                     OK);
}

void
liar_greet(struct liar *liar, const char *head)
{
    Yidi__Hello hello = YIDI__HELLO__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    hello.protocol = PROTOCOL_VERSION;
    hello.office = (char *)listed(liar, liar->number)->entry.code;
    hello.assigned = liar->journal.sent;
    hello.directory_version = liar->network->roster.version;
    hello.epoch = liar->journal.epoch;
    if (head != NULL)
        hello.head = (char *)head;
    frame.body_case = YIDI__LINK_FRAME__BODY_HELLO;
    frame.hello = &hello;
    liar->welcomed = 0;
    liar->refused[0] = '\0';
    liar_hang_up(liar);
    assert_int_equal(fake_wires_connect(&liar->network->wires, liar->number, liar->to), OK);
    send_frame(liar, &frame, (struct bytes){ 0 });
    liar_wait(liar, 0);
}

void
liar_hang_up(struct liar *liar)
{
    fake_wires_disconnect(&liar->network->wires, liar->number, liar->to);
}

static void
fill_hashes(const struct merkle_path *path, ProtobufCBinaryData *hashes)
{
    for (size_t i = 0; i < path->count; i++)
        hashes[i] =
            (ProtobufCBinaryData){ .data = (uint8_t *)path->hashes[i].bytes, .len = DIGEST_BYTES };
}

void
liar_send(struct liar *liar, uint64_t sequence)
{
    struct liar_journal *journal = &liar->journal;
    const struct merkle_reader reader = { .read = read_node, .context = journal };
    struct merkle_path path;
    ProtobufCBinaryData hashes[2 * MERKLE_PATH_MAX];
    Yidi__Envelope envelope = YIDI__ENVELOPE__INIT;
    Yidi__Data data = YIDI__DATA__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    struct bytes entry = journal->entries[sequence - 1];
    assert_int_equal(merkle_inclusion(signature_digest, journal->leaves[sequence - 1],
                                      journal->frontier.size, &reader, &path),
                     OK);
    fill_hashes(&path, hashes);
    envelope.entry = (ProtobufCBinaryData){ .data = (uint8_t *)entry.data, .len = entry.size };
    envelope.head = liar_head(liar);
    envelope.leaf_index = journal->leaves[sequence - 1];
    envelope.path = hashes;
    envelope.n_path = path.count;
    data.sequence = sequence;
    frame.body_case = YIDI__LINK_FRAME__BODY_DATA;
    frame.data = &data;
    send_frame(liar, &frame, wire_encode(&envelope.base, &liar->arena));
}

void
liar_say(struct liar *liar)
{
    liar_assign(liar);
    liar_send(liar, liar->journal.sent);
}

/* ---- what it hears ---- */

/* Of sizes that its journal does not have it knows nothing: the path is empty. */
static void
answer_question(struct liar *liar, const Yidi__ProofAsk *ask)
{
    const struct merkle_reader reader = { .read = read_node, .context = &liar->journal };
    struct merkle_path path = { 0 };
    ProtobufCBinaryData hashes[2 * MERKLE_PATH_MAX];
    Yidi__Proof proof = YIDI__PROOF__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    liar->asked++;
    if (liar->silent)
        return;
    if (ask->size <= liar->journal.frontier.size)
        assert_int_equal(
            merkle_consistency(signature_digest, ask->old_size, ask->size, &reader, &path), OK);
    if (liar->mixes_up && path.count > 0)
        path.hashes[path.count - 1].bytes[0] ^= 1;
    fill_hashes(&path, hashes);
    proof.epoch = ask->epoch;
    proof.old_size = ask->old_size;
    proof.size = ask->size;
    proof.path = hashes;
    proof.n_path = path.count;
    frame.body_case = YIDI__LINK_FRAME__BODY_PROOF;
    frame.proof = &proof;
    send_frame(liar, &frame, (struct bytes){ 0 });
}

static void
take(struct liar *liar, const struct fake_packet *packet)
{
    ProtobufCMessage *message;
    if (packet->side != LINK_OUTBOUND)
        return; /* what others send to it, it leaves unanswered */
    assert_int_equal(wire_decode(&yidi__link_frame__descriptor,
                                 arena_copy(&liar->arena, packet->frames[0]), &liar->arena,
                                 &message, NULL),
                     OK);
    const Yidi__LinkFrame *frame = (const Yidi__LinkFrame *)message;
    if (frame->body_case == YIDI__LINK_FRAME__BODY_WELCOME)
        liar->welcomed = frame->welcome->next;
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_ACK)
        liar->acknowledged = frame->ack->sequence;
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_REFUSE)
        snprintf(liar->refused, sizeof liar->refused, "%s", frame->refuse->code);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_PROOF_ASK)
        answer_question(liar, frame->proof_ask);
}

static bool
hear(struct liar *liar)
{
    struct fake_packet *packet = fake_wires_take(&liar->network->wires, liar->number);
    if (packet == NULL)
        return false;
    take(liar, packet);
    fake_packet_free(packet);
    return true;
}

void
liar_wait(struct liar *liar, uint64_t duration_ms)
{
    uint64_t end_ms = liar->network->now.monotonic_ms + duration_ms;
    for (;;) {
        uint64_t next_ms = liar->network->now.monotonic_ms + SLICE_MS;
        do
            fake_network_run(liar->network, 0);
        while (hear(liar));
        if (liar->network->now.monotonic_ms >= end_ms)
            return;
        fake_network_run_until(liar->network, next_ms < end_ms ? next_ms : end_ms);
    }
}
