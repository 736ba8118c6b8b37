/* SPDX-License-Identifier: Apache-2.0
 *
 * acceptance - what an acceptance node does with commands of its clerks and with news of registry
 * and production node.
 */
#ifndef ACCEPTANCE_ACCEPTANCE_H
#define ACCEPTANCE_ACCEPTANCE_H

#include "common/io/role.h"

extern const struct role acceptance_role;

/* The command Apply: check the form and its attachments, give it a number, make it durable, send
 * it. */
enum result acceptance_apply(struct turn *turn, const Yidi__Apply *apply,
                             const struct bytes *frames, size_t frame_count,
                             Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

/* What stands before every new application.
 *
 * ERR_REFUSED  DIRECTORY_EXPIRED; OPEN_APPLICATION */
enum result acceptance_check_directory_date(const struct turn *turn,
                                            struct refusal *ret_refusal) MUST_CHECK;
enum result acceptance_check_no_open_case(const struct turn *turn, const char *citizen_number,
                                          struct refusal *ret_refusal) MUST_CHECK;

/* The command Amend: a returned application, corrected, goes to the registry as its next revision.
 *
 * ERR_REFUSED  what Apply is refused for; CASE_UNKNOWN, AMENDMENT_INVALID, ILLEGAL_IN_STATE */
enum result acceptance_amend(struct turn *turn, const Yidi__Amend *amend,
                             const struct bytes *frames, size_t frame_count,
                             Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

/* ApplicationRedirected: another registry decides. */
enum result acceptance_take_redirection(struct turn *turn, struct case_file *file,
                                        const struct incoming *incoming,
                                        struct refusal *ret_refusal) MUST_CHECK;

/* struct role, fill_message. */
enum result acceptance_fill_message(struct turn *turn, const struct case_file *file,
                                    enum message_kind kind, Yidi__Message *message) MUST_CHECK;

/* The command Print: what a paper of the window is made of, and the photo for the form; journalled.
 */
enum result acceptance_print(struct turn *turn, const Yidi__Print *print, Yidi__Response *response,
                             struct refusal *ret_refusal) MUST_CHECK;

/* struct role, fill_notification. */
enum result acceptance_fill_notification(struct turn *turn, const struct case_file *file,
                                         Yidi__NotificationRow *row) MUST_CHECK;

struct application_event;

/* An operator's act, and the words that go with it. */
enum result acceptance_act(struct turn *turn, struct case_file *file,
                           const struct application_event *event, const char *text,
                           struct refusal *ret_refusal) MUST_CHECK;

/* Abandoning, when an office that the application needs is no more: the verb, its consequence, and
 * the same at the registry's word (CardAbandoned); and when the registry does not take a fault that
 * was found late, which text tells the operators.
 *
 * ERR_REFUSED  FIELD_OUT_OF_BOUNDS, COUNTERPART_LISTED, ILLEGAL_IN_STATE */
enum result acceptance_abandon(struct turn *turn, struct case_file *file,
                               const Yidi__Decide *decide, struct refusal *ret_refusal) MUST_CHECK;
enum result acceptance_abandon_as(struct turn *turn, struct case_file *file, const char *text,
                                  struct refusal *ret_refusal) MUST_CHECK;
enum result acceptance_take_abandoned(struct turn *turn, struct case_file *file,
                                      const struct incoming *incoming,
                                      struct refusal *ret_refusal) MUST_CHECK;
enum result acceptance_end_refused(struct turn *turn, struct case_file *file,
                                   const struct incoming *incoming, const char *text) MUST_CHECK;

/* A card that was not in its package. Of a case that has ended, there may be one on its way, which
 * is destroyed or missed.
 *
 * ERR_REFUSED  ILLEGAL_IN_STATE */
enum result acceptance_miss(struct turn *turn, struct case_file *file, const char *text,
                            struct refusal *ret_refusal) MUST_CHECK;
enum result acceptance_check_card_came(const Yidi__Case *row,
                                       struct refusal *ret_refusal) MUST_CHECK;

/* One step of a case: decide and carry out. incoming is NULL for acts. */
enum result acceptance_advance(struct turn *turn, struct case_file *file,
                               const struct incoming *incoming,
                               const struct application_event *event,
                               struct refusal *ret_refusal) MUST_CHECK;

/* The verb DESTROY_OLD, and its consequence: the lost card was found after it had been replaced.
 *
 * ERR_REFUSED  CARD_NOT_REPLACED, CARD_SERIAL_MISMATCH, FIELD_OUT_OF_BOUNDS; ILLEGAL_IN_STATE */
enum result acceptance_find_old(struct turn *turn, struct case_file *file,
                                const Yidi__Decide *decide, struct refusal *ret_refusal) MUST_CHECK;
enum result acceptance_destroy_old(struct turn *turn, struct case_file *file, const char *serial,
                                   const char *text, struct refusal *ret_refusal) MUST_CHECK;

/* struct role, overdue: the registry is asked again. */
enum result acceptance_overdue(struct turn *turn, struct case_file *file,
                               uint64_t *ret_again_ms) MUST_CHECK;

/* struct role, redo and resume: the acts of a lost past. */
enum result acceptance_redo(struct turn *turn, const struct incoming *own,
                            struct refusal *ret_refusal) MUST_CHECK;
enum result acceptance_resume(struct turn *turn) MUST_CHECK;

#endif
