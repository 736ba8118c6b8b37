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

/* What was adopted was checked then; its authority's certificate may have ended since. */
static enum result
read_row(struct policies *policies, struct bytes row, struct policy_file **ret_file)
{
    AUTO(policy_file) struct policy_file *file = NULL;
    struct refusal refusal;
    enum result result = policy_file_decode(row, NULL, 0, &file, &refusal);
    if (result != OK)
        return result == ERR_REFUSED ? ERR_DAMAGED : result;
    result = keep(policies, file);
    if (result == OK)
        *ret_file = MOVE(file);
    return result;
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
    enum result result = keep(policies, take_file);
    if (result != OK)
        return result;
    policies->present = take_file;
    policies->changed = true;
    *ret_newer = true;
    return OK;
}

const struct policy *
policies_present(const struct policies *policies)
{
    return policies->present == NULL ? policy_standard() : policy_file_policy(policies->present);
}

/* ---- in a turn ---- */

enum result
policies_journal(struct turn *turn)
{
    const struct policies *policies = &turn->office->policies;
    Yidi__PolicyAdopted adopted = YIDI__POLICY_ADOPTED__INIT;
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    struct digest digest;
    uint8_t key[8];
    uint64_t leaf;
    if (!policies->changed)
        return OK;
    policy_file_digest(policies->present, &digest);
    adopted.version = version_of(policies->present);
    adopted.digest = (ProtobufCBinaryData){ .data = digest.bytes, .len = DIGEST_BYTES };
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_POLICY_ADOPTED;
    entry.policy_adopted = &adopted;
    bytes_put_u64(key, adopted.version);
    enum result result = turn_append(turn, &entry, &leaf);
    return result == OK ? store_put(turn->txn, TABLE_POLICIES, bytes_of(key, sizeof key),
                                    policy_file_signed_bytes(policies->present))
                        : result;
}

static struct policy_file *
find_read(const struct policies *policies, uint64_t version)
{
    for (size_t i = 0; i < policies->count; i++)
        if (version_of(policies->files[i]) == version)
            return policies->files[i];
    return NULL;
}

static enum result
find_file(struct turn *turn, uint64_t version, struct policy_file **ret_file)
{
    struct policies *policies = &turn->office->policies;
    struct bytes row;
    uint8_t key[8];
    *ret_file = find_read(policies, version);
    if (*ret_file != NULL)
        return OK;
    bytes_put_u64(key, version);
    enum result result = store_get(turn->txn, TABLE_POLICIES, bytes_of(key, sizeof key), &row);
    return result == OK ? read_row(policies, row, ret_file) : result;
}

enum result
policies_find(struct turn *turn, uint64_t version, const struct policy **ret_policy,
              bool *ret_known)
{
    struct policy_file *file = NULL;
    enum result result = version == 0 ? OK : find_file(turn, version, &file);
    if (result != OK && result != ERR_ABSENT)
        return result;
    *ret_known = result == OK;
    if (result == ERR_ABSENT)
        *ret_policy = policies_present(&turn->office->policies);
    else
        *ret_policy = version == 0 ? policy_standard() : policy_file_policy(file);
    return OK;
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
policies_of_case(struct turn *turn, const Yidi__Case *row, struct policy_case *ret_policy)
{
    *ret_policy = (struct policy_case){
        .date = civil_date_of_ms(row->accepted_ms),
        .window = row->acceptance_office,
        .registry = row->registry_office,
        .production = row->production_office,
    };
    return policies_find(turn, row->policy_version, &ret_policy->policy, &ret_policy->known);
}
