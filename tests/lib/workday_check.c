/* SPDX-License-Identifier: Apache-2.0
 *
 * What is held against offices after a failure, and at the end of a day.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io/file.h"
#include "tests/lib/workday_desk.h"

enum {
    SPOOL_FILE_BYTES_MAX = 1 << 20,
    SPOOL_PATH_BYTES = NETWORK_PATH_BYTES + 256 /* of a name in a folder */
};

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
        if (workday_office(day, (enum workday_desk)desk) != office)
            ret_others[count++] = workday_office(day, (enum workday_desk)desk);
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
    enum workday_desk desk = workday_desk_of(day, office);
    for (size_t i = 0; i < day->applied; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        if (day->ranks[desk][i] == 0)
            continue;
        network_show(office, day->numbers[i], &answer);
        workday_promise_state(day, desk, day->numbers[i], answer.response->shown->state);
    }
    for (size_t i = 0; desk == WORKDAY_WINDOW && i < day->applied; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        while (!workday_ask_apply(day, i, &answer)) {
            assert_true(network_alive(office));
            workday_pause();
        }
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
    workday_promise_tree(day, workday_desk_of(day, office));
    check_cases(day, office);
}

/* ---- the end of the day ---- */

static void
check_card(struct workday *day, const char *number)
{
    char serial[41] = "";
    for (int desk = WORKDAY_CENTRE; desk >= WORKDAY_WINDOW; desk--) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        network_show(workday_office(day, (enum workday_desk)desk), number, &answer);
        const Yidi__Case *row = answer.response->shown->case_row;
        assert_string_equal(answer.response->shown->state, workday_ends[desk]);
        assert_null(row->attention);
        if (desk == WORKDAY_CENTRE) {
            assert_int_equal(row->attempt, 1);
            snprintf(serial, sizeof serial, "%s", row->card_serial);
        }
        assert_string_equal(row->card_serial, serial);
    }
}

/* A line of the file is told to the applicant, or else to the operators, whose deadline passed. */
static void
count_in_line(const struct workday *day, const char *line, size_t size,
              unsigned counts[WORKDAY_CASES_MAX])
{
    static const char audience[] = "\"audience\":\"applicant\"";
    if (memmem(line, size, audience, sizeof audience - 1) == NULL)
        return;
    for (size_t i = 0; i < day->case_count; i++) {
        char field[CASE_NUMBER_CHARS + 20];
        int length = snprintf(field, sizeof field, "\"case_number\":\"%s\"", day->numbers[i]);
        counts[i] += memmem(line, size, field, (size_t)length) != NULL;
    }
}

static void
count_in_file(const struct workday *day, const char *path, unsigned counts[WORKDAY_CASES_MAX])
{
    AUTO(heap) uint8_t *text = NULL;
    size_t size;
    assert_int_equal(file_read(path, SPOOL_FILE_BYTES_MAX, &text, &size, NULL), OK);
    for (const char *line = (const char *)text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        count_in_line(day, line, length, counts);
        line += length + (line[length] == '\n');
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
