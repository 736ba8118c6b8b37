/* SPDX-License-Identifier: Apache-2.0
 *
 * daemon_files - a daemon's options, and the files that they name: keys, certificates, root, CRL,
 * directory, policy.
 */
#ifndef IO_DAEMON_FILES_H
#define IO_DAEMON_FILES_H

#include <sys/stat.h>

#include "common/core/admission.h"
#include "common/core/stream.h"
#include "common/io/config.h"
#include "common/io/directory.h"
#include "common/io/http.h"
#include "common/io/policy_file.h"
#include "common/io/role.h"

struct daemon_options {
    const char *office;
    const char *bind;
    const char *data;
    const char *directory;
    const char *policy; /* NULL: none */
    const char *root_certificate;
    const char *crl; /* NULL: none */
    const char *signing_key;
    const char *signing_certificate;
    const char *transport_key;
    const char *control_socket;
    const char *console;             /* NULL: none */
    const char *console_certificate; /* NULL: plain HTTP */
    const char *console_key;
    const char *metrics_token;  /* NULL: /metrics is for this machine */
    const char *public_address; /* NULL: receipts name no page */
    const char *spool;
    const char *notify_hook; /* NULL: none */
    const char *comparator;  /* NULL: none */
    const char *log_level;
    bool applicant_page;
    uint64_t applicant_rate; /* a minute */
    uint64_t console_patience;
    uint64_t session_idle;
    uint64_t session_max;
    uint64_t map_size;
    uint64_t map_fill_max;
    uint64_t disk_reserve;
    uint64_t outbox_max;
    uint64_t directory_grace;
    uint64_t witness_interval;
    uint64_t start_hold;
    uint64_t question_timeout;
    uint64_t question_limit;
    uint64_t retry_first;
    uint64_t retry_max;
    uint64_t greeting_timeout;
    uint64_t silence;
    uint64_t idle_close;
};

struct daemon_files {
    struct signing_key *key;
    struct certificate *certificate;
    struct trust_root *root;        /* that the present directory was checked against */
    struct directory *directory;    /* taken by the office at its start */
    struct timespec directory_time; /* last change of the file that was seen */
    struct timespec crl_time;
    struct timespec policy_time;
    uint64_t looked_ms;        /* monotonic */
    uint64_t policy_looked_ms; /* monotonic */
};

enum result daemon_options_read(const struct role *role, int argc, char *argv[],
                                struct daemon_options *ret_options, enum config_action *ret_action,
                                struct refusal *ret_refusal) MUST_CHECK;
/* --help, --version, --check-config */
void daemon_options_print(const struct role *role, enum config_action action,
                          const struct daemon_options *options);
void daemon_options_free(const struct role *role, struct daemon_options *options);
struct stream_limits daemon_stream_limits(const struct daemon_options *options);
/* listen is NULL when no console is wanted. */
struct http_options daemon_console_options(const struct daemon_options *options);

/* Where it listens, such as https://10.0.0.5:8443; "" when none is wanted. */
enum { CONSOLE_ADDRESS_BYTES = 300 };
void daemon_console_address(const struct daemon_options *options,
                            char ret_address[CONSOLE_ADDRESS_BYTES]);
struct admission_limits daemon_admission_limits(const struct daemon_options *options);

/* Load everything and check that it belongs together: key and certificate, certificate and root,
 * office and directory. */
enum result daemon_files_open(struct daemon_files *files, const struct daemon_options *options,
                              const struct role *role, uint64_t now_ms,
                              struct refusal *ret_refusal) MUST_CHECK;
void daemon_files_close(struct daemon_files *files);

/* Load root, CRL and directory again, for the office to judge.
 *
 * ret_root  out; must live as long as the directory; the caller owns both. */
enum result daemon_files_load_directory(const struct daemon_options *options, uint64_t now_ms,
                                        struct trust_root **ret_root,
                                        struct directory **ret_directory,
                                        struct refusal *ret_refusal) MUST_CHECK;

/* Was the directory file or the CRL replaced since the last look? Looks every two seconds at most.
 */
bool daemon_files_directory_changed(struct daemon_files *files,
                                    const struct daemon_options *options, uint64_t monotonic_ms);

/* Load the policy, for the office to judge; only when the options name one. */
enum result daemon_files_load_policy(const struct daemon_files *files,
                                     const struct daemon_options *options, uint64_t now_ms,
                                     struct policy_file **ret_policy,
                                     struct refusal *ret_refusal) MUST_CHECK;

/* Was the policy file replaced since the last look? Looks every two seconds at most. */
bool daemon_files_policy_changed(struct daemon_files *files, const struct daemon_options *options,
                                 uint64_t monotonic_ms);

/* Write a newer directory over the file, atomically. */
enum result daemon_files_keep_directory(const struct daemon_options *options,
                                        struct bytes signed_bytes) MUST_CHECK;

#endif
