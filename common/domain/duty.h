/* SPDX-License-Identifier: Apache-2.0
 *
 * duty - who of an office's people may do what: one table of acts, by kind of office.
 *
 * An act is a command by its name in proto/control.proto, such as "apply"; where one command stands
 * for several duties, a word more tells which: "decide.issue", "show.full", "recover.start",
 * "stock_change.spoil". What the table does not have, nobody may do. Knows no operator: a person is
 * the set of roles that they hold.
 */
#ifndef DOMAIN_DUTY_H
#define DOMAIN_DUTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/effects.h"
#include "common/core/refusal.h"

/* Bits of a set. */
enum duty_role {
    DUTY_CLERK = 1,
    DUTY_EXAMINER = 2,
    DUTY_ISSUER = 4,
    DUTY_MAKER = 8,
    DUTY_CHECKER = 16,
    DUTY_SUPERVISOR = 32,
    DUTY_AUDITOR = 64,
    DUTY_ADMINISTRATOR = 128,
    DUTY_WALL = 256, /* a screen on the wall: figures only */
};

enum { DUTY_ROLE_COUNT = 9, DUTY_WORDS_BYTES = 96 };

/* The name of a role by its place, 0 to DUTY_ROLE_COUNT - 1, such as "examiner". */
const char *duty_role_name(size_t place);

/* The set of that one role; 0: there is no such role. */
uint32_t duty_role_find(const char *name);

/* The roles of a set in words: "clerk, supervisor"; "" of none. */
const char *duty_words(uint32_t roles, char ret_words[DUTY_WORDS_BYTES]);

/* May whoever holds these roles do that at this kind of office?
 *
 * ERR_REFUSED  NOT_PERMITTED, field "operator", with the roles that may; COMMAND_UNKNOWN when
 *              nobody does that there. */
enum result duty_check(const char *act, enum party office, uint32_t roles,
                       struct refusal *ret_refusal) MUST_CHECK;

/* Does the table have that act? */
bool duty_knows(const char *act);

/* The table: the act at a place, NULL behind the last one; and who may do an act at a kind of
 * office, 0 when nobody does it there. */
const char *duty_act(size_t place);
uint32_t duty_roles(const char *act, enum party office);

/* What the daemon asks of itself, and no operator of anybody: the probe, log-ins. */
bool duty_is_inner(const char *act);

#endif
