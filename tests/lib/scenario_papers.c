/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/scenario_papers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/citizen_csv.h"

enum { VALUE_BYTES = 200 };

/* A field of a form or a record: its name, and what it is when the scenario says nothing; NULL when
 * it is then left out. */
struct field {
    const char *name;
    const char *otherwise;
    bool bare; /* JSON without quotation marks */
};

/* ---- KEY=VALUE ---- */

/* The next word's key and value; false at the end, or when it is none. */
static bool
next_override(const char **text, char key[VALUE_BYTES], char value[VALUE_BYTES])
{
    const char *at = *text + strspn(*text, " ");
    size_t key_size = strcspn(at, "= ");
    *text = at;
    if (at[key_size] != '=' || key_size == 0 || key_size >= VALUE_BYTES)
        return false;
    const char *from = at + key_size + 1;
    bool quoted = *from == '\'';
    from += quoted;
    size_t size = strcspn(from, quoted ? "'" : " ");
    if (size >= VALUE_BYTES || (quoted && from[size] != '\''))
        return false;
    memcpy(key, at, key_size);
    key[key_size] = '\0';
    memcpy(value, from, size);
    value[size] = '\0';
    *text = from + size + quoted;
    return true;
}

static bool
understands(const char *overrides, bool (*is_known)(const char *name))
{
    char key[VALUE_BYTES], value[VALUE_BYTES];
    while (next_override(&overrides, key, value))
        if (!is_known(key))
            return false;
    return *overrides == '\0';
}

static bool
find_override(const char *overrides, const char *name, char ret_value[VALUE_BYTES])
{
    char key[VALUE_BYTES], value[VALUE_BYTES];
    while (next_override(&overrides, key, value))
        if (strcmp(key, name) == 0) {
            memcpy(ret_value, value, VALUE_BYTES);
            return true;
        }
    return false;
}

/* ---- the form ---- */

static const char *const person_fields[] = { "citizen_number",       "name",       "sex",
                                             "ethnic_group",         "birth_date", "address",
                                             "registration_division" };
static const char *const own_fields[] = {
    "kind",
    "reason",
    "phone",
    "residence_basis",
    "residence_address",
    "identity_document",
    "identity_document_number",
    "evidence",
    "appearance_changed",
    "fee_fen",
    "fee_waiver",
    "guardian",
    "relation",
};

static bool
stands_in(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool
is_form_field(const char *name)
{
    return stands_in(own_fields, sizeof own_fields / sizeof *own_fields, name) ||
           stands_in(person_fields, sizeof person_fields / sizeof *person_fields, name);
}

bool
scenario_form_understands(const char *overrides)
{
    return understands(overrides, is_form_field);
}

static void
add(char text[SCENARIO_PAPER_BYTES], const char *before, const char *value, const char *after)
{
    size_t size = strlen(text);
    int more = snprintf(text + size, SCENARIO_PAPER_BYTES - size, "%s%s%s", before, value, after);
    assert_in_range(more, 0, (int)(SCENARIO_PAPER_BYTES - size) - 1);
}

static void
add_fields(const struct field *fields, size_t count, const char *overrides,
           char json[SCENARIO_PAPER_BYTES])
{
    for (size_t i = 0; i < count; i++) {
        char value[VALUE_BYTES];
        const char *mark = fields[i].bare ? "" : "\"";
        if (!find_override(overrides, fields[i].name, value))
            snprintf(value, sizeof value, "%s", fields[i].otherwise);
        add(json, "\"", fields[i].name, "\":");
        add(json, mark, value, mark);
        add(json, "", i + 1 < count ? "," : "", "");
    }
}

/* guardian=NUMBER, and perhaps relation=WORD */
static void
add_guardian(const char *overrides, char json[SCENARIO_PAPER_BYTES])
{
    char number[VALUE_BYTES], relation[VALUE_BYTES];
    if (!find_override(overrides, "guardian", number))
        return;
    if (!find_override(overrides, "relation", relation))
        strcpy(relation, "父亲");
    add(json, ",\"guardian\":{\"name\":\"监护人\",\"citizen_number\":\"", number, "\",");
    add(json, "\"relation\":\"", relation, "\"}");
}

void
scenario_form_fill(const struct made_citizen *citizen, const char *overrides,
                   char ret_json[SCENARIO_PAPER_BYTES])
{
    char kind[VALUE_BYTES] = "RENEWAL", birth_date[16];
    (void)find_override(overrides, "kind", kind);
    const bool renewal = strcmp(kind, "RENEWAL") == 0;
    const char *paper = renewal ? "ORIGINAL_CARD" : "HOUSEHOLD_REGISTER";
    snprintf(birth_date, sizeof birth_date, "%u", (unsigned)citizen->birth_date);
    const struct field person[] = {
        { "citizen_number", citizen->number, false },
        { "name", citizen->name, false },
        { "sex", citizen->male ? "MALE" : "FEMALE", false },
        { "ethnic_group", "01", false },
        { "birth_date", birth_date, true },
        { "address", citizen->address, false },
        { "registration_division", citizen->division, false },
    };
    const struct field form[] = {
        { "kind", kind, false },
        { "reason", renewal ? "EXPIRING" : "LOST", false },
        { "phone", "13800138000", false },
        { "residence_basis", "WORK", false },
        { "residence_address", "科技路8号", false },
        { "identity_document", paper, false },
        { "identity_document_number", citizen->number, false },
        { "evidence", paper, false },
        { "appearance_changed", "false", true },
        { "fee_fen", renewal ? "2000" : "4000", true },
        { "fee_waiver", "NO_WAIVER", false },
    };
    strcpy(ret_json, "{\"person\":{");
    add_fields(person, sizeof person / sizeof *person, overrides, ret_json);
    add(ret_json, "},", "", "");
    add_fields(form, sizeof form / sizeof *form, overrides, ret_json);
    add_guardian(overrides, ret_json);
    add(ret_json, "}\n", "", "");
}

/* ---- the record ---- */

static bool
is_column(const char *name)
{
    char columns[] = CITIZEN_CSV_HEADER "," CITIZEN_CSV_HEADER_MORE;
    for (char *rest = columns, *column; (column = strsep(&rest, ",")) != NULL;)
        if (strcmp(column, name) == 0)
            return true;
    return false;
}

bool
scenario_record_understands(const char *overrides)
{
    return understands(overrides, is_column);
}

static const char *
find_field(const struct field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0)
            return fields[i].otherwise;
    return "";
}

void
scenario_record_fill(const struct made_citizen *citizen, const char *overrides,
                     char ret_csv[SCENARIO_PAPER_BYTES])
{
    char columns[] = CITIZEN_CSV_HEADER "," CITIZEN_CSV_HEADER_MORE, birth_date[16];
    snprintf(birth_date, sizeof birth_date, "%u", (unsigned)citizen->birth_date);
    const struct field fields[] = {
        { "citizen_number", citizen->number, false },
        { "name", citizen->name, false },
        { "sex", citizen->male ? "male" : "female", false },
        { "ethnic_group", "01", false },
        { "birth_date", birth_date, false },
        { "address", citizen->address, false },
        { "registration_division", citizen->division, false },
        { "fingerprints_on_file", "yes", false },
        { "bad_credit", "no", false },
        { "card_serial", citizen->card_serial, false },
        { "card_valid_until", "20270101", false },
    };
    strcpy(ret_csv, CITIZEN_CSV_HEADER "," CITIZEN_CSV_HEADER_MORE "\n");
    bool first = true;
    for (char *rest = columns, *name; (name = strsep(&rest, ",")) != NULL; first = false) {
        char value[VALUE_BYTES];
        if (!find_override(overrides, name, value))
            snprintf(value, sizeof value, "%s",
                     find_field(fields, sizeof fields / sizeof *fields, name));
        add(ret_csv, first ? "" : ",", strcmp(value, "none") == 0 ? "" : value, "");
    }
    add(ret_csv, "\n", "", "");
}
