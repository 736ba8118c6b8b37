/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/death.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "common/io/store.h"
#include "common/io/wire.h"
#include "proto/case.pb-c.h"
#include "proto/journal.pb-c.h"

/* What is under way between the dead office and all others. */
struct traffic {
    bool to_commit, to_acknowledge, to_transmit;
};

uint64_t
death_entries(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(office, &answer);
    return answer.response->status->tree_size;
}

static const void *
decode(const ProtobufCMessageDescriptor *descriptor, struct bytes packed, struct arena *arena)
{
    ProtobufCMessage *message;
    assert_int_equal(wire_decode(descriptor, packed, arena, &message, NULL), OK);
    return message;
}

/* Is there an act of that operator among the entries that came after? */
static bool
has_act(struct store_txn *txn, const struct death_command *command)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    for (uint64_t index = command->entries_before;; index++) {
        struct bytes value;
        uint8_t key[8];
        bytes_put_u64(key, index);
        enum result result = store_get(txn, TABLE_JOURNAL, bytes_of(key, sizeof key), &value);
        if (result == ERR_ABSENT)
            return false;
        assert_int_equal(result, OK);
        const Yidi__JournalEntry *entry = decode(&yidi__journal_entry__descriptor, value, &arena);
        if (entry->body_case == YIDI__JOURNAL_ENTRY__BODY_ACT &&
            strcmp(entry->operator_, command->operator) == 0)
            return true;
    }
}

static void
compare(struct store_txn *txn, const struct network_office *dead, struct network_office *other,
        struct traffic *traffic)
{
    static const Yidi__PeerRow none = YIDI__PEER_ROW__INIT;
    static const Yidi__PeerStatus unknown = YIDI__PEER_STATUS__INIT;
    AUTO(network_answer) struct network_answer answer = { 0 };
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    struct bytes value;
    const Yidi__PeerRow *row = &none;
    if (store_get(txn, TABLE_PEERS, bytes_of_text(other->code), &value) == OK)
        row = decode(&yidi__peer_row__descriptor, value, &arena);
    network_peers(other, dead->code, &answer);
    const Yidi__PeerStatus *status =
        answer.response->peers->n_peers == 0 ? &unknown : answer.response->peers->peers[0];
    traffic->to_commit |= status->assigned > row->applied;
    traffic->to_acknowledge |= row->applied > status->acknowledged;
    traffic->to_transmit |= row->assigned > status->applied;
}

enum death_phase
death_find_phase(struct network_office *office, const struct death_command *command)
{
    char path[NETWORK_PATH_BYTES];
    struct traffic traffic = { 0 };
    AUTO(store) struct store *store = NULL;
    AUTO(store_txn) struct store_txn *txn = NULL;
    assert_int_equal(store_open_readonly(network_path(office, "data", path), &store), OK);
    assert_int_equal(store_begin_read(store, &txn), OK);
    if (command != NULL && !command->answered)
        return has_act(txn, command) ? DEATH_BEFORE_ANSWER : DEATH_BEFORE_COMMIT;
    for (int i = 0; i < NETWORK_OFFICE_COUNT; i++) {
        struct network_office *other = &office->network->offices[i];
        if (other != office && other->pid != 0)
            compare(txn, office, other, &traffic);
    }
    return traffic.to_acknowledge ? DEATH_BEFORE_ACKNOWLEDGEMENT
           : traffic.to_commit    ? DEATH_BEFORE_COMMIT
           : traffic.to_transmit  ? DEATH_BEFORE_TRANSMISSION
                                  : DEATH_AT_REST;
}

const char *
death_phase_name(enum death_phase phase)
{
    static const char *const names[DEATH_PHASES] = {
        [DEATH_STARTING] = "starting",
        [DEATH_BEFORE_COMMIT] = "before_commit",
        [DEATH_BEFORE_ANSWER] = "before_answer",
        [DEATH_BEFORE_ACKNOWLEDGEMENT] = "before_acknowledgement",
        [DEATH_BEFORE_TRANSMISSION] = "before_transmission",
        [DEATH_AT_REST] = "at_rest",
    };
    return names[phase];
}
