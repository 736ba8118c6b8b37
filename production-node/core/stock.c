/* SPDX-License-Identifier: Apache-2.0 */
#include "production-node/core/stock.h"

#include "common/core/require.h"

bool
stock_balances(const struct stock *stock)
{
    return stock->received == stock->used + stock->spoiled + stock->left &&
           stock->written_off <= stock->spoiled && stock->proved <= stock->received;
}

static void
add(struct stock *stock, uint64_t count)
{
    stock->received += count;
    stock->left += count;
}

/* As many as are to go must have come. */
static void
prove(struct stock *stock, uint64_t count)
{
    uint64_t lacking = stock->left < count ? count - stock->left : 0;
    add(stock, lacking);
    stock->proved += lacking;
}

static enum result
check_room(const struct stock *stock, uint64_t count, struct refusal *ret_refusal)
{
    if (count > STOCK_RECEIVED_MAX || stock->received > STOCK_RECEIVED_MAX - count)
        return refuse(ret_refusal, REFUSAL_STOCK_INVALID, "stock_change.count",
                      "more blanks than were ever made");
    return OK;
}

enum result
stock_receive(struct stock *stock, uint64_t count, struct refusal *ret_refusal)
{
    if (count == 0)
        return refuse(ret_refusal, REFUSAL_STOCK_INVALID, "stock_change.count",
                      "at least one blank");
    enum result result = check_room(stock, count, ret_refusal);
    if (result != OK)
        return result;
    stock->controlled = true;
    add(stock, count);
    return OK;
}

enum result
stock_use(struct stock *stock, struct refusal *ret_refusal)
{
    if (!stock->controlled)
        return OK;
    if (stock->left == 0)
        return refuse(ret_refusal, REFUSAL_STOCK_USED_UP, "stock",
                      "all %llu blanks that came are used or spoiled",
                      (unsigned long long)stock->received);
    stock->left--;
    stock->used++;
    return OK;
}

void
stock_use_proved(struct stock *stock)
{
    if (!stock->controlled)
        return;
    prove(stock, 1);
    stock->left--;
    stock->used++;
}

void
stock_spoil(struct stock *stock)
{
    REQUIRE(stock->used > 0);
    stock->used--;
    stock->spoiled++;
}

static void
write_off(struct stock *stock, uint64_t count)
{
    stock->left -= count;
    stock->spoiled += count;
    stock->written_off += count;
}

enum result
stock_write_off(struct stock *stock, uint64_t count, struct refusal *ret_refusal)
{
    if (!stock->controlled || count == 0 || count > stock->left)
        return refuse(ret_refusal, REFUSAL_STOCK_INVALID, "stock_change.count",
                      "%llu blanks are left", (unsigned long long)stock->left);
    write_off(stock, count);
    return OK;
}

void
stock_write_off_proved(struct stock *stock, uint64_t count)
{
    if (!stock->controlled)
        return;
    prove(stock, count);
    write_off(stock, count);
}

enum result
stock_count(struct stock *stock, uint64_t left, int64_t *ret_found, struct refusal *ret_refusal)
{
    uint64_t before = stock->left;
    enum result result = check_room(stock, left, ret_refusal);
    if (result != OK)
        return result;
    stock->controlled = true;
    if (left >= before) {
        add(stock, left - before);
        stock->proved += left - before;
    } else {
        write_off(stock, before - left);
    }
    *ret_found = left >= before ? (int64_t)(left - before) : -(int64_t)(before - left);
    return OK;
}
