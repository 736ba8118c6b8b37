/* SPDX-License-Identifier: Apache-2.0 */
#include "acceptance-node/request_key.h"

#include "common/io/dossier.h"

enum { REQUEST_BYTES = CASE_NUMBER_CHARS + DIGEST_BYTES };

void
request_key_init(struct request_key *key, const char *text, const char *command,
                 const struct digest *content)
{
    const struct bytes parts[] = { bytes_of_text(command), bytes_of(content->bytes, DIGEST_BYTES) };
    key->text = text;
    key->content = *content;
    if (command[0] != '\0')
        signature_digest(parts, sizeof parts / sizeof *parts, &key->content);
}

static enum result
find(struct store_txn *txn, const char *text, char ret_case_number[CASE_NUMBER_CHARS + 1],
     struct bytes *ret_known)
{
    if (text[0] == '\0')
        return ERR_ABSENT;
    enum result result = store_get(txn, TABLE_REQUESTS, bytes_of_text(text), ret_known);
    if (result == OK && ret_known->size != REQUEST_BYTES)
        return ERR_DAMAGED;
    if (result != OK)
        return result;
    memcpy(ret_case_number, ret_known->data, CASE_NUMBER_CHARS);
    ret_case_number[CASE_NUMBER_CHARS] = '\0';
    return OK;
}

enum result
request_key_case(struct store_txn *txn, const char *text,
                 char ret_case_number[CASE_NUMBER_CHARS + 1])
{
    struct bytes unused;
    return find(txn, text, ret_case_number, &unused);
}

enum result
request_key_find(struct store_txn *txn, const struct request_key *key,
                 char ret_case_number[CASE_NUMBER_CHARS + 1], struct refusal *ret_refusal)
{
    struct bytes known;
    enum result result = find(txn, key->text, ret_case_number, &known);
    if (result != OK)
        return result;
    if (memcmp(known.data + CASE_NUMBER_CHARS, key->content.bytes, DIGEST_BYTES) != 0)
        return refuse(ret_refusal, REFUSAL_REQUEST_KEY_TAKEN, "request_key",
                      "this key was used for case %s, with other content", ret_case_number);
    return OK;
}

enum result
request_key_put(struct store_txn *txn, const struct request_key *key, const char *case_number)
{
    uint8_t request[REQUEST_BYTES];
    if (key->text[0] == '\0')
        return OK;
    memcpy(request, case_number, CASE_NUMBER_CHARS);
    memcpy(request + CASE_NUMBER_CHARS, key->content.bytes, DIGEST_BYTES);
    enum result result = dossier_add_request(txn, case_number, key->text);
    return result == OK ? store_put(txn, TABLE_REQUESTS, bytes_of_text(key->text),
                                    bytes_of(request, sizeof request))
                        : result;
}
