/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/daemon.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <zmq.h>

#include "common/core/require.h"
#include "common/io/clock.h"
#include "common/io/console.h"
#include "common/io/control.h"
#include "common/io/daemon_files.h"
#include "common/io/gate.h"
#include "common/io/log.h"
#include "common/io/office.h"
#include "common/io/signature.h"
#include "common/io/spool.h"
#include "common/io/store_blame.h"
#include "common/io/store_upgrade.h"
#include "common/io/tree_head.h"

enum {
    POLL_ITEMS_MAX = 4096,
    WAIT_MS_MAX = 2000,
    HOUSEKEEPING_MS = 60000,
    GATE_LOG_MS = 1000,
    DESCRIPTORS_WANTED = 4096
};

struct daemon {
    struct daemon_options options;
    struct daemon_files files;
    struct store *store;
    struct link *link;
    struct control_server *control;
    struct console *console; /* NULL: none is wanted */
    struct spool *spool;
    struct office *office;
    int signals;
    bool stopping;
    uint64_t house_kept_ms;
    uint64_t turned_away, gate_logged_ms;
    zmq_pollitem_t poll_items[POLL_ITEMS_MAX];
};

/* ---- ports: what the office asks of the world ---- */

static enum result
port_connect(void *context, const Yidi__Office *peer)
{
    struct daemon *daemon = context;
    return link_connect(daemon->link, peer->code, peer->endpoint, peer->transport_key.data);
}

static void
port_disconnect(void *context, const char *office)
{
    struct daemon *daemon = context;
    link_disconnect(daemon->link, office);
}

static enum result
port_send(void *context, const char *office, const struct bytes *frames, size_t frame_count)
{
    struct daemon *daemon = context;
    return link_send(daemon->link, office, frames, frame_count);
}

static enum result
port_reply(void *context, const struct link_route *route, const struct bytes *frames,
           size_t frame_count)
{
    struct daemon *daemon = context;
    return link_reply(daemon->link, route, frames, frame_count);
}

static enum result
port_answer(void *context, const struct link_route *client, const struct bytes *frames,
            size_t frame_count)
{
    struct daemon *daemon = context;
    return control_server_reply(daemon->control, client, frames, frame_count);
}

static enum result
port_notify(void *context, const char *name, struct bytes text)
{
    struct daemon *daemon = context;
    enum result result = spool_write(daemon->spool, name, text);
    if (result == OK && spool_hook(daemon->spool, name) == ERR_FULL)
        log_line(LOG_WARNING, "hook_busy", "file=%s", name);
    return result;
}

static uint64_t
port_dropped(void *context)
{
    const struct daemon *daemon = context;
    return link_dropped_count(daemon->link) + link_refused_count(daemon->link) +
           gate_turned_away_count();
}

static uint64_t
port_free_bytes(void *context)
{
    const struct daemon *daemon = context;
    struct statvfs disk;
    if (statvfs(daemon->options.data, &disk) != 0)
        return ADMISSION_FREE_UNKNOWN;
    return (uint64_t)disk.f_bavail * disk.f_frsize;
}

static uint64_t
port_random(void *context)
{
    uint64_t random;
    (void)context;
    signature_random(&random, sizeof random);
    return random;
}

static enum result
port_keep_directory(void *context, struct bytes signed_bytes)
{
    struct daemon *daemon = context;
    return daemon_files_keep_directory(&daemon->options, signed_bytes);
}

/* ---- start ---- */

static bool
allow_key(void *context, const uint8_t key[TRANSPORT_KEY_BYTES])
{
    const struct daemon *daemon = context;
    return daemon->office != NULL && office_allows_key(daemon->office, key, clock_now().wall_ms);
}

static enum result
open_link(struct daemon *daemon, struct refusal *ret_refusal)
{
    struct link_options options = { .endpoint = daemon->options.bind,
                                    .allow = allow_key,
                                    .context = daemon };
    enum result result = transport_key_load(daemon->options.transport_key, options.public_key,
                                            options.secret_key, ret_refusal);
    return result == OK ? link_open(&options, &daemon->link, ret_refusal) : result;
}

/* Signals are read from a descriptor beside the sockets, so that none is missed and none
 * interrupts. */
static enum result
open_signals(struct daemon *daemon)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return ERR_IO;
    daemon->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return daemon->signals < 0 ? ERR_IO : OK;
}

/* Each connection costs a descriptor, whoever opened it. */
static void
raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < DESCRIPTORS_WANTED)
        log_line(LOG_WARNING, "few_descriptors", "limit=%llu wanted=%d",
                 (unsigned long long)limit.rlim_cur, DESCRIPTORS_WANTED);
}

static enum result
open_store(struct daemon *daemon, const struct role *role, struct refusal *ret_refusal)
{
    enum result result = store_open(daemon->options.data, daemon->options.map_size, &daemon->store);
    if (result == OK)
        result = store_upgrade(daemon->store, role);
    if (result == OK)
        return OK;
    store_close(daemon->store);
    daemon->store = NULL;
    return store_blame(daemon->options.data, "data", result, ret_refusal);
}

/* Its last head tells whose it is. */
static enum result
refuse_journal(const struct daemon *daemon, struct refusal *ret_refusal)
{
    struct tree_head head;
    if (tree_head_decode(daemon->office->journal.head, &head) == OK &&
        strcmp(head.office, daemon->options.office) != 0)
        return refuse(ret_refusal, REFUSAL_STORE_FOREIGN, "data", "the store in %s is of office %s",
                      daemon->options.data, head.office);
    return refuse(ret_refusal, REFUSAL_STORE_DAMAGED, "data",
                  "the store in %s is damaged: journal, tree and last head do not agree",
                  daemon->options.data);
}

static enum result
open_office(struct daemon *daemon, const struct role *role, struct refusal *ret_refusal)
{
    struct office_options options = {
        .code = daemon->options.office,
        .role = role,
        .store = daemon->store,
        .key = daemon->files.key,
        .certificate = daemon->files.certificate,
        .root = daemon->files.root,
        .take_directory = daemon->files.directory,
        .stream_limits = daemon_stream_limits(&daemon->options),
        .witness_interval_ms = daemon->options.witness_interval * 1000,
        .admission = daemon_admission_limits(&daemon->options),
        .start_hold_ms = daemon->options.start_hold,
        .question_timeout_ms = daemon->options.question_timeout,
        .question_limit = daemon->options.question_limit,
        .directory_grace_ms = daemon->options.directory_grace * 1000,
        .comparator = daemon->options.comparator,
        .public_address = daemon->options.public_address,
        .session_idle_ms = daemon->options.session_idle * 1000,
        .session_max_ms = daemon->options.session_max * 1000,
        .ports = { .context = daemon,
                   .connect = port_connect,
                   .disconnect = port_disconnect,
                   .send = port_send,
                   .reply = port_reply,
                   .answer = port_answer,
                   .notify = port_notify,
                   .dropped = port_dropped,
                   .free_bytes = port_free_bytes,
                   .random = port_random,
                   .keep_directory = port_keep_directory },
    };
    const struct office_time now = clock_now();
    daemon->office = calloc(1, sizeof *daemon->office);
    if (daemon->office == NULL)
        return ERR_MEMORY;
    enum result result = office_open(daemon->office, &options, &now);
    if (result == OK) {
        daemon->files.directory = NULL;
        return OK;
    }
    if (result == ERR_REFUSED)
        return refuse(ret_refusal, REFUSAL_DIRECTORY_INVALID, "directory",
                      "%s is older than the directory that this office adopted last",
                      daemon->options.directory);
    return refuse_journal(daemon, ret_refusal);
}

static enum result
take_policy(struct daemon *daemon, const struct office_time *now, struct refusal *ret_refusal)
{
    AUTO(policy_file) struct policy_file *policy = NULL;
    enum result result = daemon_files_load_policy(&daemon->files, &daemon->options, now->wall_ms,
                                                  &policy, ret_refusal);
    if (result == OK)
        result = office_set_policy(daemon->office, policy, now, ret_refusal);
    if (result == OK)
        policy = NULL;
    return result;
}

/* A file that is older than what other offices handed over is no fault. */
static void
log_rejected(const struct refusal *refusal)
{
    bool older = strcmp(refusal->field, "version") == 0;
    log_line(older ? LOG_WARNING : LOG_ERROR, "policy_rejected", "code=%s field=%s",
             refusal_name(refusal->code), refusal->field);
}

/* What was adopted goes on, whatever becomes of the file; but nobody starts without the policy that
 * was asked for. */
static enum result
open_policy(struct daemon *daemon, struct refusal *ret_refusal)
{
    const struct office_time now = clock_now();
    if (daemon->options.policy == NULL)
        return OK;
    (void)daemon_files_policy_changed(&daemon->files, &daemon->options, now.monotonic_ms);
    enum result result = take_policy(daemon, &now, ret_refusal);
    if (result != ERR_REFUSED || daemon->office->policies.present == NULL)
        return result;
    log_rejected(ret_refusal);
    return OK;
}

static enum result
open_console(struct daemon *daemon, const struct role *role, struct refusal *ret_refusal)
{
    const struct console_options options = {
        .http = daemon_console_options(&daemon->options),
        .door = { .store = daemon->store,
                  .control = daemon->control,
                  .role = role,
                  .office = daemon->options.office },
        .applicants = { .open = daemon->options.applicant_page,
                        .per_minute = (uint32_t)daemon->options.applicant_rate },
        .metrics_token = daemon->options.metrics_token,
        .find_session = session_find
    };
    return options.http.listen == NULL ? OK : console_open(&options, &daemon->console, ret_refusal);
}

static enum result
open_daemon(struct daemon *daemon, const struct role *role, struct refusal *ret_refusal)
{
    raise_descriptor_limit();
    enum result result = open_signals(daemon);
    if (result == OK)
        result = open_store(daemon, role, ret_refusal);
    if (result == OK)
        result = spool_open(daemon->options.spool, daemon->options.notify_hook, &daemon->spool);
    if (result == OK)
        result = open_link(daemon, ret_refusal);
    if (result == OK)
        result = open_office(daemon, role, ret_refusal);
    if (result == OK)
        result = open_policy(daemon, ret_refusal);
    if (result == OK)
        result = control_server_open(daemon->options.control_socket, &daemon->control, ret_refusal);
    if (result == OK)
        result = open_console(daemon, role, ret_refusal);
    return result;
}

static void
close_daemon(struct daemon *daemon)
{
    console_close(daemon->console);
    if (daemon->control != NULL)
        control_server_close(daemon->control);
    if (daemon->link != NULL)
        link_close(daemon->link);
    if (daemon->office != NULL)
        office_close(daemon->office);
    free(daemon->office);
    if (daemon->spool != NULL)
        spool_close(daemon->spool);
    if (daemon->store != NULL)
        store_close(daemon->store);
    if (daemon->signals >= 0)
        close(daemon->signals);
}

/* ---- the loop ---- */

static void
wait_for_work(struct daemon *daemon)
{
    zmq_pollitem_t *items = daemon->poll_items;
    items[0] = (zmq_pollitem_t){ .fd = daemon->signals, .events = ZMQ_POLLIN };
    size_t count = 1;
    count += control_server_poll_items(daemon->control, items + count, POLL_ITEMS_MAX - count);
    count += link_poll_items(daemon->link, items + count, POLL_ITEMS_MAX - count);

    const struct office_time now = clock_now();
    uint64_t due_ms = office_due_ms(daemon->office);
    uint64_t wait_ms = due_ms > now.monotonic_ms ? due_ms - now.monotonic_ms : 0;
    (void)zmq_poll(items, (int)count, (long)(wait_ms < WAIT_MS_MAX ? wait_ms : WAIT_MS_MAX));
}

static bool
take_one_link(struct daemon *daemon, const struct office_time *now)
{
    struct link_message message;
    if (!office_has_room(daemon->office) || link_receive(daemon->link, &message) != OK)
        return false;
    office_take_link(daemon->office, &message, now);
    link_message_fini(&message);
    return true;
}

static bool
take_one_command(struct daemon *daemon, const struct office_time *now)
{
    struct control_message message;
    if (!office_takes_commands(daemon->office) ||
        control_server_receive(daemon->control, &message) != OK)
        return false;
    office_take_command(daemon->office, &message.route, message.frames, message.frame_count, now);
    control_message_fini(&message);
    return true;
}

/* What waits, in turns between peers and operators, until the turn is full. Frames that are no
 * inputs (greetings, acknowledgements, rubbish) count too, so that nobody can hold up the turn with
 * them. */
static void
take_inputs(struct daemon *daemon, const struct office_time *now)
{
    bool any = true;
    for (int taken = 0; any && taken < TURN_FRAMES_MAX; taken++) {
        any = take_one_link(daemon, now);
        any |= take_one_command(daemon, now);
    }
}

/* The office judges the new directory; root and CRL go with it, and the old ones end with the old
 * directory. */
static void
reload(struct daemon *daemon, const struct office_time *now)
{
    struct refusal refusal = { 0 };
    AUTO(trust_root) struct trust_root *root = NULL;
    AUTO(directory) struct directory *directory = NULL;
    enum result result =
        daemon_files_load_directory(&daemon->options, now->wall_ms, &root, &directory, &refusal);
    if (result == OK)
        result = office_set_directory(daemon->office, directory, root, now, &refusal);
    if (result != OK) {
        log_line(LOG_ERROR, "directory_rejected", "code=%s field=%s", refusal_name(refusal.code),
                 refusal.field);
        return;
    }
    directory = NULL;
    struct trust_root *former = daemon->files.root;
    daemon->files.root = MOVE(root);
    trust_root_destroy(former);
}

static void
reload_policy(struct daemon *daemon, const struct office_time *now)
{
    struct refusal refusal = { 0 };
    if (daemon->options.policy != NULL && take_policy(daemon, now, &refusal) != OK)
        log_rejected(&refusal);
}

static void
take_signals(struct daemon *daemon, const struct office_time *now)
{
    struct signalfd_siginfo info;
    while (read(daemon->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo != SIGHUP) {
            daemon->stopping = true;
            continue;
        }
        reload(daemon, now);
        reload_policy(daemon, now);
    }
}

static void
on_hook_end(void *context, const char *name, bool success)
{
    struct daemon *daemon = context;
    if (success && spool_remove(daemon->spool, name) != OK)
        log_line(LOG_WARNING, "spool_file_stays", "file=%s", name);
    log_line(success ? LOG_INFO : LOG_WARNING, "hook_ended", "file=%s success=%d", name, success);
}

static void
watch_gate(struct daemon *daemon, const struct office_time *now)
{
    uint64_t turned_away = gate_turned_away_count();
    if (turned_away == daemon->turned_away ||
        now->monotonic_ms - daemon->gate_logged_ms < GATE_LOG_MS)
        return;
    log_line(LOG_WARNING, "descriptors_short", "turned_away=%" PRIu64, turned_away);
    daemon->turned_away = turned_away;
    daemon->gate_logged_ms = now->monotonic_ms;
}

static void
keep_house(struct daemon *daemon, const struct office_time *now)
{
    if (daemon_files_directory_changed(&daemon->files, &daemon->options, now->monotonic_ms))
        reload(daemon, now);
    if (daemon_files_policy_changed(&daemon->files, &daemon->options, now->monotonic_ms))
        reload_policy(daemon, now);
    spool_poll(daemon->spool, now->monotonic_ms, on_hook_end, daemon);
    watch_gate(daemon, now);
    if (now->monotonic_ms - daemon->house_kept_ms >= HOUSEKEEPING_MS) {
        store_check_readers(daemon->store);
        spool_resume(daemon->spool);
        daemon->house_kept_ms = now->monotonic_ms;
    }
}

static enum result
run(struct daemon *daemon)
{
    enum result result = OK;
    log_line(LOG_INFO, "ready", "office=%s bind=%s", daemon->options.office, daemon->options.bind);
    while (result == OK && !daemon->stopping) {
        wait_for_work(daemon);
        const struct office_time now = clock_now();
        take_signals(daemon, &now);
        keep_house(daemon, &now);
        take_inputs(daemon, &now);
        result = office_turn(daemon->office, &now);
    }
    if (result == OK) {
        const struct office_time now = clock_now();
        result = office_settle(daemon->office, &now);
    }
    log_line(result == OK ? LOG_INFO : LOG_ERROR, "stopped", "office=%s cause=%d",
             daemon->options.office, (int)result);
    return result;
}

/* ---- main ---- */

static int
fail(const struct role *role, const struct refusal *refusal)
{
    fprintf(stderr, "%s: %s %s: %s\n", role->name, refusal_name(refusal->code), refusal->field,
            refusal->rule);
    return 1;
}

static int
start_and_run(struct daemon *daemon, const struct role *role)
{
    struct refusal refusal = { 0 };
    enum result result = open_daemon(daemon, role, &refusal);
    if (result == OK)
        result = run(daemon);
    close_daemon(daemon);
    if (result == ERR_REFUSED)
        return fail(role, &refusal);
    return result == OK ? 0 : 2;
}

/* --check-config: is the policy one that the office could adopt? */
static enum result
check_policy(const struct daemon *daemon, struct refusal *ret_refusal)
{
    AUTO(policy_file) struct policy_file *policy = NULL;
    if (daemon->options.policy == NULL)
        return OK;
    return daemon_files_load_policy(&daemon->files, &daemon->options, clock_now().wall_ms, &policy,
                                    ret_refusal);
}

int
daemon_main(const struct role *role, int argc, char *argv[])
{
    struct refusal refusal = { 0 };
    enum config_action action = CONFIG_RUN;
    struct daemon *daemon = calloc(1, sizeof *daemon);
    if (daemon == NULL)
        return 2;
    daemon->signals = -1;
    int status = 0;
    enum result result = daemon_options_read(role, argc, argv, &daemon->options, &action, &refusal);
    if (result == OK && (action == CONFIG_RUN || action == CONFIG_CHECK))
        result = daemon_files_open(&daemon->files, &daemon->options, role, clock_now().wall_ms,
                                   &refusal);
    if (result == OK && action == CONFIG_CHECK)
        result = check_policy(daemon, &refusal);
    if (result != OK)
        status = fail(role, &refusal);
    else if (action == CONFIG_RUN)
        status = start_and_run(daemon, role);
    else
        daemon_options_print(role, action, &daemon->options);
    daemon_files_close(&daemon->files);
    daemon_options_free(role, &daemon->options);
    free(daemon);
    return status;
}
