#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# licence - each source file names its licence in its first three lines.
set -eu

{
    tests/lib/sources.sh c h proto sh awk
    echo Makefile
    find .ci deploy tests -type f -perm -u+x
} | LC_ALL=C sort -u | xargs awk '
FNR == 1 && NR > 1 && !found { missing = missing previous ":1: no SPDX-License-Identifier\n" }
FNR == 1                     { found = 0; previous = FILENAME }
FNR <= 3 && /SPDX-License-Identifier: Apache-2.0/ { found = 1 }
END {
    if (!found)
        missing = missing previous ":1: no SPDX-License-Identifier\n"
    printf "%s", missing
    exit missing != ""
}'
