/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "common/domain/deadline.h"
#include "common/domain/finding.h"
#include "common/io/form_view.h"
#include "common/io/incoming.h"
#include "common/io/photo.h"
#include "common/io/redo.h"
#include "common/io/turn.h"
#include "registry-node/core/review.h"
#include "registry-node/registry.h"

enum { CLOCK_AHEAD_MAX_MS = 10 * 60 * 1000 };

static enum result
check_number(struct turn *turn, const struct incoming *incoming, bool again,
             struct refusal *ret_refusal)
{
    const char *case_number = incoming->message->case_number;
    char office[OFFICE_CODE_CHARS + 1];
    enum result result = case_number_check(case_number, "case_number", ret_refusal);
    if (result != OK)
        return result;
    case_number_office(case_number, office);
    if (strcmp(office, incoming->from) != 0)
        return refuse(ret_refusal, REFUSAL_WRONG_OFFICE, "case_number",
                      "a case number begins with the code of the office that gave it");
    result = again ? ERR_ABSENT : case_file_exists(turn->txn, case_number);
    if (result == OK)
        return refuse(ret_refusal, REFUSAL_CASE_NUMBER_TAKEN, "case_number",
                      "this case was opened already");
    return result == ERR_ABSENT ? OK : result;
}

static enum result
check_jurisdiction(const struct turn *turn, const struct incoming *incoming,
                   struct refusal *ret_refusal)
{
    const struct directory *directory = turn->office->directory;
    const bool proved = turn->redo != NULL && turn->redo->evidence; /* it was served then */
    const Yidi__ApplicationSubmitted *submitted = incoming->message->application_submitted;
    const char *division = submitted->form->person->registration_division;
    if (turn->redo != NULL && turn->redo->evidence) /* counties may have moved since */
        return OK;
    if (!directory_office_covers(office_self(turn->office), division))
        return refuse(ret_refusal, REFUSAL_NOT_IN_JURISDICTION,
                      "application_submitted.form.person.registration_division",
                      "%s is another registry's", division);
    const Yidi__Office *acceptance = directory_find(directory, incoming->from);
    const Yidi__Office *production = directory_find(directory, submitted->production_office);
    if (acceptance == NULL || production == NULL || (production->revoked && !proved) ||
        production->role != YIDI__ROLE__PRODUCTION ||
        !directory_office_covers(production, acceptance->areas[0]))
        return refuse(ret_refusal, REFUSAL_PRODUCTION_UNLISTED,
                      "application_submitted.production_office",
                      "%s does not serve the acceptance office", submitted->production_office);
    return OK;
}

static enum result
check_attachments(const struct incoming *incoming, struct refusal *ret_refusal)
{
    const Yidi__ApplicationForm *form = incoming->message->application_submitted->form;
    enum result result = incoming_check_attachments(
        incoming, form, "application_submitted.form.photo_digest", ret_refusal);
    if (result == OK && !incoming_is_erased(incoming, 0))
        result = photo_check(incoming->frames[0], ret_refusal);
    for (size_t i = 1; i < incoming->attachment_count && result == OK; i++)
        if (!incoming_is_erased(incoming, i))
            result = i <= form->n_fingerprints
                         ? fingerprint_check(incoming->frames[i], ret_refusal)
                         : photo_check_guardian(incoming->frames[i], ret_refusal);
    return result;
}

/* Clocks differ a little, and at midnight that is a day: the window's day is the case's, here as
 * there. But a clock that runs far ahead must not lengthen the time that the law gives, nor make a
 * child an adult. */
static bool
is_clock_ahead(const struct turn *turn, const Yidi__ApplicationSubmitted *submitted)
{
    return submitted->accepted_ms > turn->now_ms + CLOCK_AHEAD_MAX_MS;
}

static uint64_t
accepted_at_ms(const struct turn *turn, const Yidi__ApplicationSubmitted *submitted)
{
    return is_clock_ahead(turn, submitted) ? turn->now_ms : submitted->accepted_ms;
}

static enum result
check_application(struct turn *turn, const struct incoming *incoming, bool again,
                  struct refusal *ret_refusal)
{
    const Yidi__ApplicationSubmitted *submitted = incoming->message->application_submitted;
    const struct form form = form_view(submitted->form);
    const Yidi__Office *acceptance = directory_find(turn->office->directory, incoming->from);
    struct policy_case policy = { .date = civil_date_of_ms(accepted_at_ms(turn, submitted)),
                                  .window = incoming->from,
                                  .registry = turn->office->journal.office,
                                  .production = submitted->production_office };
    if (incoming->envelope_bytes > APPLICATION_ENVELOPE_BYTES_MAX)
        return refuse(ret_refusal, REFUSAL_MALFORMED, "application_submitted",
                      "at most %d bytes with its proof", APPLICATION_ENVELOPE_BYTES_MAX);
    enum result result = check_number(turn, incoming, again, ret_refusal);
    if (result == OK)
        result = check_jurisdiction(turn, incoming, ret_refusal);
    if (result == OK)
        result = policies_find(turn, submitted->policy_version, &policy.policy, &policy.known);
    if (result == OK)
        result = form_check(&form, &policy, acceptance->areas[0], ret_refusal);
    if (result == OK)
        result = check_attachments(incoming, ret_refusal);
    return result;
}

/* What the record says. */
static enum result
judge_form(struct turn *turn, Yidi__Case *row, const struct policy_case *policy,
           uint32_t *ret_findings)
{
    Yidi__Citizen *record = NULL;
    const struct form form = form_view(row->form);
    enum result result = registry_find_citizen(turn, form.person.citizen_number, &record);
    if (result != OK && result != ERR_ABSENT)
        return result;
    row->present_division = (char *)protobuf_c_empty_string;
    if (result == OK) {
        const struct citizen citizen = citizen_view(record);
        *ret_findings = findings_judge(&form, &citizen, policy);
        if (findings_have(*ret_findings, FINDING_REGISTRATION_MOVED))
            row->present_division = record->present_division;
    } else {
        *ret_findings = findings_judge(&form, NULL, policy);
    }
    return OK;
}

enum result
registry_judge(struct turn *turn, Yidi__Case *row, uint32_t *ret_findings)
{
    struct policy_case policy;
    uint32_t findings = 0;
    bool outdated = false;
    enum result result = policies_of_case(turn, row, &policy);
    if (result == OK)
        result = judge_form(turn, row, &policy, &findings);
    if (result == OK)
        result = policies_were_newer(turn, row->policy_version, policy.date, &outdated);
    if (result != OK)
        return result;
    if (outdated)
        findings |= finding_bit(FINDING_POLICY_OUTDATED);
    if (row->clock_ahead)
        findings |= finding_bit(FINDING_CLOCK_AHEAD);
    *ret_findings = findings;
    return OK;
}

static enum result
fill_row(struct turn *turn, const struct incoming *incoming, Yidi__Case *row)
{
    const Yidi__ApplicationSubmitted *submitted = incoming->message->application_submitted;
    uint64_t accepted_ms = accepted_at_ms(turn, submitted);
    row->form = submitted->form;
    row->acceptance_office = (char *)incoming->from;
    row->registry_office = (char *)turn->office->journal.office;
    row->production_office = submitted->production_office;
    row->accepted_ms = accepted_ms;
    row->clock_ahead = is_clock_ahead(turn, submitted);
    row->application_sequence = incoming->sequence;
    row->revision = submitted->revision;
    row->policy_version = submitted->policy_version;
    row->redirections = submitted->redirections;
    struct policy_case policy;
    enum result result = policies_of_case(turn, row, &policy);
    if (result == OK)
        row->statutory_deadline_ms = deadline_ms(DEADLINE_STATUTORY, &policy, accepted_ms);
    return result;
}

static enum result
explain_second(struct turn *turn, Yidi__Case *row, const char *open_case)
{
    static Yidi__RefusalReason reasons[] = { YIDI__REFUSAL_REASON__OPEN_APPLICATION };
    char office[OFFICE_CODE_CHARS + 1];
    enum { TEXT_BYTES = 600 };
    Yidi__CaseRefusal *refusal = arena_take(turn->arena, sizeof *refusal);
    char *text = arena_take(turn->arena, TEXT_BYTES);
    if (refusal == NULL || text == NULL)
        return ERR_MEMORY;
    case_number_office(open_case, office);
    const Yidi__Office *first = directory_find(turn->office->directory, office);
    snprintf(text, TEXT_BYTES, "another application is open at %s (%s)",
             first != NULL ? first->name : "an office", office);
    yidi__case_refusal__init(refusal);
    refusal->reasons = reasons;
    refusal->n_reasons = 1;
    refusal->text = text;
    refusal->contact = office_self(turn->office)->contact;
    row->refusal = refusal;
    return OK;
}

/* A new case; or one that had been redirected, which another registry has sent back. */
static enum result
begin_case(struct turn *turn, const char *case_number, bool sent_back, struct case_file *ret_file)
{
    if (!sent_back)
        return case_file_new(case_number, turn->arena, ret_file);
    enum result result =
        case_file_open(turn->txn, &review_machine, case_number, turn->arena, ret_file);
    if (result != OK)
        return result == ERR_ABSENT ? ERR_DAMAGED : result;
    ret_file->row->examiner = "";
    ret_file->row->attention = NULL;
    ret_file->row->application_envelope = (ProtobufCBinaryData){ 0 };
    ret_file->row->biometrics_erased_ms = 0; /* it brings all of it again */
    ret_file->row->text_erased_ms = 0;
    return OK;
}

/* Is there another open application of the citizen? */
static enum result
find_event(struct turn *turn, struct case_file *file, struct review_event *ret_event)
{
    char open_case[CASE_NUMBER_CHARS + 1];
    bool proved = turn->redo != NULL && turn->redo->evidence; /* whatever else is open here now */
    *ret_event = (struct review_event){ .kind = REVIEW_OPEN, .operator= "" };
    enum result result =
        case_file_find_open(turn->txn, file->row->form->person->citizen_number, open_case);
    if (result == OK && !proved) {
        ret_event->kind = REVIEW_OPEN_SECOND;
        result = explain_second(turn, file->row, open_case);
    }
    return result == ERR_ABSENT ? OK : result;
}

static enum result
open_review(struct turn *turn, const struct incoming *incoming, bool sent_back,
            struct refusal *ret_refusal)
{
    struct case_file file;
    struct review_event event;
    enum result result = begin_case(turn, incoming->message->case_number, sent_back, &file);
    if (result == OK)
        result = fill_row(turn, incoming, file.row);
    if (result == OK)
        result = registry_judge(turn, file.row, &file.row->findings);
    if (result == OK)
        result = find_event(turn, &file, &event);
    if (result == OK)
        result = registry_advance(turn, &file, incoming, &event, ret_refusal);
    return result == OK ? registry_report_lost(turn, file.row) : result;
}

/* Where the case stands here; REVIEW_ABSENT: it is new. One that cannot be read is here all the
 * same, and does not stand where it could be opened. */
static enum result
find_state(struct turn *turn, const char *case_number, enum review_state *ret_state)
{
    struct case_file file;
    enum result result =
        case_file_open(turn->txn, &review_machine, case_number, turn->arena, &file);
    *ret_state = result == ERR_ABSENT ? REVIEW_ABSENT : REVIEW_REFUSED;
    if (result == OK)
        *ret_state = (enum review_state)file.row->state;
    return result == ERR_ABSENT || result == ERR_DAMAGED ? OK : result;
}

enum result
registry_open_review(struct turn *turn, const struct incoming *incoming,
                     struct refusal *ret_refusal)
{
    const Yidi__ApplicationSubmitted *submitted = incoming->message->application_submitted;
    enum review_state state;
    enum result result = find_state(turn, incoming->message->case_number, &state);
    if (result != OK)
        return result;
    bool sent_back = state == REVIEW_REDIRECTED;
    bool amended = !sent_back && state != REVIEW_ABSENT && submitted->revision > 0;
    result = check_application(turn, incoming, amended || sent_back, ret_refusal);
    if (result != OK)
        return result;
    return amended ? registry_take_amendment(turn, incoming, ret_refusal)
                   : open_review(turn, incoming, sent_back, ret_refusal);
}
