/* SPDX-License-Identifier: Apache-2.0
 *
 * production-node - the daemon at the card centre.
 */
#include "common/io/daemon.h"
#include "production-node/production.h"

int
main(int argc, char *argv[])
{
    return daemon_main(&production_role, argc, argv);
}
