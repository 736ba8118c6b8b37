/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/form_terms.h"

#include <stddef.h>

#define NAME_IN(names, value) name_in(names, sizeof names / sizeof *names, (unsigned)(value))

static const char *
name_in(const char *const *names, size_t count, unsigned value)
{
    return value < count && names[value] != NULL ? names[value] : "UNKNOWN_VALUE";
}

const char *
form_kind_name(enum form_kind kind)
{
    static const char *const names[] = { "APPLICATION_KIND_UNSPECIFIED", "RENEWAL", "REPLACEMENT",
                                         "FIRST" };
    return NAME_IN(names, kind);
}

const char *
form_reason_name(enum form_reason reason)
{
    static const char *const names[] = { "APPLICATION_REASON_UNSPECIFIED",
                                         "EXPIRED",
                                         "EXPIRING",
                                         "DAMAGED",
                                         "DETAILS_CHANGED",
                                         "LOST",
                                         "STOLEN",
                                         "FIRST_CARD" };
    return NAME_IN(names, reason);
}

const char *
sex_name(enum sex sex)
{
    static const char *const names[] = { [SEX_UNKNOWN] = "SEX_UNKNOWN",
                                         [SEX_MALE] = "MALE",
                                         [SEX_FEMALE] = "FEMALE",
                                         [SEX_UNSTATED] = "SEX_UNSTATED" };
    return NAME_IN(names, sex);
}

const char *
form_basis_name(enum form_basis basis)
{
    static const char *const names[] = { "RESIDENCE_BASIS_UNSPECIFIED", "WORK", "STUDY", "LIVING" };
    return NAME_IN(names, basis);
}

const char *
form_document_name(enum form_document document)
{
    static const char *const names[] = { "DOCUMENT_KIND_UNSPECIFIED", "ORIGINAL_CARD",
                                         "HOUSEHOLD_REGISTER",        "RESIDENCE_PERMIT",
                                         "DRIVING_LICENCE",           "PASSPORT" };
    return NAME_IN(names, document);
}

const char *
form_waiver_name(enum form_waiver waiver)
{
    static const char *const names[] = { "NO_WAIVER", "WELFARE", "HARDSHIP" };
    return NAME_IN(names, waiver);
}

const char *
form_finger_name(enum form_finger finger)
{
    static const char *const names[] = { "FINGER_POSITION_UNSPECIFIED",
                                         "RIGHT_THUMB",
                                         "RIGHT_INDEX",
                                         "RIGHT_MIDDLE",
                                         "RIGHT_RING",
                                         "RIGHT_LITTLE",
                                         "LEFT_THUMB",
                                         "LEFT_INDEX",
                                         "LEFT_MIDDLE",
                                         "LEFT_RING",
                                         "LEFT_LITTLE" };
    return NAME_IN(names, finger);
}
