/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/language.h"

#include <stdlib.h>
#include <string.h>

bool
language_of_environment(void)
{
    static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return strncmp(value, "zh", 2) == 0;
    }
    return false;
}

enum result
language_read(const char *option, bool *ret_chinese, struct refusal *ret_refusal)
{
    if (option == NULL)
        *ret_chinese = language_of_environment();
    else if (strcmp(option, "zh") == 0 || strcmp(option, "en") == 0)
        *ret_chinese = option[0] == 'z';
    else
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "language", "must be zh or en");
    return OK;
}
