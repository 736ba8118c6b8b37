/* SPDX-License-Identifier: Apache-2.0
 *
 * receipt - is the receipt that somebody brings the one of this application?
 */
#ifndef ACCEPTANCE_RECEIPT_H
#define ACCEPTANCE_RECEIPT_H

#include "common/core/refusal.h"
#include "proto/case.pb-c.h"

/* code  as it was scanned or typed: the case number, in groups or not.
 *
 * ERR_REFUSED  RECEIPT_MISMATCH */
enum result receipt_check(const char *code, const Yidi__Case *row,
                          struct refusal *ret_refusal) MUST_CHECK;

#endif
