/* SPDX-License-Identifier: Apache-2.0
 *
 * registry-node - the daemon at the county of household registration.
 */
#include "common/io/daemon.h"
#include "registry-node/registry.h"

int
main(int argc, char *argv[])
{
    return daemon_main(&registry_role, argc, argv);
}
