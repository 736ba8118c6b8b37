/* SPDX-License-Identifier: Apache-2.0
 *
 * policies - the policies that an office follows: the present one for what is accepted now, and
 * every former one for what was accepted under it.
 *
 * A version is adopted by being written into the journal and into TABLE_POLICIES (version -> when,
 * and the SignedPolicy), by the first turn after it came; never an older one than the last. Former
 * versions by which cases here were accepted, and that this office has not, are noted as wanted:
 * policy_exchange asks the other offices for them. Version 0 is the standards of the program. Knows
 * neither files nor the rules' meaning.
 */
#ifndef IO_POLICIES_H
#define IO_POLICIES_H

#include "common/io/policy_file.h"
#include "common/io/store.h"
#include "proto/case.pb-c.h"

struct turn;

enum { POLICIES_FRESH_MAX = 16, POLICIES_WANTED_MAX = 16 };

struct policies {
    struct policy_file **files; /* those that were needed so far */
    size_t count;
    struct policy_file *present;                   /* one of them; NULL: the standards */
    struct policy_file *fresh[POLICIES_FRESH_MAX]; /* to be written down by the next turn */
    size_t fresh_count;
    uint64_t wanted[POLICIES_WANTED_MAX]; /* versions that are missed; 0 none */
    size_t wanted_next;                   /* the place that is taken next: the oldest wish */
};

/* Read what was adopted last. ERR_DAMAGED, ERR_IO, ERR_MEMORY */
enum result policies_open(struct policies *policies, struct store_txn *txn) MUST_CHECK;
void policies_close(struct policies *policies);

/* For a reader beside the office: read again when the store has a newer one than is present. Before
 * the first call, policies are all zero. ERR_DAMAGED, ERR_IO, ERR_MEMORY */
enum result policies_follow(struct policies *policies, struct store_txn *txn) MUST_CHECK;

/* Follow another policy from now on; the very same one changes nothing.
 *
 * take_file    owned on OK only.
 * ret_newer    out; whether anything changed.
 * ERR_REFUSED  POLICY_INVALID: not newer than the present one. ERR_MEMORY */
enum result policies_adopt(struct policies *policies, struct policy_file *take_file,
                           bool *ret_newer, struct refusal *ret_refusal) MUST_CHECK;

/* Take a former version that is wanted: cases name it, but nothing is accepted under it any more.
 *
 * take_file    owned on OK only.
 * ERR_REFUSED  POLICY_INVALID: nobody wants it, or it is not a former one. ERR_MEMORY */
enum result policies_take_former(struct policies *policies, struct policy_file *take_file,
                                 struct refusal *ret_refusal) MUST_CHECK;

bool policies_wants(const struct policies *policies, uint64_t version);

/* Some case names that version: it is wanted unless it is here. ERR_DAMAGED, ERR_IO, ERR_MEMORY */
enum result policies_want(struct policies *policies, struct store_txn *txn, uint64_t version,
                          bool *ret_known) MUST_CHECK;

/* The SignedPolicy of a version, to be handed on, and when it was adopted; borrowed from the
 * transaction. ERR_ABSENT, ERR_DAMAGED, ERR_IO */
enum result policies_signed(struct store_txn *txn, uint64_t version, uint64_t *ret_adopted_ms,
                            struct bytes *ret_signed) MUST_CHECK;

/* What is accepted now is judged by it. */
const struct policy *policies_present(const struct policies *policies);

/* Write down what has come, if anything has; before anything is judged by it. */
enum result policies_journal(struct turn *turn) MUST_CHECK;
void policies_committed(struct policies *policies);

/* Was a newer version than this one followed here before that day (YYYYMMDD)? ERR_DAMAGED, ERR_IO
 */
enum result policies_were_newer(struct turn *turn, uint64_t version, uint32_t date,
                                bool *ret_newer) MUST_CHECK;

/* What judges a case: the version that it was accepted under, else, when that is not known here,
 * the present one, and known is false. Codes are borrowed from the row.
 *
 * row  policy_version, accepted_ms and the three offices are looked at.
 * ERR_DAMAGED, ERR_IO, ERR_MEMORY */
enum result policies_of_case(struct turn *turn, const Yidi__Case *row,
                             struct policy_case *ret_policy) MUST_CHECK;

/* The same outside a turn. */
enum result policies_of_row(struct policies *policies, struct store_txn *txn, const Yidi__Case *row,
                            struct policy_case *ret_policy) MUST_CHECK;

/* What judges an application that is accepted now, at a window, to be made where its cards are.
 *
 * registration_division  code of the county that the applicant is registered in; borrowed. */
void policies_of_new(const struct turn *turn, const char *registration_division,
                     struct policy_case *ret_policy);

/* A policy by its version; the present one, when that is not known here. ERR_DAMAGED, ERR_IO,
 * ERR_MEMORY */
enum result policies_find(struct turn *turn, uint64_t version, const struct policy **ret_policy,
                          bool *ret_known) MUST_CHECK;

#endif
