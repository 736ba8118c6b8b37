/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/output.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "common/core/limits.h"
#include "common/core/require.h"
#include "common/domain/civil_date.h"
#include "common/io/json.h"

enum { COLUMN_GAP = 2, CHINA_SECONDS_AHEAD = 8 * 3600 };

struct table_row {
    struct table_row *next;
    const char *cells[];
};

const struct table_column table_field_columns[2] = { { NULL, false }, { NULL, false } };

size_t
output_width(const char *text)
{
    size_t width = 0;
    mbstate_t state = { 0 };
    for (size_t left = strlen(text); left > 0;) {
        wchar_t character;
        size_t size = mbrtowc(&character, text, left, &state);
        if (size == (size_t)-1 || size == (size_t)-2) { /* not UTF-8: one place a byte */
            memset(&state, 0, sizeof state);
            size = 1;
            width++;
        } else {
            int places = wcwidth(character);
            width += places > 0 ? (size_t)places : 0;
        }
        text += size;
        left -= size;
    }
    return width;
}

void
table_init(struct table *table, const struct table_column *columns, size_t column_count)
{
    REQUIRE(column_count <= TABLE_COLUMNS_MAX);
    *table = (struct table){ .columns = columns, .column_count = column_count };
    arena_init(&table->arena);
    for (size_t i = 0; i < column_count; i++)
        if (columns[i].heading != NULL)
            table->widths[i] = output_width(columns[i].heading);
}

void
table_fini(struct table *table)
{
    arena_fini(&table->arena);
}

void
table_add(struct table *table, const char *const cells[])
{
    struct table_row *row =
        arena_take(&table->arena, sizeof *row + table->column_count * sizeof *row->cells);
    if (row == NULL)
        return;
    for (size_t i = 0; i < table->column_count; i++) {
        const char *text = arena_copy_text(&table->arena, cells[i] == NULL ? "" : cells[i]);
        row->cells[i] = text == NULL ? "" : text;
        size_t width = output_width(row->cells[i]);
        if (width > table->widths[i])
            table->widths[i] = width;
        if (width > 0 && !table->shown[i]) {
            table->shown[i] = true;
            table->headed = false;
        }
    }
    if (table->last == NULL)
        table->first = row;
    else
        table->last->next = row;
    table->last = row;
}

void
table_add_field(struct table *table, const char *label, const char *value)
{
    if (value != NULL && value[0] != '\0')
        table_add(table, (const char *[]){ label, value });
}

/* No blanks stand behind the last text of a row. */
static void
print_cells(const struct table *table, const char *const cells[], FILE *out)
{
    size_t owed = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        if (!table->shown[i])
            continue;
        size_t room = table->widths[i] - output_width(cells[i]);
        bool right = table->columns[i].right;
        if (cells[i][0] != '\0') {
            fprintf(out, "%*s%s", (int)(owed + (right ? room : 0)), "", cells[i]);
            owed = right ? 0 : room;
        } else {
            owed += room;
        }
        owed += COLUMN_GAP;
    }
}

static void
print_headings(struct table *table, FILE *out)
{
    if (table->headed || table->columns[0].heading == NULL)
        return;
    const char *cells[TABLE_COLUMNS_MAX];
    for (size_t i = 0; i < table->column_count; i++)
        cells[i] = table->columns[i].heading;
    bool bold = isatty(fileno(out)) && getenv("NO_COLOR") == NULL;
    fputs(bold ? "\033[1m" : "", out);
    print_cells(table, cells, out);
    fputs(bold ? "\033[0m\n" : "\n", out);
    table->headed = true;
}

void
table_print(struct table *table, FILE *out)
{
    print_headings(table, out);
    for (const struct table_row *row = table->first; row != NULL; row = row->next) {
        print_cells(table, row->cells, out);
        fputc('\n', out);
    }
    table->first = table->last = NULL;
    arena_reset(&table->arena);
}

const char *
output_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = size < 0 ? NULL : arena_take(arena, (size_t)size + 1);
    if (text != NULL)
        vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    return text == NULL ? "" : text;
}

const char *
output_time(uint64_t time_ms, struct arena *arena)
{
    time_t seconds = (time_t)(time_ms / 1000) + CHINA_SECONDS_AHEAD;
    struct tm local;
    if (time_ms == 0 || gmtime_r(&seconds, &local) == NULL)
        return "-";
    char text[40];
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local);
    return output_format(arena, "%s", text);
}

const char *
output_time_and_zone(uint64_t time_ms, struct arena *arena)
{
    return time_ms == 0 ? "-" : output_format(arena, "%s +08:00", output_time(time_ms, arena));
}

const char *
output_date(uint32_t date, struct arena *arena)
{
    return output_format(arena, "%04u-%02u-%02u", date / 10000, date / 100 % 100, date % 100);
}

/* office, day, serial, check character (common/domain/case_number.h) */
const char *
output_case_number(const char *number, struct arena *arena)
{
    if (strlen(number) != CASE_NUMBER_CHARS)
        return number;
    return output_format(arena, "%.12s-%.6s-%.7s-%s", number, number + 12, number + 18,
                         number + 25);
}

const char *
output_due(uint64_t deadline_ms, uint64_t now_ms, struct arena *arena)
{
    int32_t days = civil_date_days_between(civil_date_of_ms(now_ms), civil_date_of_ms(deadline_ms));
    if (deadline_ms == 0)
        return "-";
    if (now_ms > deadline_ms && days == 0)
        return "OVERDUE since today";
    if (now_ms > deadline_ms)
        return output_format(arena, "OVERDUE %d day%s", -days, days == -1 ? "" : "s");
    if (days <= 1)
        return days == 0 ? "today" : "tomorrow";
    return output_format(arena, "in %d days", days);
}

const char *
output_age(uint64_t age_ms, struct arena *arena)
{
    static const struct {
        uint64_t seconds;
        char letter;
    } units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };

    uint64_t seconds = age_ms / 1000;
    size_t large = 0;
    while (large < 3 && seconds < units[large].seconds)
        large++;
    uint64_t count = seconds / units[large].seconds;
    uint64_t rest = seconds % units[large].seconds;
    if (large == 3 || rest < units[large + 1].seconds)
        return output_format(arena, "%llu%c", (unsigned long long)count, units[large].letter);
    return output_format(arena, "%llu%c%llu%c", (unsigned long long)count, units[large].letter,
                         (unsigned long long)(rest / units[large + 1].seconds),
                         units[large + 1].letter);
}

const char *
output_term(const ProtobufCEnumDescriptor *descriptor, int value, struct arena *arena)
{
    const ProtobufCEnumValue *known = protobuf_c_enum_descriptor_get_value(descriptor, value);
    if (known == NULL || value == 0)
        return "";
    char *text = arena_copy_text(arena, known->name);
    if (text == NULL)
        return "";
    for (char *c = text; *c != '\0'; c++)
        *c = *c == '_' ? ' ' : (char)tolower((unsigned char)*c);
    return text;
}

const char *
output_term_after(const char *first_word, const ProtobufCEnumDescriptor *descriptor, int value,
                  struct arena *arena)
{
    const char *term = output_term(descriptor, value, arena);
    const size_t size = strlen(first_word);
    return strncmp(term, first_word, size) == 0 && term[size] == ' ' ? term + size + 1 : term;
}

bool
output_find_term(const ProtobufCEnumDescriptor *descriptor, const char *word, int *ret_value)
{
    char name[64];
    size_t size = strlen(word);
    if (size >= sizeof name)
        return false;
    for (size_t i = 0; i <= size; i++)
        name[i] = word[i] == '-' ? '_' : (char)toupper((unsigned char)word[i]);
    const ProtobufCEnumValue *known =
        protobuf_c_enum_descriptor_get_value_by_name(descriptor, name);
    if (known == NULL || known->value == 0)
        return false;
    *ret_value = known->value;
    return true;
}

const char *
output_terms(const ProtobufCEnumDescriptor *descriptor, struct arena *arena)
{
    const char *list = "";
    for (unsigned i = 0; i < descriptor->n_values; i++) {
        char *word = arena_copy_text(arena, descriptor->values[i].name);
        if (word == NULL || descriptor->values[i].value == 0)
            continue;
        for (char *c = word; *c != '\0'; c++)
            *c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
        list = output_format(arena, "%s%s%s", list, list[0] == '\0' ? "" : ", ", word);
    }
    return list;
}

void
output_json(const ProtobufCMessage *message)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    const char *text = json_encode(message, &arena);
    puts(text == NULL ? "{}" : text);
}
