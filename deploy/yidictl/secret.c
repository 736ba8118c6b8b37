/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/secret.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "deploy/yidictl/input.h"

enum { LINE_BYTES = PASSWORD_BYTES_MAX + 2, FILE_BYTES_MAX = 4096 };

static void
cut_line(char *line)
{
    line[strcspn(line, "\r\n")] = '\0';
}

/* One line, with the terminal's echo off. */
static bool
ask_once(FILE *terminal, const char *question, char line[LINE_BYTES])
{
    struct termios before, silent;
    if (tcgetattr(fileno(terminal), &before) != 0)
        return false;
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    if (tcsetattr(fileno(terminal), TCSAFLUSH, &silent) != 0)
        return false;
    fputs(question, stderr);
    bool read = fgets(line, LINE_BYTES, terminal) != NULL;
    fputc('\n', stderr);
    bool restored = tcsetattr(fileno(terminal), TCSAFLUSH, &before) == 0;
    if (read)
        cut_line(line);
    return read && restored;
}

static enum result
ask_terminal(char password[LINE_BYTES], struct refusal *ret_refusal)
{
    char again[LINE_BYTES] = "";
    FILE *terminal = isatty(STDIN_FILENO) ? fopen("/dev/tty", "r") : NULL;
    if (terminal == NULL)
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "password-file",
                      "no terminal to ask at; name a file, or - for standard input");
    bool asked =
        ask_once(terminal, "Password: ", password) && ask_once(terminal, "Once more: ", again);
    fclose(terminal);
    bool same = strcmp(password, again) == 0;
    password_forget(again, sizeof again);
    if (!asked)
        return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, "/dev/tty", "nothing was typed");
    return same ? OK
                : refuse(ret_refusal, REFUSAL_PASSWORD_INVALID, "password",
                         "the two are not the same");
}

static enum result
read_file(const char *path, char password[LINE_BYTES], struct refusal *ret_refusal)
{
    AUTO(arena) struct arena arena;
    struct bytes data;
    arena_init(&arena);
    enum result result = input_read(path, FILE_BYTES_MAX, &arena, &data, ret_refusal);
    if (result != OK)
        return result;
    snprintf(password, LINE_BYTES, "%.*s", (int)data.size, (const char *)data.data);
    cut_line(password);
    password_forget((void *)(uintptr_t)data.data, data.size);
    return OK;
}

enum result
secret_read(const char *path, const char *operator_name, char ret_hash[PASSWORD_HASH_BYTES],
            struct refusal *ret_refusal)
{
    char password[LINE_BYTES] = "";
    enum result result =
        path == NULL ? ask_terminal(password, ret_refusal) : read_file(path, password, ret_refusal);
    if (result == OK)
        result = password_check(password, operator_name, ret_refusal);
    if (result == OK)
        result = password_hash(password, ret_hash);
    password_forget(password, sizeof password);
    return result;
}
