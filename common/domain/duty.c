/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/duty.h"

#include <stdio.h>
#include <string.h>

#include "common/core/require.h"

enum {
    C = DUTY_CLERK,
    E = DUTY_EXAMINER,
    I = DUTY_ISSUER,
    M = DUTY_MAKER,
    K = DUTY_CHECKER,
    S = DUTY_SUPERVISOR,
    U = DUTY_AUDITOR,
    D = DUTY_ADMINISTRATOR,
    WORKERS = C | E | I | M | K | S,
    LOOKERS = WORKERS | U, /* at cases, masked; nobody needs them to administer */
    W = DUTY_WALL,
    ALL = LOOKERS | D | W,
};

static const struct duty {
    const char *act;
    uint32_t acceptance, registry, production; /* roles; 0: not done at that kind of office */
} duties[] = {
    /* the window */
    { "apply", C | S, 0, 0 },
    { "amend", C | S, 0, 0 },
    { "print", C | S, 0, 0 },
    { "receipt_check", C | S, 0, 0 },
    { "compare", C | S, 0, 0 },
    { "issue_temporary", C | S, 0, 0 },
    { "return_temporary", C | S, 0, 0 },
    { "temporary_query", C | S | U, 0, 0 },
    { "quote", C | S, 0, 0 },
    { "ask_eligibility", C | S, 0, 0 },
    { "draft_save", C | S, 0, 0 },
    { "draft_list", C | S, 0, 0 },
    { "draft_take", C | S, 0, 0 },
    { "draft_discard", C | S, 0, 0 },
    { "refund", C | S, 0, 0 },
    { "fees", C | S | U, 0, 0 },
    { "decide.receive", C | S, 0, 0 },
    { "decide.miss", C | S, 0, 0 },
    { "decide.collect", C | S, 0, 0 },
    { "decide.withdraw", C | S, 0, 0 },
    { "decide.destroy", S, 0, 0 },
    { "decide.destroy-old", C | S, 0, 0 },
    /* the registry */
    { "decide.examine", 0, E, 0 },
    { "decide.issue", 0, I, 0 },
    { "decide.refuse", 0, E | I | S, 0 },
    { "decide.return-form", 0, E | I | S, 0 },
    { "decide.redirect", 0, E | I | S, 0 },
    { "population_import", 0, S | D, 0 },
    { "card_query", 0, E | I | S | U, 0 },
    /* the card centre */
    { "decide.make", 0, 0, M },
    { "decide.check-card", 0, 0, K },
    { "decide.dispatch", 0, 0, C | M | K | S },
    { "decide.trace-card", 0, 0, C | K | S },
    { "batch_make", 0, 0, M },
    { "batch_export", 0, 0, M },
    { "batch_import", 0, 0, M },
    { "batch_query", 0, 0, C | M | K | S | U },
    { "stock_change", 0, 0, C | S },
    { "stock_change.spoil", 0, 0, C | M | S },
    { "stock_query", 0, 0, C | M | K | S | U },
    /* wherever a case is stuck */
    { "decide.abandon", S, S, S },
    { "lease", C | S, E | I | S, C | M | K | S },
    { "decide.note", C | S, E | I | S, C | M | K | S },
    /* looking */
    { "list", LOOKERS, LOOKERS, LOOKERS },
    { "search", LOOKERS, LOOKERS, LOOKERS },
    { "show", LOOKERS, LOOKERS, LOOKERS },
    { "show.full", C | S | U, E | I | S | U, M | K | S | U },
    { "export", S | U, S | U, S | U },
    { "package_query", LOOKERS, 0, LOOKERS },
    { "status", ALL, ALL, ALL },
    { "dashboard", ALL, ALL, ALL },
    { "metrics", ALL, ALL, ALL },
    { "peers", ALL, ALL, ALL },
    { "witnesses", S | U | D, S | U | D, S | U | D },
    /* the office itself */
    { "recover", S | U | D, S | U | D, S | U | D },
    { "recover.start", D, D, D },
    { "erase_query", S | U | D, S | U | D, S | U | D },
    { "erase_now", S, S, S },
    { "operator_list", S | U | D, S | U | D, S | U | D },
    { "operator_change", D, D, D },
};

static const char *const inner_acts[] = { "probe", "session_open", "session_refuse",
                                          "session_touch", "session_close" };

static const char *const role_names[DUTY_ROLE_COUNT] = {
    "clerk",      "examiner", "issuer",        "maker", "checker",
    "supervisor", "auditor",  "administrator", "wall",
};

const char *
duty_role_name(size_t place)
{
    REQUIRE(place < DUTY_ROLE_COUNT);
    return role_names[place];
}

uint32_t
duty_role_find(const char *name)
{
    for (uint32_t i = 0; i < DUTY_ROLE_COUNT; i++)
        if (strcmp(role_names[i], name) == 0)
            return UINT32_C(1) << i;
    return 0;
}

const char *
duty_words(uint32_t roles, char ret_words[DUTY_WORDS_BYTES])
{
    size_t used = 0;
    ret_words[0] = '\0';
    for (uint32_t i = 0; i < DUTY_ROLE_COUNT; i++) {
        if ((roles >> i & 1) == 0)
            continue;
        used += (size_t)snprintf(ret_words + used, DUTY_WORDS_BYTES - used, "%s%s",
                                 used > 0 ? ", " : "", role_names[i]);
        REQUIRE(used < DUTY_WORDS_BYTES);
    }
    return ret_words;
}

static const struct duty *
find_duty(const char *act)
{
    for (size_t i = 0; i < sizeof duties / sizeof *duties; i++)
        if (strcmp(duties[i].act, act) == 0)
            return &duties[i];
    return NULL;
}

static uint32_t
roles_for(const struct duty *duty, enum party office)
{
    if (duty == NULL)
        return 0;
    switch (office) {
    case PARTY_ACCEPTANCE:
        return duty->acceptance;
    case PARTY_REGISTRY:
        return duty->registry;
    case PARTY_PRODUCTION:
        return duty->production;
    case PARTY_NONE:
        break;
    }
    return 0;
}

enum result
duty_check(const char *act, enum party office, uint32_t roles, struct refusal *ret_refusal)
{
    char words[DUTY_WORDS_BYTES];
    uint32_t wanted = roles_for(find_duty(act), office);
    if (wanted == 0)
        return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "command",
                      "nobody does that at this kind of office");
    if ((roles & wanted) != 0)
        return OK;
    return refuse(ret_refusal, REFUSAL_NOT_PERMITTED, "operator", "that is done by: %s",
                  duty_words(wanted, words));
}

bool
duty_knows(const char *act)
{
    return find_duty(act) != NULL;
}

const char *
duty_act(size_t place)
{
    return place < sizeof duties / sizeof *duties ? duties[place].act : NULL;
}

uint32_t
duty_roles(const char *act, enum party office)
{
    return roles_for(find_duty(act), office);
}

bool
duty_is_inner(const char *act)
{
    for (size_t i = 0; i < sizeof inner_acts / sizeof *inner_acts; i++)
        if (strcmp(inner_acts[i], act) == 0)
            return true;
    return false;
}
