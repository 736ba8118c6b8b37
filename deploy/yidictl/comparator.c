/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/comparator.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/core/auto.h"

enum { OUTPUT_BYTES = 256, LINE_BYTES = 4200, LOOK_MS = 10, STATUS_MATCH = 0, STATUS_NO_MATCH = 1 };

static void
descriptor_auto(const int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
}

/* A file that is nowhere but in memory; -1 when there is no room. */
static int
put_in_memory(struct bytes data)
{
    int file = memfd_create("reference", 0);
    size_t written = 0;
    while (file >= 0 && written < data.size) {
        ssize_t size = write(file, data.data + written, data.size - written);
        if (size <= 0) {
            close(file);
            return -1;
        }
        written += (size_t)size;
    }
    return file;
}

struct invocation {
    char line[LINE_BYTES]; /* for the shell */
    char reference[32];
    const char *probe;
};

/* In the child: nothing that allocates or locks. */
static void
become_comparator(const struct invocation *invocation, int output)
{
    if (setpgid(0, 0) == 0 && dup2(output, STDOUT_FILENO) >= 0)
        execl("/bin/sh", "sh", "-c", invocation->line, "comparator", invocation->reference,
              invocation->probe, (char *)NULL);
    _exit(127);
}

static uint64_t
monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* What it prints, until it closes its output; what is beyond the room is read and forgotten. False
 * when that takes too long. */
static bool
read_output(int output, uint64_t end_ms, char ret_text[OUTPUT_BYTES])
{
    size_t used = 0;
    for (;;) {
        char piece[OUTPUT_BYTES];
        uint64_t now_ms = monotonic_ms();
        struct pollfd wait = { .fd = output, .events = POLLIN };
        if (now_ms >= end_ms || poll(&wait, 1, (int)(end_ms - now_ms)) == 0)
            return false;
        ssize_t size = read(output, piece, sizeof piece);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            break;
        for (ssize_t i = 0; i < size && used + 1 < OUTPUT_BYTES; i++)
            ret_text[used++] = piece[i];
    }
    ret_text[used] = '\0';
    return true;
}

/* The first line, which is a score or empty. */
static bool
read_score(const char *text, char ret_score[COMPARATOR_SCORE_BYTES])
{
    size_t size = strcspn(text, "\r\n");
    size_t digits = strspn(text, "0123456789");
    if (digits < size && digits > 0 && text[digits] == '.')
        digits += 1 + strspn(text + digits + 1, "0123456789");
    if (digits != size || size >= COMPARATOR_SCORE_BYTES || (size > 0 && text[size - 1] == '.'))
        return false;
    memcpy(ret_score, text, size);
    ret_score[size] = '\0';
    return true;
}

static enum result
take_end(int status, const char *text, struct comparison *ret_comparison,
         struct refusal *ret_refusal)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (code != STATUS_MATCH && code != STATUS_NO_MATCH)
        return refuse(ret_refusal, REFUSAL_COMPARATOR_FAILED, "probe",
                      "it ended with status %d, neither 0 (match) nor 1 (no match)", code);
    if (!read_score(text, ret_comparison->score))
        return refuse(ret_refusal, REFUSAL_COMPARATOR_FAILED, "probe",
                      "it printed something else than a score");
    ret_comparison->match = code == STATUS_MATCH;
    return OK;
}

/* Its end; when the time is over it is killed with all that it started. */
static bool
await(pid_t child, bool in_time, uint64_t end_ms, int *ret_status)
{
    while (in_time && waitpid(child, ret_status, WNOHANG) == 0) {
        poll(NULL, 0, LOOK_MS);
        in_time = monotonic_ms() < end_ms;
    }
    if (in_time)
        return true;
    kill(-child, SIGKILL);
    kill(child, SIGKILL);
    while (waitpid(child, ret_status, 0) < 0 && errno == EINTR)
        ;
    return false;
}

static enum result
run(const struct invocation *invocation, uint64_t timeout_ms, struct comparison *ret_comparison,
    struct refusal *ret_refusal)
{
    int ends[2], status = 0;
    char text[OUTPUT_BYTES];
    uint64_t end_ms = monotonic_ms() + timeout_ms;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return refuse(ret_refusal, REFUSAL_COMPARATOR_FAILED, "probe", "%s", strerror(errno));
    pid_t child = fork();
    if (child == 0)
        become_comparator(invocation, ends[1]);
    close(ends[1]);
    bool ended = child > 0 && await(child, read_output(ends[0], end_ms, text), end_ms, &status);
    close(ends[0]);
    if (child < 0)
        return refuse(ret_refusal, REFUSAL_COMPARATOR_FAILED, "probe", "there is no room for it");
    return ended
               ? take_end(status, text, ret_comparison, ret_refusal)
               : refuse(ret_refusal, REFUSAL_COMPARATOR_FAILED, "probe", "it did not end in time");
}

enum result
comparator_run(const char *command_line, struct bytes reference, const char *probe,
               uint64_t timeout_ms, struct comparison *ret_comparison, struct refusal *ret_refusal)
{
    struct invocation invocation = { .probe = probe };
    if (access(probe, R_OK) != 0)
        return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, "probe", "%s", strerror(errno));
    AUTO(descriptor) int file = put_in_memory(reference);
    int size = snprintf(invocation.line, LINE_BYTES, "%s \"$@\"", command_line);
    if (file < 0 || size < 0 || size >= LINE_BYTES)
        return refuse(ret_refusal, REFUSAL_COMPARATOR_FAILED, "probe", "there is no room for it");
    snprintf(invocation.reference, sizeof invocation.reference, "/dev/fd/%d", file);
    return run(&invocation, timeout_ms, ret_comparison, ret_refusal);
}
