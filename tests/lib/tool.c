/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { POLL_MS = 2 };

static _Noreturn void
become_tool(int output, char *const *list, uint64_t file_bytes_max)
{
    const struct rlimit limit = { .rlim_cur = file_bytes_max, .rlim_max = file_bytes_max };
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)dup2(output, STDOUT_FILENO);
    (void)dup2(output, STDERR_FILENO);
    if (file_bytes_max > 0) {
        (void)signal(SIGXFSZ, SIG_IGN);
        (void)setrlimit(RLIMIT_FSIZE, &limit);
    }
    execv(list[0], list);
    _exit(127);
}

void
tool_start(struct tool *tool, const char *const *arguments, uint64_t file_bytes_max)
{
    char program[NETWORK_PATH_BYTES];
    char *list[TOOL_ARGUMENTS_MAX + 2] = { program };
    const char *bin = getenv("YIDI_BIN");
    snprintf(program, sizeof program, "%s/yidictl", bin == NULL ? "build/bin" : bin);
    for (size_t i = 0; arguments[i] != NULL; i++) {
        assert_true(i < TOOL_ARGUMENTS_MAX);
        list[i + 1] = (char *)(uintptr_t)arguments[i];
    }
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    tool->pid = fork();
    assert_true(tool->pid >= 0);
    if (tool->pid == 0)
        become_tool(ends[1], list, file_bytes_max);
    close(ends[1]);
    tool->output = ends[0];
}

static void
read_output(struct tool *tool)
{
    size_t size = 0;
    ssize_t got = 1;
    while (got > 0 && size < sizeof tool->text - 1) {
        got = read(tool->output, tool->text + size, sizeof tool->text - 1 - size);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            size += (size_t)got;
    }
    tool->text[size] = '\0';
    close(tool->output);
}

int
tool_wait(struct tool *tool)
{
    const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
    int status;
    for (int waited_ms = 0; waitpid(tool->pid, &status, WNOHANG) == 0; waited_ms += POLL_MS) {
        if (waited_ms > TOOL_PATIENCE_MS) {
            kill(tool->pid, SIGKILL);
            fail_msg("yidictl does not end");
        }
        nanosleep(&pause, NULL);
    }
    read_output(tool);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
tool_run(struct tool *tool, const char *const *arguments)
{
    tool_start(tool, arguments, 0);
    return tool_wait(tool);
}

/* ---- commands that need an office's trust ---- */

struct line {
    const char *words[TOOL_ARGUMENTS_MAX + 1];
    size_t count;
    char directory[NETWORK_PATH_BYTES];
    char root[NETWORK_PATH_BYTES];
    char store[NETWORK_PATH_BYTES];
};

static void
add(struct line *line, const char *option, const char *value)
{
    line->words[line->count++] = option;
    if (value != NULL)
        line->words[line->count++] = value;
}

static void
begin(struct line *line, const struct network_office *office, const char *command,
      const char *store)
{
    *line = (struct line){ .count = 0 };
    snprintf(line->root, sizeof line->root, "%s/root.pem", office->network->authority.folder);
    add(line, command, NULL);
    add(line, "--office", office->code);
    add(line, "--store", network_path(office, store, line->store));
    add(line, "--directory", network_path(office, "directory", line->directory));
    add(line, "--root", line->root);
}

void
tool_backup(struct tool *tool, const struct network_office *office, const char *to,
            const char *const *more, uint64_t file_bytes_max)
{
    struct line line;
    char path[NETWORK_PATH_BYTES];
    begin(&line, office, "backup", "data");
    add(&line, "--to", network_path(office, to, path));
    for (size_t i = 0; more != NULL && more[i] != NULL; i++)
        add(&line, more[i], NULL);
    tool_start(tool, line.words, file_bytes_max);
}

void
tool_restore(struct tool *tool, const struct network_office *office, const char *from,
             const char *store, uint64_t file_bytes_max)
{
    struct line line;
    begin(&line, office, "restore", store);
    add(&line, "--from", from);
    tool_start(tool, line.words, file_bytes_max);
}

int
tool_verify(struct tool *tool, const struct network_office *office, const char *store)
{
    struct line line;
    begin(&line, office, "verify", store);
    for (size_t i = line.count++; i > 0; i--)
        line.words[i] = line.words[i - 1];
    line.words[0] = "journal";
    return tool_run(tool, line.words);
}
