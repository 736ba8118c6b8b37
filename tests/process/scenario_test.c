/* SPDX-License-Identifier: Apache-2.0
 *
 * scenario_test - plays every scenario of tests/data/scenarios.txt over real daemons, with yidictl,
 * as clerks, examiners and makers would (tests/lib/scenario.h tells how the file is read).
 *
 *     window, registry, centre   440305000001 in Shenzhen, 510105000000 in Chengdu, which knows the
 *                                applicants, and 440000000001 in Guangzhou
 *     window2, far-window        in Shenzhen and in Chengdu
 *     registry2, far-centre      of Guangzhou 440105, and of Sichuan
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/domain/citizen_csv.h"
#include "common/io/file.h"
#include "tests/lib/scenario.h"
#include "tests/lib/tool.h"

enum { SCENARIOS_MAX = 200, WORDS_MAX = 28, PATIENCE_MS = 15000, PAUSE_MS = 20 };

static struct network network;
static struct tool tool;
static struct scenario scenarios[SCENARIOS_MAX];
static size_t scenario_count;
static bool failed;

static const struct {
    const char *name;
    enum network_place place;
} places[] = {
    { "window", SHENZHEN },   { "window2", FUTIAN },   { "far-window", JINJIANG },
    { "registry", QINGYANG }, { "registry2", HAIZHU }, { "centre", YUEXIU },
    { "far-centre", WUHOU },  { "registry3", TIANHE },
};

/* What a scenario has come to. */
struct play {
    const struct scenario *scenario;
    const struct scenario_line *line;
    struct made_citizen citizen;
    char overrides[SCENARIO_LINE_BYTES]; /* of the form */
    char record[SCENARIO_LINE_BYTES];    /* of the population record */
    char first[CASE_NUMBER_CHARS + 1];   /* the case opened before the last one */
    char number[CASE_NUMBER_CHARS + 1];  /* the last one */
};

__attribute__((format(printf, 2, 3))) static _Noreturn void
fail_line(const struct play *play, const char *format, ...)
{
    char text[TOOL_OUTPUT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fail_msg("\"%s\", line %u, %s %s:\n%s", play->scenario->title, play->line->number,
             play->line->head, play->line->text, text);
    abort();
}

static struct network_office *
find_place(const struct play *play, const char *name)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(places[i].name, name) == 0)
            return &network.offices[places[i].place];
    fail_line(play, "there is no place called %s", name);
}

static void
pause_ms(unsigned time_ms)
{
    const struct timespec pause = { .tv_sec = time_ms / 1000,
                                    .tv_nsec = time_ms % 1000 * 1000000L };
    nanosleep(&pause, NULL);
}

/* ---- files ---- */

static void
write_text(const char *name, const char *text)
{
    char path[NETWORK_PATH_BYTES];
    FILE *stream = fopen(network_path(&network.offices[SHENZHEN], name, path), "wb");
    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

static void
write_bytes(const char *name, const void *data, size_t size)
{
    char path[NETWORK_PATH_BYTES];
    FILE *stream = fopen(network_path(&network.offices[SHENZHEN], name, path), "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(data, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

/* The photo and the templates are the same for all of them. */
static void
write_attachments(void)
{
    static struct made_application application;
    struct made_citizen citizen;
    citizen_make(1, "510105", &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    write_bytes("photo.jpg", application.photo, application.photo_size);
    write_bytes("right.bin", application.templates[0], sizeof application.templates[0]);
    write_bytes("left.bin", application.templates[1], sizeof application.templates[1]);
}

/* A field of the form: as the scenario says, or else this. */
static const char *
field_of(const struct play *play, const char *name, const char *otherwise)
{
    static char values[32][SCENARIO_LINE_BYTES]; /* more than a form has fields */
    static unsigned next;
    char *value = values[next % 32];
    if (!scenario_find(play->overrides, name, value, SCENARIO_LINE_BYTES))
        return otherwise;
    next++;
    return value;
}

static void
write_form(const struct play *play)
{
    const struct made_citizen *citizen = &play->citizen;
    bool renewal = strcmp(field_of(play, "kind", "RENEWAL"), "RENEWAL") == 0;
    char birth_date[16], text[4096];
    snprintf(birth_date, sizeof birth_date, "%u", (unsigned)citizen->birth_date);
    int size = snprintf(
        text, sizeof text,
        "{\"kind\":\"%s\",\"reason\":\"%s\",\"person\":{\"citizen_number\":\"%s\",\"name\":\"%s\","
        "\"sex\":\"%s\",\"ethnic_group\":\"%s\",\"birth_date\":%s,\"address\":\"%s\","
        "\"registration_division\":\"%s\"},\"phone\":\"%s\",\"residence_basis\":\"%s\","
        "\"residence_address\":\"%s\",\"identity_document\":\"%s\","
        "\"identity_document_number\":\"%s\",\"evidence\":\"%s\",\"appearance_changed\":%s,"
        "\"fee_fen\":%s,\"fee_waiver\":\"%s\"",
        field_of(play, "kind", "RENEWAL"), field_of(play, "reason", renewal ? "EXPIRING" : "LOST"),
        field_of(play, "citizen_number", citizen->number), field_of(play, "name", citizen->name),
        field_of(play, "sex", citizen->male ? "MALE" : "FEMALE"),
        field_of(play, "ethnic_group", "01"), field_of(play, "birth_date", birth_date),
        field_of(play, "address", citizen->address),
        field_of(play, "registration_division", citizen->division),
        field_of(play, "phone", "13800138000"), field_of(play, "residence_basis", "WORK"),
        field_of(play, "residence_address", "科技路8号"),
        field_of(play, "identity_document", renewal ? "ORIGINAL_CARD" : "HOUSEHOLD_REGISTER"),
        field_of(play, "identity_document_number", citizen->number),
        field_of(play, "evidence", renewal ? "ORIGINAL_CARD" : "HOUSEHOLD_REGISTER"),
        field_of(play, "appearance_changed", "false"),
        field_of(play, "fee_fen", renewal ? "2000" : "4000"),
        field_of(play, "fee_waiver", "NO_WAIVER"));
    assert_in_range(size, 1, (int)sizeof text - 400);
    const char *guardian = field_of(play, "guardian", NULL);
    if (guardian != NULL)
        size += snprintf(text + size, sizeof text - (size_t)size,
                         ",\"guardian\":{\"name\":\"监护人\",\"citizen_number\":\"%s\","
                         "\"relation\":\"%s\"}",
                         guardian, field_of(play, "relation", "父亲"));
    snprintf(text + size, sizeof text - (size_t)size, "}\n");
    write_text("form.json", text);
}

/* ---- yidictl ---- */

struct words {
    const char *list[WORDS_MAX + 1];
    size_t count;
    char room[2048];
    size_t used;
};

static void
add_word(struct words *words, const char *text, size_t size)
{
    assert_true(words->count < WORDS_MAX && words->used + size + 1 <= sizeof words->room);
    char *word = words->room + words->used;
    memcpy(word, text, size);
    word[size] = '\0';
    words->used += size + 1;
    words->list[words->count++] = word;
    words->list[words->count] = NULL;
}

static void
add(struct words *words, const char *text)
{
    add_word(words, text, strlen(text));
}

/* The words of a line; what is in quotation marks is one. */
static void
add_text(struct words *words, const char *text)
{
    while (*(text += strspn(text, " ")) != '\0') {
        bool quoted = *text == '\'';
        text += quoted;
        size_t size = strcspn(text, quoted ? "'" : " ");
        add_word(words, text, size);
        text += size + quoted;
    }
}

static void
replace(struct words *words, const char *name, const char *value)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->list[i], name) == 0)
            words->list[i] = value;
}

static bool
holds(const struct words *words, const char *name)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->list[i], name) == 0)
            return true;
    return false;
}

static void
remove_at(struct words *words, size_t at, size_t count)
{
    for (size_t i = at; i + count <= words->count; i++)
        words->list[i] = words->list[i + count];
    words->count -= count;
}

/* "as NAME" says who acts. */
static const char *
take_operator(struct words *words)
{
    for (size_t i = 0; i + 1 < words->count; i++)
        if (strcmp(words->list[i], "as") == 0) {
            const char *name = words->list[i + 1];
            remove_at(words, i, 2);
            return name;
        }
    return "clerk1";
}

static void
add_form_file(struct words *words)
{
    char path[NETWORK_PATH_BYTES];
    add(words, "--form");
    add(words, network_path(&network.offices[SHENZHEN], "form.json", path));
}

static void
add_form(struct words *words)
{
    static char paths[3][NETWORK_PATH_BYTES + 16];
    char path[NETWORK_PATH_BYTES];
    add_form_file(words);
    add(words, "--photo");
    add(words, network_path(&network.offices[SHENZHEN], "photo.jpg", path));
    snprintf(paths[0], sizeof paths[0], "RIGHT_THUMB:%s",
             network_path(&network.offices[SHENZHEN], "right.bin", path));
    snprintf(paths[1], sizeof paths[1], "LEFT_THUMB:%s",
             network_path(&network.offices[SHENZHEN], "left.bin", path));
    add(words, "--fingerprint");
    add(words, paths[0]);
    add(words, "--fingerprint");
    add(words, paths[1]);
}

/* The command line: options first, then the line's words, the case behind the first of them. */
static void
compose(struct play *play, struct network_office *office, bool json, struct words *words)
{
    struct words line = { .count = 0 };
    char socket[NETWORK_PATH_BYTES];
    add_text(&line, play->line->text);
    const char *operator= take_operator(&line);
    bool form = strcmp(line.list[0], "apply") == 0 || strcmp(line.list[0], "amend") == 0;
    bool form_alone = strcmp(line.list[0], "eligible") == 0 || holds(&line, "save");
    bool applies = strcmp(line.list[0], "apply") == 0;
    bool placed = holds(&line, "{case}") || holds(&line, "{first}") || holds(&line, "{none}");
    replace(&line, "{case}", play->number);
    replace(&line, "{first}", play->first);
    *words = (struct words){ .count = 0 };
    add(words, "--socket");
    add(words, network_path(office, "control", socket));
    add(words, "--operator");
    add(words, operator);
    if (json)
        add(words, "--json");
    for (size_t i = 0; i < line.count; i++) {
        if (strcmp(line.list[i], "{none}") != 0)
            add(words, line.list[i]);
        if (i == 0 && !placed && !applies)
            add(words, play->number);
    }
    if (form || form_alone)
        write_form(play);
    if (form)
        add_form(words);
    else if (form_alone)
        add_form_file(words);
}

/* ---- what must come of it ---- */

static bool
says_value(const char *value)
{
    char quoted[80];
    snprintf(quoted, sizeof quoted, "\"%s\"", value);
    return strstr(tool.text, quoted) != NULL;
}

static bool
is_code(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")] == '\0';
}

/* Word of what happened elsewhere may not be here yet. */
static bool
may_come_yet(void)
{
    return says_value("CASE_UNKNOWN") || says_value("ILLEGAL_IN_STATE") ||
           says_value("CARD_SERIAL_MISMATCH");
}

static void
take_number(struct play *play)
{
    const char *at = strstr(tool.text, "\"case_number\"");
    at = at == NULL ? NULL : strchr(at + 13, '"');
    if (at == NULL)
        fail_line(play, "no case number in %s", tool.text);
    memcpy(play->first, play->number, sizeof play->first);
    memcpy(play->number, at + 1, CASE_NUMBER_CHARS);
    play->number[CASE_NUMBER_CHARS] = '\0';
}

static bool
is_quiet(void)
{
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        network_peers(&network.offices[i], "", &answer);
        for (size_t j = 0; j < answer.response->peers->n_peers; j++)
            if (answer.response->peers->peers[j]->waiting > 0)
                return false;
    }
    return true;
}

static void
wait_for_quiet(void)
{
    for (unsigned waited_ms = 0; !is_quiet() && waited_ms < PATIENCE_MS; waited_ms += PAUSE_MS)
        pause_ms(PAUSE_MS);
}

static bool
is_as_expected(struct play *play, int status)
{
    const char *expected = play->line->expected;
    if (strcmp(expected, "accepted") == 0) {
        if (status == 0)
            take_number(play);
        return status == 0;
    }
    if (strcmp(expected, "done") == 0)
        return status == 0;
    if (strncmp(expected, "says ", 5) == 0)
        return strstr(tool.text, expected + 5) != NULL;
    return is_code(expected) ? status != 0 && says_value(expected)
                             : status == 0 && says_value(expected);
}

static void
run_command(struct play *play, struct network_office *office)
{
    struct words words;
    const char *expected = play->line->expected;
    bool words_wanted = strncmp(expected, "says ", 5) == 0;
    if (expected[0] == '\0')
        fail_line(play, "it does not say what must come out");
    if (is_code(expected))
        wait_for_quiet();
    for (unsigned waited_ms = 0;; waited_ms += PAUSE_MS) {
        compose(play, office, !words_wanted, &words);
        int status = tool_run(&tool, words.list);
        if (is_as_expected(play, status))
            return;
        bool again = words_wanted || (!is_code(expected) && may_come_yet());
        if (!again || waited_ms >= PATIENCE_MS)
            fail_line(play, "expected %s, and got (exit %d)\n%s", expected, status, tool.text);
        pause_ms(PAUSE_MS);
    }
}

/* ---- lines that are no commands ---- */

static void
expect_state(struct play *play, const char *place, const char *state)
{
    struct network_office *office = find_place(play, place);
    for (unsigned waited_ms = 0;; waited_ms += PAUSE_MS) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        Yidi__Show show = YIDI__SHOW__INIT;
        Yidi__Request request = YIDI__REQUEST__INIT;
        show.case_number = play->number;
        request.command_case = YIDI__REQUEST__COMMAND_SHOW;
        request.show = &show;
        network_ask(office, &request, NULL, 0, &answer);
        const char *now =
            network_refusal(&answer) != NULL ? "absent" : answer.response->shown->state;
        if (strcmp(now, state) == 0)
            return;
        if (waited_ms >= PATIENCE_MS)
            fail_line(play, "at %s it is %s, not %s", place, now, state);
        pause_ms(PAUSE_MS);
    }
}

/* "window ready, registry made" */
static void
expect_states(struct play *play)
{
    char text[SCENARIO_LINE_BYTES], *rest = text, *part;
    snprintf(text, sizeof text, "%s", play->line->text);
    while ((part = strsep(&rest, ",")) != NULL) {
        char place[24], state[40];
        if (sscanf(part, " %23s %39s", place, state) != 2)
            fail_line(play, "a place and a state");
        if (strcmp(state, "absent") == 0)
            wait_for_quiet();
        expect_state(play, place, state);
    }
}

static void
choose_applicant(struct play *play)
{
    unsigned seed;
    if (sscanf(play->line->text, "%u", &seed) != 1)
        fail_line(play, "the number of a made-up citizen");
    citizen_make(seed, network.offices[QINGYANG].area, &play->citizen);
}

/* A column of the population record: as the scenario says ("none" is empty), or else this. */
static void
add_column(const struct play *play, const char *name, const char *otherwise, char *text,
           size_t room)
{
    char value[160];
    size_t size = strlen(text);
    if (!scenario_find(play->record, name, value, sizeof value))
        snprintf(value, sizeof value, "%s", otherwise);
    snprintf(text + size, room - size, "%s%s", size == 0 ? "" : ",",
             strcmp(value, "none") == 0 ? "" : value);
}

/* The population record of the applicant, as the scenario wants it. */
static void
write_record(struct play *play)
{
    const struct made_citizen *citizen = &play->citizen;
    char text[1024], line[512] = "", birth_date[16], more[] = CITIZEN_CSV_HEADER_MORE;
    snprintf(birth_date, sizeof birth_date, "%u", (unsigned)citizen->birth_date);
    const char *const columns[][2] = {
        { "citizen_number", citizen->number },
        { "name", citizen->name },
        { "sex", citizen->male ? "male" : "female" },
        { "ethnic_group", "01" },
        { "birth_date", birth_date },
        { "address", citizen->address },
        { "registration_division", citizen->division },
        { "fingerprints_on_file", "yes" },
        { "bad_credit", "no" },
        { "card_serial", citizen->card_serial },
        { "card_valid_until", "20270101" },
    };
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        add_column(play, columns[i][0], columns[i][1], line, sizeof line);
    for (char *rest = more, *name; (name = strsep(&rest, ",")) != NULL;)
        add_column(play, name, "", line, sizeof line);
    snprintf(text, sizeof text, "%s,%s\n%s\n", CITIZEN_CSV_HEADER, CITIZEN_CSV_HEADER_MORE, line);
    write_text("record.csv", text);
}

static void
import_record(struct play *play, struct network_office *office)
{
    char socket[NETWORK_PATH_BYTES], path[NETWORK_PATH_BYTES];
    write_record(play);
    const char *words[] = { "--socket",
                            network_path(office, "control", socket),
                            "--operator",
                            "registrar",
                            "population",
                            "import",
                            network_path(&network.offices[SHENZHEN], "record.csv", path),
                            NULL };
    if (tool_run(&tool, words) != 0)
        fail_line(play, "the record is not taken: %s", tool.text);
}

/* "registry2 registration_division=440105": that one has a record of the applicant, too. */
static void
know_at(struct play *play)
{
    char place[24];
    if (sscanf(play->line->text, "%23s", place) != 1)
        fail_line(play, "a place");
    snprintf(play->record, sizeof play->record, "%s", play->line->text);
    import_record(play, find_place(play, place));
}

static void
play_line(struct play *play)
{
    const char *head = play->line->head;
    if (strcmp(head, "applicant") == 0) {
        choose_applicant(play);
        import_record(play, &network.offices[QINGYANG]);
    } else if (strcmp(head, "record") == 0) {
        snprintf(play->record, sizeof play->record, "%s", play->line->text);
        import_record(play, &network.offices[QINGYANG]);
    } else if (strcmp(head, "known-at") == 0) {
        know_at(play);
    } else if (strcmp(head, "form") == 0) {
        snprintf(play->overrides, sizeof play->overrides, "%s", play->line->text);
    } else if (strcmp(head, "then") == 0 || strcmp(head, "finally") == 0) {
        expect_states(play);
    } else {
        run_command(play, find_place(play, head));
    }
}

static void
play_scenario(void **state)
{
    struct play play = { .scenario = *state };
    failed = true;
    for (size_t i = 0; i < play.scenario->line_count; i++) {
        play.line = &play.scenario->lines[i];
        play_line(&play);
    }
    failed = false;
}

/* ---- all of them ---- */

static int
set_up(void **unused)
{
    (void)unused;
    failed = true;
    network_open(&network, NULL);
    network_start_all(&network);
    write_attachments();
    failed = false;
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

static void
read_scenarios(void)
{
    struct scenario_file file;
    scenario_file_open(&file, "tests/data/scenarios.txt");
    while (scenario_next(&file, &scenarios[scenario_count])) {
        scenario_count++;
        assert_true(scenario_count < SCENARIOS_MAX);
    }
    scenario_file_close(&file);
}

int
main(int argc, char *argv[])
{
    static struct CMUnitTest tests[SCENARIOS_MAX];
    read_scenarios();
    for (size_t i = 0; i < scenario_count; i++)
        tests[i] = (struct CMUnitTest){ .name = scenarios[i].title,
                                        .test_func = play_scenario,
                                        .initial_state = &scenarios[i] };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return _cmocka_run_group_tests("scenarios", tests, scenario_count, set_up, tear_down);
}
