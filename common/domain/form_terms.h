/* SPDX-License-Identifier: Apache-2.0
 *
 * form_terms - the choices on the registration form, with the numbers and names of
 * proto/message.proto.
 *
 * Numbers and names are the ones on the wire (a test holds them equal); what a choice entails is
 * decided by form, fee and validity.
 */
#ifndef DOMAIN_FORM_TERMS_H
#define DOMAIN_FORM_TERMS_H

enum form_kind {
    KIND_UNSPECIFIED = 0,
    KIND_RENEWAL = 1,     /* 换领: expired or about to, damaged, changed details */
    KIND_REPLACEMENT = 2, /* 补领: lost or stolen */
    KIND_FIRST = 3,       /* 申领: refused with its reason, unless the policy allows it */
};

enum form_reason {
    REASON_UNSPECIFIED = 0,
    REASON_EXPIRED = 1,
    REASON_EXPIRING = 2,
    REASON_DAMAGED = 3,
    REASON_DETAILS_CHANGED = 4,
    REASON_LOST = 5,
    REASON_STOLEN = 6,
    REASON_FIRST_CARD = 7, /* goes with KIND_FIRST */
};

enum sex { SEX_UNKNOWN = 0, SEX_MALE = 1, SEX_FEMALE = 2, SEX_UNSTATED = 9 }; /* GB/T 2261.1 */

/* Why the applicant may apply away from the place of registration. */
enum form_basis { BASIS_UNSPECIFIED = 0, BASIS_WORK = 1, BASIS_STUDY = 2, BASIS_LIVING = 3 };

enum form_document {
    DOCUMENT_UNSPECIFIED = 0,
    DOCUMENT_ORIGINAL_CARD = 1,
    DOCUMENT_HOUSEHOLD_REGISTER = 2, /* 居民户口簿 */
    DOCUMENT_RESIDENCE_PERMIT = 3,   /* 居住证 */
    DOCUMENT_DRIVING_LICENCE = 4,
    DOCUMENT_PASSPORT = 5,
};

enum form_waiver { WAIVER_NONE = 0, WAIVER_WELFARE = 1, WAIVER_HARDSHIP = 2 };

enum form_finger {
    FINGER_UNSPECIFIED = 0,
    FINGER_RIGHT_THUMB = 1,
    FINGER_RIGHT_INDEX = 2,
    FINGER_RIGHT_MIDDLE = 3,
    FINGER_RIGHT_RING = 4,
    FINGER_RIGHT_LITTLE = 5,
    FINGER_LEFT_THUMB = 6,
    FINGER_LEFT_INDEX = 7,
    FINGER_LEFT_MIDDLE = 8,
    FINGER_LEFT_RING = 9,
    FINGER_LEFT_LITTLE = 10,
};

/* The name of a value as in proto/, such as "RENEWAL"; "UNKNOWN_VALUE" for a number without one. */
const char *form_kind_name(enum form_kind kind);
const char *form_reason_name(enum form_reason reason);
const char *sex_name(enum sex sex);
const char *form_basis_name(enum form_basis basis);
const char *form_document_name(enum form_document document);
const char *form_waiver_name(enum form_waiver waiver);
const char *form_finger_name(enum form_finger finger);

#endif
