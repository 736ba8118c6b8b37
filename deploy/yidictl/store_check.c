/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/store_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io/store.h"
#include "common/io/store_blame.h"
#include "common/io/tree_head.h"
#include "common/io/wire.h"
#include "proto/envelope.pb-c.h"

struct answer { /* what the other process found */
    enum result result;
    struct refusal refusal;
    struct store_check check;
};

struct question {
    const char *directory;
    const char *office;
    struct envelope_verifier *verifier;
    enum store_check_depth depth;
};

/* ---- in the other process ---- */

/* Whose store is it? Its first entry says so. */
static enum result
check_owner(struct store_txn *txn, const struct question *question, struct refusal *ret_refusal)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    struct bytes packed;
    ProtobufCMessage *envelope, *entry;
    if (journal_envelope(txn, 0, &arena, &packed) != OK ||
        wire_decode(&yidi__envelope__descriptor, packed, &arena, &envelope, NULL) != OK)
        return OK; /* what is wrong is found later */
    ProtobufCBinaryData leaf = ((const Yidi__Envelope *)envelope)->entry;
    if (wire_decode(&yidi__journal_entry__descriptor, bytes_of(leaf.data, leaf.len), &arena, &entry,
                    NULL) != OK)
        return OK;
    const char *owner = ((const Yidi__JournalEntry *)entry)->office;
    return strcmp(owner, question->office) == 0
               ? OK
               : refuse(ret_refusal, REFUSAL_STORE_FOREIGN, question->directory,
                        "this store is of office %s, not of %s", owner, question->office);
}

/* Where the journal stands, if tree and last head agree. */
static enum result
check_journal(struct store_txn *txn, const struct question *question, struct store_check *check,
              struct refusal *ret_refusal)
{
    struct journal journal;
    struct tree_head head = { 0 };
    enum result result = journal_open(&journal, question->office, NULL, NULL, txn);
    if (result == OK && journal.head[0] != '\0')
        result = tree_head_decode(journal.head, &head);
    if (result != OK)
        return refuse(ret_refusal, REFUSAL_STORE_DAMAGED, question->directory,
                      "journal, tree and last head do not agree");
    check->epoch = journal.epoch;
    check->entries = journal.committed.size;
    check->head_time_ms = head.time_ms;
    memcpy(check->head, journal.head, sizeof check->head);
    return OK;
}

static enum result
check_all(struct store_txn *txn, const struct question *question, struct store_check *check,
          struct refusal *ret_refusal)
{
    struct journal_report *report = &check->report;
    enum result result = journal_audit(txn, question->office, question->verifier, report);
    if (result == OK && report->trouble[0] == '\0')
        return OK;
    return refuse(ret_refusal, REFUSAL_STORE_DAMAGED, question->directory, "%s",
                  report->trouble[0] == '\0' ? "it cannot be read" : report->trouble);
}

static enum result
look(const struct question *question, struct store_check *check, struct refusal *ret_refusal)
{
    AUTO(store) struct store *store = NULL;
    AUTO(store_txn) struct store_txn *txn = NULL;
    enum result result = store_open_readonly(question->directory, &store);
    if (result == OK)
        result = store_begin_read(store, &txn);
    if (result != OK)
        return store_blame(question->directory, question->directory, result, ret_refusal);
    result = check_owner(txn, question, ret_refusal);
    if (result == OK && question->depth == STORE_CHECK_FULL)
        result = check_all(txn, question, check, ret_refusal);
    if (result == OK)
        result = check_journal(txn, question, check, ret_refusal);
    return result;
}

/* Whatever kills it is neither shown nor kept: a core would hold personal data. */
static _Noreturn void
answer_and_end(const struct question *question, int out)
{
    static struct answer answer;
    const struct rlimit none = { 0 };
    int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    (void)setrlimit(RLIMIT_CORE, &none);
    if (nothing >= 0)
        (void)dup2(nothing, STDERR_FILENO);
    answer.result = look(question, &answer.check, &answer.refusal);
    _exit(write(out, &answer, sizeof answer) == (ssize_t)sizeof answer ? 0 : 1);
}

/* ---- in this one ---- */

static bool
read_answer(int in, struct answer *ret_answer)
{
    uint8_t *place = (uint8_t *)ret_answer;
    size_t size = 0;
    while (size < sizeof *ret_answer) {
        ssize_t got = read(in, place + size, sizeof *ret_answer - size);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        size += got > 0 ? (size_t)got : 0;
    }
    return true;
}

static bool
ask(const struct question *question, struct answer *ret_answer)
{
    int ends[2], status;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    pid_t child = fork();
    if (child == 0)
        answer_and_end(question, ends[1]);
    close(ends[1]);
    bool answered = child > 0 && read_answer(ends[0], ret_answer);
    close(ends[0]);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return answered;
}

enum result
store_check(const char *directory, const char *office, struct envelope_verifier *verifier,
            enum store_check_depth depth, struct store_check *ret_check,
            struct refusal *ret_refusal)
{
    const struct question question = { directory, office, verifier, depth };
    struct answer answer = { 0 };
    bool answered = ask(&question, &answer);
    *ret_check = answer.check;
    if (!answered)
        return refuse(ret_refusal, REFUSAL_STORE_DAMAGED, directory,
                      "its pages are damaged: whoever reads them is killed");
    if (answer.result == ERR_REFUSED)
        *ret_refusal = answer.refusal;
    return answer.result;
}
