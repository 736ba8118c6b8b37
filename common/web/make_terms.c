/* SPDX-License-Identifier: Apache-2.0
 *
 * make_terms - writes what the console shows of the domain's tables: words of the form, reasons of
 * a refusal, ethnic groups, codes (terms), and the divisions for the picker.
 *
 *     make-terms zh|en      terms.LANGUAGE.json: { "kind.RENEWAL": "换领", ... }
 *     make-terms divisions  divisions.json: [["110101", "北京市", "市辖区", "东城区"], ...]
 *     make-terms rules      rules.json: who may do what at which kind of office, and which findings
 *                           fail an application
 *
 * Among the terms are what the codes of refusals, warnings and findings mean (code.NAME,
 * warning.NAME, finding.NAME, and check.NAME of what passed).
 *
 * So the console, the papers and yidictl say the same of the same thing.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/domain/check.h"
#include "common/domain/division.h"
#include "common/domain/duty.h"
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
    for (enum check check = 0; check < CHECK_COUNT; check++)
        add(terms, "check", check_name(check),
            chinese ? check_chinese(check) : check_english(check));
    for (enum finding finding = 0; finding < FINDING_COUNT; finding++)
        add(terms, "finding", finding_name(finding),
            chinese ? finding_chinese(finding) : finding_english(finding));
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

/* ---- rules ---- */

static json_t *
make_duties(enum party office)
{
    json_t *duties = json_object();
    for (size_t i = 0; duty_act(i) != NULL; i++) {
        uint32_t roles = duty_roles(duty_act(i), office);
        json_t *names = json_array();
        for (size_t k = 0; k < DUTY_ROLE_COUNT; k++)
            if ((roles >> k & 1) != 0)
                json_array_append_new(names, json_string(duty_role_name(k)));
        if (roles != 0)
            json_object_set(duties, duty_act(i), names);
        json_decref(names);
    }
    return duties;
}

static json_t *
make_findings(void)
{
    json_t *findings = json_object();
    for (enum finding finding = 0; finding < FINDING_COUNT; finding++)
        json_object_set_new(findings, finding_name(finding),
                            json_pack("{sbss}", "fails", finding_severity(finding) == FINDING_FAIL,
                                      "reason", refusal_reason_name(finding_reason(finding))));
    return findings;
}

static json_t *
make_rules(void)
{
    return json_pack("{s{sososo}so}", "duties", "acceptance", make_duties(PARTY_ACCEPTANCE),
                     "registry", make_duties(PARTY_REGISTRY), "production",
                     make_duties(PARTY_PRODUCTION), "findings", make_findings());
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

/* NULL when there is no such file. */
static json_t *
make(const char *what)
{
    chinese = strcmp(what, "zh") == 0;
    if (chinese || strcmp(what, "en") == 0)
        return make_terms();
    if (strcmp(what, "divisions") == 0)
        return make_divisions();
    return strcmp(what, "rules") == 0 ? make_rules() : NULL;
}

int
main(int argc, char **argv)
{
    json_t *made = argc == 2 ? make(argv[1]) : NULL;
    if (made == NULL) {
        fprintf(stderr, "usage: make-terms zh|en|divisions|rules\n");
        return 2;
    }
    bool written = json_dumpf(made, stdout, JSON_COMPACT | JSON_SORT_KEYS) == 0;
    json_decref(made);
    return written && fflush(stdout) == 0 ? 0 : 1;
}
