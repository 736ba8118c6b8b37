/* SPDX-License-Identifier: Apache-2.0
 *
 * check - what a registry holds against its record, one check for each rule, and how each came out:
 * passed, a doubt, or failed.
 *
 * The findings (finding.h) say what is wrong; a check without any is passed. Pure: judges nothing
 * itself.
 */
#ifndef DOMAIN_CHECK_H
#define DOMAIN_CHECK_H

#include <stdint.h>

enum check {
    CHECK_ON_FILE,
    CHECK_ALIVE,
    CHECK_NUMBER,
    CHECK_DETAILS, /* name, sex, ethnic group, birth date */
    CHECK_ADDRESS,
    CHECK_REGISTRATION,
    CHECK_KIND, /* first card, or one after another */
    CHECK_LOSS,
    CHECK_TIME,
    CHECK_APPEARANCE,
    CHECK_PHOTO,
    CHECK_CREDIT,
    CHECK_SECOND_SCRIPT,
    CHECK_POLICY,
    CHECK_CLOCK,
    CHECK_COUNT
};

enum check_outcome {
    CHECK_PASSED,
    CHECK_DOUBTED,
    CHECK_FAILED,
    CHECK_NOT_MADE, /* nothing can be said of somebody who is not on file */
};

/* findings  a set of bits, as findings_judge gives it. */
enum check_outcome check_judge(enum check check, uint32_t findings);

/* Stable name, such as "ON_FILE"; and the check of a name, CHECK_COUNT when unknown. */
const char *check_name(enum check check);
enum check check_find(const char *name);

/* What it means that it passed, for an examiner. */
const char *check_english(enum check check);
const char *check_chinese(enum check check);

#endif
