/* SPDX-License-Identifier: Apache-2.0
 *
 * role - what makes an office an acceptance, registry or production node: its machine and its
 * handlers.
 *
 * A handler decides first (it may refuse, and then nothing was written), then carries out through
 * the services of turn.h.
 */
#ifndef IO_ROLE_H
#define IO_ROLE_H

#include "common/core/bytes.h"
#include "common/core/machine.h"
#include "common/core/refusal.h"
#include "proto/case.pb-c.h"
#include "proto/control.pb-c.h"
#include "proto/message.pb-c.h"

struct turn;
struct case_file;

/* An authentic message of a listed, trusted office whose role may send it. */
struct incoming {
    const char *from;
    uint64_t sequence;
    const Yidi__Message *message;
    Yidi__Hop *const *trace; /* that it brought, of any kind */
    size_t trace_count;
    const ProtobufCBinaryData *attachments; /* digests, signed by the sender */
    const struct bytes *frames;             /* the attachments, digests checked */
    size_t attachment_count;
};

struct role {
    const char *name; /* of the program */
    const char *unit; /* in certificates: "acceptance" */
    enum party party; /* number of enum Role in the directory */
    const struct machine *machine;

    /* ERR_REFUSED: the sender gets MessageRefused and its stream moves on. */
    enum result (*take_message)(struct turn *turn, const struct incoming *incoming,
                                struct refusal *ret_refusal);

    /* Apply, PopulationImport: the handler fills the response in. ERR_REFUSED: nothing changed. */
    enum result (*take_command)(struct turn *turn, const Yidi__Request *request,
                                const struct bytes *frames, size_t frame_count,
                                Yidi__Response *response, struct refusal *ret_refusal);

    /* One verb on one case that exists here. */
    enum result (*decide)(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
                          struct refusal *ret_refusal);

    /* Fill in the body of an outgoing message from the case, after its row was changed. */
    enum result (*fill_message)(struct turn *turn, const struct case_file *file,
                                enum message_kind kind, Yidi__Message *message);

    /* Deadline of the stage that a case has just entered; 0 when closed. */
    uint64_t (*stage_deadline_ms)(const Yidi__Case *row, uint64_t now_ms);

    /* Text of a notification of this case, and the event's name. */
    enum result (*fill_notification)(struct turn *turn, const struct case_file *file,
                                     Yidi__NotificationRow *row);
};

#endif
