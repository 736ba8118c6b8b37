/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/redo.h"

#include "common/io/case_trace.h"

bool
redo_find_hop(const struct redo *redo, const struct case_file *file, enum step step,
              Yidi__Hop *ret_hop)
{
    for (size_t i = 0; redo->own != NULL && i < redo->own->trace_count; i++) {
        const Yidi__Hop *hop = redo->own->trace[i];
        if ((enum step)hop->step == step && !case_trace_has(file->row, hop)) {
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
