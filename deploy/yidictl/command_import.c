/* SPDX-License-Identifier: Apache-2.0
 *
 * import - many applications at once, as they were taken while the office was offline.
 *
 * Reads files of one ImportLine (proto/control.proto) per line and keeps up to PENDING_MAX requests
 * under way. A bad line is reported with its number and does not stop the others; the same import
 * again makes no second case, because the request key is by default the digest of the line.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/io/json.h"
#include "common/io/signature.h"
#include "deploy/yidictl/application.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

enum { PENDING_MAX = 64, LINE_BYTES_MAX = 64 * 1024, KEY_BYTES = 2 * DIGEST_BYTES + 1 };

/* A line whose result is not told yet: results are told in the file's order. */
struct pending {
    uint64_t id; /* of the request; 0 when the line was refused here */
    uint64_t line;
    bool answered;
    struct answer answer;   /* the office's */
    struct refusal refusal; /* ours, when id is 0 */
};

struct import {
    const struct settings *settings;
    struct session session;
    struct arena arena; /* of the line that is being read */
    const char *path;   /* of the file that is being read */
    const char *folder;
    size_t first; /* in the ring of pending lines */
    size_t pending_count;
    struct pending pending[PENDING_MAX];
    Yidi__ImportSummary summary;
};

static struct pending *
pending_at(struct import *import, size_t index)
{
    return &import->pending[(import->first + index) % PENDING_MAX];
}

static void
import_auto(struct import *import)
{
    session_close(&import->session);
    for (size_t i = 0; i < import->pending_count; i++)
        answer_fini(&pending_at(import, i)->answer);
    arena_fini(&import->arena);
}

static void
print_warnings(const struct import *import, const Yidi__ImportResult *result)
{
    for (size_t i = 0; i < result->applied->n_warnings; i++) {
        char text[REPORT_BYTES];
        report_format_warning(import->settings, result->applied->warnings[i], text);
        printf("%s: line %llu: warning: %s\n", result->file, (unsigned long long)result->line,
               text);
    }
}

static void
print_result(struct import *import, const Yidi__ImportResult *result)
{
    char text[REPORT_BYTES];
    if (import->settings->json) {
        output_json(&result->base);
    } else if (result->refusal != NULL) {
        report_format(import->settings, result->refusal, text);
        fflush(stdout); /* in order, also where both end in one file */
        fprintf(stderr, "%s: line %llu: %s\n", result->file, (unsigned long long)result->line,
                text);
    } else {
        printf("%s: line %llu: %s%s\n", result->file, (unsigned long long)result->line,
               output_case_number(result->applied->case_number, &import->arena),
               result->applied->repeated_request ? " (known already)" : "");
        print_warnings(import, result);
    }
}

static void
refuse_line(struct import *import, uint64_t line, const Yidi__Refusal *refusal)
{
    Yidi__ImportResult result = YIDI__IMPORT_RESULT__INIT;
    result.file = (char *)import->path;
    result.line = line;
    result.refusal = (Yidi__Refusal *)refusal;
    import->summary.bad++;
    print_result(import, &result);
}

static void
take_applied(struct import *import, uint64_t line, Yidi__Applied *applied)
{
    Yidi__ImportResult result = YIDI__IMPORT_RESULT__INIT;
    result.file = (char *)import->path;
    result.line = line;
    result.applied = applied;
    if (applied->repeated_request)
        import->summary.repeated_request++;
    else
        import->summary.imported++;
    print_result(import, &result);
}

static void
tell(struct import *import, const struct pending *pending)
{
    const Yidi__Response *response = pending->id == 0 ? NULL : pending->answer.response;
    struct refusal refusal = pending->refusal;
    if (response != NULL && response->body_case == YIDI__RESPONSE__BODY_APPLIED) {
        take_applied(import, pending->line, response->applied);
        return;
    }
    if (response != NULL && response->body_case == YIDI__RESPONSE__BODY_REFUSAL) {
        refuse_line(import, pending->line, response->refusal);
        return;
    }
    if (response != NULL)
        (void)refuse(&refusal, REFUSAL_MALFORMED, "body", "the daemon answered something else");
    Yidi__Refusal message = report_message(&refusal);
    refuse_line(import, pending->line, &message);
}

/* Tell the results up to the first line that has none; at the end all that are there. */
static void
tell_answered(struct import *import, bool at_end)
{
    size_t unanswered = 0;
    while (import->pending_count > 0 && (at_end || pending_at(import, 0)->answered)) {
        struct pending *pending = pending_at(import, 0);
        if (pending->answered)
            tell(import, pending);
        else
            unanswered++;
        answer_fini(&pending->answer);
        import->first = (import->first + 1) % PENDING_MAX;
        import->pending_count--;
    }
    import->summary.unanswered += unanswered;
}

static int
receive_one(struct import *import)
{
    AUTO(answer) struct answer answer = { 0 };
    int status = session_receive(&import->session, &answer);
    if (status != EXIT_DONE)
        return status;
    for (size_t i = 0; i < import->pending_count && answer.response->id != 0; i++) {
        struct pending *pending = pending_at(import, i);
        if (pending->id != answer.response->id || pending->answered)
            continue;
        pending->answered = true;
        pending->answer = answer;
        answer = (struct answer){ 0 };
        break;
    }
    tell_answered(import, false);
    return EXIT_DONE;
}

static int
receive_all(struct import *import)
{
    int status = EXIT_DONE;
    while (status == EXIT_DONE && import->pending_count > 0)
        status = receive_one(import);
    return status;
}

static int
wait_for_room(struct import *import)
{
    int status = EXIT_DONE;
    while (status == EXIT_DONE && import->pending_count == PENDING_MAX)
        status = receive_one(import);
    return status;
}

/* Note a line behind the others; there is room. */
static void
add_pending(struct import *import, const struct pending *pending)
{
    *pending_at(import, import->pending_count++) = *pending;
    tell_answered(import, false);
}

static int
send_application(struct import *import, uint64_t line, struct application *application)
{
    struct pending pending = { .line = line };
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &application->apply;
    int status = session_send(&import->session, &request, application->frames,
                              application->frame_count, &pending.id);
    if (status == EXIT_DONE)
        add_pending(import, &pending);
    return status;
}

/* The line is all that jansson saw: its line 1 is none of the file's. */
static void
drop_line_number(struct refusal *refusal)
{
    static const char first[] = "line 1, ";
    if (refusal->code == REFUSAL_MALFORMED && strncmp(refusal->rule, first, strlen(first)) == 0)
        memmove(refusal->rule, refusal->rule + strlen(first),
                strlen(refusal->rule + strlen(first)) + 1);
}

static const char *
key_of_line(struct bytes line, struct arena *arena)
{
    struct digest digest;
    signature_digest_one(line, &digest);
    char *key = arena_take(arena, KEY_BYTES);
    for (size_t i = 0; key != NULL && i < DIGEST_BYTES; i++)
        snprintf(key + 2 * i, 3, "%02x", digest.bytes[i]);
    return key;
}

static enum result
read_application(struct import *import, struct bytes line, struct application *ret_application,
                 struct refusal *ret_refusal)
{
    ProtobufCMessage *message = NULL;
    if (line.size > LINE_BYTES_MAX)
        return refuse(ret_refusal, REFUSAL_MALFORMED, "", "a line has at most %d bytes",
                      LINE_BYTES_MAX);
    enum result result =
        json_decode(&yidi__import_line__descriptor, line, &import->arena, &message, ret_refusal);
    if (result != OK)
        return result;

    const Yidi__ImportLine *read = (const Yidi__ImportLine *)message;
    struct application_files files = { .folder = import->folder,
                                       .photo = read->photo,
                                       .guardian_photo = read->guardian_photo[0] == '\0'
                                                             ? NULL
                                                             : read->guardian_photo };
    for (size_t i = 0; i < read->n_fingerprints && i < FINGERPRINTS_MAX; i++)
        files.fingerprints[files.fingerprint_count++] = (struct application_fingerprint){
            .position = read->fingerprints[i]->position,
            .path = read->fingerprints[i]->file,
        };
    const char *key = read->key[0] == '\0' ? key_of_line(line, &import->arena) : read->key;
    if (key == NULL)
        return ERR_MEMORY;
    return application_prepare(read->form, key, &files, &import->arena, ret_application,
                               ret_refusal);
}

static int
import_line(struct import *import, uint64_t number, struct bytes line)
{
    struct application application;
    struct refusal refusal = { 0 };
    int status = wait_for_room(import);
    if (status != EXIT_DONE)
        return status;
    enum result result = read_application(import, line, &application, &refusal);
    if (result == ERR_REFUSED) {
        drop_line_number(&refusal);
        const struct pending pending = { .line = number, .answered = true, .refusal = refusal };
        add_pending(import, &pending);
        return EXIT_DONE;
    }
    if (result != OK)
        return report_result(import->settings, result, NULL);
    return send_application(import, number, &application);
}

static int
import_lines(struct import *import, FILE *file)
{
    AUTO(heap) char *line = NULL;
    size_t room = 0;
    ssize_t size;
    int status = EXIT_DONE;
    for (uint64_t number = 1; status == EXIT_DONE && (size = getline(&line, &room, file)) > 0;
         number++) {
        while (size > 0 && memchr("\r\n \t", line[size - 1], 4) != NULL)
            size--;
        if (size == 0)
            continue;
        arena_reset(&import->arena);
        status = import_line(import, number, bytes_of(line, (size_t)size));
    }
    if (status == EXIT_DONE)
        status = receive_all(import);
    tell_answered(import, true);
    return status;
}

static const char *
folder_of(const char *path, struct arena *arena)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return ".";
    return output_format(arena, "%.*s", (int)(slash == path ? 1 : slash - path), path);
}

static int
report_unreadable(const struct import *import, const char *path)
{
    struct refusal refusal;
    (void)refuse(&refusal, REFUSAL_FILE_UNREADABLE, path, "%s", strerror(errno));
    return report_refusal(import->settings, &refusal);
}

static int
import_file(struct import *import, const char *path)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return report_unreadable(import, path);
    import->path = path;
    import->folder = folder_of(path, &arena);
    int status = import_lines(import, file);
    if (status == EXIT_DONE && ferror(file))
        status = report_unreadable(import, path);
    fclose(file);
    return status;
}

static int
is_import_file(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);
    return entry->d_name[0] != '.' && size > 6 && strcmp(entry->d_name + size - 6, ".jsonl") == 0;
}

/* All files *.jsonl of a folder, by name. */
static int
import_folder(struct import *import, const char *folder)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    struct dirent **entries;
    int count = scandir(folder, &entries, is_import_file, alphasort);
    if (count < 0)
        return report_unreadable(import, folder);
    int status = EXIT_DONE;
    for (int i = 0; i < count; i++) {
        if (status == EXIT_DONE)
            status =
                import_file(import, output_format(&arena, "%s/%s", folder, entries[i]->d_name));
        free(entries[i]);
    }
    free(entries);
    return status;
}

static void
print_summary(const struct import *import)
{
    const Yidi__ImportSummary *summary = &import->summary;
    if (import->settings->json) {
        output_json(&summary->base);
        return;
    }
    printf("%llu imported, %llu known already, %llu bad", (unsigned long long)summary->imported,
           (unsigned long long)summary->repeated_request, (unsigned long long)summary->bad);
    if (summary->unanswered > 0)
        printf(", %llu unanswered: import again, it is safe",
               (unsigned long long)summary->unanswered);
    putchar('\n');
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(import)
    struct import import = { .settings = settings, .summary = YIDI__IMPORT_SUMMARY__INIT };
    const char *path = arguments->operands[0];
    struct stat about;
    arena_init(&import.arena);
    if (stat(path, &about) != 0)
        return report_unreadable(&import, path);
    int status = session_open(&import.session, settings);
    if (status != EXIT_DONE)
        return status;
    status = S_ISDIR(about.st_mode) ? import_folder(&import, path) : import_file(&import, path);
    print_summary(&import);
    return status == EXIT_DONE && import.summary.bad > 0 ? EXIT_REFUSED : status;
}

const struct command import_command = {
    .name = "import",
    .synopsis = "DIR | FILE.jsonl",
    .help = "accept many applications taken offline (批量受理)",
    .description =
        "Each line of a file is one application:\n"
        "  {\"form\":{...},\"photo\":\"p.jpg\",\"fingerprints\":[{\"position\":\"RIGHT_THUMB\",\n"
        "   \"file\":\"thumb.bin\"}],\"key\":\"...\"}\n"
        "guardian_photo, beside photo, is the path of one of guardian and applicant together.\n"
        "Paths are relative to the file; a line without key has the SHA-256 of its text for one,\n"
        "so that the same import again makes no second case. Of a folder, all *.jsonl are taken.\n"
        "The registry is not asked first: the fee was taken long ago, and the applicant has gone.\n"
        "Bad lines are reported with their number and do not stop the others.",
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run,
};
