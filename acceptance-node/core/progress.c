/* SPDX-License-Identifier: Apache-2.0 */
#include "acceptance-node/core/progress.h"

#include <string.h>

#include "acceptance-node/core/application.h"
#include "common/core/format.h"
#include "common/core/require.h"
#include "common/domain/civil_date.h"

/* clang-format off */
static const struct {
    const char *stage;
    struct words standing;
} stages[APPLICATION_STATE_COUNT] = {
    [APPLICATION_ABSENT]        = { "examination", { "正在审核。", "It is being examined." } },
    [APPLICATION_SUBMITTED]     = { "examination", { "申请正在由户籍所在地公安机关审核。", "The application is being examined at the place of registration." } },
    [APPLICATION_IN_PRODUCTION] = { "production",  { "申请已经签发，正在制证。", "The application was approved, and the card is being made." } },
    [APPLICATION_IN_TRANSIT]    = { "delivery",    { "证件已经制成，正在送往受理点。", "The card is made and on its way to the window." } },
    [APPLICATION_READY]         = { "ready",       { "证件已到受理点，可以领取。", "The card is at the window and can be collected." } },
    [APPLICATION_COLLECTED]     = { "collected",   { "证件已经领取，业务办结。", "The card was collected. Nothing is left to be done." } },
    [APPLICATION_REFUSED]       = { "refused",     { "申请不予办理。", "The application was refused." } },
    [APPLICATION_RETURNED]      = { "correction",  { "申请需要补正。", "The application is to be corrected." } },
    [APPLICATION_WITHDRAWING]   = { "withdrawing", { "撤回申请正在处理。", "The withdrawal is being dealt with." } },
    [APPLICATION_WITHDRAWN]     = { "withdrawn",   { "申请已经撤回。", "The application was withdrawn." } },
    [APPLICATION_DESTROYED]     = { "destroyed",   { "证件逾期无人领取，已经销毁。", "Nobody collected the card in time, and it was destroyed." } },
    [APPLICATION_ABANDONED]     = { "ended",       { "申请已经终止，不再制证。", "The application has ended without a card." } },
};

static const struct words
    wait         = { "目前无需办理任何手续；证件到达后会通知您领取。", "There is nothing to do now; you will be told when the card is here." },
    late         = { "已经超过法定办理期限，请向受理点查询。", "The time that the law allows has passed; please ask at the window." },
    correct      = { "请于 @（含）前携带领证回执到受理点补正。", "Come to the window with this receipt by @ to correct it." },
    correct_late = { "补正期限 @ 已过，请尽快到受理点办理。", "It was to be corrected by @; please come to the window soon." },
    collect      = { "请于 @（含）前携带领证回执到受理点领取；未满十六周岁的，由监护人代领。", "Bring this receipt to the window by @; for a child under 16 the guardian comes." },
    collect_late = { "领证期限 @ 已过，请尽快领取，逾期证件将被销毁。", "It was to be collected by @; come soon, or the card will be destroyed." },
    old_card     = { "请携带原居民身份证，领取新证时必须交回。", "Bring the old card, which is handed back." },
    papers       = { "请携带居民户口簿、居住证或者其他有效身份证件。", "Bring your household register, residence permit, or another document that proves who you are." },
    temporary    = { "请一并交回临时居民身份证。", "Hand back the temporary card as well." },
    fault        = { "证件有误或者无法读取的，请携带证件到受理点更换。", "If the card has a fault, bring it to the window." },
    ask          = { "如有疑问，请携带领证回执到受理点咨询。", "If you have a question, bring this receipt to the window." },
    refund       = { "已缴的工本费请携带领证回执到受理点退领。", "The fee is paid back at the window; bring this receipt." },
    apply_again  = { "需要证件的，请到受理点重新申请。", "If you need a card, apply again at the window." },
    settle       = { "请到受理点重新申请，费用在受理点结算。", "Apply again at the window, where the fee is settled." };
/* clang-format on */

/* @ stands for the day. */
static void
write(const char *sentence, const char *day, char text[PROGRESS_LINE_BYTES])
{
    const char *place = strchr(sentence, '@');
    if (place == NULL)
        format_text(text, PROGRESS_LINE_BYTES, "%s", sentence);
    else
        format_text(text, PROGRESS_LINE_BYTES, "%.*s%s%s", (int)(place - sentence), sentence, day,
                    place + 1);
}

static void
add(struct progress *progress, struct words words, uint32_t date)
{
    char day[CIVIL_DATE_TEXT_BYTES];
    REQUIRE(progress->next_count < PROGRESS_NEXT_MAX);
    struct progress_line *line = &progress->next[progress->next_count++];
    civil_date_format(date, day);
    write(words.chinese, day, line->chinese);
    write(words.english, day, line->english);
}

static void
tell_collection(struct progress *progress, const struct progress_facts *facts)
{
    add(progress, facts->today > facts->act_by ? collect_late : collect, facts->act_by);
    add(progress, facts->renewal ? old_card : papers, 0);
    if (facts->temporary_out)
        add(progress, temporary, 0);
}

static void
tell_next(struct progress *progress, const struct progress_facts *facts)
{
    switch ((enum application_state)facts->state) {
    case APPLICATION_READY:
        tell_collection(progress, facts);
        return;
    case APPLICATION_RETURNED:
        add(progress, facts->today > facts->act_by ? correct_late : correct, facts->act_by);
        return;
    case APPLICATION_COLLECTED:
        add(progress, fault, 0);
        return;
    case APPLICATION_REFUSED:
    case APPLICATION_WITHDRAWN:
        if (facts->fee_paid)
            add(progress, refund, 0);
        add(progress, ask, 0);
        return;
    case APPLICATION_DESTROYED:
        add(progress, apply_again, 0);
        return;
    case APPLICATION_ABANDONED:
        add(progress, settle, 0);
        return;
    default:
        add(progress, wait, 0);
    }
}

void
progress_tell(const struct progress_facts *facts, struct progress *ret_progress)
{
    REQUIRE(facts->state >= 0 && facts->state < APPLICATION_STATE_COUNT);
    memset(ret_progress, 0, sizeof *ret_progress);
    ret_progress->stage = stages[facts->state].stage;
    ret_progress->standing = stages[facts->state].standing;
    tell_next(ret_progress, facts);
    if (facts->due_on != 0 && facts->today > facts->due_on)
        add(ret_progress, late, 0);
}
