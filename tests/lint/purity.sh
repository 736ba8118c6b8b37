#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# purity - the pure layers call nothing that meets the world: no clock, no random number, no file.
#
# PURE_OBJECTS are the objects of core, domain and NODE/core; what they call must be theirs or be
# listed here. Only require.c may print and abort.
set -eu

[ -n "${PURE_OBJECTS-}" ] || { echo "purity: run me by make lint"; exit 1; }

allowed='mem(chr|cmp|cpy|move|set)|str(chr|cmp|cspn|len|ncmp|nlen|pbrk|rchr|spn|str)|v?snprintf
    malloc|calloc|realloc|free|qsort|bsearch
    __(memcpy|memmove|memset|v?snprintf)_chk|__stack_chk_fail|__(popcount|clz|ctz)[a-z0-9]*
    _GLOBAL_OFFSET_TABLE_'
allowed=$(echo $allowed | tr ' ' '|')
require_also='abort|stderr|fprintf|__fprintf_chk'

theirs=$(nm -g --defined-only $PURE_OBJECTS | awk 'NF == 3 { print $3 }' | sort -u)
failed=
for object in $PURE_OBJECTS; do
    source=${object#*/obj/}
    source=${source%.o}.c
    case $source in
    common/core/require.c) pattern="^($allowed|$require_also)\$" ;;
    *) pattern="^($allowed)\$" ;;
    esac
    for symbol in $(nm -u "$object" | awk '{ print $NF }' | grep -Evx "$pattern"); do
        echo "$theirs" | grep -qx "$symbol" && continue
        name=$(echo "$symbol" | sed 's/^__\(.*\)_chk$/\1/; s/^__isoc[0-9]*_//')
        line=$(grep -nw "$name" "$source" | head -n 1 | cut -d: -f1)
        echo "$source:${line:-1}: a pure layer does not use $symbol"
        failed=yes
    done
done
[ -z "$failed" ]
