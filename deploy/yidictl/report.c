/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/report.h"

#include <stdio.h>
#include <string.h>

#include "common/core/arena.h"
#include "common/io/json.h"

enum { REPORT_BYTES = 400 };

/* How the user wrote what the office knows by its field in proto/control.proto. */
static const char *
user_name(const char *field)
{
    static const struct {
        const char *field;
        const char *shown;
    } names[] = {
        { "decide.verb", "" },
        { "decide.case_numbers", "CASE" },
        { "decide.reasons", "--reason" },
        { "decide.text", "--text" },
        { "decide.package", "--package" },
        { "decide.card_serial", "--serial" },
        { "list.state", "--state" },
        { "list.limit", "--limit" },
        { "list.after", "" },
        { "show.reason", "--reason" },
        { "show.case_number", "CASE" },
        { "export.reason", "--reason" },
        { "export.case_number", "CASE" },
        { "case_number", "CASE" },
        { "apply.request_key", "--key" },
        { "peers.office", "OFFICE" },
        { "operator", "--operator" },
        { "socket", "--socket" },
        { "control-socket", "--socket" },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].field, field) == 0)
            return names[i].shown;
    return strncmp(field, "apply.", 6) == 0 ? field + 6 : field;
}

void
report_format(const Yidi__Refusal *refusal, char *ret_text, size_t size)
{
    bool is_option = strcmp(refusal->code, "OPTION_INVALID") == 0 &&
                     refusal->field[strspn(refusal->field, "abcdefghijklmnopqrstuvwxyz-")] == '\0';
    const char *field = is_option ? refusal->field : user_name(refusal->field);
    const char *dashes = is_option && field[0] != '\0' && field[0] != '-' ? "--" : "";
    snprintf(ret_text, size, "%s%s%s%s: %s", refusal->code, field[0] == '\0' ? "" : " ", dashes,
             field, refusal->rule);
}

Yidi__Refusal
report_message(const struct refusal *refusal)
{
    Yidi__Refusal message = YIDI__REFUSAL__INIT;
    message.code = (char *)refusal_name(refusal->code);
    message.field = (char *)refusal->field;
    message.rule = (char *)refusal->rule;
    return message;
}

int
report_answer(const struct settings *settings, const Yidi__Refusal *refusal)
{
    if (settings->json) {
        AUTO(arena) struct arena arena;
        arena_init(&arena);
        const char *text = json_encode(&refusal->base, &arena);
        printf("{\"refusal\":%s}\n", text == NULL ? "{}" : text);
    } else {
        char text[REPORT_BYTES];
        report_format(refusal, text, sizeof text);
        fprintf(stderr, "yidictl: %s\n", text);
    }
    return EXIT_REFUSED;
}

int
report_refusal(const struct settings *settings, const struct refusal *refusal)
{
    Yidi__Refusal message = report_message(refusal);
    return report_answer(settings, &message);
}

static const char *
result_text(enum result result)
{
    switch (result) {
    case ERR_FULL:
        return "a bound is reached";
    case ERR_ABSENT:
        return "there is nothing there";
    case ERR_MEMORY:
        return "out of memory";
    case ERR_IO:
        return "disk or socket failed";
    case ERR_DAMAGED:
        return "stored data contradicts itself";
    case ERR_FORGED:
        return "a signature, digest or proof does not hold";
    case OK:
    case ERR_REFUSED:
        break;
    }
    return "refused";
}

int
report_result(const struct settings *settings, enum result result, const struct refusal *refusal)
{
    if (result == OK)
        return EXIT_DONE;
    if (result == ERR_REFUSED && refusal != NULL)
        return report_refusal(settings, refusal);
    Yidi__Refusal message = YIDI__REFUSAL__INIT;
    message.code = (char *)"FAILED";
    message.rule = (char *)result_text(result);
    return report_answer(settings, &message);
}

int
report_usage(const struct settings *settings, enum result result, const struct refusal *refusal)
{
    report_result(settings, result, refusal);
    return EXIT_USAGE;
}

int
report_unreachable(const struct settings *settings, const struct refusal *refusal)
{
    report_refusal(settings, refusal);
    return EXIT_UNREACHABLE;
}
