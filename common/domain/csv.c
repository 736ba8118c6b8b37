/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/csv.h"

#include <string.h>

char *
csv_begin(char *text)
{
    size_t mark = strlen(CSV_BYTE_ORDER_MARK);
    return strncmp(text, CSV_BYTE_ORDER_MARK, mark) == 0 ? text + mark : text;
}

char *
csv_take_line(char **cursor)
{
    char *line = *cursor;
    if (line == NULL || *line == '\0')
        return NULL;
    char *end = line + strcspn(line, "\n");
    *cursor = *end == '\0' ? NULL : end + 1;
    if (end > line && end[-1] == '\r')
        end--;
    *end = '\0';
    return line;
}

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
