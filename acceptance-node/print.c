/* SPDX-License-Identifier: Apache-2.0
 *
 * What the printed papers of the window are made of (common/io/paper.h), and the code on receipts.
 *
 * Papers show personal data in full: printing is an act, journalled with its reason before anything
 * is answered.
 */
#include "acceptance-node/acceptance.h"
#include "acceptance-node/core/application.h"
#include "common/io/turn.h"

static const char *
act_of(Yidi__Paper paper)
{
    switch (paper) {
    case YIDI__PAPER__PAPER_FORM:
        return "print-form";
    case YIDI__PAPER__PAPER_RECEIPT:
        return "print-receipt";
    default:
        return "print-notice";
    }
}

/* Whoever has no card to wait for gets no receipt for one; a notice says what the case says now. */
static enum result
check_paper(Yidi__Paper paper, const Yidi__Case *row, struct refusal *ret_refusal)
{
    if (row->text_erased_ms != 0)
        return refuse(ret_refusal, REFUSAL_DATA_ERASED, "case_number",
                      "what the paper would say is erased");
    if (paper == YIDI__PAPER__PAPER_RECEIPT && !application_machine.state_open[row->state])
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "print.paper",
                      "the case has ended; there is nothing to collect");
    const bool told = (row->state == APPLICATION_REFUSED && row->refusal != NULL) ||
                      (row->state == APPLICATION_RETURNED && row->returned != NULL) ||
                      row->state == APPLICATION_ABANDONED;
    if (paper == YIDI__PAPER__PAPER_NOTICE && !told)
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "print.paper",
                      "the application is neither returned nor refused, nor has it ended");
    return OK;
}

static Yidi__PaperOffice *
describe_office(const struct turn *turn, const char *code)
{
    const Yidi__Office *office = directory_find(turn->office->directory, code);
    Yidi__PaperOffice *described = arena_take(turn->arena, sizeof *described);
    if (described == NULL)
        return NULL;
    yidi__paper_office__init(described);
    described->code = (char *)code;
    if (office == NULL)
        return described;
    described->name = arena_copy_text(turn->arena, office->name);
    described->contact = arena_copy_text(turn->arena, office->contact);
    return described->name == NULL || described->contact == NULL ? NULL : described;
}

static enum result
fill_response(struct turn *turn, const Yidi__Print *print, Yidi__Case *row,
              Yidi__Response *response)
{
    Yidi__Printed *printed = arena_take(turn->arena, sizeof *printed);
    if (printed == NULL)
        return ERR_MEMORY;
    yidi__printed__init(printed);
    printed->paper = print->paper;
    printed->printed_ms = turn->now_ms;
    printed->case_row = row;
    printed->ended = row->state == APPLICATION_ABANDONED;
    printed->acceptance = describe_office(turn, row->acceptance_office);
    printed->registry = describe_office(turn, row->registry_office);
    printed->production = describe_office(turn, row->production_office);
    if (printed->acceptance == NULL || printed->registry == NULL || printed->production == NULL)
        return ERR_MEMORY;
    if (turn->office->options.public_address != NULL)
        printed->public_address = (char *)turn->office->options.public_address;
    row->receipt_digest = (ProtobufCBinaryData){ 0 };
    if (print->paper != YIDI__PAPER__PAPER_RECEIPT)
        row->receipt_code = (char *)protobuf_c_empty_string;
    response->body_case = YIDI__RESPONSE__BODY_PRINTED;
    response->printed = printed;
    /* Another case may still hold the same photo: what was erased here is not shown here. */
    if (print->paper != YIDI__PAPER__PAPER_FORM || row->biometrics_erased_ms != 0)
        return OK;
    enum result result = turn_answer_blob(turn, &row->form->photo_digest);
    return result == ERR_ABSENT ? OK : result; /* lost with a peer's share: its place stays empty */
}

enum result
acceptance_print(struct turn *turn, const Yidi__Print *print, Yidi__Response *response,
                 struct refusal *ret_refusal)
{
    struct case_file file;
    enum result result =
        case_file_open(turn->txn, &application_machine, print->case_number, turn->arena, &file);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "case_number",
                      "no such case at this office");
    if (result == OK)
        result = check_paper(print->paper, file.row, ret_refusal);
    if (result != OK)
        return result;
    turn_begin_act(turn, print->case_number, act_of(print->paper), print->reason);
    result = turn_journal_cause(turn);
    return result == OK ? fill_response(turn, print, file.row, response) : result;
}
