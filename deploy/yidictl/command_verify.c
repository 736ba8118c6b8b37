/* SPDX-License-Identifier: Apache-2.0
 *
 * verify - check exported envelopes offline, and say who signed what, when.
 *
 * Needs no daemon and no store: a root certificate, a directory signed under it, and the files.
 */
#include <stdio.h>

#include "common/core/limits.h"
#include "common/io/proof.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/trust.h"
#include "proto/control.pb-c.h"

static const struct argument_rule options[] = {
    TRUST_OPTIONS,
    { "full", NULL, false, "print the whole entry, personal data included, as JSON" },
    { 0 },
};

static void
print_verified(const Yidi__Verified *verified, struct arena *arena)
{
    AUTO(table) struct table table;
    table_init(&table, table_field_columns, 2);
    table_add_field(&table, "verified", verified->file);
    table_add_field(&table, "signed by",
                    output_format(arena, "%s  %s  (%s)%s", verified->office, verified->office_name,
                                  verified->role,
                                  verified->revoked ? "  NOT TRUSTED ANY MORE" : ""));
    table_add_field(&table, "what", verified->kind);
    table_add_field(&table, "case number", output_case_number(verified->case_number, arena));
    if (verified->peer[0] != '\0')
        table_add_field(&table, "stream",
                        output_format(arena, "with %s, message %llu", verified->peer,
                                      (unsigned long long)verified->sequence));
    table_add_field(&table, "when", output_time(verified->time_ms, arena));
    table_add_field(&table, "operator", verified->operator_);
    table_add_field(&table, "entry",
                    output_format(arena, "%llu of %llu, epoch %u",
                                  (unsigned long long)verified->leaf_index,
                                  (unsigned long long)verified->tree_size, verified->epoch));
    table_add_field(&table, "head signed", output_time(verified->head_time_ms, arena));
    table_print(&table, stdout);
    if (verified->entry != NULL)
        output_json(&verified->entry->base);
}

static int
print_envelope(const struct settings *settings, const struct trust *trust,
               struct envelope *envelope, const char *path, bool full, struct arena *arena)
{
    Yidi__Verified verified = YIDI__VERIFIED__INIT;
    verified.file = (char *)path;
    enum result result = proof_describe(trust->directory, envelope, arena, &verified);
    if (result != OK)
        return report_result(settings, result, NULL);
    if (full)
        verified.entry = (Yidi__JournalEntry *)envelope->entry;
    if (settings->json)
        output_json(&verified.base);
    else
        print_verified(&verified, arena);
    return EXIT_DONE;
}

/* A refusal that names the file, because there may be many. */
static int
report_file(const struct settings *settings, const char *path, enum result result,
            const struct refusal *refusal, struct arena *arena)
{
    Yidi__Refusal message = YIDI__REFUSAL__INIT;
    message.field = (char *)path;
    if (result == ERR_REFUSED && refusal->code == REFUSAL_MALFORMED) {
        message.code = (char *)refusal_name(refusal->code);
        message.rule = (char *)"is not an envelope";
        return report_answer(settings, &message);
    }
    if (result == ERR_REFUSED) {
        message.code = (char *)refusal_name(refusal->code);
        message.rule =
            (char *)(refusal->field[0] == '\0'
                         ? refusal->rule
                         : output_format(arena, "%s: %s", refusal->field, refusal->rule));
        return report_answer(settings, &message);
    }
    if (result != ERR_FORGED)
        return report_result(settings, result, NULL);
    message.code = (char *)"FORGED";
    message.rule = (char *)"proof, signature, or head and entry do not agree";
    return report_answer(settings, &message);
}

static int
verify_file(const struct settings *settings, struct trust *trust, const char *path, bool full)
{
    AUTO(arena) struct arena arena;
    struct refusal refusal = { 0 };
    struct bytes packed;
    struct envelope envelope;
    arena_init(&arena);
    enum result result = input_read(path, ENVELOPE_BYTES_MAX, &arena, &packed, &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);
    result = envelope_verify(&trust->verifier, packed, &arena, &envelope, &refusal);
    if (result != OK)
        return report_file(settings, path, result, &refusal, &arena);
    return print_envelope(settings, trust, &envelope, path, full, &arena);
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(trust) struct trust trust = { 0 };
    int status = trust_open(&trust, settings, arguments);
    if (status != EXIT_DONE)
        return status;
    for (size_t i = 0; i < arguments->operand_count; i++) {
        if (verify_file(settings, &trust, arguments->operands[i],
                        arguments_flag(arguments, "full")) != EXIT_DONE)
            status = EXIT_REFUSED;
        else if (!settings->json && i + 1 < arguments->operand_count)
            putchar('\n');
    }
    return status;
}

const struct command verify_command = {
    .name = "verify",
    .synopsis = "FILE... --directory FILE --root root.pem [--crl FILE] [--full]",
    .help = "verify exported envelopes offline",
    .description = "Says who signed what and when, and where it stands in the signer's journal. "
                   "Personal\ndata are not printed without --full. One file that does not hold "
                   "makes the exit status 1.",
    .options = options,
    .operand_count_min = 1,
    .operand_count_max = OPERANDS_ANY,
    .offline = true,
    .run = run,
};
