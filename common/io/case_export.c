/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/case_export.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/io/case_trace.h"
#include "common/io/erased.h"
#include "common/io/outbox.h"
#include "common/io/proof.h"
#include "common/io/stream_key.h"
#include "common/io/wire.h"

enum { ENVELOPE_NAME_BYTES = 81 };

struct export
{
    struct store_txn *txn;
    struct arena *arena;
    const char *case_number;
    struct bytes *frames;
    Yidi__Exported *exported; /* as many names as frames */
};

/* ERR_FULL: one answer takes no more. */
static enum result
add_envelope(struct export *export, const char *kind, uint64_t number, struct bytes packed)
{
    Yidi__Exported *exported = export->exported;
    if (exported->n_names == EXPORT_ENVELOPES_MAX) {
        exported->truncated = true;
        return ERR_FULL;
    }
    char *name = arena_take(export->arena, ENVELOPE_NAME_BYTES);
    struct bytes copy = arena_copy(export->arena, packed);
    if (name == NULL || copy.data == NULL)
        return ERR_MEMORY;
    snprintf(name, ENVELOPE_NAME_BYTES, "%s-%s-%" PRIu64 ".envelope", export->case_number, kind,
             number);
    export->frames[exported->n_names] = copy;
    exported->names[exported->n_names++] = name;
    return OK;
}

static enum result
read_entry(struct export *export, uint64_t leaf, const Yidi__JournalEntry **ret_entry)
{
    uint8_t key[8];
    struct bytes value;
    ProtobufCMessage *decoded;
    bytes_put_u64(key, leaf);
    enum result result = store_get(export->txn, TABLE_JOURNAL, bytes_of(key, sizeof key), &value);
    if (result != OK)
        return result;
    if (wire_decode(&yidi__journal_entry__descriptor, value, export->arena, &decoded, NULL) != OK)
        return ERR_DAMAGED;
    *ret_entry = (const Yidi__JournalEntry *)decoded;
    return OK;
}

/* An act of a lost past, done again because a peer handed its message back: there may be others
 * that it sent. */
static enum result
export_recovered(struct export *export, uint64_t leaf, const Yidi__Recovered *recovered)
{
    struct bytes packed;
    if (!recovered->mine)
        return OK;
    export->exported->truncated = true;
    enum result result =
        outbox_envelope(export->txn, recovered->peer, recovered->sequence, export->arena, &packed);
    return result == OK ? add_envelope(export, "sent", leaf, packed) : result;
}

/* Of an erased one, the proof that it stood there is exported. */
static bool
is_message_of(const Yidi__JournalEntry *entry, const char *case_number)
{
    if (erased_is(entry))
        return strcmp(entry->erased->case_number, case_number) == 0;
    return entry->body_case == YIDI__JOURNAL_ENTRY__BODY_SENT &&
           strcmp(entry->sent->message->case_number, case_number) == 0;
}

/* The messages sent because of an entry stand right behind it in the journal. */
static enum result
export_sent_after(struct export *export, uint64_t cause_leaf)
{
    const Yidi__JournalEntry *entry;
    enum result result = read_entry(export, cause_leaf, &entry);
    if (result == OK && entry->body_case == YIDI__JOURNAL_ENTRY__BODY_RECOVERED)
        return export_recovered(export, cause_leaf, entry->recovered);
    for (uint64_t leaf = cause_leaf + 1; result == OK; leaf++) {
        result = read_entry(export, leaf, &entry);
        if (result != OK)
            break;
        if (!is_message_of(entry, export->case_number))
            break;
        struct bytes packed;
        result = journal_envelope(export->txn, leaf, export->arena, &packed);
        if (result == OK)
            result = add_envelope(export, "sent", leaf, packed);
    }
    return result == ERR_ABSENT ? OK : result;
}

static enum result
export_hop(struct export *export, const Yidi__Hop *hop)
{
    enum result result = OK;
    if (hop->sequence > 0) {
        char kind[OFFICE_CODE_CHARS + 16];
        struct stream_key key;
        struct bytes packed;
        if (strlen(hop->peer) != OFFICE_CODE_CHARS)
            return ERR_DAMAGED;
        snprintf(kind, sizeof kind, "from-%s", hop->peer);
        result = store_get(export->txn, TABLE_INBOX, stream_key(hop->peer, hop->sequence, &key),
                           &packed);
        if (result == OK)
            result = add_envelope(export, kind, hop->sequence, packed);
    }
    return result == OK ? export_sent_after(export, hop->leaf_index) : result;
}

static enum result
export_trace(struct export *export, const Yidi__Case *row, const char *own_office)
{
    enum result result = OK;
    for (size_t i = 0; i < row->n_trace && result == OK; i++)
        if (strcmp(row->trace[i]->office, own_office) == 0)
            result = export_hop(export, row->trace[i]);
    return result == ERR_FULL ? OK : result; /* the answer says so */
}

static enum result
open_case(struct turn *turn, const Yidi__Export *request, struct case_file *ret_file,
          struct refusal *ret_refusal)
{
    enum result result = case_file_open(turn->txn, turn->office->options.role->machine,
                                        request->case_number, turn->arena, ret_file);
    return result == ERR_ABSENT ? refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "case_number",
                                         "no such case at this office")
                                : result;
}

/* What each of them proves: whoever asks sees at once that all of it holds. */
static enum result
examine_envelopes(struct export *export, struct envelope_verifier *verifier)
{
    Yidi__Exported *exported = export->exported;
    Yidi__Verified *proofs = arena_take(export->arena, (exported->n_names + 1) * sizeof *proofs);
    exported->proofs =
        arena_take(export->arena, (exported->n_names + 1) * sizeof *exported->proofs);
    if (proofs == NULL || exported->proofs == NULL)
        return ERR_MEMORY;
    enum result result = OK;
    for (size_t i = 0; i < exported->n_names && result == OK; i++) {
        result = proof_examine(verifier, export->frames[i], exported->names[i], export->arena,
                               &proofs[i]);
        exported->proofs[exported->n_proofs++] = &proofs[i];
    }
    return result;
}

enum result
case_export(struct turn *turn, const Yidi__Export *request, struct input *input,
            struct refusal *ret_refusal)
{
    struct case_file file;
    enum result result = open_case(turn, request, &file, ret_refusal);
    if (result != OK)
        return result;
    struct export export = {
        .txn = turn->txn,
        .arena = turn->arena,
        .case_number = request->case_number,
        .frames = arena_take(turn->arena, EXPORT_ENVELOPES_MAX * sizeof *export.frames),
        .exported = arena_take(turn->arena, sizeof *export.exported),
    };
    char **names = arena_take(turn->arena, EXPORT_ENVELOPES_MAX * sizeof *names);
    if (export.frames == NULL || export.exported == NULL || names == NULL)
        return ERR_MEMORY;
    yidi__exported__init(export.exported);
    export.exported->names = names;
    /* of a full trace hops were displaced, and with them what they lead to */
    export.exported->truncated = file.row->n_trace == CASE_TRACE_MAX;

    turn_begin_act(turn, request->case_number, "export", request->reason);
    result = turn_journal_cause(turn);
    if (result == OK)
        result = export_trace(&export, file.row, turn->office->journal.office);
    if (result == OK)
        result = examine_envelopes(&export, &turn->office->verifier);
    if (result != OK)
        return result;
    input->response.body_case = YIDI__RESPONSE__BODY_EXPORTED;
    input->response.exported = export.exported;
    input->answer_frames = export.frames;
    input->answer_frame_count = export.exported->n_names;
    return OK;
}
