/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/fill.h"

#include <stdlib.h>
#include <time.h>

#include "acceptance-node/core/application.h"
#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "common/domain/deadline.h"
#include "common/io/case_file.h"
#include "common/io/case_trace.h"
#include "common/io/journal.h"
#include "tests/bench/bench.h"
#include "tests/lib/sample_policy.h"

enum { BATCH_CASES = 5000 };

static const uint64_t map_bytes = UINT64_C(64) << 30;

struct filler {
    struct network *network;
    struct network_office *office;
    struct store *store;
    struct store_txn *txn;
    struct journal journal;
    struct arena arena;
    struct made_application *application;
    uint64_t now_ms;
};

static void
expect_ok(enum result result, const char *what)
{
    if (result != OK)
        bench_fail("%s failed (%d)", what, (int)result);
}

static uint64_t
journal_accepted(struct filler *filler, const char *case_number)
{
    uint64_t leaf;
    Yidi__Act act = YIDI__ACT__INIT;
    act.case_number = (char *)case_number;
    act.verb = "accept";
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    entry.operator_ = "clerk1";
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_ACT;
    entry.act = &act;
    expect_ok(journal_append(&filler->journal, filler->txn, &entry, filler->now_ms, &filler->arena,
                             &leaf),
              "journal_append");
    return leaf;
}

/* One in a hundred was due by yesterday, and one is due by today. */
static uint64_t
stage_deadline_ms(const struct filler *filler, uint32_t serial)
{
    uint32_t today = civil_date_of_ms(filler->now_ms);
    const struct policy_case policy = sample_policy_standard(today);
    if (serial % FILL_ONE_IN == 0)
        return civil_date_end_ms(
            civil_date_add_days(today, -1 - (int32_t)(serial / FILL_ONE_IN % 30)));
    return serial % FILL_ONE_IN == 1 ? civil_date_end_ms(today)
                                     : deadline_ms(DEADLINE_REGISTRY, &policy, filler->now_ms);
}

void
fill_case_number(const struct network *network, uint32_t serial,
                 char ret_number[CASE_NUMBER_CHARS + 1])
{
    uint32_t today = civil_date_of_ms((uint64_t)time(NULL) * 1000);
    expect_ok(case_number_format(network->offices[SHENZHEN].code, civil_date_add_days(today, -1),
                                 serial, ret_number),
              "case_number_format");
}

static void
add_case(struct filler *filler, uint32_t serial)
{
    char case_number[CASE_NUMBER_CHARS + 1];
    struct made_citizen citizen;
    struct case_file file;
    Yidi__CaseAttention attention = YIDI__CASE_ATTENTION__INIT;
    attention.code = "ORDER_LOST";
    citizen_make(serial, filler->network->offices[TIANHE].area, &citizen);
    application_set_citizen(filler->application, &citizen);
    fill_case_number(filler->network, serial, case_number);
    expect_ok(case_file_new(case_number, &filler->arena, &file), "case_file_new");
    file.row->state = APPLICATION_SUBMITTED;
    file.row->form = &filler->application->form;
    file.row->acceptance_office = (char *)filler->office->code;
    file.row->registry_office = (char *)filler->network->offices[TIANHE].code;
    file.row->production_office = (char *)filler->network->offices[YUEXIU].code;
    file.row->accepted_ms = file.row->changed_ms = filler->now_ms;
    const struct policy_case policy = sample_policy_standard(civil_date_of_ms(filler->now_ms));
    file.row->statutory_deadline_ms = deadline_ms(DEADLINE_STATUTORY, &policy, filler->now_ms);
    file.row->stage_deadline_ms = stage_deadline_ms(filler, serial);
    file.row->clerk = "clerk1";
    file.row->attention = serial % FILL_ATTENTION_ONE_IN == 0 ? &attention : NULL;
    Yidi__Hop hop = YIDI__HOP__INIT;
    hop.office = (char *)filler->office->code;
    hop.step = YIDI__STEP__ACCEPTED;
    hop.time_ms = filler->now_ms;
    hop.leaf_index = journal_accepted(filler, case_number);
    hop.operator_ = "clerk1";
    expect_ok(case_trace_add(file.row, hop.office, &hop, &filler->arena), "case_trace_add");
    expect_ok(case_file_save(&file, &application_machine, filler->txn, &filler->arena),
              "case_file_save");
    if (serial % FILL_ONE_IN != 0)
        return;
    file.row->overdue_told_ms = filler->now_ms;
    expect_ok(case_file_save(&file, &application_machine, filler->txn, &filler->arena),
              "case_file_save");
}

static void
add_batch(struct filler *filler, uint32_t first, uint32_t count)
{
    expect_ok(store_begin_write(filler->store, &filler->txn), "store_begin_write");
    for (uint32_t i = 0; i < count; i++) {
        add_case(filler, first + i);
        arena_reset(&filler->arena);
    }
    expect_ok(journal_seal(&filler->journal, filler->txn, filler->now_ms), "journal_seal");
    expect_ok(store_commit(filler->txn), "store_commit");
    journal_committed(&filler->journal);
}

static void
open_journal(struct filler *filler)
{
    const struct network_office *office = filler->office;
    AUTO(store_txn) struct store_txn *txn = NULL;
    expect_ok(store_begin_read(filler->store, &txn), "store_begin_read");
    expect_ok(journal_open(&filler->journal, office->code, office->key, office->certificate, txn),
              "journal_open");
}

void
fill_store(struct network *network, uint32_t case_count)
{
    char path[NETWORK_PATH_BYTES];
    struct made_citizen citizen;
    struct filler filler = { .network = network, .office = &network->offices[SHENZHEN] };
    filler.now_ms = (uint64_t)time(NULL) * 1000;
    filler.application = calloc(1, sizeof *filler.application);
    if (filler.application == NULL)
        bench_fail("out of memory");
    citizen_make(0, network->offices[TIANHE].area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, filler.application);
    arena_init(&filler.arena);
    expect_ok(store_open(network_path(filler.office, "data", path), map_bytes, &filler.store),
              "store_open");
    open_journal(&filler);
    for (uint32_t first = 1; first <= case_count; first += BATCH_CASES) {
        uint32_t left = case_count - first + 1;
        add_batch(&filler, first, left < BATCH_CASES ? left : BATCH_CASES);
    }
    store_close(filler.store);
    arena_fini(&filler.arena);
    free(filler.application);
}
