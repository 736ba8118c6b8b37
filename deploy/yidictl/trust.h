/* SPDX-License-Identifier: Apache-2.0
 *
 * trust - what an offline check believes: a root, its revocations, and a directory signed under it.
 */
#ifndef YIDICTL_TRUST_H
#define YIDICTL_TRUST_H

#include "common/io/directory.h"
#include "common/io/envelope.h"
#include "common/io/signature.h"
#include "deploy/yidictl/arguments.h"
#include "deploy/yidictl/command.h"

struct trust {
    struct trust_root *root;
    struct directory *directory;
    struct envelope_verifier verifier;
};

/* The options that trust_open reads: put them into the command's table. */
#define TRUST_OPTIONS                                                                              \
    { "directory", "FILE", false, "the signed directory of offices" },                             \
        { "root", "root.pem", false, "the root certificate that is trusted" },                     \
    {                                                                                              \
        "crl", "FILE", false, "the root's list of revoked certificates"                            \
    }

/* Load what --directory, --root and --crl name. Answers an exit status and has reported. */
int trust_open(struct trust *trust, const struct settings *settings,
               const struct arguments *arguments) MUST_CHECK;
void trust_close(struct trust *trust);

static inline void
trust_auto(struct trust *trust)
{
    trust_close(trust);
}

#endif
