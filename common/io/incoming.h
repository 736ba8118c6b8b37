/* SPDX-License-Identifier: Apache-2.0
 *
 * incoming - an authentic message of another office, as a role's handler sees it.
 */
#ifndef IO_INCOMING_H
#define IO_INCOMING_H

#include "common/core/bytes.h"
#include "common/core/effects.h"
#include "common/core/refusal.h"
#include "proto/message.pb-c.h"

/* An authentic message of a listed, trusted office whose role may send it. */
struct incoming {
    const char *from;
    uint64_t sequence;
    const Yidi__Message *message;
    Yidi__Hop *const *trace; /* that it brought, of any kind */
    size_t trace_count;
    size_t envelope_bytes;                  /* as it came */
    const ProtobufCBinaryData *attachments; /* digests, signed by the sender */
    const struct bytes *frames;             /* the attachments, digests checked */
    size_t attachment_count;
    enum message_kind refused_kind; /* of MessageRefused: what we had sent */
};

/* Which role may send a message of this kind; PARTY_NONE for MESSAGE_REFUSED, which any may. */
enum party incoming_sender(enum message_kind kind);

/* Only the application and the order carry photos and templates. */
bool incoming_may_have_attachments(enum message_kind kind);

/* Is this attachment, in frame order, one that was erased since it was sent? It came back empty
 * from whoever hands back a lost past (history.h); in a message that comes now, none is. */
bool incoming_is_erased(const struct incoming *incoming, size_t number);

/* Are the photos and the templates that a form names the very ones that travel with the message, in
 * its order?
 *
 * And not larger than such things are. field of the refusal (MALFORMED). */
enum result incoming_check_attachments(const struct incoming *incoming,
                                       const Yidi__ApplicationForm *form, const char *field,
                                       struct refusal *ret_refusal) MUST_CHECK;

#endif
