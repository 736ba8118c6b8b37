/* SPDX-License-Identifier: Apache-2.0
 *
 * authority_signer - whoever signs for the directory authority: which key and certificate, and
 * where what is signed goes. Does not know what is signed.
 */
#ifndef YIDICTL_AUTHORITY_SIGNER_H
#define YIDICTL_AUTHORITY_SIGNER_H

#include "common/io/signature.h"
#include "deploy/yidictl/arguments.h"

/* The options that authority_signer_open reads: put them into the command's table. */
#define AUTHORITY_SIGNER_OPTIONS                                                                   \
    { "key", "FILE", false, "the authority's private key" },                                       \
        { "certificate", "FILE", false, "the authority's certificate" },                           \
    {                                                                                              \
        "out", "FILE", false, "where what is signed goes; replaced when it is there"               \
    }

struct authority_signer {
    const char *key_path;
    const char *certificate_path;
    const char *out;
    struct signing_key *key;         /* owned */
    struct certificate *certificate; /* owned */
};

/* Read the options; OPTION_INVALID when one is missing. Nothing is opened yet. */
enum result authority_signer_read(const struct arguments *arguments,
                                  struct authority_signer *ret_signer,
                                  struct refusal *ret_refusal) MUST_CHECK;

/* Load key and certificate, which must belong together and be the authority's. KEY_INVALID,
 * CERTIFICATE_INVALID, FILE_UNREADABLE */
enum result authority_signer_open(struct authority_signer *signer,
                                  struct refusal *ret_refusal) MUST_CHECK;
void authority_signer_close(struct authority_signer *signer);

/* Write what was signed to its place. */
enum result authority_signer_write(const struct authority_signer *signer, struct bytes signed_bytes,
                                   struct refusal *ret_refusal) MUST_CHECK;

static inline void
authority_signer_auto(struct authority_signer *signer)
{
    authority_signer_close(signer);
}

#endif
