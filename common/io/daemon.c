/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/daemon.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/io/clock.h"
#include "common/io/daemon_parts.h"
#include "common/io/gate.h"
#include "common/io/log.h"

enum {
    WAIT_MS_MAX = 2000,
    HOUSEKEEPING_MS = 60000,
    GATE_LOG_MS = 1000,
};

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
    if (daemon->options.policy != NULL && daemon_take_policy(daemon, now, &refusal) != OK)
        daemon_log_rejected(&refusal);
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
    log_line(LOG_INFO, "ready", "office=%s bind=%s console=%s", daemon->options.office,
             daemon->options.bind, daemon->console == NULL ? "none" : daemon->console_address);
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
    enum result result = daemon_open(daemon, role, &refusal);
    if (result == OK)
        result = run(daemon);
    daemon_close(daemon);
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
