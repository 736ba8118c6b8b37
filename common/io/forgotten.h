/* SPDX-License-Identifier: Apache-2.0
 *
 * forgotten - a case of a lost past of which a peer hands back no more than that there was one.
 *
 * Did it close so long ago that every office erases it, so that it is to be forgotten here, too?
 * One peer may err or lie, so its word is believed only when the time for keeping the case has
 * passed since the latest message about it that anybody holds: by this office's clock, and by the
 * latest head that any other office has shown. Otherwise the case is done again from what others
 * still hold, and what is missing is told of.
 */
#ifndef IO_FORGOTTEN_H
#define IO_FORGOTTEN_H

#include "common/io/turn.h"

/* turn->input came back erased.
 *
 * time_ms  of it; not before that of the message before it in its stream. */
enum result forgotten_note(struct turn *turn, uint64_t time_ms) MUST_CHECK;

/* Is a case that is not here to be forgotten? */
enum result forgotten_judge(struct turn *turn, const char *case_number,
                            bool *ret_forgotten) MUST_CHECK;

/* Nothing will bring it back; whatever the role keeps beside cases says so. Again, it changes
 * nothing. */
enum result forgotten_tell(struct turn *turn, const char *case_number) MUST_CHECK;

#endif
