/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void
scenario_file_open(struct scenario_file *file, const char *path)
{
    FILE *stream = fopen(path, "rb");
    if (stream == NULL)
        fail_msg("%s cannot be read", path);
    assert_int_equal(fseek(stream, 0, SEEK_END), 0);
    long size = ftell(stream);
    rewind(stream);
    file->text = calloc(1, (size_t)size + 1);
    assert_non_null(file->text);
    assert_int_equal(fread(file->text, 1, (size_t)size, stream), (size_t)size);
    fclose(stream);
    file->next = file->text;
    file->line = 0;
}

void
scenario_file_close(struct scenario_file *file)
{
    free(file->text);
    file->text = NULL;
}

static bool
read_line(struct scenario_file *file, char line[SCENARIO_LINE_BYTES])
{
    if (*file->next == '\0')
        return false;
    size_t size = strcspn(file->next, "\n");
    file->line++;
    if (size >= SCENARIO_LINE_BYTES)
        fail_msg("line %u is too long", file->line);
    memcpy(line, file->next, size);
    line[size] = '\0';
    file->next += size + (file->next[size] == '\n');
    return true;
}

static void
trim(char *text)
{
    size_t size = strlen(text);
    while (size > 0 && text[size - 1] == ' ')
        text[--size] = '\0';
}

static void
split(const char *line, unsigned number, struct scenario_line *ret_line)
{
    *ret_line = (struct scenario_line){ .number = number };
    size_t head = strcspn(line, " ");
    if (head == 0 || head >= sizeof ret_line->head)
        fail_msg("line %u: begins with no word", number);
    memcpy(ret_line->head, line, head);
    const char *text = line + head + strspn(line + head, " ");
    const char *arrow = strstr(text, "->");
    size_t size = arrow == NULL ? strlen(text) : (size_t)(arrow - text);
    memcpy(ret_line->text, text, size);
    trim(ret_line->text);
    if (arrow == NULL)
        return;
    arrow += 2 + strspn(arrow + 2, " ");
    if (strlen(arrow) >= sizeof ret_line->expected)
        fail_msg("line %u: too much stands behind the arrow", number);
    strcpy(ret_line->expected, arrow);
    trim(ret_line->expected);
}

static bool
begins(const char *line)
{
    return strncmp(line, "scenario ", 9) == 0;
}

static bool
says_nothing(const char *line)
{
    return line[0] == '#' || line[strspn(line, " ")] == '\0';
}

/* Does the next line that says something begin another scenario? */
static bool
ends_here(struct scenario_file *file)
{
    struct scenario_file ahead = *file;
    char line[SCENARIO_LINE_BYTES];
    while (read_line(&ahead, line))
        if (!says_nothing(line))
            return begins(line);
    return true;
}

bool
scenario_next(struct scenario_file *file, struct scenario *ret_scenario)
{
    char line[SCENARIO_LINE_BYTES];
    memset(ret_scenario, 0, sizeof *ret_scenario);
    while (read_line(file, line)) {
        if (says_nothing(line))
            continue;
        if (begins(line)) {
            ret_scenario->number = file->line;
            snprintf(ret_scenario->title, sizeof ret_scenario->title, "%s",
                     line + 9 + strspn(line + 9, " "));
        } else if (ret_scenario->number == 0) {
            fail_msg("line %u: a scenario begins with its title", file->line);
        } else if (ret_scenario->line_count == SCENARIO_LINES_MAX) {
            fail_msg("line %u: the scenario is too long", file->line);
        } else {
            split(line, file->line, &ret_scenario->lines[ret_scenario->line_count++]);
        }
        if (ends_here(file))
            return true;
    }
    return false;
}

bool
scenario_find(const char *text, const char *key, char *ret_value, size_t room)
{
    size_t key_size = strlen(key);
    for (const char *at = text; (at = strstr(at, key)) != NULL; at += key_size) {
        if ((at != text && at[-1] != ' ') || at[key_size] != '=')
            continue;
        const char *value = at + key_size + 1;
        bool quoted = *value == '\'';
        value += quoted;
        size_t size = strcspn(value, quoted ? "'" : " ");
        assert_true(size < room);
        memcpy(ret_value, value, size);
        ret_value[size] = '\0';
        return true;
    }
    return false;
}
