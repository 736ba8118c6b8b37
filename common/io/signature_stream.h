/* SPDX-License-Identifier: Apache-2.0
 *
 * signature_stream - the SHA-256 of what comes piece by piece, such as a file too big to be held.
 */
#ifndef IO_SIGNATURE_STREAM_H
#define IO_SIGNATURE_STREAM_H

#include "common/core/auto.h"
#include "common/core/bytes.h"

struct digest_stream;

/* NULL only when out of memory. */
struct digest_stream *digest_stream_new(void);
void digest_stream_destroy(struct digest_stream *stream);

void digest_stream_add(struct digest_stream *stream, struct bytes piece);

/* Of all that was added; nothing may be added any more. */
void digest_stream_end(struct digest_stream *stream, struct digest *ret_digest);

DEFINE_AUTO(digest_stream, struct digest_stream *, digest_stream_destroy)

#endif
