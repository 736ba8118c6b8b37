/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/problem.h"

#include <stdio.h>

#include "common/io/json.h"

/* What is not here is a rule of the domain that the request breaks: 422. */
static const struct {
    enum refusal_code code;
    unsigned status;
} statuses[] = {
    { REFUSAL_MALFORMED, 400 },          { REFUSAL_SESSION_MISSING, 401 },
    { REFUSAL_FOREIGN_PAGE, 403 },       { REFUSAL_CASE_UNKNOWN, 404 },
    { REFUSAL_BATCH_UNKNOWN, 404 },      { REFUSAL_PACKAGE_UNKNOWN, 404 },
    { REFUSAL_COMMAND_UNKNOWN, 404 },    { REFUSAL_PATH_UNKNOWN, 404 },
    { REFUSAL_METHOD_NOT_ALLOWED, 405 }, { REFUSAL_ILLEGAL_IN_STATE, 409 },
    { REFUSAL_OPEN_APPLICATION, 409 },   { REFUSAL_REQUEST_KEY_TAKEN, 409 },
    { REFUSAL_CARD_SERIAL_TAKEN, 409 },  { REFUSAL_PACKAGE_TAKEN, 409 },
    { REFUSAL_REFUND_PAID, 409 },        { REFUSAL_LENGTH_MISSING, 411 },
    { REFUSAL_BODY_TOO_LARGE, 413 },     { REFUSAL_HEADER_TOO_LARGE, 431 },
    { REFUSAL_STORE_DAMAGED, 500 },      { REFUSAL_CONSOLE_BUSY, 503 },
    { REFUSAL_CONSOLE_STOPPING, 503 },   { REFUSAL_OFFICE_HALTED, 503 },
    { REFUSAL_OFFICE_RECOVERING, 503 },  { REFUSAL_OFFICE_STARTING, 503 },
    { REFUSAL_DIRECTORY_EXPIRED, 503 },  { REFUSAL_CERTIFICATE_INVALID, 503 },
    { REFUSAL_DISK_RESERVE, 503 },       { REFUSAL_STORE_NEARLY_FULL, 503 },
    { REFUSAL_PEER_BACKLOG, 503 },       { REFUSAL_TIMED_OUT, 504 },
    { REFUSAL_STORE_FULL, 507 },         { REFUSAL_NOT_PERMITTED, 403 },
    { REFUSAL_OPERATOR_UNKNOWN, 404 },   { REFUSAL_OPERATOR_TAKEN, 409 },
    { REFUSAL_LOGIN_FAILED, 401 },       { REFUSAL_LOGIN_LOCKED, 429 },
    { REFUSAL_STATUS_UNKNOWN, 404 },     { REFUSAL_ASKED_TOO_OFTEN, 429 },
};

unsigned
problem_status(enum refusal_code code)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i].code == code)
            return statuses[i].status;
    return 422;
}

char *
problem_encode(const struct refusal *refusal, struct arena *arena)
{
    enum { ROOM = 4096 };
    const char *name = refusal_name(refusal->code);
    const char *english = json_quote(refusal_meaning(refusal->code), arena);
    const char *chinese = json_quote(refusal_meaning_chinese(refusal->code), arena);
    const char *field = json_quote(refusal->field, arena);
    const char *rule = json_quote(refusal->rule, arena);
    char *text = arena_take(arena, ROOM);
    if (english == NULL || chinese == NULL || field == NULL || rule == NULL || text == NULL)
        return NULL;
    int size =
        snprintf(text, ROOM,
                 "{\"type\":\"urn:yidi:refusal:%s\",\"title\":%s,\"status\":%u,"
                 "\"detail\":%s,\"code\":\"%s\",\"field\":%s,\"english\":%s,\"chinese\":%s}",
                 name, english, problem_status(refusal->code), rule, name, field, english, chinese);
    return size > 0 && size < ROOM ? text : NULL;
}
