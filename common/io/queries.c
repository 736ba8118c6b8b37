/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/queries.h"

#include "common/io/dashboard.h"
#include "common/io/form_view.h"
#include "common/io/metrics.h"
#include "common/io/package.h"
#include "common/io/permission.h"
#include "common/io/retention_report.h"
#include "common/io/standing.h"
#include "common/io/store_queries.h"
#include "common/io/witness_list.h"

bool
queries_handles(const Yidi__Request *request)
{
    switch (request->command_case) {
    case YIDI__REQUEST__COMMAND_PEERS:
    case YIDI__REQUEST__COMMAND_STATUS:
    case YIDI__REQUEST__COMMAND_DASHBOARD:
    case YIDI__REQUEST__COMMAND_METRICS:
    case YIDI__REQUEST__COMMAND_WITNESSES:
    case YIDI__REQUEST__COMMAND_PACKAGE_QUERY:
    case YIDI__REQUEST__COMMAND_ERASE_QUERY:
        return true;
    default:
        return store_queries_handles(request);
    }
}

/* The one with the guardian behind the applicant's own, and never in its place. */
static enum result
answer_photos(struct turn *turn, const Yidi__ApplicationForm *form)
{
    enum result result = turn_answer_blob(turn, &form->photo_digest);
    return result == OK && form_has_guardian_photo(form)
               ? turn_answer_blob(turn, &form->guardian->photo_digest)
               : result;
}

enum result
queries_show_full(struct turn *turn, const Yidi__Show *show, Yidi__Response *response,
                  struct refusal *ret_refusal)
{
    const struct query_source source = { .role = turn->office->options.role,
                                         .office = turn->office->options.code,
                                         .policies = &turn->office->policies,
                                         .txn = turn->txn,
                                         .arena = turn->arena,
                                         .now_ms = turn->now_ms };
    if (show->reason[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "show.reason",
                      "why personal data are looked at must be said");
    enum result result = store_queries_show_full(&source, show->case_number, response, ret_refusal);
    if (result != OK)
        return result;
    turn_begin_act(turn, show->case_number, "view", show->reason);
    result = turn_journal_cause(turn);
    /* Another case may still hold the same photo: what was erased here is not shown here. */
    if (result == OK && response->shown->case_row->biometrics_erased_ms == 0)
        result = answer_photos(turn, response->shown->case_row->form);
    return result == ERR_ABSENT ? OK : result; /* it was lost, or erased when its time had come */
}

/* ---- peers ---- */

/* One that nothing was ever sent to or received from: it is known by its name. */
static void
describe_stranger(const Yidi__Office *entry, Yidi__PeerStatus *ret_status)
{
    yidi__peer_status__init(ret_status);
    ret_status->office = entry->code;
    ret_status->name = entry->name;
    ret_status->link = (char *)stream_state_name(STREAM_IDLE);
}

static enum result
list_peers(const struct standing_source *source, const char *only, Yidi__Response *response,
           struct refusal *ret_refusal)
{
    struct office *office = source->office;
    size_t count = office->peers.count;
    const Yidi__Office *entry = directory_find(office->directory, only);
    if (only[0] != '\0' && entry == NULL)
        return refuse(ret_refusal, REFUSAL_OFFICE_UNKNOWN, "peers.office", "not in the directory");
    Yidi__PeerList *peers = arena_take(&office->answers, sizeof *peers);
    Yidi__PeerStatus **list = arena_take(&office->answers, (count + 1) * sizeof *list);
    Yidi__PeerStatus *statuses = arena_take(&office->answers, (count + 1) * sizeof *statuses);
    if (peers == NULL || list == NULL || statuses == NULL)
        return ERR_MEMORY;
    yidi__peer_list__init(peers);
    enum result result = OK;
    for (size_t i = 0; i < count && result == OK; i++) {
        const struct peer *peer = office->peers.list[i];
        if (only[0] != '\0' && strcmp(only, peer->office) != 0)
            continue;
        result = standing_peer(source, peer, &statuses[i]);
        list[peers->n_peers++] = &statuses[i];
    }
    if (entry != NULL && peers->n_peers == 0) {
        describe_stranger(entry, &statuses[0]);
        list[peers->n_peers++] = &statuses[0];
    }
    peers->peers = list;
    response->body_case = YIDI__RESPONSE__BODY_PEERS;
    response->peers = peers;
    return result;
}

/* ---- status ---- */

static enum result
report_status(const struct standing_source *source, Yidi__Response *response)
{
    response->body_case = YIDI__RESPONSE__BODY_STATUS;
    return standing_status(source, &response->status);
}

enum result
queries_answer(struct office *office, const Yidi__Request *request, const struct office_time *now,
               Yidi__Response *ret_response, struct refusal *ret_refusal)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    enum result result = store_begin_read(office->options.store, &txn);
    if (result != OK)
        return result;
    const struct query_source source = { .role = office->options.role,
                                         .office = office->options.code,
                                         .policies = &office->policies,
                                         .txn = txn,
                                         .arena = &office->answers,
                                         .now_ms = now->wall_ms };
    if (store_queries_handles(request))
        return store_queries_answer(&source, request, ret_response, ret_refusal);
    result = permission_check(txn, source.role->party, request, ret_refusal);
    if (result != OK)
        return result;
    const struct standing_source standing = {
        .office = office, .txn = txn, .arena = &office->answers, .now_ms = now->wall_ms
    };
    switch (request->command_case) {
    case YIDI__REQUEST__COMMAND_PEERS:
        return list_peers(&standing, request->peers->office, ret_response, ret_refusal);
    case YIDI__REQUEST__COMMAND_WITNESSES:
        return witness_list(office, request->witnesses->office, ret_response, ret_refusal);
    case YIDI__REQUEST__COMMAND_PACKAGE_QUERY:
        return package_show(office, txn, request->package_query, ret_response, ret_refusal);
    case YIDI__REQUEST__COMMAND_ERASE_QUERY:
        return retention_report(office, txn, request->erase_query, now->wall_ms, ret_response);
    case YIDI__REQUEST__COMMAND_DASHBOARD:
        return dashboard_report(&standing, request->dashboard, ret_response, ret_refusal);
    case YIDI__REQUEST__COMMAND_METRICS:
        return metrics_report(&standing, ret_response);
    default: /* of what queries_handles, the last one */
        return report_status(&standing, ret_response);
    }
}
