/* SPDX-License-Identifier: Apache-2.0
 *
 * directory - the signed list of offices: who exists, what each may do, how to recognise it.
 *
 * Decides whether a directory file is to be trusted, finds offices in it, and hands out their
 * checked certificates. Knows no socket. A loaded directory never changes; a newer one replaces it
 * whole.
 */
#ifndef IO_DIRECTORY_H
#define IO_DIRECTORY_H

#include "common/core/arena.h"
#include "common/core/refusal.h"
#include "common/io/authority_signature.h"
#include "common/io/signature.h"
#include "proto/directory.pb-c.h"

enum { DIRECTORY_KEY_BYTES = 32 };

struct directory;

/* Check the authority's certificate against the root (unit "directory authority") and the
 * signature, then unpack and check bounds and rules (directory_check). The offices' own
 * certificates are checked when first asked for. Whether the directory itself has expired is not
 * judged here.
 *
 * signed_bytes  packed SignedDirectory; copied.
 * root          borrowed as long as the directory lives.
 * ERR_REFUSED   DIRECTORY_INVALID or CERTIFICATE_INVALID, with field (offices[3].areas) and rule.
 */
enum result directory_decode(struct bytes signed_bytes, const struct trust_root *root,
                             uint64_t now_ms, struct directory **ret_directory,
                             struct refusal *ret_refusal) MUST_CHECK;

/* The rules of a directory, signed or yet to be signed: codes sorted and none twice, no transport
 * key twice, office codes valid, areas as the role asks and current (a revoked office's may have
 * been abolished since), one trusted registry at most for a county, an issuing authority for
 * registries alone, an end after the beginning.
 *
 * directory    within its bounds (wire_check).
 * ERR_REFUSED  DIRECTORY_INVALID. */
enum result directory_check(const Yidi__Directory *directory,
                            struct refusal *ret_refusal) MUST_CHECK;

/* The same as directory_decode from a file; FILE_UNREADABLE when it cannot be read. */
enum result directory_load(const char *path, const struct trust_root *root, uint64_t now_ms,
                           struct directory **ret_directory,
                           struct refusal *ret_refusal) MUST_CHECK;
void directory_destroy(struct directory *directory);

uint64_t directory_version(const struct directory *directory);
uint64_t directory_issued_ms(const struct directory *directory);
uint64_t directory_expires_ms(const struct directory *directory);
/* That it was checked against; borrowed. */
const struct trust_root *directory_root(const struct directory *directory);
/* Who signed it: name (CN) of the authority's certificate, borrowed. */
const char *directory_signer(const struct directory *directory);
/* The packed SignedDirectory, borrowed, and its SHA-256. */
struct bytes directory_signed_bytes(const struct directory *directory);
void directory_digest(const struct directory *directory, struct digest *ret_digest);

size_t directory_office_count(const struct directory *directory);
const Yidi__Office *directory_office_at(const struct directory *directory, size_t index);

/* Find may answer NULL. A revoked office is found too: ask ->revoked. */
const Yidi__Office *directory_find(const struct directory *directory, const char *office_code);
const Yidi__Office *directory_find_key(const struct directory *directory,
                                       const uint8_t transport_key[DIRECTORY_KEY_BYTES]);

/* The trusted (not revoked) registry with jurisdiction over a county code; the production office
 * that serves an area: the longest matching prefix wins, then the lowest code. */
const Yidi__Office *directory_find_registry(const struct directory *directory,
                                            const char *division);
const Yidi__Office *directory_find_production(const struct directory *directory,
                                              const char *division);

/* Does one of the office's areas equal the division or start it (as prefix of 2, 4 or 6 digits)? */
bool directory_office_covers(const Yidi__Office *office, const char *division);

/* What the certificates of an office of that role say as unit (OU): "registry"; "" for none. */
const char *directory_role_unit(Yidi__Role role);

/* Certificate number `index` of an office (0 is current), once it was found to chain to the root,
 * to be in date, not in the CRL, and to carry the office's code (CN) and role (OU). Checked once
 * and remembered, but for the dates. Borrowed from the directory. The one call that changes a
 * directory: not from two threads at once. Does not ask whether the office is revoked.
 *
 * A certificate out of date still verifies what was signed before it ended: pass the time of the
 * signature as at_ms.
 *
 * office       of this directory.
 * ERR_ABSENT   the office has fewer certificates. ERR_REFUSED: CERTIFICATE_INVALID. */
enum result directory_certificate(struct directory *directory, const Yidi__Office *office,
                                  size_t index, uint64_t at_ms,
                                  const struct certificate **ret_certificate,
                                  struct refusal *ret_refusal) MUST_CHECK;

/* Sign a packed Directory; ret_signed in the arena is a packed SignedDirectory. For yidictl and
 * tests. ERR_FORGED: the certificate is not the key's. */
enum result directory_sign(struct bytes packed_directory, const struct signing_key *key,
                           const struct certificate *certificate, struct arena *arena,
                           struct bytes *ret_signed) MUST_CHECK;

DEFINE_AUTO(directory, struct directory *, directory_destroy)

#endif
