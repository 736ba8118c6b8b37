/* SPDX-License-Identifier: Apache-2.0
 *
 * applications - who of the demo's invented citizens applies, for what, and with which trouble.
 *
 * A plan is a number from 0 up. It fixes everything about an application but the people and the
 * offices, which the caller brings. Does not know files or offices.
 */
#ifndef DEMO_APPLICATIONS_H
#define DEMO_APPLICATIONS_H

#include "common/core/arena.h"
#include "deploy/demo/citizens.h"
#include "proto/control.pb-c.h"

enum application_trait {
    TRAIT_NONE,
    TRAIT_FIRST,      /* never had a card: refused */
    TRAIT_BAD_CREDIT, /* refused */
    TRAIT_APPEARANCE, /* changed greatly, no fingerprints on file: refused */
    TRAIT_SECOND,     /* the citizen of the application before it, at another window: refused */
    TRAIT_CHANGED,    /* changed greatly, fingerprints on file: the examiner looks, and agrees */
    TRAIT_MOVED,      /* address differs from the record: the examiner looks, and agrees */
    TRAIT_CHILD,      /* under 16, a guardian applies */
};

enum { APPLICATIONS_PLANNED = 60 };

enum application_trait application_trait(unsigned plan);

/* Make the record such that the trait is true. */
void application_adjust_record(enum application_trait trait, struct citizen_draft *citizen);

struct application_case {
    unsigned plan;
    enum application_trait trait;
    const struct citizen_draft *citizen; /* as on record */
    const struct division *residence;    /* county of the window */
    uint32_t today;                      /* YYYYMMDD */
};

/* The line that a clerk imports. It names a photo and two templates as application_file does.
 * NULL only when out of memory. */
Yidi__ImportLine *application_fill(const struct application_case *about, struct arena *arena);

/* photos/07.jpg, templates/07-right.bin; in the arena. */
char *application_file(struct arena *arena, const char *folder, unsigned plan, const char *ending);

#endif
