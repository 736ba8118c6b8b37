/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/incoming.h"

#include "common/io/signature.h"

static const enum party sender_of[MESSAGE_KIND_END] = {
    [MESSAGE_APPLICATION_SUBMITTED] = PARTY_ACCEPTANCE,
    [MESSAGE_APPLICATION_REFUSED] = PARTY_REGISTRY,
    [MESSAGE_CARD_ISSUED] = PARTY_REGISTRY,
    [MESSAGE_CARD_ORDERED] = PARTY_REGISTRY,
    [MESSAGE_CARD_MADE] = PARTY_PRODUCTION,
    [MESSAGE_CARD_DISPATCHED] = PARTY_PRODUCTION,
    [MESSAGE_CARD_RECEIVED] = PARTY_ACCEPTANCE,
    [MESSAGE_CARD_COLLECTED] = PARTY_ACCEPTANCE,
    [MESSAGE_APPLICATION_RETURNED] = PARTY_REGISTRY,
    [MESSAGE_APPLICATION_WITHDRAWN] = PARTY_ACCEPTANCE,
    [MESSAGE_WITHDRAWAL_ANSWERED] = PARTY_REGISTRY,
    [MESSAGE_ORDER_WITHDRAWN] = PARTY_REGISTRY,
    [MESSAGE_ORDER_WITHDRAWAL_ANSWERED] = PARTY_PRODUCTION,
    [MESSAGE_APPLICATION_REDIRECTED] = PARTY_REGISTRY,
    [MESSAGE_APPLICATION_REMINDED] = PARTY_ACCEPTANCE,
    [MESSAGE_CARD_DESTROYED] = PARTY_ACCEPTANCE,
    [MESSAGE_APPLICATION_ABANDONED] = PARTY_ACCEPTANCE,
    [MESSAGE_CARD_ABANDONED] = PARTY_REGISTRY,
    [MESSAGE_OLD_CARD_DESTROYED] = PARTY_ACCEPTANCE,
};

bool
incoming_may_have_attachments(enum message_kind kind)
{
    return kind == MESSAGE_APPLICATION_SUBMITTED || kind == MESSAGE_CARD_ORDERED;
}

enum party
incoming_sender(enum message_kind kind)
{
    return kind < MESSAGE_KIND_END ? sender_of[kind] : PARTY_NONE;
}

static bool
same_digest(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == DIGEST_BYTES && b.len == DIGEST_BYTES &&
           memcmp(a.data, b.data, DIGEST_BYTES) == 0;
}

bool
incoming_is_erased(const struct incoming *incoming, size_t number)
{
    struct digest empty;
    if (incoming->frames[number].size > 0)
        return false;
    signature_digest_one((struct bytes){ 0 }, &empty);
    const ProtobufCBinaryData named = { .data = empty.bytes, .len = DIGEST_BYTES };
    return !same_digest(incoming->attachments[number], named);
}

enum result
incoming_check_attachments(const struct incoming *incoming, const Yidi__ApplicationForm *form,
                           const char *field, struct refusal *ret_refusal)
{
    bool same = incoming->attachment_count == 1 + form->n_fingerprints &&
                same_digest(form->photo_digest, incoming->attachments[0]) &&
                incoming->frames[0].size <= PHOTO_BYTES_MAX;
    for (size_t i = 0; same && i < form->n_fingerprints; i++)
        same = same_digest(form->fingerprints[i]->digest, incoming->attachments[1 + i]) &&
               (incoming->frames[1 + i].size == FINGERPRINT_BYTES ||
                incoming_is_erased(incoming, 1 + i));
    return same ? OK
                : refuse(ret_refusal, REFUSAL_MALFORMED, field,
                         "the attachments are not the ones that the form names");
}
