/* SPDX-License-Identifier: Apache-2.0
 *
 * make_api - writes the page about the commands that the console takes, from what proto/ and the
 * tables of duties and refusals say.
 *
 *     make-api markdown EXAMPLES   deploy/API.md
 *     make-api html EXAMPLES       docs.html, which the console serves as /docs
 *     make-api requests EXAMPLES   lines of command, message of the answer, body: for a test
 *     make-api check EXAMPLES      tells what is missing or wrong; exit status 1
 *
 * EXAMPLES: examples.json, a request for each command; check holds them against the bounds.
 */
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/format.h"
#include "common/core/limits.h"
#include "common/domain/duty.h"
#include "common/io/json.h"
#include "common/io/problem.h"
#include "common/io/wire.h"
#include "common/web/api/api.h"
#include "common/web/api/page.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

enum { CELL_BYTES = 900, PLACE_BYTES = 80 };

static const struct {
    enum party party;
    const char *name;
} offices[] = { { PARTY_ACCEPTANCE, "window" },
                { PARTY_REGISTRY, "registry" },
                { PARTY_PRODUCTION, "card centre" } };

/* ---- words for types and bounds ---- */

/* As Markdown makes places of headings. */
static const char *
make_place(const char *name, char place[PLACE_BYTES])
{
    format_text(place, PLACE_BYTES, "%s", name);
    for (char *next = place; *next != '\0'; next++)
        *next = (char)tolower((unsigned char)*next);
    return place;
}

/* Where a message is told of: with its command, or among the types. */
static const char *
place_of(const ProtobufCMessageDescriptor *message, char place[PLACE_BYTES])
{
    const ProtobufCFieldDescriptor *command = api_command_of(message);
    return make_place(command != NULL ? command->name : message->short_name, place);
}

static void
write_type(const ProtobufCFieldDescriptor *field, char cell[CELL_BYTES])
{
    char place[PLACE_BYTES];
    const char *list = field->label == PROTOBUF_C_LABEL_REPEATED ? "list of " : "";
    const ProtobufCMessageDescriptor *message = field->descriptor;
    const ProtobufCEnumDescriptor *choice = field->descriptor;
    switch (field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        format_text(cell, CELL_BYTES, "%s[%s](#%s)", list, message->short_name,
                    place_of(message, place));
        return;
    case PROTOBUF_C_TYPE_ENUM:
        format_text(cell, CELL_BYTES, "%s[%s](#%s)", list, choice->short_name,
                    make_place(choice->short_name, place));
        return;
    case PROTOBUF_C_TYPE_BOOL:
        format_text(cell, CELL_BYTES, "%strue or false", list);
        return;
    case PROTOBUF_C_TYPE_BYTES:
        format_text(cell, CELL_BYTES, "%shex", list);
        return;
    case PROTOBUF_C_TYPE_STRING:
        format_text(cell, CELL_BYTES, "%stext", list);
        return;
    default:
        format_text(cell, CELL_BYTES, "%snumber", list);
    }
}

/* "0..64" of a text: at most 64 bytes. */
static void
write_range(const char *range, const char *unit, char *text, size_t room)
{
    const char *dots = strstr(range, "..");
    size_t first = dots == NULL ? 0 : (size_t)(dots - range);
    if (dots == NULL)
        format_text(text, room, "%s", range);
    else if (strncmp(range, dots + 2, first) == 0 && strlen(dots + 2) == first)
        format_text(text, room, "%s%s", dots + 2, unit);
    else if (first == 1 && range[0] == '0')
        format_text(text, room, "at most %s%s", dots + 2, unit);
    else
        format_text(text, room, "%.*s to %s%s", (int)first, range, dots + 2, unit);
}

static const char *
unit_of(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_BYTES ? " bytes"
                                                                                         : "";
}

static void
write_bound(const ProtobufCFieldDescriptor *field, const char *bound, char cell[CELL_BYTES])
{
    char count[CELL_BYTES], range[CELL_BYTES], item[CELL_BYTES];
    const char *of = strstr(bound, " of ");
    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        format_text(item, CELL_BYTES, "%.*s", (int)strcspn(bound, " "), bound);
        write_range(item, unit_of(field), range, CELL_BYTES);
        format_text(cell, CELL_BYTES, "%s%s", strcmp(range, "any") == 0 ? "" : range,
                    strstr(bound, " text") != NULL ? ", lines" : "");
        return;
    }
    format_text(item, CELL_BYTES, "%.*s", (int)strcspn(bound, " "), bound);
    write_range(item, " items", count, CELL_BYTES);
    if (of == NULL || strcmp(of, " of any") == 0) {
        format_text(cell, CELL_BYTES, "%s", count);
        return;
    }
    write_range(of + 4, unit_of(field), range, CELL_BYTES);
    format_text(cell, CELL_BYTES, "%s, each %s", count, range);
}

/* ---- tables of fields and choices ---- */

static void
write_fields(struct page *page, const ProtobufCMessageDescriptor *message)
{
    static const char *const heads[] = { "field", "type", "bound", "" };
    if (message->n_fields == 0) {
        page_paragraph(page, "No fields: `{}`.");
        return;
    }
    page_table(page, heads, COUNT(heads));
    for (unsigned i = 0; i < message->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->fields[i];
        const struct api_comment *comment = api_comment_of(message->short_name, field->name);
        char name[CELL_BYTES], type[CELL_BYTES], bound[CELL_BYTES], text[CELL_BYTES];
        format_text(name, CELL_BYTES, "`%s`", field->name);
        write_type(field, type);
        write_bound(field, comment->bound, bound);
        if (comment->oneof[0] != '\0')
            format_text(bound, CELL_BYTES, "one of these");
        format_text(text, CELL_BYTES, "%s", comment->text);
        page_row(page, (const char *[]){ name, type, bound, text }, COUNT(heads));
    }
    page_table_end(page);
}

static void
write_choices(struct page *page, const ProtobufCEnumDescriptor *choice)
{
    static const char *const heads[] = { "value", "" };
    page_table(page, heads, COUNT(heads));
    for (unsigned i = 0; i < choice->n_values; i++) {
        char name[CELL_BYTES];
        format_text(name, CELL_BYTES, "`%s`", choice->values[i].name);
        page_row(page,
                 (const char *[]){
                     name, api_comment_of(choice->short_name, choice->values[i].name)->text },
                 COUNT(heads));
    }
    page_table_end(page);
}

/* ---- who may ---- */

/* "decide.issue" is of the command decide. */
static bool
is_act_of(const char *act, const char *command)
{
    size_t size = strlen(command);
    return strncmp(act, command, size) == 0 && (act[size] == '\0' || act[size] == '.');
}

/* The kinds of office that have the command: bits in the order of offices. */
static unsigned
offices_of(const char *command)
{
    unsigned found = 0;
    const char *act;
    for (size_t i = 0; (act = duty_act(i)) != NULL; i++)
        for (unsigned at = 0; at < COUNT(offices) && is_act_of(act, command); at++)
            if (duty_roles(act, offices[at].party) != 0)
                found |= 1u << at;
    return found;
}

static void
write_duties(struct page *page, const char *command)
{
    static const char *const heads[] = { "who may", "window", "registry", "card centre" };
    const char *act;
    page_table(page, heads, COUNT(heads));
    for (size_t i = 0; (act = duty_act(i)) != NULL; i++) {
        char words[COUNT(offices)][DUTY_WORDS_BYTES], name[CELL_BYTES];
        if (!is_act_of(act, command))
            continue;
        for (size_t at = 0; at < COUNT(offices); at++)
            if (*duty_words(duty_roles(act, offices[at].party), words[at]) == '\0')
                format_text(words[at], DUTY_WORDS_BYTES, "–");
        format_text(name, CELL_BYTES, "`%s`", act);
        page_row(page, (const char *[]){ name, words[0], words[1], words[2] }, COUNT(heads));
    }
    page_table_end(page);
}

/* ---- commands ---- */

static void
write_example(struct page *page, const char *command, const json_t *example)
{
    char *body = example == NULL ? NULL : json_dumps(example, JSON_INDENT(2));
    char *text = malloc(strlen(command) + (body == NULL ? 0 : strlen(body)) + 100);
    if (body != NULL && text != NULL) {
        sprintf(text, "POST /api/v1/%s\n\n%s", command, body);
        page_code(page, text);
    }
    free(text);
    free(body);
}

static void
write_command(struct page *page, const ProtobufCFieldDescriptor *command, const json_t *examples)
{
    char text[CELL_BYTES], place[PLACE_BYTES];
    const ProtobufCMessageDescriptor *message = command->descriptor, *answer = api_answer(command);
    const char *said = api_comment_of(message->short_name, "")->text;
    page_heading(page, 3, command->name, command->name);
    if (*said != '\0')
        page_paragraph(page, said);
    if (answer != NULL) {
        format_text(text, CELL_BYTES, "`POST /api/v1/%s` is answered with [%s](#%s).",
                    command->name, answer->short_name, place_of(answer, place));
        page_paragraph(page, text);
    }
    write_fields(page, message);
    write_duties(page, command->name);
    write_example(page, command->name, json_object_get(examples, command->name));
}

/* ---- the page ---- */

static const struct group {
    unsigned offices; /* 0: several */
    const char *place, *title;
} groups[] = { { 1, "at-a-window", "At a window" },
               { 2, "at-a-registry", "At a registry" },
               { 4, "at-a-card-centre", "At a card centre" },
               { 0, "at-more-than-one", "At more than one" } };

static bool
belongs(const ProtobufCFieldDescriptor *command, const struct group *group)
{
    unsigned at = offices_of(command->name);
    bool one = at == 1 || at == 2 || at == 4;
    return group->offices == 0 ? !one : at == group->offices;
}

static void
write_contents(struct page *page, const struct api_types *types)
{
    const ProtobufCFieldDescriptor *command;
    char place[PLACE_BYTES];
    page_contents_begin(page);
    page_contents_group(page, "Basics");
    page_contents_entry(page, "paths", "Paths");
    page_contents_entry(page, "rules", "Rules");
    page_contents_entry(page, "refusals", "Refusals");
    for (size_t g = 0; g < COUNT(groups); g++) {
        page_contents_group(page, groups[g].title);
        for (size_t i = 0; (command = api_command(i)) != NULL; i++)
            if (belongs(command, &groups[g]))
                page_contents_entry(page, command->name, command->name);
    }
    if (page->html) {
        page_contents_group(page, "Types");
        for (size_t i = 0; i < types->message_count; i++)
            page_contents_entry(page, place_of(types->messages[i], place),
                                types->messages[i]->short_name);
    }
    page_contents_end(page);
}

static void
write_paths(struct page *page)
{
    static const char *const heads[] = { "path", "session", "takes", "answers" };
    static const char *const rows[][COUNT(heads)] = {
        { "`POST /api/v1/session`", "no", "[Credentials](#credentials)",
          "[SessionShown](#sessionshown), and the cookie of the session" },
        { "`GET /api/v1/session`", "yes", "", "[SessionShown](#sessionshown): who sits there" },
        { "`POST /api/v1/logout`", "yes", "`{}`", "`{}`" },
        { "`POST /api/v1/COMMAND`", "yes", "the command's message", "the message named with it" },
        { "`GET /api/v1/events`", "yes", "",
          "server-sent events: `changed` after commits; what changed is asked for" },
        { "`POST /api/v1/public/status`", "no", "[ReceiptQuestion](#receiptquestion)",
          "[ReceiptStatus](#receiptstatus); at a window with the option `applicant-page`" },
        { "`GET /healthz`", "no", "", "`{\"alive\":true}`: the console runs" },
        { "`GET /readyz`", "no", "", "`{\"ready\":true}`: the office commits and signs; else 503" },
        { "`GET /metrics`", "no", "",
          "figures for Prometheus; on the machine itself, or with `metrics-token`" },
    };
    page_heading(page, 2, "paths", "Paths");
    page_table(page, heads, COUNT(heads));
    for (size_t i = 0; i < COUNT(rows); i++)
        page_row(page, rows[i], COUNT(heads));
    page_table_end(page);
    page_code(page, "POST /api/v1/public/status\n\n{\n  \"case_number\": "
                    "\"440305000001-261122-0000017-P\",\n  \"code\": \"7K3QX-0MZ4T\"\n}");
}

static void
write_rules(struct page *page)
{
    static const char *const rules[] = {
        "Bodies are JSON (`Content-Type: application/json`) with the names of `proto/`. Enums go "
        "by "
        "name, bytes as lower-case hex, numbers above 2^53 - 1 as text. What is left out is empty, "
        "0 or false; what is not known is refused.",
        "Every POST within a session brings its `csrf` in the header `X-Yidi-Token`. What a page "
        "asks by itself brings `X-Yidi-Unattended: 1`, so that it keeps no idle session open.",
        "Photo, templates and imported files stand beside the fields as `attachments`, a list of "
        "base64 in the order that the command names; so do those of an answer.",
        "An act is answered after its commit. `apply` and `amend` may be repeated with the same "
        "`request_key`: they are done once. Days are those of Beijing as YYYYMMDD, times Unix "
        "milliseconds, amounts fen.",
        "Bounds of texts count bytes of UTF-8; of hex, the bytes that it stands for. Of a choice, "
        "`known` takes any of its values, `given` any but the first.",
        "Until the "
        "first operator is added, everybody who reaches the control socket may do everything.",
    };
    page_heading(page, 2, "rules", "Rules");
    for (size_t i = 0; i < COUNT(rules); i++)
        page_paragraph(page, rules[i]);
}

static void
write_refusals(struct page *page)
{
    static const char *const heads[] = { "code", "HTTP", "English", "中文" };
    static const enum refusal_code codes[] = {
#define X(name, english, chinese) REFUSAL_##name,
        REFUSAL_CODES(X)
#undef X
    };
    page_heading(page, 2, "refusals", "Refusals");
    page_paragraph(
        page, "A refusal means: no, and nothing was changed. It is a problem by RFC 9457 "
              "(`application/problem+json`) with a stable `code`, the `field` that it is about, "
              "the rule that was broken (`detail`), and the code's meaning in both languages. "
              "With 429 comes `Retry-After`.");
    page_code(page, "{\"type\":\"urn:yidi:refusal:FEE_MISMATCH\",\"title\":\"the fee paid is not "
                    "the fee due\",\"status\":422,\n \"detail\":\"…\",\"code\":\"FEE_MISMATCH\","
                    "\"field\":\"apply.form.fee_fen\",\n \"english\":\"the fee paid is not the fee "
                    "due\",\"chinese\":\"所缴费用与应缴费用不符\"}");
    page_table(page, heads, COUNT(heads));
    for (size_t i = 0; i < COUNT(codes); i++) {
        char name[CELL_BYTES], status[8];
        format_text(name, CELL_BYTES, "`%s`", refusal_name(codes[i]));
        format_text(status, sizeof status, "%u", problem_status(codes[i]));
        page_row(page,
                 (const char *[]){ name, status, refusal_meaning(codes[i]),
                                   refusal_meaning_chinese(codes[i]) },
                 COUNT(heads));
    }
    page_table_end(page);
}

static void
write_types(struct page *page, const struct api_types *types)
{
    char place[PLACE_BYTES];
    page_heading(page, 2, "types", "Types");
    for (size_t i = 0; i < types->message_count; i++) {
        const char *name = types->messages[i]->short_name;
        page_heading(page, 3, place_of(types->messages[i], place), name);
        if (api_comment_of(name, "")->text[0] != '\0')
            page_paragraph(page, api_comment_of(name, "")->text);
        write_fields(page, types->messages[i]);
    }
    page_heading(page, 2, "choices", "Choices");
    for (size_t i = 0; i < types->enum_count; i++) {
        const char *name = types->enums[i]->short_name;
        page_heading(page, 3, make_place(name, place), name);
        if (api_comment_of(name, "")->text[0] != '\0')
            page_paragraph(page, api_comment_of(name, "")->text);
        write_choices(page, types->enums[i]);
    }
}

static bool
write_page(struct page *page, const json_t *examples)
{
    static struct api_types types;
    const ProtobufCFieldDescriptor *command;
    api_find_types(&types);
    page_begin(page, "yidi: the console's interface", "Written by `make docs`; do not edit.");
    write_contents(page, &types);
    page_paragraph(
        page, "For programs that work with an office: every command that its console knows, as "
              "JSON, its fields with their bounds, and what is refused.");
    page_paragraph(page,
                   "本页供编写程序的人员使用：以 JSON 调用本机关办理的各项操作，各字段的取值范围，"
                   "以及拒绝办理的代码（中英文对照）。字段说明为英文。");
    write_paths(page);
    write_rules(page);
    for (size_t g = 0; g < COUNT(groups); g++) {
        page_heading(page, 2, groups[g].place, groups[g].title);
        for (size_t i = 0; (command = api_command(i)) != NULL; i++)
            if (belongs(command, &groups[g]))
                write_command(page, command, examples);
    }
    write_refusals(page);
    write_types(page, &types);
    return page_end(page);
}

/* ---- checking ---- */

static bool
check_example(const ProtobufCFieldDescriptor *command, const json_t *example)
{
    AUTO(arena) struct arena arena;
    struct bytes list[ATTACHMENTS_MAX];
    struct json_attachments attachments = { .room = ATTACHMENTS_MAX, .list = list };
    ProtobufCMessage *message = NULL;
    struct refusal refusal = { 0 };
    char *body = example == NULL ? NULL : json_dumps(example, 0);
    arena_init(&arena);
    enum result result =
        body == NULL
            ? ERR_ABSENT
            : json_decode_member(&yidi__request__descriptor, command->name, bytes_of_text(body),
                                 &arena, &attachments, &message, &refusal);
    if (result == OK) {
        Yidi__Request *decoded = (Yidi__Request *)message;
        decoded->version = 1;
        decoded->operator_ = (char *)"operator";
        result = wire_check(message, &refusal);
    }
    if (body == NULL)
        fprintf(stderr, "examples.json: no request for %s\n", command->name);
    else if (result != OK)
        fprintf(stderr, "examples.json: %s: %s %s %s\n", command->name, refusal_name(refusal.code),
                refusal.field, refusal.rule);
    free(body);
    return result == OK;
}

static bool
check(json_t *examples)
{
    const ProtobufCFieldDescriptor *command;
    bool good = true;
    size_t i;
    for (i = 0; (command = api_command(i)) != NULL; i++) {
        good &= check_example(command, json_object_get(examples, command->name));
        if (api_answer(command) == NULL) {
            fprintf(stderr, "proto/control.proto: what is %s answered with?\n", command->name);
            good = false;
        }
    }
    if (i != json_object_size(examples))
        fprintf(stderr, "examples.json: it has %zu requests, and there are %zu commands\n",
                json_object_size(examples), i);
    return good && i == json_object_size(examples);
}

static bool
write_requests(const json_t *examples)
{
    const ProtobufCFieldDescriptor *command;
    for (size_t i = 0; (command = api_command(i)) != NULL; i++) {
        const ProtobufCMessageDescriptor *answer = api_answer(command);
        char *body = json_dumps(json_object_get(examples, command->name), JSON_COMPACT);
        if (body != NULL && answer != NULL)
            printf("%s %s %s\n", command->name, answer->short_name, body);
        free(body);
    }
    return fflush(stdout) == 0;
}

int
main(int argc, char **argv)
{
    json_error_t error;
    const char *what = argc == 3 ? argv[1] : "";
    struct page page = { .out = stdout, .html = strcmp(what, "html") == 0 };
    json_t *examples = argc == 3 ? json_load_file(argv[2], JSON_REJECT_DUPLICATES, &error) : NULL;
    if (examples == NULL) {
        if (argc == 3)
            fprintf(stderr, "make-api: %s:%d: %s\n", argv[2], error.line, error.text);
        else
            fprintf(stderr, "usage: make-api markdown|html|requests|check EXAMPLES\n");
        return 2;
    }
    bool good;
    if (strcmp(what, "check") == 0)
        good = check(examples);
    else if (strcmp(what, "requests") == 0)
        good = write_requests(examples);
    else
        good = write_page(&page, examples);
    json_decref(examples);
    return good ? 0 : 1;
}
