/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/draft.h"

#include "common/io/wire.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

static enum result
copy_message(const ProtobufCMessage *from, const ProtobufCMessageDescriptor *descriptor,
             struct arena *arena, ProtobufCMessage **ret_copy, struct refusal *ret_refusal)
{
    struct bytes packed = wire_encode(from, arena);
    return packed.data == NULL ? ERR_MEMORY
                               : wire_decode(descriptor, packed, arena, ret_copy, ret_refusal);
}

static int
report_malformed(const struct settings *settings)
{
    struct refusal refusal = { 0 };
    (void)refuse(&refusal, REFUSAL_MALFORMED, "draft", "the daemon answered without it");
    return report_refusal(settings, &refusal);
}

int
draft_take(const struct settings *settings, const char *name, const char *key, const char *reason,
           struct arena *arena, Yidi__DraftForm **ret_form)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__DraftTake take = YIDI__DRAFT_TAKE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    ProtobufCMessage *copy = NULL;
    take.name = (char *)name;
    take.reason = (char *)reason;
    take.request_key = (char *)key;
    request.command_case = YIDI__REQUEST__COMMAND_DRAFT_TAKE;
    request.draft_take = &take;

    int status = session_open(&session, settings);
    if (status == EXIT_DONE)
        status = session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_DRAFTS, &answer);
    if (status != EXIT_DONE)
        return status;
    const Yidi__DraftsKept *kept = answer.response->drafts;
    if (kept->n_drafts != 1 || kept->drafts[0]->form == NULL)
        return report_malformed(settings);
    enum result result = copy_message(&kept->drafts[0]->form->base, &yidi__draft_form__descriptor,
                                      arena, &copy, NULL);
    *ret_form = (Yidi__DraftForm *)copy;
    return report_result(settings, result == ERR_REFUSED ? ERR_DAMAGED : result, NULL);
}

/* The bytes of a draft are those of a form (proto/draft.proto). */
int
draft_take_form(const struct settings *settings, const char *name, const char *key,
                struct arena *arena, Yidi__ApplicationForm **ret_form)
{
    Yidi__DraftForm *draft = NULL;
    ProtobufCMessage *copy = NULL;
    struct refusal refusal = { 0 }, inner = { 0 };
    int status = draft_take(settings, name, key, "handed in", arena, &draft);
    if (status != EXIT_DONE)
        return status;
    enum result result =
        copy_message(&draft->base, &yidi__application_form__descriptor, arena, &copy, &inner);
    *ret_form = (Yidi__ApplicationForm *)copy;
    if (result == ERR_REFUSED)
        result = input_blame(name, &inner, &refusal);
    return report_result(settings, result, &refusal);
}
