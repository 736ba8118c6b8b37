#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run-lint - runs every lint, so that one run shows all that breaks.
set -u

failed=
for lint; do
    if "$lint"; then
        echo "ok      $lint"
    else
        echo "FAILED  $lint"
        failed=yes
    fi
done
[ -z "$failed" ]
