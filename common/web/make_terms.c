/* SPDX-License-Identifier: Apache-2.0
 *
 * make_terms - writes what the console shows of the domain's tables: words of the form, reasons of
 * a refusal, ethnic groups, codes (terms), and the divisions for the picker.
 *
 *     make-terms zh|en      terms.LANGUAGE.json: { "kind.RENEWAL": "换领", ... }
 *     make-terms divisions  divisions.json: [["110101", "北京市", "市辖区", "东城区"], ...]
 *
 * Among the terms are what the codes of refusals and warnings mean (code.NAME, warning.NAME), and
 * severity.NAME: fail, of the findings that fail an application.
 *
 * So the console, the papers and yidictl say the same of the same thing.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/domain/division.h"
#include "common/domain/ethnic_group.h"
#include "common/domain/finding.h"
#include "common/domain/form_words.h"
#include "common/domain/refusal_reason.h"
#include "common/domain/warning.h"
#include "proto/message.pb-c.h"

static bool chinese;

static void
add(json_t *terms, const char *family, const char *name, const char *text)
{
    char key[128];
    snprintf(key, sizeof key, "%s.%s", family, name);
    if (json_object_set_new(terms, key, json_string(text)) != 0)
        abort();
}

static const char *
of(struct words words)
{
    return chinese ? words.chinese : words.english;
}

/* Every choice of an enum of the form, by its name in the proto. */
#define ADD_CHOICES(terms, family, descriptor, words_of)                                           \
    for (unsigned i_ = 0; i_ < (descriptor).n_values; i_++)                                        \
        if ((descriptor).values[i_].value != 0)                                                    \
    add(terms, family, (descriptor).values[i_].name, of(words_of((descriptor).values[i_].value)))

static void
add_codes(json_t *terms)
{
    for (enum refusal_code code = REFUSAL_NONE + 1; code < REFUSAL_CODE_COUNT; code++)
        add(terms, "code", refusal_name(code),
            chinese ? refusal_meaning_chinese(code) : refusal_meaning(code));
    for (enum warning_code code = 0; code < WARNING_CODE_COUNT; code++)
        add(terms, "warning", warning_name(code),
            chinese ? warning_chinese(code) : warning_english(code));
    for (enum finding finding = 0; finding < FINDING_COUNT; finding++)
        if (finding_severity(finding) == FINDING_FAIL)
            add(terms, "severity", finding_name(finding), "fail");
}

static json_t *
make_terms(void)
{
    json_t *terms = json_object();
    ADD_CHOICES(terms, "kind", yidi__application_kind__descriptor, form_words_kind);
    ADD_CHOICES(terms, "cause", yidi__application_reason__descriptor, form_words_reason);
    ADD_CHOICES(terms, "sex", yidi__sex__descriptor, form_words_sex);
    ADD_CHOICES(terms, "basis", yidi__residence_basis__descriptor, form_words_basis);
    ADD_CHOICES(terms, "document", yidi__document_kind__descriptor, form_words_document);
    ADD_CHOICES(terms, "waiver", yidi__fee_waiver__descriptor, form_words_waiver);
    ADD_CHOICES(terms, "finger", yidi__finger_position__descriptor, form_words_finger);
    for (enum refusal_reason reason = 1; reason < REFUSAL_REASON_COUNT; reason++)
        add(terms, "reason", refusal_reason_name(reason),
            chinese ? refusal_reason_chinese(reason) : refusal_reason_english(reason));
    const ProtobufCMessageDescriptor *form[] = { &yidi__application_form__descriptor,
                                                 &yidi__person__descriptor,
                                                 &yidi__guardian__descriptor };
    const char *const prefixes[] = { "form", "form.person", "form.guardian" };
    for (size_t m = 0; m < 3; m++)
        for (unsigned i = 0; i < form[m]->n_fields; i++) {
            char path[96];
            snprintf(path, sizeof path, "%s.%s", prefixes[m], form[m]->fields[i].name);
            struct words words = form_words_field(path);
            if (*words.english != '\0')
                add(terms, "field", path, of(words));
        }
    add_codes(terms);
    size_t count = 0;
    const struct ethnic_group *groups = ethnic_group_table(&count);
    for (size_t i = 0; i < count; i++)
        add(terms, "ethnic", groups[i].code, chinese ? groups[i].name : groups[i].roman);
    return terms;
}

static json_t *
make_divisions(void)
{
    json_t *list = json_array();
    size_t count = 0;
    const struct division *divisions = division_table(&count);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("[ssss]", divisions[i].code, divisions[i].province,
                                              divisions[i].prefecture, divisions[i].county));
    return list;
}

int
main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    chinese = strcmp(what, "zh") == 0;
    if (!chinese && strcmp(what, "en") != 0 && strcmp(what, "divisions") != 0) {
        fprintf(stderr, "usage: make-terms zh|en|divisions\n");
        return 2;
    }
    json_t *made = strcmp(what, "divisions") == 0 ? make_divisions() : make_terms();
    bool written = json_dumpf(made, stdout, JSON_COMPACT | JSON_SORT_KEYS) == 0;
    json_decref(made);
    return written && fflush(stdout) == 0 ? 0 : 1;
}
