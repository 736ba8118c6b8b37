/* SPDX-License-Identifier: Apache-2.0
 *
 * visitor - an operator at the console of a real office: hired, logged in, and asking for commands
 * in JSON over plain HTTP; and the same JSON over the control socket.
 *
 * All passwords are the same one, and made up. Whatever fails here fails the test.
 */
#ifndef TESTS_VISITOR_H
#define TESTS_VISITOR_H

#include <stdio.h>

#include "common/domain/duty.h"
#include "tests/lib/browser.h"
#include "tests/lib/network.h"

#define VISITOR_PASSWORD "words of everybody"

/* All roles that one person may hold: auditors and screens on the wall are that alone. */
#define VISITOR_ROLES (~(uint32_t)(DUTY_AUDITOR | DUTY_WALL))

enum { VISITOR_TOKEN_CHARS = 64, VISITOR_CODE_BYTES = 41 };

struct visitor {
    const char *listen; /* of the console */
    char token[VISITOR_TOKEN_CHARS + 1], csrf[VISITOR_TOKEN_CHARS + 1];
};

/* Options of an office that is not started yet: a console of its own. */
void visitor_open_console(struct network_office *office, char ret_listen[BROWSER_LISTEN_BYTES]);

/* Let somebody work there, with a set of roles (domain/duty.h). */
void visitor_hire(struct network_office *office, const char *name, uint32_t roles);

/* Log in; answers the HTTP status. listen is borrowed. */
int visitor_log_in(const char *listen, const char *name, struct visitor *ret_visitor);

/* Send a command, whose answer browser_receive takes from the connection; or wait for it. The
 * caller closes the one, and frees the other. */
int visitor_send(const struct visitor *visitor, const char *command, const char *json);
struct browser_reply *visitor_post(const struct visitor *visitor, const char *command,
                                   const char *json);

/* The code of the refusal; "" when it was done. Of a decision on one case: of that. */
void visitor_code(const struct browser_reply *reply, char ret_code[VISITOR_CODE_BYTES]);

/* The same command over the control socket, in that name: sent, and the code of its answer. */
void visitor_send_inside(struct network_office *office, const char *name, const char *command,
                         const char *json);
void visitor_receive_inside(struct network_office *office, char ret_code[VISITOR_CODE_BYTES]);

/* ---- the page about the commands ---- */

enum { VISITOR_LINE_BYTES = 8192 };

/* A command with an example of its JSON, and the message that it is answered with. */
struct visitor_example {
    char line[VISITOR_LINE_BYTES];
    char *command, *answer, *json; /* in the line */
};

/* One after the other; false behind the last one.
 *
 * examples  in, out; NULL before the first one. */
bool visitor_next_example(FILE **examples, struct visitor_example *ret_example);

#endif
