/* SPDX-License-Identifier: Apache-2.0
 *
 * proof - what a verified envelope says, in a few words: who signed what and when, and where it
 * stands in the signer's journal. Personal data are left out. Owns nothing.
 */
#ifndef IO_PROOF_H
#define IO_PROOF_H

#include "common/io/envelope.h"
#include "proto/control.pb-c.h"

/* Fill in all but the file's name and the entry itself.
 *
 * envelope      verified; ret_verified borrows from it, from the directory and from the arena.
 * ERR_MEMORY */
enum result proof_describe(const struct directory *directory, struct envelope *envelope,
                           struct arena *arena, Yidi__Verified *ret_verified) MUST_CHECK;

/* What the verification of a packed envelope found, whatever that is: an envelope that does not
 * hold is described by its trouble.
 *
 * ERR_MEMORY */
enum result proof_examine(struct envelope_verifier *verifier, struct bytes packed, const char *name,
                          struct arena *arena, Yidi__Verified *ret_verified) MUST_CHECK;

#endif
