#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# recovery_runbook - the commands of deploy/RECOVERY.md, exactly as they stand there, after those of
# README.md's "Three offices by hand": with a backup, without one while another office is away, and
# with the keys gone, too. Only the ports of the example are changed.
# shellcheck disable=SC2016 # what is written here is run later
set -u

source=$(readlink -f "$(dirname "$0")/../..")
programs=$(readlink -f "${YIDI_BIN:-$source/build/bin}")
folder=$(mktemp -d) || exit 1

end_daemons() {
    local file pid
    for file in "$folder"/three-offices/*/pid; do
        [[ -r $file ]] || continue
        pid=$(<"$file")
        [[ $(readlink "/proc/$pid/cwd") != "$folder"/* ]] || kill -KILL "$pid"
    done
    rm -rf "$folder"
}
trap end_daemons EXIT
trap 'exit 130' INT TERM

fail() {
    echo "FAILED: $*"
    tail -n "${SHOWN_LINES:-40}" said
    tail -n 3 ../three-offices/*/log
    exit 1
}

# Three ports in a row on loopback that nobody listens on; the first is the answer.
choose_ports() {
    local first port
    for ((first = 28000 + RANDOM % 1900; first < 30000; first += 3)); do
        for ((port = first; port < first + 3; port++)); do
            ! (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null || continue 2
        done
        echo "$first"
        return
    done
}

# The indented lines below a heading, of the page of recovery.
commands_of() {
    local lines
    lines=$(awk -v heading="$1" '/^#/ { here = $0 == heading } here && /^    / { print substr($0, 5) }' \
        "$source/deploy/RECOVERY.md")
    [[ -n $lines ]] || echo "echo 'nothing below $1'; exit 9"
    echo "$lines"
}
stop_and_set_aside() {
    commands_of '### 1. Stop'
    echo 'rm -rf window/store.lost window/spool.lost' # of the loss before
    commands_of '### 2. Set aside what is left'
}
started() { commands_of '### 5. Recover' | grep -v -e --finish; }
finished() { commands_of '### 5. Recover' | grep -e --finish; }

mkdir -p "$folder/yidi/build" "$folder/yidi/deploy" || exit 1
ln -s "$programs" "$folder/yidi/build/bin"
cp -r "$source/deploy/example" "$folder/yidi/deploy/example"
cd "$folder/yidi" || exit 1
first=$(choose_ports)
sed -i "s/:5611/:$first/; s/:5612/:$((first + 1))/; s/:5613/:$((first + 2))/" \
    deploy/example/*/office.*

{
    sed -n '/^## Three offices by hand/,/^## Run an office/s/^    //p' "$source/README.md" |
        grep -v '^kill '
    cat <<'END'
yidictl backup --store window/store --to backup --office 440305001000 \
    --directory offices.dir --root root/root.pem --crl root/root.crl
apply() {
    yidictl --socket window/control --operator lin --json apply --form form.json --photo photo.jpg \
        --fingerprint RIGHT_THUMB:right-thumb.fpt --fingerprint LEFT_THUMB:left-thumb.fpt |
        jq -r .case_number
}
is() { # OFFICE STATE CASE
    yidictl --socket $1/control --json show $3 | grep -q '"state":"'$2'"' || { echo "$3 is not $2"; exit 9; }
}
NEW=$(apply)
END
    echo 'CASE=$NEW; wait_for registry received; CASE='

    stop_and_set_aside
    commands_of '### 3. Put the last backup back'
    commands_of '### 4. Start'
    echo 'echo recovery with a backup'
    started
    commands_of '### 6. Read the report'
    commands_of '### 7. Afterwards'
    echo 'is window submitted $NEW'

    echo 'kill $(cat centre/pid)'
    stop_and_set_aside
    commands_of '### 4. Start'
    echo 'echo recovery without a centre'
    started | sed 's/--wait//'
    echo 'sleep 1; yidictl --socket window/control recover'
    finished
    echo 'production-node --config centre/office.conf 2>>centre/log & echo $! >centre/pid'
    echo 'until yidictl --socket window/control recover | grep "2 of 2"; do sleep 0.2; done'
    echo 'is window submitted $NEW'

    stop_and_set_aside
    echo 'rm window/signing.key window/transport.key'
    echo 'sleep 1' # a revocation counts from its second on
    commands_of '## New keys'
    echo 'for office in registry centre; do'
    echo 'until yidictl --socket $office/control status | grep "^directory *version 2"; do sleep 0.2; done'
    echo 'done'
    commands_of '### 4. Start'
    echo 'echo recovery with new keys'
    started
    echo 'is window submitted $NEW'
    echo 'yidictl --socket window/control --json list --state collected | grep -q case_number'
    commands_of '### 7. Afterwards' | grep -v population
    echo 'kill $(cat window/pid registry/pid centre/pid)'
} >all

unset YIDI_SOCKET YIDI_OPERATOR
timeout 120 bash -eu -o pipefail all >said 2>&1 || fail "status $?"
[[ $(grep -c '^recovery .*done' said) -eq 4 ]] || fail "recovery was not reported done often enough"
[[ $(grep -c '^works .*HALTED: restored' said) -eq 1 ]] || fail "the restored office did not say so"
[[ $(grep -c '^works .*HALTED: AMNESIA' said) -eq 2 ]] || fail "the empty offices did not say so"
[[ $(grep -c '^all of it holds$' said) -ge 3 ]] || fail "the journal does not hold"
grep -q '^not back' said || fail "it is not told what did not come back"
grep -q 'does not answer' said || fail "it is not told who is away"
[[ $(grep -c '^[0-9]\{12\} .* rejected \|nothing below' said) -eq 0 ]] || fail "a share was rejected"
echo "passed"
