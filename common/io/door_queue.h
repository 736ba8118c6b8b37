/* SPDX-License-Identifier: Apache-2.0
 *
 * door_queue - exchanges that wait for the office, each for an answer of its own or for one that
 * many share.
 *
 * Bounds what a console asks of the loop: CONSOLE_COMMANDS_MAX acts wait at once; of queries
 * CONSOLE_QUERIES_AT_ONCE are under way, and the others are held until one of these was answered,
 * so however many browsers ask, a turn answers a few. Sends and answers nothing itself.
 */
#ifndef IO_DOOR_QUEUE_H
#define IO_DOOR_QUEUE_H

#include "common/core/bytes.h"
#include "common/core/limits.h"
#include "common/io/http.h"
#include "proto/control.pb-c.h"

/* Who makes an HTTP answer of what the office answered, unless that is a refusal; NULL function:
 * the response as JSON. The answer lives in the door's arena, or longer. */
struct door_finish {
    void (*function)(void *context, uint64_t ticket, const Yidi__Response *response,
                     struct http_response *ret_response);
    void *context;
};

/* What many ask for again and again: the office is asked once, and all get its answer. */
enum door_share {
    SHARE_NONE,
    SHARE_PROBE,
    SHARE_HOUR, /* the dashboard, with its charts over an hour, a day, a week */
    SHARE_DAY,
    SHARE_WEEK,
    SHARE_METRICS,
    SHARE_COUNT
};

enum door_kind { DOOR_ACT, DOOR_QUERY, DOOR_SHARED };

struct door_waiting {
    uint64_t ticket; /* of the exchange, and id of the request; 0: the place is free */
    enum door_kind kind;
    enum door_share share; /* DOOR_SHARED */
    uint64_t until_ms;
    struct door_finish finish;
    struct bytes held; /* heap: a query that the office was not asked yet; empty: it was */
};

struct door_queue {
    struct door_waiting places[HTTP_CONNECTIONS_MAX]; /* a connection waits for one answer */
};

/* A place for one more, which the caller fills in; NULL: too many wait. */
struct door_waiting *door_queue_add(struct door_queue *queue, enum door_kind kind);

/* Who waits with that ticket; NULL: nobody. */
struct door_waiting *door_queue_find(struct door_queue *queue, uint64_t ticket);

/* It waits no more. */
void door_queue_remove(struct door_waiting *waiting);

/* May the office be asked one more query? */
bool door_queue_has_turn(const struct door_queue *queue);

/* Keep a copy of a query until it is its turn. ERR_MEMORY. */
enum result door_queue_hold(struct door_waiting *waiting, struct bytes frame) MUST_CHECK;

/* The query that is held for longest, when its turn has come; NULL: none. */
struct door_waiting *door_queue_next(struct door_queue *queue);

/* The office was asked. */
void door_queue_asked(struct door_waiting *waiting);

void door_queue_fini(struct door_queue *queue);

#endif
