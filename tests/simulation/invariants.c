/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/invariants.h"

#include <inttypes.h>

#include "common/io/case_file.h"
#include "common/io/wire.h"
#include "tests/lib/fee_audit.h"
#include "tests/lib/stock_check.h"
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
    INVARIANT(world, ledger_find_message(stream, leaf->sequence, received->leaf_hash.data) != NULL,
              "G5 what takes effect stands in its sender's journal",
              "%s took message %" PRIu64 " of %s, which never committed it", name_of(world, office),
              leaf->sequence, name_of(world, leaf->peer));
}

/* Were the operators told so long ago that what is not delivered goes, too? */
static bool
was_warned(struct store_txn *txn, const char *case_number, uint64_t time_ms)
{
    AUTO(arena) struct arena arena;
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value, all = { 0 };
    const uint64_t warning_ms = ERASE_WARNING_DAYS * UINT64_C(24) * 3600 * 1000;
    arena_init(&arena);
    enum result result = store_cursor_open(txn, TABLE_JOURNAL, all, &cursor);
    for (; result == OK && store_cursor_next(cursor, &key, &value) == OK; arena_reset(&arena)) {
        ProtobufCMessage *message;
        if (wire_decode(&yidi__journal_entry__descriptor, value, &arena, &message, NULL) != OK)
            return false;
        const Yidi__JournalEntry *entry = (const Yidi__JournalEntry *)message;
        if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_ACT &&
            strcmp(entry->act->verb, "erase-warning") == 0 &&
            strcmp(entry->act->case_number, case_number) == 0 &&
            entry->time_ms + warning_ms <= time_ms)
            return true;
    }
    return false;
}

/* What is taken as nothing is no loss when its case had ended where it came from, and was erased
 * there after a warning. */
static void
lost_news_is_no_loss(struct world *world, size_t office, const struct ledger_leaf *leaf,
                     uint64_t time_ms)
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn) struct store_txn *txn = NULL;
    const struct machine *machine = world->network.offices[leaf->peer].role->machine;
    struct case_file file;
    arena_init(&arena);
    txn = scratch_store_read(&world->network.offices[leaf->peer].scratch);
    INVARIANT(world,
              case_file_open(txn, machine, leaf->case_number, &arena, &file) == OK &&
                  !machine->state_open[file.row->state] && file.row->biometrics_erased_ms != 0 &&
                  was_warned(txn, leaf->case_number, time_ms),
              "G1 nothing is lost that was not given up", "%s never got message %" PRIu64 " of %s",
              name_of(world, office), leaf->sequence, name_of(world, leaf->peer));
    world->verdict->tally.news_lost++;
}

/* What comes back is what was lost, in its order. */
static void
recovered_is_what_was_lost(struct world *world, size_t office, const struct ledger_leaf *leaf,
                           const Yidi__Recovered *recovered)
{
    const struct ledger_stream *out = &world->ledger.streams[office][leaf->peer];
    const struct ledger_stream *in = &world->ledger.streams[leaf->peer][office];
    uint64_t next = 1 + (recovered->mine ? out->count : in->taken);
    INVARIANT(world, leaf->sequence == next, "G2 what comes back comes once, in order",
              "%s got back message %" PRIu64 " %s %s instead of %" PRIu64, name_of(world, office),
              leaf->sequence, recovered->mine ? "to" : "from", name_of(world, leaf->peer), next);
    INVARIANT(world,
              ledger_find_message(recovered->mine ? out : in, leaf->sequence,
                                  recovered->leaf_hash.data) != NULL,
              "G5 what comes back was sent once", "%s got back message %" PRIu64 " %s %s",
              name_of(world, office), leaf->sequence, recovered->mine ? "to" : "from",
              name_of(world, leaf->peer));
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
    else if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_RECOVERED)
        recovered_is_what_was_lost(world, office, leaf, entry->recovered);
    if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_RECEIVED && entry->received->erased)
        lost_news_is_no_loss(world, office, leaf, entry->time_ms);
}

/* ---- offices ---- */

void
invariants_of_books(struct world *world, size_t office)
{
    char stock[STOCK_CHECK_WORDS], fees[FEE_AUDIT_WORDS];
    AUTO(store_txn) struct store_txn *txn = NULL;
    enum party party = world->network.offices[office].role->party;
    if (party == PARTY_REGISTRY)
        return;
    txn = scratch_store_read(&world->network.offices[office].scratch);
    if (party == PARTY_PRODUCTION)
        INVARIANT(world, stock_check(txn, stock), "G5 received = used + spoiled + left", "%s: %s",
                  name_of(world, office), stock);
    else
        INVARIANT(world, fee_audit(txn, fees), "G5 the ledger of fees balances", "%s: %s",
                  name_of(world, office), fees);
}

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
    INVARIANT(world, !office_halted(running) || page->set_back,
              "G7 an office that lost nothing goes on", "%s halted: %s", name_of(world, office),
              trouble_name(running->halted.code));
    for (size_t i = 0; i < running->peers.count; i++)
        cursors_agree_with_the_journals(world, office, running->peers.list[i]);
    if (page->restarted)
        accepted_cases_are_there(world, office);
}
