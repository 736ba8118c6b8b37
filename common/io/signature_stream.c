/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/signature_stream.h"

#include "common/core/require.h"
#include "common/io/signature_openssl.h"

struct digest_stream {
    EVP_MD_CTX *context;
};

struct digest_stream *
digest_stream_new(void)
{
    AUTO(digest_stream) struct digest_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL || (stream->context = EVP_MD_CTX_new()) == NULL)
        return NULL;
    REQUIRE(EVP_DigestInit_ex(stream->context, EVP_sha256(), NULL) == 1);
    return MOVE(stream);
}

void
digest_stream_destroy(struct digest_stream *stream)
{
    EVP_MD_CTX_free(stream->context);
    free(stream);
}

void
digest_stream_add(struct digest_stream *stream, struct bytes piece)
{
    REQUIRE(EVP_DigestUpdate(stream->context, piece.data, piece.size) == 1);
}

void
digest_stream_end(struct digest_stream *stream, struct digest *ret_digest)
{
    REQUIRE(EVP_DigestFinal_ex(stream->context, ret_digest->bytes, NULL) == 1);
}
