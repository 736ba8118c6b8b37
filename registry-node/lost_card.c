/* SPDX-License-Identifier: Apache-2.0
 *
 * Lost cards: the application for a replacement reports the present card lost; a card that was
 * replaced, and is found, is destroyed at a window, which tells. And the query after a citizen's
 * cards.
 *
 * The report is about the card, not about the application: whatever becomes of that, it stands
 * until another card is the valid one.
 */
#include <stdio.h>

#include "common/domain/civil_date.h"
#include "common/io/incoming.h"
#include "common/io/turn.h"
#include "registry-node/core/review.h"
#include "registry-node/registry.h"

bool
registry_reports_loss(const Yidi__ApplicationForm *form)
{
    return form->kind == YIDI__APPLICATION_KIND__REPLACEMENT &&
           (form->reason == YIDI__APPLICATION_REASON__LOST ||
            form->reason == YIDI__APPLICATION_REASON__STOLEN);
}

enum result
registry_report_lost(struct turn *turn, const Yidi__Case *row)
{
    Yidi__Citizen *citizen;
    if (!registry_reports_loss(row->form))
        return OK;
    enum result result = registry_find_citizen(turn, row->form->person->citizen_number, &citizen);
    if (result != OK)
        return result == ERR_ABSENT ? OK : result;
    if (citizen->card_serial[0] == '\0' || citizen->lost_reported_case[0] != '\0')
        return OK; /* the first report stands */
    citizen->card_reported_lost = true;
    citizen->lost_reported_on = civil_date_of_ms(row->accepted_ms);
    citizen->lost_reported_case = row->case_number;
    return registry_put_citizen(turn, citizen);
}

/* ---- found ---- */

/* Which card it was, the message in the journal says; the record, only of the last one. */
static enum result
note_in_record(struct turn *turn, struct case_file *file, const struct incoming *incoming)
{
    const char *serial = incoming->message->old_card_destroyed->card_serial;
    Yidi__Citizen *citizen;
    enum result result =
        registry_find_citizen(turn, file->row->form->person->citizen_number, &citizen);
    if (result != OK)
        return result == ERR_ABSENT ? OK : result;
    if (strcmp(serial, citizen->card_serial) == 0)
        return turn_call_attention(turn, file, refusal_name(REFUSAL_CARD_SERIAL_MISMATCH),
                                   "a window destroyed the card that is valid", incoming->from);
    if (strcmp(serial, citizen->former_card_serial) != 0)
        return OK;
    citizen->former_card_destroyed_on = civil_date_of_ms(turn->now_ms);
    return registry_put_citizen(turn, citizen);
}

enum result
registry_take_old_card(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                       struct refusal *ret_refusal)
{
    const struct review_event event = { .kind = REVIEW_OLD_CARD_DESTROYED, .operator= "" };
    enum result result = registry_advance(turn, file, incoming, &event, ret_refusal);
    return result == OK ? note_in_record(turn, file, incoming) : result;
}

/* ---- asked for ---- */

/* Who looked, at which card, and why; never at whom, as entries are not erased. */
static enum result
journal_view(struct turn *turn, const char *serial, const char *reason)
{
    enum { DETAIL_BYTES = 280 };
    char *detail = arena_take(turn->arena, DETAIL_BYTES);
    if (detail == NULL)
        return ERR_MEMORY;
    snprintf(detail, DETAIL_BYTES, "%s: %s", serial[0] == '\0' ? "no card" : serial, reason);
    turn_begin_act(turn, "", "view-card", detail);
    return turn_journal_cause(turn);
}

enum result
registry_show_cards(struct turn *turn, const Yidi__CardQuery *query, Yidi__Response *response,
                    struct refusal *ret_refusal)
{
    Yidi__Citizen *citizen;
    Yidi__CardReport *report = arena_take(turn->arena, sizeof *report);
    if (report == NULL)
        return ERR_MEMORY;
    enum result result = registry_find_citizen(turn, query->citizen_number, &citizen);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_CITIZEN_UNKNOWN, "card_query.citizen_number",
                      "nobody with that number is on file here");
    if (result != OK)
        return result;
    yidi__card_report__init(report);
    report->card_serial = citizen->card_serial;
    report->valid_until = citizen->card_valid_until;
    report->reported_lost = citizen->card_reported_lost;
    report->lost_reported_on = citizen->lost_reported_on;
    report->lost_reported_case = citizen->lost_reported_case;
    report->former_card_serial = citizen->former_card_serial;
    report->former_card_destroyed_on = citizen->former_card_destroyed_on;
    response->body_case = YIDI__RESPONSE__BODY_CARD_REPORT;
    response->card_report = report;
    return journal_view(turn, citizen->card_serial, query->reason);
}
