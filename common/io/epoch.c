/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/epoch.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/io/log.h"
#include "common/io/office.h"
#include "common/io/turn.h"
#include "common/io/wire.h"
#include "common/io/witness.h"

/* Row of TABLE_META: leaf index of the present epoch's EpochOpened. */
#define EPOCH_KEY "epoch"

/* ---- the heads that are named ---- */

bool
epoch_heads_cover(const struct epoch_heads *heads, const struct tree_head *head)
{
    for (size_t i = 0; i < heads->count; i++) {
        const struct tree_head *known = &heads->list[i];
        if (known->epoch == head->epoch &&
            (known->size > head->size ||
             (known->size == head->size && digest_equal(&known->root, &head->root))))
            return true;
    }
    return false;
}

/* Where an earlier head of the epoch stands, or a new one would. */
static size_t
find_place(const struct epoch_heads *heads, const struct tree_head *head)
{
    size_t i = 0;
    while (i < heads->count &&
           (heads->list[i].epoch != head->epoch || heads->list[i].size >= head->size))
        i++;
    return i;
}

bool
epoch_heads_note(struct epoch_heads *heads, const struct tree_head *head, const char *text,
                 const char *witness)
{
    if (epoch_heads_cover(heads, head))
        return true;
    size_t place = find_place(heads, head);
    if (place == EPOCH_HEADS_MAX || strlen(text) >= TREE_HEAD_BYTES_MAX)
        return false;
    heads->list[place] = *head;
    snprintf(heads->texts[place], sizeof heads->texts[place], "%s", text);
    snprintf(heads->witnesses[place], sizeof heads->witnesses[place], "%s", witness);
    if (place == heads->count)
        heads->count++;
    return true;
}

/* ---- the own journal ---- */

static enum result
find_opening(struct store_txn *txn, uint64_t *ret_leaf)
{
    struct bytes value;
    enum result result = store_get(txn, TABLE_META, bytes_of_text(EPOCH_KEY), &value);
    if (result == OK && value.size != 8)
        return ERR_DAMAGED;
    if (result == OK)
        *ret_leaf = bytes_get_u64(value.data);
    return result;
}

static enum result
note_all(const Yidi__EpochOpened *opened, struct epoch_heads *heads)
{
    for (size_t i = 0; i < opened->n_heads; i++) {
        struct tree_head head;
        if (tree_head_decode(opened->heads[i]->head, &head) != OK)
            return ERR_DAMAGED;
        if (!epoch_heads_note(heads, &head, opened->heads[i]->head, opened->heads[i]->witness))
            return ERR_DAMAGED;
    }
    return OK;
}

enum result
epoch_load(struct store_txn *txn, struct arena *arena, struct epoch_heads *ret_heads)
{
    uint64_t leaf;
    uint8_t key[8];
    struct bytes packed;
    ProtobufCMessage *message;
    ret_heads->count = 0;
    enum result result = find_opening(txn, &leaf);
    if (result != OK)
        return result == ERR_ABSENT ? OK : result;
    bytes_put_u64(key, leaf);
    result = store_get(txn, TABLE_JOURNAL, bytes_of(key, sizeof key), &packed);
    if (result == ERR_ABSENT)
        return ERR_DAMAGED;
    if (result != OK)
        return result;
    if (wire_decode(&yidi__journal_entry__descriptor, packed, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    const Yidi__JournalEntry *entry = (const Yidi__JournalEntry *)message;
    if (entry->body_case != YIDI__JOURNAL_ENTRY__BODY_EPOCH_OPENED)
        return ERR_DAMAGED;
    return note_all(entry->epoch_opened, ret_heads);
}

enum result
epoch_proof(struct store_txn *txn, struct arena *arena, struct bytes *ret_packed)
{
    uint64_t leaf;
    enum result result = find_opening(txn, &leaf);
    return result == OK ? journal_envelope(txn, leaf, arena, ret_packed) : result;
}

static uint32_t
next_epoch(const struct journal *journal, const struct epoch_heads *heads)
{
    uint32_t epoch = journal->epoch;
    for (size_t i = 0; i < heads->count; i++)
        if (heads->list[i].epoch > epoch)
            epoch = heads->list[i].epoch;
    return epoch + 1;
}

static enum result
append_opening(struct turn *turn, uint32_t epoch, const struct epoch_heads *heads,
               uint64_t *ret_leaf)
{
    Yidi__LastHead *rows = arena_take(turn->arena, EPOCH_HEADS_MAX * sizeof *rows);
    Yidi__LastHead **list = arena_take(turn->arena, EPOCH_HEADS_MAX * sizeof *list);
    if (rows == NULL || list == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < heads->count; i++) {
        yidi__last_head__init(&rows[i]);
        rows[i].head = (char *)heads->texts[i];
        rows[i].witness = (char *)heads->witnesses[i];
        list[i] = &rows[i];
    }
    Yidi__EpochOpened opened = YIDI__EPOCH_OPENED__INIT;
    opened.epoch = epoch;
    opened.heads = list;
    opened.n_heads = heads->count;
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_EPOCH_OPENED;
    entry.epoch_opened = &opened;
    return turn_append(turn, &entry, ret_leaf);
}

enum result
epoch_open(struct turn *turn, struct epoch_heads *heads)
{
    struct journal *journal = &turn->office->journal;
    struct tree_head own;
    uint8_t row[8];
    uint64_t leaf;
    if (journal->head[0] != '\0' && tree_head_decode(journal->head, &own) == OK)
        (void)epoch_heads_note(heads, &own, journal->head, journal->office);
    uint32_t epoch = next_epoch(journal, heads);
    journal_begin_epoch(journal, epoch);
    enum result result = append_opening(turn, epoch, heads, &leaf);
    if (result != OK)
        return result;
    bytes_put_u64(row, leaf);
    log_line(LOG_WARNING, "epoch_opened", "office=%s epoch=%u heads=%zu", journal->office,
             (unsigned)epoch, heads->count);
    return store_put(turn->txn, TABLE_META, bytes_of_text(EPOCH_KEY), bytes_of(row, sizeof row));
}

/* ---- a peer's journal ---- */

/* Does the entry name a head of the peer's that is at least as late as the one seen here? */
static bool
names_later(struct office *office, const Yidi__EpochOpened *opened, const struct tree_head *seen)
{
    for (size_t i = 0; i < opened->n_heads; i++) {
        struct tree_head named;
        struct refusal refusal = { 0 };
        if (tree_head_decode(opened->heads[i]->head, &named) != OK ||
            strcmp(named.office, seen->office) != 0 || named.epoch != seen->epoch ||
            named.size < seen->size)
            continue;
        if (named.size == seen->size && !digest_equal(&named.root, &seen->root))
            continue;
        if (envelope_verify_head(&office->verifier, opened->heads[i]->head, &named, &refusal) == OK)
            return true;
    }
    return false;
}

static enum trouble_code
find_fault(struct office *office, const struct peer *peer, uint32_t epoch,
           const struct envelope *envelope)
{
    const Yidi__JournalEntry *entry = envelope->entry;
    if (strcmp(entry->office, peer->office) != 0)
        return TROUBLE_EPOCH_FOREIGN;
    if (entry->body_case != YIDI__JOURNAL_ENTRY__BODY_EPOCH_OPENED ||
        entry->epoch_opened->epoch != epoch || envelope->head.epoch != epoch)
        return TROUBLE_EPOCH_NOT_OPENED;
    if (peer->seen_head.size > 0 && !names_later(office, entry->epoch_opened, &peer->seen_head))
        return TROUBLE_EPOCH_OLDER;
    return TROUBLE_NONE;
}

enum result
epoch_take(struct office *office, struct peer *peer, uint32_t epoch, struct bytes packed,
           struct refusal *ret_refusal)
{
    struct envelope envelope;
    struct bytes copy = arena_copy(&office->arena, packed);
    enum result result =
        copy.data == NULL
            ? ERR_MEMORY
            : envelope_verify(&office->verifier, copy, &office->arena, &envelope, ret_refusal);
    enum trouble_code fault =
        result == OK ? find_fault(office, peer, epoch, &envelope) : TROUBLE_EPOCH_FORGED;
    if (result == ERR_MEMORY)
        return result;
    if (fault != TROUBLE_NONE) {
        peer->trouble =
            (struct trouble){ .code = TROUBLE_EPOCH_UNPROVED, .why = fault, .numbers = { epoch } };
        return refuse(ret_refusal, REFUSAL_EPOCH_UNPROVED, "epoch", "%s", trouble_english(fault));
    }
    log_line(LOG_WARNING, "peer_epoch", "office=%s epoch=%u size=%" PRIu64, peer->office,
             (unsigned)epoch, envelope.head.size);
    result = peer_set_head(peer, &envelope.head, envelope.head_text);
    return result == OK ? witness_forgive(peer) : result;
}
