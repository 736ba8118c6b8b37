/* SPDX-License-Identifier: Apache-2.0
 *
 * arguments - a command line taken apart by a table of options.
 *
 * Options are --name, --name VALUE or --name=VALUE and may stand anywhere; `--` ends them, `-`
 * alone is an operand. Decides only whether an option exists and has its value.
 */
#ifndef YIDICTL_ARGUMENTS_H
#define YIDICTL_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/refusal.h"

struct argument_rule {
    const char *name;  /* without the hyphens; NULL ends a table */
    const char *value; /* its value's name in help texts; NULL: a flag */
    bool repeatable;
    const char *help; /* one sentence */
};

struct argument_option {
    const struct argument_rule *rule;
    const char *value; /* NULL of a flag */
};

struct arguments {
    const struct argument_rule *tables[2]; /* borrowed */
    size_t option_count;
    struct argument_option *options; /* in the order given */
    size_t operand_count;
    const char **operands;
};

/* Take the words apart; both tables apply (either may be NULL), the own one first. Words are
 * borrowed.
 *
 * ERR_REFUSED  OPTION_UNKNOWN, or OPTION_INVALID when a value is missing, superfluous, or given
 *              twice; field is the option. ERR_MEMORY */
enum result arguments_parse(struct arguments *arguments, const struct argument_rule *common,
                            const struct argument_rule *own, size_t word_count, char *words[],
                            struct refusal *ret_refusal) MUST_CHECK;
void arguments_fini(struct arguments *arguments);

/* Was the option given? The name stands in one of the tables; anything else is our bug. */
bool arguments_flag(const struct arguments *arguments, const char *name);

/* The option's value, or NULL when it was not given. */
const char *arguments_text(const struct arguments *arguments, const char *name);

/* The same, or "" when it was not given; for a field of a message, which is only read. */
char *arguments_field(const struct arguments *arguments, const char *name);

/* The values of a repeatable option one by one, NULL at the end; the place starts at 0. */
const char *arguments_next(const struct arguments *arguments, const char *name, size_t *place);

/* The option's value as a number, or standard when it was not given. OPTION_INVALID when it is not
 * within minimum..maximum. */
enum result arguments_number(const struct arguments *arguments, const char *name, uint64_t standard,
                             uint64_t minimum, uint64_t maximum, uint64_t *ret_number,
                             struct refusal *ret_refusal) MUST_CHECK;

/* The rule of `--name` or `--name=value`; NULL when the table has none. */
const struct argument_rule *arguments_find_rule(const struct argument_rule *table,
                                                const char *word);

static inline void
arguments_auto(struct arguments *arguments)
{
    arguments_fini(arguments);
}

#endif
