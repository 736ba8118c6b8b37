/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/finger.h"

#include <stdbool.h>

static bool
is_missing(enum form_finger finger, const enum form_finger *missing, size_t missing_count)
{
    for (size_t i = 0; i < missing_count; i++)
        if (missing[i] == finger)
            return true;
    return false;
}

/* The place of the hand's first finger that is there, from the thumb on; FINGERS_WANTED of them at
 * most, as the other hand may have none. */
static size_t
find_of_hand(enum form_finger thumb, const enum form_finger *missing, size_t missing_count,
             enum form_finger ret_found[FINGERS_WANTED])
{
    size_t count = 0;
    for (int i = 0; i < FINGERS_OF_HAND && count < FINGERS_WANTED; i++) {
        enum form_finger finger = (enum form_finger)((int)thumb + i);
        if (!is_missing(finger, missing, missing_count))
            ret_found[count++] = finger;
    }
    return count;
}

size_t
fingers_due(const enum form_finger *missing, size_t missing_count,
            enum form_finger ret_due[FINGERS_WANTED])
{
    enum form_finger right[FINGERS_WANTED];
    enum form_finger left[FINGERS_WANTED];
    size_t right_count = find_of_hand(FINGER_RIGHT_THUMB, missing, missing_count, right);
    size_t left_count = find_of_hand(FINGER_LEFT_THUMB, missing, missing_count, left);
    size_t of_right = left_count > 0 && right_count > 1 ? 1 : right_count;
    size_t of_left = right_count > 0 && left_count > 1 ? 1 : left_count;
    for (size_t i = 0; i < of_right; i++)
        ret_due[i] = right[i];
    for (size_t i = 0; i < of_left; i++)
        ret_due[of_right + i] = left[i];
    return of_right + of_left;
}
