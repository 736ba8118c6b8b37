/* SPDX-License-Identifier: Apache-2.0
 *
 * spool_test - real files, and real child processes: the hook is a shell script written here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/io/spool.h"

enum { PATIENCE_MS = 10000, TEXT_BYTES = 4096 };

struct fixture {
    char folder[200];    /* of the test */
    char directory[256]; /* of the spool in it; not there yet */
    char hook[256];
    char log[256]; /* what the hook writes */
    struct spool *spool;
    unsigned ended_count, success_count;
    char last_name[SPOOL_NAME_BYTES_MAX + 1];
};

static void
on_end(void *context, const char *name, bool success)
{
    struct fixture *fixture = context;
    fixture->ended_count++;
    fixture->success_count += success;
    snprintf(fixture->last_name, sizeof fixture->last_name, "%s", name);
}

static int
set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    const char *temporary = getenv("TMPDIR");
    snprintf(fixture->folder, sizeof fixture->folder, "%s/yidi-spool-XXXXXX",
             temporary == NULL ? "/tmp" : temporary);
    if (mkdtemp(fixture->folder) == NULL)
        return -1;
    snprintf(fixture->directory, sizeof fixture->directory, "%s/spool", fixture->folder);
    snprintf(fixture->hook, sizeof fixture->hook, "%s/hook", fixture->folder);
    snprintf(fixture->log, sizeof fixture->log, "%s/log", fixture->folder);
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *fixture = *state;
    spool_close(fixture->spool);
    DIR *folder = opendir(fixture->directory);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder != NULL)
        closedir(folder);
    rmdir(fixture->directory);
    unlink(fixture->hook);
    unlink(fixture->log);
    int failed = rmdir(fixture->folder);
    free(fixture);
    return failed;
}

/* ---- helpers ---- */

/* Open the spool with a hook of these shell commands; $log is the log file. */
static void
open_with_hook(struct fixture *fixture, const char *commands)
{
    FILE *file = fopen(fixture->hook, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\nlog='%s'\n%s\n", fixture->log, commands);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(fixture->hook, 0700), 0);
    assert_int_equal(spool_open(fixture->directory, fixture->hook, &fixture->spool), OK);
}

static void
write_file(struct fixture *fixture, const char *name, const char *text)
{
    assert_int_equal(spool_write(fixture->spool, name, bytes_of_text(text)), OK);
}

static void
read_text(const char *path, char ret_text[TEXT_BYTES])
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    ret_text[fread(ret_text, 1, TEXT_BYTES - 1, file)] = '\0';
    fclose(file);
}

static void
assert_file(const struct fixture *fixture, const char *name, const char *want)
{
    char path[400], text[TEXT_BYTES];
    snprintf(path, sizeof path, "%s/%s", fixture->directory, name);
    read_text(path, text);
    assert_string_equal(text, want);
}

static unsigned
count_files(const struct fixture *fixture)
{
    unsigned count = 0;
    DIR *folder = opendir(fixture->directory);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static void
pause_ms(long duration_ms)
{
    nanosleep(&(struct timespec){ duration_ms / 1000, duration_ms % 1000 * 1000000 }, NULL);
}

/* Poll with a clock that stands, until so many hooks have ended. */
static void
wait_for_ends(struct fixture *fixture, unsigned count, uint64_t now_ms)
{
    for (int waited_ms = 0; fixture->ended_count < count; waited_ms += 5) {
        if (waited_ms > PATIENCE_MS)
            fail_msg("%u of %u hooks ended", fixture->ended_count, count);
        spool_poll(fixture->spool, now_ms, on_end, fixture);
        pause_ms(5);
    }
    assert_int_equal(fixture->ended_count, count);
}

static void
wait_for_file(const char *path)
{
    for (int waited_ms = 0; access(path, F_OK) != 0; waited_ms += 5) {
        if (waited_ms > PATIENCE_MS)
            fail_msg("%s never came", path);
        pause_ms(5);
    }
}

/* ---- files ---- */

static void
spool_write_leaves_one_private_file_per_name(void **state)
{
    struct fixture *fixture = *state;
    struct stat status;
    char path[400];
    assert_int_equal(spool_open(fixture->directory, NULL, &fixture->spool), OK);
    assert_int_equal(stat(fixture->directory, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    write_file(fixture, "17.jsonl", "first\n");
    write_file(fixture, "17.jsonl", "first, again\n");
    write_file(fixture, "18.jsonl", "second\n");
    assert_file(fixture, "17.jsonl", "first, again\n");
    assert_file(fixture, "18.jsonl", "second\n");
    assert_int_equal(count_files(fixture), 2);
    snprintf(path, sizeof path, "%s/17.jsonl", fixture->directory);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
}

static void
spool_write_refuses_names_that_lead_elsewhere(void **state)
{
    struct fixture *fixture = *state;
    char longest[SPOOL_NAME_BYTES_MAX + 2];
    memset(longest, 'n', sizeof longest);
    longest[SPOOL_NAME_BYTES_MAX + 1] = '\0';
    const char *const names[] = {
        "", ".", "..", ".hidden", "a/b", "../out", "/etc/passwd", longest
    };
    assert_int_equal(spool_open(fixture->directory, "", &fixture->spool), OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(spool_write(fixture->spool, names[i], bytes_of_text("x")), ERR_REFUSED);
        assert_int_equal(spool_hook(fixture->spool, names[i]), ERR_REFUSED);
    }
    assert_int_equal(count_files(fixture), 0);
    longest[SPOOL_NAME_BYTES_MAX] = '\0';
    write_file(fixture, longest, "x");
}

static void
spool_write_says_when_the_folder_is_gone(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(spool_open(fixture->directory, NULL, &fixture->spool), OK);
    assert_int_equal(rmdir(fixture->directory), 0);
    assert_int_equal(spool_write(fixture->spool, "name", bytes_of_text("x")), ERR_IO);
}

static void
spool_open_refuses_a_hook_that_cannot_run(void **state)
{
    struct fixture *fixture = *state;
    FILE *file = fopen(fixture->hook, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(chmod(fixture->hook, 0600), 0);
    const char *const hooks[] = { fixture->hook, fixture->folder, "/no/such/program" };
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(spool_open(fixture->directory, hooks[i], &fixture->spool), ERR_IO);
    assert_int_equal(spool_open("/no/such/folder", NULL, &fixture->spool), ERR_IO);
}

/* ---- hooks ---- */

static void
spool_hook_gets_the_path_and_nothing_else(void **state)
{
    struct fixture *fixture = *state;
    char text[TEXT_BYTES], want[TEXT_BYTES];
    setenv("YIDI_SECRET", "not for the hook", 1);
    open_with_hook(fixture,
                   "{ echo \"$# $1\"; cat \"$1\"; echo \"[$YIDI_SECRET]\"; cat; } >\"$log\"");
    write_file(fixture, "17.jsonl", "the notification\n");
    assert_int_equal(spool_hook(fixture->spool, "17.jsonl"), OK);
    wait_for_ends(fixture, 1, 1);
    assert_int_equal(fixture->success_count, 1);
    assert_string_equal(fixture->last_name, "17.jsonl");
    read_text(fixture->log, text);
    snprintf(want, sizeof want, "1 %s/17.jsonl\nthe notification\n[]\n", fixture->directory);
    assert_string_equal(text, want);
    unsetenv("YIDI_SECRET");
}

static void
spool_hook_can_be_ended_by_signals_that_the_daemon_holds_back(void **state)
{
    struct fixture *fixture = *state;
    sigset_t term, before;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    assert_int_equal(sigprocmask(SIG_BLOCK, &term, &before), 0);
    signal(SIGPIPE, SIG_IGN);
    open_with_hook(fixture,
                   "case \"$1\" in */term) kill -TERM $$;; *) kill -PIPE $$;; esac; exit 0");
    assert_int_equal(spool_hook(fixture->spool, "term"), OK);
    assert_int_equal(spool_hook(fixture->spool, "pipe"), OK);
    wait_for_ends(fixture, 2, 1);
    assert_int_equal(fixture->success_count, 0);
    signal(SIGPIPE, SIG_DFL);
    assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
}

static void
spool_hook_inherits_no_descriptor(void **state)
{
    struct fixture *fixture = *state;
    char text[TEXT_BYTES];
    int leaked = dup2(0, 57); /* such as a database that is open */
    open_with_hook(fixture, "test -e /proc/$$/fd/57 && echo open >\"$log\" || echo no >\"$log\"");
    write_file(fixture, "17", "x");
    assert_int_equal(spool_hook(fixture->spool, "17"), OK);
    wait_for_ends(fixture, 1, 1);
    read_text(fixture->log, text);
    assert_string_equal(text, "no\n");
    close(leaked);
}

static void
spool_poll_tells_failure_from_success(void **state)
{
    struct fixture *fixture = *state;
    open_with_hook(fixture, "case \"$1\" in */good) exit 0;; */bad) exit 3;; *) kill -9 $$;; esac");
    const char *const names[] = { "good", "bad", "ugly" };
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(spool_hook(fixture->spool, names[i]), OK);
        wait_for_ends(fixture, i + 1, 1);
        assert_string_equal(fixture->last_name, names[i]);
        assert_int_equal(fixture->success_count, 1);
    }
}

static void
spool_runs_few_hooks_at_once_and_all_in_the_end(void **state)
{
    struct fixture *fixture = *state;
    char text[TEXT_BYTES];
    enum { HOOKS = 20 };
    open_with_hook(fixture, "echo start >>\"$log\"; while ! test -e \"$log.go\"; do sleep 0.01; "
                            "done; echo end >>\"$log\"");
    for (int i = 0; i < HOOKS; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", i);
        assert_int_equal(spool_hook(fixture->spool, name), OK);
    }
    for (int i = 0; i < 40; i++) {
        spool_poll(fixture->spool, 1, on_end, fixture);
        pause_ms(5);
    }
    read_text(fixture->log, text);
    assert_int_equal(strlen(text), SPOOL_RUNNING_MAX * strlen("start\n"));
    assert_int_equal(fixture->ended_count, 0);
    char go[300];
    snprintf(go, sizeof go, "%s.go", fixture->log);
    fclose(fopen(go, "w"));
    wait_for_ends(fixture, HOOKS, 1);
    assert_int_equal(fixture->success_count, HOOKS);
    unlink(go);
}

static void
spool_hook_says_when_too_many_wait(void **state)
{
    struct fixture *fixture = *state;
    open_with_hook(fixture, "exit 0");
    for (int i = 0; i < SPOOL_HOOKS_MAX; i++)
        assert_int_equal(spool_hook(fixture->spool, "same"), OK);
    assert_int_equal(spool_hook(fixture->spool, "same"), ERR_FULL);
    wait_for_ends(fixture, SPOOL_HOOKS_MAX, 1);
    assert_int_equal(fixture->success_count, SPOOL_HOOKS_MAX);
    assert_int_equal(spool_hook(fixture->spool, "same"), OK);
}

/* True once the process whose number the hook wrote to the log is gone. */
static bool
logged_process_is_gone(const struct fixture *fixture)
{
    char text[TEXT_BYTES];
    read_text(fixture->log, text);
    pid_t process = (pid_t)strtol(text, NULL, 10);
    assert_true(process > 1);
    for (int waited_ms = 0; waited_ms < PATIENCE_MS; waited_ms += 5) {
        char path[64], stat_text[TEXT_BYTES];
        snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
        if (access(path, F_OK) != 0)
            return true;
        read_text(path, stat_text);
        if (strstr(stat_text, ") Z ") != NULL) /* only init has not collected it yet */
            return true;
        pause_ms(5);
    }
    return false;
}

/* Starts a grandchild that writes its number, and hangs. */
#define HANGS "sleep 60 & echo $! >\"$log.new\"; mv \"$log.new\" \"$log\"; wait"

static void
spool_kills_a_hook_that_hangs_and_what_it_started(void **state)
{
    struct fixture *fixture = *state;
    open_with_hook(fixture, HANGS);
    assert_int_equal(spool_hook(fixture->spool, "17"), OK);
    wait_for_file(fixture->log);
    spool_poll(fixture->spool, 1000, on_end, fixture);
    spool_poll(fixture->spool, 1000 + SPOOL_HOOK_MS_MAX - 1, on_end, fixture);
    pause_ms(50);
    spool_poll(fixture->spool, 1000 + SPOOL_HOOK_MS_MAX - 1, on_end, fixture);
    assert_int_equal(fixture->ended_count, 0);
    wait_for_ends(fixture, 1, 1000 + SPOOL_HOOK_MS_MAX);
    assert_int_equal(fixture->success_count, 0);
    assert_true(logged_process_is_gone(fixture));
}

static void
spool_close_ends_what_still_runs(void **state)
{
    struct fixture *fixture = *state;
    open_with_hook(fixture, HANGS);
    assert_int_equal(spool_hook(fixture->spool, "17"), OK);
    wait_for_file(fixture->log);
    spool_close(MOVE(fixture->spool));
    assert_true(logged_process_is_gone(fixture));
}

static void
spool_tells_of_a_hook_that_cannot_start_any_more(void **state)
{
    struct fixture *fixture = *state;
    open_with_hook(fixture, "exit 0");
    assert_int_equal(unlink(fixture->hook), 0);
    assert_int_equal(spool_hook(fixture->spool, "17"), OK);
    wait_for_ends(fixture, 1, 1);
    assert_int_equal(fixture->success_count, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(spool_write_leaves_one_private_file_per_name),
        TEST(spool_write_refuses_names_that_lead_elsewhere),
        TEST(spool_write_says_when_the_folder_is_gone),
        TEST(spool_open_refuses_a_hook_that_cannot_run),
        TEST(spool_hook_gets_the_path_and_nothing_else),
        TEST(spool_hook_can_be_ended_by_signals_that_the_daemon_holds_back),
        TEST(spool_hook_inherits_no_descriptor),
        TEST(spool_poll_tells_failure_from_success),
        TEST(spool_runs_few_hooks_at_once_and_all_in_the_end),
        TEST(spool_hook_says_when_too_many_wait),
        TEST(spool_kills_a_hook_that_hangs_and_what_it_started),
        TEST(spool_close_ends_what_still_runs),
        TEST(spool_tells_of_a_hook_that_cannot_start_any_more),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
