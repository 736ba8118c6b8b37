/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/alarms.h"

#include "common/domain/alarm.h"
#include "common/io/case_file.h"
#include "common/io/recovery.h"
#include "common/io/witness.h"

enum {
    OVERDUE_KEYS_MAX = 500,  /* looked at */
    OVERDUE_CASES_MAX = 100, /* of these, read */
    GROUPS_MAX = 40,
};

/* ---- overdue, by whom they wait for ---- */

struct group {
    int state;
    char office[OFFICE_CODE_CHARS + 1]; /* empty: this one */
    uint64_t count;
    uint64_t since_ms;
};

struct groups {
    const struct standing_source *source;
    const struct machine *machine;
    struct group list[GROUPS_MAX];
    size_t count;
    size_t keys;
    size_t cases;
};

static enum party
party_of(const struct groups *groups, int state)
{
    const enum party *waits_for = groups->source->office->options.role->waits_for;
    return waits_for == NULL ? PARTY_NONE : waits_for[state];
}

static void
count_in(struct groups *groups, int state, const char *office, uint64_t since_ms)
{
    size_t i = 0;
    while (i < groups->count &&
           (groups->list[i].state != state || strcmp(groups->list[i].office, office) != 0))
        i++;
    if (i == GROUPS_MAX)
        return;
    struct group *group = &groups->list[i];
    if (i == groups->count) {
        *group = (struct group){ .state = state, .since_ms = since_ms };
        memcpy(group->office, office, strlen(office) + 1);
        groups->count++;
    }
    group->count++;
    if (since_ms < group->since_ms)
        group->since_ms = since_ms;
}

/* A case that cannot be read is counted by its state all the same. */
static enum result
look_at(struct groups *groups, const struct deadline_key *key)
{
    const struct standing_source *source = groups->source;
    enum party party = party_of(groups, key->state);
    struct case_file file;
    if (party == PARTY_NONE) {
        count_in(groups, key->state, "", key->time_ms);
        return OK;
    }
    if (groups->cases++ >= OVERDUE_CASES_MAX)
        return OK;
    enum result result =
        case_file_open(source->txn, groups->machine, key->case_number, source->arena, &file);
    if (result == OK)
        count_in(groups, key->state, case_file_office(file.row, party), key->time_ms);
    return result == ERR_ABSENT || result == ERR_DAMAGED ? OK : result;
}

static enum result
look_at_list(struct groups *groups, enum deadline_list list)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    const struct standing_source *source = groups->source;
    const uint8_t prefix = (uint8_t)list;
    struct deadline_key found;
    struct bytes key, value;
    enum result result =
        store_cursor_open(source->txn, TABLE_BY_DEADLINE, bytes_of(&prefix, 1), &cursor);
    while (result == OK && groups->keys++ < OVERDUE_KEYS_MAX &&
           (result = store_cursor_next(cursor, &key, &value)) == OK) {
        if (deadline_index_read(key, value, &found) != OK)
            continue; /* damaged: the turn that tells what is overdue drops it */
        if (found.time_ms >= source->now_ms || found.state >= groups->machine->state_count)
            return OK;
        result = look_at(groups, &found);
    }
    return result == ERR_ABSENT ? OK : result;
}

static const char *
name_of(const struct standing_source *source, const char *office)
{
    const Yidi__Office *entry = directory_find(source->office->directory, office);
    return entry == NULL || entry->name[0] == '\0' ? office : entry->name;
}

/* What the counters say of a state, and how much of it the groups have. */
static enum result
list_groups(struct groups *groups, const Yidi__StatusReport *report, struct alarm_facts *facts)
{
    struct alarm_overdue *overdue =
        arena_take(groups->source->arena, (GROUPS_MAX + STATE_COUNT_MAX) * sizeof *overdue);
    if (overdue == NULL)
        return ERR_MEMORY;
    facts->overdue = overdue;
    for (size_t i = 0; i < report->n_states; i++) {
        const Yidi__StateCount *state = report->states[i];
        uint64_t left = state->overdue;
        size_t first = facts->overdue_count;
        for (size_t j = 0; j < groups->count && left > 0; j++) {
            const struct group *group = &groups->list[j];
            if (group->state != (int)i + 1)
                continue;
            uint64_t count = group->office[0] == '\0' || group->count > left ? left : group->count;
            left -= count;
            overdue[facts->overdue_count++] =
                (struct alarm_overdue){ .state = state->state,
                                        .office = group->office,
                                        .name = name_of(groups->source, group->office),
                                        .count = count,
                                        .since_ms = group->since_ms };
        }
        for (size_t j = first; j < facts->overdue_count && left > 0; j++)
            overdue[j].at_least = true;
        if (left > 0 && first == facts->overdue_count)
            overdue[facts->overdue_count++] = (struct alarm_overdue){
                .state = state->state, .office = "", .name = "", .count = left
            };
    }
    return OK;
}

static enum result
find_overdue(const struct standing_source *source, const Yidi__StatusReport *report,
             struct alarm_facts *facts)
{
    struct groups *groups = arena_take(source->arena, sizeof *groups);
    uint64_t overdue = 0;
    if (groups == NULL)
        return ERR_MEMORY;
    memset(groups, 0, sizeof *groups);
    groups->source = source;
    groups->machine = source->office->options.role->machine;
    for (size_t i = 0; i < report->n_states; i++)
        overdue += report->states[i]->overdue;
    if (overdue == 0)
        return OK;
    enum result result = look_at_list(groups, DEADLINES_TOLD);
    if (result == OK)
        result = look_at_list(groups, DEADLINES_AHEAD);
    return result == OK ? list_groups(groups, report, facts) : result;
}

/* ---- the other facts ---- */

static enum result
find_peers(const struct standing_source *source, struct alarm_facts *facts)
{
    const struct peers *peers = &source->office->peers;
    struct alarm_peer *list = arena_take(source->arena, (peers->count + 1) * sizeof *list);
    if (list == NULL)
        return ERR_MEMORY;
    facts->peers = list;
    for (size_t i = 0; i < peers->count; i++) {
        const struct peer *peer = peers->list[i];
        bool rewritten = witness_barred(peer);
        if (peer->timing.down_since_ms == 0 && peer->trouble.code == TROUBLE_NONE && !rewritten)
            continue;
        list[facts->peer_count++] =
            (struct alarm_peer){ .office = peer->office,
                                 .name = name_of(source, peer->office),
                                 .waiting = peer->stream.assigned - peer->stream.acknowledged,
                                 .down_since_ms = peer->timing.down_since_ms,
                                 .trouble = &peer->trouble,
                                 .rewritten = rewritten };
    }
    return OK;
}

static enum result
find_doors(const struct standing_source *source, const Yidi__StatusReport *report,
           struct alarm_facts *facts)
{
    struct alarm_door *doors =
        arena_take(source->arena, (report->n_doors_shut + 1) * sizeof *doors);
    if (doors == NULL)
        return ERR_MEMORY;
    facts->doors = doors;
    for (size_t i = 0; i < report->n_doors_shut; i++) {
        const Yidi__ShutDoor *shut = report->doors_shut[i];
        enum refusal_code code = refusal_find(shut->code);
        bool peer = strcmp(shut->door, "own") != 0 && strcmp(shut->door, "opening") != 0;
        doors[facts->door_count++] =
            (struct alarm_door){ .office = peer ? shut->door : "",
                                 .name = peer ? name_of(source, shut->door) : "",
                                 .english = refusal_meaning(code),
                                 .chinese = refusal_meaning_chinese(code) };
    }
    return OK;
}

static void
find_due_soon(const Yidi__StatusReport *report, struct alarm_facts *facts)
{
    for (size_t i = 0; i < report->n_states; i++) {
        const Yidi__StateCount *state = report->states[i];
        if (state->due_soon == 0)
            continue;
        facts->due_soon_state = facts->due_soon == 0 ? state->state : "";
        facts->due_soon += state->due_soon;
    }
}

static enum result
find_books(const struct standing_source *source, struct alarm_facts *facts)
{
    const struct role *role = source->office->options.role;
    struct role_look look = { 0 };
    enum result result = state_index_count_attention(source->txn, &facts->attention);
    if (result == OK && role->look != NULL)
        result = role->look(source->txn, source->now_ms, source->arena, &look);
    facts->has_stock = look.has_stock;
    facts->count_due = look.count_due;
    facts->blanks_left = look.blanks_left;
    facts->refund_long_due_fen = look.refund_long_due_fen;
    return result;
}

static enum result
find_facts(const struct standing_source *source, const Yidi__StatusReport *report,
           struct alarm_facts *facts)
{
    const struct office *office = source->office;
    *facts = (struct alarm_facts){
        .now_ms = source->now_ms,
        .halted = &office->halted,
        .recovering = recovery_active(office),
        .shares_missing = report->shares_missing,
        .certificate_ends_ms = certificate_ends_ms(office->options.certificate),
        .directory_ends_ms = report->directory_expires_ms,
        .revocations_end_ms = trust_root_crl_ends_ms(office->options.root),
        .disk_free_bytes = office->admission.figures.free_bytes,
        .disk_reserve_bytes = report->disk_reserve_bytes,
        .map_percent = report->map_percent,
        .map_filling = report->map_warning,
        .due_soon_state = "",
    };
    find_due_soon(report, facts);
    enum result result = find_overdue(source, report, facts);
    if (result == OK)
        result = find_peers(source, facts);
    if (result == OK)
        result = find_doors(source, report, facts);
    return result == OK ? find_books(source, facts) : result;
}

enum result
alarms_fill(const struct standing_source *source, Yidi__StatusReport *report)
{
    struct alarm_facts facts;
    struct alarm_list *list = arena_take(source->arena, sizeof *list);
    Yidi__Alarm *alarms = arena_take(source->arena, ALARMS_MAX * sizeof *alarms);
    report->alarms = arena_take(source->arena, ALARMS_MAX * sizeof *report->alarms);
    if (list == NULL || alarms == NULL || report->alarms == NULL)
        return ERR_MEMORY;
    enum result result = find_facts(source, report, &facts);
    if (result != OK)
        return result;
    alarm_judge(&facts, list);
    for (size_t i = 0; i < list->count; i++) {
        struct alarm *alarm = &list->list[i];
        yidi__alarm__init(&alarms[i]);
        alarms[i].code = (char *)alarm_code_name(alarm->code);
        alarms[i].severity = alarm_code_severe(alarm->code) ? YIDI__ALARM_SEVERITY__SEVERE
                                                            : YIDI__ALARM_SEVERITY__WARNING;
        alarms[i].english = alarm->english;
        alarms[i].chinese = alarm->chinese;
        alarms[i].since_ms = alarm->since_ms;
        alarms[i].state = (char *)alarm->state;
        alarms[i].office = (char *)alarm->office;
        report->alarms[report->n_alarms++] = &alarms[i];
    }
    return OK;
}
