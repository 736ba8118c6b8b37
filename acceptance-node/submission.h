/* SPDX-License-Identifier: Apache-2.0
 *
 * submission - a filled-in form with its photos and templates, as a clerk hands it in: for a new
 * application, or for the correction of one. Checks it and keeps its attachments; does not know
 * which case it belongs to.
 */
#ifndef ACCEPTANCE_SUBMISSION_H
#define ACCEPTANCE_SUBMISSION_H

#include "common/core/limits.h"
#include "common/io/turn.h"

struct submission {
    Yidi__ApplicationForm *form; /* the caller's; its digests are filled in by submission_keep */
    const struct bytes *frames;  /* the caller's */
    size_t frame_count;
    bool guardian_photo;          /* it names one: the last frame */
    const Yidi__Office *registry; /* by submission_check */
    const Yidi__Office *production;
    struct digest digests[ATTACHMENTS_MAX];
    struct digest content; /* of form and attachments as they came */
};

/* Digest it. OK or ERR_MEMORY. */
enum result submission_open(struct turn *turn, Yidi__ApplicationForm *form,
                            const struct bytes *frames, size_t frame_count,
                            struct submission *ret_submission) MUST_CHECK;

/* Every rule of the form and its attachments, and the offices that it goes to.
 *
 * policy       that judges the case (common/io/policies.h).
 * ERR_REFUSED  form.h, photo.h, REGISTRY_UNLISTED, PRODUCTION_UNLISTED */
enum result submission_check(const struct turn *turn, struct submission *submission,
                             const struct policy_case *policy,
                             struct refusal *ret_refusal) MUST_CHECK;

/* Is there room for its attachments? It is counted as taken. */
enum result submission_check_room(const struct turn *turn, const struct submission *submission,
                                  struct refusal *ret_refusal) MUST_CHECK;

/* Store the attachments; the office fills their digests in: what it holds is what it signs. */
enum result submission_keep(struct turn *turn, const char *case_number,
                            struct submission *submission) MUST_CHECK;

#endif
