/* SPDX-License-Identifier: Apache-2.0
 *
 * citizen_maker - synthetic citizens and their applications: nobody's data.
 *
 * The same seed makes the same citizen. Everything that a form borrows lies in the made_application
 * itself, so it must stay where it is.
 */
#ifndef TESTS_CITIZEN_MAKER_H
#define TESTS_CITIZEN_MAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/bytes.h"
#include "common/core/limits.h"
#include "deploy/demo/photo_maker.h"
#include "proto/message.pb-c.h"

enum { CITIZEN_MAKER_LINE_BYTES = 400 };

struct made_citizen {
    uint64_t seed;
    char number[CITIZEN_NUMBER_CHARS + 1];
    char division[DIVISION_CHARS + 1]; /* of registration; the first six digits of the number too */
    char name[64];
    char address[160];
    char card_serial[41]; /* of the present card */
    uint32_t birth_date;
    bool male;
    bool fingerprints_on_file;
    bool bad_credit;
};

/* A grown-up of that county, born 1960 to 1999, good credit, fingerprints on file, a card that
 * has expired. Seeds below 13 millions make different numbers. */
void citizen_make(uint64_t seed, const char *division, struct made_citizen *ret_citizen);

/* The citizen's line of a population file (citizen_csv.h), with its line end. Answers its size. */
size_t citizen_make_line(const struct made_citizen *citizen,
                         char ret_line[CITIZEN_MAKER_LINE_BYTES]);

struct made_application {
    struct made_citizen citizen;
    Yidi__Person person;
    Yidi__Fingerprint fingerprints[2];
    Yidi__Fingerprint *fingerprint_list[2];
    Yidi__ApplicationForm form;
    uint8_t photo[PHOTO_MAKER_ROOM];
    size_t photo_size;
    uint8_t templates[2][PHOTO_MAKER_TEMPLATE_BYTES];
    Yidi__Guardian guardian;
    char guardian_number[CITIZEN_NUMBER_CHARS + 1];
    uint8_t together[PHOTO_MAKER_ROOM]; /* of guardian and applicant */
    size_t together_size;
};

/* A form that every rule accepts, with photo and two templates. It draws, which takes some
 * milliseconds.
 *
 * kind  RENEWAL (expiring, original card as evidence) or REPLACEMENT (lost, household register);
 *       application_set_kind makes the one of the other. */
void application_make(const struct made_citizen *citizen, Yidi__ApplicationKind kind,
                      struct made_application *ret_application);
void application_set_kind(struct made_application *application, Yidi__ApplicationKind kind);

/* Another citizen on the same form; the photo and the templates stay, which saves the time to draw
 * them. */
void application_set_citizen(struct made_application *application,
                             const struct made_citizen *citizen);

/* A guardian who comes along, and a photo of the two, drawn as of that seed. */
void application_add_guardian(struct made_application *application, uint64_t seed);

/* Photo, templates, and the photo with the guardian if the form names one, as frames behind the
 * request. Answers their count. */
size_t application_frames(const struct made_application *application,
                          struct bytes ret_frames[ATTACHMENTS_MAX]);

#endif
