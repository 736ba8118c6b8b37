/* SPDX-License-Identifier: Apache-2.0
 *
 * version - of the whole software, printed by --version.
 */
#ifndef CORE_VERSION_H
#define CORE_VERSION_H

#define YIDI_VERSION "0.1.0"

#endif
