/* SPDX-License-Identifier: Apache-2.0
 *
 * config - options from one table: reads the file and the command line, prints --help.
 *
 * The file holds lines `name = value`; # starts a comment line only at the line's beginning. An
 * unknown name, a name given twice, a value outside its rule are refused with the line's number.
 * The command line takes --name value and --name=value and wins over the file; a flag takes its
 * value only as --name=no.
 */
#ifndef IO_CONFIG_H
#define IO_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/core/refusal.h"

enum option_type {
    OPTION_TEXT,   /* const char *; minimum and maximum are bytes */
    OPTION_PATH,   /* const char *; a relative path in a file is relative to that file's folder;
                      minimum and maximum are bytes, maximum 0 is PATH_MAX */
    OPTION_NUMBER, /* uint64_t; minimum and maximum are values; suffixes K M G T (1024) when unit is
                      "bytes" */
    OPTION_FLAG,   /* bool; yes or no; on the command line --name alone is yes */
};

struct option_rule {
    const char *name; /* lower case with hyphens, as in the file and behind -- */
    enum option_type type;
    size_t offset;        /* of the field in the options struct */
    const char *standard; /* default, as it would be written; NULL: must be given; "" for optional
                             text and paths: field is NULL */
    uint64_t minimum;
    uint64_t maximum;
    const char *unit; /* "bytes", "ms", "s", "" */
    const char *help; /* one sentence */
};

struct option_table {
    const char *program; /* name in help and messages */
    const char *summary; /* one sentence */
    const struct option_rule *rules;
    size_t rule_count;
};

enum config_action { CONFIG_RUN, CONFIG_CHECK, CONFIG_HELP, CONFIG_VERSION };

/* Read --config FILE, then the command line, then the defaults, into the struct (strings are
 * duplicated; config_free frees them).
 *
 * --help, --version and --check-config set ret_action.
 * ERR_REFUSED  OPTION_UNKNOWN, OPTION_INVALID or FILE_UNREADABLE; field is the option, rule says
 * file and line. */
enum result config_read(const struct option_table *table, int argc, char *argv[], void *options,
                        enum config_action *ret_action, struct refusal *ret_refusal) MUST_CHECK;
void config_free(const struct option_table *table, void *options);

/* Aligned help text: usage, summary, one option per paragraph with default, range and unit. */
void config_print_help(const struct option_table *table, FILE *out);

#endif
