/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/alarm.h"

#include <inttypes.h>
#include <stdarg.h>

#include "common/core/format.h"
#include "common/domain/civil_date.h"

#define DAY_MS UINT64_C(86400000)

static const struct {
    const char *name;
    bool severe;
} codes[ALARM_CODE_COUNT] = {
#define SEVERE               true
#define WARNING              false
#define ALARM_ROW(code, how) [ALARM_##code] = { #code, how },
    ALARM_CODES(ALARM_ROW)
#undef ALARM_ROW
#undef WARNING
#undef SEVERE
};

const char *
alarm_code_name(enum alarm_code code)
{
    return codes[code].name;
}

bool
alarm_code_severe(enum alarm_code code)
{
    return codes[code].severe;
}

/* ---- words ---- */

__attribute__((format(printf, 2, 3))) static void
say(char words[ALARM_WORDS_BYTES], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    format_text_list(words, ALARM_WORDS_BYTES, format, arguments);
    va_end(arguments);
}

/* NULL when the list is full. */
static struct alarm *
add(struct alarm_list *list, enum alarm_code code, uint64_t since_ms)
{
    if (list->count == ALARMS_MAX)
        return NULL;
    struct alarm *alarm = &list->list[list->count++];
    *alarm = (struct alarm){ .code = code, .since_ms = since_ms, .state = "", .office = "" };
    return alarm;
}

/* ---- rules, in the order of the codes ---- */

static void
judge_service(const struct alarm_facts *facts, struct alarm_list *list)
{
    char words[TROUBLE_WORDS_BYTES];
    struct alarm *alarm;
    if (facts->recovering && (alarm = add(list, ALARM_RECOVERING, 0)) != NULL) {
        say(alarm->english, "The office brings back its lost past; until then it takes no work");
        say(alarm->chinese, "本机关正在恢复丢失的数据，恢复前不办理业务");
    } else if (facts->halted->code != TROUBLE_NONE &&
               (alarm = add(list, ALARM_HALTED, 0)) != NULL) {
        trouble_say_english(facts->halted, words);
        say(alarm->english, "The office takes no work: %s", words);
        trouble_say_chinese(facts->halted, words);
        say(alarm->chinese, "本机关已停止办理业务：%s", words);
    }
    if (facts->shares_missing > 0 && (alarm = add(list, ALARM_SHARES_MISSING, 0)) != NULL) {
        say(alarm->english,
            "%" PRIu64 " offices have not handed back what they hold of the lost past",
            facts->shares_missing);
        say(alarm->chinese, "尚有 %" PRIu64 " 个机关未交还丢失数据的存底", facts->shares_missing);
    }
}

struct expiry {
    enum alarm_code ended, ends;
    const char *english, *chinese;
    uint64_t days;
};

static void
judge_expiry(uint64_t end_ms, uint64_t now_ms, const struct expiry *expiry, struct alarm_list *list)
{
    char date[CIVIL_DATE_TEXT_BYTES];
    bool ended = end_ms <= now_ms;
    if (end_ms == 0 || end_ms > now_ms + expiry->days * DAY_MS)
        return;
    struct alarm *alarm = add(list, ended ? expiry->ended : expiry->ends, ended ? end_ms : 0);
    if (alarm == NULL)
        return;
    civil_date_format(civil_date_of_ms(end_ms), date);
    if (ended) {
        say(alarm->english, "%s ended on %s", expiry->english, date);
        say(alarm->chinese, "%s已于 %s 到期", expiry->chinese, date);
        return;
    }
    uint64_t days = (end_ms - now_ms) / DAY_MS;
    say(alarm->english, "%s ends on %s, in %" PRIu64 " days", expiry->english, date, days);
    say(alarm->chinese, "%s将于 %s 到期，还剩 %" PRIu64 " 天", expiry->chinese, date, days);
}

static void
judge_expiries(const struct alarm_facts *facts, struct alarm_list *list)
{
    static const struct expiry certificate = { ALARM_CERTIFICATE_ENDED, ALARM_CERTIFICATE_ENDS,
                                               "The certificate of this office", "本机关证书",
                                               ALARM_CERTIFICATE_DAYS };
    static const struct expiry directory = { ALARM_DIRECTORY_ENDED, ALARM_DIRECTORY_ENDS,
                                             "The directory of offices", "机关名录",
                                             ALARM_DIRECTORY_DAYS };
    static const struct expiry revocations = { ALARM_REVOCATIONS_ENDED, ALARM_REVOCATIONS_END,
                                               "The list of revoked certificates", "证书吊销列表",
                                               ALARM_DIRECTORY_DAYS };
    judge_expiry(facts->certificate_ends_ms, facts->now_ms, &certificate, list);
    judge_expiry(facts->directory_ends_ms, facts->now_ms, &directory, list);
    judge_expiry(facts->revocations_end_ms, facts->now_ms, &revocations, list);
}

static void
judge_room(const struct alarm_facts *facts, struct alarm_list *list)
{
    const uint64_t gib = UINT64_C(1) << 30;
    struct alarm *alarm;
    for (size_t i = 0; i < facts->door_count; i++) {
        const struct alarm_door *door = &facts->doors[i];
        if ((alarm = add(list, ALARM_DOOR_SHUT, 0)) == NULL)
            return;
        alarm->office = door->office;
        say(alarm->english, "Nothing new is taken on%s%s: %s", door->name[0] == '\0' ? "" : " for ",
            door->name, door->english);
        say(alarm->chinese, "暂停受理新业务%s%s：%s", door->name[0] == '\0' ? "" : "，涉及",
            door->name, door->chinese);
    }
    if (facts->disk_free_bytes != UINT64_MAX &&
        facts->disk_free_bytes / 2 < facts->disk_reserve_bytes && facts->door_count == 0 &&
        (alarm = add(list, ALARM_DISK_LOW, 0)) != NULL) {
        say(alarm->english, "The disk is filling up: %.1f GiB are free",
            (double)facts->disk_free_bytes / (double)gib);
        say(alarm->chinese, "磁盘空间不足：剩余 %.1f GiB",
            (double)facts->disk_free_bytes / (double)gib);
    }
    if (facts->map_filling && (alarm = add(list, ALARM_STORE_FILLING, 0)) != NULL) {
        say(alarm->english, "The store is %u %% full; plan a larger map-size", facts->map_percent);
        say(alarm->chinese, "数据库已用 %u %%，请规划更大的 map-size", facts->map_percent);
    }
}

static void
judge_peer(const struct alarm_facts *facts, const struct alarm_peer *peer, struct alarm_list *list)
{
    bool down = peer->down_since_ms != 0 && peer->waiting > 0 &&
                facts->now_ms >= peer->down_since_ms + ALARM_LINK_DOWN_MS;
    char words[TROUBLE_WORDS_BYTES];
    struct alarm *alarm = NULL;
    if (peer->rewritten) {
        if ((alarm = add(list, ALARM_JOURNAL_REWRITTEN, 0)) == NULL)
            return;
        say(alarm->english, "%s has rewritten its journal; nothing is taken from it any more",
            peer->name);
        say(alarm->chinese, "%s 改写了日志，已停止接收其消息", peer->name);
    } else if (down) {
        if ((alarm = add(list, ALARM_LINK_DOWN, peer->down_since_ms)) == NULL)
            return;
        say(alarm->english, "The link to %s is down; %" PRIu64 " %s", peer->name, peer->waiting,
            peer->waiting == 1 ? "message waits" : "messages wait");
        say(alarm->chinese, "与%s的连接中断，%" PRIu64 " 条消息待发", peer->name, peer->waiting);
    } else if (peer->trouble->code != TROUBLE_NONE) {
        if ((alarm = add(list, ALARM_LINK_TROUBLE, 0)) == NULL)
            return;
        trouble_say_english(peer->trouble, words);
        say(alarm->english, "%s: %s", peer->name, words);
        trouble_say_chinese(peer->trouble, words);
        say(alarm->chinese, "%s：%s", peer->name, words);
    }
    if (alarm != NULL)
        alarm->office = peer->office;
}

static void
judge_overdue(const struct alarm_overdue *overdue, struct alarm_list *list)
{
    const char *more = overdue->at_least ? "at least " : "";
    struct alarm *alarm = add(list, ALARM_OVERDUE, overdue->since_ms);
    if (alarm == NULL)
        return;
    alarm->state = overdue->state;
    alarm->office = overdue->office;
    say(alarm->english, "%s%" PRIu64 " %s overdue at %s (%s)", more, overdue->count,
        overdue->count == 1 ? "application" : "applications",
        overdue->office[0] == '\0' ? "this office" : overdue->name, overdue->state);
    if (overdue->at_least)
        alarm->english[0] = 'A';
    say(alarm->chinese, "%s逾期%s %" PRIu64 " 件",
        overdue->office[0] == '\0' ? "本机关" : overdue->name, overdue->at_least ? "至少" : "",
        overdue->count);
}

static void
judge_cases(const struct alarm_facts *facts, struct alarm_list *list)
{
    struct alarm *alarm;
    for (size_t i = 0; i < facts->overdue_count; i++)
        judge_overdue(&facts->overdue[i], list);
    if (facts->attention > 0 && (alarm = add(list, ALARM_ATTENTION, 0)) != NULL) {
        say(alarm->english, "%" PRIu64 " %s somebody's attention", facts->attention,
            facts->attention == 1 ? "application needs" : "applications need");
        say(alarm->chinese, "%" PRIu64 " 件需要人工处理", facts->attention);
    }
    if (facts->due_soon > 0 && (alarm = add(list, ALARM_DUE_SOON, 0)) != NULL) {
        alarm->state = facts->due_soon_state;
        say(alarm->english, "%" PRIu64 " %s due soon", facts->due_soon,
            facts->due_soon == 1 ? "application is" : "applications are");
        say(alarm->chinese, "%" PRIu64 " 件即将到期", facts->due_soon);
    }
}

static void
judge_books(const struct alarm_facts *facts, struct alarm_list *list)
{
    struct alarm *alarm;
    if (facts->count_due && (alarm = add(list, ALARM_STOCK_COUNT_DUE, 0)) != NULL) {
        say(alarm->english, "The blank cards must be counted (yidictl stock count)");
        say(alarm->chinese, "空白卡体需要盘点（yidictl stock count）");
    }
    if (facts->has_stock && facts->blanks_left < ALARM_BLANKS_MIN) {
        bool none = facts->blanks_left == 0;
        alarm = add(list, none ? ALARM_STOCK_USED_UP : ALARM_STOCK_LOW, 0);
        if (alarm == NULL)
            return;
        say(alarm->english, "%" PRIu64 " blank cards are left%s", facts->blanks_left,
            none ? "; no card can be made" : "");
        say(alarm->chinese, "空白卡体剩余 %" PRIu64 " 张%s", facts->blanks_left,
            none ? "，无法制证" : "");
    }
    if (facts->refund_long_due_fen > 0 && (alarm = add(list, ALARM_REFUND_LONG_DUE, 0)) != NULL) {
        say(alarm->english, "Fees of %" PRIu64 ".%02u yuan have been due back for over 30 days",
            facts->refund_long_due_fen / 100, (unsigned)(facts->refund_long_due_fen % 100));
        say(alarm->chinese, "应退费用 %" PRIu64 ".%02u 元已超过 30 天未退",
            facts->refund_long_due_fen / 100, (unsigned)(facts->refund_long_due_fen % 100));
    }
}

/* Stable: of the same code, as they were found. */
static void
sort(struct alarm_list *list)
{
    for (size_t i = 1; i < list->count; i++) {
        const struct alarm alarm = list->list[i];
        size_t place = i;
        for (; place > 0 && list->list[place - 1].code > alarm.code; place--)
            list->list[place] = list->list[place - 1];
        list->list[place] = alarm;
    }
}

void
alarm_judge(const struct alarm_facts *facts, struct alarm_list *ret_list)
{
    ret_list->count = 0;
    judge_service(facts, ret_list);
    judge_expiries(facts, ret_list);
    judge_room(facts, ret_list);
    judge_books(facts, ret_list);
    judge_cases(facts, ret_list);
    for (size_t i = 0; i < facts->peer_count; i++)
        if (facts->peers[i].rewritten)
            judge_peer(facts, &facts->peers[i], ret_list);
    for (size_t i = 0; i < facts->peer_count; i++)
        if (!facts->peers[i].rewritten)
            judge_peer(facts, &facts->peers[i], ret_list);
    sort(ret_list);
}
