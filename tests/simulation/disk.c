/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/disk.h"

#include "common/io/store_lmdb.h"

/* The linker's names: what the offices call is __wrap, the store's own is __real. */
enum result __real_store_begin_write(struct store *store, struct store_txn **ret_txn);
enum result __real_store_put(struct store_txn *txn, enum store_table table, struct bytes key,
                             struct bytes value);
enum result __real_store_append(struct store_txn *txn, enum store_table table, struct bytes key,
                                struct bytes value);
enum result __real_store_commit(struct store_txn *take_txn);
enum result __wrap_store_begin_write(struct store *store, struct store_txn **ret_txn);
enum result __wrap_store_put(struct store_txn *txn, enum store_table table, struct bytes key,
                             struct bytes value);
enum result __wrap_store_append(struct store_txn *txn, enum store_table table, struct bytes key,
                                struct bytes value);
enum result __wrap_store_commit(struct store_txn *take_txn);

static struct disk *present; /* the store's functions take no context */

void
disk_open(struct disk *disk, struct fake_network *network)
{
    *disk = (struct disk){ .network = network };
    present = disk;
}

/* The office whose store it is; PLACE_COUNT-like: network->count when nobody's. */
static size_t
owner_of(const struct store *store)
{
    size_t number = 0;
    while (number < present->network->count &&
           present->network->offices[number].scratch.store != store)
        number++;
    return number;
}

static struct disk_office *
find_office(const struct store *store)
{
    size_t number = present == NULL ? 0 : owner_of(store);
    return present == NULL || number == present->network->count ? NULL : &present->offices[number];
}

enum result
__wrap_store_begin_write(struct store *store, struct store_txn **ret_txn)
{
    struct disk_office *office = find_office(store);
    if (office != NULL)
        office->refused = false;
    return __real_store_begin_write(store, ret_txn);
}

static bool
has_room(struct store_txn *txn)
{
    struct disk_office *office = find_office(txn->store);
    if (office == NULL)
        return true;
    office->puts++;
    office->refused |= office->full_at_put != 0 && office->puts >= office->full_at_put;
    return !office->refused;
}

enum result
__wrap_store_put(struct store_txn *txn, enum store_table table, struct bytes key,
                 struct bytes value)
{
    return has_room(txn) ? __real_store_put(txn, table, key, value) : ERR_FULL;
}

enum result
__wrap_store_append(struct store_txn *txn, enum store_table table, struct bytes key,
                    struct bytes value)
{
    return has_room(txn) ? __real_store_append(txn, table, key, value) : ERR_FULL;
}

/* Nothing of a dead process reaches the disk. */
enum result
__wrap_store_commit(struct store_txn *take_txn)
{
    struct disk_office *office = find_office(take_txn->store);
    if (office == NULL)
        return __real_store_commit(take_txn);
    struct fake_office *running = &present->network->offices[office - present->offices];
    office->commits++;
    if (office->commits == office->crash_before_commit)
        running->dying = true;
    if (running->dying || office->refused || office->full) {
        store_abort(take_txn);
        return running->dying ? ERR_IO : ERR_FULL;
    }
    enum result result = __real_store_commit(take_txn);
    if (office->commits == office->crash_after_commit)
        running->dying = true;
    return result;
}
