/* SPDX-License-Identifier: Apache-2.0
 *
 * What a network has in its folder: keys, certificates, directories, option files.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io/file.h"
#include "common/io/link.h"
#include "common/io/wire.h"
#include "tests/lib/network.h"

enum { OPTION_FILE_BYTES = 8192, DIRECTORY_DAYS = 30 };

struct place {
    const char *code;
    Yidi__Role role;
    const char *area;
    const char *name;
    const char *issuing_authority;
};

static const struct place places[NETWORK_OFFICE_COUNT] = {
    [SHENZHEN] = { "440305510100", YIDI__ROLE__ACCEPTANCE, "440305", "深圳市南山区异地受理点", "" },
    [TIANHE] = { "440106480000", YIDI__ROLE__REGISTRY, "440106", "广州市公安局天河区分局",
                 "广州市公安局天河分局" },
    [YUEXIU] = { "4401044800A1", YIDI__ROLE__PRODUCTION, "44", "广东省制证中心", "" },
    [FUTIAN] = { "440304510100", YIDI__ROLE__ACCEPTANCE, "440304", "深圳市福田区异地受理点", "" },
    [HAIZHU] = { "440105480000", YIDI__ROLE__REGISTRY, "440105", "广州市公安局海珠区分局",
                 "广州市公安局海珠分局" },
    [JINJIANG] = { "510104510100", YIDI__ROLE__ACCEPTANCE, "510104", "成都市锦江区异地受理点", "" },
    [QINGYANG] = { "510105480000", YIDI__ROLE__REGISTRY, "510105", "成都市公安局青羊区分局",
                   "成都市公安局青羊分局" },
    [WUHOU] = { "5101074800A1", YIDI__ROLE__PRODUCTION, "51", "四川省制证中心", "" },
};

static uint64_t
now_ms(void)
{
    return (uint64_t)time(NULL) * 1000;
}

const char *
network_path(const struct network_office *office, const char *file,
             char ret_path[NETWORK_PATH_BYTES])
{
    int size = snprintf(ret_path, NETWORK_PATH_BYTES, "%s/%s", office->folder, file);
    assert_in_range(size, 1, NETWORK_PATH_BYTES - 1);
    return ret_path;
}

/* ---- keys ---- */

static void
make_certified_key(const struct authority *authority, const char *key_path,
                   const struct certificate_request *request, struct signing_key **ret_key,
                   struct certificate **ret_certificate)
{
    assert_int_equal(signing_key_create(key_path, ret_key, NULL), OK);
    assert_int_equal(certificate_create(*ret_key, request, authority->key, authority->root, NULL),
                     OK);
    assert_int_equal(certificate_load(request->path, ret_certificate, NULL), OK);
}

static void
make_authority(struct network *network)
{
    char key_path[AUTHORITY_PATH_BYTES], path[AUTHORITY_PATH_BYTES];
    authority_open(&network->authority);
    authority_revoke(&network->authority, NULL, 0);
    authority_path(&network->authority, "authority.key", key_path);
    authority_path(&network->authority, "authority.pem", path);
    const struct certificate_request request = { .name = "test authority",
                                                 .unit = DIRECTORY_AUTHORITY_UNIT,
                                                 .days = AUTHORITY_DAYS,
                                                 .path = path };
    make_certified_key(&network->authority, key_path, &request, &network->directory_key,
                       &network->directory_certificate);
}

/* A port that was free a moment ago, on a loopback address of this process' own, so that no other
 * socket of this machine takes it while the daemon is down. */
static void
choose_endpoint(char ret_endpoint[NETWORK_ENDPOINT_BYTES])
{
    unsigned pid = (unsigned)getpid();
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(0x7f000000u | (1 + (pid >> 16) % 250) << 16 | (pid & 0xffff));
    int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(probe >= 0);
    assert_int_equal(bind(probe, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(probe, (struct sockaddr *)&address, &size), 0);
    char text[INET_ADDRSTRLEN];
    assert_non_null(inet_ntop(AF_INET, &address.sin_addr, text, sizeof text));
    snprintf(ret_endpoint, NETWORK_ENDPOINT_BYTES, "tcp://%s:%u", text, ntohs(address.sin_port));
    close(probe);
}

/* The kernel may offer the same free port again. */
static bool
is_taken(const struct network *network, const struct network_office *office)
{
    for (const struct network_office *other = network->offices; other < office; other++)
        if (strcmp(other->endpoint, office->endpoint) == 0)
            return true;
    return false;
}

static void
make_office(struct network *network, enum network_place where)
{
    struct network_office *office = &network->offices[where];
    const struct place *place = &places[where];
    char key_path[NETWORK_PATH_BYTES], path[NETWORK_PATH_BYTES];

    office->network = network;
    office->code = place->code;
    office->role = place->role;
    office->area = place->area;
    authority_path(&network->authority, place->code, office->folder);
    assert_int_equal(mkdir(office->folder, 0700), 0);
    const struct certificate_request request = { .name = place->code,
                                                 .unit = directory_role_unit(place->role),
                                                 .days = AUTHORITY_DAYS,
                                                 .path =
                                                     network_path(office, "signing.pem", path) };
    make_certified_key(&network->authority, network_path(office, "signing.key", key_path), &request,
                       &office->key, &office->certificate);
    assert_int_equal(transport_key_create(network_path(office, "transport.key", key_path),
                                          office->transport_key, NULL),
                     OK);
    do
        choose_endpoint(office->endpoint);
    while (is_taken(network, office));
}

void
network_revoke_certificate(struct network_office *office)
{
    const struct certificate *revoked[] = { office->certificate };
    authority_revoke(&office->network->authority, revoked, 1);
}

/* ---- option files ---- */

struct option_line {
    const char *name;
    const char *value;
};

static bool
has_option(const char *lines, const char *name)
{
    size_t size = strlen(name);
    while (lines != NULL && *lines != '\0') {
        if (strncmp(lines, name, size) == 0 && strchr(" =", lines[size]) != NULL)
            return true;
        lines = strchr(lines, '\n');
        lines = lines == NULL ? NULL : lines + 1;
    }
    return false;
}

static void
write_options(const struct network_office *office, const struct network_options *options)
{
    const struct option_line standard[] = {
        { "office", office->code },
        { "bind", office->endpoint },
        { "data", "data" },
        { "directory", "directory" },
        { "root-certificate", "../root.pem" },
        { "crl", "../root.crl" },
        { "signing-key", "signing.key" },
        { "signing-certificate", "signing.pem" },
        { "transport-key", "transport.key" },
        { "control-socket", "control" },
        { "spool", "spool" },
        { "map-size", "2G" },
        { "disk-reserve", "0" }, /* whatever else fills the disk of the tests */
        { "retry-first", "20" },
        { "retry-max", "300" },
        { "greeting-timeout", "1000" },
        { "silence", "500" },
        { "idle-close", "2000" },
        { "notify-hook", "../hook" },
    };
    char text[OPTION_FILE_BYTES], path[NETWORK_PATH_BYTES];
    size_t size = 0, count = sizeof standard / sizeof *standard - (options->with_hook ? 0 : 1);
    for (size_t i = 0; i < count; i++)
        if (!has_option(options->option_lines, standard[i].name))
            size += (size_t)snprintf(text + size, sizeof text - size, "%s = %s\n", standard[i].name,
                                     standard[i].value);
    size += (size_t)snprintf(text + size, sizeof text - size, "%s",
                             options->option_lines == NULL ? "" : options->option_lines);
    assert_true(size < sizeof text);
    assert_int_equal(file_write(network_path(office, "conf", path), bytes_of(text, size), 0600,
                                FILE_REPLACE, NULL),
                     OK);
}

static void
write_hook(const struct network *network)
{
    static const char script[] =
        "#!/bin/sh\n"
        "{ stat -c '%a %n' \"$1\"; cat \"$1\"; } >>\"${1%/spool/*}/hooked\"\n";
    char path[AUTHORITY_PATH_BYTES];
    authority_path(&network->authority, "hook", path);
    assert_int_equal(file_write(path, bytes_of_text(script), 0700, FILE_NEW, NULL), OK);
}

/* ---- directory ---- */

static void
describe(const struct network_office *office, struct arena *arena, Yidi__Office *ret_entry)
{
    const struct place *place = &places[office - office->network->offices];
    struct bytes der = certificate_der(office->certificate);
    ProtobufCBinaryData *certificate = arena_take(arena, sizeof *certificate);
    char **area = arena_take(arena, sizeof *area);
    assert_true(certificate != NULL && area != NULL);
    *certificate = (ProtobufCBinaryData){ .data = (uint8_t *)der.data, .len = der.size };
    *area = (char *)place->area;

    yidi__office__init(ret_entry);
    ret_entry->code = (char *)place->code;
    ret_entry->name = (char *)place->name;
    ret_entry->role = place->role;
    ret_entry->endpoint =
        (char *)(office->listed_endpoint[0] == '\0' ? office->endpoint : office->listed_endpoint);
    ret_entry->transport_key = (ProtobufCBinaryData){ .data = (uint8_t *)office->transport_key,
                                                      .len = sizeof office->transport_key };
    ret_entry->certificates = certificate;
    ret_entry->n_certificates = 1;
    ret_entry->areas = area;
    ret_entry->n_areas = 1;
    ret_entry->contact = "户政科 020-12345678";
    ret_entry->issuing_authority = (char *)place->issuing_authority;
    ret_entry->revoked = office->revoked;
}

static int
compare_codes(const void *a, const void *b)
{
    const Yidi__Office *const *left = a, *const *right = b;
    return strcmp((*left)->code, (*right)->code);
}

static uint64_t
next_version(struct network *network, uint64_t given)
{
    uint64_t version = given == 0 ? network->directory_version + 1 : given;
    if (version > network->directory_version)
        network->directory_version = version;
    return version;
}

struct bytes
network_make_directory(struct network *network, const struct network_directory *change,
                       struct arena *arena)
{
    static const struct network_directory unchanged = { 0 };
    if (change == NULL)
        change = &unchanged;
    Yidi__Directory directory = YIDI__DIRECTORY__INIT;
    Yidi__Office entries[NETWORK_OFFICE_COUNT], *list[NETWORK_OFFICE_COUNT];
    directory.format = 1;
    directory.version = next_version(network, change->version);
    directory.issued_ms = change->issued_ms == 0 ? now_ms() : change->issued_ms;
    directory.expires_ms = change->expires_ms == 0 ? now_ms() + DIRECTORY_DAYS * UINT64_C(86400000)
                                                   : change->expires_ms;
    directory.offices = list;
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++) {
        if (&network->offices[i] == change->without)
            continue;
        describe(&network->offices[i], arena, &entries[i]);
        list[directory.n_offices++] = &entries[i];
    }
    qsort(list, directory.n_offices, sizeof *list, compare_codes);

    struct bytes packed;
    assert_int_equal(
        directory_sign(wire_encode(&directory.base, arena),
                       change->key == NULL ? network->directory_key : change->key,
                       change->key == NULL ? network->directory_certificate : change->certificate,
                       arena, &packed),
        OK);
    return packed;
}

void
network_write_directory(struct network_office *office, struct bytes signed_directory)
{
    char path[NETWORK_PATH_BYTES];
    assert_int_equal(file_write(network_path(office, "directory", path), signed_directory, 0644,
                                FILE_REPLACE, NULL),
                     OK);
}

/* ---- the whole ---- */

void
network_write_directories(struct network *network)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    struct bytes directory = network_make_directory(network, NULL, &arena);
    for (int i = 0; i < NETWORK_OFFICE_COUNT; i++)
        network_write_directory(&network->offices[i], directory);
}

void
network_open(struct network *network, const struct network_options *options)
{
    static const struct network_options standard = { 0 };
    *network = (struct network){ 0 };
    make_authority(network);
    write_hook(network);
    for (int i = 0; i < NETWORK_OFFICE_COUNT; i++)
        make_office(network, (enum network_place)i);
    for (int i = 0; i < NETWORK_OFFICE_COUNT; i++)
        write_options(&network->offices[i], options == NULL ? &standard : options);
    network_write_directories(network);
}

void
network_add_options(struct network_office *office, const char *lines)
{
    char path[NETWORK_PATH_BYTES], text[OPTION_FILE_BYTES];
    uint8_t *before = NULL;
    size_t size;
    network_path(office, "conf", path);
    assert_int_equal(file_read(path, sizeof text / 2, &before, &size, NULL), OK);
    snprintf(text, sizeof text, "%s%s", (const char *)before, lines);
    free(before);
    assert_int_equal(file_write(path, bytes_of_text(text), 0600, FILE_REPLACE, NULL), OK);
}
