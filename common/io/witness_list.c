/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/witness_list.h"

#include "common/io/witness.h"

static enum result
fill_row(struct office *office, const struct peer *peer, Yidi__WitnessRow *row)
{
    struct trouble trouble;
    const Yidi__Office *entry = directory_find(office->directory, peer->office);
    const struct peer_witness *witness = &peer->witness;
    yidi__witness_row__init(row);
    row->office = (char *)peer->office;
    if (entry != NULL)
        row->name = entry->name;
    row->their_epoch = peer->seen_head.epoch;
    row->their_size = peer->seen_head.size;
    row->proved_size = witness->proved.head.size;
    row->proved_ms = witness->proved_ms;
    row->our_epoch = witness->ours.head.epoch;
    row->our_size = witness->ours.head.size;
    row->witnessed_ms = witness->ours_ms;
    if (witness->proved.text != NULL)
        row->proved_head = witness->proved.text;
    if (witness->contrary.text != NULL)
        row->contrary_head = witness->contrary.text;
    witness_describe(peer, &trouble);
    row->trouble_code = (char *)trouble_name(trouble.code);
    row->trouble = trouble_in_english(&trouble, &office->answers);
    row->trouble_chinese = trouble_in_chinese(&trouble, &office->answers);
    return row->trouble == NULL || row->trouble_chinese == NULL ? ERR_MEMORY : OK;
}

enum result
witness_list(struct office *office, const char *only, Yidi__Response *response,
             struct refusal *ret_refusal)
{
    size_t count = office->peers.count;
    if (only[0] != '\0' && directory_find(office->directory, only) == NULL)
        return refuse(ret_refusal, REFUSAL_OFFICE_UNKNOWN, "witnesses.office",
                      "not in the directory");
    Yidi__WitnessList *list = arena_take(&office->answers, sizeof *list);
    Yidi__WitnessRow **rows = arena_take(&office->answers, (count + 1) * sizeof *rows);
    Yidi__WitnessRow *made = arena_take(&office->answers, (count + 1) * sizeof *made);
    if (list == NULL || rows == NULL || made == NULL)
        return ERR_MEMORY;
    yidi__witness_list__init(list);
    for (size_t i = 0; i < count; i++) {
        const struct peer *peer = office->peers.list[i];
        if (only[0] != '\0' && strcmp(only, peer->office) != 0)
            continue;
        if (fill_row(office, peer, &made[list->n_rows]) != OK)
            return ERR_MEMORY;
        rows[list->n_rows] = &made[list->n_rows];
        list->n_rows++;
    }
    list->rows = rows;
    response->body_case = YIDI__RESPONSE__BODY_WITNESSES;
    response->witnesses = list;
    return OK;
}

uint64_t
witness_list_rewritten(const struct office *office)
{
    uint64_t count = 0;
    for (size_t i = 0; i < office->peers.count; i++)
        count += witness_barred(office->peers.list[i]);
    return count;
}
