/* SPDX-License-Identifier: Apache-2.0
 *
 * comparator - the outside program that compares a face or a fingerprint with the application.
 *
 * COMMAND REFERENCE PROBE: it prints a score and ends with 0 for a match, 1 for none; any other end
 * is a failure. The reference lives in memory only, and is handed over as /dev/fd/N. Does not know
 * what is compared.
 */
#ifndef YIDICTL_COMPARATOR_H
#define YIDICTL_COMPARATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/bytes.h"
#include "common/core/refusal.h"

enum { COMPARATOR_SCORE_BYTES = 17 };

struct comparison {
    bool match;
    char score[COMPARATOR_SCORE_BYTES]; /* digits with at most one point; empty when it printed
                                           none */
};

/* Run it.
 *
 * command_line  for the shell.
 * probe         path of what was taken at the window.
 * ERR_REFUSED   COMPARATOR_FAILED: it could not be run, did not end in time (it is killed), ended
 *               otherwise, or printed no score but something else; FILE_UNREADABLE: the probe */
enum result comparator_run(const char *command_line, struct bytes reference, const char *probe,
                           uint64_t timeout_ms, struct comparison *ret_comparison,
                           struct refusal *ret_refusal) MUST_CHECK;

#endif
