/* SPDX-License-Identifier: Apache-2.0
 *
 * policy_source - a policy as an administrator has it: the JSON that is being written, with its
 * calendar files, or a signed file.
 *
 * Does not judge it: policy_check.h does.
 */
#ifndef YIDICTL_POLICY_SOURCE_H
#define YIDICTL_POLICY_SOURCE_H

#include "common/core/arena.h"
#include "common/domain/policy_check.h"
#include "common/io/policy_file.h"
#include "deploy/yidictl/arguments.h"

struct policy_source {
    const Yidi__Policy *wire; /* version 0 when it is not signed yet */
    struct policy policy;
    struct policy_file *file; /* NULL when it is not signed yet; owned */
    const unsigned *lines;    /* of each rule in its file; NULL when that is not JSON */
};

/* The option that policy_source_read reads: put it into the command's table. */
#define POLICY_CALENDAR_OPTION                                                                     \
    {                                                                                              \
        "calendar", "FILE", true, "holidays and working weekends of a year (CSV: date,kind,name)"  \
    }

/* Read a file of either kind. Calendar files go with JSON alone.
 *
 * arguments    whose --calendar names them; NULL: there are none.
 * root         NULL: who signed it is not looked at.
 * arena        of what JSON and calendars become.
 * ret_source   zeroed before.
 * ERR_REFUSED  the field is the file. ERR_MEMORY */
enum result policy_source_read(const char *path, const struct arguments *arguments,
                               const struct trust_root *root, struct arena *arena,
                               struct policy_source *ret_source,
                               struct refusal *ret_refusal) MUST_CHECK;

/* The same, but of JSON all is told that cannot be read, and the rest goes on. */
enum result policy_source_read_all(const char *path, const struct arguments *arguments,
                                   const struct trust_root *root, policy_fault_fn *tell,
                                   void *context, struct arena *arena,
                                   struct policy_source *ret_source,
                                   struct refusal *ret_refusal) MUST_CHECK;

void policy_source_close(struct policy_source *source);

/* A date as people write it, 2026-11-23 or 20261123; NULL is today in Beijing. OPTION_INVALID with
 * that field. */
enum result policy_source_date(const char *text, const char *field, uint32_t *ret_date,
                               struct refusal *ret_refusal) MUST_CHECK;

static inline void
policy_source_auto(struct policy_source *source)
{
    policy_source_close(source);
}

#endif
