/* SPDX-License-Identifier: Apache-2.0
 *
 * acceptance - what an acceptance node does with commands of its clerks and with news of registry
 * and production node.
 */
#ifndef ACCEPTANCE_ACCEPTANCE_H
#define ACCEPTANCE_ACCEPTANCE_H

#include "common/io/role.h"

extern const struct role acceptance_role;

/* The command Apply: check the form and its attachments, give it a number, make it durable, send
 * it. */
enum result acceptance_apply(struct turn *turn, const Yidi__Apply *apply,
                             const struct bytes *frames, size_t frame_count,
                             Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

#endif
