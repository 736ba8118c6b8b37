/* SPDX-License-Identifier: Apache-2.0
 *
 * commands - what people give to an office, and what comes of it; whatever is refused must have
 * changed nothing.
 */
#ifndef SIMULATION_COMMANDS_H
#define SIMULATION_COMMANDS_H

#include "tests/simulation/people.h"

/* What came of a command. */
struct outcome {
    bool answered;
    bool repeated;                /* the request key was known */
    char code[PEOPLE_CODE_BYTES]; /* of the refusal; empty when there was none */
    char state[33];               /* of the case, after a decision */
    char case_number[CASE_NUMBER_CHARS + 1];
};

/* What somebody decides about a case. */
struct decision {
    size_t office;
    Yidi__Verb verb;
    const char *operator;
    const char *case_number;
    bool defective;
    bool found;
    bool old_card_surrendered;
    bool temporary_card_surrendered;
    bool no_reason;          /* forgets to say why */
    const char *package;     /* NULL is empty */
    const char *card_serial; /* NULL is empty */
    const char *division;    /* redirect; NULL is empty */
    Yidi__CheckMethod by;    /* check card */
};

/* Apply at the wish's window.
 *
 * change  may spoil the form; NULL for none. */
struct outcome command_apply(struct world *world, const struct wish *wish,
                             void (*change)(Yidi__ApplicationForm *form));

struct outcome command_decide(struct world *world, const struct decision *decision);

/* Hand a returned application in again. */
struct outcome command_amend(struct world *world, const struct wish *wish);

/* One decision on a list of cases, to be refused or not one by one. */
void command_decide_many(struct world *world, const struct decision *decision, char **case_numbers,
                         size_t count);

/* Import what the machine says; lines that were taken before must be known. */
struct outcome command_import(struct world *world, struct results *results);

/* Any other request: queries and nonsense. */
struct outcome command_ask(struct world *world, size_t office, Yidi__Request *request);

/* Who examined or made it. */
void command_who(const struct world *world, size_t office, const char *case_number,
                 char ret_operator[OPERATOR_BYTES_MAX + 1]);

#endif
