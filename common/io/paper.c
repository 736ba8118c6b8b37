/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/paper.h"

#include "common/io/paper_parts.h"

static enum result
draw(struct paper *paper, struct arena *arena)
{
    const Yidi__Case *row = paper->printed->case_row;
    switch (paper->printed->paper) {
    case YIDI__PAPER__PAPER_FORM:
        paper_draw_form(paper, arena);
        return OK;
    case YIDI__PAPER__PAPER_RECEIPT:
        return paper_draw_receipt(paper, arena);
    case YIDI__PAPER__PAPER_NOTICE:
        if (paper->printed->ended) /* it comes last */
            paper_draw_end(paper, arena);
        else if (row->refusal != NULL) /* it comes after any return */
            paper_draw_refusal(paper, arena);
        else if (row->returned != NULL)
            paper_draw_return(paper, arena);
        else
            return ERR_DAMAGED;
        return OK;
    default:
        return ERR_DAMAGED;
    }
}

enum result
paper_draw(const Yidi__Printed *printed, struct bytes photo, struct arena *arena,
           struct bytes *ret_document)
{
    struct paper paper = { .printed = printed, .photo = photo };
    enum result result = draw(&paper, arena);
    return result == OK ? svg_end(&paper.svg, ret_document) : result;
}
