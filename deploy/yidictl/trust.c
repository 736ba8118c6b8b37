/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/trust.h"

#include <time.h>

#include "deploy/yidictl/report.h"

int
trust_open(struct trust *trust, const struct settings *settings, const struct arguments *arguments)
{
    struct refusal refusal = { 0 };
    trust->root = NULL;
    trust->directory = NULL;
    const char *directory_path = arguments_text(arguments, "directory");
    const char *root_path = arguments_text(arguments, "root");
    if (directory_path == NULL || root_path == NULL)
        return report_usage(settings,
                            refuse(&refusal, REFUSAL_OPTION_INVALID,
                                   directory_path == NULL ? "directory" : "root", "must be given"),
                            &refusal);

    uint64_t now_ms = (uint64_t)time(NULL) * 1000;
    enum result result =
        trust_root_load(root_path, arguments_text(arguments, "crl"), &trust->root, &refusal);
    if (result == OK)
        result = directory_load(directory_path, trust->root, now_ms, &trust->directory, &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);
    trust->verifier = (struct envelope_verifier){ 0 };
    envelope_verifier_init(&trust->verifier, trust->directory);
    return EXIT_DONE;
}

void
trust_close(struct trust *trust)
{
    if (trust->directory != NULL)
        directory_destroy(MOVE(trust->directory));
    if (trust->root != NULL)
        trust_root_destroy(MOVE(trust->root));
}
