/* SPDX-License-Identifier: Apache-2.0
 *
 * load - applications that differ, ready to be sent, so that sending them costs next to nothing.
 *
 * A few hundred portraits are drawn beforehand; each application has one of them with its own
 * number in a comment segment, so that no two digests are the same. Nobody's data.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "common/core/bytes.h"
#include "common/core/limits.h"

struct load;

/* Make so many applications of citizens with seeds first_seed and on, who are registered in that
 * county; operator is their clerk. Fails the bench when memory runs out. */
struct load *load_new(const char *division, const char *operator, uint64_t first_seed,
                      size_t application_count);
void load_destroy(struct load *load);

enum { LOAD_FRAMES = 4 }; /* request, photo, two templates */

/* Frames of the request number index, to be sent before the next call: request, photo, templates.
 * Its id is the index. */
void load_frames(struct load *load, size_t index, struct bytes ret_frames[LOAD_FRAMES]);

/* A photo of the load, for other benches. */
struct bytes load_photo(const struct load *load, size_t index);

/* Bytes of the attachments of one application, on average. */
double load_attachment_bytes(const struct load *load);

#endif
