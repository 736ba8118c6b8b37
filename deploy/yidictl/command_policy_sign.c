/* SPDX-License-Identifier: Apache-2.0
 *
 * policy sign, policy show - make the signed policy that offices follow, and show one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "common/domain/civil_date.h"
#include "common/domain/division.h"
#include "common/io/policy_file.h"
#include "common/io/wire.h"
#include "deploy/yidictl/authority_signer.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/policy_source.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/written.h"

/* ---- policy sign ---- */

static const struct argument_rule sign_options[] = {
    AUTHORITY_SIGNER_OPTIONS,
    { "version", "N", false, "the policy's version; must be higher than any before" },
    POLICY_CALENDAR_OPTION,
    { 0 },
};

static enum result
read_version(const struct arguments *arguments, uint64_t *ret_version, struct refusal *ret_refusal)
{
    const char *unused;
    enum result result = written_option(arguments, "version", &unused, ret_refusal);
    return result == OK
               ? arguments_number(arguments, "version", 0, 1, INT64_MAX, ret_version, ret_refusal)
               : result;
}

static void
keep_first(void *context, const struct policy_fault *fault)
{
    struct policy_fault *first = context;
    if (first->text[0] == '\0')
        *first = *fault;
}

/* What is signed has no fault at all. */
static enum result
check_source(const char *path, const struct policy_source *source, struct refusal *ret_refusal)
{
    struct policy_fault first = { .text = "" };
    if (source->file != NULL)
        return refuse(ret_refusal, REFUSAL_POLICY_INVALID, path, "is signed already");
    size_t count = policy_check(&source->policy, keep_first, &first);
    if (count == 0)
        return OK;
    return refuse(ret_refusal, REFUSAL_POLICY_INVALID, path, "%s: %s%s", first.field, first.text,
                  count == 1 ? "" : "; there is more, see yidictl policy check");
}

static enum result
sign(struct authority_signer *signer, uint64_t version, const struct policy_source *source,
     struct arena *arena, struct refusal *ret_refusal)
{
    Yidi__Policy policy = *source->wire;
    struct bytes packed, signed_bytes;
    policy.format = 1;
    policy.version = version;
    policy.issued_ms = (uint64_t)time(NULL) * 1000;

    enum result result = authority_signer_open(signer, ret_refusal);
    if (result == OK)
        result = wire_check(&policy.base, ret_refusal);
    if (result != OK)
        return result;
    packed = wire_encode(&policy.base, arena);
    if (packed.data == NULL)
        return ERR_MEMORY;
    result = policy_file_sign(packed, signer->key, signer->certificate, arena, &signed_bytes);
    return result == OK ? authority_signer_write(signer, signed_bytes, ret_refusal) : result;
}

static int
run_sign(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(arena) struct arena arena;
    AUTO(policy_source) struct policy_source source = { 0 };
    AUTO(authority_signer) struct authority_signer signer = { 0 };
    struct written written = { 0 };
    struct refusal refusal = { 0 };
    uint64_t version = 0;
    const char *path = arguments->operands[0];
    arena_init(&arena);

    enum result result = authority_signer_read(arguments, &signer, &refusal);
    if (result == OK)
        result = read_version(arguments, &version, &refusal);
    if (result == OK)
        result = policy_source_read(path, arguments, NULL, &arena, &source, &refusal);
    if (result == OK)
        result = check_source(path, &source, &refusal);
    if (result == OK)
        result = sign(&signer, version, &source, &arena, &refusal);
    if (result == OK)
        written_add(&written, NULL, signer.out,
                    output_format(&arena,
                                  "policy of %zu rule%s, version %" PRIu64
                                  ", signed; offices hand it on to each other",
                                  source.policy.rule_count,
                                  source.policy.rule_count == 1 ? "" : "s", version));
    return written_report(&written, settings, result, &refusal);
}

const struct command policy_sign_command = {
    .name = "policy sign",
    .synopsis =
        "--key FILE --certificate FILE --version N [--calendar FILE]... --out FILE SOURCE.json",
    .help = "check a policy and sign it, as the directory authority",
    .description =
        "SOURCE.json holds {\"rules\": [...]}, each rule an object of key, value, from and until\n"
        "(YYYYMMDD; until is left out when there is no end), province (two digits; left out\n"
        "nationwide) and note. A changed policy gets a higher version; cases that were accepted\n"
        "under a former one go on under it. It is enough to give it to one office: whoever "
        "follows\n"
        "an older one is handed it by the next office that it exchanges messages with.",
    .options = sign_options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .offline = true,
    .run = run_sign,
};

/* ---- policy show ---- */

static const struct argument_rule show_options[] = {
    { "root", "root.pem", false, "the root certificate that is trusted" },
    { "crl", "FILE", false, "the root's list of revoked certificates" },
    { 0 },
};

static enum result
fill_report(const struct policy_file *file, struct arena *arena, Yidi__PolicyReport *ret_report)
{
    const Yidi__Policy *body = policy_file_body(file);
    struct digest *digest = arena_take(arena, sizeof *digest);
    if (digest == NULL)
        return ERR_MEMORY;
    policy_file_digest(file, digest);
    yidi__policy_report__init(ret_report);
    ret_report->version = body->version;
    ret_report->issued_ms = body->issued_ms;
    ret_report->signer = (char *)(uintptr_t)policy_file_signer(file);
    ret_report->digest = (ProtobufCBinaryData){ DIGEST_BYTES, digest->bytes };
    ret_report->rules = body->rules;
    ret_report->n_rules = body->n_rules;
    ret_report->calendar = body->calendar;
    return OK;
}

/* The value in its unit, when the key is known here. */
static const char *
value_text(const Yidi__PolicyRule *rule, struct arena *arena)
{
    char *text = arena_take(arena, POLICY_VALUE_BYTES);
    enum policy_key key = policy_key_find(rule->key);
    if (key == POLICY_KEY_UNKNOWN || text == NULL)
        return output_format(arena, "%" PRIu32 " (no such key here)", rule->value);
    policy_value_format(policy_key_info(key)->unit, rule->value, text);
    return text;
}

static void
print_rules(const Yidi__PolicyReport *report, struct arena *arena)
{
    static const struct table_column columns[] = {
        { "KEY", false },  { "PROVINCE", false }, { "VALUE", true },
        { "FROM", false }, { "UNTIL", false },    { "NOTE", false },
    };
    AUTO(table) struct table table;
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < report->n_rules; i++) {
        const Yidi__PolicyRule *rule = report->rules[i];
        const char *name = division_province_name(rule->province);
        table_add(&table, (const char *[]){
                              rule->key,
                              output_format(arena, "%s%s%s", rule->province,
                                            name == NULL ? "" : " ", name == NULL ? "" : name),
                              value_text(rule, arena),
                              output_date(rule->from, arena),
                              rule->until == 0 ? "" : output_date(rule->until, arena),
                              rule->note,
                          });
    }
    table_print(&table, stdout);
}

/* A row for each run of days. */
static void
add_days(struct table *table, const char *label, const uint32_t *dates, size_t count,
         struct arena *arena)
{
    for (size_t i = 0, last; i < count; i = last + 1) {
        last = i;
        while (last + 1 < count && civil_date_add_days(dates[last], 1) == dates[last + 1])
            last++;
        const char *first = output_date(dates[i], arena);
        table_add(table,
                  (const char *[]){ i == 0 ? label : "",
                                    last == i ? first
                                              : output_format(arena, "%s to %s", first,
                                                              output_date(dates[last], arena)) });
    }
}

static void
print_report(const Yidi__PolicyReport *report, struct arena *arena)
{
    AUTO(table) struct table table;
    const char *digest = "";
    table_init(&table, table_field_columns, 2);
    for (size_t i = 0; i < report->digest.len; i++)
        digest = output_format(arena, "%s%02x", digest, report->digest.data[i]);
    table_add_field(&table, "version", output_format(arena, "%" PRIu64, report->version));
    table_add_field(&table, "issued", output_time_and_zone(report->issued_ms, arena));
    table_add_field(&table, "signed by", report->signer);
    table_add_field(&table, "digest", digest);
    table_add_field(&table, "rules", output_format(arena, "%zu", report->n_rules));
    if (report->calendar != NULL) {
        const Yidi__PolicyCalendar *calendar = report->calendar;
        add_days(&table, "holidays", calendar->holidays, calendar->n_holidays, arena);
        add_days(&table, "working weekends", calendar->working_weekends,
                 calendar->n_working_weekends, arena);
    }
    table_print(&table, stdout);
    putchar('\n');
    print_rules(report, arena);
}

static int
run_show(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(arena) struct arena arena;
    AUTO(trust_root) struct trust_root *root = NULL;
    AUTO(policy_file) struct policy_file *file = NULL;
    Yidi__PolicyReport report;
    const char *root_path;
    struct refusal refusal = { 0 }, inner = { 0 };
    arena_init(&arena);

    enum result result = written_option(arguments, "root", &root_path, &refusal);
    if (result != OK)
        return report_usage(settings, result, &refusal);
    result = trust_root_load(root_path, arguments_text(arguments, "crl"), &root, &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);
    result =
        policy_file_load(arguments->operands[0], root, (uint64_t)time(NULL) * 1000, &file, &inner);
    if (result == ERR_REFUSED && inner.code != REFUSAL_FILE_UNREADABLE) /* that names it already */
        result = input_blame(arguments->operands[0], &inner, &refusal);
    else if (result == ERR_REFUSED)
        refusal = inner;
    if (result == OK)
        result = fill_report(file, &arena, &report);
    if (result != OK)
        return report_result(settings, result, &refusal);
    if (settings->json)
        output_json(&report.base);
    else
        print_report(&report, &arena);
    return EXIT_DONE;
}

const struct command policy_show_command = {
    .name = "policy show",
    .synopsis = "--root root.pem [--crl FILE] FILE",
    .help = "check a signed policy and show its rules",
    .description = "",
    .options = show_options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .offline = true,
    .run = run_show,
};
