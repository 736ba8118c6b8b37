/* SPDX-License-Identifier: Apache-2.0
 *
 * written - what commands that write files share: the options they must have, the files they made.
 */
#ifndef YIDICTL_WRITTEN_H
#define YIDICTL_WRITTEN_H

#include <limits.h>

#include "deploy/yidictl/command.h"

enum { WRITTEN_FILES_MAX = 4 };

struct written_name { /* a file that a command is going to make */
    const char *file;
    const char *what;
};

struct written_file {
    char path[PATH_MAX];
    const char *what; /* borrowed */
};

struct written {
    size_t count;
    struct written_file files[WRITTEN_FILES_MAX];
};

/* Note a file, and answer its path; NULL when that is too long. folder NULL: file is the path. */
const char *written_add(struct written *written, const char *folder, const char *file,
                        const char *what);

/* Make the folder when there is none, and refuse when one of the files is there already, before
 * anything is written. */
enum result written_prepare(const struct written *written, const char *folder,
                            struct refusal *ret_refusal) MUST_CHECK;

/* Say what was written (a table, or FilesWritten as JSON), or why nothing was. EXIT_DONE,
 * EXIT_REFUSED, or EXIT_USAGE for a wrong option. */
int written_report(const struct written *written, const struct settings *settings,
                   enum result result, const struct refusal *refusal);

/* The value of an option that must be given; OPTION_INVALID when it is not. */
enum result written_option(const struct arguments *arguments, const char *name,
                           const char **ret_value, struct refusal *ret_refusal) MUST_CHECK;

#endif
