/* SPDX-License-Identifier: Apache-2.0
 *
 * daemon_ports - what an office asks of the world, done by its process.
 */
#include <sys/statvfs.h>

#include "common/io/daemon_parts.h"
#include "common/io/gate.h"
#include "common/io/log.h"
#include "common/io/signature.h"

static enum result
port_connect(void *context, const Yidi__Office *peer)
{
    struct daemon *daemon = context;
    return link_connect(daemon->link, peer->code, peer->endpoint, peer->transport_key.data);
}

static void
port_disconnect(void *context, const char *office)
{
    struct daemon *daemon = context;
    link_disconnect(daemon->link, office);
}

static enum result
port_send(void *context, const char *office, const struct bytes *frames, size_t frame_count)
{
    struct daemon *daemon = context;
    return link_send(daemon->link, office, frames, frame_count);
}

static enum result
port_reply(void *context, const struct link_route *route, const struct bytes *frames,
           size_t frame_count)
{
    struct daemon *daemon = context;
    return link_reply(daemon->link, route, frames, frame_count);
}

static enum result
port_answer(void *context, const struct link_route *client, const struct bytes *frames,
            size_t frame_count)
{
    struct daemon *daemon = context;
    return control_server_reply(daemon->control, client, frames, frame_count);
}

static enum result
port_notify(void *context, const char *name, struct bytes text)
{
    struct daemon *daemon = context;
    enum result result = spool_write(daemon->spool, name, text);
    if (result == OK && spool_hook(daemon->spool, name) == ERR_FULL)
        log_line(LOG_WARNING, "hook_busy", "file=%s", name);
    return result;
}

static uint64_t
port_dropped(void *context)
{
    const struct daemon *daemon = context;
    return link_dropped_count(daemon->link) + link_refused_count(daemon->link) +
           gate_turned_away_count();
}

static uint64_t
port_free_bytes(void *context)
{
    const struct daemon *daemon = context;
    struct statvfs disk;
    if (statvfs(daemon->options.data, &disk) != 0)
        return ADMISSION_FREE_UNKNOWN;
    return (uint64_t)disk.f_bavail * disk.f_frsize;
}

static uint64_t
port_random(void *context)
{
    uint64_t random;
    (void)context;
    signature_random(&random, sizeof random);
    return random;
}

static enum result
port_keep_directory(void *context, struct bytes signed_bytes)
{
    struct daemon *daemon = context;
    return daemon_files_keep_directory(&daemon->options, signed_bytes);
}

struct office_ports
daemon_ports(struct daemon *daemon)
{
    return (struct office_ports){ .context = daemon,
                                  .connect = port_connect,
                                  .disconnect = port_disconnect,
                                  .send = port_send,
                                  .reply = port_reply,
                                  .answer = port_answer,
                                  .notify = port_notify,
                                  .dropped = port_dropped,
                                  .free_bytes = port_free_bytes,
                                  .random = port_random,
                                  .keep_directory = port_keep_directory };
}
