/* SPDX-License-Identifier: Apache-2.0
 *
 * production - what a production node does with orders, with its makers and checkers, and with news
 * from the window and the registry.
 */
#ifndef PRODUCTION_PRODUCTION_H
#define PRODUCTION_PRODUCTION_H

#include "common/domain/machine_result.h"
#include "common/io/role.h"

extern const struct role production_role;

/* CardOrdered: believe nothing but the directory and the window's own signature inside, then place
 * the order. */
enum result production_place_order(struct turn *turn, const struct incoming *incoming,
                                   struct refusal *ret_refusal) MUST_CHECK;

/* Another open order of the citizen is no reason to refuse; a person looks. */
enum result production_warn_of_second(struct turn *turn, struct case_file *file) MUST_CHECK;

struct order;
struct order_event;
struct effects;

/* Decide one step of an order, and change nothing. */
enum result production_step(const struct case_file *file, const struct order_event *event,
                            struct order *ret_order, struct effects *effects,
                            struct refusal *ret_refusal) MUST_CHECK;

/* turn_advance, for orders: those that wait to be made can be found (waiting_orders.h). */
enum result production_carry_out(struct turn *turn, struct case_file *file,
                                 const struct incoming *incoming, int state,
                                 const struct effects *effects) MUST_CHECK;

/* Decide it, and carry it out; a card that is spoiled by it is written down.
 *
 * incoming  what brought it about; NULL: an operator, or a lost past that is done again.
 * text      what is wrong with a spoiled card. */
enum result production_advance(struct turn *turn, struct case_file *file,
                               const struct incoming *incoming, const struct order_event *event,
                               const char *text, struct refusal *ret_refusal) MUST_CHECK;

/* A card is made of the body with that serial; empty: the office numbers it. */
enum result production_make(struct turn *turn, struct case_file *file, const char *serial,
                            struct refusal *ret_refusal) MUST_CHECK;

/* What the machine made of an order in a batch: a card, a spoiled body, or, when the order has
 * ended meanwhile, a body that is destroyed. Each is written down under its serial. */
enum result production_take_made(struct turn *turn, struct case_file *file,
                                 const struct machine_result *made,
                                 struct refusal *ret_refusal) MUST_CHECK;

/* MAKE and CHECK_CARD. */
enum result production_decide_make(struct turn *turn, struct case_file *file,
                                   const Yidi__Decide *decide,
                                   struct refusal *ret_refusal) MUST_CHECK;
enum result production_decide_check(struct turn *turn, struct case_file *file,
                                    const Yidi__Decide *decide,
                                    struct refusal *ret_refusal) MUST_CHECK;

/* May a card be made for this case, while offices have not handed back their share of a lost past?
 * ERR_REFUSED: OFFICE_RECOVERING. */
enum result production_check_shares(const struct turn *turn, const Yidi__Case *row,
                                    struct refusal *ret_refusal) MUST_CHECK;

/* The registry wants an order back: it gets it, unless the card is made.
 *
 * incoming  OrderWithdrawn; NULL when only our own answer came back. */
enum result production_withdraw(struct turn *turn, struct case_file *file,
                                const struct incoming *incoming,
                                struct refusal *ret_refusal) MUST_CHECK;

/* The verb ABANDON, of an order whose window is no more; and the same as our own message proves it,
 * which production_was_abandoned says.
 *
 * ERR_REFUSED  FIELD_OUT_OF_BOUNDS, COUNTERPART_LISTED, ILLEGAL_IN_STATE */
enum result production_abandon(struct turn *turn, struct case_file *file,
                               const Yidi__Decide *decide, struct refusal *ret_refusal) MUST_CHECK;
bool production_was_abandoned(const struct incoming *own);
enum result production_abandon_again(struct turn *turn, struct case_file *file,
                                     struct refusal *ret_refusal) MUST_CHECK;

/* struct role, redo and resume: the acts of a lost past. */
enum result production_redo(struct turn *turn, const struct incoming *own,
                            struct refusal *ret_refusal) MUST_CHECK;
enum result production_resume(struct turn *turn) MUST_CHECK;

/* The card of which nobody saw that it was spoiled, or lost, was: the order waits again. */
enum result production_spoil_unseen(struct turn *turn, struct case_file *file,
                                    struct refusal *ret_refusal) MUST_CHECK;

#endif
