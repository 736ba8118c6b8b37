/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/shell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { COMMAND_LINE_BYTES = 4000 };

char shell_output[SHELL_OUTPUT_BYTES];

int
shell_run(const char *format, ...)
{
    char line[COMMAND_LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    assert_in_range(size, 1, COMMAND_LINE_BYTES - 1);
    FILE *pipe = popen(line, "r");
    assert_non_null(pipe);
    shell_output[fread(shell_output, 1, sizeof shell_output - 1, pipe)] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

void
shell_expect(const char *wanted)
{
    if (strstr(shell_output, wanted) == NULL)
        fail_msg("not \"%s\" but: %s", wanted, shell_output);
}

void
shell_expect_not(const char *unwanted)
{
    if (strstr(shell_output, unwanted) != NULL)
        fail_msg("\"%s\" in: %s", unwanted, shell_output);
}
