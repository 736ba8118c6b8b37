/* SPDX-License-Identifier: Apache-2.0 */
#include "acceptance-node/core/handover.h"

#include <string.h>

#include "acceptance-node/core/application.h"
#include "common/domain/citizen_number.h"
#include "common/domain/civil_date.h"
#include "common/domain/form.h"
#include "common/domain/person_name.h"

static bool
is_score(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    if (text[digits] == '.') {
        size_t behind = strspn(text + digits + 1, "0123456789");
        return digits > 0 && behind > 0 && text[digits + 1 + behind] == '\0';
    }
    return digits > 0 && text[digits] == '\0';
}

static enum result
check_identification(const struct handover *handover, struct refusal *ret_refusal)
{
    bool by_document = handover->identified_by == IDENTIFIED_BY_DOCUMENT;
    bool scored = handover->score[0] != '\0';
    if (handover->identified_by == IDENTIFIED_NOT)
        return refuse(ret_refusal, REFUSAL_IDENTIFICATION_MISSING, "decide.identified_by",
                      "face, fingerprint or document: how whoever collects was identified");
    if (handover->comparison == COMPARED_AS_NO_MATCH)
        return refuse(ret_refusal, REFUSAL_IDENTIFICATION_FAILED, "decide.comparison",
                      "the comparator found no match");
    if (handover->identified_by == IDENTIFIED_BY_FINGERPRINT && handover->fingerprint_count == 0)
        return refuse(ret_refusal, REFUSAL_IDENTIFICATION_FAILED, "decide.identified_by",
                      "no fingerprints were taken with the application");
    if (by_document && (handover->comparison != COMPARED_NOT || scored))
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.score",
                      "only a face or a fingerprint is compared");
    if (scored && (!is_score(handover->score) || strlen(handover->score) > HANDOVER_SCORE_CHARS))
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.score",
                      "digits with at most one point, such as 87.5");
    return OK;
}

static enum result
check_guardian(const struct handover *handover, struct refusal *ret_refusal)
{
    if (!handover->guardian_given)
        return refuse(ret_refusal, REFUSAL_COLLECTOR_NOT_ENTITLED, "decide.collector",
                      "the application names no guardian");
    if (strcmp(handover->name, handover->guardian_name) != 0)
        return refuse(ret_refusal, REFUSAL_COLLECTOR_NOT_ENTITLED, "decide.collector.name",
                      "not the name of the guardian in the application");
    if (strcmp(handover->number, handover->guardian_number) != 0)
        return refuse(ret_refusal, REFUSAL_COLLECTOR_NOT_ENTITLED,
                      "decide.collector.citizen_number",
                      "not the number of the guardian in the application");
    return OK;
}

/* Who it is must be known as well as of anybody on a form. */
static enum result
check_person(const struct handover *handover, struct refusal *ret_refusal)
{
    enum result result = person_name_check(handover->name, "decide.collector.name", ret_refusal);
    if (result == OK)
        result =
            citizen_number_check(handover->number, "decide.collector.citizen_number", ret_refusal);
    if (result != OK)
        return result;
    if (handover->relation[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.collector.relation",
                      "what a proxy is to the holder must be said");
    if (handover->reason[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.collector.reason",
                      "why the holder does not come must be said");
    return OK;
}

static enum result
check_proxy(const struct handover *handover, struct refusal *ret_refusal)
{
    if (handover->fingerprint_count > 0)
        return refuse(ret_refusal, REFUSAL_COLLECTOR_NOT_ENTITLED, "decide.collector",
                      "whoever gave fingerprints with the application collects in person");
    if (handover->identified_by != IDENTIFIED_BY_DOCUMENT)
        return refuse(ret_refusal, REFUSAL_COLLECTOR_NOT_ENTITLED, "decide.identified_by",
                      "a proxy is identified by a document");
    enum result result = check_person(handover, ret_refusal);
    if (result != OK)
        return result;
    unsigned years = civil_date_age(citizen_number_birth_date(handover->number), handover->today);
    if (strcmp(handover->number, handover->holder_number) == 0)
        return refuse(ret_refusal, REFUSAL_COLLECTOR_NOT_ENTITLED,
                      "decide.collector.citizen_number", "this is the holder, and no proxy");
    if (years < HANDOVER_PROXY_FROM_YEARS)
        return refuse(ret_refusal, REFUSAL_COLLECTOR_NOT_ENTITLED,
                      "decide.collector.citizen_number", "a proxy is at least %d",
                      HANDOVER_PROXY_FROM_YEARS);
    return OK;
}

static enum result
check_collector(const struct handover *handover, struct refusal *ret_refusal)
{
    bool child = civil_date_age(handover->holder_birth_date, handover->today) <
                 (unsigned)HANDOVER_ALONE_FROM_YEARS;
    if (child && handover->collector != COLLECTOR_GUARDIAN)
        return refuse(ret_refusal, REFUSAL_COLLECTOR_NOT_ENTITLED, "decide.collector",
                      "under %d the guardian in the application collects",
                      HANDOVER_ALONE_FROM_YEARS);
    if (child)
        return check_guardian(handover, ret_refusal);
    if (handover->collector == COLLECTOR_GUARDIAN)
        return refuse(ret_refusal, REFUSAL_COLLECTOR_NOT_ENTITLED, "decide.collector",
                      "from %d on the holder collects", HANDOVER_ALONE_FROM_YEARS);
    return handover->collector == COLLECTOR_PROXY ? check_proxy(handover, ret_refusal) : OK;
}

enum result
handover_check(const struct handover *handover, struct refusal *ret_refusal)
{
    enum result result = check_identification(handover, ret_refusal);
    if (result == OK)
        result = check_collector(handover, ret_refusal);
    if (result == OK && handover->temporary_card_out && !handover->temporary_card_surrendered &&
        !handover->temporary_card_lost)
        return refuse(ret_refusal, REFUSAL_TEMPORARY_CARD_OUT, "decide.temporary_card_surrendered",
                      "the temporary card is handed back, or reported lost, when the card is "
                      "collected");
    if (result == OK && handover->holder_check && !handover->holder_checked)
        return refuse(ret_refusal, REFUSAL_HOLDER_CHECK_MISSING, "decide.holder_checked",
                      "whoever collects has checked print and chip of the card, and has signed");
    return result;
}

enum result
handover_check_temporary(int state, bool given_before, struct refusal *ret_refusal)
{
    if (given_before)
        return refuse(ret_refusal, REFUSAL_TEMPORARY_CARD_GIVEN, "case_number",
                      "a temporary card is given once for an application");
    if (state == APPLICATION_IN_PRODUCTION || state == APPLICATION_IN_TRANSIT)
        return OK;
    return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "case_number",
                  "a temporary card is given after the registry has issued and before the card is "
                  "here");
}

uint32_t
handover_temporary_until(uint32_t from, unsigned months)
{
    unsigned month = from / 100 % 100 - 1 + months;
    uint32_t date = (from / 10000 + month / 12) * 10000 + (month % 12 + 1) * 100 + from % 100;
    while (!civil_date_valid(date) && date % 100 > 28)
        date--; /* a shorter month ends earlier */
    return date;
}

enum result
handover_check_destruction(uint64_t deadline_ms, uint64_t now_ms, struct refusal *ret_refusal)
{
    if (deadline_ms != 0 && now_ms > deadline_ms)
        return OK;
    return refuse(ret_refusal, REFUSAL_COLLECTION_OPEN, "case_number",
                  "a card is kept until the time to collect it is over");
}
