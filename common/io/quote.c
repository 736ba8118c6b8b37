/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/quote.h"

#include "common/core/arena.h"
#include "common/domain/civil_date.h"
#include "common/domain/deadline.h"
#include "common/domain/fee.h"
#include "common/domain/form.h"
#include "common/domain/validity.h"

/* The fee of whoever pays what is due: only the waiver can be wrong about it. */
static enum result
quote_fee(const struct policy_case *policy, const Yidi__Quote *quote, uint32_t *ret_fee_fen,
          struct refusal *ret_refusal)
{
    struct fee_claim claim = { .kind = (enum form_kind)quote->kind,
                               .reason = (enum form_reason)quote->reason,
                               .waiver = (enum form_waiver)quote->fee_waiver };
    enum result result = form_check_kind(claim.kind, claim.reason, policy, ret_refusal);
    if (result != OK)
        return result;
    *ret_fee_fen = claim.paid_fen = fee_due_fen(policy, claim.kind, claim.reason, claim.waiver);
    return fee_check(policy, &claim, ret_refusal);
}

static enum result
quote_validity(const struct policy_case *policy, uint32_t birth_date, struct arena *arena,
               Yidi__QuotedValidity **ret_validity, struct refusal *ret_refusal)
{
    static const char field[] = "quote.birth_date";
    Yidi__QuotedValidity *validity = arena_take(arena, sizeof *validity);
    if (validity == NULL)
        return ERR_MEMORY;
    enum result result = civil_date_check(birth_date, field, ret_refusal);
    if (result != OK)
        return result;
    if (birth_date > policy->date)
        return refuse(ret_refusal, REFUSAL_DATE_INVALID, field, "must not be in the future");
    yidi__quoted_validity__init(validity);
    validity->years = validity_years(policy, civil_date_age(birth_date, policy->date));
    validity->until = validity_until(policy, birth_date, policy->date);
    *ret_validity = validity;
    return OK;
}

enum result
quote_answer(const struct query_source *source, const Yidi__Quote *quote, Yidi__Response *response,
             struct refusal *ret_refusal)
{
    /* what the card centre's province decides is not asked for here */
    const struct policy_case policy = { .policy = policies_present(source->policies),
                                        .known = true,
                                        .date = civil_date_of_ms(source->now_ms),
                                        .window = source->office,
                                        .registry = quote->registration_division,
                                        .production = "" };
    Yidi__Quoted *quoted = arena_take(source->arena, sizeof *quoted);
    if (quoted == NULL)
        return ERR_MEMORY;
    if (source->role->party != PARTY_ACCEPTANCE)
        return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "command",
                      "only a window accepts applications");
    yidi__quoted__init(quoted);
    enum result result = quote_fee(&policy, quote, &quoted->fee_fen, ret_refusal);
    if (result == OK && quote->birth_date != 0)
        result = quote_validity(&policy, quote->birth_date, source->arena, &quoted->validity,
                                ret_refusal);
    quoted->statutory_deadline_ms = deadline_ms(DEADLINE_STATUTORY, &policy, source->now_ms);
    quoted->policy_version = policy.policy->version;
    response->body_case = YIDI__RESPONSE__BODY_QUOTED;
    response->quoted = quoted;
    return result;
}
