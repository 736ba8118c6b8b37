/* SPDX-License-Identifier: Apache-2.0
 *
 * The command Compare (collection.h): what a comparator outside this process needs.
 */
#include "acceptance-node/collection.h"
#include "acceptance-node/core/application.h"

static enum result
check(const struct turn *turn, const Yidi__Case *row, const Yidi__Compare *compare,
      struct refusal *ret_refusal)
{
    if (row->state != APPLICATION_READY)
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "case_number",
                      "a holder is compared when the card is here to be collected");
    if (compare->identified_by == YIDI__IDENTIFIED_BY__DOCUMENT)
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "compare.identified_by",
                      "only a face or a fingerprint is compared");
    if (turn->office->options.comparator == NULL)
        return refuse(ret_refusal, REFUSAL_COMPARATOR_MISSING, "comparator",
                      "this office compares by eye; leave the probe out");
    if (compare->identified_by == YIDI__IDENTIFIED_BY__FINGERPRINT &&
        row->form->n_fingerprints == 0)
        return refuse(ret_refusal, REFUSAL_IDENTIFICATION_FAILED, "compare.identified_by",
                      "no fingerprints were taken with the application");
    return OK;
}

static enum result
add_blobs(struct turn *turn, const Yidi__ApplicationForm *form, bool face,
          struct refusal *ret_refusal)
{
    enum result result = face ? turn_answer_blob(turn, &form->photo_digest) : OK;
    for (size_t i = 0; !face && i < form->n_fingerprints && result == OK; i++)
        result = turn_answer_blob(turn, &form->fingerprints[i]->digest);
    return result == ERR_ABSENT
               ? refuse(ret_refusal, REFUSAL_ATTACHMENT_LOST, "compare.identified_by",
                        "the photo or the template is no longer here")
               : result;
}

enum result
collection_compare(struct turn *turn, const Yidi__Compare *compare, Yidi__Response *response,
                   struct refusal *ret_refusal)
{
    struct case_file file;
    bool face = compare->identified_by == YIDI__IDENTIFIED_BY__FACE;
    Yidi__Reference *reference = arena_take(turn->arena, sizeof *reference);
    if (reference == NULL)
        return ERR_MEMORY;
    enum result result =
        case_file_open(turn->txn, &application_machine, compare->case_number, turn->arena, &file);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "case_number",
                      "no such case at this office");
    if (result == OK)
        result = check(turn, file.row, compare, ret_refusal);
    if (result == OK)
        result = add_blobs(turn, file.row->form, face, ret_refusal);
    if (result != OK)
        return result;
    yidi__reference__init(reference);
    reference->comparator = (char *)turn->office->options.comparator;
    response->body_case = YIDI__RESPONSE__BODY_REFERENCE;
    response->reference = reference;
    turn_begin_act(turn, compare->case_number, "compare", face ? "face" : "fingerprint");
    return turn_journal_cause(turn);
}
