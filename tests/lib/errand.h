/* SPDX-License-Identifier: Apache-2.0
 *
 * errand - one citizen's way through the offices, act by act, when offices may die at any time:
 * whoever got no answer asks again, and is told that it was done, or does it now.
 *
 * A way is a table of steps, in the JSON that the console takes. Knows no dying: whoever drives it
 * says how a request is asked (errand_asker).
 */
#ifndef TESTS_ERRAND_H
#define TESTS_ERRAND_H

#include "tests/lib/network.h"

enum errand_desk { ERRAND_WINDOW, ERRAND_REGISTRY, ERRAND_OTHER_REGISTRY, ERRAND_CENTRE };
enum { ERRAND_DESKS = ERRAND_CENTRE + 1, ERRAND_STEPS = YIDI__STEP__OLD_CARD_DESTROYED + 1 };

struct errand_step {
    enum errand_desk desk;
    const char *from; /* state of the case there in which it is done; NULL: in any, or there is no
                         case yet */
    const char *operator;
    const char *command; /* as in proto/control.proto; or ERRAND_BATCH */
    const char *body;    /* its JSON without { }: ' for ", % for the number of the case, $ for the
                            next card body, @ for the card that the citizen has */
    Yidi__Step hop;      /* that it leaves in the trace; 0 none */
    const char *again;   /* code for whoever has done it already; NULL: ILLEGAL_IN_STATE */
    const char *later;   /* code for whoever is too early; or NULL */
    const char *refused; /* it is refused with that code; or NULL */
};

/* Its order waits for a batch, and somebody else goes on with it: errand_done. */
#define ERRAND_BATCH "batch"

/* One day, days after the beginning, a registry is gone, and cards count as unclaimed. */
enum errand_day { ERRAND_NEVER_MIND, ERRAND_WAITS_FOR_IT, ERRAND_ENDS_BEFORE };

struct errand_way {
    const char *name;
    const struct errand_step *steps;
    Yidi__ApplicationKind kind;
    const char *registry_area;      /* where the citizen is registered; NULL: the registry's own */
    const char *ends[ERRAND_DESKS]; /* states that it must come to; NULL: no such case there */
    enum errand_day day;
    bool spoils; /* the machine spoils the first body of each batch */
    bool once;   /* what it leaves is told from nobody else's: one citizen goes this way */
};

/* Who works at which desk. */
struct errand_person {
    enum errand_desk desk;
    const char *name, *role;
};

enum { ERRAND_WAYS = 14, ERRAND_PEOPLE = 16 };
extern const struct errand_way errand_ways[ERRAND_WAYS];
extern const struct errand_person errand_people[ERRAND_PEOPLE];

/* Ask an office; false when no answer came, as it died. */
typedef bool errand_asker(struct network_office *office, Yidi__Request *request,
                          const struct bytes *frames, size_t frame_count,
                          struct network_answer *ret_answer);

struct errand {
    const struct errand_way *way;
    struct network_office *const *offices; /* by desk */
    errand_asker *ask;
    uint64_t seed; /* of the citizen */
    size_t at;     /* the step that is next */
    bool cut;      /* it was asked, and no answer came */
    char number[CASE_NUMBER_CHARS + 1];
    char draft[17];
    uint8_t reference[16]; /* of the question before the fee */
    size_t reference_size;
    char serial[41]; /* of the card body used last */
    size_t serial_at;
    unsigned hops[ERRAND_DESKS][ERRAND_STEPS]; /* that must be in the traces */
};

/* The step that is next; NULL at the end. */
const struct errand_step *errand_next(const struct errand *errand);

/* Take that step if it is due. Fails the test when it is refused otherwise than the step says. */
void errand_go_on(struct errand *errand);

/* The step was taken. */
void errand_done(struct errand *errand);

/* The body for the card that is next: the same one until errand_done. */
const char *errand_serial(struct errand *errand);

/* Does the case stand at each desk as it must in the end? */
bool errand_has_ended(const struct errand *errand);

/* When it has: each act was done once. */
void errand_check(const struct errand *errand);

/* A command from its JSON, as in errand_step.body; in the arena. */
Yidi__Request *errand_request(const char *command, const char *operator, const char * json,
                              struct arena *arena);

#endif
