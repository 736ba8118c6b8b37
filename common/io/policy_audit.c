/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/policy_audit.h"

#include <inttypes.h>

#include "common/io/policies.h"

/* Good on the day of adoption; a policy that was a former one then, on the day of its issue. */
static enum result
verify(struct audit *audit, uint64_t version, struct bytes signed_bytes, uint64_t adopted_ms)
{
    AUTO(policy_file) struct policy_file *file = NULL;
    const struct trust_root *root = directory_root(audit->verifier->directory);
    struct refusal refusal = { 0 };
    enum result result = policy_file_decode(signed_bytes, root, adopted_ms, &file, &refusal);
    if (result == ERR_REFUSED)
        result = policy_file_decode_former(signed_bytes, root, adopted_ms, &file, &refusal);
    if (result == ERR_REFUSED)
        return audit_trouble(audit, ERR_FORGED, "policy %" PRIu64 " does not verify: %s", version,
                             refusal.rule);
    if (result == OK && policy_file_policy(file)->version != version)
        return audit_trouble(audit, ERR_DAMAGED, "policy %" PRIu64 " is of another version",
                             version);
    return result;
}

enum result
policy_audit_take(struct audit *audit, uint64_t leaf_index, const Yidi__JournalEntry *entry)
{
    if (entry->body_case != YIDI__JOURNAL_ENTRY__BODY_POLICY_ADOPTED)
        return OK;
    const Yidi__PolicyAdopted *adopted = entry->policy_adopted;
    struct bytes signed_bytes;
    struct digest digest;
    uint64_t adopted_ms;
    enum result result = policies_signed(audit->txn, adopted->version, &adopted_ms, &signed_bytes);
    if (result == ERR_ABSENT)
        return audit_trouble(audit, ERR_DAMAGED,
                             "policy %" PRIu64 " is missing; journal entry %" PRIu64 " adopted it",
                             adopted->version, leaf_index);
    if (result == ERR_DAMAGED)
        return audit_trouble(audit, ERR_DAMAGED, "policy %" PRIu64 " cannot be read",
                             adopted->version);
    if (result != OK)
        return result;
    signature_digest_one(signed_bytes, &digest);
    if (adopted_ms != entry->time_ms ||
        !bytes_equal(bytes_of(adopted->digest.data, adopted->digest.len),
                     bytes_of(digest.bytes, DIGEST_BYTES)))
        return audit_trouble(audit, ERR_FORGED,
                             "policy %" PRIu64 " is not what journal entry %" PRIu64 " adopted",
                             adopted->version, leaf_index);
    audit->report->policies++;
    return verify(audit, adopted->version, signed_bytes, adopted_ms);
}

enum result
policy_audit_finish(struct audit *audit)
{
    uint64_t rows;
    enum result result = store_count(audit->txn, TABLE_POLICIES, &rows);
    if (result == OK && rows != audit->report->policies)
        return audit_trouble(audit, ERR_FORGED,
                             "policies: %" PRIu64
                             " rows, of which the journal has adopted %" PRIu64,
                             rows, audit->report->policies);
    return result;
}
