/* SPDX-License-Identifier: Apache-2.0
 *
 * fee - what a card costs, in fen (1 yuan is 100 fen), by the policy of the case.
 *
 * As the law has it: renewal 20 yuan; 40 when the card is lost, stolen or damaged; a first card is
 * free. Who receives welfare renews free, and hardship halves the fee of a renewal; neither applies
 * to a card that was lost, stolen or damaged.
 */
#ifndef DOMAIN_FEE_H
#define DOMAIN_FEE_H

#include <stdint.h>

#include "common/core/refusal.h"
#include "common/domain/form_terms.h"
#include "common/domain/policy.h"

/* The fee due; a waiver that does not apply changes nothing. A part of a fen is let off. */
uint32_t fee_due_fen(const struct policy_case *policy, enum form_kind kind, enum form_reason reason,
                     enum form_waiver waiver);

/* Does that waiver let anybody off some of the fee? */
bool fee_waiver_applies(const struct policy_case *policy, enum form_kind kind,
                        enum form_reason reason, enum form_waiver waiver);

/* What of the form a fee depends on. */
struct fee_claim {
    enum form_kind kind;
    enum form_reason reason;
    enum form_waiver waiver;
    uint32_t paid_fen;
};

/* OK when the fee paid is the fee due and the waiver, if one is claimed, applies; else ERR_REFUSED
 * with FEE_MISMATCH, field form.fee_waiver or form.fee_fen. */
enum result fee_check(const struct policy_case *policy, const struct fee_claim *claim,
                      struct refusal *ret_refusal) MUST_CHECK;

#endif
