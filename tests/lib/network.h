/* SPDX-License-Identifier: Apache-2.0
 *
 * network - a whole network of offices in a temporary folder, each a real process, for process
 * tests and benches.
 *
 * Two provinces, each with a window, a county registry and a card centre; a third window and a
 * third registry in the first one:
 *
 *                acceptance           registry             production
 *     Guangdong  SHENZHEN (440305)    TIANHE (440106)      YUEXIU (44)
 *                FUTIAN   (440304)    HAIZHU (440105)
 *     Sichuan    JINJIANG (510104)    QINGYANG (510105)    WUHOU (51)
 *
 * What is in the folder: root.key, root.pem, root.crl; authority.key, authority.pem; and for each
 * office CODE/ with conf, directory, signing.key, signing.pem, transport.key, data, spool, control
 * (the socket), log, hooked. Each office has its own copy of the directory.
 *
 * A daemon ends with the process that started it, however that ends. Everything is bounded in time
 * (NETWORK_PATIENCE_MS); what fails here ends the test with cmocka's fail, or a bench with its exit
 * status, and tells the end of every log first. Daemons come from $YIDI_BIN (default build/bin).
 */
#ifndef TESTS_NETWORK_H
#define TESTS_NETWORK_H

#include <sys/types.h>

#include "common/core/arena.h"
#include "common/io/control.h"
#include "common/io/directory.h"
#include "proto/control.pb-c.h"
#include "tests/lib/authority.h"
#include "tests/lib/citizen_maker.h"

enum network_place {
    SHENZHEN,
    TIANHE,
    YUEXIU,
    FUTIAN,
    HAIZHU,
    JINJIANG,
    QINGYANG,
    WUHOU,
    NETWORK_OFFICE_COUNT
};

enum {
    NETWORK_PATIENCE_MS = 20000, /* for anything that is expected to happen */
    NETWORK_PATH_BYTES = 512,
    NETWORK_ENDPOINT_BYTES = 64,
};

struct network_office {
    struct network *network;
    const char *code; /* GA/T 380 */
    Yidi__Role role;
    const char *area;                             /* its county, jurisdiction or area served */
    char folder[AUTHORITY_PATH_BYTES];            /* of its files */
    char endpoint[NETWORK_ENDPOINT_BYTES];        /* of its ROUTER, tcp:// on a loopback address */
    char listed_endpoint[NETWORK_ENDPOINT_BYTES]; /* for the next directory, when it is another */
    struct signing_key *key;
    struct certificate *certificate;
    uint8_t transport_key[32];      /* public half */
    bool revoked;                   /* for the next network_write_directory */
    pid_t pid;                      /* 0 when it does not run */
    const char *const *environment; /* more, for its next start: "NAME=value", NULL; or NULL */
    struct control_client *client;
    uint64_t last_request_id;
};

struct network {
    struct authority authority; /* the root of trust; its folder is the network's */
    struct signing_key *directory_key;
    struct certificate *directory_certificate;
    uint64_t directory_version; /* of the newest one made */
    struct network_office offices[NETWORK_OFFICE_COUNT];
};

struct network_options {
    const char *option_lines; /* more lines for every option file, or NULL; a line here wins over
                                 the network's own */
    bool with_hook;           /* run a program on each notification: it adds the file's mode, path
                                 and content to CODE/hooked */
};

/* ---- the network ---- */

/* Make folder, keys, certificates, a signed directory and option files; start nothing. options may
 * be NULL. The network is big and is pointed to: leave it where it is. */
void network_open(struct network *network, const struct network_options *options);

/* Stop what runs (SIGTERM, and each must end with status 0); remove the folder. When the test has
 * failed: kill, keep the folder, and tell where it is and how the logs end. Safe after a failure
 * anywhere. */
void network_close(struct network *network, bool failed);

/* Start every office, or one, and wait until it answers. */
void network_start_all(struct network *network);
void network_start(struct network_office *office);

/* The two halves of network_start: start the process; wait until it answers. */
void network_launch(struct network_office *office);
void network_await(struct network_office *office);

/* SIGTERM, and expect exit status 0; SIGKILL; both wait for the end. */
void network_stop(struct network_office *office);
void network_kill(struct network_office *office);
void network_stop_all(struct network *network);

/* Is its process alive? */
bool network_alive(struct network_office *office);

/* More lines of its option file, before it is started. */
void network_add_options(struct network_office *office, const char *lines);

/* SIGHUP: read the directory again. */
void network_hang_up(struct network_office *office);

/* Run an office's daemon in the foreground with other arguments, and answer its exit status (or 128
 * + signal). It is killed after NETWORK_PATIENCE_MS.
 *
 * arguments   NULL-terminated, behind the program's name.
 * ret_output  out; what it wrote to standard output and error, cut at room and terminated. */
int network_run(struct network_office *office, const char *const *arguments, char *ret_output,
                size_t room);

/* Path of one of its files. */
const char *network_path(const struct network_office *office, const char *file,
                         char ret_path[NETWORK_PATH_BYTES]);

/* ---- directory ---- */

struct network_directory {
    uint64_t version;                     /* 0: one above the newest */
    uint64_t issued_ms;                   /* Unix; 0: now */
    uint64_t expires_ms;                  /* Unix; 0: 30 days from now */
    const struct network_office *without; /* left out, or NULL */
    const struct signing_key *key;        /* NULL: the authority's */
    const struct certificate *certificate;
};

/* Sign a directory of all offices as they are now; in the arena. change may be NULL. */
struct bytes network_make_directory(struct network *network, const struct network_directory *change,
                                    struct arena *arena);

/* Replace an office's directory file, atomically. */
void network_write_directory(struct network_office *office, struct bytes signed_directory);

/* A new directory of all offices as they are now, for each of them. */
void network_write_directories(struct network *network);

/* Add an office's certificate to root.crl, which every office reads. */
void network_revoke_certificate(struct network_office *office);

/* ---- commands ---- */

struct network_answer {
    struct arena arena;
    struct control_message message;
    const Yidi__Response *response; /* NULL when no answer came */
};

void network_answer_fini(struct network_answer *answer);
static inline void
network_answer_auto(struct network_answer *answer)
{
    network_answer_fini(answer);
}

/* Send a request with its frames and wait for its answer; fails when none comes in time. The
 * request's version, id and, when it is empty, operator are filled in. */
void network_ask(struct network_office *office, Yidi__Request *request, const struct bytes *frames,
                 size_t frame_count, struct network_answer *ret_answer);

/* The same, but answers false when the daemon is gone or silent for timeout_ms. */
bool network_try_ask(struct network_office *office, Yidi__Request *request,
                     const struct bytes *frames, size_t frame_count, uint64_t timeout_ms,
                     struct network_answer *ret_answer);

/* For pipelining: send without waiting, and take the next answer whichever request it is for
 * (response->id). False when the daemon is gone or silent. */
bool network_send(struct network_office *office, Yidi__Request *request, const struct bytes *frames,
                  size_t frame_count);
bool network_receive(struct network_office *office, uint64_t timeout_ms,
                     struct network_answer *ret_answer);

/* The coded refusal of an answer, or NULL. */
const Yidi__Refusal *network_refusal(const struct network_answer *answer);

/* Apply and expect to be accepted. request_key may be "". */
void network_apply(struct network_office *office, const struct made_application *application,
                   const char *request_key, char ret_case_number[CASE_NUMBER_CHARS + 1]);

/* Apply and expect the refusal: code and field. */
void network_apply_refused(struct network_office *office,
                           const struct made_application *application, const char *code,
                           const char *field);

struct network_decision {
    Yidi__Verb verb;
    const char *operator;
    const char *text;
    const char *package;
    Yidi__RefusalReason reason; /* refuse; 0 none */
    bool defective;
    bool old_card_surrendered;
};

/* Decide on cases and take the answer as it is. At most DECIDE_CASES_MAX. */
void network_decide(struct network_office *office, const struct network_decision *decision,
                    const char *const *case_numbers, size_t case_count,
                    struct network_answer *ret_answer);

/* Decide on one case and expect that state after it, or that refusal. */
void network_decide_one(struct network_office *office, const struct network_decision *decision,
                        const char *case_number, const char *state);
void network_decide_refused(struct network_office *office, const struct network_decision *decision,
                            const char *case_number, const char *code);

/* A page of the list; state "" is all open ones. */
void network_list(struct network_office *office, const char *state, uint32_t limit,
                  const char *after, struct network_answer *ret_answer);
void network_show(struct network_office *office, const char *case_number,
                  struct network_answer *ret_answer);
void network_status(struct network_office *office, struct network_answer *ret_answer);
void network_export(struct network_office *office, const char *case_number,
                    struct network_answer *ret_answer);
void network_peers(struct network_office *office, const char *peer,
                   struct network_answer *ret_answer);

/* Citizens with seeds first_seed to first_seed + count - 1 of the registry's own county into its
 * population; change (may be NULL) may alter each before. */
void network_populate(struct network_office *registry, uint64_t first_seed, uint64_t count,
                      void (*change)(struct made_citizen *citizen));

/* ---- waiting ---- */

/* Ask until the predicate holds; fails, naming `what`, when it does not within
 * NETWORK_PATIENCE_MS. */
void network_wait_until(struct network *network, const char *what, bool (*holds)(void *context),
                        void *context);

/* Until a case stands in that state at that office. */
void network_wait_for_state(struct network_office *office, const char *case_number,
                            const char *state);

/* How many cases are in a state at an office (status). */
uint64_t network_count_in_state(struct network_office *office, const char *state);
/* Until there are at least so many. */
void network_wait_for_count(struct network_office *office, const char *state, uint64_t count);

/* ---- afterwards ---- */

/* An office's directory as it is on its disk now. root outlives it. */
struct directory *network_load_directory(const struct network_office *office,
                                         struct trust_root *root);

/* journal_audit of a stopped office's store, which must find nothing wrong; answers the entries. */
uint64_t network_audit(struct network_office *office);

#endif
