/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/policy_source.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/domain/civil_date.h"
#include "common/domain/csv.h"
#include "common/io/json.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/policy_rules.h"

enum {
    SOURCE_BYTES_MAX = 4 * 1024 * 1024,
    CALENDAR_BYTES_MAX = 256 * 1024,
    CALENDAR_DAYS_MAX = 4096, /* of each kind, as in proto/ */
};

/* ---- dates ---- */

enum result
policy_source_date(const char *text, const char *field, uint32_t *ret_date,
                   struct refusal *ret_refusal)
{
    if (text == NULL) {
        *ret_date = civil_date_of_ms((uint64_t)time(NULL) * 1000);
        return OK;
    }
    if (!input_date(text, ret_date))
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, field, "a date such as 2026-11-23");
    return OK;
}

/* ---- calendars ---- */

static int
compare_dates(const void *a, const void *b)
{
    const uint32_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static enum result
add_day(uint32_t *dates, size_t *count, uint32_t date, const char *path,
        struct refusal *ret_refusal)
{
    if (*count == CALENDAR_DAYS_MAX)
        return refuse(ret_refusal, REFUSAL_CSV_INVALID, path, "at most %d days of a kind",
                      CALENDAR_DAYS_MAX);
    dates[(*count)++] = date;
    return OK;
}

/* date,kind, and whatever follows; lines that begin with # say nothing. */
static enum result
take_line(Yidi__PolicyCalendar *calendar, char *line, unsigned number, const char *path,
          struct refusal *ret_refusal)
{
    char *rest = line;
    uint32_t date;
    if (line[0] == '\0' || line[0] == '#')
        return OK;
    const char *day = csv_take_field(&rest);
    const char *kind = rest == NULL ? NULL : csv_take_field(&rest);
    if (number == 1 && day != NULL && strcmp(day, "date") == 0)
        return OK;
    if (day == NULL || kind == NULL || !input_date(day, &date))
        return refuse(ret_refusal, REFUSAL_CSV_INVALID, path,
                      "line %u: a date such as 2026-10-01, then a comma", number);
    if (strcmp(kind, "holiday") == 0)
        return add_day(calendar->holidays, &calendar->n_holidays, date, path, ret_refusal);
    if (strcmp(kind, "working") == 0)
        return add_day(calendar->working_weekends, &calendar->n_working_weekends, date, path,
                       ret_refusal);
    return refuse(ret_refusal, REFUSAL_CSV_INVALID, path, "line %u: the kind is holiday or working",
                  number);
}

static enum result
take_calendar(const char *path, struct arena *arena, Yidi__PolicyCalendar *calendar,
              struct refusal *ret_refusal)
{
    struct bytes file;
    enum result result = input_read(path, CALENDAR_BYTES_MAX, arena, &file, ret_refusal);
    if (result != OK)
        return result;
    char *text = arena_take(arena, file.size + 1); /* zeroed */
    if (text == NULL)
        return ERR_MEMORY;
    memcpy(text, file.data, file.size);
    char *line, *rest = csv_begin(text);
    for (unsigned number = 1; result == OK && (line = csv_take_line(&rest)) != NULL; number++)
        result = take_line(calendar, line, number, path, ret_refusal);
    return result;
}

static enum result
read_calendars(const struct arguments *arguments, struct arena *arena, Yidi__Policy *wire,
               struct refusal *ret_refusal)
{
    size_t place = 0;
    const char *path = arguments == NULL ? NULL : arguments_next(arguments, "calendar", &place);
    if (path == NULL)
        return OK;
    Yidi__PolicyCalendar *calendar = arena_take(arena, sizeof *calendar);
    uint32_t *dates = arena_take(arena, 2 * CALENDAR_DAYS_MAX * sizeof *dates);
    if (calendar == NULL || dates == NULL)
        return ERR_MEMORY;
    yidi__policy_calendar__init(calendar);
    calendar->holidays = dates;
    calendar->working_weekends = dates + CALENDAR_DAYS_MAX;
    enum result result = OK;
    for (; path != NULL && result == OK; path = arguments_next(arguments, "calendar", &place))
        result = take_calendar(path, arena, calendar, ret_refusal);
    qsort(calendar->holidays, calendar->n_holidays, sizeof *dates, compare_dates);
    qsort(calendar->working_weekends, calendar->n_working_weekends, sizeof *dates, compare_dates);
    wire->calendar = calendar;
    return result;
}

/* ---- either kind of file ---- */

/* Who hears what cannot be read; tell is NULL when the first of it ends the reading. */
struct listener {
    policy_fault_fn *tell;
    void *context;
};

static enum result
read_rules(const char *path, struct bytes text, const struct listener *listener,
           struct arena *arena, struct policy_rules *ret_rules, struct refusal *ret_refusal)
{
    ProtobufCMessage *message;
    struct refusal inner = { 0 };
    enum result result =
        json_decode(&yidi__policy_source__descriptor, text, arena, &message, &inner);
    bool parses = result == OK || inner.code != REFUSAL_MALFORMED;
    if (listener->tell != NULL && parses && (result == OK || result == ERR_REFUSED))
        return policy_rules_read(text, listener->tell, listener->context, arena, ret_rules);
    if (result != OK)
        return result == ERR_REFUSED ? input_blame(path, &inner, ret_refusal) : result;
    const Yidi__PolicySource *source = (const Yidi__PolicySource *)message;
    *ret_rules = (struct policy_rules){ .rules = source->rules, .count = source->n_rules };
    return OK;
}

static enum result
read_json(const char *path, struct bytes text, const struct arguments *arguments,
          const struct listener *listener, struct arena *arena, struct policy_source *ret_source,
          struct refusal *ret_refusal)
{
    struct policy_rules rules;
    Yidi__Policy *wire = arena_take(arena, sizeof *wire);
    if (wire == NULL)
        return ERR_MEMORY;
    enum result result = read_rules(path, text, listener, arena, &rules, ret_refusal);
    if (result != OK)
        return result;
    yidi__policy__init(wire);
    wire->rules = rules.rules;
    wire->n_rules = rules.count;
    ret_source->lines = rules.lines;
    ret_source->wire = wire;
    result = read_calendars(arguments, arena, wire, ret_refusal);
    return result == OK ? policy_file_view(wire, arena, &ret_source->policy) : result;
}

static enum result
read_signed(const char *path, struct bytes packed, const struct trust_root *root,
            struct policy_source *ret_source, struct refusal *ret_refusal)
{
    static const uint8_t first_field = 0x0A; /* the policy, as protobuf begins it */
    struct refusal inner = { 0 };
    if (packed.size == 0 || packed.data[0] != first_field)
        return refuse(ret_refusal, REFUSAL_MALFORMED, path,
                      "is neither the JSON of a policy nor a signed policy");
    enum result result =
        policy_file_decode(packed, root, (uint64_t)time(NULL) * 1000, &ret_source->file, &inner);
    if (result != OK)
        return result == ERR_REFUSED ? input_blame(path, &inner, ret_refusal) : result;
    ret_source->wire = policy_file_body(ret_source->file);
    ret_source->policy = *policy_file_policy(ret_source->file);
    return OK;
}

void
policy_source_close(struct policy_source *source)
{
    policy_file_destroy(MOVE(source->file));
}

enum result
policy_source_read_all(const char *path, const struct arguments *arguments,
                       const struct trust_root *root, policy_fault_fn *tell, void *context,
                       struct arena *arena, struct policy_source *ret_source,
                       struct refusal *ret_refusal)
{
    const struct listener listener = { tell, context };
    struct bytes content;
    enum result result = input_read(path, SOURCE_BYTES_MAX, arena, &content, ret_refusal);
    if (result != OK)
        return result;
    size_t blank = 0;
    while (blank < content.size && strchr(" \t\r\n", content.data[blank]) != NULL)
        blank++;
    if (blank < content.size && content.data[blank] == '{')
        return read_json(path, content, arguments, &listener, arena, ret_source, ret_refusal);
    return read_signed(path, content, root, ret_source, ret_refusal);
}

enum result
policy_source_read(const char *path, const struct arguments *arguments,
                   const struct trust_root *root, struct arena *arena,
                   struct policy_source *ret_source, struct refusal *ret_refusal)
{
    return policy_source_read_all(path, arguments, root, NULL, NULL, arena, ret_source,
                                  ret_refusal);
}
