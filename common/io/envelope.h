/* SPDX-License-Identifier: Apache-2.0
 *
 * envelope - a journal entry with the proof that it stands in its office's signed journal
 * (proto/envelope.proto).
 *
 * Decides whether an envelope is authentic: bounds, inclusion proof, and the head's signature by a
 * certificate that the directory lists for the office. Whether the office may say what the entry
 * says is not decided here.
 */
#ifndef IO_ENVELOPE_H
#define IO_ENVELOPE_H

#include "common/core/arena.h"
#include "common/core/refusal.h"
#include "common/io/directory.h"
#include "common/io/tree_head.h"
#include "proto/journal.pb-c.h"

enum { HEAD_CACHE_COUNT = 256 };

/* One signature covers a whole commit: a head that was verified once is remembered by its digest.
 */
struct envelope_verifier {
    struct directory *directory; /* borrowed */
    struct {
        struct digest text_digest;
        struct tree_head head;
        bool used;
    } cache[HEAD_CACHE_COUNT];
    uint64_t signature_count; /* signatures really checked */
};

struct envelope {
    const Yidi__JournalEntry *entry; /* in the arena */
    struct bytes entry_bytes;        /* in the arena */
    struct tree_head head;
    const char *head_text; /* in the arena */
    uint64_t leaf_index;
    struct digest leaf_hash;
};

/* Unpack one that was verified when it came: entry, its bytes, head text and place, in the arena.
 * ERR_DAMAGED */
enum result envelope_unpack(struct bytes packed, struct arena *arena,
                            struct envelope *ret_envelope) MUST_CHECK;

/* Start, or start again with another directory: forgets every remembered head. */
void envelope_verifier_init(struct envelope_verifier *verifier, struct directory *directory);

/* Verify a signed tree head by the certificates that the directory lists for its office; errors as
 * of envelope_verify. */
enum result envelope_verify_head(struct envelope_verifier *verifier, const char *text,
                                 struct tree_head *ret_head,
                                 struct refusal *ret_refusal) MUST_CHECK;

/* Unpack and verify. Of an erased message (erased.h) it is proved that it stood there, not what the
 * envelope says of it. The office that signed is entry->office; it is listed, but may be revoked
 * (ask the directory).
 *
 * ERR_REFUSED  MALFORMED, FIELD_OUT_OF_BOUNDS, OFFICE_UNKNOWN, CERTIFICATE_INVALID: ret_refusal
 * tells. ERR_FORGED   proof, signature, or head and entry do not agree. ERR_MEMORY */
enum result envelope_verify(struct envelope_verifier *verifier, struct bytes packed,
                            struct arena *arena, struct envelope *ret_envelope,
                            struct refusal *ret_refusal) MUST_CHECK;

#endif
