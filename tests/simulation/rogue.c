/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/rogue.h"

#include <stdio.h>

#include "common/core/require.h"
#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "common/io/wire.h"
#include "proto/envelope.pb-c.h"
#include "proto/link.pb-c.h"
#include "tests/simulation/world.h"

/* ---- the journal ---- */

static struct journal *
journal_of(struct rogue *rogue, size_t office)
{
    return &rogue->journals[office == ROGUE_REGISTRY];
}

static void
open_journal(struct world *world, size_t office)
{
    struct fake_office *played = &world->network.offices[office];
    const struct roster_office *listed = &world->network.roster.offices[office];
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&played->scratch);
    REQUIRE(journal_open(journal_of(&world->rogue, office), listed->entry.code, listed->key,
                         listed->certificate, txn) == OK);
}

/* Write down that the message was sent; the packed envelope lies in the arena. */
static struct bytes
seal(struct world *world, size_t from, Yidi__Sent *sent, struct arena *arena)
{
    struct scratch_store *scratch = &world->network.offices[from].scratch;
    struct journal *journal = journal_of(&world->rogue, from);
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    struct bytes packed;
    uint64_t leaf, now_ms = world->network.now.wall_ms;
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_SENT;
    entry.sent = sent;
    struct store_txn *txn = scratch_store_write(scratch);
    REQUIRE(journal_append(journal, txn, &entry, now_ms, arena, &leaf) == OK);
    REQUIRE(journal_seal(journal, txn, now_ms) == OK);
    scratch_store_commit(txn);
    journal_committed(journal);
    AUTO(store_txn) struct store_txn *reading = scratch_store_read(scratch);
    REQUIRE(journal_envelope(reading, leaf, arena, &packed) == OK);
    return packed;
}

/* ---- sending ---- */

/* Say it on a new connection; the rogue hears no answer. */
static void
send_frames(struct world *world, size_t from, size_t to, Yidi__LinkFrame *frame,
            struct bytes second, const struct bytes *attachments, size_t attachment_count)
{
    AUTO(arena) struct arena arena;
    struct bytes frames[LINK_FRAMES_MAX];
    size_t count = 0;
    arena_init(&arena);
    frames[count++] = wire_encode(&frame->base, &arena);
    if (second.size > 0)
        frames[count++] = second;
    for (size_t i = 0; i < attachment_count; i++)
        frames[count++] = attachments[i];
    (void)fake_wires_send(&world->network.wires, from, to, frames, count);
}

static void
send_message(struct world *world, size_t from, size_t to, Yidi__Message *message,
             const struct bytes *attachments, size_t attachment_count)
{
    AUTO(arena) struct arena arena;
    struct digest digests[ATTACHMENTS_MAX];
    ProtobufCBinaryData listed[ATTACHMENTS_MAX];
    Yidi__Sent sent = YIDI__SENT__INIT;
    Yidi__Data data = YIDI__DATA__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    arena_init(&arena);
    for (size_t i = 0; i < attachment_count; i++) {
        signature_digest_one(attachments[i], &digests[i]);
        listed[i] = (ProtobufCBinaryData){ .data = digests[i].bytes, .len = DIGEST_BYTES };
    }
    sent.to = (char *)(uintptr_t)world_code(world, to);
    sent.sequence = world->ledger.streams[from][to].taken + 1;
    sent.message = message;
    sent.attachments = listed;
    sent.n_attachments = attachment_count;
    data.sequence = sent.sequence;
    data.attachments = (uint32_t)attachment_count;
    frame.body_case = YIDI__LINK_FRAME__BODY_DATA;
    frame.data = &data;
    world->verdict->tally.forgeries++;
    trace(world, (int)from, "forges %s for %s about %s",
          trace_message_name((int)message->body_case), world->network.offices[to].name,
          message->case_number);
    fake_wires_disconnect(&world->network.wires, from, to);
    if (fake_wires_connect(&world->network.wires, from, to) == OK)
        send_frames(world, from, to, &frame, seal(world, from, &sent, &arena), attachments,
                    attachment_count);
}

/* ---- forging ---- */

static void
new_case_number(struct world *world, size_t window, char ret_number[CASE_NUMBER_CHARS + 1])
{
    uint32_t today = civil_date_of_ms(world->network.now.wall_ms);
    REQUIRE(case_number_format(world_code(world, window), today, ++world->rogue.serial,
                               ret_number) == OK);
}

struct forged_application {
    Yidi__ApplicationSubmitted body;
    Yidi__ApplicationForm form;
    Yidi__Fingerprint fingerprints[2];
    Yidi__Fingerprint *fingerprint_list[2];
    struct digest digests[ATTACHMENTS_MAX];
    struct bytes frames[ATTACHMENTS_MAX];
    size_t frame_count;
};

/* A citizen's form in every detail, as the citizen never filled it in. */
static void
forge_application(struct world *world, unsigned citizen_index, size_t centre,
                  struct forged_application *forged)
{
    struct made_application *application = &world->people.applications[0];
    struct made_citizen citizen;
    people_citizen(world, citizen_index, &citizen);
    application_set_citizen(application, &citizen);
    application_set_kind(application, YIDI__APPLICATION_KIND__REPLACEMENT);
    forged->frame_count = application_frames(application, forged->frames);
    for (size_t i = 0; i < forged->frame_count; i++)
        signature_digest_one(forged->frames[i], &forged->digests[i]);
    forged->form = application->form;
    forged->form.photo_digest =
        (ProtobufCBinaryData){ .data = forged->digests[0].bytes, .len = DIGEST_BYTES };
    forged->form.fingerprints = forged->fingerprint_list;
    for (size_t i = 0; i < forged->form.n_fingerprints; i++) {
        forged->fingerprints[i] = *application->form.fingerprints[i];
        forged->fingerprints[i].digest =
            (ProtobufCBinaryData){ .data = forged->digests[1 + i].bytes, .len = DIGEST_BYTES };
        forged->fingerprint_list[i] = &forged->fingerprints[i];
    }
    yidi__application_submitted__init(&forged->body);
    forged->body.form = &forged->form;
    forged->body.production_office = (char *)(uintptr_t)world_code(world, centre);
    forged->body.accepted_ms = world->network.now.wall_ms;
}

static void
fill_submitted(Yidi__Message *message, struct forged_application *forged, char *number)
{
    yidi__message__init(message);
    message->case_number = number;
    message->body_case = YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED;
    message->application_submitted = &forged->body;
}

/* To a registry that does not know the citizen. */
static void
apply_at_the_wrong_registry(struct world *world)
{
    struct forged_application forged;
    char number[CASE_NUMBER_CHARS + 1];
    Yidi__Message message;
    unsigned citizen = (unsigned)dice_roll(&world->rogue.dice, PEOPLE_CITIZENS);
    forge_application(world, citizen, CENTRE_A, &forged);
    new_case_number(world, ROGUE_WINDOW, number);
    fill_submitted(&message, &forged, number);
    send_message(world, ROGUE_WINDOW, citizen % 2 == 0 ? REGISTRY_B : REGISTRY_A, &message,
                 forged.frames, forged.frame_count);
}

/* Under a number that another window would give. */
static void
apply_in_another_name(struct world *world)
{
    struct forged_application forged;
    char number[CASE_NUMBER_CHARS + 1];
    Yidi__Message message;
    unsigned citizen = (unsigned)dice_roll(&world->rogue.dice, PEOPLE_CITIZENS);
    forge_application(world, citizen, CENTRE_A, &forged);
    new_case_number(world, WINDOW_B, number);
    fill_submitted(&message, &forged, number);
    send_message(world, ROGUE_WINDOW, citizen % 2 == 0 ? REGISTRY_A : REGISTRY_B, &message,
                 forged.frames, forged.frame_count);
}

static void
order(struct world *world, size_t acceptance, char *number, struct bytes envelope,
      const struct forged_application *forged)
{
    Yidi__Message message = YIDI__MESSAGE__INIT;
    Yidi__CardOrdered ordered = YIDI__CARD_ORDERED__INIT;
    ordered.application_envelope =
        (ProtobufCBinaryData){ .data = (uint8_t *)(uintptr_t)envelope.data, .len = envelope.size };
    ordered.acceptance_office = (char *)(uintptr_t)world_code(world, acceptance);
    ordered.issuing_authority = "市公安局分局";
    ordered.valid_from = 20260302;
    ordered.valid_until = 20460302;
    ordered.statutory_deadline_ms = world->network.now.wall_ms + 1000;
    message.case_number = number;
    message.body_case = YIDI__MESSAGE__BODY_CARD_ORDERED;
    message.card_ordered = &ordered;
    send_message(world, ROGUE_REGISTRY, CENTRE_A, &message, forged->frames, forged->frame_count);
}

/* Window and registry together, for a citizen of another county. */
static void
order_for_a_stranger(struct world *world)
{
    AUTO(arena) struct arena arena;
    struct forged_application forged;
    char number[CASE_NUMBER_CHARS + 1];
    Yidi__Message message;
    Yidi__Sent sent = YIDI__SENT__INIT;
    ProtobufCBinaryData listed[ATTACHMENTS_MAX];
    arena_init(&arena);
    forge_application(world, 0, CENTRE_A, &forged);
    new_case_number(world, ROGUE_WINDOW, number);
    fill_submitted(&message, &forged, number);
    for (size_t i = 0; i < forged.frame_count; i++)
        listed[i] = (ProtobufCBinaryData){ .data = forged.digests[i].bytes, .len = DIGEST_BYTES };
    sent.to = (char *)(uintptr_t)world_code(world, ROGUE_REGISTRY);
    sent.sequence = world->rogue.serial;
    sent.message = &message;
    sent.attachments = listed;
    sent.n_attachments = forged.frame_count;
    order(world, ROGUE_WINDOW, number, seal(world, ROGUE_WINDOW, &sent, &arena), &forged);
}

/* With an honest window's application to another registry. */
static void
order_with_a_stolen_application(struct world *world)
{
    struct rogue *rogue = &world->rogue;
    struct forged_application forged;
    if (rogue->stolen_bytes == 0)
        return;
    forge_application(world, 0, CENTRE_A, &forged); /* for its photo */
    order(world, WINDOW_A, rogue->stolen_case, bytes_of(rogue->stolen, rogue->stolen_bytes),
          &forged);
}

/* News about a case of other offices. */
static void
tell_lies(struct world *world)
{
    static Yidi__RefusalReason reasons[] = { YIDI__REFUSAL_REASON__BAD_CREDIT_RECORD };
    const struct people *people = &world->people;
    if (people->wish_count == 0)
        return;
    const struct wish *wish = &people->wishes[dice_roll(&world->rogue.dice, people->wish_count)];
    Yidi__Message message = YIDI__MESSAGE__INIT;
    Yidi__ApplicationRefused refused = YIDI__APPLICATION_REFUSED__INIT;
    Yidi__CardCollected collected = YIDI__CARD_COLLECTED__INIT;
    if (wish->case_number[0] == '\0')
        return;
    message.case_number = (char *)(uintptr_t)wish->case_number;
    if (dice_chance(&world->rogue.dice, 50)) {
        refused.reasons = reasons;
        refused.n_reasons = 1;
        refused.text = refused.contact = "nobody";
        message.body_case = YIDI__MESSAGE__BODY_APPLICATION_REFUSED;
        message.application_refused = &refused;
        send_message(world, ROGUE_REGISTRY, wish->window, &message, NULL, 0);
    } else {
        collected.card_serial = "NONE";
        collected.old_card_surrendered = true;
        message.body_case = YIDI__MESSAGE__BODY_CARD_COLLECTED;
        message.card_collected = &collected;
        send_message(world, ROGUE_WINDOW, wish->citizen % 2 == 0 ? REGISTRY_A : REGISTRY_B,
                     &message, NULL, 0);
    }
}

/* ---- living ---- */

void
rogue_begin(struct world *world)
{
    struct rogue *rogue = &world->rogue;
    rogue->dice = dice_of(world->seed, "rogue");
    rogue->active = dice_chance(&rogue->dice, 40);
    rogue->serial = 0;
    rogue->stolen_bytes = 0;
    open_journal(world, ROGUE_WINDOW);
    open_journal(world, ROGUE_REGISTRY);
}

void
rogue_act(struct world *world)
{
    static void (*const ways[])(struct world *) = { apply_at_the_wrong_registry,
                                                    apply_in_another_name, order_for_a_stranger,
                                                    order_with_a_stolen_application, tell_lies };
    struct rogue *rogue = &world->rogue;
    if (rogue->active && dice_chance(&rogue->dice, 5))
        ways[dice_roll(&rogue->dice, sizeof ways / sizeof *ways)](world);
}

void
rogue_see(struct world *world, const struct fake_packet *packet)
{
    struct rogue *rogue = &world->rogue;
    if (packet->from != WINDOW_A || packet->frame_count < 3 || rogue->stolen_bytes != 0 ||
        packet->frames[1].size > sizeof rogue->stolen)
        return;
    AUTO(arena) struct arena arena;
    struct envelope envelope;
    arena_init(&arena);
    if (envelope_verify(&world->verifier, packet->frames[1], &arena, &envelope, NULL) != OK)
        return;
    memcpy(rogue->stolen, packet->frames[1].data, packet->frames[1].size);
    rogue->stolen_bytes = packet->frames[1].size;
    snprintf(rogue->stolen_case, sizeof rogue->stolen_case, "%s",
             envelope.entry->sent->message->case_number);
}
