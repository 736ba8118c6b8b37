/* SPDX-License-Identifier: Apache-2.0
 *
 * Offices are found by code in the list itself, which is sorted, and by transport key, county and
 * area in sorted arrays beside it.
 */
#include "common/io/directory.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/core/require.h"
#include "common/domain/division.h"
#include "common/io/area_index.h"
#include "common/io/authority_document.h"

enum { CERTIFICATES_MAX = 4 }; /* of an office, as in proto/ */

static const struct authority_document document = {
    .kind = { "yidi directory v1\n", "directory", REFUSAL_DIRECTORY_INVALID },
    .body_bytes_max = DIRECTORY_BYTES_MAX,
    .outer = &yidi__signed_directory__descriptor,
    .body = &yidi__directory__descriptor,
};

struct directory {
    struct arena arena; /* of everything here but the certificates */
    struct bytes signed_bytes;
    const struct trust_root *root;
    Yidi__Directory *body;
    char signer[SIGNATURE_NAME_BYTES];
    const Yidi__Office **by_key;
    struct area_index registries;
    struct area_index productions;
    struct certificate **certificates; /* CERTIFICATES_MAX per office; NULL: not yet checked */
};

/* --- opening --- */

static enum result
open_signed(struct directory *directory, uint64_t now_ms, struct refusal *ret_refusal)
{
    ProtobufCMessage *body;
    enum result result =
        authority_document_open(&document, directory->signed_bytes, directory->root, now_ms,
                                &directory->arena, &body, directory->signer, ret_refusal);
    if (result != OK)
        return result;
    directory->body = (Yidi__Directory *)body;
    return directory_check(directory->body, ret_refusal);
}

/* --- indexes --- */

static int
compare_keys(const void *a, const void *b)
{
    const Yidi__Office *const *left = a, *const *right = b;
    return memcmp((*left)->transport_key.data, (*right)->transport_key.data, DIRECTORY_KEY_BYTES);
}

static enum result
build_indexes(struct directory *directory)
{
    size_t count = directory->body->n_offices;

    directory->by_key = arena_take(&directory->arena, count * sizeof *directory->by_key);
    directory->certificates =
        arena_take(&directory->arena, count * CERTIFICATES_MAX * sizeof *directory->certificates);
    if (directory->by_key == NULL || directory->certificates == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        directory->by_key[i] = directory->body->offices[i];
    qsort(directory->by_key, count, sizeof *directory->by_key, compare_keys);
    enum result result = area_index_build(directory->body, YIDI__ROLE__REGISTRY, &directory->arena,
                                          &directory->registries);
    if (result != OK)
        return result;
    return area_index_build(directory->body, YIDI__ROLE__PRODUCTION, &directory->arena,
                            &directory->productions);
}

enum result
directory_decode(struct bytes signed_bytes, const struct trust_root *root, uint64_t now_ms,
                 struct directory **ret_directory, struct refusal *ret_refusal)
{
    enum result result = authority_document_check_size(&document, signed_bytes.size, ret_refusal);
    if (result != OK)
        return result;
    AUTO(directory) struct directory *directory = calloc(1, sizeof *directory);
    if (directory == NULL)
        return ERR_MEMORY;
    arena_init(&directory->arena);
    directory->root = root;
    directory->signed_bytes = arena_copy(&directory->arena, signed_bytes);
    if (directory->signed_bytes.data == NULL)
        return ERR_MEMORY;
    result = open_signed(directory, now_ms, ret_refusal);
    if (result == OK)
        result = build_indexes(directory);
    if (result == OK)
        *ret_directory = MOVE(directory);
    return result;
}

enum result
directory_load(const char *path, const struct trust_root *root, uint64_t now_ms,
               struct directory **ret_directory, struct refusal *ret_refusal)
{
    AUTO(heap) uint8_t *data = NULL;
    size_t size;
    enum result result = authority_document_read(&document, path, &data, &size, ret_refusal);
    if (result != OK)
        return result;
    return directory_decode(bytes_of(data, size), root, now_ms, ret_directory, ret_refusal);
}

void
directory_destroy(struct directory *directory)
{
    if (directory == NULL)
        return;
    if (directory->certificates != NULL)
        for (size_t i = 0; i < directory->body->n_offices * CERTIFICATES_MAX; i++)
            certificate_destroy(directory->certificates[i]);
    arena_fini(&directory->arena);
    free(directory);
}

/* --- asking --- */

uint64_t
directory_version(const struct directory *directory)
{
    return directory->body->version;
}

uint64_t
directory_issued_ms(const struct directory *directory)
{
    return directory->body->issued_ms;
}

uint64_t
directory_expires_ms(const struct directory *directory)
{
    return directory->body->expires_ms;
}

const struct trust_root *
directory_root(const struct directory *directory)
{
    return directory->root;
}

const char *
directory_signer(const struct directory *directory)
{
    return directory->signer;
}

struct bytes
directory_signed_bytes(const struct directory *directory)
{
    return directory->signed_bytes;
}

void
directory_digest(const struct directory *directory, struct digest *ret_digest)
{
    signature_digest_one(directory->signed_bytes, ret_digest);
}

size_t
directory_office_count(const struct directory *directory)
{
    return directory->body->n_offices;
}

const Yidi__Office *
directory_office_at(const struct directory *directory, size_t index)
{
    REQUIRE(index < directory->body->n_offices);
    return directory->body->offices[index];
}

static int
compare_code(const void *code, const void *office)
{
    return strcmp(code, (*(const Yidi__Office *const *)office)->code);
}

const Yidi__Office *
directory_find(const struct directory *directory, const char *office_code)
{
    Yidi__Office **found = bsearch(office_code, directory->body->offices,
                                   directory->body->n_offices, sizeof *found, compare_code);
    return found == NULL ? NULL : *found;
}

static int
compare_key(const void *key, const void *office)
{
    return memcmp(key, (*(const Yidi__Office *const *)office)->transport_key.data,
                  DIRECTORY_KEY_BYTES);
}

const Yidi__Office *
directory_find_key(const struct directory *directory,
                   const uint8_t transport_key[DIRECTORY_KEY_BYTES])
{
    const Yidi__Office **found = bsearch(transport_key, directory->by_key,
                                         directory->body->n_offices, sizeof *found, compare_key);
    return found == NULL ? NULL : *found;
}

const Yidi__Office *
directory_find_registry(const struct directory *directory, const char *division)
{
    return area_index_find(&directory->registries, division);
}

const Yidi__Office *
directory_find_production(const struct directory *directory, const char *division)
{
    const Yidi__Office *found = NULL;

    if (strlen(division) != DIVISION_CHARS)
        return NULL;
    for (int digits = DIVISION_CHARS; digits >= 2 && found == NULL; digits -= 2) {
        char prefix[DIVISION_CHARS + 1];
        snprintf(prefix, sizeof prefix, "%.*s", digits, division);
        found = area_index_find(&directory->productions, prefix);
    }
    return found;
}

bool
directory_office_covers(const Yidi__Office *office, const char *division)
{
    for (size_t i = 0; i < office->n_areas; i++)
        if (division_covers(office->areas[i], division))
            return true;
    return false;
}

/* --- certificates --- */

const char *
directory_role_unit(Yidi__Role role)
{
    switch (role) {
    case YIDI__ROLE__ACCEPTANCE:
        return "acceptance";
    case YIDI__ROLE__REGISTRY:
        return "registry";
    case YIDI__ROLE__PRODUCTION:
        return "production";
    default:
        return "";
    }
}

static enum result
check_certificate(const struct directory *directory, const Yidi__Office *office,
                  const struct certificate *certificate, uint64_t at_ms,
                  struct refusal *ret_refusal)
{
    enum result result = trust_root_check(directory->root, certificate, at_ms, ret_refusal);
    if (result != OK)
        return result;
    if (strcmp(certificate_name(certificate), office->code) != 0)
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, "",
                      "the certificate is another office's");
    if (strcmp(certificate_unit(certificate), directory_role_unit(office->role)) != 0)
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, "",
                      "the certificate is for another role");
    return OK;
}

/* Fill an empty place with a certificate that was found good at at_ms. */
static enum result
remember(const struct directory *directory, const Yidi__Office *office, ProtobufCBinaryData der,
         uint64_t at_ms, struct certificate **place, struct refusal *ret_refusal)
{
    AUTO(certificate) struct certificate *certificate = NULL;
    enum result result = certificate_decode(bytes_of(der.data, der.len), &certificate);
    if (result == ERR_DAMAGED)
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, "",
                      "not an X.509 certificate of suite " SIGNATURE_SUITE);
    if (result == OK)
        result = check_certificate(directory, office, certificate, at_ms, ret_refusal);
    if (result == OK)
        *place = MOVE(certificate);
    return result;
}

/* What was found good stays so, but for its dates and its revocation. */
static enum result
check_dates(const struct directory *directory, const struct certificate *certificate,
            uint64_t at_ms, struct refusal *ret_refusal)
{
    if (at_ms >= trust_root_revoked_ms(directory->root, certificate))
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, "", "the certificate is revoked");
    if (at_ms < certificate_begins_ms(certificate))
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, "",
                      "the certificate is not yet valid");
    if (at_ms > certificate_ends_ms(certificate))
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, "", "the certificate has expired");
    return OK;
}

enum result
directory_certificate(struct directory *directory, const Yidi__Office *office, size_t index,
                      uint64_t at_ms, const struct certificate **ret_certificate,
                      struct refusal *ret_refusal)
{
    Yidi__Office **found = bsearch(office->code, directory->body->offices,
                                   directory->body->n_offices, sizeof *found, compare_code);
    REQUIRE(found != NULL && *found == office);

    if (index >= office->n_certificates)
        return ERR_ABSENT;
    size_t number = (size_t)(found - directory->body->offices);
    struct certificate **place = &directory->certificates[number * CERTIFICATES_MAX + index];
    struct refusal inner = { 0 };
    enum result result = *place != NULL ? check_dates(directory, *place, at_ms, &inner)
                                        : remember(directory, office, office->certificates[index],
                                                   at_ms, place, &inner);
    if (result == ERR_REFUSED) {
        char field[64];
        snprintf(field, sizeof field, "offices[%zu].certificates[%zu]", number, index);
        return refuse(ret_refusal, inner.code, field, "%s: %s", office->code, inner.rule);
    }
    if (result == OK)
        *ret_certificate = *place;
    return result;
}

/* --- signing --- */

enum result
directory_sign(struct bytes packed_directory, const struct signing_key *key,
               const struct certificate *certificate, struct arena *arena, struct bytes *ret_signed)
{
    return authority_document_sign(&document, packed_directory, key, certificate, arena,
                                   ret_signed);
}
