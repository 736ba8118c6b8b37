/* SPDX-License-Identifier: Apache-2.0
 *
 * office - one running node without its sockets: store, journal, directory, peers, and the work
 * waiting for the next turn.
 *
 * The daemon feeds it with frames and commands and gives it the time; what it wants done outside
 * goes through its ports. The same office, with other ports, runs under a simulator. What the role
 * (acceptance, registry, production) decides, the office does not know: it is handed a struct role.
 *
 *     frames, commands ──office_take_*──▶ inputs ──office_turn──▶ one commit
 *                                         ──▶ acknowledgements, answers, messages
 */
#ifndef IO_OFFICE_H
#define IO_OFFICE_H

#include "common/core/admission.h"
#include "common/io/deadline_index.h"
#include "common/io/directory.h"
#include "common/io/envelope.h"
#include "common/io/figures.h"
#include "common/io/journal.h"
#include "common/io/link.h"
#include "common/io/peers.h"
#include "common/io/policies.h"
#include "common/io/recovery_state.h"
#include "common/io/role.h"
#include "common/io/store.h"
#include "proto/control.pb-c.h"
#include "proto/eligibility.pb-c.h"

struct office_time {
    uint64_t wall_ms;      /* Unix; may step; for records and deadlines */
    uint64_t monotonic_ms; /* never steps; for waiting */
};

/* What the office asks of the world outside. Every function gets the context. */
struct office_ports {
    void *context;
    enum result (*connect)(void *context, const Yidi__Office *peer);
    void (*disconnect)(void *context, const char *office);
    enum result (*send)(void *context, const char *office, const struct bytes *frames,
                        size_t frame_count);
    enum result (*reply)(void *context, const struct link_route *route, const struct bytes *frames,
                         size_t frame_count);
    enum result (*answer)(void *context, const struct link_route *client,
                          const struct bytes *frames, size_t frame_count);
    /* Hand a notification to the spool; OK only when it is safely there. The same name again is
     * fine. */
    enum result (*notify)(void *context, const char *name, struct bytes text);
    /* Frames and handshakes that the transport turned away, since the start; may be NULL. */
    uint64_t (*dropped)(void *context);
    /* Free bytes of the store's disk, or ADMISSION_FREE_UNKNOWN; may be NULL. */
    uint64_t (*free_bytes)(void *context);
    /* A number that nobody foresees, so that offices do not try again in step. */
    uint64_t (*random)(void *context);
    /* Keep a newer directory for the next start. */
    enum result (*keep_directory)(void *context, struct bytes signed_bytes);
};

struct office_options {
    const char *code;
    const struct role *role;
    struct store *store;                   /* borrowed */
    const struct signing_key *key;         /* borrowed */
    const struct certificate *certificate; /* borrowed */
    const struct trust_root *root;         /* borrowed; office_set_directory brings another */
    struct directory *take_directory;      /* owned on OK only */
    struct stream_limits stream_limits;
    struct admission_limits admission; /* all zero: no door is ever shut */
    uint64_t witness_interval_ms; /* between questions for the proof of a peer's journal; 0 never */
    uint64_t start_hold_ms;       /* how long to wait for peers at the start; 0 asks nobody */
    uint64_t question_timeout_ms; /* for a registry's answer (question.h) */
    uint64_t question_limit;      /* that one window is answered a day; 0: none */
    uint64_t directory_grace_ms;  /* after its expiry, until new applications are refused */
    const char *comparator;       /* command line (acceptance-node/collection.h); NULL: none */
    const char *public_address;   /* where applicants reach the console; NULL: nowhere */
    const char *console_address;  /* where it listens, for a browser; NULL: there is none */
    uint64_t session_idle_ms; /* of sessions in the console (session.h) that begin from now on */
    uint64_t session_max_ms;
    struct office_ports ports;
};

enum { EXPORT_ENVELOPES_MAX = 256 };

enum input_kind { INPUT_MESSAGE, INPUT_COMMAND, INPUT_HISTORY, INPUT_QUESTION };

struct input {
    enum input_kind kind;
    struct peer *peer; /* message, history, question */
    bool mine;         /* history: of this office, not of the peer */
    uint64_t sequence;
    struct envelope envelope;
    struct bytes packed;      /* the envelope as it came */
    struct link_route client; /* command, question */
    const Yidi__Request *request;
    struct bytes frames[ATTACHMENTS_MAX]; /* in the arena */
    size_t frame_count;
    Yidi__Response response;     /* command: what the turn decided */
    struct bytes *answer_frames; /* behind the response; in the arena */
    size_t answer_frame_count;   /* at most EXPORT_ENVELOPES_MAX */
    /* A question of another office; or, of a command, the one whose answer is its own, and to whom.
     */
    const Yidi__QueryEligibility *question;
    const char *question_to;
    Yidi__AnswerEligibility *question_answer; /* what the turn decided */
};

/* Where the notifier stands (notifier.h). */
struct office_notifications {
    bool added;       /* by the running turn */
    bool waiting;     /* some batch may not be handed over yet */
    bool handed_over; /* batches below next are in the spool, their rows not yet settled */
    uint64_t next;    /* first batch that is not handed over */
};

/* Where the deadlines stand (overdue.h). */
struct office_deadlines {
    uint64_t next_ms;         /* Unix; when the next case is overdue or to be looked at again */
    uint64_t pending_next_ms; /* of the running turn */
    bool more, pending_more;  /* the last batch was full; the next one waits for nothing */
    uint64_t due_ms;          /* monotonic */
    int64_t clock_ahead_ms;   /* of the wall's clock to the other one, when last looked at */
    bool paused;              /* what has passed could not be told; due_ms is the next attempt */
    size_t batch_max;         /* of the running turn */
    bool failed;              /* the running turn met a case that cannot be read */
    bool drops;               /* it is left out */
    size_t told_count;        /* by the running turn */
    char told[OVERDUE_BATCH_MAX][CASE_NUMBER_CHARS + 1];
};

/* When the operators are told what is due soon (due_soon.h). */
struct office_due_soon {
    uint64_t next_ms; /* Unix; UINT64_MAX while nothing has a deadline */
    uint64_t due_ms;  /* monotonic */
    bool paused;      /* it could not be told; due_ms is the next attempt */
};

/* Where the erasing of closed cases stands (retention.h). */
struct office_retention {
    uint64_t next_ms;            /* Unix; when something is to be erased next */
    uint64_t pending_next_ms;    /* of the running turn */
    bool more, pending_more;     /* something was done, so the next batch waits only a little */
    bool paused;                 /* something is due and waits for due_ms */
    bool allowed;                /* the running turn may erase */
    uint64_t due_ms;             /* monotonic */
    size_t erased_count;         /* cases, by the running turn */
    bool failed;                 /* the running turn met a case that contradicts an index */
    struct deadline_key culprit; /* it is left out from then on */
};

/* Where the questions at the start stand (start_hold.h). */
struct start_hold {
    bool on;
    uint64_t until_ms; /* monotonic */
    size_t asked, answered;
    size_t lost; /* of those answered: could not be reached */
};

/* When the role has something to delete (tidy.h); UINT64_MAX never. */
struct office_tidy {
    uint64_t next_ms; /* Unix */
    uint64_t due_ms;  /* monotonic */
};

/* Questions to other offices (question.h). */
struct question;
struct question_told;
struct questions {
    struct question *first; /* heap; those that wait */
    size_t waiting;
    struct question_told *told; /* heap; the latest ones, in a ring */
    uint64_t told_count;        /* ever */
    uint64_t due_ms;            /* monotonic */
};

struct office {
    struct office_options options;
    struct directory *directory;
    struct envelope_verifier verifier;
    struct journal journal;
    struct peers peers;
    struct arena arena;   /* lives from turn to turn: inputs and what they become */
    struct arena sending; /* lives for one message on its way out */
    struct arena answers; /* lives for one query: many may come in a turn */
    struct input *inputs[TURN_INPUTS_MAX];
    size_t input_count;
    uint64_t input_bytes;
    bool directory_changed; /* to be journalled by the next turn */
    struct policies policies;
    struct office_notifications notifications;
    struct office_deadlines deadlines;
    struct office_due_soon due_soon;
    struct office_retention retention;
    struct figures figures;
    uint64_t
        rows_due_ms; /* monotonic; when to write what was noted in memory only; UINT64_MAX never */
    uint64_t stream_due_ms; /* monotonic; earliest due_ms of a stream */
    struct recovery recovery;
    struct start_hold start_hold;
    struct questions questions;
    struct office_tidy tidy;
    struct trouble halted;      /* why no work is taken */
    struct admission admission; /* intake.h */
    uint64_t intake_looked_ms;  /* monotonic; 0 never */
    size_t peer_doors_shut;
    uint64_t commits;
    uint64_t inputs_done;
    uint64_t dropped; /* frames that were not authentic */
    uint64_t drops_logged_second;
    unsigned drops_logged; /* in that second */
};

/* Row of TABLE_META: version and digest of the directory adopted last. */
#define OFFICE_DIRECTORY_KEY "directory"

/* The same: this office as that directory has it (PublicOffice), for who reads the store only. */
#define OFFICE_SELF_KEY "self"

/* Row of TABLE_META: Unix milliseconds (8 bytes, big-endian) at which the store was restored from a
 * backup. As long as it stands the office is halted: its peers know of what it has forgotten. */
#define OFFICE_RESTORED_KEY "restored"

/* Row of TABLE_META: time of the last probe (8 bytes, big-endian) and the office's signature over
 * it. Read by nobody. */
#define OFFICE_PROBE_KEY "probe"

/* Read the store. ERR_DAMAGED, ERR_IO as of store and journal; ERR_REFUSED: an older directory than
 * the one adopted last. The office is big; allocate it. */
enum result office_open(struct office *office, const struct office_options *options,
                        const struct office_time *now) MUST_CHECK;
void office_close(struct office *office);

/* Frames of a peer, or word of a lost connection. Copies what it keeps. */
void office_take_link(struct office *office, const struct link_message *message,
                      const struct office_time *now);

/* A command of an operator. Queries are answered at once, everything else in the next turn. */
void office_take_command(struct office *office, const struct link_route *client,
                         const struct bytes *frames, size_t frame_count,
                         const struct office_time *now);

/* May a transport key connect? */
bool office_allows_key(const struct office *office, const uint8_t key[TRANSPORT_KEY_BYTES],
                       uint64_t now_ms);

/* Is there room for another input in this turn? Commands wait until the start is over. */
bool office_has_room(const struct office *office);
bool office_takes_commands(const struct office *office);

/* Take the turn: one transaction for all inputs, then everything that follows from its commit, then
 * what time makes due.
 *
 * ERR_IO  the disk failed: end the process; nothing may be trusted to memory any more. */
enum result office_turn(struct office *office, const struct office_time *now) MUST_CHECK;

/* Before the end of the process: write at once what would be written soon (acknowledgements, what
 * was notified). */
enum result office_settle(struct office *office, const struct office_time *now) MUST_CHECK;

/* Monotonic time at which office_turn has something to do without an input. */
uint64_t office_due_ms(const struct office *office);

/* Replace the directory by a newer one, or by the same one checked against a changed root or CRL,
 * if it is in date and lists this office rightly. Cuts streams to offices that are no longer
 * trusted.
 *
 * take_directory  owned on OK only.
 * root            that it was checked against; borrowed as long as the directory. */
enum result office_set_directory(struct office *office, struct directory *take_directory,
                                 const struct trust_root *root, const struct office_time *now,
                                 struct refusal *ret_refusal) MUST_CHECK;

/* Follow a newer policy from now on, for what is accepted from now on. The present one again
 * changes nothing.
 *
 * take_policy  owned on OK only.
 * ERR_REFUSED  POLICY_INVALID: not newer. ERR_MEMORY */
enum result office_set_policy(struct office *office, struct policy_file *take_policy,
                              const struct office_time *now,
                              struct refusal *ret_refusal) MUST_CHECK;

/* Is an office no more: revoked, or not listed, in the present directory? One whose certificate has
 * run out is only late. */
bool office_is_gone(const struct office *office, const char *code);

/* Is an office listed, not revoked, and its current certificate good? entry may be NULL. */
bool office_trusts(const struct office *office, const Yidi__Office *entry, uint64_t now_ms);

/* Is a directory past its date and the grace after it? */
bool office_directory_ended(const struct office_options *options, const struct directory *directory,
                            uint64_t now_ms);

/* Does this directory list the office with this role and certificate, and has it not ended? */
enum result office_check_directory(const struct office_options *options,
                                   struct directory *directory, uint64_t now_ms,
                                   struct refusal *ret_refusal) MUST_CHECK;

/* Stop taking work, and say why; only a restart after recovery undoes it. */
void office_halt(struct office *office, const struct trouble *why);
bool office_halted(const struct office *office);

/* Refuse with that code: because the office is halted, or its own certificate is not good. */
enum result office_turn_away(const struct office *office, enum refusal_code code,
                             struct refusal *ret_refusal) MUST_CHECK;

/* Why the office takes no work at this time; REFUSAL_NONE when it does. Halted, or its own
 * certificate is not good now: what it signed then, nobody could verify. */
enum refusal_code office_out_of_service(const struct office *office, uint64_t now_ms);

/* Answer a command outside of a turn; ends the life of everything in office->answers. */
void office_answer(struct office *office, const struct link_route *client, uint64_t id,
                   Yidi__Response *response);

/* Own entry in the directory. */
const Yidi__Office *office_self(const struct office *office);

#endif
