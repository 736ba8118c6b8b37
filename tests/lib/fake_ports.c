/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/fake_ports.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/io/wire.h"

/* Count a call to the world outside; false when the office has died before it. */
static bool
port_lives(struct fake_office *office)
{
    office->port_calls++;
    if (office->crash_at != 0 && office->port_calls >= office->crash_at)
        office->dying = true;
    return !office->dying;
}

static size_t
find_number(const struct fake_network *network, const char *code)
{
    for (size_t i = 0; i < network->count; i++)
        if (strcmp(network->roster.offices[i].entry.code, code) == 0)
            return i;
    fail_msg("no office %s", code);
    return 0;
}

static enum result
connect_peer(void *context, const Yidi__Office *peer)
{
    struct fake_office *office = context;
    size_t to = find_number(office->network, peer->code);
    return port_lives(office) ? fake_wires_connect(&office->network->wires, office->number, to)
                              : OK;
}

static void
disconnect_peer(void *context, const char *code)
{
    struct fake_office *office = context;
    if (port_lives(office))
        fake_wires_disconnect(&office->network->wires, office->number,
                              find_number(office->network, code));
}

static enum result
send_frames(void *context, const char *code, const struct bytes *frames, size_t frame_count)
{
    struct fake_office *office = context;
    size_t to = find_number(office->network, code);
    return port_lives(office)
               ? fake_wires_send(&office->network->wires, office->number, to, frames, frame_count)
               : OK;
}

static enum result
reply_frames(void *context, const struct link_route *route, const struct bytes *frames,
             size_t frame_count)
{
    struct fake_office *office = context;
    return port_lives(office) ? fake_wires_reply(&office->network->wires, office->number, route,
                                                 frames, frame_count)
                              : OK;
}

static enum result
answer_client(void *context, const struct link_route *client, const struct bytes *frames,
              size_t frame_count)
{
    struct fake_office *office = context;
    struct fake_answer *answer = &office->network->answer;
    ProtobufCMessage *message;
    struct refusal refusal = { 0 };
    if (!port_lives(office))
        return OK;
    if (wire_decode(&yidi__response__descriptor, frames[0], &answer->arena, &message, &refusal) !=
        OK)
        fail_msg("an answer breaks the bound of %s: %s", refusal.field, refusal.rule);
    if (office->network->watch.answer != NULL)
        office->network->watch.answer(office->network->watch.context, office->number,
                                      (const Yidi__Response *)message);
    if (answer->wanted != 0 && answer->wanted != bytes_get_u64(client->bytes))
        return OK; /* one that waited */
    answer->given = true;
    answer->client = bytes_get_u64(client->bytes);
    answer->response = (const Yidi__Response *)message;
    answer->frame_count = frame_count - 1;
    return OK;
}

static enum result
spool_notification(void *context, const char *name, struct bytes text)
{
    struct fake_office *office = context;
    struct fake_network *network = office->network;
    size_t at = 0;
    if (!port_lives(office))
        return OK;
    if (office->spool_full)
        return ERR_IO;
    while (at < network->notification_count && strcmp(network->notifications[at].name, name) != 0)
        at++;
    assert_true(at < FAKE_NOTIFICATIONS_MAX);
    struct fake_notification *notification = &network->notifications[at];
    if (at == network->notification_count) {
        *notification = (struct fake_notification){ .office = office->number };
        snprintf(notification->name, sizeof notification->name, "%s", name);
        network->notification_count++;
    }
    free(notification->text);
    notification->text = strndup((const char *)text.data, text.size);
    notification->times++;
    return OK;
}

void
fake_ports_set_directory(struct fake_office *office, struct bytes signed_bytes)
{
    uint8_t *copy = malloc(signed_bytes.size);
    assert_non_null(copy);
    memcpy(copy, signed_bytes.data, signed_bytes.size);
    free((void *)(uintptr_t)office->directory.data);
    office->directory = bytes_of(copy, signed_bytes.size);
}

static uint64_t
draw(void *context)
{
    struct fake_office *office = context;
    return fake_wires_random(&office->network->random);
}

static enum result
keep_directory(void *context, struct bytes signed_bytes)
{
    struct fake_office *office = context;
    if (port_lives(office))
        fake_ports_set_directory(office, signed_bytes);
    return OK;
}

struct office_ports
fake_ports_of(struct fake_office *office)
{
    return (struct office_ports){ .context = office,
                                  .connect = connect_peer,
                                  .disconnect = disconnect_peer,
                                  .send = send_frames,
                                  .reply = reply_frames,
                                  .answer = answer_client,
                                  .notify = spool_notification,
                                  .random = draw,
                                  .keep_directory = keep_directory };
}
