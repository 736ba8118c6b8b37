#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# simulation_test - the short form of the simulator: some seeds that must live, and some planted
# bugs that must be found. `make simulate SEEDS=1000` and `make simulate-bugs` are the long forms.
set -u

build=${YIDI_BIN%/bin}
failed=0
"$build/simulate" --seeds 60 --days 10 || failed=1
tests/simulation/find-bugs "$build/bugs" 01-acknowledge-before-commit \
    05-no-authority-at-the-centre 18-rollback-forgets-pending || failed=1
exit "$failed"
