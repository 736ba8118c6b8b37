/* SPDX-License-Identifier: Apache-2.0
 *
 * stock_keeper - the commands of whoever keeps the blank cards: they came, they were counted, some
 * were spoiled without a case, and how the books stand.
 */
#ifndef PRODUCTION_STOCK_KEEPER_H
#define PRODUCTION_STOCK_KEEPER_H

#include "common/io/turn.h"

/* ERR_REFUSED  STOCK_INVALID, CARD_SERIAL_TAKEN, CARD_SERIAL_UNKNOWN. */
enum result stock_keeper_change(struct turn *turn, const Yidi__StockChange *change,
                                Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;
enum result stock_keeper_show(struct store_txn *txn, const Yidi__StockQuery *query,
                              struct arena *arena, Yidi__Response *response) MUST_CHECK;

#endif
