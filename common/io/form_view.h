/* SPDX-License-Identifier: Apache-2.0
 *
 * form_view - the registration form and the citizen's record as the domain knows them, seen through
 * their wire messages.
 *
 * Nothing is copied: texts are borrowed from the message.
 */
#ifndef IO_FORM_VIEW_H
#define IO_FORM_VIEW_H

#include "common/core/limits.h"
#include "common/domain/citizen.h"
#include "common/domain/form.h"
#include "proto/eligibility.pb-c.h"
#include "proto/message.pb-c.h"
#include "proto/population.pb-c.h"

struct form form_view(const Yidi__ApplicationForm *wire);
struct form
question_view(const Yidi__EligibilityQuestion *wire); /* what it does not say is empty */

/* Does it name a photo of guardian and applicant together? */
bool form_has_guardian_photo(const Yidi__ApplicationForm *wire);

/* The digests of all that a form names, in frame order: photo, templates, photo with the guardian.
 * Answers their count; the digests are borrowed. */
size_t form_attachments(const Yidi__ApplicationForm *wire,
                        ProtobufCBinaryData ret_attachments[ATTACHMENTS_MAX]);

struct citizen citizen_view(const Yidi__Citizen *wire);

#endif
