/* SPDX-License-Identifier: Apache-2.0
 *
 * liar - a listed office of a fake_network that the test plays itself: true keys, and as many
 * journals as it likes to show.
 *
 * The office must be down; the liar speaks through the network's wires under its name. It greets,
 * sends messages that every recipient refuses durably (so that streams move on), and answers
 * questions about its journal from the one that it shows now.
 */
#ifndef TESTS_LIAR_H
#define TESTS_LIAR_H

#include "proto/link.pb-c.h"
#include "tests/lib/fake_network.h"

enum { LIAR_ENTRIES_MAX = 512, LIAR_MESSAGES_MAX = 128 };

/* Copy it before it goes two ways. */
struct liar_journal {
    uint32_t epoch;
    struct merkle_frontier frontier;
    struct digest nodes[2 * LIAR_ENTRIES_MAX];
    uint64_t node_count;
    uint64_t sent;                           /* messages to the one office that it talks to */
    struct bytes entries[LIAR_MESSAGES_MAX]; /* of these; in the liar's arena */
    uint64_t leaves[LIAR_MESSAGES_MAX];
};

struct liar {
    struct fake_network *network;
    size_t number, to;
    struct arena arena;
    struct liar_journal journal;
    bool silent;       /* answers no question */
    bool mixes_up;     /* answers with a proof in which one bit is wrong */
    unsigned asked;    /* questions that came */
    uint64_t welcomed; /* next sequence, of the last WELCOME; 0 none */
    uint64_t acknowledged;
    char refused[41]; /* code of the last REFUSE */
};

/* The liar is big and is pointed to. */
void liar_open(struct liar *liar, struct fake_network *network, size_t number, size_t to);
void liar_close(struct liar *liar);

/* Open a connection and greet, with the head of the recipient's journal that it claims to have
 * seen; NULL for none. */
void liar_greet(struct liar *liar, const char *head);
void liar_hang_up(struct liar *liar);

/* Entries that concern nobody. */
void liar_append(struct liar *liar, unsigned count);

/* The next message: into the journal; and on its way, under the journal's present head. */
void liar_assign(struct liar *liar);
void liar_send(struct liar *liar, uint64_t sequence);

/* Both, for the next message. */
void liar_say(struct liar *liar);

/* Sign the head of the journal as it is now; in the arena. */
char *liar_head(struct liar *liar);

/* Let so much time pass; take and answer what comes. */
void liar_wait(struct liar *liar, uint64_t duration_ms);

#endif
