/* SPDX-License-Identifier: Apache-2.0
 *
 * stock - the books of the blank cards: received = used + spoiled + left, whatever happens.
 *
 * An office that never received nor counted a blank is not controlled: nothing is booked, and
 * nothing is refused. Of cards whose making is proved (by messages of a lost past) the blank is
 * booked even when the books had none left: then its receipt was lost, too. Pure: does not know
 * which card, nor who.
 */
#ifndef PRODUCTION_STOCK_H
#define PRODUCTION_STOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/refusal.h"

#define STOCK_RECEIVED_MAX UINT64_C(1000000000000)

struct stock {
    bool controlled;
    uint64_t received;    /* blanks that came */
    uint64_t used;        /* cards that are, or may still be, good */
    uint64_t spoiled;     /* spoiled, lost or written off */
    uint64_t left;        /* on the shelf */
    uint64_t written_off; /* of the spoiled: no card of them is known */
    uint64_t proved;      /* of the received: no receipt of them is known */
};

bool stock_balances(const struct stock *stock);

/* So many blanks came. ERR_REFUSED: STOCK_INVALID, none or absurdly many. */
enum result stock_receive(struct stock *stock, uint64_t count,
                          struct refusal *ret_refusal) MUST_CHECK;

/* A card is made. ERR_REFUSED: STOCK_USED_UP. */
enum result stock_use(struct stock *stock, struct refusal *ret_refusal) MUST_CHECK;

/* A card was made, that is certain. */
void stock_use_proved(struct stock *stock);

/* A card that was made of a counted blank is no good. */
void stock_spoil(struct stock *stock);

/* Blanks are no good. ERR_REFUSED: STOCK_INVALID, so many are not left. */
enum result stock_write_off(struct stock *stock, uint64_t count,
                            struct refusal *ret_refusal) MUST_CHECK;

/* So many were spoiled unseen, that is certain. */
void stock_write_off_proved(struct stock *stock, uint64_t count);

/* So many lie on the shelf, whatever the books say: they follow. ERR_REFUSED: STOCK_INVALID,
 * absurdly many.
 *
 * ret_found  out; more than the books said; negative: fewer. */
enum result stock_count(struct stock *stock, uint64_t left, int64_t *ret_found,
                        struct refusal *ret_refusal) MUST_CHECK;

#endif
