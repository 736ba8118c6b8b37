/* SPDX-License-Identifier: Apache-2.0
 *
 * turn - THE turn: many inputs, one transaction, one signature, one disk sync; then everything that
 * follows.
 *
 * What role handlers may use while it runs stands here. Whatever they do belongs to the turn's
 * transaction: a crash before the commit changes nothing, a crash after it repeats only what is
 * idempotent (acknowledgements, answers, transmission, notification).
 */
#ifndef IO_TURN_H
#define IO_TURN_H

#include "common/io/case_file.h"
#include "common/io/office.h"

struct turn {
    struct office *office;
    struct store_txn *txn;
    struct arena *arena;
    uint64_t now_ms;      /* when it happens; in a lost past that is done again, when it happened */
    uint64_t recorded_ms; /* when the journal says that it was written down: now */
    const struct redo *redo; /* NULL in the ordinary course of things (redo.h) */
    /* What causes the present changes; its journal entry is appended once, before the first change.
     */
    struct input *input;
    const char *operator; /* empty for messages */
    const char *act_case; /* command: case number, may be empty */
    const char *act_verb;
    const char *act_detail;
    bool cause_journalled;
    uint64_t cause_leaf;
};

/* Append an entry of any kind, in the name of the present operator. */
enum result turn_append(struct turn *turn, Yidi__JournalEntry *entry,
                        uint64_t *ret_leaf) MUST_CHECK;

/* Journal the message received, with the code of its refusal (empty when accepted), as the cause.
 */
enum result turn_journal_received(struct turn *turn, const char *refusal_code) MUST_CHECK;

/* Journal the cause (the message received or the act), if it has not been yet. */
enum result turn_journal_cause(struct turn *turn) MUST_CHECK;

/* Begin another act within a command. */
void turn_begin_act(struct turn *turn, const char *case_number, const char *verb,
                    const char *detail);

/* Assign a message to the stream to an office and journal it.
 *
 * attachments  digests of blobs that this office holds, in frame order.
 * ERR_DAMAGED  the message breaks a bound of proto/, or an attachment is not here: nothing was
 *              written. */
enum result turn_send(struct turn *turn, const char *to, Yidi__Message *message,
                      const ProtobufCBinaryData *attachments, size_t attachment_count) MUST_CHECK;

/* Carry out what a core decided about a case: trace and save it, send, notify. The row's state has
 * been set. */
enum result turn_carry_out(struct turn *turn, struct case_file *file,
                           const struct effects *effects) MUST_CHECK;

/* The case goes to a new state: merge the trace that the message brought (incoming may be NULL),
 * then carry out. */
enum result turn_advance(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                         int state, const struct effects *effects) MUST_CHECK;

/* Keep the words of an act in the case's row, in place of the former ones; the caller saves it.
 *
 * text  borrowed for the turn. */
enum result turn_keep_note(struct turn *turn, struct case_file *file, const char *text) MUST_CHECK;

/* Mark a case for an operator's eyes; the caller saves it. */
enum result turn_set_attention(struct turn *turn, struct case_file *file, const char *code,
                               const char *text, const char *peer) MUST_CHECK;

/* The same, and save it. */
enum result turn_call_attention(struct turn *turn, struct case_file *file, const char *code,
                                const char *text, const char *peer) MUST_CHECK;

/* Keep an attachment of a case under its digest; once per node. */
enum result turn_keep_blob(struct turn *turn, const char *case_number, const struct digest *digest,
                           struct bytes data) MUST_CHECK;

/* A blob goes with the answer to the command, behind those that do already; ATTACHMENTS_MAX at
 * most. ERR_ABSENT: this office does not hold it any more. */
enum result turn_answer_blob(struct turn *turn, const ProtobufCBinaryData *digest) MUST_CHECK;

/* Is all that travels with an application or an order still here? OK or ERR_ABSENT. */
enum result turn_find_attachments(struct turn *turn, const Yidi__ApplicationForm *form) MUST_CHECK;

/* Next value of a named counter, from 1. */
enum result turn_count(struct turn *turn, const char *name, uint64_t *ret_value) MUST_CHECK;

/* Let a named counter leap after a recovery: beyond what it was and beyond value by one step, and
 * by one more for each epoch (modulo epochs). So numbers that were given out after one recovery,
 * and were lost unseen, are not given out after the next. */
enum result turn_skip_count(struct turn *turn, const char *name, uint64_t value, uint64_t step,
                            uint32_t epochs) MUST_CHECK;

#endif
