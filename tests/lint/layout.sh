#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# layout - C files are as clang-format 14 lays them out, and no line of a script is too long.
#
# Other versions lay some things out otherwise, so the check is left out when 14 is not there.
set -eu

failed=0
tests/lib/sources.sh sh awk | xargs awk '
length($0) > 120 { printf "%s:%d: %d bytes in a line\n", FILENAME, FNR, length($0); failed = 1 }
/[ \t]$/         { printf "%s:%d: a blank at the end\n", FILENAME, FNR; failed = 1 }
END              { exit failed }' || failed=1

tool=
for candidate in clang-format-14 clang-format; do
    if command -v "$candidate" >/dev/null && "$candidate" --version | grep -q 'version 14\.'; then
        tool=$candidate
        break
    fi
done
if [ -z "$tool" ]; then
    echo "layout: clang-format 14 is not here; the layout of C files was not checked"
else
    tests/lib/sources.sh c h | xargs "$tool" --dry-run -Werror 2>&1 | grep 'error:' && failed=1
fi
exit "$failed"
