/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/redo.h"

static bool
has_hop(const Yidi__Case *row, const Yidi__Hop *hop)
{
    for (size_t i = 0; i < row->n_trace; i++)
        if (row->trace[i]->step == hop->step && row->trace[i]->leaf_index == hop->leaf_index &&
            row->trace[i]->time_ms == hop->time_ms &&
            strcmp(row->trace[i]->office, hop->office) == 0)
            return true;
    return false;
}

bool
redo_find_hop(const struct redo *redo, const struct case_file *file, enum step step,
              Yidi__Hop *ret_hop)
{
    for (size_t i = 0; redo->own != NULL && i < redo->own->trace_count; i++) {
        const Yidi__Hop *hop = redo->own->trace[i];
        if ((enum step)hop->step == step && !has_hop(file->row, hop)) {
            *ret_hop = *hop;
            return true;
        }
    }
    return false;
}

const char *
redo_operator(const struct redo *redo, enum step step)
{
    const char *found = "";
    for (size_t i = 0; i < redo->own->trace_count; i++)
        if ((enum step)redo->own->trace[i]->step == step)
            found = redo->own->trace[i]->operator_;
    return found;
}
