/* SPDX-License-Identifier: Apache-2.0
 *
 * link_frame - writes the frames of the stream protocol (proto/link.proto) and hands them to the
 * office's ports.
 *
 * Send goes out on our own connection to the peer, reply through the connection that the peer
 * opened. A reply that cannot be delivered is dropped: the peer asks again.
 */
#ifndef IO_LINK_FRAME_H
#define IO_LINK_FRAME_H

#include "common/io/office.h"
#include "proto/link.pb-c.h"

enum { PROTOCOL_VERSION = 1 };

/* In the office's arena; data is NULL when out of memory. */
struct bytes link_frame_pack(struct office *office, Yidi__LinkFrame *frame);

/* Answer with a frame and what follows it. */
enum result link_frame_reply(struct office *office, const struct link_route *route,
                             Yidi__LinkFrame *frame, const struct bytes *more,
                             size_t more_count) MUST_CHECK;

enum result link_frame_send_ask(struct office *office, const struct peer *peer) MUST_CHECK;
enum result link_frame_send_history_ask(struct office *office, const struct peer *peer, bool mine,
                                        uint64_t sequence, uint32_t count) MUST_CHECK;
/* In an epoch after the first, with the proof of its opening. */
enum result link_frame_send_hello(struct office *office, const struct peer *peer) MUST_CHECK;
enum result link_frame_send_ping(struct office *office, const struct peer *peer) MUST_CHECK;
void link_frame_reply_welcome(struct office *office, const struct peer *peer);
/* Acknowledges what was committed; clears peer->ack_due. */
void link_frame_reply_ack(struct office *office, struct peer *peer);
void link_frame_reply_refuse(struct office *office, const struct link_route *route,
                             enum refusal_code code);

/* The other side has an older directory: hand ours over, once a minute at most. route is NULL on
 * our own connection. */
void link_frame_offer_directory(struct office *office, struct peer *peer,
                                const struct link_route *route, const struct office_time *now);

#endif
