/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/fake_network.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/io/case_file.h"
#include "common/io/wire.h"
#include "tests/lib/fake_ports.h"

enum { ROUNDS_MAX = 100000, SETTLE_MS = 600 * 1000 };

/* ---- life ---- */

static void
fill_options(struct fake_office *office, struct office_options *options)
{
    const struct fake_network *network = office->network;
    const struct roster_office *listed = &network->roster.offices[office->number];
    *options = (struct office_options){
        .code = listed->entry.code,
        .role = office->role,
        .store = office->scratch.store,
        .key = listed->key,
        .certificate = listed->certificate,
        .root = network->roster.root,
        .stream_limits = network->stream_limits,
        .witness_interval_ms = network->witness_interval_ms,
        .start_hold_ms = network->start_hold_ms,
        .question_timeout_ms = 3000,
        .question_limit = network->question_limit,
        .directory_grace_ms = 7 * 24 * 3600 * 1000ULL,
        .ports = fake_ports_of(office),
    };
}

static void
bury(struct fake_network *network, struct fake_office *office)
{
    office_close(office->office);
    free(MOVE(office->office));
    store_close(MOVE(office->scratch.store));
    fake_wires_drop(&network->wires, office->number);
    office->dying = false;
    office->crash_at = office->crash_before = 0;
}

void
fake_network_crash(struct fake_network *network, size_t number)
{
    if (network->offices[number].office != NULL)
        bury(network, &network->offices[number]);
}

/* After every call into an office: did it die in it? */
static void
bury_the_dying(struct fake_network *network, struct fake_office *office)
{
    if (office->dying && office->office != NULL)
        bury(network, office);
}

struct office_time
fake_network_time(const struct fake_network *network, size_t number)
{
    struct office_time now = network->now;
    now.wall_ms += (uint64_t)network->offices[number].skew_ms;
    return now;
}

/* After every call into an office: is it still there, to be looked at? */
static void
show(struct fake_network *network, size_t number)
{
    bury_the_dying(network, &network->offices[number]);
    if (network->offices[number].office != NULL && network->watch.turn != NULL)
        network->watch.turn(network->watch.context, number);
}

/* Unless it follows a newer one already. */
static void
give_policy(struct fake_network *network, struct office *office, const struct office_time *now)
{
    struct policy_file *file;
    struct refusal refusal = { 0 };
    if (network->policy.size == 0)
        return;
    if (policy_file_decode(network->policy, network->roster.root, now->wall_ms, &file, &refusal) !=
        OK)
        fail_msg("%s: %s", refusal.field, refusal.rule);
    if (policy_file_policy(file)->version < policies_present(&office->policies)->version)
        policy_file_destroy(file);
    else if (office_set_policy(office, file, now, &refusal) != OK)
        fail_msg("%s: %s", refusal.field, refusal.rule);
}

void
fake_network_start(struct fake_network *network, size_t number)
{
    struct fake_office *office = &network->offices[number];
    const struct office_time now = fake_network_time(network, number);
    struct office_options options;
    struct refusal refusal = { 0 };
    assert_null(office->office);
    if (office->scratch.store == NULL)
        scratch_store_reopen(&office->scratch);
    fill_options(office, &options);
    if (directory_decode(office->directory, network->roster.root, now.wall_ms,
                         &options.take_directory, &refusal) != OK ||
        office_check_directory(&options, options.take_directory, now.wall_ms, &refusal) != OK)
        fail_msg("%s: %s", refusal.field, refusal.rule);
    office->office = malloc(sizeof *office->office);
    assert_non_null(office->office);
    fake_wires_raise(&network->wires, number);
    assert_int_equal(office_open(office->office, &options, &now), OK);
    give_policy(network, office->office, &now);
    show(network, number);
}

void
fake_network_start_all(struct fake_network *network)
{
    for (size_t i = 0; i < network->count; i++)
        if (network->offices[i].office == NULL && !network->offices[i].absent)
            fake_network_start(network, i);
}

static void
forget_notifications(struct fake_network *network)
{
    while (network->notification_count > 0)
        free(network->notifications[--network->notification_count].text);
}

static void
make_office(struct fake_network *network, size_t number, struct bytes directory)
{
    struct fake_office *office = &network->offices[number];
    scratch_store_open(&office->scratch, network->map_bytes);
    fake_ports_set_directory(office, directory);
    network->wires.names[number] = office->name;
    office->port_calls = office->turns = 0;
    office->skew_ms = 0;
    office->spool_full = office->disk_fails = false;
    if (!office->absent)
        fake_network_start(network, number);
}

static void
make_offices(struct fake_network *network)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    struct bytes directory = roster_sign(&network->roster, &arena);
    network->wires.now_ms = network->now.monotonic_ms;
    for (size_t i = 0; i < network->count; i++)
        make_office(network, i, directory);
}

static void
unmake_offices(struct fake_network *network)
{
    for (size_t i = 0; i < network->count; i++) {
        struct fake_office *office = &network->offices[i];
        fake_network_crash(network, i);
        scratch_store_close(&office->scratch);
        free((void *)(uintptr_t)office->directory.data);
        office->directory = (struct bytes){ 0 };
    }
    fake_wires_fini(&network->wires);
    forget_notifications(network);
}

void
fake_network_open(struct fake_network *network, const struct fake_entry *entries, size_t count,
                  uint64_t seed)
{
    struct roster_entry listed[ROSTER_OFFICES_MAX];
    memset(network, 0, sizeof *network);
    for (size_t i = 0; i < count; i++) {
        listed[i] = entries[i].entry;
        network->offices[i] = (struct fake_office){
            .network = network,
            .number = i,
            .name = entries[i].name,
            .role = entries[i].role,
            .absent = entries[i].played,
        };
    }
    roster_open(&network->roster, listed, count);
    network->count = count;
    network->map_bytes = FAKE_MAP_BYTES;
    network->question_limit = 500;
    network->stream_limits = (struct stream_limits){ .retry = { .first_ms = 200, .max_ms = 30000 },
                                                     .greeting_ms = 5000,
                                                     .silence_ms = 5000,
                                                     .idle_ms = 60000 };
    network->now = (struct office_time){ .wall_ms = roster_morning_ms(&network->roster),
                                         .monotonic_ms = 1000000 };
    arena_init(&network->answer.arena);
    fake_wires_init(&network->wires, seed);
    network->random = seed;
    make_offices(network);
}

void
fake_network_wipe(struct fake_network *network, uint64_t seed)
{
    unmake_offices(network);
    fake_wires_init(&network->wires, seed);
    network->random = seed;
    make_offices(network);
}

void
fake_network_close(struct fake_network *network)
{
    unmake_offices(network);
    arena_fini(&network->answer.arena);
    roster_close(&network->roster);
}

void
fake_network_renew_directory(struct fake_network *network, size_t number)
{
    AUTO(arena) struct arena arena;
    struct fake_office *office = &network->offices[number];
    struct directory *directory = NULL;
    struct refusal refusal = { 0 };
    arena_init(&arena);
    fake_ports_set_directory(office, roster_sign(&network->roster, &arena));
    if (directory_decode(office->directory, network->roster.root, network->now.wall_ms, &directory,
                         &refusal) != OK ||
        office_set_directory(office->office, directory, network->roster.root, &network->now,
                             &refusal) != OK)
        fail_msg("%s: %s", refusal.field, refusal.rule);
}

/* ---- running ---- */

void
fake_network_turn(struct fake_network *network, size_t number)
{
    struct fake_office *office = &network->offices[number];
    if (office->office == NULL)
        return;
    if (office->office->input_count > 0 && ++office->turns == office->crash_before) {
        bury(network, office);
        return;
    }
    const struct office_time now = fake_network_time(network, number);
    enum result result = office_turn(office->office, &now);
    assert_true(result == OK || office->dying || office->disk_fails);
    office->dying |= result != OK; /* the process ends */
    show(network, number);
}

void
fake_network_deliver(struct fake_network *network, size_t number)
{
    struct fake_office *office = &network->offices[number];
    while (office->office != NULL && office_has_room(office->office)) {
        struct fake_packet *packet = fake_wires_take(&network->wires, number);
        if (packet == NULL)
            break;
        const struct roster_office *from = &network->roster.offices[packet->from];
        struct link_message message;
        const struct office_time now = fake_network_time(network, number);
        fake_packet_show(packet, from->transport_key, from->entry.code, &message);
        office_take_link(office->office, &message, &now);
        fake_packet_free(packet);
        bury_the_dying(network, office);
    }
    fake_network_turn(network, number);
}

/* When the next packet arrives at an office that runs. */
static uint64_t
arrival_ms(const struct fake_network *network)
{
    uint64_t due_ms = UINT64_MAX;
    for (const struct fake_packet *packet = network->wires.first; packet; packet = packet->next)
        if (network->offices[packet->to].office != NULL && packet->due_ms < due_ms)
            due_ms = packet->due_ms;
    return due_ms;
}

static uint64_t
next_due_ms(const struct fake_network *network)
{
    uint64_t due_ms = arrival_ms(network);
    for (size_t i = 0; i < network->count; i++) {
        const struct office *office = network->offices[i].office;
        if (office != NULL && office_due_ms(office) < due_ms)
            due_ms = office_due_ms(office);
    }
    return due_ms;
}

static void
pass_time(struct fake_network *network, uint64_t until_ms)
{
    if (until_ms > network->now.monotonic_ms) {
        network->now.wall_ms += until_ms - network->now.monotonic_ms;
        network->now.monotonic_ms = until_ms;
    }
    network->wires.now_ms = network->now.monotonic_ms;
}

/* Jump to what is due next; false when that is nothing, or later than the end. */
static bool
wait_until_due(struct fake_network *network, uint64_t end_ms)
{
    uint64_t due_ms = next_due_ms(network);
    if (due_ms == UINT64_MAX || due_ms > end_ms)
        return false;
    pass_time(network, due_ms);
    return true;
}

static void
run(struct fake_network *network, uint64_t end_ms)
{
    for (int round = 0; wait_until_due(network, end_ms); round++) {
        if (round == ROUNDS_MAX)
            fail_msg("the network does not come to rest");
        for (size_t i = 0; i < network->count; i++)
            fake_network_deliver(network, i);
    }
}

void
fake_network_run(struct fake_network *network, uint64_t duration_ms)
{
    run(network, network->now.monotonic_ms + duration_ms);
}

void
fake_network_run_until(struct fake_network *network, uint64_t end_ms)
{
    run(network, end_ms);
    pass_time(network, end_ms);
}

void
fake_network_settle(struct fake_network *network)
{
    fake_network_run(network, SETTLE_MS);
}

/* ---- commands ---- */

uint64_t
fake_network_command(struct fake_network *network, size_t number, Yidi__Request *request,
                     const struct bytes *frames, size_t frame_count)
{
    AUTO(arena) struct arena arena;
    struct fake_office *office = &network->offices[number];
    struct bytes all[1 + ATTACHMENTS_MAX];
    struct link_route client = { .size = 8 };
    assert_non_null(office->office);
    assert_in_range(frame_count, 0, ATTACHMENTS_MAX);
    arena_init(&arena);
    request->version = 1;
    request->id = ++network->client_count;
    if (request->operator_[0] == '\0')
        request->operator_ = "operator";
    bytes_put_u64(client.bytes, request->id);
    all[0] = wire_encode(&request->base, &arena);
    for (size_t i = 0; i < frame_count; i++)
        all[1 + i] = frames[i];
    network->answer.given = false;
    network->answer.response = NULL;
    arena_reset(&network->answer.arena);
    const struct office_time now = fake_network_time(network, number);
    office_take_command(office->office, &client, all, 1 + frame_count, &now);
    bury_the_dying(network, office);
    return request->id;
}

const Yidi__Response *
fake_network_ask(struct fake_network *network, size_t number, Yidi__Request *request,
                 const struct bytes *frames, size_t frame_count)
{
    network->answer.wanted = network->client_count + 1;
    uint64_t client = fake_network_command(network, number, request, frames, frame_count);
    if (!network->answer.given)
        fake_network_turn(network, number);
    network->answer.wanted = 0;
    if (!network->answer.given)
        return NULL;
    assert_int_equal(network->answer.client, client);
    assert_int_equal(network->answer.response->id, client);
    return network->answer.response;
}

/* ---- looking ---- */

const char *
fake_network_state(struct fake_network *network, size_t number, const char *case_number)
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network->offices[number].scratch);
    struct case_file file;
    arena_init(&arena);
    enum result result =
        case_file_open(txn, network->offices[number].role->machine, case_number, &arena, &file);
    if (result == ERR_ABSENT)
        return "absent";
    assert_int_equal(result, OK);
    return network->offices[number].role->machine->state_names[file.row->state];
}

static const struct peer *
find_peer(struct fake_network *network, size_t at, size_t peer)
{
    assert_non_null(network->offices[at].office);
    return peers_find(&network->offices[at].office->peers,
                      network->roster.offices[peer].entry.code);
}

uint64_t
fake_network_assigned(struct fake_network *network, size_t from, size_t to)
{
    const struct peer *peer = find_peer(network, from, to);
    return peer == NULL ? 0 : peer->stream.assigned;
}

uint64_t
fake_network_acknowledged(struct fake_network *network, size_t from, size_t to)
{
    const struct peer *peer = find_peer(network, from, to);
    return peer == NULL ? 0 : peer->stream.acknowledged;
}

uint64_t
fake_network_applied(struct fake_network *network, size_t from, size_t to)
{
    const struct peer *peer = find_peer(network, to, from);
    return peer == NULL ? 0 : peer->applied;
}

void
fake_network_audit_office(struct fake_network *network, size_t number)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network->offices[number].scratch);
    struct envelope_verifier *verifier = calloc(1, sizeof *verifier);
    struct journal_report report;
    assert_non_null(verifier);
    envelope_verifier_init(verifier, network->offices[number].office->directory);
    enum result result =
        journal_audit(txn, network->roster.offices[number].entry.code, verifier, &report);
    free(verifier);
    if (result != OK)
        fail_msg("%s: %s (%d)", network->offices[number].name, report.trouble, (int)result);
}

void
fake_network_audit(struct fake_network *network)
{
    for (size_t from = 0; from < network->count; from++) {
        fake_network_audit_office(network, from);
        for (size_t to = 0; to < network->count; to++)
            if (fake_network_applied(network, from, to) != fake_network_assigned(network, from, to))
                fail_msg("%s > %s: %llu applied of %llu", network->offices[from].name,
                         network->offices[to].name,
                         (unsigned long long)fake_network_applied(network, from, to),
                         (unsigned long long)fake_network_assigned(network, from, to));
    }
}
