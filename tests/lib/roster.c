/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "common/domain/civil_date.h"
#include "common/io/wire.h"

static const uint64_t hour_ms = 3600 * 1000;
static const uint64_t day_ms = 24 * 3600 * 1000;

static void
issue(struct roster *roster, struct roster_office *office)
{
    authority_issue(&roster->authority, office->entry.code, directory_role_unit(office->entry.role),
                    &office->key, &office->certificate);
}

void
roster_open(struct roster *roster, const struct roster_entry *entries, size_t count)
{
    assert_in_range(count, 1, ROSTER_OFFICES_MAX);
    *roster = (struct roster){ .count = count, .issued_ms = (uint64_t)time(NULL) * 1000 };
    roster->expires_ms = roster->issued_ms + AUTHORITY_DAYS * day_ms;
    authority_open(&roster->authority);
    authority_issue(&roster->authority, "test authority", DIRECTORY_AUTHORITY_UNIT,
                    &roster->directory_key, &roster->directory_certificate);
    for (size_t i = 0; i < count; i++) {
        struct roster_office *office = &roster->offices[i];
        office->entry = entries[i];
        memset(office->transport_key, (int)i + 1, sizeof office->transport_key);
        issue(roster, office);
    }
    roster->root = authority_trust(&roster->authority, false);
}

void
roster_close(struct roster *roster)
{
    for (size_t i = 0; i < roster->count; i++) {
        struct roster_office *office = &roster->offices[i];
        signing_key_auto(&office->key);
        signing_key_auto(&office->former_key);
        certificate_auto(&office->certificate);
        certificate_auto(&office->former_certificate);
    }
    trust_root_destroy(roster->root);
    signing_key_destroy(roster->directory_key);
    certificate_destroy(roster->directory_certificate);
    authority_close(&roster->authority);
}

uint64_t
roster_morning_ms(const struct roster *roster)
{
    return civil_date_end_ms(civil_date_of_ms(roster->issued_ms)) + 1 + 9 * hour_ms;
}

void
roster_rotate(struct roster *roster, size_t office)
{
    struct roster_office *rotated = &roster->offices[office];
    assert_null(rotated->former_key);
    rotated->former_key = MOVE(rotated->key);
    rotated->former_certificate = MOVE(rotated->certificate);
    issue(roster, rotated);
}

/* An office's row and what it points to, for the time of packing. */
struct row {
    Yidi__Office wire;
    ProtobufCBinaryData certificates[2];
    char *area;
};

static ProtobufCBinaryData
binary_of(struct bytes bytes)
{
    return (ProtobufCBinaryData){ .data = (uint8_t *)(uintptr_t)bytes.data, .len = bytes.size };
}

static void
fill_row(const struct roster_office *office, struct row *row)
{
    yidi__office__init(&row->wire);
    row->area = (char *)(uintptr_t)office->entry.area;
    row->wire.code = (char *)(uintptr_t)office->entry.code;
    row->wire.name = "派出所";
    row->wire.role = office->entry.role;
    row->wire.endpoint = "tcp://127.0.0.1:5600";
    row->wire.transport_key = binary_of(bytes_of(office->transport_key, TRANSPORT_KEY_BYTES));
    row->wire.certificates = row->certificates;
    row->certificates[row->wire.n_certificates++] = binary_of(certificate_der(office->certificate));
    if (office->former_certificate != NULL)
        row->certificates[row->wire.n_certificates++] =
            binary_of(certificate_der(office->former_certificate));
    row->wire.areas = &row->area;
    row->wire.n_areas = 1;
    row->wire.contact = "010-00000000";
    row->wire.revoked = office->revoked;
    if (office->entry.role == YIDI__ROLE__REGISTRY)
        row->wire.issuing_authority = "市公安局分局";
}

struct bytes
roster_sign(struct roster *roster, struct arena *arena)
{
    struct row rows[ROSTER_OFFICES_MAX];
    Yidi__Office *list[ROSTER_OFFICES_MAX];
    Yidi__Directory directory = YIDI__DIRECTORY__INIT;
    struct bytes signed_bytes = { 0 };

    directory.format = 1;
    directory.version = ++roster->version;
    directory.issued_ms = roster->issued_ms;
    directory.expires_ms = roster->expires_ms;
    directory.offices = list;
    for (size_t i = 0; i < roster->count; i++) {
        if (roster->offices[i].unlisted)
            continue;
        fill_row(&roster->offices[i], &rows[i]);
        list[directory.n_offices++] = &rows[i].wire;
    }
    assert_int_equal(directory_sign(wire_encode(&directory.base, arena), roster->directory_key,
                                    roster->directory_certificate, arena, &signed_bytes),
                     OK);
    return signed_bytes;
}

struct directory *
roster_directory(struct roster *roster)
{
    AUTO(arena) struct arena arena;
    struct directory *directory = NULL;
    struct refusal refusal = { 0 };
    arena_init(&arena);
    if (directory_decode(roster_sign(roster, &arena), roster->root, roster->issued_ms, &directory,
                         &refusal) != OK)
        fail_msg("%s %s: %s", refusal_name(refusal.code), refusal.field, refusal.rule);
    return directory;
}
