/* SPDX-License-Identifier: Apache-2.0
 *
 * production - what a production node does with orders, with its makers and checkers, and with news
 * from the window.
 */
#ifndef PRODUCTION_PRODUCTION_H
#define PRODUCTION_PRODUCTION_H

#include "common/io/role.h"

extern const struct role production_role;

/* CardOrdered: believe nothing but the directory and the window's own signature inside, then place
 * the order. */
enum result production_place_order(struct turn *turn, const struct incoming *incoming,
                                   struct refusal *ret_refusal) MUST_CHECK;

struct order;
struct order_event;
struct effects;

/* Decide one step of an order, and change nothing. */
enum result production_step(const struct case_file *file, const struct order_event *event,
                            struct order *ret_order, struct effects *effects,
                            struct refusal *ret_refusal) MUST_CHECK;

/* struct role, redo and resume: the acts of a lost past. */
enum result production_redo(struct turn *turn, const struct incoming *own,
                            struct refusal *ret_refusal) MUST_CHECK;
enum result production_resume(struct turn *turn) MUST_CHECK;

#endif
