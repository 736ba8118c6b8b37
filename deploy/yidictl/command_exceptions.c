/* SPDX-License-Identifier: Apache-2.0
 *
 * return, redirect, withdraw, miss, trace-card, destroy, abandon, noted - when a case does not go
 * the straight way.
 */
#include "deploy/yidictl/decision.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/report.h"

enum { FIELDS_MAX = 16 };

static int
report_option(const struct settings *settings, const char *option, const char *rule)
{
    struct refusal refusal;
    enum result result = refuse(&refusal, REFUSAL_OPTION_INVALID, option, "%s", rule);
    return report_usage(settings, result, &refusal);
}

static int
run_return(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    char *fields[FIELDS_MAX];
    size_t place = 0;
    const char *field;
    while ((field = arguments_next(arguments, "field", &place)) != NULL) {
        if (decide.n_fields == FIELDS_MAX)
            return report_option(settings, "field", "at most 16");
        fields[decide.n_fields++] = (char *)field;
    }
    decide.verb = YIDI__VERB__RETURN_FORM;
    decide.fields = fields;
    decide.text = arguments_field(arguments, "text");
    if (!input_date(arguments_field(arguments, "answer-by"), &decide.answer_by))
        return report_option(settings, "answer-by", "a date, such as 2027-01-31");
    return decision_run(settings, arguments, &decide);
}

static int
run_redirect(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    decide.verb = YIDI__VERB__REDIRECT;
    decide.registration_division = arguments_field(arguments, "division");
    decide.text = arguments_field(arguments, "text");
    return decision_run(settings, arguments, &decide);
}

static int
run_with_words(const struct settings *settings, const struct arguments *arguments, Yidi__Verb verb)
{
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    decide.verb = verb;
    decide.text = arguments_field(arguments, "text");
    if (decide.text[0] == '\0')
        return report_option(settings, "text", "must be given: the journal keeps it");
    return decision_run(settings, arguments, &decide);
}

static int
run_withdraw(const struct settings *settings, const struct arguments *arguments)
{
    return run_with_words(settings, arguments, YIDI__VERB__WITHDRAW);
}

static int
run_miss(const struct settings *settings, const struct arguments *arguments)
{
    return run_with_words(settings, arguments, YIDI__VERB__MISS);
}

static int
run_destroy(const struct settings *settings, const struct arguments *arguments)
{
    return run_with_words(settings, arguments, YIDI__VERB__DESTROY);
}

static int
run_abandon(const struct settings *settings, const struct arguments *arguments)
{
    return run_with_words(settings, arguments, YIDI__VERB__ABANDON);
}

static int
run_noted(const struct settings *settings, const struct arguments *arguments)
{
    return run_with_words(settings, arguments, YIDI__VERB__NOTE);
}

static int
run_trace_card(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    decide.verb = YIDI__VERB__TRACE_CARD;
    decide.found = arguments_flag(arguments, "found");
    decide.text = arguments_field(arguments, "text");
    if (decide.found == arguments_flag(arguments, "lost"))
        return report_option(settings, "found", "either --found or --lost");
    return decision_run(settings, arguments, &decide);
}

static const struct argument_rule return_options[] = {
    { "field", "FIELD", true, "what is to be corrected, such as form.person.address" },
    { "text", "TEXT", false, "what to do, as told to the applicant" },
    { "answer-by", "DATE", false, "until when, such as 2027-01-31" },
    { 0 },
};

static const struct argument_rule redirect_options[] = {
    { "division", "CODE", false,
      "county of the present registration (default: the one in the record)" },
    { "text", "TEXT", false, "how it is known" },
    { 0 },
};

static const struct argument_rule text_options[] = {
    { "text", "TEXT", false, "why; the journal keeps it, so name nobody" },
    { 0 },
};

static const struct argument_rule abandon_options[] = {
    { "text", "TEXT", false,
      "why, as the applicant is told; the journal keeps it, so name nobody" },
    { 0 },
};

static const struct argument_rule noted_options[] = {
    { "text", "TEXT", false, "what was found and done; the journal keeps it, so name nobody" },
    { 0 },
};

static const struct argument_rule trace_options[] = {
    { "found", NULL, false, "the card is here, and can be sent again" },
    { "lost", NULL, false, "the card is lost, and is made again" },
    { "text", "TEXT", false, "what became of it" },
    { 0 },
};

DECIDE_COMMAND(return, "return", " --field FIELD... --text TEXT --answer-by DATE",
                     "send applications back to be corrected (退回补正)", DECIDE_DESCRIPTION,
                     return_options);
DECIDE_COMMAND(redirect, "redirect", " [--division CODE] --text TEXT",
               "let the registry of the present county decide (移送)", DECIDE_DESCRIPTION,
               redirect_options);
DECIDE_COMMAND(withdraw, "withdraw", " --text TEXT",
               "withdraw applications, if no card is made yet (撤回)", DECIDE_DESCRIPTION,
               text_options);
DECIDE_COMMAND(miss, "miss", " --text TEXT", "report cards that were not in their package (缺件)",
               DECIDE_DESCRIPTION, text_options);
DECIDE_COMMAND(destroy, "destroy", " --text TEXT", "destroy cards that nobody collected (销毁)",
               DECIDE_DESCRIPTION, text_options);
DECIDE_COMMAND(
    abandon, "abandon", " --text TEXT", "end cases that wait for an office that is no more (终止)",
    "Only while the directory has revoked, or does not list, the office that the case\n"
    "waits for: a window its registry, or the card centre; a registry the card centre,\n"
    "or the window; a card centre the window. A window may also end a case whose card is\n"
    "to be made again while the centre refuses that; a card centre an order whose case\n"
    "the registry has ended. A registry asks the window first, if that is there: it may\n"
    "have the card. The applicant is told, the fee becomes due back,\n"
    "and the citizen can apply again. A card that comes after all is to be "
    "destroyed.\n\n" DECIDE_DESCRIPTION,
    abandon_options);
DECIDE_COMMAND(noted, "noted", " --text TEXT",
               "say that what called for attention is settled (已核查)",
               "It leaves yidictl list --attention; show tells who looked into it, and "
               "when.\n\n" DECIDE_DESCRIPTION,
               noted_options);
DECIDE_COMMAND(trace_card, "trace-card", " (--found | --lost) --text TEXT",
               "say what became of a missing card (追查)", DECIDE_DESCRIPTION, trace_options);
