/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/policy_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/io/case_file.h"

enum result
policy_desk_give(struct fake_network *network, size_t at, uint64_t version,
                 const struct made_rule *rules, size_t count)
{
    AUTO(arena) struct arena arena;
    AUTO(policy_file) struct policy_file *file = NULL;
    struct refusal refusal = { 0 };
    arena_init(&arena);
    struct bytes bytes = policy_maker_sign(version, rules, count, network->roster.directory_key,
                                           network->roster.directory_certificate, &arena);
    if (policy_file_decode(bytes, network->roster.root, network->now.wall_ms, &file, &refusal) !=
        OK)
        fail_msg("%s: %s", refusal.field, refusal.rule);
    enum result result =
        office_set_policy(network->offices[at].office, file, &network->now, &refusal);
    if (result == OK)
        file = NULL;
    return result;
}

void
policy_desk_give_all(struct fake_network *network, uint64_t version, const struct made_rule *rules,
                     size_t count)
{
    for (size_t at = 0; at < network->count; at++) {
        assert_int_equal(policy_desk_give(network, at, version, rules, count), OK);
        fake_network_turn(network, at);
    }
}

const Yidi__Case *
policy_desk_row(struct fake_network *network, size_t at, const char *case_number,
                struct arena *arena)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network->offices[at].scratch);
    struct case_file file;
    assert_int_equal(
        case_file_open(txn, network->offices[at].role->machine, case_number, arena, &file), OK);
    return file.row;
}

uint64_t
policy_desk_version(struct fake_network *network, size_t at)
{
    return policies_present(&network->offices[at].office->policies)->version;
}

void
policy_desk_open(struct fake_network **ret_network)
{
    struct fake_network *network = calloc(1, sizeof *network);
    assert_non_null(network);
    fake_desk_open(network, 1);
    fake_desk_populate(network, 100, 20);
    *ret_network = network;
}

void
policy_desk_close(struct fake_network *network)
{
    fake_network_settle(network);
    fake_network_audit(network);
    fake_network_close(network);
    free(network);
}

void
policy_desk_apply(struct fake_network *network, uint64_t seed, uint32_t fee_fen, char *ret_number)
{
    static struct made_application application; /* photo and templates are drawn once */
    fake_desk_citizen(seed, YIDI__APPLICATION_KIND__RENEWAL, &application);
    application.form.fee_fen = fee_fen;
    assert_string_equal(fake_desk_apply(network, &application, "", ret_number), "");
}
