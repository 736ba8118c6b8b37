/* SPDX-License-Identifier: Apache-2.0
 *
 * sample_form - a complete registration form that breaks no bound, with every field given.
 *
 * Static: a test changes what it needs in its own copy of the struct it changes.
 */
#ifndef TESTS_SAMPLE_FORM_H
#define TESTS_SAMPLE_FORM_H

#include "proto/message.pb-c.h"

struct sample_form {
    Yidi__Person person;
    Yidi__Guardian guardian;
    Yidi__Fingerprint fingerprints[3];
    Yidi__Fingerprint *fingerprint_list[3];
    Yidi__FingerPosition fingers_missing[2];
    Yidi__ApplicationForm form;
};

/* Fill it in; form points into the sample itself, so the sample must stay where it is. */
Yidi__ApplicationForm *sample_form_init(struct sample_form *sample);

#endif
