/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/flooder.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "common/io/link.h"
#include "common/io/wire.h"
#include "proto/link.pb-c.h"
#include "tests/bench/bench.h"

enum { PAUSE_MS = 2, KINDS = 3, ENVELOPE_BYTES = 1000 };

struct flooder {
    const struct network_office *victim;
    struct link *link;
    struct arena arena;
    struct bytes frames[KINDS][2];
    size_t frame_counts[KINDS];
    uint64_t frames_per_second;
    uint64_t sent_count;
    atomic_bool stopping;
    pthread_t thread;
};

static bool
allow_all(void *context, const uint8_t key[TRANSPORT_KEY_BYTES])
{
    (void)context;
    (void)key;
    return true;
}

static void
open_connection(struct flooder *flooder, const struct network_office *as)
{
    char path[NETWORK_PATH_BYTES];
    struct refusal refusal = { 0 };
    struct link_options options = { .endpoint = as->endpoint, .allow = allow_all };
    if (transport_key_load(network_path(as, "transport.key", path), options.public_key,
                           options.secret_key, &refusal) != OK ||
        link_open(&options, &flooder->link, &refusal) != OK ||
        link_connect(flooder->link, flooder->victim->code, flooder->victim->endpoint,
                     flooder->victim->transport_key) != OK)
        bench_fail("the flooder cannot connect: %s", refusal.rule);
}

static void
pack_frames(struct flooder *flooder)
{
    static const uint8_t rubbish[ENVELOPE_BYTES] = { 0xff, 0x00, 0xff };
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    Yidi__Ping ping = YIDI__PING__INIT;
    Yidi__Data data = YIDI__DATA__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_PING;
    frame.ping = &ping;
    flooder->frames[0][0] = wire_encode(&frame.base, &flooder->arena);
    flooder->frame_counts[0] = 1;
    frame.body_case = YIDI__LINK_FRAME__BODY_DATA;
    frame.data = &data;
    for (size_t i = 1; i < KINDS; i++) {
        data.sequence = i == 1 ? 1 : 77; /* the next one, and one out of order */
        flooder->frames[i][0] = wire_encode(&frame.base, &flooder->arena);
        flooder->frames[i][1] = bytes_of(rubbish, sizeof rubbish);
        flooder->frame_counts[i] = 2;
    }
}

static void
take_answers(struct flooder *flooder)
{
    struct link_message message;
    while (link_receive(flooder->link, &message) == OK)
        link_message_fini(&message);
}

static void *
flood(void *context)
{
    struct flooder *flooder = context;
    double start_ms = bench_now_ms();
    uint64_t tried = 0;
    while (!flooder->stopping) {
        double due = (bench_now_ms() - start_ms) / 1e3 * (double)flooder->frames_per_second;
        for (; (double)tried < due; tried++) {
            size_t kind = tried % KINDS;
            if (link_send(flooder->link, flooder->victim->code, flooder->frames[kind],
                          flooder->frame_counts[kind]) == OK)
                flooder->sent_count++;
        }
        take_answers(flooder);
        bench_sleep_ms(PAUSE_MS);
    }
    return NULL;
}

struct flooder *
flooder_start(const struct network_office *as, const struct network_office *victim,
              uint64_t frames_per_second)
{
    struct flooder *flooder = calloc(1, sizeof *flooder);
    if (flooder == NULL)
        bench_fail("out of memory");
    flooder->victim = victim;
    flooder->frames_per_second = frames_per_second;
    arena_init(&flooder->arena);
    pack_frames(flooder);
    open_connection(flooder, as);
    if (pthread_create(&flooder->thread, NULL, flood, flooder) != 0)
        bench_fail("no thread");
    return flooder;
}

uint64_t
flooder_stop(struct flooder *flooder)
{
    flooder->stopping = true;
    if (pthread_join(flooder->thread, NULL) != 0)
        bench_fail("the flooder was lost");
    uint64_t sent_count = flooder->sent_count;
    link_close(flooder->link);
    arena_fini(&flooder->arena);
    free(flooder);
    return sent_count;
}
