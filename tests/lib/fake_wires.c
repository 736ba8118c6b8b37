/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/fake_wires.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/core/arena.h"
#include "common/io/wire.h"
#include "proto/link.pb-c.h"

void
fake_wires_init(struct fake_wires *wires, uint64_t seed)
{
    memset(wires, 0, sizeof *wires);
    wires->random = seed;
}

void
fake_packet_free(struct fake_packet *packet)
{
    for (size_t i = 0; packet != NULL && i < packet->frame_count; i++)
        free((void *)(uintptr_t)packet->frames[i].data);
    free(packet);
}

void
fake_wires_fini(struct fake_wires *wires)
{
    while (wires->first != NULL) {
        struct fake_packet *packet = wires->first;
        wires->first = packet->next;
        fake_packet_free(packet);
    }
}

/* ---- the trace ---- */

static void
trace(struct fake_wires *wires, const char *words, ...)
{
    size_t room = sizeof wires->trace - wires->trace_size;
    va_list arguments;
    va_start(arguments, words);
    int size = vsnprintf(wires->trace + wires->trace_size, room, words, arguments);
    va_end(arguments);
    if (size > 0 && (size_t)size < room)
        wires->trace_size += (size_t)size;
    wires->trace[wires->trace_size] = '\0'; /* a full trace just ends */
}

static void
trace_frame(struct fake_wires *wires, const struct fake_packet *packet)
{
    AUTO(arena) struct arena arena;
    ProtobufCMessage *message;
    const char *from = wires->names[packet->from], *to = wires->names[packet->to];
    arena_init(&arena);
    if (wire_decode(&yidi__link_frame__descriptor, packet->frames[0], &arena, &message, NULL) !=
        OK) {
        trace(wires, "%s > %s: nonsense\n", from, to);
        return;
    }
    const Yidi__LinkFrame *frame = (const Yidi__LinkFrame *)message;
    if (frame->body_case == YIDI__LINK_FRAME__BODY_HELLO)
        trace(wires, "%s > %s: hello %" PRIu64 "\n", from, to, frame->hello->assigned);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_WELCOME)
        trace(wires, "%s > %s: welcome %" PRIu64 "\n", from, to, frame->welcome->next);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_DATA)
        trace(wires, "%s > %s: data %" PRIu64 "\n", from, to, frame->data->sequence);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_ACK)
        trace(wires, "%s > %s: ack %" PRIu64 "\n", from, to, frame->ack->sequence);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_PING)
        trace(wires, "%s > %s: ping\n", from, to);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_REFUSE)
        trace(wires, "%s > %s: refuse %s\n", from, to, frame->refuse->code);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_PROOF_ASK)
        trace(wires, "%s > %s: prove %" PRIu64 " in %" PRIu64 "\n", from, to,
              frame->proof_ask->old_size, frame->proof_ask->size);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_PROOF)
        trace(wires, "%s > %s: proof %" PRIu64 " in %" PRIu64 "\n", from, to,
              frame->proof->old_size, frame->proof->size);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_ASK)
        trace(wires, "%s > %s: ask\n", from, to);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_WITNESSED)
        trace(wires, "%s > %s: witnessed %" PRIu64 " of %" PRIu64 "\n", from, to,
              frame->witnessed->applied, frame->witnessed->assigned);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_HISTORY_ASK)
        trace(wires, "%s > %s: history ask %s %" PRIu64 "\n", from, to,
              frame->history_ask->mine ? "mine" : "yours", frame->history_ask->sequence);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_HISTORY_ITEM)
        trace(wires, "%s > %s: history %s %" PRIu64 "\n", from, to,
              frame->history_item->mine ? "yours" : "mine", frame->history_item->sequence);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_QUERY_ELIGIBILITY)
        trace(wires, "%s > %s: question\n", from, to);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_ANSWER_ELIGIBILITY)
        trace(wires, "%s > %s: answer %s\n", from, to, frame->answer_eligibility->code);
    else
        trace(wires, "%s > %s: directory\n", from, to);
}

/* ---- packets ---- */

uint64_t
fake_wires_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static bool
strikes(struct fake_wires *wires, unsigned percent)
{
    return percent > 0 && fake_wires_random(&wires->random) % 100 < percent;
}

static struct fake_packet *
copy_packet(const struct fake_packet *packet)
{
    struct fake_packet *copy = malloc(sizeof *copy);
    assert_non_null(copy);
    *copy = *packet;
    copy->next = NULL;
    for (size_t i = 0; i < packet->frame_count; i++) {
        uint8_t *data = malloc(packet->frames[i].size + 1);
        assert_non_null(data);
        if (packet->frames[i].size > 0) /* an attachment that was erased is an empty frame */
            memcpy(data, packet->frames[i].data, packet->frames[i].size);
        copy->frames[i] = bytes_of(data, packet->frames[i].size);
    }
    return copy;
}

/* A connection keeps the order: not before what was sent on it before. */
static uint64_t
arrival_ms(struct fake_wires *wires, const struct fake_packet *packet)
{
    uint64_t due_ms = wires->now_ms;
    if (wires->faults.delay_ms_max > 0)
        due_ms += fake_wires_random(&wires->random) % (wires->faults.delay_ms_max + 1);
    for (const struct fake_packet *other = wires->first; other != NULL; other = other->next)
        if (other->connection == packet->connection && other->to == packet->to &&
            other->due_ms > due_ms)
            due_ms = other->due_ms;
    return due_ms;
}

/* Behind all others, or in front of the last one. */
static void
enqueue(struct fake_wires *wires, const struct fake_packet *packet, bool swapped)
{
    struct fake_packet **place = &wires->first;
    struct fake_packet *copy = copy_packet(packet);
    copy->due_ms = arrival_ms(wires, packet);
    while (*place != NULL && !(swapped && (*place)->next == NULL))
        place = &(*place)->next;
    if (*place != NULL && (*place)->due_ms < copy->due_ms)
        copy->due_ms = (*place)->due_ms;
    copy->next = *place;
    *place = copy;
}

static void
carry(struct fake_wires *wires, const struct fake_packet *packet)
{
    wires->packet_count++;
    if (!wires->untraced)
        trace_frame(wires, packet);
    if (wires->watch != NULL)
        wires->watch(wires->watch_context, packet);
    if (wires->cut[packet->from][packet->to] || strikes(wires, wires->faults.lose_percent))
        return;
    enqueue(wires, packet, strikes(wires, wires->faults.swap_percent));
    if (strikes(wires, wires->faults.repeat_percent))
        enqueue(wires, packet, false);
}

/* On a connection, or to an office. */
static void
forget_packets(struct fake_wires *wires, uint64_t connection, size_t to)
{
    struct fake_packet **place = &wires->first;
    while (*place != NULL) {
        struct fake_packet *packet = *place;
        if (packet->connection != connection && packet->to != to) {
            place = &packet->next;
            continue;
        }
        *place = packet->next;
        fake_packet_free(packet);
    }
}

struct fake_packet *
fake_wires_take(struct fake_wires *wires, size_t office)
{
    for (struct fake_packet **place = &wires->first; *place != NULL; place = &(*place)->next)
        if ((*place)->to == office && (*place)->due_ms <= wires->now_ms) {
            struct fake_packet *packet = *place;
            *place = packet->next;
            packet->next = NULL;
            return packet;
        }
    return NULL;
}

/* ---- connections ---- */

static void
tell_lost(struct fake_wires *wires, size_t from, size_t to)
{
    const struct fake_packet lost = {
        .from = to, .to = from, .side = LINK_LOST, .connection = wires->connections[from][to]
    };
    enqueue(wires, &lost, false);
}

enum result
fake_wires_connect(struct fake_wires *wires, size_t from, size_t to)
{
    if (wires->connections[from][to] != 0)
        return ERR_FULL;
    wires->connections[from][to] = ++wires->connection_count;
    if (!wires->up[to])
        tell_lost(wires, from, to);
    return OK;
}

void
fake_wires_disconnect(struct fake_wires *wires, size_t from, size_t to)
{
    if (wires->connections[from][to] == 0)
        return;
    forget_packets(wires, wires->connections[from][to], FAKE_WIRES_OFFICES_MAX);
    wires->connections[from][to] = 0;
}

static void
fill_frames(struct fake_packet *packet, const struct bytes *frames, size_t frame_count)
{
    assert_in_range(frame_count, 1, LINK_FRAMES_MAX);
    memcpy(packet->frames, frames, frame_count * sizeof *frames);
    packet->frame_count = frame_count;
}

enum result
fake_wires_send(struct fake_wires *wires, size_t from, size_t to, const struct bytes *frames,
                size_t frame_count)
{
    struct fake_packet packet = {
        .from = from, .to = to, .side = LINK_INBOUND, .connection = wires->connections[from][to]
    };
    if (packet.connection == 0)
        return ERR_ABSENT;
    if (strikes(wires, wires->faults.full_percent))
        return ERR_FULL;
    fill_frames(&packet, frames, frame_count);
    if (wires->up[to])
        carry(wires, &packet);
    return OK;
}

/* A route is the connection's number. */
enum result
fake_wires_reply(struct fake_wires *wires, size_t from, const struct link_route *route,
                 const struct bytes *frames, size_t frame_count)
{
    assert_int_equal(route->size, 8);
    struct fake_packet packet = { .from = from,
                                  .side = LINK_OUTBOUND,
                                  .connection = bytes_get_u64(route->bytes) };
    while (packet.to < FAKE_WIRES_OFFICES_MAX &&
           wires->connections[packet.to][from] != packet.connection)
        packet.to++;
    if (packet.to == FAKE_WIRES_OFFICES_MAX)
        return ERR_ABSENT;
    if (strikes(wires, wires->faults.full_percent))
        return ERR_FULL;
    fill_frames(&packet, frames, frame_count);
    carry(wires, &packet);
    return OK;
}

void
fake_wires_raise(struct fake_wires *wires, size_t office)
{
    wires->up[office] = true;
}

/* What it had sent is on its way and arrives; what was meant for it does not. */
void
fake_wires_drop(struct fake_wires *wires, size_t office)
{
    wires->up[office] = false;
    forget_packets(wires, 0, office);
    for (size_t other = 0; other < FAKE_WIRES_OFFICES_MAX; other++) {
        wires->connections[office][other] = 0;
        if (wires->connections[other][office] != 0)
            tell_lost(wires, other, office);
    }
}

/* ---- as the recipient sees it ---- */

void
fake_packet_show(const struct fake_packet *packet, const uint8_t *from_key, const char *code,
                 struct link_message *ret_message)
{
    *ret_message =
        (struct link_message){ .side = packet->side, .frame_count = packet->frame_count };
    memcpy(ret_message->frames, packet->frames, packet->frame_count * sizeof *packet->frames);
    if (packet->side == LINK_INBOUND) {
        memcpy(ret_message->key, from_key, TRANSPORT_KEY_BYTES);
        bytes_put_u64(ret_message->route.bytes, packet->connection);
        ret_message->route.size = 8;
    } else {
        memcpy(ret_message->office, code, OFFICE_CODE_CHARS);
    }
}
