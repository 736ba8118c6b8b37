/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/lost_news.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/io/log.h"

enum { OFFICES_MAX = 3, WORDS_BYTES = 200 };

static bool
has_lost_news(const Yidi__Case *row, const char *code)
{
    for (size_t i = 0; i < row->n_news_lost_of; i++)
        if (strcmp(row->news_lost_of[i], code) == 0)
            return true;
    return false;
}

bool
lost_news_is_silent(const struct office *office, const Yidi__Case *row, const char *code)
{
    return office_is_gone(office, code) || has_lost_news(row, code);
}

static bool
is_party(const Yidi__Case *row, const char *code)
{
    return strcmp(row->acceptance_office, code) == 0 || strcmp(row->registry_office, code) == 0 ||
           strcmp(row->production_office, code) == 0;
}

static enum result
add_office(struct turn *turn, Yidi__Case *row, const char *code)
{
    char **list;
    if (has_lost_news(row, code) || row->n_news_lost_of == OFFICES_MAX)
        return OK;
    list = arena_take(turn->arena, OFFICES_MAX * sizeof *list);
    if (list == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < row->n_news_lost_of; i++)
        list[i] = row->news_lost_of[i];
    list[row->n_news_lost_of++] = (char *)code;
    row->news_lost_of = list;
    return OK;
}

static enum result
call_attention(struct turn *turn, struct case_file *file, const char *code)
{
    char words[WORDS_BYTES];
    if (!turn->office->options.role->machine->state_open[file->row->state])
        return OK;
    snprintf(words, sizeof words,
             "office %s had ended the case, and erased a message about it before it came: ask it "
             "how it ended; nobody may ever tell",
             code);
    return turn_set_attention(turn, file, refusal_name(REFUSAL_MESSAGE_ERASED), words, code);
}

enum result
lost_news_take(struct turn *turn)
{
    const char *code = turn->input->peer->office,
               *case_number = turn->input->envelope.entry->erased->case_number;
    struct effects effects = { 0 };
    struct case_file file;
    char room[LOG_TEXT_BYTES];
    log_line(LOG_WARNING, "message_erased", "office=%s sequence=%" PRIu64 " case=%s", code,
             turn->input->sequence, log_text(room, case_number));
    enum result result = case_file_open(turn->txn, turn->office->options.role->machine, case_number,
                                        turn->arena, &file);
    if (result == OK && !is_party(file.row, code))
        return ERR_ABSENT;
    if (result == OK)
        result = add_office(turn, file.row, code);
    if (result == OK)
        result = call_attention(turn, &file, code);
    effects_add(&effects, (struct effect){ .kind = EFFECT_SAVE, .what = STEP_NEWS_LOST });
    return result == OK ? turn_carry_out(turn, &file, &effects) : result;
}
