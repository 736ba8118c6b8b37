/* SPDX-License-Identifier: Apache-2.0 */
#include "common/core/admission.h"

#include <inttypes.h>

#include "common/core/require.h"

enum {
    REOPEN_PART = 8,        /* this part of a limit more must be free before a door opens again */
    REOPEN_MAP_PERCENT = 2, /* and so much less of the map in use */
    MEBIBYTE = 1024 * 1024,
};

static const uint64_t reopen_bytes_max = UINT64_C(256) * MEBIBYTE;

void
admission_init(struct admission *admission, const struct admission_limits *limits)
{
    *admission =
        (struct admission){ .limits = *limits, .figures.free_bytes = ADMISSION_FREE_UNKNOWN };
}

unsigned
admission_map_percent(const struct admission_figures *figures)
{
    if (figures->map_bytes == 0)
        return 0;
    uint64_t hundredth = figures->map_bytes / 100;
    uint64_t percent = hundredth == 0 ? 100 : figures->used_bytes / hundredth;
    return percent > 100 ? 100 : (unsigned)percent;
}

/* ---- thresholds ---- */

static uint64_t
disk_limit(const struct admission *admission, enum admission_cause cause)
{
    uint64_t reserve = admission->limits.disk_reserve_bytes;
    return cause == ADMISSION_OWN_DISK ? reserve : reserve / 2;
}

/* 100 shuts nothing: then the store itself says that it is full. */
static unsigned
map_limit(const struct admission *admission, enum admission_cause cause)
{
    unsigned percent = admission->limits.map_fill_percent;
    if (cause == ADMISSION_MAP_WARNING)
        return ADMISSION_MAP_WARNING_PERCENT;
    if (percent == 0 || percent >= 100)
        return 100;
    return cause == ADMISSION_OWN_MAP ? percent : percent + (100 - percent + 1) / 2;
}

static bool
disk_is_short(const struct admission *admission, enum admission_cause cause)
{
    uint64_t limit = disk_limit(admission, cause);
    uint64_t more = limit / REOPEN_PART;
    if (limit == 0 || admission->figures.free_bytes == ADMISSION_FREE_UNKNOWN)
        return false;
    if (admission->shut & cause)
        limit += more < reopen_bytes_max ? more : reopen_bytes_max;
    return admission->figures.free_bytes < limit;
}

static bool
map_is_full(const struct admission *admission, enum admission_cause cause)
{
    unsigned limit = map_limit(admission, cause);
    if (limit == 100)
        return false;
    if (admission->shut & cause)
        limit -= limit > REOPEN_MAP_PERCENT ? REOPEN_MAP_PERCENT : limit;
    return admission_map_percent(&admission->figures) >= limit;
}

static unsigned
judge(struct admission *admission)
{
    unsigned shut = 0;
    if (disk_is_short(admission, ADMISSION_OWN_DISK))
        shut |= ADMISSION_OWN_DISK;
    if (disk_is_short(admission, ADMISSION_OPENING_DISK))
        shut |= ADMISSION_OPENING_DISK;
    if (map_is_full(admission, ADMISSION_OWN_MAP))
        shut |= ADMISSION_OWN_MAP;
    if (map_is_full(admission, ADMISSION_OPENING_MAP))
        shut |= ADMISSION_OPENING_MAP;
    if (map_is_full(admission, ADMISSION_MAP_WARNING))
        shut |= ADMISSION_MAP_WARNING;
    return shut;
}

unsigned
admission_look(struct admission *admission, const struct admission_figures *figures)
{
    unsigned before = admission->shut;
    admission->figures = *figures;
    admission->shut = judge(admission);
    return before ^ admission->shut;
}

/* ---- refusals ---- */

enum result
admission_refuse_cause(const struct admission *admission, enum admission_cause cause,
                       struct refusal *ret_refusal)
{
    const struct admission_figures *figures = &admission->figures;
    const char *what = cause & (ADMISSION_OWN_DISK | ADMISSION_OWN_MAP)
                           ? "no new work is taken"
                           : "no messages that open cases are taken";
    if (cause & (ADMISSION_OWN_DISK | ADMISSION_OPENING_DISK))
        return refuse(ret_refusal, REFUSAL_DISK_RESERVE, "disk-reserve",
                      "%s: %" PRIu64 " MiB of the disk are free, and %" PRIu64
                      " MiB are kept for accepted cases",
                      what, figures->free_bytes / MEBIBYTE,
                      disk_limit(admission, cause) / MEBIBYTE);
    return refuse(ret_refusal, REFUSAL_STORE_NEARLY_FULL, "map-fill-max",
                  "%s: the store is %u %% full, at most %u %%; a larger map-size makes room", what,
                  admission_map_percent(figures), map_limit(admission, cause));
}

enum result
admission_take(struct admission *admission, uint64_t bytes, struct refusal *ret_refusal)
{
    struct admission_figures *figures = &admission->figures;
    if (admission->shut & ADMISSION_OWN_DISK || disk_is_short(admission, ADMISSION_OWN_DISK))
        return admission_refuse_cause(admission, ADMISSION_OWN_DISK, ret_refusal);
    if (admission->shut & ADMISSION_OWN_MAP || map_is_full(admission, ADMISSION_OWN_MAP))
        return admission_refuse_cause(admission, ADMISSION_OWN_MAP, ret_refusal);
    if (figures->free_bytes != ADMISSION_FREE_UNKNOWN)
        figures->free_bytes -= bytes < figures->free_bytes ? bytes : figures->free_bytes;
    figures->used_bytes += bytes;
    return OK;
}

enum refusal_code
admission_opening(const struct admission *admission)
{
    if (admission->shut & ADMISSION_OPENING_DISK)
        return REFUSAL_DISK_RESERVE;
    return admission->shut & ADMISSION_OPENING_MAP ? REFUSAL_STORE_NEARLY_FULL : REFUSAL_NONE;
}

/* ---- peers ---- */

bool
admission_peer_shut(const struct admission *admission, uint64_t waiting, bool was_shut)
{
    uint64_t limit = admission->limits.outbox_messages;
    if (limit == 0)
        return false;
    if (was_shut)
        limit -= limit / REOPEN_PART;
    return waiting >= limit;
}

enum result
admission_refuse_peer(const struct admission *admission, const char *office, uint64_t waiting,
                      struct refusal *ret_refusal)
{
    return refuse(ret_refusal, REFUSAL_PEER_BACKLOG, "outbox-max",
                  "%" PRIu64 " messages wait for %s, and at most %" PRIu64
                  " may; try again when it takes them",
                  waiting, office, admission->limits.outbox_messages);
}
