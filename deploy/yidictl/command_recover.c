/* SPDX-License-Identifier: Apache-2.0
 *
 * recover - an office that lost its disk, or was set back to an older copy, gets its past back from
 * its peers: start it, watch it, go on without those that are away.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/io/tree_head.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

static const struct argument_rule options[] = {
    { "start", NULL, false, "ask all peers what they hold, and bring it back" },
    { "finish", NULL, false, "go to work without those that have not answered" },
    { "wait", NULL, false, "come back when it is done" },
    { 0 },
};

enum { LOOK_AGAIN_MS = 500 };

static const struct table_column missing_columns[] = {
    { "MISSING", false }, { "NAME", false },    { "STATE", false },
    { "SENT", true },     { "RECEIVED", true }, { "TROUBLE", false },
};

static const struct table_column unplaced_columns[] = {
    { "NOT DONE AGAIN", false }, { "OFFICE", false },  { "MESSAGE", true },
    { "CASE", false },           { "BECAUSE", false },
};

static const struct table_column again_columns[] = { { "ENTER AGAIN", false }, { "WITH", false } };

/* What no message tells, so no other office has it. */
static const struct {
    const char *role; /* NULL: of all */
    const char *what;
    const char *with;
} entered_again[] = {
    { NULL, "operators and their roles, before anything else", "yidictl operator add" },
    { "acceptance", "fees that were paid back, from the signed slips", "yidictl refund" },
    { "acceptance", "temporary cards that are out, with their fee", "yidictl temporary issue" },
    { "acceptance", "drafts, from the applicants", "yidictl draft save" },
    { "registry", "the population record", "yidictl population import" },
    { "production", "blank cards on the shelf", "yidictl stock count" },
    { "production", "batches that a machine has in work", "yidictl batch make" },
};

static const char *
number_text(uint64_t number, struct arena *arena)
{
    return output_format(arena, "%llu", (unsigned long long)number);
}

/* ---- the report ---- */

static const char *
phase_words(const Yidi__RecoveryReport *report)
{
    static const char *const words[][2] = {
        { "none", "none; nothing was ever lost here" },
        { "asking", "asks the other offices what they hold" },
        { "fetching", "takes back what they hold" },
        { "replaying", "does again what it proves" },
        { "done", "done; the office works" },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], report->phase) == 0)
            return words[i][1];
    return report->phase;
}

static const char *
head_words(const Yidi__LastHead *last, struct arena *arena)
{
    struct tree_head head;
    if (tree_head_decode(last->head, &head) != OK)
        return "unreadable";
    return output_format(arena, "epoch %u, %llu entries, signed %s, seen by %s",
                         (unsigned)head.epoch, (unsigned long long)head.size,
                         output_time(head.time_ms, arena), last->witness);
}

static void
print_numbers(const Yidi__RecoveryReport *report, struct arena *arena)
{
    AUTO(table) struct table table;
    table_init(&table, table_field_columns, 2);
    table_add_field(&table, "recovery", phase_words(report));
    if (report->started_ms > 0)
        table_add_field(&table, "started", output_time_and_zone(report->started_ms, arena));
    if (report->finished_ms > 0)
        table_add_field(&table, "finished", output_time(report->finished_ms, arena));
    table_add_field(&table, "journal epoch", number_text(report->epoch, arena));
    table_add_field(&table, "offices",
                    output_format(arena, "%u of %u have handed back what they hold",
                                  report->peers_done, report->peers_asked));
    table_add_field(&table, "brought back",
                    output_format(arena, "messages: %llu sent, %llu received",
                                  (unsigned long long)report->sent,
                                  (unsigned long long)report->received));
    table_add_field(&table, "done again",
                    output_format(arena, "%llu of them; sent anew, because nobody had it: %llu",
                                  (unsigned long long)report->redone,
                                  (unsigned long long)report->sent_again));
    if (report->left > 0)
        table_add_field(&table, "waiting",
                        output_format(arena, "%llu of them, for the share of a missing office",
                                      (unsigned long long)report->left));
    for (size_t i = 0; i < report->n_heads; i++)
        table_add_field(&table, i == 0 ? "last seen" : "", head_words(report->heads[i], arena));
    if (report->lost_entries > 0)
        table_add_field(
            &table, "not back",
            output_format(arena,
                          "%llu journal entries that are no messages: steps, done again "
                          "where one proves them; views, imports",
                          (unsigned long long)report->lost_entries));
    table_print(&table, stdout);
}

static void
print_missing(const Yidi__RecoveryReport *report, struct arena *arena)
{
    AUTO(table) struct table table;
    table_init(&table, missing_columns, sizeof missing_columns / sizeof *missing_columns);
    for (size_t i = 0; i < report->n_missing; i++) {
        const Yidi__RecoveryPeer *peer = report->missing[i];
        table_add(&table, (const char *[]){
                              peer->office,
                              peer->name,
                              peer->state,
                              number_text(peer->sent, arena),
                              number_text(peer->received, arena),
                              peer->trouble,
                          });
    }
    if (report->n_missing > 0) {
        puts("");
        table_print(&table, stdout);
    }
}

static void
print_unplaced(const Yidi__RecoveryReport *report, struct arena *arena)
{
    AUTO(table) struct table table;
    table_init(&table, unplaced_columns, sizeof unplaced_columns / sizeof *unplaced_columns);
    for (size_t i = 0; i < report->n_unplaced; i++) {
        const Yidi__RecoveryLeft *left = report->unplaced[i];
        table_add(&table, (const char *[]){
                              left->mine ? "sent to" : "received from",
                              left->office,
                              number_text(left->sequence, arena),
                              output_case_number(left->case_number, arena),
                              left->rule,
                          });
    }
    if (report->n_unplaced > 0) {
        puts("");
        table_print(&table, stdout);
    }
    if (report->unplaced_count > report->n_unplaced)
        printf("and %llu more\n",
               (unsigned long long)(report->unplaced_count - report->n_unplaced));
}

static void
print_advice(const Yidi__RecoveryReport *report)
{
    if (report->n_missing == 0)
        return;
    if (strcmp(report->phase, "asking") == 0)
        puts(
            "\nIt waits until all of them have answered. To go to work without the others: yidictl "
            "recover\n--finish; they are asked again until they answer, and nothing is sent to "
            "them before that.");
    else if (strcmp(report->phase, "done") == 0)
        puts("\nThe offices above are asked again until they answer, one that was rejected only by "
             "yidictl recover\n--start. Nothing is sent to them or taken from them before that.");
}

static void
print_entered_again(const char *role)
{
    AUTO(table) struct table table;
    table_init(&table, again_columns, sizeof again_columns / sizeof *again_columns);
    for (size_t i = 0; i < sizeof entered_again / sizeof *entered_again; i++)
        if (entered_again[i].role == NULL || strcmp(entered_again[i].role, role) == 0)
            table_add(&table, (const char *[]){ entered_again[i].what, entered_again[i].with });
    puts("\nNo other office holds what follows. Unless a backup brought it back:\n");
    table_print(&table, stdout);
}

static void
print_report(const Yidi__RecoveryReport *report, const char *role, struct arena *arena)
{
    print_numbers(report, arena);
    print_missing(report, arena);
    print_unplaced(report, arena);
    print_advice(report);
    if (strcmp(report->phase, "done") == 0)
        print_entered_again(role);
}

/* Nothing was brought back yet; why the office takes no work tells whether something is lost. */
static void
print_none(const Yidi__RecoveryReport *report, const char *halted, struct arena *arena)
{
    AUTO(table) struct table table;
    table_init(&table, table_field_columns, 2);
    table_add_field(&table, "recovery", halted[0] != '\0' ? "not started" : phase_words(report));
    if (halted[0] != '\0')
        table_add_field(&table, "HALTED", halted);
    table_add_field(&table, "journal epoch", number_text(report->epoch, arena));
    table_print(&table, stdout);
    if (halted[0] != '\0')
        puts("\nTo bring back its past from the other offices: yidictl recover --start");
}

/* ---- the command ---- */

static int
ask(struct session *session, Yidi__RecoverVerb verb, struct answer *ret_answer)
{
    Yidi__Recover recover = YIDI__RECOVER__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    recover.verb = verb;
    request.command_case = YIDI__REQUEST__COMMAND_RECOVER;
    request.recover = &recover;
    return session_ask(session, &request, NULL, 0, YIDI__RESPONSE__BODY_RECOVERY, ret_answer);
}

static int
print(struct session *session, struct answer *answer)
{
    AUTO(answer) struct answer status = { 0 };
    Yidi__Status question = YIDI__STATUS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    const Yidi__RecoveryReport *report = answer->response->recovery;
    request.command_case = YIDI__REQUEST__COMMAND_STATUS;
    request.status = &question;
    int result = session_ask(session, &request, NULL, 0, YIDI__RESPONSE__BODY_STATUS, &status);
    if (result != EXIT_DONE)
        return result;
    if (strcmp(report->phase, "none") == 0)
        print_none(report, status.response->status->halted, &status.arena);
    else
        print_report(report, status.response->status->role, &answer->arena);
    return EXIT_DONE;
}

static bool
is_done(const Yidi__RecoveryReport *report)
{
    return strcmp(report->phase, "done") == 0 || strcmp(report->phase, "none") == 0 ||
           strcmp(report->phase, "needed") == 0;
}

/* Look again and again, for as long as --timeout allows. */
static int
wait_until_done(struct session *session, uint64_t timeout_ms, struct answer *answer)
{
    int status = EXIT_DONE;
    for (uint64_t waited_ms = 0; status == EXIT_DONE && !is_done(answer->response->recovery);
         waited_ms += LOOK_AGAIN_MS) {
        if (waited_ms >= timeout_ms)
            return EXIT_UNREACHABLE;
        usleep(LOOK_AGAIN_MS * 1000);
        answer_fini(answer);
        *answer = (struct answer){ 0 };
        status = ask(session, YIDI__RECOVER_VERB__RECOVER_SHOW, answer);
    }
    return status;
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    struct refusal refusal;
    bool start = arguments_flag(arguments, "start"), finish = arguments_flag(arguments, "finish");
    if (start && finish)
        return report_usage(settings,
                            refuse(&refusal, REFUSAL_OPTION_INVALID, "finish",
                                   "first --start, later perhaps --finish"),
                            &refusal);
    Yidi__RecoverVerb verb = start    ? YIDI__RECOVER_VERB__RECOVER_START
                             : finish ? YIDI__RECOVER_VERB__RECOVER_FINISH
                                      : YIDI__RECOVER_VERB__RECOVER_SHOW;
    int status = start || finish ? session_open(&session, settings)
                                 : session_open_to_look(&session, settings);
    if (status == EXIT_DONE)
        status = ask(&session, verb, &answer);
    if (status == EXIT_DONE && arguments_flag(arguments, "wait"))
        status = wait_until_done(&session, settings->timeout_ms, &answer);
    if (answer.response == NULL || answer.response->body_case != YIDI__RESPONSE__BODY_RECOVERY)
        return status;
    if (settings->json) {
        output_json(&answer.response->recovery->base);
        return status;
    }
    int printed = print(&session, &answer);
    return status == EXIT_DONE ? printed : status;
}

const struct command recover_command = {
    .name = "recover",
    .synopsis = "[--start | --finish] [--wait]",
    .help = "bring back a lost past from the other offices",
    .description =
        "For an office whose disk is gone, or that was set back to an older copy. Started with an\n"
        "empty store or a restored backup, the office asks every other office what it holds; each\n"
        "hands back what it received from here and what it sent here, signed. The office verifies\n"
        "it, does again what it proves, begins a new epoch of its journal that names the last\n"
        "heads which the others had seen, and goes on with its streams. Without an option: how\n"
        "far it is, and what could not be brought back. deploy/RECOVERY.md is the runbook.",
    .options = options,
    .run = run,
};
