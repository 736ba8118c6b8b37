/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/machine_result.h"

#include <string.h>

#include "common/domain/csv.h"
#include "common/domain/text.h"

enum { COLUMN_COUNT = 4 };

/* The text may be left out, comma and all. */
static enum result
split(char *line, char *ret_fields[COLUMN_COUNT], struct refusal *ret_refusal)
{
    char *cursor = line;
    int count = 0;
    for (; cursor != NULL && count < COLUMN_COUNT; count++) {
        ret_fields[count] = csv_take_field(&cursor);
        if (ret_fields[count] == NULL)
            return refuse(ret_refusal, REFUSAL_CSV_INVALID, "", "a quotation mark is out of place");
    }
    if (cursor != NULL || count < COLUMN_COUNT - 1)
        return refuse(ret_refusal, REFUSAL_CSV_INVALID, "",
                      "must be case, serial, ok or defective, and a text");
    if (count < COLUMN_COUNT)
        ret_fields[COLUMN_COUNT - 1] = line + strlen(line); /* empty */
    return OK;
}

enum result
machine_result_parse(char *line, struct machine_result *ret_result, struct refusal *ret_refusal)
{
    char *fields[COLUMN_COUNT];
    enum result result = split(line, fields, ret_refusal);
    if (result != OK)
        return result;
    bool defective = strcmp(fields[2], "defective") == 0;
    if (!defective && strcmp(fields[2], "ok") != 0)
        return refuse(ret_refusal, REFUSAL_CSV_INVALID, "result", "must be ok or defective");
    if (defective != (fields[3][0] != '\0'))
        return refuse(ret_refusal, REFUSAL_CSV_INVALID, "text",
                      "says what is wrong with a defective card, and nothing else");
    result = text_check(fields[1], 1, MACHINE_RESULT_SERIAL_BYTES_MAX, "serial", ret_refusal);
    if (result == OK)
        result = text_check(fields[3], 0, MACHINE_RESULT_TEXT_BYTES_MAX, "text", ret_refusal);
    if (result == OK)
        *ret_result = (struct machine_result){
            .case_number = fields[0], .serial = fields[1], .defective = defective, .text = fields[3]
        };
    return result;
}
