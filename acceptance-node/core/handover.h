/* SPDX-License-Identifier: Apache-2.0
 *
 * handover - what may leave the window, and to whom: the card, a temporary card, an unclaimed card
 * to be destroyed.
 *
 * Decides who may collect and what must be handed back first. That the old card is handed back on
 * renewal, the machine decides (application.h). Does not know the clock, the store, the policy, or
 * how somebody was compared with a photo. Pure.
 */
#ifndef ACCEPTANCE_HANDOVER_H
#define ACCEPTANCE_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/refusal.h"

/* Numbers as of the enums in proto/message.proto. */
enum handover_identification {
    IDENTIFIED_NOT,
    IDENTIFIED_BY_FACE,
    IDENTIFIED_BY_FINGERPRINT,
    IDENTIFIED_BY_DOCUMENT
};
enum handover_comparison { COMPARED_NOT, COMPARED_AS_MATCH, COMPARED_AS_NO_MATCH };
enum handover_collector { COLLECTOR_HOLDER, COLLECTOR_GUARDIAN, COLLECTOR_PROXY };

enum { HANDOVER_ALONE_FROM_YEARS = 16, HANDOVER_PROXY_FROM_YEARS = 18, HANDOVER_SCORE_CHARS = 16 };

/* Texts are borrowed, terminated, and never NULL. */
struct handover {
    uint32_t today; /* YYYYMMDD in Beijing */

    /* as the application says */
    uint32_t holder_birth_date;
    const char *holder_number;
    bool guardian_given;
    const char *guardian_name;
    const char *guardian_number;
    size_t fingerprint_count;
    bool temporary_card_out;

    bool holder_check; /* as its policy says: demanded */

    /* as the clerk says */
    enum handover_identification identified_by;
    enum handover_comparison comparison;
    const char *score; /* digits with at most one point; empty: none */
    enum handover_collector collector;
    const char *name; /* of the collector, unless that is the holder */
    const char *number;
    const char *relation;
    const char *reason;
    bool temporary_card_surrendered;
    bool temporary_card_lost;
    bool holder_checked; /* print and chip, and signed for */
};

/* May the card be handed out? The first rule that is broken is told; never a name or a number.
 *
 *   decide.identified_by   IDENTIFICATION_MISSING, IDENTIFICATION_FAILED (the comparator said no)
 *   decide.score           FIELD_OUT_OF_BOUNDS
 *   decide.collector...    COLLECTOR_NOT_ENTITLED, NAME_INVALID, CITIZEN_NUMBER_INVALID,
 *                          FIELD_OUT_OF_BOUNDS
 *   decide.temporary_card_surrendered  TEMPORARY_CARD_OUT
 *   decide.holder_checked  HOLDER_CHECK_MISSING
 *
 * Under 16 the guardian of the form collects. From 16 on the holder does; a proxy does for a holder
 * who gave no fingerprints, because whoever gave some is held against them in person. */
enum result handover_check(const struct handover *handover, struct refusal *ret_refusal) MUST_CHECK;

/* May a temporary card be given in this state of the application (application.h)? Only while the
 * card is being made or on its way, and once.
 *
 * ERR_REFUSED  ILLEGAL_IN_STATE, TEMPORARY_CARD_GIVEN */
enum result handover_check_temporary(int state, bool given_before,
                                     struct refusal *ret_refusal) MUST_CHECK;

/* Last day of a temporary card: the same day so many months later, or the last one of that month.
 */
uint32_t handover_temporary_until(uint32_t from, unsigned months);

/* May a card that waits for its holder be destroyed?
 *
 * deadline_ms  end of the time to collect it, Unix; 0: no such time runs, and it may not.
 * ERR_REFUSED  COLLECTION_OPEN */
enum result handover_check_destruction(uint64_t deadline_ms, uint64_t now_ms,
                                       struct refusal *ret_refusal) MUST_CHECK;

#endif
