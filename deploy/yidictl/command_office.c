/* SPDX-License-Identifier: Apache-2.0
 *
 * status, peers, metrics - how the office itself is, and its streams with other offices.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/io/tree_head.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

static const struct table_column peer_columns[] = {
    { "OFFICE", false },  { "NAME", false },        { "LINK", false },
    { "ASSIGNED", true }, { "ACKNOWLEDGED", true }, { "WAITING", true },
    { "OLDEST", true },   { "APPLIED", true },      { "TROUBLE", false },
};

static const struct table_column state_columns[] = {
    { "STAGE", false },   { "CASES", true },   { "OLDEST", true },
    { "DUE SOON", true }, { "OVERDUE", true },
};

static const char *
number_text(uint64_t number, struct arena *arena)
{
    return output_format(arena, "%llu", (unsigned long long)number);
}

/* A number that is looked for only when it is not 0. */
static const char *
count_text(uint64_t number, struct arena *arena)
{
    return number == 0 ? "-" : number_text(number, arena);
}

static void
print_peers(const Yidi__PeerList *list, struct arena *arena)
{
    AUTO(table) struct table table;
    table_init(&table, peer_columns, sizeof peer_columns / sizeof *peer_columns);
    for (size_t i = 0; i < list->n_peers; i++) {
        const Yidi__PeerStatus *peer = list->peers[i];
        table_add(&table, (const char *[]){
                              peer->office,
                              peer->name,
                              peer->link,
                              number_text(peer->assigned, arena),
                              number_text(peer->acknowledged, arena),
                              number_text(peer->waiting, arena),
                              peer->oldest_ms == 0 ? "-" : output_age(peer->oldest_ms, arena),
                              number_text(peer->applied, arena),
                              peer->trouble,
                          });
    }
    if (list->n_peers > 0)
        table_print(&table, stdout);
    else
        puts("no peers");
}

static int
run_peers(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Peers peers = YIDI__PEERS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    if (arguments->operand_count > 0)
        peers.office = (char *)arguments->operands[0];
    request.command_case = YIDI__REQUEST__COMMAND_PEERS;
    request.peers = &peers;

    int status = session_open_to_look(&session, settings);
    if (status == EXIT_DONE)
        status = session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_PEERS, &answer);
    if (status != EXIT_DONE)
        return status;
    if (settings->json)
        output_json(&answer.response->peers->base);
    else
        print_peers(answer.response->peers, &answer.arena);
    return EXIT_DONE;
}

/* As everybody calls an office of that role. */
static const char *
role_text(const char *role)
{
    if (strcmp(role, "acceptance") == 0)
        return "window (受理点)";
    return strcmp(role, "registry") == 0 ? "registry (户籍地公安机关)" : "card centre (制证中心)";
}

static const char *
journal_text(const Yidi__StatusReport *report, struct arena *arena)
{
    struct tree_head parsed;
    const char *entries = output_format(arena, "%" PRIu64 " entr%s", report->tree_size,
                                        report->tree_size == 1 ? "y" : "ies");
    if (report->epoch > 1)
        entries = output_format(arena, "%s, epoch %" PRIu32, entries, report->epoch);
    if (report->head[0] == '\0')
        return entries;
    if (tree_head_decode(report->head, &parsed) != OK)
        return output_format(arena, "%s; the signed head is unreadable", entries);
    return output_format(arena, "%s, signed %s", entries, output_time(parsed.time_ms, arena));
}

/* How much lies at each stage, and how urgent it is. */
static void
print_states(const Yidi__StatusReport *report, struct arena *arena)
{
    AUTO(table) struct table table;
    table_init(&table, state_columns, sizeof state_columns / sizeof *state_columns);
    for (size_t i = 0; i < report->n_states; i++) {
        const Yidi__StateCount *state = report->states[i];
        table_add(&table, (const char *[]){
                              state->state,
                              number_text(state->count, arena),
                              state->oldest_ms == 0 ? "-" : output_age(state->oldest_ms, arena),
                              count_text(state->due_soon, arena),
                              count_text(state->overdue, arena),
                          });
    }
    table_print(&table, stdout);
}

static void
add_room(struct table *table, const Yidi__StatusReport *report, struct arena *arena)
{
    const double gib = 1024.0 * 1024 * 1024;
    table_add_field(table, "store",
                    output_format(arena, "%" PRIu32 " %% of %.1f GiB in use%s", report->map_percent,
                                  (double)report->map_bytes / gib,
                                  report->map_warning ? "; plan a larger map-size" : ""));
    table_add_field(table, "disk",
                    output_format(arena, "%.1f GiB free; the last %.1f GiB are for accepted cases",
                                  (double)report->disk_free_bytes / gib,
                                  (double)report->disk_reserve_bytes / gib));
    for (size_t i = 0; i < report->n_doors_shut; i++)
        table_add_field(table, i == 0 ? "SHUT" : "",
                        output_format(arena, "%s: %s: %s", report->doors_shut[i]->door,
                                      report->doors_shut[i]->code, report->doors_shut[i]->rule));
}

/* What is wrong, in words, before anything else. */
static void
print_alarms(const Yidi__StatusReport *report, bool chinese, struct arena *arena)
{
    for (size_t i = 0; i < report->n_alarms; i++) {
        const Yidi__Alarm *alarm = report->alarms[i];
        bool severe = alarm->severity == YIDI__ALARM_SEVERITY__SEVERE;
        printf("%s  %s", severe ? "SEVERE " : "warning", alarm->english);
        if (alarm->since_ms != 0)
            printf(", since %s", output_time(alarm->since_ms, arena));
        putchar('\n');
        if (chinese)
            printf("         %s\n", alarm->chinese);
    }
    if (report->n_alarms > 0)
        putchar('\n');
}

static void
print_office(const Yidi__StatusReport *report, struct arena *arena)
{
    AUTO(table) struct table table;
    table_init(&table, table_field_columns, 2);
    table_add_field(&table, "office", output_format(arena, "%s  %s", report->office, report->name));
    table_add_field(&table, "role", role_text(report->role));
    table_add_field(&table, "works",
                    report->halted[0] == '\0' ? "yes"
                                              : output_format(arena, "HALTED: %s", report->halted));
    table_add_field(&table, "console", report->console[0] == '\0' ? "none" : report->console);
    if (report->shares_missing > 0)
        table_add_field(&table, "recovery",
                        output_format(arena,
                                      "%u offices have not handed back what they hold; cases with "
                                      "them may be behind (yidictl recover)",
                                      report->shares_missing));
    table_add_field(&table, "policy",
                    report->policy_version == 0
                        ? "none; the standards of the law hold"
                        : output_format(arena, "version %" PRIu64, report->policy_version));
    table_add_field(&table, "directory",
                    output_format(arena, "version %" PRIu64 ", until %s", report->directory_version,
                                  output_time(report->directory_expires_ms, arena)));
    table_add_field(&table, "journal", journal_text(report, arena));
    if (report->journals_rewritten > 0)
        table_add_field(&table, "REWRITTEN",
                        output_format(arena,
                                      "by %" PRIu64 " of the other offices; see yidictl journal",
                                      report->journals_rewritten));
    add_room(&table, report, arena);
    table_add_field(&table, "since start",
                    output_format(arena,
                                  "%" PRIu64 " acts and messages, written in %" PRIu64
                                  " commits; %" PRIu64 " not authentic, %" PRIu64 " turned away",
                                  report->inputs, report->commits, report->dropped,
                                  report->turned_away));
    table_print(&table, stdout);
}

static int
run_status(const struct settings *settings, const struct arguments *arguments)
{
    (void)arguments;
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Status question = YIDI__STATUS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_STATUS;
    request.status = &question;

    int status = session_open_to_look(&session, settings);
    if (status == EXIT_DONE)
        status = session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_STATUS, &answer);
    if (status != EXIT_DONE)
        return status;
    if (settings->json)
        output_json(&answer.response->status->base);
    else {
        print_alarms(answer.response->status, settings->chinese, &answer.arena);
        print_office(answer.response->status, &answer.arena);
        putchar('\n');
        print_states(answer.response->status, &answer.arena);
    }
    return EXIT_DONE;
}

static int
run_metrics(const struct settings *settings, const struct arguments *arguments)
{
    (void)arguments;
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Metrics question = YIDI__METRICS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_METRICS;
    request.metrics = &question;

    int status = session_open_to_look(&session, settings);
    if (status == EXIT_DONE)
        status = session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_METRICS, &answer);
    if (status != EXIT_DONE)
        return status;
    if (settings->json)
        output_json(&answer.response->metrics->base);
    else
        fputs(answer.response->metrics->text, stdout);
    return EXIT_DONE;
}

const struct command peers_command = {
    .name = "peers",
    .synopsis = "[OFFICE]",
    .help = "show the streams with the other offices",
    .description = "ASSIGNED is the last message of the stream to the office, WAITING how many it "
                   "has not\nacknowledged, OLDEST how long the first of them waits, APPLIED the "
                   "last message of its\nstream that took effect here.",
    .operand_count_max = 1,
    .run = run_peers,
};

const struct command status_command = {
    .name = "status",
    .synopsis = "",
    .help = "show how the office is, and what is wrong",
    .description = "What is wrong stands on top, the worst first.\n\n"
                   "SHUT tells what is not taken on at present, and why: \"own\" is new work of "
                   "this office\n(applications, imports), \"opening\" are messages of other "
                   "offices that open cases, and an\noffice is a registry that too many "
                   "applications wait for. Accepted cases go on.\n\n"
                   "OLDEST is how long the first case of a stage has been there, DUE SOON how many "
                   "are\ndue within the working days that the policy warns ahead (as a rule by "
                   "the end of the next\none), OVERDUE how many are past their deadline, of the "
                   "stage or of the law, whichever is\nearlier (yidictl list --overdue).",
    .run = run_status,
};

const struct command metrics_command = {
    .name = "metrics",
    .synopsis = "",
    .help = "print the office's figures for Prometheus",
    .description = "The same as /metrics on the console, for an office that has none, such as for "
                   "the\ntextfile collector of node_exporter.",
    .run = run_metrics,
};
