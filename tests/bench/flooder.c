/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/flooder.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "common/io/wire.h"
#include "tests/bench/bench.h"
#include "tests/lib/puppet.h"

enum { PAUSE_MS = 2, KINDS = 3, SIGNATURE_AT = 12 };

struct flooder {
    const struct network_office *victim;
    struct puppet puppet;
    struct bytes frames[KINDS][2];
    size_t frame_counts[KINDS];
    uint64_t frames_per_second;
    uint64_t sent_count;
    atomic_bool stopping;
    pthread_t thread;
};

/* An envelope that looks true until its signature is verified. */
static struct bytes
forge(struct flooder *flooder)
{
    Yidi__MessageRefused refused = YIDI__MESSAGE_REFUSED__INIT;
    Yidi__Message message = YIDI__MESSAGE__INIT;
    const struct puppet_envelope request = { .to = flooder->victim,
                                             .sequence = 1,
                                             .message = &message };
    refused.sequence = 1;
    refused.code = "MALFORMED";
    message.case_number = "";
    message.body_case = YIDI__MESSAGE__BODY_MESSAGE_REFUSED;
    message.message_refused = &refused;
    Yidi__Envelope *envelope = puppet_make_envelope(&flooder->puppet, &request);
    char *place = envelope->head + strlen(envelope->head) - SIGNATURE_AT;
    *place = *place == 'A' ? 'B' : 'A';
    return puppet_pack(&flooder->puppet, envelope);
}

static void
pack_frames(struct flooder *flooder)
{
    struct arena *arena = &flooder->puppet.arena;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    Yidi__Ping ping = YIDI__PING__INIT;
    Yidi__Data data = YIDI__DATA__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_PING;
    frame.ping = &ping;
    flooder->frames[0][0] = wire_encode(&frame.base, arena);
    flooder->frame_counts[0] = 1;
    frame.body_case = YIDI__LINK_FRAME__BODY_DATA;
    frame.data = &data;
    for (size_t i = 1; i < KINDS; i++) {
        data.sequence = i == 1 ? 1 : 77; /* the next one, forged; and one out of order */
        flooder->frames[i][0] = wire_encode(&frame.base, arena);
        flooder->frames[i][1] = forge(flooder);
        flooder->frame_counts[i] = 2;
    }
}

static void
take_answers(struct flooder *flooder)
{
    struct link_message message;
    while (link_receive(flooder->puppet.link, &message) == OK)
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
            if (link_send(flooder->puppet.link, flooder->victim->code, flooder->frames[kind],
                          flooder->frame_counts[kind]) == OK)
                flooder->sent_count++;
        }
        take_answers(flooder);
        bench_sleep_ms(PAUSE_MS);
    }
    return NULL;
}

struct flooder *
flooder_start(struct network_office *as, const struct network_office *victim,
              uint64_t frames_per_second)
{
    struct flooder *flooder = calloc(1, sizeof *flooder);
    if (flooder == NULL)
        bench_fail("out of memory");
    flooder->victim = victim;
    flooder->frames_per_second = frames_per_second;
    puppet_open(&flooder->puppet, as);
    puppet_connect(&flooder->puppet, victim);
    pack_frames(flooder);
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
    puppet_close(&flooder->puppet);
    free(flooder);
    return sent_count;
}
