/* SPDX-License-Identifier: Apache-2.0
 *
 * standing - how an office stands: its stages, its streams with others, what is wrong. Status, the
 * dashboard and the metrics all tell the same, each in its own form.
 *
 * Reads the last commit and the office's memory; belongs to the loop's thread. Costs what it shows,
 * not what is stored: cases are counted as they move, never by looking through them.
 */
#ifndef IO_STANDING_H
#define IO_STANDING_H

#include "common/io/office.h"

/* All borrowed; what is answered lives in the arena, or as long as the office. */
struct standing_source {
    struct office *office;
    struct store_txn *txn;
    struct arena *arena;
    uint64_t now_ms; /* Unix */
};

enum result standing_status(const struct standing_source *source,
                            Yidi__StatusReport **ret_status) MUST_CHECK;

/* The stream with one peer. */
enum result standing_peer(const struct standing_source *source, const struct peer *peer,
                          Yidi__PeerStatus *ret_status) MUST_CHECK;

/* The streams with so many peers at the most: those in trouble, then those that messages wait for,
 * then the others. */
enum result standing_peers(const struct standing_source *source, size_t count_max,
                           Yidi__PeerStatus ***ret_list, size_t *ret_count) MUST_CHECK;

#endif
