/* SPDX-License-Identifier: Apache-2.0
 *
 * scratch_store - a real store in a temporary folder, and the shortest words for using it.
 *
 * Anything that fails here ends the test.
 */
#ifndef TESTS_SCRATCH_STORE_H
#define TESTS_SCRATCH_STORE_H

#include "common/core/arena.h"
#include "common/io/store.h"

enum { SCRATCH_STORE_MAP_BYTES = 256 * 1024 * 1024 };

struct scratch_store {
    char folder[256]; /* the store is its only content */
    uint64_t map_bytes;
    struct store *store;
};

/* Make folder and store. */
void scratch_store_open(struct scratch_store *scratch, uint64_t map_bytes);

/* Close the store as a crash does: what was not committed is gone. Then open it again. */
void scratch_store_reopen(struct scratch_store *scratch);

/* Close it and remove the folder. */
void scratch_store_close(struct scratch_store *scratch);

struct store_txn *scratch_store_read(struct scratch_store *scratch);
struct store_txn *scratch_store_write(struct scratch_store *scratch);
void scratch_store_commit(struct store_txn *take_txn);

/* Copies of the row at an index of a table, in key order; in the arena. */
void scratch_store_row(struct scratch_store *scratch, enum store_table table, uint64_t row,
                       struct arena *arena, struct bytes *ret_key, struct bytes *ret_value);

/* Change one byte of the row at an index of a table, in key order: byte `at` of the value, counted
 * from its end when negative. */
void scratch_store_flip(struct scratch_store *scratch, enum store_table table, uint64_t row,
                        long at);

/* Remove the row at an index of a table. */
void scratch_store_remove(struct scratch_store *scratch, enum store_table table, uint64_t row);

/* Put one row, and commit. */
void scratch_store_put(struct scratch_store *scratch, enum store_table table, struct bytes key,
                       struct bytes value);

uint64_t scratch_store_count(struct scratch_store *scratch, enum store_table table);

#endif
