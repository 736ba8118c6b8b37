/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/errand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/io/json.h"

enum { JSON_BYTES = 4096 };

#define FAIL(errand, ...)                                                                          \
    do {                                                                                           \
        print_error("%s, citizen %u, step %u (%s): ", (errand)->way->name,                         \
                    (unsigned)(errand)->seed, (unsigned)(errand)->at,                              \
                    (errand)->way->steps[(errand)->at].command);                                   \
        fail_msg(__VA_ARGS__);                                                                     \
    } while (0)

/* ---- requests ---- */

Yidi__Request *
errand_request(const char *command, const char *operator, const char * json, struct arena *arena)
{
    struct json_attachments attachments = { 0 };
    struct refusal refusal = { 0 };
    ProtobufCMessage *message = NULL;
    char text[JSON_BYTES];
    snprintf(text, sizeof text, "{%s}", json);
    for (char *quote = text; (quote = strchr(quote, '\'')) != NULL;)
        *quote = '"';
    if (json_decode_member(&yidi__request__descriptor, command, bytes_of_text(text), arena,
                           &attachments, &message, &refusal) != OK)
        fail_msg("%s %s: %s %s", command, text, refusal.field, refusal.rule);
    Yidi__Request *request = (Yidi__Request *)message;
    request->operator_ = (char *)(uintptr_t) operator;
    return request;
}

const char *
errand_serial(struct errand *errand)
{
    static unsigned given;
    if (errand->serial_at != errand->at + 1)
        snprintf(errand->serial, sizeof errand->serial, "GD%06u", ++given);
    errand->serial_at = errand->at + 1;
    return errand->serial;
}

static void
make_citizen(const struct errand *errand, struct made_citizen *ret_citizen)
{
    const char *area = errand->way->registry_area;
    citizen_make(errand->seed, area == NULL ? errand->offices[ERRAND_REGISTRY]->area : area,
                 ret_citizen);
}

static void
expand(struct errand *errand, const char *body, char ret_text[JSON_BYTES])
{
    struct made_citizen citizen;
    size_t used = 0;
    make_citizen(errand, &citizen);
    for (; *body != '\0'; body++) {
        const char one[2] = { *body }, *part = one;
        if (*body == '%')
            part = errand->number;
        else if (*body == '$')
            part = errand_serial(errand);
        else if (*body == '@')
            part = citizen.card_serial;
        used += (size_t)snprintf(ret_text + used, JSON_BYTES - used, "%s", part);
    }
    ret_text[used] = '\0';
}

/* The same form each time; who corrects it lives elsewhere. Lives until the next call. */
static Yidi__ApplicationForm *
fill_form(const struct errand *errand, bool corrected, struct bytes ret_frames[ATTACHMENTS_MAX],
          size_t *ret_frame_count)
{
    static struct made_application application;
    struct made_citizen citizen;
    make_citizen(errand, &citizen);
    if (application.photo_size == 0)
        application_make(&citizen, errand->way->kind, &application);
    application_set_citizen(&application, &citizen);
    application_set_kind(&application, errand->way->kind);
    application.form.residence_address = corrected ? "福田区北环大道1号" : "福田区深南大道1号";
    *ret_frame_count = application_frames(&application, ret_frames);
    return &application.form;
}

/* What is asked with form and photo. */
struct paper {
    Yidi__Apply apply;
    Yidi__Amend amend;
    Yidi__AskEligibility question;
    char key[32];
};

static bool
fill_paper(struct errand *errand, const char *command, Yidi__ApplicationForm *form,
           struct paper *paper, Yidi__Request *request)
{
    yidi__apply__init(&paper->apply);
    yidi__amend__init(&paper->amend);
    yidi__ask_eligibility__init(&paper->question);
    snprintf(paper->key, sizeof paper->key, "key-%u-%u", (unsigned)errand->seed,
             (unsigned)errand->at);
    paper->apply.form = paper->amend.form = form;
    if (strcmp(command, "amend") == 0) {
        paper->amend.case_number = errand->number;
        paper->amend.request_key = paper->key;
        request->command_case = YIDI__REQUEST__COMMAND_AMEND;
        request->amend = &paper->amend;
    } else if (strcmp(command, "apply") == 0) {
        paper->apply.request_key = paper->key;
        paper->apply.draft = errand->draft;
        paper->apply.eligibility.data = errand->reference;
        paper->apply.eligibility.len = errand->reference_size;
        request->command_case = YIDI__REQUEST__COMMAND_APPLY;
        request->apply = &paper->apply;
    } else if (strcmp(command, "ask_eligibility") == 0) {
        paper->question.about_case = YIDI__ASK_ELIGIBILITY__ABOUT_APPLY;
        paper->question.apply = &paper->apply;
        request->command_case = YIDI__REQUEST__COMMAND_ASK_ELIGIBILITY;
        request->ask_eligibility = &paper->question;
    } else {
        return false;
    }
    return true;
}

/* A draft that is saved once more is another one, so whoever got no answer looks what is there. */
static bool
looks(const struct errand *errand, const struct errand_step *step)
{
    return errand->cut && strcmp(step->command, "draft_save") == 0;
}

static bool
ask_step(struct errand *errand, const struct errand_step *step, struct network_answer *ret_answer)
{
    AUTO(arena) struct arena arena;
    char json[JSON_BYTES];
    struct paper paper;
    struct bytes frames[ATTACHMENTS_MAX];
    size_t frame_count;
    Yidi__Request with_form = YIDI__REQUEST__INIT, *request = &with_form;
    arena_init(&arena);
    with_form.operator_ = (char *)(uintptr_t)step->operator;
    Yidi__ApplicationForm *form =
        fill_form(errand, strcmp(step->command, "amend") == 0, frames, &frame_count);
    if (!fill_paper(errand, step->command, form, &paper, request)) {
        expand(errand, step->body, json);
        request = errand_request(looks(errand, step) ? "draft_list" : step->command, step->operator,
                                 looks(errand, step) ? "" : json, &arena);
        frame_count = 0;
    }
    return errand->ask(errand->offices[step->desk], request, frames, frame_count, ret_answer);
}

/* ---- answers ---- */

static const Yidi__Refusal *
refusal_of(const struct network_answer *answer)
{
    return answer->response->body_case == YIDI__RESPONSE__BODY_DECIDED
               ? answer->response->decided->results[0]->refusal
               : network_refusal(answer);
}

/* What was answered once is answered again. */
static void
note(struct errand *errand, const Yidi__Response *response)
{
    switch (response->body_case) {
    case YIDI__RESPONSE__BODY_APPLIED:
        snprintf(errand->number, sizeof errand->number, "%s", response->applied->case_number);
        break;
    case YIDI__RESPONSE__BODY_ELIGIBILITY:
        errand->reference_size = response->eligibility->reference.len;
        memcpy(errand->reference, response->eligibility->reference.data, errand->reference_size);
        break;
    case YIDI__RESPONSE__BODY_DRAFTS:
        snprintf(errand->draft, sizeof errand->draft, "%s", response->drafts->drafts[0]->name);
        break;
    default:
        break;
    }
}

void
errand_done(struct errand *errand)
{
    const struct errand_step *step = errand_next(errand);
    errand->hops[step->desk][step->hop]++;
    errand->at++;
    errand->cut = false;
}

static void
take_answer(struct errand *errand, const struct errand_step *step,
            const struct network_answer *answer)
{
    const Yidi__Refusal *refusal = refusal_of(answer);
    const char *again = step->again == NULL ? "ILLEGAL_IN_STATE" : step->again;
    const char *code = refusal == NULL ? "" : refusal->code;
    if (step->refused != NULL) {
        if (strcmp(code, step->refused) != 0)
            FAIL(errand, "not refused with %s: %s", step->refused, code);
        errand->at++;
    } else if (looks(errand, step) && answer->response->drafts->n_drafts == 0) {
        errand->cut = false;
    } else if (refusal == NULL) {
        note(errand, answer->response);
        errand_done(errand);
    } else if (errand->cut && strcmp(code, again) == 0) {
        errand_done(errand);
    } else if (step->later == NULL || strcmp(code, step->later) != 0) {
        FAIL(errand, "refused%s: %s %s %s", errand->cut ? " after a cut" : "", code, refusal->field,
             refusal->rule);
    }
}

/* ---- the way ---- */

const struct errand_step *
errand_next(const struct errand *errand)
{
    const struct errand_step *step = &errand->way->steps[errand->at];
    return step->command == NULL ? NULL : step;
}

/* At that desk, as far as it says. */
static bool
stands(struct errand *errand, const struct errand_step *step)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    Yidi__Show show = YIDI__SHOW__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    show.case_number = errand->number;
    request.command_case = YIDI__REQUEST__COMMAND_SHOW;
    request.show = &show;
    return errand->ask(errand->offices[step->desk], &request, NULL, 0, &answer) &&
           network_refusal(&answer) == NULL &&
           strcmp(answer.response->shown->state, step->from) == 0;
}

void
errand_go_on(struct errand *errand)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    const struct errand_step *step = errand_next(errand);
    if (step == NULL || strcmp(step->command, ERRAND_BATCH) == 0)
        return;
    if (!errand->cut && step->from != NULL && !stands(errand, step))
        return;
    const bool alive = errand->offices[step->desk]->pid != 0;
    if (ask_step(errand, step, &answer))
        take_answer(errand, step, &answer);
    else
        errand->cut |= alive && step->refused == NULL;
}

/* ---- the end ---- */

static void
check_hops(const struct errand *errand, enum errand_desk desk, const Yidi__Case *row)
{
    const char *office = errand->offices[desk]->code;
    for (unsigned step = 1; step < ERRAND_STEPS; step++) {
        unsigned count = 0;
        for (size_t i = 0; i < row->n_trace; i++)
            count += row->trace[i]->step == (Yidi__Step)step &&
                     strcmp(row->trace[i]->office, office) == 0;
        if (errand->hops[desk][step] != 0 && count != errand->hops[desk][step])
            fail_msg("%s, %s: step %u was done %u times at %s, not %u", errand->way->name,
                     errand->number, step, count, office, errand->hops[desk][step]);
    }
}

static const char *
ask_state(struct network_office *office, const char *number, struct network_answer *ret_answer)
{
    Yidi__Show show = YIDI__SHOW__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    show.case_number = (char *)(uintptr_t)number;
    request.command_case = YIDI__REQUEST__COMMAND_SHOW;
    request.show = &show;
    network_ask(office, &request, NULL, 0, ret_answer);
    return network_refusal(ret_answer) == NULL ? ret_answer->response->shown->state : NULL;
}

bool
errand_has_ended(const struct errand *errand)
{
    for (int desk = 0; desk < ERRAND_DESKS; desk++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        const char *end = errand->way->ends[desk];
        const char *state = ask_state(errand->offices[desk], errand->number, &answer);
        if ((end == NULL) != (state == NULL) || (end != NULL && strcmp(state, end) != 0))
            return false;
    }
    return errand_next(errand) == NULL;
}

void
errand_check(const struct errand *errand)
{
    for (int desk = 0; desk < ERRAND_DESKS; desk++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        if (ask_state(errand->offices[desk], errand->number, &answer) != NULL)
            check_hops(errand, (enum errand_desk)desk, answer.response->shown->case_row);
    }
}
