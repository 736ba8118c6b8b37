/* SPDX-License-Identifier: Apache-2.0
 *
 * second_script - what a card shows beside the Chinese characters in autonomous areas (Resident
 * Identity Card Law, article 4): the name, and perhaps the address, once more in Uyghur, Mongolian,
 * Tibetan, Zhuang or any other script.
 *
 * The other items need no field: labels, sex, ethnic group and date are words that the machine has
 * for each area. The chip holds Chinese only. Decides what these texts may hold; does not know who
 * can print them (policy), nor whether they are right (the registry's record).
 */
#ifndef DOMAIN_SECOND_SCRIPT_H
#define DOMAIN_SECOND_SCRIPT_H

#include <stdbool.h>

#include "common/core/refusal.h"
#include "common/domain/person_name.h"

enum {
    SECOND_SCRIPT_NAME_BYTES_MAX = PERSON_NAME_BYTES_MAX,
    SECOND_SCRIPT_ADDRESS_BYTES_MAX = 300, /* as in proto/message.proto */
};

/* Texts are borrowed, terminated, and never NULL; both are empty when the card shows none. */
struct second_script {
    const char *name;
    const char *address; /* empty: only the name */
};

bool second_script_given(const struct second_script *script);

/* In any script but Chinese; no address without a name.
 *
 * prefix       of the fields that are named in a refusal: "form." or "".
 * ERR_REFUSED  PREFIXsecond_script_name: NAME_INVALID; PREFIXsecond_script_address:
 *              FIELD_OUT_OF_BOUNDS. */
enum result second_script_check(const struct second_script *script, const char *prefix,
                                struct refusal *ret_refusal) MUST_CHECK;

#endif
