/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/session.h"

#include "common/core/require.h"
#include "common/io/wire.h"
#include "deploy/yidictl/report.h"

static int
connect_as(struct session *session, const struct settings *settings, const char *operator_name)
{
    struct refusal refusal = { 0 };
    *session = (struct session){ .settings = settings, .operator_name = operator_name };
    if (settings->socket_path == NULL)
        return report_usage(settings,
                            refuse(&refusal, REFUSAL_OPTION_INVALID, "socket",
                                   "name the daemon's socket with --socket or YIDI_SOCKET"),
                            &refusal);
    if (operator_name == NULL)
        return report_usage(settings,
                            refuse(&refusal, REFUSAL_OPERATOR_MISSING, "operator",
                                   "say who acts with --operator or YIDI_OPERATOR"),
                            &refusal);
    enum result result = control_client_open(settings->socket_path, &session->client, &refusal);
    if (result == ERR_REFUSED)
        return report_unreachable(settings, &refusal);
    if (result != OK)
        return report_result(settings, result, NULL);
    return EXIT_DONE;
}

int
session_open(struct session *session, const struct settings *settings)
{
    return connect_as(session, settings, settings->operator_name);
}

int
session_open_to_look(struct session *session, const struct settings *settings)
{
    const char *name = settings->operator_name;
    return connect_as(session, settings, name == NULL ? "anonymous" : name);
}

void
session_close(struct session *session)
{
    if (session->client != NULL)
        control_client_close(MOVE(session->client));
}

/* The socket is there and takes no more: as far from an answer as no socket. */
static int
report_send(const struct session *session)
{
    struct refusal refusal;
    (void)refuse(&refusal, REFUSAL_TIMED_OUT, "socket", "the daemon takes no request");
    return report_unreachable(session->settings, &refusal);
}

int
session_send(struct session *session, Yidi__Request *request, const struct bytes *attachments,
             size_t attachment_count, uint64_t *ret_id)
{
    REQUIRE(attachment_count < CONTROL_FRAMES_MAX);
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    request->version = 1;
    request->id = session->last_id + 1;
    request->operator_ = (char *)session->operator_name;

    struct refusal refusal = { 0 };
    enum result result = wire_check(&request->base, &refusal);
    if (result != OK)
        return report_result(session->settings, result, &refusal);

    struct bytes frames[CONTROL_FRAMES_MAX] = { wire_encode(&request->base, &arena) };
    if (frames[0].data == NULL)
        return report_result(session->settings, ERR_MEMORY, NULL);
    for (size_t i = 0; i < attachment_count; i++)
        frames[i + 1] = attachments[i];
    if (control_client_send(session->client, frames, attachment_count + 1) != OK)
        return report_send(session);
    session->last_id++;
    if (ret_id != NULL)
        *ret_id = session->last_id;
    return EXIT_DONE;
}

static int
report_silence(const struct session *session)
{
    struct refusal refusal;
    (void)refuse(&refusal, REFUSAL_TIMED_OUT, "socket",
                 "no answer in %llu s; what was asked may have been done all the same",
                 (unsigned long long)session->settings->timeout_ms / 1000);
    return report_unreachable(session->settings, &refusal);
}

int
session_receive(struct session *session, struct answer *ret_answer)
{
    *ret_answer = (struct answer){ 0 };
    arena_init(&ret_answer->arena);
    enum result result = control_client_receive(session->client, session->settings->timeout_ms,
                                                &ret_answer->message);
    if (result == ERR_ABSENT)
        return report_silence(session);
    if (result != OK)
        return report_result(session->settings, result, NULL);
    if (ret_answer->message.frame_count == 0)
        return report_result(session->settings, ERR_ABSENT, NULL);

    struct refusal refusal = { 0 };
    ProtobufCMessage *message = NULL;
    result = wire_decode(&yidi__response__descriptor, ret_answer->message.frames[0],
                         &ret_answer->arena, &message, &refusal);
    if (result != OK)
        return report_result(session->settings, result, &refusal);
    ret_answer->response = (Yidi__Response *)message;
    return EXIT_DONE;
}

static int
check_body(const struct session *session, const Yidi__Response *response,
           Yidi__Response__BodyCase wanted)
{
    if (response->body_case == wanted)
        return EXIT_DONE;
    if (response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        return report_answer(session->settings, response->refusal);
    struct refusal refusal;
    (void)refuse(&refusal, REFUSAL_MALFORMED, "body", "the daemon answered something else");
    return report_refusal(session->settings, &refusal);
}

int
session_ask(struct session *session, Yidi__Request *request, const struct bytes *attachments,
            size_t attachment_count, Yidi__Response__BodyCase wanted, struct answer *ret_answer)
{
    uint64_t id;
    *ret_answer = (struct answer){ 0 };
    int status = session_send(session, request, attachments, attachment_count, &id);
    if (status != EXIT_DONE)
        return status;
    for (;;) {
        status = session_receive(session, ret_answer);
        if (status != EXIT_DONE)
            return status;
        /* A request that could not be read is answered without its number. */
        bool unread = ret_answer->response->id == 0 &&
                      ret_answer->response->body_case == YIDI__RESPONSE__BODY_REFUSAL;
        if (ret_answer->response->id == id || unread)
            return check_body(session, ret_answer->response, wanted);
        answer_fini(ret_answer); /* late, to a request that was given up */
    }
}

void
answer_fini(struct answer *answer)
{
    control_message_fini(&answer->message);
    arena_fini(&answer->arena);
    *answer = (struct answer){ 0 };
}
