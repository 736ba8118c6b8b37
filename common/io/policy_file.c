/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/policy_file.h"

#include <stdlib.h>

#include "common/io/authority_document.h"

static const struct authority_document document = {
    .kind = { "yidi policy v1\n", "policy", REFUSAL_POLICY_INVALID },
    .body_bytes_max = POLICY_BYTES_MAX,
    .outer = &yidi__signed_policy__descriptor,
    .body = &yidi__policy__descriptor,
};

struct policy_file {
    struct arena arena; /* of everything here */
    struct bytes signed_bytes;
    Yidi__Policy *body;
    struct policy policy;
    char signer[SIGNATURE_NAME_BYTES];
};

/* ---- the rules, as the domain knows them ---- */

enum result
policy_file_view(const Yidi__Policy *wire, struct arena *arena, struct policy *ret_policy)
{
    struct policy_rule *rules = arena_take(arena, (wire->n_rules + 1) * sizeof *rules);
    if (rules == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < wire->n_rules; i++) {
        const Yidi__PolicyRule *rule = wire->rules[i];
        rules[i] = (struct policy_rule){ .key = policy_key_find(rule->key),
                                         .name = rule->key,
                                         .value = rule->value,
                                         .from = rule->from,
                                         .until = rule->until,
                                         .province = rule->province,
                                         .note = rule->note };
    }
    *ret_policy =
        (struct policy){ .version = wire->version, .rules = rules, .rule_count = wire->n_rules };
    if (wire->calendar != NULL)
        ret_policy->calendar =
            (struct calendar){ wire->calendar->holidays, wire->calendar->n_holidays,
                               wire->calendar->working_weekends,
                               wire->calendar->n_working_weekends };
    return OK;
}

static void
keep_first_grave(void *context, const struct policy_fault *fault)
{
    struct policy_fault *first = context;
    if (first->text[0] == '\0' && !policy_fault_is_light(fault->kind))
        *first = *fault;
}

static enum result
check_rules(const struct policy *policy, struct refusal *ret_refusal)
{
    struct policy_fault first = { .text = "" };
    (void)policy_check(policy, keep_first_grave, &first);
    if (first.text[0] == '\0')
        return OK;
    return refuse(ret_refusal, REFUSAL_POLICY_INVALID, first.field, "%s", first.text);
}

/* ---- opening ---- */

static enum result
open_signed(struct policy_file *file, const struct trust_root *root, uint64_t now_ms,
            struct refusal *ret_refusal)
{
    ProtobufCMessage *body;
    enum result result = authority_document_open(&document, file->signed_bytes, root, now_ms,
                                                 &file->arena, &body, file->signer, ret_refusal);
    if (result != OK)
        return result;
    file->body = (Yidi__Policy *)body;
    result = policy_file_view(file->body, &file->arena, &file->policy);
    return result == OK && root != NULL ? check_rules(&file->policy, ret_refusal) : result;
}

enum result
policy_file_decode(struct bytes signed_bytes, const struct trust_root *root, uint64_t now_ms,
                   struct policy_file **ret_file, struct refusal *ret_refusal)
{
    enum result result = authority_document_check_size(&document, signed_bytes.size, ret_refusal);
    if (result != OK)
        return result;
    AUTO(policy_file) struct policy_file *file = calloc(1, sizeof *file);
    if (file == NULL)
        return ERR_MEMORY;
    arena_init(&file->arena);
    file->signed_bytes = arena_copy(&file->arena, signed_bytes);
    if (file->signed_bytes.data == NULL)
        return ERR_MEMORY;
    result = open_signed(file, root, now_ms, ret_refusal);
    if (result == OK)
        *ret_file = MOVE(file);
    return result;
}

enum result
policy_file_decode_former(struct bytes signed_bytes, const struct trust_root *root, uint64_t now_ms,
                          struct policy_file **ret_file, struct refusal *ret_refusal)
{
    AUTO(policy_file) struct policy_file *unchecked = NULL;
    enum result result = policy_file_decode(signed_bytes, NULL, 0, &unchecked, ret_refusal);
    if (result != OK)
        return result;
    uint64_t issued_ms = unchecked->body->issued_ms;
    return policy_file_decode(signed_bytes, root, issued_ms < now_ms ? issued_ms : now_ms, ret_file,
                              ret_refusal);
}

enum result
policy_file_load(const char *path, const struct trust_root *root, uint64_t now_ms,
                 struct policy_file **ret_file, struct refusal *ret_refusal)
{
    AUTO(heap) uint8_t *data = NULL;
    size_t size;
    enum result result = authority_document_read(&document, path, &data, &size, ret_refusal);
    if (result != OK)
        return result;
    return policy_file_decode(bytes_of(data, size), root, now_ms, ret_file, ret_refusal);
}

void
policy_file_destroy(struct policy_file *file)
{
    if (file == NULL)
        return;
    arena_fini(&file->arena);
    free(file);
}

/* ---- asking ---- */

const struct policy *
policy_file_policy(const struct policy_file *file)
{
    return &file->policy;
}

const Yidi__Policy *
policy_file_body(const struct policy_file *file)
{
    return file->body;
}

struct bytes
policy_file_signed_bytes(const struct policy_file *file)
{
    return file->signed_bytes;
}

const char *
policy_file_signer(const struct policy_file *file)
{
    return file->signer;
}

void
policy_file_digest(const struct policy_file *file, struct digest *ret_digest)
{
    signature_digest_one(file->signed_bytes, ret_digest);
}

/* ---- signing ---- */

enum result
policy_file_sign(struct bytes packed_policy, const struct signing_key *key,
                 const struct certificate *certificate, struct arena *arena,
                 struct bytes *ret_signed)
{
    return authority_document_sign(&document, packed_policy, key, certificate, arena, ret_signed);
}
