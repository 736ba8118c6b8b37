/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/policies.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/domain/civil_date.h"
#include "common/io/turn.h"

static uint64_t
version_of(const struct policy_file *file)
{
    return file == NULL ? 0 : policy_file_policy(file)->version;
}

static enum result
keep(struct policies *policies, struct policy_file *take_file)
{
    struct policy_file **longer =
        realloc(policies->files, (policies->count + 1) * sizeof *policies->files);
    if (longer == NULL)
        return ERR_MEMORY;
    policies->files = longer;
    policies->files[policies->count++] = take_file;
    return OK;
}

/* A row: when it was written (8 bytes), and the SignedPolicy. */
enum { TIME_BYTES = 8, KEY_BYTES = 8 };

static enum result
split_row(struct bytes row, uint64_t *ret_adopted_ms, struct bytes *ret_signed)
{
    if (row.size <= TIME_BYTES)
        return ERR_DAMAGED;
    *ret_adopted_ms = bytes_get_u64(row.data);
    *ret_signed = bytes_of(row.data + TIME_BYTES, row.size - TIME_BYTES);
    return OK;
}

/* What was adopted was checked then; its authority's certificate may have ended since. */
static enum result
read_row(struct policies *policies, struct bytes row, struct policy_file **ret_file)
{
    AUTO(policy_file) struct policy_file *file = NULL;
    struct refusal refusal;
    struct bytes signed_bytes;
    uint64_t adopted_ms;
    enum result result = split_row(row, &adopted_ms, &signed_bytes);
    if (result == OK)
        result = policy_file_decode(signed_bytes, NULL, 0, &file, &refusal);
    if (result != OK)
        return result == ERR_REFUSED ? ERR_DAMAGED : result;
    result = keep(policies, file);
    if (result == OK)
        *ret_file = MOVE(file);
    return result;
}

static enum result
get_row(struct store_txn *txn, uint64_t version, struct bytes *ret_row)
{
    uint8_t key[KEY_BYTES];
    bytes_put_u64(key, version);
    return store_get(txn, TABLE_POLICIES, bytes_of(key, sizeof key), ret_row);
}

enum result
policies_follow(struct policies *policies, struct store_txn *txn)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, row;
    enum result result = store_cursor_open(txn, TABLE_POLICIES, bytes_of(NULL, 0), &cursor);
    if (result == OK)
        result = store_cursor_last(cursor, &key, &row);
    if (result == OK && key.size != sizeof(uint64_t))
        result = ERR_DAMAGED;
    if (result == OK && bytes_get_u64(key.data) != version_of(policies->present))
        result = read_row(policies, row, &policies->present);
    return result == ERR_ABSENT ? OK : result;
}

enum result
policies_open(struct policies *policies, struct store_txn *txn)
{
    return policies_follow(policies, txn);
}

void
policies_close(struct policies *policies)
{
    for (size_t i = 0; i < policies->count; i++)
        policy_file_destroy(policies->files[i]);
    free(policies->files);
    *policies = (struct policies){ 0 };
}

static bool
is_present(const struct policies *policies, const struct policy_file *file)
{
    return policies->present != NULL &&
           bytes_equal(policy_file_signed_bytes(file), policy_file_signed_bytes(policies->present));
}

/* Keep it, to be written down by the next turn. */
static enum result
keep_fresh(struct policies *policies, struct policy_file *take_file, struct refusal *ret_refusal)
{
    if (policies->fresh_count == POLICIES_FRESH_MAX)
        return refuse(ret_refusal, REFUSAL_POLICY_INVALID, "version",
                      "%d policies wait to be written down", POLICIES_FRESH_MAX);
    enum result result = keep(policies, take_file);
    if (result != OK)
        return result;
    policies->fresh[policies->fresh_count++] = take_file;
    for (size_t i = 0; i < POLICIES_WANTED_MAX; i++)
        if (policies->wanted[i] == version_of(take_file))
            policies->wanted[i] = 0;
    return OK;
}

enum result
policies_adopt(struct policies *policies, struct policy_file *take_file, bool *ret_newer,
               struct refusal *ret_refusal)
{
    uint64_t version = version_of(take_file), present = version_of(policies->present);
    if (is_present(policies, take_file)) {
        policy_file_destroy(take_file);
        *ret_newer = false;
        return OK;
    }
    if (version <= present)
        return refuse(ret_refusal, REFUSAL_POLICY_INVALID, "version",
                      "version %" PRIu64 " is not newer than version %" PRIu64
                      ", which this office follows",
                      version, present);
    enum result result = keep_fresh(policies, take_file, ret_refusal);
    if (result != OK)
        return result;
    policies->present = take_file;
    *ret_newer = true;
    return OK;
}

enum result
policies_take_former(struct policies *policies, struct policy_file *take_file,
                     struct refusal *ret_refusal)
{
    uint64_t version = version_of(take_file);
    if (version >= version_of(policies->present) || !policies_wants(policies, version))
        return refuse(ret_refusal, REFUSAL_POLICY_INVALID, "version",
                      "version %" PRIu64 " is not asked for", version);
    return keep_fresh(policies, take_file, ret_refusal);
}

bool
policies_wants(const struct policies *policies, uint64_t version)
{
    for (size_t i = 0; i < POLICIES_WANTED_MAX; i++)
        if (version != 0 && policies->wanted[i] == version)
            return true;
    return false;
}

enum result
policies_signed(struct store_txn *txn, uint64_t version, uint64_t *ret_adopted_ms,
                struct bytes *ret_signed)
{
    struct bytes row;
    enum result result = get_row(txn, version, &row);
    return result == OK ? split_row(row, ret_adopted_ms, ret_signed) : result;
}

const struct policy *
policies_present(const struct policies *policies)
{
    return policies->present == NULL ? policy_standard() : policy_file_policy(policies->present);
}

/* ---- in a turn ---- */

static enum result
write_down(struct turn *turn, const struct policy_file *file)
{
    Yidi__PolicyAdopted adopted = YIDI__POLICY_ADOPTED__INIT;
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    struct bytes signed_bytes = policy_file_signed_bytes(file);
    struct digest digest;
    uint8_t key[KEY_BYTES];
    uint64_t leaf;
    uint8_t *row = arena_take(turn->arena, TIME_BYTES + signed_bytes.size);
    if (row == NULL)
        return ERR_MEMORY;
    policy_file_digest(file, &digest);
    adopted.version = version_of(file);
    adopted.digest = (ProtobufCBinaryData){ .data = digest.bytes, .len = DIGEST_BYTES };
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_POLICY_ADOPTED;
    entry.policy_adopted = &adopted;
    bytes_put_u64(key, adopted.version);
    bytes_put_u64(row, turn->recorded_ms);
    memcpy(row + TIME_BYTES, signed_bytes.data, signed_bytes.size);
    enum result result = turn_append(turn, &entry, &leaf);
    return result == OK ? store_put(turn->txn, TABLE_POLICIES, bytes_of(key, sizeof key),
                                    bytes_of(row, TIME_BYTES + signed_bytes.size))
                        : result;
}

enum result
policies_journal(struct turn *turn)
{
    const struct policies *policies = &turn->office->policies;
    enum result result = OK;
    for (size_t i = 0; i < policies->fresh_count && result == OK; i++)
        result = write_down(turn, policies->fresh[i]);
    return result;
}

void
policies_committed(struct policies *policies)
{
    policies->fresh_count = 0;
}

enum result
policies_were_newer(struct turn *turn, uint64_t version, uint32_t date, bool *ret_newer)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, row, signed_bytes;
    uint8_t next[KEY_BYTES];
    *ret_newer = false;
    if (version >= version_of(turn->office->policies.present))
        return OK;
    bytes_put_u64(next, version + 1);
    enum result result = store_cursor_open(turn->txn, TABLE_POLICIES, bytes_of(NULL, 0), &cursor);
    if (result == OK)
        result = store_cursor_seek(cursor, bytes_of(next, sizeof next), &key, &row);
    while (result == OK && !*ret_newer) {
        uint64_t adopted_ms;
        result = split_row(row, &adopted_ms, &signed_bytes);
        if (result == OK) {
            *ret_newer = civil_date_of_ms(adopted_ms) < date;
            result = store_cursor_next(cursor, &key, &row);
        }
    }
    return result == ERR_ABSENT ? OK : result;
}

static struct policy_file *
find_read(const struct policies *policies, uint64_t version)
{
    for (size_t i = 0; i < policies->count; i++)
        if (version_of(policies->files[i]) == version)
            return policies->files[i];
    return NULL;
}

/* A version that is not here is wanted from now on. */
static enum result
find_file(struct policies *policies, struct store_txn *txn, uint64_t version,
          struct policy_file **ret_file)
{
    struct bytes row;
    *ret_file = find_read(policies, version);
    if (*ret_file != NULL)
        return OK;
    enum result result = get_row(txn, version, &row);
    if (result == ERR_ABSENT && !policies_wants(policies, version)) {
        policies->wanted[policies->wanted_next] = version;
        policies->wanted_next = (policies->wanted_next + 1) % POLICIES_WANTED_MAX;
    }
    return result == OK ? read_row(policies, row, ret_file) : result;
}

enum result
policies_want(struct policies *policies, struct store_txn *txn, uint64_t version, bool *ret_known)
{
    struct policy_file *unused = NULL;
    enum result result = version == 0 ? OK : find_file(policies, txn, version, &unused);
    *ret_known = result == OK;
    return result == ERR_ABSENT ? OK : result;
}

static enum result
find(struct policies *policies, struct store_txn *txn, uint64_t version,
     const struct policy **ret_policy, bool *ret_known)
{
    struct policy_file *file = NULL;
    enum result result = version == 0 ? OK : find_file(policies, txn, version, &file);
    if (result != OK && result != ERR_ABSENT)
        return result;
    *ret_known = result == OK;
    if (result == ERR_ABSENT)
        *ret_policy = policies_present(policies);
    else
        *ret_policy = version == 0 ? policy_standard() : policy_file_policy(file);
    return OK;
}

enum result
policies_find(struct turn *turn, uint64_t version, const struct policy **ret_policy,
              bool *ret_known)
{
    return find(&turn->office->policies, turn->txn, version, ret_policy, ret_known);
}

void
policies_of_new(const struct turn *turn, const char *registration_division,
                struct policy_case *ret_policy)
{
    const Yidi__Office *production =
        directory_find_production(turn->office->directory, office_self(turn->office)->areas[0]);
    *ret_policy = (struct policy_case){
        .policy = policies_present(&turn->office->policies),
        .known = true,
        .date = civil_date_of_ms(turn->now_ms),
        .window = turn->office->journal.office,
        .registry = registration_division,
        .production = production == NULL ? "" : production->code,
    };
}

enum result
policies_of_row(struct policies *policies, struct store_txn *txn, const Yidi__Case *row,
                struct policy_case *ret_policy)
{
    *ret_policy = (struct policy_case){
        .date = civil_date_of_ms(row->accepted_ms),
        .window = row->acceptance_office,
        .registry = row->registry_office,
        .production = row->production_office,
    };
    return find(policies, txn, row->policy_version, &ret_policy->policy, &ret_policy->known);
}

enum result
policies_of_case(struct turn *turn, const Yidi__Case *row, struct policy_case *ret_policy)
{
    return policies_of_row(&turn->office->policies, turn->txn, row, ret_policy);
}
