/* SPDX-License-Identifier: Apache-2.0
 *
 * auto - locals that clean up after themselves.
 *
 * AUTO(noun) calls noun_auto(&local) on every way out of the scope. DEFINE_AUTO(noun, type, call)
 * writes noun_auto for a pointer type. MOVE(p) hands p on and leaves NULL behind, so the cleanup
 * does nothing.
 */
#ifndef CORE_AUTO_H
#define CORE_AUTO_H

#include <stdlib.h>

#define AUTO(noun) __attribute__((cleanup(noun##_auto)))
#define MOVE(p)                                                                                    \
    __extension__({                                                                                \
        __typeof__(p) moved_ = (p);                                                                \
        (p) = NULL;                                                                                \
        moved_;                                                                                    \
    })
#define DEFINE_AUTO(noun, type, call)                                                              \
    static inline void noun##_auto(type *local)                                                    \
    {                                                                                              \
        if (*local != NULL)                                                                        \
            call(*local);                                                                          \
    }

/* AUTO(heap): for plain malloc memory. */
static inline void
heap_auto(void *local)
{
    free(*(void **)local);
}

#endif
