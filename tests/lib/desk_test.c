/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/desk_test.h"

struct fake_network network;
struct made_application application;

void
desk_test_open(unsigned citizens)
{
    fake_desk_open(&network, 1);
    fake_desk_populate(&network, 1, citizens);
    fake_network_settle(&network);
}

void
desk_test_open_wide(unsigned citizens)
{
    fake_desk_open_wide(&network, 1);
    fake_desk_populate(&network, 1, citizens);
    fake_network_settle(&network);
}

void
desk_test_give_policy(size_t at, uint64_t version, const struct made_rule *rules, size_t count)
{
    AUTO(arena) struct arena arena;
    struct policy_file *file = NULL;
    struct refusal refusal = { 0 };
    arena_init(&arena);
    struct bytes bytes = policy_maker_sign(version, rules, count, network.roster.directory_key,
                                           network.roster.directory_certificate, &arena);
    assert_int_equal(
        policy_file_decode(bytes, network.roster.root, network.now.wall_ms, &file, &refusal), OK);
    assert_int_equal(office_set_policy(network.offices[at].office, file, &network.now, &refusal),
                     OK);
}

void
desk_test_open_keeping(unsigned citizens, unsigned photo_days, unsigned text_days)
{
    const struct made_rule rules[] = {
        { .key = "retention.biometrics", .value = photo_days },
        { .key = "retention.text", .value = text_days },
    };
    desk_test_open(citizens);
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++)
        desk_test_give_policy(at, 1, rules, sizeof rules / sizeof *rules);
    fake_network_settle(&network);
}

int
desk_test_close(void **unused)
{
    (void)unused;
    fake_network_close(&network);
    return 0;
}

void
desk_test_apply(uint64_t citizen, const char *request_key, char ret_number[CASE_NUMBER_CHARS + 1])
{
    fake_desk_citizen(citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, request_key, ret_number), "");
    fake_network_settle(&network);
}

void
desk_test_decide(const struct fake_decision *decision, const char *case_number, const char *answer)
{
    assert_string_equal(fake_desk_decide(&network, decision, case_number), answer);
    fake_network_settle(&network);
}

Yidi__Case *
desk_test_case(size_t at, const char *case_number, struct arena *arena)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[at].scratch);
    const struct machine *machine = network.offices[at].role->machine;
    struct case_file file;
    assert_int_equal(case_file_open(txn, machine, case_number, arena, &file), OK);
    return file.row;
}

const char *
desk_test_erase_now(size_t at, const char *case_number, struct desk_test_erasure erasure)
{
    Yidi__EraseNow erase = YIDI__ERASE_NOW__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    erase.case_number = (char *)(uintptr_t)case_number;
    erase.reason = "order 12 of the court";
    erase.text = erasure.text;
    erase.undelivered = erasure.undelivered;
    request.operator_ = "chief";
    request.command_case = YIDI__REQUEST__COMMAND_ERASE_NOW;
    request.erase_now = &erase;
    const Yidi__Response *response = fake_network_ask(&network, at, &request, NULL, 0);
    return response->body_case == YIDI__RESPONSE__BODY_REFUSAL ? response->refusal->code : "";
}
