/* SPDX-License-Identifier: Apache-2.0
 *
 * keys - make the root of trust, the authority's and the offices' keys, and revoke certificates.
 *
 * Works on files alone, asks no daemon. Never overwrites a key or a certificate.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/domain/office_code.h"
#include "common/io/directory.h"
#include "common/io/file.h"
#include "common/io/link.h"
#include "common/io/signature.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/written.h"

enum {
    ROOT_DAYS = 3650,
    SIGNER_DAYS = 730,
    CRL_DAYS = 365,
    DAYS_MAX = 36500,
    REVOKED_MAX = 1024, /* certificates in one call */
};

/* The holder's root: key, certificate, and where its list of revoked certificates is. */
struct root {
    struct signing_key *key;
    struct certificate *certificate;
    char crl_path[PATH_MAX];
};

static void
root_auto(struct root *root)
{
    signing_key_destroy(root->key);
    certificate_destroy(root->certificate);
}

static enum result
root_open(struct root *root, const struct arguments *arguments, struct refusal *ret_refusal)
{
    struct written paths = { 0 };
    const char *folder;

    enum result result = written_option(arguments, "root", &folder, ret_refusal);
    if (result != OK)
        return result;
    const char *key_path = written_add(&paths, folder, "root.key", NULL);
    const char *certificate_path = written_add(&paths, folder, "root.pem", NULL);
    const char *crl_path = written_add(&paths, folder, "root.crl", NULL);
    if (key_path == NULL || certificate_path == NULL || crl_path == NULL)
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "root", "is too long a path");
    memcpy(root->crl_path, crl_path, strlen(crl_path) + 1);
    result = signing_key_load(key_path, &root->key, ret_refusal);
    return result == OK ? certificate_load(certificate_path, &root->certificate, ret_refusal)
                        : result;
}

static enum result
read_days(const struct arguments *arguments, const char *option, unsigned standard,
          unsigned *ret_days, struct refusal *ret_refusal)
{
    uint64_t days;
    enum result result =
        arguments_number(arguments, option, standard, 1, DAYS_MAX, &days, ret_refusal);
    if (result == OK)
        *ret_days = (unsigned)days;
    return result;
}

/* Where a command writes its files. */
static enum result
prepare(struct written *written, const struct arguments *arguments,
        const struct written_name *files, size_t file_count, struct refusal *ret_refusal)
{
    const char *folder;
    enum result result = written_option(arguments, "out", &folder, ret_refusal);
    if (result != OK)
        return result;
    for (size_t i = 0; i < file_count; i++)
        if (written_add(written, folder, files[i].file, files[i].what) == NULL)
            return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "out", "is too long a path");
    return written_prepare(written, folder, ret_refusal);
}

/* --- keys root --- */

static const struct argument_rule root_options[] = {
    { "out", "DIR", false, "folder for root.key, root.pem and root.crl; made when absent" },
    { "name", "NAME", false, "name in the certificate (default: yidi root)" },
    { "days", "DAYS", false, "how long the certificate is valid (default: 3650)" },
    { "crl-days", "DAYS", false, "how long the first revocation list counts (default: 365)" },
    { 0 },
};

static enum result
make_root(const struct arguments *arguments, struct written *written, struct refusal *ret_refusal)
{
    static const struct written_name files[] = {
        { "root.key", "private key of the root; keep it offline" },
        { "root.pem", "certificate of the root; every office trusts it" },
        { "root.crl", "list of revoked certificates, empty" },
    };
    unsigned days, crl_days;
    const char *name = arguments_text(arguments, "name");
    AUTO(root) struct root root = { 0 };

    enum result result = read_days(arguments, "days", ROOT_DAYS, &days, ret_refusal);
    if (result == OK)
        result = read_days(arguments, "crl-days", CRL_DAYS, &crl_days, ret_refusal);
    if (result == OK)
        result = prepare(written, arguments, files, 3, ret_refusal);
    if (result == OK)
        result = signing_key_create(written->files[0].path, &root.key, ret_refusal);
    if (result == OK)
        result = certificate_create_root(root.key, name == NULL ? "yidi root" : name, days,
                                         written->files[1].path, ret_refusal);
    if (result == OK)
        result = certificate_load(written->files[1].path, &root.certificate, ret_refusal);
    if (result == OK)
        result = certificate_create_crl(NULL, 0, crl_days, root.key, root.certificate,
                                        written->files[2].path, ret_refusal);
    return result;
}

static int
run_root(const struct settings *settings, const struct arguments *arguments)
{
    struct written written = { 0 };
    struct refusal refusal = { 0 };
    enum result result = make_root(arguments, &written, &refusal);
    return written_report(&written, settings, result, &refusal);
}

const struct command keys_root_command = {
    .name = "keys root",
    .synopsis = "--out DIR [--name NAME] [--days DAYS] [--crl-days DAYS]",
    .help = "make a root of trust: key, certificate, revocations",
    .description = "Whoever holds root.key decides which offices are trusted: keep it offline.\n"
                   "The offices need root.pem, and the newest root.crl.",
    .options = root_options,
    .offline = true,
    .run = run_root,
};

/* --- keys authority, keys office --- */

/* A key and a certificate for it in the first two of the files; what can be wrong with the command
 * line is checked before anything is written. */
static enum result
make_signer(const struct arguments *arguments, const char *name, const char *unit,
            const struct written_name *files, size_t file_count, struct written *written,
            struct refusal *ret_refusal)
{
    AUTO(root) struct root root = { 0 };
    AUTO(signing_key) struct signing_key *key = NULL;
    unsigned days;

    enum result result = read_days(arguments, "days", SIGNER_DAYS, &days, ret_refusal);
    if (result == OK)
        result = root_open(&root, arguments, ret_refusal);
    if (result == OK)
        result = prepare(written, arguments, files, file_count, ret_refusal);
    if (result == OK)
        result = signing_key_create(written->files[0].path, &key, ret_refusal);
    if (result != OK)
        return result;
    const struct certificate_request request = {
        .name = name, .unit = unit, .days = days, .path = written->files[1].path
    };
    return certificate_create(key, &request, root.key, root.certificate, ret_refusal);
}

static const struct argument_rule authority_options[] = {
    { "root", "DIR", false, "folder of root.key and root.pem" },
    { "out", "DIR", false, "folder for authority.key and authority.pem; made when absent" },
    { "name", "NAME", false, "name in the certificate (default: directory authority)" },
    { "days", "DAYS", false, "how long the certificate is valid (default: 730)" },
    { 0 },
};

static int
run_authority(const struct settings *settings, const struct arguments *arguments)
{
    static const struct written_name files[] = {
        { "authority.key", "private key that signs directories" },
        { "authority.pem", "its certificate" },
    };
    struct written written = { 0 };
    struct refusal refusal = { 0 };
    const char *name = arguments_text(arguments, "name");

    enum result result = make_signer(arguments, name == NULL ? DIRECTORY_AUTHORITY_UNIT : name,
                                     DIRECTORY_AUTHORITY_UNIT, files, 2, &written, &refusal);
    return written_report(&written, settings, result, &refusal);
}

const struct command keys_authority_command = {
    .name = "keys authority",
    .synopsis = "--root DIR --out DIR [--name NAME] [--days DAYS]",
    .help = "make the key and certificate that sign directories",
    .description = "",
    .options = authority_options,
    .offline = true,
    .run = run_authority,
};

static const struct argument_rule office_options[] = {
    { "role", "ROLE", false, "acceptance, registry or production" },
    { "root", "DIR", false, "folder of root.key and root.pem" },
    { "out", "DIR", false, "folder for the four files; made when absent" },
    { "days", "DAYS", false, "how long the certificate is valid (default: 730)" },
    { 0 },
};

static enum result
read_role(const struct arguments *arguments, const char **ret_unit, struct refusal *ret_refusal)
{
    static const Yidi__Role roles[] = { YIDI__ROLE__ACCEPTANCE, YIDI__ROLE__REGISTRY,
                                        YIDI__ROLE__PRODUCTION };
    const char *role = arguments_text(arguments, "role");

    for (size_t i = 0; i < sizeof roles / sizeof *roles && role != NULL; i++)
        if (strcmp(role, directory_role_unit(roles[i])) == 0) {
            *ret_unit = directory_role_unit(roles[i]);
            return OK;
        }
    return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "role",
                  "must be acceptance, registry or production");
}

/* transport.key for the office, transport.pub for the directory. */
static enum result
make_transport_key(const struct written *written, struct refusal *ret_refusal)
{
    uint8_t public_key[TRANSPORT_KEY_BYTES];
    char text[2 * TRANSPORT_KEY_BYTES + 2];

    enum result result = transport_key_create(written->files[2].path, public_key, ret_refusal);
    if (result != OK)
        return result;
    for (size_t i = 0; i < TRANSPORT_KEY_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", public_key[i]);
    memcpy(text + 2 * TRANSPORT_KEY_BYTES, "\n", 2);
    return file_write(written->files[3].path, bytes_of_text(text), 0644, FILE_NEW, ret_refusal);
}

static int
run_office(const struct settings *settings, const struct arguments *arguments)
{
    static const struct written_name files[] = {
        { "signing.key", "private key that signs the office's journal" },
        { "signing.pem", "its certificate, for the directory" },
        { "transport.key", "private key of the office's connections" },
        { "transport.pub", "its public key, for the directory" },
    };
    const char *code = arguments->operands[0];
    const char *unit = "";
    struct written written = { 0 };
    struct refusal refusal = { 0 };

    enum result result = office_code_check(code, "CODE", &refusal);
    if (result == OK)
        result = read_role(arguments, &unit, &refusal);
    if (result == OK)
        result = make_signer(arguments, code, unit, files, 4, &written, &refusal);
    if (result == OK)
        result = make_transport_key(&written, &refusal);
    return written_report(&written, settings, result, &refusal);
}

const struct command keys_office_command = {
    .name = "keys office",
    .synopsis = "CODE --role ROLE --root DIR --out DIR [--days DAYS]",
    .help = "make the keys and the certificate of one office",
    .description = "The office gets signing.key and transport.key; the directory names\n"
                   "signing.pem and transport.pub.",
    .options = office_options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .offline = true,
    .run = run_office,
};

/* --- keys revoke --- */

static const struct argument_rule revoke_options[] = {
    { "root", "DIR", false, "folder of root.key, root.pem and root.crl" },
    { "crl-days", "DAYS", false, "how long the new list counts (default: 365)" },
    { 0 },
};

struct revoked {
    size_t count;
    struct certificate *list[REVOKED_MAX];
};

static void
revoked_auto(struct revoked *revoked)
{
    for (size_t i = 0; i < revoked->count; i++)
        certificate_destroy(revoked->list[i]);
}

static enum result
revoke(const struct arguments *arguments, struct written *written, struct refusal *ret_refusal)
{
    AUTO(root) struct root root = { 0 };
    AUTO(revoked) struct revoked revoked = { 0 };
    unsigned crl_days;

    enum result result = read_days(arguments, "crl-days", CRL_DAYS, &crl_days, ret_refusal);
    if (result == OK)
        result = root_open(&root, arguments, ret_refusal);
    for (size_t i = 0; i < arguments->operand_count && result == OK; i++) {
        result = certificate_load(arguments->operands[i], &revoked.list[i], ret_refusal);
        revoked.count += result == OK;
    }
    if (result == OK)
        result = certificate_create_crl((const struct certificate *const *)revoked.list,
                                        revoked.count, crl_days, root.key, root.certificate,
                                        root.crl_path, ret_refusal);
    if (result == OK)
        written_add(written, arguments_text(arguments, "root"), "root.crl",
                    "list of revoked certificates; every office needs it");
    return result;
}

static int
run_revoke(const struct settings *settings, const struct arguments *arguments)
{
    struct written written = { 0 };
    struct refusal refusal = { 0 };
    enum result result = revoke(arguments, &written, &refusal);
    return written_report(&written, settings, result, &refusal);
}

const struct command keys_revoke_command = {
    .name = "keys revoke",
    .synopsis = "--root DIR [--crl-days DAYS] [CERTIFICATE.pem...]",
    .help = "revoke certificates, or let the list count longer",
    .description = "Rewrites root.crl with all that it lists already and the given certificates.\n"
                   "Without certificates the list stays as it is and counts from now.",
    .options = revoke_options,
    .operand_count_max = REVOKED_MAX,
    .offline = true,
    .run = run_revoke,
};
