/* SPDX-License-Identifier: Apache-2.0
 *
 * registry - what a registry node does with applications that arrive, with its examiners and
 * issuers, and with news of the card.
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "common/io/role.h"
#include "proto/population.pb-c.h"

extern const struct role registry_role;

/* ApplicationSubmitted: check that it may come here, judge it against the record, open the review
 * (or refuse a second one). */
enum result registry_open_review(struct turn *turn, const struct incoming *incoming,
                                 struct refusal *ret_refusal) MUST_CHECK;

/* What the record tells against an application, today and by the policy of the case: a set of
 * findings (finding.h).
 *
 * row  in, out; present_division is what the record says. */
enum result registry_judge(struct turn *turn, Yidi__Case *row, uint32_t *ret_findings) MUST_CHECK;

/* The command PopulationImport: all lines or none, unless bad ones are to be skipped. */
enum result registry_import_population(struct turn *turn, const Yidi__PopulationImport *command,
                                       struct bytes csv, Yidi__Response *response,
                                       struct refusal *ret_refusal) MUST_CHECK;

/* The citizen's record. OK or ERR_ABSENT; the row lives in the arena. */
enum result registry_find_citizen(struct turn *turn, const char *citizen_number,
                                  Yidi__Citizen **ret_citizen) MUST_CHECK;

/* The new card was collected: it is the valid one from now on, the former is not. */
enum result registry_replace_card(struct turn *turn, const Yidi__Case *row,
                                  const char *card_serial) MUST_CHECK;

/* Never two cards for a citizen: not beside another open case, nor while an office is away that may
 * know of another card (common/io/share.h).
 *
 * ERR_REFUSED  OPEN_APPLICATION, OFFICE_RECOVERING */
enum result registry_check_only_card(struct turn *turn, const Yidi__Case *row,
                                     struct refusal *ret_refusal) MUST_CHECK;

/* Correction (退回补正): the verb return-form, its consequence (returned in the arena), and the
 * next revision of an application that is here.
 *
 * ERR_REFUSED  RETURN_INCOMPLETE; AMENDMENT_INVALID, CASE_NUMBER_TAKEN (this revision was taken),
 *              WRONG_OFFICE; ILLEGAL_IN_STATE */
enum result registry_return_form(struct turn *turn, struct case_file *file,
                                 const Yidi__Decide *decide,
                                 struct refusal *ret_refusal) MUST_CHECK;
enum result registry_return(struct turn *turn, struct case_file *file, Yidi__CaseReturn *returned,
                            struct refusal *ret_refusal) MUST_CHECK;
enum result registry_take_amendment(struct turn *turn, const struct incoming *incoming,
                                    struct refusal *ret_refusal) MUST_CHECK;

/* The registration has moved: the verb redirect, and its consequence.
 *
 * registry     code of the office that decides.
 * ERR_REFUSED  REGISTRY_UNLISTED, REDIRECTED_TOO_OFTEN, FIELD_OUT_OF_BOUNDS, ILLEGAL_IN_STATE */
enum result registry_redirect(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
                              struct refusal *ret_refusal) MUST_CHECK;
enum result registry_redirect_to(struct turn *turn, struct case_file *file, const char *registry,
                                 const char *division, const char *text,
                                 struct refusal *ret_refusal) MUST_CHECK;

enum result registry_put_citizen(struct turn *turn, Yidi__Citizen *citizen) MUST_CHECK;

/* An application arrived: of a lost or stolen card it is the report. */
bool registry_reports_loss(const Yidi__ApplicationForm *form);
enum result registry_report_lost(struct turn *turn, const Yidi__Case *row) MUST_CHECK;

/* OldCardDestroyed, and the query after a citizen's cards.
 *
 * ERR_REFUSED  ILLEGAL_IN_STATE; CITIZEN_UNKNOWN */
enum result registry_take_old_card(struct turn *turn, struct case_file *file,
                                   const struct incoming *incoming,
                                   struct refusal *ret_refusal) MUST_CHECK;
enum result registry_show_cards(struct turn *turn, const Yidi__CardQuery *query,
                                Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

/* CardMade, CardCollected, CardDestroyed, and CardReceived: faulty after it was collected.
 *
 * ERR_REFUSED  ILLEGAL_IN_STATE, SURRENDER_REQUIRED, CARD_SERIAL_MISMATCH, ROLE_MISMATCH */
enum result registry_take_card_news(struct turn *turn, struct case_file *file,
                                    const struct incoming *incoming,
                                    struct refusal *ret_refusal) MUST_CHECK;
enum result registry_take_faulty(struct turn *turn, struct case_file *file,
                                 const struct incoming *incoming,
                                 struct refusal *ret_refusal) MUST_CHECK;

/* Does this message of ours, of a lost past, say that a fault came too late? NULL: no. */
bool registry_answers_late_fault(const Yidi__Message *own);

/* What did not fit together does, now that more is known. The caller saves the row. */
void registry_settle_attention(Yidi__Case *row);

/* Withdrawal (撤回): the window asks, and the card centre answers. */
enum result registry_take_withdrawal(struct turn *turn, struct case_file *file,
                                     const struct incoming *incoming,
                                     struct refusal *ret_refusal) MUST_CHECK;
enum result registry_take_order_answer(struct turn *turn, struct case_file *file,
                                       const struct incoming *incoming,
                                       struct refusal *ret_refusal) MUST_CHECK;

/* Abandoning, when an office that the case needs is no more: the verb, its consequence as our own
 * message proves it, and what the window (ApplicationAbandoned) and the card centre (its order has
 * ended) say.
 *
 * ERR_REFUSED  FIELD_OUT_OF_BOUNDS, COUNTERPART_LISTED, ILLEGAL_IN_STATE */
enum result registry_abandon(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
                             struct refusal *ret_refusal) MUST_CHECK;
enum result registry_abandon_again(struct turn *turn, struct case_file *file,
                                   const Yidi__CardAbandoned *abandoned,
                                   struct refusal *ret_refusal) MUST_CHECK;
enum result registry_take_abandoned(struct turn *turn, struct case_file *file,
                                    const struct incoming *incoming,
                                    struct refusal *ret_refusal) MUST_CHECK;
enum result registry_take_order_end(struct turn *turn, struct case_file *file,
                                    const struct incoming *incoming,
                                    struct refusal *ret_refusal) MUST_CHECK;

/* struct role, answer_question: may this citizen apply?
 *
 * ERR_REFUSED  NOT_IN_JURISDICTION: answer->belongs_to says where, if anywhere */
enum result registry_answer_eligibility(struct turn *turn, const char *window,
                                        const Yidi__QueryEligibility *query,
                                        Yidi__AnswerEligibility *answer,
                                        struct refusal *ret_refusal) MUST_CHECK;

/* struct role, fill_message. */
enum result registry_fill_message(struct turn *turn, const struct case_file *file,
                                  enum message_kind kind, Yidi__Message *message) MUST_CHECK;

struct review_event;

/* One step of a case: decide and carry out. incoming is NULL for acts. */
enum result registry_advance(struct turn *turn, struct case_file *file,
                             const struct incoming *incoming, const struct review_event *event,
                             struct refusal *ret_refusal) MUST_CHECK;

/* struct role, redo: the acts of a lost past. */
enum result registry_redo(struct turn *turn, const struct incoming *own,
                          struct refusal *ret_refusal) MUST_CHECK;

/* While a lost past is done again: is it this message's turn?
 *
 * ERR_REFUSED  ILLEGAL_IN_STATE: not yet. OFFICE_RECOVERING: not before the window's share is back,
 *              which holds for a new message, too. */
enum result registry_check_order(const struct turn *turn, const Yidi__Case *row,
                                 const struct incoming *incoming,
                                 struct refusal *ret_refusal) MUST_CHECK;

#endif
