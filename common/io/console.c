/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/console.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/core/require.h"
#include "common/io/clock.h"
#include "common/io/file.h"
#include "common/io/log.h"
#include "common/io/login.h"
#include "common/io/web_assets.h"

#define API         "/api/v1/"
#define STATUS_PAGE "/status"

enum {
    LOOK_MS = 250,  /* between looks at what was committed, while somebody wants to know */
    TELL_MS = 1000, /* between two tidings of it: who shows pages asks again after each */
    NICENESS = 10,  /* added to the loop's: whatever browsers ask, it comes first */
};

struct console {
    struct console_options options; /* texts are not kept */
    struct http_server *server;
    struct door door;
    struct login login;
    struct public_door public_door;
    char metrics_token[METRICS_TOKEN_CHARS_MAX + 1]; /* empty: none */
    struct office_time now;
    uint64_t revision; /* of the store, that subscribers know of */
    uint64_t told_ms;  /* monotonic; when they were told */
    int stop;          /* eventfd */
    bool running;
    pthread_t thread;
};

/* ---- who asks ---- */

static bool
find_session(struct console *console, const struct http_request *request,
             struct session *ret_session)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    const char *token = http_cookie(request, login_cookie_name(&console->login));
    return token != NULL && strlen(token) == SESSION_TOKEN_CHARS &&
           store_begin_read(console->options.door.store, &txn) == OK &&
           console->options.find_session(txn, token, console->now.wall_ms, ret_session) == OK;
}

static size_t
body_bytes_max(void *context, const struct http_request *request)
{
    struct session session;
    return find_session(context, request, &session) ? HTTP_BODY_BYTES_MAX
                                                    : HTTP_STRANGER_BODY_BYTES_MAX;
}

/* In one time, however much of it is right. */
static bool
is_same(const char *given, const char *secret, size_t size)
{
    unsigned difference = 0;
    if (given == NULL || strlen(given) != size)
        return false;
    for (size_t i = 0; i < size; i++)
        difference |= (unsigned)(given[i] ^ secret[i]);
    return difference == 0;
}

static bool
is_csrf_right(const struct http_request *request, const struct session *session)
{
    return is_same(http_header(request, CONSOLE_CSRF_HEADER), session->csrf, SESSION_CSRF_CHARS);
}

/* From this machine, and not through a proxy on it, which says for whom it asks. */
static bool
is_local(const struct http_request *request)
{
    const char *peer = request->peer;
    if (strncmp(peer, "::ffff:", 7) == 0)
        peer += 7;
    return (strncmp(peer, "127.", 4) == 0 || strcmp(peer, "::1") == 0) &&
           http_header(request, "X-Forwarded-For") == NULL &&
           http_header(request, "Forwarded") == NULL;
}

static bool
may_read_metrics(const struct console *console, const struct http_request *request)
{
    static const char bearer[] = "Bearer ";
    const char *given = http_header(request, "Authorization");
    if (console->metrics_token[0] == '\0')
        return is_local(request);
    return given != NULL && strncmp(given, bearer, sizeof bearer - 1) == 0 &&
           is_same(given + sizeof bearer - 1, console->metrics_token,
                   strlen(console->metrics_token));
}

enum result
console_read_token(const char *path, char ret_token[METRICS_TOKEN_CHARS_MAX + 1],
                   struct refusal *ret_refusal)
{
    uint8_t *content = NULL;
    size_t size = 0;
    enum result result =
        file_read_secret(path, METRICS_TOKEN_CHARS_MAX + 1, &content, &size, ret_refusal);
    if (result != OK)
        return result;
    if (size > 0 && content[size - 1] == '\n')
        size--;
    bool good = size >= METRICS_TOKEN_CHARS_MIN && size <= METRICS_TOKEN_CHARS_MAX;
    for (size_t i = 0; i < size; i++)
        good &= content[i] > ' ' && content[i] < 0x7f;
    if (good) {
        memcpy(ret_token, content, size);
        ret_token[size] = '\0';
    }
    free(content);
    return good ? OK
                : refuse(ret_refusal, REFUSAL_OPTION_INVALID, "metrics-token",
                         "%s holds no token: one line of %d to %d letters, digits or signs", path,
                         METRICS_TOKEN_CHARS_MIN, METRICS_TOKEN_CHARS_MAX);
}

static bool
is_json(const struct http_request *request)
{
    const char *type = http_header(request, "Content-Type");
    return type != NULL && strncmp(type, "application/json", 16) == 0 &&
           (type[16] == '\0' || type[16] == ';');
}

/* ---- paths ---- */

/* Whoever asks brings nothing that a foreign page could misuse; that page reads no answer, and a
 * form of it cannot send JSON. */
static enum http_verdict
tell_applicant(struct console *console, const struct http_request *request,
               struct http_response *ret_response)
{
    if (request->method != HTTP_POST) {
        ret_response->allow = "POST";
        return door_refuse(&console->door, REFUSAL_METHOD_NOT_ALLOWED, "", "questions are posted",
                           ret_response);
    }
    if (!is_json(request))
        return door_refuse(&console->door, REFUSAL_MALFORMED, "Content-Type", "application/json",
                           ret_response);
    return public_door_take(&console->public_door, request, &console->now, ret_response);
}

/* There is no session yet whose token a foreign page could not know: the browser's word on where
 * the request comes from must do. */
static enum http_verdict
log_in(struct console *console, const struct http_request *request,
       struct http_response *ret_response)
{
    if (!login_is_same_origin(request, console->login.encrypted))
        return door_refuse(&console->door, REFUSAL_FOREIGN_PAGE, "Origin",
                           "log in on a page of this office", ret_response);
    if (!is_json(request))
        return door_refuse(&console->door, REFUSAL_MALFORMED, "Content-Type", "application/json",
                           ret_response);
    return login_take(&console->login, request, &console->now, ret_response);
}

static enum http_verdict
serve_session(struct console *console, const struct http_request *request, const char *command,
              struct session *session, struct http_response *ret_response)
{
    struct door *door = &console->door;
    if (strcmp(command, "events") == 0 && request->method == HTTP_GET)
        return HTTP_EVENTS;
    if (strcmp(command, "session") == 0 && request->method == HTTP_GET)
        return login_show(&console->login, request, session, ret_response);
    if (request->method != HTTP_POST) {
        ret_response->allow = "POST";
        return door_refuse(door, REFUSAL_METHOD_NOT_ALLOWED, "", "commands are posted",
                           ret_response);
    }
    if (!login_is_same_origin(request, console->login.encrypted))
        return door_refuse(door, REFUSAL_FOREIGN_PAGE, "Origin",
                           "only pages of this office post here", ret_response);
    if (!is_csrf_right(request, session))
        return door_refuse(door, REFUSAL_FOREIGN_PAGE, CONSOLE_CSRF_HEADER,
                           "the token of the session goes into this header", ret_response);
    if (!is_json(request))
        return door_refuse(door, REFUSAL_MALFORMED, "Content-Type", "application/json",
                           ret_response);
    if (strcmp(command, "logout") == 0)
        return login_end(&console->login, request, session, &console->now, ret_response);
    if (session->wants_touch && http_header(request, CONSOLE_UNATTENDED_HEADER) == NULL)
        login_touch(&console->login, session);
    return door_take(door, request, command, session, &console->now, ret_response);
}

static enum http_verdict
serve_api(struct console *console, const struct http_request *request,
          struct http_response *ret_response)
{
    struct session session;
    const char *command = request->path + strlen(API);
    if (strcmp(command, "session") == 0 && request->method == HTTP_POST)
        return log_in(console, request, ret_response);
    if (strcmp(command, PUBLIC_DOOR_PATH) == 0 && console->public_door.open)
        return tell_applicant(console, request, ret_response);
    if (!find_session(console, request, &session))
        return door_refuse(&console->door, REFUSAL_SESSION_MISSING, "",
                           "no session, or not any more", ret_response);
    return serve_session(console, request, command, &session, ret_response);
}

/* The applicant's page is there when it is wanted; other pages tell nobody anything. */
static const struct web_asset *
find_page(const struct console *console, const char *path)
{
    bool of_applicants = strncmp(path, STATUS_PAGE, strlen(STATUS_PAGE)) == 0;
    if (of_applicants && !console->public_door.open)
        return NULL;
    return web_assets_find(console->options.door.role->pages, path);
}

static void
fill_asset(const struct web_asset *asset, const struct http_request *request,
           struct http_response *ret_response)
{
    const char *known = http_header(request, "If-None-Match");
    ret_response->entity_tag = asset->entity_tag;
    if (known != NULL && strcmp(known, asset->entity_tag) == 0) {
        ret_response->status = 304;
        return;
    }
    ret_response->status = 200;
    ret_response->type = asset->type;
    ret_response->body = bytes_of(asset->data, asset->size);
}

static enum http_verdict
serve_rest(struct console *console, const struct http_request *request,
           struct http_response *ret_response)
{
    const struct web_asset *asset = find_page(console, request->path);
    bool health = strcmp(request->path, "/healthz") == 0;
    bool ready = strcmp(request->path, "/readyz") == 0;
    bool metrics = strcmp(request->path, "/metrics") == 0;
    if (asset == NULL && !health && !ready && !metrics)
        return door_refuse(&console->door, REFUSAL_PATH_UNKNOWN, "", "no such page", ret_response);
    if (request->method != HTTP_GET) {
        ret_response->allow = "GET, HEAD";
        return door_refuse(&console->door, REFUSAL_METHOD_NOT_ALLOWED, "", "it is only read",
                           ret_response);
    }
    if (metrics && !may_read_metrics(console, request))
        return door_refuse(&console->door, REFUSAL_SESSION_MISSING, "",
                           "figures are for this machine, or for who has the token", ret_response);
    if (ready || metrics)
        return door_share(&console->door, ready ? SHARE_PROBE : SHARE_METRICS, request,
                          &console->now, ret_response);
    if (asset != NULL) {
        fill_asset(asset, request, ret_response);
        return HTTP_ANSWERED;
    }
    ret_response->status = 200;
    ret_response->type = "application/json";
    ret_response->body = bytes_of_text("{\"alive\":true}");
    return HTTP_ANSWERED;
}

static enum http_verdict
handle(void *context, const struct http_request *request, struct http_response *ret_response)
{
    bool api = strncmp(request->path, API, strlen(API)) == 0;
    return api ? serve_api(context, request, ret_response)
               : serve_rest(context, request, ret_response);
}

/* ---- the thread ---- */

/* Subscribers are told that something changed, never what: they ask, and are judged as they ask. */
static void
tell_changes(struct console *console)
{
    char data[48];
    uint64_t revision = store_revision(console->options.door.store);
    if (revision == console->revision || console->now.monotonic_ms - console->told_ms < TELL_MS)
        return;
    console->revision = revision;
    console->told_ms = console->now.monotonic_ms;
    snprintf(data, sizeof data, "{\"revision\":%" PRIu64 "}", revision);
    http_publish(console->server, "changed", data);
}

/* This thread alone; a page that is shown a little later harms nobody. */
static void
step_back(void)
{
    const id_t thread = (id_t)gettid();
    if (setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + NICENESS) != 0)
        log_line(LOG_WARNING, "console_priority", "cause=%d", errno);
}

static void *
run(void *context)
{
    struct console *console = context;
    step_back();
    const int descriptors[] = { http_descriptor(console->server), console->stop };
    uint64_t stopped = 0;
    while (read(console->stop, &stopped, sizeof stopped) < 0) {
        unsigned wait_ms = login_waits(&console->login) ? 0 : http_wait_ms(console->server);
        if (http_subscriber_count(console->server) > 0 && wait_ms > LOOK_MS)
            wait_ms = LOOK_MS;
        control_client_wait(console->door.client, descriptors, 2, wait_ms);
        console->now = clock_now();
        door_run(&console->door, console->server, &console->now);
        login_run(&console->login, console->server, &console->now);
        http_run(console->server, console->now.monotonic_ms);
        tell_changes(console);
    }
    return NULL;
}

/* Signals are the loop's; a client that is gone is told by what write answers. */
static enum result
start_thread(struct console *console)
{
    sigset_t all, before;
    sigfillset(&all);
    REQUIRE(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
    console->running = pthread_create(&console->thread, NULL, run, console) == 0;
    REQUIRE(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
    return console->running ? OK : ERR_MEMORY;
}

enum result
console_open(const struct console_options *options, struct console **ret_console,
             struct refusal *ret_refusal)
{
    AUTO(console) struct console *console = calloc(1, sizeof *console);
    if (console == NULL)
        return ERR_MEMORY;
    struct http_options http = options->http;
    http.context = console;
    http.body_bytes_max = body_bytes_max;
    http.handle = handle;
    console->options = *options;
    console->revision = store_revision(options->door.store);
    console->now = clock_now();
    console->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    enum result result = console->stop < 0 ? ERR_IO : OK;
    if (result == OK && options->metrics_token != NULL)
        result = console_read_token(options->metrics_token, console->metrics_token, ret_refusal);
    if (result == OK)
        result = door_open(&console->door, &options->door);
    login_init(&console->login, &console->door, http.certificate != NULL);
    public_door_init(&console->public_door, &console->door, &options->applicants);
    if (result == OK)
        result = http_open(&http, &console->server, ret_refusal);
    if (result == OK)
        result = start_thread(console);
    if (result != OK)
        return result;
    *ret_console = MOVE(console);
    return OK;
}

void
console_close(struct console *console)
{
    const uint64_t one = 1;
    if (console == NULL)
        return;
    if (console->running) {
        REQUIRE(write(console->stop, &one, sizeof one) == (ssize_t)sizeof one);
        REQUIRE(pthread_join(console->thread, NULL) == 0);
    }
    http_close(console->server);
    door_close(&console->door);
    if (console->stop >= 0)
        close(console->stop);
    free(console);
}
