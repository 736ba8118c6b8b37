/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/fee.h"

#include <stddef.h>

/* What a card is paid for as. */
enum tariff { TARIFF_RENEWAL, TARIFF_DAMAGED, TARIFF_REPLACEMENT, TARIFF_FIRST, TARIFF_COUNT };

static const struct {
    enum policy_key fee;
    enum policy_key welfare;
    enum policy_key hardship;
} tariffs[TARIFF_COUNT] = {
    [TARIFF_RENEWAL] = { POLICY_FEE_RENEWAL, POLICY_WELFARE_RENEWAL, POLICY_HARDSHIP_RENEWAL },
    [TARIFF_DAMAGED] = { POLICY_FEE_DAMAGED, POLICY_WELFARE_DAMAGED, POLICY_HARDSHIP_DAMAGED },
    [TARIFF_REPLACEMENT] = { POLICY_FEE_REPLACEMENT, POLICY_WELFARE_REPLACEMENT,
                             POLICY_HARDSHIP_REPLACEMENT },
    [TARIFF_FIRST] = { POLICY_FEE_FIRST, POLICY_WELFARE_FIRST, POLICY_HARDSHIP_FIRST },
};

static enum tariff
tariff_of(enum form_kind kind, enum form_reason reason)
{
    if (kind == KIND_FIRST)
        return TARIFF_FIRST;
    if (kind == KIND_REPLACEMENT || reason == REASON_LOST || reason == REASON_STOLEN)
        return TARIFF_REPLACEMENT;
    return reason == REASON_DAMAGED ? TARIFF_DAMAGED : TARIFF_RENEWAL;
}

static uint32_t
let_off_percent(const struct policy_case *policy, enum tariff tariff, enum form_waiver waiver)
{
    uint32_t percent = 0;
    if (waiver == WAIVER_WELFARE)
        percent = policy_of_case(policy, tariffs[tariff].welfare);
    else if (waiver == WAIVER_HARDSHIP)
        percent = policy_of_case(policy, tariffs[tariff].hardship);
    return percent < 100 ? percent : 100;
}

uint32_t
fee_due_fen(const struct policy_case *policy, enum form_kind kind, enum form_reason reason,
            enum form_waiver waiver)
{
    enum tariff tariff = tariff_of(kind, reason);
    uint64_t fee_fen = policy_of_case(policy, tariffs[tariff].fee);
    return (uint32_t)(fee_fen * (100 - let_off_percent(policy, tariff, waiver)) / 100);
}

bool
fee_waiver_applies(const struct policy_case *policy, enum form_kind kind, enum form_reason reason,
                   enum form_waiver waiver)
{
    return let_off_percent(policy, tariff_of(kind, reason), waiver) > 0;
}

enum result
fee_check(const struct policy_case *policy, const struct fee_claim *claim,
          struct refusal *ret_refusal)
{
    static const char *const cards[TARIFF_COUNT] = {
        [TARIFF_RENEWAL] = "to a renewal",
        [TARIFF_DAMAGED] = "to a damaged card",
        [TARIFF_REPLACEMENT] = "to a lost or stolen card",
        [TARIFF_FIRST] = "to a first card",
    };
    uint32_t due_fen = fee_due_fen(policy, claim->kind, claim->reason, claim->waiver);
    if (claim->waiver != WAIVER_NONE &&
        !fee_waiver_applies(policy, claim->kind, claim->reason, claim->waiver))
        return refuse(ret_refusal, REFUSAL_FEE_MISMATCH, "form.fee_waiver",
                      "that waiver does not apply %s; %u.%02u yuan are due",
                      cards[tariff_of(claim->kind, claim->reason)], due_fen / 100, due_fen % 100);
    if (claim->paid_fen != due_fen)
        return refuse(ret_refusal, REFUSAL_FEE_MISMATCH, "form.fee_fen", "%u.%02u yuan are due",
                      due_fen / 100, due_fen % 100);
    return OK;
}
