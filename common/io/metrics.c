/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/core/version.h"
#include "common/domain/alarm.h"

enum {
    PEERS_MAX = 1024,
    TEXT_BYTES = 128 * 1024, /* beside the peers */
    PEER_BYTES = 1024,
    LABEL_BYTES = 400,
};

struct text {
    char *start;
    size_t size;
    size_t room; /* more is cut off; it is ample */
};

__attribute__((format(printf, 2, 3))) static void
put(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text->start + text->size, text->room - text->size, format, arguments);
    va_end(arguments);
    if (size > 0 && (size_t)size < text->room - text->size)
        text->size += (size_t)size;
    text->start[text->size] = '\0';
}

static void
put_head(struct text *text, const char *name, const char *type, const char *help)
{
    put(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
put_number(struct text *text, const char *name, const char *type, const char *help, uint64_t value)
{
    put_head(text, name, type, help);
    put(text, "%s %" PRIu64 "\n", name, value);
}

/* A time in the form that Prometheus compares with time(). */
static void
put_time(struct text *text, const char *name, const char *help, uint64_t time_ms)
{
    put_head(text, name, "gauge", help);
    put(text, "%s %" PRIu64 ".%03u\n", name, time_ms / 1000, (unsigned)(time_ms % 1000));
}

/* As it stands between quotes. */
static const char *
escape(const char *value, char storage[LABEL_BYTES])
{
    size_t size = 0;
    for (; *value != '\0' && size < LABEL_BYTES - 3; value++) {
        if (*value == '\\' || *value == '"')
            storage[size++] = '\\';
        storage[size++] = *value == '\n' ? ' ' : *value;
    }
    storage[size] = '\0';
    return storage;
}

/* ---- the office ---- */

static void
put_office(struct text *text, const Yidi__StatusReport *status)
{
    char storage[LABEL_BYTES];
    put_head(text, "yidi_office_info", "gauge", "Which office this is; always 1.");
    put(text,
        "yidi_office_info{office=\"%s\",role=\"%s\",province=\"%.2s\",name=\"%s\","
        "version=\"" YIDI_VERSION "\"} 1\n",
        status->office, status->role, status->office, escape(status->name, storage));
    put_number(text, "yidi_office_halted", "gauge", "1: the office takes no work.",
               status->halted[0] != '\0');
    put_number(text, "yidi_recovery_shares_missing", "gauge",
               "Offices that have not handed back what they hold of a lost past.",
               status->shares_missing);
    put_number(text, "yidi_journals_rewritten", "gauge",
               "Other offices that have rewritten their journals.", status->journals_rewritten);
    put_number(text, "yidi_journal_entries", "gauge", "Entries of the journal.", status->tree_size);
    put_number(text, "yidi_journal_epoch", "gauge", "One more with each recovery.", status->epoch);
    put_number(text, "yidi_directory_version", "gauge", "Of the directory of offices.",
               status->directory_version);
    put_number(text, "yidi_policy_version", "gauge", "Of the policy; 0: the standards.",
               status->policy_version);
    put_number(text, "yidi_commits_total", "counter", "Commits since the start.", status->commits);
    put_number(text, "yidi_inputs_total", "counter", "Commands and messages since the start.",
               status->inputs);
    put_number(text, "yidi_frames_dropped_total", "counter", "Frames that were not authentic.",
               status->dropped);
    put_number(text, "yidi_frames_turned_away_total", "counter",
               "Frames too large or too many, and handshakes of strangers.", status->turned_away);
}

static void
put_ends(struct text *text, const struct office *office, const Yidi__StatusReport *status)
{
    uint64_t revocations_ms = trust_root_crl_ends_ms(office->options.root);
    put_time(text, "yidi_certificate_expiry_timestamp_seconds",
             "When the certificate of this office ends.",
             certificate_ends_ms(office->options.certificate));
    put_time(text, "yidi_directory_expiry_timestamp_seconds", "When the directory of offices ends.",
             status->directory_expires_ms);
    if (revocations_ms != 0)
        put_time(text, "yidi_revocations_expiry_timestamp_seconds",
                 "When the list of revoked certificates ends.", revocations_ms);
}

static void
put_room(struct text *text, const struct office *office, const Yidi__StatusReport *status)
{
    unsigned own = 0, opening = 0, peers = 0;
    for (size_t i = 0; i < status->n_doors_shut; i++) {
        const char *door = status->doors_shut[i]->door;
        own += strcmp(door, "own") == 0;
        opening += strcmp(door, "opening") == 0;
        peers += strcmp(door, "own") != 0 && strcmp(door, "opening") != 0;
    }
    if (office->admission.figures.free_bytes != ADMISSION_FREE_UNKNOWN)
        put_number(text, "yidi_disk_free_bytes", "gauge", "Free on the disk of the store.",
                   status->disk_free_bytes);
    put_number(text, "yidi_disk_reserve_bytes", "gauge", "Kept for accepted cases.",
               status->disk_reserve_bytes);
    put_number(text, "yidi_store_map_bytes", "gauge", "Upper bound of the store.",
               status->map_bytes);
    put_number(text, "yidi_store_used_bytes", "gauge", "Of it in use.",
               office->admission.figures.used_bytes);
    put_head(text, "yidi_doors_shut", "gauge",
             "Reasons why new work is not taken on: of this office, of others, for others.");
    put(text,
        "yidi_doors_shut{door=\"own\"} %u\nyidi_doors_shut{door=\"opening\"} %u\n"
        "yidi_doors_shut{door=\"peer\"} %u\n",
        own, opening, peers);
}

static void
put_alarms(struct text *text, const Yidi__StatusReport *status)
{
    put_head(text, "yidi_alarms", "gauge", "Alarms of each kind, as the console shows them.");
    for (int code = 0; code < ALARM_CODE_COUNT; code++) {
        const char *name = alarm_code_name((enum alarm_code)code);
        unsigned count = 0;
        for (size_t i = 0; i < status->n_alarms; i++)
            count += strcmp(status->alarms[i]->code, name) == 0;
        put(text, "yidi_alarms{code=\"%s\",severity=\"%s\"} %u\n", name,
            alarm_code_severe((enum alarm_code)code) ? "severe" : "warning", count);
    }
}

/* ---- cases ---- */

static void
put_stages(struct text *text, const Yidi__StatusReport *status)
{
    put_head(text, "yidi_cases", "gauge", "Cases in each state.");
    for (size_t i = 0; i < status->n_states; i++)
        put(text, "yidi_cases{state=\"%s\"} %" PRIu64 "\n", status->states[i]->state,
            status->states[i]->count);
    put_head(text, "yidi_cases_oldest_seconds", "gauge",
             "For how long the first open case of each state has stood there.");
    for (size_t i = 0; i < status->n_states; i++)
        put(text, "yidi_cases_oldest_seconds{state=\"%s\"} %.3f\n", status->states[i]->state,
            (double)status->states[i]->oldest_ms / 1e3);
    put_head(text, "yidi_cases_due_soon", "gauge", "Cases that are due soon.");
    for (size_t i = 0; i < status->n_states; i++)
        put(text, "yidi_cases_due_soon{state=\"%s\"} %" PRIu64 "\n", status->states[i]->state,
            status->states[i]->due_soon);
    put_head(text, "yidi_cases_overdue", "gauge", "Cases past their deadline.");
    for (size_t i = 0; i < status->n_states; i++)
        put(text, "yidi_cases_overdue{state=\"%s\"} %" PRIu64 "\n", status->states[i]->state,
            status->states[i]->overdue);
}

static void
put_moves(struct text *text, const struct office *office)
{
    const struct figures_counts *total = &office->figures.total;
    const struct machine *machine = office->options.role->machine;
    put_number(text, "yidi_cases_opened_total", "counter", "Cases that came since the start.",
               total->opened);
    put_number(text, "yidi_cases_closed_total", "counter", "Cases that ended since the start.",
               total->closed);
    put_head(text, "yidi_cases_entered_total", "counter", "Cases that came to a state.");
    for (int state = 1; state < machine->state_count; state++)
        put(text, "yidi_cases_entered_total{state=\"%s\"} %" PRIu64 "\n",
            machine->state_names[state], total->entered[state]);
    put_head(text, "yidi_cases_left_total", "counter", "Cases that left a state.");
    for (int state = 1; state < machine->state_count; state++)
        put(text, "yidi_cases_left_total{state=\"%s\"} %" PRIu64 "\n", machine->state_names[state],
            total->left[state]);
    put_head(text, "yidi_refusals_total", "counter", "Refused applications, by reason.");
    for (int reason = 1; reason < REFUSAL_REASON_COUNT; reason++)
        put(text, "yidi_refusals_total{reason=\"%s\"} %" PRIu64 "\n",
            refusal_reason_name((enum refusal_reason)reason), total->refused[reason]);
}

/* Buckets end at powers of two of a unit that is so many seconds. */
static void
put_histogram(struct text *text, const char *name, const char *help,
              const struct histogram *histogram, double unit_s, unsigned first, unsigned last,
              unsigned step)
{
    put_head(text, name, "histogram", help);
    for (unsigned exponent = first; exponent <= last; exponent += step)
        put(text, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", name,
            unit_s * (double)(UINT64_C(1) << exponent), histogram_below(histogram, exponent));
    put(text, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %g\n%s_count %" PRIu64 "\n", name,
        histogram->count, name, unit_s * (double)histogram->sum, name, histogram->count);
}

static void
put_durations(struct text *text, const struct office *office)
{
    const struct figures *figures = &office->figures;
    if (office->options.role->ready_state != 0)
        put_histogram(text, "yidi_accept_to_ready_seconds",
                      "From the acceptance of an application to the card that is ready.",
                      &figures->total.ready, 1.0, 10, 24, 1);
    put_histogram(text, "yidi_commit_duration_seconds",
                  "How long a commit took, with its sync to disk.", &figures->commits, 1e-6, 6, 24,
                  2);
}

/* ---- peers and books ---- */

static bool
is_up(const Yidi__PeerStatus *peer)
{
    return peer->down_since_ms == 0;
}

static void
put_peers(struct text *text, Yidi__PeerStatus *const *peers, size_t count)
{
    put_head(text, "yidi_peer_link_up", "gauge", "0: the link to the office is down.");
    for (size_t i = 0; i < count; i++)
        put(text, "yidi_peer_link_up{peer=\"%s\"} %d\n", peers[i]->office, is_up(peers[i]));
    put_head(text, "yidi_peer_messages_waiting", "gauge", "Messages not acknowledged yet.");
    for (size_t i = 0; i < count; i++)
        put(text, "yidi_peer_messages_waiting{peer=\"%s\"} %" PRIu64 "\n", peers[i]->office,
            peers[i]->waiting);
    put_head(text, "yidi_peer_oldest_seconds", "gauge", "For how long the first of them waits.");
    for (size_t i = 0; i < count; i++)
        put(text, "yidi_peer_oldest_seconds{peer=\"%s\"} %.3f\n", peers[i]->office,
            (double)peers[i]->oldest_ms / 1e3);
    put_head(text, "yidi_peer_messages_acknowledged_total", "counter",
             "Last message of the stream to the office that it has taken.");
    for (size_t i = 0; i < count; i++)
        put(text, "yidi_peer_messages_acknowledged_total{peer=\"%s\"} %" PRIu64 "\n",
            peers[i]->office, peers[i]->acknowledged);
    put_head(text, "yidi_peer_round_trip_seconds", "gauge",
             "From a message or question to its answer; the last one.");
    for (size_t i = 0; i < count; i++)
        if (peers[i]->round_trip_us != 0)
            put(text, "yidi_peer_round_trip_seconds{peer=\"%s\"} %.6f\n", peers[i]->office,
                (double)peers[i]->round_trip_us / 1e6);
}

static enum result
put_books(const struct standing_source *source, struct text *text)
{
    const struct role *role = source->office->options.role;
    struct role_look look = { 0 };
    enum result result = OK;
    if (role->look != NULL)
        result = role->look(source->txn, source->now_ms, source->arena, &look);
    if (look.has_stock)
        put_number(text, "yidi_blank_cards", "gauge", "Blank cards left.", look.blanks_left);
    return result;
}

enum result
metrics_report(const struct standing_source *source, Yidi__Response *response)
{
    const struct office *office = source->office;
    Yidi__StatusReport *status;
    Yidi__PeerStatus **peers;
    size_t peer_count = 0;
    struct text text = { 0 };
    response->metrics = arena_take(source->arena, sizeof *response->metrics);
    if (response->metrics == NULL)
        return ERR_MEMORY;
    yidi__metrics_text__init(response->metrics);
    enum result result = standing_status(source, &status);
    if (result == OK)
        result = standing_peers(source, PEERS_MAX, &peers, &peer_count);
    text.room = TEXT_BYTES + peer_count * PEER_BYTES;
    text.start = arena_take(source->arena, text.room);
    if (result == OK && text.start == NULL)
        result = ERR_MEMORY;
    if (result != OK)
        return result;
    put_office(&text, status);
    put_ends(&text, office, status);
    put_room(&text, office, status);
    put_alarms(&text, status);
    put_stages(&text, status);
    put_moves(&text, office);
    put_durations(&text, office);
    put_peers(&text, peers, peer_count);
    result = put_books(source, &text);
    response->body_case = YIDI__RESPONSE__BODY_METRICS;
    response->metrics->text = text.start;
    return result;
}
