/* SPDX-License-Identifier: Apache-2.0
 *
 * What the applicant is told, in both languages, when a case is returned, refused, ended, or its
 * card has arrived.
 */
#include "acceptance-node/acceptance.h"
#include "acceptance-node/core/application.h"
#include "acceptance-node/temporary.h"
#include "common/core/format.h"
#include "common/domain/civil_date.h"
#include "common/domain/refusal_reason.h"
#include "common/io/turn.h"

enum { NOTIFICATION_BYTES = 901 };

static void
tell_return(const Yidi__Case *row, char *text)
{
    char answer_by[CIVIL_DATE_TEXT_BYTES];
    REQUIRE(row->returned != NULL);
    civil_date_format(row->returned->answer_by, answer_by);
    format_text(text, NOTIFICATION_BYTES,
                "您的申请 %s 需要补正，请于 %s（含）前到受理点办理。Application %s is to be "
                "corrected by %s: %s %s",
                row->case_number, answer_by, row->case_number, answer_by, row->returned->contact,
                row->returned->text);
}

static void
tell_arrival(const Yidi__Case *row, char *text)
{
    const Yidi__TemporaryCard *card = temporary_of(row);
    const bool out = card != NULL && card->end == YIDI__TEMPORARY_CARD_END__STILL_OUT;
    format_text(text, NOTIFICATION_BYTES,
                "您的居民身份证已到，请凭领证回执 %s 到受理点领取%s。Your resident ID card has "
                "arrived; collect it with receipt %s%s.",
                row->case_number, out ? "，并交回临时居民身份证" : "", row->case_number,
                out ? " and hand back the temporary card" : "");
}

static void
tell_refusal(const Yidi__Case *row, char *text)
{
    REQUIRE(row->refusal != NULL);
    const enum refusal_reason reason = (enum refusal_reason)row->refusal->reasons[0];
    format_text(text, NOTIFICATION_BYTES, "%s %s %s %s", refusal_reason_chinese(reason),
                refusal_reason_english(reason), row->refusal->contact, row->refusal->text);
}

static void
tell_end(const Yidi__Case *row, char *text)
{
    format_text(
        text, NOTIFICATION_BYTES,
        "您的申请 %s 已终止，不再制证，请到受理点重新申请并结算费用。Application %s has ended "
        "without a card. Please apply again at the window, where the fee is settled. %s",
        row->case_number, row->case_number, row->note != NULL ? row->note->text : "");
}

enum result
acceptance_fill_notification(struct turn *turn, const struct case_file *file,
                             Yidi__NotificationRow *row)
{
    row->text = arena_take(turn->arena, NOTIFICATION_BYTES);
    if (row->text == NULL)
        return ERR_MEMORY;
    if (file->row->state == APPLICATION_RETURNED) {
        row->event = "returned";
        tell_return(file->row, row->text);
    } else if (file->row->state == APPLICATION_READY) {
        row->event = "ready";
        tell_arrival(file->row, row->text);
    } else if (file->row->state == APPLICATION_ABANDONED) {
        row->event = "abandoned";
        tell_end(file->row, row->text);
    } else {
        row->event = "refused";
        tell_refusal(file->row, row->text);
    }
    row->deadline_ms = file->row->state == APPLICATION_READY ? file->row->tell_by_ms : 0;
    return OK;
}
