/* SPDX-License-Identifier: Apache-2.0
 *
 * show - one case, with its whole trace through all offices as a timeline.
 *
 * Personal data are printed as the office sent them: masked, unless they were asked for in full.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/domain/case_number.h"
#include "common/domain/division.h"
#include "common/domain/ethnic_group.h"
#include "common/io/json.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/eligibility.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

static const struct argument_rule options[] = {
    { "full", NULL, false, "personal data unmasked; the view is journalled" },
    { "reason", "TEXT", false, "why they are looked at; mandatory with --full; name nobody" },
    { 0 },
};

static const struct table_column trace_columns[] = {
    { "TIME", false }, { "AFTER", true },     { "OFFICE", false },  { "STEP", false },
    { "ENTRY", true }, { "OPERATOR", false }, { "MESSAGE", false },
};

/* Of a masked birth date only the year is true. */
static const char *
birth_text(const Yidi__Person *person, struct arena *arena)
{
    if (strchr(person->citizen_number, '*') != NULL)
        return output_format(arena, "%04u", person->birth_date / 10000);
    return output_date(person->birth_date, arena);
}

static const char *
ethnic_text(const char *code, struct arena *arena)
{
    const struct ethnic_group *group = ethnic_group_find(code);
    return group == NULL ? code : output_format(arena, "%s %s", code, group->name);
}

static void
add_person(struct table *table, const Yidi__Person *person, struct arena *arena)
{
    if (person == NULL)
        return;
    table_add_field(table, "name", person->name);
    table_add_field(table, "citizen number", person->citizen_number);
    table_add_field(table, "sex", output_term(&yidi__sex__descriptor, (int)person->sex, arena));
    table_add_field(table, "ethnic group", ethnic_text(person->ethnic_group, arena));
    table_add_field(table, "born", birth_text(person, arena));
    table_add_field(table, "address", person->address);
    table_add_field(table, "registered in", person->registration_division);
}

static const char *
append_finger(const char *list, Yidi__FingerPosition position, struct arena *arena)
{
    return output_format(arena, "%s%s%s", list, list[0] == '\0' ? "" : ", ",
                         output_term(&yidi__finger_position__descriptor, (int)position, arena));
}

/* Which ones are missing is personal, and masked with the rest. */
static void
add_fingerprints(struct table *table, const Yidi__ApplicationForm *form, struct arena *arena)
{
    const char *taken = "";
    const char *missing = "";
    for (size_t i = 0; i < form->n_fingerprints; i++)
        taken = append_finger(taken, form->fingerprints[i]->position, arena);
    for (size_t i = 0; i < form->n_fingers_missing; i++)
        missing = append_finger(missing, form->fingers_missing[i], arena);
    if (form->n_fingerprints == 0)
        taken = output_format(arena, "none: %s", form->no_fingerprints_reason);
    table_add_field(table, "fingerprints", taken);
    table_add_field(table, "missing fingers", missing);
}

static void
add_form(struct table *table, const Yidi__ApplicationForm *form, struct arena *arena)
{
    if (form == NULL)
        return;
    table_add_field(
        table, "application",
        output_format(
            arena, "%s, %s",
            output_term(&yidi__application_kind__descriptor, (int)form->kind, arena),
            output_term(&yidi__application_reason__descriptor, (int)form->reason, arena)));
    add_person(table, form->person, arena);
    table_add_field(table, "second script", form->second_script_name);
    table_add_field(table, "address in it", form->second_script_address);
    table_add_field(table, "phone", form->phone);
    table_add_field(table, "lives at", form->residence_address);
    table_add_field(table, "fee",
                    output_format(arena, "%u.%02u yuan", form->fee_fen / 100, form->fee_fen % 100));
    if (form->guardian != NULL)
        table_add_field(
            table, "guardian",
            output_format(arena, "%s, %s%s", form->guardian->name, form->guardian->relation,
                          form->guardian->photo_digest.len > 0 ? ", photo taken together" : ""));
    add_fingerprints(table, form, arena);
}

static void
add_offices(struct table *table, const Yidi__Case *row)
{
    table_add_field(table, "accepted at", row->acceptance_office);
    table_add_field(table, "registry", row->registry_office);
    table_add_field(table, "production", row->production_office);
    table_add_field(table, "clerk", row->clerk);
    table_add_field(table, "examiner", row->examiner);
    table_add_field(table, "issuer", row->issuer);
    table_add_field(table, "maker", row->maker);
    table_add_field(table, "checker", row->checker);
}

static void
add_times(struct table *table, const char *state, const Yidi__Case *row, struct arena *arena)
{
    table_add_field(table, "accepted", output_time_and_zone(row->accepted_ms, arena));
    if (row->policy_version != 0)
        table_add_field(
            table, "policy",
            output_format(arena, "version %llu", (unsigned long long)row->policy_version));
    table_add_field(table, "last change", output_time(row->changed_ms, arena));
    if (row->tell_by_ms != 0 && strcmp(state, "ready") == 0)
        table_add_field(table, "to be told by", output_time(row->tell_by_ms, arena));
    table_add_field(table, "stage due by", output_time(row->stage_deadline_ms, arena));
    table_add_field(table, "card due by", output_time(row->statutory_deadline_ms, arena));
    if (row->biometrics_erased_ms != 0)
        table_add_field(table, "photo erased", output_time(row->biometrics_erased_ms, arena));
    if (row->text_erased_ms != 0)
        table_add_field(table, "texts erased", output_time(row->text_erased_ms, arena));
}

static void
add_card(struct table *table, const Yidi__Case *row, struct arena *arena)
{
    table_add_field(table, "card", row->card_serial);
    if (row->attempt > 1)
        table_add_field(table, "attempt", output_format(arena, "%u", row->attempt));
    table_add_field(table, "package", row->package);
    table_add_field(table, "issued by", row->issuing_authority);
    if (row->valid_from != 0)
        table_add_field(table, "valid",
                        output_format(arena, "%s to %s", output_date(row->valid_from, arena),
                                      row->valid_until == 0
                                          ? "long-term"
                                          : output_date(row->valid_until, arena)));
}

static void
add_temporary(struct table *table, const Yidi__TemporaryCard *card, struct arena *arena)
{
    if (card == NULL)
        return;
    table_add_field(table, "temporary card",
                    output_format(arena, "%s, valid until %s, %s", card->card_serial,
                                  output_date(card->valid_until, arena),
                                  card->end == YIDI__TEMPORARY_CARD_END__STILL_OUT
                                      ? "still out"
                                      : output_term(&yidi__temporary_card_end__descriptor,
                                                    (int)card->end, arena)));
}

static void
add_collection(struct table *table, const Yidi__Shown *shown, struct arena *arena)
{
    const Yidi__Collection *collection = shown->case_row->collection;
    if (shown->holder_check && strcmp(shown->state, "ready") == 0)
        table_add_field(table, "at collection", "print and chip are checked, and signed for");
    if (collection == NULL)
        return;
    const Yidi__Collector *collector = collection->collector;
    add_temporary(table, collection->temporary_card, arena);
    if (collection->collected_ms == 0)
        return;
    table_add_field(table, "collected", output_time(collection->collected_ms, arena));
    table_add_field(
        table, "identified by",
        output_format(
            arena, "%s%s%s%s",
            output_term(&yidi__identified_by__descriptor, (int)collection->identified_by, arena),
            collection->comparison == YIDI__COMPARISON__MATCH ? ", comparator match" : "",
            collection->score[0] == '\0' ? "" : ", score ", collection->score));
    if (collection->holder_checked)
        table_add_field(table, "card checked", "print and chip, and signed for");
    if (collector != NULL)
        table_add_field(table, "collected by",
                        output_format(arena, "%s %s %s %s %s",
                                      output_term(&yidi__collector_kind__descriptor,
                                                  (int)collector->kind, arena),
                                      collector->name, collector->citizen_number,
                                      collector->relation, collector->reason));
}

static void
add_troubles(struct table *table, const char *state, const Yidi__Case *row, struct arena *arena)
{
    const Yidi__CaseRefusal *refusal = row->refusal;
    for (size_t i = 0; refusal != NULL && i < refusal->n_reasons; i++)
        table_add_field(
            table, "refused for",
            output_term(&yidi__refusal_reason__descriptor, (int)refusal->reasons[i], arena));
    if (refusal != NULL) {
        table_add_field(table, "told", refusal->text);
        table_add_field(table, "contact", refusal->contact);
    }
    const Yidi__CaseReturn *returned = row->returned;
    const bool open = strcmp(state, "returned") == 0;
    for (size_t i = 0; returned != NULL && i < returned->n_fields; i++)
        table_add_field(table, open ? "to correct" : "was to correct", returned->fields[i]);
    if (returned != NULL && !open)
        table_add_field(table, "was told", returned->text);
    if (returned != NULL && open) {
        table_add_field(table, "until", output_date(returned->answer_by, arena));
        table_add_field(table, "told", returned->text);
    }
    if (row->note != NULL)
        table_add_field(table, "note", row->note->text);
    if (row->noted != NULL)
        table_add_field(table, "looked into",
                        output_format(arena, "%s by %s on %s: %s", row->noted->code,
                                      row->noted->operator_,
                                      output_time(row->noted->time_ms, arena), row->noted->text));
    if (row->attention != NULL)
        table_add_field(table, "attention",
                        output_format(arena, "%s %s %s", row->attention->code, row->attention->text,
                                      row->attention->peer));
}

/* What fails or is doubtful, and what passed. */
static void
add_examination(const struct settings *settings, const Yidi__Shown *shown, struct table *table,
                struct arena *arena)
{
    const struct division *moved = division_find(shown->case_row->present_division);
    if (shown->n_findings + shown->n_passed > 0)
        table_add_field(table, "examination", "");
    for (size_t i = 0; i < shown->n_findings; i++)
        eligibility_add_finding(settings, shown->findings[i], table, arena);
    if (moved != NULL)
        table_add_field(
            table, "  moved to",
            output_format(arena, "%s  %s%s", moved->code, moved->province, moved->county));
    for (size_t i = 0; i < shown->n_passed; i++)
        eligibility_add_passed(settings, shown->passed[i], table, arena);
}

static void
print_fields(const struct settings *settings, const Yidi__Shown *shown, struct arena *arena)
{
    AUTO(table) struct table table;
    const Yidi__Case *row = shown->case_row;
    table_init(&table, table_field_columns, 2);
    table_add_field(&table, "case number", output_case_number(row->case_number, arena));
    table_add_field(&table, "state",
                    output_format(arena, "%s%s", shown->state,
                                  shown->overdue    ? ", overdue"
                                  : shown->due_soon ? ", due soon"
                                                    : ""));
    if (shown->lease != NULL)
        table_add_field(&table, "in hand",
                        output_format(arena, "%s, until %s", shown->lease->operator_,
                                      output_time(shown->lease->until_ms, arena)));
    add_form(&table, row->form, arena);
    add_offices(&table, row);
    add_times(&table, shown->state, row, arena);
    eligibility_add(settings, row->eligibility, &table, arena);
    add_card(&table, row, arena);
    add_collection(&table, shown, arena);
    add_troubles(&table, shown->state, row, arena);
    add_examination(settings, shown, &table, arena);
    table_print(&table, stdout);
}

struct trace_step {
    const Yidi__Hop *hop;
    size_t place;
};

/* By time; as the office keeps them when the clocks of two offices show the same. */
static int
compare_steps(const void *a, const void *b)
{
    const struct trace_step *left = a;
    const struct trace_step *right = b;
    if (left->hop->time_ms != right->hop->time_ms)
        return left->hop->time_ms < right->hop->time_ms ? -1 : 1;
    return left->place < right->place ? -1 : left->place > right->place;
}

static void
add_step(struct table *table, const Yidi__Hop *hop, uint64_t before_ms, struct arena *arena)
{
    const char *after =
        before_ms == 0 ? ""
                       : output_format(arena, "+%s", output_age(hop->time_ms - before_ms, arena));
    const char *message = hop->peer[0] == '\0' ? ""
                                               : output_format(arena, "%s #%llu", hop->peer,
                                                               (unsigned long long)hop->sequence);
    table_add(table, (const char *[]){
                         output_time(hop->time_ms, arena),
                         after,
                         hop->office,
                         output_term(&yidi__step__descriptor, (int)hop->step, arena),
                         output_format(arena, "%llu", (unsigned long long)hop->leaf_index),
                         hop->operator_,
                         message,
                     });
}

static void
print_trace(const Yidi__Case *row, struct arena *arena)
{
    if (row->n_trace == 0)
        return;
    struct trace_step *steps = arena_take(arena, row->n_trace * sizeof *steps);
    if (steps == NULL)
        return;
    for (size_t i = 0; i < row->n_trace; i++)
        steps[i] = (struct trace_step){ .hop = row->trace[i], .place = i };
    qsort(steps, row->n_trace, sizeof *steps, compare_steps);

    AUTO(table) struct table table;
    table_init(&table, trace_columns, sizeof trace_columns / sizeof *trace_columns);
    uint64_t before_ms = 0;
    for (size_t i = 0; i < row->n_trace; i++) {
        add_step(&table, steps[i].hop, before_ms, arena);
        before_ms = steps[i].hop->time_ms;
    }
    fputc('\n', stdout);
    table_print(&table, stdout);
}

/* Take a member that is a number, and the comma behind it, out of JSON text. Quotation marks inside
 * strings are escaped, so that no string looks like one. */
static void
drop_number(char *text, const char *member)
{
    for (char *place = text; (place = strstr(place, member)) != NULL;) {
        char *end = place + strlen(member);
        size_t digits = strspn(end, "0123456789");
        if (digits > 0 && end[digits] == ',')
            memmove(place, end + digits + 1, strlen(end + digits + 1) + 1);
        else
            place = end;
    }
}

/* The row's own state and findings are numbers of a machine's; their names stand beside the row. */
static void
print_json(const Yidi__Shown *shown, struct arena *arena)
{
    const char *encoded = json_encode(&shown->base, arena);
    char *text = encoded == NULL ? NULL : arena_copy_text(arena, encoded);
    if (text == NULL) {
        output_json(&shown->base);
        return;
    }
    drop_number(text, "\"state\":");
    drop_number(text, "\"findings\":");
    puts(text);
}

static int
ask(const struct settings *settings, Yidi__Show *show)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_SHOW;
    request.show = show;

    int status =
        show->full ? session_open(&session, settings) : session_open_to_look(&session, settings);
    if (status == EXIT_DONE)
        status = session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_SHOWN, &answer);
    if (status != EXIT_DONE)
        return status;
    if (settings->json) {
        print_json(answer.response->shown, &answer.arena);
    } else {
        print_fields(settings, answer.response->shown, &answer.arena);
        print_trace(answer.response->shown->case_row, &answer.arena);
    }
    return EXIT_DONE;
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    struct refusal refusal = { 0 };
    const char *reason = arguments_text(arguments, "reason");
    bool full = arguments_flag(arguments, "full");
    if (full != (reason != NULL && reason[0] != '\0'))
        return report_usage(
            settings,
            refuse(&refusal, REFUSAL_OPTION_INVALID, "reason", "--full and --reason go together"),
            &refusal);

    char number[CASE_NUMBER_CHARS + 1];
    enum result result = case_number_read(arguments->operands[0], "case_number", number, &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);
    Yidi__Show show = YIDI__SHOW__INIT;
    show.case_number = number;
    show.full = full;
    show.reason = (char *)(full ? reason : "");
    return ask(settings, &show);
}

const struct command show_command = {
    .name = "show",
    .synopsis = "CASE [--full --reason TEXT]",
    .help = "show one case with its whole trace",
    .description = "The trace is a timeline of all offices: when, how long after the step before, "
                   "where,\nwhat, the entry in that office's journal, who, and the message that "
                   "was sent or came.",
    .options = options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run,
};
