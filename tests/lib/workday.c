/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/workday.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/domain/citizen_csv.h"
#include "common/io/file.h"

enum {
    ANSWER_MS = 300, /* then we look whether the office is still there */
    PAUSE_MS = 2,
    RANKS = 6,
    DUTIES = 7,
    SPOOL_FILE_BYTES_MAX = 1 << 20,
    SPOOL_PATH_BYTES = NETWORK_PATH_BYTES + 256 /* of a name in a folder */
};

enum desk { WINDOW, REGISTRY, CENTRE };

/* In the order in which a case goes through them; the first is rank 1. */
static const char *const states[WORKDAY_DESKS][RANKS] = {
    [WINDOW] = { "submitted", "in-production", "in-transit", "ready", "collected", "" },
    [REGISTRY] = { "received", "examined", "issued", "made", "closed", "" },
    [CENTRE] = { "ordered", "made", "verified", "dispatched", "delivered", "closed" },
};

static const char *const ends[WORKDAY_DESKS] = { "collected", "closed", "closed" };

static const struct duty {
    enum desk desk;
    const char *state;
    Yidi__Verb verb;
    const char *operator;
} duties[DUTIES] = {
    { REGISTRY, "received", YIDI__VERB__EXAMINE, "examiner1" },
    { REGISTRY, "examined", YIDI__VERB__ISSUE, "issuer1" },
    { CENTRE, "ordered", YIDI__VERB__MAKE, "maker1" },
    { CENTRE, "made", YIDI__VERB__CHECK_CARD, "checker1" },
    { CENTRE, "verified", YIDI__VERB__DISPATCH, "packer1" },
    { WINDOW, "in-transit", YIDI__VERB__RECEIVE, "clerk1" },
    { WINDOW, "ready", YIDI__VERB__COLLECT, "clerk1" },
};

static void
pause_a_moment(void)
{
    const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
    nanosleep(&pause, NULL);
}

static struct network_office *
office_at(const struct workday *day, enum desk desk)
{
    struct network_office *const offices[] = { day->journey.window, day->journey.registry,
                                               day->journey.centre };
    return offices[desk];
}

static enum desk
desk_of(const struct workday *day, const struct network_office *office)
{
    return office == day->journey.window ? WINDOW
                                         : (office == day->journey.registry ? REGISTRY : CENTRE);
}

/* ---- asking ---- */

/* False when no answer came: the office is dead, or slow. */
static bool
ask(const struct workday *day, struct network_office *office, Yidi__Request *request,
    const struct bytes *frames, size_t frame_count, struct network_answer *ret_answer)
{
    uint64_t answer_ms = day->answer_ms == 0 ? ANSWER_MS : day->answer_ms;
    *ret_answer = (struct network_answer){ 0 };
    return network_alive(office) &&
           network_try_ask(office, request, frames, frame_count, answer_ms, ret_answer);
}

static void
expect(const struct network_office *office, const struct network_answer *answer,
       Yidi__Response__BodyCase body)
{
    const Yidi__Refusal *refusal = network_refusal(answer);
    if (refusal != NULL)
        fail_msg("%s refuses: %s %s: %s", office->code, refusal->code, refusal->field,
                 refusal->rule);
    assert_int_equal(answer->response->body_case, body);
}

static bool
ask_status(const struct workday *day, struct network_office *office,
           struct network_answer *ret_answer)
{
    Yidi__Status status = YIDI__STATUS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_STATUS;
    request.status = &status;
    return ask(day, office, &request, NULL, 0, ret_answer);
}

bool
workday_start(const struct workday *day, struct network_office *office)
{
    bool answered = false;
    network_launch(office);
    while (!answered && network_alive(office)) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        answered = ask_status(day, office, &answer);
        if (!answered)
            pause_a_moment();
    }
    return answered;
}

/* ---- promises ---- */

static size_t
find_case(const struct workday *day, const char *number)
{
    for (size_t i = 0; i < day->applied; i++)
        if (strcmp(day->numbers[i], number) == 0)
            return i;
    return WORKDAY_CASES_MAX;
}

static unsigned
rank_of(enum desk desk, const char *state)
{
    for (unsigned i = 0; i < RANKS; i++)
        if (strcmp(states[desk][i], state) == 0)
            return i + 1;
    fail_msg("no case should ever be %s here", state);
    return 0;
}

static void
promise_state(struct workday *day, enum desk desk, const char *number, const char *state)
{
    size_t index = find_case(day, number);
    if (index == WORKDAY_CASES_MAX)
        return; /* its receipt is not answered yet */
    unsigned rank = rank_of(desk, state);
    if (rank < day->ranks[desk][index])
        fail_msg("case %s fell back to %s at %s", number, state, office_at(day, desk)->code);
    day->ranks[desk][index] = rank;
}

static void
promise_tree(struct workday *day, enum desk desk)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    struct network_office *office = office_at(day, desk);
    if (!ask_status(day, office, &answer))
        return;
    expect(office, &answer, YIDI__RESPONSE__BODY_STATUS);
    const Yidi__StatusReport *status = answer.response->status;
    assert_string_equal(status->halted, "");
    if (status->tree_size < day->tree_sizes[desk])
        fail_msg("the journal of %s shrank", office->code);
    day->tree_sizes[desk] = status->tree_size;
}

/* ---- work ---- */

void
workday_begin(struct workday *day, size_t case_count)
{
    assert_in_range(case_count, 1, WORKDAY_CASES_MAX);
    day->citizens_made += day->case_count;
    day->case_count = case_count;
    day->imported = false;
    day->applied = 0;
    memset(day->ranks, 0, sizeof day->ranks);
}

static void
make_citizen(const struct workday *day, size_t index, struct made_citizen *ret_citizen)
{
    citizen_make(day->citizens_made + index + 1, day->journey.registry->area, ret_citizen);
}

static void
import_citizens(struct workday *day)
{
    static char text[sizeof CITIZEN_CSV_HEADER + 1 + WORKDAY_CASES_MAX * CITIZEN_MAKER_LINE_BYTES];
    size_t size = (size_t)snprintf(text, sizeof text, "%s\n", CITIZEN_CSV_HEADER);
    for (size_t i = 0; i < day->case_count; i++) {
        struct made_citizen citizen;
        make_citizen(day, i, &citizen);
        size += citizen_make_line(&citizen, text + size);
    }
    Yidi__PopulationImport import = YIDI__POPULATION_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    AUTO(network_answer) struct network_answer answer = { 0 };
    const struct bytes frame = bytes_of(text, size);
    request.command_case = YIDI__REQUEST__COMMAND_POPULATION_IMPORT;
    request.population_import = &import;
    if (!ask(day, day->journey.registry, &request, &frame, 1, &answer))
        return;
    expect(day->journey.registry, &answer, YIDI__RESPONSE__BODY_IMPORTED);
    day->imported = true;
}

static bool
ask_apply(struct workday *day, size_t index, struct network_answer *ret_answer)
{
    char key[32];
    struct made_citizen citizen;
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    make_citizen(day, index, &citizen);
    application_set_citizen(day->application, &citizen);
    snprintf(key, sizeof key, "key-%zu", (size_t)day->citizens_made + index);
    apply.form = &day->application->form;
    apply.request_key = key;
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &apply;
    if (!ask(day, day->journey.window, &request, frames,
             application_frames(day->application, frames), ret_answer))
        return false;
    expect(day->journey.window, ret_answer, YIDI__RESPONSE__BODY_APPLIED);
    return true;
}

static void
apply(struct workday *day)
{
    while (day->applied < day->case_count) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        if (!ask_apply(day, day->applied, &answer))
            return;
        snprintf(day->numbers[day->applied++], CASE_NUMBER_CHARS + 1, "%s",
                 answer.response->applied->case_number);
        promise_state(day, WINDOW, answer.response->applied->case_number, "submitted");
    }
}

static void
decide(struct workday *day, const struct duty *duty, const Yidi__Listed *listed)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    char *numbers[WORKDAY_CASES_MAX];
    size_t count = listed->n_cases < WORKDAY_CASES_MAX ? listed->n_cases : WORKDAY_CASES_MAX;
    Yidi__Decide decision = YIDI__DECIDE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    for (size_t i = 0; i < count; i++)
        numbers[i] = listed->cases[i]->case_number;
    decision.verb = duty->verb;
    decision.case_numbers = numbers;
    decision.n_case_numbers = count;
    decision.old_card_surrendered = true;
    request.operator_ = (char *)duty->operator;
    request.command_case = YIDI__REQUEST__COMMAND_DECIDE;
    request.decide = &decision;
    struct network_office *office = office_at(day, duty->desk);
    if (!ask(day, office, &request, NULL, 0, &answer))
        return;
    expect(office, &answer, YIDI__RESPONSE__BODY_DECIDED);
    for (size_t i = 0; i < count; i++) {
        const Yidi__CaseResult *result = answer.response->decided->results[i];
        /* The one whose answer we did not wait for may have been carried out after the list. */
        if (result->refusal != NULL && strcmp(result->refusal->code, "ILLEGAL_IN_STATE") != 0)
            fail_msg("%s refuses what is %s: %s", office->code, duty->state, result->refusal->code);
        if (result->refusal == NULL)
            promise_state(day, duty->desk, result->case_number, result->state);
    }
}

static void
do_duty(struct workday *day, const struct duty *duty)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    struct network_office *office = office_at(day, duty->desk);
    list.state = (char *)duty->state;
    list.limit = WORKDAY_CASES_MAX;
    request.command_case = YIDI__REQUEST__COMMAND_LIST;
    request.list = &list;
    if (!ask(day, office, &request, NULL, 0, &answer))
        return;
    expect(office, &answer, YIDI__RESPONSE__BODY_LISTED);
    const Yidi__Listed *listed = answer.response->listed;
    for (size_t i = 0; i < listed->n_cases; i++)
        promise_state(day, duty->desk, listed->cases[i]->case_number, duty->state);
    if (listed->n_cases > 0)
        decide(day, duty, listed);
}

void
workday_work(struct workday *day)
{
    if (!day->imported)
        import_citizens(day);
    else
        apply(day);
    for (int i = 0; i < DUTIES; i++)
        do_duty(day, &duties[i]);
    for (int desk = 0; desk < WORKDAY_DESKS; desk++)
        promise_tree(day, (enum desk)desk);
    pause_a_moment();
}

/* ---- done ---- */

static bool
desk_is_done(struct workday *day, enum desk desk)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    uint64_t due = day->cases_closed + day->case_count;
    if (!ask_status(day, office_at(day, desk), &answer))
        return false;
    for (size_t i = 0; i < answer.response->status->n_states; i++) {
        const Yidi__StateCount *count = answer.response->status->states[i];
        if (strcmp(count->state, ends[desk]) == 0 && count->count > due)
            fail_msg("%s has a case too many", office_at(day, desk)->code);
        if (strcmp(count->state, ends[desk]) == 0 && count->count == due)
            return true;
    }
    return false;
}

static bool
ask_for_peers(const struct workday *day, struct network_office *office,
              struct network_answer *ret_answer)
{
    Yidi__Peers peers = YIDI__PEERS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_PEERS;
    request.peers = &peers;
    return ask(day, office, &request, NULL, 0, ret_answer);
}

static bool
nothing_waits(const struct workday *day, struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    if (!ask_for_peers(day, office, &answer))
        return false;
    for (size_t i = 0; i < answer.response->peers->n_peers; i++) {
        const Yidi__PeerStatus *peer = answer.response->peers->peers[i];
        if (peer->trouble[0] != '\0')
            fail_msg("%s has trouble with %s: %s", office->code, peer->office, peer->trouble);
        if (peer->waiting > 0)
            return false;
    }
    return true;
}

bool
workday_is_done(struct workday *day)
{
    if (day->applied < day->case_count)
        return false;
    for (int desk = 0; desk < WORKDAY_DESKS; desk++)
        if (!desk_is_done(day, (enum desk)desk) ||
            !nothing_waits(day, office_at(day, (enum desk)desk)))
            return false;
    return true;
}

/* ---- after a failure ---- */

static const Yidi__PeerStatus *
find_peer(const struct network_answer *answer, const char *code)
{
    static const Yidi__PeerStatus none = YIDI__PEER_STATUS__INIT;
    for (size_t i = 0; i < answer->response->peers->n_peers; i++)
        if (strcmp(answer->response->peers->peers[i]->office, code) == 0)
            return answer->response->peers->peers[i];
    return &none;
}

static void
find_others(const struct workday *day, const struct network_office *office,
            struct network_office *ret_others[WORKDAY_PEERS])
{
    size_t count = 0;
    for (int desk = 0; desk < WORKDAY_DESKS; desk++)
        if (office_at(day, (enum desk)desk) != office)
            ret_others[count++] = office_at(day, (enum desk)desk);
}

void
workday_ask_peers(struct workday *day, const struct network_office *office,
                  struct workday_stream ret_streams[WORKDAY_PEERS])
{
    struct network_office *others[WORKDAY_PEERS];
    find_others(day, office, others);
    for (int i = 0; i < WORKDAY_PEERS; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        network_peers(others[i], "", &answer);
        const Yidi__PeerStatus *peer = find_peer(&answer, office->code);
        ret_streams[i] =
            (struct workday_stream){ .delivered = peer->acknowledged, .taken = peer->applied };
    }
}

/* The receipt is given again for the same key, and no desk forgot what it said. */
static void
check_cases(struct workday *day, struct network_office *office)
{
    enum desk desk = desk_of(day, office);
    for (size_t i = 0; i < day->applied; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        if (day->ranks[desk][i] == 0)
            continue;
        network_show(office, day->numbers[i], &answer);
        promise_state(day, desk, day->numbers[i], answer.response->shown->state);
    }
    for (size_t i = 0; desk == WINDOW && i < day->applied; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        if (!ask_apply(day, i, &answer))
            return;
        assert_true(answer.response->applied->repeated_request);
        assert_string_equal(answer.response->applied->case_number, day->numbers[i]);
    }
}

void
workday_check_promises(struct workday *day, struct network_office *office,
                       const struct workday_stream streams[WORKDAY_PEERS])
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    struct network_office *others[WORKDAY_PEERS];
    find_others(day, office, others);
    network_peers(office, "", &answer);
    for (int i = 0; i < WORKDAY_PEERS; i++) {
        const Yidi__PeerStatus *peer = find_peer(&answer, others[i]->code);
        if (peer->applied < streams[i].delivered)
            fail_msg("%s forgot a message of %s that it had acknowledged", office->code,
                     others[i]->code);
        if (peer->assigned < streams[i].taken)
            fail_msg("%s forgot a message that %s has", office->code, others[i]->code);
    }
    promise_tree(day, desk_of(day, office));
    check_cases(day, office);
}

/* ---- the end of the day ---- */

static void
check_card(struct workday *day, const char *number)
{
    char serial[41] = "";
    for (int desk = CENTRE; desk >= WINDOW; desk--) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        network_show(office_at(day, (enum desk)desk), number, &answer);
        const Yidi__Case *row = answer.response->shown->case_row;
        assert_string_equal(answer.response->shown->state, ends[desk]);
        assert_null(row->attention);
        if (desk == CENTRE) {
            assert_int_equal(row->attempt, 1);
            snprintf(serial, sizeof serial, "%s", row->card_serial);
        }
        assert_string_equal(row->card_serial, serial);
    }
}

static void
count_in_file(const struct workday *day, const char *path, unsigned counts[WORKDAY_CASES_MAX])
{
    AUTO(heap) uint8_t *text = NULL;
    size_t size;
    assert_int_equal(file_read(path, SPOOL_FILE_BYTES_MAX, &text, &size, NULL), OK);
    for (size_t i = 0; i < day->case_count; i++) {
        char field[CASE_NUMBER_CHARS + 20];
        snprintf(field, sizeof field, "\"case_number\":\"%s\"", day->numbers[i]);
        for (const char *at = (const char *)text; (at = strstr(at, field)) != NULL; at++)
            counts[i]++;
    }
}

/* Hidden files are half ones that a dead daemon left. */
static void
look_through_spool(const struct workday *day, bool take, unsigned ret_counts[WORKDAY_CASES_MAX])
{
    char folder[NETWORK_PATH_BYTES], path[SPOOL_PATH_BYTES + 1];
    const struct dirent *entry;
    memset(ret_counts, 0, WORKDAY_CASES_MAX * sizeof *ret_counts);
    DIR *spool = opendir(network_path(day->journey.window, "spool", folder));
    assert_non_null(spool);
    while ((entry = readdir(spool)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.') {
            count_in_file(day, path, ret_counts);
            assert_int_equal(take ? unlink(path) : 0, 0);
        }
    }
    closedir(spool);
}

void
workday_check(struct workday *day, bool take)
{
    unsigned notified[WORKDAY_CASES_MAX];
    for (size_t i = 0; i < day->case_count; i++)
        check_card(day, day->numbers[i]);
    look_through_spool(day, take, notified);
    for (size_t i = 0; i < day->case_count; i++)
        if (notified[i] != 1)
            fail_msg("the applicant of %s was told %u times", day->numbers[i], notified[i]);
}

void
workday_end(struct workday *day)
{
    day->cases_closed += day->case_count;
}
