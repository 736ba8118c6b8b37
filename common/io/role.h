/* SPDX-License-Identifier: Apache-2.0
 *
 * role - what makes an office an acceptance, registry or production node: its machine and its
 * handlers.
 *
 * A handler decides first (it may refuse, and then nothing was written), then carries out through
 * the services of turn.h.
 */
#ifndef IO_ROLE_H
#define IO_ROLE_H

#include "common/core/bytes.h"
#include "common/core/machine.h"
#include "common/core/refusal.h"
#include "common/domain/policy.h"
#include "proto/case.pb-c.h"
#include "proto/control.pb-c.h"
#include "proto/eligibility.pb-c.h"
#include "proto/message.pb-c.h"
#include "proto/public.pb-c.h"

struct arena;
struct store_txn;
struct web_pages;
struct turn;
struct case_file;
struct incoming;
struct store_txn;
struct arena;

struct role_look {
    bool has_fees;
    uint64_t taken_fen, refunded_fen; /* today */
    uint64_t refund_long_due_fen;     /* for more than REFUND_LONG_DAYS */
    bool has_stock;                   /* blank cards are counted */
    bool count_due;                   /* only a count can tell how many are left */
    uint64_t blanks_left;
};

enum { REFUND_LONG_DAYS = 30 };

struct role {
    const char *name; /* of the program */
    const char *unit; /* in certificates: "acceptance" */
    enum party party; /* number of enum Role in the directory */
    const struct machine *machine;
    const struct web_pages *pages; /* of the console; may be NULL */

    /* For figures and alarms: the state in which the applicant has been refused, and the one in
     * which the card is ready for him; 0: there is none here. Whom a case of each state waits for,
     * PARTY_NONE being this office and the applicant; NULL: always. */
    int refused_state;
    int ready_state;
    const enum party *waits_for;

    /* The message that opens a case here, and its handler; MESSAGE_NONE and NULL where commands do.
     * ERR_REFUSED: the sender gets MessageRefused and its stream moves on. */
    enum message_kind opening;
    enum result (*open_case)(struct turn *turn, const struct incoming *incoming,
                             struct refusal *ret_refusal);

    /* A message that this office once sent, handed back by the peer: do the act again that it
     * proves (replay.h). ERR_REFUSED: not in the case's present state; nothing changed. */
    enum result (*redo)(struct turn *turn, const struct incoming *own, struct refusal *ret_refusal);

    /* The lost past is back: leave room for numbers that were given out and that nobody told. May
     * be NULL. */
    enum result (*resume)(struct turn *turn);

    /* A case of the lost past was erased elsewhere, and will not come back: what this role keeps
     * beside cases says that it misses it. May come again for the same case. May be NULL. */
    enum result (*forget)(struct turn *turn, const char *case_number);

    /* Any other message about a case that exists here, from the office that the case names for its
     * sender's part; MessageRefused from any of its offices. */
    enum result (*take_message)(struct turn *turn, struct case_file *file,
                                const struct incoming *incoming, struct refusal *ret_refusal);

    /* Apply, Print, PopulationImport, stock, batches: the handler fills the response in.
     * ERR_REFUSED: nothing changed. */
    enum result (*take_command)(struct turn *turn, const Yidi__Request *request,
                                const struct bytes *frames, size_t frame_count,
                                Yidi__Response *response, struct refusal *ret_refusal);

    /* A question about what only this role keeps (queries.h: StockQuery, BatchQuery, Fees,
     * TemporaryQuery),
     * answered from the last commit; NULL: it keeps nothing of its own. */
    enum result (*answer_query)(struct store_txn *txn, const Yidi__Request *request,
                                struct arena *arena, Yidi__Response *response,
                                struct refusal *ret_refusal);

    /* What the holder of a receipt is told of the case (public_door.h); NULL: nothing.
     *
     * case_number, code  both as they are stored.
     * ret_status         out; in the arena; says nothing of persons.
     * ERR_ABSENT         no such case, or another code; the same work for both. */
    enum result (*tell_applicant)(struct store_txn *txn, const char *case_number, const char *code,
                                  uint64_t now_ms, struct arena *arena,
                                  Yidi__ReceiptStatus **ret_status);

    /* A question of a trusted window about an application that it may send; journalled by the
     * handler when it is answered. NULL: nothing is known here.
     *
     * answer       in, out; its reference stands.
     * ERR_REFUSED  not answered, and nothing changed. */
    enum result (*answer_question)(struct turn *turn, const char *window,
                                   const Yidi__QueryEligibility *query,
                                   Yidi__AnswerEligibility *answer, struct refusal *ret_refusal);

    /* What the role keeps for a bounded time only, and not for a case: delete what is past. May be
     * NULL; then next_tidy_ms is.
     *
     * ret_next_ms  out; Unix time at which there is something to delete; UINT64_MAX never. */
    enum result (*tidy)(struct turn *turn, uint64_t *ret_next_ms);
    enum result (*next_tidy_ms)(struct store_txn *txn, uint64_t *ret_next_ms);

    /* What this role's own books say, for figures and alarms; may be NULL.
     *
     * ret_look  out; all zero on entry. */
    enum result (*look)(struct store_txn *txn, uint64_t now_ms, struct arena *arena,
                        struct role_look *ret_look);

    /* The case is of a store of an earlier format: put it into the indexes of the role's own that
     * are newer. May be NULL. */
    enum result (*upgrade_case)(struct store_txn *txn, const Yidi__Case *row);

    /* One verb on one case that exists here. */
    enum result (*decide)(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
                          struct refusal *ret_refusal);

    /* Fill in the body of an outgoing message from the case, after its row was changed. */
    enum result (*fill_message)(struct turn *turn, const struct case_file *file,
                                enum message_kind kind, Yidi__Message *message);

    /* Deadline of the stage that a case has just entered, by the policy that judges it; 0 when
     * closed. */
    uint64_t (*stage_deadline_ms)(const Yidi__Case *row, const struct policy_case *policy,
                                  uint64_t now_ms);

    /* The deadline of the case's stage has passed, and the operators are told. Called once for each
     * deadline, then whenever the time has come that the last call asked for; may be NULL.
     *
     * ret_again_ms  out; Unix time at which to be called again if the case still stands where it
     *               stands; 0, as on entry: never. */
    enum result (*overdue)(struct turn *turn, struct case_file *file, uint64_t *ret_again_ms);

    /* Text of a notification of this case, and the event's name. NULL: the role notifies nobody. */
    enum result (*fill_notification)(struct turn *turn, const struct case_file *file,
                                     Yidi__NotificationRow *row);
};

#endif
