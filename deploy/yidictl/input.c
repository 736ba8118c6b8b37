/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "common/io/file.h"

enum { STANDARD_INPUT_BLOCK_BYTES = 64 * 1024 };

static enum result
read_standard_input(size_t bytes_max, uint8_t **ret_data, size_t *ret_size,
                    struct refusal *ret_refusal)
{
    AUTO(heap) uint8_t *data = NULL;
    size_t size = 0;
    for (size_t room = STANDARD_INPUT_BLOCK_BYTES;; room *= 2) {
        uint8_t *larger = realloc(data, room);
        if (larger == NULL)
            return ERR_MEMORY;
        data = larger;
        size += fread(data + size, 1, room - size, stdin);
        if (size > bytes_max)
            return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, "-", "at most %zu bytes",
                          bytes_max);
        if (size < room)
            break;
    }
    if (ferror(stdin))
        return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, "-", "standard input failed");
    *ret_data = MOVE(data);
    *ret_size = size;
    return OK;
}

enum result
input_read(const char *path, size_t bytes_max, struct arena *arena, struct bytes *ret_data,
           struct refusal *ret_refusal)
{
    AUTO(heap) uint8_t *data = NULL;
    size_t size = 0;
    enum result result = strcmp(path, "-") == 0
                             ? read_standard_input(bytes_max, &data, &size, ret_refusal)
                             : file_read(path, bytes_max, &data, &size, ret_refusal);
    if (result != OK)
        return result;
    struct bytes copy = arena_copy(arena, bytes_of(data, size));
    if (size > 0 && copy.data == NULL)
        return ERR_MEMORY;
    *ret_data = copy;
    return OK;
}

enum result
input_blame(const char *path, const struct refusal *inner, struct refusal *ret_refusal)
{
    return refuse(ret_refusal, inner->code, path, "%s%s%s", inner->field,
                  inner->field[0] == '\0' ? "" : ": ", inner->rule);
}

bool
input_date(const char *text, uint32_t *ret_date)
{
    char digits[9] = { 0 };
    size_t count = 0;
    for (; *text != '\0'; text++) {
        if (*text == '-' && (count == 4 || count == 6))
            continue;
        if (*text < '0' || *text > '9' || count == 8)
            return false;
        digits[count++] = *text;
    }
    return count == 8 && civil_date_decode(digits, ret_date) == OK;
}
