/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/series.h"

#include "common/io/wire.h"
#include "proto/series.pb-c.h"

enum { KEY_BYTES = 3, ITEMS_MAX = HISTOGRAM_BUCKETS };

static const struct {
    uint64_t step_ms;
    size_t points;
} resolutions[SERIES_RESOLUTION_COUNT] = {
    [SERIES_MINUTES] = { UINT64_C(60000), 60 },
    [SERIES_TEN_MINUTES] = { UINT64_C(600000), 144 },
    [SERIES_HOURS] = { UINT64_C(3600000), SERIES_POINTS_MAX },
};

uint64_t
series_step_ms(enum series_resolution resolution)
{
    return resolutions[resolution].step_ms;
}

size_t
series_point_count(enum series_resolution resolution)
{
    return resolutions[resolution].points;
}

void
figures_counts_merge(struct figures_counts *counts, const struct figures_counts *other)
{
    counts->opened += other->opened;
    counts->closed += other->closed;
    for (size_t i = 0; i < STATE_COUNT_MAX; i++) {
        counts->entered[i] += other->entered[i];
        counts->left[i] += other->left[i];
    }
    for (size_t i = 0; i < REFUSAL_REASON_COUNT; i++)
        counts->refused[i] += other->refused[i];
    histogram_merge(&counts->ready, &other->ready);
}

/* ---- rows ---- */

static struct bytes
make_key(enum series_resolution resolution, uint64_t start_ms, uint8_t storage[KEY_BYTES])
{
    uint64_t place = start_ms / resolutions[resolution].step_ms % resolutions[resolution].points;
    storage[0] = (uint8_t)resolution;
    storage[1] = (uint8_t)(place >> 8);
    storage[2] = (uint8_t)place;
    return bytes_of(storage, KEY_BYTES);
}

static void
take_row(const Yidi__SeriesRow *row, struct figures_counts *counts,
         uint64_t waiting[STATE_COUNT_MAX])
{
    counts->opened += row->opened;
    counts->closed += row->closed;
    memset(waiting, 0, STATE_COUNT_MAX * sizeof *waiting);
    for (size_t i = 0; i < row->n_stages; i++) {
        const Yidi__SeriesStage *stage = row->stages[i];
        counts->entered[stage->state] += stage->entered;
        counts->left[stage->state] += stage->left;
        waiting[stage->state] = stage->waiting;
    }
    for (size_t i = 0; i < row->n_refusals; i++)
        if (row->refusals[i]->number < REFUSAL_REASON_COUNT)
            counts->refused[row->refusals[i]->number] += row->refusals[i]->count;
    for (size_t i = 0; i < row->n_ready; i++)
        histogram_add_bucket(&counts->ready, row->ready[i]->number, row->ready[i]->count);
    counts->ready.sum += row->ready_sum_s;
}

/* ERR_ABSENT: there is no row of that span that can be read. */
static enum result
read_row(struct store_txn *txn, enum series_resolution resolution, uint64_t start_ms,
         struct arena *arena, const Yidi__SeriesRow **ret_row)
{
    uint8_t storage[KEY_BYTES];
    struct bytes packed;
    ProtobufCMessage *message;
    enum result result =
        store_get(txn, TABLE_SERIES, make_key(resolution, start_ms, storage), &packed);
    if (result == OK)
        result = wire_decode(&yidi__series_row__descriptor, packed, arena, &message, NULL);
    if (result != OK)
        return result == ERR_IO || result == ERR_MEMORY ? result : ERR_ABSENT;
    *ret_row = (const Yidi__SeriesRow *)message;
    return (*ret_row)->start_ms == start_ms ? OK : ERR_ABSENT;
}

/* One list of counts that are not 0. */
static enum result
pack_counts(const uint64_t *counts, size_t count, struct arena *arena, size_t *ret_count,
            Yidi__SeriesCount ***ret_list)
{
    Yidi__SeriesCount **list = arena_take(arena, ITEMS_MAX * sizeof *list);
    Yidi__SeriesCount *items = arena_take(arena, ITEMS_MAX * sizeof *items);
    size_t packed = 0;
    if (list == NULL || items == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        if (counts[i] == 0)
            continue;
        yidi__series_count__init(&items[packed]);
        items[packed].number = (uint32_t)i;
        items[packed].count = counts[i];
        list[packed] = &items[packed];
        packed++;
    }
    *ret_count = packed;
    *ret_list = list;
    return OK;
}

static enum result
pack_stages(const struct figures_counts *counts, const uint64_t waiting[STATE_COUNT_MAX],
            struct arena *arena, Yidi__SeriesRow *row)
{
    Yidi__SeriesStage *stages = arena_take(arena, STATE_COUNT_MAX * sizeof *stages);
    row->stages = arena_take(arena, STATE_COUNT_MAX * sizeof *row->stages);
    if (stages == NULL || row->stages == NULL)
        return ERR_MEMORY;
    for (uint32_t state = 0; state < STATE_COUNT_MAX; state++) {
        Yidi__SeriesStage *stage = &stages[state];
        if (counts->entered[state] == 0 && counts->left[state] == 0 && waiting[state] == 0)
            continue;
        yidi__series_stage__init(stage);
        stage->state = state;
        stage->entered = counts->entered[state];
        stage->left = counts->left[state];
        stage->waiting = waiting[state];
        row->stages[row->n_stages++] = stage;
    }
    return OK;
}

static enum result
write_row(struct store_txn *txn, enum series_resolution resolution, uint64_t start_ms,
          const struct figures_counts *counts, const uint64_t waiting[STATE_COUNT_MAX],
          struct arena *arena)
{
    Yidi__SeriesRow row = YIDI__SERIES_ROW__INIT;
    uint8_t storage[KEY_BYTES];
    row.version = 1;
    row.start_ms = start_ms;
    row.opened = counts->opened;
    row.closed = counts->closed;
    row.ready_sum_s = counts->ready.sum;
    enum result result = pack_stages(counts, waiting, arena, &row);
    if (result == OK)
        result = pack_counts(counts->refused, REFUSAL_REASON_COUNT, arena, &row.n_refusals,
                             &row.refusals);
    if (result == OK)
        result =
            pack_counts(counts->ready.buckets, HISTOGRAM_BUCKETS, arena, &row.n_ready, &row.ready);
    if (result != OK)
        return result;
    struct bytes packed = wire_encode(&row.base, arena);
    return packed.data == NULL
               ? ERR_MEMORY
               : store_put(txn, TABLE_SERIES, make_key(resolution, start_ms, storage), packed);
}

enum result
series_add(struct store_txn *txn, uint64_t time_ms, const struct figures_counts *counts,
           const uint64_t waiting[STATE_COUNT_MAX], struct arena *arena)
{
    enum result result = OK;
    for (int i = 0; i < SERIES_RESOLUTION_COUNT && result == OK; i++) {
        enum series_resolution resolution = (enum series_resolution)i;
        uint64_t start_ms = time_ms - time_ms % resolutions[i].step_ms;
        uint64_t waited[STATE_COUNT_MAX];
        struct figures_counts sum = *counts;
        const Yidi__SeriesRow *row;
        result = read_row(txn, resolution, start_ms, arena, &row);
        if (result == OK)
            take_row(row, &sum, waited);
        if (result == OK || result == ERR_ABSENT)
            result = write_row(txn, resolution, start_ms, &sum, waiting, arena);
    }
    return result;
}

/* ---- windows ---- */

static void
add_point(const Yidi__SeriesRow *row, uint64_t refused_from_ms, struct series_window *window,
          struct series_point *point)
{
    point->opened = row->opened;
    point->closed = row->closed;
    take_row(row, &window->sum, point->waiting);
    for (size_t i = 0; row->start_ms >= refused_from_ms && i < row->n_refusals; i++)
        if (row->refusals[i]->number < REFUSAL_REASON_COUNT)
            window->refused_since[row->refusals[i]->number] += row->refusals[i]->count;
}

enum result
series_read(struct store_txn *txn, enum series_resolution resolution, uint64_t now_ms,
            uint64_t refused_from_ms, struct arena *arena, struct series_window *ret_window)
{
    struct series_window *window = ret_window;
    memset(window, 0, sizeof *window);
    window->step_ms = resolutions[resolution].step_ms;
    window->count = resolutions[resolution].points;
    uint64_t last_ms = now_ms - now_ms % window->step_ms;
    uint64_t before_ms = (window->count - 1) * window->step_ms;
    window->start_ms = last_ms > before_ms ? last_ms - before_ms : 0;
    size_t known = 0;
    for (size_t i = 0; i < window->count; i++) {
        struct series_point *point = &window->points[i];
        const Yidi__SeriesRow *row;
        enum result result =
            read_row(txn, resolution, window->start_ms + i * window->step_ms, arena, &row);
        if (result == OK)
            add_point(row, refused_from_ms, window, point);
        else if (result != ERR_ABSENT)
            return result;
        else if (known > 0)
            memcpy(point->waiting, window->points[i - 1].waiting, sizeof point->waiting);
        known += result == OK;
    }
    return OK;
}
