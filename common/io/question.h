/* SPDX-License-Identifier: Apache-2.0
 *
 * question - what a window asks a registry about an application before the fee is taken, on the
 * connection of its stream, beside the messages.
 *
 * The answer is advice: nothing is kept until it came, and nothing waits for it longer than
 * question-timeout. Whoever asked over the control socket is answered when the registry is, or when
 * the time is over, or when it is clear that no answer comes; the loop waits for nobody. A question
 * leaves after the commit of the turn that journalled it, once the stream is welcomed, and again
 * when the connection was lost. What a clerk was told is remembered for the application that
 * follows, in memory and for the latest QUESTIONS_TOLD_MAX of them. What the question means, the
 * roles know.
 */
#ifndef IO_QUESTION_H
#define IO_QUESTION_H

#include "common/io/turn.h"
#include "proto/link.pb-c.h"

enum {
    QUESTION_REFERENCE_BYTES = 16,
    QUESTIONS_WAITING_MAX = 64,
    QUESTIONS_TOLD_MAX = 256,
};

/* In a turn: the running command is answered with what the registry says.
 *
 * query  in the turn's arena, complete but for its reference, which is drawn here. */
void question_prepare(struct turn *turn, const char *registry, Yidi__QueryEligibility *query);

/* The turn was committed: ask. */
void question_ask(struct office *office, const struct input *command,
                  const struct office_time *now);

/* Where the stream to the peer stands, and what came on it. */
void question_welcomed(struct office *office, struct peer *peer);
void question_lost(struct office *office, const struct peer *peer);
void question_refused(struct office *office, const struct peer *peer, const char *code);

/* An answer: to a question that waits for this peer; anything else is dropped and counted. */
void question_take(struct office *office, const struct peer *peer,
                   const Yidi__AnswerEligibility *answer, const struct office_time *now);

/* Is somebody's time over? Lowers office->questions.due_ms to when the next one's is. */
void question_tick(struct office *office, const struct office_time *now);

/* What a clerk was told when this question was asked about this citizen, in the turn's arena; that
 * it was forgotten, when it is not known any more.
 *
 * ERR_REFUSED  FIELD_OUT_OF_BOUNDS: it was about somebody else. ERR_MEMORY */
enum result question_find_told(struct turn *turn, struct bytes reference,
                               const char *citizen_number, Yidi__Eligibility **ret_told,
                               struct refusal *ret_refusal) MUST_CHECK;

/* Forget everything; nobody is answered. */
void questions_close(struct office *office);

#endif
