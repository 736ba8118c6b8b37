/* SPDX-License-Identifier: Apache-2.0
 *
 * citizens - the citizens of tests/data, each with what it applies for: every line imports, and
 * each form gets the refusal, the warnings, the findings and the validity that are expected.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/citizen_csv.h"
#include "common/domain/citizen_number.h"
#include "common/domain/civil_date.h"
#include "common/domain/division.h"
#include "common/domain/fee.h"
#include "common/domain/finding.h"
#include "common/domain/validity.h"
#include "common/domain/warning.h"
#include "common/io/case_file.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/sample_policy.h"

enum { FILE_BYTES_MAX = 256 * 1024, CITIZENS_MAX = 1000, LINE_BYTES_MAX = 1000 };

static const uint32_t today = 20261123;
static const char office_division[] = "310115";

/* One citizen, with the line that it borrows from. */
struct record {
    struct citizen citizen;
    struct citizen_csv csv;
};

static char citizens_file[FILE_BYTES_MAX];
static char applications_file[FILE_BYTES_MAX];
static struct record records[CITIZENS_MAX];
static size_t record_count;

static void
read_whole(const char *path, char ret_text[FILE_BYTES_MAX])
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s cannot be read; tests run in the project's folder", path);
    size_t size = fread(ret_text, 1, FILE_BYTES_MAX - 1, file);
    fclose(file);
    assert_in_range(size, 1, FILE_BYTES_MAX - 2);
    ret_text[size] = '\0';
}

/* ---- the citizens ---- */

/* The first line of a file is its header; each record keeps a reader of its own, as texts live in
 * that. */
static int
read_citizens(void **unused)
{
    (void)unused;
    struct citizen_csv csv;
    struct refusal refusal = { 0 };
    read_whole("tests/data/citizens.csv", citizens_file);
    read_whole("tests/data/applications.csv", applications_file);
    assert_int_equal(citizen_csv_init(&csv, bytes_of_text(citizens_file), &refusal), OK);
    for (;; record_count++) {
        assert_in_range(record_count, 0, CITIZENS_MAX - 1);
        struct record *record = &records[record_count];
        record->csv = csv;
        enum result result = citizen_csv_next(&record->csv, &record->citizen, &refusal);
        if (result == ERR_ABSENT)
            return 0;
        if (result != OK)
            fail_msg("line %llu: %s %s", (unsigned long long)record->csv.line, refusal.field,
                     refusal.rule);
        csv.offset = record->csv.offset;
        csv.line = record->csv.line;
    }
}

static const struct citizen *
find_citizen(const char *number)
{
    for (size_t i = 0; i < record_count; i++)
        if (strcmp(records[i].citizen.person.citizen_number, number) == 0)
            return &records[i].citizen;
    return NULL;
}

static void
every_line_is_a_citizen_of_its_own(void **unused)
{
    (void)unused;
    assert_in_range(record_count, 300, CITIZENS_MAX);
    for (size_t i = 0; i < record_count; i++)
        assert_ptr_equal(find_citizen(records[i].citizen.person.citizen_number),
                         &records[i].citizen);
}

static bool
has_rare_character(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text >= 0xF0)
            return true;
    return false;
}

static void
the_citizens_are_of_all_kinds(void **unused)
{
    (void)unused;
    bool provinces[100] = { false };
    bool groups[100] = { false };
    unsigned province_count = 0, group_count = 0, retired = 0, rare = 0, separated = 0;
    unsigned deceased = 0, replaced = 0, shared = 0, moved = 0, lost = 0, faceless = 0;
    for (size_t i = 0; i < record_count; i++) {
        const struct citizen *citizen = &records[i].citizen;
        const struct person *person = &citizen->person;
        char prefix[DIVISION_CHARS + 1] = { 0 };
        memcpy(prefix, person->citizen_number, DIVISION_CHARS);
        size_t province = strtoul((char[]){ prefix[0], prefix[1], '\0' }, NULL, 10);
        size_t group = strtoul(person->ethnic_group, NULL, 10);
        province_count += !provinces[province];
        group_count += !groups[group];
        provinces[province] = groups[group] = true;
        retired += division_find(prefix) == NULL && division_is_retired(prefix);
        rare += has_rare_character(person->name);
        separated += strstr(person->name, "·") != NULL && strlen(person->name) > 30;
        deceased += citizen->deceased_on != 0;
        replaced += citizen->number_replaced_by[0] != '\0' &&
                    find_citizen(citizen->number_replaced_by) != NULL;
        shared += citizen->duplicate_number;
        moved += citizen->present_division[0] != '\0';
        lost += citizen->card_reported_lost;
        faceless += !citizen->photo_on_file;
    }
    assert_int_equal(province_count, 31);
    assert_int_equal(group_count, 56);
    assert_true(retired >= 20 && rare >= 3 && separated >= 10);
    assert_true(deceased > 0 && replaced > 0 && shared > 0 && moved > 0 && lost > 0 &&
                faceless > 0);
}

/* ---- their applications ---- */

enum column {
    STORY,
    CITIZEN_NUMBER,
    KIND,
    REASON,
    CHANGE,
    GUARDIAN,
    YEARS,
    REFUSAL,
    FINDINGS,
    WARNINGS,
    COLUMN_COUNT
};

struct application {
    char line[LINE_BYTES_MAX];
    char *fields[COLUMN_COUNT];
    char *rest; /* of the file */
    struct form form;
};

static struct application application;

static void
change_field(struct form *form, const char *name, const char *value)
{
    struct person *person = &form->person;
    if (strcmp(name, "name") == 0)
        person->name = value;
    else if (strcmp(name, "address") == 0)
        person->address = value;
    else if (strcmp(name, "ethnic_group") == 0)
        person->ethnic_group = value;
    else if (strcmp(name, "registration_division") == 0)
        person->registration_division = value;
    else if (strcmp(name, "appearance_changed") == 0)
        form->appearance_changed = true;
    else
        fail_msg("no field %s", name);
}

static void
fill_form(struct application *apply)
{
    const char *number = apply->fields[CITIZEN_NUMBER];
    const struct citizen *citizen = find_citizen(number);
    bool replaced = strcmp(apply->fields[KIND], "REPLACEMENT") == 0;
    struct form form = {
        .kind = replaced                                      ? KIND_REPLACEMENT
                : strcmp(apply->fields[KIND], "RENEWAL") == 0 ? KIND_RENEWAL
                                                              : KIND_FIRST,
        .reason = replaced                                                ? REASON_LOST
                  : strcmp(apply->fields[REASON], "DETAILS_CHANGED") == 0 ? REASON_DETAILS_CHANGED
                                                                          : REASON_EXPIRING,
        .second_script = { "", "" },
        .phone = "13800138000",
        .residence_basis = BASIS_WORK,
        .residence_address = "上海市浦东新区世纪大道1号",
        .identity_document = DOCUMENT_HOUSEHOLD_REGISTER,
        .identity_document_number = "0001",
        .evidence = replaced ? DOCUMENT_HOUSEHOLD_REGISTER : DOCUMENT_ORIGINAL_CARD,
        .fee_fen =
            policy_key_info(replaced ? POLICY_FEE_REPLACEMENT : POLICY_FEE_RENEWAL)->standard,
        .fingerprint_count = 2,
        .fingerprints = { FINGER_RIGHT_THUMB, FINGER_LEFT_THUMB },
        .no_fingerprints_reason = "",
        .person = { .citizen_number = number,
                    .sex = citizen_number_sex(number),
                    .ethnic_group = "01",
                    .birth_date = citizen_number_birth_date(number) },
    };
    if (citizen != NULL)
        form.person = citizen->person;
    const struct citizen *guardian = find_citizen(apply->fields[GUARDIAN]);
    form.guardian_given = guardian != NULL;
    if (guardian != NULL)
        form.guardian = (struct form_guardian){ .name = guardian->person.name,
                                                .citizen_number = apply->fields[GUARDIAN],
                                                .relation = "监护人" };
    char *rest = NULL;
    for (char *change = strtok_r(apply->fields[CHANGE], ";", &rest); change != NULL;
         change = strtok_r(NULL, ";", &rest)) {
        char *value = strchr(change, '=');
        assert_non_null(value);
        *value++ = '\0';
        change_field(&form, change, value);
    }
    apply->form = form;
}

/* False at the end. The file starts with its header. */
static bool
next_application(struct application *apply)
{
    char *start = apply->rest;
    char *end = strchr(start, '\n');
    if (end == NULL)
        return false;
    assert_in_range(end - start, 1, LINE_BYTES_MAX - 1);
    memcpy(apply->line, start, (size_t)(end - start));
    apply->line[end - start] = '\0';
    apply->rest = end + 1;
    char *rest = apply->line;
    for (int column = 0; column < COLUMN_COUNT; column++) {
        apply->fields[column] = strsep(&rest, ",");
        assert_non_null(apply->fields[column]);
    }
    assert_null(rest);
    fill_form(apply);
    return true;
}

static void
start_applications(struct application *apply)
{
    apply->rest = strchr(applications_file, '\n') + 1;
}

static void
append_word(char *text, const char *word)
{
    if (text[0] != '\0')
        strcat(text, " ");
    strcat(text, word);
}

static void
list_findings(uint32_t findings, char ret_text[LINE_BYTES_MAX])
{
    ret_text[0] = '\0';
    for (int finding = 0; finding < FINDING_COUNT; finding++)
        if (findings_have(findings, (enum finding)finding))
            append_word(ret_text, finding_name((enum finding)finding));
}

static void
expect(const struct application *apply, enum column column, const char *got)
{
    if (strcmp(apply->fields[column], got) != 0)
        fail_msg("%s %s: %s instead of %s", apply->fields[STORY], apply->fields[CITIZEN_NUMBER],
                 got, apply->fields[column]);
}

static void
the_window_takes_or_refuses_and_warns_as_expected(void **unused)
{
    (void)unused;
    const struct policy_case policy = sample_policy_standard(today);
    size_t count = 0, refused = 0, warned = 0;
    start_applications(&application);
    for (; next_application(&application); count++) {
        char warnings[LINE_BYTES_MAX] = "";
        enum warning_code codes[WARNING_CODE_COUNT];
        struct refusal refusal = { 0 };
        enum result result = form_check(&application.form, &policy, office_division, &refusal);
        expect(&application, REFUSAL, result == OK ? "" : refusal_name(refusal.code));
        refused += result != OK;
        size_t warning_count = result == OK ? warnings_find(&application.form, codes) : 0;
        for (size_t i = 0; i < warning_count; i++)
            append_word(warnings, warning_name(codes[i]));
        expect(&application, WARNINGS, warnings);
        warned += warning_count > 0;
    }
    assert_in_range(count, 300, CITIZENS_MAX);
    assert_in_range(refused, 10, count / 10);
    assert_in_range(warned, 10, count / 10);
}

static void
the_registry_finds_what_is_expected(void **unused)
{
    (void)unused;
    const struct policy_case policy = sample_policy_standard(today);
    /* What depends on a policy is tested where there is one. */
    uint32_t not_here =
        finding_bit(FINDING_POLICY_UNKNOWN) | finding_bit(FINDING_CARD_ON_FILE) |
        finding_bit(FINDING_TOO_EARLY) | finding_bit(FINDING_SECOND_SCRIPT_DIFFERS) |
        finding_bit(FINDING_CREDIT_TOLERATED) | finding_bit(FINDING_DETAILS_TOLERATED) |
        finding_bit(FINDING_APPEARANCE_TOLERATED) | finding_bit(FINDING_POLICY_OUTDATED) |
        finding_bit(FINDING_CLOCK_AHEAD);
    uint32_t seen = not_here;
    start_applications(&application);
    while (next_application(&application)) {
        char findings[LINE_BYTES_MAX];
        if (application.fields[REFUSAL][0] != '\0')
            continue;
        uint32_t found = findings_judge(&application.form,
                                        find_citizen(application.fields[CITIZEN_NUMBER]), &policy);
        list_findings(found, findings);
        expect(&application, FINDINGS, findings);
        seen |= found;
    }
    assert_int_equal(seen, (UINT32_C(1) << FINDING_COUNT) - 1); /* each one somewhere */
}

static void
cards_are_valid_as_long_as_expected(void **unused)
{
    (void)unused;
    const struct policy_case policy = sample_policy_standard(today);
    start_applications(&application);
    while (next_application(&application)) {
        char years[16];
        snprintf(
            years, sizeof years, "%u",
            validity_years(&policy, civil_date_age(application.form.person.birth_date, today)));
        expect(&application, YEARS, years);
    }
}

/* ---- through offices ---- */

static struct fake_network network;
static struct made_application made;

/* Whoever is registered elsewhere is another registry's. */
static void
import_citizens(void)
{
    Yidi__PopulationImport import = YIDI__POPULATION_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    import.skip_bad = true;
    request.command_case = YIDI__REQUEST__COMMAND_POPULATION_IMPORT;
    request.population_import = &import;
    const struct bytes frame = bytes_of_text(citizens_file);
    const Yidi__Response *response = fake_network_ask(&network, REGISTRY, &request, &frame, 1);
    size_t here = 0;
    for (size_t i = 0; i < record_count; i++)
        here += strcmp(records[i].citizen.person.registration_division, FAKE_DESK_DIVISION) == 0;
    assert_non_null(response);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_IMPORTED);
    assert_int_equal(response->imported->imported, here);
    assert_int_equal(response->imported->bad, record_count - here);
    for (size_t i = 0; i < response->imported->n_bad_lines; i++)
        assert_string_equal(response->imported->bad_lines[i]->refusal->code, "NOT_IN_JURISDICTION");
}

/* The form on the wire, with photo and templates drawn once. */
static void
fill_wire_form(const struct form *form, Yidi__Guardian *guardian)
{
    Yidi__Person *person = &made.person;
    application_set_kind(&made, form->kind == KIND_RENEWAL ? YIDI__APPLICATION_KIND__RENEWAL
                                                           : YIDI__APPLICATION_KIND__REPLACEMENT);
    made.form.reason = (Yidi__ApplicationReason)form->reason;
    made.form.appearance_changed = form->appearance_changed;
    made.form.identity_document_number = (char *)(uintptr_t)form->identity_document_number;
    person->citizen_number = (char *)(uintptr_t)form->person.citizen_number;
    person->name = (char *)(uintptr_t)form->person.name;
    person->sex = (Yidi__Sex)form->person.sex;
    person->ethnic_group = (char *)(uintptr_t)form->person.ethnic_group;
    person->birth_date = form->person.birth_date;
    person->address = (char *)(uintptr_t)form->person.address;
    person->registration_division = (char *)(uintptr_t)form->person.registration_division;
    made.form.guardian = form->guardian_given ? guardian : NULL;
    if (form->guardian_given) {
        guardian->name = (char *)(uintptr_t)form->guardian.name;
        guardian->citizen_number = (char *)(uintptr_t)form->guardian.citizen_number;
        guardian->relation = (char *)(uintptr_t)form->guardian.relation;
    }
}

static void
expect_findings_at_registry(const char *case_number)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[REGISTRY].scratch);
    AUTO(arena) struct arena arena;
    struct case_file file;
    char findings[LINE_BYTES_MAX];
    arena_init(&arena);
    assert_int_equal(
        case_file_open(txn, network.offices[REGISTRY].role->machine, case_number, &arena, &file),
        OK);
    list_findings(file.row->findings, findings);
    expect(&application, FINDINGS, findings);
}

/* All who are registered at the registry of the three offices apply at their window. */
static void
applications_go_through_offices_as_expected(void **unused)
{
    (void)unused;
    Yidi__Guardian guardian = YIDI__GUARDIAN__INIT;
    size_t arrived = 0;
    fake_desk_open(&network, 1);
    import_citizens();
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &made);
    start_applications(&application);
    while (next_application(&application)) {
        const struct form *form = &application.form;
        char number[CASE_NUMBER_CHARS + 1] = "";
        if (strcmp(form->person.registration_division, FAKE_DESK_DIVISION) != 0 ||
            form->kind == KIND_FIRST)
            continue;
        fill_wire_form(form, &guardian);
        expect(&application, REFUSAL, fake_desk_apply(&network, &made, "", number));
        if (number[0] == '\0')
            continue;
        fake_network_settle(&network);
        expect_findings_at_registry(number);
        arrived++;
    }
    assert_in_range(arrived, 40, CITIZENS_MAX);
    fake_network_close(&network);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_a_citizen_of_its_own),
        cmocka_unit_test(the_citizens_are_of_all_kinds),
        cmocka_unit_test(the_window_takes_or_refuses_and_warns_as_expected),
        cmocka_unit_test(the_registry_finds_what_is_expected),
        cmocka_unit_test(cards_are_valid_as_long_as_expected),
        cmocka_unit_test(applications_go_through_offices_as_expected),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, read_citizens, NULL);
}
