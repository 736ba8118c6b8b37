/* SPDX-License-Identifier: Apache-2.0
 *
 * acceptance-node - the daemon at the window where citizens apply.
 */
#include "acceptance-node/acceptance.h"
#include "common/io/daemon.h"

int
main(int argc, char *argv[])
{
    return daemon_main(&acceptance_role, argc, argv);
}
