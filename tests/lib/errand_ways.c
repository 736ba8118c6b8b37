/* SPDX-License-Identifier: Apache-2.0
 *
 * The ways that errands take, each step a line, and who takes them.
 */
#include "tests/lib/errand.h"

/* clang-format off */

#define W ERRAND_WINDOW
#define R ERRAND_REGISTRY
#define O ERRAND_OTHER_REGISTRY
#define C ERRAND_CENTRE

const struct errand_person errand_people[ERRAND_PEOPLE] = {
    { W, "zhao",   "clerk" },
    { W, "wang",   "clerk" },
    { W, "boss",   "supervisor" },
    { W, "clerk1", "auditor" },
    { R, "zhang",  "examiner" },
    { R, "wu",     "examiner" },
    { R, "li",     "issuer" },
    { R, "boss",   "supervisor" },
    { R, "clerk1", "auditor" },
    { O, "li",     "examiner" },
    { O, "clerk1", "auditor" },
    { C, "ma",     "maker" },
    { C, "chen",   "checker" },
    { C, "keeper", "clerk" },
    { C, "boss",   "supervisor" },
    { C, "clerk1", "auditor" },
};

/* ---- steps ---- */

#define STEP(where, state, who, what, json, ...)                                                   \
    { .desk = where, .from = state, .operator = who, .command = what, .body = json, __VA_ARGS__ }
#define DECIDE(where, state, who, verb, json, ...)                                                 \
    STEP(where, state, who, "decide", "'verb':'" verb "','case_numbers':['%']" json, __VA_ARGS__)
#define LEAVES(step) .hop = YIDI__STEP__##step
#define END { .command = NULL }

#define ASK            STEP(W, NULL, "zhao", "ask_eligibility", "", LEAVES(STEP_UNSPECIFIED))
#define SAVE_DRAFT     STEP(W, NULL, "zhao", "draft_save", "'form':{'kind':'RENEWAL'}", LEAVES(STEP_UNSPECIFIED))
#define APPLY          STEP(W, NULL, "zhao", "apply", "", LEAVES(ACCEPTED))
#define AMEND          STEP(W, "returned", "zhao", "amend", "", LEAVES(AMENDED))
#define WITHDRAW(from) DECIDE(W, from, "zhao", "WITHDRAW", ",'text':'moves home'", LEAVES(WITHDRAWAL_ASKED))
#define REFUND         STEP(W, NULL, "wang", "refund", "'case_number':'%'", .again = "REFUND_PAID", .later = "REFUND_NOT_DUE")
#define TEMPORARY      STEP(W, "in-production", "zhao", "issue_temporary", "'case_number':'%','card_serial':'T$'", .again = "TEMPORARY_CARD_GIVEN")
#define TEMPORARY_BACK STEP(W, NULL, "zhao", "return_temporary", "'case_number':'%','text':'brought'", .again = "TEMPORARY_CARD_NOT_OUT")
#define RECEIVE        DECIDE(W, "in-transit", "wang", "RECEIVE", "", LEAVES(ARRIVED))
#define BROKEN         DECIDE(W, "in-transit", "wang", "RECEIVE", ",'defective':true,'text':'in two'", LEAVES(SPOILED))
#define MISS           DECIDE(W, "in-transit", "wang", "MISS", ",'text':'not in the package'", LEAVES(MISSING))
#define COLLECT        DECIDE(W, "ready", "wang", "COLLECT", ",'identified_by':'FACE','old_card_surrendered':true", LEAVES(COLLECTED))
#define COLLECT_FOR_IT DECIDE(W, "ready", "wang", "COLLECT", ",'identified_by':'FACE','old_card_surrendered':true,'temporary_card_surrendered':true", LEAVES(COLLECTED))
#define FAULT          DECIDE(W, "collected", "wang", "RECEIVE", ",'defective':true,'text':'the chip is mute'", LEAVES(SPOILED))
#define DESTROY        DECIDE(W, "ready", "boss", "DESTROY", ",'text':'nobody came; cut in two'", LEAVES(DESTROYED), .later = "COLLECTION_OPEN")
#define DESTROY_OLD    DECIDE(W, "collected", "wang", "DESTROY_OLD", ",'card_serial':'@','text':'found, cut up'", LEAVES(OLD_CARD_DESTROYED))
#define ABANDON        DECIDE(W, "submitted", "boss", "ABANDON", ",'text':'the registry is closed'", LEAVES(ABANDONED), .later = "COUNTERPART_LISTED")

#define EXAMINE              DECIDE(R, "received", "zhang", "EXAMINE", "", LEAVES(EXAMINED))
#define ISSUE                DECIDE(R, "examined", "li", "ISSUE", "", LEAVES(ISSUED))
#define RETURN               DECIDE(R, "received", "zhang", "RETURN_FORM", ",'fields':['form.residence_address'],'text':'which street','answer_by':20310131", LEAVES(RETURNED))
#define REDIRECT             DECIDE(R, "received", "zhang", "REDIRECT", ",'registration_division':'440105','text':'moved in spring'", LEAVES(REDIRECTED))
#define REFUSE(where, from)  DECIDE(where, from, "li", "REFUSE", ",'reasons':['DOCUMENTS_NOT_GENUINE'],'text':'the register is forged'", LEAVES(REFUSED))
#define LEASE(who, json)     STEP(R, "received", who, "lease", "'case_number':'%'" json, LEAVES(STEP_UNSPECIFIED))
#define LEASED(who)          DECIDE(R, "received", who, "EXAMINE", "", .refused = "CASE_LEASED")

#define MAKE            DECIDE(C, "ordered", "ma", "MAKE", ",'card_serial':'$'", LEAVES(MADE))
#define BATCH           STEP(C, "ordered", "ma", ERRAND_BATCH, "", LEAVES(MADE))
#define CHECK           DECIDE(C, "made", "chen", "CHECK_CARD", "", LEAVES(VERIFIED))
#define CHECK_BAD       DECIDE(C, "made", "chen", "CHECK_CARD", ",'defective':true,'text':'smeared'", LEAVES(SPOILED))
#define BY_EYE          DECIDE(C, "made", "chen", "CHECK_CARD", ",'by':'BY_EYE'", .hop = 0) /* it may be looked at once more */
#define BY_READER       DECIDE(C, "made", "chen", "CHECK_CARD", ",'by':'BY_READER'", LEAVES(VERIFIED))
#define DISPATCH(batch) DECIDE(C, "verified", "keeper", "DISPATCH", ",'package':'" batch "-%'", LEAVES(DISPATCHED))
#define LOST            DECIDE(C, "missing", "keeper", "TRACE_CARD", ",'text':'nowhere'", LEAVES(SPOILED))
#define FOUND_IT        DECIDE(C, "missing", "keeper", "TRACE_CARD", ",'found':true,'text':'in the bag'", LEAVES(FOUND))

#define ERASE(where, from) STEP(where, from, "boss", "erase_now", "'case_number':'%','reason':'a court','text':true", .again = "DATA_ERASED", .later = "ERASURE_HELD")

#define TO_ORDERED ASK, APPLY, EXAMINE, ISSUE
#define TO_READY   CHECK, DISPATCH("P"), RECEIVE
#define ONCE_MORE  CHECK, DISPATCH("Q"), RECEIVE

/* ---- ways ---- */

typedef const struct errand_step way[];

static way corrected = { ASK, APPLY, RETURN, AMEND, EXAMINE, ISSUE, BATCH, BY_EYE, BY_READER, DISPATCH("P"), RECEIVE, COLLECT, END };
static way drafted = { SAVE_DRAFT, APPLY, EXAMINE, REFUSE(R, "examined"), REFUND, END };
static way withdrawn_early = { APPLY, WITHDRAW("submitted"), REFUND, END };
static way withdrawn_late = { TO_ORDERED, TEMPORARY, WITHDRAW("in-production"), REFUND, TEMPORARY_BACK, END };
static way redirected = { ASK, APPLY, REDIRECT, REFUSE(O, "received"), REFUND, END };
static way lost_and_found = { TO_ORDERED, BATCH, TO_READY, COLLECT, DESTROY_OLD, END };
static way spoiled = { TO_ORDERED, MAKE, CHECK_BAD, MAKE, CHECK, DISPATCH("P"), MISS, LOST, BATCH, ONCE_MORE, COLLECT, END };
static way found_again = { TO_ORDERED, TEMPORARY, BATCH, CHECK, DISPATCH("P"), MISS, FOUND_IT, DISPATCH("Q"), RECEIVE, COLLECT_FOR_IT, END };
static way unclaimed = { TO_ORDERED, MAKE, TO_READY, DESTROY, END };
static way faulty = { TO_ORDERED, MAKE, TO_READY, COLLECT, FAULT, BATCH, ONCE_MORE, COLLECT, END };
static way arrived_broken = { TO_ORDERED, BATCH, CHECK, DISPATCH("P"), BROKEN, MAKE, ONCE_MORE, COLLECT, END };
static way abandoned = { APPLY, ABANDON, REFUND, END };
static way in_hand = { APPLY, LEASE("zhang", ""), LEASED("wu"), LEASE("wu", ",'take_over':true,'reason':'zhang is ill'"), LEASED("zhang"),
    DECIDE(R, "received", "wu", "EXAMINE", "", LEAVES(EXAMINED)), REFUSE(R, "examined"), REFUND, END };
static way erased = { TO_ORDERED, MAKE, TO_READY, COLLECT, ERASE(W, "collected"), ERASE(R, "closed"), ERASE(C, "closed"), END };

/* clang-format on */

#define RENEWAL     YIDI__APPLICATION_KIND__RENEWAL
#define REPLACEMENT YIDI__APPLICATION_KIND__REPLACEMENT
#define COLLECTED                                                                                  \
    {                                                                                              \
        "collected", "closed", NULL, "closed"                                                      \
    }
#define REFUSED                                                                                    \
    {                                                                                              \
        "refused", "refused", NULL, NULL                                                           \
    }

const struct errand_way errand_ways[ERRAND_WAYS] = {
    { .name = "corrected", .steps = corrected, .kind = RENEWAL, .ends = COLLECTED, .spoils = true },
    { .name = "drafted", .steps = drafted, .kind = RENEWAL, .ends = REFUSED, .once = true },
    { .name = "withdrawn early",
      .steps = withdrawn_early,
      .kind = RENEWAL,
      .ends = { "withdrawn", "withdrawn", NULL, NULL } },
    { .name = "withdrawn late",
      .steps = withdrawn_late,
      .kind = REPLACEMENT,
      .ends = { "withdrawn", "withdrawn", NULL, "withdrawn" } },
    { .name = "redirected",
      .steps = redirected,
      .kind = RENEWAL,
      .ends = { "refused", "redirected", "refused", NULL } },
    { .name = "lost and found",
      .steps = lost_and_found,
      .kind = REPLACEMENT,
      .ends = COLLECTED,
      .spoils = true },
    { .name = "spoiled", .steps = spoiled, .kind = RENEWAL, .ends = COLLECTED },
    { .name = "found again", .steps = found_again, .kind = RENEWAL, .ends = COLLECTED },
    { .name = "unclaimed",
      .steps = unclaimed,
      .kind = RENEWAL,
      .ends = { "destroyed", "unclaimed", NULL, "closed" },
      .day = ERRAND_WAITS_FOR_IT },
    { .name = "faulty", .steps = faulty, .kind = REPLACEMENT, .ends = COLLECTED },
    { .name = "arrived broken", .steps = arrived_broken, .kind = RENEWAL, .ends = COLLECTED },
    { .name = "abandoned",
      .steps = abandoned,
      .kind = RENEWAL,
      .registry_area = "440106",
      .ends = { "abandoned", NULL, NULL, NULL },
      .day = ERRAND_WAITS_FOR_IT },
    { .name = "in hand",
      .steps = in_hand,
      .kind = RENEWAL,
      .ends = REFUSED,
      .day = ERRAND_ENDS_BEFORE },
    { .name = "erased", .steps = erased, .kind = RENEWAL, .ends = COLLECTED },
};
