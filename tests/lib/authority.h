/* SPDX-License-Identifier: Apache-2.0
 *
 * authority - a root of trust in a temporary folder, that certifies keys for tests.
 *
 * Anything that fails here ends the test.
 */
#ifndef TESTS_AUTHORITY_H
#define TESTS_AUTHORITY_H

#include "common/io/signature.h"

enum { AUTHORITY_PATH_BYTES = 256, AUTHORITY_DAYS = 400 };

struct authority {
    char folder[AUTHORITY_PATH_BYTES];
    unsigned file_count;
    struct signing_key *key;
    struct certificate *root;
};

/* Make the folder, root.key and root.pem. */
void authority_open(struct authority *authority);

/* Remove all of it. */
void authority_close(struct authority *authority);

/* Path of a file in the folder. */
void authority_path(const struct authority *authority, const char *file,
                    char ret_path[AUTHORITY_PATH_BYTES]);

/* A key and a certificate for it, valid from an hour ago for AUTHORITY_DAYS. */
void authority_issue(struct authority *authority, const char *name, const char *unit,
                     struct signing_key **ret_key, struct certificate **ret_certificate);

/* Add certificates to root.crl, which is good for AUTHORITY_DAYS. */
void authority_revoke(struct authority *authority, const struct certificate *const *revoked,
                      size_t revoked_count);

/* The root as an office loads it, with root.crl or without. */
struct trust_root *authority_trust(const struct authority *authority, bool with_crl);

#endif
