/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
add_word(struct words *words, const char *text, size_t size)
{
    assert_true(words->count < WORDS_MAX && words->used + size + 1 <= sizeof words->room);
    char *word = words->room + words->used;
    memcpy(word, text, size);
    word[size] = '\0';
    words->used += size + 1;
    words->list[words->count++] = word;
    words->list[words->count] = NULL;
}

void
words_add(struct words *words, const char *word)
{
    add_word(words, word, strlen(word));
}

void
words_add_text(struct words *words, const char *text)
{
    while (*(text += strspn(text, " ")) != '\0') {
        bool quoted = *text == '\'';
        text += quoted;
        size_t size = strcspn(text, quoted ? "'" : " ");
        add_word(words, text, size);
        text += size + quoted;
    }
}

void
words_replace(struct words *words, const char *word, const char *by)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->list[i], word) == 0)
            words->list[i] = by;
}

bool
words_hold(const struct words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->list[i], word) == 0)
            return true;
    return false;
}

static void
remove_at(struct words *words, size_t at, size_t count)
{
    for (size_t i = at; i + count <= words->count; i++)
        words->list[i] = words->list[i + count];
    words->count -= count;
}

const char *
words_take_operator(struct words *words)
{
    for (size_t i = 0; i + 1 < words->count; i++)
        if (strcmp(words->list[i], "as") == 0) {
            const char *name = words->list[i + 1];
            remove_at(words, i, 2);
            return name;
        }
    return NULL;
}
