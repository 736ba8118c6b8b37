/* SPDX-License-Identifier: Apache-2.0
 *
 * alarm - what is wrong at an office, or soon will be, in words: one list for the console's first
 * page, for `yidictl status`, and for what machines read.
 *
 * Decides, from facts, what is an alarm and how severe it is. SEVERE: somebody must act now, or
 * work stands still. WARNING: it will come to that. Knows no store, no peer and no clock; names
 * offices, never people.
 */
#ifndef DOMAIN_ALARM_H
#define DOMAIN_ALARM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/trouble.h"

/* Code and severity of each; machines rely on the codes. */
#define ALARM_CODES(X)                                                                             \
    X(HALTED, SEVERE)                                                                              \
    X(RECOVERING, SEVERE)                                                                          \
    X(JOURNAL_REWRITTEN, SEVERE)                                                                   \
    X(CERTIFICATE_ENDED, SEVERE)                                                                   \
    X(DIRECTORY_ENDED, SEVERE)                                                                     \
    X(REVOCATIONS_ENDED, SEVERE)                                                                   \
    X(DOOR_SHUT, SEVERE)                                                                           \
    X(STOCK_USED_UP, SEVERE)                                                                       \
    X(LINK_DOWN, SEVERE)                                                                           \
    X(OVERDUE, SEVERE)                                                                             \
    X(SHARES_MISSING, WARNING)                                                                     \
    X(CERTIFICATE_ENDS, WARNING)                                                                   \
    X(DIRECTORY_ENDS, WARNING)                                                                     \
    X(REVOCATIONS_END, WARNING)                                                                    \
    X(DISK_LOW, WARNING)                                                                           \
    X(STORE_FILLING, WARNING)                                                                      \
    X(LINK_TROUBLE, WARNING)                                                                       \
    X(STOCK_LOW, WARNING)                                                                          \
    X(STOCK_COUNT_DUE, WARNING)                                                                    \
    X(REFUND_LONG_DUE, WARNING)                                                                    \
    X(ATTENTION, WARNING)                                                                          \
    X(DUE_SOON, WARNING)

enum alarm_code {
#define ALARM_NUMBER(name, severity) ALARM_##name,
    ALARM_CODES(ALARM_NUMBER)
#undef ALARM_NUMBER
        ALARM_CODE_COUNT
};

enum {
    ALARMS_MAX = 64,
    ALARM_WORDS_BYTES = 321,
    ALARM_LINK_DOWN_MS = 10 * 1000, /* shorter is no alarm: it was a restart */
    ALARM_CERTIFICATE_DAYS = 30,    /* before its end */
    ALARM_DIRECTORY_DAYS = 14,      /* of the directory, and of the list of revocations */
    ALARM_BLANKS_MIN = 100,
};

const char *alarm_code_name(enum alarm_code code);
bool alarm_code_severe(enum alarm_code code);

struct alarm {
    enum alarm_code code;
    char english[ALARM_WORDS_BYTES];
    char chinese[ALARM_WORDS_BYTES];
    uint64_t since_ms;  /* Unix; 0 when that is not known */
    const char *state;  /* of the cases that it is about; "" */
    const char *office; /* that it is about; "": this one */
};

/* The severe ones first, in the order of their codes. */
struct alarm_list {
    struct alarm list[ALARMS_MAX];
    size_t count; /* more are left out */
};

/* ---- facts; texts are borrowed, and "" is none ---- */

struct alarm_overdue {
    const char *state;
    const char *office; /* that they wait for; "": this one */
    const char *name;   /* of that office */
    uint64_t count;
    bool at_least; /* there may be more */
    uint64_t since_ms;
};

struct alarm_peer {
    const char *office;
    const char *name;
    uint64_t waiting;       /* messages */
    uint64_t down_since_ms; /* 0: it is up, or nobody needs it */
    const struct trouble *trouble;
    bool rewritten; /* its journal */
};

struct alarm_door {
    const char *office;  /* of the peer that nothing new goes to; "": of this office */
    const char *name;    /* of that peer */
    const char *english; /* what the refusal means */
    const char *chinese;
};

struct alarm_facts {
    uint64_t now_ms;
    const struct trouble *halted; /* why */
    bool recovering;
    uint64_t shares_missing;
    uint64_t certificate_ends_ms; /* 0: not known, here and below */
    uint64_t directory_ends_ms;
    uint64_t revocations_end_ms;
    uint64_t disk_free_bytes; /* UINT64_MAX: not known */
    uint64_t disk_reserve_bytes;
    unsigned map_percent;
    bool map_filling;
    const struct alarm_door *doors;
    size_t door_count;
    const struct alarm_peer *peers;
    size_t peer_count;
    const struct alarm_overdue *overdue;
    size_t overdue_count;
    uint64_t due_soon;
    const char *due_soon_state; /* when all of them stand in one */
    uint64_t attention;
    bool has_stock, count_due;
    uint64_t blanks_left;
    uint64_t refund_long_due_fen;
};

void alarm_judge(const struct alarm_facts *facts, struct alarm_list *ret_list);

#endif
