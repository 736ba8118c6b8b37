/* SPDX-License-Identifier: Apache-2.0
 *
 * people - citizens who want a card, and clerks, examiners and makers who decide, mostly rightly.
 *
 * They know what a person at the desk knows: what an office answered, and what its lists show.
 * Whoever got no answer asks again, with the same request key.
 */
#ifndef SIMULATION_PEOPLE_H
#define SIMULATION_PEOPLE_H

#include "tests/lib/citizen_maker.h"
#include "tests/lib/fake_network.h"
#include "tests/simulation/counter.h"
#include "tests/simulation/dice.h"

struct world;
struct decision;
struct ledger_case;

enum { PEOPLE_WISHES_MAX = 64, PEOPLE_CITIZENS = 12, PEOPLE_PHOTOS = 3, PEOPLE_CODE_BYTES = 41 };
enum { RESULTS_MAX = 4 };

enum wish_state {
    WISH_OPEN,     /* not yet asked, or turned away for now */
    WISH_HANGING,  /* asked, and no answer came */
    WISH_ACCEPTED, /* case_number is the receipt */
    WISH_REFUSED,  /* for good */
};

/* A citizen wants a card. */
struct wish {
    enum wish_state state;
    size_t window;
    unsigned citizen;
    unsigned photo;
    Yidi__ApplicationKind kind;
    char key[24];
    char case_number[CASE_NUMBER_CHARS + 1];
    char code[PEOPLE_CODE_BYTES]; /* why it was refused */
    bool never_collected;         /* the citizen does not come */
    bool paid_back;               /* the fee, as the applicant saw it */
    bool prepared;                /* what comes before the application was done */
    char draft[17];               /* that its form was saved in; empty: none */
    uint64_t draft_ms;            /* monotonic */
};

/* What a machine says about a batch, until the centre has taken it. */
struct results {
    size_t centre;
    char batch[17];
    size_t count;
    struct result_line {
        char case_number[CASE_NUMBER_CHARS + 1];
        char serial[41];
        bool defective;
        bool taken; /* the centre said so */
    } lines[RESULTS_MAX];
};

struct people {
    struct dice dice;
    struct counter counter;
    struct made_application applications[PEOPLE_PHOTOS]; /* made once; citizens come and go */
    struct wish wishes[PEOPLE_WISHES_MAX];
    size_t wish_count, wishes_wanted;
    unsigned card_bodies; /* that makers and machines named themselves */
    unsigned temporary_cards;
    struct results results;
    char last_serial[41];
    unsigned cards_packed; /* a few of them in a package */
    char package[16];
    uint64_t pause_ms_max;                /* between two acts */
    uint64_t rest_from_ms, rest_until_ms; /* of the world's age: everybody is on holiday */
};

/* Draw photos; once in a process. */
void people_open(struct people *people);

/* Begin a life: nobody wants anything yet, and the registries know their citizens. */
void people_begin(struct world *world);

/* Give a registry its file of citizens; false when it does not take it now. */
bool people_populate(struct world *world, size_t registry);

/* Somebody, somewhere, does the next thing. */
void people_act(struct world *world);

/* Everybody does what is to be done, once; answers how many things were done. */
unsigned people_work_off(struct world *world);

/* The command that a desk would give now about a case; false when it has to wait. desks.c */
bool people_next_step(struct world *world, size_t office, const char *case_number, int state,
                      struct decision *ret_decision);

/* Is it a refusal that means: come again later? */
bool people_is_for_now(const char *code);

/* The wish that got this receipt; NULL when none did. */
const struct wish *people_find_wish(const struct world *world, const char *case_number);

struct wish *people_wish(struct world *world, const char *case_number);

/* A random open case of an office; NULL when it has none. */
const char *people_pick_case(struct world *world, size_t office, int *ret_state);

/* A random case in one of two states; NULL when the office has none. */
const struct ledger_case *people_pick_in_state(struct world *world, size_t office, int state,
                                               int or_state);

/* One of the two who work at every office. */
const char *people_somebody(struct world *world);

/* A random office that runs and is not a rogue's; PLACE_COUNT when all are down. */
size_t people_pick_office(struct world *world);

/* The registry that a citizen's form names; another one knows the citizen too, who has moved. */
size_t people_registry(unsigned citizen);
bool people_has_moved(unsigned citizen);
bool people_is_never_issued(unsigned citizen); /* something is known against them */
void people_citizen(const struct world *world, unsigned citizen, struct made_citizen *ret_citizen);

/* Something that is no step of an application; errands.c. */
void people_errand(struct world *world);
void people_receive_blanks(struct world *world, size_t centre);

/* Nobody can go on with the case: the decision that ends it; leftovers.c. */
bool people_abandon(struct world *world, struct decision *decision);

/* Is the window or the card centre of a case no more, as its registry sees it? */
bool people_nobody_waits(const struct world *world, size_t registry, const char *case_number);

/* A card came for a case that had ended. */
bool people_has_invalid_card(const struct world *world, size_t office,
                             const struct ledger_case *found);
void people_destroy_invalid_card(struct world *world, size_t window, const char *case_number);

/* Errands of leftovers.c. */
void people_look_into_leftovers(struct world *world);
void people_find_lost_card(struct world *world);
void people_take_temporary_back(struct world *world);

/* Do something wrong; mistakes.c. */
void people_mistake(struct world *world);

#endif
