/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/demo/applications.h"

#include <stdarg.h>

#include "common/domain/fee.h"

enum choice { CHOICE_PHONE = 100, CHOICE_BASIS, CHOICE_STREET, CHOICE_DOCUMENT, CHOICE_FINGERS };

enum application_trait
application_trait(unsigned plan)
{
    static const struct {
        unsigned plan;
        enum application_trait trait;
    } traits[] = {
        { 3, TRAIT_SECOND },      { 4, TRAIT_FIRST },       { 9, TRAIT_BAD_CREDIT },
        { 14, TRAIT_APPEARANCE }, { 17, TRAIT_CHILD },      { 23, TRAIT_FIRST },
        { 26, TRAIT_CHANGED },    { 30, TRAIT_BAD_CREDIT }, { 33, TRAIT_APPEARANCE },
        { 36, TRAIT_MOVED },      { 41, TRAIT_FIRST },      { 47, TRAIT_APPEARANCE },
        { 52, TRAIT_BAD_CREDIT },
    };
    for (size_t i = 0; i < sizeof traits / sizeof *traits; i++)
        if (traits[i].plan == plan)
            return traits[i].trait;
    return TRAIT_NONE;
}

void
application_adjust_record(enum application_trait trait, struct citizen_draft *citizen)
{
    if (trait == TRAIT_FIRST)
        citizen->card_serial[0] = '\0';
    citizen->bad_credit = trait == TRAIT_BAD_CREDIT;
    citizen->fingerprints_on_file = trait != TRAIT_APPEARANCE;
}

__attribute__((format(printf, 2, 3))) static char *
print(struct arena *arena, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return arena_copy_text(arena, text);
}

char *
application_file(struct arena *arena, const char *folder, unsigned plan, const char *ending)
{
    return print(arena, "%s/%02u%s", folder, plan, ending);
}

/* Who never had a card can only say that it was lost. */
static void
choose_kind(const struct application_case *about, Yidi__ApplicationForm *form)
{
    static const Yidi__ApplicationReason renewals[] = { YIDI__APPLICATION_REASON__EXPIRING,
                                                        YIDI__APPLICATION_REASON__EXPIRED,
                                                        YIDI__APPLICATION_REASON__DAMAGED };
    static const Yidi__ApplicationReason replacements[] = { YIDI__APPLICATION_REASON__LOST,
                                                            YIDI__APPLICATION_REASON__STOLEN };
    /* The second application of a citizen is of the first one's kind. */
    unsigned plan = about->trait == TRAIT_SECOND ? about->plan - 1 : about->plan;
    bool renewal = plan % 2 == 0 && about->trait != TRAIT_FIRST;
    form->kind = renewal ? YIDI__APPLICATION_KIND__RENEWAL : YIDI__APPLICATION_KIND__REPLACEMENT;
    form->reason = renewal ? renewals[plan / 2 % 3] : replacements[plan / 2 % 2];
    form->evidence = renewal             ? YIDI__DOCUMENT_KIND__ORIGINAL_CARD
                     : plan / 2 % 2 == 0 ? YIDI__DOCUMENT_KIND__HOUSEHOLD_REGISTER
                                         : YIDI__DOCUMENT_KIND__RESIDENCE_PERMIT;
    if (renewal && plan % 12 == 0)
        form->fee_waiver = YIDI__FEE_WAIVER__WELFARE;
    const struct policy_case policy = { .policy = policy_standard(),
                                        .known = true,
                                        .date = about->today,
                                        .window = "",
                                        .registry = "",
                                        .production = "" };
    enum form_kind kind = (enum form_kind)form->kind;
    enum form_reason reason = (enum form_reason)form->reason;
    if (!fee_waiver_applies(&policy, kind, reason, (enum form_waiver)form->fee_waiver))
        form->fee_waiver = YIDI__FEE_WAIVER__NO_WAIVER;
    form->fee_fen = fee_due_fen(&policy, kind, reason, (enum form_waiver)form->fee_waiver);
}

static Yidi__Person *
fill_person(const struct application_case *about, struct arena *arena)
{
    const struct citizen_draft *citizen = about->citizen;
    Yidi__Person *person = arena_take(arena, sizeof *person);
    if (person == NULL)
        return NULL;
    yidi__person__init(person);
    person->citizen_number = (char *)citizen->number;
    person->name = (char *)citizen->name;
    person->sex = (Yidi__Sex)citizen->sex;
    person->ethnic_group = (char *)citizen->ethnic_group;
    person->birth_date = citizen->birth_date;
    person->address = about->trait == TRAIT_MOVED ? print(arena, "%s3单元", citizen->address)
                                                  : (char *)citizen->address;
    person->registration_division = (char *)citizen->division;
    return person->address == NULL ? NULL : person;
}

/* A guardian who is no one on any record: the form alone names them. */
static Yidi__Guardian *
fill_guardian(const struct application_case *about, struct arena *arena)
{
    struct citizen_draft parent;
    Yidi__Guardian *guardian = arena_take(arena, sizeof *guardian);
    const struct division *division = division_find(about->citizen->division);
    if (guardian == NULL || division == NULL)
        return NULL;
    citizen_invent(CITIZENS_MAX - about->plan, division, about->today, 41, &parent);
    yidi__guardian__init(guardian);
    guardian->name = arena_copy_text(arena, parent.name);
    guardian->citizen_number = arena_copy_text(arena, parent.number);
    guardian->relation = parent.sex == SEX_MALE ? "父亲" : "母亲";
    return guardian->name == NULL || guardian->citizen_number == NULL ? NULL : guardian;
}

static Yidi__ApplicationForm *
fill_form(const struct application_case *about, struct arena *arena)
{
    static const char *const streets[] = { "科技路", "花园路", "长安街", "望江路", "学苑大道" };
    Yidi__ApplicationForm *form = arena_take(arena, sizeof *form);
    if (form == NULL)
        return NULL;
    unsigned plan = about->plan;
    yidi__application_form__init(form);
    choose_kind(about, form);
    form->person = fill_person(about, arena);
    form->phone = print(arena, "139%08u", citizen_choice(plan, CHOICE_PHONE, 100000000));
    form->residence_basis = (Yidi__ResidenceBasis)(1 + citizen_choice(plan, CHOICE_BASIS, 3));
    form->residence_address =
        print(arena, "%s%s%s%s%u号", about->residence->province, about->residence->prefecture,
              about->residence->county, streets[citizen_choice(plan, CHOICE_STREET, 5)], plan + 1);
    form->identity_document = (Yidi__DocumentKind)(2 + citizen_choice(plan, CHOICE_DOCUMENT, 4));
    form->identity_document_number = print(arena, "DEMO-%06u", plan);
    form->appearance_changed = about->trait == TRAIT_APPEARANCE || about->trait == TRAIT_CHANGED;
    if (about->trait == TRAIT_CHILD)
        form->guardian = fill_guardian(about, arena);
    bool complete = form->person != NULL && form->phone != NULL &&
                    form->residence_address != NULL && form->identity_document_number != NULL &&
                    (about->trait != TRAIT_CHILD || form->guardian != NULL);
    return complete ? form : NULL;
}

/* Both thumbs; one in eight has no right thumb to be read, says so, and brings the index finger. */
static bool
fill_fingerprints(unsigned plan, Yidi__ImportLine *line, struct arena *arena)
{
    static Yidi__FingerPosition thumb[] = { YIDI__FINGER_POSITION__RIGHT_THUMB };
    bool no_thumb = citizen_choice(plan, CHOICE_FINGERS, 8) == 0;
    Yidi__ImportFingerprint *prints = arena_take(arena, 2 * sizeof *prints);
    line->fingerprints = arena_take(arena, 2 * sizeof *line->fingerprints);
    if (prints == NULL || line->fingerprints == NULL)
        return false;
    for (size_t i = 0; i < 2; i++) {
        yidi__import_fingerprint__init(&prints[i]);
        line->fingerprints[i] = &prints[i];
    }
    line->n_fingerprints = 2;
    line->form->fingers_missing = thumb;
    line->form->n_fingers_missing = no_thumb;
    prints[0].position =
        no_thumb ? YIDI__FINGER_POSITION__RIGHT_INDEX : YIDI__FINGER_POSITION__RIGHT_THUMB;
    prints[0].file = application_file(arena, "templates", plan, "-right.bin");
    prints[1].position = YIDI__FINGER_POSITION__LEFT_THUMB;
    prints[1].file = application_file(arena, "templates", plan, "-left.bin");
    return prints[0].file != NULL && prints[1].file != NULL;
}

Yidi__ImportLine *
application_fill(const struct application_case *about, struct arena *arena)
{
    Yidi__ImportLine *line = arena_take(arena, sizeof *line);
    if (line == NULL)
        return NULL;
    yidi__import_line__init(line);
    line->form = fill_form(about, arena);
    line->photo = application_file(arena, "photos", about->plan, ".jpg");
    if (line->form == NULL || line->photo == NULL)
        return NULL;
    return fill_fingerprints(about->plan, line, arena) ? line : NULL;
}
