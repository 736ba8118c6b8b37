/* SPDX-License-Identifier: Apache-2.0
 *
 * photo - is a photo or a fingerprint template what the card needs? Over libjpeg.
 *
 * Decides by form alone: GA 461 (JPEG, 358x441 pixels, 24 bit) and GA/T 1012 (512 bytes), and that
 * a picture decodes to its end, so that no office passes on what the card centre cannot print.
 * Does not judge who is on it.
 */
#ifndef IO_PHOTO_H
#define IO_PHOTO_H

#include "common/core/bytes.h"
#include "common/core/refusal.h"
#include "common/core/result.h"

/* OK, or ERR_REFUSED: PHOTO_INVALID with field "photo" and what is wrong with it. Time and memory
 * are bounded whatever the bytes are. */
enum result photo_check(struct bytes jpeg, struct refusal *ret_refusal) MUST_CHECK;

/* The same of a photo that shows guardian and applicant together: free in its proportions.
 * GUARDIAN_PHOTO_INVALID with field "form.guardian.photo_digest". */
enum result photo_check_guardian(struct bytes jpeg, struct refusal *ret_refusal) MUST_CHECK;

/* OK, or ERR_REFUSED: FINGERPRINT_INVALID with field "fingerprint". */
enum result fingerprint_check(struct bytes template_bytes, struct refusal *ret_refusal) MUST_CHECK;

#endif
