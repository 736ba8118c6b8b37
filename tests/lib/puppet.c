/* SPDX-License-Identifier: Apache-2.0
 *
 * The puppet's connections: what it takes and says. Its envelopes are made in puppet_envelope.c.
 */
#include "tests/lib/puppet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "common/io/wire.h"

enum { PAUSE_MS = 2, PROTOCOL = 1, WINDOW = 512 };

static uint64_t
monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool
allow_everybody(void *context, const uint8_t key[TRANSPORT_KEY_BYTES])
{
    (void)context;
    (void)key;
    return true;
}

void
puppet_open(struct puppet *puppet, struct network_office *office)
{
    char path[NETWORK_PATH_BYTES];
    struct refusal refusal = { 0 };
    struct link_options options = { .endpoint = office->endpoint, .allow = allow_everybody };
    *puppet = (struct puppet){ .office = office, .frontier = { .hash = signature_digest } };
    arena_init(&puppet->arena);
    assert_int_equal(transport_key_load(network_path(office, "transport.key", path),
                                        options.public_key, options.secret_key, NULL),
                     OK);
    if (link_open(&options, &puppet->link, &refusal) != OK)
        fail_msg("%s", refusal.rule);
    puppet->directory_version = office->network->directory_version;
}

void
puppet_close(struct puppet *puppet)
{
    if (puppet->link == NULL)
        return;
    link_close(puppet->link);
    arena_fini(&puppet->arena);
    *puppet = (struct puppet){ 0 };
}

/* ---- what comes ---- */

static size_t
index_of_code(const struct puppet *puppet, const char *code)
{
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++)
        if (strcmp(puppet->office->network->offices[i].code, code) == 0)
            return i;
    fail_msg("no office %s", code);
    return 0;
}

static size_t
index_of(const struct network_office *office)
{
    return (size_t)(office - office->network->offices);
}

static size_t
index_of_key(const struct puppet *puppet, const uint8_t key[TRANSPORT_KEY_BYTES])
{
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++)
        if (memcmp(puppet->office->network->offices[i].transport_key, key, TRANSPORT_KEY_BYTES) ==
            0)
            return i;
    fail_msg("a key of no office connected");
    return 0;
}

void
puppet_reply(struct puppet *puppet, const struct link_route *route, Yidi__LinkFrame *frame,
             const struct bytes *frames, size_t frame_count)
{
    struct bytes list[LINK_FRAMES_MAX] = { wire_encode(&frame->base, &puppet->arena) };
    assert_true(frame_count < LINK_FRAMES_MAX);
    for (size_t i = 0; i < frame_count; i++)
        list[1 + i] = frames[i];
    (void)!link_reply(puppet->link, route, list, 1 + frame_count);
}

static void
reply(struct puppet *puppet, const struct link_message *message, Yidi__LinkFrame *frame)
{
    puppet_reply(puppet, &message->route, frame, NULL, 0);
}

static uint32_t
credit(const struct puppet *puppet)
{
    return puppet->window_messages == 0 ? WINDOW : puppet->window_messages;
}

static void
reply_welcome(struct puppet *puppet, const struct link_message *message, size_t from)
{
    Yidi__Welcome welcome = YIDI__WELCOME__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    welcome.protocol = PROTOCOL;
    welcome.office = (char *)puppet->office->code;
    welcome.next = puppet->applied[from] + 1 + puppet->welcome_ahead;
    welcome.window_messages = credit(puppet);
    welcome.window_bytes = WINDOW_BYTES;
    welcome.directory_version = puppet->directory_version;
    welcome.head = puppet->heads[from] == NULL ? "" : (char *)(uintptr_t)puppet->heads[from];
    frame.body_case = YIDI__LINK_FRAME__BODY_WELCOME;
    frame.welcome = &welcome;
    reply(puppet, message, &frame);
}

static void
reply_ack(struct puppet *puppet, const struct link_message *message, size_t from)
{
    Yidi__Ack ack = YIDI__ACK__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    if (puppet->silent)
        return;
    ack.sequence = puppet->applied[from] + puppet->claim_ahead;
    ack.window_messages = credit(puppet);
    ack.window_bytes = WINDOW_BYTES;
    frame.body_case = YIDI__LINK_FRAME__BODY_ACK;
    frame.ack = &ack;
    reply(puppet, message, &frame);
}

/* Keep a message; what the envelope proves is the real offices' own tests' business. */
static void
keep_message(struct puppet *puppet, const struct link_message *message, size_t from)
{
    struct puppet_message *kept = &puppet->messages[puppet->message_count];
    ProtobufCMessage *decoded;
    assert_true(puppet->message_count < PUPPET_MESSAGES_MAX && message->frame_count >= 2);
    kept->packed = arena_copy(&puppet->arena, message->frames[1]);
    assert_int_equal(
        wire_decode(&yidi__envelope__descriptor, kept->packed, &puppet->arena, &decoded, NULL), OK);
    const Yidi__Envelope *envelope = (const Yidi__Envelope *)decoded;
    assert_int_equal(wire_decode(&yidi__journal_entry__descriptor,
                                 bytes_of(envelope->entry.data, envelope->entry.len),
                                 &puppet->arena, &decoded, NULL),
                     OK);
    const Yidi__Sent *sent = ((const Yidi__JournalEntry *)decoded)->sent;
    puppet->heads[from] = envelope->head;
    kept->from = puppet->office->network->offices[from].code;
    kept->sequence = sent->sequence;
    kept->message = sent->message;
    for (size_t i = 2; i < message->frame_count; i++)
        kept->frames[kept->frame_count++] = arena_copy(&puppet->arena, message->frames[i]);
    puppet->message_count++;
}

static void
take_inbound(struct puppet *puppet, const struct link_message *message,
             const Yidi__LinkFrame *frame)
{
    size_t from = index_of_key(puppet, message->key);
    if (frame->body_case == YIDI__LINK_FRAME__BODY_HELLO) {
        puppet->hello_count++;
        reply_welcome(puppet, message, from);
    } else if (frame->body_case == YIDI__LINK_FRAME__BODY_PING) {
        if (!puppet->silent)
            reply_welcome(puppet, message, from);
    } else if (frame->body_case == YIDI__LINK_FRAME__BODY_DATA) {
        puppet->data_count++;
        if (frame->data->sequence == puppet->applied[from] + 1) {
            keep_message(puppet, message, from);
            puppet->applied[from]++;
        }
        reply_ack(puppet, message, from);
    } else if (frame->body_case == YIDI__LINK_FRAME__BODY_DIRECTORY) {
        puppet->directory = arena_copy(&puppet->arena, message->frames[1]);
    } else if (puppet->asked != NULL) {
        puppet->asked(puppet, (enum network_place)from, &message->route, frame);
    }
}

static void
answer_question(struct puppet *puppet, const char *office, const Yidi__ProofAsk *ask)
{
    Yidi__Proof proof = YIDI__PROOF__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    puppet_fill_proof(puppet, ask, &proof);
    frame.body_case = YIDI__LINK_FRAME__BODY_PROOF;
    frame.proof = &proof;
    struct bytes packed = wire_encode(&frame.base, &puppet->arena);
    (void)!link_send(puppet->link, office, &packed, 1);
    puppet->proof_count++;
}

static void
take_outbound(struct puppet *puppet, const struct link_message *message,
              const Yidi__LinkFrame *frame)
{
    size_t from = index_of_code(puppet, message->office);
    if (frame->body_case == YIDI__LINK_FRAME__BODY_WELCOME)
        puppet->welcome_next[from] = frame->welcome->next;
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_ACK)
        puppet->acknowledged[from] = frame->ack->sequence;
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_REFUSE)
        snprintf(puppet->refused[from], sizeof puppet->refused[from], "%s", frame->refuse->code);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_DIRECTORY)
        puppet->directory = arena_copy(&puppet->arena, message->frames[1]);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_PROOF_ASK)
        answer_question(puppet, message->office, frame->proof_ask);
}

static void
take(struct puppet *puppet, const struct link_message *message)
{
    ProtobufCMessage *decoded;
    if (message->side == LINK_LOST) {
        puppet->lost_count++;
        link_disconnect(puppet->link, message->office);
        return;
    }
    struct bytes first = arena_copy(&puppet->arena, message->frames[0]);
    assert_int_equal(
        wire_decode(&yidi__link_frame__descriptor, first, &puppet->arena, &decoded, NULL), OK);
    if (message->side == LINK_INBOUND)
        take_inbound(puppet, message, (const Yidi__LinkFrame *)decoded);
    else
        take_outbound(puppet, message, (const Yidi__LinkFrame *)decoded);
}

static void
pump_once(struct puppet *puppet)
{
    struct link_message message;
    const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
    if (link_receive(puppet->link, &message) != OK) {
        nanosleep(&pause, NULL);
        return;
    }
    take(puppet, &message);
    link_message_fini(&message);
}

void
puppet_pump(struct puppet *puppet, uint64_t time_ms)
{
    uint64_t end_ms = monotonic_ms() + time_ms;
    while (monotonic_ms() < end_ms)
        pump_once(puppet);
}

void
puppet_pump_until(struct puppet *puppet, const char *what,
                  bool (*holds)(struct puppet *puppet, const void *context), const void *context)
{
    uint64_t end_ms = monotonic_ms() + NETWORK_PATIENCE_MS;
    while (!holds(puppet, context)) {
        if (monotonic_ms() >= end_ms)
            fail_msg("in %d ms it did not happen that %s", NETWORK_PATIENCE_MS, what);
        pump_once(puppet);
    }
}

/* ---- what it says ---- */

void
puppet_connect(struct puppet *puppet, const struct network_office *victim)
{
    assert_int_equal(
        link_connect(puppet->link, victim->code, victim->endpoint, victim->transport_key), OK);
}

void
puppet_disconnect(struct puppet *puppet, const struct network_office *victim)
{
    link_disconnect(puppet->link, victim->code);
}

void
puppet_send_raw(struct puppet *puppet, const struct network_office *victim,
                const struct bytes *frames, size_t frame_count)
{
    assert_int_equal(link_send(puppet->link, victim->code, frames, frame_count), OK);
}

void
puppet_send_frame(struct puppet *puppet, const struct network_office *victim,
                  Yidi__LinkFrame *frame, struct bytes second)
{
    struct bytes frames[] = { wire_encode(&frame->base, &puppet->arena), second };
    puppet_send_raw(puppet, victim, frames, second.data == NULL ? 1 : 2);
}

void
puppet_send_hello(struct puppet *puppet, const struct network_office *victim,
                  const Yidi__Hello *hello)
{
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_HELLO;
    frame.hello = (Yidi__Hello *)hello;
    puppet_send_frame(puppet, victim, &frame, (struct bytes){ 0 });
}

static bool
is_welcomed(struct puppet *puppet, const void *context)
{
    return puppet->welcome_next[index_of(context)] > 0;
}

uint64_t
puppet_greet(struct puppet *puppet, const struct network_office *victim, uint64_t assigned)
{
    Yidi__Hello hello = YIDI__HELLO__INIT;
    hello.protocol = PROTOCOL;
    hello.office = (char *)puppet->office->code;
    hello.assigned = assigned;
    hello.directory_version = puppet->directory_version;
    hello.epoch = 1;
    puppet->welcome_next[index_of(victim)] = 0;
    puppet_connect(puppet, victim);
    puppet_send_hello(puppet, victim, &hello);
    puppet_pump_until(puppet, "the puppet is welcomed", is_welcomed, victim);
    return puppet->welcome_next[index_of(victim)];
}

void
puppet_send(struct puppet *puppet, const struct network_office *victim, uint64_t sequence,
            struct bytes envelope, const struct bytes *attachments, size_t attachment_count)
{
    Yidi__Data data = YIDI__DATA__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    struct bytes frames[LINK_FRAMES_MAX];
    data.sequence = sequence;
    data.attachments = (uint32_t)attachment_count;
    frame.body_case = YIDI__LINK_FRAME__BODY_DATA;
    frame.data = &data;
    frames[0] = wire_encode(&frame.base, &puppet->arena);
    frames[1] = envelope;
    for (size_t i = 0; i < attachment_count; i++)
        frames[2 + i] = attachments[i];
    puppet_send_raw(puppet, victim, frames, 2 + attachment_count);
}

struct awaited_ack {
    size_t from;
    uint64_t sequence;
};

static bool
is_acknowledged(struct puppet *puppet, const void *context)
{
    const struct awaited_ack *awaited = context;
    return puppet->acknowledged[awaited->from] >= awaited->sequence;
}

void
puppet_wait_for_acknowledgement(struct puppet *puppet, const struct network_office *victim,
                                uint64_t sequence)
{
    const struct awaited_ack awaited = { .from = index_of(victim), .sequence = sequence };
    puppet_pump_until(puppet, "the puppet's message is acknowledged", is_acknowledged, &awaited);
}

void
puppet_deliver(struct puppet *puppet, const struct network_office *victim, uint64_t sequence,
               struct bytes envelope, const struct bytes *attachments, size_t attachment_count)
{
    puppet_send(puppet, victim, sequence, envelope, attachments, attachment_count);
    puppet_wait_for_acknowledgement(puppet, victim, sequence);
}

struct awaited_message {
    Yidi__Message__BodyCase kind;
    const char *case_number;
};

static const struct puppet_message *
find_message(const struct puppet *puppet, const struct awaited_message *awaited)
{
    for (size_t i = puppet->message_count; i > 0; i--) {
        const struct puppet_message *message = &puppet->messages[i - 1];
        if (message->message->body_case == awaited->kind &&
            strcmp(message->message->case_number, awaited->case_number) == 0)
            return message;
    }
    return NULL;
}

static bool
has_message(struct puppet *puppet, const void *context)
{
    return find_message(puppet, context) != NULL;
}

const struct puppet_message *
puppet_wait_for_message(struct puppet *puppet, Yidi__Message__BodyCase kind,
                        const char *case_number)
{
    const struct awaited_message awaited = { .kind = kind, .case_number = case_number };
    puppet_pump_until(puppet, "a message comes to the puppet", has_message, &awaited);
    return find_message(puppet, &awaited);
}
