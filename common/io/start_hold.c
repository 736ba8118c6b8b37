/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/start_hold.h"

#include "common/io/exchange.h"
#include "common/io/link_frame.h"
#include "common/io/log.h"
#include "common/io/witness.h"

static void
release(struct office *office, const struct office_time *now)
{
    struct start_hold *hold = &office->start_hold;
    hold->on = false;
    log_line(LOG_INFO, "start_released", "office=%s asked=%zu answered=%zu unreachable=%zu",
             office->journal.office, hold->asked, hold->answered - hold->lost, hold->lost);
    for (size_t i = 0; i < office->peers.count; i++) {
        struct peer *peer = office->peers.list[i];
        if (peer->asked_at_start)
            office->options.ports.disconnect(office->options.ports.context, peer->office);
        if (peer->greeted_at_start && !office_halted(office))
            link_frame_reply_refuse(office, &peer->route, REFUSAL_OFFICE_STARTING);
        peer->asked_at_start = peer->greeted_at_start = false;
    }
    exchange_start(office, now);
}

static void
ask(struct office *office, struct peer *peer, const struct office_time *now)
{
    const struct office_ports *ports = &office->options.ports;
    const Yidi__Office *entry = directory_find(office->directory, peer->office);
    if (!office_trusts(office, entry, now->wall_ms) || ports->connect(ports->context, entry) != OK)
        return;
    if (link_frame_send_ask(office, peer) != OK) {
        ports->disconnect(ports->context, peer->office);
        return;
    }
    peer->asked_at_start = true;
    office->start_hold.asked++;
}

/* Those with whom messages were exchanged; of an empty store, offices that would know of it. */
static void
ask_known(struct office *office, const struct office_time *now)
{
    struct start_hold *hold = &office->start_hold;
    for (size_t i = 0; i < office->peers.count && hold->asked < START_HOLD_PEERS_MAX; i++) {
        struct peer *peer = office->peers.list[i];
        if (peer->stream.assigned > 0 || peer->applied > 0)
            ask(office, peer, now);
    }
}

static bool
may_know_us(const struct office *office, const Yidi__Office *entry)
{
    return entry->role != office_self(office)->role && !entry->revoked;
}

static void
ask_listed(struct office *office, const struct office_time *now)
{
    size_t count = directory_office_count(office->directory), eligible = 0, place = 0;
    for (size_t i = 0; i < count; i++)
        eligible += may_know_us(office, directory_office_at(office->directory, i));
    size_t stride = eligible / START_HOLD_PEERS_MAX + 1;
    for (size_t i = 0; i < count; i++) {
        const Yidi__Office *entry = directory_office_at(office->directory, i);
        if (!may_know_us(office, entry) || place++ % stride != 0)
            continue;
        struct peer *peer = peers_take(&office->peers, entry->code);
        if (peer != NULL)
            ask(office, peer, now);
    }
}

void
start_hold_begin(struct office *office, const struct office_time *now)
{
    struct start_hold *hold = &office->start_hold;
    if (office->options.start_hold_ms == 0 || office_halted(office))
        return;
    *hold = (struct start_hold){ .on = true,
                                 .until_ms = now->monotonic_ms + office->options.start_hold_ms };
    ask_known(office, now);
    if (hold->asked == 0)
        ask_listed(office, now);
    if (hold->asked == 0)
        hold->on = false;
}

bool
start_holds(const struct office *office)
{
    return office->start_hold.on;
}

static void
count_answer(struct office *office, struct peer *peer, const struct office_time *now)
{
    struct start_hold *hold = &office->start_hold;
    office->options.ports.disconnect(office->options.ports.context, peer->office);
    peer->asked_at_start = false;
    hold->answered++;
    if (hold->answered == hold->asked)
        release(office, now);
}

void
start_hold_take(struct office *office, struct peer *peer, const Yidi__Witnessed *witnessed,
                const struct office_time *now)
{
    if (!office->start_hold.on || !peer->asked_at_start)
        return;
    if (witness_proves_loss(office, witnessed->head))
        witness_halt(office, peer);
    count_answer(office, peer, now);
}

void
start_hold_lost(struct office *office, struct peer *peer, const struct office_time *now)
{
    if (!office->start_hold.on || !peer->asked_at_start)
        return;
    office->start_hold.lost++;
    count_answer(office, peer, now);
}

void
start_hold_tick(struct office *office, const struct office_time *now)
{
    if (office->start_hold.on && now->monotonic_ms >= office->start_hold.until_ms)
        release(office, now);
}
