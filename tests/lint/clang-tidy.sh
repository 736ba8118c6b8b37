#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# clang-tidy - slips that compilers accept.
#
# Left out: what is our style (checks on swappable parameters, reserved names, arrays of pointers),
# and the path-sensitive analyzer, which does not follow our cleanup attributes.
set -eu

checks='-*,bugprone-*,misc-redundant-expression,readability-misleading-indentation
    readability-duplicate-include
    -bugprone-easily-swappable-parameters,-bugprone-reserved-identifier
    -bugprone-narrowing-conversions,-bugprone-implicit-widening-of-multiplication-result
    -bugprone-sizeof-expression,-bugprone-not-null-terminated-result,-bugprone-macro-parentheses
    -bugprone-switch-missing-default-case,-bugprone-assignment-in-if-condition
    -bugprone-multi-level-implicit-pointer-conversion,-bugprone-casting-through-void'
checks=$(echo $checks | tr ' ' ',')

if ! command -v clang-tidy >/dev/null; then
    echo "clang-tidy: not here; nothing was checked"
    exit 0
fi
tests/lib/sources.sh c | grep -v '^tests/' |
    xargs -P 2 -n 8 sh -c '
        checks=$1 build=$2; shift 2
        clang-tidy --quiet --warnings-as-errors="*" --checks="$checks" "$@" -- \
            -std=c11 -D_GNU_SOURCE -I. -I"$build" 2>/dev/null' sh "$checks" "${BUILD:-build}"
