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
