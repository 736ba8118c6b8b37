/* SPDX-License-Identifier: Apache-2.0
 *
 * refusal_reason - why an application is refused, as the applicant is told.
 *
 * Numbers and names are those of enum RefusalReason in proto/message.proto (a test holds them
 * equal). Not to be confused with refusal.h, which answers an operator or a peer.
 */
#ifndef DOMAIN_REFUSAL_REASON_H
#define DOMAIN_REFUSAL_REASON_H

enum refusal_reason {
    REFUSED_UNSPECIFIED = 0,
    REFUSED_FIRST_APPLICATION = 1,
    REFUSED_IDENTITY_DOUBTFUL = 2,
    REFUSED_APPEARANCE_WITHOUT_FINGERPRINTS = 3,
    REFUSED_DOCUMENTS_NOT_GENUINE = 4,
    REFUSED_BAD_CREDIT_RECORD = 5,
    REFUSED_OPEN_APPLICATION = 6,
    REFUSED_NOT_DELIVERABLE = 7,
    REFUSED_REGISTRATION_CANCELLED = 8,
    REFUSED_NUMBER_REPLACED = 9,
    REFUSED_NUMBER_SHARED = 10,
    REFUSED_REGISTRATION_MOVED = 11,
    REFUSED_NO_PHOTO_ON_FILE = 12,
    REFUSED_TOO_EARLY = 13,
    REFUSAL_REASON_COUNT
};

/* Stable name, such as "FIRST_APPLICATION"; "UNKNOWN_VALUE" for a number without one. */
const char *refusal_reason_name(enum refusal_reason reason);

/* The reason of a name; REFUSED_UNSPECIFIED when unknown. */
enum refusal_reason refusal_reason_find(const char *name);

/* A sentence for the applicant; of an unknown number that of REFUSED_UNSPECIFIED. */
const char *refusal_reason_english(enum refusal_reason reason);
const char *refusal_reason_chinese(enum refusal_reason reason);

#endif
