/* SPDX-License-Identifier: Apache-2.0
 *
 * collect - hand cards out at the window: how the holder was identified, who came, what was handed
 * back.
 *
 * With a probe, the office hands out its reference and names its comparator, which runs here: no
 * daemon waits for it. Who may collect is the office's business.
 */
#include <string.h>

#include "common/domain/case_number.h"
#include "deploy/yidictl/comparator.h"
#include "deploy/yidictl/decision.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

static int
report_option(const struct settings *settings, const char *option, const char *rule)
{
    struct refusal refusal;
    enum result result = refuse(&refusal, REFUSAL_OPTION_INVALID, option, "%s", rule);
    return report_usage(settings, result, &refusal);
}

/* ---- the comparator ---- */

/* Of several templates one match is enough; the score is that of the match, else of the last. */
static enum result
compare_all(const struct settings *settings, const struct answer *answer, const char *probe,
            struct comparison *ret_comparison, struct refusal *ret_refusal)
{
    const char *command_line = answer->response->reference->comparator;
    const struct control_message *message = &answer->message;
    enum result result = OK;
    ret_comparison->match = false;
    for (size_t i = 1; i < message->frame_count && result == OK && !ret_comparison->match; i++)
        result = comparator_run(command_line, message->frames[i], probe, settings->timeout_ms,
                                ret_comparison, ret_refusal);
    return result;
}

static int
compare(const struct settings *settings, const char *number, Yidi__IdentifiedBy identified_by,
        const char *probe, struct comparison *ret_comparison)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    Yidi__Compare wanted = YIDI__COMPARE__INIT;
    struct refusal refusal = { 0 };
    wanted.case_number = (char *)number;
    wanted.identified_by = identified_by;
    request.command_case = YIDI__REQUEST__COMMAND_COMPARE;
    request.compare = &wanted;
    int status = session_open(&session, settings);
    if (status == EXIT_DONE)
        status = session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_REFERENCE, &answer);
    if (status != EXIT_DONE)
        return status;
    return report_result(settings, compare_all(settings, &answer, probe, ret_comparison, &refusal),
                         &refusal);
}

/* ---- the command line ---- */

/* What is said of one person goes with one card. */
static bool
is_of_one(const struct arguments *arguments)
{
    static const char *const names[] = { "probe", "score",    "receipt",       "collector",
                                         "name",  "relation", "citizen-number" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (arguments_text(arguments, names[i]) != NULL)
            return true;
    return false;
}

static int
read_identification(const struct settings *settings, const struct arguments *arguments,
                    Yidi__Decide *decide)
{
    int identified_by;
    const char *word = arguments_text(arguments, "identified-by");
    if (word == NULL || !output_find_term(&yidi__identified_by__descriptor, word, &identified_by))
        return report_option(settings, "identified-by", "face, fingerprint or document");
    decide->identified_by = (Yidi__IdentifiedBy)identified_by;
    decide->score = arguments_field(arguments, "score");
    if (arguments_text(arguments, "probe") == NULL)
        return EXIT_DONE;
    if (identified_by == YIDI__IDENTIFIED_BY__DOCUMENT)
        return report_option(settings, "probe", "only a face or a fingerprint is compared");
    if (decide->score[0] != '\0')
        return report_option(settings, "score", "with --probe the comparator gives it");
    return EXIT_DONE;
}

static int
read_collector(const struct settings *settings, const struct arguments *arguments,
               Yidi__Decide *decide, Yidi__Collector *collector)
{
    const char *word = arguments_text(arguments, "collector");
    int kind;
    if (word == NULL)
        return EXIT_DONE;
    if (!output_find_term(&yidi__collector_kind__descriptor, word, &kind))
        return report_option(settings, "collector", "guardian or proxy; without it the holder");
    collector->kind = (Yidi__CollectorKind)kind;
    collector->name = arguments_field(arguments, "name");
    collector->citizen_number = arguments_field(arguments, "citizen-number");
    collector->relation = arguments_field(arguments, "relation");
    collector->reason = arguments_field(arguments, "reason");
    decide->collector = collector;
    return EXIT_DONE;
}

static int
take_probe(const struct settings *settings, const struct arguments *arguments, Yidi__Decide *decide,
           struct comparison *comparison)
{
    char number[CASE_NUMBER_CHARS + 1];
    struct refusal refusal = { 0 };
    const char *probe = arguments_text(arguments, "probe");
    if (probe == NULL)
        return EXIT_DONE;
    if (case_number_read(arguments->operands[0], "case_number", number, &refusal) != OK)
        return report_refusal(settings, &refusal);
    int status = compare(settings, number, decide->identified_by, probe, comparison);
    decide->comparison = comparison->match ? YIDI__COMPARISON__MATCH : YIDI__COMPARISON__NO_MATCH;
    decide->score = comparison->score;
    return status;
}

static int
run_collect(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    Yidi__Collector collector = YIDI__COLLECTOR__INIT;
    struct comparison comparison = { 0 };
    decide.verb = YIDI__VERB__COLLECT;
    decide.old_card_surrendered = arguments_flag(arguments, "old-card-surrendered");
    decide.temporary_card_surrendered = arguments_flag(arguments, "temporary-card-surrendered");
    decide.temporary_card_lost = arguments_flag(arguments, "temporary-card-lost");
    decide.holder_checked = arguments_flag(arguments, "holder-checked");
    decide.receipt_code = arguments_field(arguments, "receipt");
    if (is_of_one(arguments) &&
        (arguments->operand_count != 1 || strcmp(arguments->operands[0], "-") == 0))
        return report_option(settings, "", "what is said of one person goes with one case");
    if (decide.temporary_card_surrendered && decide.temporary_card_lost)
        return report_option(settings, "temporary-card-lost", "handed back or lost, not both");
    int status = read_identification(settings, arguments, &decide);
    if (status == EXIT_DONE)
        status = read_collector(settings, arguments, &decide, &collector);
    if (status == EXIT_DONE)
        status = take_probe(settings, arguments, &decide, &comparison);
    return status == EXIT_DONE ? decision_run(settings, arguments, &decide) : status;
}

static const struct argument_rule collect_options[] = {
    { "identified-by", "HOW", false, "face, fingerprint or document; mandatory" },
    { "probe", "FILE", false, "have the office's comparator compare this face or finger" },
    { "score", "SCORE", false, "of a comparison made elsewhere, such as 87.5" },
    { "receipt", "CODE", false, "of the receipt, typed or scanned" },
    { "old-card-surrendered", NULL, false, "the old card was handed back; mandatory on renewal" },
    { "temporary-card-surrendered", NULL, false, "so was the temporary card, when one was given" },
    { "temporary-card-lost", NULL, false, "it was reported lost" },
    { "holder-checked", NULL, false, "print and chip were checked, and signed for" },
    { "collector", "WHO", false, "guardian or proxy; without it the holder came" },
    { "name", "NAME", false, "of the guardian or proxy, with whom go:" },
    { "citizen-number", "NUMBER", false, "the number on their own card" },
    { "relation", "TEXT", false, "what a proxy is to the holder" },
    { "reason", "TEXT", false, "why the holder does not come" },
    { 0 },
};

DECIDE_COMMAND(collect, "collect",
               " --identified-by HOW [--probe FILE | --score SCORE]\n"
               "       [--receipt CODE] [--old-card-surrendered]\n"
               "       [--temporary-card-surrendered | --temporary-card-lost]\n"
               "       [--holder-checked] [--collector WHO --name NAME --citizen-number NUMBER\n"
               "       [--relation TEXT --reason TEXT]]",
               "hand cards over to the applicants (领取)",
               DECIDE_DESCRIPTION
               "\n\n"
               "Under 16 the guardian who stands in the application collects. From 16 on the\n"
               "holder does; a proxy does for a holder who gave no fingerprints, and is\n"
               "identified by a document.\n\n"
               "Some provinces demand that whoever collects checks print and chip of the card,\n"
               "and signs on the receipt: --holder-checked. Of a card that waits, show says so.\n\n"
               "With --probe the option comparator of the office's daemon names the program that\n"
               "compares: it gets a file of the photo or template, and FILE. When it finds no\n"
               "match the card stays here; without --probe the clerk decides.",
               collect_options);
