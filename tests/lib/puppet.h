/* SPDX-License-Identifier: Apache-2.0
 *
 * puppet - a listed office that the test plays itself: true keys, a true journal, and any behaviour
 * towards the real offices.
 *
 * It stands where the office's daemon would (which must not run): same endpoint, same transport
 * key, same signing key. As long as it is pumped it is a good peer: it welcomes, takes and
 * acknowledges what the real offices send it, unless told otherwise.
 */
#ifndef TESTS_PUPPET_H
#define TESTS_PUPPET_H

#include "common/core/merkle.h"
#include "common/io/link.h"
#include "common/io/tree_head.h"
#include "proto/envelope.pb-c.h"
#include "proto/link.pb-c.h"
#include "tests/lib/network.h"

enum { PUPPET_ENTRIES_MAX = 512, PUPPET_MESSAGES_MAX = 64 };

/* A message that a real office sent to the puppet. */
struct puppet_message {
    const char *from;
    uint64_t sequence;
    const Yidi__Message *message; /* in the puppet's arena */
    struct bytes packed;          /* the envelope */
    struct bytes frames[LINK_FRAMES_MAX];
    size_t frame_count; /* attachments */
};

struct puppet {
    struct network_office *office;
    struct link *link;
    struct arena arena;
    /* its journal */
    struct merkle_frontier frontier;
    struct digest nodes[2 * PUPPET_ENTRIES_MAX];
    uint64_t node_count;
    /* what came */
    struct puppet_message messages[PUPPET_MESSAGES_MAX];
    size_t message_count;
    uint64_t applied[NETWORK_OFFICE_COUNT];  /* last sequence taken from each real office */
    const char *heads[NETWORK_OFFICE_COUNT]; /* and its head, shown in WELCOME */
    uint64_t hello_count, data_count;        /* from anybody */
    /* last answer on its own connections */
    uint64_t welcome_next[NETWORK_OFFICE_COUNT]; /* 0: none yet */
    uint64_t acknowledged[NETWORK_OFFICE_COUNT];
    char refused[NETWORK_OFFICE_COUNT][41]; /* code of the last REFUSE */
    unsigned lost_count;
    unsigned proof_count;   /* questions about its journal that it answered */
    struct bytes directory; /* last one that was offered */
    /* how it behaves */
    bool silent;                /* never acknowledges */
    uint64_t claim_ahead;       /* acknowledges so many more than it took */
    uint64_t welcome_ahead;     /* expects so many more than it took */
    uint32_t window_messages;   /* credit that it grants; 0: plenty */
    uint64_t directory_version; /* that it claims to have */
    /* Asks and questions about the past, of the office at that place; NULL: it does not answer. */
    void (*asked)(struct puppet *puppet, enum network_place from, const struct link_route *route,
                  const Yidi__LinkFrame *frame);
};

void puppet_open(struct puppet *puppet, struct network_office *office);
void puppet_close(struct puppet *puppet);

/* ---- its journal ---- */

/* What it has signed, to go back to: from there the journal may go another way. */
struct puppet_past {
    struct merkle_frontier frontier;
    uint64_t node_count;
};

struct puppet_past puppet_remember(const struct puppet *puppet);
void puppet_go_back(struct puppet *puppet, const struct puppet_past *past);

/* Answer a question from the journal that it shows now; with an empty path when that never had the
 * size. */
void puppet_fill_proof(struct puppet *puppet, const Yidi__ProofAsk *ask, Yidi__Proof *proof);

/* ---- envelopes ---- */

/* Append the message to the journal and pack it with its proof: a true envelope, unless the entry
 * was changed by `change` before it was signed. */
struct puppet_envelope {
    const struct network_office *to;
    uint64_t sequence;
    Yidi__Message *message;
    const struct bytes *attachments; /* their digests go into the entry */
    size_t attachment_count;
    const struct network_office *as; /* whose name and key stand in it; NULL: the puppet's own */
    void (*change)(Yidi__JournalEntry *entry);
};

/* The Envelope, to be changed and packed by the test; in the arena. */
Yidi__Envelope *puppet_make_envelope(struct puppet *puppet, const struct puppet_envelope *request);
struct bytes puppet_pack(struct puppet *puppet, const Yidi__Envelope *envelope);

/* Both. */
struct bytes puppet_seal(struct puppet *puppet, const struct puppet_envelope *request);

/* The application as the window would submit it, in the arena; digests filled in. */
Yidi__Message *puppet_submit(struct puppet *puppet, const struct made_application *application,
                             const char *case_number, const struct network_office *centre);

/* ---- towards a real office ---- */

/* Connect; say HELLO and wait for the WELCOME: answers the next sequence expected. */
void puppet_connect(struct puppet *puppet, const struct network_office *victim);
void puppet_disconnect(struct puppet *puppet, const struct network_office *victim);
uint64_t puppet_greet(struct puppet *puppet, const struct network_office *victim,
                      uint64_t assigned);
void puppet_send_hello(struct puppet *puppet, const struct network_office *victim,
                       const Yidi__Hello *hello);
void puppet_send_frame(struct puppet *puppet, const struct network_office *victim,
                       Yidi__LinkFrame *frame, struct bytes second);
void puppet_send_raw(struct puppet *puppet, const struct network_office *victim,
                     const struct bytes *frames, size_t frame_count);

/* Answer what came by that route: the frame, and what follows it. */
void puppet_reply(struct puppet *puppet, const struct link_route *route, Yidi__LinkFrame *frame,
                  const struct bytes *frames, size_t frame_count);

/* DATA with an envelope and attachments. */
void puppet_send(struct puppet *puppet, const struct network_office *victim, uint64_t sequence,
                 struct bytes envelope, const struct bytes *attachments, size_t attachment_count);

/* Send it and wait until it is acknowledged. */
void puppet_deliver(struct puppet *puppet, const struct network_office *victim, uint64_t sequence,
                    struct bytes envelope, const struct bytes *attachments,
                    size_t attachment_count);

/* ---- time ---- */

/* Take whatever comes, for so long. */
void puppet_pump(struct puppet *puppet, uint64_t time_ms);

/* Pump until it holds; fails after NETWORK_PATIENCE_MS, naming what. */
void puppet_pump_until(struct puppet *puppet, const char *what,
                       bool (*holds)(struct puppet *puppet, const void *context),
                       const void *context);

void puppet_wait_for_acknowledgement(struct puppet *puppet, const struct network_office *victim,
                                     uint64_t sequence);

/* Wait for a message of that kind about that case, and give it. */
const struct puppet_message *puppet_wait_for_message(struct puppet *puppet,
                                                     Yidi__Message__BodyCase kind,
                                                     const char *case_number);

#endif
