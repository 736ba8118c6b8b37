/* SPDX-License-Identifier: Apache-2.0
 *
 * http_listen - opens the server on an address, with or without TLS, and closes it.
 */
#include "common/io/http_parts.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/core/require.h"
#include "common/io/file.h"

#define LISTEN_FIELD "console"
/* TLS 1.2 and 1.3, with forward secrecy. */
#define TLS_PRIORITIES "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA"

enum {
    IDLE_S = 15, /* without a byte in either direction */
    BACKLOG = 256,
    PEM_BYTES_MAX = 256 * 1024,
    CLOSING_RUNS = 3,
};

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* ---- the address ---- */

static bool
read_port(const char *digits, in_port_t *ret_port)
{
    size_t count = strspn(digits, "0123456789");
    long port = count > 0 && count <= 5 && digits[count] == '\0' ? strtol(digits, NULL, 10) : 0;
    *ret_port = htons((uint16_t)port);
    return port >= 1 && port <= 65535;
}

static bool
read_address(const char *listen, union address *ret_address)
{
    char host[INET6_ADDRSTRLEN + 2];
    const char *colon = strrchr(listen, ':');
    size_t size = colon == NULL ? 0 : (size_t)(colon - listen);
    memset(ret_address, 0, sizeof *ret_address);
    if (size == 0 || size >= sizeof host)
        return false;
    memcpy(host, listen, size);
    host[size] = '\0';
    if (host[0] != '[') {
        ret_address->v4.sin_family = AF_INET;
        return inet_pton(AF_INET, host, &ret_address->v4.sin_addr) == 1 &&
               read_port(colon + 1, &ret_address->v4.sin_port);
    }
    if (host[size - 1] != ']')
        return false;
    host[size - 1] = '\0';
    ret_address->v6.sin6_family = AF_INET6;
    return inet_pton(AF_INET6, host + 1, &ret_address->v6.sin6_addr) == 1 &&
           read_port(colon + 1, &ret_address->v6.sin6_port);
}

static bool
is_loopback(const union address *address)
{
    return address->any.sa_family == AF_INET ? ntohl(address->v4.sin_addr.s_addr) >> 24 == 127
                                             : IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
}

static enum result
check_address(const struct http_options *options, union address *ret_address,
              struct refusal *ret_refusal)
{
    if (!read_address(options->listen, ret_address))
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, LISTEN_FIELD,
                      "an address and a port, such as 127.0.0.1:8443 or [::1]:8443");
    if ((options->certificate == NULL) != (options->key == NULL))
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID,
                      options->key == NULL ? LISTEN_FIELD "-key" : LISTEN_FIELD "-certificate",
                      "a certificate and its key, or neither");
    if (options->certificate == NULL && !is_loopback(ret_address))
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, LISTEN_FIELD,
                      "plain HTTP only on a loopback address; %s needs a certificate and its key",
                      options->listen);
    return OK;
}

/* ---- files ---- */

/* What the options name, read; NULL where they name nothing. */
struct material {
    union address address;
    char *certificate;
    char *key;
};

static void
material_auto(const struct material *material)
{
    free(material->certificate);
    free(material->key);
}

static enum result
read_material(const struct http_options *options, struct material *ret_material,
              struct refusal *ret_refusal)
{
    uint8_t *file = NULL;
    size_t size;
    enum result result = check_address(options, &ret_material->address, ret_refusal);
    if (result == OK && options->certificate != NULL)
        result = file_read(options->certificate, PEM_BYTES_MAX, &file, &size, ret_refusal);
    if (result != OK || file == NULL)
        return result;
    ret_material->certificate = (char *)file;
    result = file_read_secret(options->key, PEM_BYTES_MAX, &file, &size, ret_refusal);
    if (result == OK)
        ret_material->key = (char *)file;
    return result;
}

/* ---- the library ---- */

/* What it says at the start is the reason of a refusal; what it says later is about clients. */
__attribute__((format(printf, 2, 0))) static void
keep_trouble(void *context, const char *format, va_list arguments)
{
    struct http_server *server = context;
    if (server->started)
        return;
    vsnprintf(server->trouble, sizeof server->trouble, format, arguments);
    server->trouble[strcspn(server->trouble, "\n")] = '\0';
}

/* A path with a NUL in it would look like its first half. */
static size_t
unescape(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    size_t size = MHD_http_unescape(text);
    for (char *nul = memchr(text, '\0', size); nul != NULL; nul = memchr(text, '\0', size))
        *nul = '\x7f';
    return size;
}

static enum result
start(struct http_server *server, const struct material *material, struct refusal *ret_refusal)
{
    const struct MHD_OptionItem tls[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, material->certificate },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, material->key },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, TLS_PRIORITIES },
        { MHD_OPTION_END, 0, NULL },
    };
    const struct MHD_OptionItem plain[] = { { MHD_OPTION_END, 0, NULL } };
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    if (server->encrypted)
        flags |= MHD_USE_TLS;
    if (material->address.any.sa_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, http_take_part, server, MHD_OPTION_EXTERNAL_LOGGER, keep_trouble,
        server, MHD_OPTION_ARRAY, server->encrypted ? tls : plain, MHD_OPTION_SOCK_ADDR,
        &material->address, MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_MAX,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_PER_ADDRESS_MAX,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_MEMORY_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_LISTEN_BACKLOG_SIZE,
        (unsigned)BACKLOG, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_UNESCAPE_CALLBACK, unescape,
        NULL, MHD_OPTION_NOTIFY_COMPLETED, http_exchange_ended, server,
        MHD_OPTION_NOTIFY_CONNECTION, http_line_changed, server, MHD_OPTION_END);
    server->started = true;
    if (server->daemon != NULL)
        return OK;
    return refuse(ret_refusal, REFUSAL_OPTION_INVALID, LISTEN_FIELD, "cannot serve on %s: %s",
                  server->options.listen,
                  server->trouble[0] == '\0' ? "the library does not say why" : server->trouble);
}

enum result
http_check(const struct http_options *options, struct refusal *ret_refusal)
{
    AUTO(material) struct material material = { 0 };
    return read_material(options, &material, ret_refusal);
}

enum result
http_open(const struct http_options *options, struct http_server **ret_server,
          struct refusal *ret_refusal)
{
    AUTO(material) struct material material = { 0 };
    enum result result = read_material(options, &material, ret_refusal);
    if (result != OK)
        return result;
    AUTO(http_server) struct http_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return ERR_MEMORY;
    server->options = *options;
    server->encrypted = material.certificate != NULL;
    result = start(server, &material, ret_refusal);
    if (result != OK)
        return result;
    *ret_server = MOVE(server);
    return OK;
}

/* The library panics when it is stopped while something is suspended. */
void
http_close(struct http_server *server)
{
    if (server == NULL)
        return;
    if (server->daemon != NULL) {
        http_end_exchanges(server);
        for (int i = 0; i < CLOSING_RUNS; i++)
            (void)MHD_run(server->daemon);
        MHD_stop_daemon(server->daemon);
    }
    REQUIRE(server->exchanges == NULL && server->lines == NULL);
    free(server);
}
