/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/zap.h"

#include <errno.h>
#include <string.h>
#include <zmq.h>

#include "common/core/bytes.h"
#include "common/io/frames.h"

#define ZAP_ENDPOINT "inproc://zeromq.zap.01"

enum {
    SERVED_MAX = 64,         /* in one call */
    REQUEST_BYTES_MAX = 256, /* of one frame */
    KEY_TEXT_BYTES = 41,     /* Z85 with its terminator */
};

/* A request, behind the routing id. The reply begins with the first three. */
enum { DELIMITER, VERSION, REQUEST_ID, DOMAIN, ADDRESS, IDENTITY, MECHANISM, KEY, REQUEST_FRAMES };

enum { STATUS_CODE = REQUEST_ID + 1, STATUS_TEXT, USER_ID, METADATA, REPLY_FRAMES };

struct zap {
    void *router;
    zap_allow_fn *allow;
    void *allow_context;
};

enum result
zap_open(void *zmq_context, zap_allow_fn *allow, void *allow_context, struct zap **ret_zap)
{
    AUTO(zap) struct zap *zap = calloc(1, sizeof *zap);
    int none = 0;
    if (zap == NULL)
        return ERR_MEMORY;
    zap->allow = allow;
    zap->allow_context = allow_context;
    zap->router = zmq_socket(zmq_context, ZMQ_ROUTER);
    if (zap->router == NULL || zmq_setsockopt(zap->router, ZMQ_LINGER, &none, sizeof none) != 0 ||
        zmq_setsockopt(zap->router, ZMQ_SNDTIMEO, &none, sizeof none) != 0 ||
        zmq_bind(zap->router, ZAP_ENDPOINT) != 0)
        return ERR_IO;
    *ret_zap = MOVE(zap);
    return OK;
}

void
zap_close(struct zap *zap)
{
    if (zap == NULL)
        return;
    if (zap->router != NULL)
        zmq_close(zap->router);
    free(zap);
}

static bool
is_allowed(const struct zap *zap, const struct bytes *request, size_t count)
{
    return count == REQUEST_FRAMES && bytes_equal(request[VERSION], bytes_of_text("1.0")) &&
           bytes_equal(request[DOMAIN], bytes_of_text(ZAP_DOMAIN)) &&
           bytes_equal(request[MECHANISM], bytes_of_text("CURVE")) &&
           request[KEY].size == ZAP_KEY_BYTES && zap->allow(zap->allow_context, request[KEY].data);
}

static void
answer(struct zap *zap, struct bytes route, const struct bytes *request, size_t count)
{
    char user_id[KEY_TEXT_BYTES] = "";
    if (count <= REQUEST_ID)
        return;
    bool allowed = is_allowed(zap, request, count);
    if (allowed)
        zmq_z85_encode(user_id, request[KEY].data, ZAP_KEY_BYTES);
    struct bytes reply[REPLY_FRAMES] = {
        [DELIMITER] = request[DELIMITER],
        [VERSION] = bytes_of_text("1.0"),
        [REQUEST_ID] = request[REQUEST_ID],
        [STATUS_CODE] = bytes_of_text(allowed ? "200" : "400"),
        [STATUS_TEXT] = bytes_of_text(allowed ? "OK" : "not in the directory"),
        [USER_ID] = bytes_of_text(user_id),
        [METADATA] = bytes_of("", 0),
    };
    /* A peer that has gone meanwhile needs no answer. */
    (void)!frames_send(zap->router, route, reply, REPLY_FRAMES);
}

void
zap_serve(struct zap *zap)
{
    struct bytes list[REQUEST_FRAMES];
    void *storage[REQUEST_FRAMES];
    uint8_t route[FRAMES_ROUTE_BYTES];
    struct frames request = {
        .room = REQUEST_FRAMES,
        .frame_bytes_max = REQUEST_BYTES_MAX,
        .list = list,
        .storage = storage,
        .route = route,
    };
    for (int served = 0; served < SERVED_MAX; served++) {
        enum result result = frames_receive(zap->router, &request);
        if (result == ERR_ABSENT)
            return;
        if (result != OK)
            continue;
        answer(zap, bytes_of(route, sizeof route), list, request.count);
        frames_release(storage, request.count);
    }
}

void *
zap_socket(const struct zap *zap)
{
    return zap->router;
}

enum result
zap_key_of_user(const char *user_id, uint8_t ret_key[ZAP_KEY_BYTES])
{
    if (user_id == NULL || strlen(user_id) != KEY_TEXT_BYTES - 1)
        return ERR_ABSENT;
    return zmq_z85_decode(ret_key, user_id) == NULL ? ERR_ABSENT : OK;
}
