/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/policy_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/io/case_file.h"

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
