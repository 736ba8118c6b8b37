/* SPDX-License-Identifier: Apache-2.0
 *
 * Invariants of what leaves an office: packets and answers.
 */
#include <inttypes.h>

#include "common/io/case_file.h"
#include "common/io/wire.h"
#include "proto/link.pb-c.h"
#include "tests/simulation/invariants.h"
#include "tests/simulation/world.h"

static const char *
name_of(const struct world *world, size_t office)
{
    return world->network.offices[office].name;
}

static void
envelope_verifies_and_is_committed(struct world *world, const struct fake_packet *packet)
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn) struct store_txn *txn = NULL;
    struct envelope envelope;
    struct digest leaf;
    struct refusal refusal = { 0 };
    arena_init(&arena);
    enum result result =
        envelope_verify(&world->verifier, packet->frames[1], &arena, &envelope, &refusal);
    INVARIANT(world, result == OK, "G5 every envelope verifies", "from %s to %s: %d %s",
              name_of(world, packet->from), name_of(world, packet->to), (int)result, refusal.rule);
    txn = scratch_store_read(&world->network.offices[packet->from].scratch);
    INVARIANT(world,
              journal_leaf(txn, envelope.leaf_index, &leaf) == OK &&
                  digest_equal(&leaf, &envelope.leaf_hash),
              "G5 what leaves an office stands in its journal",
              "entry %" PRIu64 " of %s was sent before it was committed", envelope.leaf_index,
              name_of(world, packet->from));
}

/* How much of a peer's stream the office's disk says that it has applied. */
static uint64_t
applied_on_disk(const struct world *world, size_t office, size_t peer, struct arena *arena)
{
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(
        (struct scratch_store *)(uintptr_t)&world->network.offices[office].scratch);
    struct bytes value;
    ProtobufCMessage *message;
    if (store_get(txn, TABLE_PEERS, bytes_of_text(world_code(world, peer)), &value) != OK ||
        wire_decode(&yidi__peer_row__descriptor, value, arena, &message, NULL) != OK)
        return 0;
    return ((const Yidi__PeerRow *)message)->applied;
}

static void
only_what_is_on_disk_is_acknowledged(struct world *world, const struct fake_packet *packet,
                                     uint64_t sequence, struct arena *arena)
{
    uint64_t applied = applied_on_disk(world, packet->from, packet->to, arena);
    INVARIANT(world, sequence <= applied, "G2 only what is on disk is acknowledged",
              "%s acknowledged %" PRIu64 " of %s and holds %" PRIu64, name_of(world, packet->from),
              sequence, name_of(world, packet->to), applied);
}

void
invariants_of_packet(struct world *world, const struct fake_packet *packet)
{
    AUTO(arena) struct arena arena;
    ProtobufCMessage *message;
    arena_init(&arena);
    if (world_is_rogue(packet->from) || packet->frame_count == 0)
        return;
    if (wire_decode(&yidi__link_frame__descriptor, packet->frames[0], &arena, &message, NULL) != OK)
        world_break(world, "G7 every frame that leaves an office can be read", "from %s",
                    name_of(world, packet->from));
    const Yidi__LinkFrame *frame = (const Yidi__LinkFrame *)message;
    if (frame->body_case == YIDI__LINK_FRAME__BODY_DATA)
        envelope_verifies_and_is_committed(world, packet);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_ACK)
        only_what_is_on_disk_is_acknowledged(world, packet, frame->ack->sequence, &arena);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_WELCOME)
        only_what_is_on_disk_is_acknowledged(world, packet, frame->welcome->next - 1, &arena);
    ledger_catch_up(world, packet->from); /* the office may die before its turn ends */
}

void
invariants_of_answer(struct world *world, size_t office, const Yidi__Response *response)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    if (response->body_case == YIDI__RESPONSE__BODY_APPLIED) {
        txn = scratch_store_read(&world->network.offices[office].scratch);
        INVARIANT(world, case_file_exists(txn, response->applied->case_number) == OK,
                  "G1 accepted means durable", "%s answered before %s was on disk",
                  name_of(world, office), response->applied->case_number);
    } else if (response->body_case == YIDI__RESPONSE__BODY_DECIDED) {
        AUTO(arena) struct arena arena;
        struct case_file file;
        arena_init(&arena);
        txn = scratch_store_read(&world->network.offices[office].scratch);
        const struct machine *machine = world->network.offices[office].role->machine;
        const Yidi__CaseResult *last = response->decided->results[response->decided->n_results - 1];
        if (last->refusal == NULL)
            INVARIANT(world,
                      case_file_open(txn, machine, last->case_number, &arena, &file) == OK &&
                          strcmp(machine->state_names[file.row->state], last->state) == 0,
                      "G1 decided means durable", "%s answered before %s was %s on disk",
                      name_of(world, office), last->case_number, last->state);
    }
}
