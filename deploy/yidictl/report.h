/* SPDX-License-Identifier: Apache-2.0
 *
 * report - what went wrong, said in one place and one form.
 *
 * `yidictl: CODE field: rule` on standard error, in a Chinese environment with what the code means;
 * with --json {"refusal":{...}} on standard output instead. Each function answers the exit status
 * that goes with what it said.
 */
#ifndef YIDICTL_REPORT_H
#define YIDICTL_REPORT_H

#include "common/core/refusal.h"
#include "deploy/yidictl/command.h"
#include "proto/control.pb-c.h"

/* A refusal of ours; EXIT_REFUSED. */
int report_refusal(const struct settings *settings, const struct refusal *refusal);

/* A refusal of the daemon's; EXIT_REFUSED. */
int report_answer(const struct settings *settings, const Yidi__Refusal *refusal);

/* The command line is wrong; EXIT_USAGE. */
int report_usage(const struct settings *settings, enum result result,
                 const struct refusal *refusal);

/* Nobody answers; EXIT_UNREACHABLE. */
int report_unreachable(const struct settings *settings, const struct refusal *refusal);

/* Any result: a refusal is looked at only with ERR_REFUSED; EXIT_DONE for OK, else EXIT_REFUSED. */
int report_result(const struct settings *settings, enum result result,
                  const struct refusal *refusal);

enum { REPORT_BYTES = 640 }; /* code, field, rule, and the sentence in Chinese */

/* `CODE field: rule` for people, in Chinese behind it what the code means when that is set. A field
 * that is an option is shown as one. */
void report_format(const struct settings *settings, const Yidi__Refusal *refusal,
                   char ret_text[REPORT_BYTES]);

/* The same of a warning: `CODE field: sentence`. */
void report_format_warning(const struct settings *settings, const Yidi__Warning *warning,
                           char ret_text[REPORT_BYTES]);

/* A refusal as the message that travels; its texts are borrowed from the refusal. */
Yidi__Refusal report_message(const struct refusal *refusal);

#endif
