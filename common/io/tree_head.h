/* SPDX-License-Identifier: Apache-2.0
 *
 * tree_head - the signed head of an office's journal, in the text form of C2SP tlog-checkpoint and
 * signed-note.
 *
 *     yidi/<office code>/<epoch>
 *     <size>
 *     <base64 root>
 *     time <Unix ms>
 *     suite ecdsa-p256-sha256
 *     <empty line>
 *     — <office code> <base64 of 4-byte key id and DER signature>
 */
#ifndef IO_TREE_HEAD_H
#define IO_TREE_HEAD_H

#include "common/core/bytes.h"
#include "common/core/limits.h"
#include "common/core/result.h"
#include "common/io/signature.h"

struct tree_head {
    char office[OFFICE_CODE_CHARS + 1];
    uint32_t epoch;
    uint64_t size;
    struct digest root;
    uint64_t time_ms;
};

/* Write and sign; ret_text is terminated. */
enum result tree_head_sign(const struct tree_head *head, const struct signing_key *key,
                           const struct certificate *certificate,
                           char ret_text[TREE_HEAD_BYTES_MAX]) MUST_CHECK;

/* Parse strictly, without checking the signature. OK or ERR_DAMAGED. */
enum result tree_head_decode(const char *text, struct tree_head *ret_head) MUST_CHECK;

/* Parse and check the signature by this certificate's key. OK, ERR_DAMAGED or ERR_FORGED. */
enum result tree_head_verify(const char *text, const struct certificate *certificate,
                             struct tree_head *ret_head) MUST_CHECK;

#endif
