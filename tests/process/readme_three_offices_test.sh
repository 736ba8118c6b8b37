#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# readme_three_offices - the commands of README.md's "Three offices by hand", exactly as they stand
# there, in an empty folder: the case ends collected, and everything verifies. Only the ports of the
# example are changed, so that other tests may run beside it.
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
    cat said
    tail -n 3 ../three-offices/*/log
    exit 1
}

# Three ports in a row on loopback that nobody listens on; the first is the answer.
choose_ports() {
    local first port
    for ((first = 30000 + RANDOM % 2000; first < 32700; first += 3)); do
        for ((port = first; port < first + 3; port++)); do
            ! (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null || continue 2
        done
        echo "$first"
        return
    done
}

mkdir -p "$folder/yidi/build" "$folder/yidi/deploy" || exit 1
ln -s "$programs" "$folder/yidi/build/bin"
cp -r "$source/deploy/example" "$folder/yidi/deploy/example"
cd "$folder/yidi" || exit 1
first=$(choose_ports)
sed -i "s/:5611/:$first/; s/:5612/:$((first + 1))/; s/:5613/:$((first + 2))/" \
    deploy/example/*/office.*

# The section's indented lines.
sed -n '/^## Three offices by hand/,/^## Run an office/s/^    //p' "$source/README.md" >commands
[[ $(grep -c yidictl commands) -ge 20 ]] || fail "the section has too few commands"

# Beside what stands there, before the offices end: what users get wrong.
cat >wrong <<'END'
expect() { # STATUS TEXT COMMAND...
    local want=$1 text=$2 status=0 answer
    shift 2
    answer=$("$@" 2>&1) || status=$?
    [[ $status -eq $want && $answer == *"$text"* ]] || { echo "not $want, '$text': $*: $answer"; exit 9; }
}
expect 1 'this store is of office 440305001000' yidictl journal verify --store window/store \
    --office 230103000000 --directory offices.dir --root root/root.pem
expect 1 'STATE_UNKNOWN --state: one of submitted, in-production' \
    yidictl --socket window/control list --state none
expect 1 'COMMAND_UNKNOWN: ' yidictl --socket window/control --operator lin issue $CASE
sed 's/"sex"/"gender"/' form.json >wrong.json
expect 1 'wrong.json: person.gender: no such field' \
    yidictl --socket window/control --operator lin apply --form wrong.json --photo photo.jpg
yidictl --socket window/control --json show $CASE >shown.json
jq -e '.state == "collected" and (.case_row | has("state") or has("findings") | not)' shown.json
for line in 1 2 3 4 5 6; do
    if [[ $line = 3 ]]; then echo '{x'; else
        jq -c '.kind = if '$line' > 3 then "FIRST" else .kind end | {form: ., photo: "photo.jpg"}' form.json
    fi
done >many.jsonl
yidictl --socket window/control --operator lin import many.jsonl >told 2>&1 || true
grep -o 'line [0-9]*:' told >order
printf 'line %d:\n' 1 2 3 4 5 6 | diff - order
expect 0 'line 3: MALFORMED: column 2' cat told
END
grep '^kill ' commands >ending || fail "the section does not end the daemons"
sed '/^kill /d' commands >all
cat wrong ending >>all

unset YIDI_SOCKET YIDI_OPERATOR
timeout 120 bash -eu -o pipefail all >said 2>&1 || fail "status $?"
grep -q '^state  *collected$' said || fail "the case is not collected"
grep -q '^all of it holds$' said || fail "the journal does not hold"
[[ $(grep -c '^verified ' said) -ge 3 ]] || fail "fewer than three envelopes are verified"
[[ $(grep -c '^REFUSED\|: CODE ' said) -eq 0 ]] || fail "something was refused"
echo "passed"
