/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/store_blame.h"

#include "common/io/store.h"

/* Nothing is seen from outside: what opening it answered is all there is to tell. */
static enum result
blame_result(const char *directory, const char *field, enum result failure,
             struct refusal *ret_refusal)
{
    if (failure == ERR_DAMAGED)
        return refuse(ret_refusal, REFUSAL_STORE_DAMAGED, field,
                      "the store in %s is damaged: its tables are not whole", directory);
    if (failure == ERR_FULL)
        return refuse(ret_refusal, REFUSAL_DISK_FULL, field, "no room for the store in %s",
                      directory);
    return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, field,
                  "the store in %s cannot be opened; may this user read and write it?", directory);
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
    char words[STORE_TROUBLE_BYTES];
    enum store_trouble trouble = store_examine(directory, words);
    if (trouble == STORE_TROUBLE_NONE)
        return blame_result(directory, field, failure, ret_refusal);
    return refuse(ret_refusal, codes[trouble], field, "the store in %s cannot be opened: %s",
                  directory, words);
}
