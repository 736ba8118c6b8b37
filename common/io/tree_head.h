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
 *
 * Every line ends in a newline, the last one too. What is signed is the five lines before the empty
 * one, with their newlines (ECDSA P-256 over their SHA-256). The key id is the first 4 bytes of the
 * SHA-256 of the key's DER SubjectPublicKeyInfo: signed-note's rule for ECDSA keys (type 0x02),
 * which unlike its other types hashes neither key name nor type byte.
 *
 * Narrower than the specifications, so that one head has one text: exactly these two extension
 * lines and exactly one signature, by the office itself; numbers without leading zeros; office
 * codes of digits and capital letters; base64 with padding and no spare bits.
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

/* Write and sign; ret_text is terminated. The head is one that tree_head_decode would take; the
 * certificate is the key's. */
enum result tree_head_sign(const struct tree_head *head, const struct signing_key *key,
                           const struct certificate *certificate,
                           char ret_text[TREE_HEAD_BYTES_MAX]) MUST_CHECK;

/* Parse strictly, without checking the signature. OK or ERR_DAMAGED. */
enum result tree_head_decode(const char *text, struct tree_head *ret_head) MUST_CHECK;

/* Parse and check the signature by this certificate's key. OK; ERR_DAMAGED; ERR_FORGED, also when
 * the certificate is another office's. */
enum result tree_head_verify(const char *text, const struct certificate *certificate,
                             struct tree_head *ret_head) MUST_CHECK;

/* Of two heads of one journal, is this one the later? */
static inline bool
tree_head_is_later(const struct tree_head *head, const struct tree_head *than)
{
    return head->epoch != than->epoch ? head->epoch > than->epoch : head->size > than->size;
}

#endif
