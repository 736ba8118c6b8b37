/* SPDX-License-Identifier: Apache-2.0
 *
 * fake_disk - what happens to the disk of an office of a fake_network: lost, copied, set back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/fake_network.h"

enum { PATH_BYTES = 320, BLOCK_BYTES = 64 * 1024 };

void
fake_network_lose_disk(struct fake_network *network, size_t number)
{
    struct fake_office *office = &network->offices[number];
    assert_null(office->office);
    scratch_store_close(&office->scratch);
    scratch_store_open(&office->scratch, network->map_bytes);
}

static void
copy_file(const struct fake_office *office, const char *from, const char *to)
{
    static char block[BLOCK_BYTES];
    char from_path[PATH_BYTES], to_path[PATH_BYTES];
    snprintf(from_path, sizeof from_path, "%s/%s", office->scratch.folder, from);
    snprintf(to_path, sizeof to_path, "%s/%s", office->scratch.folder, to);
    FILE *source = fopen(from_path, "rb");
    FILE *target = fopen(to_path, "wb");
    assert_non_null(source);
    assert_non_null(target);
    size_t size;
    while ((size = fread(block, 1, sizeof block, source)) > 0)
        assert_int_equal(fwrite(block, 1, size, target), size);
    assert_int_equal(fclose(source), 0);
    assert_int_equal(fclose(target), 0);
}

/* Between two commits the file is whole, and nobody else writes it. */
void
fake_network_copy_disk(struct fake_network *network, size_t number)
{
    copy_file(&network->offices[number], "store/data.mdb", "old-copy");
}

void
fake_network_set_back(struct fake_network *network, size_t number)
{
    assert_null(network->offices[number].office);
    copy_file(&network->offices[number], "old-copy", "store/data.mdb");
}
