/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/share.h"

#include "common/domain/case_number.h"
#include "common/io/recovery.h"
#include "common/io/replay_rows.h"

static const Yidi__Office *
find_missing(const struct turn *turn, const struct peer *peer)
{
    if (peer == NULL || !recovery_holds(peer))
        return NULL;
    const Yidi__Office *entry = directory_find(turn->office->directory, peer->office);
    return entry != NULL && !entry->revoked ? entry : NULL;
}

bool
share_is_missing(const struct turn *turn, const char *office)
{
    return find_missing(turn, peers_find(&turn->office->peers, office)) != NULL;
}

bool
share_any_is_missing(const struct turn *turn)
{
    size_t position = 0;
    return share_next_missing(turn, &position) != NULL;
}

const Yidi__Office *
share_next_missing(const struct turn *turn, size_t *position)
{
    const struct peers *peers = &turn->office->peers;
    while (*position < peers->count) {
        const Yidi__Office *entry = find_missing(turn, peers->list[(*position)++]);
        if (entry != NULL)
            return entry;
    }
    return NULL;
}

enum result
share_note_awaited(struct turn *turn, const char *citizen_number, const char *case_number)
{
    return replay_put_awaited(turn->txn, citizen_number, case_number);
}

enum result
share_find_awaited(struct turn *turn, const char *citizen_number,
                   char ret_case_number[CASE_NUMBER_CHARS + 1])
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, unused;
    const struct replay_key prefix = replay_awaited_prefix(citizen_number);
    enum result result =
        store_cursor_open(turn->txn, TABLE_RECOVERY, replay_key_bytes(&prefix), &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &unused)) == OK) {
        char window[OFFICE_CODE_CHARS + 1];
        if (!replay_awaited_case(key, ret_case_number))
            return ERR_DAMAGED;
        case_number_office(ret_case_number, window);
        if (share_is_missing(turn, window))
            return OK;
    }
    return result;
}
