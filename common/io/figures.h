/* SPDX-License-Identifier: Apache-2.0
 *
 * figures - what an office counts as it works: cases that move, refusals by reason, how long it
 * took until a card was ready, how long a commit takes.
 *
 * Counted in memory by the turn, kept only if it commits; written to the series (series.h) with the
 * first turn of the next minute, or by a turn of its own when none comes. Who has counted nothing
 * writes nothing. A crash loses less than a minute of counts, and no case. What is done again after
 * a lost past is not counted: it did not happen today. No personal data.
 */
#ifndef IO_FIGURES_H
#define IO_FIGURES_H

#include "common/io/series.h"

struct office;
struct office_time;
struct turn;
struct case_file;

struct figures {
    struct figures_counts total;   /* committed, since the start */
    struct figures_counts unsaved; /* of these, not yet in the series */
    struct figures_counts running; /* of the running turn */
    bool any_unsaved, any_running;
    bool due;                 /* the running turn is to write, whatever minute it is */
    bool saved;               /* it has written what was unsaved */
    uint64_t counted_ms;      /* Unix; when the first of the unsaved was counted */
    uint64_t due_ms;          /* monotonic; when to write; UINT64_MAX: nothing is unsaved */
    struct histogram commits; /* microseconds, since the start */
    struct histogram commits_before[2]; /* the same as it was some minutes ago, and before that */
    uint64_t commits_kept_ms;           /* monotonic */
};

void figures_open(struct figures *figures, const struct office_time *now);

/* The case goes from its stored state to that of its row; before the row is saved. */
void figures_note_move(struct turn *turn, const struct case_file *file);

/* A commit took so long. */
void figures_note_commit(struct figures *figures, uint64_t took_us);

bool figures_want_turn(const struct office *office, const struct office_time *now);

/* A turn may begin; and has ended, or was not taken. */
void figures_begin_turn(struct office *office, const struct office_time *now);
void figures_end_turn(struct office *office, const struct office_time *now);

/* Write what was counted in a minute that is over, or is not to wait. Part of a turn. */
enum result figures_save(struct turn *turn) MUST_CHECK;
void figures_committed(struct office *office, const struct office_time *now);
void figures_rolled_back(struct office *office);

/* Write with the next turn, whatever minute it is. */
void figures_hurry(struct office *office, const struct office_time *now);

/* How long commits took lately, in microseconds. */
struct histogram figures_recent_commits(const struct figures *figures);

#endif
