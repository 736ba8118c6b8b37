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

#endif
