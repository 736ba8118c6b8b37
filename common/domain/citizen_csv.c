/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/citizen_csv.h"

#include <string.h>

#include "common/domain/citizen_number.h"
#include "common/domain/civil_date.h"
#include "common/domain/division.h"
#include "common/domain/ethnic_group.h"
#include "common/domain/person_name.h"
#include "common/domain/text.h"

enum { ADDRESS_BYTES_MAX = 300 };

enum column {
    COLUMN_CITIZEN_NUMBER,
    COLUMN_NAME,
    COLUMN_SEX,
    COLUMN_ETHNIC_GROUP,
    COLUMN_BIRTH_DATE,
    COLUMN_ADDRESS,
    COLUMN_REGISTRATION_DIVISION,
    COLUMN_FINGERPRINTS_ON_FILE,
    COLUMN_BAD_CREDIT,
    COLUMN_CARD_SERIAL,
    COLUMN_CARD_VALID_UNTIL,
    COLUMN_COUNT
};

_Static_assert((int)COLUMN_COUNT == (int)CITIZEN_CSV_COLUMNS, "as many columns as announced");

static enum result
refuse_line(struct refusal *ret_refusal, const char *rule)
{
    return refuse(ret_refusal, REFUSAL_CSV_INVALID, "", "%s", rule);
}

/* Unquote in place the field at *cursor and move behind it and its comma. NULL when a quotation
 * mark is out of place; *cursor is NULL behind the last field. */
static char *
take_field(char **cursor)
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

static enum result
split(char *line, char *ret_fields[COLUMN_COUNT], struct refusal *ret_refusal)
{
    char *cursor = line;
    for (int column = 0; column < COLUMN_COUNT; column++) {
        ret_fields[column] = cursor == NULL ? NULL : take_field(&cursor);
        if (ret_fields[column] == NULL)
            return cursor == NULL ? refuse_line(ret_refusal, "must have 11 columns; has fewer")
                                  : refuse_line(ret_refusal, "a quotation mark is out of place");
    }
    return cursor == NULL ? OK : refuse_line(ret_refusal, "must have 11 columns; has more");
}

static enum result
read_sex(const char *text, struct person *person, struct refusal *ret_refusal)
{
    if (strcmp(text, "male") != 0 && strcmp(text, "female") != 0)
        return refuse(ret_refusal, REFUSAL_CSV_INVALID, "sex", "must be male or female");
    person->sex = *text == 'm' ? SEX_MALE : SEX_FEMALE;
    if (person->sex != citizen_number_sex(person->citizen_number))
        return refuse(ret_refusal, REFUSAL_SEX_MISMATCH, "sex",
                      "must agree with digit 17 of the citizen number");
    return OK;
}

static enum result
read_birth_date(const char *text, struct person *person, struct refusal *ret_refusal)
{
    static const char field[] = "birth_date";
    person->birth_date = citizen_number_birth_date(person->citizen_number);
    if (*text == '\0')
        return OK;
    uint32_t date = 0;
    if (strlen(text) != 8 || civil_date_decode(text, &date) != OK)
        return refuse(ret_refusal, REFUSAL_DATE_INVALID, field, "must be a date, YYYYMMDD");
    if (date != person->birth_date)
        return refuse(ret_refusal, REFUSAL_BIRTH_DATE_MISMATCH, field,
                      "must be digits 7 to 14 of the citizen number");
    return OK;
}

static enum result
read_person(char *const fields[COLUMN_COUNT], struct person *person, struct refusal *ret_refusal)
{
    person->citizen_number = fields[COLUMN_CITIZEN_NUMBER];
    person->name = fields[COLUMN_NAME];
    person->ethnic_group = fields[COLUMN_ETHNIC_GROUP];
    person->address = fields[COLUMN_ADDRESS];
    person->registration_division = fields[COLUMN_REGISTRATION_DIVISION];

    enum result result =
        citizen_number_check(person->citizen_number, "citizen_number", ret_refusal);
    if (result == OK)
        result = person_name_check(person->name, "name", ret_refusal);
    if (result == OK)
        result = read_sex(fields[COLUMN_SEX], person, ret_refusal);
    if (result == OK)
        result = ethnic_group_check(person->ethnic_group, "ethnic_group", ret_refusal);
    if (result == OK)
        result = read_birth_date(fields[COLUMN_BIRTH_DATE], person, ret_refusal);
    if (result == OK)
        result = text_check(person->address, 1, ADDRESS_BYTES_MAX, "address", ret_refusal);
    if (result == OK)
        result =
            division_check(person->registration_division, "registration_division", ret_refusal);
    return result;
}

static enum result
read_flag(const char *text, const char *field, bool *ret_flag, struct refusal *ret_refusal)
{
    if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
        return refuse(ret_refusal, REFUSAL_CSV_INVALID, field, "must be yes or no");
    *ret_flag = *text == 'y';
    return OK;
}

static enum result
read_card(char *const fields[COLUMN_COUNT], struct citizen *citizen, struct refusal *ret_refusal)
{
    static const char field[] = "card_valid_until";
    const char *until = fields[COLUMN_CARD_VALID_UNTIL];
    citizen->card_serial = fields[COLUMN_CARD_SERIAL];
    enum result result = text_check(citizen->card_serial, 0, CITIZEN_CARD_SERIAL_BYTES_MAX,
                                    "card_serial", ret_refusal);
    if (result != OK)
        return result;
    if (citizen->card_serial[0] == '\0') {
        if (*until == '\0')
            return OK;
        return refuse(ret_refusal, REFUSAL_CSV_INVALID, field,
                      "must be empty when there is no card_serial");
    }
    if (strcmp(until, "long-term") == 0)
        return OK;
    if (strlen(until) != 8 || civil_date_decode(until, &citizen->card_valid_until) != OK)
        return refuse(ret_refusal, REFUSAL_DATE_INVALID, field,
                      "must be a date, YYYYMMDD, or long-term");
    return OK;
}

enum result
citizen_csv_parse(char *line, struct citizen *ret_citizen, struct refusal *ret_refusal)
{
    char *fields[COLUMN_COUNT];
    struct citizen citizen = { .former_card_serial = "" };
    enum result result = split(line, fields, ret_refusal);
    if (result == OK)
        result = read_person(fields, &citizen.person, ret_refusal);
    if (result == OK)
        result = read_flag(fields[COLUMN_FINGERPRINTS_ON_FILE], "fingerprints_on_file",
                           &citizen.fingerprints_on_file, ret_refusal);
    if (result == OK)
        result =
            read_flag(fields[COLUMN_BAD_CREDIT], "bad_credit", &citizen.bad_credit, ret_refusal);
    if (result == OK)
        result = read_card(fields, &citizen, ret_refusal);
    if (result == OK)
        *ret_citizen = citizen;
    return result;
}

/* Copy the next line, without its end, into the buffer. */
static enum result
take_line(struct citizen_csv *csv, struct refusal *ret_refusal)
{
    if (csv->offset >= csv->file.size)
        return ERR_ABSENT;
    const uint8_t *start = csv->file.data + csv->offset;
    size_t left = csv->file.size - csv->offset;
    const uint8_t *end = memchr(start, '\n', left);
    size_t size = end == NULL ? left : (size_t)(end - start);
    csv->offset += end == NULL ? size : size + 1;
    csv->line++;

    if (size > 0 && start[size - 1] == '\r')
        size--;
    if (size > CITIZEN_CSV_LINE_BYTES_MAX)
        return refuse(ret_refusal, REFUSAL_CSV_INVALID, "", "a line must have at most %d bytes",
                      CITIZEN_CSV_LINE_BYTES_MAX);
    if (memchr(start, '\0', size) != NULL)
        return refuse_line(ret_refusal, "must be text; a byte is zero");
    memcpy(csv->buffer, start, size);
    csv->buffer[size] = '\0';
    return OK;
}

enum result
citizen_csv_init(struct citizen_csv *csv, struct bytes file, struct refusal *ret_refusal)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    *csv = (struct citizen_csv){ .file = file };
    if (file.size >= 3 && memcmp(file.data, byte_order_mark, 3) == 0)
        csv->offset = 3;
    if (take_line(csv, NULL) != OK || strcmp(csv->buffer, CITIZEN_CSV_HEADER) != 0)
        return refuse(ret_refusal, REFUSAL_CSV_INVALID, "", "line 1 must be %s",
                      CITIZEN_CSV_HEADER);
    return OK;
}

enum result
citizen_csv_next(struct citizen_csv *csv, struct citizen *ret_citizen, struct refusal *ret_refusal)
{
    enum result result;
    do
        result = take_line(csv, ret_refusal);
    while (result == OK && csv->buffer[0] == '\0');
    return result == OK ? citizen_csv_parse(csv->buffer, ret_citizen, ret_refusal) : result;
}
