/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/administrator.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/io/recovery.h"
#include "tests/simulation/world.h"

enum { HASTY_PERCENT = 10 };

/* What the report says, as far as the runbook asks. */
struct findings {
    bool answered;
    char phase[17];
    unsigned missing;  /* offices that ought to answer, and have not brought their share */
    bool worked_on;    /* somebody rejected it: it worked after it was set back */
    char trouble[200]; /* of the first one that was rejected */
};

static void
trace_unplaced(const struct world *world, size_t office, const Yidi__RecoveryReport *report)
{
    for (size_t i = 0; i < report->n_unplaced; i++)
        trace(world, (int)office, "recovery: message %" PRIu64 " %s %s about %s is not placed: %s",
              report->unplaced[i]->sequence, report->unplaced[i]->mine ? "to" : "from",
              report->unplaced[i]->office, report->unplaced[i]->case_number,
              report->unplaced[i]->rule);
}

static void
read_report(const struct world *world, size_t office, const Yidi__RecoveryReport *report,
            struct findings *findings)
{
    trace_unplaced(world, office, report);
    snprintf(findings->phase, sizeof findings->phase, "%s", report->phase);
    for (size_t i = 0; i < report->n_missing; i++) {
        const Yidi__RecoveryPeer *peer = report->missing[i];
        if (world_is_rogue(world_find(world, peer->office)))
            continue;
        findings->missing++;
        if (strcmp(peer->state, "rejected") != 0)
            continue;
        snprintf(findings->trouble, sizeof findings->trouble, "%s", peer->trouble);
        findings->worked_on |= strstr(peer->trouble, "recover with an empty store") != NULL;
    }
}

static struct findings
ask(struct world *world, size_t office, Yidi__RecoverVerb verb)
{
    Yidi__Recover recover = YIDI__RECOVER__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    struct findings findings = { 0 };
    recover.verb = verb;
    request.command_case = YIDI__REQUEST__COMMAND_RECOVER;
    request.recover = &recover;
    request.operator_ = "administrator";
    const Yidi__Response *response = fake_network_ask(&world->network, office, &request, NULL, 0);
    findings.answered = response != NULL;
    if (response != NULL && response->body_case == YIDI__RESPONSE__BODY_RECOVERY)
        read_report(world, office, response->recovery, &findings);
    return findings;
}

/* Is there an office that ought to answer, and has not yet? */
static bool
somebody_is_silent(const struct world *world, size_t office)
{
    const struct peers *peers = &world->network.offices[office].office->peers;
    for (size_t i = 0; i < peers->count; i++)
        if (peers->list[i]->recovery.state == YIDI__PEER_RECOVERY__RECOVERY_ASKING &&
            !peers->list[i]->recovery.answered &&
            !world_is_rogue(world_find(world, peers->list[i]->office)))
            return true;
    return false;
}

/* Without those who do not answer. What they hold fits in when it comes; but a registry may have
 * opened another case of a citizen until then, and two will be open, of which it issues one. */
static void
go_on_without(struct world *world, size_t office)
{
    bool hasty = somebody_is_silent(world, office);
    if (hasty && !dice_chance(&world->administrator.dice, HASTY_PERCENT))
        return;
    world->ledger.offices[office].hasty |= hasty;
    trace(world, (int)office, "administrator: goes on without %s",
          hasty ? "those who are silent" : "the rogues");
    (void)ask(world, office, YIDI__RECOVER_VERB__RECOVER_FINISH);
}

static void
begin_from_nothing(struct world *world, size_t office)
{
    trace(world, (int)office, "*** worked on after it was set back: recovers from an empty disk");
    fake_network_crash(&world->network, office);
    fake_network_lose_disk(&world->network, office);
    ledger_lose(world, office);
    fake_network_start(&world->network, office);
    if (world_is_up(world, office))
        (void)ask(world, office, YIDI__RECOVER_VERB__RECOVER_START);
}

static void
note_recovered(struct world *world, size_t office)
{
    bool registry = world->network.offices[office].role->party == PARTY_REGISTRY;
    if (registry && !people_populate(world, office))
        return; /* there was no room, say; at the next look */
    trace(world, (int)office, "*** has its past back");
    world->ledger.offices[office].recovered = true;
    world->verdict->tally.recoveries++;
}

static void
look_after(struct world *world, size_t office)
{
    struct findings findings = ask(world, office, YIDI__RECOVER_VERB__RECOVER_SHOW);
    if (!findings.answered || !world_is_up(world, office))
        return;
    if (findings.worked_on) {
        begin_from_nothing(world, office);
    } else if (strcmp(findings.phase, "none") == 0 || strcmp(findings.phase, "needed") == 0) {
        trace(world, (int)office, "administrator: recover");
        (void)ask(world, office, YIDI__RECOVER_VERB__RECOVER_START);
    } else if (strcmp(findings.phase, "asking") == 0) {
        go_on_without(world, office);
    } else if (strcmp(findings.phase, "done") == 0 && findings.missing == 0) {
        note_recovered(world, office);
    }
    if (findings.trouble[0] != '\0')
        trace(world, (int)office, "recovery: %s", findings.trouble);
}

void
administrator_begin(struct world *world)
{
    world->administrator.dice = dice_of(world->seed, "administrator");
    world->administrator.next_ms = 0;
}

void
administrator_act(struct world *world)
{
    struct administrator *administrator = &world->administrator;
    if (administrator->idle ||
        (!world->calm && world->network.now.monotonic_ms < administrator->next_ms))
        return;
    administrator->next_ms =
        world->network.now.monotonic_ms + dice_span_ms(&administrator->dice, 60000, 6 * 3600000);
    for (size_t office = 0; office < PLACE_COUNT; office++) {
        const struct ledger_office *page = &world->ledger.offices[office];
        if (page->set_back && !page->recovered && world_is_up(world, office))
            look_after(world, office);
    }
}
