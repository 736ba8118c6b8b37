/* SPDX-License-Identifier: Apache-2.0
 *
 * recovery_hostile_test - a registry that is listed, with true keys, hands a window that lost its
 * disk something else than it holds. Its share is rejected and it is named; everybody else's comes
 * back, and the window works. When it answers truly, its share comes back, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/disaster.h"
#include "tests/lib/figures.h"
#include "tests/lib/puppet.h"

enum { MINE = 3, ELSEWHERE = 2, CASES_MAX = 64, OWN_MAX = 2 };

enum lie {
    NO_LIE,
    FORGED,           /* one bit of a message is another one */
    FOREIGN,          /* a message of its own for one of the window's */
    ANOTHER_SEQUENCE, /* the third message for the second one */
    FOR_ANOTHER,      /* what it sent to somebody else */
    OTHER_PHOTO,
    NO_PHOTO,
    CLAIMS_MORE,
    HOLDS_LESS,
    FOREIGN_HEAD,
    ANOTHER_NAME,
    LIE_COUNT
};

static const char *const expected_trouble[LIE_COUNT] = {
    [FORGED] = "message 2 to it: it does not verify",
    [FOREIGN] = "message 2 to it: another office signed it",
    [ANOTHER_SEQUENCE] = "message 2 to it: it is another one of the stream",
    [FOR_ANOTHER] = "message 1 from it: it was for another office",
    [OTHER_PHOTO] = "message 2 to it: an attachment is not what its digest names",
    [NO_PHOTO] = "message 2 to it: attachments are missing",
    [CLAIMS_MORE] = "message 4 to it: it is missing",
    [HOLDS_LESS] = "message 1 from it: it is missing",
    [FOREIGN_HEAD] = "the head that it shows of this journal is not signed by this office",
    [ANOTHER_NAME] = "another office answers",
};

static struct network network;
static struct puppet puppet;
static enum lie lie;
static struct made_application application;
static char cases[CASES_MAX][CASE_NUMBER_CHARS + 1];
static size_t case_count;
static struct bytes own[OWN_MAX]; /* what the puppet sent to the window */
static size_t own_count;
static struct bytes for_another; /* and to another office */
static bool failed = true;

static struct network_office *const window = &network.offices[SHENZHEN];
static struct network_office *const registry = &network.offices[QINGYANG]; /* the puppet */
static struct network_office *const good_registry = &network.offices[TIANHE];

/* ---- what the puppet hands back ---- */

static const struct puppet_message *
find_taken(uint64_t sequence)
{
    for (size_t i = 0; i < puppet.message_count; i++)
        if (puppet.messages[i].sequence == sequence &&
            strcmp(puppet.messages[i].from, window->code) == 0)
            return &puppet.messages[i];
    return NULL;
}

static void
answer_ask(const struct link_route *route)
{
    Yidi__Witnessed witnessed = YIDI__WITNESSED__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    witnessed.office = (char *)(lie == ANOTHER_NAME ? good_registry : registry)->code;
    witnessed.applied = puppet.applied[SHENZHEN] + (lie == CLAIMS_MORE ? 2 : 0);
    witnessed.head = (char *)(uintptr_t)puppet.heads[SHENZHEN];
    if (lie == FOREIGN_HEAD) /* signed, but by somebody else */
        witnessed.head =
            puppet_make_envelope(
                &puppet,
                &(struct puppet_envelope){ .to = window,
                                           .sequence = 99,
                                           .message = puppet_submit(&puppet, &application, cases[0],
                                                                    &network.offices[YUEXIU]) })
                ->head;
    witnessed.assigned = witnessed.acknowledged = own_count;
    frame.body_case = YIDI__LINK_FRAME__BODY_WITNESSED;
    frame.witnessed = &witnessed;
    puppet_reply(&puppet, route, &frame, NULL, 0);
}

/* The frames of the window's message; answers how many. */
static size_t
find_mine(uint64_t sequence, struct bytes ret_frames[LINK_FRAMES_MAX])
{
    static uint8_t changed[65536];
    const struct puppet_message *taken =
        find_taken(lie == ANOTHER_SEQUENCE && sequence == 2 ? 3 : sequence);
    if (taken == NULL)
        return 0;
    ret_frames[0] = taken->packed;
    for (size_t i = 0; i < taken->frame_count; i++)
        ret_frames[1 + i] = taken->frames[i];
    if (sequence == 2 && lie == FORGED) {
        assert_true(taken->packed.size <= sizeof changed);
        memcpy(changed, taken->packed.data, taken->packed.size);
        changed[taken->packed.size - 1] ^= 1;
        ret_frames[0] = bytes_of(changed, taken->packed.size);
    } else if (sequence == 2 && lie == FOREIGN) {
        ret_frames[0] = own[0];
    } else if (sequence == 2 && lie == OTHER_PHOTO) {
        ret_frames[1] = find_taken(1)->frames[1];
    } else if (sequence == 2 && lie == NO_PHOTO) {
        return 1;
    }
    return 1 + taken->frame_count;
}

static size_t
find_own(uint64_t sequence, struct bytes ret_frames[LINK_FRAMES_MAX])
{
    if (sequence > own_count || lie == HOLDS_LESS)
        return 0;
    ret_frames[0] = lie == FOR_ANOTHER ? for_another : own[sequence - 1];
    return 1;
}

static void
answer_history(const struct link_route *route, const Yidi__HistoryAsk *ask)
{
    for (uint64_t sequence = ask->sequence; sequence < ask->sequence + ask->count; sequence++) {
        struct bytes frames[LINK_FRAMES_MAX];
        size_t count = ask->mine ? find_mine(sequence, frames) : find_own(sequence, frames);
        Yidi__HistoryItem item = YIDI__HISTORY_ITEM__INIT;
        Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
        item.mine = ask->mine;
        item.sequence = sequence;
        item.present = count > 0;
        item.attachments = count > 0 ? (uint32_t)count - 1 : 0;
        frame.body_case = YIDI__LINK_FRAME__BODY_HISTORY_ITEM;
        frame.history_item = &item;
        puppet_reply(&puppet, route, &frame, frames, count);
        if (count == 0)
            return;
    }
}

static void
hand_back(struct puppet *self, enum network_place from, const struct link_route *route,
          const Yidi__LinkFrame *frame)
{
    (void)self;
    if (from != SHENZHEN)
        return;
    if (frame->body_case == YIDI__LINK_FRAME__BODY_ASK)
        answer_ask(route);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_HISTORY_ASK)
        answer_history(route, frame->history_ask);
}

/* ---- what was before ---- */

static void
apply(const struct network_office *to)
{
    struct made_citizen citizen;
    assert_true(case_count < CASES_MAX);
    citizen_make(case_count + 1, to->area, &citizen);
    application_set_citizen(&application, &citizen);
    network_apply(window, &application, "", cases[case_count++]);
}

static struct bytes
refuse_application(const struct network_office *to, const char *case_number, uint64_t sequence)
{
    Yidi__Message message = YIDI__MESSAGE__INIT;
    Yidi__ApplicationRefused refused = YIDI__APPLICATION_REFUSED__INIT;
    Yidi__RefusalReason reason = YIDI__REFUSAL_REASON__BAD_CREDIT_RECORD;
    refused.reasons = &reason;
    refused.n_reasons = 1;
    refused.text = refused.contact = "x";
    message.case_number = (char *)(uintptr_t)case_number;
    message.body_case = YIDI__MESSAGE__BODY_APPLICATION_REFUSED;
    message.application_refused = &refused;
    return puppet_seal(
        &puppet, &(struct puppet_envelope){ .to = to, .sequence = sequence, .message = &message });
}

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    const struct network_options options = { .option_lines = "start-hold = 0\n" };
    failed = true;
    case_count = own_count = 0;
    lie = NO_LIE;
    network_open(&network, &options);
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++)
        if (i != QINGYANG)
            network_launch(&network.offices[i]);
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++)
        if (i != QINGYANG)
            network_await(&network.offices[i]);
    network_populate(good_registry, 1, CASES_MAX, NULL);
    puppet_open(&puppet, registry);
    puppet.asked = hand_back;
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    puppet_close(&puppet);
    network_close(&network, failed);
    return 0;
}

static void
work(void)
{
    for (int i = 0; i < MINE; i++)
        apply(registry);
    for (int i = 0; i < ELSEWHERE; i++)
        apply(good_registry);
    for (int i = 0; i < MINE; i++)
        puppet_wait_for_message(&puppet, YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED, cases[i]);
    for (int i = 0; i < ELSEWHERE; i++)
        network_wait_for_state(good_registry, cases[MINE + i], "received");
    puppet_greet(&puppet, window, 1);
    own[own_count++] = refuse_application(window, cases[0], 1);
    for_another = refuse_application(&network.offices[FUTIAN], cases[0], 1);
    puppet_deliver(&puppet, window, 1, own[0], NULL, 0);
    network_wait_for_state(window, cases[0], "refused");
    puppet_disconnect(&puppet, window);
}

/* ---- recovery ---- */

static void
start_recovery(void)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    disaster_recover(window, YIDI__RECOVER_VERB__RECOVER_START, &answer);
}

static bool
is_done(struct puppet *self, const void *unused)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    (void)self;
    (void)unused;
    return strcmp(disaster_recover(window, YIDI__RECOVER_VERB__RECOVER_SHOW, &answer)->phase,
                  "done") == 0;
}

static bool
is_whole(struct puppet *self, const void *unused)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    (void)self;
    (void)unused;
    return disaster_recover(window, YIDI__RECOVER_VERB__RECOVER_SHOW, &answer)->n_missing == 0;
}

static void
lose_disk_and_recover(void)
{
    network_kill(window);
    disaster_lose_disk(window);
    network_start(window);
    start_recovery();
    puppet_pump_until(&puppet, "recovery is done", is_done, NULL);
}

static void
assert_rejected(const char *words)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    const Yidi__RecoveryReport *report =
        disaster_recover(window, YIDI__RECOVER_VERB__RECOVER_SHOW, &answer);
    assert_int_equal(report->n_missing, 1);
    assert_string_equal(report->missing[0]->office, registry->code);
    assert_string_equal(report->missing[0]->state, "rejected");
    if (strstr(report->missing[0]->trouble, words) == NULL)
        fail_msg("not \"%s\", but: %s", words, report->missing[0]->trouble);
}

/* With everybody else. */
static void
assert_works(void)
{
    for (size_t i = MINE; i < case_count; i++)
        network_wait_for_state(window, cases[i], "submitted");
    apply(good_registry);
    network_wait_for_state(good_registry, cases[case_count - 1], "received");
}

static void
assert_all_is_back(void)
{
    disaster_expect_whole(window);
    network_wait_for_state(window, cases[0], "refused");
    for (size_t i = 1; i < case_count; i++)
        network_wait_for_state(window, cases[i], "submitted");
    assert_int_equal(network_count_in_state(window, "submitted"), case_count - 1);
}

static void
expect_rejected(enum lie first, enum lie last)
{
    work();
    lose_disk_and_recover();
    assert_all_is_back(); /* without a lie it goes well */
    for (lie = first; lie <= last; lie++) {
        enum lie told = lie;
        lose_disk_and_recover();
        assert_rejected(expected_trouble[told]);
        assert_works();
        network_kill(window); /* and that does not change by itself */
        network_start(window);
        puppet_pump(&puppet, 20);
        assert_rejected("");
        lie = NO_LIE;
        start_recovery();
        puppet_pump_until(&puppet, "its share is back", is_whole, NULL);
        assert_all_is_back();
        lie = told;
    }
    lie = NO_LIE;
    figures_add("hostile_shares_rejected", last - first + 1);
    failed = false;
}

static void
whoever_hands_back_something_else_is_rejected_by_name(void **unused)
{
    (void)unused;
    expect_rejected(FORGED, NO_PHOTO);
}

static void
whoever_lies_about_what_it_holds_is_rejected_by_name(void **unused)
{
    (void)unused;
    expect_rejected(CLAIMS_MORE, ANOTHER_NAME);
}

/* True, signed by it, for the window; but not its business. */
static void
what_it_never_was_entitled_to_say_has_no_effect(void **unused)
{
    (void)unused;
    AUTO(network_answer) struct network_answer answer = { 0 };
    work();
    own[own_count++] = refuse_application(window, cases[MINE], 2); /* a case of another registry */
    lose_disk_and_recover();
    network_wait_for_state(window, cases[0], "refused");
    network_wait_for_state(window, cases[MINE], "submitted");
    const Yidi__RecoveryReport *report =
        disaster_recover(window, YIDI__RECOVER_VERB__RECOVER_SHOW, &answer);
    assert_int_equal(report->n_missing, 0);
    assert_int_equal(report->unplaced_count, 1);
    assert_string_equal(report->unplaced[0]->office, registry->code);
    assert_string_equal(report->unplaced[0]->case_number, cases[MINE]);
    assert_works();
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(whoever_hands_back_something_else_is_rejected_by_name),
        TEST(whoever_lies_about_what_it_holds_is_rejected_by_name),
        TEST(what_it_never_was_entitled_to_say_has_no_effect),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
