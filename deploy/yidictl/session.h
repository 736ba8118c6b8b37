/* SPDX-License-Identifier: Apache-2.0
 *
 * session - one conversation with an office's daemon over its control socket.
 *
 * Sends requests, gives the responses back, and says what went wrong (report.h). Functions answer
 * an exit status; EXIT_DONE is success. Knows no command.
 */
#ifndef YIDICTL_SESSION_H
#define YIDICTL_SESSION_H

#include "common/core/arena.h"
#include "common/io/control.h"
#include "deploy/yidictl/command.h"
#include "proto/control.pb-c.h"

struct session {
    const struct settings *settings; /* borrowed */
    const char *operator_name;       /* borrowed */
    struct control_client *client;
    uint64_t last_id;
};

/* A response and its frames; all pointers live until answer_fini. */
struct answer {
    struct arena arena;
    struct control_message message; /* frames from 1 on are attachments */
    Yidi__Response *response;
};

/* Connect. EXIT_USAGE without a socket or an operator; EXIT_UNREACHABLE when it is not there. */
int session_open(struct session *session, const struct settings *settings) MUST_CHECK;

/* The same for what changes and journals nothing: without an operator it is "anonymous". */
int session_open_to_look(struct session *session, const struct settings *settings) MUST_CHECK;
void session_close(struct session *session);

/* Send a request with its attachments; version, id and operator are filled in here. Does not wait.
 *
 * EXIT_REFUSED  the request breaks a bound of proto/, nothing was sent; EXIT_UNREACHABLE */
int session_send(struct session *session, Yidi__Request *request, const struct bytes *attachments,
                 size_t attachment_count, uint64_t *ret_id) MUST_CHECK;

/* Wait for the next response, whichever request it answers, refusals included. */
int session_receive(struct session *session, struct answer *ret_answer) MUST_CHECK;

/* Send and wait for that request's response. A refusal was reported (EXIT_REFUSED), and so was a
 * response of another kind than wanted. */
int session_ask(struct session *session, Yidi__Request *request, const struct bytes *attachments,
                size_t attachment_count, Yidi__Response__BodyCase wanted,
                struct answer *ret_answer) MUST_CHECK;

void answer_fini(struct answer *answer);

static inline void
session_auto(struct session *session)
{
    session_close(session);
}

static inline void
answer_auto(struct answer *answer)
{
    answer_fini(answer);
}

#endif
