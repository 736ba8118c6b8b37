#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# cppcheck - what a second reader of the code finds.
#
# It does not know __attribute__((cleanup)), so leaks are left to the sanitizers.
set -eu

if ! command -v cppcheck >/dev/null; then
    echo "cppcheck: not here; nothing was checked"
    exit 0
fi
tests/lib/sources.sh c | grep -v '^tests/' |
    xargs cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --enable=warning,portability \
        -I. -I"${BUILD:-build}" --suppress=missingIncludeSystem --suppress='*:*/proto/*' --suppress=memleak --suppress=resourceLeak --suppress=legacyUninitvar \
        --library=gnu --template='{file}:{line}: {message} [{id}]' -D_GNU_SOURCE
