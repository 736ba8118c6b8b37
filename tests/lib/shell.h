/* SPDX-License-Identifier: Apache-2.0
 *
 * shell - command lines as a person types them, such as curl's, and what they print.
 */
#ifndef TESTS_SHELL_H
#define TESTS_SHELL_H

enum { SHELL_OUTPUT_BYTES = 65536 };

extern char shell_output[SHELL_OUTPUT_BYTES]; /* of the last command line */

/* Its exit status; 128 when a signal ended it. */
int shell_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The last output holds these words; or does not. Else the test fails. */
void shell_expect(const char *wanted);
void shell_expect_not(const char *unwanted);

#endif
