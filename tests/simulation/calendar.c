/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar - the day on which every simulation begins, so that a seed of today is the same seed
 * tomorrow. Certificates are made for that day too: their library asks time() as anybody does.
 */
#include <time.h>

enum { MONDAY_2026_03_02_08_00_IN_BEIJING = 1772409600 };

time_t
time(time_t *ret_now)
{
    if (ret_now != NULL)
        *ret_now = MONDAY_2026_03_02_08_00_IN_BEIJING;
    return MONDAY_2026_03_02_08_00_IN_BEIJING;
}
