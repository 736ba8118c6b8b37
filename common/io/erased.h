/* SPDX-License-Identifier: Apache-2.0
 *
 * erased - what stands where a message was erased (proto/journal.proto, Erased): its leaf hash, by
 * which tree, heads and proofs still verify, and its place in its stream.
 *
 * Salt and content are gone, so nobody can tell from the hash what it held. What such an entry
 * says of itself, beside the hash, nobody can prove.
 */
#ifndef IO_ERASED_H
#define IO_ERASED_H

#include "common/core/arena.h"
#include "common/core/merkle.h"
#include "common/core/result.h"
#include "proto/journal.pb-c.h"

static inline bool
erased_is(const Yidi__JournalEntry *entry)
{
    return entry->body_case == YIDI__JOURNAL_ENTRY__BODY_ERASED;
}

/* A message in its stream, erased or not; the texts are the entry's. */
struct message_place {
    const char *to;
    uint64_t sequence;
    const char *case_number;
    uint32_t kind;
};

/* entry  of a message, or what stands for one. */
struct message_place message_place_of(const Yidi__JournalEntry *entry);

/* What is said of a message when it is erased. */
struct erased_mark {
    bool undelivered;        /* its recipient has not confirmed it, and gets this instead */
    uint64_t policy_version; /* by which its case was judged */
};

/* The leaf hash of an entry, or of the one that it stands for.
 *
 * packed  its bytes, of which entry was decoded. */
void erased_leaf_hash(const Yidi__JournalEntry *entry, struct bytes packed,
                      struct digest *ret_leaf);

/* What stands for a packed entry, in the arena; the same bytes when it is no message, or erased
 * already. ERR_DAMAGED, ERR_MEMORY */
enum result erased_entry(struct bytes packed, const struct erased_mark *mark, struct arena *arena,
                         struct bytes *ret_packed) MUST_CHECK;

/* The same for a packed envelope: head, place and path stay. */
enum result erased_envelope(struct bytes packed, const struct erased_mark *mark,
                            struct arena *arena, struct bytes *ret_packed) MUST_CHECK;

#endif
