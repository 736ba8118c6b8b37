/* SPDX-License-Identifier: Apache-2.0 */
#include "acceptance-node/receipt.h"

#include "common/core/limits.h"

enum result
receipt_check(const char *code, const Yidi__Case *row, struct refusal *ret_refusal)
{
    size_t matched = 0;
    for (; *code != '\0'; code++) {
        if (*code == '-' || *code == ' ')
            continue;
        if (matched == CASE_NUMBER_CHARS || *code != row->case_number[matched])
            break;
        matched++;
    }
    if (*code == '\0' && matched == CASE_NUMBER_CHARS)
        return OK;
    return refuse(ret_refusal, REFUSAL_RECEIPT_MISMATCH, "decide.receipt_code",
                  "the receipt of this application has its case number");
}
