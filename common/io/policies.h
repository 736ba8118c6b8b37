/* SPDX-License-Identifier: Apache-2.0
 *
 * policies - the policies that an office follows: the present one for what is accepted now, and
 * every former one for what was accepted under it.
 *
 * A version is adopted by being written into the journal and into TABLE_POLICIES (version ->
 * SignedPolicy), by the first turn after it was read; never an older one than the last. Version 0
 * is the standards of the program. Knows neither files nor the rules' meaning.
 */
#ifndef IO_POLICIES_H
#define IO_POLICIES_H

#include "common/io/policy_file.h"
#include "common/io/store.h"
#include "proto/case.pb-c.h"

struct turn;

struct policies {
    struct policy_file **files; /* those that were needed so far */
    size_t count;
    struct policy_file *present; /* one of them; NULL: the standards */
    bool changed;                /* to be journalled by the next turn */
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

/* What is accepted now is judged by it. */
const struct policy *policies_present(const struct policies *policies);

/* Write the adoption down, if there was one; before anything is judged by it. */
enum result policies_journal(struct turn *turn) MUST_CHECK;

/* What judges a case: the version that it was accepted under, else, when that is not known here,
 * the present one, and known is false. Codes are borrowed from the row.
 *
 * row  policy_version, accepted_ms and the three offices are looked at.
 * ERR_DAMAGED, ERR_IO, ERR_MEMORY */
enum result policies_of_case(struct turn *turn, const Yidi__Case *row,
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
