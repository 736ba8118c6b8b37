/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/qr.h"

#include <errno.h>
#include <qrencode.h>

DEFINE_AUTO(code, QRcode *, QRcode_free)

enum result
qr_encode(const char *text, struct arena *arena, struct qr *ret_qr)
{
    AUTO(code) QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    if (code == NULL)
        return errno == ERANGE ? ERR_FULL : ERR_MEMORY;
    size_t side = (size_t)code->width;
    uint8_t *modules = arena_take_raw(arena, side * side);
    if (modules == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < side * side; i++)
        modules[i] = code->data[i] & 1;
    *ret_qr = (struct qr){ .side = side, .modules = modules };
    return OK;
}
