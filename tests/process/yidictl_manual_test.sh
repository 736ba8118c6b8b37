#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# yidictl_manual - the manual page names every command and every option that --help names, and no
# option that it does not; and a command line without a daemon ends with the right exit status.
set -u

yidictl=${YIDI_BIN:-build/bin}/yidictl
manual=$(dirname "$0")/../../deploy/man/yidictl.1
failed=0
unset YIDI_SOCKET

fail() {
    echo "$*"
    failed=1
}

# Options of a help text or of the manual, one a line.
options_of_help() { sed -n 's/^  --\([a-z-]*\).*/\1/p'; }
options_of_manual() { grep -o 'Fl Fl [a-z-]*' "$manual" | sed 's/Fl Fl //' | sort -u; }

commands=$("$yidictl" help | sed -n '/^commands:/,/^$/s/^  \([a-z][a-z-]*\( [a-z]*\)\{0,1\}\)  .*/\1/p')
[ "$(echo "$commands" | wc -l)" -ge 25 ] || fail "help lists too few commands: $commands"

known=$("$yidictl" help | options_of_help)
while read -r command; do
    grep -q "^\.It Cm $command\( \|\$\)" "$manual" || fail "the manual lacks $command"
    # shellcheck disable=SC2086 # a command of two words is two words
    help=$("$yidictl" help $command) || fail "help $command failed"
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
expect 3 status --operator tester --socket=/nonexistent/socket

"$yidictl" list --json --limit 0 2>/dev/null | grep -q '^{"refusal":{"code":"OPTION_INVALID"' ||
    fail "with --json a refusal is a JSON document"

exit "$failed"
