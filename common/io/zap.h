/* SPDX-License-Identifier: Apache-2.0
 *
 * zap - answers ZeroMQ's question whether a CURVE key may connect (ZeroMQ RFC 27).
 *
 * Served by the owner's own thread, so that the directory needs no lock. Names each accepted
 * connection after its key: the user id that comes with every message.
 */
#ifndef IO_ZAP_H
#define IO_ZAP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/auto.h"
#include "common/core/result.h"

enum { ZAP_KEY_BYTES = 32 };
#define ZAP_DOMAIN "yidi"

struct zap;

typedef bool zap_allow_fn(void *allow_context, const uint8_t key[ZAP_KEY_BYTES]);

/* Become the one handler of a ZeroMQ context, before any socket of it binds. */
enum result zap_open(void *zmq_context, zap_allow_fn *allow, void *allow_context,
                     struct zap **ret_zap) MUST_CHECK;
void zap_close(struct zap *zap);

/* Answer the requests that are waiting, not more than a few. */
void zap_serve(struct zap *zap);

/* To poll for ZMQ_POLLIN. */
void *zap_socket(const struct zap *zap);

/* The key in a message's user id. ERR_ABSENT when it has none. */
enum result zap_key_of_user(const char *user_id, uint8_t ret_key[ZAP_KEY_BYTES]) MUST_CHECK;

DEFINE_AUTO(zap, struct zap *, zap_close)

#endif
