/* SPDX-License-Identifier: Apache-2.0
 *
 * journal verify - check an office's whole store from scratch, beside a running daemon or without.
 */
#include <stdio.h>

#include "deploy/yidictl/command.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/store_check.h"
#include "deploy/yidictl/trust.h"
#include "proto/control.pb-c.h"

static const struct argument_rule options[] = {
    { "store", "DIR", false, "the office's store" },
    { "office", "CODE", false, "the office's code" },
    TRUST_OPTIONS,
    { 0 },
};

static void
print_report(const char *office, const struct journal_report *report)
{
    printf("office    %s\nentries   %llu\nheads     %llu\nreceived  %llu\npolicies  %llu\n", office,
           (unsigned long long)report->entries, (unsigned long long)report->heads,
           (unsigned long long)report->received, (unsigned long long)report->policies);
    printf("%s%s\n", report->trouble[0] == '\0' ? "all of it holds" : "TROUBLE   ",
           report->trouble);
}

static void
print_report_json(const char *office, struct journal_report *report)
{
    Yidi__AuditReport message = YIDI__AUDIT_REPORT__INIT;
    message.office = (char *)office;
    message.entries = report->entries;
    message.heads = report->heads;
    message.received = report->received;
    message.policies = report->policies;
    message.trouble = report->trouble;
    output_json(&message.base);
}

static int
check_options(const struct settings *settings, const struct arguments *arguments)
{
    static const char *const mandatory[] = { "store", "office" };
    struct refusal refusal;
    for (size_t i = 0; i < sizeof mandatory / sizeof *mandatory; i++)
        if (arguments_text(arguments, mandatory[i]) == NULL)
            return report_usage(
                settings, refuse(&refusal, REFUSAL_OPTION_INVALID, mandatory[i], "must be given"),
                &refusal);
    return EXIT_DONE;
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(trust) struct trust trust = { 0 };
    struct store_check check;
    struct refusal refusal = { 0 };
    int status = check_options(settings, arguments);
    if (status == EXIT_DONE)
        status = trust_open(&trust, settings, arguments);
    if (status != EXIT_DONE)
        return status;

    const char *office = arguments_text(arguments, "office");
    enum result result = store_check(arguments_text(arguments, "store"), office, &trust.verifier,
                                     STORE_CHECK_FULL, &check, &refusal);
    struct journal_report *report = &check.report;
    if (result != OK && report->trouble[0] == '\0')
        return report_result(settings, result, &refusal);
    if (settings->json)
        print_report_json(office, report);
    else
        print_report(office, report);
    return result == OK ? EXIT_DONE : EXIT_REFUSED;
}

const struct command journal_verify_command = {
    .name = "journal verify",
    .synopsis = "--store DIR --office CODE --directory FILE --root root.pem [--crl FILE]",
    .help = "verify the whole journal of an office",
    .description = "Every leaf, inner node and signed head, the streams without a gap, and each "
                   "envelope\nthat came from another office. Slow and thorough; the daemon may "
                   "be running.",
    .options = options,
    .offline = true,
    .run = run,
};
