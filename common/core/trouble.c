/* SPDX-License-Identifier: Apache-2.0 */
#include "common/core/trouble.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "common/core/format.h"
#include "common/core/refusal.h"
#include "common/core/require.h"

static const struct {
    const char *name;
    const char *english;
    const char *chinese;
} codes[TROUBLE_CODE_COUNT] = { [TROUBLE_NONE] = { "", "", "" },
#define X(name, english, chinese) [TROUBLE_##name] = { #name, english, chinese },
                                TROUBLE_CODES(X)
#undef X
};

const char *
trouble_name(enum trouble_code code)
{
    REQUIRE(code < TROUBLE_CODE_COUNT);
    return codes[code].name;
}

const char *
trouble_english(enum trouble_code code)
{
    REQUIRE(code < TROUBLE_CODE_COUNT);
    return codes[code].english;
}

const char *
trouble_chinese(enum trouble_code code)
{
    REQUIRE(code < TROUBLE_CODE_COUNT);
    return codes[code].chinese;
}

struct saying {
    const struct trouble *trouble;
    bool chinese;
    char *words;
    size_t size;
};

static void
add(struct saying *saying, const char *text, size_t size)
{
    char *end = saying->words + saying->size;
    format_text(end, TROUBLE_WORDS_BYTES - saying->size, "%.*s", (int)size, text);
    saying->size += strlen(end);
}

/* A peer may be newer and name a code that is unknown here. */
static void
add_refusal(struct saying *saying, const char *name)
{
    enum refusal_code code = refusal_find(name);
    const char *meaning = saying->chinese ? refusal_meaning_chinese(code) : refusal_meaning(code);
    if (code != REFUSAL_NONE) {
        add(saying, meaning, strlen(meaning));
        add(saying, saying->chinese ? "（" : " (", saying->chinese ? strlen("（") : 2);
    }
    add(saying, name, strlen(name));
    if (code != REFUSAL_NONE)
        add(saying, saying->chinese ? "）" : ")", saying->chinese ? strlen("）") : 1);
}

static void
add_value(struct saying *saying, char which)
{
    const struct trouble *trouble = saying->trouble;
    const char *why =
        saying->chinese ? trouble_chinese(trouble->why) : trouble_english(trouble->why);
    char number[24];
    switch (which) {
    case '1':
    case '2':
        format_text(number, sizeof number, "%" PRIu64, trouble->numbers[which - '1']);
        add(saying, number, strlen(number));
        break;
    case 'a':
    case 'b':
        add(saying, trouble->texts[which - 'a'], strlen(trouble->texts[which - 'a']));
        break;
    case 'c':
        add_refusal(saying, trouble->texts[0]);
        break;
    default:
        add(saying, why, strlen(why));
    }
}

static void
say(const struct trouble *trouble, bool chinese, char ret_words[TROUBLE_WORDS_BYTES])
{
    struct saying saying = { trouble, chinese, ret_words, 0 };
    const char *rest = chinese ? trouble_chinese(trouble->code) : trouble_english(trouble->code);
    ret_words[0] = '\0';
    while (*rest != '\0') {
        size_t plain = strcspn(rest, "{");
        add(&saying, rest, plain);
        rest += plain;
        if (*rest == '\0')
            return;
        add_value(&saying, rest[1]);
        rest += strcspn(rest, "}") + 1;
    }
}

void
trouble_say_english(const struct trouble *trouble, char ret_words[TROUBLE_WORDS_BYTES])
{
    say(trouble, false, ret_words);
}

void
trouble_say_chinese(const struct trouble *trouble, char ret_words[TROUBLE_WORDS_BYTES])
{
    say(trouble, true, ret_words);
}

static char *
copy(const struct trouble *trouble, bool chinese, struct arena *arena)
{
    char words[TROUBLE_WORDS_BYTES];
    say(trouble, chinese, words);
    return arena_copy_text(arena, words);
}

char *
trouble_in_english(const struct trouble *trouble, struct arena *arena)
{
    return copy(trouble, false, arena);
}

char *
trouble_in_chinese(const struct trouble *trouble, struct arena *arena)
{
    return copy(trouble, true, arena);
}
