/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/io/case_file.h"
#include "common/io/wire.h"
#include "proto/population.pb-c.h"
#include "tests/lib/fake_desk.h"

static struct fake_network network;
static struct made_application application;
static char number[CASE_NUMBER_CHARS + 1];

/* A renewal that went its whole way. */
static int
set_up(void **unused)
{
    (void)unused;
    fake_desk_open(&network, 1);
    fake_desk_populate(&network, 1, 2);
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    fake_desk_walk(&network, number, fake_desk_step_count);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    fake_network_close(&network);
    return 0;
}

static const Yidi__Citizen *
read_citizen(uint64_t seed, struct arena *arena)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[REGISTRY].scratch);
    struct made_citizen citizen;
    struct bytes value;
    ProtobufCMessage *row;
    citizen_make(seed, FAKE_DESK_DIVISION, &citizen);
    assert_int_equal(store_get(txn, TABLE_POPULATION, bytes_of_text(citizen.number), &value), OK);
    assert_int_equal(
        wire_decode(&yidi__citizen__descriptor, arena_copy(arena, value), arena, &row, NULL), OK);
    return (const Yidi__Citizen *)row;
}

/* The file that is imported again is older than the renewal. */
static void
an_import_brings_no_replaced_card_back(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    const Yidi__Citizen *before = read_citizen(1, &arena);
    assert_string_equal(before->former_card_serial, application.citizen.card_serial);
    fake_desk_populate(&network, 1, 2);
    const Yidi__Citizen *after = read_citizen(1, &arena);
    assert_string_equal(after->card_serial, before->card_serial);
    assert_int_equal(after->card_valid_until, before->card_valid_until);
    assert_string_equal(after->former_card_serial, before->former_card_serial);

    struct made_citizen other; /* without a replaced card the file is right */
    citizen_make(2, FAKE_DESK_DIVISION, &other);
    assert_string_equal(read_citizen(2, &arena)->card_serial, other.card_serial);
}

/* ---- the card ---- */

static void
set_state(enum fake_place place, const char *state)
{
    AUTO(arena) struct arena arena;
    const struct machine *machine = network.offices[place].role->machine;
    struct store_txn *txn = scratch_store_write(&network.offices[place].scratch);
    struct case_file file;
    arena_init(&arena);
    assert_int_equal(case_file_open(txn, machine, number, &arena, &file), OK);
    file.row->state = (uint32_t)machine_find_state(machine, state);
    assert_int_equal(case_file_save(&file, machine, txn, &arena), OK);
    scratch_store_commit(txn);
}

static const Yidi__Case *
read_case(enum fake_place place, struct arena *arena)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[place].scratch);
    struct case_file file;
    assert_int_equal(
        case_file_open(txn, network.offices[place].role->machine, number, arena, &file), OK);
    return file.row;
}

/* The centre's row says again that the card is to be made, and it makes a second one. */
static void
another_card_than_the_collected_one_calls_attention(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    const struct fake_decision make = {
        .at = CENTRE, .verb = YIDI__VERB__MAKE, .operator= "maker1" };
    const struct fake_decision check = {
        .at = CENTRE, .verb = YIDI__VERB__CHECK_CARD, .operator= "checker1" };
    const Yidi__Case *before = read_case(REGISTRY, &arena);
    assert_null(before->attention);
    set_state(CENTRE, "ordered");
    assert_string_equal(fake_desk_decide(&network, &make, number), "made");
    assert_string_equal(fake_desk_decide(&network, &check, number), "verified");
    fake_network_settle(&network);
    const Yidi__Case *after = read_case(REGISTRY, &arena);
    assert_string_not_equal(read_case(CENTRE, &arena)->card_serial, before->card_serial);
    assert_string_equal(after->card_serial, before->card_serial);
    assert_string_equal(fake_network_state(&network, REGISTRY, number), "closed");
    assert_non_null(after->attention);
    assert_string_equal(after->attention->code, "CARD_SERIAL_MISMATCH");
    assert_string_equal(after->attention->peer, network.roster.offices[CENTRE].entry.code);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(an_import_brings_no_replaced_card_back),
        TEST(another_card_than_the_collected_one_calls_attention),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
