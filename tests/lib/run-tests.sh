#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run-tests - runs test programs one after another and counts their cases.
#
#   run-tests.sh [-f FILTER] PROGRAM...
#
# A program of cmocka counts case by case; any other program is one case. A case that ran and was
# neither OK nor skipped has failed, so a crash counts. The output of a program is shown when it
# fails, or when a filter was given. After many programs those that took longest are named. The last
# line is the count, "N passed, N failed"; running nothing at all is a failure.
set -u

filter=
if [ "${1-}" = -f ]; then
    filter=$2
    shift 2
fi
output=$(mktemp) || exit 1
times=$(mktemp) || exit 1
trap 'rm -f "$output" "$times"' EXIT
trap 'exit 130' INT TERM

count() { grep -c "\[ *$1 *\]" "$output"; }

passed_sum=0
failed_sum=0
for program; do
    begun_ms=$(date +%s%3N)
    timeout --kill-after=5 "${TEST_TIMEOUT_S:-300}" "$program" ${filter:+"$filter"} >"$output" 2>&1
    status=$?
    tenths=$((($(date +%s%3N) - begun_ms) / 100))
    echo "$tenths $program" >>"$times"
    ran=$(count RUN)
    passed=$(count OK)
    skipped=$(grep '\[ *SKIPPED *\]' "$output" | grep -v 'test(s)' | sort -u | wc -l)
    if [ "$ran" -eq 0 ] && ! grep -q '\[==========\]' "$output"; then
        ran=1
        passed=$((status == 0))
    fi
    failed=$((ran - passed - skipped))
    [ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
    note=
    [ "$skipped" -eq 0 ] || note=", $skipped skipped"
    [ "$status" -ne 124 ] || note="$note, timed out"
    [ "$failed" -eq 0 ] && word=ok || word=FAILED
    if [ "$failed" -gt 0 ] || [ -n "$filter" ]; then
        sed 's/^/    /' "$output"
    fi
    printf '%-7s %s: %d passed, %d failed%s, %d.%d s\n' "$word" "$program" "$passed" "$failed" \
        "$note" $((tenths / 10)) $((tenths % 10))
    passed_sum=$((passed_sum + passed))
    failed_sum=$((failed_sum + failed))
done

if [ $# -gt 20 ]; then
    echo "slowest:"
    sort -rn "$times" | head -n 10 | awk '{ printf "%7.1f s %s\n", $1 / 10, $2 }'
fi
echo "$passed_sum passed, $failed_sum failed"
[ "$failed_sum" -eq 0 ] && [ "$passed_sum" -gt 0 ]
