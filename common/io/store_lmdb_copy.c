/* SPDX-License-Identifier: Apache-2.0
 *
 * store_lmdb_copy - a consistent copy of a store that is being written to, over LMDB.
 *
 * LMDB's compacting copy takes one read transaction and nothing else. (Its plain copy takes the
 * writer's lock for a moment, and copies freed pages too.) It writes to a pipe, and whoever wants
 * the copy takes it from there as fast as it likes.
 */
#include "common/io/store_lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { PIECE_BYTES = 1024 * 1024 };

struct copier {
    MDB_env *environment;
    int out;
    int code;
};

static void *
copy_into_pipe(void *context)
{
    struct copier *copier = context;
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE); /* whoever takes the copy may have enough of it */
    (void)pthread_sigmask(SIG_BLOCK, &broken_pipe, NULL);
    copier->code = mdb_env_copyfd2(copier->environment, copier->out, MDB_CP_COMPACT);
    close(copier->out);
    return NULL;
}

/* Fill the piece, unless the pipe ends before. */
static enum result
read_piece(int in, uint8_t *piece, size_t *ret_size)
{
    size_t size = 0;
    ssize_t got = 1;
    while (size < PIECE_BYTES && got != 0) {
        got = read(in, piece + size, PIECE_BYTES - size);
        if (got < 0 && errno != EINTR)
            return ERR_IO;
        size += got > 0 ? (size_t)got : 0;
    }
    *ret_size = size;
    return OK;
}

static enum result
pass_on(int in, store_take_fn *take, void *context)
{
    AUTO(heap) uint8_t *piece = malloc(PIECE_BYTES);
    enum result result = piece == NULL ? ERR_MEMORY : OK;
    size_t size = PIECE_BYTES;
    while (result == OK && size == PIECE_BYTES) {
        result = read_piece(in, piece, &size);
        if (result == OK && size > 0)
            result = take(context, bytes_of(piece, size));
    }
    return result;
}

/* The copy does not adapt to a map that the daemon has made larger; a read does. */
static enum result
adapt_map(struct store *store)
{
    struct store_txn *txn = NULL;
    enum result result = store_begin_read(store, &txn);
    if (result == OK)
        store_abort(txn);
    return result;
}

enum result
store_copy(struct store *store, store_take_fn *take, void *context)
{
    pthread_t thread;
    int ends[2];
    enum result result = adapt_map(store);
    if (result != OK)
        return result;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return ERR_IO;
    struct copier copier = { .environment = store->environment, .out = ends[1] };
    if (pthread_create(&thread, NULL, copy_into_pipe, &copier) != 0) {
        close(ends[0]);
        close(ends[1]);
        return ERR_MEMORY;
    }
    result = pass_on(ends[0], take, context);
    close(ends[0]); /* ends a copy that is not wanted any more */
    (void)pthread_join(thread, NULL);
    return result == OK ? store_lmdb_result(copier.code) : result;
}
