/* SPDX-License-Identifier: Apache-2.0
 *
 * refusal - a coded no to a user or a peer: which field, which rule. Nothing changed.
 *
 * Codes are stable: they travel in messages and stand in scripts. Add, never rename.
 */
#ifndef CORE_REFUSAL_H
#define CORE_REFUSAL_H

#include "common/core/result.h"

#define REFUSAL_CODES(X)                                                                           \
    X(FIELD_OUT_OF_BOUNDS, "a field breaks the bound written beside it in proto/")                 \
    X(MALFORMED, "bytes that do not parse")                                                        \
    X(CITIZEN_NUMBER_INVALID, "not a citizen number by GB 11643-1999")                             \
    X(NAME_INVALID, "not a personal name")                                                         \
    X(ETHNIC_GROUP_UNKNOWN, "not a code of GB/T 3304")                                             \
    X(DIVISION_UNKNOWN, "not a county-level division of GB/T 2260")                                \
    X(OFFICE_CODE_INVALID, "not an office code by GA/T 380")                                       \
    X(CASE_NUMBER_INVALID, "not a case number, or a mistyped one")                                 \
    X(DATE_INVALID, "not a date")                                                                  \
    X(BIRTH_DATE_MISMATCH, "birth date and citizen number disagree")                               \
    X(SEX_MISMATCH, "sex and citizen number disagree")                                             \
    X(PHONE_INVALID, "not a telephone number")                                                     \
    X(REASON_MISMATCH, "the reason does not go with the kind of application")                      \
    X(EVIDENCE_MISSING, "the kind of application needs another document")                          \
    X(IDENTITY_DOCUMENT_INVALID, "this document does not identify an applicant")                   \
    X(GUARDIAN_MISSING, "under 16 a guardian applies")                                             \
    X(FIRST_APPLICATION_ELSEWHERE, "a first application is made at the place of registration")     \
    X(NOT_ELSEWHERE, "registered here; apply at the office of registration")                       \
    X(FEE_MISMATCH, "the fee paid is not the fee due")                                             \
    X(PHOTO_INVALID, "the photo is not as GA 461 asks")                                            \
    X(FINGERPRINT_INVALID, "a fingerprint template is not as GA/T 1012 asks")                      \
    X(ATTACHMENT_LOST, "the photo or a template was lost; the citizen must apply again")           \
    X(OPEN_APPLICATION, "this citizen already has an open application")                            \
    X(ILLEGAL_IN_STATE, "not possible in the case's present state")                                \
    X(FOUR_EYES, "the second act needs another person")                                            \
    X(FINDING_FAILED, "a finding on the application forbids it")                                   \
    X(SURRENDER_REQUIRED, "on renewal the old card is handed back at collection")                  \
    X(REFUSAL_INCOMPLETE, "a refusal needs at least one reason and a text")                        \
    X(RETURN_INCOMPLETE, "a return says what is to be corrected, in words and by when")            \
    X(AMENDMENT_INVALID, "a correction does not change what the case is about")                    \
    X(CASE_UNKNOWN, "no such case at this office")                                                 \
    X(CASE_NUMBER_TAKEN, "a case of this number exists already")                                   \
    X(REQUEST_KEY_TAKEN, "another application was made under this request key")                    \
    X(CARD_SERIAL_TAKEN, "a card of this serial exists already")                                   \
    X(CARD_SERIAL_MISMATCH, "another card than the one this order made last")                      \
    X(COMMAND_UNKNOWN, "this office does not do that")                                             \
    X(STATE_UNKNOWN, "no such state at this office")                                               \
    X(OPERATOR_INVALID, "not a name under which somebody can act")                                 \
    X(OPERATOR_MISSING, "who acts must be named")                                                  \
    X(CSV_INVALID, "the file is not the CSV that is asked for")                                    \
    X(NOT_IN_JURISDICTION, "the division belongs to another registry")                             \
    X(REGISTRY_UNLISTED, "no trusted registry has jurisdiction over that division")                \
    X(PRODUCTION_UNLISTED, "no trusted production office serves that area")                        \
    X(ROLE_MISMATCH, "an office of that role may not send this")                                   \
    X(WRONG_OFFICE, "the case belongs to other offices")                                           \
    X(AUTHORITY_INVALID, "the original application inside does not prove the right to order")      \
    X(OFFICE_UNKNOWN, "not in the directory")                                                      \
    X(OFFICE_REVOKED, "no longer trusted")                                                         \
    X(DIRECTORY_EXPIRED, "the directory is past its date")                                         \
    X(DIRECTORY_INVALID,                                                                           \
      "the directory is not signed by a trusted authority, or breaks its rules")                   \
    X(CERTIFICATE_INVALID,                                                                         \
      "a certificate does not chain to the root, is out of date, or is revoked")                   \
    X(PROTOCOL_UNSUPPORTED, "no common protocol version")                                          \
    X(OFFICE_RECOVERING, "the office is bringing back its lost past; try again")                   \
    X(OFFICE_STARTING, "the office asks its peers first whether it is up to date; try again")      \
    X(EPOCH_UNPROVED, "a new journal epoch must name the last head that was seen")                 \
    X(OFFICE_HALTED, "the office takes no work until an administrator has looked")                 \
    X(JOURNAL_REWRITTEN, "two heads that this office signed contradict each other")                \
    X(STORE_FULL, "the store is full; nothing was accepted")                                       \
    X(DISK_RESERVE, "what is left of the disk is kept for accepted cases")                         \
    X(STORE_NEARLY_FULL, "what is left of the store is kept for accepted cases")                   \
    X(PEER_BACKLOG, "too many messages wait for the office that would have to act")                \
    X(STORE_DAMAGED, "a stored row cannot be read; nothing was changed")                           \
    X(STORE_FOREIGN, "the store or backup is another office's")                                    \
    X(STORE_FORMAT, "the store is of a format that this program does not know")                    \
    X(DISK_FULL, "no room is left on the disk; nothing half-written stays")                        \
    X(NUMBERS_EXHAUSTED, "no case numbers are left for today")                                     \
    X(OPTION_UNKNOWN, "no such option")                                                            \
    X(OPTION_INVALID, "the option's value breaks its rule")                                        \
    X(FILE_UNREADABLE, "a file is missing or cannot be read")                                      \
    X(FILE_EXISTS, "there is such a file already; it is not overwritten")                          \
    X(KEY_INVALID, "a key file does not hold the right key")                                       \
    X(NOT_RUNNING, "no daemon listens there")                                                      \
    X(TIMED_OUT, "no answer in time")

enum refusal_code {
    REFUSAL_NONE = 0,
#define X(name, text) REFUSAL_##name,
    REFUSAL_CODES(X)
#undef X
        REFUSAL_CODE_COUNT
};

enum { REFUSAL_FIELD_BYTES = 97, REFUSAL_RULE_BYTES = 241 };

struct refusal {
    enum refusal_code code;
    char field[REFUSAL_FIELD_BYTES]; /* path as in proto/, such as form.person.name; may be empty */
    char rule[REFUSAL_RULE_BYTES];   /* the rule that was broken, in words; never personal data */
};

/* Fill in a refusal and answer ERR_REFUSED, so that a check reads `return refuse(...)`.
 *
 * ret_refusal  out; may be NULL when the caller does not want to know why.
 * rule         printf format, cut at REFUSAL_RULE_BYTES. */
enum result refuse(struct refusal *ret_refusal, enum refusal_code code, const char *field,
                   const char *rule, ...) __attribute__((format(printf, 4, 5)));

/* The stable name of a code, such as "FEE_MISMATCH". */
const char *refusal_name(enum refusal_code code);

/* The one-sentence meaning of a code. */
const char *refusal_meaning(enum refusal_code code);

/* The code of a name; REFUSAL_NONE when unknown. */
enum refusal_code refusal_find(const char *name);

#endif
