/* SPDX-License-Identifier: Apache-2.0
 *
 * usage - what a process has used of the machine so far, from /proc.
 */
#ifndef BENCH_USAGE_H
#define BENCH_USAGE_H

#include <stdint.h>
#include <sys/types.h>

struct usage {
    uint64_t cpu_ticks;     /* user and system, all threads; sysconf(_SC_CLK_TCK) a second */
    uint64_t cpu_ns;        /* the same by the scheduler's own clock, of the threads that live */
    uint64_t written_bytes; /* handed to the kernel for files */
    uint64_t dirtied_bytes; /* of the page cache; whole large folios count when a page is written */
    uint64_t resident_kib;
    uint64_t resident_anonymous_kib;
    uint64_t resident_file_kib;
    uint64_t resident_max_kib;
    uint64_t switches; /* voluntary and not, of the threads that live */
};

/* What all processes of the machine have used. */
struct machine_usage {
    uint64_t busy_ticks;
    uint64_t all_ticks;          /* busy or not */
    uint64_t disk_written_bytes; /* on the disk of a folder; 0 when that cannot be told */
};

void usage_read_machine(const char *folder, struct machine_usage *ret_usage);

/* Fails the bench when the process is gone. */
void usage_read(pid_t process, struct usage *ret_usage);

double usage_cpu_s(const struct usage *before, const struct usage *after);

#endif
