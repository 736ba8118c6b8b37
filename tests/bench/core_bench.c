/* SPDX-License-Identifier: Apache-2.0
 *
 * core_bench - the price of single things: hashing, proofs, signatures, bounds, photos, commits.
 *
 *     BENCH_ROUND_MS  how long each is repeated (500)
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/io/envelope.h"
#include "common/io/journal.h"
#include "common/io/photo.h"
#include "common/io/wire.h"
#include "tests/bench/bench.h"
#include "tests/bench/load.h"
#include "tests/lib/network.h"

enum { HEADS = 200, PHOTOS = 32, MEBIBYTE = 1024 * 1024 };

struct core {
    struct network *network;
    struct network_office *office;
    struct arena arena; /* what lives as long as the bench */
    struct arena scratch;
    struct trust_root *root;
    struct directory *directory;
    struct envelope_verifier verifier;
    struct store *store;
    struct journal journal;
    struct load *load;
    struct made_application application;
    struct bytes envelopes[HEADS]; /* each under a head of its own */
    struct bytes message;          /* packed Message with an ApplicationSubmitted */
    uint64_t now_ms;
    uint64_t put_count;
    uint8_t *mebibyte;
};

static void
expect_ok(enum result result, const char *what)
{
    if (result != OK)
        bench_fail("%s failed (%d)", what, (int)result);
}

/* ---- what is measured ---- */

static void
append_leaf(struct core *core, size_t index)
{
    struct digest leaf, stored[64];
    merkle_leaf_hash(signature_digest, core->message, &leaf);
    (void)index;
    (void)merkle_frontier_append(&core->journal.pending, &leaf, stored);
}

static void
verify_envelope(struct core *core, size_t index)
{
    struct envelope envelope;
    struct refusal refusal;
    expect_ok(envelope_verify(&core->verifier, core->envelopes[index], &core->scratch, &envelope,
                              &refusal),
              "envelope_verify");
    arena_reset(&core->scratch);
}

static void
verify_cached(struct core *core, size_t index)
{
    (void)index;
    verify_envelope(core, 0);
}

/* Each round through the heads begins with none remembered. */
static void
verify_uncached(struct core *core, size_t index)
{
    if (index % HEADS == 0)
        envelope_verifier_init(&core->verifier, core->directory);
    verify_envelope(core, index % HEADS);
}

static void
decode_message(struct core *core, size_t index)
{
    ProtobufCMessage *decoded;
    (void)index;
    expect_ok(
        wire_decode(&yidi__message__descriptor, core->message, &core->scratch, &decoded, NULL),
        "wire_decode");
    arena_reset(&core->scratch);
}

static void
check_photo(struct core *core, size_t index)
{
    expect_ok(photo_check(load_photo(core->load, index % PHOTOS), NULL), "photo_check");
}

static void
digest_photo(struct core *core, size_t index)
{
    struct digest digest;
    signature_digest_one(load_photo(core->load, index % PHOTOS), &digest);
}

static void
sign_head(struct core *core, size_t index)
{
    char text[TREE_HEAD_BYTES_MAX];
    struct tree_head head = { .epoch = 1, .size = index + 1, .time_ms = core->now_ms };
    snprintf(head.office, sizeof head.office, "%s", core->office->code);
    expect_ok(tree_head_sign(&head, core->office->key, core->office->certificate, text),
              "tree_head_sign");
}

static void
commit_value(struct core *core, struct bytes value)
{
    struct store_txn *txn;
    uint8_t key[8];
    bytes_put_u64(key, core->put_count++);
    expect_ok(store_begin_write(core->store, &txn), "store_begin_write");
    expect_ok(store_put(txn, TABLE_BLOBS, bytes_of(key, sizeof key), value), "store_put");
    expect_ok(store_commit(txn), "store_commit");
}

static void
commit_small(struct core *core, size_t index)
{
    (void)index;
    commit_value(core, bytes_of(core->mebibyte, 100));
}

static void
commit_mebibyte(struct core *core, size_t index)
{
    core->mebibyte[0] = (uint8_t)index;
    commit_value(core, bytes_of(core->mebibyte, MEBIBYTE));
}

/* ---- making ready ---- */

static void
pack_message(struct core *core, Yidi__Message *message, Yidi__ApplicationSubmitted *submitted)
{
    static uint8_t digest[DIGEST_BYTES];
    yidi__application_submitted__init(submitted);
    submitted->form = &core->application.form;
    submitted->form->photo_digest = (ProtobufCBinaryData){ .data = digest, .len = DIGEST_BYTES };
    submitted->production_office = (char *)core->network->offices[YUEXIU].code;
    submitted->accepted_ms = core->now_ms;
    yidi__message__init(message);
    message->case_number = "44030551010020260101000001";
    message->body_case = YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED;
    message->application_submitted = submitted;
    core->message = wire_encode(&message->base, &core->arena);
}

/* One entry under one signed head, as a message of an office that has nothing else to do. */
static void
make_envelope(struct core *core, Yidi__Message *message, size_t index)
{
    struct store_txn *txn;
    uint64_t leaf;
    Yidi__Sent sent = YIDI__SENT__INIT;
    sent.to = (char *)core->network->offices[TIANHE].code;
    sent.sequence = index + 1;
    sent.message = message;
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_SENT;
    entry.sent = &sent;
    expect_ok(store_begin_write(core->store, &txn), "store_begin_write");
    expect_ok(journal_append(&core->journal, txn, &entry, core->now_ms, &core->scratch, &leaf),
              "journal_append");
    expect_ok(journal_seal(&core->journal, txn, core->now_ms), "journal_seal");
    expect_ok(journal_envelope(txn, leaf, &core->arena, &core->envelopes[index]),
              "journal_envelope");
    expect_ok(store_commit(txn), "store_commit");
    journal_committed(&core->journal);
}

static void
open_store(struct core *core)
{
    char path[NETWORK_PATH_BYTES];
    struct store_txn *txn;
    const struct network_office *office = core->office;
    expect_ok(store_open(network_path(office, "data", path), UINT64_C(16) << 30, &core->store),
              "store_open");
    expect_ok(store_begin_read(core->store, &txn), "store_begin_read");
    expect_ok(journal_open(&core->journal, office->code, office->key, office->certificate, txn),
              "journal_open");
    store_abort(txn);
}

static void
open_directory(struct core *core)
{
    struct refusal refusal = { 0 };
    core->root = authority_trust(&core->network->authority, true);
    struct bytes signed_directory = network_make_directory(core->network, NULL, &core->arena);
    expect_ok(
        directory_decode(signed_directory, core->root, core->now_ms, &core->directory, &refusal),
        "directory_decode");
    envelope_verifier_init(&core->verifier, core->directory);
}

static void
prepare(struct core *core)
{
    struct made_citizen citizen;
    Yidi__Message message;
    Yidi__ApplicationSubmitted submitted;
    core->network = calloc(1, sizeof *core->network);
    core->mebibyte = calloc(1, MEBIBYTE);
    if (core->network == NULL || core->mebibyte == NULL)
        bench_fail("out of memory");
    core->now_ms = (uint64_t)time(NULL) * 1000;
    arena_init(&core->arena);
    arena_init(&core->scratch);
    network_open(core->network, NULL);
    core->office = &core->network->offices[SHENZHEN];
    core->load = load_new(core->network->offices[TIANHE].area, "clerk1", 1, PHOTOS);
    citizen_make(1, core->network->offices[TIANHE].area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &core->application);
    open_store(core);
    open_directory(core);
    pack_message(core, &message, &submitted);
    for (size_t i = 0; i < HEADS; i++)
        make_envelope(core, &message, i);
    arena_reset(&core->scratch);
}

static void
clean_up(struct core *core)
{
    store_close(core->store);
    directory_destroy(core->directory);
    trust_root_destroy(core->root);
    load_destroy(core->load);
    arena_fini(&core->scratch);
    arena_fini(&core->arena);
    network_close(core->network, false);
    free(core->network);
    free(core->mebibyte);
    free(core);
}

/* How often one thing can be done in a second. */
static double
measure(struct core *core, void (*once)(struct core *core, size_t index))
{
    const double round_ms = (double)bench_setting("BENCH_ROUND_MS", 500);
    size_t count = 0;
    double start_ms = bench_now_ms(), now_ms = start_ms;
    while (now_ms - start_ms < round_ms) {
        for (int i = 0; i < 4; i++)
            once(core, count++);
        now_ms = bench_now_ms();
    }
    return (double)count / (now_ms - start_ms) * 1e3;
}

int
main(void)
{
    struct core *core = calloc(1, sizeof *core);
    struct measures measures = { .title = "core" };
    if (core == NULL)
        bench_fail("out of memory");
    prepare(core);
    measures_add(&measures, "message", "bytes packed", (double)core->message.size);
    measures_add(&measures, "envelope", "bytes packed", (double)core->envelopes[HEADS - 1].size);
    measures_add(&measures, "merkle_append", "leaves/s", measure(core, append_leaf));
    measures_add(&measures, "envelope_verify_cached", "/s", measure(core, verify_cached));
    measures_add(&measures, "envelope_verify_uncached", "/s", measure(core, verify_uncached));
    measures_add(&measures, "tree_head_sign", "/s", measure(core, sign_head));
    measures_add(&measures, "wire_decode_application", "/s", measure(core, decode_message));
    measures_add(&measures, "photo_check", "/s", measure(core, check_photo));
    measures_add(&measures, "photo_digest", "/s", measure(core, digest_photo));
    measures_add(&measures, "store_commit_small", "ms", 1e3 / measure(core, commit_small));
    measures_add(&measures, "store_commit_1_mib", "ms", 1e3 / measure(core, commit_mebibyte));
    measures_print(&measures);
    clean_up(core);
    return 0;
}
