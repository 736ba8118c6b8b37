/* SPDX-License-Identifier: Apache-2.0
 *
 * directory build - put the offices of an administrator's files into one unsigned directory.
 *
 * Each file is an OfficeSource as JSON; what it names is read relative to its folder.
 */
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/io/directory.h"
#include "common/io/file.h"
#include "common/io/json.h"
#include "common/io/wire.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/written.h"

enum {
    DIRECTORY_DAYS = 90,
    DIRECTORY_DAYS_MAX = 3650,
    SOURCE_BYTES_MAX = 256 * 1024,
    OFFICES_MAX = 65536,
};

static const uint64_t day_ms = 24 * 3600 * 1000;

/* One office and the file that described it. */
struct entry {
    const char *path;
    Yidi__Office *office;
};

/* A path in a source file is relative to that file's folder. */
static const char *
resolve(const char *source_path, const char *path, struct arena *arena)
{
    char *copy = arena_copy_text(arena, source_path);
    if (path[0] == '/' || copy == NULL || strchr(copy, '/') == NULL)
        return path;
    return output_format(arena, "%s/%s", dirname(copy), path);
}

/* --- what a source names --- */

static int
hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static enum result
read_transport_key(const char *path, struct arena *arena, ProtobufCBinaryData *ret_key,
                   struct refusal *ret_refusal)
{
    struct bytes text;
    uint8_t *key = arena_take(arena, DIRECTORY_KEY_BYTES);
    enum result result = input_read(path, 1024, arena, &text, ret_refusal);
    if (result != OK || key == NULL)
        return result != OK ? result : ERR_MEMORY;

    size_t size = text.size;
    while (size > 0 && (text.data[size - 1] == '\n' || text.data[size - 1] == '\r'))
        size--;
    bool is_key = size == 2 * DIRECTORY_KEY_BYTES;
    for (size_t i = 0; i < DIRECTORY_KEY_BYTES && is_key; i++) {
        int high = hex_value((char)text.data[2 * i]), low = hex_value((char)text.data[2 * i + 1]);
        is_key = high >= 0 && low >= 0;
        key[i] = (uint8_t)(high << 4 | low);
    }
    if (!is_key)
        return refuse(ret_refusal, REFUSAL_KEY_INVALID, path,
                      "not a transport key's public half: %d digits of lower-case hex",
                      2 * DIRECTORY_KEY_BYTES);
    *ret_key = (ProtobufCBinaryData){ DIRECTORY_KEY_BYTES, key };
    return OK;
}

static enum result
read_certificate(const char *path, const Yidi__Office *office, struct arena *arena,
                 ProtobufCBinaryData *ret_der, struct refusal *ret_refusal)
{
    AUTO(certificate) struct certificate *certificate = NULL;
    enum result result = certificate_load(path, &certificate, ret_refusal);
    if (result != OK)
        return result;
    if (strcmp(certificate_name(certificate), office->code) != 0 ||
        strcmp(certificate_unit(certificate), directory_role_unit(office->role)) != 0)
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, path, "is for %s %s, not for %s %s",
                      certificate_unit(certificate), certificate_name(certificate),
                      directory_role_unit(office->role), office->code);
    struct bytes der = arena_copy(arena, certificate_der(certificate));
    if (der.data == NULL)
        return ERR_MEMORY;
    *ret_der = (ProtobufCBinaryData){ der.size, (uint8_t *)(uintptr_t)der.data };
    return OK;
}

static enum result
fill_office(const char *path, const Yidi__OfficeSource *source, struct arena *arena,
            Yidi__Office *office, struct refusal *ret_refusal)
{
    yidi__office__init(office);
    office->code = source->code;
    office->name = source->name;
    office->role = source->role;
    office->endpoint = source->endpoint;
    office->n_areas = source->n_areas;
    office->areas = source->areas;
    office->contact = source->contact;
    office->issuing_authority = source->issuing_authority;
    office->revoked = source->revoked;
    office->certificates =
        arena_take(arena, source->n_certificate_files * sizeof *office->certificates);
    if (office->certificates == NULL)
        return ERR_MEMORY;

    enum result result = read_transport_key(resolve(path, source->transport_key_file, arena), arena,
                                            &office->transport_key, ret_refusal);
    for (size_t i = 0; i < source->n_certificate_files && result == OK; i++)
        result = read_certificate(resolve(path, source->certificate_files[i], arena), office, arena,
                                  &office->certificates[office->n_certificates++], ret_refusal);
    return result;
}

static enum result
read_source(const char *path, struct arena *arena, struct entry *ret_entry,
            struct refusal *ret_refusal)
{
    struct bytes text;
    ProtobufCMessage *source;
    struct refusal inner = { 0 };
    Yidi__Office *office = arena_take(arena, sizeof *office);

    enum result result = input_read(path, SOURCE_BYTES_MAX, arena, &text, ret_refusal);
    if (result != OK || office == NULL)
        return result != OK ? result : ERR_MEMORY;
    result = json_decode(&yidi__office_source__descriptor, text, arena, &source, &inner);
    if (result == OK)
        result = fill_office(path, (const Yidi__OfficeSource *)source, arena, office, &inner);
    if (result == ERR_REFUSED)
        return input_blame(path, &inner, ret_refusal);
    *ret_entry = (struct entry){ .path = path, .office = office };
    return result;
}

/* --- the directory --- */

static int
compare_entries(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    return strcmp(left->office->code, right->office->code);
}

/* The rules speak of offices[17]; the administrator knows files. */
static enum result
check_entries(const Yidi__Directory *directory, const struct entry *entries,
              struct refusal *ret_refusal)
{
    struct refusal inner = { 0 };
    size_t index;
    int field_at = 0;

    enum result result = wire_check(&directory->base, &inner);
    if (result == OK)
        result = directory_check(directory, &inner);
    if (result != ERR_REFUSED)
        return result;
    if (sscanf(inner.field, "offices[%zu].%n", &index, &field_at) < 1 || field_at == 0 ||
        index >= directory->n_offices)
        return refuse(ret_refusal, inner.code, inner.field, "%s", inner.rule);
    memmove(inner.field, inner.field + field_at, strlen(inner.field + field_at) + 1);
    return input_blame(entries[index].path, &inner, ret_refusal);
}

static enum result
build(const struct arguments *arguments, struct arena *arena, Yidi__Directory *directory,
      struct refusal *ret_refusal)
{
    size_t count = arguments->operand_count;
    struct entry *entries = arena_take(arena, count * sizeof *entries);

    directory->offices = arena_take(arena, count * sizeof *directory->offices);
    if (entries == NULL || directory->offices == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        enum result result = read_source(arguments->operands[i], arena, &entries[i], ret_refusal);
        if (result != OK)
            return result;
    }
    qsort(entries, count, sizeof *entries, compare_entries);
    for (size_t i = 0; i < count; i++)
        directory->offices[directory->n_offices++] = entries[i].office;
    return check_entries(directory, entries, ret_refusal);
}

static const struct argument_rule build_options[] = {
    { "out", "FILE", false, "where the directory goes, unsigned; replaced when it is there" },
    { "version", "N", false, "the directory's version; must be higher than any before" },
    { "days", "DAYS", false, "how long it is valid, 1..3650 (default: 90)" },
    { 0 },
};

static enum result
read_head(const struct arguments *arguments, Yidi__Directory *ret_directory, const char **ret_out,
          struct refusal *ret_refusal)
{
    const char *version;
    uint64_t days;

    yidi__directory__init(ret_directory);
    enum result result = written_option(arguments, "out", ret_out, ret_refusal);
    if (result == OK)
        result = written_option(arguments, "version", &version, ret_refusal);
    if (result == OK)
        result = arguments_number(arguments, "version", 0, 1, INT64_MAX, &ret_directory->version,
                                  ret_refusal);
    if (result == OK)
        result = arguments_number(arguments, "days", DIRECTORY_DAYS, 1, DIRECTORY_DAYS_MAX, &days,
                                  ret_refusal);
    if (result != OK)
        return result;
    ret_directory->format = 1;
    ret_directory->issued_ms = (uint64_t)time(NULL) * 1000;
    ret_directory->expires_ms = ret_directory->issued_ms + days * day_ms;
    return OK;
}

static enum result
write_directory(const char *path, const Yidi__Directory *directory, struct arena *arena,
                struct refusal *ret_refusal)
{
    struct bytes packed = wire_encode(&directory->base, arena);
    if (packed.data == NULL)
        return ERR_MEMORY;
    return file_write(path, packed, 0644, FILE_REPLACE, ret_refusal);
}

static int
run_build(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(arena) struct arena arena;
    struct written written = { 0 };
    struct refusal refusal = { 0 };
    Yidi__Directory directory;
    const char *out;
    arena_init(&arena);

    enum result result = read_head(arguments, &directory, &out, &refusal);
    if (result == OK)
        result = build(arguments, &arena, &directory, &refusal);
    if (result == OK)
        result = write_directory(out, &directory, &arena, &refusal);
    if (result == OK)
        written_add(&written, NULL, out,
                    output_format(&arena, "directory of %zu office%s, version %llu, unsigned",
                                  directory.n_offices, directory.n_offices == 1 ? "" : "s",
                                  (unsigned long long)directory.version));
    return written_report(&written, settings, result, &refusal);
}

const struct command directory_build_command = {
    .name = "directory build",
    .synopsis = "--out FILE --version N [--days DAYS] OFFICE.json...",
    .help = "put offices into one unsigned directory",
    .description =
        "Each OFFICE.json describes one office: code, name, role (ACCEPTANCE, REGISTRY,\n"
        "PRODUCTION), endpoint, transport_key_file, certificate_files, areas, contact,\n"
        "issuing_authority (registries), revoked. Paths are relative to its folder.",
    .options = build_options,
    .operand_count_min = 1,
    .operand_count_max = OFFICES_MAX,
    .offline = true,
    .run = run_build,
};
