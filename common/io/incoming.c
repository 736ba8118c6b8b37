/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/incoming.h"

#include "common/io/form_view.h"
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

static bool
fits(const struct incoming *incoming, size_t number, bool is_template)
{
    const size_t size = incoming->frames[number].size;
    return is_template ? size == FINGERPRINT_BYTES || incoming_is_erased(incoming, number)
                       : size <= PHOTO_BYTES_MAX;
}

enum result
incoming_check_attachments(const struct incoming *incoming, const Yidi__ApplicationForm *form,
                           const char *field, struct refusal *ret_refusal)
{
    ProtobufCBinaryData digests[ATTACHMENTS_MAX];
    const size_t count = form_attachments(form, digests);
    bool same = incoming->attachment_count == count;
    for (size_t i = 0; same && i < count; i++)
        same = same_digest(digests[i], incoming->attachments[i]) &&
               fits(incoming, i, 0 < i && i <= form->n_fingerprints);
    return same ? OK
                : refuse(ret_refusal, REFUSAL_MALFORMED, field,
                         "the attachments are not the ones that the form names");
}
