/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "acceptance-node/core/application.h"
#include "common/core/require.h"
#include "common/io/case_file.h"
#include "common/io/wire.h"
#include "tests/simulation/invariants.h"
#include "tests/simulation/world.h"

void
ledger_wipe(struct ledger *ledger)
{
    for (size_t from = 0; from < LEDGER_OFFICES; from++) {
        free(ledger->offices[from].leaves);
        for (size_t to = 0; to < LEDGER_OFFICES; to++) {
            free(ledger->streams[from][to].sent);
            for (size_t past = 0; past < LEDGER_PASTS; past++)
                free(ledger->streams[from][to].lost[past].list);
        }
    }
    memset(ledger, 0, sizeof *ledger);
}

/* Room for one more; the pages of a ledger never end. */
static void *
grow(void *list, uint64_t count, uint64_t *room, size_t item_bytes)
{
    if (count < *room)
        return list;
    *room = *room == 0 ? 64 : 2 * *room;
    list = realloc(list, *room * item_bytes);
    REQUIRE(list != NULL);
    return list;
}

/* ---- entries ---- */

static const struct ledger_message *
find_in(const struct ledger_message *list, uint64_t count, uint64_t sequence, const uint8_t *hash)
{
    bool there = sequence >= 1 && sequence <= count &&
                 memcmp(list[sequence - 1].hash.bytes, hash, DIGEST_BYTES) == 0;
    return there ? &list[sequence - 1] : NULL;
}

const struct ledger_message *
ledger_find_message(const struct ledger_stream *stream, uint64_t sequence, const uint8_t *hash)
{
    const struct ledger_message *found = find_in(stream->sent, stream->count, sequence, hash);
    for (size_t past = 0; past < LEDGER_PASTS && found == NULL; past++)
        found = find_in(stream->lost[past].list, stream->lost[past].count, sequence, hash);
    return found;
}

static void
note_sent(struct world *world, size_t office, const struct ledger_leaf *leaf,
          const Yidi__Message *message)
{
    struct ledger_stream *stream = &world->ledger.streams[office][leaf->peer];
    stream->sent = grow(stream->sent, stream->count, &stream->room, sizeof *stream->sent);
    struct ledger_message *sent = &stream->sent[stream->count++];
    *sent = (struct ledger_message){ .hash = leaf->hash, .kind = (int)message->body_case };
    snprintf(sent->case_number, sizeof sent->case_number, "%s", message->case_number);
    trace(world, (int)office, "sends %s %" PRIu64 " to %s about %s", trace_message_name(sent->kind),
          stream->count, world->network.offices[leaf->peer].name, message->case_number);
}

static void
note_received(struct world *world, size_t office, const struct ledger_leaf *leaf,
              const Yidi__Received *received)
{
    struct ledger_stream *stream = &world->ledger.streams[leaf->peer][office];
    stream->taken = leaf->sequence;
    world->verdict->tally.messages++;
    bool known = leaf->sequence <= stream->count;
    trace(world, (int)office, "takes %s %" PRIu64 " from %s about %s%s%s",
          trace_message_name(known ? stream->sent[leaf->sequence - 1].kind : 0), leaf->sequence,
          world->network.offices[leaf->peer].name, leaf->case_number,
          received->refusal_code[0] == '\0' ? "" : " and refuses it: ", received->refusal_code);
}

static void
describe_received(struct world *world, size_t office, const Yidi__Received *received,
                  struct ledger_leaf *leaf)
{
    leaf->peer = world_find(world, received->from);
    leaf->sequence = received->sequence;
    REQUIRE(leaf->peer < LEDGER_OFFICES);
    const struct ledger_stream *stream = &world->ledger.streams[leaf->peer][office];
    if (leaf->sequence > 0 && leaf->sequence <= stream->count)
        snprintf(leaf->case_number, sizeof leaf->case_number, "%s",
                 stream->sent[leaf->sequence - 1].case_number);
}

/* A message that came back: it counts as sent, or as taken, again. */
static void
note_recovered(struct world *world, size_t office, const struct ledger_leaf *leaf,
               const Yidi__Recovered *recovered)
{
    struct ledger_stream *out = &world->ledger.streams[office][leaf->peer];
    struct ledger_stream *in = &world->ledger.streams[leaf->peer][office];
    trace(world, (int)office, "gets back message %" PRIu64 " %s %s", leaf->sequence,
          recovered->mine ? "to" : "from", world->network.offices[leaf->peer].name);
    if (!recovered->mine) {
        in->taken = leaf->sequence;
        return;
    }
    const struct ledger_message *lost =
        ledger_find_message(out, leaf->sequence, recovered->leaf_hash.data);
    REQUIRE(lost != NULL); /* the invariants saw it */
    const struct ledger_message copy = *lost;
    out->sent = grow(out->sent, out->count, &out->room, sizeof *out->sent);
    out->sent[out->count++] = copy;
}

static void
describe_recovered(struct world *world, size_t office, const Yidi__Recovered *recovered,
                   struct ledger_leaf *leaf)
{
    leaf->peer = world_find(world, recovered->peer);
    leaf->sequence = recovered->sequence;
    REQUIRE(leaf->peer < LEDGER_OFFICES);
    const struct ledger_stream *stream = recovered->mine
                                             ? &world->ledger.streams[office][leaf->peer]
                                             : &world->ledger.streams[leaf->peer][office];
    const struct ledger_message *message =
        ledger_find_message(stream, leaf->sequence, recovered->leaf_hash.data);
    if (message != NULL)
        snprintf(leaf->case_number, sizeof leaf->case_number, "%s", message->case_number);
}

static void
describe(struct world *world, size_t office, const Yidi__JournalEntry *entry,
         struct ledger_leaf *leaf)
{
    leaf->kind = (int)entry->body_case;
    snprintf(leaf->operator, sizeof leaf->operator, "%s", entry->operator_);
    if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_SENT) {
        leaf->peer = world_find(world, entry->sent->to);
        leaf->sequence = entry->sent->sequence;
        snprintf(leaf->case_number, sizeof leaf->case_number, "%s",
                 entry->sent->message->case_number);
        REQUIRE(leaf->peer < LEDGER_OFFICES);
    } else if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_RECEIVED) {
        describe_received(world, office, entry->received, leaf);
    } else if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_RECOVERED) {
        describe_recovered(world, office, entry->recovered, leaf);
    } else if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_ACT) {
        snprintf(leaf->case_number, sizeof leaf->case_number, "%s", entry->act->case_number);
    }
}

/* Does the office do this of its own accord, whatever it is asked meanwhile? */
static bool
is_own_accord(const Yidi__JournalEntry *entry)
{
    static const char *const verbs[] = {
        "notify", "overdue", "due-soon", "remind", "answer-eligibility", "expire-draft"
    };
    if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_DIRECTORY_ADOPTED ||
        entry->body_case == YIDI__JOURNAL_ENTRY__BODY_POLICY_ADOPTED)
        return true;
    if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_SENT)
        return entry->sent->message->body_case == YIDI__MESSAGE__BODY_APPLICATION_REMINDED;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_ACT &&
            strcmp(entry->act->verb, verbs[i]) == 0)
            return true;
    return false;
}

static void
take_entry(struct world *world, size_t office, struct bytes packed, struct arena *arena)
{
    struct ledger_office *page = &world->ledger.offices[office];
    ProtobufCMessage *message;
    struct ledger_leaf leaf = { 0 };
    INVARIANT(world,
              wire_decode(&yidi__journal_entry__descriptor, packed, arena, &message, NULL) == OK,
              "G5 every entry of a journal can be read", "entry %" PRIu64 " of %s", page->count,
              world->network.offices[office].name);
    const Yidi__JournalEntry *entry = (const Yidi__JournalEntry *)message;
    merkle_leaf_hash(signature_digest, packed, &leaf.hash);
    describe(world, office, entry, &leaf);
    invariants_of_entry(world, office, &leaf, entry);
    page->leaves = grow(page->leaves, page->count, &page->room, sizeof *page->leaves);
    page->leaves[page->count++] = leaf;
    if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_SENT)
        note_sent(world, office, &leaf, entry->sent->message);
    else if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_RECEIVED)
        note_received(world, office, &leaf, entry->received);
    else if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_RECOVERED)
        note_recovered(world, office, &leaf, entry->recovered);
    else if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_EPOCH_OPENED)
        trace(world, (int)office, "opens epoch %u of its journal", entry->epoch_opened->epoch);
    else if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_ACT)
        trace(world, (int)office, "%s: %s %s", entry->operator_[0] == '\0' ? "-" : entry->operator_,
              entry->act->verb, entry->act->case_number);
    if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_EPOCH_OPENED)
        page->asks = false;
    page->forked |= page->asks && entry->body_case == YIDI__JOURNAL_ENTRY__BODY_SENT;
    page->acts += !is_own_accord(entry);
    world->verdict->tally.overdue += entry->body_case == YIDI__JOURNAL_ENTRY__BODY_ACT &&
                                     strcmp(entry->act->verb, "overdue") == 0;
}

/* ---- cases ---- */

static struct ledger_case *
find_case(struct ledger_office *page, const char *number)
{
    for (size_t i = 0; i < page->case_count; i++)
        if (strcmp(page->cases[i].number, number) == 0)
            return &page->cases[i];
    return NULL;
}

const struct ledger_case *
ledger_find_case(const struct world *world, size_t office, const char *case_number)
{
    const struct ledger_office *page = &world->ledger.offices[office];
    for (size_t i = 0; i < page->case_count; i++)
        if (strcmp(page->cases[i].number, case_number) == 0)
            return &page->cases[i];
    return NULL;
}

const struct ledger_holding *
ledger_find_holding(const struct ledger *ledger, const char *case_number)
{
    for (size_t i = 0; i < ledger->holding_count; i++)
        if (strcmp(ledger->holdings[i].case_number, case_number) == 0)
            return &ledger->holdings[i];
    return NULL;
}

/* It may have been opened again in the same turn. */
static bool
was_closed(const Yidi__Case *row)
{
    bool closed = false;
    for (size_t i = 0; i < row->n_trace; i++)
        closed |= row->trace[i]->step == YIDI__STEP__CLOSED &&
                  strcmp(row->trace[i]->office, row->registry_office) == 0;
    return closed;
}

/* Windows hand out cards, registries close cases over them. */
static void
note_holding(struct ledger *ledger, enum party party, const Yidi__Case *row)
{
    struct ledger_holding *holding =
        (struct ledger_holding *)(uintptr_t)ledger_find_holding(ledger, row->case_number);
    bool collected = party == PARTY_ACCEPTANCE && row->state == APPLICATION_COLLECTED;
    bool closed = party == PARTY_REGISTRY && was_closed(row);
    if (!collected && !closed)
        return;
    if (holding == NULL) {
        REQUIRE(ledger->holding_count < LEDGER_CASES_MAX);
        holding = &ledger->holdings[ledger->holding_count++];
        *holding = (struct ledger_holding){ .closed = 0 };
        memcpy(holding->case_number, row->case_number, CASE_NUMBER_CHARS);
    }
    if (collected)
        snprintf(holding->serial, sizeof holding->serial, "%s", row->card_serial);
    else if (holding->closed == 0)
        holding->closed = ++ledger->closings;
}

static void
describe_case(const struct world *world, const struct machine *machine, const Yidi__Case *row,
              struct ledger_case *found)
{
    const Yidi__TemporaryCard *temporary =
        row->collection == NULL ? NULL : row->collection->temporary_card;
    snprintf(found->citizen, sizeof found->citizen, "%s", row->form->person->citizen_number);
    snprintf(found->batch, sizeof found->batch, "%s", row->batch);
    snprintf(found->card_serial, sizeof found->card_serial, "%s", row->card_serial);
    snprintf(found->attention, sizeof found->attention, "%s",
             row->attention == NULL ? "" : row->attention->code);
    found->state = (int)row->state;
    found->open = machine->state_open[found->state];
    found->redirections = row->redirections;
    found->remake_refused = row->remake_refused;
    found->deadline_ms = row->stage_deadline_ms;
    found->temporary_out =
        temporary != NULL && temporary->end == YIDI__TEMPORARY_CARD_END__STILL_OUT;
    found->window = world_find(world, row->acceptance_office);
    found->registry = world_find(world, row->registry_office);
    found->centre = world_find(world, row->production_office);
}

static void
take_case(struct world *world, size_t office, struct store_txn *txn, const char *number,
          struct arena *arena)
{
    struct ledger_office *page = &world->ledger.offices[office];
    const struct machine *machine = world->network.offices[office].role->machine;
    struct case_file file;
    enum result result = case_file_open(txn, machine, number, arena, &file);
    if (result == ERR_ABSENT)
        return;
    INVARIANT(world, result == OK, "G1 every case can be read", "%s at %s: %d", number,
              world->network.offices[office].name, (int)result);
    struct ledger_case *known = find_case(page, number);
    if (known == NULL) {
        REQUIRE(page->case_count < LEDGER_CASES_MAX);
        known = &page->cases[page->case_count++];
        *known = (struct ledger_case){ .state = 0 };
        snprintf(known->number, sizeof known->number, "%s", number);
    }
    describe_case(world, machine, file.row, known);
    note_holding(&world->ledger, world->network.offices[office].role->party, file.row);
    invariants_of_case(world, office, file.row);
}

void
ledger_read_cases(struct world *world, size_t office)
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn) struct store_txn *txn = NULL;
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    arena_init(&arena);
    world->ledger.offices[office].case_count = 0;
    invariants_of_books(world, office);
    txn = scratch_store_read(&world->network.offices[office].scratch);
    REQUIRE(store_cursor_open(txn, TABLE_CASES, (struct bytes){ 0 }, &cursor) == OK);
    while (store_cursor_next(cursor, &key, &value) == OK) {
        char number[CASE_NUMBER_CHARS + 1] = { 0 };
        REQUIRE(key.size == CASE_NUMBER_CHARS);
        memcpy(number, key.data, key.size);
        take_case(world, office, txn, number, &arena);
        arena_reset(&arena);
    }
}

/* ---- following ---- */

static void
take_news(struct world *world, size_t office, uint64_t size)
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn) struct store_txn *txn = NULL;
    struct ledger_office *page = &world->ledger.offices[office];
    uint64_t first = page->count;
    arena_init(&arena);
    txn = scratch_store_read(&world->network.offices[office].scratch);
    while (page->count < size) {
        uint8_t key[8];
        struct bytes packed;
        bytes_put_u64(key, page->count);
        INVARIANT(world, store_get(txn, TABLE_JOURNAL, bytes_of(key, 8), &packed) == OK,
                  "G5 every entry of a journal can be read", "entry %" PRIu64 " of %s", page->count,
                  world->network.offices[office].name);
        take_entry(world, office, packed, &arena);
        arena_reset(&arena);
    }
    for (uint64_t i = first; i < size; i++) {
        const struct ledger_leaf *leaf = &page->leaves[i];
        if (leaf->case_number[0] != '\0')
            take_case(world, office, txn, leaf->case_number, &arena);
        else if (leaf->kind == YIDI__JOURNAL_ENTRY__BODY_RECEIVED) /* who knows about what */
            page->restarted = true;
        arena_reset(&arena);
    }
}

void
ledger_catch_up(struct world *world, size_t office)
{
    struct ledger_office *page = &world->ledger.offices[office];
    uint64_t size = world->network.offices[office].office->journal.committed.size;
    INVARIANT(world, size >= page->count, "G1 nothing that was committed is lost",
              "the journal of %s has %" PRIu64 " entries, and had %" PRIu64,
              world->network.offices[office].name, size, page->count);
    if (size > page->count) {
        take_news(world, office, size);
        invariants_of_books(world, office);
    }
}

void
ledger_follow(struct world *world, size_t office)
{
    struct ledger_office *page = &world->ledger.offices[office];
    uint64_t commits = world->network.offices[office].office->commits;
    ledger_catch_up(world, office);
    /* what comes back is done again in turns that add nothing to the journal */
    page->restarted |= page->set_back && commits != page->commits;
    page->commits = commits;
    if (page->set_back && !page->recovered)
        invariants_of_office(world, office);
    if (page->restarted) {
        page->restarted = false;
        ledger_read_cases(world, office);
    }
}

/* ---- old copies ---- */

void
ledger_copy(struct world *world, size_t office)
{
    world->ledger.offices[office].copied = true;
    world->ledger.offices[office].copied_count = world->ledger.offices[office].count;
    for (size_t other = 0; other < LEDGER_OFFICES; other++) {
        struct ledger_stream *out = &world->ledger.streams[office][other];
        struct ledger_stream *in = &world->ledger.streams[other][office];
        out->copied_count = out->count;
        in->copied_taken = in->taken;
    }
}

static void
keep_lost(struct ledger_stream *stream)
{
    size_t past = 0;
    while (past < LEDGER_PASTS - 1 && stream->lost[past].list != NULL)
        past++;
    free(stream->lost[past].list);
    struct ledger_message *copy = malloc((stream->count + 1) * sizeof *copy);
    REQUIRE(copy != NULL);
    if (stream->count > 0)
        memcpy(copy, stream->sent, stream->count * sizeof *copy);
    stream->lost[past] = (struct ledger_past){ .list = copy, .count = stream->count };
}

void
ledger_set_back(struct world *world, size_t office)
{
    struct ledger_office *page = &world->ledger.offices[office];
    page->count = page->copied_count;
    page->set_back = page->restarted = true;
    page->recovered = false;
    page->asks = true;
    for (size_t other = 0; other < LEDGER_OFFICES; other++) {
        struct ledger_stream *out = &world->ledger.streams[office][other];
        struct ledger_stream *in = &world->ledger.streams[other][office];
        keep_lost(out);
        out->count = out->copied_count;
        in->taken = in->copied_taken;
    }
}

void
ledger_lose(struct world *world, size_t office)
{
    world->ledger.offices[office].copied_count = 0;
    for (size_t other = 0; other < LEDGER_OFFICES; other++) {
        world->ledger.streams[office][other].copied_count = 0;
        world->ledger.streams[other][office].copied_taken = 0;
    }
    ledger_set_back(world, office);
}
