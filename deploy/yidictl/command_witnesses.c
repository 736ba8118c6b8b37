/* SPDX-License-Identifier: Apache-2.0
 *
 * journal - who has witnessed what of whose journal: ours by the others, theirs by this office.
 */
#include <stdio.h>

#include "common/io/tree_head.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

static const struct table_column columns[] = {
    { "OFFICE", false }, { "NAME", false },    { "JOURNAL", true }, { "PROVED", true },
    { "WHEN", false },   { "SAW OURS", true }, { "SHOWN", false },  { "TROUBLE", false },
};

/* Epoch and size, as 1/1234. */
static const char *
place(uint32_t epoch, uint64_t size, struct arena *arena)
{
    return size == 0 ? "-" : output_format(arena, "%u/%llu", epoch, (unsigned long long)size);
}

static const char *
proved_text(const Yidi__WitnessRow *row, struct arena *arena)
{
    return row->proved_size == 0 || row->contrary_head[0] != '\0'
               ? "-"
               : output_format(arena, "%llu", (unsigned long long)row->proved_size);
}

static void
print_rows(const Yidi__WitnessList *list, struct arena *arena)
{
    AUTO(table) struct table table;
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < list->n_rows; i++) {
        const Yidi__WitnessRow *row = list->rows[i];
        table_add(&table,
                  (const char *[]){
                      row->office,
                      row->name,
                      place(row->their_epoch, row->their_size, arena),
                      proved_text(row, arena),
                      output_time(row->contrary_head[0] == '\0' ? row->proved_ms : 0, arena),
                      place(row->our_epoch, row->our_size, arena),
                      output_time(row->witnessed_ms, arena),
                      row->trouble,
                  });
    }
    if (list->n_rows > 0)
        table_print(&table, stdout);
    else
        puts("no peers");
}

static const char *
latest_witness(const Yidi__WitnessList *list, struct arena *arena)
{
    const Yidi__WitnessRow *latest = NULL;
    for (size_t i = 0; i < list->n_rows; i++)
        if (list->rows[i]->our_size > 0 &&
            (latest == NULL || list->rows[i]->our_epoch > latest->our_epoch ||
             (list->rows[i]->our_epoch == latest->our_epoch &&
              list->rows[i]->our_size > latest->our_size)))
            latest = list->rows[i];
    return latest == NULL
               ? "by nobody yet"
               : output_format(arena, "up to entry %llu by %s  %s",
                               (unsigned long long)latest->our_size, latest->office, latest->name);
}

/* Ours, and what is wrong with theirs. */
static void
print_own(const Yidi__StatusReport *status, const Yidi__WitnessList *list, struct arena *arena)
{
    AUTO(table) struct table table;
    struct tree_head head;
    table_init(&table, table_field_columns, 2);
    table_add_field(&table, "office", output_format(arena, "%s  %s", status->office, status->name));
    table_add_field(&table, "journal",
                    output_format(arena, "epoch %u, %llu entries", status->epoch,
                                  (unsigned long long)status->tree_size));
    if (tree_head_decode(status->head, &head) == OK)
        table_add_field(&table, "head",
                        output_format(arena, "size %llu, signed %s", (unsigned long long)head.size,
                                      output_time_and_zone(head.time_ms, arena)));
    table_add_field(&table, "witnessed", latest_witness(list, arena));
    if (status->halted[0] != '\0')
        table_add_field(&table, "HALTED", status->halted);
    for (size_t i = 0; i < list->n_rows; i++)
        if (list->rows[i]->contrary_head[0] != '\0')
            table_add_field(&table, "REWRITTEN",
                            output_format(arena, "%s  %s: %s", list->rows[i]->office,
                                          list->rows[i]->name, list->rows[i]->trouble));
    table_print(&table, stdout);
    putchar('\n');
}

static int
ask_status(struct session *session, struct answer *ret_answer)
{
    Yidi__Status question = YIDI__STATUS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_STATUS;
    request.status = &question;
    return session_ask(session, &request, NULL, 0, YIDI__RESPONSE__BODY_STATUS, ret_answer);
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer status_answer = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Witnesses witnesses = YIDI__WITNESSES__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    if (arguments->operand_count > 0)
        witnesses.office = (char *)arguments->operands[0];
    request.command_case = YIDI__REQUEST__COMMAND_WITNESSES;
    request.witnesses = &witnesses;

    int status = session_open_to_look(&session, settings);
    if (status == EXIT_DONE)
        status = session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_WITNESSES, &answer);
    if (status == EXIT_DONE && settings->json) {
        output_json(&answer.response->witnesses->base);
        return EXIT_DONE;
    }
    if (status == EXIT_DONE)
        status = ask_status(&session, &status_answer);
    if (status != EXIT_DONE)
        return status;
    print_own(status_answer.response->status, answer.response->witnesses, &answer.arena);
    print_rows(answer.response->witnesses, &answer.arena);
    return EXIT_DONE;
}

const struct command journal_command = {
    .name = "journal",
    .synopsis = "[OFFICE]",
    .help = "show who has witnessed what of whose journal",
    .description =
        "JOURNAL is the epoch and size of the office's latest signed head seen here, PROVED the "
        "size up\nto which it has proved that its journal only grew, SAW OURS our latest head that "
        "it has shown\nus. REWRITTEN names two heads that the office signed and that contradict "
        "each other: nothing\nis taken of it until it has recovered and opened a new epoch.",
    .operand_count_max = 1,
    .run = run,
};
