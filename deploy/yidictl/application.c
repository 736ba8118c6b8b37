/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/application.h"

#include <string.h>

#include "common/io/signature.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"

/* More than the office takes, so that it is the office that says what a photo must be. */
enum { ATTACHMENT_BYTES_MAX = 1024 * 1024 };

static enum result
read_attachment(const struct application_files *files, const char *path, struct arena *arena,
                struct bytes *ret_data, struct refusal *ret_refusal)
{
    if (files->folder != NULL && path[0] != '/')
        path = output_format(arena, "%s/%s", files->folder, path);
    return input_read(path, ATTACHMENT_BYTES_MAX, arena, ret_data, ret_refusal);
}

static enum result
put_digest(struct bytes data, struct arena *arena, ProtobufCBinaryData *ret_digest)
{
    struct digest *digest = arena_take(arena, sizeof *digest);
    if (digest == NULL)
        return ERR_MEMORY;
    signature_digest_one(data, digest);
    *ret_digest = (ProtobufCBinaryData){ .len = DIGEST_BYTES, .data = digest->bytes };
    return OK;
}

/* As the office wants them: from the right thumb to the left little finger. */
static void
sort_by_position(Yidi__Fingerprint **list, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t at = i; at > 0 && list[at]->position < list[at - 1]->position; at--) {
            Yidi__Fingerprint *later = list[at - 1];
            list[at - 1] = list[at];
            list[at] = later;
        }
}

/* The form's own positions, and those that only the files name. */
static enum result
merge_positions(Yidi__ApplicationForm *form, const struct application_files *files,
                struct arena *arena, struct refusal *ret_refusal)
{
    size_t room = form->n_fingerprints + files->fingerprint_count;
    Yidi__Fingerprint **list = arena_take(arena, (room + 1) * sizeof(Yidi__Fingerprint *));
    if (list == NULL)
        return ERR_MEMORY;
    size_t count = 0;
    for (; count < form->n_fingerprints; count++)
        list[count] = form->fingerprints[count];
    for (size_t i = 0; i < files->fingerprint_count; i++) {
        size_t known = 0;
        while (known < count && list[known]->position != files->fingerprints[i].position)
            known++;
        if (known < count)
            continue;
        list[count] = arena_take(arena, sizeof **list);
        if (list[count] == NULL)
            return ERR_MEMORY;
        yidi__fingerprint__init(list[count]);
        list[count++]->position = files->fingerprints[i].position;
    }
    if (count > FINGERPRINTS_MAX)
        return refuse(ret_refusal, REFUSAL_FINGERPRINT_INVALID, "form.fingerprints",
                      "at most %d templates", FINGERPRINTS_MAX);
    sort_by_position(list, count);
    form->fingerprints = list;
    form->n_fingerprints = count;
    return OK;
}

static const char *
find_file(const struct application_files *files, Yidi__FingerPosition position)
{
    for (size_t i = 0; i < files->fingerprint_count; i++)
        if (files->fingerprints[i].position == position)
            return files->fingerprints[i].path;
    return NULL;
}

static enum result
attach(const struct application_files *files, const char *path, struct arena *arena,
       struct bytes *ret_frame, ProtobufCBinaryData *ret_digest, struct refusal *ret_refusal)
{
    enum result result = read_attachment(files, path, arena, ret_frame, ret_refusal);
    return result == OK ? put_digest(*ret_frame, arena, ret_digest) : result;
}

static enum result
attach_template(Yidi__Fingerprint *fingerprint, const struct application_files *files,
                struct arena *arena, struct bytes *ret_frame, struct refusal *ret_refusal)
{
    const char *path = find_file(files, fingerprint->position);
    if (path == NULL)
        return refuse(
            ret_refusal, REFUSAL_FINGERPRINT_INVALID, "form.fingerprints",
            "the template of the %s has no file",
            output_term(&yidi__finger_position__descriptor, (int)fingerprint->position, arena));
    return attach(files, path, arena, ret_frame, &fingerprint->digest, ret_refusal);
}

/* A digest without its photo is that of another application. */
static enum result
attach_guardian_photo(const struct application_files *files, struct arena *arena,
                      struct application *application, struct refusal *ret_refusal)
{
    Yidi__Guardian *guardian = application->apply.form->guardian;
    if (guardian != NULL)
        guardian->photo_digest = (ProtobufCBinaryData){ 0 };
    if (files->guardian_photo == NULL)
        return OK;
    if (guardian == NULL)
        return refuse(ret_refusal, REFUSAL_GUARDIAN_MISSING, "form.guardian",
                      "a photo with the guardian needs a guardian in the form");
    return attach(files, files->guardian_photo, arena,
                  &application->frames[application->frame_count++], &guardian->photo_digest,
                  ret_refusal);
}

enum result
application_prepare(Yidi__ApplicationForm *form, const char *request_key,
                    const struct application_files *files, struct arena *arena,
                    struct application *ret_application, struct refusal *ret_refusal)
{
    struct application application = { .apply = YIDI__APPLY__INIT };
    application.apply.form = form;
    application.apply.request_key = (char *)request_key;

    enum result result = OK;
    if (files->photo != NULL)
        result = attach(files, files->photo, arena, &application.frames[application.frame_count++],
                        &form->photo_digest, ret_refusal);
    if (result == OK)
        result = merge_positions(form, files, arena, ret_refusal);
    for (size_t i = 0; result == OK && i < form->n_fingerprints; i++)
        result = attach_template(form->fingerprints[i], files, arena,
                                 &application.frames[application.frame_count++], ret_refusal);
    if (result == OK)
        result = attach_guardian_photo(files, arena, &application, ret_refusal);
    if (result == OK)
        *ret_application = application;
    return result;
}

static enum result
refuse_finger(const char *name, struct refusal *ret_refusal)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "fingerprint",
                  "no finger is called %.30s; there are %s", name,
                  output_terms(&yidi__finger_position__descriptor, &arena));
}

enum result
application_read_fingerprint(const char *text, struct application_fingerprint *ret_fingerprint,
                             struct refusal *ret_refusal)
{
    char position_name[64];
    int position;
    const char *colon = strchr(text, ':');
    size_t size = colon == NULL ? 0 : (size_t)(colon - text);
    if (size == 0 || size >= sizeof position_name || colon[1] == '\0')
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "fingerprint",
                      "POSITION:FILE, such as RIGHT_THUMB:thumb.bin");
    memcpy(position_name, text, size);
    position_name[size] = '\0';
    if (!output_find_term(&yidi__finger_position__descriptor, position_name, &position))
        return refuse_finger(position_name, ret_refusal);
    *ret_fingerprint = (struct application_fingerprint){
        .position = (Yidi__FingerPosition)position,
        .path = colon + 1,
    };
    return OK;
}
