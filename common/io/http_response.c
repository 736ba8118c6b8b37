/* SPDX-License-Identifier: Apache-2.0
 *
 * http_response - answers as the library wants them, with the headers that every answer carries.
 *
 * Scripts and styles come from this office alone and are never inline; nothing may frame a page or
 * learn from where it was left; nothing is kept by a browser or a proxy but what has an entity tag.
 */
#include "common/core/arena.h"
#include "common/io/http_parts.h"
#include "common/io/problem.h"

#include <stdio.h>

static const struct {
    const char *name, *value;
} security_headers[] = {
    { "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
      "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'" },
    { "X-Frame-Options", "DENY" },
    { "X-Content-Type-Options", "nosniff" },
    { "Referrer-Policy", "no-referrer" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Permissions-Policy", "camera=(self), microphone=(), geolocation=(), payment=()" },
};

static struct MHD_Response *
with_headers(const struct http_server *server, struct MHD_Response *response)
{
    bool added = response != NULL;
    for (size_t i = 0; added && i < sizeof security_headers / sizeof *security_headers; i++)
        added = MHD_add_response_header(response, security_headers[i].name,
                                        security_headers[i].value) == MHD_YES;
    if (added && server->encrypted)
        added = MHD_add_response_header(response, "Strict-Transport-Security",
                                        "max-age=31536000") == MHD_YES;
    if (added)
        return response;
    if (response != NULL)
        MHD_destroy_response(response);
    return NULL;
}

static bool
add(struct MHD_Response *response, const char *name, const char *value)
{
    return value == NULL || MHD_add_response_header(response, name, value) == MHD_YES;
}

struct MHD_Response *
http_make_response(const struct http_server *server, const struct http_response *response)
{
    char retry_after[16];
    snprintf(retry_after, sizeof retry_after, "%u", response->retry_after_s);
    struct MHD_Response *made =
        with_headers(server, MHD_create_response_from_buffer(response->body.size,
                                                             (void *)(uintptr_t)response->body.data,
                                                             MHD_RESPMEM_MUST_COPY));
    if (made == NULL)
        return NULL;
    bool kept = response->entity_tag != NULL;
    if (add(made, "Content-Type", response->type) && add(made, "ETag", response->entity_tag) &&
        add(made, "Cache-Control", kept ? "no-cache" : "no-store") &&
        add(made, "Set-Cookie", response->cookie) && add(made, "Allow", response->allow) &&
        add(made, "Retry-After", response->retry_after_s > 0 ? retry_after : NULL))
        return made;
    MHD_destroy_response(made);
    return NULL;
}

void
http_refuse(const struct refusal *refusal, struct arena *arena, struct http_response *ret_response)
{
    const char *text = problem_encode(refusal, arena);
    ret_response->status = problem_status(refusal->code);
    ret_response->type = text == NULL ? NULL : PROBLEM_TYPE;
    ret_response->body = text == NULL ? bytes_of(NULL, 0) : bytes_of_text(text);
    if (ret_response->status == 503)
        ret_response->retry_after_s = 1;
    if (refusal->code == REFUSAL_METHOD_NOT_ALLOWED && ret_response->allow == NULL)
        ret_response->allow = "GET, HEAD, POST";
}

struct MHD_Response *
http_make_refusal(const struct http_server *server, const struct refusal *refusal,
                  unsigned *ret_status)
{
    AUTO(arena) struct arena arena;
    struct http_response response = { 0 };
    arena_init(&arena);
    http_refuse(refusal, &arena, &response);
    *ret_status = response.status;
    return http_make_response(server, &response);
}

struct MHD_Response *
http_make_event_response(const struct http_server *server, MHD_ContentReaderCallback read,
                         struct exchange *exchange)
{
    enum { PIECE_BYTES = 4096 };
    struct MHD_Response *made =
        with_headers(server, MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_BYTES, read,
                                                               exchange, NULL));
    if (made == NULL)
        return NULL;
    if (add(made, "Content-Type", "text/event-stream") && add(made, "Cache-Control", "no-store"))
        return made;
    MHD_destroy_response(made);
    return NULL;
}
