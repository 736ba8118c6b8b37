/* SPDX-License-Identifier: Apache-2.0
 *
 * eligibility - what the registry said about an application before the fee was taken, in words.
 */
#ifndef YIDICTL_ELIGIBILITY_H
#define YIDICTL_ELIGIBILITY_H

#include "deploy/yidictl/command.h"
#include "deploy/yidictl/output.h"
#include "proto/control.pb-c.h"

/* Add what was told to a table of labels and values; nothing when told is NULL, or nobody had to
 * ask. */
void eligibility_add(const struct settings *settings, const Yidi__Eligibility *told,
                     struct table *table, struct arena *arena);

/* Add one finding of an examination, with what it means; a name that is not known, as it is. */
void eligibility_add_finding(const struct settings *settings, const char *name, struct table *table,
                             struct arena *arena);

/* Add what an examination found right, likewise. */
void eligibility_add_passed(const struct settings *settings, const char *name, struct table *table,
                            struct arena *arena);

/* It would be refused: say why, and that nothing was accepted. EXIT_REFUSED. */
int eligibility_stop(const struct settings *settings, const Yidi__Eligibility *told);

#endif
