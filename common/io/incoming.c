/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/incoming.h"

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

void
incoming_find_trace(struct incoming *incoming)
{
    const Yidi__Message *message = incoming->message;
#define TRACE_OF(field)                                                                            \
    incoming->trace = message->field->trace;                                                       \
    incoming->trace_count = message->field->n_trace
    switch (message->body_case) {
    case YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED:
        TRACE_OF(application_submitted);
        break;
    case YIDI__MESSAGE__BODY_APPLICATION_REFUSED:
        TRACE_OF(application_refused);
        break;
    case YIDI__MESSAGE__BODY_CARD_ISSUED:
        TRACE_OF(card_issued);
        break;
    case YIDI__MESSAGE__BODY_CARD_ORDERED:
        TRACE_OF(card_ordered);
        break;
    case YIDI__MESSAGE__BODY_CARD_MADE:
        TRACE_OF(card_made);
        break;
    case YIDI__MESSAGE__BODY_CARD_DISPATCHED:
        TRACE_OF(card_dispatched);
        break;
    case YIDI__MESSAGE__BODY_CARD_COLLECTED:
        TRACE_OF(card_collected);
        break;
    case YIDI__MESSAGE__BODY_APPLICATION_RETURNED:
        TRACE_OF(application_returned);
        break;
    case YIDI__MESSAGE__BODY_APPLICATION_WITHDRAWN:
        TRACE_OF(application_withdrawn);
        break;
    case YIDI__MESSAGE__BODY_WITHDRAWAL_ANSWERED:
        TRACE_OF(withdrawal_answered);
        break;
    case YIDI__MESSAGE__BODY_ORDER_WITHDRAWN:
        TRACE_OF(order_withdrawn);
        break;
    case YIDI__MESSAGE__BODY_ORDER_WITHDRAWAL_ANSWERED:
        TRACE_OF(order_withdrawal_answered);
        break;
    case YIDI__MESSAGE__BODY_APPLICATION_REDIRECTED:
        TRACE_OF(application_redirected);
        break;
    case YIDI__MESSAGE__BODY_APPLICATION_REMINDED:
        TRACE_OF(application_reminded);
        break;
    case YIDI__MESSAGE__BODY_CARD_DESTROYED:
        TRACE_OF(card_destroyed);
        break;
    default:
        break;
    }
#undef TRACE_OF
}

static bool
same_digest(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == DIGEST_BYTES && b.len == DIGEST_BYTES &&
           memcmp(a.data, b.data, DIGEST_BYTES) == 0;
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
               incoming->frames[1 + i].size == FINGERPRINT_BYTES;
    return same ? OK
                : refuse(ret_refusal, REFUSAL_MALFORMED, field,
                         "the attachments are not the ones that the form names");
}
