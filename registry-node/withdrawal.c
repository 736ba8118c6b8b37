/* SPDX-License-Identifier: Apache-2.0
 *
 * Withdrawal (撤回) as the registry sees it: before it has issued, its own word is enough; after
 * that, the card centre says whether a card is made already.
 */
#include "common/io/incoming.h"
#include "common/io/turn.h"
#include "registry-node/core/review.h"
#include "registry-node/registry.h"

enum result
registry_take_withdrawal(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                         struct refusal *ret_refusal)
{
    const struct review_event event = { .kind = REVIEW_WITHDRAW, .operator= "" };
    enum result result = turn_keep_note(turn, file, incoming->message->application_withdrawn->text);
    return result == OK ? registry_advance(turn, file, incoming, &event, ret_refusal) : result;
}

enum result
registry_take_order_answer(struct turn *turn, struct case_file *file,
                           const struct incoming *incoming, struct refusal *ret_refusal)
{
    const struct review_event event = { .kind = REVIEW_ORDER_KEPT, .operator= "" };
    if (incoming->message->order_withdrawal_answered->withdrawn)
        return registry_take_order_end(turn, file, incoming, ret_refusal);
    return registry_advance(turn, file, incoming, &event, ret_refusal);
}
