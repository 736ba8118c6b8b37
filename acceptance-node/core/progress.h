/* SPDX-License-Identifier: Apache-2.0
 *
 * progress - where an application stands, in the applicant's words, and what the applicant does
 * next.
 *
 * Sentences say nothing of who it is, who decided or why: they may be read by whoever holds the
 * receipt. Pure: days are handed in.
 */
#ifndef ACCEPTANCE_PROGRESS_H
#define ACCEPTANCE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/domain/form_words.h"

enum { PROGRESS_LINE_BYTES = 301, PROGRESS_NEXT_MAX = 4 };

struct progress_facts {
    int state;          /* enum application_state; one that a stored case may be in */
    bool renewal;       /* the old card is handed back */
    bool temporary_out; /* a temporary card is, too */
    bool fee_paid;      /* there is something to give back when no card comes */
    uint32_t act_by;    /* YYYYMMDD: by which it is to be corrected or collected */
    uint32_t due_on;    /* by which the card is to be here; 0: it does not matter any more */
    uint32_t today;
};

struct progress_line {
    char chinese[PROGRESS_LINE_BYTES];
    char english[PROGRESS_LINE_BYTES];
};

struct progress {
    const char *stage; /* stable name, such as "ready" */
    struct words standing;
    size_t next_count;
    struct progress_line next[PROGRESS_NEXT_MAX];
};

void progress_tell(const struct progress_facts *facts, struct progress *ret_progress);

#endif
