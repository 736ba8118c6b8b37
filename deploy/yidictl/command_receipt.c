/* SPDX-License-Identifier: Apache-2.0
 *
 * receipt check - does this code stand on the receipt of that case?
 */
#include <stdio.h>
#include <string.h>

#include "common/domain/case_number.h"
#include "common/domain/receipt_code.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

static int
ask(const struct settings *settings, Yidi__ReceiptCheck *check)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_RECEIPT_CHECK;
    request.receipt_check = check;

    int status = session_open_to_look(&session, settings);
    if (status == EXIT_DONE)
        status =
            session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_RECEIPT_CHECKED, &answer);
    if (status != EXIT_DONE)
        return status;
    const Yidi__ReceiptChecked *checked = answer.response->receipt_checked;
    if (settings->json)
        output_json(&checked->base);
    else if (checked->right)
        printf("right; the case is %s\n", checked->state);
    else
        puts("wrong");
    return checked->right ? EXIT_DONE : EXIT_REFUSED;
}

/* The two operands, or one that a scanner read. */
static enum result
read_operands(const struct arguments *arguments, char ret_number[CASE_NUMBER_CHARS + 1],
              char ret_code[RECEIPT_CODE_CHARS + 1], struct refusal *ret_refusal)
{
    char scanned_number[CASE_NUMBER_CHARS + 1], scanned_code[RECEIPT_CODE_CHARS + 1];
    const char *number = arguments->operands[0], *code = NULL;
    if (arguments->operand_count == 2)
        code = arguments->operands[1];
    else if (receipt_code_read_scan(number, scanned_number, scanned_code)) {
        number = scanned_number;
        code = scanned_code;
    } else
        return refuse(ret_refusal, REFUSAL_RECEIPT_CODE_INVALID, "CODE",
                      "give case number and code, or what the scanner read");
    enum result result = case_number_read(number, "case_number", ret_number, ret_refusal);
    return result == OK ? receipt_code_read(code, "CODE", ret_code, ret_refusal) : result;
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    char number[CASE_NUMBER_CHARS + 1], code[RECEIPT_CODE_CHARS + 1];
    struct refusal refusal = { 0 };
    Yidi__ReceiptCheck check = YIDI__RECEIPT_CHECK__INIT;
    enum result result = read_operands(arguments, number, code, &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);
    check.case_number = number;
    check.code = code;
    return ask(settings, &check);
}

const struct command receipt_check_command = {
    .name = "receipt check",
    .synopsis = "CASE CODE | SCANNED",
    .help = "say whether a code is that of the receipt",
    .description =
        "The answer is right, with the state of the case, or wrong, with exit status 1: "
        "which part\n"
        "is wrong is not told. Small letters, gaps, and I, L or O for 1 or 0 do not "
        "matter. SCANNED\n"
        "is what a scanner reads from the QR code: yidi:1:CASE:CODE, alone or behind an address.",
    .operand_count_min = 1,
    .operand_count_max = 2,
    .run = run,
};
