/* SPDX-License-Identifier: Apache-2.0
 *
 * words - a command line that is put together word by word. Too many words fail the test.
 */
#ifndef TESTS_WORDS_H
#define TESTS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { WORDS_MAX = 28, WORDS_BYTES = 2048 };

struct words {
    const char *list[WORDS_MAX + 1]; /* NULL-terminated; into the room, or borrowed */
    size_t count;
    char room[WORDS_BYTES];
    size_t used;
};

/* One word, copied; or those of a text, where what stands in '' is one. */
void words_add(struct words *words, const char *word);
void words_add_text(struct words *words, const char *text);

bool words_hold(const struct words *words, const char *word);

/* Put another word in the place of each such one; the other is borrowed. */
void words_replace(struct words *words, const char *word, const char *by);

/* Take "as NAME" out; NULL when nobody is named. */
const char *words_take_operator(struct words *words);

#endif
