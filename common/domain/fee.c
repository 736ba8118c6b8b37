/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/fee.h"

#include <stdbool.h>

/* The higher fee: the card could still have been in use, had it been looked after. */
static bool
is_replaced(enum form_kind kind, enum form_reason reason)
{
    return kind == KIND_REPLACEMENT || reason == REASON_DAMAGED || reason == REASON_LOST ||
           reason == REASON_STOLEN;
}

uint32_t
fee_due_fen(enum form_kind kind, enum form_reason reason, enum form_waiver waiver)
{
    if (kind == KIND_FIRST)
        return 0;
    if (is_replaced(kind, reason))
        return FEE_REPLACEMENT_FEN;
    if (waiver == WAIVER_WELFARE)
        return 0;
    return waiver == WAIVER_HARDSHIP ? FEE_RENEWAL_FEN / 2 : FEE_RENEWAL_FEN;
}

enum result
fee_check(enum form_kind kind, enum form_reason reason, enum form_waiver waiver, uint32_t paid_fen,
          struct refusal *ret_refusal)
{
    if (waiver != WAIVER_NONE && is_replaced(kind, reason))
        return refuse(ret_refusal, REFUSAL_FEE_MISMATCH, "form.fee_waiver",
                      "no waiver applies to a lost, stolen or damaged card; %d fen are due",
                      FEE_REPLACEMENT_FEN);
    uint32_t due_fen = fee_due_fen(kind, reason, waiver);
    if (paid_fen != due_fen)
        return refuse(ret_refusal, REFUSAL_FEE_MISMATCH, "form.fee_fen", "%u fen are due",
                      (unsigned)due_fen);
    return OK;
}
