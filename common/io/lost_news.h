/* SPDX-License-Identifier: Apache-2.0
 *
 * lost_news - a message about a case that its sender had erased before it could be delivered: what
 * comes in its place (erased.h) has no effect but that the case says so.
 *
 * The sender's case had ended long before, and this office may have been out of reach for so long.
 * Whoever waits here for that office's word may wait in vain, so the case may be abandoned as if
 * the office were no more.
 */
#ifndef IO_LOST_NEWS_H
#define IO_LOST_NEWS_H

#include "common/io/turn.h"

/* turn->input is such a message: note it in the trace of its case, and let an open case call for
 * attention.
 *
 * ERR_ABSENT  no such case here, or none of that office's; nothing was written. */
enum result lost_news_take(struct turn *turn) MUST_CHECK;

/* Will that office never tell this case how it ended: is it no more, or had it erased what it was
 * to tell? */
bool lost_news_is_silent(const struct office *office, const Yidi__Case *row, const char *code);

#endif
