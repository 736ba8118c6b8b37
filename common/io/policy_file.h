/* SPDX-License-Identifier: Apache-2.0
 *
 * policy_file - a signed policy: whether it is to be trusted, and the rules in it as the domain
 * knows them.
 *
 * Signed by the directory authority. A loaded policy never changes; another one has another
 * version. Knows no office: which versions one follows is policies.h.
 */
#ifndef IO_POLICY_FILE_H
#define IO_POLICY_FILE_H

#include "common/core/arena.h"
#include "common/core/refusal.h"
#include "common/domain/policy_check.h"
#include "common/io/signature.h"
#include "proto/policy.pb-c.h"

enum { POLICY_BYTES_MAX = 4 * 1024 * 1024 };

struct policy_file;

/* Check the authority's certificate against the root and the signature, then unpack and check
 * bounds and rules (policy_check). Keys that only another version of the program knows are put up
 * with.
 *
 * signed_bytes  packed SignedPolicy; copied.
 * root          NULL: the bytes were checked when they were adopted; only bounds are looked at.
 * ERR_REFUSED   POLICY_INVALID or CERTIFICATE_INVALID, with field (rules[12].value) and rule. */
enum result policy_file_decode(struct bytes signed_bytes, const struct trust_root *root,
                               uint64_t now_ms, struct policy_file **ret_file,
                               struct refusal *ret_refusal) MUST_CHECK;

/* The same of a policy that is a former one by now: its authority's certificate had to be good when
 * it was issued. */
enum result policy_file_decode_former(struct bytes signed_bytes, const struct trust_root *root,
                                      uint64_t now_ms, struct policy_file **ret_file,
                                      struct refusal *ret_refusal) MUST_CHECK;

/* The same from a file; FILE_UNREADABLE when it cannot be read. */
enum result policy_file_load(const char *path, const struct trust_root *root, uint64_t now_ms,
                             struct policy_file **ret_file, struct refusal *ret_refusal) MUST_CHECK;
void policy_file_destroy(struct policy_file *file);

/* All borrowed from the file. */
const struct policy *policy_file_policy(const struct policy_file *file);
const Yidi__Policy *policy_file_body(const struct policy_file *file);
struct bytes policy_file_signed_bytes(const struct policy_file *file);
/* Name (CN) of the authority's certificate; empty when it was not looked at. */
const char *policy_file_signer(const struct policy_file *file);
/* SHA-256 of the signed bytes. */
void policy_file_digest(const struct policy_file *file, struct digest *ret_digest);

/* The rules and the calendar of a message within its bounds; its texts and dates are borrowed from
 * it, the list of rules lives in the arena. ERR_MEMORY */
enum result policy_file_view(const Yidi__Policy *wire, struct arena *arena,
                             struct policy *ret_policy) MUST_CHECK;

/* Sign a packed Policy; ret_signed in the arena is a packed SignedPolicy. For yidictl and tests.
 * ERR_FORGED: the certificate is not the key's. */
enum result policy_file_sign(struct bytes packed_policy, const struct signing_key *key,
                             const struct certificate *certificate, struct arena *arena,
                             struct bytes *ret_signed) MUST_CHECK;

DEFINE_AUTO(policy_file, struct policy_file *, policy_file_destroy)

#endif
