/* SPDX-License-Identifier: Apache-2.0
 *
 * fake_network - any number of offices in one process, each a real struct office over a real store,
 * wired to each other by fake_wires.
 *
 * Time stands still until a test runs the network; then it jumps to whatever is due next. An office
 * can crash at any moment: between two calls, before it takes a turn, or at any call that it makes
 * to the world outside, of which nothing leaves any more. What was committed by then is what it
 * finds after its restart.
 * Anything that fails here ends the test.
 */
#ifndef TESTS_FAKE_NETWORK_H
#define TESTS_FAKE_NETWORK_H

#include "common/io/office.h"
#include "tests/lib/fake_wires.h"
#include "tests/lib/roster.h"
#include "tests/lib/scratch_store.h"

enum {
    FAKE_NOTIFICATIONS_MAX = 4096,
    FAKE_NAME_BYTES = 128,
    FAKE_MAP_BYTES = 64 * 1024 * 1024,
};

/* What a test writes down about an office; sorted by code. */
struct fake_entry {
    const char *name; /* for traces */
    struct roster_entry entry;
    const struct role *role;
    bool played; /* listed, but never run: the test plays it */
};

struct fake_office {
    struct fake_network *network;
    size_t number;
    const char *name;
    const struct role *role;
    struct scratch_store scratch;
    struct office *office;  /* NULL while it is down */
    bool absent;            /* not started with the others */
    int64_t skew_ms;        /* of its wall clock */
    struct bytes directory; /* heap; for the next start */
    uint64_t port_calls;    /* ever made */
    uint64_t crash_at;      /* the port call at which it crashes, counted as port_calls; 0 never */
    uint64_t turns;         /* with inputs, ever begun */
    uint64_t crash_before;  /* the turn that it does not begin, counted as turns; 0 never */
    bool dying;             /* nothing leaves it any more */
    bool spool_full;        /* notify fails */
    bool disk_fails;        /* a turn may end with ERR_IO, and the process with it */
};

/* Who wants to know what happens; functions may be NULL. */
struct fake_watch {
    void *context;
    /* An office is up, or has taken a turn and lives. */
    void (*turn)(void *context, size_t office);
    /* An answer leaves an office. */
    void (*answer)(void *context, size_t office, const Yidi__Response *response);
};

struct fake_notification {
    size_t office;
    char name[FAKE_NAME_BYTES]; /* the same name again replaces it, as in the spool */
    char *text;                 /* heap */
    unsigned times;             /* that it was handed over */
};

struct fake_answer {
    bool given;
    uint64_t client;
    uint64_t wanted; /* by fake_network_ask: another client's is only watched; 0: any */
    struct arena arena;
    const Yidi__Response *response;
    size_t frame_count; /* after the response */
};

struct fake_network {
    struct roster roster;
    struct fake_wires wires;
    struct office_time now;
    struct stream_limits stream_limits;
    uint64_t witness_interval_ms; /* of offices started from now on; 0, as at first: never */
    uint64_t map_bytes;           /* of stores made from now on */
    struct bytes policy;          /* borrowed; signed; of offices started from now on; or none */
    uint64_t random;              /* of all offices */
    struct fake_watch watch;
    uint64_t question_limit; /* of offices started from now on */
    uint64_t start_hold_ms;  /* 0: a start asks nobody */
    size_t count;
    struct fake_office offices[FAKE_WIRES_OFFICES_MAX];
    struct fake_notification notifications[FAKE_NOTIFICATIONS_MAX];
    size_t notification_count;
    struct fake_answer answer; /* the last one */
    uint64_t client_count;
};

/* Make keys, directory and stores, and start every office. The network is big and is pointed to. */
void fake_network_open(struct fake_network *network, const struct fake_entry *entries, size_t count,
                       uint64_t seed);
void fake_network_close(struct fake_network *network);

/* Begin again with empty stores, all offices running and the same keys. */
void fake_network_wipe(struct fake_network *network, uint64_t seed);

/* The power fails; what is not in the store is gone. Nothing happens to an office that is down. */
void fake_network_crash(struct fake_network *network, size_t office);

/* An office that is down loses its disk: it will start with an empty store. */
void fake_network_lose_disk(struct fake_network *network, size_t office);

/* Keep a copy of an office's disk as it is now, in place of an earlier one; and set an office that
 * is down back to it. */
void fake_network_copy_disk(struct fake_network *network, size_t office);
void fake_network_set_back(struct fake_network *network, size_t office);

/* Start an office that is down. */
void fake_network_start(struct fake_network *network, size_t office);
/* All that are not absent. */
void fake_network_start_all(struct fake_network *network);

/* What an office believes the time to be. */
struct office_time fake_network_time(const struct fake_network *network, size_t office);

/* Sign the next version of the roster's directory, and give it to one office. */
void fake_network_renew_directory(struct fake_network *network, size_t office);

/* Deliver packets and take turns for at most so long; ends earlier when nothing is due any more. */
void fake_network_run(struct fake_network *network, uint64_t duration_ms);

/* The same until a monotonic time, and not shorter. */
void fake_network_run_until(struct fake_network *network, uint64_t end_ms);

/* The same for as long as it takes offices that reach each other to have nothing left to say. */
void fake_network_settle(struct fake_network *network);

/* One delivery: everything on its way for an office, then its turn. */
void fake_network_deliver(struct fake_network *network, size_t office);

/* Hand a command to an office, to be decided by its next turn; queries are answered at once.
 * Answers the client's number. */
uint64_t fake_network_command(struct fake_network *network, size_t office, Yidi__Request *request,
                              const struct bytes *frames, size_t frame_count);

/* A command and its turn. NULL when the office crashed before it answered; lives until the next
 * call. */
const Yidi__Response *fake_network_ask(struct fake_network *network, size_t office,
                                       Yidi__Request *request, const struct bytes *frames,
                                       size_t frame_count);

/* Take an office's turn. */
void fake_network_turn(struct fake_network *network, size_t office);

/* The state of a case at an office that runs; "absent" when there is no such case. */
const char *fake_network_state(struct fake_network *network, size_t office,
                               const char *case_number);

/* The stream from one office to another, as both ends see it. */
uint64_t fake_network_assigned(struct fake_network *network, size_t from, size_t to);
uint64_t fake_network_acknowledged(struct fake_network *network, size_t from, size_t to);
uint64_t fake_network_applied(struct fake_network *network, size_t from, size_t to);

/* journal_audit of an office that runs, which must find nothing wrong. */
void fake_network_audit_office(struct fake_network *network, size_t office);

/* The same of every running office, which must find nothing wrong; and every message that was
 * assigned has been applied. */
void fake_network_audit(struct fake_network *network);

#endif
