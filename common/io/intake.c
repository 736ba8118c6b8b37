/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/intake.h"

#include <inttypes.h>

#include "common/io/incoming.h"
#include "common/io/log.h"

enum {
    LOOK_INTERVAL_MS = 1000,
    ROWS_BYTES = 8 * 1024, /* what one application costs beside its attachments, at the most */
    DOORS_SHOWN_MAX = 64,
};

static const enum admission_cause causes[] = { ADMISSION_OWN_DISK, ADMISSION_OWN_MAP,
                                               ADMISSION_OPENING_DISK, ADMISSION_OPENING_MAP };
enum { CAUSES = sizeof causes / sizeof *causes };

static uint64_t
waiting_for(const struct peer *peer)
{
    return peer->pending_assigned - peer->stream.acknowledged + peer->recovery.held;
}

/* Does this office take messages that open cases at all? */
static bool
is_opened_by_peers(const struct office *office)
{
    return office->options.role->opening != MESSAGE_NONE;
}

static bool
concerns(const struct office *office, enum admission_cause cause)
{
    bool opening = cause & (ADMISSION_OPENING_DISK | ADMISSION_OPENING_MAP);
    return !opening || is_opened_by_peers(office);
}

/* ---- looking ---- */

static void
log_change(const struct office *office, enum admission_cause cause)
{
    const struct admission *admission = &office->admission;
    bool shut = admission->shut & cause;
    struct refusal refusal;
    (void)admission_refuse_cause(admission, cause, &refusal);
    log_line(shut ? LOG_WARNING : LOG_INFO, shut ? "door_shut" : "door_opened",
             "door=%s code=%s free_bytes=%" PRIu64 " map_percent=%u",
             cause & (ADMISSION_OWN_DISK | ADMISSION_OWN_MAP) ? "own" : "opening",
             refusal_name(refusal.code), admission->figures.free_bytes,
             admission_map_percent(&admission->figures));
}

static void
log_changes(const struct office *office, unsigned changes)
{
    const struct admission *admission = &office->admission;
    for (size_t i = 0; i < CAUSES; i++)
        if (changes & causes[i] && concerns(office, causes[i]))
            log_change(office, causes[i]);
    if (changes & admission->shut & ADMISSION_MAP_WARNING)
        log_line(LOG_WARNING, "map_filling", "map_percent=%u used_bytes=%" PRIu64,
                 admission_map_percent(&admission->figures), admission->figures.used_bytes);
}

static void
set_peer_door(struct office *office, struct peer *peer, bool shut)
{
    if (shut == peer->door_shut)
        return;
    peer->door_shut = shut;
    if (shut)
        office->peer_doors_shut++;
    else
        office->peer_doors_shut--;
    log_line(shut ? LOG_WARNING : LOG_INFO, shut ? "door_shut" : "door_opened",
             "door=%s code=%s waiting=%" PRIu64, peer->office, refusal_name(REFUSAL_PEER_BACKLOG),
             waiting_for(peer));
}

static void
look_at_peers(struct office *office)
{
    for (size_t i = 0; office->peer_doors_shut > 0 && i < office->peers.count; i++) {
        struct peer *peer = office->peers.list[i];
        if (peer->door_shut)
            set_peer_door(office, peer,
                          admission_peer_shut(&office->admission, waiting_for(peer), true));
    }
}

void
intake_look(struct office *office, const struct office_time *now)
{
    const struct office_ports *ports = &office->options.ports;
    struct admission_figures figures = { .free_bytes = ADMISSION_FREE_UNKNOWN };
    if (office->intake_looked_ms != 0 &&
        now->monotonic_ms - office->intake_looked_ms < LOOK_INTERVAL_MS)
        return;
    office->intake_looked_ms = now->monotonic_ms;
    if (ports->free_bytes != NULL)
        figures.free_bytes = ports->free_bytes(ports->context);
    store_usage(office->options.store, &figures.used_bytes, &figures.map_bytes);
    log_changes(office, admission_look(&office->admission, &figures));
    look_at_peers(office);
}

/* ---- asking ---- */

enum result
intake_check_room(struct office *office, uint64_t bytes, struct refusal *ret_refusal)
{
    enum result result = admission_take(&office->admission, bytes + ROWS_BYTES, ret_refusal);
    bool shut = office->admission.shut & (ADMISSION_OWN_DISK | ADMISSION_OWN_MAP);
    if (result != OK && !shut)
        office->intake_looked_ms = 0; /* what was counted as written may be too much */
    return result;
}

enum result
intake_check_peer(struct office *office, const char *code, struct refusal *ret_refusal)
{
    struct peer *peer = peers_find(&office->peers, code);
    if (peer == NULL)
        return OK;
    uint64_t waiting = waiting_for(peer);
    set_peer_door(office, peer, admission_peer_shut(&office->admission, waiting, peer->door_shut));
    return peer->door_shut ? admission_refuse_peer(&office->admission, code, waiting, ret_refusal)
                           : OK;
}

enum refusal_code
intake_shut_to(const struct office *office, const Yidi__Office *sender)
{
    const struct role *role = office->options.role;
    if (!is_opened_by_peers(office) || incoming_sender(role->opening) != (enum party)sender->role)
        return REFUSAL_NONE;
    return admission_opening(&office->admission);
}

/* ---- status ---- */

static enum result
add_door(Yidi__StatusReport *report, const char *door, const struct refusal *refusal,
         struct arena *arena)
{
    Yidi__ShutDoor *shut = arena_take(arena, sizeof *shut);
    if (shut == NULL)
        return ERR_MEMORY;
    yidi__shut_door__init(shut);
    shut->door = (char *)door;
    shut->code = (char *)refusal_name(refusal->code);
    shut->rule = arena_copy_text(arena, refusal->rule);
    report->doors_shut[report->n_doors_shut++] = shut;
    return shut->rule == NULL ? ERR_MEMORY : OK;
}

static enum result
add_causes(const struct office *office, struct arena *arena, Yidi__StatusReport *report)
{
    enum result result = OK;
    for (size_t i = 0; i < CAUSES && result == OK; i++) {
        struct refusal refusal;
        if (!(office->admission.shut & causes[i]) || !concerns(office, causes[i]))
            continue;
        bool own = causes[i] & (ADMISSION_OWN_DISK | ADMISSION_OWN_MAP);
        (void)admission_refuse_cause(&office->admission, causes[i], &refusal);
        result = add_door(report, own ? "own" : "opening", &refusal, arena);
    }
    return result;
}

static enum result
add_peer_doors(const struct office *office, struct arena *arena, Yidi__StatusReport *report)
{
    enum result result = OK;
    for (size_t i = 0; office->peer_doors_shut > 0 && i < office->peers.count; i++) {
        const struct peer *peer = office->peers.list[i];
        struct refusal refusal;
        if (result != OK || report->n_doors_shut == DOORS_SHOWN_MAX)
            return result;
        if (!peer->door_shut)
            continue;
        (void)admission_refuse_peer(&office->admission, peer->office, waiting_for(peer), &refusal);
        result = add_door(report, peer->office, &refusal, arena);
    }
    return result;
}

enum result
intake_report(const struct office *office, struct arena *arena, Yidi__StatusReport *report)
{
    const struct admission_figures *figures = &office->admission.figures;
    report->doors_shut = arena_take(arena, DOORS_SHOWN_MAX * sizeof *report->doors_shut);
    if (report->doors_shut == NULL)
        return ERR_MEMORY;
    report->disk_free_bytes =
        figures->free_bytes == ADMISSION_FREE_UNKNOWN ? 0 : figures->free_bytes;
    report->disk_reserve_bytes = office->admission.limits.disk_reserve_bytes;
    report->map_percent = admission_map_percent(figures);
    report->map_bytes = figures->map_bytes;
    report->map_warning = office->admission.shut & ADMISSION_MAP_WARNING;
    enum result result = add_causes(office, arena, report);
    return result == OK ? add_peer_doors(office, arena, report) : result;
}
