/* SPDX-License-Identifier: Apache-2.0
 *
 * decision - one verb on many cases, as all commands share it that decide.
 */
#ifndef YIDICTL_DECISION_H
#define YIDICTL_DECISION_H

#include "deploy/yidictl/arguments.h"
#include "deploy/yidictl/command.h"
#include "proto/control.pb-c.h"

/* Decide on the cases of the command line, and print what became of each. decide holds all but the
 * case numbers. Answers the exit status. */
int decision_run(const struct settings *settings, const struct arguments *arguments,
                 Yidi__Decide *decide);

#define DECIDE_DESCRIPTION                                                                         \
    "CASE may be in groups with hyphens; - reads case numbers from standard input, one a\n"        \
    "line. Each case has its own result; one that is refused makes the exit status 1."

#define DECIDE_COMMAND(identifier, words, more_synopsis, sentence, text, own_options)              \
    const struct command identifier##_command = {                                                  \
        .name = words,                                                                             \
        .synopsis = "CASE..." more_synopsis,                                                       \
        .help = sentence,                                                                          \
        .description = text,                                                                       \
        .options = own_options,                                                                    \
        .operand_count_min = 1,                                                                    \
        .operand_count_max = OPERANDS_ANY,                                                         \
        .run = run_##identifier,                                                                   \
    }

#endif
