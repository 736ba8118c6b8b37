/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/scenario_papers.h"

void
scenario_fail(const char *path, unsigned line, const char *words, ...)
{
    va_list arguments;
    va_start(arguments, words);
    fprintf(stderr, "%s:%u: ", path, line); /* cmocka cuts what is long */
    vfprintf(stderr, words, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    fail_msg("%s:%u", path, line);
    abort();
}

/* ---- the file ---- */

void
scenario_file_open(struct scenario_file *file, const char *path, bool (*is_place)(const char *name))
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
    file->path = path;
    file->is_place = is_place;
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
        scenario_fail(file->path, file->line, "this line is too long");
    memcpy(line, file->next, size);
    line[size] = '\0';
    file->next += size + (file->next[size] == '\n');
    return true;
}

/* ---- one line ---- */

/* Without the blanks on either side; false when it does not fit. */
static bool
copy_trimmed(char *to, size_t room, const char *from, size_t size)
{
    for (; size > 0 && *from == ' '; size--)
        from++;
    while (size > 0 && from[size - 1] == ' ')
        size--;
    if (size >= room)
        return false;
    memcpy(to, from, size);
    to[size] = '\0';
    return true;
}

static bool
find_kind(const struct scenario_file *file, const char *head, enum scenario_kind *ret_kind)
{
    static const char *const heads[] = {
        [SCENARIO_APPLICANT] = "applicant", [SCENARIO_RECORD] = "record",
        [SCENARIO_KNOWN_AT] = "known-at",   [SCENARIO_FORM] = "form",
        [SCENARIO_POLICY] = "policy",       [SCENARIO_REVOKED] = "revoked",
        [SCENARIO_TRUSTED] = "trusted",     [SCENARIO_THEN] = "then",
        [SCENARIO_FINALLY] = "finally",
    };
    *ret_kind = SCENARIO_COMMAND;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (strcmp(heads[i], head) == 0)
            *ret_kind = (enum scenario_kind)i;
    return *ret_kind != SCENARIO_COMMAND || file->is_place(head);
}

/* "REFUSED_SO, says 'these words'", or one of the two. */
static bool
read_expectation(const char *text, struct scenario_line *line)
{
    const char *says = strstr(text, "says ");
    size_t size = says == NULL ? strlen(text) : (size_t)(says - text);
    bool both = size > 0;
    if (says != NULL && both && strncmp(text + size - 2, ", ", 2) != 0)
        return false;
    if (!copy_trimmed(line->expected, sizeof line->expected, text,
                      says != NULL && both ? size - 2 : size))
        return false;
    if (says == NULL)
        return line->expected[0] != '\0';
    if (!both)
        strcpy(line->expected, "done");
    says += 5;
    size = strlen(says);
    bool quoted = size >= 2 && says[0] == '\'' && says[size - 1] == '\'';
    return copy_trimmed(line->words, sizeof line->words, says + quoted, size - (quoted ? 2 : 0)) &&
           line->words[0] != '\0';
}

/* "window ready, registry made" */
static bool
names_states(const struct scenario_file *file, const char *text)
{
    char copy[SCENARIO_LINE_BYTES], *rest = copy, *part;
    snprintf(copy, sizeof copy, "%s", text);
    while ((part = strsep(&rest, ",")) != NULL) {
        char place[24], state[40], more[2];
        if (sscanf(part, " %23s %39s %1s", place, state, more) != 2 || !file->is_place(place))
            return false;
    }
    return true;
}

/* Each word is KEY=VALUE of the kind's own keys; of known-at, behind the place. */
static bool
is_understood(const struct scenario_file *file, const struct scenario_line *line)
{
    const char *text = line->text;
    char place[24];
    unsigned seed;
    switch (line->kind) {
    case SCENARIO_APPLICANT:
        return sscanf(text, "%u", &seed) == 1;
    case SCENARIO_FORM:
        return scenario_form_understands(text);
    case SCENARIO_POLICY:
        return sscanf(text, "%23s", place) == 1 && file->is_place(place);
    case SCENARIO_KNOWN_AT:
        return sscanf(text, "%23s", place) == 1 && file->is_place(place) &&
               scenario_record_understands(text + strcspn(text, " "));
    case SCENARIO_RECORD:
        return scenario_record_understands(text);
    case SCENARIO_REVOKED:
    case SCENARIO_TRUSTED:
        return file->is_place(text);
    case SCENARIO_THEN:
    case SCENARIO_FINALLY:
        return names_states(file, text);
    default:
        return text[0] != '\0';
    }
}

static void
read_scenario_line(const struct scenario_file *file, const char *text,
                   struct scenario_line *ret_line)
{
    const char *arrow = strstr(text, "->");
    size_t head = strcspn(text, " "), size = arrow == NULL ? strlen(text) : (size_t)(arrow - text);
    *ret_line = (struct scenario_line){ .number = file->line };
    if (head >= sizeof ret_line->head || head == 0 || size < head)
        scenario_fail(file->path, file->line, "this line begins with no word: %s", text);
    memcpy(ret_line->head, text, head);
    (void)copy_trimmed(ret_line->text, sizeof ret_line->text, text + head, size - head);
    if (!find_kind(file, ret_line->head, &ret_line->kind))
        scenario_fail(file->path, file->line, "\"%s\" is no place, and means nothing else",
                      ret_line->head);
    if (!is_understood(file, ret_line))
        scenario_fail(file->path, file->line, "this line cannot be understood: %s", text);
    if ((ret_line->kind == SCENARIO_COMMAND) != (arrow != NULL))
        scenario_fail(file->path, file->line, "%s",
                      arrow == NULL ? "it does not say what must come out"
                                    : "nothing comes out of this line");
    if (arrow != NULL && !read_expectation(arrow + 2 + strspn(arrow + 2, " "), ret_line))
        scenario_fail(file->path, file->line, "what must come out cannot be understood: %s", arrow);
}

/* ---- scenarios ---- */

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

static void
add_line(const struct scenario_file *file, const char *text, struct scenario *scenario)
{
    size_t count = scenario->line_count;
    if (scenario->number == 0)
        scenario_fail(file->path, file->line, "a scenario begins with its title");
    if (count == SCENARIO_LINES_MAX)
        scenario_fail(file->path, file->line, "the scenario is too long");
    if (count > 0 && scenario->lines[count - 1].kind == SCENARIO_FINALLY)
        scenario_fail(file->path, file->line, "\"finally\" was the line before");
    read_scenario_line(file, text, &scenario->lines[scenario->line_count++]);
}

bool
scenario_next(struct scenario_file *file, struct scenario *ret_scenario)
{
    char line[SCENARIO_LINE_BYTES];
    memset(ret_scenario, 0, sizeof *ret_scenario);
    ret_scenario->path = file->path;
    while (read_line(file, line)) {
        if (says_nothing(line))
            continue;
        if (begins(line)) {
            ret_scenario->number = file->line;
            snprintf(ret_scenario->title, sizeof ret_scenario->title, "%s",
                     line + 9 + strspn(line + 9, " "));
        } else {
            add_line(file, line, ret_scenario);
        }
        if (ends_here(file))
            return true;
    }
    return false;
}
