/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/form_file.h"

#include "common/io/json.h"
#include "deploy/yidictl/input.h"

enum { FORM_BYTES_MAX = 64 * 1024 };

static enum result
read_message(const char *path, const ProtobufCMessageDescriptor *descriptor, struct arena *arena,
             ProtobufCMessage **ret_message, struct refusal *ret_refusal)
{
    struct bytes text;
    struct refusal inner = { 0 };
    enum result result = input_read(path, FORM_BYTES_MAX, arena, &text, ret_refusal);
    if (result != OK)
        return result;
    result = json_decode(descriptor, text, arena, ret_message, &inner);
    return result == ERR_REFUSED ? input_blame(path, &inner, ret_refusal) : result;
}

enum result
form_file_read(const char *path, struct arena *arena, Yidi__ApplicationForm **ret_form,
               struct refusal *ret_refusal)
{
    ProtobufCMessage *message = NULL;
    enum result result =
        read_message(path, &yidi__application_form__descriptor, arena, &message, ret_refusal);
    *ret_form = (Yidi__ApplicationForm *)message;
    return result;
}

enum result
form_file_read_draft(const char *path, struct arena *arena, Yidi__DraftForm **ret_form,
                     struct refusal *ret_refusal)
{
    ProtobufCMessage *message = NULL;
    enum result result =
        read_message(path, &yidi__draft_form__descriptor, arena, &message, ret_refusal);
    *ret_form = (Yidi__DraftForm *)message;
    return result;
}
