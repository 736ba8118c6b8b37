/* SPDX-License-Identifier: Apache-2.0
 *
 * lease - take a case in hand, so that nobody else decides on it meanwhile.
 */
#include <stdio.h>

#include "common/core/limits.h"
#include "common/domain/case_number.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

static const struct argument_rule options[] = {
    { "release", NULL, false, "let go of it" },
    { "take-over", NULL, false, "although somebody else has it in hand" },
    { "reason", "TEXT", false, "why it is taken over; mandatory with --take-over, journalled" },
    { 0 },
};

static void
print(const struct settings *settings, const Yidi__Leased *leased, struct arena *arena)
{
    const Yidi__CaseLease *lease = leased->lease;
    if (settings->json)
        output_json(&leased->base);
    else if (lease == NULL)
        printf("%s  nobody has it in hand\n", output_case_number(leased->case_number, arena));
    else
        printf("%s  %s has it in hand until %s\n", output_case_number(leased->case_number, arena),
               lease->operator_, output_time(lease->until_ms, arena));
}

static int
ask(const struct settings *settings, Yidi__Lease *lease)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_LEASE;
    request.lease = lease;
    int status = session_open(&session, settings);
    if (status == EXIT_DONE)
        status = session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_LEASED, &answer);
    if (status == EXIT_DONE)
        print(settings, answer.response->leased, &answer.arena);
    return status;
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    struct refusal refusal = { 0 };
    char number[CASE_NUMBER_CHARS + 1];
    const char *reason = arguments_text(arguments, "reason");
    Yidi__Lease lease = YIDI__LEASE__INIT;
    lease.release = arguments_flag(arguments, "release");
    lease.take_over = arguments_flag(arguments, "take-over");
    if (lease.take_over != (reason != NULL && reason[0] != '\0'))
        return report_usage(settings,
                            refuse(&refusal, REFUSAL_OPTION_INVALID, "reason",
                                   "--take-over and --reason go together"),
                            &refusal);
    enum result result = case_number_read(arguments->operands[0], "case_number", number, &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);
    lease.case_number = number;
    lease.reason = (char *)(lease.take_over ? reason : "");
    return ask(settings, &lease);
}

const struct command lease_command = {
    .name = "lease",
    .synopsis = "CASE [--release | --take-over --reason TEXT]",
    .help = "take a case in hand, so that nobody else decides on it",
    .description =
        "It lasts ten minutes; the same command again renews it. It ends earlier with\n"
        "--release, and when the case leaves its state. list and show tell who has a case\n"
        "in hand. Whoever decides on somebody else's is refused, case by case.",
    .options = options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run,
};
