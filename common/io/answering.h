/* SPDX-License-Identifier: Apache-2.0
 *
 * answering - questions that other offices ask of this one (question.h is the other side): taken
 * from the link, answered by the role within the turn that journals them, sent after its commit.
 *
 * Answered are trusted windows alone, of whom the link has proved who they are, and each only
 * question-limit times a day, evenly: a registry is no book to leaf through. Whoever is not
 * answered is told why.
 */
#ifndef IO_ANSWERING_H
#define IO_ANSWERING_H

#include "common/io/turn.h"
#include "proto/link.pb-c.h"

/* A question came.
 *
 * entry  of the peer, who is trusted.
 * query  in the office's arena. */
void answering_take(struct office *office, const Yidi__Office *entry, struct peer *peer,
                    const struct link_message *message, const Yidi__QueryEligibility *query,
                    const struct office_time *now);

/* turn->input, a question: let the role answer it. */
enum result answering_apply(struct turn *turn) MUST_CHECK;

/* After the commit; or that it could not be answered. */
void answering_reply(struct office *office, const struct input *input);
void answering_decline(struct office *office, const struct input *input, enum refusal_code code);

#endif
