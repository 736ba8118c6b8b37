/* SPDX-License-Identifier: Apache-2.0
 *
 * What a stopped office has on its disk, checked from scratch.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "common/io/journal.h"
#include "common/io/store.h"
#include "tests/lib/network.h"

struct directory *
network_load_directory(const struct network_office *office, struct trust_root *root)
{
    char path[NETWORK_PATH_BYTES];
    struct directory *directory = NULL;
    struct refusal refusal = { 0 };
    if (directory_load(network_path(office, "directory", path), root, (uint64_t)time(NULL) * 1000,
                       &directory, &refusal) != OK)
        fail_msg("%s: %s %s", path, refusal_name(refusal.code), refusal.rule);
    return directory;
}

uint64_t
network_audit(struct network_office *office)
{
    char path[NETWORK_PATH_BYTES];
    struct journal_report report = { 0 };
    AUTO(store) struct store *store = NULL;
    AUTO(trust_root) struct trust_root *root = authority_trust(&office->network->authority, false);
    AUTO(directory) struct directory *directory = network_load_directory(office, root);
    AUTO(heap) struct envelope_verifier *verifier = malloc(sizeof *verifier);
    assert_non_null(verifier);
    envelope_verifier_init(verifier, directory);
    assert_int_equal(office->pid, 0);
    assert_int_equal(store_open_readonly(network_path(office, "data", path), &store), OK);
    AUTO(store_txn) struct store_txn *txn = NULL;
    assert_int_equal(store_begin_read(store, &txn), OK);
    enum result result = journal_audit(txn, office->code, verifier, &report);
    if (result != OK || report.trouble[0] != '\0')
        fail_msg("the journal of %s: %d, %s", office->code, (int)result, report.trouble);
    return report.entries;
}
