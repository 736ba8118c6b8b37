/* SPDX-License-Identifier: Apache-2.0
 *
 * daemon_start - all that a process holds: opened one after the other, and closed.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/io/clock.h"
#include "common/io/daemon_parts.h"
#include "common/io/log.h"
#include "common/io/store_blame.h"
#include "common/io/store_upgrade.h"
#include "common/io/tree_head.h"

enum { DESCRIPTORS_WANTED = 4096 };

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
    daemon_console_address(&daemon->options, daemon->console_address);
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
        .console_address = daemon->console_address[0] == '\0' ? NULL : daemon->console_address,
        .session_idle_ms = daemon->options.session_idle * 1000,
        .session_max_ms = daemon->options.session_max * 1000,
        .ports = daemon_ports(daemon),
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

enum result
daemon_take_policy(struct daemon *daemon, const struct office_time *now,
                   struct refusal *ret_refusal)
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
void
daemon_log_rejected(const struct refusal *refusal)
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
    enum result result = daemon_take_policy(daemon, &now, ret_refusal);
    if (result != ERR_REFUSED || daemon->office->policies.present == NULL)
        return result;
    daemon_log_rejected(ret_refusal);
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

enum result
daemon_open(struct daemon *daemon, const struct role *role, struct refusal *ret_refusal)
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

void
daemon_close(struct daemon *daemon)
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
