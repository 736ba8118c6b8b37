/* SPDX-License-Identifier: Apache-2.0
 *
 * door_parts - what the parts of door share: door.c takes commands and hands out answers,
 * door_share.c answers what many ask for.
 */
#ifndef IO_DOOR_PARTS_H
#define IO_DOOR_PARTS_H

#include "common/io/door.h"
#include "common/io/json.h"

#define DOOR_JSON_TYPE "application/json"

/* Send a request to the office. ERR_REFUSED: CONSOLE_BUSY; ERR_MEMORY, ERR_IO. */
enum result door_ask_office(struct door *door, const Yidi__Request *request,
                            const struct json_attachments *attachments,
                            struct refusal *ret_refusal) MUST_CHECK;

/* Fill in the answer that a failure is; of ERR_REFUSED the refusal says why. */
enum http_verdict door_answer_trouble(struct door *door, enum result result,
                                      struct refusal *refusal, struct http_response *ret_response);

/* door_share, within the arena of a command that is being taken. */
enum http_verdict door_share_answer(struct door *door, enum door_share share,
                                    const struct http_request *request,
                                    const struct office_time *now,
                                    struct http_response *ret_response);

/* Is it the answer to something that many asked for? Then all of them have it now. */
bool door_share_take(struct door *door, struct http_server *server, const Yidi__Response *response,
                     uint64_t monotonic_ms);

/* Whoever waits for an answer that does not come is told so. */
void door_share_end_waiting(struct door *door, struct http_server *server, uint64_t monotonic_ms);

#endif
