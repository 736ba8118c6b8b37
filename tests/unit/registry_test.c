/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/domain/citizen_csv.h"
#include "common/io/case_file.h"
#include "common/io/wire.h"
#include "proto/population.pb-c.h"
#include "tests/lib/desk_test.h"

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

/* A file with what citizen 1 and 2 became; the card is the one that each line names. */
static void
import_reported_lost(const char *first_serial, const char *second_serial)
{
    const char *const serials[] = { first_serial, second_serial };
    char csv[2 * CITIZEN_MAKER_LINE_BYTES + 400];
    size_t size = (size_t)snprintf(csv, sizeof csv, "%s,%s\n", CITIZEN_CSV_HEADER,
                                   "card_reported_lost,photo_on_file,present_division");
    for (size_t i = 0; i < 2; i++) {
        struct made_citizen citizen;
        citizen_make(1 + i, FAKE_DESK_DIVISION, &citizen);
        snprintf(citizen.card_serial, sizeof citizen.card_serial, "%s", serials[i]);
        size += citizen_make_line(&citizen, csv + size) - 1;
        size += (size_t)snprintf(csv + size, sizeof csv - size, ",yes,no,440106\n");
    }
    Yidi__PopulationImport import = YIDI__POPULATION_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_POPULATION_IMPORT;
    request.population_import = &import;
    const struct bytes frame = bytes_of(csv, size);
    const Yidi__Response *response = fake_network_ask(&network, REGISTRY, &request, &frame, 1);
    assert_non_null(response);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_IMPORTED);
    assert_int_equal(response->imported->imported, 2);
}

/* Of a card that was replaced here, an older file may say that it was lost: that is not ours. */
static void
an_import_brings_further_columns_and_loss_of_the_named_card_alone(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    const char *ours = read_citizen(1, &arena)->card_serial;
    import_reported_lost(application.citizen.card_serial, "A2");
    const Yidi__Citizen *first = read_citizen(1, &arena);
    assert_false(first->card_reported_lost);
    assert_true(first->no_photo_on_file);
    assert_string_equal(first->present_division, "440106");
    assert_true(read_citizen(2, &arena)->card_reported_lost);

    import_reported_lost(ours, "A2");
    assert_true(read_citizen(1, &arena)->card_reported_lost);
    fake_desk_populate(&network, 1, 2); /* a file without the columns says that nothing is so */
    assert_false(read_citizen(2, &arena)->card_reported_lost);
    assert_false(read_citizen(2, &arena)->no_photo_on_file);
}

/* The loss was of the card that the new one replaces. */
static void
a_new_card_is_not_reported_lost(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    struct made_citizen citizen;
    citizen_make(2, FAKE_DESK_DIVISION, &citizen);
    import_reported_lost("A1", citizen.card_serial);
    assert_true(read_citizen(2, &arena)->card_reported_lost);
    fake_desk_citizen(2, YIDI__APPLICATION_KIND__REPLACEMENT, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    fake_desk_walk(&network, number, fake_desk_step_count);
    const Yidi__Citizen *after = read_citizen(2, &arena);
    assert_false(after->card_reported_lost);
    assert_string_equal(after->former_card_serial, citizen.card_serial);
    assert_string_equal(after->present_division, "440106"); /* nothing else has changed */
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
    return desk_test_case(place, number, arena);
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
    desk_test_decide(&check, number, "verified");
    const Yidi__Case *after = read_case(REGISTRY, &arena);
    assert_string_not_equal(read_case(CENTRE, &arena)->card_serial, before->card_serial);
    assert_string_equal(after->card_serial, before->card_serial);
    assert_string_equal(fake_network_state(&network, REGISTRY, number), "closed");
    assert_non_null(after->attention);
    assert_string_equal(after->attention->code, "CARD_SERIAL_MISMATCH");
    assert_string_equal(after->attention->peer, network.roster.offices[CENTRE].entry.code);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(an_import_brings_no_replaced_card_back),
        TEST(an_import_brings_further_columns_and_loss_of_the_named_card_alone),
        TEST(a_new_card_is_not_reported_lost),
        TEST(another_card_than_the_collected_one_calls_attention),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
