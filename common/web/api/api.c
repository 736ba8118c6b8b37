/* SPDX-License-Identifier: Apache-2.0 */
#include "common/web/api/api.h"

#include <stdlib.h>
#include <string.h>

#include "common/core/require.h"
#include "common/domain/duty.h"

static const struct api_comment comments[] = {
#include "web/api_comments.inc"
};

static const ProtobufCMessageDescriptor *const request = &yidi__request__descriptor;

const struct api_comment *
api_comment_of(const char *owner, const char *name)
{
    static const struct api_comment nothing = { "", "", "", "", "" };
    for (size_t i = 0; i < sizeof comments / sizeof *comments; i++)
        if (strcmp(comments[i].owner, owner) == 0 && strcmp(comments[i].name, name) == 0)
            return &comments[i];
    return &nothing;
}

static bool
is_command(const ProtobufCFieldDescriptor *field)
{
    return strcmp(api_comment_of("Request", field->name)->oneof, "command") == 0 &&
           !duty_is_inner(field->name);
}

const ProtobufCFieldDescriptor *
api_command(size_t place)
{
    for (unsigned i = 0; i < request->n_fields; i++)
        if (is_command(&request->fields[i]) && place-- == 0)
            return &request->fields[i];
    return NULL;
}

const ProtobufCMessageDescriptor *
api_answer(const ProtobufCFieldDescriptor *command)
{
    static const char says[] = "answered with ";
    const ProtobufCMessageDescriptor *response = &yidi__response__descriptor;
    const char *name = strstr(api_comment_of("Request", command->name)->text, says);
    for (unsigned i = 0; i < response->n_fields && name != NULL; i++) {
        const ProtobufCMessageDescriptor *message = response->fields[i].descriptor;
        if (response->fields[i].type == PROTOBUF_C_TYPE_MESSAGE &&
            strcmp(message->short_name, name + sizeof says - 1) == 0)
            return message;
    }
    return NULL;
}

const ProtobufCFieldDescriptor *
api_command_of(const ProtobufCMessageDescriptor *message)
{
    const ProtobufCFieldDescriptor *command;
    for (size_t i = 0; (command = api_command(i)) != NULL; i++)
        if (command->descriptor == message)
            return command;
    return NULL;
}

/* ---- types ---- */

static bool
add(const void **list, size_t *count, const void *type)
{
    for (size_t i = 0; i < *count; i++)
        if (list[i] == type)
            return false;
    REQUIRE(*count < API_TYPES_MAX);
    list[(*count)++] = type;
    return true;
}

static void
follow(struct api_types *types, const ProtobufCMessageDescriptor *message)
{
    for (unsigned i = 0; i < message->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->fields[i];
        if (field->type == PROTOBUF_C_TYPE_ENUM)
            (void)add((const void **)types->enums, &types->enum_count, field->descriptor);
        if (field->type == PROTOBUF_C_TYPE_MESSAGE &&
            add((const void **)types->messages, &types->message_count, field->descriptor))
            follow(types, field->descriptor);
    }
}

static void
follow_root(struct api_types *types, const ProtobufCMessageDescriptor *message)
{
    if (message != NULL && add((const void **)types->messages, &types->message_count, message))
        follow(types, message);
}

static int
compare_messages(const void *left, const void *right)
{
    const ProtobufCMessageDescriptor *const *a = left, *const *b = right;
    return strcmp((*a)->short_name, (*b)->short_name);
}

static int
compare_enums(const void *left, const void *right)
{
    const ProtobufCEnumDescriptor *const *a = left, *const *b = right;
    return strcmp((*a)->short_name, (*b)->short_name);
}

void
api_find_types(struct api_types *ret_types)
{
    const ProtobufCFieldDescriptor *command;
    size_t kept = 0;
    memset(ret_types, 0, sizeof *ret_types);
    follow_root(ret_types, &yidi__credentials__descriptor);
    follow_root(ret_types, &yidi__session_shown__descriptor);
    follow_root(ret_types, &yidi__receipt_question__descriptor);
    follow_root(ret_types, &yidi__receipt_status__descriptor);
    for (size_t i = 0; (command = api_command(i)) != NULL; i++) {
        follow_root(ret_types, command->descriptor);
        follow_root(ret_types, api_answer(command));
    }
    for (size_t i = 0; i < ret_types->message_count; i++)
        if (api_command_of(ret_types->messages[i]) == NULL)
            ret_types->messages[kept++] = ret_types->messages[i];
    ret_types->message_count = kept;
    qsort(ret_types->messages, kept, sizeof *ret_types->messages, compare_messages);
    qsort(ret_types->enums, ret_types->enum_count, sizeof *ret_types->enums, compare_enums);
}
