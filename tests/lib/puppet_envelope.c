/* SPDX-License-Identifier: Apache-2.0
 *
 * The puppet's journal, and the envelopes that it makes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "common/io/wire.h"
#include "tests/lib/puppet.h"

static uint64_t
now_ms(void)
{
    return (uint64_t)time(NULL) * 1000;
}

static enum result
read_node(void *context, uint64_t position, struct digest *ret_digest)
{
    const struct puppet *puppet = context;
    if (position >= puppet->node_count)
        return ERR_ABSENT;
    *ret_digest = puppet->nodes[position];
    return OK;
}

static uint64_t
append(struct puppet *puppet, struct bytes entry)
{
    struct digest leaf, stored[64];
    merkle_leaf_hash(signature_digest, entry, &leaf);
    assert_true(puppet->frontier.size < PUPPET_ENTRIES_MAX);
    size_t count = merkle_frontier_append(&puppet->frontier, &leaf, stored);
    memcpy(puppet->nodes + puppet->node_count, stored, count * sizeof *stored);
    puppet->node_count += count;
    return puppet->frontier.size - 1;
}

static ProtobufCBinaryData
digest_of(struct puppet *puppet, struct bytes data)
{
    struct digest *digest = arena_take(&puppet->arena, sizeof *digest);
    signature_digest_one(data, digest);
    return (ProtobufCBinaryData){ .data = digest->bytes, .len = DIGEST_BYTES };
}

static struct bytes
pack_entry(struct puppet *puppet, const struct puppet_envelope *request, const char *office)
{
    uint8_t salt[16] = { 1, 2, 3 };
    ProtobufCBinaryData attachments[LINK_FRAMES_MAX];
    Yidi__Sent sent = YIDI__SENT__INIT;
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    for (size_t i = 0; i < request->attachment_count; i++)
        attachments[i] = digest_of(puppet, request->attachments[i]);
    sent.to = (char *)request->to->code;
    sent.sequence = request->sequence;
    sent.message = request->message;
    sent.attachments = attachments;
    sent.n_attachments = request->attachment_count;
    entry.version = 1;
    entry.office = (char *)office;
    entry.epoch = 1;
    entry.time_ms = now_ms();
    entry.salt = (ProtobufCBinaryData){ .data = salt, .len = sizeof salt };
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_SENT;
    entry.sent = &sent;
    if (request->change != NULL)
        request->change(&entry);
    return wire_encode(&entry.base, &puppet->arena);
}

static char *
sign_head(struct puppet *puppet, const struct network_office *as)
{
    char *text = arena_take(&puppet->arena, TREE_HEAD_BYTES_MAX);
    struct tree_head head = { .epoch = 1, .size = puppet->frontier.size, .time_ms = now_ms() };
    snprintf(head.office, sizeof head.office, "%s", as->code);
    merkle_frontier_root(&puppet->frontier, &head.root);
    assert_int_equal(tree_head_sign(&head, as->key, as->certificate, text), OK);
    return text;
}

static void
fill_path(struct puppet *puppet, uint64_t leaf_index, Yidi__Envelope *envelope)
{
    struct merkle_path *path = arena_take(&puppet->arena, sizeof *path);
    const struct merkle_reader reader = { .read = read_node, .context = puppet };
    assert_int_equal(
        merkle_inclusion(signature_digest, leaf_index, puppet->frontier.size, &reader, path), OK);
    envelope->path = arena_take(&puppet->arena, (path->count + 1) * sizeof *envelope->path);
    envelope->n_path = path->count;
    for (size_t i = 0; i < path->count; i++)
        envelope->path[i] =
            (ProtobufCBinaryData){ .data = path->hashes[i].bytes, .len = DIGEST_BYTES };
}

struct puppet_past
puppet_remember(const struct puppet *puppet)
{
    return (struct puppet_past){ .frontier = puppet->frontier, .node_count = puppet->node_count };
}

void
puppet_go_back(struct puppet *puppet, const struct puppet_past *past)
{
    puppet->frontier = past->frontier;
    puppet->node_count = past->node_count;
}

void
puppet_fill_proof(struct puppet *puppet, const Yidi__ProofAsk *ask, Yidi__Proof *proof)
{
    struct merkle_path *path = arena_take(&puppet->arena, sizeof *path);
    const struct merkle_reader reader = { .read = read_node, .context = puppet };
    *path = (struct merkle_path){ 0 };
    if (ask->size <= puppet->frontier.size)
        assert_int_equal(
            merkle_consistency(signature_digest, ask->old_size, ask->size, &reader, path), OK);
    proof->epoch = ask->epoch;
    proof->old_size = ask->old_size;
    proof->size = ask->size;
    proof->path = arena_take(&puppet->arena, (path->count + 1) * sizeof *proof->path);
    proof->n_path = path->count;
    for (size_t i = 0; i < path->count; i++)
        proof->path[i] =
            (ProtobufCBinaryData){ .data = path->hashes[i].bytes, .len = DIGEST_BYTES };
}

Yidi__Envelope *
puppet_make_envelope(struct puppet *puppet, const struct puppet_envelope *request)
{
    const struct network_office *as = request->as == NULL ? puppet->office : request->as;
    Yidi__Envelope *envelope = arena_take(&puppet->arena, sizeof *envelope);
    struct bytes entry = pack_entry(puppet, request, as->code);
    yidi__envelope__init(envelope);
    envelope->leaf_index = append(puppet, entry);
    envelope->entry = (ProtobufCBinaryData){ .data = (uint8_t *)entry.data, .len = entry.size };
    envelope->head = sign_head(puppet, as);
    fill_path(puppet, envelope->leaf_index, envelope);
    return envelope;
}

struct bytes
puppet_pack(struct puppet *puppet, const Yidi__Envelope *envelope)
{
    return wire_encode(&envelope->base, &puppet->arena);
}

struct bytes
puppet_seal(struct puppet *puppet, const struct puppet_envelope *request)
{
    return puppet_pack(puppet, puppet_make_envelope(puppet, request));
}

Yidi__Message *
puppet_submit(struct puppet *puppet, const struct made_application *application,
              const char *case_number, const struct network_office *centre)
{
    struct {
        Yidi__Message message;
        Yidi__ApplicationSubmitted submitted;
        Yidi__ApplicationForm form;
        Yidi__Fingerprint fingerprints[2];
        Yidi__Fingerprint *fingerprint_list[2];
    } *made = arena_take(&puppet->arena, sizeof *made);
    struct bytes frames[ATTACHMENTS_MAX];
    application_frames(application, frames);
    made->form = application->form;
    made->form.photo_digest = digest_of(puppet, frames[0]);
    made->form.fingerprints = made->fingerprint_list;
    for (size_t i = 0; i < application->form.n_fingerprints; i++) {
        made->fingerprints[i] = application->fingerprints[i];
        made->fingerprints[i].digest = digest_of(puppet, frames[1 + i]);
        made->fingerprint_list[i] = &made->fingerprints[i];
    }
    yidi__application_submitted__init(&made->submitted);
    made->submitted.form = &made->form;
    made->submitted.production_office = (char *)centre->code;
    made->submitted.accepted_ms = now_ms();
    yidi__message__init(&made->message);
    made->message.case_number = arena_copy_text(&puppet->arena, case_number);
    made->message.body_case = YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED;
    made->message.application_submitted = &made->submitted;
    return &made->message;
}
