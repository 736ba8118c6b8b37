/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/fee_audit.h"

#include <stdio.h>
#include <string.h>

#include "acceptance-node/core/application.h"
#include "acceptance-node/fee_rows.h"
#include "common/core/arena.h"
#include "common/core/bytes.h"
#include "common/io/wire.h"
#include "proto/fees.pb-c.h"

/* acceptance-node/fees.h tells the keys: 'D' and 'T', then the day. */
enum { DAY_AT = 1, DAYS_MAX = 400, SUM_KEY_BYTES = 5 };

struct day {
    uint32_t day;
    Yidi__FeeDay sums, recounted;
};

struct recount {
    struct arena arena;
    struct day days[DAYS_MAX];
    size_t day_count;
    uint64_t by_day, by_case; /* rows */
    bool unreadable;
};

static void
recount_auto(struct recount *recount)
{
    arena_fini(&recount->arena);
}

static uint32_t
get_day(struct bytes key)
{
    uint32_t day = 0;
    for (size_t i = DAY_AT; i < SUM_KEY_BYTES; i++)
        day = day << 8 | key.data[i];
    return day;
}

static struct day *
find_day(struct recount *recount, uint32_t day)
{
    for (size_t i = 0; i < recount->day_count; i++)
        if (recount->days[i].day == day)
            return &recount->days[i];
    if (recount->day_count == DAYS_MAX)
        return NULL;
    struct day *found = &recount->days[recount->day_count++];
    found->day = day;
    yidi__fee_day__init(&found->sums);
    yidi__fee_day__init(&found->recounted);
    return found;
}

static void
add_entry(struct recount *recount, const Yidi__FeeEntry *entry)
{
    struct day *day = find_day(recount, entry->day);
    if (day == NULL)
        recount->unreadable = true;
    else if (entry->move == YIDI__FEE_MOVE__FEE_TAKEN)
        day->recounted.taken_fen += entry->amount_fen;
    else if (entry->move == YIDI__FEE_MOVE__FEE_REFUND_DUE)
        day->recounted.refund_due_fen += entry->amount_fen;
    else if (entry->move == YIDI__FEE_MOVE__FEE_REFUNDED)
        day->recounted.refunded_fen += entry->amount_fen;
}

static const ProtobufCMessage *
decode(struct recount *recount, const ProtobufCMessageDescriptor *descriptor, struct bytes value)
{
    ProtobufCMessage *message = NULL;
    if (wire_decode(descriptor, value, &recount->arena, &message, NULL) != OK)
        recount->unreadable = true;
    return message;
}

static void
take_row(struct recount *recount, struct bytes key, struct bytes value)
{
    const ProtobufCMessage *message;
    struct day *day;
    switch (key.data[0]) {
    case 'D':
        recount->by_day++;
        message = decode(recount, &yidi__fee_entry__descriptor, value);
        if (message != NULL)
            add_entry(recount, (const Yidi__FeeEntry *)message);
        break;
    case 'T':
        message = decode(recount, &yidi__fee_day__descriptor, value);
        day = key.size == SUM_KEY_BYTES ? find_day(recount, get_day(key)) : NULL;
        if (message == NULL || day == NULL)
            recount->unreadable = true;
        else
            day->sums = *(const Yidi__FeeDay *)message;
        break;
    default:
        recount->by_case++;
        break;
    }
}

static bool
day_agrees(const struct day *day, char ret_words[FEE_AUDIT_WORDS])
{
    bool agrees = day->sums.taken_fen == day->recounted.taken_fen &&
                  day->sums.refund_due_fen == day->recounted.refund_due_fen &&
                  day->sums.refunded_fen == day->recounted.refunded_fen;
    if (!agrees)
        snprintf(ret_words, FEE_AUDIT_WORDS,
                 "%u: the sums say %llu taken, %llu due, %llu paid back; the entries %llu, %llu, "
                 "%llu",
                 (unsigned)day->day, (unsigned long long)day->sums.taken_fen,
                 (unsigned long long)day->sums.refund_due_fen,
                 (unsigned long long)day->sums.refunded_fen,
                 (unsigned long long)day->recounted.taken_fen,
                 (unsigned long long)day->recounted.refund_due_fen,
                 (unsigned long long)day->recounted.refunded_fen);
    return agrees;
}

bool
fee_audit(struct store_txn *txn, char ret_words[FEE_AUDIT_WORDS])
{
    AUTO(recount) struct recount recount = { .day_count = 0 };
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    arena_init(&recount.arena);
    ret_words[0] = '\0';
    recount.unreadable = store_cursor_open(txn, TABLE_FEES, (struct bytes){ 0 }, &cursor) != OK;
    while (cursor != NULL && store_cursor_next(cursor, &key, &value) == OK)
        take_row(&recount, key, value);
    if (recount.unreadable)
        snprintf(ret_words, FEE_AUDIT_WORDS, "a row cannot be read");
    else if (recount.by_day != recount.by_case)
        snprintf(ret_words, FEE_AUDIT_WORDS, "%llu entries by day, %llu by case",
                 (unsigned long long)recount.by_day, (unsigned long long)recount.by_case);
    for (size_t i = 0; i < recount.day_count && ret_words[0] == '\0'; i++)
        (void)day_agrees(&recount.days[i], ret_words);
    return ret_words[0] == '\0';
}

/* An application that was abandoned stays paid back when a card comes and is destroyed; one whose
 * card was collected once is not paid back. */
static bool
ends_without_card(const Yidi__Case *row)
{
    bool abandoned = row->state == APPLICATION_ABANDONED;
    for (size_t i = 0; i < row->n_trace && row->state == APPLICATION_DESTROYED; i++)
        abandoned |= row->trace[i]->step == YIDI__STEP__ABANDONED &&
                     strcmp(row->trace[i]->office, row->acceptance_office) == 0;
    if (row->collection != NULL && row->collection->collected_ms != 0)
        abandoned = false;
    return abandoned || row->state == APPLICATION_REFUSED || row->state == APPLICATION_WITHDRAWN;
}

bool
fee_audit_case(struct store_txn *txn, const Yidi__Case *row, char ret_words[FEE_AUDIT_WORDS])
{
    AUTO(arena) struct arena arena;
    struct fee_sums card, temporary;
    const Yidi__TemporaryCard *given =
        row->collection == NULL ? NULL : row->collection->temporary_card;
    bool ended = ends_without_card(row);
    arena_init(&arena);
    ret_words[0] = '\0';
    bool read =
        fee_rows_sum(txn, row->case_number, YIDI__FEE_ITEM__CARD_FEE, &arena, &card) == OK &&
        fee_rows_sum(txn, row->case_number, YIDI__FEE_ITEM__TEMPORARY_CARD_FEE, &arena,
                     &temporary) == OK;
    if (!read)
        snprintf(ret_words, FEE_AUDIT_WORDS, "its entries cannot be read");
    else if (card.taken_count != 1 || card.taken_fen != row->form->fee_fen)
        snprintf(ret_words, FEE_AUDIT_WORDS, "%llu fen taken in %u entries, the form says %u",
                 (unsigned long long)card.taken_fen, card.taken_count, row->form->fee_fen);
    else if (card.refund_due_fen != (ended ? card.taken_fen : 0))
        snprintf(ret_words, FEE_AUDIT_WORDS, "%llu fen due back of %llu in state %u",
                 (unsigned long long)card.refund_due_fen, (unsigned long long)card.taken_fen,
                 row->state);
    else if (card.refunded_fen > card.refund_due_fen || card.refunded_count > 1)
        snprintf(ret_words, FEE_AUDIT_WORDS, "%llu fen paid back in %u entries, %llu due",
                 (unsigned long long)card.refunded_fen, card.refunded_count,
                 (unsigned long long)card.refund_due_fen);
    else if (temporary.taken_count > 1 ||
             (row->text_erased_ms == 0 && temporary.taken_count != (given != NULL)) ||
             (given != NULL && temporary.taken_fen != given->fee_fen))
        snprintf(ret_words, FEE_AUDIT_WORDS, "%u fees of temporary cards taken",
                 temporary.taken_count);
    return ret_words[0] == '\0';
}
