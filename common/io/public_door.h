/* SPDX-License-Identifier: Apache-2.0
 *
 * public_door - what whoever holds a receipt asks of the console, without a session.
 *
 *     POST /api/v1/public/status    ReceiptQuestion as JSON; ReceiptStatus, or a problem
 *
 * Answered from the store in the console's thread; the office hears nothing of it. A number that is
 * none, one that is unknown here, and a wrong code get the same answer (STATUS_UNKNOWN) after the
 * same work, and who asks too often is not heard (rate_limit.h). What is told the role knows.
 */
#ifndef IO_PUBLIC_DOOR_H
#define IO_PUBLIC_DOOR_H

#include "common/io/door.h"
#include "common/io/rate_limit.h"

#define PUBLIC_DOOR_PATH "public/status" /* behind the path of the API */

struct public_door_options {
    bool open;           /* else there is no such path */
    uint32_t per_minute; /* questions of one address; 1 to 60,000 */
};

struct public_door {
    struct door *door;
    bool open;
    struct rate_limit limit;
};

/* Stays shut where the role has nothing to tell. Leave it where it is. */
void public_door_init(struct public_door *public_door, struct door *door,
                      const struct public_door_options *options);

/* A POST whose body is JSON. */
enum http_verdict public_door_take(struct public_door *public_door,
                                   const struct http_request *request,
                                   const struct office_time *now,
                                   struct http_response *ret_response);

#endif
