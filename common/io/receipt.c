/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/receipt.h"

#include "common/io/signature.h"

void
receipt_make_code(char ret_code[RECEIPT_CODE_CHARS + 1])
{
    uint8_t random[RECEIPT_CODE_CHARS];
    signature_random(random, sizeof random);
    receipt_code_of_random(random, ret_code);
}

void
receipt_digest(const char *case_number, const char *code, struct digest *ret_digest)
{
    const struct bytes parts[] = { bytes_of_text("yidi receipt v1\n"), bytes_of_text(case_number),
                                   bytes_of_text("\n"), bytes_of_text(code) };
    signature_digest(parts, sizeof parts / sizeof *parts, ret_digest);
}

bool
receipt_matches(struct bytes digest, const char *case_number, const char *code)
{
    struct digest expected;
    receipt_digest(case_number, code, &expected);
    uint8_t difference = digest.size == DIGEST_BYTES ? 0 : 1;
    for (size_t i = 0; i < DIGEST_BYTES && digest.size == DIGEST_BYTES; i++)
        difference |= (uint8_t)(digest.data[i] ^ expected.bytes[i]);
    return difference == 0;
}
