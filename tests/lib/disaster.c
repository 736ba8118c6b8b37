/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/disaster.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io/file.h"

enum { STORE_BYTES_MAX = 1024 * 1024 * 1024, TRY_MS = 2000, FOLDERS_OPEN = 16 };

/* ---- the disk ---- */

static int
remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

static void
remove_folder(const struct network_office *office, const char *name)
{
    char path[NETWORK_PATH_BYTES];
    network_path(office, name, path);
    if (nftw(path, remove_one, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
        fail_msg("%s cannot be removed: %s", path, strerror(errno));
}

void
disaster_lose_disk(const struct network_office *office)
{
    assert_int_equal(office->pid, 0);
    remove_folder(office, "data");
    remove_folder(office, "spool");
}

static void
copy(const struct network_office *office, const char *from, const char *to)
{
    char from_path[NETWORK_PATH_BYTES], to_path[NETWORK_PATH_BYTES];
    AUTO(heap) uint8_t *data = NULL;
    size_t size;
    assert_int_equal(office->pid, 0);
    assert_int_equal(
        file_read(network_path(office, from, from_path), STORE_BYTES_MAX, &data, &size, NULL), OK);
    assert_int_equal(file_write(network_path(office, to, to_path), bytes_of(data, size), 0600,
                                FILE_REPLACE, NULL),
                     OK);
}

void
disaster_keep_copy(const struct network_office *office)
{
    copy(office, "data/data.mdb", "copy.mdb");
}

void
disaster_set_back(const struct network_office *office)
{
    copy(office, "copy.mdb", "data/data.mdb");
}

/* ---- recovery ---- */

static void
fill(Yidi__Request *request, Yidi__Recover *recover, Yidi__RecoverVerb verb)
{
    yidi__request__init(request);
    yidi__recover__init(recover);
    recover->verb = verb;
    request->command_case = YIDI__REQUEST__COMMAND_RECOVER;
    request->recover = recover;
    request->operator_ = "administrator";
}

const Yidi__RecoveryReport *
disaster_recover(struct network_office *office, Yidi__RecoverVerb verb,
                 struct network_answer *ret_answer)
{
    Yidi__Request request;
    Yidi__Recover recover;
    fill(&request, &recover, verb);
    network_ask(office, &request, NULL, 0, ret_answer);
    if (network_refusal(ret_answer) != NULL)
        fail_msg("%s: %s: %s", office->code, network_refusal(ret_answer)->code,
                 network_refusal(ret_answer)->rule);
    assert_int_equal(ret_answer->response->body_case, YIDI__RESPONSE__BODY_RECOVERY);
    return ret_answer->response->recovery;
}

bool
disaster_try_recover(struct network_office *office, Yidi__RecoverVerb verb)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    Yidi__Request request;
    Yidi__Recover recover;
    fill(&request, &recover, verb);
    return network_try_ask(office, &request, NULL, 0, TRY_MS, &answer) &&
           answer.response->body_case == YIDI__RESPONSE__BODY_RECOVERY;
}

struct awaited {
    struct network_office *office;
    const char *phase;
};

static bool
is_in_phase(void *context)
{
    const struct awaited *awaited = context;
    AUTO(network_answer) struct network_answer answer = { 0 };
    const Yidi__RecoveryReport *report =
        disaster_recover(awaited->office, YIDI__RECOVER_VERB__RECOVER_SHOW, &answer);
    return strcmp(report->phase, awaited->phase) == 0;
}

void
disaster_wait_for_phase(struct network_office *office, const char *phase)
{
    struct awaited awaited = { .office = office, .phase = phase };
    char what[96];
    snprintf(what, sizeof what, "recovery of %s is %s", office->code, phase);
    network_wait_until(office->network, what, is_in_phase, &awaited);
}

static bool
is_complete(void *context)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    return disaster_recover(context, YIDI__RECOVER_VERB__RECOVER_SHOW, &answer)->n_missing == 0;
}

void
disaster_wait_for_everybody(struct network_office *office)
{
    network_wait_until(office->network, "every share is back", is_complete, office);
}

/* A peer that died before it had stored what it saw of the new epoch is asked once more afterwards.
 */
void
disaster_expect_whole(struct network_office *office)
{
    disaster_wait_for_everybody(office);
    AUTO(network_answer) struct network_answer answer = { 0 };
    const Yidi__RecoveryReport *report =
        disaster_recover(office, YIDI__RECOVER_VERB__RECOVER_SHOW, &answer);
    for (size_t i = 0; i < report->n_unplaced; i++)
        print_message("%s: not done again: %s %s/%" PRIu64 " about %s: %s\n", office->code,
                      report->unplaced[i]->mine ? "to" : "from", report->unplaced[i]->office,
                      report->unplaced[i]->sequence, report->unplaced[i]->case_number,
                      report->unplaced[i]->rule);
    for (size_t i = 0; i < report->n_missing; i++)
        print_message("%s: %s is %s: %s\n", office->code, report->missing[i]->office,
                      report->missing[i]->state, report->missing[i]->trouble);
    assert_string_equal(report->phase, "done");
    assert_int_equal(report->unplaced_count, 0);
    assert_int_equal(report->n_missing, 0);
}

void
disaster_recover_fully(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    disaster_recover(office, YIDI__RECOVER_VERB__RECOVER_START, &answer);
    disaster_wait_for_phase(office, "done");
    disaster_expect_whole(office);
}
