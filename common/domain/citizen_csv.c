/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/citizen_csv.h"

#include <string.h>

#include "common/domain/citizen_number.h"
#include "common/domain/civil_date.h"
#include "common/domain/csv.h"
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
    COLUMN_FIRST_MORE,
    COLUMN_DECEASED_ON = COLUMN_FIRST_MORE,
    COLUMN_NUMBER_REPLACED_BY,
    COLUMN_DUPLICATE_NUMBER,
    COLUMN_PRESENT_DIVISION,
    COLUMN_CARD_REPORTED_LOST,
    COLUMN_PHOTO_ON_FILE,
    COLUMN_SECOND_SCRIPT_NAME,
    COLUMN_SECOND_SCRIPT_ADDRESS,
    COLUMN_COUNT
};

_Static_assert((int)COLUMN_FIRST_MORE == (int)CITIZEN_CSV_COLUMNS, "as many columns as announced");
_Static_assert((int)COLUMN_COUNT == (int)CITIZEN_CSV_COLUMNS_MAX, "as many columns as announced");

static enum result
refuse_line(struct refusal *ret_refusal, const char *rule)
{
    return refuse(ret_refusal, REFUSAL_CSV_INVALID, "", "%s", rule);
}

static enum result
refuse_count(const struct citizen_csv *csv, const char *what, struct refusal *ret_refusal)
{
    return refuse(ret_refusal, REFUSAL_CSV_INVALID, "", "must have %zu columns; has %s",
                  csv->column_count, what);
}

/* Each field at its column; those of columns that the file does not have are empty. */
static enum result
split(struct citizen_csv *csv, char *ret_fields[COLUMN_COUNT], struct refusal *ret_refusal)
{
    static char empty[] = "";
    char *cursor = csv->buffer;
    for (int column = 0; column < COLUMN_COUNT; column++)
        ret_fields[column] = empty;
    for (size_t place = 0; place < csv->column_count; place++) {
        char *field = cursor == NULL ? NULL : csv_take_field(&cursor);
        if (field == NULL)
            return cursor == NULL ? refuse_count(csv, "fewer", ret_refusal)
                                  : refuse_line(ret_refusal, "a quotation mark is out of place");
        ret_fields[csv->columns[place]] = field;
    }
    return cursor == NULL ? OK : refuse_count(csv, "more", ret_refusal);
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

/* A flag of a further column: empty is what a file without it means. */
static enum result
read_further_flag(const char *text, const char *field, bool standard, bool *ret_flag,
                  struct refusal *ret_refusal)
{
    *ret_flag = standard;
    return *text == '\0' ? OK : read_flag(text, field, ret_flag, ret_refusal);
}

static enum result
read_death(char *const fields[COLUMN_COUNT], struct citizen *citizen, struct refusal *ret_refusal)
{
    static const char field[] = "deceased_on";
    const char *text = fields[COLUMN_DECEASED_ON];
    if (*text == '\0')
        return OK;
    if (strlen(text) != 8 || civil_date_decode(text, &citizen->deceased_on) != OK)
        return refuse(ret_refusal, REFUSAL_DATE_INVALID, field, "must be a date, YYYYMMDD");
    if (citizen->deceased_on < citizen->person.birth_date)
        return refuse(ret_refusal, REFUSAL_DATE_INVALID, field, "must not be before the birth");
    return OK;
}

static enum result
read_number(char *const fields[COLUMN_COUNT], struct citizen *citizen, struct refusal *ret_refusal)
{
    static const char field[] = "number_replaced_by";
    citizen->number_replaced_by = fields[COLUMN_NUMBER_REPLACED_BY];
    if (citizen->number_replaced_by[0] != '\0') {
        enum result result = citizen_number_check(citizen->number_replaced_by, field, ret_refusal);
        if (result != OK)
            return result;
        if (strcmp(citizen->number_replaced_by, citizen->person.citizen_number) == 0)
            return refuse(ret_refusal, REFUSAL_CITIZEN_NUMBER_INVALID, field,
                          "must be another number than citizen_number");
    }
    return read_further_flag(fields[COLUMN_DUPLICATE_NUMBER], "duplicate_number", false,
                             &citizen->duplicate_number, ret_refusal);
}

static enum result
read_move(char *const fields[COLUMN_COUNT], struct citizen *citizen, struct refusal *ret_refusal)
{
    static const char field[] = "present_division";
    citizen->present_division = fields[COLUMN_PRESENT_DIVISION];
    if (citizen->present_division[0] == '\0')
        return OK;
    if (strcmp(citizen->present_division, citizen->person.registration_division) == 0)
        return refuse(ret_refusal, REFUSAL_CSV_INVALID, field,
                      "must be another division than registration_division");
    return division_check(citizen->present_division, field, ret_refusal);
}

static enum result
read_further(char *const fields[COLUMN_COUNT], struct citizen *citizen, struct refusal *ret_refusal)
{
    enum result result = read_death(fields, citizen, ret_refusal);
    if (result == OK)
        result = read_number(fields, citizen, ret_refusal);
    if (result == OK)
        result = read_move(fields, citizen, ret_refusal);
    if (result == OK)
        result = read_further_flag(fields[COLUMN_CARD_REPORTED_LOST], "card_reported_lost", false,
                                   &citizen->card_reported_lost, ret_refusal);
    if (result == OK && citizen->card_reported_lost && citizen->card_serial[0] == '\0')
        return refuse(ret_refusal, REFUSAL_CSV_INVALID, "card_reported_lost",
                      "must be empty or no when there is no card_serial");
    if (result == OK)
        result = read_further_flag(fields[COLUMN_PHOTO_ON_FILE], "photo_on_file", true,
                                   &citizen->photo_on_file, ret_refusal);
    citizen->second_script.name = fields[COLUMN_SECOND_SCRIPT_NAME];
    citizen->second_script.address = fields[COLUMN_SECOND_SCRIPT_ADDRESS];
    return result == OK ? second_script_check(&citizen->second_script, "", ret_refusal) : result;
}

/* The line in the buffer. */
static enum result
parse(struct citizen_csv *csv, struct citizen *ret_citizen, struct refusal *ret_refusal)
{
    char *fields[COLUMN_COUNT];
    struct citizen citizen = { .former_card_serial = "" };
    enum result result = split(csv, fields, ret_refusal);
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
        result = read_further(fields, &citizen, ret_refusal);
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

/* The further column of a name that ends at a comma or with the text; COLUMN_COUNT when there is
 * none. */
static int
find_further(const char *name, size_t size)
{
    const char *known = CITIZEN_CSV_HEADER_MORE;
    for (int column = COLUMN_FIRST_MORE; column < COLUMN_COUNT; column++) {
        size_t known_size = strcspn(known, ",");
        if (known_size == size && memcmp(known, name, size) == 0)
            return column;
        known += known_size + (known[known_size] == ',');
    }
    return COLUMN_COUNT;
}

/* Note which columns the file has. False when the header in the buffer is not one. */
static bool
read_header(struct citizen_csv *csv)
{
    size_t size = strlen(CITIZEN_CSV_HEADER);
    bool seen[COLUMN_COUNT] = { false };
    if (strncmp(csv->buffer, CITIZEN_CSV_HEADER, size) != 0)
        return false;
    for (int column = 0; column < COLUMN_FIRST_MORE; column++)
        csv->columns[csv->column_count++] = (uint8_t)column;
    for (const char *rest = csv->buffer + size; *rest != '\0'; rest += size) {
        if (*rest++ != ',')
            return false;
        size = strcspn(rest, ",");
        int column = find_further(rest, size);
        if (column == COLUMN_COUNT || seen[column])
            return false;
        seen[column] = true;
        csv->columns[csv->column_count++] = (uint8_t)column;
    }
    return true;
}

enum result
citizen_csv_init(struct citizen_csv *csv, struct bytes file, struct refusal *ret_refusal)
{
    *csv = (struct citizen_csv){ .file = file };
    size_t mark = strlen(CSV_BYTE_ORDER_MARK);
    if (file.size >= mark && memcmp(file.data, CSV_BYTE_ORDER_MARK, mark) == 0)
        csv->offset = mark;
    if (take_line(csv, NULL) != OK || !read_header(csv))
        return refuse(ret_refusal, REFUSAL_CSV_INVALID, "",
                      "line 1 must be %s, then further columns or none", CITIZEN_CSV_HEADER);
    return OK;
}

enum result
citizen_csv_next(struct citizen_csv *csv, struct citizen *ret_citizen, struct refusal *ret_refusal)
{
    enum result result;
    do
        result = take_line(csv, ret_refusal);
    while (result == OK && csv->buffer[0] == '\0');
    return result == OK ? parse(csv, ret_citizen, ret_refusal) : result;
}
