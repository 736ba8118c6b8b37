/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/daemon_files.h"

#include <stdio.h>
#include <string.h>

#include "common/core/version.h"
#include "common/domain/receipt_code.h"
#include "common/io/console.h"
#include "common/io/file.h"
#include "common/io/log.h"
#include "common/io/office.h"

enum { LOOK_INTERVAL_MS = 2000 };

/* ---- options ---- */

#define OPTION(option_name, kind, field, fallback, low, high, unit_text, help_text)                \
    {                                                                                              \
        .name = option_name, .type = kind, .offset = offsetof(struct daemon_options, field),       \
        .standard = fallback, .minimum = low, .maximum = high, .unit = unit_text,                  \
        .help = help_text                                                                          \
    }

/* clang-format off */
static const struct option_rule rules[] = {
    OPTION("office", OPTION_TEXT, office, NULL, 12, 12, "", "Code of this office (GA/T 380)."),
    OPTION("bind", OPTION_TEXT, bind, NULL, 1, 200, "", "ZeroMQ endpoint on which other offices reach this one, such as tcp://0.0.0.0:5600."),
    OPTION("data", OPTION_PATH, data, NULL, 1, 4000, "", "Folder of the store; made when it is not there."),
    OPTION("directory", OPTION_PATH, directory, NULL, 1, 4000, "", "Signed directory of offices; read again when it changes and on SIGHUP."),
    OPTION("policy", OPTION_PATH, policy, "", 0, 4000, "", "Signed policy: fees, periods, deadlines, by date and province; read again when it changes and on SIGHUP. None: what was adopted last, or the standards of the law."),
    OPTION("root-certificate", OPTION_PATH, root_certificate, NULL, 1, 4000, "", "Root that all certificates chain to (PEM)."),
    OPTION("crl", OPTION_PATH, crl, "", 0, 4000, "", "Certificate revocation list of the root (PEM)."),
    OPTION("signing-key", OPTION_PATH, signing_key, NULL, 1, 4000, "", "Private key of this office (PEM, P-256)."),
    OPTION("signing-certificate", OPTION_PATH, signing_certificate, NULL, 1, 4000, "", "Certificate of that key (PEM)."),
    OPTION("transport-key", OPTION_PATH, transport_key, NULL, 1, 4000, "", "CURVE key pair of this office."),
    OPTION("control-socket", OPTION_PATH, control_socket, NULL, 1, 100, "", "Local socket for yidictl; its folder decides who may use it."),
    OPTION("console", OPTION_TEXT, console, "", 0, 64, "", "Address and port of the console for browsers, such as 127.0.0.1:8443 or [::]:8443; none: no console. Without a certificate only a loopback address is taken."),
    OPTION("console-certificate", OPTION_PATH, console_certificate, "", 0, 4000, "", "TLS certificate of the console, with its chain (PEM)."),
    OPTION("console-key", OPTION_PATH, console_key, "", 0, 4000, "", "Private key of that certificate (PEM)."),
    OPTION("metrics-token", OPTION_PATH, metrics_token, "", 0, 4000, "", "File with the token that a monitor must present to read /metrics on the console; none: who asks from this machine."),
    OPTION("applicant-page", OPTION_FLAG, applicant_page, "no", 0, 0, "", "At a window: whether the console has a page, /status, on which whoever holds a receipt sees where the application stands, without logging in."),
    OPTION("applicant-rate", OPTION_NUMBER, applicant_rate, "10", 1, 60000, "a minute", "How often that page answers one address; all who come through one proxy are one."),
    OPTION("public-address", OPTION_TEXT, public_address, "", 0, 120, "", "Where applicants reach the console, such as https://id.example.cn: the QR code on receipts then opens that page."),
    OPTION("console-patience", OPTION_NUMBER, console_patience, "30", 1, 600, "s", "How long a browser may take to send a request, and to read an answer."),
    OPTION("session-idle", OPTION_NUMBER, session_idle, "900", 1, 86400, "s", "A session in the console ends when it was not used for so long."),
    OPTION("session-max", OPTION_NUMBER, session_max, "36000", 1, 604800, "s", "A session in the console ends after so long, whatever happens."),
    OPTION("spool", OPTION_PATH, spool, NULL, 1, 4000, "", "Folder for notifications to applicants; made when it is not there."),
    OPTION("notify-hook", OPTION_PATH, notify_hook, "", 0, 4000, "", "Program to run on each notification file, given as its only argument."),
    OPTION("comparator", OPTION_TEXT, comparator, "", 0, 4000, "", "At a window: command line that compares a holder with the application. It gets a file of the photo or template and the probe, prints a score, and ends with 0 for a match, 1 for none."),
    OPTION("map-size", OPTION_NUMBER, map_size, "64G", 16777216, UINT64_C(17592186044416), "bytes", "Upper bound of the store; address space, not disk."),
    OPTION("map-fill-max", OPTION_NUMBER, map_fill_max, "80", 1, 100, "%", "No new work when the store is fuller; halfway from there to full, no messages that open cases. 100: no such limit."),
    OPTION("disk-reserve", OPTION_NUMBER, disk_reserve, "1G", 0, UINT64_C(17592186044416), "bytes", "No new work when less of the disk is free; below half of it, no messages that open cases. 0: no such limit."),
    OPTION("outbox-max", OPTION_NUMBER, outbox_max, "50000", 1, 10000000, "messages", "No new application to a registry for which so many messages wait."),
    OPTION("directory-grace", OPTION_NUMBER, directory_grace, "604800", 0, 31536000, "s", "How long after the directory's expiry new applications are still taken."),
    OPTION("witness-interval", OPTION_NUMBER, witness_interval, "3600", 0, 31536000, "s", "How often another office is asked to prove that its journal only grew; 0 never."),
    OPTION("start-hold", OPTION_NUMBER, start_hold, "3000", 0, 600000, "ms", "How long a start waits for other offices to say whether the store is up to date; 0 asks nobody."),
    OPTION("question-timeout", OPTION_NUMBER, question_timeout, "3000", 100, 60000, "ms", "At a window: how long a clerk waits for what the registry says about an application that is about to be handed in."),
    OPTION("question-limit", OPTION_NUMBER, question_limit, "500", 0, 1000000, "a day", "At a registry: how many such questions of one window are answered; 0 none."),
    OPTION("retry-first", OPTION_NUMBER, retry_first, "200", 10, 60000, "ms", "First pause before an unreachable office is tried again; it doubles."),
    OPTION("retry-max", OPTION_NUMBER, retry_max, "30000", 100, 3600000, "ms", "Longest such pause."),
    OPTION("greeting-timeout", OPTION_NUMBER, greeting_timeout, "5000", 100, 60000, "ms", "How long a connected office may take to answer our greeting."),
    OPTION("silence", OPTION_NUMBER, silence, "5000", 100, 600000, "ms", "Without an acknowledgement for so long, the other office is asked where it stands."),
    OPTION("idle-close", OPTION_NUMBER, idle_close, "60000", 100, 86400000, "ms", "A connection with nothing to send is closed after so long."),
    OPTION("log-level", OPTION_TEXT, log_level, "info", 4, 7, "", "error, warning, info or debug."),
};
/* clang-format on */

static struct option_table
table_of(const struct role *role)
{
    return (struct option_table){
        .program = role->name,
        .summary = "Carries applications for resident ID cards between offices.",
        .rules = rules,
        .rule_count = sizeof rules / sizeof *rules,
    };
}

static enum result
set_log_level(const char *name, struct refusal *ret_refusal)
{
    static const char *const names[] = {
        [LOG_ERROR] = "error", [LOG_WARNING] = "warning", [LOG_INFO] = "info", [LOG_DEBUG] = "debug"
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0) {
            log_set_level((enum log_level)i);
            return OK;
        }
    return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "log-level",
                  "error, warning, info or debug");
}

/* No receipt leads to a page that is not there. */
static enum result
check_public_address(const struct daemon_options *options, struct refusal *ret_refusal)
{
    static const char field[] = "public-address";
    if (!options->applicant_page || options->console == NULL)
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, field,
                      "goes with console and applicant-page = yes");
    return receipt_code_check_address(options->public_address, field, ret_refusal);
}

enum result
daemon_options_read(const struct role *role, int argc, char *argv[],
                    struct daemon_options *ret_options, enum config_action *ret_action,
                    struct refusal *ret_refusal)
{
    const struct option_table table = table_of(role);
    enum result result = config_read(&table, argc, argv, ret_options, ret_action, ret_refusal);
    if (result != OK || *ret_action == CONFIG_HELP || *ret_action == CONFIG_VERSION)
        return result;
    if (ret_options->retry_first > ret_options->retry_max)
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "retry-first",
                      "not longer than retry-max");
    if (strncmp(ret_options->bind, "tcp://", 6) != 0 ||
        strrchr(ret_options->bind, ':') < ret_options->bind + 6)
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "bind",
                      "an endpoint such as tcp://0.0.0.0:5600");
    if (ret_options->console != NULL) {
        const struct http_options console = daemon_console_options(ret_options);
        result = http_check(&console, ret_refusal);
    }
    if (result == OK && ret_options->public_address != NULL)
        result = check_public_address(ret_options, ret_refusal);
    if (result == OK && ret_options->metrics_token != NULL) {
        char token[METRICS_TOKEN_CHARS_MAX + 1];
        result = console_read_token(ret_options->metrics_token, token, ret_refusal);
    }
    return result == OK ? set_log_level(ret_options->log_level, ret_refusal) : result;
}

void
daemon_options_print(const struct role *role, enum config_action action,
                     const struct daemon_options *options)
{
    const struct option_table table = table_of(role);
    if (action == CONFIG_HELP)
        config_print_help(&table, stdout);
    else if (action == CONFIG_VERSION)
        printf("%s (yidi) %s\n", role->name, YIDI_VERSION);
    else
        printf("%s: the configuration of %s is good\n", role->name, options->office);
}

void
daemon_options_free(const struct role *role, struct daemon_options *options)
{
    const struct option_table table = table_of(role);
    config_free(&table, options);
}

struct stream_limits
daemon_stream_limits(const struct daemon_options *options)
{
    return (struct stream_limits){
        .retry = { .first_ms = options->retry_first, .max_ms = options->retry_max },
        .greeting_ms = options->greeting_timeout,
        .silence_ms = options->silence,
        .idle_ms = options->idle_close,
    };
}

struct http_options
daemon_console_options(const struct daemon_options *options)
{
    return (struct http_options){
        .listen = options->console,
        .certificate = options->console_certificate,
        .key = options->console_key,
        .patience_ms = (unsigned)options->console_patience * 1000,
    };
}

void
daemon_console_address(const struct daemon_options *options,
                       char ret_address[CONSOLE_ADDRESS_BYTES])
{
    const char *scheme = options->console_certificate == NULL ? "http" : "https";
    ret_address[0] = '\0';
    if (options->console != NULL)
        snprintf(ret_address, CONSOLE_ADDRESS_BYTES, "%s://%s", scheme, options->console);
}

struct admission_limits
daemon_admission_limits(const struct daemon_options *options)
{
    return (struct admission_limits){
        .disk_reserve_bytes = options->disk_reserve,
        .outbox_messages = options->outbox_max,
        .map_fill_percent = (unsigned)options->map_fill_max,
    };
}

/* ---- files ---- */

static enum result
load_keys(struct daemon_files *files, const struct daemon_options *options,
          struct refusal *ret_refusal)
{
    enum result result = signing_key_load(options->signing_key, &files->key, ret_refusal);
    if (result == OK)
        result = certificate_load(options->signing_certificate, &files->certificate, ret_refusal);
    if (result == OK && !signing_key_matches(files->key, files->certificate))
        result = refuse(ret_refusal, REFUSAL_KEY_INVALID, "signing-certificate",
                        "%s is not the certificate of %s", options->signing_certificate,
                        options->signing_key);
    return result;
}

static enum result
check_own_certificate(const struct daemon_files *files, const struct daemon_options *options,
                      const struct role *role, uint64_t now_ms, struct refusal *ret_refusal)
{
    if (strcmp(certificate_name(files->certificate), options->office) != 0 ||
        strcmp(certificate_unit(files->certificate), role->unit) != 0)
        return refuse(ret_refusal, REFUSAL_CERTIFICATE_INVALID, "signing-certificate",
                      "%s is not for %s office %s", options->signing_certificate, role->unit,
                      options->office);
    return trust_root_check(files->root, files->certificate, now_ms, ret_refusal);
}

enum result
daemon_files_load_directory(const struct daemon_options *options, uint64_t now_ms,
                            struct trust_root **ret_root, struct directory **ret_directory,
                            struct refusal *ret_refusal)
{
    AUTO(trust_root) struct trust_root *root = NULL;
    enum result result =
        trust_root_load(options->root_certificate, options->crl, &root, ret_refusal);
    if (result == OK)
        result = directory_load(options->directory, root, now_ms, ret_directory, ret_refusal);
    if (result == OK)
        *ret_root = MOVE(root);
    return result;
}

enum result
daemon_files_open(struct daemon_files *files, const struct daemon_options *options,
                  const struct role *role, uint64_t now_ms, struct refusal *ret_refusal)
{
    uint8_t public_key[TRANSPORT_KEY_BYTES], secret_key[TRANSPORT_KEY_BYTES];
    enum result result = load_keys(files, options, ret_refusal);
    if (result == OK)
        result = daemon_files_load_directory(options, now_ms, &files->root, &files->directory,
                                             ret_refusal);
    if (result == OK)
        result = check_own_certificate(files, options, role, now_ms, ret_refusal);
    if (result == OK)
        result = transport_key_load(options->transport_key, public_key, secret_key, ret_refusal);
    if (result != OK)
        return result;
    const struct office_options office = { .code = options->office,
                                           .role = role,
                                           .certificate = files->certificate,
                                           .directory_grace_ms = options->directory_grace * 1000 };
    result = office_check_directory(&office, files->directory, now_ms, ret_refusal);
    if (result == OK &&
        memcmp(directory_find(files->directory, options->office)->transport_key.data, public_key,
               TRANSPORT_KEY_BYTES) != 0)
        result = refuse(ret_refusal, REFUSAL_KEY_INVALID, "transport-key",
                        "the directory lists another transport key for %s", options->office);
    (void)daemon_files_directory_changed(files, options, LOOK_INTERVAL_MS);
    return result;
}

void
daemon_files_close(struct daemon_files *files)
{
    directory_destroy(files->directory);
    trust_root_destroy(files->root);
    certificate_destroy(files->certificate);
    signing_key_destroy(files->key);
}

static bool
changed(const char *path, struct timespec *last)
{
    struct stat now;
    if (path == NULL || stat(path, &now) != 0)
        return false;
    bool differs = now.st_mtim.tv_sec != last->tv_sec || now.st_mtim.tv_nsec != last->tv_nsec;
    *last = now.st_mtim;
    return differs;
}

bool
daemon_files_directory_changed(struct daemon_files *files, const struct daemon_options *options,
                               uint64_t monotonic_ms)
{
    if (monotonic_ms - files->looked_ms < LOOK_INTERVAL_MS)
        return false;
    files->looked_ms = monotonic_ms;
    bool directory = changed(options->directory, &files->directory_time);
    bool crl = changed(options->crl, &files->crl_time);
    return directory || crl;
}

enum result
daemon_files_load_policy(const struct daemon_files *files, const struct daemon_options *options,
                         uint64_t now_ms, struct policy_file **ret_policy,
                         struct refusal *ret_refusal)
{
    return policy_file_load(options->policy, files->root, now_ms, ret_policy, ret_refusal);
}

bool
daemon_files_policy_changed(struct daemon_files *files, const struct daemon_options *options,
                            uint64_t monotonic_ms)
{
    if (monotonic_ms - files->policy_looked_ms < LOOK_INTERVAL_MS)
        return false;
    files->policy_looked_ms = monotonic_ms;
    return changed(options->policy, &files->policy_time);
}

enum result
daemon_files_keep_directory(const struct daemon_options *options, struct bytes signed_bytes)
{
    return file_write(options->directory, signed_bytes, 0644, FILE_REPLACE, NULL);
}
