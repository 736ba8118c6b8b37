/* SPDX-License-Identifier: Apache-2.0
 *
 * directory - sign and show directories of offices; command_directory_build.c makes them.
 *
 * Works on files alone, asks no daemon.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/core/limits.h"
#include "common/io/directory.h"
#include "common/io/file.h"
#include "common/io/wire.h"
#include "deploy/yidictl/authority_signer.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/written.h"

/* --- directory sign --- */

static const struct argument_rule sign_options[] = {
    AUTHORITY_SIGNER_OPTIONS,
    { "in", "FILE", false, "the directory that was built" },
    { 0 },
};

/* What is signed must be what every office will take. */
static enum result
check_unsigned(struct bytes packed, uint64_t signer_ends_ms, struct arena *arena,
               struct refusal *ret_refusal)
{
    ProtobufCMessage *message;
    enum result result =
        wire_decode(&yidi__directory__descriptor, packed, arena, &message, ret_refusal);
    if (result != OK)
        return result;
    const Yidi__Directory *directory = (const Yidi__Directory *)message;
    result = directory_check(directory, ret_refusal);
    if (result == OK && directory->expires_ms > signer_ends_ms)
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, "certificate",
                      "ends before the directory does: no office could load it then");
    return result;
}

static enum result
sign(struct authority_signer *signer, const char *path, struct arena *arena,
     struct refusal *ret_refusal)
{
    AUTO(heap) uint8_t *data = NULL;
    size_t size = 0;
    struct bytes packed;

    enum result result = authority_signer_open(signer, ret_refusal);
    if (result == OK)
        result = file_read(path, DIRECTORY_BYTES_MAX, &data, &size, ret_refusal);
    if (result == OK)
        result = check_unsigned(bytes_of(data, size), certificate_ends_ms(signer->certificate),
                                arena, ret_refusal);
    if (result == OK)
        result =
            directory_sign(bytes_of(data, size), signer->key, signer->certificate, arena, &packed);
    return result == OK ? authority_signer_write(signer, packed, ret_refusal) : result;
}

static int
run_sign(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(arena) struct arena arena;
    AUTO(authority_signer) struct authority_signer signer = { 0 };
    struct written written = { 0 };
    struct refusal refusal = { 0 };
    const char *path = NULL;
    arena_init(&arena);

    enum result result = authority_signer_read(arguments, &signer, &refusal);
    if (result == OK)
        result = written_option(arguments, "in", &path, &refusal);
    if (result == OK)
        result = sign(&signer, path, &arena, &refusal);
    if (result == OK)
        written_add(&written, NULL, signer.out, "the signed directory; every office needs it");
    return written_report(&written, settings, result, &refusal);
}

const struct command directory_sign_command = {
    .name = "directory sign",
    .synopsis = "--key FILE --certificate FILE --in FILE --out FILE",
    .help = "sign a directory, as the directory authority",
    .description = "",
    .options = sign_options,
    .offline = true,
    .run = run_sign,
};

/* --- directory show --- */

static const struct argument_rule show_options[] = {
    { "root", "root.pem", false, "the root certificate that is trusted" },
    { "crl", "FILE", false, "the root's list of revoked certificates" },
    { 0 },
};

enum { AREAS_SHOWN = 4 };

/* The certificate's end, and whether the office is to be trusted now. */
static void
describe_trust(struct directory *directory, const Yidi__Office *office, uint64_t now_ms,
               struct arena *arena, Yidi__OfficeReport *report)
{
    const struct certificate *certificate = NULL;
    struct refusal refusal = { 0 };
    enum result result =
        directory_certificate(directory, office, 0, now_ms, &certificate, &refusal);

    if (result == OK) {
        report->certificate_ends_ms = certificate_ends_ms(certificate);
    } else {
        AUTO(certificate) struct certificate *untrusted = NULL;
        ProtobufCBinaryData der = office->certificates[0];
        if (certificate_decode(bytes_of(der.data, der.len), &untrusted) == OK)
            report->certificate_ends_ms = certificate_ends_ms(untrusted);
    }
    const char *rule = strstr(refusal.rule, ": "); /* the office's code stands before */
    report->state =
        (char *)(uintptr_t)(office->revoked ? "revoked"
                            : result == OK  ? "trusted"
                                            : output_format(arena, "%s",
                                                           rule == NULL ? refusal.rule : rule + 2));
}

static Yidi__OfficeReport *
report_office(struct directory *directory, const Yidi__Office *office, uint64_t now_ms,
              struct arena *arena)
{
    Yidi__OfficeReport *report = arena_take(arena, sizeof *report);
    if (report == NULL)
        return NULL;
    yidi__office_report__init(report);
    report->code = office->code;
    report->name = office->name;
    report->role = office->role;
    report->endpoint = office->endpoint;
    report->n_areas = office->n_areas;
    report->areas = office->areas;
    describe_trust(directory, office, now_ms, arena, report);
    return report;
}

static enum result
report_directory(struct directory *directory, uint64_t now_ms, struct arena *arena,
                 Yidi__DirectoryReport *report)
{
    size_t count = directory_office_count(directory);
    struct digest *digest = arena_take(arena, sizeof *digest);

    yidi__directory_report__init(report);
    report->offices = arena_take(arena, count * sizeof *report->offices);
    if (digest == NULL || report->offices == NULL)
        return ERR_MEMORY;
    directory_digest(directory, digest);
    report->digest = (ProtobufCBinaryData){ DIGEST_BYTES, digest->bytes };
    report->version = directory_version(directory);
    report->issued_ms = directory_issued_ms(directory);
    report->expires_ms = directory_expires_ms(directory);
    report->expired = report->expires_ms <= now_ms;
    report->signer = (char *)(uintptr_t)directory_signer(directory);
    for (; report->n_offices < count; report->n_offices++) {
        Yidi__OfficeReport *office = report_office(
            directory, directory_office_at(directory, report->n_offices), now_ms, arena);
        if (office == NULL)
            return ERR_MEMORY;
        report->offices[report->n_offices] = office;
    }
    return OK;
}

/* The first areas, and how many more there are. */
static const char *
areas_text(const Yidi__OfficeReport *office, struct arena *arena)
{
    const char *text = "";
    size_t shown = office->n_areas <= AREAS_SHOWN ? office->n_areas : AREAS_SHOWN - 1;

    for (size_t i = 0; i < shown; i++)
        text = output_format(arena, "%s%s%s", text, i == 0 ? "" : " ", office->areas[i]);
    if (shown < office->n_areas)
        text = output_format(arena, "%s and %zu more", text, office->n_areas - shown);
    return text;
}

static void
print_offices(const Yidi__DirectoryReport *report, struct arena *arena)
{
    static const struct table_column columns[] = {
        { "OFFICE", false },   { "ROLE", false },  { "NAME", false },
        { "ENDPOINT", false }, { "AREAS", false }, { "CERTIFIED UNTIL", false },
        { "STATE", false },
    };
    AUTO(table) struct table table;
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < report->n_offices; i++) {
        const Yidi__OfficeReport *office = report->offices[i];
        table_add(&table, (const char *[]){
                              office->code,
                              directory_role_unit(office->role),
                              office->name,
                              office->endpoint,
                              areas_text(office, arena),
                              output_time(office->certificate_ends_ms, arena),
                              office->state,
                          });
    }
    table_print(&table, stdout);
}

static const char *
digest_text(ProtobufCBinaryData digest, struct arena *arena)
{
    const char *text = "";
    for (size_t i = 0; i < digest.len; i++)
        text = output_format(arena, "%s%02x", text, digest.data[i]);
    return text;
}

static void
print_directory(const Yidi__DirectoryReport *report, struct arena *arena)
{
    AUTO(table) struct table table;
    table_init(&table, table_field_columns, 2);
    table_add_field(&table, "version",
                    output_format(arena, "%llu", (unsigned long long)report->version));
    table_add_field(&table, "issued", output_time(report->issued_ms, arena));
    table_add_field(&table, "expires",
                    output_format(arena, "%s%s", output_time(report->expires_ms, arena),
                                  report->expired ? " (expired)" : ""));
    table_add_field(&table, "signed by", report->signer);
    table_add_field(&table, "digest", digest_text(report->digest, arena));
    table_add_field(&table, "offices", output_format(arena, "%zu", report->n_offices));
    table_print(&table, stdout);
    putchar('\n');
    print_offices(report, arena);
}

static bool
is_unsigned_directory(const char *path)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    ProtobufCMessage *message;
    struct bytes packed;
    struct refusal refusal;
    return input_read(path, DIRECTORY_BYTES_MAX, &arena, &packed, &refusal) == OK &&
           wire_decode(&yidi__directory__descriptor, packed, &arena, &message, &refusal) == OK;
}

/* directory_load, with refusals that name the file. */
static enum result
load(const char *path, const struct trust_root *root, uint64_t now_ms,
     struct directory **ret_directory, struct refusal *ret_refusal)
{
    struct refusal inner = { 0 };
    enum result result = directory_load(path, root, now_ms, ret_directory, &inner);
    if (result != ERR_REFUSED)
        return result;
    if (inner.code == REFUSAL_FILE_UNREADABLE) /* names it already */
        return refuse(ret_refusal, inner.code, inner.field, "%s", inner.rule);
    if (is_unsigned_directory(path))
        return refuse(ret_refusal, REFUSAL_DIRECTORY_INVALID, path,
                      "is not signed; see yidictl directory sign");
    return input_blame(path, &inner, ret_refusal);
}

static int
run_show(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(arena) struct arena arena;
    AUTO(trust_root) struct trust_root *root = NULL;
    AUTO(directory) struct directory *directory = NULL;
    uint64_t now_ms = (uint64_t)time(NULL) * 1000;
    Yidi__DirectoryReport report;
    const char *root_path;
    struct refusal refusal = { 0 };
    arena_init(&arena);

    enum result result = written_option(arguments, "root", &root_path, &refusal);
    if (result != OK)
        return report_usage(settings, result, &refusal);
    result = trust_root_load(root_path, arguments_text(arguments, "crl"), &root, &refusal);
    if (result == OK)
        result = load(arguments->operands[0], root, now_ms, &directory, &refusal);
    if (result == OK)
        result = report_directory(directory, now_ms, &arena, &report);
    if (result != OK)
        return report_result(settings, result, &refusal);
    if (settings->json)
        output_json(&report.base);
    else
        print_directory(&report, &arena);
    return EXIT_DONE;
}

const struct command directory_show_command = {
    .name = "directory show",
    .synopsis = "--root root.pem [--crl FILE] FILE",
    .help = "check a signed directory and show what it says",
    .description = "",
    .options = show_options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .offline = true,
    .run = run_show,
};
