/* SPDX-License-Identifier: Apache-2.0
 *
 * language - whether what a code means is said in Chinese too.
 */
#ifndef YIDICTL_LANGUAGE_H
#define YIDICTL_LANGUAGE_H

#include <stdbool.h>

#include "common/core/refusal.h"

/* Does the environment ask for Chinese? LC_ALL, LC_MESSAGES and LANG, the first that is set, begins
 * with zh. */
bool language_of_environment(void);

/* The same of an option's value, zh or en; NULL is the environment. OPTION_INVALID for others. */
enum result language_read(const char *option, bool *ret_chinese,
                          struct refusal *ret_refusal) MUST_CHECK;

#endif
