/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/trace.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/core/effects.h"
#include "tests/simulation/world.h"

enum { TRACE_FIRST_HOUR = 8 }; /* in Beijing */

void
trace(const struct world *world, int office, const char *words, ...)
{
    if (!world->traced)
        return;
    uint64_t seconds = world_age_ms(world) / 1000 + TRACE_FIRST_HOUR * 3600;
    const char *name = office < 0 ? "" : world->network.offices[office].name;
    printf("day %2" PRIu64 " %02" PRIu64 ":%02" PRIu64 ":%02" PRIu64 "  %-10s  ",
           1 + seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60, name);
    va_list arguments;
    va_start(arguments, words);
    vprintf(words, arguments);
    va_end(arguments);
    putchar('\n');
}

const char *
trace_message_name(int kind)
{
    static const char *const names[] = {
        [MESSAGE_APPLICATION_SUBMITTED] = "application-submitted",
        [MESSAGE_APPLICATION_REFUSED] = "application-refused",
        [MESSAGE_CARD_ISSUED] = "card-issued",
        [MESSAGE_CARD_ORDERED] = "card-ordered",
        [MESSAGE_CARD_MADE] = "card-made",
        [MESSAGE_CARD_DISPATCHED] = "card-dispatched",
        [MESSAGE_CARD_RECEIVED] = "card-received",
        [MESSAGE_CARD_COLLECTED] = "card-collected",
        [MESSAGE_MESSAGE_REFUSED] = "message-refused",
    };
    bool known = kind > 0 && (size_t)kind < sizeof names / sizeof *names && names[kind] != NULL;
    return known ? names[kind] : "message";
}
