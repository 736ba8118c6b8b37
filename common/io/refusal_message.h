/* SPDX-License-Identifier: Apache-2.0
 *
 * refusal_message - refusals as they travel and are stored.
 */
#ifndef IO_REFUSAL_MESSAGE_H
#define IO_REFUSAL_MESSAGE_H

#include "common/core/arena.h"
#include "common/core/refusal.h"
#include "proto/control.pb-c.h"

/* What an operator is answered: code, field and rule, copied into the arena. ERR_MEMORY */
enum result refusal_message_answer(const struct refusal *refusal, struct arena *arena,
                                   Yidi__Refusal **ret_message) MUST_CHECK;

/* What a case's row keeps of a refused application; its texts are borrowed. ERR_MEMORY */
enum result refusal_message_keep(const Yidi__ApplicationRefused *refused, struct arena *arena,
                                 Yidi__CaseRefusal **ret_refusal) MUST_CHECK;

#endif
