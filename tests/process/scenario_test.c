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
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/domain/civil_date.h"
#include "common/io/file.h"
#include "tests/lib/policy_maker.h"
#include "tests/lib/scenario.h"
#include "tests/lib/scenario_papers.h"
#include "tests/lib/tool.h"
#include "tests/lib/words.h"

enum { SCENARIOS_MAX = 200, PATIENCE_MS = 15000, PAUSE_MS = 20 };

#define SCENARIOS "tests/data/scenarios.txt"

static struct network network;
static struct tool tool;
static struct scenario scenarios[SCENARIOS_MAX];
static size_t scenario_count;
static bool failed;
static uint64_t policy_version;

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
    const char *form, *record;          /* what the scenario says of them */
    char first[CASE_NUMBER_CHARS + 1];  /* the case opened before the last one */
    char number[CASE_NUMBER_CHARS + 1]; /* the last one */
    char code[16];                      /* on its receipt, once somebody asked */
};

#define FAIL(play, ...) scenario_fail((play)->scenario->path, (play)->line->number, __VA_ARGS__)

static bool
is_place(const char *name)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(places[i].name, name) == 0)
            return true;
    return false;
}

static struct network_office *
find_place(const struct play *play, const char *name)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(places[i].name, name) == 0)
            return &network.offices[places[i].place];
    FAIL(play, "there is no place called %s", name);
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
write_bytes(const char *name, const void *data, size_t size)
{
    char path[NETWORK_PATH_BYTES];
    FILE *stream = fopen(network_path(&network.offices[SHENZHEN], name, path), "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(data, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

/* Of guardian and applicant; made up like the others, and wider than high. */
static void
write_together(void)
{
    static uint8_t jpeg[PHOTO_MAKER_ROOM];
    const struct photo_request request = { .seed = 2, .width = 480, .height = 360, .quality = 60 };
    size_t size = photo_make(&request, jpeg);
    assert_in_range(size, PHOTO_BYTES_MIN, PHOTO_BYTES_MAX);
    write_bytes("together.jpg", jpeg, size);
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
    write_together();
    write_bytes("right.bin", application.templates[0], sizeof application.templates[0]);
    write_bytes("left.bin", application.templates[1], sizeof application.templates[1]);
}

static void
write_form(const struct play *play)
{
    char json[SCENARIO_PAPER_BYTES];
    scenario_form_fill(&play->citizen, play->form, json);
    write_bytes("form.json", json, strlen(json));
}

/* ---- yidictl ---- */

static void
add_form_file(struct words *words)
{
    char path[NETWORK_PATH_BYTES];
    words_add(words, "--form");
    words_add(words, network_path(&network.offices[SHENZHEN], "form.json", path));
}

static void
add_form(struct words *words)
{
    static char paths[3][NETWORK_PATH_BYTES + 16];
    char path[NETWORK_PATH_BYTES];
    add_form_file(words);
    words_add(words, "--photo");
    words_add(words, network_path(&network.offices[SHENZHEN], "photo.jpg", path));
    snprintf(paths[0], sizeof paths[0], "RIGHT_THUMB:%s",
             network_path(&network.offices[SHENZHEN], "right.bin", path));
    snprintf(paths[1], sizeof paths[1], "LEFT_THUMB:%s",
             network_path(&network.offices[SHENZHEN], "left.bin", path));
    words_add(words, "--fingerprint");
    words_add(words, paths[0]);
    words_add(words, "--fingerprint");
    words_add(words, paths[1]);
}

/* As it is printed on the receipt of the case. */
static const char *
ask_for_code(struct play *play)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    Yidi__Print print = YIDI__PRINT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    print.case_number = play->number;
    print.paper = YIDI__PAPER__PAPER_RECEIPT;
    print.reason = "for the applicant";
    request.operator_ = "clerk1";
    request.command_case = YIDI__REQUEST__COMMAND_PRINT;
    request.print = &print;
    network_ask(find_place(play, play->line->head), &request, NULL, 0, &answer);
    if (network_refusal(&answer) != NULL)
        FAIL(play, "no receipt is printed: %s", network_refusal(&answer)->code);
    snprintf(play->code, sizeof play->code, "%s", answer.response->printed->case_row->receipt_code);
    return play->code;
}

/* The command line: options first, then the line's words, the case behind the first of them. */
static void
compose(struct play *play, struct network_office *office, bool json, struct words *words)
{
    struct words line = { .count = 0 };
    static char together[NETWORK_PATH_BYTES], template[NETWORK_PATH_BYTES];
    char socket[NETWORK_PATH_BYTES];
    words_add_text(&line, play->line->text);
    const char *operator= words_take_operator(&line);
    bool form = strcmp(line.list[0], "apply") == 0 || strcmp(line.list[0], "amend") == 0;
    bool form_alone = strcmp(line.list[0], "eligible") == 0 || words_hold(&line, "save");
    bool applies = strcmp(line.list[0], "apply") == 0;
    bool placed =
        words_hold(&line, "{case}") || words_hold(&line, "{first}") || words_hold(&line, "{none}");
    words_replace(&line, "{case}", play->number);
    words_replace(&line, "{first}", play->first);
    words_replace(&line, "{together}",
                  network_path(&network.offices[SHENZHEN], "together.jpg", together));
    words_replace(&line, "{template}",
                  network_path(&network.offices[SHENZHEN], "right.bin", template));
    if (words_hold(&line, "{code}"))
        words_replace(&line, "{code}", ask_for_code(play));
    *words = (struct words){ .count = 0 };
    words_add(words, "--socket");
    words_add(words, network_path(office, "control", socket));
    words_add(words, "--operator");
    words_add(words, operator== NULL ? "clerk1" : operator);
    if (json)
        words_add(words, "--json");
    for (size_t i = 0; i < line.count; i++) {
        if (strcmp(line.list[i], "{none}") != 0)
            words_add(words, line.list[i]);
        if (i == 0 && !placed && !applies)
            words_add(words, play->number);
    }
    if (form || form_alone)
        write_form(play);
    if (form)
        add_form(words);
    else if (form_alone)
        add_form_file(words);
}

/* ---- what must come of it ---- */

/* A code, or a state: as a word of its own, in JSON or in what a person reads. */
static bool
says_word(const char *word)
{
    const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-0123456789";
    size_t size = strlen(word);
    for (const char *at = tool.text; (at = strstr(at, word)) != NULL; at += size)
        if ((at == tool.text || strchr(letters, at[-1]) == NULL) &&
            (at[size] == '\0' || strchr(letters, at[size]) == NULL))
            return true;
    return false;
}

static bool
is_code(const char *text)
{
    return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")] == '\0';
}

/* Word of what happened elsewhere may not be here yet. */
static bool
may_come_yet(void)
{
    return says_word("CASE_UNKNOWN") || says_word("ILLEGAL_IN_STATE") ||
           says_word("CARD_SERIAL_MISMATCH");
}

/* A case number of that office in the answer, which people see with dashes in it; false when there
 * is none. */
static bool
find_number(const struct network_office *office, char ret_number[CASE_NUMBER_CHARS + 1])
{
    for (const char *at = tool.text; (at = strstr(at, office->code)) != NULL; at++) {
        size_t count = 0;
        for (const char *c = at;
             count < CASE_NUMBER_CHARS &&
             (*c == '-' || isupper((unsigned char)*c) || isdigit((unsigned char)*c));
             c++)
            if (*c != '-')
                ret_number[count++] = *c;
        ret_number[count] = '\0';
        if (count == CASE_NUMBER_CHARS)
            return true;
    }
    return false;
}

static void
take_number(struct play *play, const struct network_office *office)
{
    char number[CASE_NUMBER_CHARS + 1];
    if (!find_number(office, number))
        FAIL(play, "no case number in %s", tool.text);
    memcpy(play->first, play->number, sizeof play->first);
    memcpy(play->number, number, sizeof play->number);
}

static bool
is_revoked(const char *code)
{
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++)
        if (strcmp(network.offices[i].code, code) == 0)
            return network.offices[i].revoked;
    return false;
}

/* What waits for an office that is no more waits on. */
static bool
is_quiet(void)
{
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        network_peers(&network.offices[i], "", &answer);
        for (size_t j = 0; j < answer.response->peers->n_peers; j++)
            if (answer.response->peers->peers[j]->waiting > 0 &&
                !is_revoked(network.offices[i].code) &&
                !is_revoked(answer.response->peers->peers[j]->office))
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

/* The words with their days: {+60} and {+5y}. */
static void
expand(const char *words, char *text, size_t room)
{
    const uint32_t today = civil_date_of_ms((uint64_t)time(NULL) * 1000);
    size_t used = 0;
    text[0] = '\0';
    while (*words != '\0') {
        char day[CIVIL_DATE_TEXT_BYTES] = { words[0] }, unit[2] = "";
        unsigned count;
        int size = 1;
        if (sscanf(words, "{+%u%1[y]}%n", &count, unit, &size) == 2 && size > 1)
            civil_date_format(today + count * 10000, day);
        else if (sscanf(words, "{+%u}%n", &count, &size) == 1 && size > 1)
            civil_date_format(civil_date_add_days(today, (int32_t)count), day);
        else
            size = 1;
        used += (size_t)snprintf(text + used, room - used, "%s", day);
        words += size;
    }
}

static bool
is_as_expected(const struct play *play, const struct network_office *office, int status)
{
    const char *expected = play->line->expected;
    char number[CASE_NUMBER_CHARS + 1];
    char words[4 * sizeof play->line->words];
    expand(play->line->words, words, sizeof words);
    if (strstr(tool.text, words) == NULL)
        return false;
    if (is_code(expected))
        return status != 0 && says_word(expected);
    if (strcmp(expected, "fails") == 0)
        return status != 0;
    if (strcmp(expected, "same case") == 0)
        return status == 0 && find_number(office, number) && strcmp(number, play->number) == 0;
    bool in_words = strcmp(expected, "accepted") == 0 || strcmp(expected, "done") == 0;
    return status == 0 && (in_words || says_word(expected));
}

/* What is refused, is refused for what was so when all had heard of everything. What waits for news
 * of elsewhere is asked again; and what does nothing, until its words come. */
static void
run_command(struct play *play, struct network_office *office)
{
    struct words words;
    const struct scenario_line *line = play->line;
    bool looks = line->words[0] != '\0' && strcmp(line->expected, "done") == 0;
    if (is_code(line->expected))
        wait_for_quiet();
    for (unsigned waited_ms = 0;; waited_ms += PAUSE_MS) {
        compose(play, office, line->words[0] == '\0', &words);
        int status = tool_run(&tool, words.list);
        if (is_as_expected(play, office, status))
            break;
        bool again = looks || (!is_code(line->expected) && may_come_yet());
        if (!again || waited_ms >= PATIENCE_MS)
            FAIL(play, "expected %s%s%s, and got (exit %d)\n%s", line->expected,
                 line->words[0] == '\0' ? "" : ", says ", line->words, status, tool.text);
        pause_ms(PAUSE_MS);
    }
    if (strcmp(line->expected, "accepted") == 0)
        take_number(play, office);
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
            FAIL(play, "at %s it is %s, not %s", place, now, state);
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
            FAIL(play, "a place and a state");
        if (strcmp(state, "absent") == 0)
            wait_for_quiet();
        expect_state(play, place, state);
    }
}

static void
import_record(const struct play *play, const char *record, struct network_office *office)
{
    char socket[NETWORK_PATH_BYTES], path[NETWORK_PATH_BYTES], csv[SCENARIO_PAPER_BYTES];
    scenario_record_fill(&play->citizen, record, csv);
    write_bytes("record.csv", csv, strlen(csv));
    const char *words[] = { "--socket",
                            network_path(office, "control", socket),
                            "--operator",
                            "registrar",
                            "population",
                            "import",
                            network_path(&network.offices[SHENZHEN], "record.csv", path),
                            NULL };
    if (tool_run(&tool, words) != 0)
        FAIL(play, "the record is not taken: %s", tool.text);
}

static bool
has_newest(void *context)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(context, &answer);
    return answer.response->status->directory_version == network.directory_version;
}

/* "revoked centre", "trusted centre": all the others learn it from the directory. */
static void
change_directory(struct play *play, bool revoked)
{
    AUTO(arena) struct arena arena;
    struct network_office *office = find_place(play, play->line->text);
    arena_init(&arena);
    office->revoked = revoked;
    const struct bytes directory = network_make_directory(&network, NULL, &arena);
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++)
        if (!network.offices[i].revoked)
            network_write_directory(&network.offices[i], directory);
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++)
        if (!network.offices[i].revoked)
            network_wait_until(&network, "the newest directory is adopted", has_newest,
                               &network.offices[i]);
}

/* ---- policies ---- */

static void
write_policy(const struct network_office *office, const struct made_rule *rules, size_t count)
{
    AUTO(arena) struct arena arena;
    char path[NETWORK_PATH_BYTES];
    arena_init(&arena);
    const struct bytes signed_bytes = policy_maker_sign(
        policy_version, rules, count, network.directory_key, network.directory_certificate, &arena);
    assert_int_equal(
        file_write(network_path(office, "policy", path), signed_bytes, 0644, FILE_REPLACE, NULL),
        OK);
}

static bool
follows_policy(void *context)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(context, &answer);
    return answer.response->status->policy_version == policy_version;
}

/* "window fee.renewal=3000": the office follows it before the next line; the others get it from
 * there. */
static void
change_policy(struct play *play)
{
    struct made_rule rules[POLICY_MAKER_RULES_MAX];
    char text[SCENARIO_LINE_BYTES], *rest = text, *word;
    size_t count = 0;
    snprintf(text, sizeof text, "%s", play->line->text);
    const char *place = strsep(&rest, " ");
    while ((word = strsep(&rest, " ")) != NULL) {
        char *value = strchr(word, '=');
        if (value == NULL || count == POLICY_MAKER_RULES_MAX)
            FAIL(play, "KEY=VALUE");
        *value++ = '\0';
        rules[count++] = (struct made_rule){ .key = word, .value = (uint32_t)atoi(value) };
    }
    struct network_office *office = find_place(play, place);
    policy_version++;
    write_policy(office, rules, count);
    network_hang_up(office);
    network_wait_until(&network, "the policy is adopted", follows_policy, office);
}

static void
play_line(struct play *play)
{
    const char *text = play->line->text;
    char place[24];
    switch (play->line->kind) {
    case SCENARIO_APPLICANT:
        citizen_make(strtoul(text, NULL, 10), network.offices[QINGYANG].area, &play->citizen);
        import_record(play, play->record, &network.offices[QINGYANG]);
        break;
    case SCENARIO_RECORD:
        play->record = text;
        import_record(play, text, &network.offices[QINGYANG]);
        break;
    case SCENARIO_KNOWN_AT: /* another registry has a record of the applicant, too */
        if (sscanf(text, "%23s", place) == 1)
            import_record(play, text + strcspn(text, " "), find_place(play, place));
        break;
    case SCENARIO_FORM:
        play->form = text;
        break;
    case SCENARIO_POLICY:
        change_policy(play);
        break;
    case SCENARIO_REVOKED:
    case SCENARIO_TRUSTED:
        change_directory(play, play->line->kind == SCENARIO_REVOKED);
        break;
    case SCENARIO_THEN:
    case SCENARIO_FINALLY:
        expect_states(play);
        break;
    case SCENARIO_COMMAND:
        run_command(play, find_place(play, play->line->head));
        break;
    }
}

static void
play_scenario(void **state)
{
    struct play play = { .scenario = *state, .form = "", .record = "" };
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
    static const struct network_options options = { .option_lines = "policy = policy\n" };
    failed = true;
    network_open(&network, &options);
    policy_version = 1; /* of no rules: the law's own values */
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++)
        write_policy(&network.offices[i], NULL, 0);
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
    scenario_file_open(&file, SCENARIOS, is_place);
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
