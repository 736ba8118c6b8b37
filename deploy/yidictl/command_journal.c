/* SPDX-License-Identifier: Apache-2.0
 *
 * journal verify - check an office's whole store from scratch, beside a running daemon or without.
 */
#include <stdio.h>
#include <string.h>

#include "common/io/journal.h"
#include "common/io/store.h"
#include "common/io/wire.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/trust.h"
#include "proto/control.pb-c.h"
#include "proto/envelope.pb-c.h"

static const struct argument_rule options[] = {
    { "store", "DIR", false, "the office's store" },
    { "office", "CODE", false, "the office's code" },
    TRUST_OPTIONS,
    { 0 },
};

/* Whose store is it? Its first entry says so. */
static enum result
check_office(struct store_txn *txn, const char *office, struct journal_report *ret_report)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    struct bytes packed;
    struct refusal refusal;
    ProtobufCMessage *envelope, *entry;
    if (journal_envelope(txn, 0, &arena, &packed) != OK ||
        wire_decode(&yidi__envelope__descriptor, packed, &arena, &envelope, &refusal) != OK)
        return OK; /* the audit says what is wrong */
    ProtobufCBinaryData leaf = ((const Yidi__Envelope *)envelope)->entry;
    if (wire_decode(&yidi__journal_entry__descriptor, bytes_of(leaf.data, leaf.len), &arena, &entry,
                    &refusal) != OK)
        return OK;
    const char *owner = ((const Yidi__JournalEntry *)entry)->office;
    if (strcmp(owner, office) == 0)
        return OK;
    snprintf(ret_report->trouble, sizeof ret_report->trouble, "this store is of office %s", owner);
    return ERR_DAMAGED;
}

static enum result
audit(const char *store_path, const char *office, struct envelope_verifier *verifier,
      struct journal_report *ret_report)
{
    AUTO(store) struct store *store = NULL;
    enum result result = store_open_readonly(store_path, &store);
    if (result != OK)
        return result;
    AUTO(store_txn) struct store_txn *txn = NULL;
    result = store_begin_read(store, &txn);
    if (result == OK)
        result = check_office(txn, office, ret_report);
    return result == OK ? journal_audit(txn, office, verifier, ret_report) : result;
}

static void
print_report(const char *office, const struct journal_report *report)
{
    printf("office    %s\nentries   %llu\nheads     %llu\nreceived  %llu\n", office,
           (unsigned long long)report->entries, (unsigned long long)report->heads,
           (unsigned long long)report->received);
    printf("%s%s\n", report->trouble[0] == '\0' ? "all of it holds" : "TROUBLE   ",
           report->trouble);
}

static void
print_report_json(const char *office, struct journal_report *report)
{
    Yidi__AuditReport message = YIDI__AUDIT_REPORT__INIT;
    message.office = (char *)office;
    message.entries = report->entries;
    message.heads = report->heads;
    message.received = report->received;
    message.trouble = report->trouble;
    output_json(&message.base);
}

static int
check_options(const struct settings *settings, const struct arguments *arguments)
{
    static const char *const mandatory[] = { "store", "office" };
    struct refusal refusal;
    for (size_t i = 0; i < sizeof mandatory / sizeof *mandatory; i++)
        if (arguments_text(arguments, mandatory[i]) == NULL)
            return report_usage(
                settings, refuse(&refusal, REFUSAL_OPTION_INVALID, mandatory[i], "must be given"),
                &refusal);
    return EXIT_DONE;
}

static int
report_store(const struct settings *settings, const char *store_path)
{
    struct refusal refusal;
    (void)refuse(&refusal, REFUSAL_FILE_UNREADABLE, store_path, "not a store that can be read");
    return report_refusal(settings, &refusal);
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(trust) struct trust trust = { 0 };
    struct journal_report report = { 0 };
    int status = check_options(settings, arguments);
    if (status == EXIT_DONE)
        status = trust_open(&trust, settings, arguments);
    if (status != EXIT_DONE)
        return status;

    const char *store_path = arguments_text(arguments, "store");
    const char *office = arguments_text(arguments, "office");
    enum result result = audit(store_path, office, &trust.verifier, &report);
    if (result != OK && report.trouble[0] == '\0')
        return report_store(settings, store_path);
    if (settings->json)
        print_report_json(office, &report);
    else
        print_report(office, &report);
    return result == OK ? EXIT_DONE : EXIT_REFUSED;
}

const struct command journal_verify_command = {
    .name = "journal verify",
    .synopsis = "--store DIR --office CODE --directory FILE --root root.pem [--crl FILE]",
    .help = "verify the whole journal of an office",
    .description = "Every leaf, inner node and signed head, the streams without a gap, and each "
                   "envelope\nthat came from another office. Slow and thorough; the daemon may "
                   "be running.",
    .options = options,
    .offline = true,
    .run = run,
};
