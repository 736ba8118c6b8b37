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
        [MESSAGE_APPLICATION_RETURNED] = "application-returned",
        [MESSAGE_APPLICATION_WITHDRAWN] = "application-withdrawn",
        [MESSAGE_WITHDRAWAL_ANSWERED] = "withdrawal-answered",
        [MESSAGE_ORDER_WITHDRAWN] = "order-withdrawn",
        [MESSAGE_ORDER_WITHDRAWAL_ANSWERED] = "order-withdrawal-answered",
        [MESSAGE_APPLICATION_REDIRECTED] = "application-redirected",
        [MESSAGE_APPLICATION_REMINDED] = "application-reminded",
        [MESSAGE_CARD_DESTROYED] = "card-destroyed",
        [MESSAGE_APPLICATION_ABANDONED] = "application-abandoned",
        [MESSAGE_CARD_ABANDONED] = "card-abandoned",
        [MESSAGE_OLD_CARD_DESTROYED] = "old-card-destroyed",
    };
    _Static_assert(sizeof names / sizeof *names == MESSAGE_KIND_END, "every kind has a name");
    bool known = kind >= MESSAGE_APPLICATION_SUBMITTED && kind < MESSAGE_KIND_END;
    return known ? names[kind] : "message";
}
