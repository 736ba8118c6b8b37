/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/csv.h"

#include <string.h>

char *
csv_take_field(char **cursor)
{
    char *field = *cursor;
    char *end = field;
    char *from = field;
    if (*from == '"') {
        for (from++; *from != '\0' && (*from != '"' || from[1] == '"'); *end++ = *from++)
            if (*from == '"')
                from++;
        if (*from++ != '"')
            return NULL;
    } else {
        from += strcspn(from, ",\"");
        end = from;
    }
    if (*from != ',' && *from != '\0')
        return NULL;
    *cursor = *from == ',' ? from + 1 : NULL;
    *end = '\0';
    return field;
}
