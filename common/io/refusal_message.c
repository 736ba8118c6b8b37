/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/refusal_message.h"

enum result
refusal_message_answer(const struct refusal *refusal, struct arena *arena,
                       Yidi__Refusal **ret_message)
{
    Yidi__Refusal *message = arena_take(arena, sizeof *message);
    if (message == NULL)
        return ERR_MEMORY;
    yidi__refusal__init(message);
    message->code = (char *)refusal_name(refusal->code);
    message->field = arena_copy_text(arena, refusal->field);
    message->rule = arena_copy_text(arena, refusal->rule);
    if (message->field == NULL || message->rule == NULL)
        return ERR_MEMORY;
    *ret_message = message;
    return OK;
}

enum result
refusal_message_keep(const Yidi__ApplicationRefused *refused, struct arena *arena,
                     Yidi__CaseRefusal **ret_refusal)
{
    Yidi__CaseRefusal *refusal = arena_take(arena, sizeof *refusal);
    if (refusal == NULL)
        return ERR_MEMORY;
    yidi__case_refusal__init(refusal);
    refusal->reasons = refused->reasons;
    refusal->n_reasons = refused->n_reasons;
    refusal->text = refused->text;
    refusal->contact = refused->contact;
    *ret_refusal = refusal;
    return OK;
}
