/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/alarm.h"

#define DAY_MS UINT64_C(86400000)

static const struct trouble no_trouble = { 0 };
static const uint64_t now_ms = UINT64_C(1795392000000); /* 2026-11-23 in Beijing */
static struct alarm_list found;

static struct alarm_facts
all_is_well(void)
{
    return (struct alarm_facts){ .now_ms = now_ms,
                                 .halted = &no_trouble,
                                 .due_soon_state = "",
                                 .certificate_ends_ms = now_ms + 400 * DAY_MS,
                                 .directory_ends_ms = now_ms + 400 * DAY_MS,
                                 .disk_free_bytes = UINT64_C(100) << 30,
                                 .disk_reserve_bytes = UINT64_C(1) << 30 };
}

static void
expect_one(const struct alarm_facts *facts, enum alarm_code code, const char *english,
           const char *chinese)
{
    alarm_judge(facts, &found);
    assert_int_equal(found.count, 1);
    assert_string_equal(alarm_code_name(found.list[0].code), alarm_code_name(code));
    assert_string_equal(found.list[0].english, english);
    assert_string_equal(found.list[0].chinese, chinese);
}

static void
an_office_that_is_well_has_no_alarm(void **unused)
{
    (void)unused;
    const struct alarm_facts facts = all_is_well();
    alarm_judge(&facts, &found);
    assert_int_equal(found.count, 0);
}

static void
overdue_names_the_office_that_cases_wait_for(void **unused)
{
    (void)unused;
    struct alarm_overdue overdue = { .state = "submitted",
                                     .office = "230102000000",
                                     .name = "黑龙江省哈尔滨市公安局",
                                     .count = 3,
                                     .since_ms = now_ms - DAY_MS };
    struct alarm_facts facts = all_is_well();
    facts.overdue = &overdue;
    facts.overdue_count = 1;
    expect_one(&facts, ALARM_OVERDUE,
               "3 applications overdue at 黑龙江省哈尔滨市公安局 (submitted)",
               "黑龙江省哈尔滨市公安局逾期 3 件");
    assert_string_equal(found.list[0].state, "submitted");
    assert_string_equal(found.list[0].office, "230102000000");
    assert_int_equal(found.list[0].since_ms, now_ms - DAY_MS);
    assert_true(alarm_code_severe(found.list[0].code));
    overdue.at_least = true;
    expect_one(&facts, ALARM_OVERDUE,
               "At least 3 applications overdue at 黑龙江省哈尔滨市公安局 (submitted)",
               "黑龙江省哈尔滨市公安局逾期至少 3 件");
    overdue = (struct alarm_overdue){ .state = "received", .office = "", .name = "", .count = 1 };
    expect_one(&facts, ALARM_OVERDUE, "1 application overdue at this office (received)",
               "本机关逾期 1 件");
}

static void
a_link_is_an_alarm_when_it_stays_down_and_messages_wait(void **unused)
{
    (void)unused;
    struct alarm_peer peer = { .office = "110105000000",
                               .name = "朝阳",
                               .waiting = 2,
                               .down_since_ms = now_ms - ALARM_LINK_DOWN_MS,
                               .trouble = &no_trouble };
    struct alarm_facts facts = all_is_well();
    facts.peers = &peer;
    facts.peer_count = 1;
    expect_one(&facts, ALARM_LINK_DOWN, "The link to 朝阳 is down; 2 messages wait",
               "与朝阳的连接中断，2 条消息待发");
    assert_int_equal(found.list[0].since_ms, peer.down_since_ms);
    peer.down_since_ms++;
    alarm_judge(&facts, &found);
    assert_int_equal(found.count, 0);
    peer.down_since_ms = now_ms + DAY_MS; /* the clock was set back */
    alarm_judge(&facts, &found);
    assert_int_equal(found.count, 0);
    peer.down_since_ms = 1;
    peer.waiting = 0;
    alarm_judge(&facts, &found);
    assert_int_equal(found.count, 0);
    peer.trouble = &(struct trouble){ .code = TROUBLE_PEER_REFUSES, .texts = { "ROLE_MISMATCH" } };
    expect_one(
        &facts, ALARM_LINK_TROUBLE,
        "朝阳: refused by the peer: an office of that role may not send this (ROLE_MISMATCH)",
        "朝阳：被该机关拒绝：该类机关不得发送此消息（ROLE_MISMATCH）");
    peer.rewritten = true;
    expect_one(&facts, ALARM_JOURNAL_REWRITTEN,
               "朝阳 has rewritten its journal; nothing is taken from it any more",
               "朝阳 改写了日志，已停止接收其消息");
}

static void
what_ends_is_told_before_and_after(void **unused)
{
    (void)unused;
    struct alarm_facts facts = all_is_well();
    facts.certificate_ends_ms = now_ms + 30 * DAY_MS + 1;
    alarm_judge(&facts, &found);
    assert_int_equal(found.count, 0);
    facts.certificate_ends_ms = now_ms + 30 * DAY_MS;
    expect_one(&facts, ALARM_CERTIFICATE_ENDS,
               "The certificate of this office ends on 2026-12-23, in 30 days",
               "本机关证书将于 2026-12-23 到期，还剩 30 天");
    facts.certificate_ends_ms = now_ms;
    expect_one(&facts, ALARM_CERTIFICATE_ENDED,
               "The certificate of this office ended on 2026-11-23",
               "本机关证书已于 2026-11-23 到期");
    facts = all_is_well();
    facts.directory_ends_ms = now_ms + DAY_MS;
    facts.revocations_end_ms = now_ms - DAY_MS;
    alarm_judge(&facts, &found);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.list[0].code, ALARM_REVOCATIONS_ENDED);
    assert_int_equal(found.list[1].code, ALARM_DIRECTORY_ENDS);
}

static void
the_office_itself(void **unused)
{
    (void)unused;
    struct alarm_facts facts = all_is_well();
    facts.halted = &(struct trouble){ .code = TROUBLE_AMNESIA, .texts = { "110105000000" } };
    expect_one(
        &facts, ALARM_HALTED,
        "The office takes no work: AMNESIA: 110105000000 shows a head of ours that is not in "
        "this journal; recover before any work",
        "本机关已停止办理业务：记录丢失：110105000000 "
        "出示了本机关日志中没有的日志头；须先恢复记录再办理业务");
    facts.recovering = true;
    alarm_judge(&facts, &found);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.list[0].code, ALARM_RECOVERING);
    facts = all_is_well();
    facts.disk_free_bytes = (UINT64_C(2) << 30) - 1;
    expect_one(&facts, ALARM_DISK_LOW, "The disk is filling up: 2.0 GiB are free",
               "磁盘空间不足：剩余 2.0 GiB");
    const struct alarm_door door = { .office = "", .name = "", .english = "full", .chinese = "满" };
    facts.doors = &door;
    facts.door_count = 1;
    expect_one(&facts, ALARM_DOOR_SHUT, "Nothing new is taken on: full", "暂停受理新业务：满");
}

static void
the_books(void **unused)
{
    (void)unused;
    struct alarm_facts facts = all_is_well();
    facts.blanks_left = 0; /* not counted here */
    alarm_judge(&facts, &found);
    assert_int_equal(found.count, 0);
    facts.has_stock = true;
    expect_one(&facts, ALARM_STOCK_USED_UP, "0 blank cards are left; no card can be made",
               "空白卡体剩余 0 张，无法制证");
    facts.blanks_left = ALARM_BLANKS_MIN - 1;
    expect_one(&facts, ALARM_STOCK_LOW, "99 blank cards are left", "空白卡体剩余 99 张");
    facts.blanks_left = ALARM_BLANKS_MIN;
    facts.refund_long_due_fen = 4005;
    expect_one(&facts, ALARM_REFUND_LONG_DUE,
               "Fees of 40.05 yuan have been due back for over 30 days",
               "应退费用 40.05 元已超过 30 天未退");
}

static void
the_severe_come_first_and_the_list_is_bounded(void **unused)
{
    (void)unused;
    const struct trouble late = { .code = TROUBLE_PEER_STALLED };
    struct alarm_peer peers[2 * ALARMS_MAX];
    struct alarm_facts facts = all_is_well();
    for (size_t i = 0; i < 2 * ALARMS_MAX; i++)
        peers[i] = (struct alarm_peer){ .office = "110105000000", .name = "a", .trouble = &late };
    peers[2 * ALARMS_MAX - 1].rewritten = true;
    facts.peers = peers;
    facts.peer_count = 2 * ALARMS_MAX;
    facts.due_soon = 1;
    facts.attention = 2;
    alarm_judge(&facts, &found);
    assert_int_equal(found.count, ALARMS_MAX);
    assert_int_equal(found.list[0].code, ALARM_JOURNAL_REWRITTEN);
    assert_int_equal(found.list[ALARMS_MAX - 1].code, ALARM_DUE_SOON);
    for (size_t i = 1; i < found.count; i++)
        assert_true(alarm_code_severe(found.list[i - 1].code) ||
                    !alarm_code_severe(found.list[i].code));
}

static void
long_words_are_cut_at_a_whole_character(void **unused)
{
    (void)unused;
    char name[400] = "";
    for (size_t i = 0; i < 130; i++)
        memcpy(name + 3 * i, "局", 4);
    const struct alarm_overdue overdue = {
        .state = "submitted", .office = "230102000000", .name = name, .count = 3
    };
    struct alarm_facts facts = all_is_well();
    facts.overdue = &overdue;
    facts.overdue_count = 1;
    alarm_judge(&facts, &found);
    size_t size = strlen(found.list[0].chinese);
    assert_int_equal(size, 318);
    assert_memory_equal(found.list[0].chinese + size - 3, "局", 3);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_office_that_is_well_has_no_alarm),
        cmocka_unit_test(overdue_names_the_office_that_cases_wait_for),
        cmocka_unit_test(a_link_is_an_alarm_when_it_stays_down_and_messages_wait),
        cmocka_unit_test(what_ends_is_told_before_and_after),
        cmocka_unit_test(the_office_itself),
        cmocka_unit_test(the_books),
        cmocka_unit_test(the_severe_come_first_and_the_list_is_bounded),
        cmocka_unit_test(long_words_are_cut_at_a_whole_character),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
