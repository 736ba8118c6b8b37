/* SPDX-License-Identifier: Apache-2.0
 *
 * json_encode - the writing half of json, by hand: jansson has no integers above 2^63 - 1.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/core/base64.h"
#include "common/core/require.h"
#include "common/domain/text.h"
#include "common/io/json.h"
#include "common/io/wire_bounds.h"

static void write_message(const ProtobufCMessage *message, FILE *out);

static void
write_text(const char *text, FILE *out)
{
    fputc('"', out);
    while (*text != '\0') {
        const char *start = text;
        uint32_t code_point;
        if (!text_next(&text, &code_point)) {
            text++;
            fputs("\\ufffd", out);
        } else if (code_point == '"' || code_point == '\\') {
            fprintf(out, "\\%c", (char)code_point);
        } else if (code_point == '\n') {
            fputs("\\n", out);
        } else if (code_point < 0x20 || (code_point >= 0x7f && code_point <= 0x9f)) {
            fprintf(out, "\\u%04x", code_point);
        } else {
            fwrite(start, 1, (size_t)(text - start), out);
        }
    }
    fputc('"', out);
}

static void
write_hex(const ProtobufCBinaryData *bytes, FILE *out)
{
    static const char digits[] = "0123456789abcdef";
    putc_unlocked('"', out);
    for (size_t i = 0; i < bytes->len; i++) {
        putc_unlocked(digits[bytes->data[i] >> 4], out);
        putc_unlocked(digits[bytes->data[i] & 15], out);
    }
    putc_unlocked('"', out);
}

static void
write_enum(int number, const ProtobufCEnumDescriptor *descriptor, FILE *out)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(descriptor, number);
    if (value == NULL)
        fprintf(out, "%d", number);
    else
        fprintf(out, "\"%s\"", value->name);
}

static void
write_large(uint64_t number, FILE *out)
{
    fprintf(out, number > JSON_EXACT_INTEGER ? "\"%" PRIu64 "\"" : "%" PRIu64, number);
}

static void
write_value(const void *member, const ProtobufCFieldDescriptor *field, FILE *out)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        write_text(*(const char *const *)member, out);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        write_hex(member, out);
        break;
    case PROTOBUF_C_TYPE_ENUM:
        write_enum(*(const int *)member, field->descriptor, out);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        fputs(*(const protobuf_c_boolean *)member ? "true" : "false", out);
        break;
    case PROTOBUF_C_TYPE_UINT32:
        fprintf(out, "%" PRIu32, *(const uint32_t *)member);
        break;
    case PROTOBUF_C_TYPE_UINT64:
        write_large(*(const uint64_t *)member, out);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        write_message(*(const ProtobufCMessage *const *)member, out);
        break;
    default:
        UNREACHABLE("a type that proto/ does not use");
    }
}

static void
write_items(const uint8_t *items, size_t count, const ProtobufCFieldDescriptor *field, FILE *out)
{
    fputc('[', out);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            fputc(',', out);
        write_value(items + i * wire_item_size(field->type), field, out);
    }
    fputc(']', out);
}

static bool
is_absent(const uint8_t *message, const ProtobufCFieldDescriptor *field)
{
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
        *(const uint32_t *)(message + field->quantifier_offset) != field->id)
        return true;
    return field->type == PROTOBUF_C_TYPE_MESSAGE && field->label != PROTOBUF_C_LABEL_REPEATED &&
           *(void *const *)(message + field->offset) == NULL;
}

/* Without the closing brace. Answers what stands before another member. */
static const char *
write_members(const ProtobufCMessage *message, FILE *out)
{
    const uint8_t *base = (const uint8_t *)message;
    const char *separator = "";
    fputc('{', out);
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const uint8_t *member = base + field->offset;
        if (is_absent(base, field))
            continue;
        fprintf(out, "%s\"%s\":", separator, field->name);
        separator = ",";
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            write_items(*(const uint8_t *const *)member,
                        *(const size_t *)(base + field->quantifier_offset), field, out);
        else
            write_value(member, field, out);
    }
    return separator;
}

static void
write_message(const ProtobufCMessage *message, FILE *out)
{
    (void)write_members(message, out);
    fputc('}', out);
}

/* Close the stream and bring its text into the arena; NULL when memory ran out on the way. */
static char *
close_into(struct arena *arena, FILE *out, char **text)
{
    bool failed = ferror(out) != 0;
    failed = fclose(out) != 0 || failed;
    char *copy = failed ? NULL : arena_copy_text(arena, *text);
    free(*text);
    return copy;
}

char *
json_encode(const ProtobufCMessage *message, struct arena *arena)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    write_message(message, out);
    return close_into(arena, out, &text);
}

static bool
write_base64(struct bytes data, FILE *out)
{
    char *text = malloc(BASE64_CHARS(data.size) + 1);
    if (text == NULL)
        return false;
    base64_encode(data, text);
    fprintf(out, "\"%s\"", text);
    free(text);
    return true;
}

char *
json_encode_attached(const ProtobufCMessage *message, const struct json_attachments *attachments,
                     struct arena *arena)
{
    char *text = NULL;
    size_t size = 0;
    bool whole = true;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    const char *separator = write_members(message, out);
    if (attachments->count > 0)
        fprintf(out, "%s\"attachments\":[", separator);
    for (size_t i = 0; i < attachments->count; i++) {
        if (i > 0)
            fputc(',', out);
        whole &= write_base64(attachments->list[i], out);
    }
    fputs(attachments->count > 0 ? "]}" : "}", out);
    char *encoded = close_into(arena, out, &text);
    return whole ? encoded : NULL;
}

char *
json_quote(const char *text, struct arena *arena)
{
    char *quoted = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&quoted, &size);
    if (out == NULL)
        return NULL;
    write_text(text, out);
    return close_into(arena, out, &quoted);
}
