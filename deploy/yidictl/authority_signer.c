/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/authority_signer.h"

#include "common/io/authority_signature.h"
#include "common/io/file.h"
#include "deploy/yidictl/written.h"

enum result
authority_signer_read(const struct arguments *arguments, struct authority_signer *ret_signer,
                      struct refusal *ret_refusal)
{
    enum result result = written_option(arguments, "key", &ret_signer->key_path, ret_refusal);
    if (result == OK)
        result =
            written_option(arguments, "certificate", &ret_signer->certificate_path, ret_refusal);
    return result == OK ? written_option(arguments, "out", &ret_signer->out, ret_refusal) : result;
}

enum result
authority_signer_open(struct authority_signer *signer, struct refusal *ret_refusal)
{
    enum result result = signing_key_load(signer->key_path, &signer->key, ret_refusal);
    if (result == OK)
        result = certificate_load(signer->certificate_path, &signer->certificate, ret_refusal);
    return result == OK
               ? authority_signature_check_signer(signer->key, signer->certificate, ret_refusal)
               : result;
}

void
authority_signer_close(struct authority_signer *signer)
{
    signing_key_destroy(MOVE(signer->key));
    certificate_destroy(MOVE(signer->certificate));
}

enum result
authority_signer_write(const struct authority_signer *signer, struct bytes signed_bytes,
                       struct refusal *ret_refusal)
{
    return file_write(signer->out, signed_bytes, 0644, FILE_REPLACE, ret_refusal);
}
