/* SPDX-License-Identifier: Apache-2.0
 *
 * form_file - a registration form as people write it: a JSON file.
 */
#ifndef YIDICTL_FORM_FILE_H
#define YIDICTL_FORM_FILE_H

#include "common/core/arena.h"
#include "common/core/refusal.h"
#include "proto/control.pb-c.h"

/* Read a form; - is standard input. What must be in it, the office says.
 *
 * ERR_REFUSED  FILE_UNREADABLE, MALFORMED, or what breaks the JSON; ERR_MEMORY */
enum result form_file_read(const char *path, struct arena *arena, Yidi__ApplicationForm **ret_form,
                           struct refusal *ret_refusal) MUST_CHECK;

/* The same of a form that is not finished. */
enum result form_file_read_draft(const char *path, struct arena *arena, Yidi__DraftForm **ret_form,
                                 struct refusal *ret_refusal) MUST_CHECK;

#endif
