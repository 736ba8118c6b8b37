/* SPDX-License-Identifier: Apache-2.0
 *
 * eligibility - the window's side of the question that is asked of the registry before the fee is
 * taken (common/io/question.h carries it).
 *
 * The clerk is told what comes of it; it stops nothing here, because the examination decides.
 */
#ifndef ACCEPTANCE_ELIGIBILITY_H
#define ACCEPTANCE_ELIGIBILITY_H

#include "common/io/turn.h"

/* The command AskEligibility, journalled. An application that is about to be handed in is first
 * held to every rule that Apply will hold it to, as far as the form alone tells.
 *
 * ERR_REFUSED  form.h; OPEN_APPLICATION, REGISTRY_UNLISTED, DIRECTORY_EXPIRED, and when there is no
 *              room (intake.h) */
enum result eligibility_ask(struct turn *turn, const Yidi__AskEligibility *ask,
                            Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

/* What the row of a new application keeps of it; NULL when nobody asked.
 *
 * ERR_REFUSED  FIELD_OUT_OF_BOUNDS: it was asked about somebody else */
enum result eligibility_of_apply(struct turn *turn, const Yidi__Apply *apply,
                                 Yidi__Eligibility **ret_eligibility,
                                 struct refusal *ret_refusal) MUST_CHECK;

#endif
