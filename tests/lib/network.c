/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemons of a network as processes: started, watched, ended by their process id.
 */
#include "tests/lib/network.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    LOG_TAIL_BYTES = 2500,
    POLL_MS = 5,
    ARGUMENTS_MAX = 16,
    PROGRAM_BYTES = 512,
    ENVIRONMENT_MAX = 256
};

static uint64_t
monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
pause_ms(long time_ms)
{
    const struct timespec pause = { .tv_sec = time_ms / 1000, .tv_nsec = time_ms % 1000 * 1000000 };
    nanosleep(&pause, NULL);
}

/* ---- processes ---- */

static void
find_program(const struct network_office *office, char ret_program[PROGRAM_BYTES])
{
    const char *folder = getenv("YIDI_BIN");
    snprintf(ret_program, PROGRAM_BYTES, "%s/%s-node", folder == NULL ? "build/bin" : folder,
             directory_role_unit(office->role));
}

/* Our environment, and behind it what an office gets more. */
static void
make_environment(const struct network_office *office, char *ret_list[ENVIRONMENT_MAX + 1])
{
    size_t count = 0;
    for (char **ours = environ; *ours != NULL && count < ENVIRONMENT_MAX; ours++)
        ret_list[count++] = *ours;
    for (size_t i = 0; office->environment != NULL && office->environment[i] != NULL; i++) {
        assert_true(count < ENVIRONMENT_MAX);
        ret_list[count++] = (char *)office->environment[i];
    }
    ret_list[count] = NULL;
}

/* It ends when we do. Between fork and exec nothing but plain system calls: there may be threads.
 */
static pid_t
spawn(const char *program, char *const *arguments, char *const *environment, int output)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent && dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0)
        execve(program, arguments, environment);
    _exit(127);
}

/* The status as a shell tells it; -1 when the process did not end in time. */
static int
wait_for_end(pid_t pid, uint64_t patience_ms)
{
    uint64_t deadline_ms = monotonic_ms() + patience_ms;
    int status;
    for (;;) {
        pid_t ended = waitpid(pid, &status, WNOHANG);
        if (ended == pid)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (ended < 0 || monotonic_ms() >= deadline_ms)
            return -1;
        pause_ms(POLL_MS);
    }
}

static void
forget_process(struct network_office *office)
{
    control_client_close(office->client);
    office->client = NULL;
    office->pid = 0;
}

bool
network_alive(struct network_office *office)
{
    siginfo_t info = { .si_pid = 0 };
    return office->pid != 0 &&
           waitid(P_PID, (id_t)office->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == 0;
}

void
network_launch(struct network_office *office)
{
    char program[PROGRAM_BYTES], log_path[NETWORK_PATH_BYTES], conf[NETWORK_PATH_BYTES];
    network_path(office, "log", log_path);
    network_path(office, "conf", conf);
    find_program(office, program);
    assert_int_equal(office->pid, 0);
    int output = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(output >= 0);
    char *arguments[] = { program, "--config", conf, NULL }, *environment[ENVIRONMENT_MAX + 1];
    make_environment(office, environment);
    office->pid = spawn(program, arguments, environment, output);
    close(output);
    assert_true(office->pid > 0);
}

static bool
answers(struct network_office *office)
{
    Yidi__Status status = YIDI__STATUS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    AUTO(network_answer) struct network_answer answer = { 0 };
    request.command_case = YIDI__REQUEST__COMMAND_STATUS;
    request.status = &status;
    return network_try_ask(office, &request, NULL, 0, 1000, &answer);
}

void
network_await(struct network_office *office)
{
    uint64_t deadline_ms = monotonic_ms() + NETWORK_PATIENCE_MS;
    while (!answers(office)) {
        if (!network_alive(office)) {
            office->pid = 0;
            fail_msg("%s ended at its start", office->code);
        }
        if (monotonic_ms() >= deadline_ms)
            fail_msg("%s does not answer", office->code);
        pause_ms(POLL_MS);
    }
}

void
network_start(struct network_office *office)
{
    network_launch(office);
    network_await(office);
}

void
network_start_all(struct network *network)
{
    for (int i = 0; i < NETWORK_OFFICE_COUNT; i++)
        if (network->offices[i].pid == 0)
            network_launch(&network->offices[i]);
    for (int i = 0; i < NETWORK_OFFICE_COUNT; i++)
        network_await(&network->offices[i]);
}

static int
end(struct network_office *office, int signal_number)
{
    pid_t pid = office->pid;
    assert_true(pid > 0);
    kill(pid, signal_number);
    int status = wait_for_end(pid, NETWORK_PATIENCE_MS);
    if (status < 0) {
        kill(pid, SIGKILL);
        (void)wait_for_end(pid, NETWORK_PATIENCE_MS);
    }
    forget_process(office);
    return status;
}

void
network_stop(struct network_office *office)
{
    int status = end(office, SIGTERM);
    if (status != 0)
        fail_msg("%s ended with status %d", office->code, status);
}

void
network_kill(struct network_office *office)
{
    int status = end(office, SIGKILL);
    if (status != 128 + SIGKILL)
        fail_msg("%s had ended before, with status %d", office->code, status);
}

void
network_stop_all(struct network *network)
{
    for (int i = 0; i < NETWORK_OFFICE_COUNT; i++)
        if (network->offices[i].pid != 0)
            network_stop(&network->offices[i]);
}

void
network_hang_up(struct network_office *office)
{
    assert_true(network_alive(office));
    assert_int_equal(kill(office->pid, SIGHUP), 0);
}

static size_t
read_all(int descriptor, char *ret_text, size_t room)
{
    ssize_t size = pread(descriptor, ret_text, room - 1, 0);
    ret_text[size < 0 ? 0 : size] = '\0';
    return size < 0 ? 0 : (size_t)size;
}

int
network_run(struct network_office *office, const char *const *arguments, char *ret_output,
            size_t room)
{
    char program[PROGRAM_BYTES], path[NETWORK_PATH_BYTES];
    char *list[ARGUMENTS_MAX + 2] = { program };
    for (size_t i = 0; arguments[i] != NULL; i++) {
        assert_true(i < ARGUMENTS_MAX);
        list[i + 1] = (char *)arguments[i];
    }
    find_program(office, program);
    int output =
        open(network_path(office, "output", path), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(output >= 0);
    pid_t pid = spawn(program, list, environ, output);
    int status = wait_for_end(pid, NETWORK_PATIENCE_MS);
    if (status < 0) {
        kill(pid, SIGKILL);
        status = wait_for_end(pid, NETWORK_PATIENCE_MS);
    }
    read_all(output, ret_output, room);
    close(output);
    return status;
}

/* ---- the end ---- */

static void
show_log(const struct network_office *office)
{
    char path[NETWORK_PATH_BYTES], text[LOG_TAIL_BYTES + 1];
    int log = open(network_path(office, "log", path), O_RDONLY | O_CLOEXEC);
    if (log < 0)
        return;
    off_t size = lseek(log, 0, SEEK_END);
    off_t start = size > LOG_TAIL_BYTES ? size - LOG_TAIL_BYTES : 0;
    ssize_t got = pread(log, text, LOG_TAIL_BYTES, start);
    close(log);
    if (got > 0)
        fprintf(stderr, "---- end of the log of %s\n%.*s", office->code, (int)got, text);
}

static bool
end_all(struct network *network, int signal_number)
{
    bool well = true;
    for (int i = 0; i < NETWORK_OFFICE_COUNT; i++) {
        struct network_office *office = &network->offices[i];
        int status = office->pid == 0 ? 0 : end(office, signal_number);
        if (status != 0 && signal_number == SIGTERM)
            fprintf(stderr, "%s ended with status %d\n", office->code, status);
        well = well && status == 0;
    }
    return well;
}

static void
free_keys(struct network *network)
{
    for (int i = 0; i < NETWORK_OFFICE_COUNT; i++) {
        certificate_destroy(network->offices[i].certificate);
        signing_key_destroy(network->offices[i].key);
    }
    certificate_destroy(network->directory_certificate);
    signing_key_destroy(network->directory_key);
}

void
network_close(struct network *network, bool failed)
{
    if (network->authority.folder[0] == '\0')
        return;
    bool well = end_all(network, failed ? SIGKILL : SIGTERM) && !failed;
    free_keys(network);
    if (well) {
        authority_close(&network->authority);
    } else {
        for (int i = 0; i < NETWORK_OFFICE_COUNT; i++)
            show_log(&network->offices[i]);
        fprintf(stderr, "---- all of it is in %s\n", network->authority.folder);
    }
    *network = (struct network){ 0 };
    if (!well && !failed)
        fail_msg("a daemon ended badly");
}
