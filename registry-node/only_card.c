/* SPDX-License-Identifier: Apache-2.0
 *
 * Never two cards for a citizen, even while some offices have not yet handed back what a registry
 * lost. Each order of the lost past is known when its card centre has handed back; when its window
 * has, its case is known. So only a window and a centre that are both away can hide an order.
 */
#include "common/io/share.h"
#include "registry-node/core/review.h"
#include "registry-node/registry.h"

/* Which may a late window have brought back after this one was opened. */
static enum result
check_other_case(struct turn *turn, const Yidi__Case *row, struct refusal *ret_refusal)
{
    char open_case[CASE_NUMBER_CHARS + 1];
    enum result result =
        case_file_find_open(turn->txn, row->form->person->citizen_number, open_case);
    if (result == OK && strcmp(open_case, row->case_number) != 0)
        return refuse(ret_refusal, REFUSAL_OPEN_APPLICATION, "case_number",
                      "case %s of the same citizen is open", open_case);
    return result == ERR_ABSENT ? OK : result;
}

static enum result
check_awaited_case(struct turn *turn, const Yidi__Case *row, struct refusal *ret_refusal)
{
    char awaited[CASE_NUMBER_CHARS + 1];
    enum result result = share_find_awaited(turn, row->form->person->citizen_number, awaited);
    if (result == OK)
        return refuse(ret_refusal, REFUSAL_OFFICE_RECOVERING, "case_number",
                      "a card was ordered for case %s; wait until its window's share is back",
                      awaited);
    return result == ERR_ABSENT ? OK : result;
}

static bool
serves(const Yidi__Office *centre, const Yidi__Office *window)
{
    return centre->role == YIDI__ROLE__PRODUCTION && window->role == YIDI__ROLE__ACCEPTANCE &&
           directory_office_covers(centre, window->areas[0]);
}

static enum result
check_hidden_order(const struct turn *turn, struct refusal *ret_refusal)
{
    const Yidi__Office *centre, *window;
    for (size_t i = 0; (centre = share_next_missing(turn, &i)) != NULL;)
        for (size_t j = 0; centre->role == YIDI__ROLE__PRODUCTION &&
                           (window = share_next_missing(turn, &j)) != NULL;)
            if (serves(centre, window))
                return refuse(ret_refusal, REFUSAL_OFFICE_RECOVERING, "case_number",
                              "a card may be ordered already; wait until the share of %s or %s is "
                              "back",
                              window->code, centre->code);
    return OK;
}

enum result
registry_check_only_card(struct turn *turn, const Yidi__Case *row, struct refusal *ret_refusal)
{
    enum result result = check_other_case(turn, row, ret_refusal);
    if (result == OK && share_any_is_missing(turn))
        result = check_awaited_case(turn, row, ret_refusal);
    if (result == OK && share_is_missing(turn, row->production_office) &&
        row->state == REVIEW_BLOCKED)
        result = refuse(ret_refusal, REFUSAL_OFFICE_RECOVERING, "case_number",
                        "the card may be ordered again already; wait until the share of %s is back",
                        row->production_office);
    return result == OK ? check_hidden_order(turn, ret_refusal) : result;
}
