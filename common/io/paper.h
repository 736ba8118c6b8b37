/* SPDX-License-Identifier: Apache-2.0
 *
 * paper - the printed papers of the window, each an SVG page for any browser or printer.
 *
 *     form      A4              居民身份证异地受理登记表, with photo, to be signed
 *     receipt   A5 on its side  领证回执, with its code, also as a QR code
 *     notice    A4              补正通知书 while the case is returned, else 不予办理告知书
 *
 * Chinese, with small English beside it. Decides how a paper looks and what stands on it, not who
 * may have it: what it is made of, the window's daemon has told (proto/control.proto, Printed).
 */
#ifndef IO_PAPER_H
#define IO_PAPER_H

#include "common/core/arena.h"
#include "common/core/bytes.h"
#include "common/core/result.h"
#include "proto/control.pb-c.h"

/* Draw a paper.
 *
 * printed       in; within the bounds of proto/.
 * photo         in; JPEG, or empty.
 * ret_document  out; in the arena.
 * ERR_DAMAGED   a notice of a case that was neither returned nor refused, or no paper that is
 * known. ERR_MEMORY */
enum result paper_draw(const Yidi__Printed *printed, struct bytes photo, struct arena *arena,
                       struct bytes *ret_document) MUST_CHECK;

#endif
