/* SPDX-License-Identifier: Apache-2.0
 *
 * store_upgrade - makes a store of an earlier format one of the present, in one transaction.
 *
 *     1 → 2    the index of the cases by deadline is built
 *     2 → 3    and the list in it of the closed cases, to be erased; and the dossiers: what is held
 *              of each case; a policy has the time of its adoption
 *     3 → 4    the index of the cases by person is built, and that of those which call for
 *              attention; and what else the role looks things up in
 *
 * There is no way back: a program that knows the earlier format only does not open the store any
 * more, as it would not keep what was added.
 */
#ifndef IO_STORE_UPGRADE_H
#define IO_STORE_UPGRADE_H

#include "common/io/role.h"
#include "common/io/store.h"

/* Do nothing to a store of the present format.
 *
 * role         whose store it is; NULL: it keeps no index of its own.
 * ERR_DAMAGED  a row of a case, or a message, cannot be read; ERR_FULL, ERR_IO as of a commit. The
 * store is as it was. */
enum result store_upgrade(struct store *store, const struct role *role) MUST_CHECK;

#endif
