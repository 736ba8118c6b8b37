/* SPDX-License-Identifier: Apache-2.0
 *
 * form_words - the choices and fields of the registration form as they are printed, in Chinese and
 * English.
 */
#ifndef DOMAIN_FORM_WORDS_H
#define DOMAIN_FORM_WORDS_H

#include "common/domain/form_terms.h"

struct words {
    const char *chinese;
    const char *english;
};

/* Of a number that is none of the choices: "无", "none". */
struct words form_words_kind(enum form_kind kind);
struct words form_words_reason(enum form_reason reason);
struct words form_words_sex(enum sex sex);
struct words form_words_basis(enum form_basis basis);
struct words form_words_document(enum form_document document);
struct words form_words_waiver(enum form_waiver waiver);
struct words form_words_finger(enum form_finger finger);

/* What a field is called on paper, by its path, such as form.person.address; the path itself when
 * it is none of the form's. */
struct words form_words_field(const char *path);

#endif
