/* SPDX-License-Identifier: Apache-2.0
 *
 * yidictl - the operator's tool: everything that the console can do, and what is done offline
 * (keys, directories, proofs).
 *
 * Decides which command runs and with which settings. Holds the one table of commands. Knows no
 * command's business.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/auto.h"
#include "common/core/version.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/help.h"
#include "deploy/yidictl/language.h"
#include "deploy/yidictl/report.h"

enum { TIMEOUT_SECONDS_STANDARD = 30, TIMEOUT_SECONDS_MAX = 3600 };

/* By work; the names are what `yidictl help GROUP` takes. */
static const struct command_group groups[] = {
    { "window", "Window · 受理",
      (const struct command *const[]){
          &quote_command, &eligible_command, &apply_command, &import_command, &amend_command,
          &withdraw_command, &draft_save_command, &draft_list_command, &draft_show_command,
          &draft_discard_command, &print_command, &receipt_check_command, &temporary_issue_command,
          &temporary_return_command, &temporary_list_command, NULL } },
    { "registry", "Registry · 审核签发",
      (const struct command *const[]){ &examine_command, &issue_command, &refuse_command,
                                       &return_command, &redirect_command, &card_show_command,
                                       &population_import_command, NULL } },
    { "production", "Production · 制证",
      (const struct command *const[]){
          &make_command, &check_card_command, &dispatch_command, &trace_card_command,
          &batch_make_command, &batch_export_command, &batch_import_command, &batch_show_command,
          &stock_receive_command, &stock_count_command, &stock_spoil_command, &stock_show_command,
          NULL } },
    { "collection", "Collection · 领证",
      (const struct command *const[]){ &receive_command, &miss_command, &collect_command,
                                       &destroy_command, &card_found_command, &package_show_command,
                                       NULL } },
    { "queues", "Queues · 查询",
      (const struct command *const[]){ &list_command, &search_command, &show_command,
                                       &lease_command, &export_command, NULL } },
    { "supervision", "Supervision · 监督",
      (const struct command *const[]){
          &status_command, &peers_command, &fees_command, &refund_command, &noted_command,
          &abandon_command, &journal_command, &journal_acts_command, &codes_command, NULL } },
    { "administration", "Administration · 管理",
      (const struct command *const[]){ &operator_add_command, &operator_list_command,
                                       &operator_roles_command, &operator_disable_command,
                                       &operator_enable_command, &operator_password_command,
                                       &backup_command, &restore_command, &recover_command,
                                       &erase_command, &metrics_command, NULL } },
    { "setup", "Setup · 准备",
      (const struct command *const[]){
          &keys_root_command, &keys_authority_command, &keys_office_command, &keys_revoke_command,
          &directory_build_command, &directory_sign_command, &directory_show_command,
          &policy_check_command, &policy_sign_command, &policy_explain_command,
          &policy_show_command, &verify_command, &journal_verify_command, NULL } },
    { 0 },
};

static const struct argument_rule common_options[] = {
    { "socket", "PATH", false, "the daemon's control socket (else YIDI_SOCKET)" },
    { "operator", "NAME", false, "who acts (else YIDI_OPERATOR, or USER)" },
    { "json", NULL, false, "write one JSON document per line" },
    { "language", "zh|en", false, "zh: codes in Chinese, too (else by LC_ALL, LANG)" },
    { "timeout", "SECONDS", false, "to wait for an answer, 1..3600 (default: 30)" },
    { "help", NULL, false, "explain the program or the command" },
    { "version", NULL, false, "print the version" },
    { 0 },
};

/* How many words of the command line name the command; 0 when they do not. */
static size_t
match_name(const struct command *command, int word_count, char *words[])
{
    const char *space = strchr(command->name, ' ');
    if (space == NULL)
        return word_count > 0 && strcmp(words[0], command->name) == 0;
    size_t first = (size_t)(space - command->name);
    return word_count > 1 && strlen(words[0]) == first &&
                   strncmp(words[0], command->name, first) == 0 && strcmp(words[1], space + 1) == 0
               ? 2
               : 0;
}

/* A name of two words goes before the one of its first word. */
static const struct command *
find_command(int word_count, char *words[], size_t *ret_name_words)
{
    const struct command *found = NULL;
    *ret_name_words = 0;
    for (const struct command_group *group = groups; group->name != NULL; group++)
        for (const struct command *const *command = group->commands; *command != NULL; command++) {
            size_t name_words = match_name(*command, word_count, words);
            if (name_words <= *ret_name_words)
                continue;
            *ret_name_words = name_words;
            found = *command;
        }
    return found;
}

/* The place of the command's name: the first word that is neither a common option nor its value. */
static enum result
find_name(int argc, char *argv[], int *ret_place, struct refusal *ret_refusal)
{
    int place = 1;
    while (place < argc && argv[place][0] == '-') {
        const struct argument_rule *rule = arguments_find_rule(common_options, argv[place]);
        if (rule == NULL)
            return refuse(ret_refusal, REFUSAL_OPTION_UNKNOWN, argv[place],
                          "no such option; --help lists them");
        place += rule->value != NULL && strchr(argv[place], '=') == NULL ? 2 : 1;
    }
    *ret_place = place < argc ? place : argc;
    return OK;
}

static const char *
first_of(const char *a, const char *b, const char *c)
{
    const char *texts[] = { a, b, c };
    for (size_t i = 0; i < 3; i++)
        if (texts[i] != NULL && texts[i][0] != '\0')
            return texts[i];
    return NULL;
}

static enum result
read_settings(const struct arguments *arguments, struct settings *ret_settings,
              struct refusal *ret_refusal)
{
    uint64_t timeout_seconds;
    bool chinese = false;
    enum result result = arguments_number(arguments, "timeout", TIMEOUT_SECONDS_STANDARD, 1,
                                          TIMEOUT_SECONDS_MAX, &timeout_seconds, ret_refusal);
    if (result == OK)
        result = language_read(arguments_text(arguments, "language"), &chinese, ret_refusal);
    if (result != OK)
        return result;
    *ret_settings = (struct settings){
        .socket_path = first_of(arguments_text(arguments, "socket"), getenv("YIDI_SOCKET"), NULL),
        .operator_name = first_of(arguments_text(arguments, "operator"), getenv("YIDI_OPERATOR"),
                                  getenv("USER")),
        .json = arguments_flag(arguments, "json"),
        .chinese = chinese,
        .timeout_ms = timeout_seconds * 1000,
    };
    return OK;
}

static enum result
check_operands(const struct command *command, const struct arguments *arguments,
               struct refusal *ret_refusal)
{
    if (arguments->operand_count < command->operand_count_min)
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "", "something is missing: %s %s",
                      command->name, command->synopsis);
    if (arguments->operand_count > command->operand_count_max)
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "", "too many arguments: %s %s",
                      command->name, command->synopsis);
    return OK;
}

/* Was the common option given, and not a command's own one of the same name? */
static bool
is_given(const struct arguments *arguments, const char *word)
{
    const struct argument_rule *rule = arguments_find_rule(common_options, word);
    for (size_t i = 0; i < arguments->option_count; i++)
        if (arguments->options[i].rule == rule)
            return true;
    return false;
}

static int
print_version(void)
{
    puts("yidictl " YIDI_VERSION);
    return EXIT_DONE;
}

/* Even a command line that is wrong elsewhere says how it wants to be answered. */
static bool
asks_for_json(size_t word_count, char *words[])
{
    for (size_t i = 0; i < word_count; i++)
        if (strcmp(words[i], "--json") == 0)
            return true;
    return false;
}

/* For what is said before the options are known. */
static struct settings
standard_settings(void)
{
    return (struct settings){ .chinese = language_of_environment() };
}

static int
run_command(const struct command *command, size_t word_count, char *words[])
{
    AUTO(arguments) struct arguments arguments = { 0 };
    struct settings settings = standard_settings();
    settings.json = asks_for_json(word_count, words);
    struct refusal refusal = { 0 };

    enum result result =
        arguments_parse(&arguments, common_options, command->options, word_count, words, &refusal);
    if (result == OK && is_given(&arguments, "--help")) {
        help_print_command(command, common_options, stdout);
        return EXIT_DONE;
    }
    if (result == OK && is_given(&arguments, "--version"))
        return print_version();
    if (result == OK)
        result = read_settings(&arguments, &settings, &refusal);
    if (result == OK)
        result = check_operands(command, &arguments, &refusal);
    if (result != OK)
        return report_usage(&settings, result, &refusal);
    return command->run(&settings, &arguments);
}

/* All words but the command's name; those before it stay before, because `--` ends options. */
static int
run_with_words(const struct command *command, int argc, char *argv[], int name_place,
               size_t name_words)
{
    size_t before = (size_t)name_place - 1;
    size_t behind = (size_t)(argc - name_place) - name_words;
    AUTO(heap) char **words = calloc(before + behind + 1, sizeof *words);
    const struct settings settings = standard_settings();
    if (words == NULL)
        return report_result(&settings, ERR_MEMORY, NULL);
    memcpy(words, argv + 1, before * sizeof *words);
    memcpy(words + before, argv + name_place + name_words, behind * sizeof *words);
    return run_command(command, before + behind, words);
}

static int
report_no_command(const char *word)
{
    if (!help_print_group(groups, word, stderr))
        fprintf(stderr, "yidictl: no command %s; see yidictl help\n", word);
    return EXIT_USAGE;
}

/* yidictl help [COMMAND | GROUP] */
static int
run_help(int word_count, char *words[])
{
    if (word_count == 0) {
        help_print(groups, common_options, stdout);
        return EXIT_DONE;
    }
    size_t name_words;
    const struct command *command = find_command(word_count, words, &name_words);
    if (command != NULL) {
        help_print_command(command, common_options, stdout);
        if (word_count == 1) /* a command may also begin the names of others */
            help_print_more(groups, words[0], stdout);
        return EXIT_DONE;
    }
    if (word_count == 1 && help_print_group(groups, words[0], stdout))
        return EXIT_DONE;
    return report_no_command(words[0]);
}

/* No command: only --help and --version make sense. */
static int
run_without_command(size_t word_count, char *words[])
{
    AUTO(arguments) struct arguments arguments = { 0 };
    struct refusal refusal = { 0 };
    const struct settings settings = standard_settings();
    enum result result =
        arguments_parse(&arguments, common_options, NULL, word_count, words, &refusal);
    if (result != OK)
        return report_usage(&settings, result, &refusal);
    if (arguments_flag(&arguments, "version"))
        return print_version();
    bool asked = arguments_flag(&arguments, "help");
    help_print(groups, common_options, asked ? stdout : stderr);
    return asked ? EXIT_DONE : EXIT_USAGE;
}

/* Display widths need a locale that knows UTF-8, which is what all texts are in. */
static void
set_locale(void)
{
    if (setlocale(LC_CTYPE, "") == NULL || MB_CUR_MAX == 1)
        setlocale(LC_CTYPE, "C.UTF-8");
}

int
main(int argc, char *argv[])
{
    set_locale();
    struct refusal refusal = { 0 };
    const struct settings settings = standard_settings();
    int place = argc;
    enum result result = find_name(argc, argv, &place, &refusal);
    if (result != OK)
        return report_usage(&settings, result, &refusal);
    if (place >= argc)
        return run_without_command(argc > 0 ? (size_t)argc - 1 : 0, argv + 1);
    if (strcmp(argv[place], "help") == 0)
        return run_help(argc - place - 1, argv + place + 1);

    size_t name_words;
    const struct command *command = find_command(argc - place, argv + place, &name_words);
    if (command == NULL)
        return report_no_command(argv[place]);
    return run_with_words(command, argc, argv, place, name_words);
}
