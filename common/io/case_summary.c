/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/case_summary.h"

#include "common/domain/citizen_number.h"
#include "common/domain/finding.h"
#include "common/domain/person_name.h"
#include "common/io/lease.h"

enum result
case_summary_findings(uint32_t findings, struct arena *arena, char ***ret_names, size_t *ret_count)
{
    char **names = arena_take(arena, FINDING_COUNT * sizeof *names);
    if (names == NULL)
        return ERR_MEMORY;
    size_t count = 0;
    for (int finding = 0; finding < FINDING_COUNT; finding++)
        if (findings_have(findings, (enum finding)finding))
            names[count++] = (char *)finding_name((enum finding)finding);
    *ret_names = names;
    *ret_count = count;
    return OK;
}

static enum result
copy_text(char **text, struct arena *arena)
{
    *text = arena_copy_text(arena, *text);
    return *text == NULL ? ERR_MEMORY : OK;
}

static enum result
copy_attention(const Yidi__CaseAttention *from, struct arena *arena,
               Yidi__CaseAttention **ret_attention)
{
    Yidi__CaseAttention *copy = arena_take(arena, sizeof *copy);
    if (copy == NULL)
        return ERR_MEMORY;
    yidi__case_attention__init(copy);
    copy->code = from->code;
    copy->text = from->text;
    copy->peer = from->peer;
    enum result result = copy_text(&copy->code, arena);
    if (result == OK)
        result = copy_text(&copy->text, arena);
    if (result == OK)
        result = copy_text(&copy->peer, arena);
    *ret_attention = copy;
    return result;
}

/* The summary outlives its row. */
static enum result
copy_texts(Yidi__CaseSummary *summary, const Yidi__Case *row, struct arena *arena)
{
    char **const texts[] = { &summary->case_number, &summary->acceptance_office,
                             &summary->registry_office, &summary->production_office };
    enum result result = OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && result == OK; i++)
        result = copy_text(texts[i], arena);
    if (result == OK && row->attention != NULL)
        result = copy_attention(row->attention, arena, &summary->attention);
    return result == OK ? case_summary_findings(row->findings, arena, &summary->findings,
                                                &summary->n_findings)
                        : result;
}

enum result
case_summary(const struct summary_source *source, const Yidi__Case *row,
             Yidi__CaseSummary **ret_summary)
{
    Yidi__CaseSummary *summary = arena_take(source->arena, sizeof *summary);
    char *number = arena_take(source->arena, CITIZEN_NUMBER_CHARS + 1);
    char *name = arena_take(source->arena, PERSON_NAME_MASKED_BYTES);
    if (summary == NULL || number == NULL || name == NULL)
        return ERR_MEMORY;
    citizen_number_mask(row->form->person->citizen_number, number);
    person_name_mask(row->form->person->name, name);
    yidi__case_summary__init(summary);
    summary->case_number = row->case_number;
    summary->state = (char *)source->machine->state_names[row->state];
    summary->kind = row->form->kind;
    summary->name_masked = name;
    summary->citizen_number_masked = number;
    summary->acceptance_office = row->acceptance_office;
    summary->registry_office = row->registry_office;
    summary->production_office = row->production_office;
    summary->accepted_ms = row->accepted_ms;
    summary->changed_ms = row->changed_ms;
    summary->stage_deadline_ms = row->stage_deadline_ms;
    summary->statutory_deadline_ms = row->statutory_deadline_ms;
    enum urgency urgency = urgency_of(row->stage_deadline_ms, source->scale);
    summary->overdue = urgency == URGENCY_OVERDUE;
    summary->due_soon = urgency == URGENCY_SOON;
    *ret_summary = summary;
    enum result result = lease_find(source->txn, row->case_number, source->scale->now_ms,
                                    source->arena, &summary->lease);
    return result == OK || result == ERR_ABSENT ? copy_texts(summary, row, source->arena) : result;
}
