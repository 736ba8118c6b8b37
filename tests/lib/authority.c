/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/authority.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

void
authority_path(const struct authority *authority, const char *file,
               char ret_path[AUTHORITY_PATH_BYTES])
{
    int size = snprintf(ret_path, AUTHORITY_PATH_BYTES, "%s/%s", authority->folder, file);
    assert_in_range(size, 1, AUTHORITY_PATH_BYTES - 1);
}

void
authority_open(struct authority *authority)
{
    const char *parent = getenv("TMPDIR");
    char path[AUTHORITY_PATH_BYTES];

    *authority = (struct authority){ 0 };
    snprintf(authority->folder, sizeof authority->folder, "%s/yidi-authority.XXXXXX",
             parent == NULL ? "/tmp" : parent);
    assert_non_null(mkdtemp(authority->folder));
    authority_path(authority, "root.key", path);
    assert_int_equal(signing_key_create(path, &authority->key, NULL), OK);
    authority_path(authority, "root.pem", path);
    assert_int_equal(
        certificate_create_root(authority->key, "test root", AUTHORITY_DAYS, path, NULL), OK);
    assert_int_equal(certificate_load(path, &authority->root, NULL), OK);
}

static int
remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void
authority_close(struct authority *authority)
{
    certificate_destroy(authority->root);
    signing_key_destroy(authority->key);
    assert_int_equal(nftw(authority->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

void
authority_issue(struct authority *authority, const char *name, const char *unit,
                struct signing_key **ret_key, struct certificate **ret_certificate)
{
    char file[32], path[AUTHORITY_PATH_BYTES];

    snprintf(file, sizeof file, "%u.key", authority->file_count);
    authority_path(authority, file, path);
    assert_int_equal(signing_key_create(path, ret_key, NULL), OK);
    snprintf(file, sizeof file, "%u.pem", authority->file_count++);
    authority_path(authority, file, path);
    const struct certificate_request request = {
        .name = name, .unit = unit, .days = AUTHORITY_DAYS, .path = path
    };
    assert_int_equal(certificate_create(*ret_key, &request, authority->key, authority->root, NULL),
                     OK);
    assert_int_equal(certificate_load(path, ret_certificate, NULL), OK);
}

void
authority_revoke(struct authority *authority, const struct certificate *const *revoked,
                 size_t revoked_count)
{
    char path[AUTHORITY_PATH_BYTES];

    authority_path(authority, "root.crl", path);
    assert_int_equal(certificate_create_crl(revoked, revoked_count, AUTHORITY_DAYS, authority->key,
                                            authority->root, path, NULL),
                     OK);
}

struct trust_root *
authority_trust(const struct authority *authority, bool with_crl)
{
    char root_path[AUTHORITY_PATH_BYTES], crl_path[AUTHORITY_PATH_BYTES];
    struct trust_root *root = NULL;

    authority_path(authority, "root.pem", root_path);
    authority_path(authority, "root.crl", crl_path);
    assert_int_equal(trust_root_load(root_path, with_crl ? crl_path : NULL, &root, NULL), OK);
    return root;
}
