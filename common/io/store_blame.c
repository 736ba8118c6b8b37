/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/store_blame.h"

#include <string.h>

#include "common/io/store.h"

/* What opening it answered, when there is nothing to be seen from outside. */
static enum refusal_code
code_of_failure(enum result failure, const char **ret_words)
{
    if (failure == ERR_DAMAGED) {
        *ret_words = "its tables are not whole";
        return REFUSAL_STORE_DAMAGED;
    }
    if (failure == ERR_FULL) {
        *ret_words = "no room is left on its disk";
        return REFUSAL_DISK_FULL;
    }
    *ret_words = "the disk failed, or this user may not write there";
    return REFUSAL_FILE_UNREADABLE;
}

enum result
store_blame(const char *directory, const char *field, enum result failure,
            struct refusal *ret_refusal)
{
    static const enum refusal_code codes[] = {
        [STORE_TROUBLE_NONE] = REFUSAL_NONE,
        [STORE_TROUBLE_ABSENT] = REFUSAL_FILE_UNREADABLE,
        [STORE_TROUBLE_UNREADABLE] = REFUSAL_FILE_UNREADABLE,
        [STORE_TROUBLE_IN_USE] = REFUSAL_FILE_UNREADABLE,
        [STORE_TROUBLE_DAMAGED] = REFUSAL_STORE_DAMAGED,
        [STORE_TROUBLE_FORMAT] = REFUSAL_STORE_FORMAT,
    };
    char found[STORE_TROUBLE_BYTES];
    const char *words = found;
    enum refusal_code code = REFUSAL_NONE;
    if (failure != ERR_FULL)
        code = codes[store_examine(directory, found)];
    if (code == REFUSAL_NONE)
        code = code_of_failure(failure, &words);
    if (strcmp(field, directory) == 0)
        return refuse(ret_refusal, code, field, "the store cannot be opened: %s", words);
    return refuse(ret_refusal, code, field, "the store in %s cannot be opened: %s", directory,
                  words);
}
