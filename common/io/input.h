/* SPDX-License-Identifier: Apache-2.0
 *
 * input - one message or one command takes effect within a turn.
 *
 * A message is checked against its sender's role, then the role's handler decides; what it refuses
 * is answered to the sender, and the stream moves on. A command's outcome goes into its response,
 * which is sent after the commit.
 */
#ifndef IO_INPUT_H
#define IO_INPUT_H

#include "common/io/turn.h"

/* turn->input, a message that was found authentic and is the next one of its stream. Any error but
 * a refusal ends the turn. */
enum result input_message_apply(struct turn *turn) MUST_CHECK;

/* turn->input, a message that was journalled before, is taken again (replay.h).
 *
 * answer       a refusal is told to the sender.
 * ERR_REFUSED  it is refused, and nobody was told. */
enum result input_message_redo(struct turn *turn, bool answer,
                               struct refusal *ret_refusal) MUST_CHECK;

/* Any error but a refusal ends the turn. */
enum result input_command_apply(struct turn *turn, struct input *input) MUST_CHECK;

/* Set the response to a refusal, in the arena. */
enum result input_command_refuse(struct input *input, const struct refusal *refusal,
                                 struct arena *arena) MUST_CHECK;

#endif
