/* SPDX-License-Identifier: Apache-2.0
 *
 * application - a filled-in form with its photos and templates, made ready to be sent.
 *
 * Reads the files and puts their digests into the form. Whether the application is acceptable is
 * the office's business.
 */
#ifndef YIDICTL_APPLICATION_H
#define YIDICTL_APPLICATION_H

#include "common/core/arena.h"
#include "common/core/limits.h"
#include "common/core/refusal.h"
#include "common/domain/finger.h"
#include "proto/control.pb-c.h"

enum { FINGERPRINTS_MAX = FINGERS_WANTED };

struct application_fingerprint {
    Yidi__FingerPosition position;
    const char *path;
};

struct application_files {
    const char *folder;         /* relative paths start here; NULL: the working folder */
    const char *photo;          /* NULL: none */
    const char *guardian_photo; /* of guardian and applicant together; NULL: none */
    size_t fingerprint_count;
    struct application_fingerprint fingerprints[FINGERPRINTS_MAX];
};

struct application {
    Yidi__Apply apply; /* in the arena, as all it holds */
    size_t frame_count;
    struct bytes frames[ATTACHMENTS_MAX]; /* photo if any, templates in the form's order, photo
                                             with the guardian if any */
};

/* Complete the form from the files.
 *
 * form         in, out; the digests of its photos and its fingerprints are written, in the order
 *                of the fingers. Each position that the form names needs a file.
 * request_key  borrowed; may be empty.
 * ERR_REFUSED  FILE_UNREADABLE, FINGERPRINT_INVALID, GUARDIAN_MISSING; ERR_MEMORY */
enum result application_prepare(Yidi__ApplicationForm *form, const char *request_key,
                                const struct application_files *files, struct arena *arena,
                                struct application *ret_application,
                                struct refusal *ret_refusal) MUST_CHECK;

/* Read POSITION:FILE, such as right-thumb:thumb.bin; the path is borrowed from the text. */
enum result application_read_fingerprint(const char *text,
                                         struct application_fingerprint *ret_fingerprint,
                                         struct refusal *ret_refusal) MUST_CHECK;

#endif
