#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# cppcheck - what a second reader of the code finds.
#
# It does not know __attribute__((cleanup)), so leaks are left to the sanitizers; and it does not get
# to the end of web_assets.c, which is megabytes of pages as numbers.
set -eu

if ! command -v cppcheck >/dev/null; then
    echo "cppcheck: not here; nothing was checked"
    exit 0
fi
tests/lib/sources.sh c | grep -v -e '^tests/' -e '/web_assets\.c$' |
    xargs cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --library=gnu \
        --enable=warning,portability --template='{file}:{line}: {message} [{id}]' \
        --suppress=missingIncludeSystem --suppress='*:*/proto/*' \
        --suppress=normalCheckLevelMaxBranches --suppress=memleak --suppress=resourceLeak --suppress=legacyUninitvar \
        -D_GNU_SOURCE -I. -I"${BUILD:-build}"
