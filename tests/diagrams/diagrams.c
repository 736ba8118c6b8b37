/* SPDX-License-Identifier: Apache-2.0
 *
 * diagrams - prints a machine as its table says it is: as text for ARCHITECTURE.md, or as a graph.
 *
 *     diagrams names             the machines
 *     diagrams text MACHINE      one line per transition, then what leaves a case where it is
 *     diagrams dot MACHINE       for graphviz
 *
 * Knows nothing of guards: who may act, and what must be at hand, the step functions say.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acceptance-node/core/application.h"
#include "production-node/core/order.h"
#include "proto/message.pb-c.h"
#include "registry-node/core/review.h"

enum { LABEL_BYTES = 256, LINE_COLUMNS = 110 };

static const struct {
    const char *name;
    const struct machine *machine;
} machines[] = {
    { "application", &application_machine },
    { "review", &review_machine },
    { "order", &order_machine },
};

/* ---- one transition ---- */

/* Does a case stay where it is, and nobody hears of it? */
static bool
is_quiet(const struct transition *row)
{
    return row->from == row->to && row->sends[0].message == MESSAGE_NONE && !row->notify;
}

static const char *
message_name(enum message_kind kind)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(&yidi__message__descriptor, (unsigned)kind);
    const ProtobufCMessageDescriptor *body = field == NULL ? NULL : field->descriptor;
    return body == NULL ? "?" : body->short_name;
}

/* What follows: [Message→Role, Message→Role] (notify). */
static const char *
consequence(const struct transition *row, char storage[LABEL_BYTES])
{
    static const char *const roles[] = {
        [PARTY_ACCEPTANCE] = "A", [PARTY_REGISTRY] = "R", [PARTY_PRODUCTION] = "P"
    };
    size_t used = 0;
    storage[0] = '\0';
    for (int i = 0; i < TRANSITION_SENDS_MAX && row->sends[i].message != MESSAGE_NONE; i++)
        used += (size_t)snprintf(storage + used, LABEL_BYTES - used, "%s%s→%s", i == 0 ? "[" : ", ",
                                 message_name(row->sends[i].message), roles[row->sends[i].to]);
    if (used > 0)
        used += (size_t)snprintf(storage + used, LABEL_BYTES - used, "]");
    if (row->notify)
        snprintf(storage + used, LABEL_BYTES - used, "%s(notify)", used > 0 ? " " : "");
    return storage;
}

/* ---- text ---- */

static int
longest(const char *const *names, int count)
{
    int width = 0;
    for (int i = 0; i < count; i++)
        width = (int)strlen(names[i]) > width ? (int)strlen(names[i]) : width;
    return width;
}

/* Words behind a label, over as many lines as they need. */
struct list {
    int indent, column;
    bool empty;
};

static void
begin_list(struct list *list, const char *label, int width)
{
    *list = (struct list){ .indent = 4 + width + 2, .empty = true };
    list->column = printf("    %-*s  ", width, label);
}

static void
add_word(struct list *list, const char *word)
{
    int size = (int)strlen(word);
    if (!list->empty && list->column + 2 + size > LINE_COLUMNS)
        list->column = printf(",\n%*s", list->indent, "") - 2;
    else if (!list->empty)
        list->column += printf(", ");
    list->column += printf("%s", word);
    list->empty = false;
}

static void
print_states(const struct machine *machine, bool open)
{
    struct list list;
    begin_list(&list, open ? "waits" : "ended", 5);
    for (int state = 1; state < machine->state_count; state++)
        if (machine->state_open[state] == open)
            add_word(&list, machine->state_names[state]);
    putchar('\n');
}

static void
print_transition(const struct machine *machine, const struct transition *row, bool first)
{
    int from = longest(machine->state_names, machine->state_count);
    int event = longest(machine->event_names, machine->event_count);
    char label[LABEL_BYTES];
    const char *name = machine->event_names[row->on];
    const char *to = row->from == row->to ? "same" : machine->state_names[row->to];
    printf("    %-*s  ─ %s ", from, first ? machine->state_names[row->from] : "", name);
    for (int i = (int)strlen(name); i <= event; i++)
        printf("─");
    consequence(row, label);
    if (label[0] == '\0')
        printf("▶ %s\n", to);
    else
        printf("▶ %-*s  %s\n", from, to, label);
}

static void
print_leaving(const struct machine *machine, int state)
{
    bool first = true;
    for (size_t i = 0; i < machine->transition_count; i++) {
        const struct transition *row = &machine->transitions[i];
        if (row->from != state || is_quiet(row))
            continue;
        if (first)
            putchar('\n');
        print_transition(machine, row, first);
        first = false;
    }
}

static void
print_quiet(const struct machine *machine)
{
    bool any = false;
    for (int event = 0; event < machine->event_count; event++) {
        struct list list;
        bool begun = false;
        for (size_t i = 0; i < machine->transition_count; i++) {
            const struct transition *row = &machine->transitions[i];
            if (row->on != event || !is_quiet(row))
                continue;
            if (!any)
                printf("\n    only written down:\n");
            any = true;
            if (!begun)
                begin_list(&list, machine->event_names[event],
                           longest(machine->event_names, machine->event_count));
            begun = true;
            add_word(&list, machine->state_names[row->from]);
        }
        if (begun)
            putchar('\n');
    }
}

static void
print_text(const struct machine *machine)
{
    print_states(machine, true);
    print_states(machine, false);
    for (int state = 0; state < machine->state_count; state++)
        print_leaving(machine, state);
    print_quiet(machine);
}

/* ---- graph ---- */

static void
print_nodes(const struct machine *machine)
{
    printf("    absent [shape=point, width=0.15]\n");
    for (int state = 1; state < machine->state_count; state++)
        printf("    \"%s\" [style=\"rounded,filled\", fillcolor=\"%s\"]\n",
               machine->state_names[state], machine->state_open[state] ? "#fff4d6" : "#e3e8ef");
}

static void
print_edge(const struct machine *machine, const struct transition *row)
{
    char label[LABEL_BYTES];
    consequence(row, label);
    printf("    \"%s\" -> \"%s\" [label=\"%s%s%s\"%s]\n", machine->state_names[row->from],
           machine->state_names[row->to], machine->event_names[row->on],
           label[0] == '\0' ? "" : "\\n", label, row->notify ? ", color=\"#9a3412\"" : "");
}

/* Black is a step, brown one of which the applicant is told. */
static void
print_dot(const char *name, const struct machine *machine)
{
    printf("digraph \"%s\" {\n    rankdir=TB\n    nodesep=0.5\n    ranksep=0.7\n", name);
    printf("    node [shape=box, fontname=\"sans-serif\", fontsize=12]\n");
    printf("    edge [fontname=\"sans-serif\", fontsize=9, arrowsize=0.7]\n");
    print_nodes(machine);
    for (size_t i = 0; i < machine->transition_count; i++)
        if (!is_quiet(&machine->transitions[i]))
            print_edge(machine, &machine->transitions[i]);
    printf("}\n");
}

/* ---- what is asked ---- */

static const struct machine *
find_machine(const char *name)
{
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
        if (strcmp(machines[i].name, name) == 0)
            return machines[i].machine;
    return NULL;
}

int
main(int argc, char *argv[])
{
    const struct machine *machine = argc == 3 ? find_machine(argv[2]) : NULL;
    if (argc == 2 && strcmp(argv[1], "names") == 0) {
        for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
            puts(machines[i].name);
    } else if (machine != NULL && strcmp(argv[1], "text") == 0) {
        print_text(machine);
    } else if (machine != NULL && strcmp(argv[1], "dot") == 0) {
        print_dot(argv[2], machine);
    } else {
        fprintf(stderr, "usage: diagrams names | text MACHINE | dot MACHINE\n");
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
