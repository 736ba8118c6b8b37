/* SPDX-License-Identifier: Apache-2.0
 *
 * case_table - summaries of cases as list and search print them.
 */
#ifndef YIDICTL_CASE_TABLE_H
#define YIDICTL_CASE_TABLE_H

#include "deploy/yidictl/command.h"
#include "deploy/yidictl/output.h"
#include "proto/control.pb-c.h"

/* An empty table with the columns of a case. */
void case_table_init(struct table *table);

/* A page of it, or the answer as JSON. Says so when there are no cases at all. */
void case_table_print(const struct settings *settings, const Yidi__Listed *listed,
                      struct table *table);

#endif
