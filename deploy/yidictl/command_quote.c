/* SPDX-License-Identifier: Apache-2.0
 *
 * quote - what an application would cost if it were handed in now, and until when its card would be
 * valid.
 */
#include <stdio.h>

#include "deploy/yidictl/command.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

static const struct argument_rule options[] = {
    { "kind", "KIND", false, "renewal, replacement or first" },
    { "reason", "REASON", false,
      "such as expired, expiring, damaged, details-changed, lost, stolen" },
    { "waiver", "WAIVER", false, "welfare or hardship; without it none" },
    { "born", "DATE", false, "the applicant's birth date, for the validity of the card" },
    { "division", "CODE", false, "the county where the applicant is registered, which has a say" },
    { 0 },
};

/* The words of an option; none given leaves the value alone. */
static int
read_term(const struct settings *settings, const struct arguments *arguments, const char *option,
          const ProtobufCEnumDescriptor *terms, int *value)
{
    AUTO(arena) struct arena arena;
    struct refusal refusal;
    const char *word = arguments_text(arguments, option);
    arena_init(&arena);
    if (word == NULL || output_find_term(terms, word, value))
        return EXIT_DONE;
    return report_usage(
        settings,
        refuse(&refusal, REFUSAL_OPTION_INVALID, option, "one of %s", output_terms(terms, &arena)),
        &refusal);
}

static int
read_question(const struct settings *settings, const struct arguments *arguments,
              Yidi__Quote *quote)
{
    struct refusal refusal;
    int kind = 0, reason = 0, waiver = 0;
    const char *born = arguments_text(arguments, "born");
    int status = read_term(settings, arguments, "kind", &yidi__application_kind__descriptor, &kind);
    if (status == EXIT_DONE)
        status = read_term(settings, arguments, "reason", &yidi__application_reason__descriptor,
                           &reason);
    if (status == EXIT_DONE)
        status = read_term(settings, arguments, "waiver", &yidi__fee_waiver__descriptor, &waiver);
    if (status != EXIT_DONE)
        return status;
    quote->kind = (Yidi__ApplicationKind)kind;
    quote->reason = (Yidi__ApplicationReason)reason;
    quote->fee_waiver = (Yidi__FeeWaiver)waiver;
    quote->registration_division = arguments_field(arguments, "division");
    if (born != NULL && !input_date(born, &quote->birth_date))
        return report_usage(
            settings, refuse(&refusal, REFUSAL_OPTION_INVALID, "born", "a date such as 1990-01-31"),
            &refusal);
    return EXIT_DONE;
}

static const char *
validity_text(const Yidi__QuotedValidity *validity, struct arena *arena)
{
    if (validity->until == 0)
        return "long-term";
    return output_format(arena, "%u years, until %s if it were issued today", validity->years,
                         output_date(validity->until, arena));
}

static void
print(const Yidi__Quoted *quoted)
{
    AUTO(table) struct table table;
    AUTO(arena) struct arena arena;
    table_init(&table, table_field_columns, 2);
    arena_init(&arena);
    table_add_field(
        &table, "fee",
        output_format(&arena, "%u.%02u yuan", quoted->fee_fen / 100, quoted->fee_fen % 100));
    table_add_field(&table, "card due by",
                    output_time_and_zone(quoted->statutory_deadline_ms, &arena));
    if (quoted->validity != NULL)
        table_add_field(&table, "valid", validity_text(quoted->validity, &arena));
    if (quoted->policy_version != 0)
        table_add_field(
            &table, "policy",
            output_format(&arena, "version %llu", (unsigned long long)quoted->policy_version));
    table_print(&table, stdout);
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Quote quote = YIDI__QUOTE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_QUOTE;
    request.quote = &quote;
    int status = read_question(settings, arguments, &quote);
    if (status == EXIT_DONE)
        status = session_open_to_look(&session, settings);
    if (status == EXIT_DONE)
        status = session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_QUOTED, &answer);
    if (status != EXIT_DONE)
        return status;
    if (settings->json)
        output_json(&answer.response->quoted->base);
    else
        print(answer.response->quoted);
    return EXIT_DONE;
}

const struct command quote_command = {
    .name = "quote",
    .synopsis = "--kind KIND --reason REASON [--waiver WAIVER] [--born DATE] [--division CODE]",
    .help = "say what an application would cost (收费查询)",
    .description =
        "By the policy that holds today. Nothing is kept. What apply would refuse of kind, reason\n"
        "and waiver is refused here, too.",
    .options = options,
    .run = run,
};
