/* SPDX-License-Identifier: Apache-2.0
 *
 * flooder - a listed office gone mad: a thread that sends frames to another office at a steady
 * rate, whatever it answers. Questions where it stands, messages out of order, and forgeries.
 *
 * It plays an office whose daemon does not run.
 */
#ifndef BENCH_FLOODER_H
#define BENCH_FLOODER_H

#include <stdint.h>

#include "tests/lib/network.h"

struct flooder;

/* Connect and begin. */
struct flooder *flooder_start(struct network_office *as, const struct network_office *victim,
                              uint64_t frames_per_second);

/* Stop; answers how many frames were handed to the transport. */
uint64_t flooder_stop(struct flooder *flooder);

#endif
