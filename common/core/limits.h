/* SPDX-License-Identifier: Apache-2.0
 *
 * limits - every bound in one place, with its unit in its name.
 *
 * Bounds of message fields stand beside the fields in proto/. Full is an explicit refusal, never a
 * drop.
 */
#ifndef CORE_LIMITS_H
#define CORE_LIMITS_H

enum {
    OFFICE_CODE_CHARS = 12,
    DIVISION_CHARS = 6,
    CITIZEN_NUMBER_CHARS = 18,
    CASE_NUMBER_CHARS = 26,
    OPERATOR_BYTES_MAX = 32,

    PHOTO_BYTES_MIN = 4 * 1024,
    PHOTO_BYTES_MAX = 40 * 1024,
    PHOTO_WIDTH_PIXELS = 358,
    PHOTO_HEIGHT_PIXELS = 441,
    FINGERPRINT_BYTES = 512,
    GUARDIAN_PHOTO_SIDE_MIN_PIXELS = 240,
    GUARDIAN_PHOTO_SIDE_MAX_PIXELS = 800,
    ATTACHMENTS_MAX = 4, /* photo, two templates, photo with the guardian */

    ENTRY_BYTES_MAX = 128 * 1024,
    ENVELOPE_BYTES_MAX = 160 * 1024,
    TREE_HEAD_BYTES_MAX = 2048,
    MERKLE_PATH_MAX = 63,

    LINK_FRAMES_MAX = 2 + ATTACHMENTS_MAX, /* LinkFrame, Envelope, attachments */
    LINK_FRAME_BYTES_MAX = 4 * 1024 * 1024,
    WINDOW_MESSAGES = 512,
    WINDOW_BYTES = 32 * 1024 * 1024,

    COMMAND_BYTES_MAX = 64 * 1024,              /* a command without its attachments */
    APPLICATION_ENVELOPE_BYTES_MAX = 64 * 1024, /* travels inside the order, see CardOrdered */
    CONTROL_FRAMES_MAX = 300,
    CONTROL_FRAME_BYTES_MAX = 64 * 1024 * 1024,
    DECIDE_CASES_MAX = 1024,
    LIST_ROWS_MAX = 500, /* in one answer: some milliseconds, in which nobody else gets one */

    TURN_INPUTS_MAX = 1024,
    TURN_FRAMES_MAX = 4096, /* taken from the sockets, inputs or not */
    DROPS_LOGGED_MAX = 10,  /* a second */
    TURN_BYTES_MAX = 16 * 1024 * 1024,
    EFFECTS_MAX = 8,
    DISPLACED_CHAIN_MAX = 8, /* open cases of one citizen, one opened beside the other */
    REDIRECTIONS_MAX = 3,    /* of one application: there, back, and on; then it is decided */
    OVERDUE_BATCH_MAX = 256, /* cases that one turn tells to be overdue */

    HTTP_CONNECTIONS_MAX = 512,
    HTTP_CONNECTIONS_PER_ADDRESS_MAX = 256,
    HTTP_MEMORY_BYTES = 64 * 1024, /* of a connection; what does not fit, the library refuses */
    HTTP_HEADER_BYTES_MAX = 16 * 1024,
    HTTP_PATH_BYTES_MAX = 512,
    HTTP_BODY_BYTES_MAX = 256 * 1024, /* a command with its attachments in base64 */
    HTTP_STRANGER_BODY_BYTES_MAX = 4 * 1024,
    HTTP_EVENT_STREAMS_MAX = 240,
    HTTP_EVENT_STREAM_BYTES = 8 * 1024, /* of events that wait for a slow reader */
    CONSOLE_COMMANDS_MAX = 240,         /* acts that wait for the loop */
    CONSOLE_QUERIES_AT_ONCE = 4,        /* that the loop is asked; the others wait for them */
    LOGINS_WAITING_MAX = 16,            /* whose password is to be verified: one after the other */
    SESSIONS_MAX = 1024,
    SESSIONS_PER_OPERATOR_MAX = 8, /* the oldest ends when another begins */
    OPERATORS_MAX = 1000,

    ERASE_BATCH_MAX = 64,      /* closed cases of which one turn erases something */
    ERASE_MESSAGES_MAX = 1024, /* and their messages */
    ERASE_WARNING_DAYS = 30,   /* before a message that is not delivered is erased, too */

    DIRECTORY_BYTES_MAX = 64 * 1024 * 1024,
};

_Static_assert(ENTRY_BYTES_MAX < ENVELOPE_BYTES_MAX, "an envelope holds its entry and the proof");
_Static_assert(COMMAND_BYTES_MAX < ENTRY_BYTES_MAX, "what a command says fits into an entry");
_Static_assert(APPLICATION_ENVELOPE_BYTES_MAX < ENTRY_BYTES_MAX, "an order fits into an entry");
_Static_assert(ENVELOPE_BYTES_MAX < LINK_FRAME_BYTES_MAX, "an envelope fits into one frame");
_Static_assert(PHOTO_BYTES_MAX < LINK_FRAME_BYTES_MAX, "a photo fits into one frame");
_Static_assert((2 * PHOTO_BYTES_MAX + 2 * FINGERPRINT_BYTES) / 3 * 4 + COMMAND_BYTES_MAX <
                   HTTP_BODY_BYTES_MAX,
               "an application fits into one request");
_Static_assert((int)HTTP_HEADER_BYTES_MAX < (int)HTTP_MEMORY_BYTES, "our own refusal comes first");
_Static_assert((int)CONSOLE_COMMANDS_MAX < (int)TURN_INPUTS_MAX, "consoles cannot fill a turn");

#endif
