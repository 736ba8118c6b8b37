/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/load.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/core/arena.h"
#include "common/core/require.h"
#include "common/io/wire.h"
#include "proto/control.pb-c.h"
#include "tests/bench/bench.h"
#include "tests/lib/citizen_maker.h"

enum {
    PHOTO_COUNT = 200,
    PHOTO_BYTES_WANTED = 28 * 1024,
    COMMENT_BYTES = 12, /* marker, length, number */
    COMMENT_AT = 2,     /* behind the start-of-image marker */
    NUMBER_AT = COMMENT_AT + 4,
};

struct photo {
    size_t size;
    uint8_t bytes[PHOTO_BYTES_MAX];
};

struct load {
    struct arena arena; /* packed requests */
    size_t count;
    struct bytes *requests;
    uint8_t templates[2][FINGERPRINT_BYTES];
    struct photo photos[PHOTO_COUNT];
};

/* Put an empty comment segment behind the first marker. */
static void
add_comment(const uint8_t *jpeg, size_t size, struct photo *photo)
{
    static const uint8_t comment[COMMENT_BYTES] = { 0xff, 0xfe, 0x00, 0x0a };
    REQUIRE(size > COMMENT_AT && size + COMMENT_BYTES <= sizeof photo->bytes);
    memcpy(photo->bytes, jpeg, COMMENT_AT);
    memcpy(photo->bytes + COMMENT_AT, comment, COMMENT_BYTES);
    memcpy(photo->bytes + COMMENT_AT + COMMENT_BYTES, jpeg + COMMENT_AT, size - COMMENT_AT);
    photo->size = size + COMMENT_BYTES;
}

/* The quality at which a portrait is about as big as is wanted. */
static unsigned
find_quality(void)
{
    uint8_t jpeg[PHOTO_MAKER_ROOM];
    unsigned best = 1;
    for (unsigned quality = 60; quality <= 98; quality++) {
        const struct photo_request request = { .seed = 1, .quality = quality };
        size_t size = photo_make(&request, jpeg);
        if (size > 0 && size <= PHOTO_BYTES_WANTED)
            best = quality;
    }
    return best;
}

static void
draw_photos(struct load *load)
{
    uint8_t jpeg[PHOTO_MAKER_ROOM];
    unsigned quality = find_quality();
    for (size_t i = 0; i < PHOTO_COUNT; i++) {
        const struct photo_request request = { .seed = i, .quality = quality };
        size_t size = photo_make(&request, jpeg);
        add_comment(jpeg, size, &load->photos[i]);
    }
}

static void
pack_requests(struct load *load, const char *division, const char *operator, uint64_t first_seed)
{
    struct made_citizen citizen;
    struct made_application *application = calloc(1, sizeof *application);
    if (application == NULL)
        bench_fail("out of memory");
    citizen_make(first_seed, division, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, application);
    memcpy(load->templates, application->templates, sizeof load->templates);
    for (size_t i = 0; i < load->count; i++) {
        char key[32];
        snprintf(key, sizeof key, "bench-%" PRIu64, first_seed + i);
        citizen_make(first_seed + i, division, &citizen);
        application_set_citizen(application, &citizen);
        Yidi__Apply apply = YIDI__APPLY__INIT;
        apply.form = &application->form;
        apply.request_key = key;
        Yidi__Request request = YIDI__REQUEST__INIT;
        request.version = 1;
        request.id = i;
        request.operator_ = (char *)operator;
        request.command_case = YIDI__REQUEST__COMMAND_APPLY;
        request.apply = &apply;
        load->requests[i] = wire_encode(&request.base, &load->arena);
        if (load->requests[i].data == NULL)
            bench_fail("out of memory");
    }
    free(application);
}

struct load *
load_new(const char *division, const char *operator, uint64_t first_seed, size_t application_count)
{
    struct load *load = calloc(1, sizeof *load);
    struct bytes *requests = calloc(application_count + 1, sizeof *requests);
    if (load == NULL || requests == NULL)
        bench_fail("out of memory");
    arena_init(&load->arena);
    load->count = application_count;
    load->requests = requests;
    draw_photos(load);
    pack_requests(load, division, operator, first_seed);
    return load;
}

void
load_destroy(struct load *load)
{
    arena_fini(&load->arena);
    free(load->requests);
    free(load);
}

void
load_frames(struct load *load, size_t index, struct bytes ret_frames[LOAD_FRAMES])
{
    REQUIRE(index < load->count);
    struct photo *photo = &load->photos[index % PHOTO_COUNT];
    bytes_put_u64(photo->bytes + NUMBER_AT, index);
    ret_frames[0] = load->requests[index];
    ret_frames[1] = bytes_of(photo->bytes, photo->size);
    for (size_t i = 0; i < 2; i++) {
        bytes_put_u64(load->templates[i] + FINGERPRINT_BYTES - 8, index);
        ret_frames[2 + i] = bytes_of(load->templates[i], FINGERPRINT_BYTES);
    }
}

struct bytes
load_photo(const struct load *load, size_t index)
{
    const struct photo *photo = &load->photos[index % PHOTO_COUNT];
    return bytes_of(photo->bytes, photo->size);
}

double
load_attachment_bytes(const struct load *load)
{
    size_t sum = 0;
    for (size_t i = 0; i < PHOTO_COUNT; i++)
        sum += load->photos[i].size;
    return (double)sum / PHOTO_COUNT + 2 * FINGERPRINT_BYTES;
}
