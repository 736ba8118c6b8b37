/* SPDX-License-Identifier: Apache-2.0
 *
 * draft - takes up a form that a clerk saved before it was finished.
 */
#ifndef YIDICTL_DRAFT_H
#define YIDICTL_DRAFT_H

#include "common/core/arena.h"
#include "deploy/yidictl/command.h"
#include "proto/control.pb-c.h"

/* Ask the office for a draft in full; the form lives in the arena. Answers an exit status.
 *
 * key  request key under which it may have been handed in before; empty: none. */
int draft_take(const struct settings *settings, const char *name, const char *key,
               const char *reason, struct arena *arena, Yidi__DraftForm **ret_form);

/* The same as the form to be handed in; what it still lacks was said. */
int draft_take_form(const struct settings *settings, const char *name, const char *key,
                    struct arena *arena, Yidi__ApplicationForm **ret_form);

#endif
