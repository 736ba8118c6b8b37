/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/domain/citizen_csv.h"
#include "common/io/wire.h"
#include "proto/link.pb-c.h"
#include "tests/lib/desk_test.h"

enum { CITIZENS = 200 };

static int
set_up(void **unused)
{
    (void)unused;
    desk_test_open(CITIZENS);
    network.wires.trace_size = 0;
    network.wires.trace[0] = '\0';
    return 0;
}

static const char *
try_to_apply(uint64_t seed, const char *request_key, char ret_number[CASE_NUMBER_CHARS + 1])
{
    fake_desk_citizen(seed, YIDI__APPLICATION_KIND__RENEWAL, &application);
    return fake_desk_apply(&network, &application, request_key, ret_number);
}

static void
apply(uint64_t seed, char ret_number[CASE_NUMBER_CHARS + 1])
{
    assert_string_equal(try_to_apply(seed, "", ret_number), "");
}

static void
assert_state(enum fake_place place, const char *number, const char *state)
{
    assert_string_equal(fake_network_state(&network, place, number), state);
}

static uint64_t
cases_at(enum fake_place place)
{
    return scratch_store_count(&network.offices[place].scratch, TABLE_CASES);
}

static const Yidi__Response *
ask_status(enum fake_place place)
{
    Yidi__Status status = YIDI__STATUS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_STATUS;
    request.status = &status;
    const Yidi__Response *response = fake_network_ask(&network, place, &request, NULL, 0);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_STATUS);
    return response;
}

/* ---- a message goes its way ---- */

static void
a_message_goes_its_way(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    fake_network_settle(&network);
    assert_string_equal(network.wires.trace, "window > registry: hello 1\n"
                                             "registry > window: welcome 1\n"
                                             "window > registry: data 1\n"
                                             "registry > window: ack 1\n");
    assert_state(WINDOW, number, "submitted");
    assert_state(REGISTRY, number, "received");
    fake_network_audit(&network);
}

static void
one_card_goes_its_whole_way(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    fake_desk_walk(&network, number, fake_desk_step_count);
    assert_state(WINDOW, number, "collected");
    assert_state(REGISTRY, number, "closed");
    assert_state(CENTRE, number, "closed");
    for (int place = 0; place < FAKE_PLACE_COUNT; place++)
        assert_int_equal(scratch_store_count(&network.offices[place].scratch, TABLE_OPEN_CITIZENS),
                         0);
    fake_network_audit(&network);
}

static void
a_quiet_network_has_nothing_due_but_what_the_next_day_brings(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    fake_network_settle(&network);
    for (int place = 0; place < FAKE_PLACE_COUNT; place++) {
        uint64_t due_ms = office_due_ms(network.offices[place].office);
        if (place == CENTRE)
            assert_int_equal(due_ms, UINT64_MAX);
        else
            assert_in_range(due_ms - network.now.monotonic_ms, 14 * 3600000, 15 * 3600000);
    }
    for (size_t from = 0; from < FAKE_PLACE_COUNT; from++)
        for (size_t to = 0; to < FAKE_PLACE_COUNT; to++)
            assert_int_equal(network.wires.connections[from][to], 0);
}

/* ---- one commit ---- */

static void
many_commands_share_one_commit_and_one_signature(void **unused)
{
    (void)unused;
    struct scratch_store *scratch = &network.offices[WINDOW].scratch;
    struct office *office = network.offices[WINDOW].office;
    uint64_t heads = scratch_store_count(scratch, TABLE_HEADS), commits = office->commits;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct bytes frames[ATTACHMENTS_MAX];
        Yidi__Apply apply = YIDI__APPLY__INIT;
        Yidi__Request request = YIDI__REQUEST__INIT;
        fake_desk_citizen(seed, YIDI__APPLICATION_KIND__RENEWAL, &application);
        apply.form = &application.form;
        request.command_case = YIDI__REQUEST__COMMAND_APPLY;
        request.apply = &apply;
        size_t frame_count = application_frames(&application, frames);
        fake_network_command(&network, WINDOW, &request, frames, frame_count);
    }
    assert_int_equal(cases_at(WINDOW), 0);
    fake_network_turn(&network, WINDOW);
    assert_int_equal(cases_at(WINDOW), 20);
    assert_int_equal(office->commits, commits + 1);
    assert_int_equal(scratch_store_count(scratch, TABLE_HEADS), heads + 1);

    uint64_t signatures = network.offices[REGISTRY].office->verifier.signature_count;
    fake_network_settle(&network);
    assert_int_equal(cases_at(REGISTRY), 20);
    assert_int_equal(network.offices[REGISTRY].office->verifier.signature_count, signatures + 1);
    assert_non_null(strstr(network.wires.trace, "data 20\nregistry > window: ack 20\n"));
    assert_null(strstr(network.wires.trace, "ack 19"));
}

static void
nothing_happened_when_the_power_fails_before_the_turn(void **unused)
{
    (void)unused;
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__Apply apply_command = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    char number[CASE_NUMBER_CHARS + 1];
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    apply_command.form = &application.form;
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &apply_command;
    size_t frame_count = application_frames(&application, frames);
    fake_network_command(&network, WINDOW, &request, frames, frame_count);
    fake_network_crash(&network, WINDOW);
    fake_network_start(&network, WINDOW);
    fake_network_settle(&network);
    assert_int_equal(cases_at(WINDOW), 0);
    assert_int_equal(fake_network_assigned(&network, WINDOW, REGISTRY), 0);
    apply(1, number); /* the citizen is free to apply */
    fake_network_settle(&network);
    fake_network_audit(&network);
}

static void
what_was_committed_goes_out_after_a_crash_that_cost_the_answer(void **unused)
{
    (void)unused;
    struct fake_office *window = &network.offices[WINDOW];
    char number[CASE_NUMBER_CHARS + 1];
    window->crash_at = window->port_calls + 1; /* the answer itself */
    assert_null(try_to_apply(1, "key-1", number));
    assert_null(window->office);
    fake_network_start(&network, WINDOW);
    fake_network_settle(&network);
    assert_int_equal(cases_at(WINDOW), 1);
    assert_int_equal(cases_at(REGISTRY), 1);

    assert_string_equal(try_to_apply(1, "key-1", number), ""); /* the clerk tries again */
    fake_network_settle(&network);
    assert_state(REGISTRY, number, "received");
    assert_int_equal(cases_at(WINDOW), 1);
    fake_network_audit(&network);
}

/* ---- a full disk ---- */

static void
a_full_store_refuses_and_keeps_what_it_accepted(void **unused)
{
    (void)unused;
    uint64_t accepted = 0;
    char number[CASE_NUMBER_CHARS + 1];
    const char *code = "";
    fake_network_crash(&network, WINDOW);
    network.map_bytes = 512 * 1024;
    fake_network_lose_disk(&network, WINDOW);
    fake_network_start(&network, WINDOW);
    fake_network_crash(&network, REGISTRY);
    while (accepted < CITIZENS && *(code = try_to_apply(1 + accepted, "", number)) == '\0')
        accepted++;
    assert_string_equal(code, "STORE_FULL");
    assert_in_range(accepted, 1, CITIZENS - 1);
    assert_int_equal(cases_at(WINDOW), accepted);
    assert_string_equal(ask_status(WINDOW)->status->halted, ""); /* it still answers */
    assert_string_equal(try_to_apply(1 + accepted, "", number), "STORE_FULL");

    /* more room: nothing is lost, and work goes on */
    fake_network_crash(&network, WINDOW);
    network.offices[WINDOW].scratch.map_bytes = FAKE_MAP_BYTES;
    fake_network_start_all(&network);
    apply(1 + accepted, number);
    fake_network_settle(&network);
    assert_int_equal(cases_at(REGISTRY), accepted + 1);
    fake_network_audit(&network);
}

static void
queue_decision(const struct fake_decision *decision, char *number)
{
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    decide.verb = decision->verb;
    decide.case_numbers = &number;
    decide.n_case_numbers = 1;
    request.operator_ = (char *)(uintptr_t)decision->operator;
    request.command_case = YIDI__REQUEST__COMMAND_DECIDE;
    request.decide = &decide;
    fake_network_command(&network, decision->at, &request, NULL, 0);
}

/* More citizens than the registry's store has room for. */
static void
queue_big_import(void)
{
    enum { COUNT = 4000 };
    static char csv[(COUNT + 1) * CITIZEN_MAKER_LINE_BYTES];
    Yidi__PopulationImport import = YIDI__POPULATION_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    size_t size = (size_t)sprintf(csv, "%s\n", CITIZEN_CSV_HEADER);
    for (uint64_t seed = 1; seed <= COUNT; seed++) {
        struct made_citizen citizen;
        citizen_make(seed, FAKE_DESK_DIVISION, &citizen);
        size += citizen_make_line(&citizen, csv + size);
    }
    request.command_case = YIDI__REQUEST__COMMAND_POPULATION_IMPORT;
    request.population_import = &import;
    const struct bytes frame = bytes_of(csv, size);
    fake_network_command(&network, REGISTRY, &request, &frame, 1);
}

static void
a_turn_that_does_not_fit_is_forgotten_whole(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    fake_network_crash(&network, REGISTRY);
    network.map_bytes = 512 * 1024;
    fake_network_lose_disk(&network, REGISTRY);
    fake_network_start(&network, REGISTRY);
    fake_desk_populate(&network, 1, 1);
    apply(1, number);
    fake_desk_walk(&network, number, 1); /* examined */

    queue_decision(&fake_desk_steps[1].decision, number); /* issue: two messages */
    queue_big_import();
    fake_network_turn(&network, REGISTRY);
    assert_int_equal(network.answer.response->body_case, YIDI__RESPONSE__BODY_REFUSAL);
    assert_string_equal(network.answer.response->refusal->code, "STORE_FULL");
    assert_state(REGISTRY, number, "examined");
    assert_int_equal(fake_network_assigned(&network, REGISTRY, CENTRE), 0);

    assert_string_equal(fake_desk_decide(&network, &fake_desk_steps[1].decision, number), "issued");
    fake_network_settle(&network);
    assert_state(CENTRE, number, "ordered");
    fake_network_audit(&network);
}

/* ---- bad weather ---- */

static void
messages_wait_for_an_office_that_is_down_and_arrive_in_order(void **unused)
{
    (void)unused;
    char numbers[5][CASE_NUMBER_CHARS + 1];
    fake_network_crash(&network, REGISTRY);
    for (uint64_t i = 0; i < 5; i++) {
        apply(1 + i, numbers[i]);
        fake_network_run(&network, 60000);
    }
    fake_network_start(&network, REGISTRY);
    fake_network_settle(&network);
    for (size_t i = 0; i < 5; i++)
        assert_state(REGISTRY, numbers[i], "received");
    fake_network_audit(&network);
}

static void
a_silent_peer_is_asked_then_dropped_then_tried_again_until_it_answers(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    network.wires.cut[REGISTRY][WINDOW] = true; /* answers are lost */
    apply(1, number);
    fake_network_run(&network, 120000);
    assert_int_equal(fake_network_applied(&network, WINDOW, REGISTRY), 0);
    network.wires.cut[REGISTRY][WINDOW] = false;
    fake_network_settle(&network);
    assert_state(REGISTRY, number, "received");
    fake_network_audit(&network);
}

static void
a_lost_acknowledgement_is_asked_for_and_doubles_nothing(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    fake_network_deliver(&network, REGISTRY); /* hello */
    fake_network_deliver(&network, WINDOW);   /* welcome */
    network.wires.cut[REGISTRY][WINDOW] = true;
    fake_network_deliver(&network, REGISTRY); /* data; the acknowledgement is lost */
    network.wires.cut[REGISTRY][WINDOW] = false;
    fake_network_settle(&network);
    assert_string_equal(network.wires.trace, "window > registry: hello 1\n"
                                             "registry > window: welcome 1\n"
                                             "window > registry: data 1\n"
                                             "registry > window: ack 1\n"
                                             "window > registry: ping\n"
                                             "registry > window: welcome 2\n");
    assert_int_equal(cases_at(REGISTRY), 1);
    fake_network_audit(&network);
}

static void
nothing_is_lost_or_doubled_whatever_the_network_does(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        char numbers[12][CASE_NUMBER_CHARS + 1];
        fake_network_wipe(&network, seed);
        fake_desk_populate(&network, 1, 12);
        network.wires.faults =
            (struct fake_faults){ .lose_percent = 20, .repeat_percent = 20, .swap_percent = 20 };
        for (uint64_t i = 0; i < 12; i++) {
            apply(1 + i, numbers[i]);
            fake_network_run(&network, seed * 300);
        }
        fake_network_settle(&network);
        for (size_t i = 0; i < 12; i++)
            fake_desk_walk(&network, numbers[i], i % (fake_desk_step_count + 1));
        network.wires.faults = (struct fake_faults){ 0 };
        fake_network_settle(&network);
        assert_int_equal(cases_at(REGISTRY), 12);
        fake_network_audit(&network);
    }
}

/* ---- a lost past ---- */

static void
an_office_that_lost_its_past_halts_and_says_so(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    for (uint64_t seed = 1; seed <= 3; seed++)
        apply(seed, number);
    fake_network_settle(&network);
    fake_network_crash(&network, WINDOW);
    fake_network_lose_disk(&network, WINDOW);
    fake_network_start(&network, WINDOW);
    apply(4, number);
    network.wires.trace_size = 0;
    fake_network_settle(&network);

    assert_string_not_equal(ask_status(WINDOW)->status->halted, "");
    assert_string_equal(try_to_apply(5, "", number), "OFFICE_HALTED");
    assert_null(strstr(network.wires.trace, "data"));
    assert_int_equal(fake_network_applied(&network, WINDOW, REGISTRY), 3);
    /* a restart alone does not make it forget that */
    fake_network_crash(&network, WINDOW);
    fake_network_start(&network, WINDOW);
    fake_network_settle(&network);
    assert_string_not_equal(ask_status(WINDOW)->status->halted, "");
}

static void
an_office_that_is_halted_while_others_send_turns_them_away(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    fake_network_run(&network, 1000);
    office_halt(network.offices[REGISTRY].office, &(struct trouble){ .code = TROUBLE_RESTORED });
    apply(2, number);
    network.wires.trace_size = 0;
    fake_network_run(&network, 60000);
    assert_int_equal(cases_at(REGISTRY), 1);
    assert_non_null(strstr(network.wires.trace, "registry > window: refuse OFFICE_HALTED"));
    assert_int_equal(network.offices[REGISTRY].office->dropped, 0); /* a question is no rubbish */
}

static void
a_halted_office_takes_no_messages(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    office_halt(network.offices[REGISTRY].office, &(struct trouble){ .code = TROUBLE_RESTORED });
    apply(1, number);
    fake_network_run(&network, 60000);
    assert_int_equal(cases_at(REGISTRY), 0);
    assert_non_null(strstr(network.wires.trace, "registry > window: refuse OFFICE_HALTED"));
    fake_network_crash(&network, REGISTRY);
    fake_network_start(&network, REGISTRY);
    fake_network_settle(&network);
    assert_state(REGISTRY, number, "received");
}

static void
what_a_peer_lost_is_sent_to_it_again(void **unused)
{
    (void)unused;
    char numbers[3][CASE_NUMBER_CHARS + 1];
    for (uint64_t i = 0; i < 3; i++)
        apply(1 + i, numbers[i]);
    fake_network_settle(&network);
    fake_network_crash(&network, REGISTRY);
    fake_network_lose_disk(&network, REGISTRY);
    fake_network_start(&network, REGISTRY);
    apply(4, numbers[0]);
    fake_network_settle(&network);
    assert_int_equal(cases_at(REGISTRY), 4);
    assert_int_equal(fake_network_applied(&network, WINDOW, REGISTRY), 4);
    assert_string_equal(ask_status(WINDOW)->status->halted, "");
    fake_network_audit(&network);
}

/* ---- forgeries ---- */

enum tampering {
    CHANGED_ENVELOPE,
    CHANGED_PHOTO,
    MISSING_PHOTO,
    ADDED_FRAME,
    SWAPPED_TEMPLATES,
    OTHER_SENDER,
    OTHER_SEQUENCE,
    LATER_SEQUENCE,
    NONSENSE,
    TAMPERING_COUNT
};

static struct bytes
copy_changed(struct arena *arena, struct bytes from)
{
    struct bytes copy = arena_copy(arena, from);
    ((uint8_t *)(uintptr_t)copy.data)[copy.size / 2] ^= 1;
    return copy;
}

static struct bytes
pack_data(struct arena *arena, uint64_t sequence)
{
    Yidi__Data data = YIDI__DATA__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    data.sequence = sequence;
    data.attachments = 3;
    frame.body_case = YIDI__LINK_FRAME__BODY_DATA;
    frame.data = &data;
    return wire_encode(&frame.base, arena);
}

static void
tamper(struct link_message *message, enum tampering how, struct arena *arena)
{
    struct bytes template = message->frames[3];
    switch (how) {
    case CHANGED_ENVELOPE:
        message->frames[1] = copy_changed(arena, message->frames[1]);
        break;
    case CHANGED_PHOTO:
        message->frames[2] = copy_changed(arena, message->frames[2]);
        break;
    case MISSING_PHOTO:
        message->frame_count--;
        break;
    case ADDED_FRAME: /* one template is missing and another is there twice */
        message->frames[4] = message->frames[3];
        break;
    case SWAPPED_TEMPLATES:
        message->frames[3] = message->frames[4];
        message->frames[4] = template;
        break;
    case OTHER_SENDER: /* the centre has got hold of what the window signed */
        memcpy(message->key, network.roster.offices[CENTRE].transport_key, TRANSPORT_KEY_BYTES);
        break;
    case NONSENSE:
        message->frames[0] = bytes_of("\xff\xff", 2);
        break;
    default:
        message->frames[0] = pack_data(arena, how == OTHER_SEQUENCE ? 2 : 77);
        break;
    }
}

/* The data packet that waits for the registry. */
static struct fake_packet *
take_data_packet(void)
{
    struct fake_packet *packet;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    fake_network_deliver(&network, REGISTRY);
    fake_network_deliver(&network, WINDOW);
    packet = fake_wires_take(&network.wires, REGISTRY);
    assert_non_null(packet);
    assert_int_equal(packet->frame_count, 5);
    return packet;
}

static void
what_is_not_authentic_is_dropped_counted_and_moves_nothing(void **unused)
{
    (void)unused;
    struct office *registry = network.offices[REGISTRY].office;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    struct fake_packet *packet = take_data_packet();
    const uint8_t *key = network.roster.offices[WINDOW].transport_key;
    struct link_message message;
    for (int how = 0; how < TAMPERING_COUNT; how++) {
        uint64_t dropped = registry->dropped;
        fake_packet_show(packet, key, "", &message);
        tamper(&message, (enum tampering)how, &arena);
        office_take_link(registry, &message, &network.now);
        if (registry->dropped != dropped + 1 || registry->input_count != 0)
            fail_msg("tampering %d", how);
    }
    fake_network_turn(&network, REGISTRY);
    assert_int_equal(cases_at(REGISTRY), 0);
    assert_int_equal(fake_network_applied(&network, WINDOW, REGISTRY), 0);

    fake_packet_show(packet, key, "", &message); /* and the real one is taken after all that */
    office_take_link(registry, &message, &network.now);
    assert_int_equal(registry->input_count, 1);
    fake_packet_free(packet);
    fake_network_turn(&network, REGISTRY);
    fake_network_settle(&network);
    assert_int_equal(cases_at(REGISTRY), 1);
    fake_network_audit(&network);
}

static unsigned
count_in_trace(const char *words)
{
    unsigned count = 0;
    for (const char *at = network.wires.trace; (at = strstr(at, words)) != NULL; at++)
        count++;
    return count;
}

static void
a_repeated_message_is_applied_once_and_acknowledged_each_time(void **unused)
{
    (void)unused;
    struct office *registry = network.offices[REGISTRY].office;
    struct fake_packet *packet = take_data_packet();
    uint64_t inputs = registry->inputs_done;
    struct link_message message;
    fake_packet_show(packet, network.roster.offices[WINDOW].transport_key, "", &message);
    for (unsigned times = 1; times <= 3; times++) {
        office_take_link(registry, &message, &network.now);
        fake_network_turn(&network, REGISTRY);
        assert_int_equal(registry->inputs_done, inputs + 1);
        assert_int_equal(count_in_trace("registry > window: ack 1\n"), times);
    }
    fake_packet_free(packet);
    fake_network_settle(&network);
    fake_network_audit(&network);
}

/* The frame in front says 1, the signed envelope behind it says 2. */
static void
an_envelope_out_of_its_sequence_is_dropped(void **unused)
{
    (void)unused;
    struct office *registry = network.offices[REGISTRY].office;
    const uint8_t *key = network.roster.offices[WINDOW].transport_key;
    char number[CASE_NUMBER_CHARS + 1];
    struct link_message message;
    apply(2, number);
    struct fake_packet *first = take_data_packet();
    struct fake_packet *second = fake_wires_take(&network.wires, REGISTRY);
    fake_packet_show(second, key, "", &message);
    message.frames[0] = first->frames[0];
    office_take_link(registry, &message, &network.now);
    assert_int_equal(registry->dropped, 1);
    assert_int_equal(registry->input_count, 0);
    fake_packet_free(first);
    fake_packet_free(second);
}

static void
what_was_sent_to_another_office_is_dropped(void **unused)
{
    (void)unused;
    struct office *centre = network.offices[CENTRE].office;
    struct fake_packet *packet = take_data_packet();
    struct link_message message;
    fake_packet_show(packet, network.roster.offices[WINDOW].transport_key, "", &message);
    office_take_link(centre, &message, &network.now);
    assert_int_equal(centre->dropped, 1);
    assert_int_equal(centre->input_count, 0);
    fake_packet_free(packet);
}

static void
a_key_that_is_not_listed_is_refused(void **unused)
{
    (void)unused;
    static const uint8_t stranger[TRANSPORT_KEY_BYTES] = { 99 };
    const struct office *registry = network.offices[REGISTRY].office;
    assert_false(office_allows_key(registry, stranger, network.now.wall_ms));
    for (int place = 0; place < FAKE_PLACE_COUNT; place++)
        assert_true(office_allows_key(registry, network.roster.offices[place].transport_key,
                                      network.now.wall_ms));
}

/* ---- the directory ---- */

static void
a_newer_directory_is_handed_on_kept_and_journalled(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    fake_network_renew_directory(&network, WINDOW);
    apply(1, number);
    fake_network_settle(&network);
    assert_int_equal(directory_version(network.offices[REGISTRY].office->directory), 2);
    assert_true(
        bytes_equal(network.offices[REGISTRY].directory, network.offices[WINDOW].directory));
    fake_network_crash(&network, REGISTRY);
    fake_network_start(&network, REGISTRY);
    assert_int_equal(directory_version(network.offices[REGISTRY].office->directory), 2);
    /* the other way round: whoever is asked has the newer one */
    fake_network_renew_directory(&network, REGISTRY);
    apply(2, number);
    fake_network_settle(&network);
    assert_int_equal(directory_version(network.offices[WINDOW].office->directory), 3);
    fake_network_audit(&network);
}

static void
a_revoked_office_is_cut_off_at_once(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    fake_network_deliver(&network, REGISTRY);
    fake_network_deliver(&network, WINDOW); /* the data are on their way */
    network.roster.offices[WINDOW].revoked = true;
    fake_network_renew_directory(&network, REGISTRY);
    assert_false(office_allows_key(network.offices[REGISTRY].office,
                                   network.roster.offices[WINDOW].transport_key,
                                   network.now.wall_ms));
    fake_network_run(&network, 60000);
    assert_int_equal(cases_at(REGISTRY), 0);
    assert_non_null(strstr(network.wires.trace, "registry > window: refuse OFFICE_REVOKED"));

    network.roster.offices[WINDOW].revoked = false; /* it was a mistake: nothing was lost */
    fake_network_renew_directory(&network, REGISTRY);
    fake_network_settle(&network);
    assert_state(REGISTRY, number, "received");
}

static void
messages_taken_before_a_revocation_are_not_applied_after_it(void **unused)
{
    (void)unused;
    struct fake_packet *packet = take_data_packet();
    struct link_message message;
    fake_packet_show(packet, network.roster.offices[WINDOW].transport_key, "", &message);
    office_take_link(network.offices[REGISTRY].office, &message, &network.now);
    assert_int_equal(network.offices[REGISTRY].office->input_count, 1);
    network.roster.offices[WINDOW].revoked = true;
    fake_network_renew_directory(&network, REGISTRY);
    fake_network_turn(&network, REGISTRY);
    assert_int_equal(cases_at(REGISTRY), 0);
    assert_int_equal(fake_network_applied(&network, WINDOW, REGISTRY), 0);
    fake_packet_free(packet);
}

/* ---- refusals ---- */

static void
a_message_that_is_not_acceptable_is_refused_durably_and_the_stream_moves_on(void **unused)
{
    (void)unused;
    char first[CASE_NUMBER_CHARS + 1], second[CASE_NUMBER_CHARS + 1];
    fake_network_crash(&network, REGISTRY);
    apply(1, first);
    fake_network_start(&network, REGISTRY);
    network.roster.offices[REGISTRY].entry.area =
        "440106"; /* the county has another registry now */
    fake_network_renew_directory(&network, REGISTRY);
    fake_network_run(&network, 60000);
    fake_network_settle(&network);
    assert_state(REGISTRY, first, "absent");
    assert_state(WINDOW, first, "refused");
    assert_int_equal(network.notification_count, 1);
    assert_non_null(strstr(network.notifications[0].text, "010-00000000")); /* whom to call */

    network.roster.offices[REGISTRY].entry.area = FAKE_DESK_DIVISION;
    fake_network_renew_directory(&network, REGISTRY);
    fake_network_renew_directory(&network, WINDOW);
    apply(2, second);
    fake_network_settle(&network);
    assert_state(REGISTRY, second, "received");
    fake_network_audit(&network);
}

static void
a_second_application_of_a_citizen_is_refused_at_the_window(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    assert_string_equal(try_to_apply(1, "", number), "OPEN_APPLICATION");
    assert_int_equal(cases_at(WINDOW), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(a_message_goes_its_way),
        TEST(one_card_goes_its_whole_way),
        TEST(a_quiet_network_has_nothing_due_but_what_the_next_day_brings),
        TEST(many_commands_share_one_commit_and_one_signature),
        TEST(nothing_happened_when_the_power_fails_before_the_turn),
        TEST(what_was_committed_goes_out_after_a_crash_that_cost_the_answer),
        TEST(a_full_store_refuses_and_keeps_what_it_accepted),
        TEST(a_turn_that_does_not_fit_is_forgotten_whole),
        TEST(messages_wait_for_an_office_that_is_down_and_arrive_in_order),
        TEST(a_silent_peer_is_asked_then_dropped_then_tried_again_until_it_answers),
        TEST(a_lost_acknowledgement_is_asked_for_and_doubles_nothing),
        TEST(nothing_is_lost_or_doubled_whatever_the_network_does),
        TEST(an_office_that_lost_its_past_halts_and_says_so),
        TEST(an_office_that_is_halted_while_others_send_turns_them_away),
        TEST(a_halted_office_takes_no_messages),
        TEST(what_a_peer_lost_is_sent_to_it_again),
        TEST(what_is_not_authentic_is_dropped_counted_and_moves_nothing),
        TEST(a_repeated_message_is_applied_once_and_acknowledged_each_time),
        TEST(an_envelope_out_of_its_sequence_is_dropped),
        TEST(what_was_sent_to_another_office_is_dropped),
        TEST(a_key_that_is_not_listed_is_refused),
        TEST(a_newer_directory_is_handed_on_kept_and_journalled),
        TEST(a_revoked_office_is_cut_off_at_once),
        TEST(messages_taken_before_a_revocation_are_not_applied_after_it),
        TEST(a_message_that_is_not_acceptable_is_refused_durably_and_the_stream_moves_on),
        TEST(a_second_application_of_a_citizen_is_refused_at_the_window),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
