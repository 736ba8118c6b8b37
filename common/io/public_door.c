/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/public_door.h"

#include "common/domain/case_number.h"
#include "common/domain/receipt_code.h"
#include "common/io/json.h"
#include "common/io/log.h"

void
public_door_init(struct public_door *public_door, struct door *door,
                 const struct public_door_options *options)
{
    memset(public_door, 0, sizeof *public_door);
    public_door->door = door;
    public_door->open = options->open && door->options.role->tell_applicant != NULL;
    if (public_door->open)
        rate_limit_init(&public_door->limit, options->per_minute);
}

/* ---- refusing ---- */

static enum http_verdict
refuse_often(struct public_door *public_door, uint64_t wait_ms, struct http_response *ret_response)
{
    (void)door_refuse(public_door->door, REFUSAL_ASKED_TOO_OFTEN, "", "see Retry-After",
                      ret_response);
    ret_response->retry_after_s = (unsigned)((wait_ms + 999) / 1000);
    return HTTP_ANSWERED;
}

static enum http_verdict
refuse_unknown(struct public_door *public_door, struct http_response *ret_response)
{
    return door_refuse(public_door->door, REFUSAL_STATUS_UNKNOWN, "",
                       "which of the two is wrong is not told", ret_response);
}

/* ---- asking the store ---- */

struct receipt {
    char case_number[CASE_NUMBER_CHARS + 1];
    char code[RECEIPT_CODE_CHARS + 1];
};

/* False when no receipt has such a number or such a code. */
static bool
read_receipt(const Yidi__ReceiptQuestion *question, struct receipt *ret_receipt)
{
    struct refusal refusal;
    return case_number_read(question->case_number, "case_number", ret_receipt->case_number,
                            &refusal) == OK &&
           receipt_code_read(question->code, "code", ret_receipt->code, &refusal) == OK;
}

static enum result
ask_store(struct public_door *public_door, const struct receipt *receipt, uint64_t now_ms,
          struct http_response *ret_response)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    struct door *door = public_door->door;
    Yidi__ReceiptStatus *status = NULL;
    enum result result = store_begin_read(door->options.store, &txn);
    if (result == OK)
        result = door->options.role->tell_applicant(txn, receipt->case_number, receipt->code,
                                                    now_ms, &door->arena, &status);
    if (result != OK)
        return result;
    const char *text = json_encode(&status->base, &door->arena);
    if (text == NULL)
        return ERR_MEMORY;
    *ret_response = (struct http_response){ .status = 200,
                                            .type = "application/json",
                                            .body = bytes_of_text(text) };
    return OK;
}

/* ---- a question ---- */

static enum http_verdict
answer(struct public_door *public_door, const struct receipt *receipt,
       const struct office_time *now, struct http_response *ret_response)
{
    enum result result = ask_store(public_door, receipt, now->wall_ms, ret_response);
    if (result == OK || result == ERR_ABSENT)
        rate_limit_guessed(&public_door->limit, receipt->case_number, result == OK,
                           now->monotonic_ms);
    if (result == OK)
        return HTTP_ANSWERED;
    if (result == ERR_ABSENT)
        return refuse_unknown(public_door, ret_response);
    log_line(LOG_ERROR, "public_door_failed", "cause=%d", (int)result);
    return door_refuse(public_door->door,
                       result == ERR_MEMORY ? REFUSAL_CONSOLE_BUSY : REFUSAL_STORE_DAMAGED, "",
                       "the console could not read it", ret_response);
}

enum http_verdict
public_door_take(struct public_door *public_door, const struct http_request *request,
                 const struct office_time *now, struct http_response *ret_response)
{
    struct door *door = public_door->door;
    struct rate_limit *limit = &public_door->limit;
    struct receipt receipt;
    struct refusal refusal = { 0 };
    ProtobufCMessage *question = NULL;
    uint64_t wait_ms = rate_limit_take(limit, request->peer, now->monotonic_ms);
    if (wait_ms > 0)
        return refuse_often(public_door, wait_ms, ret_response);
    arena_reset(&door->arena);
    if (json_decode(&yidi__receipt_question__descriptor, request->body, &door->arena, &question,
                    &refusal) != OK)
        return door_refuse(door, REFUSAL_MALFORMED, "", "a case number and a code", ret_response);
    if (!read_receipt((const Yidi__ReceiptQuestion *)question, &receipt))
        return refuse_unknown(public_door, ret_response);
    wait_ms = rate_limit_guess_ms(limit, receipt.case_number, now->monotonic_ms);
    return wait_ms > 0 ? refuse_often(public_door, wait_ms, ret_response)
                       : answer(public_door, &receipt, now, ret_response);
}
