/* SPDX-License-Identifier: Apache-2.0
 *
 * qr - a text as a QR code (ISO/IEC 18004), error correction level M. Over libqrencode; nothing
 * else knows that library. Draws nothing.
 */
#ifndef IO_QR_H
#define IO_QR_H

#include "common/core/arena.h"
#include "common/core/result.h"

struct qr {
    size_t side;            /* modules; the quiet zone of four around it is not counted */
    const uint8_t *modules; /* side * side, row by row; 1 is dark; in the arena */
};

/* ERR_FULL     more text than a QR code holds.
 * ERR_MEMORY */
enum result qr_encode(const char *text, struct arena *arena, struct qr *ret_qr) MUST_CHECK;

#endif
