/* SPDX-License-Identifier: Apache-2.0
 *
 * simulate - runs many seeds on all cores, or one seed with its trace.
 *
 *     simulate [--first N] [--seeds N] [--days N] [--jobs N]    a summary
 *     simulate --seed N [--days N]                              a trace
 *              --no-recovery       an office that lost its past stays halted
 *
 * Exit status 1 when an invariant broke; the last line then names seed and invariant. Folders lie
 * in /dev/shm when there is one: what is simulated is not the disk's speed.
 */
#include <errno.h>
#include <ftw.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/figures.h"
#include "tests/simulation/world.h"

enum { JOBS_MAX = 64 };

struct plan {
    uint64_t first, seeds;
    unsigned days, jobs;
    bool traced;
    bool lost_for_good; /* nobody recovers an office that lost its past */
};

/* Shared by all processes of a run. */
struct board {
    _Atomic uint64_t next;
    struct verdict verdicts[JOBS_MAX];
};

static struct world world;

/* ---- folders ---- */

static char folder[64];

static int
remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

static bool
make_folder(void)
{
    const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(folder, sizeof folder, "%s/yidi-simulate.XXXXXX", parent);
    return mkdtemp(folder) != NULL && setenv("TMPDIR", folder, 1) == 0;
}

/* ---- running ---- */

/* What a daemon would log goes to a file, for the day that its process dies. */
static void
log_path(unsigned job, char ret_path[96])
{
    snprintf(ret_path, 96, "%s/job-%u.log", folder, job);
}

static void
show_last_words(unsigned job)
{
    enum { LAST_BYTES = 1500 };
    char path[96], words[LAST_BYTES + 1];
    log_path(job, path);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return;
    (void)(fseek(file, -LAST_BYTES, SEEK_END) == 0 || fseek(file, 0, SEEK_SET) == 0);
    words[fread(words, 1, LAST_BYTES, file)] = '\0';
    printf("%s", words);
    (void)fclose(file);
}

static void
live(const struct plan *plan, struct board *board, unsigned job)
{
    uint64_t index;
    char path[96];
    log_path(job, path);
    world.traced = plan->traced;
    world.administrator.idle = plan->lost_for_good;
    world_open(&world, &board->verdicts[job]);
    while ((index = board->next++) < plan->seeds && freopen(path, "w", stderr) != NULL)
        world_live(&world, plan->first + index, plan->days);
    world_close(&world);
}

static void
note_death(struct verdict *verdict, unsigned job, int status)
{
    if (verdict->broken || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
        return;
    show_last_words(job);
    verdict->broken = true;
    snprintf(verdict->invariant, sizeof verdict->invariant, "the process ended");
    if (WIFSIGNALED(status))
        snprintf(verdict->words, sizeof verdict->words, "signal %d; what it said stands above",
                 WTERMSIG(status));
    else
        snprintf(verdict->words, sizeof verdict->words, "status %d; what it said stands above",
                 WEXITSTATUS(status));
}

/* The first seed that is broken stops all others. */
static void
run_jobs(const struct plan *plan, struct board *board)
{
    pid_t children[JOBS_MAX];
    fflush(stdout);
    for (unsigned job = 0; job < plan->jobs; job++) {
        children[job] = fork();
        if (children[job] == 0) {
            live(plan, board, job);
            fflush(stdout);
            _exit(0);
        }
    }
    for (unsigned job = 0; job < plan->jobs; job++) {
        int status = 1;
        while (waitpid(children[job], &status, 0) < 0 && errno == EINTR)
            continue;
        note_death(&board->verdicts[job], job, status);
        if (board->verdicts[job].broken)
            board->next = plan->seeds;
    }
}

/* ---- telling ---- */

static const struct verdict *
find_broken(const struct board *board, unsigned jobs)
{
    const struct verdict *found = NULL;
    for (unsigned job = 0; job < jobs; job++)
        if (board->verdicts[job].broken &&
            (found == NULL || board->verdicts[job].seed < found->seed))
            found = &board->verdicts[job];
    return found;
}

static void
write_figures(const struct tally *tally)
{
    figures_add("simulated_seeds", tally->seeds);
    figures_add("simulated_days", tally->simulated_ms / (24 * 3600 * 1000));
    figures_add("simulated_messages", tally->messages);
    figures_add("simulated_crashes", tally->crashes);
    figures_add("simulated_partitions", tally->partitions);
    figures_add("simulated_restores", tally->restores);
    figures_add("simulated_recoveries", tally->recoveries);
}

static int
tell(const struct plan *plan, const struct board *board, double seconds)
{
    struct tally sum = { 0 };
    const struct verdict *broken = find_broken(board, plan->jobs);
    for (unsigned job = 0; job < plan->jobs; job++)
        tally_add(&sum, &board->verdicts[job].tally);
    printf("seeds %" PRIu64 ", simulated days %" PRIu64 ", cases %" PRIu64 ", messages %" PRIu64
           ", commands %" PRIu64 " (%" PRIu64 " refused)\n",
           sum.seeds, sum.simulated_ms / (24 * 3600 * 1000), sum.cases, sum.messages, sum.commands,
           sum.refusals);
    printf("crashes %" PRIu64 ", partitions %" PRIu64 ", full disks %" PRIu64 ", restores %" PRIu64
           ", recoveries %" PRIu64 ", overdue %" PRIu64 ", forgeries %" PRIu64 "\n",
           sum.crashes, sum.partitions, sum.full_disks, sum.restores, sum.recoveries, sum.overdue,
           sum.forgeries);
    printf("late faults %" PRIu64 ", destroyed %" PRIu64 ", redirections %" PRIu64
           ", batches %" PRIu64 ", temporary cards %" PRIu64 ", refunds %" PRIu64
           ", drafts %" PRIu64 ", questions %" PRIu64 ", news lost %" PRIu64 "\n",
           sum.late_faults, sum.destroyed, sum.redirections, sum.batches, sum.temporary_cards,
           sum.refunds, sum.drafts, sum.questions, sum.news_lost);
    printf("invariants checked %" PRIu64 ", failures %d, %.1f s\n", sum.checks, broken != NULL,
           seconds);
    write_figures(&sum);
    if (broken != NULL)
        printf("seed %" PRIu64 " broke: %s: %s\n", broken->seed, broken->invariant, broken->words);
    return broken != NULL;
}

/* ---- options ---- */

static bool
read_number(const char *text, uint64_t low, uint64_t high, uint64_t *ret_number)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < low || number > high)
        return false;
    *ret_number = number;
    return true;
}

static bool
read_options(int argc, char *argv[], struct plan *plan)
{
    static const struct option options[] = {
        { "seed", required_argument, NULL, 's' },
        { "first", required_argument, NULL, 'f' },
        { "seeds", required_argument, NULL, 'n' },
        { "days", required_argument, NULL, 'd' },
        { "jobs", required_argument, NULL, 'j' },
        { "no-recovery", no_argument, NULL, 'r' },
        { NULL, 0, NULL, 0 },
    };
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        uint64_t number;
        plan->lost_for_good |= option == 'r';
        if (option == 'r')
            continue;
        uint64_t high = option == 'd' ? WORLD_DAYS_MAX : option == 'j' ? JOBS_MAX : UINT64_MAX / 2;
        if (option == '?' || !read_number(optarg, option == 'd' || option == 'j', high, &number))
            return false;
        if (option == 's') {
            plan->first = number;
            plan->seeds = plan->jobs = 1;
            plan->traced = true;
        } else if (option == 'f')
            plan->first = number;
        else if (option == 'n')
            plan->seeds = number;
        else if (option == 'd')
            plan->days = (unsigned)number;
        else
            plan->jobs = (unsigned)number;
    }
    return optind == argc;
}

int
main(int argc, char *argv[])
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct plan plan = { .first = 1,
                         .seeds = 100,
                         .days = 10,
                         .jobs = cores < 1          ? 1
                                 : cores > JOBS_MAX ? JOBS_MAX
                                                    : (unsigned)cores };
    struct timespec begin, end;
    if (!read_options(argc, argv, &plan)) {
        fprintf(stderr, "usage: %s [--first N] [--seeds N] [--days N] [--jobs N] | --seed N\n",
                argv[0]);
        return 2;
    }
    struct board *board =
        mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (board == MAP_FAILED || !make_folder()) {
        perror("simulate");
        return 2;
    }
    clock_gettime(CLOCK_MONOTONIC, &begin);
    run_jobs(&plan, board);
    clock_gettime(CLOCK_MONOTONIC, &end);
    (void)nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return tell(&plan, board,
                (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9);
}
