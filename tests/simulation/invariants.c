/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/invariants.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/io/case_file.h"
#include "common/io/wire.h"
#include "production-node/core/order.h"
#include "proto/link.pb-c.h"
#include "registry-node/core/review.h"
#include "tests/simulation/world.h"

static const char *
name_of(const struct world *world, size_t office)
{
    return world->network.offices[office].name;
}

/* ---- entries ---- */

static void
sent_has_the_next_sequence(struct world *world, size_t office, const struct ledger_leaf *leaf)
{
    const struct ledger_stream *stream = &world->ledger.streams[office][leaf->peer];
    INVARIANT(world, leaf->sequence == stream->count + 1,
              "G2 a stream has no gap and no sequence twice",
              "%s assigned %" PRIu64 " to %s after %" PRIu64, name_of(world, office),
              leaf->sequence, name_of(world, leaf->peer), stream->count);
}

static bool
holds(const struct ledger_message *list, uint64_t count, uint64_t sequence,
      const Yidi__Received *received)
{
    return sequence <= count &&
           memcmp(list[sequence - 1].hash.bytes, received->leaf_hash.data, DIGEST_BYTES) == 0;
}

static void
received_is_the_next_and_was_sent(struct world *world, size_t office,
                                  const struct ledger_leaf *leaf, const Yidi__Received *received)
{
    const struct ledger_stream *stream = &world->ledger.streams[leaf->peer][office];
    INVARIANT(world, leaf->sequence == stream->taken + 1,
              "G2 each message takes effect once, in order",
              "%s took message %" PRIu64 " of %s after %" PRIu64, name_of(world, office),
              leaf->sequence, name_of(world, leaf->peer), stream->taken);
    if (world_is_rogue(leaf->peer)) {
        INVARIANT(world, received->refusal_code[0] != '\0', "G4 a stolen key achieves nothing",
                  "%s took message %" PRIu64 " of %s", name_of(world, office), leaf->sequence,
                  name_of(world, leaf->peer));
        return;
    }
    INVARIANT(world,
              holds(stream->sent, stream->count, leaf->sequence, received) ||
                  holds(stream->lost, stream->lost_count, leaf->sequence, received),
              "G5 what takes effect stands in its sender's journal",
              "%s took message %" PRIu64 " of %s, which never committed it", name_of(world, office),
              leaf->sequence, name_of(world, leaf->peer));
}

void
invariants_of_entry(struct world *world, size_t office, const struct ledger_leaf *leaf,
                    const Yidi__JournalEntry *entry)
{
    INVARIANT(world, strcmp(entry->office, world_code(world, office)) == 0,
              "G5 a journal is its office's own", "%s in the journal of %s", entry->office,
              name_of(world, office));
    if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_SENT)
        sent_has_the_next_sequence(world, office, leaf);
    else if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_RECEIVED)
        received_is_the_next_and_was_sent(world, office, leaf, entry->received);
}

/* ---- offices ---- */

static void
cursors_agree_with_the_journals(struct world *world, size_t office, const struct peer *peer)
{
    size_t other = world_find(world, peer->office);
    const struct ledger_stream *out = &world->ledger.streams[office][other];
    const struct ledger_stream *in = &world->ledger.streams[other][office];
    INVARIANT(world, peer->stream.assigned == out->count, "G2 cursors agree with the journal",
              "%s believes to have assigned %" PRIu64 " to %s, the journal has %" PRIu64,
              name_of(world, office), peer->stream.assigned, name_of(world, other), out->count);
    INVARIANT(world, peer->applied == in->taken, "G2 cursors agree with the journal",
              "%s believes to have applied %" PRIu64 " of %s, the journal has %" PRIu64,
              name_of(world, office), peer->applied, name_of(world, other), in->taken);
    INVARIANT(world,
              peer->stream.acknowledged <= out->taken || world_is_rogue(other) ||
                  world->ledger.offices[other].set_back,
              "G2 only what took effect counts as acknowledged",
              "%s believes that %s has %" PRIu64 ", which took %" PRIu64, name_of(world, office),
              name_of(world, other), peer->stream.acknowledged, out->taken);
}

static void
accepted_cases_are_there(struct world *world, size_t office)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    const struct people *people = &world->people;
    if (world->ledger.offices[office].set_back)
        return;
    txn = scratch_store_read(&world->network.offices[office].scratch);
    for (size_t i = 0; i < people->wish_count; i++) {
        const struct wish *wish = &people->wishes[i];
        if (wish->window == office && wish->case_number[0] != '\0')
            INVARIANT(world, case_file_exists(txn, wish->case_number) == OK,
                      "G1 accepted means durable", "%s is gone from %s", wish->case_number,
                      name_of(world, office));
    }
}

void
invariants_of_office(struct world *world, size_t office)
{
    const struct ledger_office *page = &world->ledger.offices[office];
    const struct office *running = world->network.offices[office].office;
    INVARIANT(world, running->halted[0] == '\0' || page->set_back,
              "G7 an office that lost nothing goes on", "%s halted: %s", name_of(world, office),
              running->halted);
    for (size_t i = 0; i < running->peers.count; i++)
        cursors_agree_with_the_journals(world, office, running->peers.list[i]);
    if (page->restarted)
        accepted_cases_are_there(world, office);
}

/* ---- cases ---- */

static void
case_has_an_owner_and_a_clock(struct world *world, size_t office, const Yidi__Case *row, bool open)
{
    const char *self = world_code(world, office);
    INVARIANT(
        world,
        strcmp(self, row->acceptance_office) == 0 || strcmp(self, row->registry_office) == 0 ||
            strcmp(self, row->production_office) == 0,
        "G6 every open case has an owner", "%s at %s", row->case_number, name_of(world, office));
    INVARIANT(world, !open || (row->stage_deadline_ms > 0 && row->statutory_deadline_ms > 0),
              "G6 every open case has a deadline", "%s at %s in state %u", row->case_number,
              name_of(world, office), row->state);
    INVARIANT(world, open || row->stage_deadline_ms == 0, "G6 a closed case waits for nobody",
              "%s at %s in state %u", row->case_number, name_of(world, office), row->state);
}

static void
citizen_has_one_open_case(struct world *world, size_t office, const Yidi__Case *row)
{
    const struct ledger_office *page = &world->ledger.offices[office];
    for (size_t i = 0; i < page->case_count; i++) {
        const struct ledger_case *other = &page->cases[i];
        INVARIANT(world,
                  !other->open || strcmp(other->citizen, row->form->person->citizen_number) != 0 ||
                      strcmp(other->number, row->case_number) == 0,
                  "G3 at most one open case of a citizen", "%s and %s at %s", row->case_number,
                  other->number, name_of(world, office));
    }
}

static void
registry_has_jurisdiction(struct world *world, const Yidi__Case *row)
{
    size_t registry = world_find(world, row->registry_office);
    const char *area =
        registry == PLACE_COUNT ? "" : world->network.roster.offices[registry].entry.area;
    INVARIANT(world, strcmp(area, row->form->person->registration_division) == 0,
              "G4 only the registry with jurisdiction decides", "%s of %s at %s", row->case_number,
              row->form->person->registration_division, row->registry_office);
}

static void
centre_serves_the_window(struct world *world, const Yidi__Case *row)
{
    size_t centre = world_find(world, row->production_office);
    size_t window = world_find(world, row->acceptance_office);
    bool both = centre < PLACE_COUNT && window < PLACE_COUNT;
    const struct roster_office *offices = world->network.roster.offices;
    INVARIANT(world,
              both && strncmp(offices[centre].entry.area, offices[window].entry.area, 2) == 0,
              "G4 a centre makes cards for its own windows", "%s at %s", row->case_number,
              row->production_office);
}

static void
two_people_acted(struct world *world, size_t office, const Yidi__Case *row, const char *first,
                 const char *second)
{
    INVARIANT(world, first[0] != '\0' && second[0] != '\0' && strcmp(first, second) != 0,
              "G3 four eyes", "%s at %s: %s and %s", row->case_number, name_of(world, office),
              first, second);
}

/* Of the office's own hops: a good card before the last one was spoiled is one too many. */
static void
order_has_one_good_card(struct world *world, size_t office, const Yidi__Case *row)
{
    unsigned good = 0;
    for (size_t i = 0; i < row->n_trace; i++) {
        const Yidi__Hop *hop = row->trace[i];
        if (strcmp(hop->office, world_code(world, office)) != 0)
            continue;
        good += hop->step == YIDI__STEP__VERIFIED;
        good = hop->step == YIDI__STEP__SPOILED ? 0 : good;
        INVARIANT(world, good <= 1, "G3 one good card for an order", "%s at %s", row->case_number,
                  name_of(world, office));
    }
}

static struct ledger_card *
find_card(struct ledger *ledger, size_t office, const char *serial)
{
    for (size_t i = 0; i < ledger->card_count; i++)
        if (ledger->cards[i].office == office && strcmp(ledger->cards[i].serial, serial) == 0)
            return &ledger->cards[i];
    return NULL;
}

static void
card_body_is_used_once(struct world *world, size_t office, const Yidi__Case *row)
{
    struct ledger *ledger = &world->ledger;
    if (row->card_serial[0] == '\0' || ledger->offices[office].set_back)
        return;
    struct ledger_card *card = find_card(ledger, office, row->card_serial);
    if (card == NULL && ledger->card_count < LEDGER_CARDS_MAX) {
        card = &ledger->cards[ledger->card_count++];
        snprintf(card->serial, sizeof card->serial, "%s", row->card_serial);
        snprintf(card->case_number, sizeof card->case_number, "%s", row->case_number);
        card->office = office;
        card->attempt = row->attempt;
    }
    INVARIANT(world,
              card != NULL && strcmp(card->case_number, row->case_number) == 0 &&
                  card->attempt == row->attempt,
              "G3 each card body is used once", "%s for %s, attempt %u", row->card_serial,
              row->case_number, row->attempt);
}

/* Each hop names the entry of the journal that caused it. */
static void
every_hop_stands_in_the_journal(struct world *world, size_t office, const Yidi__Case *row)
{
    const struct ledger_office *page = &world->ledger.offices[office];
    for (size_t i = 0; i < row->n_trace; i++) {
        const Yidi__Hop *hop = row->trace[i];
        if (strcmp(hop->office, world_code(world, office)) != 0)
            continue;
        const struct ledger_leaf *leaf =
            hop->leaf_index < page->count ? &page->leaves[hop->leaf_index] : NULL;
        bool caused = leaf != NULL;
        if (caused && hop->peer[0] != '\0')
            caused = leaf->kind == YIDI__JOURNAL_ENTRY__BODY_RECEIVED &&
                     leaf->sequence == hop->sequence &&
                     strcmp(world_code(world, leaf->peer), hop->peer) == 0;
        else if (caused)
            caused = leaf->kind == YIDI__JOURNAL_ENTRY__BODY_ACT &&
                     strcmp(leaf->case_number, row->case_number) == 0 &&
                     strcmp(leaf->operator, hop->operator_) == 0;
        INVARIANT(world, caused, "G5 every act stands in the journal",
                  "step %d of %s at %s names entry %" PRIu64, (int)hop->step, row->case_number,
                  name_of(world, office), hop->leaf_index);
    }
}

void
invariants_of_case(struct world *world, size_t office, struct store_txn *txn, const Yidi__Case *row)
{
    const struct role *role = world->network.offices[office].role;
    bool open = role->machine->state_open[row->state];
    (void)txn;
    case_has_an_owner_and_a_clock(world, office, row, open);
    every_hop_stands_in_the_journal(world, office, row);
    registry_has_jurisdiction(world, row);
    centre_serves_the_window(world, row);
    if (open && role->party != PARTY_PRODUCTION)
        citizen_has_one_open_case(world, office, row);
    if (role->party == PARTY_REGISTRY &&
        (row->state == REVIEW_ISSUED || row->state == REVIEW_MADE || row->state == REVIEW_CLOSED))
        two_people_acted(world, office, row, row->examiner, row->issuer);
    if (role->party != PARTY_PRODUCTION)
        return;
    if (row->state >= ORDER_VERIFIED)
        two_people_acted(world, office, row, row->maker, row->checker);
    order_has_one_good_card(world, office, row);
    card_body_is_used_once(world, office, row);
}

/* ---- what leaves an office ---- */

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
