/* SPDX-License-Identifier: Apache-2.0
 *
 * examine, issue, refuse, make, check-card, dispatch, receive - one decision on many cases.
 * Each case has its own result.
 *
 * Case numbers come from the command line, `-` reads them from standard input. A number that cannot
 * be one is refused here; what the decision means is the office's business.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/domain/case_number.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/decision.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

/* The cases of one decision, and what became of them. */
struct batch {
    const struct settings *settings;
    struct session session;
    size_t count;
    char (*numbers)[CASE_NUMBER_CHARS + 1]; /* malloc'ed, DECIDE_CASES_MAX of them */
    struct table table;
    size_t done_count;
    size_t refused_count;
};

static const struct table_column columns[] = {
    { "CASE", false },
    { "STATE", false },
    { "CARD", false },
    { "REFUSED", false },
};

static void
batch_auto(struct batch *batch)
{
    session_close(&batch->session);
    table_fini(&batch->table);
    free(batch->numbers);
}

static int
batch_open(struct batch *batch, const struct settings *settings)
{
    *batch = (struct batch){ .settings = settings };
    table_init(&batch->table, columns, sizeof columns / sizeof *columns);
    batch->numbers = calloc(DECIDE_CASES_MAX, sizeof *batch->numbers);
    if (batch->numbers == NULL)
        return report_result(settings, ERR_MEMORY, NULL);
    return session_open(&batch->session, settings);
}

static void
add_result(struct batch *batch, const Yidi__CaseResult *result)
{
    char text[REPORT_BYTES] = "";
    if (result->refusal != NULL)
        report_format(batch->settings, result->refusal, text);
    if (result->refusal == NULL)
        batch->done_count++;
    else
        batch->refused_count++;
    table_add(&batch->table,
              (const char *[]){ output_case_number(result->case_number, &batch->table.arena),
                                result->state, result->card_serial, text });
}

static void
take_results(struct batch *batch, const Yidi__Decided *decided)
{
    for (size_t i = 0; i < decided->n_results; i++)
        add_result(batch, decided->results[i]);
    if (batch->settings->json)
        output_json(&decided->base);
}

/* Refuse one case here, in the form in which the office would. */
static void
refuse_number(struct batch *batch, const char *text, const struct refusal *refusal)
{
    Yidi__Refusal message = report_message(refusal);
    Yidi__CaseResult result = YIDI__CASE_RESULT__INIT;
    Yidi__Decided decided = YIDI__DECIDED__INIT;
    result.case_number = (char *)text;
    result.refusal = &message;
    decided.n_results = 1;
    decided.results = &(Yidi__CaseResult *){ &result };
    take_results(batch, &decided);
}

/* Send what has gathered. */
static int
flush(struct batch *batch, Yidi__Decide *decide)
{
    if (batch->count == 0)
        return EXIT_DONE;
    AUTO(answer) struct answer answer = { 0 };
    char *numbers[DECIDE_CASES_MAX];
    for (size_t i = 0; i < batch->count; i++)
        numbers[i] = batch->numbers[i];
    decide->n_case_numbers = batch->count;
    decide->case_numbers = numbers;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_DECIDE;
    request.decide = decide;

    int status =
        session_ask(&batch->session, &request, NULL, 0, YIDI__RESPONSE__BODY_DECIDED, &answer);
    decide->n_case_numbers = 0;
    decide->case_numbers = NULL;
    batch->count = 0;
    if (status == EXIT_DONE)
        take_results(batch, answer.response->decided);
    return status;
}

static int
add_number(struct batch *batch, Yidi__Decide *decide, const char *text)
{
    struct refusal refusal = { 0 };
    if (case_number_read(text, "case_number", batch->numbers[batch->count], &refusal) != OK) {
        refuse_number(batch, text, &refusal);
        return EXIT_DONE;
    }
    return ++batch->count == DECIDE_CASES_MAX ? flush(batch, decide) : EXIT_DONE;
}

static int
add_standard_input(struct batch *batch, Yidi__Decide *decide)
{
    AUTO(heap) char *line = NULL;
    size_t room = 0;
    int status = EXIT_DONE;
    while (status == EXIT_DONE && getline(&line, &room, stdin) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[strspn(line, " \t")] != '\0')
            status = add_number(batch, decide, line);
    }
    return status;
}

static void
print_results(struct batch *batch)
{
    if (batch->settings->json)
        return;
    table_print(&batch->table, stdout);
    if (batch->done_count + batch->refused_count > 1)
        printf("%zu done, %zu refused\n", batch->done_count, batch->refused_count);
}

int
decision_run(const struct settings *settings, const struct arguments *arguments,
             Yidi__Decide *decide)
{
    AUTO(batch) struct batch batch;
    int status = batch_open(&batch, settings);
    if (status != EXIT_DONE)
        return status;
    for (size_t i = 0; status == EXIT_DONE && i < arguments->operand_count; i++)
        status = strcmp(arguments->operands[i], "-") == 0
                     ? add_standard_input(&batch, decide)
                     : add_number(&batch, decide, arguments->operands[i]);
    if (status == EXIT_DONE)
        status = flush(&batch, decide);
    if (batch.done_count + batch.refused_count > 0)
        print_results(&batch);
    return status == EXIT_DONE && batch.refused_count > 0 ? EXIT_REFUSED : status;
}

static Yidi__Decide
decide_of(Yidi__Verb verb)
{
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    decide.verb = verb;
    return decide;
}

static int
run_examine(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__Decide decide = decide_of(YIDI__VERB__EXAMINE);
    return decision_run(settings, arguments, &decide);
}

static int
run_issue(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__Decide decide = decide_of(YIDI__VERB__ISSUE);
    return decision_run(settings, arguments, &decide);
}

enum { REASONS_MAX = 8 };

static enum result
refuse_reason(const char *word, struct refusal *ret_refusal)
{
    return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "reason",
                  "no reason is called %.40s; yidictl help refuse lists them", word);
}

static enum result
read_reasons(const struct arguments *arguments, Yidi__RefusalReason reasons[REASONS_MAX],
             size_t *ret_count, struct refusal *ret_refusal)
{
    size_t place = 0;
    size_t count = 0;
    const char *word;
    while ((word = arguments_next(arguments, "reason", &place)) != NULL) {
        int reason;
        if (!output_find_term(&yidi__refusal_reason__descriptor, word, &reason))
            return refuse_reason(word, ret_refusal);
        if (count == REASONS_MAX)
            return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "reason", "at most %d", REASONS_MAX);
        reasons[count++] = (Yidi__RefusalReason)reason;
    }
    *ret_count = count;
    return OK;
}

static int
run_refuse(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__Decide decide = decide_of(YIDI__VERB__REFUSE);
    Yidi__RefusalReason reasons[REASONS_MAX];
    struct refusal refusal = { 0 };
    enum result result = read_reasons(arguments, reasons, &decide.n_reasons, &refusal);
    if (result != OK)
        return report_usage(settings, result, &refusal);
    decide.reasons = reasons;
    decide.text = arguments_field(arguments, "text");
    return decision_run(settings, arguments, &decide);
}

static int
run_make(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__Decide decide = decide_of(YIDI__VERB__MAKE);
    decide.card_serial = arguments_field(arguments, "serial");
    return decision_run(settings, arguments, &decide);
}

/* check-card and receive: good unless said otherwise. */
static int
decide_card(const struct settings *settings, const struct arguments *arguments, Yidi__Verb verb,
            Yidi__CheckMethod by)
{
    Yidi__Decide decide = decide_of(verb);
    decide.by = by;
    decide.defective = arguments_flag(arguments, "defective");
    decide.text = arguments_field(arguments, "text");
    if (decide.defective && arguments_flag(arguments, "good")) {
        struct refusal refusal;
        enum result result = refuse(&refusal, REFUSAL_OPTION_INVALID, "defective",
                                    "a card is good or defective, not both");
        return report_usage(settings, result, &refusal);
    }
    if (decide.defective && decide.text[0] == '\0') {
        struct refusal refusal;
        enum result result = refuse(&refusal, REFUSAL_OPTION_INVALID, "text",
                                    "with --defective, say what is wrong with the card");
        return report_usage(settings, result, &refusal);
    }
    return decision_run(settings, arguments, &decide);
}

/* The method of a check; none is both, one after the other. */
static enum result
read_method(const struct arguments *arguments, Yidi__CheckMethod *ret_method,
            struct refusal *ret_refusal)
{
    const char *word = arguments_text(arguments, "by");
    *ret_method = YIDI__CHECK_METHOD__CHECK_BOTH;
    if (word == NULL)
        return OK;
    if (strcmp(word, "eye") != 0 && strcmp(word, "reader") != 0)
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "by", "must be eye or reader");
    *ret_method = word[0] == 'e' ? YIDI__CHECK_METHOD__BY_EYE : YIDI__CHECK_METHOD__BY_READER;
    return OK;
}

static int
run_check_card(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__CheckMethod by;
    struct refusal refusal = { 0 };
    enum result result = read_method(arguments, &by, &refusal);
    return result == OK ? decide_card(settings, arguments, YIDI__VERB__CHECK_CARD, by)
                        : report_usage(settings, result, &refusal);
}

static int
run_dispatch(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__Decide decide = decide_of(YIDI__VERB__DISPATCH);
    decide.package = arguments_field(arguments, "package");
    return decision_run(settings, arguments, &decide);
}

static int
run_receive(const struct settings *settings, const struct arguments *arguments)
{
    return decide_card(settings, arguments, YIDI__VERB__RECEIVE, YIDI__CHECK_METHOD__CHECK_BOTH);
}

static const struct argument_rule refuse_options[] = {
    { "reason", "REASON", true, "why, such as bad-credit-record" },
    { "text", "TEXT", false, "the reason in detail, as told to the applicant" },
    { 0 },
};

static const struct argument_rule make_options[] = {
    { "serial", "SERIAL", false, "serial of the card body, with one case only" },
    { 0 },
};

static const struct argument_rule card_options[] = {
    { "good", NULL, false, "the card is as it should be (default)" },
    { "defective", NULL, false, "the card is not, and is made again" },
    { "text", "TEXT", false, "what is wrong with it" },
    { 0 },
};

static const struct argument_rule check_options[] = {
    { "by", "METHOD", false, "eye or reader (default: both, one after the other)" },
    { "good", NULL, false, "the card is as it should be (default)" },
    { "defective", NULL, false, "the card is not, and is made again" },
    { "text", "TEXT", false, "what is wrong with it" },
    { 0 },
};

static const struct argument_rule dispatch_options[] = {
    { "package", "PACKAGE", false, "number of the package that the cards travel in" },
    { 0 },
};

#define CHECK_DESCRIPTION                                                                          \
    DECIDE_DESCRIPTION                                                                             \
    "\n\nA card is checked by eye and by a chip reader, and verified when it is good both ways.\n" \
    "Whoever made it may not check it. One bad check is enough: the card is spoiled."

#define DISPATCH_DESCRIPTION                                                                       \
    DECIDE_DESCRIPTION                                                                             \
    "\n\nA package goes to one window, and takes no more cards once it was opened there:\n"        \
    "see yidictl package show."

#define REFUSE_DESCRIPTION                                                                         \
    DECIDE_DESCRIPTION                                                                             \
    "\n\nreasons:\n"                                                                               \
    "  first-application                no card was ever issued\n"                                 \
    "  identity-doubtful                form and population record differ\n"                       \
    "  appearance-without-fingerprints  greatly changed, no fingerprints on file\n"                \
    "  documents-not-genuine\n"                                                                    \
    "  bad-credit-record\n"                                                                        \
    "  open-application                 another application of this citizen is open\n"             \
    "  not-deliverable                  the registry's system refused the message\n"               \
    "  registration-cancelled           the household registration was cancelled\n"                \
    "  number-replaced                  the citizen number was corrected\n"                        \
    "  number-shared                    another citizen bears the number too\n"                    \
    "  registration-moved               registered elsewhere now\n"                                \
    "  no-photo-on-file                 nothing to compare the appearance with\n"                  \
    "  too-early                        the present card is valid for long enough still"

DECIDE_COMMAND(examine, "examine", "", "find applications in order (审核)", DECIDE_DESCRIPTION,
               NULL);
DECIDE_COMMAND(issue, "issue", "", "issue cards: the second act, by another person (签发)",
               DECIDE_DESCRIPTION, NULL);
DECIDE_COMMAND(refuse, "refuse", " --reason REASON... --text TEXT", "refuse applications (拒绝)",
               REFUSE_DESCRIPTION, refuse_options);
DECIDE_COMMAND(make, "make", " [--serial SERIAL]", "make cards (制作)", DECIDE_DESCRIPTION,
               make_options);
DECIDE_COMMAND(check_card, "check-card", " [--by eye|reader] [--good | --defective --text TEXT]",
               "verify finished cards (核验)", CHECK_DESCRIPTION, check_options);
DECIDE_COMMAND(dispatch, "dispatch", " [--package PACKAGE]", "send cards to the window (发放)",
               DISPATCH_DESCRIPTION, dispatch_options);
DECIDE_COMMAND(receive, "receive", " [--good | --defective --text TEXT]",
               "take in cards that came (到件)", DECIDE_DESCRIPTION, card_options);
