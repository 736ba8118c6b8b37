/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/case_table.h"

#include <stdio.h>
#include <time.h>

static const struct table_column columns[] = {
    { "CASE", false },     { "STATE", false },      { "KIND", false }, { "NAME", false },
    { "NUMBER", false },   { "WAITING", true },     { "DUE", false },  { "ACCEPTED AT", false },
    { "REGISTRY", false }, { "PRODUCTION", false }, { "NOTE", false },
};

void
case_table_init(struct table *table)
{
    table_init(table, columns, sizeof columns / sizeof *columns);
}

static uint64_t
now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static const char *
note_text(const Yidi__CaseSummary *summary, struct arena *arena)
{
    bool urgent = summary->overdue || summary->due_soon;
    bool statutory = summary->stage_deadline_ms == summary->statutory_deadline_ms;
    const char *note = urgent && statutory ? "statutory limit" : "";
    if (summary->attention != NULL)
        note = output_format(arena, "%s%s%s", note, note[0] == '\0' ? "" : ", ",
                             summary->attention->code);
    if (summary->lease != NULL)
        note = output_format(arena, "%s%sin hand: %s", note, note[0] == '\0' ? "" : ", ",
                             summary->lease->operator_);
    for (size_t i = 0; i < summary->n_findings; i++)
        note =
            output_format(arena, "%s%s%s", note, note[0] == '\0' ? "" : ", ", summary->findings[i]);
    return note;
}

static void
add_case(struct table *table, const Yidi__CaseSummary *summary, uint64_t now, struct arena *arena)
{
    uint64_t waiting_ms = now > summary->changed_ms ? now - summary->changed_ms : 0;
    table_add(table,
              (const char *[]){
                  output_case_number(summary->case_number, arena),
                  summary->state,
                  output_term(&yidi__application_kind__descriptor, (int)summary->kind, arena),
                  summary->name_masked,
                  summary->citizen_number_masked,
                  output_age(waiting_ms, arena),
                  output_due(summary->stage_deadline_ms, now, arena),
                  summary->acceptance_office,
                  summary->registry_office,
                  summary->production_office,
                  note_text(summary, arena),
              });
}

void
case_table_print(const struct settings *settings, const Yidi__Listed *listed, struct table *table)
{
    if (settings->json) {
        output_json(&listed->base);
        return;
    }
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    uint64_t now = now_ms();
    for (size_t i = 0; i < listed->n_cases; i++)
        add_case(table, listed->cases[i], now, &arena);
    if (listed->n_cases > 0)
        table_print(table, stdout);
    else if (!table->headed)
        puts("no cases");
}
