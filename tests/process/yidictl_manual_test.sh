#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# yidictl_manual - the manual page names every command and every option that --help names, and no
# option that it does not; and a command line without a daemon ends with the right exit status.
set -u

yidictl=${YIDI_BIN:-build/bin}/yidictl
root=$(dirname "$0")/../..
manual=$root/deploy/man/yidictl.1
failed=0
unset YIDI_SOCKET

fail() {
    echo "$*"
    failed=1
}

# Options of a help text or of the manual, one a line.
options_of_help() { sed -n 's/^  --\([a-z-]*\).*/\1/p'; }
options_of_manual() { grep -o 'Fl Fl [a-z-]*' "$manual" | sed 's/Fl Fl //' | sort -u; }

commands=$("$yidictl" help | sed -n '/^options/q; s/^  \([a-z][a-z-]*\( [a-z]*\)\{0,1\}\)  .*/\1/p')
[ "$(echo "$commands" | wc -l)" -ge 25 ] || fail "help lists too few commands: $commands"

known=$("$yidictl" help | options_of_help)
[ "$("$yidictl" help | LC_ALL=C.UTF-8 wc -L)" -le 80 ] || fail "help is wider than 80 columns"
while read -r command; do
    grep -q "^\.It Cm $command\( \|\$\)" "$manual" || fail "the manual lacks $command"
    # shellcheck disable=SC2086 # a command of two words is two words
    help=$("$yidictl" help $command) || fail "help $command failed"
    [ "$(echo "$help" | LC_ALL=C.UTF-8 wc -L)" -le 80 ] || fail "help $command is wider than 80 columns"
    options=$(echo "$help" | options_of_help)
    for option in $options; do
        options_of_manual | grep -qx -e "$option" || fail "the manual lacks --$option of $command"
    done
    known="$known $options"
done <<EOF
$commands
EOF
for option in $(options_of_manual); do
    echo "$known" | tr ' ' '\n' | grep -qx -e "$option" || fail "no command has --$option"
done

# The values that users write stand in the manual, and in the help where they are needed.
values_of() { # ENUM PROTO
    sed -n "/^enum $1 {/,/^}/s/^  \([A-Z_]*\) = [1-9].*/\1/p" "$root/proto/$2"
}
columns_of_population() {
    sed -n '/define CITIZEN_CSV_HEADER/,/^$/s/^ *"\(.*\)".*/\1/p' "$root/common/domain/citizen_csv.h" |
        tr ',' '\n' | grep .
}
fields_of_form() {
    sed -n '/^message ApplicationForm {/,/^}/s/^  [A-Za-z ]* \([a-z_]*\) = .*/\1/p' \
        "$root/proto/message.proto"
}
stands_in() { # COMMAND WORD...
    command=$1
    shift
    [ $# -ge 3 ] || fail "too few words for $command"
    # shellcheck disable=SC2086
    text=$("$yidictl" help $command)
    for word; do
        grep -q -e "\b$word\b" "$manual" || fail "the manual lacks $word"
        echo "$text" | grep -q -e "\b$word\b" || fail "help $command lacks $word"
    done
}
# shellcheck disable=SC2046 # words
{
    stands_in refuse $(values_of RefusalReason message.proto | tr 'A-Z_' 'a-z-')
    stands_in apply $(values_of ApplicationReason message.proto) $(fields_of_form |
        grep -v 'digest\|fingerprints')
    stands_in apply $(values_of ResidenceBasis message.proto) $(values_of FeeWaiver message.proto) \
        $(values_of DocumentKind message.proto)
    stands_in 'population import' $(columns_of_population)
    for machine in acceptance-node/core/application registry-node/core/review \
        production-node/core/order; do
        stands_in list $(sed -n '/^static const char \*const state_names/,/^}/p' "$root/$machine.c" |
            grep -o '"[a-z-]*"' | tr -d '"' | grep -v '^absent$')
    done
}
for group in keys directory journal; do
    "$yidictl" help $group | grep -q "^  $group " || fail "help $group lists no commands"
done
for group in window registry production collection queues supervision administration setup; do
    [ "$("$yidictl" help $group | grep -c '^  [a-z]')" -ge 5 ] || fail "help $group lists no commands"
done
"$yidictl" help verify | grep -q -e '--socket' && fail "an offline command lists --socket"

expect() {
    want=$1
    shift
    "$yidictl" "$@" >/dev/null 2>&1 </dev/null
    status=$?
    [ "$status" -eq "$want" ] || fail "yidictl $*: status $status, not $want"
}

expect 0 --version
expect 0 help
expect 0 show --help
expect 2
expect 2 nonsense
expect 2 --nonsense list
expect 2 list --nonsense
expect 2 list --limit 0
expect 2 --operator tester list
expect 2 --socket "$manual" show
expect 2 verify file
expect 1 --socket /nonexistent/socket --operator tester show 1234
expect 3 --socket /nonexistent/socket --operator tester status
expect 2 receive --defective --operator tester --socket /nonexistent/socket CASE
expect 2 check-card --defective --operator tester --socket /nonexistent/socket CASE
expect 2 keys
(unset USER YIDI_OPERATOR; "$yidictl" --socket /nonexistent/socket status >/dev/null 2>&1)
[ $? -eq 3 ] || fail "whoever only looks needs no operator"
(unset USER YIDI_OPERATOR; "$yidictl" --socket /nonexistent/socket examine CASE >/dev/null 2>&1)
[ $? -eq 2 ] || fail "whoever acts needs a name"
expect 3 status --operator tester --socket=/nonexistent/socket

"$yidictl" list --json --limit 0 2>/dev/null | grep -q '^{"refusal":{"code":"OPTION_INVALID"' ||
    fail "with --json a refusal is a JSON document"

exit "$failed"
