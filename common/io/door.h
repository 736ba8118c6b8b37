/* SPDX-License-Identifier: Apache-2.0
 *
 * door - commands that come as JSON over HTTP, and their answers.
 *
 * Turns the body into a Request in the name of the session's operator. What the store alone can
 * answer is answered here, from a read transaction, and costs the loop nothing; everything else
 * goes to the office as any command does, and its answer comes with the commit. No rule lives here:
 * the office refuses in the same words whichever door a command came through. Used by one thread.
 */
#ifndef IO_DOOR_H
#define IO_DOOR_H

#include "common/core/arena.h"
#include "common/io/control.h"
#include "common/io/door_queue.h"
#include "common/io/http.h"
#include "common/io/office.h"
#include "common/io/session.h"

struct door_options {
    struct store *store;            /* borrowed */
    struct control_server *control; /* borrowed */
    const struct role *role;
    const char *office; /* code */
};

struct door_answer {
    uint64_t ticket;        /* id of the question that the office has not answered; 0: none */
    uint64_t until_ms;      /* patience with it */
    uint64_t answered_ms;   /* monotonic; 0 never */
    struct refusal refusal; /* REFUSAL_NONE: the text */
    char *text;             /* heap */
};

struct door {
    struct door_options options;
    struct control_client *client;
    struct arena arena; /* lives for one request or answer */
    struct policies policies;
    struct door_queue queue;
    struct door_answer answers[SHARE_COUNT];
};

/* The door is big; leave it where it is. */
enum result door_open(struct door *door, const struct door_options *options) MUST_CHECK;
void door_close(struct door *door);

/* A command by its name in proto/control.proto, such as "decide"; the body is its message as JSON,
 * with "attachments" in base64 beside its fields. */
enum http_verdict door_take(struct door *door, const struct http_request *request,
                            const char *command, const struct session *session,
                            const struct office_time *now, struct http_response *ret_response);

/* Ask the office in the console's own name; version, id and door are filled in here.
 *
 * ERR_REFUSED  CONSOLE_BUSY: nothing was asked, and nobody will be answered. */
enum result door_ask(struct door *door, Yidi__Request *request, uint64_t ticket,
                     const struct door_finish *finish, const struct office_time *now,
                     struct refusal *ret_refusal) MUST_CHECK;

/* Is the answer to that ticket still to come? */
bool door_awaits(struct door *door, uint64_t ticket);

/* The same as door_ask, when no answer is wanted; lost when the office is busy. */
void door_tell(struct door *door, Yidi__Request *request);

/* Answer with what the office last said, or ask it. SHARE_PROBE: does it commit and sign? It is
 * asked once in five seconds at the most, and about everything else once in a second; who comes
 * while it is asked gets the answer before, if that is not old. */
enum http_verdict door_share(struct door *door, enum door_share share,
                             const struct http_request *request, const struct office_time *now,
                             struct http_response *ret_response);

/* Answer whom the office has answered, and whoever has waited too long. */
void door_run(struct door *door, struct http_server *server, const struct office_time *now);

/* Fill in a refusal; lives until the next call. */
enum http_verdict door_refuse(struct door *door, enum refusal_code code, const char *field,
                              const char *rule, struct http_response *ret_response);

#endif
