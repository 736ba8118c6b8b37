/* SPDX-License-Identifier: Apache-2.0
 *
 * ledger - what every office has committed so far, written down entry by entry from outside, so
 * that whatever is lost, repeated or changed later is seen.
 *
 * Outlives the offices it watches. When one of them is set back to an old copy of its disk, the
 * ledger goes back too, but keeps what others may still hold.
 */
#ifndef SIMULATION_LEDGER_H
#define SIMULATION_LEDGER_H

#include "common/core/bytes.h"
#include "common/core/limits.h"
#include "proto/case.pb-c.h"
#include "proto/control.pb-c.h"
#include "proto/journal.pb-c.h"
#include "tests/lib/fake_wires.h"

struct world;

enum { LEDGER_OFFICES = 8, LEDGER_CASES_MAX = 256, LEDGER_CARDS_MAX = 1024, LEDGER_PASTS = 6 };

struct ledger_leaf {
    struct digest hash;
    int kind; /* the entry's body_case */
    size_t peer;
    uint64_t sequence;
    char case_number[CASE_NUMBER_CHARS + 1];
    char operator[OPERATOR_BYTES_MAX + 1];
};

struct ledger_message {
    struct digest hash;
    int kind; /* enum message_kind */
    char case_number[CASE_NUMBER_CHARS + 1];
};

struct ledger_past {
    struct ledger_message *list; /* heap */
    uint64_t count;
};

/* From one office to another. */
struct ledger_stream {
    struct ledger_message *sent; /* heap */
    uint64_t count, room;
    struct ledger_past lost[LEDGER_PASTS]; /* what had been sent when the sender was set back */
    uint64_t taken;                        /* by the recipient */
    uint64_t copied_count, copied_taken;
};

struct ledger_case {
    char number[CASE_NUMBER_CHARS + 1];
    char citizen[CITIZEN_NUMBER_CHARS + 1];
    int state;
    bool open;
    size_t window, registry, centre;
    unsigned redirections;
    uint64_t deadline_ms; /* of its stage; 0 none */
    bool temporary_out;   /* at a window: a temporary card was given, and not handed back */
    bool remake_refused;  /* at a window: only its abandonment ends the case */
    char attention[41];   /* code; empty when it calls for none */
    char card_serial[41];
    char batch[17]; /* at a centre */
};

struct ledger_office {
    struct ledger_leaf *leaves; /* heap */
    uint64_t count, room, copied_count;
    uint64_t commits; /* since its last start */
    uint64_t acts;    /* entries but those that the office makes of its own accord */
    struct ledger_case cases[LEDGER_CASES_MAX];
    size_t case_count;
    bool restarted; /* not yet looked at since */
    bool copied;    /* there is an old copy of its disk */
    bool set_back;  /* it was set back, or lost its disk, at some time */
    bool asks;      /* it was, and has not begun to recover since */
    bool forked;    /* it sent something meanwhile */
    bool hasty;     /* it went to work again without somebody's share */
    bool recovered; /* it has got its past back since */
};

/* A card body of a centre, and the order that it was used for. */
struct ledger_card {
    size_t office;
    char serial[41];
    char case_number[CASE_NUMBER_CHARS + 1];
    uint32_t attempt;
};

/* The card of an application that its holder got last, as the window had it; and when the registry
 * closed the application, counted as such closings: the last one brought the valid card. */
struct ledger_holding {
    char case_number[CASE_NUMBER_CHARS + 1];
    char serial[41];
    unsigned closed; /* 0 not yet */
};

struct ledger {
    struct ledger_office offices[LEDGER_OFFICES];
    struct ledger_stream streams[LEDGER_OFFICES][LEDGER_OFFICES]; /* from, to */
    struct ledger_card cards[LEDGER_CARDS_MAX];
    size_t card_count;
    struct ledger_holding holdings[LEDGER_CASES_MAX];
    size_t holding_count;
    unsigned closings;
};

/* Forget everything. */
void ledger_wipe(struct ledger *ledger);

/* An office that runs may have committed: write it down, and check it (invariants.h). The first
 * while it is in the midst of its turn. */
void ledger_catch_up(struct world *world, size_t office);
void ledger_follow(struct world *world, size_t office);

/* Read all its cases anew. */
void ledger_read_cases(struct world *world, size_t office);

/* The office's disk is copied; it is set back to that copy; or it has an empty disk. */
void ledger_copy(struct world *world, size_t office);
void ledger_set_back(struct world *world, size_t office);
void ledger_lose(struct world *world, size_t office);

/* A message that was sent, or had been sent in a past that was lost; NULL when there is none. */
const struct ledger_message *ledger_find_message(const struct ledger_stream *stream,
                                                 uint64_t sequence, const uint8_t *hash);

/* What the holder of an application's card has; NULL when it was never collected. */
const struct ledger_holding *ledger_find_holding(const struct ledger *ledger,
                                                 const char *case_number);

/* NULL when the office has no such case. */
const struct ledger_case *ledger_find_case(const struct world *world, size_t office,
                                           const char *case_number);

#endif
