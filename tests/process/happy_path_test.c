/* SPDX-License-Identifier: Apache-2.0
 *
 * happy_path_test - cards renewed and replaced across provinces, in both directions, by real
 * daemons, from the window to the closed case.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/io/envelope.h"
#include "common/io/file.h"
#include "common/io/store.h"
#include "common/io/wire.h"
#include "proto/population.pb-c.h"
#include "tests/lib/journey.h"

enum { SPOOL_BYTES_MAX = 65536 };

static struct network network;
static struct made_application application;
static bool failed = true;

static const struct journey to_sichuan = { .window = &network.offices[SHENZHEN],
                                           .registry = &network.offices[QINGYANG],
                                           .centre = &network.offices[YUEXIU] };
static const struct journey to_guangdong = { .window = &network.offices[JINJIANG],
                                             .registry = &network.offices[TIANHE],
                                             .centre = &network.offices[WUHOU] };

static int
set_up(void **unused)
{
    (void)unused;
    failed = true;
    network_open(&network, &(struct network_options){ .with_hook = true });
    network_start_all(&network);
    network_populate(to_sichuan.registry, 1, 20, NULL);
    network_populate(to_guangdong.registry, 1, 20, NULL);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

static void
apply(const struct journey *journey, uint64_t seed, Yidi__ApplicationKind kind,
      char ret_case[CASE_NUMBER_CHARS + 1])
{
    struct made_citizen citizen;
    citizen_make(seed, journey->registry->area, &citizen);
    application_make(&citizen, kind, &application);
    network_apply(journey->window, &application, "", ret_case);
}

/* ---- what was left behind ---- */

static void
find_citizen(struct network_office *registry, const char *number, struct arena *arena,
             const Yidi__Citizen **ret_citizen)
{
    char path[NETWORK_PATH_BYTES];
    AUTO(store) struct store *store = NULL;
    AUTO(store_txn) struct store_txn *txn = NULL;
    struct bytes value;
    ProtobufCMessage *citizen;
    assert_int_equal(store_open_readonly(network_path(registry, "data", path), &store), OK);
    assert_int_equal(store_begin_read(store, &txn), OK);
    assert_int_equal(store_get(txn, TABLE_POPULATION, bytes_of_text(number), &value), OK);
    assert_int_equal(wire_decode(&yidi__citizen__descriptor, value, arena, &citizen, NULL), OK);
    *ret_citizen = (const Yidi__Citizen *)citizen;
}

/* The card of the population record, while the registry runs: its store has other readers. */
static void
assert_card_replaced(const struct journey *journey, const char *number, const char *new_serial,
                     const char *old_serial)
{
    AUTO(arena) struct arena arena;
    const Yidi__Citizen *citizen;
    arena_init(&arena);
    find_citizen(journey->registry, number, &arena, &citizen);
    assert_string_equal(citizen->card_serial, new_serial);
    assert_string_equal(citizen->former_card_serial, old_serial);
    assert_true(citizen->card_valid_until == 0 || citizen->card_valid_until > 20270101);
}

static void
find_serial(struct network_office *office, const char *case_number, char ret_serial[41])
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_show(office, case_number, &answer);
    snprintf(ret_serial, 41, "%s", answer.response->shown->case_row->card_serial);
    assert_true(ret_serial[0] != '\0');
}

static int
compare_hops(const void *a, const void *b)
{
    const Yidi__Hop *const *left = a, *const *right = b;
    if ((*left)->time_ms != (*right)->time_ms)
        return (*left)->time_ms < (*right)->time_ms ? -1 : 1;
    return strcmp((*left)->office, (*right)->office) == 0
               ? ((*left)->leaf_index > (*right)->leaf_index) -
                     ((*left)->leaf_index < (*right)->leaf_index)
               : 0;
}

static const Yidi__Hop *
find_hop(const Yidi__Case *row, const char *office, Yidi__Step step)
{
    for (size_t i = 0; i < row->n_trace; i++)
        if (row->trace[i]->step == step && strcmp(row->trace[i]->office, office) == 0)
            return row->trace[i];
    fail_msg("no step %s of %s",
             protobuf_c_enum_descriptor_get_value(&yidi__step__descriptor, step)->name, office);
    return NULL;
}

struct expected_hop {
    const struct network_office *office;
    Yidi__Step step;
    const char *operator;
};

/* Each step is there, none is earlier than the one before, and nothing stands twice. */
static void
assert_trace(struct network_office *office, const char *case_number,
             const struct expected_hop *expected, size_t expected_count)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_show(office, case_number, &answer);
    Yidi__Case *row = answer.response->shown->case_row;
    uint64_t last_ms = 0;
    for (size_t i = 0; i < expected_count; i++) {
        const Yidi__Hop *hop = find_hop(row, expected[i].office->code, expected[i].step);
        assert_true(hop->time_ms >= last_ms);
        assert_string_equal(hop->operator_, expected[i].operator);
        last_ms = hop->time_ms;
    }
    qsort(row->trace, row->n_trace, sizeof(Yidi__Hop *), compare_hops);
    for (size_t i = 0; i < row->n_trace; i++)
        for (size_t j = i + 1; j < row->n_trace; j++)
            if (strcmp(row->trace[i]->office, row->trace[j]->office) == 0) {
                assert_true(row->trace[i]->leaf_index <= row->trace[j]->leaf_index);
                assert_false(row->trace[i]->leaf_index == row->trace[j]->leaf_index &&
                             row->trace[i]->step == row->trace[j]->step);
            }
}

static void
assert_traces(const struct journey *journey, const char *case_number)
{
    const struct network_office *window = journey->window, *registry = journey->registry,
                                *centre = journey->centre;
    const struct expected_hop at_window[] = {
        { window, YIDI__STEP__ACCEPTED, "clerk1" },
        { registry, YIDI__STEP__REVIEW_OPENED, "" },
        { registry, YIDI__STEP__EXAMINED, "examiner1" },
        { registry, YIDI__STEP__ISSUED, "issuer1" },
        { centre, YIDI__STEP__ORDERED, "" },
        { centre, YIDI__STEP__MADE, "maker1" },
        { centre, YIDI__STEP__VERIFIED, "checker1" },
        { centre, YIDI__STEP__DISPATCHED, "packer1" },
        { window, YIDI__STEP__IN_TRANSIT, "" },
        { window, YIDI__STEP__ARRIVED, "clerk1" },
        { window, YIDI__STEP__COLLECTED, "clerk1" },
    };
    const struct expected_hop at_registry[] = {
        { window, YIDI__STEP__ACCEPTED, "clerk1" },
        { registry, YIDI__STEP__REVIEW_OPENED, "" },
        { registry, YIDI__STEP__EXAMINED, "examiner1" },
        { registry, YIDI__STEP__ISSUED, "issuer1" },
        { centre, YIDI__STEP__MADE, "maker1" },
        { centre, YIDI__STEP__VERIFIED, "checker1" },
        { window, YIDI__STEP__ARRIVED, "clerk1" },
        { window, YIDI__STEP__COLLECTED, "clerk1" },
        { registry, YIDI__STEP__CLOSED, "" },
    };
    const struct expected_hop at_centre[] = {
        { registry, YIDI__STEP__ISSUED, "issuer1" },   { centre, YIDI__STEP__ORDERED, "" },
        { centre, YIDI__STEP__MADE, "maker1" },        { centre, YIDI__STEP__VERIFIED, "checker1" },
        { centre, YIDI__STEP__DISPATCHED, "packer1" }, { centre, YIDI__STEP__ARRIVED, "" },
        { window, YIDI__STEP__COLLECTED, "clerk1" },   { centre, YIDI__STEP__CLOSED, "" },
    };
    assert_trace(journey->window, case_number, at_window, sizeof at_window / sizeof *at_window);
    assert_trace(journey->registry, case_number, at_registry,
                 sizeof at_registry / sizeof *at_registry);
    assert_trace(journey->centre, case_number, at_centre, sizeof at_centre / sizeof *at_centre);
}

/* ---- evidence ---- */

static const char *
entry_case(const Yidi__JournalEntry *entry)
{
    assert_int_equal(entry->body_case, YIDI__JOURNAL_ENTRY__BODY_SENT);
    return entry->sent->message->case_number;
}

/* Every exported envelope is evidence by itself, checked with nothing but directory and root. */
static size_t
assert_exports_verify(struct network_office *office, const char *case_number)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    AUTO(trust_root) struct trust_root *root = authority_trust(&network.authority, false);
    AUTO(directory) struct directory *directory = network_load_directory(office, root);
    AUTO(heap) struct envelope_verifier *verifier = malloc(sizeof *verifier);
    assert_non_null(verifier);
    envelope_verifier_init(verifier, directory);
    network_export(office, case_number, &answer);
    size_t count = answer.response->exported->n_names;
    assert_int_equal(answer.message.frame_count, 1 + count);
    for (size_t i = 0; i < count; i++) {
        struct envelope envelope;
        struct refusal refusal = { 0 };
        if (envelope_verify(verifier, answer.message.frames[1 + i], &answer.arena, &envelope,
                            &refusal) != OK)
            fail_msg("%s does not verify: %s", answer.response->exported->names[i], refusal.rule);
        assert_string_equal(entry_case(envelope.entry), case_number);
    }
    return count;
}

/* ---- notifications ---- */

struct awaited_file {
    const char *path;
    const char *text;
};

static bool
file_holds(void *context)
{
    const struct awaited_file *awaited = context;
    AUTO(heap) uint8_t *text = NULL;
    size_t size;
    return file_read(awaited->path, SPOOL_BYTES_MAX, &text, &size, NULL) == OK &&
           strstr((const char *)text, awaited->text) != NULL;
}

/* The hook was run on a file for its eyes only, with a JSON line of the case; and where. */
static void
assert_applicant_notified(struct network_office *window, const char *case_number)
{
    char hooked[NETWORK_PATH_BYTES], name[NETWORK_PATH_BYTES];
    struct awaited_file content = { network_path(window, "hooked", hooked), case_number };
    struct awaited_file mode = { hooked, name };
    int size = snprintf(name, sizeof name, "600 %s/spool/%s", window->folder, window->code);
    assert_in_range(size, 1, sizeof name - 1);
    network_wait_until(&network, "the hook runs", file_holds, &content);
    assert_true(file_holds(&mode));
}

static bool
is_notified(void *context)
{
    const char *case_number = context;
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_show(to_sichuan.window, case_number, &answer);
    const Yidi__Case *row = answer.response->shown->case_row;
    for (size_t i = 0; i < row->n_trace; i++)
        if (row->trace[i]->step == YIDI__STEP__NOTIFIED)
            return true;
    return false;
}

/* ---- the tests ---- */

static void
a_renewal_goes_from_the_window_to_three_closed_cases(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1], serial[41];
    apply(&to_sichuan, 1, YIDI__APPLICATION_KIND__RENEWAL, number);
    journey_go_on(&to_sichuan, number, JOURNEY_ACCEPTED, JOURNEY_READY);
    network_wait_until(&network, "the applicant is notified", is_notified, number);
    assert_applicant_notified(to_sichuan.window, number);

    const struct network_decision kept = { .verb = YIDI__VERB__COLLECT, .operator= "clerk1" };
    network_decide_refused(to_sichuan.window, &kept, number, "SURRENDER_REQUIRED");
    journey_go_on(&to_sichuan, number, JOURNEY_READY, JOURNEY_CLOSED);
    assert_traces(&to_sichuan, number);
    find_serial(to_sichuan.centre, number, serial);
    assert_card_replaced(&to_sichuan, application.citizen.number, serial,
                         application.citizen.card_serial);
    failed = false;
}

static void
a_replacement_goes_the_other_way_and_a_second_application_follows_it(void **unused)
{
    (void)unused;
    char first[CASE_NUMBER_CHARS + 1], second[CASE_NUMBER_CHARS + 1], serial[41], later_serial[41];
    const char *number = first;
    apply(&to_guangdong, 2, YIDI__APPLICATION_KIND__REPLACEMENT, first);
    journey_take(&to_guangdong, &number, 1, JOURNEY_CLOSED);
    assert_traces(&to_guangdong, first);
    find_serial(to_guangdong.window, first, serial);
    assert_card_replaced(&to_guangdong, application.citizen.number, serial,
                         application.citizen.card_serial);

    apply(&to_guangdong, 2, YIDI__APPLICATION_KIND__REPLACEMENT, second);
    assert_string_not_equal(second, first);
    number = second;
    journey_take(&to_guangdong, &number, 1, JOURNEY_CLOSED);
    find_serial(to_guangdong.registry, second, later_serial);
    assert_string_not_equal(later_serial, serial);
    assert_card_replaced(&to_guangdong, application.citizen.number, later_serial, serial);
    failed = false;
}

static void
what_happened_can_be_proved_by_envelopes_and_journals(void **unused)
{
    (void)unused;
    enum { CASES = 10 };
    char numbers[CASES][CASE_NUMBER_CHARS + 1];
    const char *list[CASES];
    for (int i = 0; i < CASES; i++) {
        apply(&to_sichuan, (uint64_t)(3 + i), YIDI__APPLICATION_KIND__RENEWAL, numbers[i]);
        list[i] = numbers[i];
    }
    journey_take(&to_sichuan, list, CASES, JOURNEY_CLOSED);
    for (int i = 0; i < CASES; i++) {
        /* submitted, issued, dispatched, received, collected twice */
        assert_int_equal(assert_exports_verify(to_sichuan.window, list[i]), 6);
        /* submitted, issued, ordered, made, collected */
        assert_int_equal(assert_exports_verify(to_sichuan.registry, list[i]), 5);
        /* ordered, made, dispatched, received, collected */
        assert_int_equal(assert_exports_verify(to_sichuan.centre, list[i]), 5);
    }
    network_stop_all(&network);
    uint64_t entries[NETWORK_OFFICE_COUNT];
    for (int i = 0; i < NETWORK_OFFICE_COUNT; i++)
        entries[i] = network_audit(&network.offices[i]);
    assert_true(entries[SHENZHEN] >= 9 * CASES);
    assert_true(entries[QINGYANG] >= 7 * CASES);
    assert_true(entries[YUEXIU] >= 8 * CASES);
    failed = false;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_renewal_goes_from_the_window_to_three_closed_cases,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_replacement_goes_the_other_way_and_a_second_application_follows_it, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(what_happened_can_be_proved_by_envelopes_and_journals,
                                        set_up, tear_down),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
