/* SPDX-License-Identifier: Apache-2.0
 *
 * fee - what a card costs, in fen (1 yuan is 100 fen).
 *
 * Renewal 20 yuan; 40 when the card is lost, stolen or damaged; a first card is free. Who receives
 * welfare renews free, and hardship halves the fee of a renewal; neither applies to a card that was
 * lost, stolen or damaged. One tariff for the whole country: a province's own tariff is not known
 * here.
 */
#ifndef DOMAIN_FEE_H
#define DOMAIN_FEE_H

#include <stdint.h>

#include "common/core/refusal.h"
#include "common/domain/form_terms.h"

enum { FEE_RENEWAL_FEN = 2000, FEE_REPLACEMENT_FEN = 4000 };

/* The fee due; a waiver that does not apply changes nothing. */
uint32_t fee_due_fen(enum form_kind kind, enum form_reason reason, enum form_waiver waiver);

/* OK when the fee paid is the fee due and the waiver, if one is claimed, applies; else ERR_REFUSED
 * with FEE_MISMATCH, field form.fee_waiver or form.fee_fen. */
enum result fee_check(enum form_kind kind, enum form_reason reason, enum form_waiver waiver,
                      uint32_t paid_fen, struct refusal *ret_refusal) MUST_CHECK;

#endif
