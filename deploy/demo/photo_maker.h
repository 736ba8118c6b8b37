/* SPDX-License-Identifier: Apache-2.0
 *
 * photo_maker - synthetic portraits for tests, benches and the demo: nobody's face.
 *
 * The same request makes the same bytes, on any machine with the same libjpeg.
 */
#ifndef DEMO_PHOTO_MAKER_H
#define DEMO_PHOTO_MAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PHOTO_MAKER_ROOM = 64 * 1024, PHOTO_MAKER_TEMPLATE_BYTES = 512 };

struct photo_request {
    uint64_t seed;
    unsigned width, height; /* 0: 358 x 441 */
    unsigned quality;       /* 1..100; 0: whatever gives 14 to 20 KB */
    bool gray;
    bool progressive;
};

/* Draw and compress one portrait on white, 350 dpi.
 *
 * ret_jpeg  out; room for PHOTO_MAKER_ROOM bytes.
 * Answers the size; 0 when it does not fit or memory ran out. */
size_t photo_make(const struct photo_request *request, uint8_t *ret_jpeg);

/* A fingerprint template: 512 bytes that look like one to fingerprint_check. */
void photo_make_template(uint64_t seed, uint8_t ret_template[PHOTO_MAKER_TEMPLATE_BYTES]);

#endif
