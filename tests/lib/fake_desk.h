/* SPDX-License-Identifier: Apache-2.0
 *
 * fake_desk - what clerks, examiners and makers do at the offices of a fake_network, and the three
 * offices that it takes to make a card.
 */
#ifndef TESTS_FAKE_DESK_H
#define TESTS_FAKE_DESK_H

#include "tests/lib/citizen_maker.h"
#include "tests/lib/fake_network.h"

/* The offices of fake_desk_open, in the order of their codes; with the far ones, those of
 * fake_desk_open_wide. */
enum fake_place {
    WINDOW,
    CENTRE,
    REGISTRY,
    FAKE_PLACE_COUNT,
    FAR_WINDOW = FAKE_PLACE_COUNT,
    FAR_CENTRE,
    FAR_REGISTRY,
    FAKE_PLACE_COUNT_WIDE
};

#define FAKE_DESK_DIVISION     "440105" /* where the citizens are registered */
#define FAKE_DESK_FAR_DIVISION "510107" /* and where some have moved to */

/* A window and a card centre in Shanghai, and a county registry in Guangzhou, all running; and the
 * same with another window, centre and registry in Chengdu. */
void fake_desk_open(struct fake_network *network, uint64_t seed);
void fake_desk_open_wide(struct fake_network *network, uint64_t seed);

/* Put citizens with these seeds on the registry's file. */
void fake_desk_populate(struct fake_network *network, uint64_t first_seed, unsigned count);

/* Put one of these citizens on the file of another registry, to whose county he or she has moved.
 */
void fake_desk_move(struct fake_network *network, size_t registry, uint64_t citizen_seed,
                    const char *division);

/* The application of a citizen; photo and templates are drawn once for all of them. */
void fake_desk_citizen(uint64_t seed, Yidi__ApplicationKind kind,
                       struct made_application *application);

/* Apply at a window. Answers the number in ret_number, or the code of a refusal; NULL when the
 * window crashed before it answered, and "" when all is well. */
const char *fake_desk_apply(struct fake_network *network,
                            const struct made_application *application, const char *request_key,
                            char ret_number[CASE_NUMBER_CHARS + 1]);
const char *fake_desk_apply_at(struct fake_network *network, size_t at,
                               const struct made_application *application, const char *request_key,
                               char ret_number[CASE_NUMBER_CHARS + 1]);

/* Hand a returned application in again. Answers its state, or the code of a refusal; NULL when the
 * window crashed before it answered. */
const char *fake_desk_amend(struct fake_network *network,
                            const struct made_application *application, const char *case_number);
const char *fake_desk_amend_as(struct fake_network *network,
                               const struct made_application *application, const char *request_key,
                               const char *case_number);

struct fake_decision {
    size_t at;
    Yidi__Verb verb;
    const char *operator;
    bool defective;
    bool old_card_surrendered;
    Yidi__RefusalReason reason; /* refuse; 0 for none */
    const char *text;           /* NULL is empty */
    const char *field;          /* return-form; NULL for none */
    uint32_t answer_by;
    const char *division; /* redirect; NULL is empty */
    bool found;
    Yidi__CheckMethod by;    /* check-card */
    const char *package;     /* NULL is empty */
    const char *card_serial; /* make; NULL is empty */
};

/* Decide on one case. Answers the state after it, or the code of a refusal; NULL when the office
 * crashed before it answered. Lives until the next call. */
const char *fake_desk_decide(struct fake_network *network, const struct fake_decision *decision,
                             const char *case_number);

/* The steps that take an accepted application to the end of its way, and the state that each one
 * leads to at its desk. */
struct fake_step {
    struct fake_decision decision;
    const char *before; /* state at that desk */
    const char *after;
};

extern const struct fake_step fake_desk_steps[];
extern const size_t fake_desk_step_count;

/* Nobody has collected the card, and the time for it is over: as the window's row has it. */
void fake_desk_let_collection_pass(struct fake_network *network, size_t window,
                                   const char *case_number);

/* Take a case through the first so many of them, each one followed by quiet. */
void fake_desk_walk(struct fake_network *network, const char *case_number, size_t step_count);

/* Start the recovery of an office that lost its past, go on without the missing, or only look. The
 * answer lives until the next call. */
const Yidi__RecoveryReport *fake_desk_recover(struct fake_network *network, size_t at,
                                              Yidi__RecoverVerb verb);

/* An office loses its disk, and starts with an empty one. */
void fake_desk_lose_disk(struct fake_network *network, size_t at);

/* It is set back to the copy made last (fake_network_copy_disk), and starts. */
void fake_desk_set_back(struct fake_network *network, size_t at);

#endif
